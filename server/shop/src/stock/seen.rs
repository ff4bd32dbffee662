//! A shelf as a page finds it: what it shows, before it is put into words. Of most shelves the words are at hand already.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use jiff::Timestamp;
use onshelf_domain::{stock as rules, words::Age};
use onshelf_vocabulary::{
    Lang,
    stock::{Level, ShelfView, Sureness},
};

use super::show::heard;
use crate::{
    Book,
    catalog::Variant,
    stores::{Hours, Said, Store},
};

/// One SKU at one store. Two that hash alike are told in the same words: whatever [`Seen::in_words`] comes to read has to
/// be hashed, too.
#[derive(Clone)]
pub struct Seen<'b> {
    pub(super) book: &'b Book,
    pub(super) lang: Lang,
    pub(super) store: &'b Store,
    pub(super) variant: &'b Variant,
    pub(super) mine: bool,
    pub(super) distance_m: Option<u32>,
    /// Available to promise, never below 0.
    pub(super) available: i64,
    /// The most that is told of it; 0 is no limit.
    pub(super) cap: i64,
    pub(super) sureness: Sureness,
    pub(super) checked: Timestamp,
    pub(super) age: Age,
    pub(super) ready_by: Option<Arc<Said>>,
    pub(super) hours: Arc<Hours>,
}

/// All the shelves of one SKU near a shopper.
#[derive(Hash)]
pub struct Around<'b> {
    /// The one offered first: my store if it has the quantity, else the nearest that has.
    pub best: Option<Seen<'b>>,
    /// The others: those that have it by distance, then those that do not.
    pub others: Vec<Seen<'b>>,
    /// Stores that carry it in all.
    pub stores: usize,
    /// Where "near" is: a place's name, or empty.
    pub near: String,
    /// The warehouse that has the quantity where no store has, and something can be sent.
    pub sent_from: Option<String>,
}

impl Around<'_> {
    /// Whether the one offered first has any.
    #[must_use]
    pub fn has_any(&self) -> bool {
        self.best.as_ref().is_some_and(|shelf| shelf.available > 0)
    }
}

impl Seen<'_> {
    #[must_use]
    pub fn store(&self) -> &str {
        self.store.code.as_str()
    }

    #[must_use]
    pub fn store_name(&self) -> &str {
        self.store.name.get(self.lang)
    }

    /// Whether this is the shopper's own store.
    #[must_use]
    pub const fn is_mine(&self) -> bool {
        self.mine
    }

    /// Available to promise, never below 0.
    #[must_use]
    pub const fn available(&self) -> i64 {
        self.available
    }

    /// Where nobody needs to be told how far it is.
    pub const fn forget_distance(&mut self) {
        self.distance_m = None;
    }

    #[must_use]
    pub fn in_words(&self) -> ShelfView {
        let (lang, store) = (self.lang, self.store);
        ShelfView {
            sku: str::to_owned(&self.variant.sku),
            store: store.code.as_str().to_owned(),
            store_name: store.name.get(lang).to_owned(),
            mine: self.mine,
            distance_m: self.distance_m,
            available: rules::capped(self.available, self.cap),
            shown: rules::shown(self.available, self.cap),
            level: Level::of(self.available),
            sureness: self.sureness,
            checked: heard(lang, store, self.checked, self.age),
            ready_by: self.ready_by.as_ref().map(|said| said.get(lang).clone()),
            hours: self.hours.said.get(lang).to_owned(),
            open_now: self.hours.open,
        }
    }
}

impl Hash for Seen<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (lang, cap) = (self.lang, self.cap);
        // What a store and a SKU are called, and the store's clock, follow from the book.
        (self.book.edition, lang, self.store.id, self.variant.id).hash(state);
        (self.mine, self.distance_m).hash(state);
        (rules::capped(self.available, cap), self.available > cap, Level::of(self.available)).hash(state);
        (self.sureness, self.checked, self.age).hash(state);
        self.ready_by.as_ref().map(|said| said.get(lang)).hash(state);
        (self.hours.said.get(lang), self.hours.open).hash(state);
    }
}
