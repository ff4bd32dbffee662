//! What some of an order's lines cost, as the order charged them: their price with its tax, without the fee, and less
//! what went back for them before.

use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationLineRow, ReservationRow},
    orders::OrderRow,
    payments,
};
use onshelf_domain::orders::{Charge, Tax};
use onshelf_vocabulary::{
    cart::Line,
    fulfilment::{
        Fault, FieldFault,
        ReservationStatus::{NotFound, Pending},
    },
};

use super::{fault, prefix};
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

/// Lines that are no part of the order, or more than was ordered, are faults.
pub(super) async fn wanted_of(
    tx: &mut Tx<'_>,
    book: &Book,
    order: &OrderRow,
    groups: &[ReservationRow],
    lines: &[Line],
) -> Result<Result<Wanted, Vec<FieldFault>>> {
    let refunds = payments::refunds_of(tx, order.id).await?;
    let ordered: Vec<&ReservationRow> = groups.iter().filter(|row| is_ordered(groups, row)).collect();
    let mut parts = Vec::with_capacity(ordered.len());
    for row in ordered {
        let key = prefix(&row.number);
        // What was not found is paid back soon, unless something is taken for it.
        let gone = row.status == NotFound.code();
        let kept = !gone && !refunds.iter().any(|refund| refund.key.starts_with(&key));
        let lines = fulfilment::lines(tx, row.id).await?.iter().map(Charged::of).collect();
        parts.push(Part { row, lines, kept, price: 0 });
    }
    // Of the same thing in two groups, the one whose money is still here is meant first.
    parts.sort_by_key(|part| !part.kept);
    let told: Vec<(Option<i64>, i64)> = lines
        .iter()
        .map(|line| {
            let variant = book.catalogue.variant(line.sku.as_str());
            (variant.map(|variant| variant.id), line.quantity.get())
        })
        .collect();
    let before = payments::refunded_lines(tx, order.id).await?;
    Ok(judge(&mut parts, &before, &told))
}

/// What of a group's money did not go back for its lines before; none where it is no part of what was ordered. Of the
/// same thing in two groups the one that was found gave its money back first, then the one that was ordered first.
pub(super) async fn rest_of(tx: &mut Tx<'_>, order: &OrderRow, number: &str) -> Result<Option<i64>> {
    let groups = fulfilment::of_order(tx, order.id).await?;
    let refunds = payments::refunds_of(tx, order.id).await?;
    let ordered: Vec<&ReservationRow> = groups.iter().filter(|row| is_ordered(&groups, row)).collect();
    let mut parts = Vec::with_capacity(ordered.len());
    for row in ordered {
        let key = prefix(&row.number);
        let own = refunds.iter().filter(|refund| refund.key.starts_with(&key));
        let gone: i64 = own.map(|refund| refund.amount).sum();
        let lines = fulfilment::lines(tx, row.id).await?.iter().map(Charged::of).collect();
        let part = Part { row, lines, kept: row.status != NotFound.code(), price: 0 };
        parts.push((part, of_lines(row, gone)));
    }
    parts.sort_by_key(|(part, _)| !part.kept);
    for (variant, value) in payments::refunded_lines(tx, order.id).await? {
        let mut rest = value;
        for (part, most) in &mut parts {
            let spent = spend(std::slice::from_mut(part), variant, rest.min(*most));
            rest -= spent;
            *most -= spent;
        }
    }
    let found = parts.iter().find(|(part, _)| part.row.number == number);
    Ok(found.map(|(part, _)| part.row.asked - part.cost()))
}

/// How much of its lines' value may have gone back with lines, where `gone` went back with the group itself.
fn of_lines(row: &ReservationRow, gone: i64) -> i64 {
    if gone == 0 || row.asked <= 0 {
        return row.total;
    }
    let (left, asked) = (i128::from((row.asked - gone).max(0)), i128::from(row.asked));
    i64::try_from(left * i128::from(row.total.saturating_add(row.fee)) / asked).unwrap_or(row.total)
}

/// Whether it is what was ordered: no offer that nobody has taken, and nothing another group stands in for.
fn is_ordered(groups: &[ReservationRow], row: &ReservationRow) -> bool {
    let is_open = |row: &ReservationRow| row.offered_for.is_some() && row.status == Pending.code();
    let stands_in =
        |other: &ReservationRow| !is_open(other) && other.offered_for.as_deref() == Some(&*row.number);
    !is_open(row) && !groups.iter().any(stands_in)
}

/// A group as it was charged, and what of it goes back.
struct Part<'a> {
    row: &'a ReservationRow,
    lines: Vec<Charged>,
    /// Its money has not gone back, and does not by itself.
    kept: bool,
    /// Of what goes back, without a tax that was added.
    price: i64,
}

impl Part<'_> {
    /// What goes back of it, with its tax. That is parted by value: the rate may be another one today.
    fn cost(&self) -> i64 {
        let ReservationRow { total, fee, tax, asked, .. } = *self.row;
        let (_, goes) = Charge { total, fee, tax, asked }.part(total - self.price, Tax::default());
        goes.asked
    }
}

/// A line as it was charged.
#[derive(Clone, Copy)]
struct Charged {
    variant_id: i64,
    price: i64,
    /// Of how many nobody has spoken yet.
    quantity: i64,
    /// Of its value, what has not gone back.
    left: i64,
}

impl Charged {
    fn of(row: &ReservationLineRow) -> Charged {
        let ReservationLineRow { variant_id, price, quantity, .. } = *row;
        Charged { variant_id, price, quantity, left: price.saturating_mul(quantity) }
    }
}

/// What was told, as variants and how many of each, where some of the variants' value went back `before`.
fn judge(
    parts: &mut [Part<'_>],
    before: &[(i64, i64)],
    told: &[(Option<i64>, i64)],
) -> Result<Wanted, Vec<FieldFault>> {
    let asked = take(parts, told)?;
    for (variant, value) in before {
        spend(parts, *variant, *value);
    }
    let (gone, mut over, mut values) = (sum(parts), 0, Vec::with_capacity(asked.len()));
    for (variant, value) in asked {
        let spent = spend(parts, variant, value);
        over += value - spent;
        values.push((variant, spent));
    }
    let now = sum(parts);
    let charged = now.whole - gone.whole;
    Ok(Wanted { cost: Cost { whole: charged + over, kept: now.kept - gone.kept }, values, charged })
}

/// The value of what was told, of each variant.
fn take(parts: &mut [Part<'_>], told: &[(Option<i64>, i64)]) -> Result<Vec<(i64, i64)>, Vec<FieldFault>> {
    let (mut values, mut faults) = (Vec::with_capacity(told.len()), Vec::new());
    for (index, (variant, quantity)) in told.iter().enumerate() {
        let (mut known, mut missing, mut value) = (None, *quantity, 0);
        let lines = parts.iter_mut().flat_map(|part| part.lines.iter_mut());
        for line in lines.filter(|line| Some(line.variant_id) == *variant) {
            let taken = line.quantity.min(missing);
            line.quantity -= taken;
            missing -= taken;
            value += taken * line.price;
            known = *variant;
        }
        match known {
            None => faults.push(fault(&format!("/lines/{index}/sku"), Fault::NotInIt)),
            Some(_) if missing > 0 => {
                faults.push(fault(&format!("/lines/{index}/quantity"), Fault::NotThatMany));
            }
            Some(variant) => values.push((variant, value)),
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

/// Takes so much of a variant's value out of what has not gone back; answers how much of it there was.
fn spend(parts: &mut [Part<'_>], variant: i64, value: i64) -> i64 {
    let mut rest = value;
    for part in parts {
        for line in part.lines.iter_mut().filter(|line| line.variant_id == variant) {
            let spent = line.left.min(rest);
            line.left -= spent;
            rest -= spent;
            part.price += spent;
        }
    }
    value - rest
}

fn sum(parts: &[Part<'_>]) -> Cost {
    parts.iter().fold(Cost::default(), |sum, part| {
        let cost = part.cost();
        Cost { whole: sum.whole + cost, kept: sum.kept + if part.kept { cost } else { 0 } }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two kettles at 2,900 and a cup at 1,000, 8.875 % added, brought for 500.
    fn group() -> ReservationRow {
        ReservationRow { total: 6_800, fee: 500, tax: 648, asked: 7_948, ..ReservationRow::default() }
    }

    fn part(row: &ReservationRow, kept: bool) -> Part<'_> {
        let line =
            |variant_id, quantity, price| Charged { variant_id, price, quantity, left: price * quantity };
        Part { row, lines: vec![line(7, 2, 2_900), line(8, 1, 1_000)], kept, price: 0 }
    }

    fn cost(parts: &mut [Part<'_>], before: &[(i64, i64)], told: &[(i64, i64)]) -> Cost {
        let told: Vec<_> = told.iter().map(|(variant, quantity)| (Some(*variant), *quantity)).collect();
        judge(parts, before, &told).unwrap().cost
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
            assert_eq!(cost(&mut [part(&row, true)], &[], told), Cost { whole, kept: whole }, "{told:?}");
        }
    }

    #[test]
    fn what_is_in_the_price_stays_in_it() {
        let row = ReservationRow { tax: 618, asked: 6_800, fee: 0, ..group() };
        assert_eq!(cost(&mut [part(&row, true)], &[], &[(7, 1)]).whole, 2_900);
    }

    #[test]
    fn what_gave_its_money_back_is_meant_last() {
        let row = ReservationRow { tax: 0, asked: 6_800, fee: 0, ..group() };
        let mut parts = [part(&row, true), part(&row, false)];
        assert_eq!(cost(&mut parts, &[], &[(7, 3)]), Cost { whole: 8_700, kept: 5_800 });
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
            assert_eq!(cost(&mut [part(&row, true)], before, told), Cost { whole, kept }, "{before:?}");
        }
    }

    #[test]
    fn one_after_the_other_they_cost_what_they_cost_together() {
        let row = group();
        let (mut before, mut paid) = (vec![(7, 0)], Vec::new());
        for _ in 0..2 {
            let own = cost(&mut [part(&row, true)], &before, &[(7, 1)]);
            before.push((7, 2_900));
            paid.push(own.whole);
        }
        assert_eq!(paid, [3_157, 3_158]);
    }

    #[test]
    fn what_went_back_with_a_group_did_not_go_back_with_its_lines() {
        let row = group();
        for (gone, most) in [(0, 6_800), (7_948, 0), (9_999, 0), (7_948 - 1_089, 1_000)] {
            assert_eq!(of_lines(&row, gone), most, "{gone}");
        }
    }

    #[test]
    fn an_amount_stands_for_what_was_told_first() {
        let row = ReservationRow { tax: 0, asked: 6_800, fee: 0, ..group() };
        let told = [(Some(8), 1), (Some(7), 2)];
        let wanted = judge(&mut [part(&row, true)], &[], &told).unwrap();
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
        let wanted = judge(&mut [part(&row, true)], &[], &[(Some(7), 2)]).unwrap();
        assert_eq!(wanted.shares(6_315), [(7, 5_800)]);
        assert_eq!(wanted.shares(3_157), [(7, 2_900)]);
        assert_eq!(wanted.shares(1), [(7, 1)]);
    }

    #[test]
    fn what_was_not_ordered_is_said_where_it_stands() {
        let row = group();
        let told = [(Some(9), 1), (Some(7), 2), (None, 1), (Some(7), 1), (Some(8), 2)];
        let faults = judge(&mut [part(&row, true)], &[], &told).unwrap_err();
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
    fn what_is_only_offered_is_not_ordered_and_what_is_taken_stands_for_what_was_lost() {
        let row = |number: &str, status: &str, offered_for: Option<&str>| ReservationRow {
            number: number.to_owned(),
            status: status.to_owned(),
            offered_for: offered_for.map(str::to_owned),
            ..ReservationRow::default()
        };
        let ordered =
            |rows: &[ReservationRow]| -> Vec<bool> { rows.iter().map(|own| is_ordered(rows, own)).collect() };
        let lost = row("lost", "not_found", None);
        let open = [lost.clone(), row("a", "pending", Some("lost")), row("b", "pending", Some("lost"))];
        assert_eq!(ordered(&open), [true, false, false]);
        let taken = [lost, row("a", "placed", Some("lost")), row("c", "pending", None)];
        assert_eq!(ordered(&taken), [false, true, true]);
    }
}
