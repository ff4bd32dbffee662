//! What was not found: looked for elsewhere, offered in its place, answered.

use onshelf_vocabulary::fulfilment::Way;

use super::{Booking, Ledger, Of, Outcome, Status, Wish, pieces_of};

impl Ledger {
    /// Whatever could take its place is held, or the money goes back. What it is the shop decides; see [`Self::looked`].
    pub(super) fn heal(&mut self, booking: usize) -> Outcome {
        let own = &self.bookings[booking];
        let Of::Order(order) = own.of else { return Outcome::Done };
        let number = own.number.clone();
        if own.status == Status::NotFound && !self.orders[order].looked_for.contains(&number) {
            self.orders[order].looked_for.push(number);
        }
        Outcome::Done
    }

    /// The shop has looked: what it holds is taken over already. Where it found nothing there was nothing.
    pub fn looked(&mut self, booking: usize) -> Result<(), String> {
        let own = self.bookings[booking].clone();
        let Of::Order(order) = own.of else { return Ok(()) };
        let known = &self.orders[order];
        let has_given = known.given.contains(&own.number);
        if own.status != Status::NotFound
            || has_given
            || known.offers.iter().any(|one| one.instead_of == own.number)
        {
            return Ok(());
        }
        // Where nobody found it is none; who sent one that did not come may have another.
        let source = own.source();
        let stores = if own.astray { vec![1 - source, source] } else { vec![1 - source] };
        for store in stores {
            let same = Wish { way: Way::Delivery, store, ..own.wish() };
            if self.has(&pieces_of(&[same]), &[]) {
                return Err(format!("{} is at store {store}, and was not offered", own.number));
            }
        }
        self.give_back_lost(order, &own);
        Ok(())
    }

    /// Its money goes back, and nobody looks for it again, also where none was left to go back.
    fn give_back_lost(&mut self, order: usize, lost: &Booking) {
        self.give_back(order, &lost.number, lost.asked());
        let given = &mut self.orders[order].given;
        if !given.contains(&lost.number) {
            given.push(lost.number.clone());
        }
    }

    pub(super) fn answer(&mut self, booking: usize, accept: bool) -> Outcome {
        let own = &self.bookings[booking];
        if self.status(own) != Status::Pending {
            return Outcome::HoldOver;
        }
        if accept {
            self.end_rivals(booking);
            self.put(booking, Status::Placed)
        } else {
            self.end(booking, Status::Cancelled)
        }
    }

    /// What else was offered in the same place is nobody's business any more.
    pub(super) fn end_rivals(&mut self, booking: usize) {
        let own = &self.bookings[booking];
        let Of::Order(order) = own.of else { return };
        let offers = &self.orders[order].offers;
        let Some(lost) = offers.iter().find(|one| one.number == own.number).map(|one| one.instead_of.clone())
        else {
            return;
        };
        let rivals: Vec<String> =
            offers.iter().filter(|one| one.instead_of == lost).map(|one| one.number.clone()).collect();
        for (index, rival) in self.bookings.iter_mut().enumerate() {
            if index != booking && rival.status == Status::Pending && rivals.contains(&rival.number) {
                (rival.status, rival.of) = (Status::Cancelled, Of::Past);
            }
        }
    }

    /// What was not found is not looked for any more.
    pub(super) fn give_up(&mut self, order: usize, booking: usize) {
        let own = self.bookings[booking].clone();
        if !self.orders[order].looked_for.contains(&own.number) {
            self.orders[order].looked_for.push(own.number.clone());
            self.give_back_lost(order, &own);
        }
    }

    /// Whether it was not found and nobody has looked for it yet, or is held until its shopper says yes or no.
    pub fn waits_for_word(&self, booking: usize) -> bool {
        let own = &self.bookings[booking];
        let Of::Order(order) = own.of else { return false };
        let lost = own.status == Status::NotFound && !self.orders[order].looked_for.contains(&own.number);
        lost || own.status == Status::Pending && self.is_offer(&own.number)
    }

    pub fn is_offer(&self, number: &str) -> bool {
        let booking = self.bookings.iter().find(|booking| booking.number == number);
        let Some(Of::Order(order)) = booking.map(|booking| booking.of) else { return false };
        self.orders[order].offers.iter().any(|one| one.number == number)
    }

    /// Which order it was offered to, also where it is not offered any more.
    pub fn offered_by(&self, booking: usize) -> Option<usize> {
        let number = &self.bookings[booking].number;
        self.orders.iter().rposition(|order| order.offers.iter().any(|one| one.number == *number))
    }
}
