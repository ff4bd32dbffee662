//! A receipt that also answers a reservation: what on it was held, and what was taken beside it.

use std::collections::BTreeMap;

/// Of each line sold, in the order of the lines, how many units the hand-over has not taken already. What was
/// `handed` over answers the first lines that name the same thing, once.
#[must_use]
pub fn beside<K: Ord + Copy>(sold: &[(K, i64)], handed: &[(K, i64)]) -> Vec<i64> {
    let mut answered: BTreeMap<K, i64> = BTreeMap::new();
    for (key, quantity) in handed {
        *answered.entry(*key).or_default() += quantity;
    }
    sold.iter()
        .map(|(key, quantity)| {
            let Some(left) = answered.get_mut(key) else { return *quantity };
            let taken = (*left).min(*quantity);
            *left -= taken;
            quantity - taken
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_handed_over_is_taken_once() {
        for (sold, handed, expected) in [
            (&[('a', 2)][..], &[('a', 2)][..], &[0][..]),
            (&[('a', 3), ('b', 1)], &[('a', 2)], &[1, 1]),
            (&[('a', 1), ('a', 1), ('a', 1)], &[('a', 2)], &[0, 0, 1]),
            (&[('a', 1)], &[('a', 2), ('b', 1)], &[0]),
            (&[('a', 2)], &[('a', 1), ('a', 1)], &[0]),
            (&[('a', 2)], &[], &[2]),
            (&[], &[('a', 1)], &[]),
        ] {
            assert_eq!(beside(sold, handed), expected, "{sold:?} {handed:?}");
        }
    }
}
