//! What pages show of shelves.

use std::sync::Arc;

use jiff::Timestamp;
use onshelf_domain::{
    fulfilment::ready_by,
    stock as rules,
    words::{Age, stamp},
};
use onshelf_vocabulary::{Lang, Moment};

use super::{Around, Seen, carriers::Carrier};
use crate::{
    Book, Error, Result, Shop, Viewer,
    catalog::Variant,
    stores::{Said, Store, whole_metres},
};

/// How much is wanted, and when the question is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    pub(crate) quantity: i64,
    pub(crate) now: Timestamp,
}

impl Need {
    pub(crate) const fn one(now: Timestamp) -> Need {
        Need { quantity: 1, now }
    }
}

/// Stores one answer lists that have it, and that have not.
const HAVE: usize = 12;
const HAVE_NOT: usize = 3;

/// When a store's shelf was last heard of, and how long ago that is.
pub(crate) fn heard_of(lang: Lang, store: &Store, checked_at: i64, now: Timestamp) -> Moment {
    let checked = at_or(checked_at, now);
    heard(lang, store, checked, Age::between(checked, now))
}

pub(super) fn heard(lang: Lang, store: &Store, checked: Timestamp, age: Age) -> Moment {
    Moment { at: stamp(checked, store.schedule.time_zone()), label: age.say(lang) }
}

fn at_or(ms: i64, otherwise: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(otherwise)
}

impl Shop {
    /// The shelves of one SKU, for its page: the best first, the others by distance.
    pub fn shelves_of<'b>(
        &self,
        viewer: &Viewer,
        book: &'b Book,
        sku: &str,
        quantity: i64,
    ) -> Result<Around<'b>> {
        let now = self.now();
        let variant = book.catalogue.variant(sku).ok_or(Error::NotFound)?;
        let need = Need { quantity: quantity.max(1), now };
        let best = self.best_shelf(viewer, book, variant, need);
        let somewhere = self.is_on_a_shelf(book, variant, need);
        let (mut have, mut have_not) = (Vec::new(), Vec::new());
        for carrier in self.carriers(book, variant, viewer.origin(book), need, HAVE) {
            if have.len() == HAVE || (have_not.len() == HAVE_NOT && !somewhere) {
                break;
            }
            let (store, known, _) = carrier;
            let enough = known.available >= need.quantity;
            let (group, most) = if enough { (&mut have, HAVE) } else { (&mut have_not, HAVE_NOT) };
            let is_best = best.as_ref().is_some_and(|best| best.store.id == store.id);
            // Of thousands of stores that have none, only those that are shown are gathered.
            if !is_best && group.len() < most {
                group.push(self.seen(viewer, book, variant, carrier, need));
            }
        }
        have.extend(have_not);
        let there = best.as_ref().is_some_and(|shelf| shelf.available >= need.quantity);
        Ok(Around {
            sent_from: (!there).then(|| self.sent_from(viewer, book, variant, need)).flatten(),
            best,
            others: have,
            stores: self.stores_that_carry(book, variant, now),
            near: viewer.near_name.clone().unwrap_or_default(),
        })
    }

    /// How many stores carry it, with or without stock. A warehouse is none.
    fn stores_that_carry(&self, book: &Book, variant: &Variant, now: Timestamp) -> usize {
        let carries = |store: &&Store| self.shelves().known(store.id, variant.id, now).is_some();
        self.shelves().carriers(variant.id).saturating_sub(book.stores.warehouses().filter(carries).count())
    }

    /// The warehouse that has enough; what is sent is paid online.
    fn sent_from(&self, viewer: &Viewer, book: &Book, variant: &Variant, need: Need) -> Option<String> {
        let enough =
            |store: &&Store| self.shelves().available(store.id, variant.id, need.now) >= need.quantity;
        let warehouse = book.stores.warehouses().find(enough).filter(|_| !self.providers().is_empty())?;
        Some(warehouse.name.get(viewer.lang).to_owned())
    }

    /// My store if it has enough, else the nearest that has, else my store with what it has.
    pub(crate) fn best_shelf<'b>(
        &self,
        viewer: &Viewer,
        book: &'b Book,
        variant: &'b Variant,
        need: Need,
    ) -> Option<Seen<'b>> {
        let origin = viewer.origin(book);
        let distance = |store: &Store| origin.zip(store.point).map(|(here, there)| here.distance_m(there));
        let mine = viewer
            .my_store(book)
            .and_then(|store| self.shelf(viewer, book, store, variant, distance(store), need));
        if mine.as_ref().is_some_and(|shelf| shelf.available >= need.quantity) {
            return mine;
        }
        // Where nobody has any, thousands of stores need not be asked.
        let nearest = self.is_on_a_shelf(book, variant, need).then(|| {
            let enough = |(_, known, _): &Carrier<'_>| known.available >= need.quantity;
            self.carriers(book, variant, origin, need, 1).find(enough)
        });
        nearest.flatten().map(|carrier| self.seen(viewer, book, variant, carrier, need)).or(mine)
    }

    /// One SKU at one store; none where the store does not carry it.
    pub(crate) fn shelf<'b>(
        &self,
        viewer: &Viewer,
        book: &'b Book,
        store: &'b Store,
        variant: &'b Variant,
        distance_m: Option<f64>,
        need: Need,
    ) -> Option<Seen<'b>> {
        let known = self.shelves().known(store.id, variant.id, need.now)?;
        Some(self.seen(viewer, book, variant, (store, known, distance_m), need))
    }

    fn seen<'b>(
        &self,
        viewer: &Viewer,
        book: &'b Book,
        variant: &'b Variant,
        (store, known, distance_m): Carrier<'b>,
        need: Need,
    ) -> Seen<'b> {
        let checked = at_or(known.checked_at, need.now);
        Seen {
            book,
            lang: viewer.lang,
            store,
            variant,
            mine: viewer.store.as_ref() == Some(&store.code),
            distance_m: distance_m.map(whole_metres),
            available: known.available,
            cap: self.settings().shown_cap.unwrap_or(0),
            sureness: rules::sureness(checked, need.now),
            checked,
            age: Age::between(checked, need.now),
            ready_by: (known.available >= need.quantity).then(|| self.ready_by(store, need.now)).flatten(),
            hours: store.hours_told(need.now),
        }
    }

    /// When something held at this store now would be ready.
    pub(crate) fn ready_by(&self, store: &Store, now: Timestamp) -> Option<Arc<Said>> {
        Some(store.moment_told(self.promise_told(store, now)?, now))
    }

    /// The promise itself: opening hours, lead time, cut-off, and the queue before it.
    pub(crate) fn promise(&self, store: &Store, now: Timestamp) -> Option<Timestamp> {
        ready_by(&store.schedule, &store.rules, now, self.queue_minutes(store))
    }

    /// The promise for showing, which is worked out once a minute.
    pub(crate) fn promise_told(&self, store: &Store, now: Timestamp) -> Option<Timestamp> {
        let queue = self.queue_minutes(store);
        store.promise_told(now, queue, |at| ready_by(&store.schedule, &store.rules, at, queue))
    }

    fn queue_minutes(&self, store: &Store) -> u32 {
        let waiting = u32::try_from(self.shelves().queue(store.id)).unwrap_or(0);
        waiting.saturating_mul(self.settings().minutes_a_pick)
    }
}
