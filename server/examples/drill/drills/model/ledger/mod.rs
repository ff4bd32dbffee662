//! The model: numbers in memory, changed one after the other. It knows no database, no hold, no idempotency key; it
//! only knows what everybody expects.

mod board;
mod booking;
mod pick;
mod shelves;

use std::collections::BTreeMap;

use onshelf_vocabulary::{fulfilment::Way, staff::BoardDeed};

use super::{
    Deed,
    baskets::Basket,
    orders::{Awaited, Of, Order},
};
use crate::drills::ground;

pub use booking::{Booking, Outcome, Status, source_of};
pub use pick::Pick;
use shelves::Level;
pub use shelves::{Piece, pieces_of};

/// How many stores there are.
pub const STORES: usize = 2;
/// Live reservations of one phone.
const LIVE_LIMIT: usize = 5;
/// Bookings that can still be named; older ones are forgotten once they have ended.
const REMEMBERED: usize = 400;

pub struct Ledger {
    /// Unix milliseconds.
    pub now: i64,
    pub made: u64,
    levels: BTreeMap<(usize, usize), Level>,
    pub(super) bookings: Vec<Booking>,
    pub(super) orders: Vec<Order>,
    pub(super) baskets: Vec<Basket>,
    /// Groups the shop has made, in their order, until it tells their numbers.
    pub(super) awaited: Vec<Awaited>,
}

impl Ledger {
    /// The first store's shelves begin with `initial` each, the second has none.
    pub fn new(initial: i64, now: i64) -> Ledger {
        let levels = shelves::filled(initial);
        let (bookings, orders, baskets, awaited) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Ledger { now, made: 0, levels, bookings, orders, baskets, awaited }
    }

    pub fn bookings(&self) -> &[Booking] {
        &self.bookings
    }

    pub fn status(&self, booking: &Booking) -> Status {
        if booking.status.is_live() && self.now >= booking.expires_at {
            Status::Expired
        } else {
            booking.status
        }
    }

    /// Says what a deed comes to, and does it, except for making a booking, whose number only the shop can choose.
    pub fn expect(&mut self, deed: &Deed) -> Outcome {
        match deed {
            Deed::Reserve { phone, store, lines } => self.expect_reserve(*phone, *store, lines),
            Deed::Repeat { changed: true, .. } => Outcome::KeyReused,
            Deed::Repeat { .. } | Deed::KeepHouse => Outcome::Done,
            Deed::Cancel { right_token: false, .. } => Outcome::NotFound,
            Deed::Cancel { booking, .. } => match self.status(&self.bookings[*booking]) {
                status if status.is_live() => self.put(*booking, Status::Cancelled),
                Status::Cancelled => Outcome::Done,
                _ => Outcome::WrongState,
            },
            Deed::Board { booking, store, deed } => self.expect_board(*booking, *store, *deed),
            Deed::Pick { booking, store, pick } => self.expect_pick(*booking, *store, pick),
            Deed::Collect { booking, store } => {
                let outcome = self.expect_board(*booking, *store, BoardDeed::HandOver);
                if outcome == Outcome::Done {
                    self.bookings[*booking].by_till = true;
                }
                outcome
            }
            // Only what belongs to an order has passes.
            Deed::ByPass { booking, .. } if self.owner_of(*booking).is_none() => Outcome::Closed,
            Deed::ByPass { booking, store } => {
                match self.expect_board(*booking, *store, BoardDeed::HandOver) {
                    Outcome::Done => Outcome::Done,
                    _ => Outcome::Closed,
                }
            }
            Deed::Sell { store, lines } => {
                lines.iter().for_each(|(sku, quantity)| self.sell(*store, *sku, *quantity));
                Outcome::Done
            }
            Deed::Count { store, sku, on_hand, minutes_ago } => {
                self.count(*store, *sku, *on_hand, self.now - minutes_ago * 60_000)
            }
            Deed::Move { store, lines } => self.expect_move(*store, lines),
            Deed::Trespass { .. } => Outcome::NotYours,
            Deed::Expire => self.expire(),
            Deed::Wait { minutes } => {
                self.now += minutes * 60_000;
                Outcome::Done
            }
            Deed::OfOrder(deed) => self.expect_order(deed),
            Deed::OfBasket(deed) => self.expect_basket(deed),
        }
    }

    fn expect_reserve(&self, phone: usize, store: usize, lines: &[(usize, i64)]) -> Outcome {
        if self.is_full(phone) {
            return Outcome::TooMany;
        }
        let wanted = |sku: usize| lines.iter().filter(|line| line.0 == sku).map(|line| line.1).sum::<i64>();
        let short = (0..ground::SKUS).any(|sku| wanted(sku) > 0 && self.available(store, sku) < wanted(sku));
        if short { Outcome::Short } else { Outcome::Done }
    }

    pub(super) fn is_full(&self, phone: usize) -> bool {
        self.live().filter(|booking| booking.phone == phone).count() >= LIVE_LIMIT
    }

    pub(super) fn put(&mut self, booking: usize, status: Status) -> Outcome {
        self.bookings[booking].status = status;
        Outcome::Done
    }

    /// Until when the shop keeps a booking now.
    pub(super) fn keep(&mut self, booking: usize, expires_at: i64) {
        self.bookings[booking].expires_at = expires_at;
    }

    /// Takes over a booking the shop has made.
    pub fn take_over(&mut self, mut booking: Booking) {
        self.made += 1;
        booking.lines = summed(&booking.lines);
        self.bookings.push(booking);
    }

    /// Forgets what ended long ago. Only between two deeds, which name bookings and baskets by their place.
    pub fn forget(&mut self) {
        self.forget_baskets();
        let count = self.bookings.len();
        if count > REMEMBERED * 2 {
            // Outcomes kept under a key are forgotten after two days; nobody repeats one that old.
            let mut index = 0;
            self.bookings.retain(|booking| {
                index += 1;
                booking.status.is_live() || index > count - REMEMBERED
            });
        }
    }
}

/// Each SKU once, in order.
pub fn summed(lines: &[(usize, i64)]) -> Vec<(usize, i64)> {
    let mut sums: BTreeMap<usize, i64> = BTreeMap::new();
    for (sku, quantity) in lines {
        *sums.entry(*sku).or_default() += quantity;
    }
    sums.into_iter().collect()
}

/// A booking fresh from the shop.
pub fn placed(
    number: String,
    token: String,
    key: String,
    (phone, store): (usize, usize),
    lines: Vec<(usize, i64)>,
    (made_at, expires_at): (i64, i64),
) -> Booking {
    let (status, of) = (Status::Placed, Of::Itself);
    Booking {
        number,
        token,
        key,
        phone,
        way: Way::Collect,
        store,
        lines,
        fee: 0,
        missing: Vec::new(),
        expires_at,
        made_at,
        status,
        of,
        in_hand: false,
        handed_at: None,
        by_till: false,
        astray: false,
    }
}
