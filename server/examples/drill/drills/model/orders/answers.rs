//! What only the shop can choose is taken over from its answers: numbers, groups, offers, the names of payments.

use onshelf_vocabulary::fulfilment::Way;

use super::super::ledger::{Booking, pieces_of, summed};
use super::{Awaited, HOLD, Ledger, Of, Offer, Order, Status, Wish, price, price_of, settling::waiting};

/// A group as the shop shows it.
#[derive(Debug)]
pub struct Seen {
    pub number: String,
    pub expires_at: i64,
    pub wish: Wish,
    /// What its way costs, and all that is asked for it.
    pub fee: i64,
    pub asked: i64,
    pub instead_of: Option<String>,
    pub split_from: Option<String>,
}

impl Ledger {
    /// An order the shop has made, by its number and token.
    pub fn take_over_order(
        &mut self,
        (number, token): (String, String),
        phone: usize,
        basket: Option<usize>,
        wishes: &[Wish],
    ) {
        let held_until = self.now + HOLD;
        // While it is still held: what is there beside it is not counted twice.
        let wishes = self.with_stores(wishes, &self.kept_in(basket));
        let extended = self.becomes_an_order(basket);
        self.orders.push(Order {
            number,
            token,
            phone,
            total: price(&wishes),
            settled: false,
            held_until,
            extended,
            captured: 0,
            back: 0,
            waiting: Some(waiting(price(&wishes), None, held_until)),
            given_at: None,
            given: Vec::new(),
            looked_for: Vec::new(),
            offers: Vec::new(),
        });
        self.await_groups(self.orders.len() - 1, &wishes, Status::Pending);
    }

    /// A group as the shop shows it: a new one is taken over, of an old one until when it is kept.
    pub fn take_over_group(&mut self, order: usize, seen: Seen) -> Result<(), String> {
        if let Some(known) = self.bookings.iter_mut().find(|booking| booking.number == seen.number) {
            known.expires_at = seen.expires_at;
            let is_known = summed(&seen.wish.lines) == known.lines && seen.asked == known.asked();
            return if is_known { Ok(()) } else { Err(format!("{seen:?} is {known:?} in the model")) };
        }
        let (wish, fee, status) = match &seen.instead_of {
            Some(lost) => (seen.wish.clone(), self.believe_offer(order, &seen, lost)?, Status::Pending),
            None => self.expected(order, &seen)?,
        };
        if (seen.fee, seen.asked) != (fee, price_of(&wish.lines) + fee) {
            return Err(format!("{seen:?}: its way is to cost {fee}"));
        }
        let (phone, made_at) = (self.orders[order].phone, self.now);
        self.take_over(Booking {
            number: seen.number,
            token: String::new(),
            key: String::new(),
            phone,
            way: wish.way,
            store: wish.store,
            lines: wish.lines,
            fee,
            missing: Vec::new(),
            expires_at: seen.expires_at,
            made_at,
            status,
            of: Of::Order(order),
            in_hand: false,
            handed_at: None,
            by_till: false,
            astray: false,
        });
        Ok(())
    }

    /// The next group of an order that is awaited, which this must be; with what its way costs.
    fn expected(&mut self, order: usize, seen: &Seen) -> Result<(Wish, i64, Status), String> {
        let place = self.awaited.iter().position(|awaited| awaited.order == order);
        let place = place.ok_or_else(|| format!("{} is a group nobody asked for", seen.number))?;
        let Awaited { wish, fee, status, split_from, .. } = self.awaited.remove(place);
        let shown = (seen.wish.way, seen.wish.store, summed(&seen.wish.lines), &seen.split_from);
        if shown != (wish.way, wish.store, summed(&wish.lines), &split_from) {
            return Err(format!("{seen:?} is another group than {wish:?}, split from {split_from:?}"));
        }
        Ok((wish, fee, status))
    }

    /// An offer must be for something that was looked for, not dearer than that, got in a way that stands for its own, and
    /// really on its shelf. Answers what its way costs: what the lost one's did.
    fn believe_offer(&mut self, order: usize, seen: &Seen, lost: &str) -> Result<i64, String> {
        let (number, wish) = (&seen.number, &seen.wish);
        let missing = self.bookings.iter().find(|booking| booking.number == lost);
        let looked_for = self.orders[order].looked_for.iter().any(|own| own == lost);
        let Some(missing) = missing.filter(|_| looked_for) else {
            return Err(format!("{number} is offered for {lost}, which nobody looked for"));
        };
        let fee = missing.fee;
        if seen.asked > missing.asked() {
            return Err(format!("{number} is dearer than {lost}"));
        }
        let fits = match wish.way {
            Way::Delivery => true,
            // What was to be brought there may lie there already.
            Way::Collect => matches!(missing.way, Way::Collect | Way::Transfer),
            Way::Curbside | Way::Transfer => wish.way == missing.way,
        };
        if !fits {
            return Err(format!("{number} is got in another way than {lost}: {:?}", wish.way));
        }
        if !missing.astray && wish.source() == missing.source() {
            return Err(format!("{number} is where nobody found {lost}"));
        }
        if !self.has(&pieces_of(std::slice::from_ref(wish)), &[]) {
            return Err(format!("{number} is offered, and is not on its shelf"));
        }
        let offer = Offer { number: number.clone(), instead_of: lost.to_owned() };
        self.orders[order].offers.push(offer);
        Ok(fee)
    }

    /// Every group that was to be made has been told of.
    pub fn has_seen_all_of(&self, order: usize) -> Result<(), String> {
        match self.awaited.iter().find(|awaited| awaited.order == order) {
            Some(awaited) => Err(format!("{}: {:?} was not made", self.orders[order].number, awaited.wish)),
            None => Ok(()),
        }
    }

    /// The name of the payment that waits now.
    pub fn take_over_payment(&mut self, order: usize, reference: &str) {
        if let Some(waiting) = &mut self.orders[order].waiting {
            reference.clone_into(&mut waiting.reference);
        }
    }
}
