//! Which levels are others than before: what each process follows to know the shelves.

use sqlx::QueryBuilder;

use super::LevelKey;
use crate::{Error, Tx, engine::on};

/// That a level is another since a moment; what it is now is read from the level.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct ChangeRow {
    pub id: i64,
    pub store_id: i64,
    pub variant_id: i64,
    pub at: i64,
}

impl ChangeRow {
    #[must_use]
    pub const fn key(&self) -> LevelKey {
        LevelKey { store_id: self.store_id, variant_id: self.variant_id }
    }
}

/// The newest change, or 0.
pub async fn last_change(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let sql = "SELECT COALESCE(MAX(id), 0) FROM stock_changes";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_one(conn).await)?)
}

/// Changes after `id`, oldest first. Ids may arrive out of order: transactions commit when they like.
pub async fn changes_after(tx: &mut Tx<'_>, id: i64, limit: i64) -> Result<Vec<ChangeRow>, Error> {
    let sql = "SELECT * FROM stock_changes WHERE id > $1 ORDER BY id LIMIT $2";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(id).bind(limit).fetch_all(conn).await)?)
}

/// Changes whose id lies in one of these ranges, both ends included.
pub async fn changes_within(tx: &mut Tx<'_>, ranges: &[(i64, i64)]) -> Result<Vec<ChangeRow>, Error> {
    if ranges.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(tx, conn: E => {
        let mut query = QueryBuilder::<E>::new("SELECT * FROM stock_changes WHERE ");
        let mut either = query.separated(" OR ");
        for (first, last) in ranges {
            either.push("id BETWEEN ").push_bind_unseparated(*first);
            either.push_unseparated(" AND ").push_bind_unseparated(*last);
        }
        query.build_query_as::<ChangeRow>().fetch_all(conn).await
    })?)
}

/// Forgets up to `limit` changes older than a moment, the oldest first; every process has long read them.
pub async fn forget_changes(tx: &mut Tx<'_>, before: i64, limit: i64) -> Result<u64, Error> {
    let sql = "DELETE FROM stock_changes WHERE id IN (
                 SELECT id FROM stock_changes WHERE at < $1 ORDER BY at LIMIT $2)";
    Ok(on!(tx, conn => {
        sqlx::query(sql).bind(before).bind(limit).execute(conn).await.map(|done| done.rows_affected())
    })?)
}

/// Leaves word that a level has changed.
pub async fn announce(tx: &mut Tx<'_>, key: LevelKey, at: i64) -> Result<(), Error> {
    let sql = "INSERT INTO stock_changes (store_id, variant_id, at) VALUES ($1, $2, $3)";
    on!(tx, conn => {
        sqlx::query(sql).bind(key.store_id).bind(key.variant_id).bind(at).execute(conn).await.map(drop)
    })?;
    Ok(())
}
