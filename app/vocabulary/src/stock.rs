//! What is on which shelf: always available to promise (on hand − held − safety stock), and how sure that is.

use serde::{Deserialize, Serialize};

use crate::Moment;

/// The most that one shelf holds: more than any does, and little enough for whoever counts in 32 bits.
pub const MOST_ON_HAND: i64 = 1_000_000_000;

/// A stock number in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    InStock,
    Low,
    Out,
}

impl Level {
    /// Two or fewer are "low": the next shopper may be quicker.
    #[must_use]
    pub const fn of(available: i64) -> Level {
        match available {
            i64::MIN..=0 => Level::Out,
            1..=2 => Level::Low,
            _ => Level::InStock,
        }
    }

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Level::InStock => "in_stock",
            Level::Low => "low",
            Level::Out => "out",
        }
    }
}

/// How far a number can be trusted, by the age of the last word from the till or a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sureness {
    /// Heard within the hour.
    Sure,
    /// Heard today.
    Likely,
    /// Older: worth a call before a journey.
    Doubtful,
}

impl Sureness {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Sureness::Sure => "sure",
            Sureness::Likely => "likely",
            Sureness::Doubtful => "doubtful",
        }
    }
}

/// One SKU at one store, as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ShelfView {
    pub sku: String,
    pub store: String,
    pub store_name: String,
    /// Whether this is the shopper's own store.
    pub mine: bool,
    pub distance_m: Option<u32>,
    /// Available to promise, never below 0; capped by the operator's setting.
    pub available: i64,
    /// `3` or `9+`.
    pub shown: String,
    pub level: Level,
    pub sureness: Sureness,
    /// When it was last heard of: RFC 3339 and "12초 전" / "12 s ago".
    pub checked: Moment,
    /// When it would be ready if held now; none where there is nothing to hold.
    pub ready_by: Option<Moment>,
    /// "21:00까지" / "until 21:00", "오늘 쉬는 날" / "closed today".
    pub hours: String,
    pub open_now: bool,
}
