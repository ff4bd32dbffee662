//! Money that goes back: set apart, bounded by what was captured, and carried out once.

use super::{Look, PaymentRow};
use crate::{
    Error, Tx,
    engine::{on, passing_by},
};

/// Money set apart to go back. Its `key` makes it once, here and at the provider.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct RefundRow {
    pub id: i64,
    pub payment_id: i64,
    pub order_id: i64,
    pub key: String,
    pub amount: i64,
    pub reason: String,
    /// `requested`, `done`, `failed`.
    pub status: String,
    pub provider_id: Option<String>,
    pub due_at: Option<i64>,
    pub tries: i64,
    pub created_at: i64,
    pub done_at: Option<i64>,
    pub last_error: Option<String>,
}

/// Sets `amount` of a payment apart for a refund. False: not that much is left, nothing changed.
pub async fn request_refund(
    tx: &mut Tx<'_>,
    payment_id: i64,
    key: &str,
    amount: i64,
    reason: &str,
    now: i64,
) -> Result<bool, Error> {
    let bound = "UPDATE payments SET refunded = refunded + $2
                 WHERE id = $1 AND status = 'captured' AND captured - refunded >= $2 RETURNING order_id";
    let order_id: Option<i64> = on!(tx, conn => {
        sqlx::query_scalar(bound).bind(payment_id).bind(amount).fetch_optional(conn).await
    })?;
    let Some(order_id) = order_id else { return Ok(false) };
    let sql =
        "INSERT INTO refunds (payment_id, order_id, key, amount, reason, status, due_at, tries, created_at)
               VALUES ($1, $2, $3, $4, $5, 'requested', $6, 0, $6)";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(payment_id)
            .bind(order_id)
            .bind(key)
            .bind(amount)
            .bind(reason)
            .bind(now)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(true)
}

/// All of an order, in the order they were asked for.
pub async fn refunds_of(tx: &mut Tx<'_>, order_id: i64) -> Result<Vec<RefundRow>, Error> {
    let sql = "SELECT * FROM refunds WHERE order_id = $1 ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(order_id).fetch_all(conn).await)?)
}

/// Whether money of an order as a whole, or of its lines, was set apart to go back since a moment: what goes back for a
/// group has that group's number in its key.
pub async fn refunded_since(tx: &mut Tx<'_>, order_id: i64, since: i64) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM orders o WHERE o.id = $1 AND EXISTS
                 (SELECT 1 FROM refunds r WHERE r.order_id = o.id AND r.created_at >= $2
                    AND r.key LIKE 'group:' || o.number || '/%')";
    let orders: i64 =
        on!(tx, conn => sqlx::query_scalar(sql).bind(order_id).bind(since).fetch_one(conn).await)?;
    Ok(orders > 0)
}

/// What went back for the lines of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RefundedLineRow {
    pub variant_id: i64,
    /// Whose till gave it back; 0: no store's.
    pub store_id: i64,
    pub value: i64,
}

/// What went back of an order's lines before.
pub async fn refunded_lines(tx: &mut Tx<'_>, order_id: i64) -> Result<Vec<RefundedLineRow>, Error> {
    let sql = "SELECT variant_id, store_id, value FROM refunded_lines WHERE order_id = $1
               ORDER BY variant_id, store_id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(order_id).fetch_all(conn).await)?)
}

/// This much more of a variant's lines goes back.
pub async fn note_refunded_line(tx: &mut Tx<'_>, order_id: i64, line: RefundedLineRow) -> Result<(), Error> {
    let sql = "INSERT INTO refunded_lines (order_id, variant_id, store_id, value) VALUES ($1, $2, $3, $4)
               ON CONFLICT (order_id, variant_id, store_id)
               DO UPDATE SET value = refunded_lines.value + excluded.value";
    write_line(tx, sql, order_id, line).await
}

/// So much of what went back is still of lines the order has.
pub async fn set_refunded_line(tx: &mut Tx<'_>, order_id: i64, line: RefundedLineRow) -> Result<(), Error> {
    let sql = match line.value {
        0 => {
            "DELETE FROM refunded_lines WHERE order_id = $1 AND variant_id = $2 AND store_id = $3 AND $4 = 0"
        }
        _ => "UPDATE refunded_lines SET value = $4 WHERE order_id = $1 AND variant_id = $2 AND store_id = $3",
    };
    write_line(tx, sql, order_id, line).await
}

/// A statement of an order, a variant, a store and a value.
async fn write_line(
    tx: &mut Tx<'_>,
    sql: &'static str,
    order_id: i64,
    line: RefundedLineRow,
) -> Result<(), Error> {
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(order_id)
            .bind(line.variant_id)
            .bind(line.store_id)
            .bind(line.value)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Takes refunds that are due; nobody else gets them before `until`.
pub async fn claim_refunds(
    tx: &mut Tx<'_>,
    now: i64,
    until: i64,
    limit: i64,
) -> Result<Vec<RefundRow>, Error> {
    let pick = passing_by(tx);
    let sql = sqlx::AssertSqlSafe(format!(
        "UPDATE refunds SET due_at = $2, tries = tries + 1 WHERE id IN (
           SELECT id FROM refunds WHERE due_at <= $1 ORDER BY due_at, id LIMIT $3{pick})
         RETURNING *"
    ));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(now).bind(until).bind(limit).fetch_all(conn).await)?)
}

/// The provider gave it back; answers the key it is booked under. None where that was written before. Also of a refund
/// that had been given up: money is money.
pub async fn refund_done(
    tx: &mut Tx<'_>,
    id: i64,
    provider_id: &str,
    at: i64,
) -> Result<Option<String>, Error> {
    let sql =
        "UPDATE refunds SET status = 'done', provider_id = $2, done_at = $3, due_at = NULL, last_error = NULL
               WHERE id = $1 AND status <> 'done' RETURNING key";
    Ok(on!(tx, conn => {
        sqlx::query_scalar(sql).bind(id).bind(provider_id).bind(at).fetch_optional(conn).await
    })?)
}

/// What was given back under this name has not arrived: it is owed again, and a person must look. Its key is another
/// from then on, under which it can be booked once more. False where that was written before.
pub async fn refund_came_back(tx: &mut Tx<'_>, id: i64, provider_id: &str, why: &str) -> Result<bool, Error> {
    let sql = "UPDATE refunds SET status = 'failed', key = key || '/failed', done_at = NULL, last_error = $3
               WHERE id = $1 AND status = 'done' AND provider_id = $2";
    let done = on!(tx, conn => {
        sqlx::query(sql).bind(id).bind(provider_id).bind(why).execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// Part of a refund that was given up went back by another way: less is owed.
pub async fn owe_less(tx: &mut Tx<'_>, refund: &RefundRow, by: i64) -> Result<bool, Error> {
    let less = "UPDATE refunds SET amount = amount - $2 WHERE id = $1 AND status = 'failed' AND amount > $2";
    let free = "UPDATE payments SET refunded = refunded - $2 WHERE id = $1";
    let done = on!(tx, conn => {
        sqlx::query(less).bind(refund.id).bind(by).execute(conn).await.map(|done| done.rows_affected())
    })?;
    if done == 0 {
        return Ok(false);
    }
    on!(tx, conn => sqlx::query(free).bind(refund.payment_id).bind(by).execute(conn).await.map(drop))?;
    Ok(true)
}

/// Writes a refund that was made without us, under the provider's name for it. False: not that much is left, nothing
/// changed.
pub async fn refunded_elsewhere(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    key: &str,
    provider_id: &str,
    amount: i64,
    at: i64,
) -> Result<bool, Error> {
    let bound = "UPDATE payments SET refunded = refunded + $2
                 WHERE id = $1 AND status = 'captured' AND captured - refunded >= $2";
    let bounded = on!(tx, conn => {
        sqlx::query(bound).bind(payment.id).bind(amount).execute(conn).await.map(|done| done.rows_affected())
    })?;
    if bounded == 0 {
        return Ok(false);
    }
    let sql = "INSERT INTO refunds (payment_id, order_id, key, amount, reason, status, provider_id, tries,
                 created_at, done_at)
               VALUES ($1, $2, $3, $4, 'refunded elsewhere', 'done', $5, 0, $6, $6)";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(payment.id)
            .bind(payment.order_id)
            .bind(key)
            .bind(amount)
            .bind(provider_id)
            .bind(at)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(true)
}

/// Asks the provider at once about a refund that is under way.
pub async fn hasten_refund(tx: &mut Tx<'_>, id: i64, now: i64) -> Result<(), Error> {
    let sql = "UPDATE refunds SET due_at = $2 WHERE id = $1 AND status = 'requested'";
    on!(tx, conn => sqlx::query(sql).bind(id).bind(now).execute(conn).await.map(drop))?;
    Ok(())
}

/// It is tried again at `look.next`; without one a person must look. False where somebody else has taken it since, whose
/// answer counts, or it was done: see [`claim_refunds`].
pub async fn refund_waits(tx: &mut Tx<'_>, id: i64, why: &str, look: Look) -> Result<bool, Error> {
    let sql = "UPDATE refunds SET last_error = $2, due_at = $3,
                 status = CASE WHEN $3 IS NULL THEN 'failed' ELSE status END
               WHERE id = $1 AND status = 'requested' AND due_at IS NOT DISTINCT FROM $4";
    let changed = on!(tx, conn => {
        let query = sqlx::query(sql).bind(id).bind(why).bind(look.next).bind(look.seen);
        query.execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(changed == 1)
}

/// Refunds that a person must look at.
pub async fn refunds_failed(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) FROM refunds WHERE status = 'failed'";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_one(conn).await)?)
}

/// Payments of a provider that have a refund a person must look at, oldest first.
pub async fn given_up(tx: &mut Tx<'_>, provider: &str) -> Result<Vec<PaymentRow>, Error> {
    let sql = "SELECT * FROM payments WHERE provider = $1
                 AND id IN (SELECT payment_id FROM refunds WHERE status = 'failed') ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(provider).fetch_all(conn).await)?)
}

/// How much of a payment is set apart to go back and may not have gone yet.
pub async fn requested(tx: &mut Tx<'_>, payment: &PaymentRow) -> Result<i64, Error> {
    let sql = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM refunds
               WHERE order_id = $1 AND payment_id = $2 AND status = 'requested'";
    Ok(
        on!(tx, conn => sqlx::query_scalar(sql).bind(payment.order_id).bind(payment.id).fetch_one(conn).await)?,
    )
}
