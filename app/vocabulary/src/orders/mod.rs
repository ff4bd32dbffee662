//! Orders: what is asked for in groups, each got in its own way; what their owner sees; why one is refused.

mod checkout;
mod passes;

pub use checkout::{CheckoutView, DeliveryTerms, WayOffer, ZoneReach, ZoneTerms};
pub use passes::{PassLine, PassRefusal, PassState, PassThing, PassTicket, PassView};

use serde::{Deserialize, Serialize};

use crate::{
    Moment, Money, StoreCode,
    cart::Line,
    fulfilment::{
        Astray, Contact, Elsewhere, FieldFault, ReservationLineView, ReservationStatus, ShortLine, Way,
    },
    payments::{PaymentView, ProviderCode},
    stores::StoreCard,
};

/// The most groups one order may have.
pub const MAX_GROUPS: usize = 8;

/// Where something is delivered to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and number, or road name address. 1 to 200 characters.
    pub line1: String,
    /// Flat, floor, company. Up to 200 characters.
    #[serde(default)]
    pub line2: String,
    /// City or district; may be empty where the first line says it.
    #[serde(default)]
    pub city: String,
    pub postcode: String,
    /// What the courier should know. Up to 200 characters.
    #[serde(default)]
    pub note: String,
}

/// Lines that are got in one way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupInput {
    pub way: Way,
    /// Where it is collected. For a delivery the store to send from; none lets the shop choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// The beginning of the quarter of an hour it is collected in, RFC 3339; none is as soon as it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    pub lines: Vec<Line>,
}

/// An order to be placed. Without a provider it is paid at the counter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderInput {
    pub groups: Vec<GroupInput>,
    pub contact: Contact,
    #[serde(default)]
    pub provider: Option<ProviderCode>,
    /// What the shopper was shown; another total is refused and said, never charged.
    #[serde(default)]
    pub expected_total: Option<Money>,
}

/// What its owner changes of an order before picking starts; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderChange {
    /// All groups anew: another store, way, time or lines.
    #[serde(default)]
    pub groups: Option<Vec<GroupInput>>,
    /// Of an order of one group, only what changes of it; `groups` is then left out.
    #[serde(default)]
    pub group: Option<GroupChange>,
    /// Who else may collect; an empty name takes it back.
    #[serde(default)]
    pub proxy: Option<String>,
}

/// What changes of one group; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupChange {
    pub way: Option<Way>,
    pub store: Option<StoreCode>,
    pub address: Option<Address>,
    pub window: Option<String>,
    pub lines: Option<Vec<Line>>,
}

/// Where an order stands as a whole: where the group that is least far stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Held; not paid yet, or to be paid at the counter.
    Placed,
    Paid,
    Picking,
    InTransfer,
    Ready,
    OutForDelivery,
    /// Everything that could be had was handed over.
    Completed,
    Cancelled,
    Expired,
}

impl OrderStatus {
    pub const ALL: [OrderStatus; 9] = [
        OrderStatus::Placed,
        OrderStatus::Paid,
        OrderStatus::Picking,
        OrderStatus::InTransfer,
        OrderStatus::Ready,
        OrderStatus::OutForDelivery,
        OrderStatus::Completed,
        OrderStatus::Cancelled,
        OrderStatus::Expired,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            OrderStatus::Placed => "placed",
            OrderStatus::Paid => "paid",
            OrderStatus::Picking => "picking",
            OrderStatus::InTransfer => "in_transfer",
            OrderStatus::Ready => "ready",
            OrderStatus::OutForDelivery => "out_for_delivery",
            OrderStatus::Completed => "completed",
            OrderStatus::Cancelled => "cancelled",
            OrderStatus::Expired => "expired",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<OrderStatus> {
        OrderStatus::ALL.into_iter().find(|status| status.code() == code)
    }
}

/// An order as its owner sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderView {
    pub number: String,
    pub status: OrderStatus,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub groups: Vec<GroupView>,
    pub payment: PaymentView,
    /// Of the lines.
    pub subtotal: Money,
    /// Of the ways: deliveries.
    pub fees: Money,
    pub tax: Money,
    /// Whether the tax is in the total already (Korea) or was added to it (USA).
    pub tax_included: bool,
    pub total: Money,
    pub placed_at: Moment,
    /// Until when it is held for paying; none where it needs none any more.
    pub held_until: Option<Moment>,
    /// Seconds of that left.
    pub held_seconds: i64,
    pub can_extend: bool,
    pub can_pay: bool,
    pub can_cancel: bool,
    pub can_change: bool,
    /// Who else may collect.
    pub proxy: Option<String>,
    /// Everybody who may collect, or might have; the newest last.
    pub passes: Vec<PassLine>,
}

/// A group of an order: what one store does for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupView {
    /// Number of the reservation that fulfils it.
    pub id: String,
    pub way: Way,
    pub status: ReservationStatus,
    /// Where it is handed over, or sent from.
    pub store: StoreCard,
    /// Where it comes from, for a transfer.
    pub source: Option<String>,
    pub address: Option<Address>,
    /// "오늘 17:30–17:45"
    pub window: Option<WindowView>,
    /// What is said or scanned at the counter; none while it is not paid.
    pub code: Option<String>,
    pub lines: Vec<ReservationLineView>,
    pub fee: Money,
    pub total: Money,
    pub ready_by: Moment,
    pub expires_at: Moment,
    pub ready_at: Option<Moment>,
    pub ended_at: Option<Moment>,
    pub arrival: Option<ArrivalView>,
    /// The signed pass, to be shown as a QR; none where there is nothing to collect.
    pub pass: Option<String>,
    /// This group stands in for one that was not found: it is held until the shopper says yes.
    pub offered_for: Option<String>,
    /// This was not found of another group: the rest of that one goes on.
    pub split_from: Option<String>,
    /// It was not found a moment ago, and what could take its place is being looked for.
    pub looking: bool,
    /// What became of it where it was sent off and did not come.
    pub astray: Option<Astray>,
}

/// A quarter of an hour at a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowView {
    pub starts: Moment,
    pub ends: Moment,
    /// How many more it takes.
    pub left: i64,
}

/// Somebody has come for it with a car.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrivalView {
    /// On the way since then.
    pub on_way_at: Option<Moment>,
    pub arrived_at: Option<Moment>,
    pub bay: String,
    pub car: String,
}

/// Why an order was not placed or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OrderRefusal {
    #[error("fields need mending")]
    Invalid { faults: Vec<FieldFault> },
    #[error("not enough on the shelf")]
    OutOfStock { short: Vec<ShortLine>, elsewhere: Vec<Elsewhere> },
    #[error("the store takes no orders")]
    StoreClosed,
    #[error("too many live orders")]
    TooMany { limit: u32 },
    #[error("the total is another now")]
    PriceChanged { total: Money },
    #[error("that quarter of an hour is full")]
    WindowFull,
    #[error("the hold has run out")]
    HoldOver,
    #[error("the order is already {}", status.code())]
    WrongState { status: OrderStatus },
    #[error("picking has begun")]
    PickingBegun,
    #[error("more than was paid and not refunded yet")]
    RefundTooMuch { left: Money },
    #[error("the provider does not answer")]
    ProviderDown,
    #[error("the hold was extended before")]
    ExtendedBefore,
    #[error(transparent)]
    Pass(PassRefusal),
    #[error("no such order")]
    NotFound,
}
