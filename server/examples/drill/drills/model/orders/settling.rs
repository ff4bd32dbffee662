//! The money of an order in the model: asked for, taken by the provider, known to the shop, or not wanted any more.

use super::{HOLD, Ledger, Outcome, PAUSE, Status, Waiting, Wish, pieces_of};

/// Orders among which the workers find something to do.
const REMEMBERED: usize = 5_000;
/// What is confirmed is kept for so long, whenever it was to be ready. Milliseconds.
const KEPT_AT_LEAST: i64 = 60 * 60_000;

impl Ledger {
    pub(super) fn open(&mut self, order: usize) -> Outcome {
        let pending = self.groups(order);
        let pending = pending.iter().any(|index| self.status(&self.bookings[*index]) == Status::Pending);
        let (now, own) = (self.now, &mut self.orders[order]);
        if own.settled || own.held_until <= now || !pending {
            return Outcome::HoldOver;
        }
        if own.waiting.is_none() {
            own.waiting = Some(waiting(own.total, None, own.held_until));
        }
        Outcome::Done
    }

    pub(super) fn extend(&mut self, order: usize) -> Outcome {
        let now = self.now;
        let own = &mut self.orders[order];
        if own.settled || own.held_until <= now {
            return Outcome::HoldOver;
        }
        if own.extended {
            return Outcome::ExtendedBefore;
        }
        own.extended = true;
        own.held_until = now + HOLD;
        for index in self.groups(order) {
            if self.bookings[index].status == Status::Pending {
                self.bookings[index].expires_at = now + HOLD;
            }
        }
        Outcome::Done
    }

    /// What the provider took is known now.
    pub(super) fn settle(&mut self, order: usize) -> Outcome {
        let Some(waiting) = self.orders[order].waiting.take_if(|waiting| waiting.taken.is_some()) else {
            return Outcome::Done;
        };
        let taken = waiting.taken.unwrap_or(0);
        self.orders[order].captured += taken;
        let kept = taken == waiting.amount
            && match &waiting.change {
                Some(wishes) => self.swap_paid(order, waiting.amount, wishes),
                None => self.confirm(order),
            };
        if !kept {
            self.orders[order].back += taken;
        }
        Outcome::Done
    }

    /// Every group goes on, held anew where its hold ran out; or the order ends.
    fn confirm(&mut self, order: usize) -> bool {
        let groups = self.groups(order);
        let written = |index: &usize| self.bookings[*index].status;
        let fits = groups.iter().all(|index| matches!(written(index), Status::Pending | Status::Expired));
        let over: Vec<usize> = groups
            .iter()
            .copied()
            .filter(|index| self.status(&self.bookings[*index]) == Status::Expired)
            .collect();
        let wishes: Vec<Wish> = over.iter().map(|index| self.bookings[*index].wish()).collect();
        if fits && !groups.is_empty() && self.has(&pieces_of(&wishes), &[]) {
            self.orders[order].settled = true;
            for index in groups {
                let own = &mut self.bookings[index];
                own.status = Status::Placed;
                // How long exactly is seen afterwards; what is confirmed next finds it held.
                own.expires_at = own.expires_at.max(self.now + KEPT_AT_LEAST);
            }
            return true;
        }
        for index in groups {
            match self.status(&self.bookings[index]) {
                Status::Expired => self.bookings[index].status = Status::Expired,
                status if status.is_live() => self.bookings[index].status = Status::Cancelled,
                _ => {}
            }
        }
        false
    }

    /// Orders whose payment the provider waits for or has, in their order.
    pub fn waiting(&self) -> Vec<usize> {
        // Older ones have long been closed: the workers look more often than that many are placed.
        let young = self.orders.len().saturating_sub(REMEMBERED)..self.orders.len();
        young.filter(|order| self.orders[*order].waiting.is_some()).collect()
    }

    pub(super) fn work(&mut self) -> Outcome {
        for order in self.waiting() {
            self.settle(order);
        }
        self.now += PAUSE;
        for order in self.waiting() {
            let pending = self.groups(order);
            let pending = pending.iter().any(|index| self.bookings[*index].status == Status::Pending);
            let (now, untouched) = (self.now, self.is_untouched(order));
            let own = &mut self.orders[order];
            let (held, settled, total) = (own.held_until, own.settled, own.total);
            own.waiting.take_if(|waiting| {
                // Nobody is to pay for the change of what was begun or cancelled since.
                let is_wanted = match waiting.change {
                    Some(_) => untouched,
                    None => !settled && waiting.amount == total && pending,
                };
                waiting.expires_at.max(held) <= now || !is_wanted
            });
        }
        Outcome::Done
    }
}

pub(super) fn waiting(amount: i64, change: Option<Vec<Wish>>, expires_at: i64) -> Waiting {
    Waiting { reference: String::new(), amount, taken: None, change, expires_at }
}
