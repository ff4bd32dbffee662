//! Other groups in the place of an order's own, while nobody has begun with them.

use super::{HOLD, Ledger, Of, Outcome, Status, Wish, pieces_of, price, settling::waiting};

impl Ledger {
    pub(super) fn swap_paid(&mut self, order: usize, amount: i64, wishes: &[Wish]) -> bool {
        self.orders[order].total + amount == price(wishes)
            && self.can_be_sent(wishes, &pieces_of(&self.wishes_of(order)))
            && self.swap(order, wishes) == Outcome::Done
    }

    pub(super) fn change(&mut self, order: usize, wishes: &[Wish]) -> Outcome {
        let (now, total) = (self.now, price(wishes));
        let own = &self.orders[order];
        let (settled, before) = (own.settled, own.total);
        if !self.can_be_sent(wishes, &pieces_of(&self.wishes_of(order))) {
            return Outcome::Short;
        }
        if settled && total > before {
            if !self.is_untouched(order) {
                return self.touched(order);
            }
            // Nobody is asked to pay for what could not be had.
            let planned = self.with_stores(wishes, &self.wishes_of(order));
            if !self.has(&pieces_of(&planned), &self.held_by(&self.groups(order))) {
                return Outcome::Short;
            }
            self.orders[order].waiting = Some(waiting(total - before, Some(wishes.to_vec()), now + HOLD));
            return Outcome::Done;
        }
        let outcome = self.swap(order, wishes);
        if outcome == Outcome::Done {
            let own = &mut self.orders[order];
            if settled {
                let cheaper = (before - total).min(own.captured - own.back).max(0);
                own.back += cheaper;
                own.given_at = if cheaper > 0 { Some(now) } else { own.given_at };
            } else if total != before {
                own.waiting = Some(waiting(total, None, own.held_until));
            }
        }
        outcome
    }

    pub(super) fn is_untouched(&self, order: usize) -> bool {
        let status = |index: &usize| self.status(&self.bookings[*index]);
        self.groups(order).iter().all(|index| matches!(status(index), Status::Pending | Status::Placed))
    }

    fn touched(&self, order: usize) -> Outcome {
        let goes_on = self.groups(order).iter().any(|index| self.status(&self.bookings[*index]).goes_on());
        if goes_on { Outcome::PickingBegun } else { Outcome::WrongState }
    }

    fn swap(&mut self, order: usize, wishes: &[Wish]) -> Outcome {
        let own = &self.orders[order];
        let settled = own.settled;
        if !settled && own.held_until <= self.now {
            return Outcome::HoldOver;
        }
        if !self.is_untouched(order) {
            return self.touched(order);
        }
        let old = self.groups(order);
        let wishes = self.with_stores(wishes, &self.wishes_of(order));
        if !self.has(&pieces_of(&wishes), &self.held_by(&old)) {
            return Outcome::Short;
        }
        for index in old {
            self.bookings[index].status = Status::Cancelled;
            self.bookings[index].of = Of::Past;
        }
        let status = if settled { Status::Placed } else { Status::Pending };
        self.orders[order].total = price(&wishes);
        self.await_groups(order, &wishes, status);
        Outcome::Done
    }
}
