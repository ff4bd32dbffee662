//! Outcomes kept under the key a caller chose, written in the same transaction as the deed itself.

use sqlx::QueryBuilder;

use crate::{Error, Tx, engine::on};

/// What a call came to. The hash tells a repeated body from another one under the same key.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OutcomeRow {
    pub body_hash: String,
    /// HTTP-like: what the first call was answered with.
    pub status: i64,
    pub answer: String,
}

/// Whose key it is, and for which route.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyOf {
    pub actor: String,
    pub route: String,
    pub key: String,
}

/// What is kept under a key; none where it was never used, or is forgotten.
pub async fn find(tx: &mut Tx<'_>, of: &KeyOf) -> Result<Option<OutcomeRow>, Error> {
    let sql =
        "SELECT body_hash, status, answer FROM idempotency WHERE actor = $1 AND route = $2 AND key = $3";
    Ok(on!(tx, conn => {
        sqlx::query_as(sql).bind(&of.actor).bind(&of.route).bind(&of.key).fetch_optional(conn).await
    })?)
}

/// Keeps an outcome. [`Error::Contended`] where another transaction has just kept one under the same key: run
/// again, the first one's outcome is then found.
pub async fn keep(
    tx: &mut Tx<'_>,
    of: &KeyOf,
    body_hash: &str,
    status: i64,
    answer: &str,
    now: i64,
) -> Result<(), Error> {
    let sql = "INSERT INTO idempotency (actor, route, key, body_hash, status, answer, at)
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (actor, route, key) DO NOTHING";
    let written = on!(tx, conn => {
        sqlx::query(sql)
            .bind(&of.actor)
            .bind(&of.route)
            .bind(&of.key)
            .bind(body_hash)
            .bind(status)
            .bind(answer)
            .bind(now)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    if written == 1 { Ok(()) } else { Err(Error::Contended) }
}

/// An outcome to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewOutcome<'a> {
    pub of: &'a KeyOf,
    pub body_hash: &'a str,
    pub answer: &'a str,
}

/// Keeps outcomes with the status 200. False: one of the keys was used before, and the transaction has to be undone.
pub async fn keep_all(tx: &mut Tx<'_>, outcomes: &[NewOutcome<'_>], now: i64) -> Result<bool, Error> {
    let insert = match tx {
        // With these words SQLite keeps no copy of each page it is about to change, as nothing can break it off half-way.
        Tx::Sqlite(_) => "INSERT OR IGNORE",
        Tx::Postgres(_) => "INSERT",
    };
    let written = on!(tx, conn: E => {
        let mut query = QueryBuilder::<E>::new(insert);
        query.push(" INTO idempotency (actor, route, key, body_hash, status, answer, at) ");
        query.push_values(outcomes, |mut values, outcome| {
            values
                .push_bind(&outcome.of.actor)
                .push_bind(&outcome.of.route)
                .push_bind(&outcome.of.key)
                .push_bind(outcome.body_hash)
                .push("200")
                .push_bind(outcome.answer)
                .push_bind(now);
        });
        query.push(" ON CONFLICT (actor, route, key) DO NOTHING");
        query.build().execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(written == outcomes.len() as u64)
}

/// Forgets up to `limit` outcomes that were kept before a moment, the oldest first; answers how many.
pub async fn forget(tx: &mut Tx<'_>, before: i64, limit: i64) -> Result<u64, Error> {
    let sql = "DELETE FROM idempotency WHERE (actor, route, key) IN (
                 SELECT actor, route, key FROM idempotency WHERE at < $1 ORDER BY at LIMIT $2)";
    Ok(on!(tx, conn => {
        sqlx::query(sql).bind(before).bind(limit).execute(conn).await.map(|done| done.rows_affected())
    })?)
}
