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
      WHERE (r.status NOT IN ('pending', 'placed', 'picking', 'ready')
             AND EXISTS (SELECT 1 FROM holds h WHERE h.reservation_id = r.id AND h.state = 'live'))
         OR (r.status IN ('pending', 'placed', 'picking', 'ready') AND r.expires_at > $1
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

/// Numbers of reservations that left a shelf for another store or an address, but not unit by unit in the ledger,
/// or arrived otherwise than they left.
pub async fn journeys_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      SELECT r.number FROM reservations r
      WHERE r.way IN ('transfer', 'delivery')
        AND ((SELECT COALESCE(-SUM(delta), 0) FROM stock_movements m
              WHERE m.reference = r.number AND m.reason = 'dispatch')
           <> CASE WHEN r.status IN ('in_transfer', 'out_for_delivery', 'delivered', 'collected')
                     OR (r.way = 'transfer' AND EXISTS (SELECT 1 FROM stock_movements a
                         WHERE a.reference = r.number AND a.reason = 'arrive'))
                   THEN (SELECT COALESCE(SUM(quantity), 0) FROM reservation_lines l WHERE l.reservation_id = r.id)
                   ELSE 0 END
          OR (r.way = 'transfer' AND r.status IN ('ready', 'collected')
              AND (SELECT COALESCE(SUM(delta), 0) FROM stock_movements m
                   WHERE m.reference = r.number AND m.reason = 'arrive')
                <> (SELECT COALESCE(SUM(quantity), 0) FROM reservation_lines l WHERE l.reservation_id = r.id)))
      ORDER BY r.number";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// Numbers of what was not found whose units did not leave the book as such.
pub async fn losses_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      SELECT r.number FROM reservations r
      WHERE r.status = 'not_found'
        AND (SELECT COALESCE(SUM(quantity), 0) FROM holds h
             WHERE h.reservation_id = r.id AND h.state = 'consumed')
         <> (SELECT COALESCE(-SUM(delta), 0) FROM stock_movements m
             WHERE m.reference = r.number AND m.reason = 'not_found')
      ORDER BY r.number";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// Entries of the money book whose amounts do not sum to zero.
pub async fn entries_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql =
        "SELECT entry FROM money_entries GROUP BY entry, currency HAVING SUM(amount) <> 0 ORDER BY entry";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// References of payments whose captured money or finished refunds are not what the book says of their provider.
pub async fn payments_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      SELECT p.reference FROM payments p
      WHERE p.captured <> (SELECT COALESCE(SUM(m.amount), 0) FROM money_entries m
                           WHERE m.entry = 'capture:' || p.reference AND m.account = 'provider:' || p.provider)
         OR p.refunded <> (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r WHERE r.payment_id = p.id)
         OR (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r WHERE r.payment_id = p.id AND r.status = 'done')
          <> (SELECT COALESCE(-SUM(m.amount), 0) FROM money_entries m JOIN refunds r ON m.entry = 'refund:' || r.key
              WHERE r.payment_id = p.id AND m.account = 'provider:' || p.provider)
      ORDER BY p.reference";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// Numbers of orders that keep money they should not: what was captured and not refunded is more than what its
/// living and handed-over groups cost; or that are settled for less.
pub async fn orders_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      SELECT o.number FROM orders o
      WHERE o.provider IS NOT NULL
        AND (SELECT COALESCE(SUM(p.captured - p.refunded), 0) FROM payments p WHERE p.order_id = o.id)
          > (SELECT COALESCE(SUM(r.asked), 0) FROM reservations r
             WHERE r.order_id = o.id AND r.replaced = 0
               AND (r.status IN ('placed', 'picking', 'in_transfer', 'ready', 'out_for_delivery', 'collected',
                                 'delivered')
                    -- What was not found is owed until it is refunded or something else is taken for it.
                    OR (r.status = 'not_found'
                        AND NOT EXISTS (SELECT 1 FROM refunds f WHERE f.key LIKE 'group:' || r.number || ':%')
                        AND NOT EXISTS (SELECT 1 FROM reservations n WHERE n.offered_for = r.number
                                        AND n.status NOT IN ('pending', 'cancelled', 'expired')))))
      ORDER BY o.number";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// Numbers of orders that are settled although less money came than was asked.
pub async fn unpaid_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      SELECT o.number FROM orders o
      WHERE o.provider IS NOT NULL AND EXISTS (SELECT 1 FROM reservations r WHERE r.order_id = o.id
              AND r.status IN ('placed', 'picking', 'in_transfer', 'ready', 'out_for_delivery', 'collected',
                               'delivered'))
        AND o.settled_at IS NULL
      ORDER BY o.number";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// A variant that is sold, and what its product can be chosen by; both as they are kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ChosenRow {
    pub id: i64,
    pub sku: String,
    pub known: String,
    pub chosen: String,
}

/// Variants with option codes after `id`, in its order.
pub async fn chosen_after(tx: &mut Tx<'_>, id: i64, limit: i64) -> Result<Vec<ChosenRow>, Error> {
    let sql = "SELECT v.id, v.sku, p.options AS known, v.options AS chosen
               FROM variants v JOIN products p ON p.id = v.product_id
               WHERE v.id > $1 AND v.status = 'active' AND v.options <> '[]' ORDER BY v.id LIMIT $2";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(id).bind(limit).fetch_all(conn).await)?)
}
