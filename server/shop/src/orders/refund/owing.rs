//! What a change of an order comes to where money went back for some of its lines before: that is not given back again,
//! and what takes the place of such a line is paid for.

use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationLineRow, ReservationRow},
    orders::OrderRow,
    payments::{self, RefundedLineRow},
};

use super::charged::{Part, enter};
use crate::{Result, orders::Group};

/// An order as it was charged, and what went back for its lines. Its groups are read only where something did.
#[derive(Clone, Debug, Default)]
pub(in crate::orders) struct Charges {
    groups: Vec<(ReservationRow, Vec<ReservationLineRow>)>,
    before: Vec<RefundedLineRow>,
}

impl Charges {
    pub(in crate::orders) async fn of(
        tx: &mut Tx<'_>,
        order: &OrderRow,
        rows: &[ReservationRow],
    ) -> Result<Charges> {
        let before = payments::refunded_lines(tx, order.id).await?;
        let mut groups = Vec::new();
        if !before.is_empty() {
            for row in rows {
                groups.push((row.clone(), fulfilment::lines(tx, row.id).await?));
            }
        }
        Ok(Charges { groups, before })
    }

    /// What went back for lines that are given up where these groups take the place of what there was.
    pub(in crate::orders) fn given_up(&self, groups: &[Group]) -> i64 {
        let was = self.groups.iter().map(|(row, lines)| (row, lines.as_slice()));
        let will = groups.iter().map(|group| (&group.row, group.lines.as_slice()));
        cost(was, &self.before) - cost(will, &self.staying(groups))
    }

    /// What went back for lines that stay. Of what there is less of, what went back was for what goes now.
    fn staying(&self, groups: &[Group]) -> Vec<RefundedLineRow> {
        let mut staying = self.before.clone();
        let mut known = None;
        let mut less = 0;
        for line in &mut staying {
            if known != Some(line.variant_id) {
                let was = value(self.groups.iter().flat_map(|(_, lines)| lines), line.variant_id);
                let will = value(groups.iter().flat_map(|group| &group.lines), line.variant_id);
                (known, less) = (Some(line.variant_id), (was - will).max(0));
            }
            let gone = line.value.min(less);
            line.value -= gone;
            less -= gone;
        }
        staying
    }

    /// Forgets what went back for lines that the order has no more.
    pub(in crate::orders) async fn keep(
        &self,
        tx: &mut Tx<'_>,
        order: &OrderRow,
        groups: &[Group],
    ) -> Result<()> {
        for (line, was) in self.staying(groups).into_iter().zip(&self.before) {
            if line != *was {
                payments::set_refunded_line(tx, order.id, line).await?;
            }
        }
        Ok(())
    }
}

fn cost<'g>(
    groups: impl Iterator<Item = (&'g ReservationRow, &'g [ReservationLineRow])>,
    before: &[RefundedLineRow],
) -> i64 {
    let mut parts: Vec<Part<'g>> = groups.map(|(row, lines)| Part::of(row, lines, 0)).collect();
    enter(&mut parts, before);
    parts.iter().map(Part::cost).sum()
}

/// What all of a variant costs.
fn value<'g>(lines: impl Iterator<Item = &'g ReservationLineRow>, variant: i64) -> i64 {
    lines.filter(|line| line.variant_id == variant).map(|line| line.price.saturating_mul(line.quantity)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUP: i64 = 8;
    const KETTLE: i64 = 7;

    /// A group of these lines, with a tax of 10 % added where there is one.
    fn group(taxed: bool, lines: &[(i64, i64, i64)]) -> (ReservationRow, Vec<ReservationLineRow>) {
        let total: i64 = lines.iter().map(|(_, quantity, price)| quantity * price).sum();
        let tax = if taxed { total / 10 } else { 0 };
        let row = ReservationRow { total, tax, asked: total + tax, ..ReservationRow::default() };
        let line = |(position, (variant_id, quantity, price)): (i64, &(i64, i64, i64))| ReservationLineRow {
            position,
            variant_id: *variant_id,
            quantity: *quantity,
            price: *price,
            ..ReservationLineRow::default()
        };
        (row, (0..).zip(lines).map(line).collect())
    }

    fn charges(taxed: bool, gone: i64) -> Charges {
        let before = vec![RefundedLineRow { variant_id: CUP, store_id: 0, value: gone }];
        Charges { groups: vec![group(taxed, &[(CUP, 3, 1_000), (KETTLE, 1, 5_000)])], before }
    }

    fn planned(taxed: bool, lines: &[(i64, i64, i64)]) -> Vec<Group> {
        let (row, lines) = group(taxed, lines);
        vec![Group { row, lines, demand: Vec::new(), places: None }]
    }

    #[test]
    fn what_is_given_up_went_back_already() {
        for (gone, lines, given_up, staying) in [
            (1_000, &[(CUP, 3, 1_000), (KETTLE, 1, 5_000)][..], 0, 1_000),
            (1_000, &[(CUP, 2, 1_000), (KETTLE, 1, 5_000)], 1_000, 0),
            (2_000, &[(CUP, 2, 1_000)], 1_000, 1_000),
            (2_000, &[(KETTLE, 2, 5_000)], 2_000, 0),
            // Part of one.
            (400, &[(CUP, 2, 1_000)], 400, 0),
            // As many as there were, each dearer than it was: nothing is given up.
            (1_000, &[(CUP, 2, 1_500)], 0, 1_000),
            (1_000, &[(CUP, 5, 1_000)], 0, 1_000),
        ] {
            let (charges, plan) = (charges(false, gone), planned(false, lines));
            assert_eq!(charges.given_up(&plan), given_up, "{gone} of {lines:?}");
            assert_eq!(charges.staying(&plan)[0].value, staying, "{gone} of {lines:?}");
        }
    }

    #[test]
    fn it_went_back_with_the_tax_that_was_added() {
        let plan = planned(true, &[(CUP, 2, 1_000), (KETTLE, 1, 5_000)]);
        assert_eq!(charges(true, 1_000).given_up(&plan), 1_100);
    }

    #[test]
    fn where_nothing_went_back_nothing_is_given_up() {
        assert_eq!(Charges::default().given_up(&planned(true, &[(CUP, 1, 1_000)])), 0);
    }
}
