//! What is said where a store has too little: what is left of it there, and the nearest stores that have it all.

use std::collections::HashMap;

use jiff::Timestamp;
use onshelf_db::stock::LevelKey;
use onshelf_vocabulary::{
    Lang, Point,
    cart::Line,
    fulfilment::{Elsewhere, Fault, MeasuredFrom, ShortLine},
};

use crate::{
    Book, Shop, Viewer,
    stock::demand,
    stores::{Store, whole_metres},
};

/// How many other stores are named.
const STORES: usize = 3;

/// What somebody wants of a store.
pub(crate) struct Wish<'a> {
    pub store: &'a Store,
    pub lines: &'a [Line],
    pub lang: Lang,
    /// Where the shopper is, if they told: other stores are measured from there.
    pub near: Option<Point>,
    /// What of each level is the shopper's already.
    pub own: &'a HashMap<LevelKey, i64>,
}

/// What a store lacks of it, and who has all of it.
pub(crate) struct Shortage {
    pub short: Vec<ShortLine>,
    pub elsewhere: Vec<Elsewhere>,
}

impl Shop {
    /// As far as the shelves are believed to hold it. A fault is one of the lines.
    pub(crate) fn shortage(&self, book: &Book, wish: &Wish<'_>) -> Result<Shortage, Fault> {
        let now = self.now();
        let wanted = demand(book, wish.store.id, wish.lines)?;
        let short = wanted.iter().filter_map(|level| self.lacking(book, wish, *level, now)).collect();
        Ok(Shortage { short, elsewhere: self.elsewhere(book, wish, &wanted, now) })
    }

    /// What is left at a level, where that is less than is wanted of it.
    fn lacking(
        &self,
        book: &Book,
        wish: &Wish<'_>,
        (key, wanted): (LevelKey, i64),
        now: Timestamp,
    ) -> Option<ShortLine> {
        let own = wish.own.get(&key).copied().unwrap_or(0);
        let available = self.shelves().available(key.store_id, key.variant_id, now) + own;
        if available >= wanted {
            return None;
        }
        let variant = book.catalogue.variant_by_id(key.variant_id)?;
        let product = book.catalogue.product_of(variant)?;
        Some(ShortLine {
            sku: variant.sku.to_string(),
            name: product.name.get(wish.lang).to_owned(),
            wanted,
            available: self.shown_to_programs(available),
        })
    }

    fn elsewhere(
        &self,
        book: &Book,
        wish: &Wish<'_>,
        wanted: &[(LevelKey, i64)],
        now: Timestamp,
    ) -> Vec<Elsewhere> {
        let viewer = Viewer::new(wish.lang);
        let (origin, from) = match wish.near {
            Some(near) => (Some(near), MeasuredFrom::Shopper),
            None => (wish.store.point, MeasuredFrom::Store),
        };
        let others = book.stores.from(origin).filter(|(other, _)| other.id != wish.store.id);
        others
            .filter_map(|(other, metres)| {
                let least = wanted
                    .iter()
                    .map(|(key, wanted)| (self.shelves().available(other.id, key.variant_id, now), *wanted))
                    .map(|(available, wanted)| if available >= wanted { available } else { 0 })
                    .min()?;
                (least > 0).then(|| Elsewhere {
                    store: other.code.to_string(),
                    name: other.name.get(wish.lang).to_owned(),
                    distance_m: metres.map(whole_metres),
                    from,
                    available: self.shown_to_programs(least),
                    ready_by: self.ready_by(other, now).map(|said| said.get(viewer.lang).clone()),
                })
            })
            .take(STORES)
            .collect()
    }
}
