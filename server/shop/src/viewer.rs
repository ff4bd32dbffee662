//! Who is looking: what a page depends on besides its address.

use std::hash::{Hash, Hasher};

use onshelf_vocabulary::{Lang, Point, StoreCode};

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
