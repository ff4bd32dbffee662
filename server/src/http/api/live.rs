//! `GET /live/stock`: server-sent events. One snapshot, then every change; a comment now and then, so that a dead
//! connection is noticed; an end when the reader falls behind or the process stops.

use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Extension,
    body::Body,
    extract::{RawQuery, State},
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{Stream, stream};
use onshelf_app::ssr::Door;
use onshelf_shop::{
    Shop,
    stock::{Known, StockEvent, Watch},
};
use onshelf_vocabulary::{Sku, StoreCode, stock::Level};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::shapes::Reading;
use crate::http::{
    Closing,
    ask::Parameters,
    guard::client::Client,
    metrics::METER,
    options::Limits,
    problem::{Kind, Problem},
    surface::Surface,
};

const MOST_SKUS: usize = 50;
const COMMENT: Duration = Duration::from_secs(15);
/// How long a browser waits before it comes back.
const RETRY_MS: u32 = 2_000;
/// Events whose text is kept for the streams that have not written them yet.
const FRAMES: usize = 128;

/// Open streams, bounded in all and for each client, and the texts they share.
pub struct Streams {
    most: usize,
    most_per_client: usize,
    open: Mutex<Open>,
    frames: Mutex<VecDeque<(Arc<StockEvent>, Bytes)>>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_client: HashMap<IpAddr, usize>,
}

impl Streams {
    #[must_use]
    pub fn new(limits: &Limits) -> Streams {
        Streams {
            most: limits.streams,
            most_per_client: limits.streams_per_client,
            open: Mutex::default(),
            frames: Mutex::default(),
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_seat(self: &Arc<Streams>, client: IpAddr) -> Result<Seat, Problem> {
        let full = || Problem { retry_after: Some(10), ..Problem::new(Kind::Busy) };
        let mut open = self.open();
        let own = open.by_client.get(&client).copied().unwrap_or(0);
        if open.all >= self.most || own >= self.most_per_client {
            return Err(full());
        }
        open.all += 1;
        open.by_client.insert(client, own + 1);
        METER.open_stream();
        Ok(Seat { streams: self.clone(), client })
    }

    /// The event's text, written once for all streams.
    fn frame(&self, shop: &Shop, event: &Arc<StockEvent>) -> Bytes {
        let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, text)) = frames.iter().rev().find(|(own, _)| Arc::ptr_eq(own, event)) {
            return text.clone();
        }
        let text = Bytes::from(frame(shop, event));
        if frames.len() == FRAMES {
            frames.pop_front();
        }
        frames.push_back((event.clone(), text.clone()));
        text
    }
}

/// One stream's place; dropping it gives it free.
struct Seat {
    streams: Arc<Streams>,
    client: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        open.all = open.all.saturating_sub(1);
        if let Some(own) = open.by_client.get_mut(&self.client) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                open.by_client.remove(&self.client);
            }
        }
        METER.close_stream();
    }
}

/// Data of a `stock` event, and of each line of the `snapshot`.
#[derive(Serialize, ToSchema)]
pub struct LiveStock {
    sku: String,
    store: String,
    /// Available to promise; one more than the operator's cap stands for all above it.
    available: i64,
    /// `3`, or `9+` above the cap.
    shown: String,
    #[schema(value_type = String, pattern = "^(in_stock|low|out)$")]
    level: &'static str,
    /// Unix milliseconds of the last word from the till or a count.
    checked_ms: i64,
    /// Never falls for the same shelf: a line with a lower one is older than what is known.
    version: i64,
}

/// Data of the `snapshot` event.
#[derive(Serialize, ToSchema)]
pub struct LiveSnapshot {
    stock: Vec<LiveStock>,
}

/// Streams stock numbers as they change
///
/// `text/event-stream`: first `event: snapshot` with `LiveSnapshot` as its data, then `event: stock` with `LiveStock`
/// for every change. `id` is the version. A comment comes every 15 seconds. Whoever comes back, with or without
/// `Last-Event-ID`, gets a new snapshot. A reader that falls behind is disconnected.
#[utoipa::path(
    get, path = "/api/v1/live/stock", tag = "stock",
    params(
        ("sku" = Vec<String>, Query, description = "1 to 50 SKUs: `sku=A&sku=B`.", min_items = 1, max_items = 50, explode = true),
        ("store" = Option<String>, Query, description = "Only this store; all stores without it.", pattern = r"^[A-Za-z0-9._-]{1,64}$"),
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
    let seat = surface.streams.take_seat(Client::of(&extensions).network())?;
    // Watching begins before the snapshot is read, so that no change falls between the two.
    let watch = door.shop.watch(asked.variants.clone(), asked.store_id);
    let snapshot = snapshot(&door.shop, &asked, surface.options.limits.snapshot)?;
    let closing = closing.map(|Extension(closing)| closing.0).unwrap_or_default();
    let body = Body::from_stream(events(Listener { shop: door.shop, seat, watch, closing }, snapshot));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // Proxies that gather answers would hold events back.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, body).into_response())
}

/// What a stream is about.
struct Asked {
    variants: Vec<i64>,
    store_id: Option<i64>,
}

impl Asked {
    fn read(shop: &Shop, query: Option<&str>) -> Result<Asked, Problem> {
        let mut asked = Parameters::read(query, &["sku", "store"]);
        let skus = asked.all("sku");
        let store = asked.parsed::<StoreCode>("store", 64);
        if skus.is_empty() || skus.len() > MOST_SKUS {
            asked.fault("sku", "SKU를 1개에서 50개까지 보내 주세요.", "Send 1 to 50 SKUs.");
        }
        if skus.iter().any(|sku| Sku::new(sku.as_str()).is_err()) {
            asked.fault("sku", "올바른 SKU가 아닙니다.", "This is not a SKU.");
        }
        asked.finish()?;
        let book = shop.book();
        let mut variants = Vec::with_capacity(skus.len());
        for sku in &skus {
            let variant = book.catalogue.variant(sku).ok_or_else(|| unknown_sku(sku))?;
            variants.push(variant.id);
        }
        variants.sort_unstable();
        variants.dedup();
        let store_id = match &store {
            None => None,
            Some(code) => Some(book.stores.by_code(code.as_str()).ok_or_else(unknown_store)?.id),
        };
        Ok(Asked { variants, store_id })
    }
}

fn unknown_sku(sku: &str) -> Problem {
    let (ko, en) = (format!("{sku}: 모르는 SKU입니다."), format!("{sku}: there is no such SKU."));
    Problem::unknown("/sku", &ko, &en)
}

fn unknown_store() -> Problem {
    Problem::unknown("/store", "모르는 매장입니다.", "There is no such store.")
}

fn snapshot(shop: &Shop, asked: &Asked, most: usize) -> Result<Bytes, Problem> {
    let now = shop.now();
    let mut stock = Vec::new();
    let mut newest = 0;
    for variant in &asked.variants {
        let shelves = match asked.store_id {
            Some(store) => {
                shop.shelves().known(store, *variant, now).map(|known| (store, known)).into_iter().collect()
            }
            None => shop.shelves().everywhere(*variant, now),
        };
        if stock.len() + shelves.len() > most {
            return Err(Problem::field(
                "/store",
                "범위가 너무 넓습니다. 매장을 골라 주세요.",
                "This is too much: choose a store.",
            ));
        }
        for (store, known) in shelves {
            newest = newest.max(known.version);
            stock.extend(line(shop, store, *variant, known));
        }
    }
    let data = serde_json::to_string(&LiveSnapshot { stock }).map_err(onshelf_shop::Error::from)?;
    Ok(Bytes::from(format!("retry: {RETRY_MS}\nid: {newest}\nevent: snapshot\ndata: {data}\n\n")))
}

fn frame(shop: &Shop, event: &StockEvent) -> String {
    METER.count_event();
    let known = Known { available: event.available, checked_at: event.checked_at, version: event.version };
    let line = line(shop, event.store_id, event.variant_id, known);
    let data = line.and_then(|line| serde_json::to_string(&line).ok());
    // What an import has just taken away is nothing to tell of; a comment keeps the stream's rhythm.
    data.map_or_else(
        || ": gone\n\n".to_owned(),
        |data| format!("id: {}\nevent: stock\ndata: {data}\n\n", event.version),
    )
}

fn line(shop: &Shop, store_id: i64, variant_id: i64, known: Known) -> Option<LiveStock> {
    let book = shop.book();
    let cap = shop.settings().shown_cap.unwrap_or(0);
    Some(LiveStock {
        sku: book.catalogue.variant_by_id(variant_id)?.sku.to_string(),
        store: book.stores.by_id(store_id)?.code.to_string(),
        available: if cap > 0 { known.available.min(cap.saturating_add(1)) } else { known.available },
        shown: onshelf_domain::stock::shown(known.available, cap),
        level: Level::of(known.available).code(),
        checked_ms: known.checked_at,
        version: known.version,
    })
}

/// One open stream.
struct Listener {
    shop: Shop,
    seat: Seat,
    watch: Watch,
    closing: CancellationToken,
}

fn events(listener: Listener, snapshot: Bytes) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    stream::unfold((listener, Some(snapshot)), |(mut listener, first)| async move {
        let text = match first {
            Some(snapshot) => snapshot,
            None => listener.next().await?,
        };
        Some((Ok(text), (listener, None)))
    })
}

impl Listener {
    async fn next(&mut self) -> Option<Bytes> {
        tokio::select! {
            biased;
            () = self.closing.cancelled() => None,
            event = self.watch.next() => match event {
                Some(event) => Some(self.seat.streams.frame(&self.shop, &event)),
                None => {
                    METER.count_fallen_behind();
                    None
                }
            },
            () = tokio::time::sleep(COMMENT) => Some(Bytes::from_static(b": still here\n\n")),
        }
    }
}
