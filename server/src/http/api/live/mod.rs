//! `GET /live/stock`: server-sent events. One snapshot, then every change; a comment now and then, so that a dead
//! connection is noticed; an end when the reader falls behind or the process stops.
//!
//! A stream that came over a connection of ours is taken out of HTTP's hands once its answer is decided: what is left
//! of it is a socket in the [`hall`], where one writer walks from socket to socket. Others read a body.

mod asked;
mod body;
mod hall;
mod seat;
mod streams;
mod text;

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Extension,
    body::Body,
    extract::{RawQuery, State},
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use onshelf_app::ssr::Door;
use onshelf_shop::Shop;
use tokio_util::sync::CancellationToken;

use self::asked::Asked;
use super::shapes::{Reading, SkuText};
use crate::http::{Closing, guard::client::Client, problem::Problem, surface::Surface};

pub(in crate::http) use streams::{Line, Streams};
pub use text::{LiveSnapshot, LiveStock};

/// A stream whose answer is decided and not yet begun. Whoever holds the connection may take it; else the body does.
#[derive(Clone)]
pub(in crate::http) struct Handover(Arc<Mutex<Option<Listener>>>);

impl Handover {
    pub(in crate::http) fn take(&self) -> Option<Listener> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What a stream is about.
pub(in crate::http) struct Listener {
    shop: Shop,
    asked: Asked,
    place: streams::Place,
    closing: CancellationToken,
}

/// Streams stock numbers as they change
///
/// `text/event-stream`: first `event: snapshot` with `LiveSnapshot` as its data, then `event: stock` with `LiveStock`
/// for every change. `id` is the version. A comment comes every 15 seconds. Whoever comes back, with or without
/// `Last-Event-ID`, gets a new snapshot. A reader that falls behind is disconnected.
#[utoipa::path(
    get, path = "/api/v1/live/stock", tag = "stock",
    params(
        ("sku" = Option<Vec<SkuText>>, Query, description = "1 to 50 SKUs: `sku=A&sku=B`. Either these or `shelf`.", min_items = 1, max_items = 50, explode = true),
        ("store" = Option<String>, Query, description = "Only this store; all stores without it.", pattern = r"^[A-Za-z0-9._-]{1,64}$"),
        ("shelf" = Option<Vec<String>>, Query, description = "1 to 256 single shelves, `SKU@STORE`: what a page shows and nothing more.", min_items = 1, max_items = 256, explode = true),
        ("Last-Event-ID" = Option<String>, Header, description = "Sent by browsers that come back."),
    ),
    responses((status = 200, description = "Events, until either side ends them.", content_type = "text/event-stream", body = String), Reading),
)]
pub async fn stock(
    State(door): State<Door>,
    Extension(surface): Extension<Surface>,
    closing: Option<Extension<Closing>>,
    RawQuery(query): RawQuery,
    extensions: axum::http::Extensions,
) -> Result<Response, Problem> {
    let asked = Asked::read(&door.shop, query.as_deref())?;
    let place = surface.streams.take_place(Client::of(&extensions).network())?;
    if asked.shelves(&door.shop) > surface.options.limits.snapshot {
        return Err(Problem::field(
            "/store",
            "범위가 너무 넓습니다. 매장을 골라 주세요.",
            "This is too much: choose a store.",
        ));
    }
    let closing = closing.map(|Extension(closing)| closing.0).unwrap_or_default();
    let listener = Listener { shop: door.shop, asked, place, closing };
    let handover = Handover(Arc::new(Mutex::new(Some(listener))));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // Proxies that gather answers would hold events back.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let body = Body::from_stream(body::events(handover.clone()));
    Ok((headers, Extension(handover), body).into_response())
}
