//! Holds of many reservations that are written together: a statement a table.

use sqlx::QueryBuilder;

use super::{LOCKED_IN_KEY_ORDER, LevelKey};
use crate::{Error, Tx, engine::on};

/// One reservation's share of a level.
#[derive(Clone, Copy, Debug)]
pub struct NewHold {
    pub reservation_id: i64,
    pub key: LevelKey,
    pub quantity: i64,
    pub expires_at: i64,
}

/// Takes from each level what all of them want of it. False: one of the levels has not that much to promise, and the
/// transaction has to be undone. Each level stands in `wanted` once; they are locked in key order, as levels always are.
pub async fn take_all(tx: &mut Tx<'_>, wanted: &[(LevelKey, i64)]) -> Result<bool, Error> {
    let from = match tx {
        Tx::Sqlite(_) => "FROM wanted",
        Tx::Postgres(_) => LOCKED_IN_KEY_ORDER,
    };
    let taken = on!(tx, conn: E => {
        let mut query = QueryBuilder::<E>::new("WITH wanted (store_id, variant_id, units) AS (");
        query.push_values(wanted, |mut values, (key, units)| {
            values.push_bind(key.store_id).push_bind(key.variant_id).push_bind(*units);
        });
        query.push(") UPDATE stock_levels SET held = held + taken.units FROM (SELECT wanted.* ").push(from).push(
            ") AS taken
               WHERE stock_levels.store_id = taken.store_id AND stock_levels.variant_id = taken.variant_id
                 AND on_hand - held - safety_stock >= taken.units",
        );
        query.build().execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(taken == wanted.len() as u64)
}

/// Enters the holds of what was taken, and leaves word that the levels have changed.
pub async fn enter_holds(
    tx: &mut Tx<'_>,
    holds: &[NewHold],
    levels: &[(LevelKey, i64)],
    now: i64,
) -> Result<(), Error> {
    on!(tx, conn: E => {
        let mut query = QueryBuilder::<E>::new(
            "INSERT INTO holds (reservation_id, store_id, variant_id, quantity, state, expires_at) ",
        );
        query.push_values(holds, |mut values, hold| {
            values
                .push_bind(hold.reservation_id)
                .push_bind(hold.key.store_id)
                .push_bind(hold.key.variant_id)
                .push_bind(hold.quantity)
                .push("'live'")
                .push_bind(hold.expires_at);
        });
        query.build().execute(conn).await.map(drop)
    })?;
    Ok(on!(tx, conn: E => {
        let mut query = QueryBuilder::<E>::new("INSERT INTO stock_changes (store_id, variant_id, at) ");
        query.push_values(levels, |mut values, (key, _)| {
            values.push_bind(key.store_id).push_bind(key.variant_id).push_bind(now);
        });
        query.build().execute(conn).await.map(drop)
    })?)
}
