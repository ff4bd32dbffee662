//! Passes: what opens a hand-over, once. The owner of an order has one for each group; whom they send has others, with
//! a code and a link of their own.

use crate::{Error, Tx, engine::on};

/// Why a pass opens nothing any more, as it is written down.
pub mod ended {
    /// Its owner took it back.
    pub const OWNER: &str = "owner";
    /// Its owner made another one for the same person.
    pub const RENEWED: &str = "renewed";
    /// The order was changed, and another group stands in its place.
    pub const CHANGED: &str = "changed";
    /// It was collected with another pass.
    pub const COLLECTED: &str = "collected";
    /// The time to collect it is over.
    pub const EXPIRED: &str = "expired";
    /// Cancelled, released or not found.
    pub const OVER: &str = "ended";
}

/// A pass and what became of it. Codes and serials are kept as they are, links as hashes.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct PassRow {
    pub id: i64,
    pub reservation_id: i64,
    pub serial: String,
    /// Empty for the owner, else the name of whom they sent.
    pub holder: String,
    /// Said at the counter; none for the owner, who says the group's own.
    pub code: Option<String>,
    pub link_hash: Option<String>,
    pub used_at: Option<i64>,
    pub revoked_at: Option<i64>,
    pub revoked_by: String,
}

const COLUMNS: &str =
    "p.id, p.reservation_id, p.serial, p.holder, p.code, p.link_hash, p.used_at, p.revoked_at, p.revoked_by";

/// Writes a pass; the row's id and what has become of it are not looked at.
pub async fn add(tx: &mut Tx<'_>, row: &PassRow, now: i64) -> Result<(), Error> {
    let sql = "INSERT INTO passes (reservation_id, serial, holder, code, link_hash, created_at)
               VALUES ($1, $2, $3, $4, $5, $6)";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(row.reservation_id)
            .bind(&row.serial)
            .bind(&row.holder)
            .bind(&row.code)
            .bind(&row.link_hash)
            .bind(now)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// By its own name, which only its signature or its code leads to.
pub async fn by_serial(tx: &mut Tx<'_>, serial: &str) -> Result<Option<PassRow>, Error> {
    let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM passes p WHERE p.serial = $1"));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(serial).fetch_optional(conn).await)?)
}

/// By the code said at a store's counter: one that opens something there, else the newest that had it anywhere.
pub async fn by_code(tx: &mut Tx<'_>, code: &str, store_id: i64) -> Result<Option<PassRow>, Error> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM passes p JOIN reservations r ON r.id = p.reservation_id WHERE p.code = $1
         ORDER BY CASE WHEN r.store_id = $2 THEN 0 ELSE 1 END,
                  CASE WHEN p.used_at IS NULL AND p.revoked_at IS NULL THEN 0 ELSE 1 END, p.id DESC LIMIT 1"
    ));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(code).bind(store_id).fetch_optional(conn).await)?)
}

/// Passes of a group, the newest last.
pub async fn of_group(tx: &mut Tx<'_>, reservation_id: i64) -> Result<Vec<PassRow>, Error> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM passes p WHERE p.reservation_id = $1 ORDER BY p.id"
    ));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(reservation_id).fetch_all(conn).await)?)
}

/// The same of all groups an order has, group by group.
pub async fn of_order(tx: &mut Tx<'_>, order_id: i64) -> Result<Vec<PassRow>, Error> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM reservations r JOIN passes p ON p.reservation_id = r.id
         WHERE r.order_id = $1 AND r.replaced = 0 ORDER BY r.id, p.id"
    ));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(order_id).fetch_all(conn).await)?)
}

/// What the link with this hash shows, in the order the groups were made.
pub async fn by_link(tx: &mut Tx<'_>, link_hash: &str) -> Result<Vec<PassRow>, Error> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM passes p JOIN reservations r ON r.id = p.reservation_id
         WHERE p.link_hash = $1 AND r.replaced = 0 ORDER BY p.id LIMIT 32"
    ));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(link_hash).fetch_all(conn).await)?)
}

/// The newest pass of whom the owner of an order sends at the moment; none where they send nobody.
pub async fn sent(tx: &mut Tx<'_>, order_id: i64) -> Result<Option<PassRow>, Error> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM passes p JOIN reservations r ON r.id = p.reservation_id
         JOIN orders o ON o.id = r.order_id
         WHERE o.id = $1 AND o.proxy = p.holder AND p.link_hash IS NOT NULL ORDER BY p.id DESC LIMIT 1"
    ));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(order_id).fetch_optional(conn).await)?)
}

/// Uses a pass, once. False: it was used or taken back before.
pub async fn use_once(tx: &mut Tx<'_>, id: i64, by: &str, at: i64) -> Result<bool, Error> {
    let sql = "UPDATE passes SET used_at = $3, used_by = $2
               WHERE id = $1 AND used_at IS NULL AND revoked_at IS NULL";
    let done = on!(tx, conn => {
        sqlx::query(sql).bind(id).bind(by).bind(at).execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// Writes down that a pass had been used at a moment, by a device that was away; it may have been taken back after
/// that. False: it was used or taken back before.
pub async fn used_before(tx: &mut Tx<'_>, id: i64, by: &str, at: i64) -> Result<bool, Error> {
    let sql = "UPDATE passes SET used_at = $3, used_by = $2
               WHERE id = $1 AND used_at IS NULL AND (revoked_at IS NULL OR revoked_at > $3)";
    let done = on!(tx, conn => {
        sqlx::query(sql).bind(id).bind(by).bind(at).execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// The group was handed over: whichever of its passes was not used for it opens nothing any more. Where none was, it
/// was the owner's own.
pub async fn collected(tx: &mut Tx<'_>, reservation_id: i64, at: i64) -> Result<(), Error> {
    let own = "UPDATE passes SET used_at = $2, used_by = 'counter'
               WHERE reservation_id = $1 AND holder = '' AND used_at IS NULL AND revoked_at IS NULL
                 AND NOT EXISTS (SELECT 1 FROM passes q WHERE q.reservation_id = $1 AND q.used_at IS NOT NULL)";
    on!(tx, conn => sqlx::query(own).bind(reservation_id).bind(at).execute(conn).await.map(drop))?;
    revoke(tx, reservation_id, ended::COLLECTED, at).await
}

/// The group was not handed over after all: the pass that was used for it at that moment, and those that ended with it,
/// open it again.
pub async fn open_again(tx: &mut Tx<'_>, reservation_id: i64, handed_at: i64) -> Result<(), Error> {
    let used = "UPDATE passes SET used_at = NULL, used_by = NULL WHERE reservation_id = $1 AND used_at = $2";
    on!(tx, conn => sqlx::query(used).bind(reservation_id).bind(handed_at).execute(conn).await.map(drop))?;
    let ended = "UPDATE passes SET revoked_at = NULL, revoked_by = ''
                 WHERE reservation_id = $1 AND revoked_by = 'collected' AND revoked_at = $2";
    on!(tx, conn => sqlx::query(ended).bind(reservation_id).bind(handed_at).execute(conn).await.map(drop))?;
    Ok(())
}

/// Takes back every pass of a group that was not used.
pub async fn revoke(tx: &mut Tx<'_>, reservation_id: i64, by: &str, at: i64) -> Result<(), Error> {
    let sql = "UPDATE passes SET revoked_at = $3, revoked_by = $2
               WHERE reservation_id = $1 AND used_at IS NULL AND revoked_at IS NULL";
    on!(tx, conn => sqlx::query(sql).bind(reservation_id).bind(by).bind(at).execute(conn).await.map(drop))?;
    Ok(())
}

/// Takes back the passes of people who were sent; of one whom the owner sends again they are renewed.
pub async fn revoke_sent(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    renewed: Option<&str>,
    at: i64,
) -> Result<(), Error> {
    let sql = "UPDATE passes SET revoked_at = $3, revoked_by = CASE WHEN holder = $2 THEN 'renewed' ELSE 'owner' END
               WHERE reservation_id = $1 AND holder <> '' AND used_at IS NULL AND revoked_at IS NULL";
    let renewed = renewed.unwrap_or_default();
    on!(tx, conn => sqlx::query(sql).bind(reservation_id).bind(renewed).bind(at).execute(conn).await.map(drop))?;
    Ok(())
}

/// What ran out with its group opens again: the group was revived. What its owner took back stays so.
pub async fn revive(tx: &mut Tx<'_>, reservation_id: i64) -> Result<(), Error> {
    let sql = "UPDATE passes SET revoked_at = NULL, revoked_by = ''
               WHERE reservation_id = $1 AND used_at IS NULL AND revoked_by IN ('', 'expired')";
    on!(tx, conn => sqlx::query(sql).bind(reservation_id).execute(conn).await.map(drop))?;
    Ok(())
}
