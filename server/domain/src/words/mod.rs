//! Time, hours and distance in words, in both languages: the browser carries neither time zones nor sentences.
//! It must not know where on a page they stand.

mod distance;
mod hours;
mod time;

pub use distance::{distance, walk};
pub use hours::{day_hours, exceptions_ahead, hours_now, week_ahead};
pub use time::{Age, age, date_label, day_label, moment, stamp, weekday};
