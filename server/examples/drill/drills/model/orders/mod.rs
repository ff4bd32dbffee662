//! Orders in the model: groups that are bookings, how they end, and what is to go back then. Their money until it came is
//! `settling`, other groups in their place `changing`, what was not found `healing`; from where they are sent is `sending`.

mod answers;
mod changing;
mod healing;
mod sending;
mod settling;

use std::collections::BTreeSet;

use onshelf_vocabulary::fulfilment::Way;

use super::ledger::{Booking, Ledger, Outcome, Piece, Status, pieces_of, source_of};

pub use answers::Seen;

/// Every unit costs this much.
pub const PRICE: i64 = 12_900;
/// How much less is taken where the wrong amount is.
pub const MISSING: i64 = 1_000;
/// How long an order is held while it is paid. Milliseconds.
pub const HOLD: i64 = 10 * 60_000;
/// What passes before workers look: enough for any pause between two looks.
pub const PAUSE: i64 = 6 * 60_000;

/// Whom a booking belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Itself,
    Order(usize),
    /// An order that has other groups in its place.
    Past,
}

/// What is wanted, and how it is got.
#[derive(Clone, Debug)]
pub struct Wish {
    pub way: Way,
    /// Where it is handed over; of what is brought home, where it is sent from.
    pub store: usize,
    /// Whether that store is named; of what is brought home the shop may choose it.
    pub named: bool,
    pub lines: Vec<(usize, i64)>,
}

impl Wish {
    /// Where it is picked.
    pub fn source(&self) -> usize {
        source_of(self.way, self.store)
    }

    /// What it takes of the shelves.
    pub fn pieces(&self) -> impl Iterator<Item = Piece> {
        let shelf = self.source();
        self.lines.iter().map(move |(sku, quantity)| (shelf, *sku, *quantity))
    }
}

/// A group whose number only the shop can choose.
#[derive(Clone, Debug)]
pub struct Awaited {
    order: usize,
    pub wish: Wish,
    pub status: Status,
    /// What its way costs.
    fee: i64,
    /// Number of the group whose missing lines these are.
    split_from: Option<String>,
}

/// Deeds about orders, which are named by their place.
#[derive(Clone, Debug)]
pub enum OrderDeed {
    /// With the things of a kept basket, where one is named.
    Place {
        phone: usize,
        basket: Option<usize>,
        wishes: Vec<Wish>,
    },
    /// Asks for the provider's page (again).
    Open {
        order: usize,
    },
    /// At the provider's: the shop hears nothing of it.
    Pay {
        order: usize,
        wrong: bool,
    },
    /// The shopper comes back, and the provider is asked.
    Settle {
        order: usize,
    },
    Cancel {
        order: usize,
    },
    Change {
        order: usize,
        wishes: Vec<Wish>,
    },
    Extend {
        order: usize,
    },
    Refund {
        order: usize,
        amount: i64,
    },
    /// The shopper is on the way with a car, or there.
    Arrive {
        order: usize,
        arrived: bool,
    },
    /// What was not found is looked for elsewhere.
    Heal {
        booking: usize,
    },
    /// Yes or no to what is held in its place.
    Answer {
        booking: usize,
        accept: bool,
    },
    /// All that is paid is settled; then time passes and the workers look at the rest.
    Work,
}

/// A payment the provider waits for.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Taken over from the shop.
    pub reference: String,
    pub amount: i64,
    /// What the provider took, before the shop knows.
    pub taken: Option<i64>,
    change: Option<Vec<Wish>>,
    expires_at: i64,
}

#[derive(Clone, Debug)]
pub struct Order {
    pub number: String,
    pub token: String,
    phone: usize,
    pub total: i64,
    settled: bool,
    held_until: i64,
    extended: bool,
    /// What the shop knows to have come, and what is to go back or has gone.
    pub captured: i64,
    pub back: i64,
    /// When some of it was given back last for no one group: by a till, or as a change made the order cheaper.
    pub given_at: Option<i64>,
    pub waiting: Option<Waiting>,
    /// Groups whose money went back, as far as there was some.
    given: Vec<String>,
    /// Groups that were not found and for which something else was looked for, once.
    looked_for: Vec<String>,
    offers: Vec<Offer>,
}

/// What is held in place of something that was not found.
#[derive(Clone, Debug)]
struct Offer {
    number: String,
    instead_of: String,
}

impl Ledger {
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    pub(super) fn expect_order(&mut self, deed: &OrderDeed) -> Outcome {
        match deed {
            OrderDeed::Place { phone, basket, wishes } => self.expect_place(*phone, *basket, wishes),
            OrderDeed::Open { order } => self.open(*order),
            OrderDeed::Pay { order, wrong } => {
                if let Some(waiting) = &mut self.orders[*order].waiting {
                    waiting.taken = Some(waiting.amount - if *wrong { MISSING } else { 0 });
                }
                Outcome::Done
            }
            OrderDeed::Settle { order } => self.settle(*order),
            OrderDeed::Cancel { order } => self.cancel(*order),
            OrderDeed::Change { order, wishes } => self.change(*order, wishes),
            OrderDeed::Extend { order } => self.extend(*order),
            OrderDeed::Refund { order, amount } => {
                let (now, own) = (self.now, &mut self.orders[*order]);
                if *amount > own.captured - own.back {
                    return Outcome::RefundTooMuch;
                }
                own.back += amount;
                own.given_at = Some(now);
                Outcome::Done
            }
            OrderDeed::Arrive { order, .. } => self.arrive(*order),
            OrderDeed::Heal { booking } => self.heal(*booking),
            OrderDeed::Answer { booking, accept } => self.answer(*booking, *accept),
            OrderDeed::Work => self.work(),
        }
    }

    fn expect_place(&self, phone: usize, basket: Option<usize>, wishes: &[Wish]) -> Outcome {
        let own = self.kept_in(basket);
        if !self.can_be_sent(wishes, &pieces_of(&own)) {
            return Outcome::Short;
        }
        if self.is_full(phone) {
            return Outcome::TooMany;
        }
        let is_there = self.has(&pieces_of(&self.with_stores(wishes, &own)), &pieces_of(&own));
        if is_there { Outcome::Done } else { Outcome::Short }
    }

    /// Places of an order's groups among the bookings.
    fn groups(&self, order: usize) -> Vec<usize> {
        (0..self.bookings.len()).filter(|index| self.bookings[*index].of == Of::Order(order)).collect()
    }

    /// What these bookings hold.
    fn held_by(&self, bookings: &[usize]) -> Vec<Piece> {
        let own = bookings.iter().map(|index| &self.bookings[*index]);
        own.filter(|booking| self.status(booking).is_live()).flat_map(Booking::pieces).collect()
    }

    /// The shop makes these groups, and tells their numbers afterwards.
    fn await_groups(&mut self, order: usize, wishes: &[Wish], status: Status) {
        let awaited = |wish: &Wish| {
            let (wish, fee) = (wish.clone(), wish.fee());
            Awaited { order, wish, status, fee, split_from: None }
        };
        self.awaited.extend(wishes.iter().map(awaited));
    }

    /// What was not found of a group becomes one of its own; what its way costs stays with the rest.
    pub(super) fn await_part(&mut self, order: usize, wish: Wish, of: String) {
        self.awaited.push(Awaited { order, wish, status: Status::NotFound, fee: 0, split_from: Some(of) });
    }

    fn cancel(&mut self, order: usize) -> Outcome {
        let groups = self.groups(order);
        let status = |index: &usize| self.status(&self.bookings[*index]);
        let live: Vec<usize> = groups.iter().copied().filter(|index| status(index).is_live()).collect();
        if live.is_empty() && !groups.iter().all(|index| status(index) == Status::Cancelled) {
            return Outcome::WrongState;
        }
        for index in groups {
            // One offer that is given up ends the others beside it.
            let is_live = self.status(&self.bookings[index]).is_live();
            if is_live && self.bookings[index].of == Of::Order(order) {
                self.end(index, Status::Cancelled);
            } else if self.bookings[index].status == Status::NotFound {
                self.give_up(order, index);
            }
        }
        Outcome::Done
    }

    /// Said to the store where something of it is brought to a car and is not over; else it is no time for that.
    fn arrive(&self, order: usize) -> Outcome {
        let groups = self.groups(order);
        let is_waited_for = |index: &usize| {
            let own = &self.bookings[*index];
            own.way == Way::Curbside && self.status(own).is_at_store()
        };
        if groups.iter().any(is_waited_for) { Outcome::Done } else { Outcome::WrongState }
    }

    /// A booking ends without being had; its money goes back, for an offer that of what it stood in for.
    pub(super) fn end(&mut self, booking: usize, status: Status) -> Outcome {
        let was_pending = self.bookings[booking].status == Status::Pending;
        let own = self.bookings[booking].clone();
        self.bookings[booking].status = status;
        let Of::Order(order) = own.of else { return Outcome::Done };
        let offer = self.orders[order].offers.iter().find(|one| one.number == own.number).cloned();
        if status == Status::Expired && was_pending && offer.is_none() {
            return Outcome::Done;
        }
        if was_pending {
            self.end_rivals(booking);
        }
        let offer = offer.filter(|_| was_pending);
        if offer.is_some() {
            self.bookings[booking].of = Of::Past;
        }
        let subject = offer.map_or_else(|| own.number.clone(), |one| one.instead_of);
        let lost = self.bookings.iter().find(|booking| booking.number == subject);
        let asked = lost.unwrap_or(&own).asked();
        self.give_back(order, &subject, asked);
        Outcome::Done
    }

    fn give_back(&mut self, order: usize, subject: &str, asked: i64) {
        let own = &mut self.orders[order];
        if own.settled && !own.given.iter().any(|number| number == subject) {
            let share = asked.min(own.captured - own.back);
            own.back += share;
            if share > 0 {
                own.given.push(subject.to_owned());
            }
        }
    }

    pub(super) fn expire(&mut self) -> Outcome {
        let now = self.now;
        for index in 0..self.bookings.len() {
            let booking = &self.bookings[index];
            if booking.status.is_live() && now >= booking.expires_at {
                self.end(index, Status::Expired);
            }
        }
        Outcome::Done
    }

    pub fn owner_of(&self, booking: usize) -> Option<usize> {
        match self.bookings[booking].of {
            Of::Order(order) => Some(order),
            _ => None,
        }
    }

    /// An order's groups with how they stand.
    pub fn standing(&self, order: usize) -> BTreeSet<(String, &'static str)> {
        let groups = self.groups(order);
        groups
            .into_iter()
            .map(|index| (self.bookings[index].number.clone(), self.status(&self.bookings[index]).code()))
            .collect()
    }
}

pub fn price_of(lines: &[(usize, i64)]) -> i64 {
    lines.iter().map(|line| line.1 * PRICE).sum()
}

pub fn price(wishes: &[Wish]) -> i64 {
    wishes.iter().map(|wish| price_of(&wish.lines) + wish.fee()).sum()
}
