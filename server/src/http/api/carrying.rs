//! What partners do with orders: a till or a warehouse carries their groups on, and gives money back.

use axum::{
    Extension, Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use onshelf_app::ssr::Door;
use onshelf_domain::stock::Label;
use onshelf_shop::journeys::PickReport;
use onshelf_vocabulary::{self as words, staff::BoardDeed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shapes::{Changing, Line, Money, Partnering};
use crate::http::{
    ask::{Body, Key, MaybeBody, SignedIn, no_body},
    problem::{Kind, Problem, label_error},
    surface::Surface,
};

/// What was not found of a group. Without lines: nothing of it was found.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotFoundRequest {
    /// How many of each are missing; the rest goes on under the same code.
    #[serde(default)]
    #[schema(max_items = 50)]
    lines: Vec<Line>,
}

const REFUND: &str = "POST /api/v1/orders/{number}/refunds";
/// Why money is given back.
const REASON: Label = Label { least: 1, most: 200 };
const CARRY: &str = "POST /api/v1/orders/{number}/groups/{id}/{deed}";

/// Money to be given back: an amount, lines, or an amount for lines.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// May be left out where there are `lines`: it is then what these lines cost.
    #[serde(default)]
    amount: Option<RefundAmount>,
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\u0000-\u001F\u007F-\u009F]*$")]
    reason: String,
    /// For which of the order's lines it is. The amount is then at most what these cost, as the order charged
    /// them: their price with its tax, and no fee.
    #[serde(default)]
    #[schema(max_items = 50)]
    lines: Vec<Line>,
}

/// An amount in minor units, in the order's currency.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundAmount {
    #[schema(minimum = 1)]
    amount: i64,
    #[schema(value_type = String, pattern = "^(KRW|USD|EUR|GBP|CAD|JPY)$")]
    currency: words::Currency,
}

impl From<RefundAmount> for words::Money {
    fn from(amount: RefundAmount) -> words::Money {
        words::Money::new(amount.amount, amount.currency)
    }
}

#[derive(Serialize, ToSchema)]
pub struct Refunded {
    number: String,
    amount: Money,
}

#[derive(Serialize, ToSchema)]
pub struct Carried {
    number: String,
    group: String,
    status: String,
}

/// Gives back part of what was paid, or all of it
///
/// With `lines`, money is given back for these: each is of the order, at most as many as were ordered (otherwise
/// 422 at `/lines/{i}/sku` or `/lines/{i}/quantity`), and the amount is at most what they cost; without an
/// `amount` it is that. What went back for a line is not given back for it again: more than is left of these lines,
/// or than was paid and not given back yet, is refused (409 `refund-too-much`, with what is `left` for it). What was
/// cancelled or not found gives its money back by itself, and no second time here. A token of one store gives back
/// what that store hands over and no more; one of no store, all of it.
#[utoipa::path(
    post, path = "/api/v1/orders/{number}/refunds", tag = "partners",
    params(
        ("number" = String, Path, description = "The order's number.", min_length = 1, max_length = 32),
        ("Idempotency-Key" = String, Header, description = "Fresh for each refund.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("partner" = ["pos"])),
    request_body = RefundRequest,
    responses((status = 200, description = "Set apart; the provider gives it back within moments.", body = Refunded), Changing, Partnering),
)]
pub async fn refund(
    State(door): State<Door>,
    Extension(surface): Extension<Surface>,
    SignedIn(partner): SignedIn,
    Path(number): Path<String>,
    Key(key): Key,
    Body { value: request, raw }: Body<RefundRequest>,
) -> Result<Response, Problem> {
    let RefundRequest { amount, reason, lines } = request;
    if !REASON.fits(&reason) {
        return Err(Problem::invalid(vec![label_error("/reason", REASON)]));
    }
    let (_begun, once) = surface.once(&partner.actor(), REFUND, &key, &format!("{number} {raw}"))?;
    let lines: Vec<words::cart::Line> = lines.into_iter().map(Into::into).collect();
    let amount = amount.map(Into::into);
    let refunded = door.shop.refund_lines(&partner, &once, &number, &lines, amount, reason.trim()).await?;
    Ok(Json(Refunded { number, amount: refunded.into() }).into_response())
}

/// Carries a group on: `picking`, `ready`, `dispatched`, `arrived`, `collected`, `taken-back`, `delivered`, `lost`,
/// `came-back`, `not-found`, `released`
///
/// Only `not-found` may have a body, and then says what is missing: what was found is ready at once, or goes on to be
/// sent, under the same code and for its own price. What is missing leaves the store's stock until it is counted, and
/// its shopper is offered something else or their money. Without a body nothing of the group was found.
///
/// What was said to be collected by mistake is `taken-back` within ten minutes: it is `ready` again, under the same code
/// and pass. Not what a till sold as a sale, and not once money of the order was given back since (409 `wrong-state`).
///
/// What is on its way to an address or to another store and does not come is `lost`: its goods leave the books as lost.
/// What could not be given over at an address `came-back`: its goods are on hand again where they were sent from. Either
/// way the group is `not_found`, and its shopper is offered something else or their money.
///
/// A token of one store carries on what that store hands over, and what it sends to another until that has left: what
/// waits at another store is handed over there (403 `forbidden`).
#[utoipa::path(
    post, path = "/api/v1/orders/{number}/groups/{id}/{deed}", tag = "partners",
    params(
        ("number" = String, Path, description = "The order's number.", min_length = 1, max_length = 32),
        ("id" = String, Path, description = "The group.", min_length = 1, max_length = 32),
        ("deed" = String, Path, description = "What was done.", pattern = "^(picking|ready|dispatched|arrived|collected|taken-back|delivered|lost|came-back|not-found|released)$"),
        ("Idempotency-Key" = String, Header, description = "Fresh for each deed.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("partner" = ["pos"])),
    request_body(content = Option<NotFoundRequest>, description = "With `not-found` alone."),
    responses((status = 200, description = "Where the group stands.", body = Carried), Changing, Partnering),
)]
pub async fn carry(
    State(door): State<Door>,
    Extension(surface): Extension<Surface>,
    SignedIn(partner): SignedIn,
    Path((number, group, deed)): Path<(String, String, String)>,
    Key(key): Key,
    MaybeBody { value: missing, raw }: MaybeBody<NotFoundRequest>,
) -> Result<Response, Problem> {
    let deed = match deed.as_str() {
        "picking" => BoardDeed::StartPicking,
        "ready" => BoardDeed::MarkReady,
        "dispatched" => BoardDeed::Dispatch,
        "arrived" => BoardDeed::Arrive,
        "collected" => BoardDeed::HandOver,
        "taken-back" => BoardDeed::TakeBack,
        "delivered" => BoardDeed::Deliver,
        "lost" => BoardDeed::Lost,
        "came-back" => BoardDeed::CameBack,
        "not-found" => BoardDeed::NotFound,
        "released" => BoardDeed::Release,
        _ => return Err(Problem::new(Kind::NotFound)),
    };
    if deed != BoardDeed::NotFound && missing.is_some() {
        return Err(no_body());
    }
    let raw = if missing.is_some() { raw.as_str() } else { "" };
    let asked = format!("{number} {group} {} {raw}", deed.code());
    let (_begun, once) = surface.once(&partner.actor(), CARRY, &key, asked.trim_end())?;
    let missing: Vec<words::cart::Line> =
        missing.unwrap_or_default().lines.into_iter().map(Into::into).collect();
    let status = if missing.is_empty() {
        door.shop.carry_group(&partner, &once, &number, &group, deed).await?
    } else {
        let report = PickReport::Missing(missing);
        door.shop.report_group(&partner, &once, &number, &group, &report).await?
    };
    Ok(Json(Carried { number, group, status }).into_response())
}
