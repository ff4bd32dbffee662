//! Comparing what clients remember with what the database holds, and running the audit.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use onshelf_db::{Db, Tx};
use onshelf_shop::Shop;
use sha2::{Digest, Sha256};

use super::{
    Failure, Tally,
    deeds::{Kept, Kind, Memory, State},
    ground::{Ground, SKUS, STORE, sku},
    money::{self, Money},
    process::{Launch, Server},
};

/// A connection that ends later than this after it was opened was being attended to.
const UNREAD: Duration = Duration::from_secs(2);
/// What a run has to have done, and after how many deeds it surely has: the last two are one deed in thirty, or fewer.
const SURE: [(Kind, u64); 5] = [
    (Kind::Payment, 500),
    (Kind::Cancellation, 500),
    (Kind::HandOver, 500),
    (Kind::Change, 1_000),
    (Kind::Refund, 1_000),
];

/// What the database holds of the drill's store.
#[derive(Debug, Default)]
pub struct Books {
    /// Status by number, of those that stand alone.
    pub reservations: HashMap<String, String>,
    /// On hand and held by SKU.
    pub levels: HashMap<String, (i64, i64)>,
    /// Units handed over by number.
    pub handed_over: HashMap<String, i64>,
    /// Keys of deliveries.
    pub received: HashSet<String>,
    /// Units a till took that the book did not have.
    pub corrected: i64,
    pub money: Money,
}

/// Runs one query, the same text on both engines.
pub async fn ask<T>(db: &Db, sql: &'static str) -> Result<Vec<T>, Failure>
where
    T: for<'r> sqlx::FromRow<'r, onshelf_sqlite::Row>
        + for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>
        + Send
        + Unpin,
{
    let mut reader = db.reader().await?;
    Ok(match reader.tx() {
        Tx::Sqlite(connection) => sqlx::query_as(sql).fetch_all(&mut *connection).await?,
        Tx::Postgres(connection) => sqlx::query_as(sql).fetch_all(&mut *connection).await?,
    })
}

/// Changes something, the same text on both engines.
pub async fn tell(db: &Db, sql: &'static str) -> Result<(), Failure> {
    db.write(move |tx| {
        Box::pin(async move {
            match tx {
                Tx::Sqlite(connection) => sqlx::query(sql).execute(&mut *connection).await.map(drop)?,
                Tx::Postgres(connection) => sqlx::query(sql).execute(&mut *connection).await.map(drop)?,
            }
            Ok::<_, onshelf_db::Error>(())
        })
    })
    .await?;
    Ok(())
}

impl Books {
    pub async fn read(db: &Db) -> Result<Books, Failure> {
        let reservations = ask(db, "SELECT number, status FROM reservations WHERE order_id IS NULL").await?;
        let levels: Vec<(String, String, i64, i64)> = ask(
            db,
            "SELECT s.code, v.sku, l.on_hand, l.held FROM stock_levels l
             JOIN variants v ON v.id = l.variant_id JOIN stores s ON s.id = l.store_id",
        )
        .await?;
        let handed_over = ask(
            db,
            "SELECT reference, CAST(SUM(-delta) AS BIGINT) FROM stock_movements
             WHERE reason = 'hand_over' GROUP BY reference",
        )
        .await?;
        let received: Vec<(String,)> =
            ask(db, "SELECT reference FROM stock_movements WHERE reason = 'received'").await?;
        let corrected: Vec<(i64,)> = ask(
            db,
            "SELECT CAST(COALESCE(SUM(delta), 0) AS BIGINT) FROM stock_movements WHERE reason = 'correction'",
        )
        .await?;
        Ok(Books {
            reservations: reservations.into_iter().collect(),
            levels: levels
                .into_iter()
                .filter(|(store, ..)| store == STORE)
                .map(|(_, sku, on_hand, held)| (sku, (on_hand, held)))
                .collect(),
            handed_over: handed_over.into_iter().collect(),
            received: received.into_iter().map(|(key,)| key).collect(),
            corrected: corrected.first().map_or(0, |(units,)| *units),
            money: Money::read(db).await?,
        })
    }

    /// Every acknowledged deed must be here, and nothing that nobody was told of. `initial` is what lay on each shelf.
    #[must_use]
    pub fn compare(&self, memories: &[Memory], initial: i64) -> Tally {
        let mut tally = Tally::default();
        let mut on_hand = [initial; SKUS];
        let mut held = [0i64; SKUS];
        let mut known = 0usize;
        for memory in memories {
            for delivery in &memory.deliveries {
                on_hand[delivery.sku] += delivery.quantity;
            }
            for kept in &memory.kept {
                known += 1;
                match kept.state {
                    State::Placed => held[kept.sku] += kept.quantity,
                    State::Collected => on_hand[kept.sku] -= kept.quantity,
                    State::Cancelled => {}
                }
                self.compare_one(kept.state, &kept.number, kept.quantity, &mut tally);
            }
        }
        let unknown = self.reservations.len().saturating_sub(known);
        if unknown > 0 {
            tally.leaked += unknown as u64;
            tally.fault(format!("{unknown} reservations that no client was told of"));
        }
        let orders: Vec<_> = memories.iter().flat_map(|memory| &memory.orders).collect();
        tally.add(self.money.compare(&orders));
        for index in 0..SKUS {
            on_hand[index] -= self.money.handed_over.get(&sku(index)).copied().unwrap_or(0);
            held[index] += self.money.held.get(&sku(index)).copied().unwrap_or(0);
            self.compare_level(&sku(index), on_hand[index], held[index], &mut tally);
        }
        tally.oversold += self.corrected.unsigned_abs();
        tally
    }

    /// How many facts clients had been told by `place`, a stamp of their course, and which of them are missing: of what
    /// became of reservations then or at any time since, of deliveries, of orders and their money.
    #[must_use]
    pub fn missing(&self, memories: &[Memory], place: u64) -> (u64, Vec<String>) {
        let orders: Vec<_> = memories.iter().flat_map(|memory| &memory.orders).collect();
        let (mut told, mut missing) = self.money.missing(&orders, place);
        let kept = memories.iter().flat_map(|memory| &memory.kept);
        for lack in kept.filter_map(|kept| self.lack(kept, place)) {
            told += 1;
            missing.extend(lack);
        }
        let deliveries = memories.iter().flat_map(|memory| &memory.deliveries);
        for delivery in deliveries.filter(|delivery| delivery.at <= place) {
            told += 1;
            if !self.received.contains(&delivery.key) {
                missing.push(format!("the delivery {} is missing", delivery.key));
            }
        }
        (told, missing)
    }

    /// What is missing of what a reservation's client was told by `place`; nothing at all where that was nothing.
    fn lack(&self, kept: &Kept, place: u64) -> Option<Option<String>> {
        // What it was told last by then, and whatever came after it.
        let from = kept.told.iter().rposition(|(_, at)| *at <= place)?;
        let status = self.reservations.get(&kept.number).map(String::as_str);
        let stands = kept.told[from..].iter().any(|(state, _)| Some(state.code()) == status);
        let lack = || format!("{} was {:?}, the books have {status:?}", kept.number, kept.told[from].0);
        Some((!stands).then(lack))
    }

    fn compare_one(&self, state: State, number: &str, quantity: i64, tally: &mut Tally) {
        let status = self.reservations.get(number).map(String::as_str);
        if status != Some(state.code()) {
            tally.lost += 1;
            tally.fault(format!("{number} was acknowledged as {}, the books have {status:?}", state.code()));
        }
        let handed_over = self.handed_over.get(number).copied().unwrap_or(0);
        let expected = if state == State::Collected { quantity } else { 0 };
        if handed_over > expected {
            tally.double_charged += 1;
            tally.fault(format!("{number}: {handed_over} units were handed over instead of {expected}"));
        }
    }

    fn compare_level(&self, sku: &str, on_hand: i64, held: i64, tally: &mut Tally) {
        let (booked, booked_held) = self.levels.get(sku).copied().unwrap_or_default();
        if booked != on_hand {
            tally.fault(format!("{sku}: {booked} on hand, the clients' deeds come to {on_hand}"));
        }
        if booked_held > booked || booked < 0 {
            tally.oversold += (booked_held - booked).unsigned_abs();
            tally.fault(format!("{sku}: {booked_held} held of {booked}"));
        }
        if booked_held != held {
            tally.leaked += booked_held.abs_diff(held);
            tally.fault(format!("{sku}: {booked_held} held, the clients' live reservations come to {held}"));
        }
    }
}

/// The end of a run under load: no money stays under way, the server ends, and the books are what clients were told.
/// Without a server nobody knows what became of the deeds that clients were at: then the books must agree with themselves.
pub async fn close(
    server: Option<Server>,
    launch: &Launch,
    ground: &Ground,
    memories: &[Memory],
    hurry: bool,
    tally: &mut Tally,
) {
    match server {
        Some(server) => {
            money::settle_all(&ground.url, hurry, tally).await;
            server.stopped(tally).await;
            let settled = settle(launch, ground, memories, tally).await;
            tally.blame(settled);
        }
        None => println!("no server is left, so that clients are not held against the books"),
    }
    tell_kinds(memories, tally);
    audit(launch, tally);
    tally.faults.extend(launch.faults());
}

/// Reads the books of the server's database, and compares them with what clients remember and with the provider's.
async fn settle(
    launch: &Launch,
    ground: &Ground,
    memories: &[Memory],
    tally: &mut Tally,
) -> Result<(), Failure> {
    let db = Db::open(&ground.url).await?;
    let books = Books::read(&db).await?;
    db.close().await;
    tally.add(books.compare(memories, ground.initial));
    println!("{} reservations; {}", books.reservations.len(), books.money.told());
    if !books.money.is_empty() {
        let (status, said) = launch.command(&["reconcile", "test"])?;
        println!("{said}");
        tally.check(status.success(), || format!("the provider's list is another: {said}"));
    }
    Ok(())
}

/// What was done, by kind. Where enough was, each kind must be among it: what nobody did was not tried.
fn tell_kinds(memories: &[Memory], tally: &mut Tally) {
    let sum = |count: fn(&Memory) -> u64| memories.iter().map(count).sum::<u64>();
    let mut kinds: BTreeMap<Kind, u64> = BTreeMap::new();
    for (kind, count) in memories.iter().flat_map(|memory| &memory.kinds) {
        *kinds.entry(*kind).or_default() += count;
    }
    let acknowledged = sum(|memory| memory.acknowledged);
    let told: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind:?} {count}")).collect();
    println!(
        "{acknowledged} deeds acknowledged ({}), {} refused ({} payments for no reason that can be seen), \
         {} requests repeated, {} put off",
        told.join(", "),
        sum(|memory| memory.refused),
        sum(|memory| memory.unexplained),
        sum(|memory| memory.repeated),
        sum(|memory| memory.put_off),
    );
    for (kind, enough) in SURE {
        let is_there = acknowledged < enough || kinds.contains_key(&kind);
        tally.check(is_there, || format!("{acknowledged} deeds, and no {kind:?} among them"));
    }
}

/// Writes that were lost between a server and whoever asked: done and not answered, or under way and given up. What was
/// cut off unread, as on a connection that its server was closing at that moment, is none: a client may send it again.
pub async fn failed_writes(url: &str, memories: &[Memory]) -> Result<Vec<String>, Failure> {
    let db = Db::open(url).await?;
    let kept: Vec<(String, i64)> = ask(&db, "SELECT key, at FROM idempotency").await?;
    db.close().await;
    let kept: HashMap<String, i64> = kept.into_iter().collect();
    let mut failed = Vec::new();
    for cut in memories.iter().flat_map(|memory| &memory.cut) {
        // The shop keeps a key by its hash, with the moment the request that did the deed was begun.
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(cut.key.as_bytes()));
        if kept.get(&hash).is_some_and(|at| *at <= cut.at) {
            failed.push(format!("{}: done, and its answer never came", cut.key));
        } else if cut.waited > UNREAD {
            failed.push(format!("{}: given up after {:.1} s", cut.key, cut.waited.as_secs_f64()));
        }
    }
    Ok(failed)
}

/// The faults `onshelf audit --offline` would find, for a shop in this process whose clock is told: holds are alive by
/// its time and not by the machine's.
pub async fn audit_here(shop: &Shop, tally: &mut Tally) {
    let found = onshelf_shop::ledger::faults(shop.db(), shop.now()).await;
    if let Some(faults) = tally.blame(found.map_err(Into::into)) {
        faults.iter().for_each(|fault| println!("{fault}"));
        println!("audit: {} faults", faults.len());
        tally.faults.extend(faults.into_iter().map(|fault| format!("the audit found a fault: {fault}")));
    }
}

/// `onshelf audit` on the server's database. The provider is reconciled where money was moved; of a backup that is
/// restored it knows more.
pub fn audit(launch: &Launch, tally: &mut Tally) {
    if let Some((status, said)) = tally.blame(launch.command(&["audit", "--offline"])) {
        println!("{said}");
        tally.check(status.success(), || format!("the audit found faults: {said}"));
    }
}
