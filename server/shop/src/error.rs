//! What a deed can fail with: a refusal that a person can be told, or a fault that is only logged.

use onshelf_db::{Error as DbError, Failure};
use onshelf_domain::stock::{CountFault, MovementFault};
use onshelf_vocabulary::{
    fulfilment::ReservationRefusal, notifications::PushRefusal, orders::OrderRefusal, staff::StaffRefusal,
};

/// Refusals say why, for people; the others are for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Reservation(#[from] ReservationRefusal),
    #[error(transparent)]
    Order(#[from] OrderRefusal),
    #[error(transparent)]
    Staff(#[from] StaffRefusal),
    #[error(transparent)]
    Stock(#[from] StockRefusal),
    #[error(transparent)]
    Push(#[from] PushRefusal),
    /// The thing that was named does not exist, or not for whoever asks.
    #[error("not found")]
    NotFound,
    /// The same idempotency key came with another body.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    #[error(transparent)]
    Database(#[from] DbError),
    /// Something that cannot be: kept for the log, never for people.
    #[error("{0}")]
    Internal(String),
}

/// Why a partner's change of stock was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StockRefusal {
    #[error("no shelf is counted like this: {0:?}")]
    BadCount(CountFault),
    /// None, or more than [`onshelf_domain::stock::MOST_LINES`].
    #[error("not that many lines")]
    BadLines,
    /// Of which line, counted from 0, and what.
    #[error("nothing moves like this: {faults:?}")]
    BadMovements { faults: Vec<(usize, MovementFault)> },
    #[error("line {line}: no such SKU")]
    UnknownSku { line: usize },
    #[error("line {line}: no such store")]
    UnknownStore { line: usize },
    #[error("line {line}: not that many on hand")]
    NotEnough { line: usize, on_hand: i64 },
    #[error("not for this token's store or scope")]
    NotYours,
}

impl Failure for Error {
    fn database(&self) -> Option<&DbError> {
        match self {
            Error::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl Error {
    /// Of something that cannot be; its text goes to the log.
    pub fn internal(what: impl std::fmt::Display) -> Error {
        Error::Internal(what.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Error {
        Error::internal(error)
    }
}

/// Of a deed.
pub type Result<T, E = Error> = std::result::Result<T, E>;
