//! The words that browser and server both say: ids, money, quantity, and one file a capability with its
//! views (what a screen shows), inputs (what a form or call asks) and refusals (what can be said to a customer).
//! It knows serde and thiserror and nothing else, so that it costs the browser nothing to know it.

pub mod cart;
pub mod catalog;
pub mod fulfilment;
pub mod ids;
pub mod lang;
pub mod map;
pub mod money;
pub mod notifications;
pub mod orders;
pub mod payments;
pub mod places;
pub mod quantity;
pub mod staff;
pub mod stock;
pub mod stores;

pub use ids::{Gtin, Sku, StoreCode};
pub use lang::{Lang, Text};
pub use money::{Currency, Money};
pub use places::{Moment, Point};
pub use quantity::Quantity;
