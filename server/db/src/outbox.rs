//! Jobs that leave the house: mails, webhooks. Written in the transaction of the deed, taken by a worker later.

use sqlx::QueryBuilder;

use crate::{
    Error, Tx,
    engine::{on, passing_by},
};

/// A job somebody has claimed; `attempts` counts this try, too.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct JobRow {
    pub id: i64,
    pub kind: String,
    pub payload: String,
    pub attempts: i64,
    pub created_at: i64,
}

/// Writes a job that is not to be done before `due_at`.
pub async fn enqueue(tx: &mut Tx<'_>, kind: &str, payload: &str, due_at: i64, now: i64) -> Result<(), Error> {
    let sql = "INSERT INTO outbox (kind, payload, created_at, due_at, attempts, claimed_until)
               VALUES ($1, $2, $3, $4, 0, 0)";
    on!(tx, conn => {
        sqlx::query(sql).bind(kind).bind(payload).bind(now).bind(due_at).execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// Writes jobs, each a kind and a payload, that are due at once.
pub async fn enqueue_all(tx: &mut Tx<'_>, jobs: &[(&str, String)], now: i64) -> Result<(), Error> {
    for jobs in jobs.chunks(1_000) {
        on!(tx, conn: E => {
            let mut query = QueryBuilder::<E>::new(
                "INSERT INTO outbox (kind, payload, created_at, due_at, attempts, claimed_until) ",
            );
            query.push_values(jobs, |mut values, (kind, payload)| {
                values.push_bind(*kind).push_bind(payload).push_bind(now).push_bind(now).push("0").push("0");
            });
            query.build().execute(conn).await.map(drop)
        })?;
    }
    Ok(())
}

/// Whether the very same job was written again after this one, and not given up.
pub async fn is_written_again(tx: &mut Tx<'_>, id: i64) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM outbox
               WHERE id > $1 AND payload = (SELECT payload FROM outbox WHERE id = $1) AND failed_at IS NULL";
    let later: i64 = on!(tx, conn => sqlx::query_scalar(sql).bind(id).fetch_one(conn).await)?;
    Ok(later > 0)
}

/// Takes up to `limit` due jobs for this worker until `until`; no other worker gets them before that.
pub async fn claim(tx: &mut Tx<'_>, now: i64, until: i64, limit: i64) -> Result<Vec<JobRow>, Error> {
    let pick = passing_by(tx);
    let sql = format!(
        "UPDATE outbox SET claimed_until = $2, attempts = attempts + 1 WHERE id IN (
           SELECT id FROM outbox WHERE done_at IS NULL AND failed_at IS NULL AND due_at <= $1
             AND claimed_until <= $1 ORDER BY due_at, id LIMIT $3{pick})
         RETURNING id, kind, payload, attempts, created_at"
    );
    let sql = sqlx::AssertSqlSafe(sql);
    let mut jobs: Vec<JobRow> = on!(tx, conn => {
        sqlx::query_as(sql).bind(now).bind(until).bind(limit).fetch_all(conn).await
    })?;
    jobs.sort_by_key(|job| job.id);
    Ok(jobs)
}

/// It was done: that counts whoever else had it, or had given it up. The row stays until [`forget`].
pub async fn finish(tx: &mut Tx<'_>, id: i64, now: i64) -> Result<(), Error> {
    let sql = "UPDATE outbox SET done_at = $2, failed_at = NULL, last_error = NULL WHERE id = $1";
    on!(tx, conn => sqlx::query(sql).bind(id).bind(now).execute(conn).await.map(drop))?;
    Ok(())
}

/// Puts a job back until `due_at`, or gives it up where there is none. Nothing where another worker has taken it since
/// `attempt`, or has done it: it is theirs.
pub async fn fail(
    tx: &mut Tx<'_>,
    id: i64,
    attempt: i64,
    error: &str,
    due_at: Option<i64>,
    now: i64,
) -> Result<(), Error> {
    let sql = "UPDATE outbox SET last_error = $2, claimed_until = 0, due_at = COALESCE($3, due_at),
                 failed_at = CASE WHEN $3 IS NULL THEN $4 ELSE NULL END
               WHERE id = $1 AND attempts = $5 AND done_at IS NULL";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(id)
            .bind(error)
            .bind(due_at)
            .bind(now)
            .bind(attempt)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// The first job that was written since a moment; none where none was. Reads all that are older: to be asked by a reader.
pub async fn first_since(tx: &mut Tx<'_>, moment: i64) -> Result<Option<i64>, Error> {
    let sql = "SELECT id FROM outbox WHERE created_at >= $1 ORDER BY id LIMIT 1";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).bind(moment).fetch_optional(conn).await)?)
}

/// Forgets up to `limit` jobs that were done before a moment, the oldest first; those given up stay for people to look at.
/// `since` is the [first that was written](first_since) after that moment: nothing from there on was done before it, and
/// is not read for it.
pub async fn forget(tx: &mut Tx<'_>, before: i64, since: Option<i64>, limit: i64) -> Result<u64, Error> {
    let sql = "DELETE FROM outbox WHERE id IN (
                 SELECT id FROM outbox WHERE done_at < $1 AND id < $2 ORDER BY id LIMIT $3)";
    let since = since.unwrap_or(i64::MAX);
    Ok(on!(tx, conn => {
        sqlx::query(sql)
            .bind(before)
            .bind(since)
            .bind(limit)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?)
}

/// Jobs waiting of each kind there is, and when the oldest of it was written.
pub async fn backlog_by_kind(tx: &mut Tx<'_>) -> Result<Vec<(String, i64, i64)>, Error> {
    let sql = "SELECT kind, COUNT(*), MIN(created_at) FROM outbox
               WHERE done_at IS NULL AND failed_at IS NULL GROUP BY kind";
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await)?)
}

/// Jobs waiting, and when the oldest was written.
pub async fn backlog(tx: &mut Tx<'_>) -> Result<(i64, Option<i64>), Error> {
    let sql = "SELECT COUNT(*), MIN(created_at) FROM outbox WHERE done_at IS NULL AND failed_at IS NULL";
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_one(conn).await)?)
}
