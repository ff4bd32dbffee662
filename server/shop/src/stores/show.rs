//! What pages show of a store.

use jiff::Timestamp;
use onshelf_domain::{hangul::is_korean, words};
use onshelf_vocabulary::{
    Lang,
    stock::ShelfView,
    stores::{DayView, DirectionView, StoreCard, StoreView},
};

use super::{Store, directions::directions, service_view};
use crate::{Book, Error, Result, Shop, Viewer};

/// Whole metres for people: beyond any real distance it stays at the largest.
pub(crate) fn whole_metres(metres: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, which is meant"
    )]
    let whole = metres.round() as u32;
    whole
}

/// The address with its town: many files keep the two apart, and a street alone leads nobody there.
fn whole_address(store: &Store, lang: Lang) -> String {
    let (street, region) = (store.address.get(lang), store.region.get(lang));
    let town = region.split(',').next().unwrap_or_default().trim();
    let says = |part: &str| street.to_lowercase().contains(&part.to_lowercase());
    // Korean addresses go from the wide to the narrow, in words; others name the town behind the street.
    let korean = is_korean(town);
    if street.is_empty() || town.is_empty() || says(town) || (korean && town.split_whitespace().any(says)) {
        return street.to_owned();
    }
    if korean { format!("{region} {street}") } else { format!("{street}, {region}") }
}

/// Today and the six days that follow.
fn week_ahead(lang: Lang, store: &Store, now: Timestamp) -> Vec<DayView> {
    words::week_ahead(lang, &store.schedule, now, 7)
}

impl Shop {
    pub(crate) fn store_card(
        &self,
        viewer: &Viewer,
        store: &Store,
        distance_m: Option<f64>,
        shelf: Option<ShelfView>,
        now: Timestamp,
    ) -> StoreCard {
        let lang = viewer.lang;
        let (open_now, hours) = store.hours_now(lang, now);
        let zone = store.schedule.time_zone();
        let moment = |at: Timestamp| words::moment(lang, at, now, zone);
        StoreCard {
            code: store.code.as_str().to_owned(),
            kind: store.kind,
            name: store.name.get(lang).to_owned(),
            address: whole_address(store, lang),
            phone: store.phone.clone(),
            point: store.point,
            distance_m: distance_m.map(whole_metres),
            open_now,
            hours,
            closes_at: store.schedule.closes_at(now).map(moment),
            opens_at: if open_now { None } else { store.schedule.next_opening(now).map(moment) },
            services: store.services.iter().map(|code| service_view(lang, code)).collect(),
            mine: viewer.store.as_ref() == Some(&store.code),
            shelf,
        }
    }

    /// The ways to a store that has a page, as a message tells them.
    #[must_use]
    pub fn directions(&self, lang: Lang, code: &str) -> Vec<DirectionView> {
        self.book().stores.visited(code).map(|store| directions(lang, store)).unwrap_or_default()
    }

    /// Its hours of today and the six days that follow, where it has a page.
    #[must_use]
    pub fn week_ahead(&self, lang: Lang, code: &str) -> Vec<DayView> {
        let book = self.book();
        book.stores.visited(code).map(|store| week_ahead(lang, store, self.now())).unwrap_or_default()
    }

    /// A store's own page.
    pub fn store_page(&self, viewer: &Viewer, code: &str) -> Result<StoreView> {
        let now = self.now();
        let book = self.book();
        let store = book.stores.visited(code).ok_or(Error::NotFound)?;
        let lang = viewer.lang;
        let distance = viewer.near.zip(store.point).map(|(here, there)| here.distance_m(there));
        Ok(StoreView {
            card: self.store_card(viewer, store, distance, None, now),
            note: store.note.get(lang).to_owned(),
            region: store.region.get(lang).to_owned(),
            time_zone: store.schedule.time_zone().iana_name().unwrap_or("UTC").to_owned(),
            week: week_ahead(lang, store, now),
            exceptions: words::exceptions_ahead(lang, &store.schedule, now, 90),
            directions: directions(lang, store),
            nearby: self.nearby(viewer, &book, store, 3, now),
        })
    }

    fn nearby(
        &self,
        viewer: &Viewer,
        book: &Book,
        of: &Store,
        most: usize,
        now: Timestamp,
    ) -> Vec<StoreCard> {
        if of.point.is_none() {
            return Vec::new();
        }
        book.stores
            .from(of.point)
            .filter(|(store, _)| store.id != of.id)
            .take(most)
            .map(|(store, metres)| self.store_card(viewer, store, metres, None, now))
            .collect()
    }
}
