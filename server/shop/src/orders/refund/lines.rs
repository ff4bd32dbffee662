//! What some of an order's lines cost, as the order charged them: their price with its tax, without the fee.

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

use super::{fault, prefix, refuse};
use crate::{Book, Result};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// In minor units of the order's currency.
    pub whole: i64,
    /// Of that, what does not go back by itself, as of a group that was cancelled or not found.
    pub kept: i64,
}

/// Lines that are no part of the order, or more than was ordered, are refused.
pub(super) async fn cost_of(
    tx: &mut Tx<'_>,
    book: &Book,
    order: &OrderRow,
    groups: &[ReservationRow],
    lines: &[Line],
) -> Result<Cost> {
    let refunds = payments::refunds_of(tx, order.id).await?;
    let ordered: Vec<&ReservationRow> = groups.iter().filter(|row| is_ordered(groups, row)).collect();
    let mut parts = Vec::with_capacity(ordered.len());
    for row in ordered {
        let key = prefix(&row.number);
        // What was not found is paid back soon, unless something is taken for it.
        let gone = row.status == NotFound.code();
        let kept = !gone && !refunds.iter().any(|refund| refund.key.starts_with(&key));
        parts.push(Part { row, lines: fulfilment::lines(tx, row.id).await?, kept, price: 0 });
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
    refuse(take(&mut parts, &told))?;
    Ok(sum(&parts))
}

/// Whether it is what was ordered: no offer that nobody has taken, and nothing another group stands in for.
fn is_ordered(groups: &[ReservationRow], row: &ReservationRow) -> bool {
    let is_open = |row: &ReservationRow| row.offered_for.is_some() && row.status == Pending.code();
    let stands_in =
        |other: &ReservationRow| !is_open(other) && other.offered_for.as_deref() == Some(&*row.number);
    !is_open(row) && !groups.iter().any(stands_in)
}

/// A group as it was charged, and what is taken of it.
struct Part<'a> {
    row: &'a ReservationRow,
    /// With what is not taken of them.
    lines: Vec<ReservationLineRow>,
    /// Its money has not gone back, and does not by itself.
    kept: bool,
    /// Of what is taken, without a tax that was added.
    price: i64,
}

impl Part<'_> {
    /// What is taken of it, with its tax. That is parted by value: the rate may be another one today.
    fn cost(&self) -> i64 {
        let ReservationRow { total, fee, tax, asked, .. } = *self.row;
        let (_, goes) = Charge { total, fee, tax, asked }.part(total - self.price, Tax::default());
        goes.asked
    }
}

/// Takes what was told, as variants and how many of each, out of the parts.
fn take(parts: &mut [Part<'_>], told: &[(Option<i64>, i64)]) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    for (index, (variant, quantity)) in told.iter().enumerate() {
        let (mut known, mut missing) = (false, *quantity);
        for part in parts.iter_mut() {
            for line in part.lines.iter_mut().filter(|line| Some(line.variant_id) == *variant) {
                let taken = line.quantity.min(missing);
                line.quantity -= taken;
                missing -= taken;
                part.price += taken * line.price;
                known = true;
            }
        }
        if !known {
            faults.push(fault(&format!("/lines/{index}/sku"), Fault::NotInIt));
        } else if missing > 0 {
            faults.push(fault(&format!("/lines/{index}/quantity"), Fault::NotThatMany));
        }
    }
    faults
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
        let line = |position, variant_id, quantity, price| ReservationLineRow {
            reservation_id: 1,
            position,
            variant_id,
            quantity,
            price,
        };
        Part { row, lines: vec![line(0, 7, 2, 2_900), line(1, 8, 1, 1_000)], kept, price: 0 }
    }

    #[test]
    fn lines_cost_their_price_with_the_tax_that_was_added_and_no_fee() {
        let row = group();
        for (told, cost) in [
            (&[(Some(8), 1)][..], 1_089),
            (&[(Some(7), 1)], 3_157),
            (&[(Some(7), 1), (Some(7), 1)], 6_315),
            // All but what bringing it costs, and the tax of that.
            (&[(Some(7), 2), (Some(8), 1)], 7_948 - 544),
        ] {
            let mut parts = [part(&row, true)];
            assert!(take(&mut parts, told).is_empty());
            assert_eq!(sum(&parts), Cost { whole: cost, kept: cost }, "{told:?}");
        }
    }

    #[test]
    fn what_is_in_the_price_stays_in_it() {
        let row = ReservationRow { tax: 618, asked: 6_800, fee: 0, ..group() };
        let mut parts = [part(&row, true)];
        assert!(take(&mut parts, &[(Some(7), 1)]).is_empty());
        assert_eq!(sum(&parts).whole, 2_900);
    }

    #[test]
    fn what_gave_its_money_back_is_meant_last() {
        let row = ReservationRow { tax: 0, asked: 6_800, fee: 0, ..group() };
        let mut parts = [part(&row, true), part(&row, false)];
        assert!(take(&mut parts, &[(Some(7), 3)]).is_empty());
        assert_eq!(sum(&parts), Cost { whole: 8_700, kept: 5_800 });
    }

    #[test]
    fn what_was_not_ordered_is_said_where_it_stands() {
        let row = group();
        let mut parts = [part(&row, true)];
        let told = [(Some(9), 1), (Some(7), 2), (None, 1), (Some(7), 1), (Some(8), 2)];
        let faults: Vec<(String, Fault)> =
            take(&mut parts, &told).into_iter().map(|fault| (fault.pointer, fault.fault)).collect();
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
