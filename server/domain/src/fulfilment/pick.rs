//! A pick that did not find everything: which lines go on, and with how many. Counts are told a thing and not a
//! line: an associate counts cups, however many lines ask for them.

use std::collections::BTreeMap;

/// Why a count cannot be of this pick. The index is its place among what was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickFault {
    /// Nobody asked for that.
    NotAsked(usize),
    /// More than was asked for, or less than nothing.
    NotThatMany(usize),
    /// All of it was found: that is no trouble.
    NothingMissing,
}

/// What is missing where `found` was found of what was `asked`; what is not told of was found whole.
pub fn missing_of<K: Ord + Copy>(asked: &[(K, i64)], found: &[(K, i64)]) -> Result<Vec<(K, i64)>, PickFault> {
    let wanted = summed(asked);
    let told = told(&wanted, found)?;
    let missing: Vec<(K, i64)> = told
        .into_iter()
        .filter_map(|(key, found)| {
            let left = wanted.get(&key).copied().unwrap_or(0) - found;
            (left > 0).then_some((key, left))
        })
        .collect();
    if missing.is_empty() { Err(PickFault::NothingMissing) } else { Ok(missing) }
}

/// Of each line of `asked`, in their order, how many are missing. Lines further down go without first.
pub fn split_pick<K: Ord + Copy>(asked: &[(K, i64)], missing: &[(K, i64)]) -> Result<Vec<i64>, PickFault> {
    let mut left = told(&summed(asked), missing)?;
    if left.values().all(|count| *count == 0) {
        return Err(PickFault::NothingMissing);
    }
    let mut split: Vec<i64> = asked
        .iter()
        .rev()
        .map(|(key, quantity)| {
            let Some(left) = left.get_mut(key) else { return 0 };
            let gone = (*left).min(*quantity);
            *left -= gone;
            gone
        })
        .collect();
    split.reverse();
    Ok(split)
}

fn summed<K: Ord + Copy>(lines: &[(K, i64)]) -> BTreeMap<K, i64> {
    let mut sums = BTreeMap::new();
    for (key, quantity) in lines {
        let sum: &mut i64 = sums.entry(*key).or_default();
        *sum = sum.saturating_add(*quantity);
    }
    sums
}

/// What was told, each thing once, none of it more than was wanted.
fn told<K: Ord + Copy>(
    wanted: &BTreeMap<K, i64>,
    counts: &[(K, i64)],
) -> Result<BTreeMap<K, i64>, PickFault> {
    let mut sums: BTreeMap<K, i64> = BTreeMap::new();
    for (index, (key, count)) in counts.iter().enumerate() {
        let most = *wanted.get(key).ok_or(PickFault::NotAsked(index))?;
        let sum = sums.entry(*key).or_default();
        *sum = sum.saturating_add(*count);
        if *count < 0 || *sum > most {
            return Err(PickFault::NotThatMany(index));
        }
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_missing_is_taken_from_the_last_lines() {
        for (asked, missing, split) in [
            (&[('a', 3)][..], &[('a', 1)][..], Ok(vec![1])),
            (&[('a', 3), ('b', 1)], &[('b', 1)], Ok(vec![0, 1])),
            (&[('a', 2), ('b', 1), ('a', 2)], &[('a', 3)], Ok(vec![1, 0, 2])),
            (&[('a', 2)], &[('a', 1), ('a', 1)], Ok(vec![2])),
            (&[('a', 2)], &[('a', 1), ('a', 2)], Err(PickFault::NotThatMany(1))),
            (&[('a', 2)], &[('c', 1)], Err(PickFault::NotAsked(0))),
            (&[('a', 2)], &[('a', -1)], Err(PickFault::NotThatMany(0))),
            (&[('a', 2)], &[('a', 0)], Err(PickFault::NothingMissing)),
            (&[('a', 2)], &[], Err(PickFault::NothingMissing)),
        ] {
            assert_eq!(split_pick(asked, missing), split, "{asked:?} {missing:?}");
        }
    }

    #[test]
    fn what_is_not_told_of_was_found() {
        for (asked, found, missing) in [
            (&[('a', 3), ('b', 1)][..], &[('a', 2)][..], Ok(vec![('a', 1)])),
            (&[('a', 3)], &[('a', 0)], Ok(vec![('a', 3)])),
            (&[('a', 1), ('a', 1)], &[('a', 1)], Ok(vec![('a', 1)])),
            (&[('a', 3)], &[('a', 3)], Err(PickFault::NothingMissing)),
            (&[('a', 3)], &[('a', 4)], Err(PickFault::NotThatMany(0))),
            (&[('a', 3)], &[('b', 1)], Err(PickFault::NotAsked(0))),
        ] {
            assert_eq!(missing_of(asked, found), missing, "{asked:?} {found:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_missing_twice(asked in prop::collection::vec((0u8..4, 1i64..9), 1..9), found in 0i64..9) {
            let found = [(asked[0].0, found)];
            if let Ok(missing) = missing_of(&asked, &found) {
                let split = split_pick(&asked, &missing).unwrap();
                prop_assert_eq!(split.iter().sum::<i64>(), missing.iter().map(|(_, n)| n).sum::<i64>());
                prop_assert!(split.iter().zip(&asked).all(|(gone, (_, all))| (0..=*all).contains(gone)));
            }
        }
    }
}
