//! Groups as they were charged, line by line, and what of that went back: prices with their tax, without the fee.

use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationLineRow, ReservationRow},
    orders::OrderRow,
    payments::{self, RefundedLineRow},
};
use onshelf_domain::orders::{Charge, Tax};
use onshelf_vocabulary::fulfilment::ReservationStatus::{NotFound, Pending};

use super::prefix;
use crate::Result;

/// A group as it was charged, and what of it goes back.
pub(super) struct Part<'a> {
    pub row: &'a ReservationRow,
    pub lines: Vec<Charged>,
    /// What of its money went back with the group itself.
    gone: i64,
    /// Of what goes back with lines, without a tax that was added.
    price: i64,
}

impl<'a> Part<'a> {
    pub(super) fn of(row: &'a ReservationRow, lines: &[ReservationLineRow], gone: i64) -> Part<'a> {
        Part { row, lines: lines.iter().map(Charged::of).collect(), gone, price: 0 }
    }

    /// What was not found is paid back by itself, unless something is taken for it.
    fn is_found(&self) -> bool {
        self.row.status != NotFound.code()
    }

    /// Whether its money has not gone back, and does not by itself.
    pub(super) fn is_kept(&self) -> bool {
        self.is_found() && !self.is_gone()
    }

    /// Whether its money went back with it.
    pub(super) const fn is_gone(&self) -> bool {
        self.gone > 0
    }

    /// What goes back of it with lines, with its tax. That is parted by value: the rate may be another one today.
    pub(super) fn cost(&self) -> i64 {
        let ReservationRow { total, fee, tax, asked, .. } = *self.row;
        let (_, goes) = Charge { total, fee, tax, asked }.part(total - self.price, Tax::default());
        goes.asked
    }

    /// What is left of its money when that has gone back.
    pub(super) fn left(&self) -> i64 {
        self.row.asked - self.cost()
    }

    /// Takes so much of a variant's value out of what has not gone back; answers how much of it there was.
    fn spend(&mut self, variant: i64, value: i64) -> i64 {
        let mut rest = value;
        for line in self.lines.iter_mut().filter(|line| line.variant_id == variant) {
            let spent = line.left.min(rest);
            line.left -= spent;
            rest -= spent;
        }
        self.price += value - rest;
        value - rest
    }

    /// How much more of its lines' value may have gone back with lines.
    fn room(&self) -> i64 {
        (of_lines(self.row, self.gone) - self.price).max(0)
    }
}

/// A line as it was charged.
#[derive(Clone, Copy)]
pub(super) struct Charged {
    pub variant_id: i64,
    pub price: i64,
    /// Of how many nobody has spoken yet.
    pub quantity: i64,
    /// Of its value, what has not gone back.
    left: i64,
}

impl Charged {
    fn of(row: &ReservationLineRow) -> Charged {
        let ReservationLineRow { variant_id, price, quantity, .. } = *row;
        Charged { variant_id, price, quantity, left: price.saturating_mul(quantity) }
    }
}

/// Everything that was ordered, with what went back of it.
pub(super) async fn parts_of<'g>(
    tx: &mut Tx<'_>,
    order: &OrderRow,
    groups: &'g [ReservationRow],
) -> Result<Vec<Part<'g>>> {
    let refunds = payments::refunds_of(tx, order.id).await?;
    let ordered: Vec<&ReservationRow> = groups.iter().filter(|row| is_ordered(groups, row)).collect();
    let mut parts = Vec::with_capacity(ordered.len());
    for row in ordered {
        let key = prefix(&row.number);
        let own = refunds.iter().filter(|refund| refund.key.starts_with(&key));
        let gone: i64 = own.map(|refund| refund.amount).sum();
        parts.push(Part::of(row, &fulfilment::lines(tx, row.id).await?, gone));
    }
    enter(&mut parts, &payments::refunded_lines(tx, order.id).await?);
    Ok(parts)
}

/// Enters what went back for lines before. What a store's own till gave is first of what that store hands over; of the
/// same thing in two groups the one that was found gave its money back first, then the one that was ordered first.
pub(super) fn enter(parts: &mut [Part<'_>], before: &[RefundedLineRow]) {
    parts.sort_by_key(|part| !part.is_found());
    let mut rests = Vec::with_capacity(before.len());
    for line in before {
        let own = parts.iter_mut().filter(|part| part.row.store_id == line.store_id);
        let spent = spend_in(own, line.variant_id, line.value);
        rests.push((line.variant_id, line.value - spent));
    }
    for (variant, rest) in rests {
        spend_in(parts.iter_mut(), variant, rest);
    }
}

fn spend_in<'p, 'a: 'p>(parts: impl Iterator<Item = &'p mut Part<'a>>, variant: i64, value: i64) -> i64 {
    let mut rest = value;
    for part in parts {
        rest -= part.spend(variant, rest.min(part.room()));
    }
    value - rest
}

/// Takes so much of a variant's value out of what has not gone back; answers how much of it there was.
pub(super) fn spend(parts: &mut [Part<'_>], variant: i64, value: i64) -> i64 {
    let mut rest = value;
    for part in parts {
        rest -= part.spend(variant, rest);
    }
    value - rest
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_back_with_a_group_did_not_go_back_with_its_lines() {
        // Two kettles at 2,900 and a cup at 1,000, 8.875 % added, brought for 500.
        let row =
            ReservationRow { total: 6_800, fee: 500, tax: 648, asked: 7_948, ..ReservationRow::default() };
        for (gone, most) in [(0, 6_800), (7_948, 0), (9_999, 0), (7_948 - 1_089, 1_000)] {
            assert_eq!(of_lines(&row, gone), most, "{gone}");
        }
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

    /// Cups at 1,000 at a store.
    fn cups(store_id: i64, quantity: i64) -> (ReservationRow, Vec<ReservationLineRow>) {
        let total = 1_000 * quantity;
        let line =
            ReservationLineRow { variant_id: 8, quantity, price: 1_000, ..ReservationLineRow::default() };
        (ReservationRow { store_id, total, asked: total, ..ReservationRow::default() }, vec![line])
    }

    #[test]
    fn what_a_store_gave_back_is_first_of_its_own() {
        let (here, there) = (cups(1, 2), cups(2, 1));
        for (store_id, value, gone) in [
            (0, 2_000, [2_000, 0]),
            (1, 1_000, [1_000, 0]),
            (2, 1_000, [0, 1_000]),
            // What it had more was changed into another's since.
            (2, 2_000, [1_000, 1_000]),
            (3, 500, [500, 0]),
            (0, 9_999, [2_000, 1_000]),
        ] {
            let mut parts = [Part::of(&here.0, &here.1, 0), Part::of(&there.0, &there.1, 0)];
            enter(&mut parts, &[RefundedLineRow { variant_id: 8, store_id, value }]);
            assert_eq!(parts.map(|part| part.cost()), gone, "{value} of {store_id}");
        }
        // Its own comes before what anybody gave, whatever was told first.
        let mut parts = [Part::of(&here.0, &here.1, 0), Part::of(&there.0, &there.1, 0)];
        let line = |store_id, value| RefundedLineRow { variant_id: 8, store_id, value };
        enter(&mut parts, &[line(0, 2_000), line(1, 1_000)]);
        assert_eq!(parts.map(|part| part.cost()), [2_000, 1_000]);
    }

    #[test]
    fn what_went_back_with_a_group_has_no_room_for_lines() {
        let (first, second) = (cups(1, 2), cups(2, 1));
        let mut parts = [Part::of(&first.0, &first.1, 1_000), Part::of(&second.0, &second.1, 0)];
        enter(&mut parts, &[RefundedLineRow { variant_id: 8, store_id: 0, value: 1_000 }]);
        assert_eq!(parts.map(|part| (part.cost(), part.is_kept())), [(1_000, false), (0, true)]);
    }
}
