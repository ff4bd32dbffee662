//! What may be promised of a shelf, and how far the number can be trusted.
//! It must not know where the numbers come from.

mod demand;
mod receipt;
mod told;

pub use demand::{sum_demand, sum_lines};
pub use onshelf_vocabulary::stock::MOST_ON_HAND;
pub use receipt::beside;
pub use told::{
    CountFault, Label, LabelFault, MOST_LINES, MovementFault, check_count, is_yet_to_come, movement_faults,
    speaks_for_a_reservation,
};

use jiff::{SignedDuration, Timestamp};
use onshelf_vocabulary::stock::Sureness;

/// Available to promise: on hand − held − safety stock, never below 0.
#[must_use]
pub const fn available(on_hand: i64, held: i64, safety: i64) -> i64 {
    let left = on_hand.saturating_sub(held).saturating_sub(safety);
    if left < 0 { 0 } else { left }
}

/// By the age of the last word: within the hour, within a day, or older. A word from the future is fresh.
#[must_use]
pub fn sureness(checked_at: Timestamp, now: Timestamp) -> Sureness {
    match now.duration_since(checked_at) {
        age if age <= SignedDuration::from_hours(1) => Sureness::Sure,
        age if age <= SignedDuration::from_hours(24) => Sureness::Likely,
        _ => Sureness::Doubtful,
    }
}

/// The number as a page says it: `3`, or `9+` above a `cap` of 9. A cap of 0 or less is none.
#[must_use]
pub fn shown(available: i64, cap: i64) -> String {
    let available = available.max(0);
    if cap > 0 && available > cap { format!("{cap}+") } else { available.to_string() }
}

/// The number as an API says it: at most the cap. A cap of 0 or less is none.
#[must_use]
pub fn capped(available: i64, cap: i64) -> i64 {
    let available = available.max(0);
    if cap > 0 { available.min(cap) } else { available }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_or_kept_back_cannot_be_promised() {
        for (on_hand, held, safety, expected) in [
            (5, 1, 1, 3),
            (1, 1, 0, 0),
            (0, 3, 0, 0),
            (-2, 0, 0, 0),
            (i64::MIN, i64::MAX, i64::MAX, 0),
            (i64::MAX, 0, 0, i64::MAX),
        ] {
            assert_eq!(available(on_hand, held, safety), expected);
        }
    }

    #[test]
    fn a_number_is_shown_up_to_its_cap() {
        for (available, cap, text) in
            [(0, 9, "0"), (9, 9, "9"), (10, 9, "9+"), (1000, 0, "1000"), (-1, 9, "0")]
        {
            assert_eq!(shown(available, cap), text);
        }
        assert_eq!((capped(10, 9), capped(10, 0)), (9, 10));
    }

    #[test]
    fn trust_fades_with_age() {
        let at = |second| Timestamp::from_second(second).unwrap();
        for (age, expected) in [
            (-60, Sureness::Sure),
            (3600, Sureness::Sure),
            (3601, Sureness::Likely),
            (86_400, Sureness::Likely),
            (86_401, Sureness::Doubtful),
        ] {
            assert_eq!(sureness(at(1_000_000), at(1_000_000 + age)), expected, "{age}");
        }
    }
}
