//! What promotions take off the prices of a group, by name. It is taken off piece by piece, so that a line still costs its
//! quantity times its price: tax, splitting and refunds go by what was charged and need to know nothing of it.

use onshelf_vocabulary::Text;
use serde::{Deserialize, Serialize};

/// A discount, as whoever grants it says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discount {
    /// For shoppers, on the receipt.
    pub name: Text,
    /// Which of the group's lines it is on, by its place; none: on all of them together.
    pub line: Option<usize>,
    /// In all, in minor units. Below 0 it is none, and never more than what the lines cost.
    pub amount: i64,
}

/// What was taken off one piece.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Off {
    pub name: Text,
    pub amount: i64,
}

/// Pieces of a line that cost the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces {
    /// The line's place.
    pub line: usize,
    pub quantity: i64,
    /// Of one, when all that is off is off.
    pub price: i64,
    pub off: Vec<Off>,
}

impl Pieces {
    const fn value(&self) -> i64 {
        self.price.saturating_mul(self.quantity)
    }

    /// With `share` less for all of them together. Where it cannot be parted evenly, some cost one unit of money less.
    fn less(&self, share: i64, name: &Text) -> impl Iterator<Item = Pieces> {
        let quantity = self.quantity.max(1);
        let (each, rest) = (share / quantity, share % quantity);
        [(rest, each + 1), (quantity - rest, each)].into_iter().filter(|(quantity, _)| *quantity > 0).map(
            |(quantity, amount)| {
                let mut off = self.off.clone();
                off.extend((amount > 0).then(|| Off { name: name.clone(), amount }));
                Pieces { line: self.line, quantity, price: self.price - amount, off }
            },
        )
    }
}

/// Lines (quantity, price of one) with all discounts taken off, one after the other; a line may come to several kinds of
/// pieces.
#[must_use]
pub fn reduced(lines: &[(i64, i64)], discounts: &[Discount]) -> Vec<Pieces> {
    let whole = |(line, (quantity, price)): (usize, &(i64, i64))| Pieces {
        line,
        quantity: *quantity,
        price: *price,
        off: Vec::new(),
    };
    let pieces: Vec<Pieces> = lines.iter().enumerate().map(whole).collect();
    discounts.iter().fold(pieces, |pieces, discount| take_off(&pieces, discount))
}

/// Shared out by value: the shares sum to the amount, and none is more than what it is of.
fn take_off(pieces: &[Pieces], discount: &Discount) -> Vec<Pieces> {
    let is_meant = |piece: &Pieces| discount.line.is_none_or(|line| line == piece.line);
    let whole = pieces.iter().filter(|piece| is_meant(piece)).map(Pieces::value).fold(0, i64::saturating_add);
    let amount = discount.amount.clamp(0, whole);
    let mut before = 0i64;
    let mut out = Vec::with_capacity(pieces.len());
    for piece in pieces {
        if amount == 0 || !is_meant(piece) {
            out.push(piece.clone());
            continue;
        }
        let after = before.saturating_add(piece.value());
        let share = share(amount, after, whole) - share(amount, before, whole);
        before = after;
        out.extend(piece.less(share, &discount.name));
    }
    out
}

/// `part` of `whole` of an amount, rounded down.
fn share(amount: i64, part: i64, whole: i64) -> i64 {
    let (amount, part, whole) = (i128::from(amount), i128::from(part), i128::from(whole.max(1)));
    i64::try_from(amount * part / whole).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn discount(line: Option<usize>, amount: i64) -> Discount {
        Discount { name: Text::new("환영", "Welcome"), line, amount }
    }

    fn told(lines: &[(i64, i64)], discounts: &[Discount]) -> Vec<(usize, i64, i64)> {
        let pieces = reduced(lines, discounts);
        pieces.into_iter().map(|piece| (piece.line, piece.quantity, piece.price)).collect()
    }

    #[test]
    fn it_is_taken_off_piece_by_piece() {
        let lines = [(3, 9_000), (1, 38_000)];
        assert_eq!(told(&lines, &[]), [(0, 3, 9_000), (1, 1, 38_000)]);
        for (discounts, pieces) in [
            (&[discount(Some(0), 1_500)][..], &[(0, 3, 8_500), (1, 1, 38_000)][..]),
            (&[discount(Some(0), 1_000)], &[(0, 1, 8_666), (0, 2, 8_667), (1, 1, 38_000)]),
            // 415 of 27,000 and 585 of 38,000.
            (&[discount(None, 1_000)], &[(0, 1, 8_861), (0, 2, 8_862), (1, 1, 37_415)]),
            (&[discount(Some(1), 8_000), discount(None, 570)], &[(0, 3, 8_910), (1, 1, 29_700)]),
            // Never more than there is, and nothing for a line that is not there.
            (&[discount(Some(1), 99_000)], &[(0, 3, 9_000), (1, 1, 0)]),
            (&[discount(Some(2), 500), discount(None, -500)][..], &[(0, 3, 9_000), (1, 1, 38_000)]),
        ] {
            assert_eq!(told(&lines, discounts), pieces, "{discounts:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_charged_and_what_is_off_are_what_it_cost(
            lines in prop::collection::vec((1i64..20, 0i64..100_000), 1..6),
            amounts in prop::collection::vec((prop::option::of(0usize..7), -100i64..500_000), 0..4),
        ) {
            let discounts: Vec<Discount> = amounts.iter().map(|(line, amount)| discount(*line, *amount)).collect();
            let pieces = reduced(&lines, &discounts);
            for (place, (quantity, price)) in lines.iter().enumerate() {
                let own: Vec<&Pieces> = pieces.iter().filter(|piece| piece.line == place).collect();
                prop_assert_eq!(own.iter().map(|piece| piece.quantity).sum::<i64>(), *quantity);
                for piece in own {
                    prop_assert!(piece.price >= 0 && piece.quantity > 0);
                    prop_assert!(piece.off.iter().all(|off| off.amount > 0));
                    let off: i64 = piece.off.iter().map(|off| off.amount).sum();
                    prop_assert_eq!(piece.price + off, *price);
                }
            }
            if let [only] = discounts.as_slice() && only.line.is_none() {
                let whole: i64 = lines.iter().map(|(quantity, price)| quantity * price).sum();
                let charged: i64 = pieces.iter().map(Pieces::value).sum();
                prop_assert_eq!(charged, whole - only.amount.clamp(0, whole));
            }
        }
    }
}
