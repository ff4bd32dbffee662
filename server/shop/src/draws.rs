//! Numbers and codes are drawn at random. Where somebody has one already, the deed is done again with others.
//!
//! Those of one moment begin alike. In an index they stand together then, and what a crowd asks for in that moment is
//! written to a page or two of it instead of one for each: of SQLite's commits it was half.

use std::sync::{Mutex, PoisonError};

use onshelf_domain::fulfilment::{order_number, pickup_code, reservation_number};

use crate::{Error, Result, Shop};

/// A number drawn twice is rare, one drawn again and again is a fault.
const MOST: u8 = 4;

/// How long a moment is: longer than a batch is gathered, and so short that beginnings tell nobody how much a shop sells.
/// Milliseconds.
const MOMENT: i64 = 10;

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

/// How everything begins that is drawn at one moment.
#[derive(Clone, Copy, Default)]
struct Beginning {
    /// Unix milliseconds.
    drawn_at: i64,
    number: [u8; 2],
    code: [u8; 2],
}

/// The beginning of this moment.
#[derive(Default)]
pub(crate) struct Moment(Mutex<Beginning>);

impl Shop {
    /// Of a reservation whose token is for this purpose.
    pub(crate) fn draw_names(&self, purpose: &str) -> Result<Names> {
        let (begins, [a, b, c, d, e, f, g]) = (self.beginning(), self.random());
        let number = reservation_number(begins.number, [a, b, c, d])
            .ok_or_else(|| Error::internal("no reservation number"))?
            .to_string();
        let token = self.secrets().token(purpose, &number);
        Ok(Names { number, code: pickup_code(begins.code, [e, f, g]), token })
    }

    /// The number of a new order.
    pub(crate) fn draw_order_number(&self) -> String {
        order_number(self.beginning().number, self.random())
    }

    fn beginning(&self) -> Beginning {
        let now = self.now_ms();
        let mut moment = self.moment().0.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock may be put back.
        if !(moment.drawn_at..moment.drawn_at.saturating_add(MOMENT)).contains(&now) {
            *moment = Beginning { drawn_at: now, number: self.random(), code: self.random() };
        }
        *moment
    }
}
