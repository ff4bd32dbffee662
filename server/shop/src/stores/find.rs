//! Finding stores: by position, by a place's name or postcode, filtered by what one needs.

use jiff::Timestamp;
use onshelf_vocabulary::stores::{StoreList, StoreQuery};

use crate::{
    Shop, Viewer,
    catalog::Variant,
    stock::{Need, Seen},
    stores::Store,
};

/// The most stores one answer carries.
pub const MOST: u32 = 100;

impl Shop {
    /// The locator's list, the nearest first. An unknown place leaves `centre` empty and lists as from nowhere.
    pub fn find_stores(&self, viewer: &Viewer, query: &StoreQuery) -> StoreList {
        let now = self.now();
        let book = self.book();
        let places = book.places.find(viewer.lang, &query.place, query.near.or(viewer.near), 6);
        let typed = !query.place.trim().is_empty();
        let found = places.first();
        let centre =
            if typed { found.map(|place| place.point) } else { query.near.or_else(|| viewer.origin(&book)) };
        let variant = query.sku.as_deref().and_then(|sku| book.catalogue.variant(sku));
        let meets = |store: &Store| self.meets(query, store, variant, now);
        // Who counts all of them does not have to go from one to the next in order.
        let total = book.stores.stores().filter(|store| meets(store)).count();
        let card = |(store, metres): (&Store, Option<f64>)| {
            let need = Need::one(now);
            let shelf = variant.and_then(|variant| self.shelf(viewer, &book, store, variant, metres, need));
            self.store_card(viewer, store, metres, shelf.as_ref().map(Seen::in_words), now)
        };
        let shown = (query.limit.clamp(1, MOST) as usize).min(total);
        let near = book.stores.from(centre).filter(|(store, _)| meets(store));
        let stores = near.take(shown).map(card).collect();
        StoreList {
            stores,
            total: u32::try_from(total).unwrap_or(u32::MAX),
            centre,
            place: if typed { found.map(|place| place.name.clone()) } else { viewer.near_name.clone() },
            other_places: places.into_iter().skip(1).collect(),
            services: book.stores.services(viewer.lang),
        }
    }

    fn meets(&self, query: &StoreQuery, store: &Store, variant: Option<&Variant>, now: Timestamp) -> bool {
        let open = !query.open_now || store.schedule.open_span(now).is_some();
        let serves = query.service.as_ref().is_none_or(|code| store.services.contains(code));
        let has = match variant {
            Some(variant) if query.in_stock => self.shelves().available(store.id, variant.id, now) > 0,
            Some(_) | None => true,
        };
        open && serves && has
    }
}
