//! What the model keeps of one reservation or group, and what a deed comes to.

use onshelf_vocabulary::fulfilment::Way;

use super::{
    super::orders::{Of, Wish, price_of},
    Piece,
};

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
    /// Nobody can have counted so, or nothing is missing.
    Miscounted,
    /// A pass opens nothing there.
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Held until it is paid, or said yes to.
    Pending,
    Placed,
    Picking,
    /// On its way to the store that hands it over.
    InTransfer,
    Ready,
    OutForDelivery,
    Collected,
    Delivered,
    Cancelled,
    Expired,
    NotFound,
}

impl Status {
    /// Whether a shelf still holds it.
    pub const fn is_live(self) -> bool {
        matches!(self, Status::Pending | Status::Placed | Status::Picking | Status::Ready)
    }

    /// Whether something of it is still to come.
    pub const fn goes_on(self) -> bool {
        self.is_live() || matches!(self, Status::InTransfer | Status::OutForDelivery)
    }

    /// On the shelf it is picked from, and the store's to deal with.
    pub const fn is_unsent(self) -> bool {
        matches!(self, Status::Placed | Status::Picking)
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
            Status::InTransfer => "in_transfer",
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
    pub way: Way,
    /// Where it is handed over; of what is brought home, where it is sent from.
    pub store: usize,
    /// Each SKU once.
    pub lines: Vec<(usize, i64)>,
    /// What its way costs.
    pub fee: i64,
    /// What was not found of it, and is in its lines no more.
    pub missing: Vec<(usize, i64)>,
    pub expires_at: i64,
    pub made_at: i64,
    /// As it was written down last.
    pub status: Status,
    pub of: Of,
    /// Somebody has said that they begin with it.
    pub in_hand: bool,
    /// When it was handed over, and whether a till did it.
    pub handed_at: Option<i64>,
    pub by_till: bool,
    /// It was sent off and did not come.
    pub astray: bool,
}

impl Booking {
    /// As it would be asked for again.
    pub fn wish(&self) -> Wish {
        Wish { way: self.way, store: self.store, named: true, lines: self.lines.clone() }
    }

    /// What is asked for it: its lines and its way.
    pub fn asked(&self) -> i64 {
        price_of(&self.lines) + self.fee
    }

    /// Where it is picked.
    pub fn source(&self) -> usize {
        source_of(self.way, self.store)
    }

    /// The store whose turn it is while it stands so: who picks it, or else who hands it over.
    pub fn turn(&self, status: Status) -> usize {
        if status.is_unsent() { self.source() } else { self.store }
    }

    /// What it takes of the shelves: where it is picked, and of what waits at a counter there.
    pub fn pieces(&self) -> impl Iterator<Item = Piece> {
        let shelf = if self.status == Status::Ready { self.store } else { self.source() };
        self.lines.iter().map(move |(sku, quantity)| (shelf, *sku, *quantity))
    }
}

/// From where something comes. There are two stores: what is brought to one of them comes from the other.
pub fn source_of(way: Way, store: usize) -> usize {
    if way == Way::Transfer { 1 - store } else { store }
}
