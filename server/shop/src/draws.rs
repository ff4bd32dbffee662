//! Numbers and codes are drawn at random. Where somebody has one already, the deed is done again with others.

use onshelf_domain::fulfilment::{pickup_code, reservation_number};

use crate::{Error, Result, Shop};

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

/// What a new reservation is called, and what opens it.
pub(crate) struct Names {
    pub number: String,
    /// Said at the counter.
    pub code: String,
    /// Shown to its owner; what is kept of it is its fingerprint.
    pub token: String,
}

impl Shop {
    /// Of a reservation whose token is for this purpose.
    pub(crate) fn draw_names(&self, purpose: &str) -> Result<Names> {
        let mut random = [0u8; 9];
        self.chance().fill(&mut random);
        let [a, b, c, d, e, f, g, h, i] = random;
        let number = reservation_number([a, b, c, d, e])
            .ok_or_else(|| Error::internal("no reservation number"))?
            .to_string();
        let token = self.secrets().token(purpose, &number);
        Ok(Names { number, code: pickup_code([f, g, h, i]), token })
    }
}
