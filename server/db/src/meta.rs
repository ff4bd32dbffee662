//! Small facts about the database itself: which version of the catalogue it holds, what seeded it.

use crate::{Error, Tx, engine::on};

/// The key that changes whenever the catalogue, the stores or the places do.
pub const CATALOGUE_VERSION: &str = "catalogue_version";
/// The last audit: when it ended (Unix milliseconds) and how many faults it found, with a blank between.
pub const LAST_AUDIT: &str = "last_audit";

/// A fact; none where it was never set.
pub async fn get(tx: &mut Tx<'_>, key: &str) -> Result<Option<String>, Error> {
    let sql = "SELECT value FROM meta WHERE key = $1";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).bind(key).fetch_optional(conn).await)?)
}

/// Sets a fact, whatever it was before.
pub async fn set(tx: &mut Tx<'_>, key: &str, value: &str) -> Result<(), Error> {
    let sql = "INSERT INTO meta (key, value) VALUES ($1, $2)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    on!(tx, conn => sqlx::query(sql).bind(key).bind(value).execute(conn).await.map(drop))?;
    Ok(())
}

/// Keeps a fact unless there is one, and answers the one there is: of two processes that begin at once both have the
/// first one's.
pub async fn keep(tx: &mut Tx<'_>, key: &str, value: &str) -> Result<String, Error> {
    let sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
    on!(tx, conn => sqlx::query(sql).bind(key).bind(value).execute(conn).await.map(drop))?;
    get(tx, key).await?.ok_or_else(|| Error::inconsistent("what was just kept is not there"))
}

/// Sets a fact only where it still is what the caller read; false where it is not.
pub async fn replace(tx: &mut Tx<'_>, key: &str, before: &str, after: &str) -> Result<bool, Error> {
    let sql = "UPDATE meta SET value = $3 WHERE key = $1 AND value = $2";
    let written = on!(tx, conn => {
        sqlx::query(sql).bind(key).bind(before).bind(after).execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(written == 1)
}

/// Says that the catalogue has changed, so that every process reads it anew.
pub async fn touch_catalogue(tx: &mut Tx<'_>, now: i64) -> Result<(), Error> {
    let sql = "INSERT INTO meta (key, value) VALUES ($1, $2)
               ON CONFLICT (key) DO UPDATE SET value =
                 CASE WHEN meta.value = excluded.value THEN excluded.value || '+' ELSE excluded.value END";
    let value = now.to_string();
    on!(tx, conn => sqlx::query(sql).bind(CATALOGUE_VERSION).bind(value).execute(conn).await.map(drop))?;
    Ok(())
}
