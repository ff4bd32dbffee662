//! The books of the built-in test provider: payments, refunds, and the webhooks it is still to send. The shop's own
//! rooms never read them.

use crate::{
    Error, Tx,
    engine::{on, passing_by},
};

/// A payment as the test provider has it in its own books.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PaymentRow {
    pub provider_id: String,
    pub reference: String,
    pub order_number: String,
    pub title: String,
    pub amount: i64,
    pub currency: String,
    pub return_url: String,
    pub cancel_url: String,
    /// `open`, `paid`, `refused` or `closed`.
    pub status: String,
    pub captured: i64,
    pub captured_currency: String,
    /// When the money is there; later than now while it is under way.
    pub captured_at: Option<i64>,
    pub refunded: i64,
    /// How refunds of it go: `done`, `late` or `fail`.
    pub refunds: String,
    /// How many of the next calls are done and yet get no answer.
    pub unanswered: i64,
    pub opened_at: i64,
    pub expires_at: i64,
}

/// What was paid, and when it is there.
#[derive(Clone, Copy, Debug)]
pub struct Capture<'a> {
    pub amount: i64,
    pub currency: &'a str,
    pub at: i64,
    pub unanswered: i64,
    /// As in [`PaymentRow`].
    pub refunds: &'a str,
}

/// Money that goes back.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RefundRow {
    pub id: i64,
    pub provider_id: String,
    pub key: String,
    pub amount: i64,
    /// When it is there.
    pub arrives_at: i64,
    /// When it comes back; none: never.
    pub fails_at: Option<i64>,
}

/// A webhook to be sent.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct WebhookRow {
    pub id: i64,
    pub event: String,
    pub body: String,
    /// This one included.
    pub tries: i64,
}

const PAYMENT: &str =
    "SELECT provider_id, reference, order_number, title, amount, currency, return_url, cancel_url,
    status, captured, captured_currency, captured_at, refunded, refunds, unanswered, opened_at, expires_at
    FROM test_payments WHERE ";

/// Opens a payment. False: one has its reference.
pub async fn open(tx: &mut Tx<'_>, row: &PaymentRow) -> Result<bool, Error> {
    let sql = "INSERT INTO test_payments (provider_id, reference, order_number, title, amount, currency, return_url,
                 cancel_url, status, captured, captured_currency, refunded, unanswered, opened_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', 0, $6, 0, 0, $9, $10)
               ON CONFLICT (reference) DO NOTHING";
    let opened = on!(tx, conn => {
        sqlx::query(sql)
            .bind(&row.provider_id)
            .bind(&row.reference)
            .bind(&row.order_number)
            .bind(&row.title)
            .bind(row.amount)
            .bind(&row.currency)
            .bind(&row.return_url)
            .bind(&row.cancel_url)
            .bind(row.opened_at)
            .bind(row.expires_at)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(opened == 1)
}

/// By the provider's own id.
pub async fn payment(tx: &mut Tx<'_>, provider_id: &str) -> Result<Option<PaymentRow>, Error> {
    let sql = sqlx::AssertSqlSafe(format!("{PAYMENT} provider_id = $1"));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(provider_id).fetch_optional(conn).await)?)
}

/// By the shop's reference.
pub async fn payment_of(tx: &mut Tx<'_>, reference: &str) -> Result<Option<PaymentRow>, Error> {
    let sql = sqlx::AssertSqlSafe(format!("{PAYMENT} reference = $1"));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(reference).fetch_optional(conn).await)?)
}

/// Takes the money of an open payment; false where it is open no more.
pub async fn pay(tx: &mut Tx<'_>, provider_id: &str, capture: &Capture<'_>, now: i64) -> Result<bool, Error> {
    let sql =
        "UPDATE test_payments SET status = 'paid', captured = $2, captured_currency = $3, captured_at = $4,
                 unanswered = $5, refunds = $7
               WHERE provider_id = $1 AND status = 'open' AND expires_at > $6";
    let changed = on!(tx, conn => {
        sqlx::query(sql)
            .bind(provider_id)
            .bind(capture.amount)
            .bind(capture.currency)
            .bind(capture.at)
            .bind(capture.unanswered)
            .bind(now)
            .bind(capture.refunds)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(changed == 1)
}

/// Ends an open payment as `refused` or `closed`; false where it is open no more.
pub async fn end(tx: &mut Tx<'_>, provider_id: &str, status: &str) -> Result<bool, Error> {
    let sql = "UPDATE test_payments SET status = $2 WHERE provider_id = $1 AND status = 'open'";
    let changed = on!(tx, conn => {
        sqlx::query(sql).bind(provider_id).bind(status).execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(changed == 1)
}

/// Whether this call gets no answer; each is counted off.
pub async fn leave_unanswered(tx: &mut Tx<'_>, provider_id: &str) -> Result<bool, Error> {
    let sql =
        "UPDATE test_payments SET unanswered = unanswered - 1 WHERE provider_id = $1 AND unanswered > 0";
    let changed = on!(tx, conn => {
        sqlx::query(sql).bind(provider_id).execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(changed == 1)
}

/// The refund made under a key.
pub async fn refund(tx: &mut Tx<'_>, key: &str) -> Result<Option<RefundRow>, Error> {
    let sql = "SELECT id, provider_id, key, amount, arrives_at, fails_at FROM test_refunds WHERE key = $1";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(key).fetch_optional(conn).await)?)
}

/// All refunds of a payment, oldest first.
pub async fn refunds_of(tx: &mut Tx<'_>, provider_id: &str) -> Result<Vec<RefundRow>, Error> {
    let sql = "SELECT id, provider_id, key, amount, arrives_at, fails_at FROM test_refunds
               WHERE provider_id = $1 ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(provider_id).fetch_all(conn).await)?)
}

/// How much of what went back of a payment has come back by now.
pub async fn failed_refunds(tx: &mut Tx<'_>, provider_id: &str, now: i64) -> Result<i64, Error> {
    let sql = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM test_refunds
               WHERE provider_id = $1 AND fails_at <= $2";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).bind(provider_id).bind(now).fetch_one(conn).await)?)
}

/// Gives money back, never more than is left of what has arrived; answers its id, none where it would be. Whatever id
/// the row has is not looked at. [`Error::Contended`] where the key has just been used, by whoever wrote the payment in
/// between or is writing the refund: run again, its refund is then found.
pub async fn add_refund(tx: &mut Tx<'_>, row: &RefundRow, now: i64) -> Result<Option<i64>, Error> {
    let sql = "UPDATE test_payments SET refunded = refunded + $2
               WHERE provider_id = $1 AND status = 'paid' AND captured_at <= $3 AND refunded + $2 <= captured";
    let changed = on!(tx, conn => {
        sqlx::query(sql)
            .bind(&row.provider_id)
            .bind(row.amount)
            .bind(now)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    if changed == 0 {
        return match refund(tx, &row.key).await? {
            Some(_) => Err(Error::Contended),
            None => Ok(None),
        };
    }
    let sql = "INSERT INTO test_refunds (provider_id, key, amount, created_at, arrives_at, fails_at)
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key) DO NOTHING RETURNING id";
    let id: Option<i64> = on!(tx, conn => {
        sqlx::query_scalar(sql)
            .bind(&row.provider_id)
            .bind(&row.key)
            .bind(row.amount)
            .bind(now)
            .bind(row.arrives_at)
            .bind(row.fails_at)
            .fetch_optional(conn)
            .await
    })?;
    id.map(Some).ok_or(Error::Contended)
}

/// Whose money arrived between two moments, both included, oldest first.
pub async fn captured_between(tx: &mut Tx<'_>, from: i64, to: i64) -> Result<Vec<PaymentRow>, Error> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{PAYMENT} status = 'paid' AND captured_at BETWEEN $1 AND $2 ORDER BY captured_at, id"
    ));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(from).bind(to).fetch_all(conn).await)?)
}

/// To be sent at `due_at` or later.
pub async fn queue_webhook(tx: &mut Tx<'_>, event: &str, body: &str, due_at: i64) -> Result<(), Error> {
    let sql = "INSERT INTO test_webhooks (event, body, due_at, tries) VALUES ($1, $2, $3, 0)";
    on!(tx, conn => sqlx::query(sql).bind(event).bind(body).bind(due_at).execute(conn).await.map(drop))?;
    Ok(())
}

/// Whether a webhook is due.
pub async fn webhook_is_due(tx: &mut Tx<'_>, now: i64) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM test_webhooks WHERE due_at <= $1 LIMIT 1) AS due";
    let due: i64 = on!(tx, conn => sqlx::query_scalar(sql).bind(now).fetch_one(conn).await)?;
    Ok(due > 0)
}

/// Takes what is due for this process until `until`, in the order it was due.
pub async fn take_webhooks(
    tx: &mut Tx<'_>,
    now: i64,
    until: i64,
    limit: i64,
) -> Result<Vec<WebhookRow>, Error> {
    let pick = passing_by(tx);
    let sql = sqlx::AssertSqlSafe(format!(
        "UPDATE test_webhooks SET due_at = $2, tries = tries + 1 WHERE id IN (
           SELECT id FROM test_webhooks WHERE due_at <= $1 ORDER BY due_at, id LIMIT $3{pick})
         RETURNING id, event, body, tries"
    ));
    let mut rows: Vec<WebhookRow> = on!(tx, conn => {
        sqlx::query_as(sql).bind(now).bind(until).bind(limit).fetch_all(conn).await
    })?;
    // Those of one moment were written in the order they are to be sent.
    rows.sort_by_key(|row| row.id);
    Ok(rows)
}

/// When to send it again; none: it was taken, or is given up.
pub async fn put_back_webhook(tx: &mut Tx<'_>, id: i64, due_at: Option<i64>) -> Result<(), Error> {
    let sql = "UPDATE test_webhooks SET due_at = $2 WHERE id = $1";
    on!(tx, conn => sqlx::query(sql).bind(id).bind(due_at).execute(conn).await.map(drop))?;
    Ok(())
}
