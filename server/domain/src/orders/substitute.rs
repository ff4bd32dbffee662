//! What may stand in for something that was not found: the same thing in another option first, then what the
//! catalogue calls related; never dearer for the shopper.

/// How near to what was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kinship {
    /// Another option of the same product.
    SameProduct,
    Related,
}

/// Something the store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<K> {
    pub key: K,
    pub kinship: Kinship,
    /// Of one, in minor units.
    pub price: i64,
    /// How many can be promised.
    pub available: i64,
}

/// The best of these for `quantity` of something that was paid at `paid` each: the nearest kin; of equal kin the one
/// that costs most, as it is most like what was chosen; of equals the first. None where all are dearer or too few.
#[must_use]
pub fn substitute<K: Copy>(candidates: &[Candidate<K>], quantity: i64, paid: i64) -> Option<Candidate<K>> {
    let mut best: Option<Candidate<K>> = None;
    for candidate in candidates.iter().filter(|one| one.price <= paid && one.available >= quantity) {
        let better = best.is_none_or(|best| {
            candidate.kinship < best.kinship
                || candidate.kinship == best.kinship && candidate.price > best.price
        });
        if better {
            best = Some(*candidate);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use Kinship::{Related, SameProduct};

    fn one(key: char, kinship: Kinship, price: i64, available: i64) -> Candidate<char> {
        Candidate { key, kinship, price, available }
    }

    #[test]
    fn the_same_in_another_colour_goes_before_anything_related_and_nothing_is_dearer() {
        for (candidates, quantity, chosen) in [
            (vec![one('a', Related, 900, 9), one('b', SameProduct, 500, 9)], 1, Some('b')),
            (vec![one('a', SameProduct, 1_001, 9), one('b', Related, 900, 9)], 1, Some('b')),
            (vec![one('a', SameProduct, 800, 1), one('b', SameProduct, 700, 2)], 2, Some('b')),
            (
                vec![one('a', Related, 700, 9), one('b', Related, 1_000, 9), one('c', Related, 1_000, 9)],
                1,
                Some('b'),
            ),
            (vec![one('a', SameProduct, 1_001, 9), one('b', Related, 900, 0)], 1, None),
            (vec![], 1, None),
        ] {
            let found = substitute(&candidates, quantity, 1_000).map(|one| one.key);
            assert_eq!(found, chosen, "{candidates:?}");
        }
    }
}
