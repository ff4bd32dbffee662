//! What partners do with orders: a till or a warehouse carries their groups on, and gives money back.

use axum::{
    Extension, Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use onshelf_app::ssr::Door;
use onshelf_shop::{Once, journeys::PickReport};
use onshelf_vocabulary::{self as words, staff::BoardDeed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shapes::{Changing, Line, Money, Partnering};
use crate::http::{
    ask::{Body, Key, MaybeBody, SignedIn, no_body},
    problem::{Kind, Problem},
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
const CARRY: &str = "POST /api/v1/orders/{number}/groups/{id}/{deed}";

/// Money to be given back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    amount: super::orders::Amount,
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
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
    if request.reason.trim().is_empty() || request.reason.chars().count() > 200 {
        return Err(Problem::field("/reason", "1자에서 200자까지입니다.", "1 to 200 characters."));
    }
    let _begun = surface.under_way.begin(&partner.actor(), REFUND, &key)?;
    let once = Once::new(&partner.actor(), REFUND, &key, &format!("{number} {raw}"));
    let amount: words::Money = request.amount.into();
    let refunded = door.shop.refund(&partner, &once, &number, amount, request.reason.trim()).await?;
    Ok(Json(Refunded { number, amount: refunded.into() }).into_response())
}

/// Carries a group on: `picking`, `ready`, `dispatched`, `arrived`, `collected`, `delivered`, `not-found`, `released`
///
/// Only `not-found` may have a body, and then says what is missing: what was found is ready at once, or goes on to be
/// sent, under the same code and for its own price. What is missing leaves the store's stock until it is counted, and
/// its shopper is offered something else or their money. Without a body nothing of the group was found.
#[utoipa::path(
    post, path = "/api/v1/orders/{number}/groups/{id}/{deed}", tag = "partners",
    params(
        ("number" = String, Path, description = "The order's number.", min_length = 1, max_length = 32),
        ("id" = String, Path, description = "The group.", min_length = 1, max_length = 32),
        ("deed" = String, Path, description = "What was done.", pattern = "^(picking|ready|dispatched|arrived|collected|delivered|not-found|released)$"),
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
        "delivered" => BoardDeed::Deliver,
        "not-found" => BoardDeed::NotFound,
        "released" => BoardDeed::Release,
        _ => return Err(Problem::new(Kind::NotFound)),
    };
    let _begun = surface.under_way.begin(&partner.actor(), CARRY, &key)?;
    if deed != BoardDeed::NotFound && missing.is_some() {
        return Err(no_body());
    }
    let raw = if missing.is_some() { raw.as_str() } else { "" };
    let asked = format!("{number} {group} {} {raw}", deed.code());
    let once = Once::new(&partner.actor(), CARRY, &key, asked.trim_end());
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
