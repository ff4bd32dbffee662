//! What can go wrong below the shop, told apart by what the caller can do about it.

/// A failure of the database floor.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot be reached or is too busy: try again later (HTTP 503).
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Somebody else changed the same rows at the same time, more often than we retry.
    #[error("too many writers on the same rows")]
    Contended,
    /// A UNIQUE or CHECK constraint refused the write; the caller knows which refusal that is.
    #[error("the constraint {0} refused")]
    Constraint(String),
    /// A text that PostgreSQL cannot hold (a NUL): nothing is called that, and nothing was written.
    #[error("a text the database cannot hold")]
    Unwritable,
    /// A row that cannot be read as what it must be.
    #[error("inconsistent data: {0}")]
    Inconsistent(String),
    #[error(transparent)]
    Driver(sqlx::Error),
}

/// An error of a unit of work that may carry a database error inside, so that the writer can retry it.
pub trait Failure: From<Error> + Send + 'static {
    /// The database's part in it, if that is what failed.
    fn database(&self) -> Option<&Error>;
}

impl Failure for Error {
    fn database(&self) -> Option<&Error> {
        Some(self)
    }
}

impl Error {
    /// Whatever keeps us from a connection: a database that is closed, renamed, full of others, or refuses us. None
    /// of it is a fault of what was asked.
    pub(crate) fn unreachable(error: sqlx::Error) -> Error {
        Error::Unavailable(error.to_string())
    }

    /// Whether a number or code was refused because it is somebody's already: they are drawn at random.
    #[must_use]
    pub fn is_of_a_name(&self) -> bool {
        // As PostgreSQL and SQLite call the constraints.
        const NAMES: [&str; 6] = [
            "reservations_code",
            "reservations.code",
            "reservations_number",
            "reservations.number",
            "orders_number",
            "orders.number",
        ];
        matches!(self, Error::Constraint(refused) if NAMES.iter().any(|name| refused.contains(name)))
    }

    /// A row that says what cannot be: the fault is ours or an operator's, and never the caller's.
    pub fn inconsistent(what: impl std::fmt::Display) -> Error {
        Error::Inconsistent(what.to_string())
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        use sqlx::Error as E;
        match error {
            E::Database(fault) => {
                // SQLSTATE classes: 40 conflicts between transactions, 23 constraints, 08 connection,
                // 57 operator intervention (shutdowns, a statement that took too long), 53 out of resources, 58 the
                // server's system, 25P03 a transaction nobody carried on,
                // 22021 and 22P05 characters it does not have. SQLite: 5 busy, 13 full, 10 I/O, 14 cannot open.
                let code = fault.code().unwrap_or_default().into_owned();
                match code.as_str() {
                    "40001" | "40P01" => Error::Contended,
                    "22021" | "22P05" => Error::Unwritable,
                    c if c.starts_with("23") => Error::Constraint(constraint_of(fault.as_ref())),
                    c if c.len() == 5
                        && ["08", "57", "53", "58"].iter().any(|class| c.starts_with(class)) =>
                    {
                        Error::Unavailable(fault.to_string())
                    }
                    "25006" | "25P03" | "5" | "261" | "517" | "13" | "10" | "14" | "778" | "1034"
                    | "1546" => Error::Unavailable(fault.to_string()),
                    "1555" | "2067" | "275" | "787" | "1299" => {
                        Error::Constraint(constraint_of(fault.as_ref()))
                    }
                    _ => Error::Driver(E::Database(fault)),
                }
            }
            E::Io(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::Tls(_) | E::Protocol(_) => {
                Error::Unavailable(error.to_string())
            }
            other => Error::Driver(other),
        }
    }
}

/// PostgreSQL names the constraint; SQLite names the columns in its message.
fn constraint_of(fault: &dyn sqlx::error::DatabaseError) -> String {
    fault.constraint().map_or_else(|| fault.message().to_owned(), str::to_owned)
}
