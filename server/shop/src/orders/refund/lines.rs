//! What some of an order's lines cost, as the order charged them: their price with its tax, without the fee, and less
//! what went back for them before.

use onshelf_db::{Tx, fulfilment, orders::OrderRow};
use onshelf_vocabulary::{
    cart::Line,
    fulfilment::{Fault, FieldFault},
};

use super::{
    charged::{Part, parts_of, spend},
    fault,
};
use crate::{Book, Result};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// In minor units of the order's currency. More than can go back where some of it went back before.
    pub whole: i64,
    /// Of that, what has not gone back and does not by itself, as of a group that was cancelled or not found.
    pub kept: i64,
}

/// Lines somebody wants the money of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub cost: Cost,
    /// As they were told: variants, and of the value of each what has not gone back. Together they cost `charged`.
    values: Vec<(i64, i64)>,
    charged: i64,
}

impl Wanted {
    /// What of each variant's value an amount stands for: all of it, or what was told first. Rounded up, so that what is
    /// left of a line is never more than was charged for it.
    pub(super) fn shares(&self, amount: i64) -> Vec<(i64, i64)> {
        let whole: i64 = self.values.iter().map(|(_, value)| value).sum();
        let mut left = if amount < self.charged {
            let (whole, charged) = (i128::from(whole), i128::from(self.charged));
            i64::try_from((whole * i128::from(amount) + charged - 1) / charged).unwrap_or(i64::MAX)
        } else {
            whole
        };
        let share = |(variant, value): &(i64, i64)| {
            let share = left.min(*value);
            left -= share;
            (share > 0).then_some((*variant, share))
        };
        self.values.iter().filter_map(share).collect()
    }
}

/// Lines that are no part of the order, or more than was ordered, are faults; so is what another `store` hands over,
/// where only what one does may be named.
pub(super) fn wanted_of(
    book: &Book,
    parts: Vec<Part<'_>>,
    store: Option<i64>,
    lines: &[Line],
) -> Result<Wanted, Vec<FieldFault>> {
    let told: Vec<(Option<i64>, i64)> = lines
        .iter()
        .map(|line| {
            let variant = book.catalogue.variant(line.sku.as_str());
            (variant.map(|variant| variant.id), line.quantity.get())
        })
        .collect();
    judge(parts, store, &told)
}

/// What of a group's money did not go back for its lines before, where so much is `left` of the order's; none where it
/// is no part of what was ordered.
pub(super) async fn rest_of(
    tx: &mut Tx<'_>,
    order: &OrderRow,
    number: &str,
    left: i64,
) -> Result<Option<i64>> {
    let groups = fulfilment::of_order(tx, order.id).await?;
    Ok(rest(&parts_of(tx, order, &groups).await?, number, left))
}

/// Nothing is kept that no other group is paid with: amounts that went back for part of a line were rounded.
fn rest(parts: &[Part<'_>], number: &str, left: i64) -> Option<i64> {
    let own = parts.iter().find(|part| part.row.number == number)?;
    let others = parts.iter().filter(|part| part.row.number != number && !part.is_gone());
    Some(own.left().max(left - others.map(Part::left).sum::<i64>()))
}

/// What was told, as variants and how many of each.
fn judge(
    mut parts: Vec<Part<'_>>,
    store: Option<i64>,
    told: &[(Option<i64>, i64)],
) -> Result<Wanted, Vec<FieldFault>> {
    // Of the same thing in two groups, the one whose money is still here is meant first.
    parts.sort_by_key(|part| !part.is_kept());
    let is_own = |part: &Part<'_>| store.is_none_or(|store| part.row.store_id == store);
    let (mut own, others): (Vec<Part<'_>>, Vec<Part<'_>>) = parts.into_iter().partition(is_own);
    let asked = take(&mut own, &others, told)?;
    let (gone, mut over, mut values) = (sum(&own), 0, Vec::with_capacity(asked.len()));
    for (variant, value) in asked {
        let spent = spend(&mut own, variant, value);
        over += value - spent;
        values.push((variant, spent));
    }
    let now = sum(&own);
    let charged = now.whole - gone.whole;
    Ok(Wanted { cost: Cost { whole: charged + over, kept: now.kept - gone.kept }, values, charged })
}

/// The value of what was told, of each variant.
fn take(
    own: &mut [Part<'_>],
    others: &[Part<'_>],
    told: &[(Option<i64>, i64)],
) -> Result<Vec<(i64, i64)>, Vec<FieldFault>> {
    let elsewhere = |variant: Option<i64>| {
        let mut lines = others.iter().flat_map(|part| &part.lines);
        lines.any(|line| Some(line.variant_id) == variant)
    };
    let (mut values, mut faults) = (Vec::with_capacity(told.len()), Vec::new());
    for (index, (variant, quantity)) in told.iter().enumerate() {
        let (mut known, mut missing, mut value) = (None, *quantity, 0);
        let lines = own.iter_mut().flat_map(|part| part.lines.iter_mut());
        for line in lines.filter(|line| Some(line.variant_id) == *variant) {
            let taken = line.quantity.min(missing);
            line.quantity -= taken;
            missing -= taken;
            value += taken * line.price;
            known = *variant;
        }
        let sku = || format!("/lines/{index}/sku");
        match known {
            None if elsewhere(*variant) => faults.push(fault(&sku(), Fault::OfAnotherStore)),
            None => faults.push(fault(&sku(), Fault::NotInIt)),
            Some(_) if missing > 0 => {
                faults.push(fault(&format!("/lines/{index}/quantity"), Fault::NotThatMany));
            }
            Some(variant) => values.push((variant, value)),
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

fn sum(parts: &[Part<'_>]) -> Cost {
    parts.iter().fold(Cost::default(), |sum, part| {
        let cost = part.cost();
        Cost { whole: sum.whole + cost, kept: sum.kept + if part.is_kept() { cost } else { 0 } }
    })
}

#[cfg(test)]
mod tests {
    use onshelf_db::{
        fulfilment::{ReservationLineRow, ReservationRow},
        payments::RefundedLineRow,
    };

    use super::{super::charged::enter, *};

    /// Two kettles at 2,900 and a cup at 1,000, 8.875 % added, brought for 500.
    fn group() -> ReservationRow {
        ReservationRow { total: 6_800, fee: 500, tax: 648, asked: 7_948, ..ReservationRow::default() }
    }

    fn part(row: &ReservationRow, kept: bool) -> Part<'_> {
        let line = |variant_id, quantity, price| ReservationLineRow {
            position: variant_id,
            variant_id,
            quantity,
            price,
            ..ReservationLineRow::default()
        };
        Part::of(row, &[line(7, 2, 2_900), line(8, 1, 1_000)], if kept { 0 } else { row.asked })
    }

    fn cost(mut parts: Vec<Part<'_>>, before: &[(i64, i64)], told: &[(i64, i64)]) -> Cost {
        let before: Vec<RefundedLineRow> =
            before.iter().map(|(variant_id, value)| line_of(*variant_id, *value)).collect();
        enter(&mut parts, &before);
        let told: Vec<_> = told.iter().map(|(variant, quantity)| (Some(*variant), *quantity)).collect();
        judge(parts, None, &told).unwrap().cost
    }

    fn line_of(variant_id: i64, value: i64) -> RefundedLineRow {
        RefundedLineRow { variant_id, store_id: 0, value }
    }

    #[test]
    fn lines_cost_their_price_with_the_tax_that_was_added_and_no_fee() {
        let row = group();
        for (told, whole) in [
            (&[(8, 1)][..], 1_089),
            (&[(7, 1)], 3_157),
            (&[(7, 1), (7, 1)], 6_315),
            // All but what bringing it costs, and the tax of that.
            (&[(7, 2), (8, 1)], 7_948 - 544),
        ] {
            assert_eq!(cost(vec![part(&row, true)], &[], told), Cost { whole, kept: whole }, "{told:?}");
        }
    }

    #[test]
    fn what_is_in_the_price_stays_in_it() {
        let row = ReservationRow { tax: 618, asked: 6_800, fee: 0, ..group() };
        assert_eq!(cost(vec![part(&row, true)], &[], &[(7, 1)]).whole, 2_900);
    }

    #[test]
    fn what_gave_its_money_back_is_meant_last() {
        let row = ReservationRow { tax: 0, asked: 6_800, fee: 0, ..group() };
        let parts = vec![part(&row, false), part(&row, true)];
        assert_eq!(cost(parts, &[], &[(7, 3)]), Cost { whole: 8_700, kept: 5_800 });
    }

    #[test]
    fn what_went_back_before_is_not_there_any_more() {
        let row = ReservationRow { tax: 0, asked: 6_800, fee: 0, ..group() };
        for (before, told, whole, kept) in [
            (&[(7, 2_900)][..], &[(7, 1)][..], 2_900, 2_900),
            (&[(7, 2_900)], &[(7, 2)], 5_800, 2_900),
            (&[(7, 5_800)], &[(7, 1)], 2_900, 0),
            (&[(7, 5_800)], &[(7, 1), (8, 1)], 3_900, 1_000),
            // Part of one, and more than there ever was.
            (&[(8, 400)], &[(8, 1)], 1_000, 600),
            (&[(8, 9_999), (9, 1)], &[(8, 1)], 1_000, 0),
        ] {
            assert_eq!(cost(vec![part(&row, true)], before, told), Cost { whole, kept }, "{before:?}");
        }
    }

    #[test]
    fn one_after_the_other_they_cost_what_they_cost_together() {
        let row = group();
        let (mut before, mut paid) = (vec![(7, 0)], Vec::new());
        for _ in 0..2 {
            let own = cost(vec![part(&row, true)], &before, &[(7, 1)]);
            before.push((7, 2_900));
            paid.push(own.whole);
        }
        assert_eq!(paid, [3_157, 3_158]);
    }

    #[test]
    fn an_amount_stands_for_what_was_told_first() {
        let row = ReservationRow { tax: 0, asked: 6_800, fee: 0, ..group() };
        let told = [(Some(8), 1), (Some(7), 2)];
        let wanted = judge(vec![part(&row, true)], None, &told).unwrap();
        for (amount, shares) in [
            (6_800, &[(8, 1_000), (7, 5_800)][..]),
            (1_200, &[(8, 1_000), (7, 200)]),
            (1_000, &[(8, 1_000)]),
            (1, &[(8, 1)]),
        ] {
            assert_eq!(wanted.shares(amount), shares, "{amount}");
        }
        // Of what was taxed on top, less than the amount; never nothing.
        let row = group();
        let wanted = judge(vec![part(&row, true)], None, &[(Some(7), 2)]).unwrap();
        assert_eq!(wanted.shares(6_315), [(7, 5_800)]);
        assert_eq!(wanted.shares(3_157), [(7, 2_900)]);
        assert_eq!(wanted.shares(1), [(7, 1)]);
    }

    #[test]
    fn what_was_not_ordered_is_said_where_it_stands() {
        let row = group();
        let told = [(Some(9), 1), (Some(7), 2), (None, 1), (Some(7), 1), (Some(8), 2)];
        let faults = judge(vec![part(&row, true)], None, &told).unwrap_err();
        let faults: Vec<(String, Fault)> =
            faults.into_iter().map(|fault| (fault.pointer, fault.fault)).collect();
        let expected = [
            ("/lines/0/sku", Fault::NotInIt),
            ("/lines/2/sku", Fault::NotInIt),
            ("/lines/3/quantity", Fault::NotThatMany),
            ("/lines/4/quantity", Fault::NotThatMany),
        ];
        assert_eq!(faults, expected.map(|(pointer, fault)| (pointer.to_owned(), fault)));
    }

    #[test]
    fn what_was_rounded_for_part_of_a_line_is_not_kept_of_a_group_that_goes() {
        let row = |number: &str| ReservationRow { number: number.to_owned(), ..group() };
        let (first, second, asked) = (row("first"), row("second"), group().asked);
        for amount in 1..400 {
            let wanted = judge(vec![part(&first, true)], None, &[(Some(7), 2)]).unwrap();
            let before: Vec<RefundedLineRow> =
                wanted.shares(amount).into_iter().map(|(variant, value)| line_of(variant, value)).collect();
            let mut alone = [part(&first, true)];
            enter(&mut alone, &before);
            assert_eq!(rest(&alone, "first", asked - amount), Some(asked - amount));
            // What another group is paid with stays.
            let mut both = [part(&first, true), part(&second, true)];
            enter(&mut both, &before);
            assert_eq!(rest(&both, "first", 2 * asked - amount), Some(asked - amount));
        }
        assert_eq!(rest(&[part(&first, true)], "second", asked), None);
    }

    #[test]
    fn a_store_gives_back_only_what_it_hands_over() {
        let own = ReservationRow { store_id: 1, tax: 0, asked: 6_800, fee: 0, ..group() };
        let other = ReservationRow { store_id: 2, ..own.clone() };
        let line = |variant_id| ReservationLineRow {
            variant_id,
            quantity: 4,
            price: 1_000,
            ..ReservationLineRow::default()
        };
        let parts = || vec![Part::of(&other, &[line(7), line(8)], 0), Part::of(&own, &[line(8)], 0)];
        let told = |store, variant, quantity| judge(parts(), store, &[(Some(variant), quantity)]);
        assert_eq!(told(Some(1), 8, 4).unwrap().cost.whole, 4_000);
        assert_eq!(told(None, 8, 8).unwrap().cost.whole, 8_000);
        for (variant, quantity, pointer, fault) in [
            (7, 1, "/lines/0/sku", Fault::OfAnotherStore),
            (9, 1, "/lines/0/sku", Fault::NotInIt),
            (8, 5, "/lines/0/quantity", Fault::NotThatMany),
        ] {
            let faults = told(Some(1), variant, quantity).unwrap_err();
            assert_eq!((faults[0].pointer.as_str(), faults[0].fault), (pointer, fault));
        }
    }
}
