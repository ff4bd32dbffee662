//! The model: numbers in memory, changed one after the other. It knows no database, no hold, no idempotency key; it
//! only knows what everybody expects.

use std::collections::BTreeMap;

use onshelf_vocabulary::staff::BoardDeed;

use super::{
    Deed,
    orders::{Of, Order},
};
use crate::drills::ground;

/// How long what was handed over on the board can be taken back. Milliseconds.
const TAKEN_BACK_WITHIN: i64 = 10 * 60_000;
/// Live reservations of one phone.
const LIVE_LIMIT: usize = 5;
/// Bookings that can still be named; older ones are forgotten once they have ended.
const REMEMBERED: usize = 400;

/// What a deed came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Also where there was nothing to do any more.
    Done,
    /// A repeated request made something new.
    Another,
    Short,
    TooMany,
    WrongState,
    NotFound,
    KeyReused,
    NotEnough,
    /// No line says what moves.
    NoLines,
    NotYours,
    HoldOver,
    ExtendedBefore,
    PickingBegun,
    RefundTooMuch,
    /// A pass opens nothing there.
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Held until it is paid, or said yes to.
    Pending,
    Placed,
    Picking,
    Ready,
    OutForDelivery,
    Collected,
    Delivered,
    Cancelled,
    Expired,
    NotFound,
}

impl Status {
    pub const fn is_live(self) -> bool {
        matches!(self, Status::Pending | Status::Placed | Status::Picking | Status::Ready)
    }

    /// Whether something of it is still to come.
    pub const fn goes_on(self) -> bool {
        self.is_live() || matches!(self, Status::OutForDelivery)
    }

    /// Live, and the store's to deal with.
    pub const fn is_at_store(self) -> bool {
        self.is_live() && !matches!(self, Status::Pending)
    }

    pub const fn code(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Placed => "placed",
            Status::Picking => "picking",
            Status::Ready => "ready",
            Status::OutForDelivery => "out_for_delivery",
            Status::Collected => "collected",
            Status::Delivered => "delivered",
            Status::Cancelled => "cancelled",
            Status::Expired => "expired",
            Status::NotFound => "not_found",
        }
    }
}

/// A reservation that was made. What the shop chose (its number, token, end) is taken over from its answer.
#[derive(Clone, Debug)]
pub struct Booking {
    pub number: String,
    pub token: String,
    pub key: String,
    pub phone: usize,
    pub store: usize,
    pub lines: Vec<(usize, i64)>,
    /// Brought to a car.
    pub by_car: bool,
    pub expires_at: i64,
    pub made_at: i64,
    /// As it was written down last.
    pub status: Status,
    pub of: Of,
    /// When it was handed over on the board; none where a till sold it.
    pub handed_at: Option<i64>,
    /// It was sent off and did not come.
    pub astray: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Level {
    on_hand: i64,
    checked_at: i64,
}

pub struct Ledger {
    /// Unix milliseconds.
    pub now: i64,
    pub made: u64,
    levels: BTreeMap<(usize, usize), Level>,
    pub(super) bookings: Vec<Booking>,
    pub(super) orders: Vec<Order>,
}

impl Ledger {
    /// The first store's shelves begin with `initial` each, the second has none.
    pub fn new(initial: i64, now: i64) -> Ledger {
        let levels =
            (0..ground::SKUS).map(|sku| ((0, sku), Level { on_hand: initial, checked_at: 0 })).collect();
        Ledger { now, made: 0, levels, bookings: Vec::new(), orders: Vec::new() }
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

    pub fn levels(&self) -> impl Iterator<Item = (usize, usize, i64)> {
        self.levels.iter().map(|((store, sku), _)| (*store, *sku, self.available(*store, *sku)))
    }

    pub fn on_hand(&self, store: usize, sku: usize) -> i64 {
        self.levels.get(&(store, sku)).map_or(0, |level| level.on_hand)
    }

    pub(super) fn live(&self) -> impl Iterator<Item = &Booking> {
        self.bookings.iter().filter(|booking| self.status(booking).is_live())
    }

    pub(super) fn available(&self, store: usize, sku: usize) -> i64 {
        let own = self.live().filter(|booking| booking.store == store);
        let held: i64 =
            own.flat_map(|booking| &booking.lines).filter(|line| line.0 == sku).map(|l| l.1).sum();
        (self.on_hand(store, sku) - held).max(0)
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
            Deed::Collect { booking, store } => {
                let outcome = self.expect_board(*booking, *store, BoardDeed::HandOver);
                if outcome == Outcome::Done {
                    self.bookings[*booking].handed_at = None;
                }
                outcome
            }
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
                let at = self.now - minutes_ago * 60_000;
                let level = self.levels.entry((*store, *sku)).or_insert(Level { on_hand: 0, checked_at: at });
                if level.checked_at <= at {
                    *level = Level { on_hand: *on_hand, checked_at: at };
                }
                Outcome::Done
            }
            Deed::Move { store, lines } => self.expect_move(*store, lines),
            Deed::Trespass { .. } => Outcome::NotYours,
            Deed::Expire => self.expire(),
            Deed::Wait { minutes } => {
                self.now += minutes * 60_000;
                Outcome::Done
            }
            Deed::OfOrder(deed) => self.expect_order(deed),
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

    fn expect_board(&mut self, booking: usize, store: usize, deed: BoardDeed) -> Outcome {
        use Status::{Collected, Picking, Placed, Ready};
        let own = &self.bookings[booking];
        if own.store != store {
            return Outcome::NotFound;
        }
        if deed == BoardDeed::StartPicking && own.status == Status::Picking {
            // All are picked by the same hand, whose second press is no refusal, also where the time ran out between.
            return Outcome::Done;
        }
        let status = self.status(own);
        if self.is_brought_home(booking) {
            return self.expect_courier(booking, status, deed);
        }
        match deed {
            BoardDeed::StartPicking if status == Placed => self.put(booking, Picking),
            BoardDeed::Unready if status == Ready => self.put(booking, Picking),
            BoardDeed::MarkReady if matches!(status, Placed | Picking) => self.put(booking, Ready),
            BoardDeed::NotFound if matches!(status, Placed | Picking) => {
                for (sku, quantity) in self.bookings[booking].lines.clone() {
                    self.write_off(store, sku, quantity);
                }
                self.put(booking, Status::NotFound)
            }
            BoardDeed::Release if status.is_at_store() => self.end(booking, Status::Cancelled),
            BoardDeed::HandOver if status.is_at_store() => {
                for (sku, quantity) in self.bookings[booking].lines.clone() {
                    self.sell(store, sku, quantity);
                }
                self.bookings[booking].handed_at = Some(self.now);
                self.put(booking, Collected)
            }
            BoardDeed::TakeBack if status == Collected && self.can_be_taken_back(booking) => {
                for (sku, quantity) in self.bookings[booking].lines.clone() {
                    self.take_in(store, sku, quantity);
                }
                self.put(booking, Ready)
            }
            _ => Outcome::WrongState,
        }
    }

    /// What is brought home is sent off and given over at a door; no counter has a hand in it.
    fn expect_courier(&mut self, booking: usize, status: Status, deed: BoardDeed) -> Outcome {
        use Status::{Delivered, NotFound, OutForDelivery, Picking, Placed};
        let (store, lines) = (self.bookings[booking].store, self.bookings[booking].lines.clone());
        match (deed, status) {
            (BoardDeed::StartPicking, Placed) => self.put(booking, Picking),
            (BoardDeed::Dispatch, Placed | Picking) => {
                lines.iter().for_each(|(sku, quantity)| self.sell(store, *sku, *quantity));
                self.put(booking, OutForDelivery)
            }
            (BoardDeed::Deliver, OutForDelivery) => self.put(booking, Delivered),
            (BoardDeed::Lost, OutForDelivery) => {
                self.bookings[booking].astray = true;
                self.put(booking, NotFound)
            }
            (BoardDeed::CameBack, OutForDelivery) => {
                lines.iter().for_each(|(sku, quantity)| self.take_in(store, *sku, *quantity));
                self.bookings[booking].astray = true;
                self.put(booking, NotFound)
            }
            (BoardDeed::NotFound, Placed | Picking) => {
                lines.iter().for_each(|(sku, quantity)| self.write_off(store, *sku, *quantity));
                self.put(booking, NotFound)
            }
            (BoardDeed::Release, status) if status.is_at_store() => self.end(booking, Status::Cancelled),
            _ => Outcome::WrongState,
        }
    }

    fn expect_move(&mut self, store: usize, lines: &[(usize, i64)]) -> Outcome {
        if lines.is_empty() {
            return Outcome::NoLines;
        }
        let mut sorted: Vec<(usize, i64)> = lines.to_vec();
        sorted.sort_by_key(|(sku, _)| *sku);
        let before = self.levels.clone();
        for (sku, delta) in sorted {
            let enough = self.on_hand(store, sku) + delta >= 0;
            let known = delta > 0 || self.levels.contains_key(&(store, sku));
            if !enough || !known {
                self.levels = before;
                return Outcome::NotEnough;
            }
            let now = self.now;
            let level = self.levels.entry((store, sku)).or_default();
            *level = Level { on_hand: level.on_hand + delta, checked_at: level.checked_at.max(now) };
        }
        Outcome::Done
    }

    /// What is carried out of the door is gone, whatever the book says.
    fn sell(&mut self, store: usize, sku: usize, quantity: i64) {
        let now = self.now;
        let level = self.levels.entry((store, sku)).or_default();
        *level = Level { on_hand: (level.on_hand - quantity).max(0), checked_at: level.checked_at.max(now) };
    }

    /// A moment ago, on the board, and no money of its order was given back by hand since.
    fn can_be_taken_back(&self, booking: usize) -> bool {
        let own = &self.bookings[booking];
        let Some(handed_at) = own.handed_at else { return false };
        let given_back = self.owner_of(booking).and_then(|order| self.orders[order].given_by_hand_at);
        self.now - handed_at < TAKEN_BACK_WITHIN && given_back.is_none_or(|at| at < handed_at)
    }

    /// It is in its place again.
    fn take_in(&mut self, store: usize, sku: usize, quantity: i64) {
        let now = self.now;
        let level = self.levels.entry((store, sku)).or_default();
        *level = Level { on_hand: level.on_hand + quantity, checked_at: level.checked_at.max(now) };
    }

    /// What nobody finds is on the book no more, until it is counted; how old the number is stays as it was.
    fn write_off(&mut self, store: usize, sku: usize, quantity: i64) {
        let level = self.levels.entry((store, sku)).or_default();
        *level = Level { on_hand: (level.on_hand - quantity).max(0), ..*level };
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
        let mut summed: BTreeMap<usize, i64> = BTreeMap::new();
        for (sku, quantity) in &booking.lines {
            *summed.entry(*sku).or_default() += quantity;
        }
        booking.lines = summed.into_iter().collect();
        self.bookings.push(booking);
        if self.bookings.len() > REMEMBERED * 2 {
            // Outcomes kept under a key are forgotten after two days; nobody repeats one that old.
            let count = self.bookings.len();
            let mut index = 0;
            self.bookings.retain(|booking| {
                index += 1;
                booking.status.is_live() || index > count - REMEMBERED
            });
        }
    }
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
        store,
        lines,
        by_car: false,
        expires_at,
        made_at,
        status,
        of,
        handed_at: None,
        astray: false,
    }
}
