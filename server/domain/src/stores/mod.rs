//! When a store is open: a week's rule, dated exceptions, and the store's own time zone.
//! It must not know what time it is (`now` is always handed in), nor how hours are stored or worded.

mod clock;
pub mod notation;
mod schedule;
mod week;

pub use notation::{Warning, parse_hours};
pub use schedule::{Exception, Schedule};
pub use week::{Span, Week};

use std::iter;

use jiff::civil::Date;

/// Why a text is not the hours it should be. Each quotes at most 80 characters of what was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    #[error("`{0}` is not a known time zone")]
    UnknownTimeZone(String),
    #[error("not the JSON of opening hours: {0}")]
    BadJson(String),
    #[error("`{0}` is not a span of hours such as 10:30-21:00")]
    BadSpan(String),
    #[error("{0} has two exceptions")]
    DoubleDate(Date),
    #[error("nothing of `{0}` reads as opening hours")]
    NotUnderstood(String),
}

/// That date and those after it.
pub(crate) fn days_from(first: Date) -> impl Iterator<Item = Date> {
    iter::successors(Some(first), |day| day.tomorrow().ok())
}

/// That date and those before it.
fn days_back_from(last: Date) -> impl Iterator<Item = Date> {
    iter::successors(Some(last), |day| day.yesterday().ok())
}

fn quoted(text: &str) -> String {
    text.chars().take(80).collect()
}
