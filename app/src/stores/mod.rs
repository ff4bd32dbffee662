//! Stores: the locator with its map, a store's own page, and choosing one. It knows no basket and no reservation;
//! stock it shows with the catalogue's shelf.

#[cfg(feature = "ssr")]
mod asked;
#[cfg(feature = "ssr")]
pub mod card;
#[cfg(feature = "ssr")]
mod drawn;
#[cfg(feature = "ssr")]
mod facts;
#[cfg(feature = "ssr")]
mod finder;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
mod hours;
#[cfg(feature = "ssr")]
pub mod locator;
#[cfg(feature = "ssr")]
mod nothing;
#[cfg(feature = "ssr")]
pub mod page;

#[cfg(feature = "ssr")]
pub(crate) use asked::with_query;
