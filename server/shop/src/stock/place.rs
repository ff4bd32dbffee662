//! Up to where the changes of stock were read. Their ids are given out in order, but the transactions that took them
//! commit when they like: what is missing is asked for again until it has come or will come no more, and what is newer
//! does not wait for it.

use onshelf_db::{
    Tx,
    stock::{self, ChangeRow},
};
use serde::{Deserialize, Serialize};

use crate::Result;

/// How long a missing id is waited for, in milliseconds: no transaction lives that long. One that was rolled back has
/// taken its id along.
const LATE: i64 = 30_000;
/// Gaps that are waited for at a time; where there are more, the eldest are given up.
const MOST_GAPS: usize = 256;
/// Ids below the newest that are looked at when reading begins: those among them that are missing may be under way.
const RECENT: i64 = 1_000;

/// Every change up to `high` was read, but for those in the gaps. Kept as JSON where several processes share it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    // What was kept before there were gaps said the same under another name.
    #[serde(alias = "low")]
    high: i64,
    #[serde(default)]
    gaps: Vec<Gap>,
}

/// Ids from `first` to `last` that were not there when a later one was read, `since` then (Unix milliseconds).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Gap {
    first: i64,
    last: i64,
    since: i64,
}

impl Place {
    /// As if everything up to `high` had been read.
    pub(crate) fn after(high: i64) -> Place {
        Place { high, gaps: Vec::new() }
    }

    /// As if everything that is committed had been read, whatever is still under way being waited for.
    pub(crate) async fn newest(tx: &mut Tx<'_>, now: i64) -> Result<Place> {
        let last = stock::last_change(tx).await?;
        let mut place = Place::after((last - RECENT).max(0));
        place.read(tx, now, i64::MAX).await?;
        Ok(place)
    }

    /// The highest id that was read.
    pub(crate) fn high(&self) -> i64 {
        self.high
    }

    /// The changes that were not read before: all that have come late, and of the newer ones the first `most`.
    pub(crate) async fn read(&mut self, tx: &mut Tx<'_>, now: i64, most: i64) -> Result<Vec<ChangeRow>> {
        let ranges: Vec<(i64, i64)> = self.gaps.iter().map(|gap| (gap.first, gap.last)).collect();
        let mut changes = stock::changes_within(tx, &ranges).await?;
        changes.iter().for_each(|change| self.fill(change.id));
        let newer = stock::changes_after(tx, self.high, most).await?;
        newer.iter().for_each(|change| self.pass(change.id, now));
        changes.extend(newer);
        self.give_up(now);
        Ok(changes)
    }

    /// One that was missing has come.
    fn fill(&mut self, id: i64) {
        let Some(at) = self.gaps.iter().position(|gap| (gap.first..=gap.last).contains(&id)) else { return };
        let gap = self.gaps.swap_remove(at);
        let halves = [Gap { last: id - 1, ..gap }, Gap { first: id + 1, ..gap }];
        self.gaps.extend(halves.into_iter().filter(|gap| gap.first <= gap.last));
    }

    /// The next that is there.
    fn pass(&mut self, id: i64, now: i64) {
        if id > self.high + 1 {
            self.gaps.push(Gap { first: self.high + 1, last: id - 1, since: now });
        }
        self.high = self.high.max(id);
    }

    fn give_up(&mut self, now: i64) {
        self.gaps.retain(|gap| now - gap.since < LATE);
        if self.gaps.len() > MOST_GAPS {
            self.gaps.sort_by_key(|gap| gap.since);
            self.gaps.drain(..self.gaps.len() - MOST_GAPS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(place: &Place) -> Vec<(i64, i64)> {
        place.gaps.iter().map(|gap| (gap.first, gap.last)).collect()
    }

    #[test]
    fn what_is_missing_is_waited_for_and_holds_up_nothing() {
        let mut place = Place::after(2);
        [3, 7, 8].into_iter().for_each(|id| place.pass(id, 1_000));
        assert_eq!((place.high, ranges(&place)), (8, vec![(4, 6)]));
        place.fill(5);
        assert_eq!(ranges(&place), [(4, 4), (6, 6)]);
        place.fill(4);
        place.fill(6);
        assert_eq!(place, Place::after(8));
    }

    #[test]
    fn a_gap_that_never_fills_is_given_up() {
        let mut place = Place::default();
        place.pass(2, 1_000);
        place.pass(4, 2_000);
        place.give_up(1_000 + LATE);
        assert_eq!(ranges(&place), [(3, 3)]);
        (0..1_000).for_each(|turn| place.pass(6 + 2 * turn, 2_000 + turn));
        place.give_up(3_000);
        assert_eq!((place.gaps.len(), place.gaps[0].since), (MOST_GAPS, 2_000 + 1_000 - MOST_GAPS as i64));
    }

    #[test]
    fn what_was_kept_before_is_still_read() {
        let place: Place = serde_json::from_str(r#"{"low":7,"above":[9]}"#).unwrap();
        assert_eq!(place, Place::after(7));
    }
}
