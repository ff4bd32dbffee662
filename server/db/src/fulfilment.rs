//! Reservations and their lines. Found by number, never by id alone: who asks must name a token, a store or a
//! shopper, and the deed above checks it.

use crate::{Error, Tx, engine::on};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReservationRow {
    pub id: i64,
    pub number: String,
    pub token_hash: String,
    pub code: String,
    pub store_id: i64,
    pub status: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub lang: String,
    /// Who the limit of live holds counts for: an e-mail address or phone number, hashed.
    pub shopper: String,
    pub currency: String,
    pub total: i64,
    pub placed_at: i64,
    pub ready_by: i64,
    pub expires_at: i64,
    pub picking_at: Option<i64>,
    pub ready_at: Option<i64>,
    pub ended_at: Option<i64>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReservationLineRow {
    pub reservation_id: i64,
    pub position: i64,
    pub variant_id: i64,
    pub quantity: i64,
    /// Of one, in minor units of the reservation's currency.
    pub price: i64,
}

/// Writes a reservation and answers its id; `row.id` is not looked at.
pub async fn insert(tx: &mut Tx<'_>, row: &ReservationRow) -> Result<i64, Error> {
    let sql =
        "INSERT INTO reservations (number, token_hash, code, store_id, status, name, email, phone, lang,
               shopper, currency, total, placed_at, ready_by, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id";
    Ok(on!(tx, conn => {
        sqlx::query_scalar(sql)
            .bind(&row.number)
            .bind(&row.token_hash)
            .bind(&row.code)
            .bind(row.store_id)
            .bind(&row.status)
            .bind(&row.name)
            .bind(&row.email)
            .bind(&row.phone)
            .bind(&row.lang)
            .bind(&row.shopper)
            .bind(&row.currency)
            .bind(row.total)
            .bind(row.placed_at)
            .bind(row.ready_by)
            .bind(row.expires_at)
            .fetch_one(conn)
            .await
    })?)
}

pub async fn insert_line(tx: &mut Tx<'_>, line: &ReservationLineRow) -> Result<(), Error> {
    let sql = "INSERT INTO reservation_lines (reservation_id, position, variant_id, quantity, price)
               VALUES ($1, $2, $3, $4, $5)";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(line.reservation_id)
            .bind(line.position)
            .bind(line.variant_id)
            .bind(line.quantity)
            .bind(line.price)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// By its number, for whoever shows the token with this hash.
pub async fn by_token(
    tx: &mut Tx<'_>,
    number: &str,
    token_hash: &str,
) -> Result<Option<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations WHERE number = $1 AND token_hash = $2";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(number).bind(token_hash).fetch_optional(conn).await)?)
}

/// By its number, for whoever also knows its code.
pub async fn by_number_and_code(
    tx: &mut Tx<'_>,
    number: &str,
    code: &str,
) -> Result<Option<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations WHERE number = $1 AND code = $2";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(number).bind(code).fetch_optional(conn).await)?)
}

/// By its number, for the staff of a store.
pub async fn at_store(tx: &mut Tx<'_>, number: &str, store_id: i64) -> Result<Option<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations WHERE number = $1 AND store_id = $2";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(number).bind(store_id).fetch_optional(conn).await)?)
}

/// By the code said at a store's counter: the live one, else the newest that had it.
pub async fn by_code(tx: &mut Tx<'_>, code: &str, store_id: i64) -> Result<Option<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations WHERE store_id = $1 AND code = $2
               ORDER BY CASE WHEN status IN ('placed', 'picking', 'ready') THEN 0 ELSE 1 END, id DESC LIMIT 1";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(store_id).bind(code).fetch_optional(conn).await)?)
}

pub async fn lines(tx: &mut Tx<'_>, reservation_id: i64) -> Result<Vec<ReservationLineRow>, Error> {
    let sql = "SELECT * FROM reservation_lines WHERE reservation_id = $1 ORDER BY position";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(reservation_id).fetch_all(conn).await)?)
}

/// How many reservations of a shopper still hold stock.
pub async fn live_of(tx: &mut Tx<'_>, shopper: &str, now: i64) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) FROM reservations
               WHERE shopper = $1 AND status IN ('placed', 'picking', 'ready') AND expires_at > $2";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).bind(shopper).bind(now).fetch_one(conn).await)?)
}

/// Where a change of state is written: only from the state the decision was made on (`false`: somebody was quicker).
pub async fn set_status(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    from: &str,
    to: &str,
    at: i64,
) -> Result<bool, Error> {
    let sql = "UPDATE reservations SET status = $3,
                 picking_at = CASE WHEN $3 = 'picking' THEN $4 ELSE picking_at END,
                 ready_at = CASE WHEN $3 = 'ready' THEN $4 ELSE ready_at END,
                 ended_at = CASE WHEN $3 IN ('placed', 'picking', 'ready') THEN NULL ELSE $4 END
               WHERE id = $1 AND status = $2";
    let done = on!(tx, conn => {
        sqlx::query(sql)
            .bind(reservation_id)
            .bind(from)
            .bind(to)
            .bind(at)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// What a store has to do: everything live, then the newest that ended.
pub async fn board(tx: &mut Tx<'_>, store_id: i64, ended: i64) -> Result<Vec<ReservationRow>, Error> {
    let live = "SELECT * FROM reservations WHERE store_id = $1 AND status IN ('placed', 'picking', 'ready')
                ORDER BY ready_by, id LIMIT 500";
    let done = "SELECT * FROM reservations
                WHERE store_id = $1 AND status NOT IN ('placed', 'picking', 'ready')
                ORDER BY ended_at DESC, id DESC LIMIT $2";
    let mut rows: Vec<ReservationRow> =
        on!(tx, conn => sqlx::query_as(live).bind(store_id).fetch_all(conn).await)?;
    let ended: Vec<ReservationRow> =
        on!(tx, conn => sqlx::query_as(done).bind(store_id).bind(ended).fetch_all(conn).await)?;
    rows.extend(ended);
    Ok(rows)
}

/// Live reservations whose moment has passed, oldest first.
pub async fn due(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<Vec<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations
               WHERE status IN ('placed', 'picking', 'ready') AND expires_at <= $1
               ORDER BY expires_at, id LIMIT $2";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(now).bind(limit).fetch_all(conn).await)?)
}

/// By its number alone, for jobs that were written in the same transaction as the reservation itself.
pub async fn for_job(tx: &mut Tx<'_>, number: &str) -> Result<Option<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations WHERE number = $1";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(number).fetch_optional(conn).await)?)
}

/// How many reservations each store still has to pick: the queue a new promise stands behind.
pub async fn queues(tx: &mut Tx<'_>, now: i64) -> Result<Vec<(i64, i64)>, Error> {
    let sql = "SELECT store_id, COUNT(*) FROM reservations
               WHERE status IN ('placed', 'picking') AND expires_at > $1 GROUP BY store_id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(now).fetch_all(conn).await)?)
}
