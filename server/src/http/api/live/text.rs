//! What streams say: the snapshot and the events, as text.

use onshelf_shop::{
    Shop,
    stock::{Known, StockEvent},
};
use onshelf_vocabulary::{stock::Level, stores::StoreKind};
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::{Asked, WhereFrom};
use crate::metrics::METER;

/// How long a browser waits before it comes back.
const RETRY_MS: u32 = 2_000;
/// Keeps the rhythm where there is nothing to tell.
pub(super) const COMMENT: &str = ": still here\n\n";

/// Data of a `stock` event, and of each line of the `snapshot`.
#[derive(Serialize, ToSchema)]
pub struct LiveStock {
    sku: String,
    store: String,
    /// Available to promise, at most the operator's cap, as everywhere in this contract.
    available: i64,
    /// `3`, or `9+` above the cap.
    shown: String,
    #[schema(value_type = String, pattern = "^(in_stock|low|out)$")]
    level: &'static str,
    /// Unix milliseconds of the last word from the till or a count; what is held or runs out is no such word.
    checked_ms: i64,
    /// Whole seconds since then as this was told: a browser's own clock may be wrong.
    age_s: i64,
    /// Never falls for the same shelf: a line with a lower one is older than what is known.
    version: i64,
}

/// Data of the `snapshot` event.
#[derive(Serialize, ToSchema)]
pub struct LiveSnapshot {
    stock: Vec<LiveStock>,
}

/// Everything the stream is about, as it is now.
pub(super) fn snapshot(shop: &Shop, asked: &Asked) -> String {
    let now = shop.now();
    let mut stock = Vec::new();
    let mut newest = 0;
    let mut tell = |store: i64, variant: i64, known: Known| {
        newest = newest.max(known.version);
        stock.extend(line(shop, store, variant, known));
    };
    let one = |store: i64, variant: i64| shop.shelves().known(store, variant, now);
    match &asked.where_from {
        WhereFrom::Shelves(shelves) => {
            for (store, variant) in shelves.iter().copied() {
                one(store, variant).into_iter().for_each(|known| tell(store, variant, known));
            }
        }
        WhereFrom::Store(store) => {
            for variant in asked.variants.iter().copied() {
                one(*store, variant).into_iter().for_each(|known| tell(*store, variant, known));
            }
        }
        WhereFrom::Everywhere => {
            for variant in asked.variants.iter().copied() {
                let shelves = shop.shelves().everywhere(variant, now);
                shelves.into_iter().for_each(|(store, known)| tell(store, variant, known));
            }
        }
    }
    let data = serde_json::to_string(&LiveSnapshot { stock }).unwrap_or_default();
    format!("retry: {RETRY_MS}\nid: {newest}\nevent: snapshot\ndata: {data}\n\n")
}

/// One change.
pub(super) fn event(shop: &Shop, event: &StockEvent) -> String {
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
    // What lies in a warehouse is on nobody's shelf.
    let store = book.stores.by_id(store_id).filter(|store| store.kind == StoreKind::Store)?;
    Some(LiveStock {
        sku: book.catalogue.variant_by_id(variant_id)?.sku.to_string(),
        store: store.code.to_string(),
        available: shop.shown_to_programs(known.available),
        shown: shop.shown_to_people(known.available),
        level: Level::of(known.available).code(),
        checked_ms: known.checked_at,
        age_s: (shop.now_ms() - known.checked_at).max(0) / 1_000,
        version: known.version,
    })
}
