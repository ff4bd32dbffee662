//! How a change of stock reaches every open page: each process reads `stock_changes`, learns the new numbers and
//! tells its watchers. A local write wakes it at once; other processes' writes are found within a poll.

use std::{
    collections::{BTreeMap, HashMap},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use onshelf_db::{
    Tx, fulfilment,
    stock::{self, LevelKey, LevelRow},
};
use tokio::{sync::Mutex, time::Instant};

use super::{place::Place, shelves::HeldOf};
use crate::{Result, Shop, jobs::CHANGES};

const POLL: Duration = Duration::from_millis(250);
/// Changes read in one go.
const BATCH: i64 = 2_000;
/// Many shelves take a while to read: after a round, this many times what it took is left to others before the next.
const REST: u32 = 3;
/// So long is left to others at least after a round that found more than one change: more come, and pages need not be told
/// of each by itself.
const FLOOD: Duration = Duration::from_millis(5);
/// Of a shelf that thousands hold something of, so many holds are known by when they end; the rest is known as a sum
/// until these have ended, so that a change of it does not read them all.
const SOONEST: i64 = 256;

/// Where this process stands in reading changes. One reads at a time, for all who want to know.
pub(super) struct Follower {
    standing: Mutex<Standing>,
    /// Rounds that were begun, and the last one that was finished.
    begun: AtomicU64,
    finished: AtomicU64,
}

struct Standing {
    place: Place,
    /// When the last round was finished. Unix milliseconds.
    at: i64,
    queues: Queues,
}

impl Follower {
    pub(super) fn new(place: Place, now: i64) -> Follower {
        let standing = Mutex::new(Standing { place, at: now, queues: Queues::new() });
        Follower { standing, begun: AtomicU64::new(0), finished: AtomicU64::new(0) }
    }
}

/// When to count what stores have to pick: all that wait in all stores are read for it, so it never takes more than a
/// twentieth of the time.
struct Queues {
    stale: bool,
    not_before: Instant,
    at_the_latest: Instant,
}

impl Queues {
    /// A pick that is finished changes no stock and is not announced.
    const UNHEARD: Duration = Duration::from_secs(30);

    fn new() -> Queues {
        let now = Instant::now();
        Queues { stale: false, not_before: now, at_the_latest: now + Queues::UNHEARD }
    }

    fn are_due(&self) -> bool {
        let now = Instant::now();
        now >= self.not_before && (self.stale || now >= self.at_the_latest)
    }

    fn counted(&mut self, took: Duration) {
        let now = Instant::now();
        *self = Queues { stale: false, not_before: now + took * 19, at_the_latest: now + Queues::UNHEARD };
    }
}

impl Shop {
    /// Says that stock was changed here, so that pages learn of it now and not at the next poll.
    pub(crate) fn wake_stock(&self) {
        self.shelves().woken.notify_one();
    }

    /// Keeps the shelves fresh for as long as it is polled: run it once a process.
    pub async fn keep_shelves_fresh(&self) {
        loop {
            let pause = self.until_next_expiry().min(POLL);
            tokio::select! {
                () = self.shelves().woken.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
            let began = Instant::now();
            let rest = match self.round().await {
                Ok(found) => {
                    let least = if found > 1 { FLOOD } else { Duration::ZERO };
                    (began.elapsed() * REST).max(least).min(POLL)
                }
                Err(error) => {
                    tracing::warn!(
                        %error,
                        "The shelves could not be refreshed ({error}); pages show what was known before."
                    );
                    POLL
                }
            };
            self.tell_expired();
            tokio::time::sleep(rest).await;
        }
    }

    fn until_next_expiry(&self) -> Duration {
        let next =
            self.shelves().next_expiry().map_or(i64::MAX, |at| at.saturating_sub(self.now_ms()).max(0));
        Duration::from_millis(u64::try_from(next).unwrap_or(0))
    }

    /// Reads what has changed until now. Those who ask at once share a round.
    pub async fn catch_up(&self) -> Result<()> {
        self.round().await.map(drop)
    }

    /// Answers how many changes it found: none where another's round has read them.
    async fn round(&self) -> Result<usize> {
        let follower = &self.shelves().follower;
        let begun = follower.begun.load(Ordering::Acquire);
        let mut standing = follower.standing.lock().await;
        // A round that began after we asked has read what we ask for.
        if follower.finished.load(Ordering::Acquire) > begun {
            return Ok(0);
        }
        let round = follower.begun.fetch_add(1, Ordering::AcqRel) + 1;
        let found = self.freshen(&mut standing).await?;
        follower.finished.store(round, Ordering::Release);
        Ok(found)
    }

    /// The same before a refusal is explained. That it is refused is certain; how short it is, is said as it was known
    /// before where the database has no time for the question.
    pub(crate) async fn catch_up_to_explain(&self) {
        if let Err(error) = self.catch_up().await {
            tracing::warn!(
                %error,
                "What is left could not be read ({error}); a refusal says what was known before."
            );
        }
    }

    async fn freshen(&self, standing: &mut Standing) -> Result<usize> {
        let now = self.now_ms();
        if now - standing.at > CHANGES / 2 {
            // Changes may have been forgotten before they were read.
            standing.place = self.shelves().read_anew(self.db(), now).await?;
            standing.queues.stale = true;
        }
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let half_known = self.shelves().to_be_read_again(now).into_iter().map(|key| (key, 0)).collect();
        self.learn(&mut tx, &half_known, now).await?;
        let mut found = 0;
        loop {
            // Whoever asked may go, and the database too: the place moves when what stood there was learnt.
            let mut place = standing.place.clone();
            let changes = place.read(&mut tx, now, BATCH).await?;
            let mut newest: BTreeMap<LevelKey, i64> = BTreeMap::new();
            for change in &changes {
                let version = newest.entry(change.key()).or_default();
                *version = (*version).max(change.id);
            }
            self.learn(&mut tx, &newest, now).await?;
            standing.place = place;
            standing.queues.stale |= !changes.is_empty();
            found += changes.len();
            if i64::try_from(changes.len()).unwrap_or(i64::MAX) < BATCH {
                break;
            }
        }
        if standing.queues.are_due() {
            let began = Instant::now();
            let queues = fulfilment::queues(&mut tx, now).await?;
            self.shelves().set_queues(queues);
            standing.queues.counted(began.elapsed());
        }
        standing.at = now;
        Ok(found)
    }

    /// Takes in what these levels are now, and tells of each.
    async fn learn(&self, tx: &mut Tx<'_>, newest: &BTreeMap<LevelKey, i64>, now: i64) -> Result<()> {
        if newest.is_empty() {
            return Ok(());
        }
        let keys: Vec<LevelKey> = newest.keys().copied().collect();
        let levels = stock::levels(tx, &keys).await?;
        let (crowded, calm): (Vec<_>, Vec<_>) = levels.iter().partition(|level| level.held > SOONEST);
        let calm: Vec<LevelKey> = calm.into_iter().map(LevelRow::key).collect();
        let mut held: HashMap<LevelKey, HeldOf> = HashMap::new();
        for hold in stock::live_holds(tx, &calm, SOONEST).await? {
            held.entry(hold.key()).or_default().next_to_end.push(hold);
        }
        for level in crowded {
            held.insert(level.key(), held_by_a_crowd(tx, level, now).await?);
        }
        for level in levels {
            let key = level.key();
            let held = held.remove(&key).unwrap_or_default();
            self.shelves().learn(&level, &held, newest.get(&key).copied().unwrap_or_default());
            self.tell_watchers(key);
        }
        Ok(())
    }

    fn tell_expired(&self) {
        for key in self.shelves().expired(self.now_ms()) {
            self.tell_watchers(key);
        }
    }
}

/// Reads no more of it than ends next: what thousands hold is not read anew for each of them.
async fn held_by_a_crowd(tx: &mut Tx<'_>, level: &LevelRow, now: i64) -> Result<HeldOf> {
    let key = level.key();
    let ran_out: i64 = stock::ran_out(tx, &[key], now).await?.iter().map(|(_, units)| units).sum();
    let next_to_end = stock::next_to_end(tx, key, now, SOONEST).await?;
    let known: i64 = next_to_end.iter().map(|hold| hold.quantity).sum();
    // Below zero where some were taken between two of these questions; their own change comes next.
    Ok(HeldOf { next_to_end, rest: (level.held - ran_out - known).max(0) })
}
