//! Queries, and nothing but queries: one room a capability, each query written once for SQLite and PostgreSQL.
//! This floor knows no HTTP, no gateway, no screen, and takes no decision: rules live in `onshelf-domain`,
//! deeds in `onshelf-shop`.
//!
//! What rows have in common: moments are Unix milliseconds, amounts are minor units of the row's currency, truths are 0
//! or 1, and an [`Error`] is the database's; what the caller asked for and is not there is `None`, `false` or zero rows.

mod engine;
mod error;
mod migrate;
mod postgres;
mod renewal;
mod sqlite;

pub mod catalog;
pub mod copies;
pub mod exchange;
pub mod fulfilment;
pub mod idempotency;
pub mod ledger;
pub mod meta;
pub mod notifications;
pub mod orders;
pub mod outbox;
pub mod partners;
pub mod passes;
pub mod payments;
pub mod places;
pub mod shoppers;
pub mod staff;
pub mod stock;
pub mod stores;
pub mod test_provider;
#[cfg(feature = "testing")]
pub mod testing;

pub use engine::{Db, Load, Reader, Tx, Work};
pub use error::{Error, Failure};
pub use renewal::Renewed;
