//! How a change of stock reaches every open page: each process reads `stock_changes`, learns the new numbers and
//! tells its watchers. A local write wakes it at once; other processes' writes are found within a poll.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use onshelf_db::stock::{ChangeRow, LevelKey};
use tokio::sync::mpsc;

use crate::{Result, Shop};

const POLL: Duration = Duration::from_millis(250);
/// Changes read in one go.
const BATCH: i64 = 2_000;
/// How long a gap in the change ids is waited for: a transaction that took an id and has not committed yet.
const GAP: Duration = Duration::from_secs(20);
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

/// Which changes were read: everything up to `low`, and those above it that came before their elders.
struct Cursor {
    low: i64,
    seen: BTreeSet<i64>,
    /// When each gap was first noticed.
    gaps: VecDeque<(i64, tokio::time::Instant)>,
}

impl Cursor {
    fn new(low: i64) -> Cursor {
        Cursor { low, seen: BTreeSet::new(), gaps: VecDeque::new() }
    }

    /// The changes among `rows` that are new.
    fn take(&mut self, rows: &[ChangeRow]) -> Vec<ChangeRow> {
        let fresh: Vec<ChangeRow> = rows.iter().filter(|row| self.seen.insert(row.id)).copied().collect();
        while self.seen.remove(&(self.low + 1)) {
            self.low += 1;
        }
        self.skip_dead_gaps();
        fresh
    }

    /// An id that a rolled-back transaction took never comes: after a while we go on without it.
    fn skip_dead_gaps(&mut self) {
        let now = tokio::time::Instant::now();
        while self.gaps.front().is_some_and(|(low, _)| *low != self.low) {
            self.gaps.pop_front();
        }
        match (self.seen.first().copied(), self.gaps.front()) {
            (None, _) => self.gaps.clear(),
            (Some(_), None) => self.gaps.push_back((self.low, now)),
            (Some(next), Some((_, since))) if now.duration_since(*since) > GAP => {
                self.low = next - 1;
                self.gaps.clear();
                while self.seen.remove(&(self.low + 1)) {
                    self.low += 1;
                }
            }
            _ => {}
        }
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

    /// Says that stock was changed here, so that pages learn of it now and not at the next poll.
    pub(crate) fn wake_stock(&self) {
        self.shelves().woken.notify_one();
    }

    /// Keeps the shelves fresh for as long as it is polled: run it once a process.
    pub async fn keep_shelves_fresh(&self) {
        let mut cursor = Cursor::new(self.shelves().low_water);
        loop {
            let pause = self.until_next_expiry().min(POLL);
            tokio::select! {
                () = self.shelves().woken.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
            if let Err(error) = self.freshen(&mut cursor).await {
                tracing::warn!(%error, "The shelves could not be refreshed; pages show what was known before.");
                tokio::time::sleep(POLL).await;
            }
        }
    }

    fn until_next_expiry(&self) -> Duration {
        let next =
            self.shelves().next_expiry().map_or(i64::MAX, |at| at.saturating_sub(self.now_ms()).max(0));
        Duration::from_millis(u64::try_from(next).unwrap_or(0))
    }

    /// One round: new changes, then holds that ran out. Tests call it instead of waiting.
    async fn freshen(&self, cursor: &mut Cursor) -> Result<()> {
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let rows = onshelf_db::stock::changes_after(&mut tx, cursor.low, BATCH).await?;
        let fresh = cursor.take(&rows);
        let mut newest: HashMap<LevelKey, i64> = HashMap::new();
        for change in &fresh {
            let key = LevelKey { store_id: change.store_id, variant_id: change.variant_id };
            let version = newest.entry(key).or_default();
            *version = (*version).max(change.id);
        }
        for (key, version) in newest {
            if let Some(level) = onshelf_db::stock::level(&mut tx, key).await? {
                let holds = onshelf_db::stock::live_holds(&mut tx, key).await?;
                self.shelves().learn(&level, &holds, version);
                self.tell_watchers(key);
            }
        }
        if !fresh.is_empty() {
            let queues = onshelf_db::fulfilment::queues(&mut tx, self.now_ms()).await?;
            self.shelves().set_queues(queues);
        }
        for key in self.shelves().expired(self.now_ms()) {
            self.tell_watchers(key);
        }
        Ok(())
    }

    /// Reads all changes there are, once.
    pub async fn catch_up(&self) -> Result<()> {
        let mut cursor = Cursor::new(self.shelves().low_water);
        self.freshen(&mut cursor).await
    }

    fn tell_watchers(&self, key: LevelKey) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn change(id: i64) -> ChangeRow {
        ChangeRow { id, store_id: 1, variant_id: 1, at: 0 }
    }

    #[tokio::test]
    async fn a_change_that_commits_late_is_still_read_once() {
        let mut cursor = Cursor::new(0);
        let ids = |rows: Vec<ChangeRow>| rows.iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids(cursor.take(&[change(1), change(3)])), [1, 3]);
        assert_eq!(cursor.low, 1, "the gap at 2 holds the mark");
        assert_eq!(ids(cursor.take(&[change(2), change(3), change(4)])), [2, 4]);
        assert_eq!(cursor.low, 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_gap_that_never_fills_is_given_up() {
        let mut cursor = Cursor::new(0);
        cursor.take(&[change(2)]);
        assert_eq!(cursor.low, 0);
        tokio::time::advance(GAP + Duration::from_secs(1)).await;
        cursor.take(&[change(2)]);
        assert_eq!(cursor.low, 2);
    }
}
