//! What partners do with orders: a till or a warehouse carries their groups on, and gives money back.

use axum::{
    Extension, Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use onshelf_app::ssr::Door;
use onshelf_shop::Once;
use onshelf_vocabulary::{self as words, staff::BoardDeed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shapes::{Changing, Money, Partnering};
use crate::http::{
    ask::{Body, Key, NoBody, SignedIn},
    problem::{Kind, Problem},
    surface::Surface,
};

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
#[utoipa::path(
    post, path = "/api/v1/orders/{number}/groups/{id}/{deed}", tag = "partners",
    params(
        ("number" = String, Path, description = "The order's number.", min_length = 1, max_length = 32),
        ("id" = String, Path, description = "The group.", min_length = 1, max_length = 32),
        ("deed" = String, Path, description = "What was done.", pattern = "^(picking|ready|dispatched|arrived|collected|delivered|not-found|released)$"),
        ("Idempotency-Key" = String, Header, description = "Fresh for each deed.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("partner" = ["pos"])),
    responses((status = 200, description = "Where the group stands.", body = Carried), Changing, Partnering),
)]
pub async fn carry(
    State(door): State<Door>,
    Extension(surface): Extension<Surface>,
    SignedIn(partner): SignedIn,
    Path((number, group, deed)): Path<(String, String, String)>,
    Key(key): Key,
    NoBody: NoBody,
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
    let once = Once::new(&partner.actor(), CARRY, &key, &format!("{number} {group} {}", deed.code()));
    let status = door.shop.carry_group(&partner, &once, &number, &group, deed).await?;
    Ok(Json(Carried { number, group, status }).into_response())
}
