//! Orders: what is asked for in groups, each got in its own way; what their owner sees; why one is refused.

use serde::{Deserialize, Serialize};

use crate::{
    Moment, Money, StoreCode,
    cart::Line,
    catalog::Image,
    fulfilment::{Contact, Elsewhere, FieldFault, ReservationLineView, ReservationStatus, ShortLine, Way},
    payment::{PaymentView, ProviderCode},
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

/// Who may collect a group of an order, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassLine {
    /// The group's id.
    pub group: String,
    /// Code and name of the store.
    pub store: String,
    pub store_name: String,
    /// Whom the owner named; none for the owner.
    pub holder: Option<String>,
    pub state: PassState,
    /// When it was used or taken back.
    pub at: Option<Moment>,
    /// Path of the page to be given to whoever was named, while it opens something.
    pub link: Option<String>,
}

/// What has become of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassState {
    Open,
    Used,
    /// The owner took it back.
    Revoked,
    /// The owner made another link for the same person.
    Renewed,
    /// It was collected with another pass.
    Collected,
    Expired,
    /// What it opened was changed, cancelled or not found.
    Over,
}

impl PassState {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            PassState::Open => "open",
            PassState::Used => "used",
            PassState::Revoked => "revoked",
            PassState::Renewed => "renewed",
            PassState::Collected => "collected",
            PassState::Expired => "expired",
            PassState::Over => "over",
        }
    }
}

/// What somebody sees who was sent to collect: what, where and until when; no price, nothing of the owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassView {
    /// Their own name.
    pub holder: String,
    /// One for each group of the order.
    pub tickets: Vec<PassTicket>,
}

/// One group of the order, as far as whoever is sent may know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassTicket {
    pub state: PassState,
    pub status: ReservationStatus,
    /// When it was used or taken back.
    pub at: Option<Moment>,
    pub way: Way,
    pub store: StoreCard,
    /// Said at the counter, 7 characters; none where it opens nothing, or nothing yet.
    pub code: Option<String>,
    /// Signed, to be shown as a QR.
    pub pass: Option<String>,
    pub things: Vec<PassThing>,
    /// Whether nothing is to be paid at the counter.
    pub paid: bool,
    pub window: Option<WindowView>,
    pub ready_by: Moment,
    pub expires_at: Moment,
    /// Whoever is sent comes by car.
    pub arrival: Option<ArrivalView>,
}

/// A thing to collect, without its price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassThing {
    pub name: String,
    pub options: String,
    pub quantity: i64,
    pub image: Option<Image>,
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

/// A way to get a basket, as it is offered at checkout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WayOffer {
    pub way: Way,
    /// Where it is collected or sent from.
    pub store: String,
    pub store_name: String,
    /// Where it comes from, for a transfer.
    pub source_name: Option<String>,
    pub distance_m: Option<u32>,
    pub covered_lines: u32,
    pub lines: u32,
    pub ready_by: Moment,
    pub fee: Money,
    pub windows: Vec<WindowView>,
    /// Why a delivery costs this and comes then; none for the other ways.
    pub terms: Option<DeliveryTerms>,
}

/// What a delivery costs and how long it takes, by where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryTerms {
    /// The district or place it is quoted for; none where nobody said where, or nobody knows that postcode.
    pub place: Option<String>,
    /// The first that fits counts.
    pub zones: Vec<ZoneTerms>,
}

impl DeliveryTerms {
    /// The zone the quote is of.
    #[must_use]
    pub fn here(&self) -> Option<&ZoneTerms> {
        self.zones.iter().find(|zone| zone.here)
    }
}

/// One of the operator's zones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneTerms {
    pub reach: ZoneReach,
    pub fee: Money,
    /// From this much on it is free.
    pub free_from: Option<Money>,
    /// `15:00`: what is ordered before then of an open day comes the same day.
    pub same_day_until: Option<String>,
    /// Days it takes otherwise, from the day it is sent.
    pub days: u8,
    /// The one the quote is of.
    pub here: bool,
}

/// What a zone covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZoneReach {
    /// Metres from the store that sends it.
    Within(u32),
    /// Postcodes that begin with one of these.
    Postcodes(Vec<String>),
    Anywhere,
}

/// What the checkout page chooses from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckoutView {
    /// At the chosen store first: it is never silently another.
    pub offers: Vec<WayOffer>,
    pub providers: Vec<ProviderCode>,
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

/// Why a pass opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum PassRefusal {
    #[error("not a pass of this shop")]
    Forged,
    #[error("the pass is for another store")]
    OtherStore,
    #[error("the pass has run out")]
    Expired,
    #[error("the pass was used")]
    Used,
    #[error("the pass was taken back")]
    Revoked,
}

impl PassRefusal {
    pub const ALL: [PassRefusal; 5] = [
        PassRefusal::Forged,
        PassRefusal::OtherStore,
        PassRefusal::Expired,
        PassRefusal::Used,
        PassRefusal::Revoked,
    ];
}
