//! Stock levels and the movement ledger; what is held of them, and which have changed. Every change is one conditional
//! write: the database refuses what is not there, nobody reads first and writes later. Every change of a level also
//! leaves a row in `stock_changes`, which is how each process learns of it.

mod changes;
mod holds;
mod lost;
mod many;

pub use changes::{ChangeRow, announce, changes_after, changes_within, forget_changes, last_change};
pub use holds::{
    LiveHoldRow, all_live_holds, consume, held_by, held_in_all, hold, hold_again, keep_until, live_holds,
    lock_in_order, next_to_end, ran_out, receive, release, sweep,
};
pub use lost::{lose, lose_part, lose_sent, return_sent};
pub use many::{NewHold, enter_holds, take_all};

use onshelf_vocabulary::stock::MOST_ON_HAND;
use sqlx::QueryBuilder;

use crate::{
    Error, Tx,
    engine::{kept, on},
};

/// A level: one variant at one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LevelKey {
    pub store_id: i64,
    pub variant_id: i64,
}

/// How many of one variant stand at one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LevelRow {
    pub store_id: i64,
    pub variant_id: i64,
    pub on_hand: i64,
    /// The sum of the live holds, those past their moment included until somebody sweeps them.
    pub held: i64,
    pub safety_stock: i64,
    /// When the number was last confirmed by a count, a sale or a movement. Unix milliseconds.
    pub checked_at: i64,
}

impl LevelRow {
    #[must_use]
    pub const fn key(&self) -> LevelKey {
        LevelKey { store_id: self.store_id, variant_id: self.variant_id }
    }
}

/// Locks the levels of `wanted` on PostgreSQL, in key order: without it a statement takes rows in whatever order its plan
/// finds them.
const LOCKED_IN_KEY_ORDER: &str = "FROM wanted JOIN stock_levels l
       ON l.store_id = wanted.store_id AND l.variant_id = wanted.variant_id
     ORDER BY l.store_id, l.variant_id FOR UPDATE OF l";

/// Levels asked for in one statement: two parameters each, well below what either engine takes.
const TOGETHER: usize = 500;

/// Why and by whom a level changes.
#[derive(Clone, Copy, Debug)]
pub struct Cause<'a> {
    /// `sale`, `count`, `received`, `hand_over`, `taken_back`, `dispatch`, `came_back`, `lost`, `not_found`, `correction`, …
    pub reason: &'a str,
    /// The till's receipt, the delivery note, the reservation's number.
    pub reference: &'a str,
    pub actor: &'a str,
    pub at: i64,
}

/// The next `limit` levels after one, those of one variant together and in the order of their stores. Variants and stores
/// are numbered from 1.
pub async fn levels_after(tx: &mut Tx<'_>, after: LevelKey, limit: i64) -> Result<Vec<LevelRow>, Error> {
    let sql = "SELECT * FROM stock_levels WHERE (variant_id, store_id) > ($1, $2)
               ORDER BY variant_id, store_id LIMIT $3";
    Ok(on!(tx, conn => {
        sqlx::query_as(sql).bind(after.variant_id).bind(after.store_id).bind(limit).fetch_all(conn).await
    })?)
}

/// These levels, in no order; a level that does not exist is left out.
pub async fn levels(tx: &mut Tx<'_>, keys: &[LevelKey]) -> Result<Vec<LevelRow>, Error> {
    let mut levels = Vec::with_capacity(keys.len());
    for keys in keys.chunks(TOGETHER) {
        levels.extend(on!(tx, conn: E => {
            let mut query = wanted::<E>(keys);
            query.push(
                " SELECT l.* FROM wanted JOIN stock_levels l
                     ON l.store_id = wanted.store_id AND l.variant_id = wanted.variant_id",
            );
            query.build_query_as::<LevelRow>().fetch_all(conn).await
        })?);
    }
    Ok(levels)
}

/// How a query about these levels begins, which it then knows as `wanted`.
fn wanted<E>(keys: &[LevelKey]) -> QueryBuilder<E>
where
    E: sqlx::Database,
    for<'q> i64: sqlx::Encode<'q, E> + sqlx::Type<E>,
{
    let mut query = QueryBuilder::new("WITH wanted (store_id, variant_id) AS (");
    query.push_values(keys, |mut values, key| {
        values.push_bind(key.store_id).push_bind(key.variant_id);
    });
    query.push(")");
    query
}

/// None where the store never had any.
pub async fn level(tx: &mut Tx<'_>, key: LevelKey) -> Result<Option<LevelRow>, Error> {
    let sql = "SELECT * FROM stock_levels WHERE store_id = $1 AND variant_id = $2";
    Ok(
        on!(tx, conn => sqlx::query_as(sql).bind(key.store_id).bind(key.variant_id).fetch_optional(conn).await)?,
    )
}

/// Adds `delta` to on hand. False: the level would fall below zero or hold more than a shelf does, or does not exist;
/// nothing changed.
pub async fn shift(tx: &mut Tx<'_>, key: LevelKey, delta: i64, cause: Cause<'_>) -> Result<bool, Error> {
    let sql = "UPDATE stock_levels SET on_hand = on_hand + $3,
                 checked_at = CASE WHEN checked_at > $4 THEN checked_at ELSE $4 END
               WHERE store_id = $1 AND variant_id = $2 AND on_hand + $3 >= 0 AND on_hand + $3 <= $5";
    let done = on!(tx, conn => {
        sqlx::query(sql)
            .bind(key.store_id)
            .bind(key.variant_id)
            .bind(delta)
            .bind(cause.at)
            .bind(MOST_ON_HAND)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    if done == 0 {
        return Ok(false);
    }
    enter(tx, key, delta, cause).await?;
    announce(tx, key, cause.at).await?;
    Ok(true)
}

/// Makes sure that a level exists, with nothing on hand.
pub async fn open_level(tx: &mut Tx<'_>, key: LevelKey, safety_stock: i64, at: i64) -> Result<(), Error> {
    let sql = "INSERT INTO stock_levels (store_id, variant_id, on_hand, held, safety_stock, checked_at)
               VALUES ($1, $2, 0, 0, $3, $4) ON CONFLICT (store_id, variant_id) DO NOTHING";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(key.store_id)
            .bind(key.variant_id)
            .bind(safety_stock)
            .bind(at)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Takes what a till sold. A sale is a fact: where the book has less, the book was wrong, and the difference is
/// entered as a correction, so that on hand stays at zero and the ledger still adds up.
pub async fn sell(tx: &mut Tx<'_>, key: LevelKey, quantity: i64, cause: Cause<'_>) -> Result<(), Error> {
    if shift(tx, key, -quantity, cause).await? {
        return Ok(());
    }
    open_level(tx, key, 0, cause.at).await?;
    let left = lock(tx, key).await?.map_or(0, |level| level.on_hand);
    if left < quantity {
        let found = Cause { reason: "correction", ..cause };
        shift(tx, key, quantity - left, found).await?;
    }
    shift(tx, key, -quantity, cause).await?;
    Ok(())
}

/// Sets on hand to what was counted; answers by how much the book was off. A count older than the last word
/// about the level is stale and changes nothing (`None`).
pub async fn count(
    tx: &mut Tx<'_>,
    key: LevelKey,
    on_hand: i64,
    counted_at: i64,
    cause: Cause<'_>,
) -> Result<Option<i64>, Error> {
    open_level(tx, key, 0, counted_at).await?;
    let Some(level) = lock(tx, key).await? else {
        return Err(Error::inconsistent("a level that was just opened is not there"));
    };
    if level.checked_at > counted_at {
        return Ok(None);
    }
    let delta = on_hand - level.on_hand;
    let sql = "UPDATE stock_levels SET on_hand = $3, checked_at = $4 WHERE store_id = $1 AND variant_id = $2";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(key.store_id)
            .bind(key.variant_id)
            .bind(on_hand)
            .bind(counted_at)
            .execute(conn)
            .await
            .map(drop)
    })?;
    if delta != 0 {
        enter(tx, key, delta, cause).await?;
    }
    announce(tx, key, cause.at).await?;
    Ok(Some(delta))
}

/// How much of a level is kept back from promises.
pub async fn set_safety(tx: &mut Tx<'_>, key: LevelKey, safety_stock: i64) -> Result<(), Error> {
    let sql = "UPDATE stock_levels SET safety_stock = $3 WHERE store_id = $1 AND variant_id = $2";
    on!(tx, conn => {
        sqlx::query(sql).bind(key.store_id).bind(key.variant_id).bind(safety_stock).execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// Reads a level and keeps others from changing it until the transaction ends (SQLite has one writer anyway).
async fn lock(tx: &mut Tx<'_>, key: LevelKey) -> Result<Option<LevelRow>, Error> {
    let kept = kept(tx);
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT * FROM stock_levels WHERE store_id = $1 AND variant_id = $2{kept}"
    ));
    Ok(
        on!(tx, conn => sqlx::query_as(sql).bind(key.store_id).bind(key.variant_id).fetch_optional(conn).await)?,
    )
}

async fn enter(tx: &mut Tx<'_>, key: LevelKey, delta: i64, cause: Cause<'_>) -> Result<(), Error> {
    let sql = "INSERT INTO stock_movements (store_id, variant_id, delta, reason, reference, actor, at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(key.store_id)
            .bind(key.variant_id)
            .bind(delta)
            .bind(cause.reason)
            .bind(cause.reference)
            .bind(cause.actor)
            .bind(cause.at)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Opens many levels at once with what is on hand, and enters it in the ledger. For the first load of a store:
/// levels that exist are left alone.
pub async fn stock_up(tx: &mut Tx<'_>, levels: &[LevelRow], cause: Cause<'_>) -> Result<(), Error> {
    for chunk in levels.chunks(1000) {
        let opened: Vec<(i64, i64, i64)> = on!(tx, conn: E => {
            let mut query = QueryBuilder::<E>::new(
                "INSERT INTO stock_levels (store_id, variant_id, on_hand, held, safety_stock, checked_at) ",
            );
            query.push_values(chunk, |mut row, level| {
                row.push_bind(level.store_id)
                    .push_bind(level.variant_id)
                    .push_bind(level.on_hand)
                    .push("0")
                    .push_bind(level.safety_stock)
                    .push_bind(level.checked_at);
            });
            query.push(
                " ON CONFLICT (store_id, variant_id) DO NOTHING RETURNING store_id, variant_id, on_hand",
            );
            query.build_query_as().fetch_all(conn).await
        })?;
        let entries: Vec<_> = opened.into_iter().filter(|(_, _, on_hand)| *on_hand > 0).collect();
        if entries.is_empty() {
            continue;
        }
        on!(tx, conn: E => {
            let mut query = QueryBuilder::<E>::new(
                "INSERT INTO stock_movements (store_id, variant_id, delta, reason, reference, actor, at) ",
            );
            query.push_values(&entries, |mut row, (store_id, variant_id, on_hand)| {
                row.push_bind(*store_id)
                    .push_bind(*variant_id)
                    .push_bind(*on_hand)
                    .push_bind(cause.reason)
                    .push_bind(cause.reference)
                    .push_bind(cause.actor)
                    .push_bind(cause.at);
            });
            query.build().execute(conn).await.map(drop)
        })?;
    }
    Ok(())
}
