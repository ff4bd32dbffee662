//! Reservations: asking for one, showing it to its owner in every state, giving it up, finding it again. Whoever
//! shows the token is the owner; stores and products it only shows.

#[cfg(feature = "ssr")]
pub mod calendar;
#[cfg(feature = "ssr")]
pub(crate) mod contact;
#[cfg(feature = "ssr")]
mod draft;
#[cfg(feature = "ssr")]
pub mod find;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod reserve;
#[cfg(feature = "ssr")]
mod steps;
#[cfg(feature = "ssr")]
pub(crate) mod summary;
#[cfg(feature = "ssr")]
pub(crate) mod ticket;
#[cfg(feature = "ssr")]
pub(crate) mod trouble;

#[cfg(feature = "ssr")]
pub(crate) use draft::left_over;

/// Where a reservation's owner finds it; without the language's prefix.
#[cfg(feature = "ssr")]
fn address(number: &str, token: &str) -> String {
    format!("/reservations/{}?t={}", crate::ssr::encoded(number), crate::ssr::encoded(token))
}
