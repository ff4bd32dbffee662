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

/// Numbers of what is over and has no end, and of what has one and goes on. Who is still to come is found by that
/// ([`crate::fulfilment::any_has`]).
pub async fn ends_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      SELECT r.number FROM reservations r
      WHERE (r.ended_at IS NULL)
         <> (r.status IN ('pending', 'placed', 'picking', 'ready', 'in_transfer', 'out_for_delivery'))
      ORDER BY r.number";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// Numbers of collected reservations whose hand-over is not in the ledger unit by unit, and of others for which it
/// is. What moved is summed first, here and below: it is found by no index.
pub async fn hand_overs_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      WITH moved AS (
        SELECT reference, -SUM(delta) AS units FROM stock_movements
        WHERE reason IN ('hand_over', 'taken_back') GROUP BY reference)
      SELECT r.number FROM reservations r LEFT JOIN moved ON moved.reference = r.number
      WHERE COALESCE(moved.units, 0)
         <> CASE WHEN r.status = 'collected'
            THEN (SELECT COALESCE(SUM(quantity), 0) FROM reservation_lines l WHERE l.reservation_id = r.id)
            ELSE 0 END
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
/// or arrived otherwise than they left. What did not come has left none as sent: the ledger has taken it back.
pub async fn journeys_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      WITH moved AS (
        SELECT reference, -SUM(CASE WHEN reason = 'arrive' THEN 0 ELSE delta END) AS gone,
          SUM(CASE WHEN reason = 'arrive' THEN delta ELSE 0 END) AS come,
          MAX(CASE WHEN reason = 'arrive' THEN 1 ELSE 0 END) AS arrived
        FROM stock_movements WHERE reason IN ('dispatch', 'came_back', 'arrive') GROUP BY reference)
      SELECT r.number FROM reservations r LEFT JOIN moved ON moved.reference = r.number
      WHERE r.way IN ('transfer', 'delivery')
        AND (COALESCE(moved.gone, 0)
           <> CASE WHEN r.status IN ('in_transfer', 'out_for_delivery', 'delivered', 'collected')
                     OR (r.way = 'transfer' AND COALESCE(moved.arrived, 0) = 1)
                   THEN (SELECT COALESCE(SUM(quantity), 0) FROM reservation_lines l WHERE l.reservation_id = r.id)
                   ELSE 0 END
          OR (r.way = 'transfer' AND r.status IN ('ready', 'collected')
              AND COALESCE(moved.come, 0)
                <> (SELECT COALESCE(SUM(quantity), 0) FROM reservation_lines l WHERE l.reservation_id = r.id)))
      ORDER BY r.number";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// Numbers of what was not found, or lost on its way, whose units did not leave the book as such.
pub async fn losses_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      WITH moved AS (
        SELECT reference, -SUM(delta) AS units FROM stock_movements
        WHERE reason IN ('not_found', 'lost') GROUP BY reference)
      SELECT r.number FROM reservations r LEFT JOIN moved ON moved.reference = r.number
      WHERE r.status = 'not_found'
        AND (SELECT COALESCE(SUM(quantity), 0) FROM holds h
             WHERE h.reservation_id = r.id AND h.state = 'consumed')
         <> COALESCE(moved.units, 0)
      ORDER BY r.number";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// Entries of the money book whose amounts do not sum to zero.
pub async fn entries_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql =
        "SELECT entry FROM money_entries GROUP BY entry, currency HAVING SUM(amount) <> 0 ORDER BY entry";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// References of payments whose captured money or finished refunds are not what the book says of their provider; or of
/// whose order the book says otherwise, as where a refund came back and its entry was not taken back.
pub async fn payments_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      SELECT p.reference FROM payments p
      WHERE p.captured <> (SELECT COALESCE(SUM(m.amount), 0) FROM money_entries m
                           WHERE m.entry = 'capture:' || p.reference AND m.account = 'provider:' || p.provider)
         OR p.refunded <> (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r
                            WHERE r.order_id = p.order_id AND r.payment_id = p.id)
         OR (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r
             WHERE r.order_id = p.order_id AND r.payment_id = p.id AND r.status = 'done')
          <> (SELECT COALESCE(-SUM(m.amount), 0) FROM money_entries m JOIN refunds r ON m.entry = 'refund:' || r.key
              WHERE r.order_id = p.order_id AND r.payment_id = p.id AND m.account = 'provider:' || p.provider)
         OR (SELECT COALESCE(SUM(m.amount), 0) FROM money_entries m
             WHERE m.order_id = p.order_id AND m.account = 'provider:' || p.provider)
          <> (SELECT COALESCE(SUM(o.captured), 0) FROM payments o
              WHERE o.order_id = p.order_id AND o.provider = p.provider)
           - (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r JOIN payments o ON o.id = r.payment_id
              WHERE r.order_id = p.order_id AND o.provider = p.provider AND r.status = 'done')
      ORDER BY p.reference";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// Numbers of groups that are asked for something else than their lines and their fee, with the tax on top or in it.
pub async fn charges_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      SELECT r.number FROM reservations r
      WHERE r.order_id IS NOT NULL
        AND r.asked <> r.total + r.fee AND r.asked <> r.total + r.fee + r.tax
      ORDER BY r.number";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// Numbers of orders whose sums are not those of their groups. Online these are the groups as they were ordered: what
/// is given up of them goes back, and what stands in for them is paid with their money. At the counter these are the
/// groups that go on, or, where none does, those that were given up. A basket that is only kept has no sums yet.
pub async fn sums_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      WITH counted AS (
        SELECT r.order_id, r.total, r.fee, r.tax, r.asked
        FROM reservations r JOIN orders o ON o.id = r.order_id
        WHERE r.replaced = 0 AND CASE
          WHEN o.provider IS NOT NULL THEN r.offered_for IS NULL AND NOT EXISTS
            (SELECT 1 FROM reservations w WHERE w.number = r.split_from AND w.offered_for IS NOT NULL)
          WHEN EXISTS (SELECT 1 FROM reservations g WHERE g.order_id = o.id AND g.replaced = 0
                       AND g.status NOT IN ('pending', 'not_found', 'cancelled', 'expired'))
            THEN r.status NOT IN ('pending', 'not_found', 'cancelled', 'expired')
          ELSE r.status IN ('cancelled', 'expired') END)
      SELECT o.number FROM orders o LEFT JOIN counted c ON c.order_id = o.id
      WHERE o.shopper NOT LIKE 'basket:%'
      GROUP BY o.id, o.number, o.subtotal, o.fees, o.tax, o.total
      HAVING o.subtotal <> COALESCE(SUM(c.total), 0) OR o.fees <> COALESCE(SUM(c.fee), 0)
          OR o.tax <> COALESCE(SUM(c.tax), 0) OR o.total <> COALESCE(SUM(c.asked), 0)
      ORDER BY o.number";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// Numbers of orders that keep money they should not: what was captured and not refunded is more than what its
/// living and handed-over groups cost.
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

/// Numbers of orders that a provider is to be paid for and that go on although nothing says they are.
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

/// How far an order's money may be from what it costs, in minor units: what went back for part of a line was rounded,
/// by less than one a group; where nothing went back for the order itself, by nothing.
const ROUNDED: &str = "
    CASE WHEN EXISTS (SELECT 1 FROM refunds f WHERE f.order_id = o.id AND f.key LIKE 'group:' || o.number || '/%')
      THEN (SELECT COUNT(*) FROM reservations r WHERE r.order_id = o.id) ELSE 0 END";

/// Numbers of orders that are settled although less money came than they cost, in their currency. What never was for
/// them (another amount, paid twice, too late) goes back as a whole and does not count.
pub async fn underpaid_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT o.number FROM orders o
         WHERE o.settled_at IS NOT NULL
           AND (SELECT COALESCE(SUM(p.captured), 0) FROM payments p
                WHERE p.order_id = o.id AND p.currency = o.currency)
             - (SELECT COALESCE(SUM(f.amount), 0) FROM refunds f JOIN payments p ON p.id = f.payment_id
                WHERE f.order_id = o.id AND p.currency = o.currency
                  AND f.key LIKE 'capture:' || p.reference || '%')
             + {ROUNDED} < o.total
         ORDER BY o.number"
    ));
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// Numbers of orders of which more went back with their groups than what is not had of them any more. What went back
/// for the order itself, as a partner gave it or a change made it cheaper, is no group's.
pub async fn given_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT o.number FROM orders o
         WHERE o.settled_at IS NOT NULL
           AND (SELECT COALESCE(SUM(f.amount), 0) FROM refunds f WHERE f.order_id = o.id
                  AND f.key LIKE 'group:%' AND f.key NOT LIKE 'group:' || o.number || '/%')
             > o.total + {ROUNDED}
             - (SELECT COALESCE(SUM(r.asked), 0) FROM reservations r
                WHERE r.order_id = o.id AND r.replaced = 0
                  AND r.status IN ('placed', 'picking', 'in_transfer', 'ready', 'out_for_delivery', 'collected',
                                   'delivered'))
         ORDER BY o.number"
    ));
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// Numbers of groups that were handed over and are not booked as the sale they are; or are booked and were not handed
/// over. What is paid at a till is that till's sale; a hand-over taken back has a sale and its reverse.
pub async fn sales_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "
      WITH sold AS (
        SELECT r.number, r.order_id,
          CASE WHEN o.settled_at IS NOT NULL AND r.status IN ('collected', 'delivered')
            THEN r.asked ELSE 0 END AS asked,
          CASE WHEN o.settled_at IS NOT NULL AND r.status IN ('collected', 'delivered')
            THEN r.tax ELSE 0 END AS tax
        FROM reservations r JOIN orders o ON o.id = r.order_id),
      booked AS (
        SELECT s.number, s.asked, s.tax,
          COALESCE(SUM(CASE WHEN m.account = 'customer' THEN m.amount ELSE 0 END), 0) AS paid,
          COALESCE(SUM(CASE WHEN m.account = 'tax' THEN -m.amount ELSE 0 END), 0) AS taxed
        FROM sold s LEFT JOIN money_entries m ON m.order_id = s.order_id
          AND (m.entry = 'sale:' || s.number OR m.entry LIKE 'sale:' || s.number || ':%'
               OR m.entry LIKE 'unsold:' || s.number || ':%')
        GROUP BY s.number, s.asked, s.tax)
      SELECT number FROM booked WHERE asked <> paid OR tax <> taxed
      ORDER BY number";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await)?)
}

/// Keys of refunds that were refused or given up: nobody carries them out unless a person does.
pub async fn refunds_off(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let sql = "SELECT key FROM refunds WHERE status = 'failed' ORDER BY key";
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
