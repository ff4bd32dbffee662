//! The OpenAPI 3.1 description, gathered from the handlers themselves.

use std::{collections::BTreeMap, sync::OnceLock};

use axum::{
    extract::{RawQuery, State},
    http::header,
    response::{IntoResponse, Response},
};
use onshelf_app::ssr::Door;
use serde::Serialize;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document, PathItem,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
        server::Server,
    },
};

use super::{
    api::{
        availability, carrying, events, live, notifications, options, orders, passes, pos, products,
        receipts, reservations, shapes, stock, stores,
    },
    ask::Parameters,
    problem::Problem,
    webhooks,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Onshelf",
        description = "Find what is on a shelf near you, reserve it, collect it. Money is in minor units, times are RFC 3339 with an offset, positions WGS 84, distances metres. Refusals are `application/problem+json` (RFC 9457) with a stable `type` and a title in the language of `Accept-Language` (Korean or English). Under `/api/v1` unknown fields and parameters are refused, and every call that changes something needs an `Idempotency-Key`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        products::list, products::show, availability::of_sku, availability::of_basket, options::of_basket, stores::list, stores::show,
        reservations::create, reservations::show, reservations::cancel, live::stock, stock::count, stock::move_stock,
        pos::sell, orders::create, orders::show, orders::change, orders::cancel, orders::extend, orders::pay, orders::arrive, orders::answer,
        carrying::refund, carrying::carry, passes::key, receipts::show, notifications::of_order,
        notifications::stop_of_order, notifications::of_reservation, notifications::stop_of_reservation,
        webhooks::take, show,
    ),
    components(schemas(
        shapes::Problem, shapes::FieldProblem, shapes::SkuText, reservations::OutOfStock, live::LiveStock,
        live::LiveSnapshot, events::ReservationEvent, events::OrderEvent, events::ArrivalEvent,
        events::StockEvent,
    )),
    tags(
        (name = "catalogue", description = "Products"),
        (name = "stores", description = "Where they are and when they are open"),
        (name = "stock", description = "What is on which shelf"),
        (name = "reservations", description = "Held for a shopper at a store"),
        (name = "orders", description = "Paid online or at the counter, got in several ways"),
        (name = "partners", description = "Tills, ERPs, warehouses: with a token of the right scope"),
        (name = "payments", description = "What payment providers tell"),
        (name = "description", description = "This document"),
    ),
    modifiers(&Security),
)]
struct Contract;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let bearer = |text: &str| {
            SecurityScheme::Http(
                HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(text)).build(),
            )
        };
        let components = document.components.get_or_insert_default();
        components
            .add_security_scheme("partner", bearer("A partner's token, made by `onshelf token create`."));
        components.add_security_scheme("reservation", bearer("The token that came with the reservation."));
    }
}

/// The contract, and the events that leave this house, which it has no place for.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    contract: Document,
    webhooks: BTreeMap<&'static str, PathItem>,
}

/// The whole description as JSON, for a site at `public_url`.
#[must_use]
pub fn document(public_url: &str) -> String {
    let mut contract = Contract::openapi();
    contract.servers = Some(vec![Server::new(public_url)]);
    let whole = Whole { contract, webhooks: events::webhooks() };
    serde_json::to_string_pretty(&whole).unwrap_or_default()
}

/// Describes all of this
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "description", operation_id = "describe",
    responses((status = 200, description = "This document.", body = Object), shapes::Reading),
)]
pub async fn show(State(door): State<Door>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    static TEXT: OnceLock<String> = OnceLock::new();
    Parameters::read(query.as_deref(), &[]).finish()?;
    let text = TEXT.get_or_init(|| document(&door.site.public_url)).clone();
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, text).into_response())
}
