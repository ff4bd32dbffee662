//! The store that whoever is looking chose as theirs, and what follows from it.

use onshelf_vocabulary::{Currency, Point};

use super::Store;
use crate::{Book, Shop, Viewer};

impl Viewer {
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
