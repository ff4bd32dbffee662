//! The rules of the shop, one room a capability: pure functions of what they are given.
//! It must not know async, SQL, HTTP, the clock or chance; `now` and random bytes are parameters.

pub mod basemap;
pub mod cart;
pub mod catalog;
pub mod fulfilment;
pub mod hangul;
pub mod notifications;
pub mod orders;
pub mod places;
pub mod search;
pub mod stock;
pub mod stores;
pub mod words;
