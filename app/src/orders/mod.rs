//! Orders: choosing how to get something and paying for it, then the order itself in every state until it is handed
//! over, changed, given up or refunded. Whoever shows the token is the owner. It knows no provider but by its name,
//! and no card.

#[cfg(feature = "ssr")]
pub mod calendar;
#[cfg(feature = "ssr")]
pub mod change;
#[cfg(feature = "ssr")]
pub mod checkout;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod pass;
#[cfg(feature = "ssr")]
pub mod receipt;
#[cfg(feature = "ssr")]
mod times;
#[cfg(feature = "ssr")]
mod whereto;
#[cfg(feature = "ssr")]
mod words;
