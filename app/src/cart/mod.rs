//! The basket: what is in it, which store covers it, and the way to reserve it. It lives in the shopper's cookie;
//! what it is worth and who has it, the shop tells. It does not make reservations.

#[cfg(feature = "ssr")]
mod covers;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
mod lines;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod strip;
#[cfg(feature = "ssr")]
mod ways;
