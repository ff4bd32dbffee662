//! The basket: priced, and ranked by store for all of it at once.

use jiff::Timestamp;
use onshelf_domain::cart::{Candidate, Cover, rank};
use onshelf_vocabulary::{
    Currency, Money, Point,
    cart::{BasketLine, BasketView, CoverView, Line, MissingView},
};

use crate::{
    Book, Shop, Viewer,
    catalog::{Variant, image_of},
    stock::Need,
    stores::{Store, whole_metres},
};

/// Stores a ranking looks at, the nearest first: beyond them nobody goes for a basket.
const CONSIDERED: usize = 200;

/// A line whose SKU exists.
struct Known<'b> {
    variant: &'b Variant,
    quantity: i64,
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
        let known: Vec<Known<'_>> = lines
            .iter()
            .filter(sold)
            .filter_map(|line| {
                let variant = book.catalogue.variant(line.sku.as_str())?;
                Some(Known { variant, quantity: line.quantity.get() })
            })
            .collect();
        let stores = self.covers(viewer, &book, &known, viewer.origin(&book), 8, now);
        let chosen = viewer.my_store(&book).map(|store| {
            let cover = self.cover_of(&book, store, &known, viewer, now);
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
        let known: Vec<Known<'_>> = lines
            .iter()
            .filter_map(|line| {
                let variant = book.catalogue.variant(line.sku.as_str())?;
                Some(Known { variant, quantity: line.quantity.get() })
            })
            .collect();
        self.covers(viewer, &book, &known, near.or_else(|| viewer.origin(&book)), most, self.now())
    }

    fn covers(
        &self,
        viewer: &Viewer,
        book: &Book,
        lines: &[Known<'_>],
        origin: Option<Point>,
        most: usize,
        now: Timestamp,
    ) -> Vec<CoverView> {
        if lines.is_empty() {
            return Vec::new();
        }
        let near: Vec<(&Store, Option<f64>)> = book.stores.from(origin).take(CONSIDERED).collect();
        let candidates = near
            .iter()
            .enumerate()
            .map(|(index, (store, metres))| self.candidate(index, store, *metres, lines, now))
            .collect();
        let wanted: Vec<i64> = lines.iter().map(|line| line.quantity).collect();
        rank(candidates, &wanted)
            .into_iter()
            .filter(|cover| cover.covered_lines > 0)
            .take(most)
            .filter_map(|cover| {
                let (store, _) = near.get(cover.index)?;
                Some(self.cover_view(viewer, book, store, lines, &cover, now))
            })
            .collect()
    }

    fn candidate(
        &self,
        index: usize,
        store: &Store,
        distance_m: Option<f64>,
        lines: &[Known<'_>],
        now: Timestamp,
    ) -> Candidate {
        let available =
            lines.iter().map(|line| self.shelves().available(store.id, line.variant.id, now)).collect();
        Candidate { index, distance_m, ready_by: self.promise_told(store, now), available }
    }

    fn cover_of(
        &self,
        book: &Book,
        store: &Store,
        lines: &[Known<'_>],
        viewer: &Viewer,
        now: Timestamp,
    ) -> CoverView {
        let metres = viewer.near.zip(store.point).map(|(here, there)| here.distance_m(there));
        let wanted: Vec<i64> = lines.iter().map(|line| line.quantity).collect();
        let ranked = rank(vec![self.candidate(0, store, metres, lines, now)], &wanted);
        let empty = Cover {
            index: 0,
            distance_m: metres,
            ready_by: None,
            covered_lines: 0,
            full: false,
            missing: Vec::new(),
        };
        self.cover_view(viewer, book, store, lines, ranked.first().unwrap_or(&empty), now)
    }

    fn cover_view(
        &self,
        viewer: &Viewer,
        book: &Book,
        store: &Store,
        lines: &[Known<'_>],
        cover: &Cover,
        now: Timestamp,
    ) -> CoverView {
        let zone = store.schedule.time_zone();
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
        CoverView {
            store: store.code.to_string(),
            store_name: store.name.get(viewer.lang).to_owned(),
            distance_m: cover.distance_m.map(whole_metres),
            covered_lines: cover.covered_lines,
            lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
            missing: missing.collect(),
            ready_by: cover.ready_by.map(|at| onshelf_domain::words::moment(viewer.lang, at, now, zone)),
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
            image: image_of(product, line.variant, viewer.lang).into_iter().next(),
            shelf: at.and_then(|store| self.shelf_view(viewer, store, line.variant, distance, need)),
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
