//! Who is looking: what a page depends on besides its address.

use std::hash::{Hash, Hasher};

use onshelf_vocabulary::{Currency, Lang, Point, StoreCode};

use crate::{Book, Shop, stores::Store};

/// The language, the shopper's own store, and where they are. No name, no account: this much may be cached by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Viewer {
    pub lang: Lang,
    /// The store the shopper chose as theirs.
    pub store: Option<StoreCode>,
    /// Where they said they are, and what it is called.
    pub near: Option<Point>,
    pub near_name: Option<String>,
}

impl Viewer {
    #[must_use]
    pub fn new(lang: Lang) -> Viewer {
        Viewer { lang, ..Viewer::default() }
    }

    /// The chosen store, if it can still be visited.
    pub(crate) fn my_store<'b>(&self, book: &'b Book) -> Option<&'b Store> {
        self.store.as_ref().and_then(|code| book.stores.visited(code.as_str()))
    }

    /// Where distances are measured from: where they are, else their store.
    pub(crate) fn origin(&self, book: &Book) -> Option<Point> {
        self.near.or_else(|| self.my_store(book).and_then(|store| store.point))
    }

    /// Prices are those of the shopper's store, else the operator's.
    pub(crate) fn currency(&self, shop: &Shop, book: &Book) -> Currency {
        self.my_store(book).map_or(shop.settings().currency, |store| store.currency)
    }
}

impl Eq for Viewer {}

impl Hash for Viewer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.lang.hash(state);
        self.store.hash(state);
        self.near.map(|point| (point.lat().to_bits(), point.lng().to_bits())).hash(state);
        self.near_name.hash(state);
    }
}
