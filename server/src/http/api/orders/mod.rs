//! Orders: placed, shown, changed and cancelled by their owner; carried on and refunded by partners. The shapes follow
//! the Universal Commerce Protocol's ideas (a checkout with fulfilment groups, each with its method and destination),
//! so that it is a translation away.

mod bodies;
mod shown;
mod spellings;

pub use bodies::{Address, Arrival, OfferAnswer, OrderPatch, OrderRequest, PaymentRequest};
pub use shown::Order;

use axum::{
    Extension, Json,
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
};
use onshelf_app::ssr::Door;
use onshelf_shop::{
    journeys::Answer,
    orders::{ByCar, PlaceOrder},
};

use self::shown::shape;
use super::{
    ANYBODY, created,
    owned::Owned,
    shapes::{Changing, Holding, Reading},
};
use crate::http::{
    ask::{Asked, Body, Key, MaybeBody, NoBody, Parameters},
    problem::Problem,
    surface::Surface,
};

/// What numbers are of here.
const OWN: &str = "order";
const CREATE: &str = "POST /api/v1/orders";
const CHANGE: &str = "PATCH /api/v1/orders/{number}";
const CANCEL: &str = "POST /api/v1/orders/{number}/cancel";
const EXTEND: &str = "POST /api/v1/orders/{number}/extend";
const PAY: &str = "POST /api/v1/orders/{number}/payment";
const ARRIVE: &str = "POST /api/v1/orders/{number}/arrivals";
const ANSWER: &str = "POST /api/v1/orders/{number}/offers/{id}";

/// The order as it stands, for whoever has its token.
async fn now(owned: &Owned) -> Result<Order, Problem> {
    let view = owned.shop().order(owned.lang, &owned.number, &owned.token).await?;
    Ok(shape(view, owned.lang, owned.public_url(), &owned.token))
}

/// Places an order, all of it or nothing
#[utoipa::path(
    post, path = "/api/v1/orders", tag = "orders", operation_id = "create_order",
    params(("Idempotency-Key" = String, Header, description = "Fresh and random for each order; sent again with the same body, it gets the same order.", pattern = r"^[!-~]{1,255}$")),
    request_body = OrderRequest,
    responses(
        (status = 201, description = "Held. With a provider it is held for ten minutes while it is paid.", body = Order, headers(("Location" = String, description = "Address of the order."))),
        Changing, Holding,
    ),
)]
pub async fn create(
    State(door): State<Door>,
    Extension(surface): Extension<Surface>,
    Asked(lang): Asked,
    Key(key): Key,
    Body { value: request, raw }: Body<OrderRequest>,
) -> Result<Response, Problem> {
    let (_begun, once) = surface.once(ANYBODY, CREATE, &key, &raw)?;
    let order = PlaceOrder { input: request.into(), lang, near: None, once };
    let placed = door.shop.place_order(order).await?;
    let owned = Owned { surface, lang, number: placed.number, token: placed.token };
    let mut body = now(&owned).await?;
    body.token = Some(owned.token);
    Ok(created(&format!("/api/v1/orders/{}", body.number), &body))
}

/// Shows an order to whoever has its token
#[utoipa::path(
    get, path = "/api/v1/orders/{number}", tag = "orders", operation_id = "show_order",
    params(("number" = String, Path, description = "The order's number.", min_length = 1, max_length = 32)),
    security(("reservation" = [])),
    responses((status = 200, description = "The order.", body = Order), Reading),
)]
pub async fn show(owned: Owned, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Parameters::read(query.as_deref(), &[]).finish()?;
    Ok(Json(now(&owned).await?).into_response())
}

/// Changes an order before picking begins
///
/// What it costs less is refunded at once. What it costs more is paid first: `payment.redirect_url` of the answer says
/// where, and the change is made when it is paid.
#[utoipa::path(
    patch, path = "/api/v1/orders/{number}", tag = "orders",
    params(
        ("number" = String, Path, description = "The order's number.", min_length = 1, max_length = 32),
        ("Idempotency-Key" = String, Header, description = "Fresh for each change.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("reservation" = [])),
    request_body = OrderPatch,
    responses((status = 200, description = "As it is now.", body = Order), Changing, Holding),
)]
pub async fn change(
    owned: Owned,
    Key(key): Key,
    Body { value: patch, raw }: Body<OrderPatch>,
) -> Result<Response, Problem> {
    let (_begun, once) = owned.once(OWN, CHANGE, &key, &raw)?;
    let Owned { lang, number, token, .. } = &owned;
    let changed = owned.shop().change_order(*lang, number, token, patch.into(), Some(&once)).await?;
    let mut body = now(&owned).await?;
    body.payment.redirect_url = changed.pay.or(body.payment.redirect_url);
    Ok(Json(body).into_response())
}

/// Cancels an order; what was paid goes back
#[utoipa::path(
    post, path = "/api/v1/orders/{number}/cancel", tag = "orders", operation_id = "cancel_order",
    params(
        ("number" = String, Path, description = "The order's number.", min_length = 1, max_length = 32),
        ("Idempotency-Key" = String, Header, description = "Fresh for each deed.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("reservation" = [])),
    responses((status = 200, description = "Cancelled, now or before.", body = Order), Changing),
)]
pub async fn cancel(owned: Owned, Key(key): Key, NoBody: NoBody) -> Result<Response, Problem> {
    let (_begun, once) = owned.once(OWN, CANCEL, &key, "")?;
    let view = owned.shop().cancel_order(owned.lang, &owned.number, &owned.token, Some(&once)).await?;
    Ok(Json(shape(view, owned.lang, owned.public_url(), &owned.token)).into_response())
}

/// Holds an order ten minutes more while it is paid, once
#[utoipa::path(
    post, path = "/api/v1/orders/{number}/extend", tag = "orders", operation_id = "extend_order",
    params(
        ("number" = String, Path, description = "The order's number.", min_length = 1, max_length = 32),
        ("Idempotency-Key" = String, Header, description = "Fresh for each deed.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("reservation" = [])),
    responses((status = 200, description = "Held longer; `can_extend` is false from now on.", body = Order), Changing),
)]
pub async fn extend(owned: Owned, Key(key): Key, NoBody: NoBody) -> Result<Response, Problem> {
    let (_begun, once) = owned.once(OWN, EXTEND, &key, "")?;
    owned.shop().extend_order_once(&owned.number, &owned.token, &once).await?;
    Ok(Json(now(&owned).await?).into_response())
}

/// Opens a payment again after one was refused or left
///
/// While one is open it stays that one. `payment.redirect_url` of the answer says where it is paid.
#[utoipa::path(
    post, path = "/api/v1/orders/{number}/payment", tag = "orders", operation_id = "pay_order",
    params(
        ("number" = String, Path, description = "The order's number.", min_length = 1, max_length = 32),
        ("Idempotency-Key" = String, Header, description = "Fresh for each try to pay.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("reservation" = [])),
    request_body(content = Option<PaymentRequest>, description = "None: by whom the order names."),
    responses((status = 200, description = "To be paid.", body = Order), Changing),
)]
pub async fn pay(
    owned: Owned,
    Key(key): Key,
    MaybeBody { value: request, raw }: MaybeBody<PaymentRequest>,
) -> Result<Response, Problem> {
    let raw = if request.is_some() { raw.as_str() } else { "" };
    let (_begun, once) = owned.once(OWN, PAY, &key, raw)?;
    let provider = request.map(|request| request.provider);
    owned.shop().pay_order_once(&owned.number, &owned.token, provider, &once).await?;
    Ok(Json(now(&owned).await?).into_response())
}

/// Says that its owner is on the way, or there, with the bay and the car
#[utoipa::path(
    post, path = "/api/v1/orders/{number}/arrivals", tag = "orders",
    params(
        ("number" = String, Path, description = "The order's number.", min_length = 1, max_length = 32),
        ("Idempotency-Key" = String, Header, description = "Fresh for each deed; saying it twice says it once.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("reservation" = [])),
    request_body(content = Option<Arrival>, description = "None: there, and nothing more is said."),
    responses((status = 200, description = "The store knows.", body = Order), Changing),
)]
pub async fn arrive(
    owned: Owned,
    Key(key): Key,
    MaybeBody { value: arrival, raw }: MaybeBody<Arrival>,
) -> Result<Response, Problem> {
    let raw = if arrival.is_some() { raw.as_str() } else { "" };
    let (_begun, once) = owned.once(OWN, ARRIVE, &key, raw)?;
    let Arrival { arrived, bay, car } = arrival.unwrap_or_default();
    let words = ByCar { bay: &bay, car: &car };
    let Owned { number, token, .. } = &owned;
    owned.shop().announce_arrival(number, token, None, arrived, words, Some(&once)).await?;
    Ok(Json(now(&owned).await?).into_response())
}

/// Takes one of the offers for something that was not found, or none
///
/// Groups with `offered_for` and the status `pending` are held until `expires_at`. Taking one gives the others back and
/// refunds what it costs less; without an answer all of them are given back and the money is refunded.
#[utoipa::path(
    post, path = "/api/v1/orders/{number}/offers/{id}", tag = "orders",
    params(
        ("number" = String, Path, description = "The order's number.", min_length = 1, max_length = 32),
        ("id" = String, Path, description = "The group that is offered.", min_length = 1, max_length = 32),
        ("Idempotency-Key" = String, Header, description = "Fresh for each answer.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("reservation" = [])),
    request_body = OfferAnswer,
    responses((status = 200, description = "As it is now.", body = Order), Changing),
)]
pub async fn answer(
    owned: Owned,
    address: Path<(String, String)>,
    Key(key): Key,
    Body { value: said, raw }: Body<OfferAnswer>,
) -> Result<Response, Problem> {
    let Path((_, group)) = address;
    let (_begun, once) = owned.once(OWN, ANSWER, &key, &format!("{group} {raw}"))?;
    let answer = if said.accept { Answer::Yes(said.address.map(Into::into)) } else { Answer::No };
    owned.shop().answer_offer_once(&owned.number, &owned.token, &group, answer, &once).await?;
    Ok(Json(now(&owned).await?).into_response())
}
