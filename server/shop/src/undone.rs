//! Units of work that end by being undone on purpose.

use onshelf_db::{Error as DbError, Failure};

use crate::Error;

/// Why a unit of work was undone.
pub(crate) enum Undone {
    /// As it was meant: it only had to be seen how it goes, or it is done in another way.
    Meant,
    Failed(Error),
}

impl From<Error> for Undone {
    fn from(error: Error) -> Undone {
        Undone::Failed(error)
    }
}

impl From<DbError> for Undone {
    fn from(error: DbError) -> Undone {
        Undone::Failed(error.into())
    }
}

impl Failure for Undone {
    fn database(&self) -> Option<&DbError> {
        match self {
            Undone::Meant => None,
            Undone::Failed(error) => error.database(),
        }
    }
}
