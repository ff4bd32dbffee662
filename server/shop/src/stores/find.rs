//! Finding stores: by position, by a place's name or postcode, filtered by what one needs.

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
        let mut total = 0;
        let mut stores = Vec::new();
        for (store, metres) in book.stores.from(centre) {
            if !self.meets(query, store, variant) {
                continue;
            }
            total += 1;
            if stores.len() < query.limit.clamp(1, MOST) as usize {
                let shelf = variant
                    .and_then(|variant| self.shelf(viewer, &book, store, variant, metres, Need::one(now)));
                let shelf = shelf.as_ref().map(Seen::in_words);
                stores.push(self.store_card(viewer, store, metres, shelf, now));
            }
        }
        StoreList {
            stores,
            total,
            centre,
            place: if typed { found.map(|place| place.name.clone()) } else { viewer.near_name.clone() },
            other_places: places.into_iter().skip(1).collect(),
            services: book.stores.services(viewer.lang),
        }
    }

    fn meets(&self, query: &StoreQuery, store: &Store, variant: Option<&Variant>) -> bool {
        let now = self.now();
        let open = !query.open_now || store.schedule.open_span(now).is_some();
        let serves = query.service.as_ref().is_none_or(|code| store.services.contains(code));
        let has = match variant {
            Some(variant) if query.in_stock => self.shelves().available(store.id, variant.id, now) > 0,
            Some(_) | None => true,
        };
        open && serves && has
    }
}
