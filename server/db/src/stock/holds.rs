//! What is held of a level for whom, and until when.

use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::{Cause, LOCKED_IN_KEY_ORDER, LevelKey, TOGETHER, announce, open_level, sell, shift, wanted};
use crate::{Error, Tx, engine::on, postgres::in_time};

/// A live hold of one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LiveHoldRow {
    pub store_id: i64,
    pub variant_id: i64,
    pub quantity: i64,
    pub expires_at: i64,
}

impl LiveHoldRow {
    #[must_use]
    pub const fn key(&self) -> LevelKey {
        LevelKey { store_id: self.store_id, variant_id: self.variant_id }
    }
}

/// What is held of every level, summed by when it ends.
pub async fn all_live_holds(tx: &mut Tx<'_>) -> Result<Vec<LiveHoldRow>, Error> {
    let sql = "SELECT store_id, variant_id, CAST(SUM(quantity) AS BIGINT) AS quantity, expires_at FROM holds
               WHERE state = 'live' GROUP BY store_id, variant_id, expires_at";
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await)?)
}

/// What is held of these levels, summed by when it ends: what thousands hold until a store closes is one row. Each level
/// holds at most `most` units; what has come to it since is left to its own change.
pub async fn live_holds(tx: &mut Tx<'_>, keys: &[LevelKey], most: i64) -> Result<Vec<LiveHoldRow>, Error> {
    // As many as that in the order of their index: by its statistics PostgreSQL would read all that is held in the shop for
    // each level, before it has any and where everybody wants the same.
    let theirs = match tx {
        Tx::Sqlite(_) => {
            "JOIN holds h ON h.store_id = wanted.store_id AND h.variant_id = wanted.variant_id AND h.state = 'live'"
                .to_owned()
        }
        Tx::Postgres(_) => format!(
            "CROSS JOIN LATERAL (SELECT * FROM holds WHERE store_id = wanted.store_id
               AND variant_id = wanted.variant_id AND state = 'live' ORDER BY expires_at LIMIT {most}) h"
        ),
    };
    let mut holds = Vec::new();
    for keys in keys.chunks(TOGETHER) {
        holds.extend(on!(tx, conn: E => {
            let mut query = wanted::<E>(keys);
            query.push(" SELECT h.store_id, h.variant_id, CAST(SUM(h.quantity) AS BIGINT) AS quantity, h.expires_at FROM wanted ");
            query.push(&theirs).push(" GROUP BY h.store_id, h.variant_id, h.expires_at");
            query.build_query_as::<LiveHoldRow>().fetch_all(conn).await
        })?);
    }
    Ok(holds)
}

/// The holds of one level that end next after `now`, at most `most` of them, the soonest first.
pub async fn next_to_end(
    tx: &mut Tx<'_>,
    key: LevelKey,
    now: i64,
    most: i64,
) -> Result<Vec<LiveHoldRow>, Error> {
    let sql = "SELECT store_id, variant_id, quantity, expires_at FROM holds
               WHERE store_id = $1 AND variant_id = $2 AND state = 'live' AND expires_at > $3
               ORDER BY expires_at LIMIT $4";
    Ok(on!(tx, conn => {
        sqlx::query_as(sql)
            .bind(key.store_id)
            .bind(key.variant_id)
            .bind(now)
            .bind(most)
            .fetch_all(conn)
            .await
    })?)
}

/// Units of these levels whose hold has run out and that nobody has swept yet: they are in `held` and promised to
/// nobody. A level without any is left out.
pub async fn ran_out(tx: &mut Tx<'_>, keys: &[LevelKey], now: i64) -> Result<Vec<(LevelKey, i64)>, Error> {
    let mut units = Vec::new();
    for keys in keys.chunks(TOGETHER) {
        let rows: Vec<(i64, i64, i64)> = on!(tx, conn: E => {
            let mut query = wanted::<E>(keys);
            query.push(
                " SELECT h.store_id, h.variant_id, CAST(SUM(h.quantity) AS BIGINT) FROM wanted JOIN holds h
                    ON h.store_id = wanted.store_id AND h.variant_id = wanted.variant_id AND h.state = 'live'
                  WHERE h.expires_at <= ",
            );
            query.push_bind(now).push(" GROUP BY h.store_id, h.variant_id");
            query.build_query_as().fetch_all(conn).await
        })?;
        let level = |(store_id, variant_id, quantity)| (LevelKey { store_id, variant_id }, quantity);
        units.extend(rows.into_iter().map(level));
    }
    Ok(units)
}

/// Locks what these reservations hold, and these levels, in key order until the transaction is over: for whoever goes on
/// to give back and take group by group, which is another order. SQLite has one writer.
pub async fn lock_in_order(tx: &mut Tx<'_>, reservations: &[i64], levels: &[LevelKey]) -> Result<(), Error> {
    let Tx::Postgres(conn) = tx else { return Ok(()) };
    if reservations.is_empty() && levels.is_empty() {
        return Ok(());
    }
    let mut query = QueryBuilder::<Postgres>::new(
        "WITH wanted AS (SELECT store_id, variant_id FROM holds WHERE reservation_id = ANY(",
    );
    query.push_bind(reservations).push(") AND state = 'live' UNION SELECT * FROM unnest(");
    query.push_bind(levels.iter().map(|key| key.store_id).collect::<Vec<_>>()).push(", ");
    query.push_bind(levels.iter().map(|key| key.variant_id).collect::<Vec<_>>()).push(")) SELECT 1 ");
    let locked = query.push(LOCKED_IN_KEY_ORDER).build().execute(&mut **conn);
    in_time(locked).await?;
    Ok(())
}

/// What a reservation holds.
pub async fn held_by(tx: &mut Tx<'_>, reservation_id: i64) -> Result<Vec<(LevelKey, i64)>, Error> {
    let sql = "SELECT store_id, variant_id, quantity FROM holds WHERE reservation_id = $1 AND state = 'live'";
    let rows: Vec<(i64, i64, i64)> =
        on!(tx, conn => sqlx::query_as(sql).bind(reservation_id).fetch_all(conn).await)?;
    let held = |(store_id, variant_id, quantity)| (LevelKey { store_id, variant_id }, quantity);
    Ok(rows.into_iter().map(held).collect())
}

/// Takes `quantity` of what is available to promise into a hold. False: there was not enough, nothing changed.
pub async fn hold(
    tx: &mut Tx<'_>,
    key: LevelKey,
    reservation_id: i64,
    quantity: i64,
    expires_at: i64,
    now: i64,
) -> Result<bool, Error> {
    // What has run out counts as gone: swept only when it stands in the way, so the common path is one write.
    let taken =
        take(tx, key, quantity).await? || (sweep(tx, key, now).await? && take(tx, key, quantity).await?);
    if !taken {
        return Ok(false);
    }
    enter_hold(tx, key, reservation_id, quantity, expires_at).await?;
    announce(tx, key, now).await?;
    Ok(true)
}

async fn enter_hold(
    tx: &mut Tx<'_>,
    key: LevelKey,
    reservation_id: i64,
    quantity: i64,
    expires_at: i64,
) -> Result<(), Error> {
    let sql = "INSERT INTO holds (reservation_id, store_id, variant_id, quantity, state, expires_at)
               VALUES ($1, $2, $3, $4, 'live', $5)";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(reservation_id)
            .bind(key.store_id)
            .bind(key.variant_id)
            .bind(quantity)
            .bind(expires_at)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

async fn take(tx: &mut Tx<'_>, key: LevelKey, quantity: i64) -> Result<bool, Error> {
    let sql = "UPDATE stock_levels SET held = held + $3
               WHERE store_id = $1 AND variant_id = $2 AND on_hand - held - safety_stock >= $3";
    let done = on!(tx, conn => {
        sqlx::query(sql)
            .bind(key.store_id)
            .bind(key.variant_id)
            .bind(quantity)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// Gives back the holds of a level that have run out. True: there were any, and its units may be there again. On
/// PostgreSQL the level is locked before its holds, as by everybody; then whoever was waited for may have given back what
/// had run out. What somebody keeps longer at this moment has not, and is passed by.
pub async fn sweep(tx: &mut Tx<'_>, key: LevelKey, now: i64) -> Result<bool, Error> {
    const OVER: &str = "store_id = $1 AND variant_id = $2 AND state = 'live' AND expires_at <= $3";
    let (those, was_locked) = match tx {
        Tx::Sqlite(_) => (OVER.to_owned(), false),
        Tx::Postgres(conn) => {
            if !lock_where_over(conn, key, now).await? {
                return Ok(false);
            }
            // As one list: by its statistics PostgreSQL might look for each of them in all that was ever held.
            let list = format!("SELECT id FROM holds WHERE {OVER} FOR UPDATE SKIP LOCKED");
            (format!("id = ANY(ARRAY({list}))"), true)
        }
    };
    let sql =
        sqlx::AssertSqlSafe(format!("UPDATE holds SET state = 'released' WHERE {those} RETURNING quantity"));
    let released: Vec<i64> = on!(tx, conn => {
        sqlx::query_scalar(sql).bind(key.store_id).bind(key.variant_id).bind(now).fetch_all(conn).await
    })?;
    let units: i64 = released.iter().sum();
    if units > 0 {
        change_held(tx, key, -units).await?;
        announce(tx, key, now).await?;
    }
    Ok(was_locked || units > 0)
}

/// Locks a level of which something has run out; false where nothing has, and nobody is waited for.
async fn lock_where_over(conn: &mut PgConnection, key: LevelKey, now: i64) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM stock_levels WHERE store_id = $1 AND variant_id = $2 AND EXISTS
                 (SELECT 1 FROM holds
                  WHERE store_id = $1 AND variant_id = $2 AND state = 'live' AND expires_at <= $3)
               FOR UPDATE";
    let found = sqlx::query(sql).bind(key.store_id).bind(key.variant_id).bind(now).fetch_optional(conn);
    Ok(in_time(found).await?.is_some())
}

/// Changes what a level holds, whatever safety stock says: holds that end (below zero), or what has just come for
/// somebody.
pub(super) async fn change_held(tx: &mut Tx<'_>, key: LevelKey, by: i64) -> Result<(), Error> {
    let sql = "UPDATE stock_levels SET held = held + $3 WHERE store_id = $1 AND variant_id = $2";
    on!(tx, conn => {
        sqlx::query(sql).bind(key.store_id).bind(key.variant_id).bind(by).execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// Ends the live holds of a reservation and gives the stock back; answers the levels concerned.
pub async fn release(tx: &mut Tx<'_>, reservation_id: i64, now: i64) -> Result<Vec<(LevelKey, i64)>, Error> {
    let ended = end_holds(tx, reservation_id, "released").await?;
    for (key, quantity) in &ended {
        change_held(tx, *key, -*quantity).await?;
        announce(tx, *key, now).await?;
    }
    Ok(ended)
}

/// Ends the live holds of a reservation and takes what they held off the shelf's book: the hand-over.
pub async fn consume(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    cause: Cause<'_>,
) -> Result<Vec<(LevelKey, i64)>, Error> {
    let ended = end_holds(tx, reservation_id, "consumed").await?;
    for (key, quantity) in &ended {
        change_held(tx, *key, -*quantity).await?;
        sell(tx, *key, *quantity, cause).await?;
    }
    Ok(ended)
}

/// What has come for a reservation is on hand at its store, and held there.
pub async fn receive(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    lines: &[(LevelKey, i64)],
    expires_at: i64,
    cause: Cause<'_>,
) -> Result<(), Error> {
    for (key, quantity) in lines {
        open_level(tx, *key, 0, cause.at).await?;
        shift(tx, *key, *quantity, cause).await?;
        change_held(tx, *key, *quantity).await?;
        enter_hold(tx, *key, reservation_id, *quantity, expires_at).await?;
    }
    Ok(())
}

/// What was consumed of a store's shelf for a reservation is on hand again, and held there until `expires_at`.
pub async fn hold_again(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    store_id: i64,
    expires_at: i64,
    cause: Cause<'_>,
) -> Result<(), Error> {
    let sql = "UPDATE holds SET state = 'live', expires_at = $3
               WHERE reservation_id = $1 AND store_id = $2 AND state = 'consumed'
               RETURNING variant_id, quantity";
    let mut rows: Vec<(i64, i64)> = on!(tx, conn => {
        sqlx::query_as(sql).bind(reservation_id).bind(store_id).bind(expires_at).fetch_all(conn).await
    })?;
    // Levels are always locked in key order, so that two writers never wait for each other.
    rows.sort_unstable();
    for (variant_id, quantity) in rows {
        let key = LevelKey { store_id, variant_id };
        shift(tx, key, quantity, cause).await?;
        change_held(tx, key, quantity).await?;
    }
    Ok(())
}

/// Keeps the live holds of a reservation until another moment; answers how many units are still held.
pub async fn keep_until(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    expires_at: i64,
    now: i64,
) -> Result<i64, Error> {
    let sql = "UPDATE holds SET expires_at = $2 WHERE reservation_id = $1 AND state = 'live'
               RETURNING store_id, variant_id, quantity";
    let kept: Vec<(i64, i64, i64)> = on!(tx, conn => {
        sqlx::query_as(sql).bind(reservation_id).bind(expires_at).fetch_all(conn).await
    })?;
    let units = kept.iter().map(|(_, _, quantity)| quantity).sum();
    for (store_id, variant_id, _) in kept {
        announce(tx, LevelKey { store_id, variant_id }, now).await?;
    }
    Ok(units)
}

/// Levels come before their holds, for whoever sweeps a level of what has run out is at these holds, too: PostgreSQL
/// locks them in key order in the same statement.
pub(super) async fn end_holds(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    state: &str,
) -> Result<Vec<(LevelKey, i64)>, Error> {
    let (levels, locked) = match tx {
        Tx::Sqlite(_) => (String::new(), ""),
        Tx::Postgres(_) => {
            let own = "SELECT store_id, variant_id FROM holds WHERE reservation_id = $1 AND state = 'live'";
            let locked = format!("SELECT 1 {LOCKED_IN_KEY_ORDER}");
            (
                format!("WITH wanted AS ({own}), locked AS ({locked}) "),
                " AND (SELECT COUNT(*) FROM locked) > 0",
            )
        }
    };
    let sql = sqlx::AssertSqlSafe(format!(
        "{levels}UPDATE holds SET state = $2 WHERE reservation_id = $1 AND state = 'live'{locked}
               RETURNING store_id, variant_id, quantity"
    ));
    let mut rows: Vec<(i64, i64, i64)> = on!(tx, conn => {
        sqlx::query_as(sql).bind(reservation_id).bind(state).fetch_all(conn).await
    })?;
    // Levels are always locked in key order, so that two writers never wait for each other.
    rows.sort_unstable();
    Ok(rows
        .into_iter()
        .map(|(store_id, variant_id, quantity)| (LevelKey { store_id, variant_id }, quantity))
        .collect())
}

/// Live holds, and the units they keep.
pub async fn held_in_all(tx: &mut Tx<'_>) -> Result<(i64, i64), Error> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM holds WHERE state = 'live'";
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_one(conn).await)?)
}
