//! `/api/v1`: the contract with apps, tills and warehouses. A handler reads its call strictly, does one deed of the
//! shop, and says the outcome in shapes of its own, so that the pages' views may change without breaking anybody.

pub mod availability;
pub mod carrying;
pub mod events;
pub mod live;
pub mod notifications;
pub mod options;
pub mod orders;
mod owned;
pub mod passes;
pub mod pos;
pub mod products;
pub mod receipts;
pub mod reservations;
pub mod shapes;
pub mod stock;
pub mod stores;

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get, post, put},
};
use onshelf_app::ssr::Door;
use serde::Serialize;

use super::speak;

/// Keys of shoppers' apps: they have no account, so the key alone, which is random, tells them apart.
const ANYBODY: &str = "api";

/// Every route of the contract; whatever else lies below `/api` is answered as a problem.
pub fn routes() -> Router<Door> {
    Router::new()
        .route("/api/v1/products", get(products::list))
        // One name for what is a slug here and a SKU below it: the router knows places, not meanings.
        .route("/api/v1/products/{key}", get(products::show))
        .route("/api/v1/products/{key}/availability", get(availability::of_sku))
        .route("/api/v1/availability", post(availability::of_basket))
        .route("/api/v1/options", post(options::of_basket))
        .route("/api/v1/stores", get(stores::list))
        .route("/api/v1/stores/{code}", get(stores::show))
        .route("/api/v1/stores/{code}/stock/{sku}", put(stock::count))
        .route("/api/v1/stock/movements", post(stock::move_stock))
        .route("/api/v1/pos/sales", post(pos::sell))
        .route("/api/v1/reservations", post(reservations::create))
        .route("/api/v1/reservations/{number}", get(reservations::show))
        .route("/api/v1/reservations/{number}/cancel", post(reservations::cancel))
        .route("/api/v1/orders", post(orders::create))
        .route("/api/v1/orders/{number}", get(orders::show).patch(orders::change))
        .route("/api/v1/orders/{number}/cancel", post(orders::cancel))
        .route("/api/v1/orders/{number}/extend", post(orders::extend))
        .route("/api/v1/orders/{number}/payment", post(orders::pay))
        .route("/api/v1/orders/{number}/receipt.pdf", get(receipts::show))
        .route("/api/v1/orders/{number}/arrivals", post(orders::arrive))
        .route("/api/v1/orders/{number}/offers/{id}", post(orders::answer))
        .route("/api/v1/orders/{number}/refunds", post(carrying::refund))
        .route("/api/v1/orders/{number}/groups/{id}/{deed}", post(carrying::carry))
        .route("/api/v1/orders/{number}/notifications", put(notifications::of_order))
        .route("/api/v1/orders/{number}/notifications/cancel", post(notifications::stop_of_order))
        .route("/api/v1/reservations/{number}/notifications", put(notifications::of_reservation))
        .route("/api/v1/reservations/{number}/notifications/cancel", post(notifications::stop_of_reservation))
        .route("/api/v1/passes/key", get(passes::key))
        .route("/api/v1/live/stock", get(live::stock))
        .route("/api/v1/openapi.json", get(super::openapi::show))
        .route("/api", any(speak::unknown_path))
        .route("/api/{*rest}", any(speak::unknown_path))
}

/// What was made, and where it is from now on.
fn created(address: &str, body: &impl Serialize) -> Response {
    let mut response = (StatusCode::CREATED, axum::Json(body)).into_response();
    if let Ok(address) = HeaderValue::from_str(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    response
}

/// What everybody may see: kept by caches only as long as they ask whether it still holds.
fn public(body: &impl Serialize) -> Response {
    let mut response = axum::Json(body).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
