//! Reservations that arrive at once are written at once. They would wait for the same fsync anyway, and one statement a
//! table for all of them costs little more than for one. All of them stand or none does: where somebody has to be told
//! something else (too few, too many, asked before), each is tried by itself.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::future::join_all;
use onshelf_db::{
    Db, Error as DbError, Tx, fulfilment,
    stock::{self, LevelKey, NewHold},
};
use tokio::{
    sync::{Notify, oneshot},
    task::yield_now,
    time::sleep,
};
use tracing::Instrument;

use super::{
    lines_of,
    reserve::{Plan, Reserved},
};
use crate::{Error, Once, Result, Shop, jobs, undone::Undone};

/// Reservations one transaction carries.
const MOST: usize = 128;

/// A transaction that takes longer to be written holds nobody up: another is written beside it. One that is written and
/// waits for the disk never does.
const PATIENCE: Duration = Duration::from_millis(50);

/// How often a leader lets everybody else go on between two batches of several. Who has just been answered may ask for
/// more, and goes along: on one core nobody could come otherwise, and half of them would wait while the others are written.
const COURTESIES: usize = 4;

/// Transactions at a time. SQLite has one writer; a connection to a server may be stuck.
const fn leaders(db: &Db) -> usize {
    match db {
        Db::Sqlite(_) => 1,
        Db::Postgres(_) => 4,
    }
}

/// What is asked for, and as which request.
#[derive(Clone)]
pub(super) struct Asked {
    pub once: Once,
    pub plan: Arc<Plan>,
}

/// Somebody who waits for an answer.
struct Waiting {
    asked: Asked,
    answer: oneshot::Sender<Result<Reserved>>,
    span: tracing::Span,
}

/// Those who wait to be written with the next batch.
#[derive(Default)]
pub(crate) struct Gathering(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    leaders: usize,
    /// Those among them that nobody waits for: their batch takes long, or is written and waits for the disk.
    passed: usize,
}

impl Queue {
    /// True: another leader is wanted, and counted. Who waits for one that is still writing is written with more others.
    fn wants_leader(&mut self, most: usize) -> bool {
        let is_wanted = !self.waiting.is_empty() && self.leaders == self.passed && self.leaders < most;
        self.leaders += usize::from(is_wanted);
        is_wanted
    }
}

/// How many of so many go together: 1, 2, 3, 4, 6, 8, 12, 16 … Each number of rows is a text of its own, and a database that
/// met another for each batch would understand and plan them all anew, which takes PostgreSQL longer than writing them.
fn size_of(waiting: usize) -> usize {
    let whole = waiting.clamp(1, MOST);
    let power = 1 << whole.ilog2();
    let more = power + power / 2;
    if more <= whole { more } else { power }
}

impl Gathering {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing that could panic happens under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True: another leader is wanted.
    fn join(&self, waiting: Waiting, most_leaders: usize) -> bool {
        let mut queue = self.queue();
        queue.waiting.push(waiting);
        queue.wants_leader(most_leaders)
    }

    /// Nobody waits for a leader's batch, until [`Gathering::goes_on`]. True: another leader is wanted.
    fn lets_pass(&self, most_leaders: usize) -> bool {
        let mut queue = self.queue();
        queue.passed += 1;
        queue.wants_leader(most_leaders)
    }

    fn goes_on(&self) {
        self.queue().passed -= 1;
    }

    /// The next batch, in the order of arrival; a leader who gets none is none any more. Where another still writes, who
    /// waits is left to that one and is written with more others.
    fn next(&self) -> Option<Vec<Waiting>> {
        let mut queue = self.queue();
        if queue.waiting.is_empty() || queue.leaders > queue.passed + 1 {
            queue.leaders -= 1;
            return None;
        }
        let size = size_of(queue.waiting.len());
        let rest = queue.waiting.split_off(size);
        Some(mem::replace(&mut queue.waiting, rest))
    }
}

impl Shop {
    /// Writes a reservation, together with those that are asked for at the same time.
    pub(super) async fn hold_with_others(&self, asked: Asked) -> Result<Reserved> {
        let (answer, told) = oneshot::channel();
        let waiting = Waiting { asked, answer, span: tracing::Span::current() };
        if self.gathering().join(waiting, leaders(self.db())) {
            // A task of its own: whoever asked may hang up, and the others go on.
            self.start_leading();
        }
        told.await.map_err(|_| Error::internal("a reservation was given up"))?
    }

    fn start_leading(&self) {
        tokio::spawn(lead(self.clone()));
    }

    /// Tells `written` when only the disk is waited for, which the next batch need not do.
    async fn write_batch(&self, batch: Vec<Waiting>, written: Arc<Notify>) {
        let all: Arc<[Asked]> = batch.iter().map(|waiting| waiting.asked.clone()).collect();
        if all.len() > 1 && are_strangers(&all) {
            match self.hold_all(all, written.clone()).await {
                Ok(()) => return batch.into_iter().for_each(Waiting::hold),
                Err(Undone::Failed(Error::Database(DbError::Unavailable(why)))) => {
                    return batch.into_iter().for_each(|waiting| waiting.put_off(&why));
                }
                Err(_) => {}
            }
        }
        let is_alone = batch.len() == 1;
        let alone = batch.into_iter().map(|Waiting { asked, answer, span }| {
            let written = is_alone.then(|| written.clone());
            async move {
                // Whoever asked may have gone; what is committed stays.
                let _ = answer.send(self.hold_alone(asked, written).instrument(span).await);
            }
        });
        join_all(alone).await;
    }

    async fn hold_all(&self, all: Arc<[Asked]>, written: Arc<Notify>) -> Result<(), Undone> {
        let now = self.now_ms();
        self.db()
            .write(move |mut tx| {
                let (all, written) = (all.clone(), written.clone());
                Box::pin(async move {
                    if !write_all(&mut tx, &all, now).await? {
                        // Somebody in it has to be told something else.
                        return Err(Undone::Meant);
                    }
                    written.notify_one();
                    Ok(())
                })
            })
            .await
    }
}

impl Waiting {
    fn hold(self) {
        let _ = self.answer.send(Ok(self.asked.plan.reserved()));
    }

    fn put_off(self, why: &str) {
        let _ = self.answer.send(Err(DbError::Unavailable(why.to_owned()).into()));
    }
}

/// Writes one batch after the other until nobody waits.
async fn lead(shop: Shop) {
    let gathering = shop.gathering();
    while let Some(batch) = gathering.next() {
        let courtesies = if batch.len() > 1 { COURTESIES } else { 0 };
        let (own, written) = (shop.clone(), Arc::new(Notify::new()));
        let told = written.clone();
        // A panic concerns this batch: its answers close, and the next one is written.
        let mut writing = tokio::spawn(async move { own.write_batch(batch, told).await });
        let is_over = tokio::select! {
            _ = &mut writing => true,
            () = written.notified() => false,
            () = sleep(PATIENCE) => false,
        };
        if !is_over {
            if gathering.lets_pass(leaders(shop.db())) {
                shop.start_leading();
            }
            let _ = writing.await;
        }
        for _ in 0..courtesies {
            yield_now().await;
        }
        if !is_over {
            gathering.goes_on();
        }
    }
}

/// Whether no two are of one shopper, who has a limit, or the same request twice.
fn are_strangers(all: &[Asked]) -> bool {
    let mut shoppers = HashSet::new();
    let mut requests = HashSet::new();
    all.iter().all(|asked| shoppers.insert(&asked.plan.row.shopper) && requests.insert(asked.once.key()))
}

/// False: it has to be undone.
async fn write_all(tx: &mut Tx<'_>, all: &[Asked], now: i64) -> Result<bool> {
    let outcomes: Vec<_> = all.iter().map(|asked| (&asked.once, asked.plan.numbered())).collect();
    if !Once::keep_all(tx, &outcomes, now).await? {
        return Ok(false);
    }
    let mut rows: Vec<_> = all.iter().map(|asked| &asked.plan.row).collect();
    // In one order, as shoppers are always waited for.
    rows.sort_unstable_by(|one, other| one.shopper.cmp(&other.shopper));
    let ids: HashMap<String, i64> = fulfilment::insert_all(tx, &rows).await?.into_iter().collect();
    let shoppers: Vec<&str> = rows.iter().map(|row| row.shopper.as_str()).collect();
    let limit = all.iter().map(|asked| asked.plan.live_limit).min().unwrap_or(0);
    // The row that was just written is among them.
    if fulfilment::any_has(tx, &shoppers, limit + 1, now).await? {
        return Ok(false);
    }
    let mut levels = BTreeMap::<LevelKey, i64>::new();
    for (key, quantity) in all.iter().flat_map(|asked| &asked.plan.demand) {
        let sum = levels.entry(*key).or_default();
        let Some(more) = sum.checked_add(*quantity) else { return Ok(false) };
        *sum = more;
    }
    // In key order, as levels are always locked.
    let levels: Vec<(LevelKey, i64)> = levels.into_iter().collect();
    if !stock::take_all(tx, &levels).await? {
        return Ok(false);
    }
    let (mut holds, mut lines) = (Vec::new(), Vec::new());
    for Asked { plan, .. } in all {
        let reservation_id = *ids.get(&plan.row.number).ok_or_else(|| Error::internal("a row is missing"))?;
        let expires_at = plan.row.expires_at;
        holds.extend(plan.demand.iter().map(|(key, quantity)| NewHold {
            reservation_id,
            key: *key,
            quantity: *quantity,
            expires_at,
        }));
        lines.extend(lines_of(&plan.lines, reservation_id));
    }
    stock::enter_holds(tx, &holds, &levels, now).await?;
    fulfilment::insert_lines(tx, &lines).await?;
    let numbers: Vec<&str> = rows.iter().map(|row| row.number.as_str()).collect();
    jobs::announce_placed(tx, &numbers, now).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use onshelf_db::fulfilment::ReservationRow;

    use super::*;

    fn somebody() -> Waiting {
        let plan = Plan {
            row: ReservationRow::default(),
            lines: Vec::new(),
            demand: Vec::new(),
            live_limit: 1,
            token: String::new(),
        };
        let asked = Asked { once: Once::new("test", "reserve", "key", ""), plan: Arc::new(plan) };
        Waiting { asked, answer: oneshot::channel().0, span: tracing::Span::none() }
    }

    impl Gathering {
        fn size_of_next(&self) -> Option<usize> {
            self.next().map(|batch| batch.len())
        }
    }

    #[test]
    fn who_only_waits_for_the_disk_is_not_waited_for() {
        let gathering = Gathering::default();
        assert!(gathering.join(somebody(), 4), "the first needs a leader");
        assert_eq!(gathering.size_of_next(), Some(1));
        assert!(!gathering.join(somebody(), 4) && !gathering.join(somebody(), 4), "one is writing");
        assert!(gathering.lets_pass(4), "it waits for the disk, and two wait for a leader");
        assert_eq!(gathering.size_of_next(), Some(2));
        assert!(!gathering.join(somebody(), 4));
        gathering.goes_on();
        assert_eq!(
            gathering.size_of_next(),
            None,
            "back from the disk while the other writes: it is left to that one"
        );
        assert_eq!(gathering.size_of_next(), Some(1));
        assert_eq!(gathering.size_of_next(), None);
        assert!(gathering.join(somebody(), 4), "all have gone");
    }

    #[test]
    fn sizes_are_few() {
        let sizes = [1, 2, 3, 5, 7, 8, 31, 63, 64, 127, 128, 500].map(size_of);
        assert_eq!(sizes, [1, 2, 3, 4, 6, 8, 24, 48, 64, 96, 128, 128]);
    }

    #[test]
    fn no_more_write_at_a_time_than_may() {
        let gathering = Gathering::default();
        assert!(gathering.join(somebody(), 1));
        assert_eq!(gathering.size_of_next(), Some(1));
        assert!(!gathering.join(somebody(), 1));
        assert!(!gathering.lets_pass(1));
        gathering.goes_on();
        assert_eq!(gathering.size_of_next(), Some(1));
    }
}
