//! Rendered pages in memory, bounded in bytes: by what they were made for, and with what they were made from.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use axum::http::{HeaderMap, HeaderValue};
use bytes::Bytes;
use jiff::Timestamp;
use onshelf_app::shared::Known;
use onshelf_shop::{Shop, stock::Reading};
use quick_cache::{Equivalent, Weighter, sync::Cache};

use super::coding::Coding;

/// About how large a page is; only the table's first size follows from it.
const USUAL_PAGE: usize = 10 * 1024;
/// Headers and bookkeeping of one page, in bytes.
const AROUND: usize = 2 * 1024;

/// What a page is made for, as a request says it. The language is part of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked<'a> {
    /// Path and query.
    pub path: &'a str,
    pub known: Known<'a>,
    pub coding: Coding,
}

/// The same, to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    path: Box<str>,
    near: Box<str>,
    store: Box<str>,
    items: i64,
    coding: Coding,
}

impl Asked<'_> {
    pub(super) fn to_key(self) -> Key {
        Key {
            path: self.path.into(),
            near: self.known.near.into(),
            store: self.known.store.into(),
            items: self.known.items,
            coding: self.coding,
        }
    }
}

impl Key {
    pub(super) fn as_asked(&self) -> Asked<'_> {
        let known = Known { near: &self.near, store: &self.store, items: self.items };
        Asked { path: &self.path, known, coding: self.coding }
    }
}

// What is asked must be found under what is kept.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_asked().hash(state);
    }
}

impl Equivalent<Key> for Asked<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self == key.as_asked()
    }
}

/// A page as it is sent, and what it was made from.
#[derive(Debug)]
pub(super) struct Kept {
    pub headers: HeaderMap,
    pub etag: HeaderValue,
    pub body: Bytes,
    pub source: Source,
}

/// The state of the shop that a page tells of.
#[derive(Debug)]
pub(super) struct Source {
    /// Of the book: catalogue, stores, places, prices.
    edition: u64,
    /// Opening hours, ages and promises are told to the minute.
    minute: i64,
    reading: Reading,
}

/// Taken before a page is made, so that what changes while it is made makes it too old at once.
#[derive(Debug)]
pub(super) struct Moment {
    edition: u64,
    minute: i64,
}

impl Moment {
    pub(super) fn of(shop: &Shop) -> Moment {
        Moment { edition: shop.book().edition, minute: minute(shop.now()) }
    }

    pub(super) fn with(self, reading: Reading) -> Source {
        Source { edition: self.edition, minute: self.minute, reading }
    }
}

fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

impl Source {
    /// Whether the page would be the same if it were made now.
    pub(super) fn still(&self, shop: &Shop) -> bool {
        let now = shop.now();
        self.minute == minute(now)
            && self.edition == shop.book().edition
            && shop.shelves().still(&self.reading, now)
    }
}

#[derive(Clone)]
struct Bytewise;

impl Weighter<Key, Arc<Kept>> for Bytewise {
    fn weight(&self, key: &Key, kept: &Arc<Kept>) -> u64 {
        (kept.body.len() + kept.source.reading.bytes() + key.path.len() + AROUND) as u64
    }
}

/// The pages themselves.
pub(super) struct Pages(Cache<Key, Arc<Kept>, Bytewise>);

impl Pages {
    pub(super) fn new(bytes: usize) -> Pages {
        Pages(Cache::with_weighter((bytes / USUAL_PAGE).max(16), bytes as u64, Bytewise))
    }

    /// The page, if it is kept and still true.
    pub(super) fn find(&self, asked: &Asked<'_>, shop: &Shop) -> Option<Arc<Kept>> {
        self.0.get(asked).filter(|kept| kept.source.still(shop))
    }

    pub(super) fn keep(&self, key: Key, kept: Arc<Kept>) {
        self.0.insert(key, kept);
    }
}
