//! A pick that does not find everything: what is there goes on, what is missing is a group of its own that was not found.

use onshelf_vocabulary::{fulfilment::Way, staff::BoardDeed};

use super::{
    super::orders::{Of, Wish},
    Ledger, Outcome, Status,
};

/// What a store tells of a pick: of each SKU how many were found, or how many are missing. What is not named was found;
/// where nothing is named as missing, everything is.
#[derive(Clone, Debug)]
pub struct Pick {
    /// Each SKU once.
    pub counts: Vec<(usize, i64)>,
    pub found: bool,
}

impl Pick {
    /// What is missing of these lines; none where nobody can have counted so, or all is there.
    fn missing(&self, lines: &[(usize, i64)]) -> Option<Vec<(usize, i64)>> {
        let of =
            |lines: &[(usize, i64)], sku: usize| lines.iter().find(|line| line.0 == sku).map(|line| line.1);
        let fits =
            |(sku, count): &(usize, i64)| of(lines, *sku).is_some_and(|most| (0..=most).contains(count));
        if !self.counts.iter().all(fits) {
            return None;
        }
        let gone = |(sku, asked): &(usize, i64)| match (self.found, of(&self.counts, *sku)) {
            (true, found) => asked - found.unwrap_or(*asked),
            (false, _) if self.counts.is_empty() => *asked,
            (false, missing) => missing.unwrap_or(0),
        };
        let missing: Vec<(usize, i64)> =
            lines.iter().map(|line| (line.0, gone(line))).filter(|(_, gone)| *gone > 0).collect();
        (!missing.is_empty()).then_some(missing)
    }
}

impl Ledger {
    pub(super) fn expect_pick(&mut self, booking: usize, store: usize, pick: &Pick) -> Outcome {
        let own = &self.bookings[booking];
        if store != own.store && store != own.source() {
            return Outcome::NotFound;
        }
        if !self.status(own).is_unsent() {
            return Outcome::WrongState;
        }
        if store != own.source() {
            return Outcome::NotYours;
        }
        match pick.missing(&own.lines) {
            None => Outcome::Miscounted,
            Some(missing) if missing == own.lines => self.expect_board(booking, store, BoardDeed::NotFound),
            Some(missing) => self.split_off(booking, &missing),
        }
    }

    /// The missing part is on the book no more; of an order it is a group of its own. The rest waits at the counter, or is
    /// still to be sent off.
    fn split_off(&mut self, booking: usize, missing: &[(usize, i64)]) -> Outcome {
        let own = self.bookings[booking].clone();
        for (sku, gone) in missing {
            self.write_off(own.source(), *sku, *gone);
            for line in self.bookings[booking].lines.iter_mut().filter(|line| line.0 == *sku) {
                line.1 -= gone;
            }
        }
        self.bookings[booking].lines.retain(|line| line.1 > 0);
        self.bookings[booking].missing.extend_from_slice(missing);
        if let Of::Order(order) = own.of {
            let part = Wish { lines: missing.to_vec(), ..own.wish() };
            self.await_part(order, part, own.number);
        }
        let travels = matches!(own.way, Way::Transfer | Way::Delivery);
        self.put(booking, if travels { Status::Picking } else { Status::Ready })
    }
}
