//! Which store is best for a whole basket.
//!
//! First those that have everything, then by how many lines they have. Among equals what counts is when
//! the shopper could stand at the counter: the minutes until it is ready plus the minutes on the way.
//! A store two streets further that is ready in half an hour so goes before one next door that opens
//! tomorrow, and a store across the city never wins by being five minutes quicker.

use std::cmp::Ordering;

use jiff::Timestamp;

/// A store that could be offered.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Whatever the caller knows it by; handed back.
    pub index: usize,
    /// In metres; none where the shopper or the store has no position.
    pub distance_m: Option<f64>,
    /// None where nothing can be promised.
    pub ready_by: Option<Timestamp>,
    /// Available to promise, one number a line, in the order of the lines.
    pub available: Vec<i64>,
}

/// How far a store covers the basket.
#[derive(Clone, Debug, PartialEq)]
pub struct Cover {
    pub index: usize,
    pub distance_m: Option<f64>,
    pub ready_by: Option<Timestamp>,
    pub covered_lines: u32,
    pub full: bool,
    /// Of each line that is short: its place in the basket and what there is of it.
    pub missing: Vec<(usize, i64)>,
}

/// On foot, detours counted: a kilometre as the crow flies takes 14 minutes.
const WALK_M_PER_MINUTE: f64 = 70.0;
/// Further than this nobody walks; what lies beyond is ridden, waiting counted.
const WALK_M: f64 = 2_000.0;
const RIDE_M_PER_MINUTE: f64 = 250.0;
/// A store whose distance is not known stands behind those of the quarter and before other cities.
const UNKNOWN_M: f64 = 10_000.0;

/// The stores in the order they are offered; equals keep the order they came in. `wanted` is one
/// quantity a line; a store that says nothing of a line has none of it.
#[must_use]
pub fn rank(stores: Vec<Candidate>, wanted: &[i64]) -> Vec<Cover> {
    let mut covers: Vec<Cover> = stores.into_iter().map(|store| cover(&store, wanted)).collect();
    covers.sort_by(|a, b| b.covered_lines.cmp(&a.covered_lines).then_with(|| by_arrival(a, b)));
    covers
}

fn cover(store: &Candidate, wanted: &[i64]) -> Cover {
    let has = |line: usize| store.available.get(line).copied().unwrap_or(0);
    let missing: Vec<(usize, i64)> = wanted
        .iter()
        .enumerate()
        .filter(|(line, quantity)| has(*line) < **quantity)
        .map(|(line, _)| (line, has(line).max(0)))
        .collect();
    Cover {
        index: store.index,
        // A distance that is no number would have no place in any order.
        distance_m: store.distance_m.filter(|metres| metres.is_finite()),
        ready_by: store.ready_by,
        covered_lines: u32::try_from(wanted.len() - missing.len()).unwrap_or(u32::MAX),
        full: missing.is_empty(),
        missing,
    }
}

fn by_arrival(a: &Cover, b: &Cover) -> Ordering {
    match (arrival(a), arrival(b)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => travel_minutes(a).total_cmp(&travel_minutes(b)),
    }
}

/// Minutes since the epoch until the goods could be in hand.
fn arrival(cover: &Cover) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    cover.ready_by.map(|ready| ready.as_second() as f64 / 60.0 + travel_minutes(cover))
}

fn travel_minutes(cover: &Cover) -> f64 {
    let metres = cover.distance_m.unwrap_or(UNKNOWN_M).max(0.0);
    metres.min(WALK_M) / WALK_M_PER_MINUTE + (metres - WALK_M).max(0.0) / RIDE_M_PER_MINUTE
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn store(index: usize, metres: f64, ready_minute: i64, available: &[i64]) -> Candidate {
        let ready_by = Timestamp::from_second(1_800_000_000 + ready_minute * 60).ok();
        Candidate { index, distance_m: Some(metres), ready_by, available: available.to_vec() }
    }

    fn order(stores: Vec<Candidate>, wanted: &[i64]) -> Vec<usize> {
        rank(stores, wanted).into_iter().map(|cover| cover.index).collect()
    }

    #[test]
    fn everything_goes_before_nearly_everything() {
        let stores = vec![
            store(0, 10.0, 5, &[9, 9, 9, 0]),
            store(1, 9_000.0, 900, &[1, 2, 3, 4]),
            store(2, 10.0, 5, &[0, 0, 0, 0]),
        ];
        let covers = rank(stores, &[1, 2, 3, 4]);
        assert_eq!(
            covers.iter().map(|c| (c.index, c.covered_lines, c.full)).collect::<Vec<_>>(),
            [(1, 4, true), (0, 3, false), (2, 0, false)]
        );
        assert_eq!(covers[1].missing, [(3, 0)]);
    }

    #[test]
    fn soon_and_near_are_weighed_against_each_other() {
        // Next door but tomorrow; two streets on in half an hour.
        assert_eq!(order(vec![store(0, 100.0, 900, &[1]), store(1, 1_200.0, 30, &[1])], &[1]), [1, 0]);
        // Five minutes quicker, across the city.
        assert_eq!(order(vec![store(0, 12_000.0, 25, &[1]), store(1, 500.0, 30, &[1])], &[1]), [1, 0]);
    }

    #[test]
    fn equals_keep_their_order_and_unknowns_come_late() {
        assert_eq!(order((0..5).map(|i| store(i, 100.0, 5, &[1])).collect(), &[1]), [0, 1, 2, 3, 4]);
        let nowhere = Candidate { distance_m: None, ..store(0, 0.0, 5, &[1]) };
        let never = Candidate { ready_by: None, ..store(1, 10.0, 5, &[1]) };
        let odd = Candidate { distance_m: Some(f64::NAN), ..store(3, 0.0, 6, &[1]) };
        assert_eq!(order(vec![never, odd, nowhere, store(2, 900.0, 5, &[1])], &[1]), [2, 0, 3, 1]);
        assert_eq!(order(vec![store(0, 1.0, 1, &[])], &[1]), [0]);
    }

    proptest! {
        #[test]
        fn none_is_lost_and_cover_never_rises(stores in prop::collection::vec((0.0f64..30_000.0, 0i64..3_000, prop::collection::vec(0i64..4, 3)), 0..30)) {
            let count = stores.len();
            let stores: Vec<Candidate> = stores.iter().enumerate().map(|(i, (m, r, a))| store(i, *m, *r, a)).collect();
            let covers = rank(stores, &[1, 2, 3]);
            prop_assert_eq!(covers.len(), count);
            prop_assert!(covers.is_sorted_by(|a, b| a.covered_lines >= b.covered_lines));
            for cover in covers {
                prop_assert_eq!(cover.covered_lines as usize + cover.missing.len(), 3);
            }
        }
    }
}
