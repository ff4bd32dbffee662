//! `GET /live/stock`: server-sent events. One snapshot, then every change; a comment now and then, so that a dead
//! connection is noticed; an end when the reader falls behind or the process stops.
//!
//! A stream that came over a connection of ours is taken out of HTTP's hands once its answer is decided: what is left
//! of it is a socket in the [`hall`], where one writer walks from socket to socket. Others read a body.

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
use onshelf_vocabulary::{Sku, StoreCode};
use tokio_util::sync::CancellationToken;

use self::seat::Shelf;
use super::shapes::{Reading, SkuText};
use crate::http::{Closing, ask::Parameters, guard::client::Client, problem::Problem, surface::Surface};

pub(in crate::http) use streams::{Line, Streams};
pub use text::{LiveSnapshot, LiveStock};

const MOST_SKUS: usize = 50;
const MOST_SHELVES: usize = 64;

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
        ("shelf" = Option<Vec<String>>, Query, description = "1 to 64 single shelves, `SKU@STORE`: what a page shows and nothing more.", min_items = 1, max_items = 64, explode = true),
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

/// Whose numbers a stream tells.
#[derive(Clone)]
struct Asked {
    /// Sorted, each once.
    variants: Arc<[i64]>,
    where_from: WhereFrom,
}

/// At which stores.
#[derive(Clone)]
enum WhereFrom {
    Everywhere,
    Store(i64),
    /// Sorted: each shelf by itself. A page with forty products has no use for the shelves of a thousand stores.
    Shelves(Arc<[Shelf]>),
}

impl Asked {
    fn read(shop: &Shop, query: Option<&str>) -> Result<Asked, Problem> {
        let mut asked = Parameters::read(query, &["sku", "store", "shelf"]);
        let (skus, shelves) = (asked.all("sku"), asked.all("shelf"));
        let store = asked.parsed::<StoreCode>("store", 64);
        let (count, most) =
            if shelves.is_empty() { (skus.len(), MOST_SKUS) } else { (shelves.len(), MOST_SHELVES) };
        if count == 0 || count > most {
            asked.fault("sku", "SKU를 1개에서 50개까지 보내 주세요.", "Send 1 to 50 SKUs.");
        }
        if !shelves.is_empty() && (!skus.is_empty() || store.is_some()) {
            asked.fault(
                "shelf",
                "선반과 SKU를 함께 물을 수 없습니다.",
                "Ask for shelves or for SKUs, not for both.",
            );
        }
        if skus.iter().any(|sku| Sku::new(sku.as_str()).is_err()) {
            asked.fault("sku", "올바른 SKU가 아닙니다.", "This is not a SKU.");
        }
        let pairs: Vec<(&str, &str)> = shelves.iter().filter_map(|shelf| shelf.rsplit_once('@')).collect();
        let is_pair = |(sku, store): &(&str, &str)| Sku::new(*sku).is_ok() && StoreCode::new(*store).is_ok();
        if pairs.len() != shelves.len() || !pairs.iter().all(is_pair) {
            asked.fault("shelf", "선반은 SKU@매장으로 적습니다.", "A shelf is written SKU@STORE.");
        }
        asked.finish()?;
        let book = shop.book();
        let variant =
            |sku: &str| book.catalogue.variant(sku).map(|variant| variant.id).ok_or_else(|| unknown_sku(sku));
        let store_id = |code: &str| book.stores.by_code(code).map(|store| store.id).ok_or_else(unknown_store);
        let (variants, where_from) = if pairs.is_empty() {
            let variants = skus.iter().map(|sku| variant(sku)).collect::<Result<Vec<i64>, Problem>>()?;
            let at = store.map(|code| store_id(code.as_str())).transpose()?;
            (variants, at.map_or(WhereFrom::Everywhere, WhereFrom::Store))
        } else {
            let shelf = |(sku, code): &(&str, &str)| Ok((store_id(code)?, variant(sku)?));
            let mut shelves = pairs.iter().map(shelf).collect::<Result<Vec<Shelf>, Problem>>()?;
            shelves.sort_unstable();
            shelves.dedup();
            (shelves.iter().map(|shelf| shelf.1).collect(), WhereFrom::Shelves(shelves.into()))
        };
        let mut variants = variants;
        variants.sort_unstable();
        variants.dedup();
        Ok(Asked { variants: variants.into(), where_from })
    }

    /// How many shelves the snapshot has at most.
    fn shelves(&self, shop: &Shop) -> usize {
        match &self.where_from {
            WhereFrom::Store(_) => self.variants.len(),
            WhereFrom::Shelves(shelves) => shelves.len(),
            WhereFrom::Everywhere => {
                self.variants.iter().map(|variant| shop.shelves().carriers(*variant)).sum()
            }
        }
    }
}

impl WhereFrom {
    /// Whether a stream with this variant tells of it on that shelf.
    fn has(&self, shelf: Shelf) -> bool {
        match self {
            WhereFrom::Everywhere => true,
            WhereFrom::Store(store) => *store == shelf.0,
            WhereFrom::Shelves(shelves) => shelves.binary_search(&shelf).is_ok(),
        }
    }

    /// The one store it is about, where it is about one.
    fn store(&self) -> Option<i64> {
        match self {
            WhereFrom::Store(store) => Some(*store),
            WhereFrom::Everywhere | WhereFrom::Shelves(_) => None,
        }
    }
}

fn unknown_sku(sku: &str) -> Problem {
    let (ko, en) = (format!("{sku}: 모르는 SKU입니다."), format!("{sku}: there is no such SKU."));
    Problem::unknown("/sku", &ko, &en)
}

fn unknown_store() -> Problem {
    Problem::unknown("/store", "모르는 매장입니다.", "There is no such store.")
}
