//! Numbers and codes are drawn at random. Where somebody has one already, the deed is done again with others.

use crate::Error;

/// A number drawn twice is rare, one drawn again and again is a fault.
const MOST: u8 = 4;

/// How often a deed was begun.
#[derive(Default)]
pub(crate) struct Draws(u8);

impl Draws {
    /// Whether it failed for a number or code that somebody has, and is worth beginning again.
    pub(crate) fn again(&mut self, error: &Error) -> bool {
        self.0 += 1;
        self.0 < MOST && matches!(error, Error::Database(error) if error.is_of_a_name())
    }
}
