//! What a group costs, and how that is parted when part of the group cannot be had. The parts always sum to what
//! was asked: money is neither made nor lost by a rounding.

use super::Tax;

/// What is asked for a group, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charge {
    /// Of its lines.
    pub total: i64,
    /// Of its way.
    pub fee: i64,
    /// In the price, or on top of it.
    pub tax: i64,
    /// All of it: lines, fee, and tax where that is added.
    pub asked: i64,
}

impl Charge {
    /// Where lines of `kept` stay: what these cost, and what goes. The way is still gone, so the fee stays with them.
    /// `tax` is what the rate is today; where the charge was made by another one, its tax is parted by value.
    #[must_use]
    pub fn part(self, kept: i64, tax: Tax) -> (Charge, Charge) {
        let kept = kept.clamp(0, self.total);
        let (whole, base) = (self.total.saturating_add(self.fee), kept.saturating_add(self.fee));
        let own = if tax.of(whole) == self.tax { tax.of(base) } else { share(self.tax, base, whole) };
        let added = if self.asked > whole { own } else { 0 };
        let stays = Charge { total: kept, fee: self.fee, tax: own, asked: base.saturating_add(added) };
        let goes = Charge {
            total: self.total - stays.total,
            fee: 0,
            tax: self.tax - stays.tax,
            asked: self.asked - stays.asked,
        };
        (stays, goes)
    }
}

/// `part` of `whole` of an amount, rounded half up.
fn share(amount: i64, part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    let (amount, part, whole) = (i128::from(amount), i128::from(part), i128::from(whole));
    i64::try_from((amount * part * 2 + whole) / (whole * 2)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KOREA: Tax = Tax { rate: 100_000, included: true };
    const YORK: Tax = Tax { rate: 88_750, included: false };

    fn charge(total: i64, fee: i64, tax: Tax) -> Charge {
        let base = total + fee;
        Charge { total, fee, tax: tax.of(base), asked: tax.on_top(base) }
    }

    #[test]
    fn two_of_three_cost_what_two_would_have_cost() {
        for (tax, fee) in [(KOREA, 0), (KOREA, 3_500), (YORK, 0), (YORK, 599)] {
            let (stays, goes) = charge(27_000, fee, tax).part(18_000, tax);
            assert_eq!(stays, charge(18_000, fee, tax));
            assert_eq!(goes.asked, charge(27_000, fee, tax).asked - stays.asked);
            assert_eq!(goes.fee, 0);
        }
    }

    #[test]
    fn a_rate_that_changed_meanwhile_changes_nothing_that_was_asked() {
        let asked = charge(10_000, 0, YORK);
        let (stays, goes) = asked.part(5_000, Tax { rate: 200_000, included: false });
        assert_eq!((stays.tax, stays.asked, goes.tax, goes.asked), (444, 5_444, 444, 5_444));
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole(total in 0i64..10_000_000, fee in 0i64..10_000, kept in 0i64..10_000_000, korea in any::<bool>(), rate in 0u32..400_000) {
            let whole = charge(total, fee, if korea { KOREA } else { YORK });
            let (stays, goes) = whole.part(kept, Tax { rate, included: korea });
            prop_assert_eq!(stays.asked + goes.asked, whole.asked);
            prop_assert_eq!(stays.tax + goes.tax, whole.tax);
            prop_assert_eq!(stays.total + goes.total, whole.total);
            prop_assert!(goes.asked >= 0 && goes.tax >= 0 && stays.asked >= 0);
        }
    }
}
