//! Reservations: asking for one, what it shows, why one is refused.

use serde::{Deserialize, Serialize};

use crate::{Moment, Money, StoreCode, cart::Line, catalog::Image, stores::StoreCard};

/// Who collects. The name and one of the two ways to reach them are needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// A reservation to be made: lines, all at one store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReserveInput {
    pub store: StoreCode,
    pub lines: Vec<Line>,
    pub contact: Contact,
}

/// How a shopper gets what is held for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// At the counter of the store that has it.
    #[default]
    Collect,
    /// Brought to the car at the store that has it.
    Curbside,
    /// At the counter of a store that gets it from another.
    Transfer,
    /// Brought to an address.
    Delivery,
}

impl Way {
    pub const ALL: [Way; 4] = [Way::Collect, Way::Curbside, Way::Transfer, Way::Delivery];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Way::Collect => "collect",
            Way::Curbside => "curbside",
            Way::Transfer => "transfer",
            Way::Delivery => "delivery",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|way| way.code() == code)
    }
}

/// Where a reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReservationStatus {
    /// Held while it is being paid or decided on; the store does not see it yet.
    Pending,
    /// Held; nobody has picked it yet.
    Placed,
    /// An associate is picking it.
    Picking,
    /// On its way from the store that had it to the one that hands it over.
    InTransfer,
    /// Picked and staged at the counter.
    Ready,
    /// On its way to an address.
    OutForDelivery,
    Collected,
    Delivered,
    Cancelled,
    Expired,
    /// The store could not find it, or what was sent off did not come; see [`Astray`].
    NotFound,
}

impl ReservationStatus {
    pub const ALL: [ReservationStatus; 11] = [
        ReservationStatus::Pending,
        ReservationStatus::Placed,
        ReservationStatus::Picking,
        ReservationStatus::InTransfer,
        ReservationStatus::Ready,
        ReservationStatus::OutForDelivery,
        ReservationStatus::Collected,
        ReservationStatus::Delivered,
        ReservationStatus::Cancelled,
        ReservationStatus::Expired,
        ReservationStatus::NotFound,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            ReservationStatus::Pending => "pending",
            ReservationStatus::Placed => "placed",
            ReservationStatus::Picking => "picking",
            ReservationStatus::InTransfer => "in_transfer",
            ReservationStatus::Ready => "ready",
            ReservationStatus::OutForDelivery => "out_for_delivery",
            ReservationStatus::Collected => "collected",
            ReservationStatus::Delivered => "delivered",
            ReservationStatus::Cancelled => "cancelled",
            ReservationStatus::Expired => "expired",
            ReservationStatus::NotFound => "not_found",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<ReservationStatus> {
        ReservationStatus::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Whether stock is still held for it on a shelf.
    #[must_use]
    pub const fn is_live(self) -> bool {
        use ReservationStatus::{Pending, Picking, Placed, Ready};
        matches!(self, Pending | Placed | Picking | Ready)
    }

    /// Whether it has left one shelf and not yet come to another, or to its owner.
    #[must_use]
    pub const fn is_travelling(self) -> bool {
        matches!(self, ReservationStatus::InTransfer | ReservationStatus::OutForDelivery)
    }

    /// Whether nothing follows any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        !self.is_live() && !self.is_travelling()
    }
}

/// What became of something that was sent off and did not come to where it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Astray {
    /// Nobody has it any more.
    Lost,
    /// It could not be given over, and is at the store again that sent it.
    CameBack,
}

impl Astray {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Astray::Lost => "lost",
            Astray::CameBack => "came_back",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Astray> {
        [Astray::Lost, Astray::CameBack].into_iter().find(|astray| astray.code() == code)
    }
}

/// A reservation as its owner sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReservationView {
    pub number: String,
    /// What is said or scanned at the counter, 6 characters.
    pub code: String,
    pub status: ReservationStatus,
    pub name: String,
    pub store: StoreCard,
    pub lines: Vec<ReservationLineView>,
    /// What was asked for too, and not found: it is not in the lines and not in the total.
    pub missing: Vec<ReservationLineView>,
    pub total: Money,
    pub placed_at: Moment,
    pub ready_by: Moment,
    /// Until when it is kept for the shopper.
    pub expires_at: Moment,
    pub ready_at: Option<Moment>,
    pub collected_at: Option<Moment>,
    pub can_cancel: bool,
}

/// What was taken off the price of one piece.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscountView {
    pub name: String,
    pub amount: Money,
}

/// One thing of a reservation; `price` is of one piece, with all discounts taken off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReservationLineView {
    pub sku: String,
    pub slug: String,
    pub name: String,
    pub options: String,
    pub quantity: i64,
    pub price: Money,
    pub discounts: Vec<DiscountView>,
    pub image: Option<Image>,
}

/// A field of an input that cannot be accepted, by its JSON pointer (RFC 6901).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldFault {
    pub pointer: String,
    pub fault: Fault,
}

/// What can be wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    Missing,
    TooLong,
    NotAnEmail,
    NotAPhone,
    /// An e-mail address or a phone number is needed.
    NoWayToReach,
    BadCharacters,
    NoLines,
    /// Which group is meant has to be said.
    NameTheGroups,
    TooManyLines,
    /// More of one thing, in however many lines, than is a [`Quantity`](crate::Quantity).
    TooManyOfOne,
    /// More groups than one order may have.
    TooManyGroups,
    UnknownSku,
    UnknownStore,
    NotForSale,
    /// The store does not offer this way.
    NotOffered,
    /// Not a whole quarter of an hour the store takes orders for.
    BadWindow,
    /// Nobody delivers there.
    OutOfZone,
    /// Only what is delivered goes to an address.
    NoAddressNeeded,
    /// No such way to pay here.
    UnknownProvider,
    /// What is taken online and brought somewhere is paid online.
    MustPayOnline,
    /// It is no part of this reservation.
    NotInIt,
    /// Another store hands it over, and its money is not this one's to give back.
    OfAnotherStore,
    /// More than was asked for.
    NotThatMany,
    /// All of it was found.
    NothingMissing,
    /// An amount of money that is nothing or less.
    NotAboveZero,
    /// Money of another currency than the order's.
    OtherCurrency,
}

/// Why a reservation was not made or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReservationRefusal {
    #[error("fields need mending")]
    Invalid { faults: Vec<FieldFault> },
    #[error("not enough on the shelf")]
    OutOfStock { short: Vec<ShortLine>, elsewhere: Vec<Elsewhere> },
    #[error("the store does not take reservations")]
    StoreClosed,
    #[error("too many live reservations")]
    TooMany { limit: u32 },
    #[error("the reservation is already {}", status.code())]
    WrongState { status: ReservationStatus },
    #[error("no such reservation")]
    NotFound,
}

/// What is left of something that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShortLine {
    pub sku: String,
    pub name: String,
    pub wanted: i64,
    pub available: i64,
}

/// A store that has everything that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Elsewhere {
    pub store: String,
    pub name: String,
    pub distance_m: Option<u32>,
    /// Where the distance is measured from.
    pub from: MeasuredFrom,
    pub available: i64,
    pub ready_by: Option<Moment>,
}

/// From where a distance is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasuredFrom {
    /// From the place the shopper told.
    Shopper,
    /// From the store that could not: nobody knows where the shopper is.
    Store,
}

impl MeasuredFrom {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            MeasuredFrom::Shopper => "shopper",
            MeasuredFrom::Store => "store",
        }
    }
}
