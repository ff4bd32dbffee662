//! An order as its owner is answered, made of what the shop shows.

use onshelf_vocabulary::{
    Lang, fulfilment as views,
    orders::{GroupView, OrderView},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::bodies::Address;
use crate::http::api::{
    passes::PassOf,
    shapes::{Image, Money},
};

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
    /// What goes back, arrived or not.
    refunded: Money,
    /// What of `refunded` is under way.
    refund_pending: Money,
    /// What of `refunded` the provider could not give back: it is owed, and the shop sees to it.
    refund_failed: Money,
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
            refund_pending: view.payment.returning.into(),
            refund_failed: view.payment.owed.into(),
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
