//! What is sent about an order and what is answered, and how both become the shop's own words.

use onshelf_vocabulary::{
    self as words, Lang, StoreCode,
    fulfilment::{self as views, Way},
    orders::{Address as PlaceOf, GroupChange, GroupInput, GroupView, OrderChange, OrderInput, OrderView},
    payments::ProviderCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::spellings;
use crate::http::api::{
    passes::PassOf,
    reservations::Contact,
    shapes::{Image, Line, Money},
};

/// What is bought, in groups that are got in one way each.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderRequest {
    #[schema(min_items = 1, max_items = 8)]
    groups: Vec<GroupRequest>,
    contact: Contact,
    /// By whom it is paid online; null: at the counter.
    #[serde(default)]
    payment: Option<PaymentRequest>,
    /// The total that was shown; another one is refused (409 `price-changed`), never charged.
    #[serde(default)]
    expected_total: Option<Amount>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GroupRequest {
    #[schema(value_type = String, pattern = "^(collect|curbside|transfer|delivery)$")]
    way: Way,
    /// Where it is collected; for a delivery, where it is sent from, or none to let the shop choose.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = r"^[A-Za-z0-9._-]{1,64}$")]
    store: Option<StoreCode>,
    #[serde(default)]
    address: Option<Address>,
    /// Beginning of a quarter of an hour; none: as soon as it is ready. A delivery has none.
    #[serde(default)]
    #[schema(format = DateTime)]
    window: Option<String>,
    #[schema(min_items = 1, max_items = 50)]
    lines: Vec<Line>,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    #[schema(min_length = 1, max_length = 200)]
    line1: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    line2: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    city: String,
    #[schema(min_length = 1, max_length = 200)]
    postcode: String,
    /// For the courier.
    #[serde(default)]
    #[schema(max_length = 200)]
    note: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentRequest {
    #[schema(value_type = String, pattern = "^(test|stripe|toss)$")]
    pub(super) provider: ProviderCode,
}

/// An amount in minor units.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    #[schema(minimum = 0)]
    amount: i64,
    #[schema(value_type = String, pattern = "^(KRW|USD|EUR|GBP|CAD|JPY)$")]
    currency: words::Currency,
}

impl From<Amount> for words::Money {
    fn from(amount: Amount) -> words::Money {
        words::Money::new(amount.amount, amount.currency)
    }
}

/// What is changed before picking begins; what is left out stays. Either `groups`, or of an order of one group `way`,
/// `store`, `address`, `window` and `lines`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderPatch {
    /// All groups anew.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 8)]
    groups: Option<Vec<GroupRequest>>,
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(collect|curbside|transfer|delivery)$")]
    way: Option<Way>,
    /// Another store. A time that was chosen is given up with the old one unless `window` names one.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = r"^[A-Za-z0-9._-]{1,64}$")]
    store: Option<StoreCode>,
    #[serde(default)]
    address: Option<Address>,
    /// RFC 3339; null or empty is as soon as it is ready. A delivery has none.
    #[serde(default, deserialize_with = "spellings::erasable")]
    #[schema(max_length = 40)]
    window: Option<String>,
    /// All lines anew.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 50)]
    lines: Option<Vec<Line>>,
    /// Who else may collect.
    #[serde(default, deserialize_with = "spellings::somebody")]
    #[schema(schema_with = spellings::proxy)]
    proxy: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Arrival {
    /// False: only on the way.
    #[serde(default = "yes")]
    pub(super) arrived: bool,
    #[serde(default, deserialize_with = "spellings::label")]
    #[schema(schema_with = spellings::bay)]
    pub(super) bay: String,
    #[serde(default, deserialize_with = "spellings::label")]
    #[schema(schema_with = spellings::car)]
    pub(super) car: String,
}

impl Default for Arrival {
    /// Who says nothing says that they are there.
    fn default() -> Arrival {
        Arrival { arrived: yes(), bay: String::new(), car: String::new() }
    }
}

/// What is said to an offer: one of those that stand in for something that was not found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferAnswer {
    /// True takes this one and gives the others back; false takes none of them, and the money goes back.
    pub(super) accept: bool,
    /// Where it is brought, for a delivery whose address is not known yet.
    #[serde(default)]
    pub(super) address: Option<Address>,
}

const fn yes() -> bool {
    true
}

/// An order as its owner sees it.
#[derive(Serialize, ToSchema)]
pub struct Order {
    pub(super) number: String,
    /// Shown once, in the answer that placed it: keep it, it is the only way back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) token: Option<String>,
    #[schema(value_type = String, pattern = "^(placed|paid|picking|in_transfer|ready|out_for_delivery|completed|cancelled|expired)$")]
    status: &'static str,
    groups: Vec<Group>,
    subtotal: Money,
    fees: Money,
    tax: Money,
    /// Whether the tax is in the prices, or was added to them.
    tax_included: bool,
    total: Money,
    pub(super) payment: Payment,
    #[schema(format = DateTime)]
    placed_at: String,
    /// Until when it is held for paying.
    #[schema(format = DateTime)]
    held_until: Option<String>,
    /// Whom the owner sends at the moment.
    proxy: Option<String>,
    /// Everybody who may collect, or might have; the newest last.
    passes: Vec<PassOf>,
    /// Once more, while it is held for paying.
    can_extend: bool,
    can_pay: bool,
    can_cancel: bool,
    can_change: bool,
    links: OrderLinks,
}

#[derive(Serialize, ToSchema)]
struct Group {
    id: String,
    #[schema(value_type = String, pattern = "^(collect|curbside|transfer|delivery)$")]
    way: &'static str,
    #[schema(value_type = String, pattern = "^(pending|placed|picking|in_transfer|ready|out_for_delivery|collected|delivered|cancelled|expired|not_found)$")]
    status: &'static str,
    /// Where it is handed over, or sent from.
    store: String,
    /// A delivery may be sent from a warehouse, where nobody comes.
    #[schema(value_type = String, pattern = "^(store|warehouse)$")]
    store_kind: &'static str,
    store_name: String,
    address: Option<Address>,
    #[schema(format = DateTime)]
    window: Option<String>,
    #[schema(format = DateTime)]
    ready_by: String,
    /// Until when it is kept.
    #[schema(format = DateTime)]
    expires_at: String,
    #[schema(format = DateTime)]
    ready_at: Option<String>,
    /// Said or scanned at the counter; none while it is not paid.
    code: Option<String>,
    /// What the QR carries, signed.
    pass: Option<String>,
    /// The group it stands in for: held until its owner says yes or no.
    offered_for: Option<String>,
    /// These were not found of that group; the rest of it goes on.
    split_from: Option<String>,
    /// It was not found a moment ago: what could take its place is being looked for.
    looking: bool,
    /// It was sent off and did not come (`not_found`): what became of it.
    #[schema(value_type = Option<String>, pattern = "^(lost|came_back)$")]
    astray: Option<&'static str>,
    lines: Vec<GroupLine>,
    fee: Money,
    total: Money,
}

#[derive(Serialize, ToSchema)]
struct GroupLine {
    sku: String,
    name: String,
    options: String,
    #[schema(minimum = 1, maximum = 999)]
    quantity: i64,
    /// Of one, as it is charged.
    price: Money,
    /// What was taken off the price of one.
    discounts: Vec<LineDiscount>,
    image: Option<Image>,
}

#[derive(Serialize, ToSchema)]
struct LineDiscount {
    name: String,
    amount: Money,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Payment {
    #[schema(value_type = String, pattern = "^(at_store|pending|failed|paid|partly_refunded|refunded|void)$")]
    status: &'static str,
    provider: Option<String>,
    paid: Money,
    refunded: Money,
    /// Where it is paid, while that is possible.
    #[schema(format = "uri")]
    pub(super) redirect_url: Option<String>,
}

/// Whole addresses.
#[derive(Serialize, ToSchema)]
struct OrderLinks {
    #[serde(rename = "self")]
    #[schema(format = "uri")]
    own: String,
    #[schema(format = "uri")]
    page: String,
    #[schema(format = "uri")]
    cancel: String,
}

impl From<OrderRequest> for OrderInput {
    fn from(request: OrderRequest) -> OrderInput {
        let Contact { name, email, phone } = request.contact;
        OrderInput {
            groups: request.groups.into_iter().map(Into::into).collect(),
            contact: views::Contact { name, email, phone },
            provider: request.payment.map(|payment| payment.provider),
            expected_total: request.expected_total.map(Into::into),
        }
    }
}

impl From<OrderPatch> for OrderChange {
    fn from(patch: OrderPatch) -> OrderChange {
        let OrderPatch { groups, way, store, address, window, lines, proxy } = patch;
        let group = GroupChange {
            way,
            store,
            address: address.map(Into::into),
            window,
            lines: lines.map(|lines| lines.into_iter().map(Into::into).collect()),
        };
        OrderChange {
            groups: groups.map(|groups| groups.into_iter().map(Into::into).collect()),
            group: (group != GroupChange::default()).then_some(group),
            proxy,
        }
    }
}

impl From<GroupRequest> for GroupInput {
    fn from(group: GroupRequest) -> GroupInput {
        GroupInput {
            way: group.way,
            store: group.store,
            address: group.address.map(Into::into),
            window: group.window,
            lines: group.lines.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Address> for PlaceOf {
    fn from(address: Address) -> PlaceOf {
        let Address { line1, line2, city, postcode, note } = address;
        PlaceOf { line1, line2, city, postcode, note }
    }
}

impl From<PlaceOf> for Address {
    fn from(address: PlaceOf) -> Address {
        let PlaceOf { line1, line2, city, postcode, note } = address;
        Address { line1, line2, city, postcode, note }
    }
}

/// An order in the contract's words; the token opens its page.
pub(super) fn shape(view: OrderView, lang: Lang, public_url: &str, token: &str) -> Order {
    let own = format!("{public_url}/api/v1/orders/{}", view.number);
    let page = format!("{public_url}{}?t={token}", lang.href(&format!("/orders/{}", view.number)));
    Order {
        links: OrderLinks { cancel: format!("{own}/cancel"), own, page },
        token: None,
        status: view.status.code(),
        groups: view.groups.into_iter().map(group).collect(),
        subtotal: view.subtotal.into(),
        fees: view.fees.into(),
        tax: view.tax.into(),
        tax_included: view.tax_included,
        total: view.total.into(),
        payment: Payment {
            status: view.payment.status.code(),
            provider: view.payment.provider.map(|provider| provider.code().to_owned()),
            paid: view.payment.paid.into(),
            refunded: view.payment.refunded.into(),
            redirect_url: view.payment.redirect_url,
        },
        placed_at: view.placed_at.at,
        held_until: view.held_until.map(|moment| moment.at),
        proxy: view.proxy,
        passes: view.passes.into_iter().map(|line| PassOf::new(line, lang, public_url)).collect(),
        can_extend: view.can_extend,
        can_pay: view.can_pay,
        can_cancel: view.can_cancel,
        can_change: view.can_change,
        number: view.number,
    }
}

fn group(view: GroupView) -> Group {
    Group {
        id: view.id,
        way: view.way.code(),
        status: view.status.code(),
        store: view.store.code,
        store_kind: view.store.kind.code(),
        store_name: view.store.name,
        address: view.address.map(Into::into),
        window: view.window.map(|window| window.starts.at),
        ready_by: view.ready_by.at,
        expires_at: view.expires_at.at,
        ready_at: view.ready_at.map(|moment| moment.at),
        code: view.code,
        pass: view.pass,
        offered_for: view.offered_for,
        split_from: view.split_from,
        looking: view.looking,
        astray: view.astray.map(views::Astray::code),
        lines: view.lines.into_iter().map(line).collect(),
        fee: view.fee.into(),
        total: view.total.into(),
    }
}

fn line(view: views::ReservationLineView) -> GroupLine {
    let discount = |off: views::DiscountView| LineDiscount { name: off.name, amount: off.amount.into() };
    GroupLine {
        discounts: view.discounts.into_iter().map(discount).collect(),
        sku: view.sku,
        name: view.name,
        options: view.options,
        quantity: view.quantity,
        price: view.price.into(),
        image: view.image.map(Image::from),
    }
}
