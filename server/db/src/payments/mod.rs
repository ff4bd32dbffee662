//! Payments, refunds and the double-entry book. What was captured and refunded is bounded here, in one conditional
//! write each.

mod refunds;

pub use refunds::{
    RefundRow, RefundedLineRow, claim_refunds, given_up, hasten_refund, note_refunded_line, owe_less,
    refund_came_back, refund_done, refund_waits, refunded_elsewhere, refunded_lines, refunded_since,
    refunds_failed, refunds_of, request_refund, requested, set_refunded_line,
};

use crate::{
    Error, Tx,
    engine::{on, passing_by},
};

/// One attempt to be paid for an order, or for what a change of it costs more.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct PaymentRow {
    pub id: i64,
    pub order_id: i64,
    pub provider: String,
    /// Ours, and the provider's idempotency key.
    pub reference: String,
    pub provider_id: Option<String>,
    pub redirect_url: Option<String>,
    pub amount: i64,
    pub currency: String,
    /// `created` (the provider may not know of it), `open`, `captured`, `failed`.
    pub status: String,
    pub captured: i64,
    pub refunded: i64,
    /// The change of the order that is made when this is paid, as JSON.
    pub change: Option<String>,
    pub check_at: Option<i64>,
    pub checks: i64,
    pub created_at: i64,
    pub expires_at: i64,
    pub ended_at: Option<i64>,
    pub last_error: Option<String>,
}

/// Writes a payment that is to be opened. False: another is open for this order.
pub async fn insert(tx: &mut Tx<'_>, row: &PaymentRow) -> Result<bool, Error> {
    let sql =
        "INSERT INTO payments (order_id, provider, reference, amount, currency, status, captured, refunded,
               change, check_at, checks, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, 'created', 0, 0, $6, $7, 0, $8, $9) ON CONFLICT DO NOTHING";
    let done = on!(tx, conn => {
        sqlx::query(sql)
            .bind(row.order_id)
            .bind(&row.provider)
            .bind(&row.reference)
            .bind(row.amount)
            .bind(&row.currency)
            .bind(&row.change)
            .bind(row.check_at)
            .bind(row.created_at)
            .bind(row.expires_at)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// All of an order, in the order they were begun.
pub async fn of_order(tx: &mut Tx<'_>, order_id: i64) -> Result<Vec<PaymentRow>, Error> {
    let sql = "SELECT * FROM payments WHERE order_id = $1 ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(order_id).fetch_all(conn).await)?)
}

/// By our own reference, which the provider tells us back.
pub async fn by_reference(tx: &mut Tx<'_>, reference: &str) -> Result<Option<PaymentRow>, Error> {
    let sql = "SELECT * FROM payments WHERE reference = $1";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(reference).fetch_optional(conn).await)?)
}

/// The provider knows of it now.
pub async fn opened(
    tx: &mut Tx<'_>,
    id: i64,
    provider_id: &str,
    redirect_url: &str,
    look: Look,
) -> Result<(), Error> {
    let sql = "UPDATE payments SET provider_id = $2, redirect_url = $3, last_error = NULL,
                 check_at = CASE WHEN check_at IS NOT DISTINCT FROM $5 AND status <> 'captured' THEN $4 ELSE check_at END,
                 status = CASE WHEN status = 'created' THEN 'open' ELSE status END
               WHERE id = $1";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(id)
            .bind(provider_id)
            .bind(redirect_url)
            .bind(look.next)
            .bind(look.seen)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// The money came. False where that was written before. Also of a payment that had failed: money is money.
pub async fn captured(
    tx: &mut Tx<'_>,
    id: i64,
    captured: i64,
    currency: &str,
    at: i64,
) -> Result<bool, Error> {
    let sql = "UPDATE payments SET status = 'captured', captured = $2, currency = $3, ended_at = $4,
                 check_at = NULL
               WHERE id = $1 AND status <> 'captured'";
    let done = on!(tx, conn => {
        sqlx::query(sql).bind(id).bind(captured).bind(currency).bind(at).execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// When the provider is asked next, by one who read when it was to be asked. Who was told meanwhile that there is news
/// (see [`hasten`]) is not put off.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub seen: Option<i64>,
    pub next: Option<i64>,
}

/// No money will come. False where it ended before.
pub async fn failed(tx: &mut Tx<'_>, id: i64, why: &str, look: Look, at: i64) -> Result<bool, Error> {
    let sql = "UPDATE payments SET status = 'failed', ended_at = $3, last_error = $2,
                 check_at = CASE WHEN check_at IS NOT DISTINCT FROM $5 THEN $4 ELSE check_at END
               WHERE id = $1 AND status IN ('created', 'open')";
    let done = on!(tx, conn => {
        sqlx::query(sql)
            .bind(id)
            .bind(why)
            .bind(at)
            .bind(look.next)
            .bind(look.seen)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// When the provider is asked next, and why the last question found no answer. What was captured is asked about
/// otherwise: see [`looked_after`].
pub async fn ask_again(tx: &mut Tx<'_>, id: i64, look: Look, error: Option<&str>) -> Result<(), Error> {
    let sql = "UPDATE payments SET last_error = $3,
                 check_at = CASE WHEN check_at IS NOT DISTINCT FROM $4 THEN $2 ELSE check_at END
               WHERE id = $1 AND status <> 'captured'";
    on!(tx, conn => {
        sqlx::query(sql).bind(id).bind(look.next).bind(error).bind(look.seen).execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// When the provider is asked again what became of money that was captured; none where nothing of it is under way.
pub async fn looked_after(tx: &mut Tx<'_>, id: i64, look: Look) -> Result<(), Error> {
    let sql = "UPDATE payments SET check_at = $2
               WHERE id = $1 AND status = 'captured' AND check_at IS NOT DISTINCT FROM $3";
    on!(tx, conn => sqlx::query(sql).bind(id).bind(look.next).bind(look.seen).execute(conn).await.map(drop))?;
    Ok(())
}

/// Takes up to `limit` payments the provider is to be asked about; nobody else gets them before `until`.
pub async fn claim(tx: &mut Tx<'_>, now: i64, until: i64, limit: i64) -> Result<Vec<PaymentRow>, Error> {
    let pick = passing_by(tx);
    let sql = sqlx::AssertSqlSafe(format!(
        "UPDATE payments SET check_at = $2, checks = checks + 1 WHERE id IN (
           SELECT id FROM payments WHERE check_at <= $1 ORDER BY check_at, id LIMIT $3{pick})
         RETURNING *"
    ));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(now).bind(until).bind(limit).fetch_all(conn).await)?)
}

/// For a worker that has it from a refund or a claim.
pub async fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<PaymentRow>, Error> {
    let sql = "SELECT * FROM payments WHERE id = $1";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(id).fetch_optional(conn).await)?)
}

/// Books amounts that sum to zero, once: a second entry under the same name changes nothing.
pub async fn book(
    tx: &mut Tx<'_>,
    entry: &str,
    order_id: i64,
    currency: &str,
    amounts: &[(&str, i64)],
    at: i64,
) -> Result<(), Error> {
    if amounts.iter().map(|(_, amount)| amount).sum::<i64>() != 0 {
        return Err(Error::inconsistent("an entry whose amounts do not sum to zero"));
    }
    let amounts: Vec<_> = amounts.iter().filter(|(_, amount)| *amount != 0).collect();
    if amounts.is_empty() {
        return Ok(());
    }
    on!(tx, conn: E => {
        let mut sql = sqlx::QueryBuilder::<E>::new(
            "INSERT INTO money_entries (entry, account, amount, currency, order_id, at) ",
        );
        sql.push_values(&amounts, |mut row, (account, amount)| {
            row.push_bind(entry).push_bind(*account).push_bind(*amount);
            row.push_bind(currency).push_bind(order_id).push_bind(at);
        });
        sql.push(" ON CONFLICT (entry, account) DO NOTHING").build().execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// How many entries of an order have names that begin so.
pub async fn booked(tx: &mut Tx<'_>, order_id: i64, beginning: &str) -> Result<i64, Error> {
    let sql = "SELECT COUNT(DISTINCT entry) FROM money_entries WHERE order_id = $1 AND entry LIKE $2";
    let pattern = format!("{beginning}%");
    Ok(on!(tx, conn => sqlx::query_scalar(sql).bind(order_id).bind(&pattern).fetch_one(conn).await)?)
}

/// A webhook as it is kept.
#[derive(Clone, Copy, Debug)]
pub struct Note<'a> {
    pub provider: &'a str,
    pub event: &'a str,
    pub reference: Option<&'a str>,
    pub body: &'a str,
    /// Whether it concerns no payment at all, or one of ours.
    pub known: bool,
    pub received_at: i64,
}

/// Keeps a webhook. False: it came before.
pub async fn note(tx: &mut Tx<'_>, note: Note<'_>) -> Result<bool, Error> {
    let sql = "INSERT INTO inbox (provider, event, reference, body, known, received_at)
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (provider, event) DO NOTHING";
    let done = on!(tx, conn => {
        sqlx::query(sql)
            .bind(note.provider)
            .bind(note.event)
            .bind(note.reference)
            .bind(note.body)
            .bind(i64::from(note.known))
            .bind(note.received_at)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// Keeps of webhooks that nobody signed that a look at a payment was asked for, and for which moment the last was: one
/// row a payment, named by its reference and without what was said. False: a look was asked for by that moment or later.
pub async fn note_asked(tx: &mut Tx<'_>, provider: &str, reference: &str, at: i64) -> Result<bool, Error> {
    let sql = "INSERT INTO inbox (provider, event, reference, body, known, received_at)
               VALUES ($1, $2, $2, '', 1, $3)
               ON CONFLICT (provider, event) DO UPDATE SET received_at = excluded.received_at, body = excluded.body
                 WHERE inbox.received_at < excluded.received_at";
    let done = on!(tx, conn => {
        sqlx::query(sql)
            .bind(provider)
            .bind(reference)
            .bind(at)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// How many kept webhooks are about payments nobody here knows; of one provider, or of all.
pub async fn strangers(tx: &mut Tx<'_>, provider: Option<&str>) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) FROM inbox WHERE known = 0 AND provider = COALESCE($1, provider)";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).bind(provider).fetch_one(conn).await)?)
}

/// How long what is told of a captured payment gathers before the provider is asked: one deed there is told by several
/// webhooks. Milliseconds.
const GATHER: i64 = 2_000;

/// Asks the provider about a payment at once; in a moment where its money came already, as for what went back of it.
pub async fn hasten(tx: &mut Tx<'_>, provider: &str, reference: &str, now: i64) -> Result<(), Error> {
    let sql = "UPDATE payments SET check_at = CASE WHEN status <> 'captured' THEN $3
                 WHEN check_at <= $4 THEN check_at ELSE $4 END
               WHERE provider = $1 AND reference = $2";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(provider)
            .bind(reference)
            .bind(now)
            .bind(now + GATHER)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Asks the provider about a payment at a later moment `at`, whenever it was to be asked otherwise: who is looking just now
/// ([`claim`]) may have been answered before there was news. False where nothing had to be changed, as it is asked in a
/// moment anyway, or just then.
pub async fn hasten_later(
    tx: &mut Tx<'_>,
    provider: &str,
    reference: &str,
    now: i64,
    at: i64,
) -> Result<bool, Error> {
    // What is due in a moment is claimed by nobody who still looks: a claim outlasts a look by more than that.
    let sql = "UPDATE payments SET check_at = $4
               WHERE provider = $1 AND reference = $2
                 AND (check_at IS NULL OR (check_at > $3 AND check_at <> $4))";
    let done = on!(tx, conn => {
        sqlx::query(sql)
            .bind(provider)
            .bind(reference)
            .bind(now + GATHER)
            .bind(at)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// Forgets up to `limit` webhooks that came before a moment, the oldest first; answers how many.
pub async fn forget_notes(tx: &mut Tx<'_>, before: i64, limit: i64) -> Result<u64, Error> {
    let sql = "DELETE FROM inbox WHERE id IN (
                 SELECT id FROM inbox WHERE received_at < $1 ORDER BY received_at LIMIT $2)";
    Ok(on!(tx, conn => {
        sqlx::query(sql).bind(before).bind(limit).execute(conn).await.map(|done| done.rows_affected())
    })?)
}

/// Everything of one provider that was captured since, for reconciliation.
pub async fn captured_since(tx: &mut Tx<'_>, provider: &str, since: i64) -> Result<Vec<PaymentRow>, Error> {
    let sql =
        "SELECT * FROM payments WHERE provider = $1 AND status = 'captured' AND ended_at >= $2 ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(provider).bind(since).fetch_all(conn).await)?)
}

/// Looks at payments that are due, and since when the longest is; refunds that are due, likewise.
pub async fn due(tx: &mut Tx<'_>, now: i64) -> Result<[(i64, Option<i64>); 2], Error> {
    let looks = "SELECT COUNT(*), MIN(check_at) FROM payments WHERE check_at IS NOT NULL AND check_at <= $1";
    let refunds = "SELECT COUNT(*), MIN(due_at) FROM refunds WHERE due_at IS NOT NULL AND due_at <= $1";
    let looks = on!(tx, conn => sqlx::query_as(looks).bind(now).fetch_one(conn).await)?;
    let refunds = on!(tx, conn => sqlx::query_as(refunds).bind(now).fetch_one(conn).await)?;
    Ok([looks, refunds])
}

/// Payments that have not ended, and how many of them should have ended before a moment.
pub async fn unended(tx: &mut Tx<'_>, before: i64) -> Result<(i64, i64), Error> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN expires_at < $1 THEN 1 ELSE 0 END), 0) AS BIGINT)
               FROM payments WHERE status IN ('created', 'open')";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(before).fetch_one(conn).await)?)
}
