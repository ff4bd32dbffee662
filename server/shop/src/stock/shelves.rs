//! The numbers of every shelf, in memory.

use std::{
    collections::BTreeSet,
    sync::{RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use jiff::Timestamp;
use onshelf_db::{
    Db,
    stock::{LevelKey, LevelRow, LiveHoldRow},
};
use onshelf_vocabulary::stock::Level;
use rustc_hash::FxHashMap;

use super::{
    follow::Follower,
    live::Watchers,
    place::Place,
    reading::{self, Fact, Reading, Versions},
};
use crate::Result;

/// One store's shelf of one variant, 32 bytes: a chain of thousands of stores has millions of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shelf {
    pub(super) store_id: i64,
    on_hand: i32,
    safety_stock: i32,
    checked_at: i64,
    /// The newest change that told us: pages believe no number that is older than theirs.
    version: i64,
}

/// Units somebody was promised, and until when. A hold past its moment counts as gone the moment it is read.
#[derive(Clone, Copy, Debug)]
struct Held {
    quantity: i64,
    expires_at: i64,
}

/// Units held beyond the holds that are known.
#[derive(Clone, Copy, Debug)]
struct Rest {
    quantity: i64,
    /// None of them is given back sooner: when the last of what is known ends.
    until: i64,
}

/// What is held of a level: the holds that end next, and how many units beyond them.
#[derive(Default)]
pub(super) struct HeldOf {
    pub(super) next_to_end: Vec<LiveHoldRow>,
    pub(super) rest: i64,
}

/// Found by ids of the shop's own, which nobody outside chooses: a page asks for a shelf a hundred times, and a hash that
/// is proof against chosen keys took as long as all the rest.
#[derive(Default)]
struct Inside {
    /// Those of a variant in the order of their stores, which may be thousands.
    by_variant: FxHashMap<i64, Vec<Shelf>>,
    holds: FxHashMap<LevelKey, Vec<Held>>,
    /// Moments at which some level's number will grow by itself.
    expiries: BTreeSet<(i64, LevelKey)>,
    /// What crowds hold, and by when it has to be looked at again.
    rests: FxHashMap<LevelKey, Rest>,
    half_known: BTreeSet<(i64, LevelKey)>,
    queues: FxHashMap<i64, i64>,
}

/// All shelves of the chain.
pub struct Shelves {
    inside: RwLock<Inside>,
    versions: Versions,
    pub(super) watchers: Watchers,
    pub(super) woken: tokio::sync::Notify,
    pub(super) follower: Follower,
}

/// What is known of a level at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Available to promise, never below 0.
    pub available: i64,
    /// Unix milliseconds of the last word about it.
    pub checked_at: i64,
    pub version: i64,
}

impl Shelves {
    pub(crate) async fn read(db: &Db, now: i64) -> Result<Shelves> {
        let (inside, place) = Inside::read(db, now).await?;
        Ok(Shelves {
            inside: RwLock::new(inside),
            versions: Versions::default(),
            watchers: Watchers::default(),
            woken: tokio::sync::Notify::new(),
            follower: Follower::new(place, now),
        })
    }

    /// Forgets what was known and reads everything; whoever watches begins anew. Answers up to where it was read.
    pub(super) async fn read_anew(&self, db: &Db, now: i64) -> Result<Place> {
        let (inside, place) = Inside::read(db, now).await?;
        *self.inside_mut() = inside;
        self.versions.raise_all();
        self.watchers.lose();
        Ok(place)
    }

    // A panic while the lock was held leaves numbers that the next refresh mends; stopping would be worse.
    fn inside(&self) -> RwLockReadGuard<'_, Inside> {
        self.inside.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn inside_mut(&self) -> RwLockWriteGuard<'_, Inside> {
        self.inside.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Does something and tells which shelves it looked at, for [`Shelves::still`].
    pub async fn noting<F: Future>(&self, work: F) -> (F::Output, Reading) {
        reading::noting(work).await
    }

    /// Whether the shelves are as they were when this was read.
    #[must_use]
    pub fn still(&self, reading: &Reading, now: Timestamp) -> bool {
        now.as_millisecond() < reading.until() && self.versions.still(reading)
    }

    /// What is known of one level; none where the store does not carry it.
    #[must_use]
    pub fn known(&self, store_id: i64, variant_id: i64, now: Timestamp) -> Option<Known> {
        self.versions.note(Fact::Variant(variant_id));
        self.inside().known(LevelKey { store_id, variant_id }, now.as_millisecond())
    }

    /// Available to promise, 0 where the store does not carry it.
    #[must_use]
    pub fn available(&self, store_id: i64, variant_id: i64, now: Timestamp) -> i64 {
        self.known(store_id, variant_id, now).map_or(0, |known| known.available)
    }

    /// Whether any of the stores that count, by their ids, has at least as many.
    #[must_use]
    pub fn anywhere(
        &self,
        variant_id: i64,
        quantity: i64,
        now: Timestamp,
        counts: impl Fn(i64) -> bool,
    ) -> bool {
        self.versions.note(Fact::Variant(variant_id));
        let inside = self.inside();
        let now = now.as_millisecond();
        let has =
            |shelf: &Shelf| inside.available(shelf, variant_id, now) >= quantity && counts(shelf.store_id);
        inside.by_variant.get(&variant_id).is_some_and(|shelves| shelves.iter().any(has))
    }

    /// Every store that carries it, by the store's id.
    #[must_use]
    pub fn everywhere(&self, variant_id: i64, now: Timestamp) -> Vec<(i64, Known)> {
        self.versions.note(Fact::Variant(variant_id));
        let inside = self.inside();
        let now = now.as_millisecond();
        let known = |shelf: &Shelf| {
            let available = inside.available(shelf, variant_id, now);
            (shelf.store_id, Known { available, checked_at: shelf.checked_at, version: shelf.version })
        };
        inside
            .by_variant
            .get(&variant_id)
            .map(|shelves| shelves.iter().map(known).collect())
            .unwrap_or_default()
    }

    /// How many levels there are in all.
    #[must_use]
    pub fn count(&self) -> usize {
        self.inside().by_variant.values().map(Vec::len).sum()
    }

    /// How many levels have nothing to promise, and how many are low. Reads every shelf, a product at a time, so that
    /// whoever learns of a change waits no longer than for one product.
    #[must_use]
    pub fn empty_and_low(&self, now: Timestamp) -> (u64, u64) {
        let now = now.as_millisecond();
        let variants: Vec<i64> = self.inside().by_variant.keys().copied().collect();
        let (mut empty, mut low) = (0, 0);
        for variant_id in variants {
            let inside = self.inside();
            for shelf in inside.by_variant.get(&variant_id).map(Vec::as_slice).unwrap_or_default() {
                match Level::of(inside.available(shelf, variant_id, now)) {
                    Level::Out => empty += 1,
                    Level::Low => low += 1,
                    Level::InStock => {}
                }
            }
        }
        (empty, low)
    }

    /// How many stores and warehouses carry it, with or without stock.
    #[must_use]
    pub fn carriers(&self, variant_id: i64) -> usize {
        self.versions.note(Fact::Variant(variant_id));
        self.inside().by_variant.get(&variant_id).map_or(0, Vec::len)
    }

    /// Reservations a store has still to pick.
    #[must_use]
    pub fn queue(&self, store_id: i64) -> i64 {
        self.versions.note(Fact::Queue(store_id));
        self.inside().queues.get(&store_id).copied().unwrap_or(0)
    }

    pub(super) fn set_queues(&self, queues: Vec<(i64, i64)>) {
        let fresh: FxHashMap<i64, i64> = queues.into_iter().collect();
        let mut inside = self.inside_mut();
        let old = std::mem::replace(&mut inside.queues, fresh);
        let stores = old.keys().chain(inside.queues.keys());
        for store in stores.filter(|store| old.get(store) != inside.queues.get(store)) {
            self.versions.raise(Fact::Queue(*store));
        }
    }

    /// Takes in what the database says of a level now.
    pub(super) fn learn(&self, level: &LevelRow, held: &HeldOf, version: i64) {
        let mut inside = self.inside_mut();
        let shelves = inside.by_variant.entry(level.variant_id).or_default();
        match shelves.binary_search_by_key(&level.store_id, |shelf| shelf.store_id) {
            // A change that comes late is told as no older than what pages have.
            Ok(at) => shelves[at] = shelf(level, version.max(shelves[at].version)),
            Err(at) => shelves.insert(at, shelf(level, version)),
        }
        let key = level.key();
        for old in inside.holds.remove(&key).unwrap_or_default() {
            inside.expiries.remove(&(old.expires_at, key));
        }
        if let Some(old) = inside.rests.remove(&key) {
            inside.half_known.remove(&(old.until, key));
        }
        for hold in &held.next_to_end {
            inside.add_hold(hold);
        }
        if held.rest > 0 {
            let until = held.next_to_end.iter().map(|hold| hold.expires_at).max().unwrap_or(i64::MIN);
            inside.rests.insert(key, Rest { quantity: held.rest, until });
            inside.half_known.insert((until, key));
        }
        // After the change, and before anybody can read it.
        self.versions.raise(Fact::Variant(level.variant_id));
    }

    /// The next moment at which a number grows by itself. Unix milliseconds.
    pub(super) fn next_expiry(&self) -> Option<i64> {
        self.inside().expiries.first().map(|(at, _)| *at)
    }

    /// Levels of which all that was known by when it ends has ended: what else is held of them ends now or later.
    pub(super) fn to_be_read_again(&self, now: i64) -> Vec<LevelKey> {
        let inside = self.inside();
        inside.half_known.iter().take_while(|(until, _)| *until <= now).map(|(_, key)| *key).collect()
    }

    /// Levels with a hold that ran out by now; each is named once.
    pub(super) fn expired(&self, now: i64) -> Vec<LevelKey> {
        let mut inside = self.inside_mut();
        let mut keys = BTreeSet::new();
        while let Some((at, key)) = inside.expiries.first().copied().filter(|(at, _)| *at <= now) {
            inside.expiries.remove(&(at, key));
            self.versions.raise(Fact::Variant(key.variant_id));
            keys.insert(key);
        }
        keys.into_iter().collect()
    }
}

fn shelf(level: &LevelRow, version: i64) -> Shelf {
    let small = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
    Shelf {
        store_id: level.store_id,
        on_hand: small(level.on_hand),
        safety_stock: small(level.safety_stock),
        checked_at: level.checked_at,
        version,
    }
}

/// Levels read in one statement: tens of millions at once would be held twice.
const AT_ONCE: i64 = 50_000;

impl Inside {
    /// All of it, and up to which change it was read: the changes first, so that what lands meanwhile is read once more.
    async fn read(db: &Db, now: i64) -> Result<(Inside, Place)> {
        let mut reader = db.reader().await?;
        let mut tx = reader.tx();
        let place = Place::newest(&mut tx, now).await?;
        let mut inside = Inside::default();
        let (mut last, mut shelves) = (LevelKey { store_id: 0, variant_id: 0 }, Vec::new());
        loop {
            let levels = onshelf_db::stock::levels_after(&mut tx, last, AT_ONCE).await?;
            let are_all = i64::try_from(levels.len()).unwrap_or(i64::MAX) < AT_ONCE;
            for level in levels {
                if level.variant_id != last.variant_id {
                    inside.stand(last.variant_id, &mut shelves);
                }
                shelves.push(shelf(&level, place.high()));
                last = level.key();
            }
            if are_all {
                break;
            }
        }
        inside.stand(last.variant_id, &mut shelves);
        let holds = onshelf_db::stock::all_live_holds(&mut tx).await?;
        let queues = onshelf_db::fulfilment::queues(&mut tx, now).await?;
        inside.queues = queues.into_iter().collect();
        for hold in holds {
            inside.add_hold(&hold);
        }
        Ok((inside, place))
    }

    /// All shelves of a variant, without the room that what grows one by one has beside it.
    fn stand(&mut self, variant_id: i64, shelves: &mut Vec<Shelf>) {
        if !shelves.is_empty() {
            self.by_variant.insert(variant_id, shelves.as_slice().to_vec());
            shelves.clear();
        }
    }

    fn add_hold(&mut self, hold: &LiveHoldRow) {
        let key = hold.key();
        self.expiries.insert((hold.expires_at, key));
        let held = Held { quantity: hold.quantity, expires_at: hold.expires_at };
        self.holds.entry(key).or_default().push(held);
    }

    fn known(&self, key: LevelKey, now: i64) -> Option<Known> {
        let shelves = self.by_variant.get(&key.variant_id)?;
        let at = shelves.binary_search_by_key(&key.store_id, |shelf| shelf.store_id).ok()?;
        let shelf = shelves.get(at)?;
        let available = self.available(shelf, key.variant_id, now);
        Some(Known { available, checked_at: shelf.checked_at, version: shelf.version })
    }

    fn available(&self, shelf: &Shelf, variant_id: i64, now: i64) -> i64 {
        let key = LevelKey { store_id: shelf.store_id, variant_id };
        let held: i64 = self.holds.get(&key).map_or(0, |holds| {
            let live = holds.iter().filter(|hold| hold.expires_at > now);
            live.inspect(|hold| reading::note_hold(hold.expires_at)).map(|hold| hold.quantity).sum()
        });
        let rest = self.rests.get(&key).map_or(0, |rest| rest.quantity);
        onshelf_domain::stock::available(i64::from(shelf.on_hand), held + rest, i64::from(shelf.safety_stock))
    }
}
