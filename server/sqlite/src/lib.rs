//! sqlx on SQLite without a thread in between.
//!
//! sqlx's own driver gives each connection a thread, so that a statement is a message there and one back: of the two
//! to five microseconds that most of ours take in SQLite that makes sixteen and more. Here a statement runs where it is
//! asked, through rusqlite, and is there when the future is polled for the first time.
//!
//! What must not stand still is the runtime. So a connection that only reads is *patient* for a bounded time and number
//! of rows; past that the statement is broken off, begun anew on a thread where it may take its time, and its rows
//! come as a stream. One that writes belongs on a thread of its owner's.
//!
//! It knows of the types what Onshelf's tables hold: integers, reals, texts, bytes. Files are made, migrated and
//! copied with sqlx's own driver; both stand on one libsqlite3.

mod connection;
mod fault;
mod row;
mod run;
mod statement;
mod transaction;
mod value;

pub use connection::{Connection, Options};
pub use fault::Fault;
pub use row::{Column, Outcome, Row};
pub use statement::{Arguments, Statement};
pub use transaction::Transactions;
pub use value::{Kind, Value, ValueRef};

/// SQLite, in place.
#[derive(Debug)]
pub struct InPlace;

impl sqlx_core::database::Database for InPlace {
    type Connection = Connection;
    type TransactionManager = Transactions;
    type Row = Row;
    type QueryResult = Outcome;
    type Column = Column;
    type TypeInfo = Kind;
    type Value = Value;
    type ValueRef<'r> = ValueRef<'r>;
    type Arguments = Arguments;
    type ArgumentBuffer = Vec<Value>;
    type Statement = Statement;

    const NAME: &'static str = "SQLite";
    const URL_SCHEMES: &'static [&'static str] = &["sqlite"];
}
