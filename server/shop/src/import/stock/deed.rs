//! What a row asks for: a count, a movement, or that something is there; and what booking it answers.

use onshelf_db::stock::LevelKey;
use onshelf_domain::stock::MOST_ON_HAND;

#[derive(Clone)]
pub(super) enum Deed {
    Count {
        on_hand: i64,
        counted_at: i64,
    },
    /// In stock, but nobody says how many: where some are known to be there, they stay.
    Present {
        otherwise: i64,
        counted_at: i64,
    },
    Move {
        delta: i64,
        reason: String,
        reference: String,
    },
}

/// A row whose SKU is known.
#[derive(Clone)]
pub(super) struct Booking {
    pub key: LevelKey,
    pub deed: Deed,
    pub safety_stock: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Booked {
    Done,
    /// There was nothing to change.
    Kept,
    /// A newer count is known, or this movement has been booked already.
    Skipped,
    NotEnough,
}

/// A level as far as it decides what may be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub on_hand: i64,
    pub checked_at: i64,
}

impl Deed {
    /// What booking would answer, and the level after it.
    pub fn foresee(&self, level: Option<Known>, now: i64) -> (Booked, Known) {
        let known = level.unwrap_or(Known { on_hand: 0, checked_at: i64::MIN });
        match *self {
            Deed::Count { counted_at, .. } | Deed::Present { counted_at, .. }
                if known.checked_at > counted_at =>
            {
                (Booked::Skipped, known)
            }
            Deed::Present { .. } if known.on_hand > 0 => (Booked::Kept, known),
            Deed::Count { on_hand, counted_at } | Deed::Present { otherwise: on_hand, counted_at } => {
                (Booked::Done, Known { on_hand, checked_at: counted_at })
            }
            Deed::Move { delta, .. } => {
                let on_hand = known.on_hand + delta;
                if (0..=MOST_ON_HAND).contains(&on_hand) {
                    return (Booked::Done, Known { on_hand, checked_at: known.checked_at.max(now) });
                }
                // Even a movement that fails opens the level.
                (Booked::NotEnough, level.unwrap_or(Known { on_hand: 0, checked_at: now }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000;

    fn known(on_hand: i64, checked_at: i64) -> Known {
        Known { on_hand, checked_at }
    }

    fn moved(delta: i64) -> Deed {
        Deed::Move { delta, reason: "sale".to_owned(), reference: "R".to_owned() }
    }

    #[test]
    fn a_dry_run_answers_as_booking_would() {
        let count = Deed::Count { on_hand: 4, counted_at: 500 };
        let present = Deed::Present { otherwise: 1, counted_at: 500 };
        for (deed, level, outcome, after) in [
            (&count, None, Booked::Done, known(4, 500)),
            (&count, Some(known(9, 500)), Booked::Done, known(4, 500)),
            (&count, Some(known(9, 501)), Booked::Skipped, known(9, 501)),
            (&present, None, Booked::Done, known(1, 500)),
            (&present, Some(known(0, 100)), Booked::Done, known(1, 500)),
            (&present, Some(known(9, 100)), Booked::Kept, known(9, 100)),
            (&present, Some(known(9, 501)), Booked::Skipped, known(9, 501)),
            (&moved(-2), Some(known(3, 100)), Booked::Done, known(1, NOW)),
            (&moved(-4), Some(known(3, 100)), Booked::NotEnough, known(3, 100)),
            (&moved(-1), None, Booked::NotEnough, known(0, NOW)),
            (&moved(MOST_ON_HAND), Some(known(1, 100)), Booked::NotEnough, known(1, 100)),
        ] {
            assert_eq!(deed.foresee(level, NOW), (outcome, after), "{level:?}");
        }
    }
}
