//! The audit's questions: do the books agree with themselves? Each answers the rows that do not.

use crate::{Error, Tx, engine::on};

/// Two numbers that should be one.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Mismatch {
    pub store: String,
    pub sku: String,
    pub booked: i64,
    pub summed: i64,
}

const LEVELS: &str = "
    SELECT stores.code AS store, variants.sku AS sku, levels.on_hand AS booked,
      CAST(COALESCE((SELECT SUM(delta) FROM stock_movements m
        WHERE m.store_id = levels.store_id AND m.variant_id = levels.variant_id), 0) AS BIGINT) AS summed
    FROM stock_levels levels JOIN stores ON stores.id = levels.store_id
      JOIN variants ON variants.id = levels.variant_id";

const HELD: &str = "
    SELECT stores.code AS store, variants.sku AS sku, levels.held AS booked,
      CAST(COALESCE((SELECT SUM(quantity) FROM holds h WHERE h.store_id = levels.store_id
        AND h.variant_id = levels.variant_id AND h.state = 'live'), 0) AS BIGINT) AS summed
    FROM stock_levels levels JOIN stores ON stores.id = levels.store_id
      JOIN variants ON variants.id = levels.variant_id";

/// Levels whose on hand is not the sum of their movements.
pub async fn levels_off(tx: &mut Tx<'_>) -> Result<Vec<Mismatch>, Error> {
    mismatches(tx, LEVELS).await
}

/// Levels whose held is not the sum of their live holds.
pub async fn held_off(tx: &mut Tx<'_>) -> Result<Vec<Mismatch>, Error> {
    mismatches(tx, HELD).await
}

async fn mismatches(tx: &mut Tx<'_>, inner: &str) -> Result<Vec<Mismatch>, Error> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT * FROM ({inner}) AS books WHERE booked <> summed ORDER BY store, sku"
    ));
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await)?)
}

/// Numbers of ended reservations that still hold stock, and of live ones whose holds do not cover their lines.
pub async fn holds_off(tx: &mut Tx<'_>, now: i64) -> Result<Vec<String>, Error> {
    let sql = "
      SELECT r.number FROM reservations r
      WHERE (r.status NOT IN ('placed', 'picking', 'ready')
             AND EXISTS (SELECT 1 FROM holds h WHERE h.reservation_id = r.id AND h.state = 'live'))
         OR (r.status IN ('placed', 'picking', 'ready') AND r.expires_at > $1
             AND (SELECT COALESCE(SUM(quantity), 0) FROM reservation_lines l WHERE l.reservation_id = r.id)
              <> (SELECT COALESCE(SUM(quantity), 0) FROM holds h
                  WHERE h.reservation_id = r.id AND h.state = 'live'))
      ORDER BY r.number";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).bind(now).fetch_all(conn).await)?)
}

/// Numbers of collected reservations whose hand-over is not in the ledger unit by unit.
pub async fn hand_overs_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      SELECT r.number FROM reservations r
      WHERE r.status = 'collected'
        AND (SELECT COALESCE(SUM(quantity), 0) FROM reservation_lines l WHERE l.reservation_id = r.id)
         <> (SELECT COALESCE(-SUM(delta), 0) FROM stock_movements m
             WHERE m.reference = r.number AND m.reason = 'hand_over')
      ORDER BY r.number";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// Numbers of reservations whose total is not the sum of their lines.
pub async fn totals_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      SELECT r.number FROM reservations r
      WHERE r.total <> (SELECT COALESCE(SUM(quantity * price), 0) FROM reservation_lines l
                        WHERE l.reservation_id = r.id)
      ORDER BY r.number";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}
