//! Who watches the shelves, and how they are told.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use onshelf_db::stock::LevelKey;
use tokio::sync::mpsc;

use crate::Shop;

/// Events a slow page may fall behind before its stream is ended (it comes back and gets a snapshot).
const BEHIND: usize = 64;
/// Events that may wait for whoever reads them all.
const NEWS: usize = 8_192;

/// A number that has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockEvent {
    pub store_id: i64,
    pub variant_id: i64,
    pub available: i64,
    pub checked_at: i64,
    pub version: i64,
}

/// A page that wants to know. Dropping it ends the watch.
pub struct Watch {
    events: mpsc::Receiver<Arc<StockEvent>>,
    watchers: Watchers,
    id: u64,
    variants: Vec<i64>,
    /// A change was missed: of one variant, but whoever watches several must begin anew with all.
    lost: Arc<AtomicBool>,
}

impl Watch {
    /// The next change, or none when this watch fell too far behind.
    pub async fn next(&mut self) -> Option<Arc<StockEvent>> {
        if self.lost.load(Ordering::Relaxed) {
            return None;
        }
        self.events.recv().await
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.watchers.leave(self.id, &self.variants);
    }
}

/// Every change of every shelf, for whoever tells many. Dropping it ends it.
pub struct News {
    events: mpsc::Receiver<Arc<StockEvent>>,
}

impl News {
    /// The changes since the last time, at least one; none when some were missed.
    pub async fn next(&mut self) -> Option<Vec<Arc<StockEvent>>> {
        let mut events = Vec::new();
        let count = self.events.recv_many(&mut events, NEWS).await;
        (count > 0).then_some(events)
    }
}

#[derive(Clone)]
struct Watcher {
    id: u64,
    store_id: Option<i64>,
    events: mpsc::Sender<Arc<StockEvent>>,
    lost: Arc<AtomicBool>,
}

/// Who watches which variant.
#[derive(Clone, Default)]
pub(super) struct Watchers {
    by_variant: Arc<Mutex<HashMap<i64, Vec<Watcher>>>>,
    news: Arc<Mutex<Vec<mpsc::Sender<Arc<StockEvent>>>>>,
    next_id: Arc<AtomicU64>,
}

impl Watchers {
    fn inside(&self) -> MutexGuard<'_, HashMap<i64, Vec<Watcher>>> {
        self.by_variant.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn join(&self, variants: Vec<i64>, store_id: Option<i64>) -> Watch {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (sender, events) = mpsc::channel(BEHIND);
        let lost = Arc::new(AtomicBool::new(false));
        let watcher = Watcher { id, store_id, events: sender, lost: lost.clone() };
        let mut inside = self.inside();
        for variant in &variants {
            inside.entry(*variant).or_default().push(watcher.clone());
        }
        drop(inside);
        Watch { events, watchers: self.clone(), id, variants, lost }
    }

    fn leave(&self, id: u64, variants: &[i64]) {
        let mut inside = self.inside();
        for variant in variants {
            if let Some(watching) = inside.get_mut(variant) {
                watching.retain(|watcher| watcher.id != id);
                if watching.is_empty() {
                    inside.remove(variant);
                }
            }
        }
    }

    fn all_news(&self) -> News {
        let (sender, events) = mpsc::channel(NEWS);
        self.news.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(sender);
        News { events }
    }

    /// Everybody begins anew: nobody knows what changed.
    pub(super) fn lose(&self) {
        self.news.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
        for watcher in self.inside().drain().flat_map(|(_, watching)| watching) {
            watcher.lost.store(true, Ordering::Relaxed);
        }
    }

    fn tell(&self, event: StockEvent) {
        let event = Arc::new(event);
        let mut news = self.news.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Whoever is too slow loses the channel, and learns by its end that something was missed.
        news.retain(|reader| reader.try_send(event.clone()).is_ok());
        drop(news);
        let mut inside = self.inside();
        let Some(watching) = inside.get_mut(&event.variant_id) else { return };
        watching.retain(|watcher| {
            let meant = watcher.store_id.is_none_or(|store| store == event.store_id);
            let told = !meant || watcher.events.try_send(event.clone()).is_ok();
            if !told {
                watcher.lost.store(true, Ordering::Relaxed);
            }
            told
        });
    }
}

impl Shop {
    /// Watches some variants, at one store or at all.
    #[must_use]
    pub fn watch(&self, variants: Vec<i64>, store_id: Option<i64>) -> Watch {
        self.shelves().watchers.join(variants, store_id)
    }

    /// Every change from now on.
    #[must_use]
    pub fn all_news(&self) -> News {
        self.shelves().watchers.all_news()
    }

    pub(super) fn tell_watchers(&self, key: LevelKey) {
        if let Some(known) = self.shelves().known(key.store_id, key.variant_id, self.now()) {
            self.shelves().watchers.tell(StockEvent {
                store_id: key.store_id,
                variant_id: key.variant_id,
                available: known.available,
                checked_at: known.checked_at,
                version: known.version,
            });
        }
    }
}
