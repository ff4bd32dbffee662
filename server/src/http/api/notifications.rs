//! Being told in the browser about an order or a reservation: whoever shows its token hands over what their browser's
//! push service gave them. Called by the pages' own script, and by apps that do the same.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use onshelf_vocabulary::notifications::PushSubscription;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{owned::Owned, shapes::Changing};
use crate::http::{
    ask::{Body, Key},
    problem::Problem,
};

/// What a browser answers to `pushManager.subscribe` (W3C Push API), without what the shop does not need.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// At a push service that the operator allows.
    #[schema(format = "uri", max_length = 2048)]
    endpoint: String,
    keys: SubscriptionKeys,
}

/// What encrypts for this browser alone (RFC 8291), in URL-safe base64.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionKeys {
    /// An uncompressed point on P-256: 65 bytes.
    #[schema(min_length = 87, max_length = 88)]
    p256dh: String,
    /// 16 bytes.
    #[schema(min_length = 22, max_length = 24)]
    auth: String,
}

/// Which browser is told no more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unsubscription {
    #[schema(format = "uri")]
    endpoint: String,
}

/// An order or a reservation of whoever asks, a key, and what is asked.
type Deed<T> = (Owned, Key, Body<T>);

/// Of orders and of reservations alike: their numbers differ, and are part of whose key it is.
const EITHER: &str = "told";
const TELL: &str = "PUT /api/v1/{number}/notifications";
const TELL_NO_MORE: &str = "POST /api/v1/{number}/notifications/cancel";

/// Tells a browser what becomes of an order
#[utoipa::path(
    put, path = "/api/v1/orders/{number}/notifications", tag = "orders",
    params(
        ("number" = String, Path, description = "The order's number.", min_length = 1, max_length = 32),
        ("Idempotency-Key" = String, Header, description = "Fresh for each deed.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("reservation" = [])),
    request_body = Subscription,
    responses((status = 204, description = "It is told from now on. The five newest browsers of an order are."), Changing),
)]
pub async fn of_order(deed: Deed<Subscription>) -> Result<Response, Problem> {
    subscribe(deed).await
}

/// Tells a browser what becomes of a reservation
#[utoipa::path(
    put, path = "/api/v1/reservations/{number}/notifications", tag = "reservations",
    params(
        ("number" = String, Path, description = "The reservation's number.", min_length = 1, max_length = 32),
        ("Idempotency-Key" = String, Header, description = "Fresh for each deed.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("reservation" = [])),
    request_body = Subscription,
    responses((status = 204, description = "It is told from now on. The five newest browsers of a reservation are."), Changing),
)]
pub async fn of_reservation(deed: Deed<Subscription>) -> Result<Response, Problem> {
    subscribe(deed).await
}

/// Tells a browser no more of an order
#[utoipa::path(
    post, path = "/api/v1/orders/{number}/notifications/cancel", tag = "orders",
    params(
        ("number" = String, Path, description = "The order's number.", min_length = 1, max_length = 32),
        ("Idempotency-Key" = String, Header, description = "Fresh for each deed.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("reservation" = [])),
    request_body = Unsubscription,
    responses((status = 204, description = "It is told no more, if it ever was."), Changing),
)]
pub async fn stop_of_order(deed: Deed<Unsubscription>) -> Result<Response, Problem> {
    unsubscribe(deed).await
}

/// Tells a browser no more of a reservation
#[utoipa::path(
    post, path = "/api/v1/reservations/{number}/notifications/cancel", tag = "reservations",
    params(
        ("number" = String, Path, description = "The reservation's number.", min_length = 1, max_length = 32),
        ("Idempotency-Key" = String, Header, description = "Fresh for each deed.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("reservation" = [])),
    request_body = Unsubscription,
    responses((status = 204, description = "It is told no more, if it ever was."), Changing),
)]
pub async fn stop_of_reservation(deed: Deed<Unsubscription>) -> Result<Response, Problem> {
    unsubscribe(deed).await
}

async fn subscribe((owned, Key(key), Body { value, raw }): Deed<Subscription>) -> Result<Response, Problem> {
    let (_begun, once) = owned.once(EITHER, TELL, &key, &raw)?;
    let Subscription { endpoint, keys: SubscriptionKeys { p256dh, auth } } = value;
    let browser = PushSubscription { endpoint, p256dh, auth };
    owned.shop().subscribe(&owned.number, &owned.token, browser, Some(&once)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn unsubscribe(
    (owned, Key(key), Body { value, raw }): Deed<Unsubscription>,
) -> Result<Response, Problem> {
    let (_begun, once) = owned.once(EITHER, TELL_NO_MORE, &key, &raw)?;
    owned.shop().unsubscribe(&owned.number, &owned.token, &value.endpoint, Some(&once)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
