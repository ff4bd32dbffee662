//! What tills, warehouses and files may tell of a shelf. Whoever takes it in asks here, so that what is exported can be
//! imported, and a file is told what a call is told.

use onshelf_vocabulary::stock::MOST_ON_HAND;

/// By how much the clock of whoever counted may be ahead of ours, in milliseconds.
const AHEAD: i64 = 10 * 60 * 1_000;
/// The most lines of one set of movements, or of one receipt.
pub const MOST_LINES: usize = 500;

/// Why units move that belong to a reservation: the audit holds each reservation against what was moved under its number
/// for one of these reasons.
const OF_A_RESERVATION: [&str; 7] =
    ["hand_over", "taken_back", "dispatch", "came_back", "arrive", "not_found", "lost"];

/// What is wrong with a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountFault {
    /// It is not 0 to [`MOST_ON_HAND`].
    OnHand,
    /// It is of a moment that has not come yet.
    NotYet,
}

/// What is wrong with a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovementFault {
    /// Nothing moves, or more than [`MOST_ON_HAND`].
    Delta,
    /// It is no [`Label::REASON`].
    Reason,
    /// It is no [`Label::REFERENCE`].
    Reference,
    /// It says of a reservation what only that reservation's own deeds may.
    OfAReservation,
}

/// Whether a moment has not come yet, both in Unix milliseconds. A count of such a moment would outlive every later word
/// about its shelf.
#[must_use]
pub const fn is_yet_to_come(at: i64, now: i64) -> bool {
    at.saturating_sub(now) > AHEAD
}

/// Whether a shelf may be set to what was counted. Moments in Unix milliseconds.
pub fn check_count(on_hand: i64, counted_at: i64, now: i64) -> Result<(), CountFault> {
    match () {
        () if !(0..=MOST_ON_HAND).contains(&on_hand) => Err(CountFault::OnHand),
        () if is_yet_to_come(counted_at, now) => Err(CountFault::NotYet),
        () => Ok(()),
    }
}

/// Whether a movement would be taken for part of a reservation's journey, which it is not.
#[must_use]
pub fn speaks_for_a_reservation(reason: &str, reference: &str) -> bool {
    OF_A_RESERVATION.contains(&reason.trim()) && is_numbered(reference.trim())
}

/// Whether it looks as reservations' numbers do: `R-7K3M-9QXD`.
fn is_numbered(reference: &str) -> bool {
    let four = |part: &str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let parts = reference.strip_prefix("R-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(first, second)| four(first) && four(second))
}

/// All that is wrong with a movement, in the order of its fields.
#[must_use]
pub fn movement_faults(delta: i64, reason: &str, reference: &str) -> Vec<MovementFault> {
    let moves = delta != 0 && (-MOST_ON_HAND..=MOST_ON_HAND).contains(&delta);
    [
        (moves, MovementFault::Delta),
        (Label::REASON.fits(reason), MovementFault::Reason),
        (Label::REFERENCE.fits(reference), MovementFault::Reference),
        (!speaks_for_a_reservation(reason, reference), MovementFault::OfAReservation),
    ]
    .into_iter()
    .filter_map(|(right, fault)| (!right).then_some(fault))
    .collect()
}

/// What is wrong with a [`Label`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelFault {
    TooLong,
    /// It breaks, or has other characters for control.
    NotOneLine,
    TooShort,
}

/// One line of text for a ledger: how many characters it has, blanks around it not counted, and none for control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    pub least: usize,
    pub most: usize,
}

impl Label {
    /// Why something was moved.
    pub const REASON: Label = Label { least: 1, most: 64 };
    /// The partner's own number of it: a delivery note, a transfer, a receipt. It may have none.
    pub const REFERENCE: Label = Label { least: 0, most: 200 };

    /// Too short is told last: nothing else is wrong with such a text.
    pub fn check(self, text: &str) -> Result<(), LabelFault> {
        let length = text.trim().chars().count();
        match () {
            () if length > self.most => Err(LabelFault::TooLong),
            () if text.chars().any(char::is_control) => Err(LabelFault::NotOneLine),
            () if length < self.least => Err(LabelFault::TooShort),
            () => Ok(()),
        }
    }

    #[must_use]
    pub fn fits(self, text: &str) -> bool {
        self.check(text).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_of_a_shelf_and_of_a_moment_that_was() {
        let now = 1_000_000;
        for (on_hand, counted_at, expected) in [
            (0, 0, Ok(())),
            (MOST_ON_HAND, now + AHEAD, Ok(())),
            (-1, now, Err(CountFault::OnHand)),
            (MOST_ON_HAND + 1, i64::MAX, Err(CountFault::OnHand)),
            (1, now + AHEAD + 1, Err(CountFault::NotYet)),
            (1, i64::MAX, Err(CountFault::NotYet)),
            (1, i64::MIN, Ok(())),
        ] {
            assert_eq!(check_count(on_hand, counted_at, now), expected, "{on_hand} at {counted_at}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_label_is_told() {
        use LabelFault::{NotOneLine, TooLong, TooShort};
        let label = Label { least: 1, most: 3 };
        for (text, expected) in [
            ("가나다", Ok(())),
            ("  a b\u{3000}", Ok(())),
            ("가나다라", Err(TooLong)),
            ("a\nbc", Err(TooLong)),
            ("a\nb", Err(NotOneLine)),
            ("a\u{85}", Err(NotOneLine)),
            ("\n", Err(NotOneLine)),
            ("  ", Err(TooShort)),
            ("", Err(TooShort)),
        ] {
            assert_eq!(label.check(text), expected, "{text:?}");
            assert_eq!(label.fits(text), expected.is_ok(), "{text:?}");
        }
    }

    #[test]
    fn all_that_is_wrong_with_a_movement_is_told() {
        use MovementFault::{Delta, OfAReservation, Reason, Reference};
        let long = "가".repeat(201);
        for (delta, reason, reference, expected) in [
            (-MOST_ON_HAND, "lost", "", &[][..]),
            (MOST_ON_HAND, " received ", "note 7", &[]),
            (0, "lost", "", &[Delta]),
            (MOST_ON_HAND + 1, "lost", "", &[Delta]),
            (i64::MIN, "", long.as_str(), &[Delta, Reason, Reference]),
            (1, "  ", "a\nb", &[Reason, Reference]),
            (1, "lost\u{85}", &long[3..], &[Reason]),
            (-1, " hand_over", "R-7K3M-9QXD ", &[OfAReservation]),
            (-1, "damaged", "R-7K3M-9QXD", &[]),
            (-1, "lost", "R-2026-11-30", &[]),
        ] {
            assert_eq!(movement_faults(delta, reason, reference), expected, "{delta} {reason:?}");
        }
    }
}
