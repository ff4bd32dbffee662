//! What the book says and the shelf does not hold: somebody looked for it and did not find it. It leaves the book
//! in the transaction of that word, so that it is sold to nobody until the shelf is counted.

use super::{
    Cause, LevelKey, announce, enter,
    holds::{change_held, end_holds},
    lock, open_level, shift,
};
use crate::{Error, Tx, engine::on};

/// Ends the live holds of a reservation and takes what they held off the book; answers the levels concerned.
pub async fn lose(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    cause: Cause<'_>,
) -> Result<Vec<(LevelKey, i64)>, Error> {
    let lost = end_holds(tx, reservation_id, "consumed").await?;
    for (key, quantity) in &lost {
        change_held(tx, *key, -*quantity).await?;
        write_off(tx, *key, *quantity, cause).await?;
    }
    Ok(lost)
}

/// The same for part of what a reservation holds, as variants in rising order. What is lost becomes the ended hold
/// of `other`, which the missing lines were split off to.
pub async fn lose_part(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    other: i64,
    missing: &[(i64, i64)],
    cause: Cause<'_>,
) -> Result<(), Error> {
    for (variant_id, quantity) in missing {
        let mut left = *quantity;
        for hold in live_holds_of(tx, reservation_id, *variant_id).await? {
            let gone = left.min(hold.quantity);
            if gone == 0 {
                break;
            }
            take_from_hold(tx, &hold, gone, other).await?;
            let key = LevelKey { store_id: hold.store_id, variant_id: *variant_id };
            change_held(tx, key, -gone).await?;
            write_off(tx, key, gone, cause).await?;
            left -= gone;
        }
        if left > 0 {
            return Err(Error::inconsistent("a line whose hold does not cover it"));
        }
    }
    Ok(())
}

/// What left on hand as sent is lost: the ledger takes it back, and lets it go as lost. On hand is as it was, as it has
/// left that already.
pub async fn lose_sent(tx: &mut Tx<'_>, sent: &[(LevelKey, i64)], cause: Cause<'_>) -> Result<(), Error> {
    for (key, quantity) in sent {
        enter(tx, *key, *quantity, Cause { reason: "came_back", ..cause }).await?;
        enter(tx, *key, -*quantity, cause).await?;
    }
    Ok(())
}

/// What left on hand as sent is there again. What was held of it is held no more, as if it had never left.
pub async fn return_sent(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    sent: &[(LevelKey, i64)],
    cause: Cause<'_>,
) -> Result<(), Error> {
    let sql = "UPDATE holds SET state = 'released' WHERE reservation_id = $1 AND state = 'consumed'";
    on!(tx, conn => sqlx::query(sql).bind(reservation_id).execute(conn).await.map(drop))?;
    for (key, quantity) in sent {
        open_level(tx, *key, 0, cause.at).await?;
        shift(tx, *key, *quantity, cause).await?;
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct OwnHold {
    id: i64,
    store_id: i64,
    quantity: i64,
}

async fn live_holds_of(tx: &mut Tx<'_>, reservation_id: i64, variant_id: i64) -> Result<Vec<OwnHold>, Error> {
    let sql = "SELECT id, store_id, quantity FROM holds
               WHERE reservation_id = $1 AND variant_id = $2 AND state = 'live' ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(reservation_id).bind(variant_id).fetch_all(conn).await)?)
}

/// Only from the hold as it was read: somebody who was quicker makes this run again.
async fn take_from_hold(tx: &mut Tx<'_>, hold: &OwnHold, gone: i64, other: i64) -> Result<(), Error> {
    let whole = "UPDATE holds SET reservation_id = $3, state = 'consumed'
                 WHERE id = $1 AND state = 'live' AND quantity = $2 AND $4 = $2";
    let part = "UPDATE holds SET quantity = quantity - $4
                WHERE id = $1 AND state = 'live' AND quantity = $2 AND $3 > 0";
    let sql = if gone == hold.quantity { whole } else { part };
    let done = on!(tx, conn => {
        sqlx::query(sql)
            .bind(hold.id)
            .bind(hold.quantity)
            .bind(other)
            .bind(gone)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    if done != 1 {
        return Err(Error::Contended);
    }
    if gone < hold.quantity {
        let sql = "INSERT INTO holds (reservation_id, store_id, variant_id, quantity, state, expires_at)
                   SELECT $2, store_id, variant_id, $3, 'consumed', expires_at FROM holds WHERE id = $1";
        on!(tx, conn => {
            sqlx::query(sql).bind(hold.id).bind(other).bind(gone).execute(conn).await.map(drop)
        })?;
    }
    Ok(())
}

/// Takes a quantity off on hand. Where the book has less already, the difference is entered as a correction, so that
/// the ledger says unit by unit what was looked for. This is no count: how old the number is stays as it was.
async fn write_off(tx: &mut Tx<'_>, key: LevelKey, quantity: i64, cause: Cause<'_>) -> Result<(), Error> {
    open_level(tx, key, 0, cause.at).await?;
    let there = lock(tx, key).await?.map_or(0, |level| level.on_hand).min(quantity);
    let sql = "UPDATE stock_levels SET on_hand = on_hand - $3 WHERE store_id = $1 AND variant_id = $2";
    on!(tx, conn => {
        sqlx::query(sql).bind(key.store_id).bind(key.variant_id).bind(there).execute(conn).await.map(drop)
    })?;
    if there < quantity {
        enter(tx, key, quantity - there, Cause { reason: "correction", ..cause }).await?;
    }
    enter(tx, key, -quantity, cause).await?;
    announce(tx, key, cause.at).await
}
