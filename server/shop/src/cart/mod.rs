//! The basket: judged, priced, and ranked by store for all of it at once.

mod asked;

pub(crate) use asked::line_faults;

use std::collections::HashMap;

use jiff::Timestamp;
use onshelf_db::stock::LevelKey;
use onshelf_domain::cart::{Candidate, Cover, rank};
use onshelf_vocabulary::{
    Currency, Money, Point,
    cart::{BasketLine, BasketView, CoverView, Line, MissingView},
};

use crate::{
    Book, Shop, Viewer,
    catalog::{Variant, images_of},
    stock::{Need, Seen, heard_of},
    stores::{Store, whole_metres},
};

/// Stores a ranking looks at, the nearest first: beyond them nobody goes for a basket.
const CONSIDERED: usize = 200;

/// A line whose SKU exists.
struct Known<'b> {
    variant: &'b Variant,
    quantity: i64,
}

/// What is ranked, for whom and when.
#[derive(Clone, Copy)]
struct Asked<'a> {
    viewer: &'a Viewer,
    lines: &'a [Known<'a>],
    /// What of each level is theirs already, and no more on the shelf.
    own: &'a HashMap<LevelKey, i64>,
    now: Timestamp,
}

fn known<'b, 'l>(book: &'b Book, lines: impl IntoIterator<Item = &'l Line>) -> Vec<Known<'b>> {
    let known = |line: &Line| {
        let variant = book.catalogue.variant(line.sku.as_str())?;
        Some(Known { variant, quantity: line.quantity.get() })
    };
    lines.into_iter().filter_map(known).collect()
}

impl Shop {
    /// What the basket shows: lines with prices and shelves, stores that cover it, the best first.
    pub fn basket(&self, viewer: &Viewer, lines: &[Line]) -> BasketView {
        let now = self.now();
        let book = self.book();
        let currency = viewer.currency(self, &book);
        let sold = |line: &&Line| {
            book.catalogue.variant(line.sku.as_str()).is_some_and(|v| book.catalogue.for_sale(v, currency))
        };
        let gone =
            lines.iter().filter(|line| !sold(line)).map(|line| self.name_of(viewer, &book, line)).collect();
        let known = known(&book, lines.iter().filter(sold));
        let none = HashMap::new();
        let asked = Asked { viewer, lines: &known, own: &none, now };
        let stores = self.covers(&book, &asked, viewer.origin(&book), 8);
        let chosen = viewer.my_store(&book).map(|store| {
            let cover = self.cover_of(&book, &asked, store);
            stores.iter().find(|view| view.store == store.code.as_str()).cloned().unwrap_or(cover)
        });
        let at = chosen.as_ref().or(stores.first()).and_then(|cover| book.stores.by_code(&cover.store));
        let views: Vec<BasketLine> =
            known.iter().filter_map(|line| self.basket_line(viewer, &book, line, at, now)).collect();
        let total = views
            .iter()
            .try_fold(Money::new(0, currency), |sum, line| sum.checked_add(line.total))
            .filter(|_| !views.is_empty());
        let part_total =
            chosen.as_ref().or(stores.first()).and_then(|cover| part_total(&views, cover, currency));
        BasketView { lines: views, total, part_total, stores, chosen, gone }
    }

    /// Stores ranked for all the lines; unknown SKUs count as lines nobody has.
    pub fn rank_stores(
        &self,
        viewer: &Viewer,
        lines: &[Line],
        near: Option<Point>,
        most: usize,
    ) -> Vec<CoverView> {
        let book = self.book();
        let asked = Asked { viewer, lines: &known(&book, lines), own: &HashMap::new(), now: self.now() };
        self.covers(&book, &asked, near.or_else(|| viewer.origin(&book)), most)
    }

    /// The same from where the viewer is, for whom some of it is held already: that is there for them.
    pub(crate) fn rank_stores_with(
        &self,
        viewer: &Viewer,
        lines: &[Line],
        most: usize,
        own: &HashMap<LevelKey, i64>,
    ) -> Vec<CoverView> {
        let book = self.book();
        let asked = Asked { viewer, lines: &known(&book, lines), own, now: self.now() };
        self.covers(&book, &asked, viewer.origin(&book), most)
    }

    fn covers(&self, book: &Book, asked: &Asked<'_>, origin: Option<Point>, most: usize) -> Vec<CoverView> {
        if asked.lines.is_empty() {
            return Vec::new();
        }
        let near: Vec<(&Store, Option<f64>)> = book.stores.from(origin).take(CONSIDERED).collect();
        let candidates = near
            .iter()
            .enumerate()
            .map(|(index, (store, metres))| self.candidate(index, store, *metres, asked))
            .collect();
        let wanted: Vec<i64> = asked.lines.iter().map(|line| line.quantity).collect();
        rank(candidates, &wanted)
            .into_iter()
            .filter(|cover| cover.covered_lines > 0)
            .take(most)
            .filter_map(|cover| {
                let (store, _) = near.get(cover.index)?;
                Some(self.cover_view(book, asked, store, &cover))
            })
            .collect()
    }

    fn candidate(
        &self,
        index: usize,
        store: &Store,
        distance_m: Option<f64>,
        asked: &Asked<'_>,
    ) -> Candidate {
        let Asked { own, now, .. } = *asked;
        let left = |line: &Known<'_>| {
            let key = LevelKey { store_id: store.id, variant_id: line.variant.id };
            self.shelves().available(store.id, line.variant.id, now) + own.get(&key).copied().unwrap_or(0)
        };
        let available = asked.lines.iter().map(left).collect();
        Candidate { index, distance_m, ready_by: self.promise_told(store, now), available }
    }

    fn cover_of(&self, book: &Book, asked: &Asked<'_>, store: &Store) -> CoverView {
        let metres = asked.viewer.near.zip(store.point).map(|(here, there)| here.distance_m(there));
        let wanted: Vec<i64> = asked.lines.iter().map(|line| line.quantity).collect();
        let ranked = rank(vec![self.candidate(0, store, metres, asked)], &wanted);
        let empty = Cover {
            index: 0,
            distance_m: metres,
            ready_by: None,
            covered_lines: 0,
            full: false,
            missing: Vec::new(),
        };
        self.cover_view(book, asked, store, ranked.first().unwrap_or(&empty))
    }

    fn cover_view(&self, book: &Book, asked: &Asked<'_>, store: &Store, cover: &Cover) -> CoverView {
        let Asked { viewer, lines, now, .. } = *asked;
        let missing = cover.missing.iter().filter_map(|(place, available)| {
            let line = lines.get(*place)?;
            let product = book.catalogue.product_of(line.variant)?;
            Some(MissingView {
                sku: line.variant.sku.to_string(),
                name: product.name.get(viewer.lang).to_owned(),
                wanted: line.quantity,
                available: *available,
            })
        });
        let heard = |line: &Known<'_>| self.shelves().known(store.id, line.variant.id, now);
        let oldest = lines.iter().filter_map(heard).map(|known| known.checked_at).min();
        CoverView {
            store: store.code.to_string(),
            store_name: store.name.get(viewer.lang).to_owned(),
            distance_m: cover.distance_m.map(whole_metres),
            covered_lines: cover.covered_lines,
            lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
            missing: missing.collect(),
            ready_by: cover.ready_by.map(|at| store.moment_told(at, now).get(viewer.lang).clone()),
            checked: oldest.map(|at| heard_of(viewer.lang, store, at, now)),
            hours: store.hours_now(viewer.lang, now).1,
            mine: viewer.store.as_ref() == Some(&store.code),
        }
    }

    fn basket_line(
        &self,
        viewer: &Viewer,
        book: &Book,
        line: &Known<'_>,
        at: Option<&Store>,
        now: Timestamp,
    ) -> Option<BasketLine> {
        let product = book.catalogue.product_of(line.variant)?;
        let (price, _) = line.variant.price(viewer.currency(self, book))?;
        let need = Need { quantity: line.quantity, now };
        let distance =
            at.and_then(|store| viewer.origin(book).zip(store.point)).map(|(a, b)| a.distance_m(b));
        Some(BasketLine {
            sku: line.variant.sku.to_string(),
            slug: product.slug.to_string(),
            name: product.name.get(viewer.lang).to_owned(),
            options: book.catalogue.options_label(viewer.lang, line.variant),
            quantity: line.quantity,
            price,
            total: price.checked_mul(line.quantity)?,
            image: images_of(product, line.variant, viewer.lang).next(),
            shelf: at
                .and_then(|store| self.shelf(viewer, book, store, line.variant, distance, need))
                .as_ref()
                .map(Seen::in_words),
        })
    }

    fn name_of(&self, viewer: &Viewer, book: &Book, line: &Line) -> String {
        book.catalogue
            .variant(line.sku.as_str())
            .and_then(|variant| book.catalogue.product_of(variant))
            .map_or_else(|| line.sku.to_string(), |product| product.name.get(viewer.lang).to_owned())
    }
}

/// What the units cost that a store has; none where it has all.
fn part_total(lines: &[BasketLine], cover: &CoverView, currency: Currency) -> Option<Money> {
    if cover.missing.is_empty() {
        return None;
    }
    let there = |line: &BasketLine| {
        let short = cover.missing.iter().find(|missing| missing.sku == line.sku);
        short.map_or(line.quantity, |missing| missing.available)
    };
    lines
        .iter()
        .try_fold(Money::new(0, currency), |sum, line| sum.checked_add(line.price.checked_mul(there(line))?))
}
