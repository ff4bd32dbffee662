//! What is sent about an order, and how it becomes the shop's own words. What is answered is in [`super::shown`].

use onshelf_vocabulary::{
    self as words, StoreCode,
    fulfilment::{self as views, Way},
    orders::{Address as PlaceOf, GroupChange, GroupInput, OrderChange, OrderInput},
    payments::ProviderCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::spellings;
use crate::http::api::{reservations::Contact, shapes::Line};

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
    /// Where a delivery is brought; nothing else has one.
    #[serde(default)]
    address: Option<Address>,
    /// Beginning of a quarter of an hour; none: as soon as it is ready. A delivery has none.
    #[serde(default)]
    #[schema(format = DateTime)]
    window: Option<String>,
    /// Of one SKU up to 999, all its lines together.
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
    /// Where a delivery is brought; nothing else has one.
    #[serde(default)]
    address: Option<Address>,
    /// RFC 3339; null or empty is as soon as it is ready. A delivery has none.
    #[serde(default, deserialize_with = "spellings::erasable")]
    #[schema(max_length = 40)]
    window: Option<String>,
    /// All lines anew; of one SKU up to 999, all its lines together.
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
