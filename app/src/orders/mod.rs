//! Orders: choosing how to get something and paying for it, then the order itself in every state until it is handed
//! over, changed, given up or refunded. Whoever shows the token is the owner. It knows no provider but by its name,
//! and no card.

#[cfg(feature = "ssr")]
mod board;
#[cfg(feature = "ssr")]
pub mod calendar;
#[cfg(feature = "ssr")]
pub mod change;
#[cfg(feature = "ssr")]
mod change_typed;
#[cfg(feature = "ssr")]
mod change_ways;
#[cfg(feature = "ssr")]
pub mod checkout;
#[cfg(feature = "ssr")]
mod choose;
#[cfg(feature = "ssr")]
mod delivery;
#[cfg(feature = "ssr")]
mod details;
#[cfg(feature = "ssr")]
mod draft;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
mod group;
#[cfg(feature = "ssr")]
mod headline;
#[cfg(feature = "ssr")]
mod hold;
#[cfg(feature = "ssr")]
mod kept;
#[cfg(feature = "ssr")]
mod money;
#[cfg(feature = "ssr")]
mod offers;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod paper;
#[cfg(feature = "ssr")]
pub mod pass;
#[cfg(feature = "ssr")]
mod passes;
#[cfg(feature = "ssr")]
mod plan;
#[cfg(feature = "ssr")]
mod quote;
#[cfg(feature = "ssr")]
pub mod receipt;
#[cfg(feature = "ssr")]
mod stand_ins;
#[cfg(feature = "ssr")]
mod steps;
#[cfg(feature = "ssr")]
mod things;
#[cfg(feature = "ssr")]
mod times;
#[cfg(feature = "ssr")]
mod trouble;
#[cfg(feature = "ssr")]
mod whereto;
#[cfg(feature = "ssr")]
mod words;
