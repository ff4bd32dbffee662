//! Browsers that asked to be told, one row a browser and order (or reservation).

use crate::{Error, Tx, engine::on};

/// Where one browser is told about one number, and the keys its messages are encrypted with (RFC 8291).
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct SubscriptionRow {
    pub id: i64,
    /// Of the order, or of the reservation.
    pub number: String,
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
    pub created_at: i64,
}

/// Writes a subscription, or what a browser's keys are now; `row.id` is not looked at.
pub async fn subscribe(tx: &mut Tx<'_>, row: &SubscriptionRow) -> Result<(), Error> {
    let sql = "INSERT INTO push_subscriptions (number, endpoint, p256dh, auth, created_at)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (number, endpoint) DO UPDATE SET p256dh = excluded.p256dh, auth = excluded.auth,
                 created_at = excluded.created_at";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(&row.number)
            .bind(&row.endpoint)
            .bind(&row.p256dh)
            .bind(&row.auth)
            .bind(row.created_at)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Leaves the newest `most` of a number.
pub async fn keep_newest(tx: &mut Tx<'_>, number: &str, most: i64) -> Result<(), Error> {
    let sql = "DELETE FROM push_subscriptions WHERE number = $1 AND id NOT IN (
                 SELECT id FROM push_subscriptions WHERE number = $1 ORDER BY created_at DESC, id DESC LIMIT $2)";
    on!(tx, conn => sqlx::query(sql).bind(number).bind(most).execute(conn).await.map(drop))?;
    Ok(())
}

/// Ids of those who are told about this number.
pub async fn of(tx: &mut Tx<'_>, number: &str) -> Result<Vec<i64>, Error> {
    let sql = "SELECT id FROM push_subscriptions WHERE number = $1 ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).bind(number).fetch_all(conn).await)?)
}

/// For a job that was written for it.
pub async fn for_job(tx: &mut Tx<'_>, id: i64) -> Result<Option<SubscriptionRow>, Error> {
    let sql = "SELECT * FROM push_subscriptions WHERE id = $1";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(id).fetch_optional(conn).await)?)
}

/// Ends what one browser asked for about one number; nothing where it did not.
pub async fn unsubscribe(tx: &mut Tx<'_>, number: &str, endpoint: &str) -> Result<(), Error> {
    let sql = "DELETE FROM push_subscriptions WHERE number = $1 AND endpoint = $2";
    on!(tx, conn => sqlx::query(sql).bind(number).bind(endpoint).execute(conn).await.map(drop))?;
    Ok(())
}

/// The browser at this address is gone, whatever it asked for.
pub async fn forget_endpoint(tx: &mut Tx<'_>, endpoint: &str) -> Result<(), Error> {
    let sql = "DELETE FROM push_subscriptions WHERE endpoint = $1";
    on!(tx, conn => sqlx::query(sql).bind(endpoint).execute(conn).await.map(drop))?;
    Ok(())
}

/// Forgets up to `limit` of what was asked for before a moment, the oldest first; answers how many.
pub async fn forget(tx: &mut Tx<'_>, before: i64, limit: i64) -> Result<u64, Error> {
    let sql = "DELETE FROM push_subscriptions WHERE id IN (
                 SELECT id FROM push_subscriptions WHERE created_at < $1 ORDER BY created_at LIMIT $2)";
    Ok(on!(tx, conn => {
        sqlx::query(sql).bind(before).bind(limit).execute(conn).await.map(|done| done.rows_affected())
    })?)
}
