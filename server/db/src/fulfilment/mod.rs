//! Reservations and their lines. Found by number, never by id alone: who asks must name a token, a store, an order or
//! a shopper, and the deed above checks it.

mod astray;
pub mod counter;
mod many;
mod pick;
mod promises;

pub use astray::went_astray;
pub use many::{any_has, insert_all, insert_lines};
pub use pick::{heal, promise, set_charge, set_line, split_off};
pub use promises::{PromiseRow, promises};

use crate::{Error, Tx, engine::on};

/// A reservation, or a group of an order. What happens to it stands in `domain::fulfilment::Reservation`.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
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
    /// The order it fulfils a group of; none: it stands alone, and is paid at the till.
    pub order_id: Option<i64>,
    pub way: String,
    /// The store whose stock it is, if not that of `store_id`.
    pub source_id: Option<i64>,
    /// As JSON.
    pub address: Option<String>,
    pub window_at: Option<i64>,
    pub fee: i64,
    pub tax: i64,
    /// What is asked for all of it: lines, fee, and tax where that is added.
    pub asked: i64,
    /// Number of the group it stands in for.
    pub offered_for: Option<String>,
    /// Number of the one whose missing lines these are.
    pub split_from: Option<String>,
    /// Since when something is done about what was not found of it.
    pub healed_at: Option<i64>,
    pub on_way_at: Option<i64>,
    pub arrived_at: Option<i64>,
    pub bay: String,
    pub car: String,
    /// `lost` or `came_back` where it was sent off and did not come.
    pub astray: Option<String>,
}

/// So many of one variant.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct ReservationLineRow {
    pub reservation_id: i64,
    pub position: i64,
    pub variant_id: i64,
    pub quantity: i64,
    /// Of one, in minor units of the reservation's currency: as it is charged.
    pub price: i64,
    /// What was taken off it, by name: JSON of a list; empty is none.
    pub discounts: String,
}

/// Writes a reservation and answers its id; `row.id` is not looked at. One that is placed is promised with it.
pub async fn insert(tx: &mut Tx<'_>, row: &ReservationRow) -> Result<i64, Error> {
    let sql =
        "INSERT INTO reservations (number, token_hash, code, store_id, status, name, email, phone, lang,
               shopper, currency, total, placed_at, ready_by, expires_at, order_id, way, source_id, address,
               window_at, fee, tax, asked, offered_for, split_from, picking_at, ended_at, confirmed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
               $20, $21, $22, $23, $24, $25, $26, $27, CASE WHEN $5 = 'placed' THEN $13 END) RETURNING id";
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
            .bind(row.order_id)
            .bind(&row.way)
            .bind(row.source_id)
            .bind(&row.address)
            .bind(row.window_at)
            .bind(row.fee)
            .bind(row.tax)
            .bind(row.asked)
            .bind(&row.offered_for)
            .bind(&row.split_from)
            .bind(row.picking_at)
            .bind(row.ended_at)
            .fetch_one(conn)
            .await
    })?)
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

/// By its number, for whoever also knows the e-mail address or the phone number its owner is told at.
pub async fn by_number_and_reach(
    tx: &mut Tx<'_>,
    number: &str,
    reach: &str,
) -> Result<Option<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations WHERE number = $1 AND (phone = $2 OR LOWER(email) = LOWER($2))";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(number).bind(reach).fetch_optional(conn).await)?)
}

/// By its number, for the staff of the store that hands it over or that it comes from.
pub async fn at_store(tx: &mut Tx<'_>, number: &str, store_id: i64) -> Result<Option<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations WHERE number = $1 AND (store_id = $2 OR source_id = $2)";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(number).bind(store_id).fetch_optional(conn).await)?)
}

/// By the code said at a store's counter: the live one, else the newest that had it.
pub async fn by_code(tx: &mut Tx<'_>, code: &str, store_id: i64) -> Result<Option<ReservationRow>, Error> {
    // The words of the two indexes, so that they are taken.
    let live = "SELECT * FROM reservations WHERE store_id = $1 AND code = $2
                  AND status IN ('pending', 'placed', 'picking', 'in_transfer', 'ready')";
    let over = "SELECT * FROM reservations WHERE store_id = $1 AND code = $2
                  AND status IN ('out_for_delivery', 'collected', 'delivered', 'cancelled', 'expired', 'not_found')
                ORDER BY id DESC LIMIT 1";
    for sql in [live, over] {
        let found =
            on!(tx, conn => sqlx::query_as(sql).bind(store_id).bind(code).fetch_optional(conn).await)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// By its id, for whoever showed a pass of it.
pub async fn of_pass(tx: &mut Tx<'_>, reservation_id: i64) -> Result<Option<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations WHERE id = $1";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(reservation_id).fetch_optional(conn).await)?)
}

/// In their order; empty where there is no such reservation.
pub async fn lines(tx: &mut Tx<'_>, reservation_id: i64) -> Result<Vec<ReservationLineRow>, Error> {
    let sql = "SELECT * FROM reservation_lines WHERE reservation_id = $1 ORDER BY position";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(reservation_id).fetch_all(conn).await)?)
}

/// The lines of all groups an order has, group by group in the order these were made.
pub async fn lines_of_order(tx: &mut Tx<'_>, order_id: i64) -> Result<Vec<ReservationLineRow>, Error> {
    let sql = "SELECT l.* FROM reservations r JOIN reservation_lines l ON l.reservation_id = r.id
               WHERE r.order_id = $1 AND r.replaced = 0 ORDER BY r.id, l.position";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(order_id).fetch_all(conn).await)?)
}

/// Where a change of state is written: only from the state the decision was made on (`false`: somebody was quicker), and
/// where `charged` is given only while its total and what is asked for it are those: a pick that was told meanwhile may
/// leave its state as it was. It runs out only where it was not kept longer meanwhile. Whoever ends it, what was off the shelf for it is noted to go back. Whose hand-over is taken
/// back was ready before.
pub async fn set_status(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    from: &str,
    to: &str,
    charged: Option<(i64, i64)>,
    at: i64,
) -> Result<bool, Error> {
    let sql = "UPDATE reservations SET status = $3,
                 picking_at = CASE WHEN $3 IN ('picking', 'in_transfer', 'out_for_delivery') THEN $4 ELSE picking_at END,
                 ready_at = CASE WHEN $3 = 'ready' AND $2 = 'collected' THEN COALESCE(ready_at, ended_at)
                            WHEN $3 = 'ready' THEN $4 WHEN $3 = 'picking' THEN NULL ELSE ready_at END,
                 confirmed_at = CASE WHEN $3 = 'placed' THEN COALESCE(confirmed_at, $4) ELSE confirmed_at END,
                 ended_at = CASE WHEN $3 IN ('pending', 'placed', 'picking', 'ready', 'in_transfer', 'out_for_delivery')
                            THEN NULL ELSE $4 END
               WHERE id = $1 AND status = $2 AND ($5 IS NULL OR total = $5 AND asked = $6)
                 AND ($3 <> 'expired' OR expires_at <= $4)";
    let done = on!(tx, conn => {
        sqlx::query(sql)
            .bind(reservation_id)
            .bind(from)
            .bind(to)
            .bind(at)
            .bind(charged.map(|(total, _)| total))
            .bind(charged.map(|(_, asked)| asked))
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    if done == 1 && matches!(from, "picking" | "ready") && matches!(to, "cancelled" | "expired") {
        counter::goes_back(tx, reservation_id, from).await?;
    }
    Ok(done == 1)
}

/// Until when a reservation is kept.
pub async fn set_expiry(tx: &mut Tx<'_>, reservation_id: i64, expires_at: i64) -> Result<(), Error> {
    let sql = "UPDATE reservations SET expires_at = $2 WHERE id = $1";
    on!(tx, conn => sqlx::query(sql).bind(reservation_id).bind(expires_at).execute(conn).await.map(drop))?;
    Ok(())
}

/// What a store has to do, for its own counter or another's as long as that has not got it: everything under way, then
/// the newest that ended.
pub async fn board(tx: &mut Tx<'_>, store_id: i64, ended: i64) -> Result<Vec<ReservationRow>, Error> {
    let live = "SELECT * FROM reservations
                WHERE (store_id = $1 AND status IN ('placed', 'picking', 'in_transfer', 'ready', 'out_for_delivery')
                    OR source_id = $1 AND status IN ('placed', 'picking', 'in_transfer'))
                ORDER BY ready_by, id LIMIT 500";
    let done = "SELECT * FROM reservations
                WHERE store_id = $1 AND status IN ('collected', 'delivered', 'cancelled', 'expired', 'not_found')
                  AND ended_at IS NOT NULL AND replaced = 0
                  AND (order_id IS NULL OR picking_at IS NOT NULL OR ready_at IS NOT NULL
                       OR status IN ('collected', 'not_found'))
                ORDER BY ended_at DESC, id DESC LIMIT $2";
    let mut rows: Vec<ReservationRow> =
        on!(tx, conn => sqlx::query_as(live).bind(store_id).fetch_all(conn).await)?;
    let ended: Vec<ReservationRow> =
        on!(tx, conn => sqlx::query_as(done).bind(store_id).bind(ended).fetch_all(conn).await)?;
    rows.extend(ended);
    Ok(rows)
}

/// The groups of an order, as they were made.
pub async fn of_order(tx: &mut Tx<'_>, order_id: i64) -> Result<Vec<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations WHERE order_id = $1 AND replaced = 0 ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(order_id).fetch_all(conn).await)?)
}

/// By its number, for whoever has found the order it is a group of; also one that others stand in the place of.
pub async fn of_order_by_number(
    tx: &mut Tx<'_>,
    order_id: i64,
    number: &str,
) -> Result<Option<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations WHERE number = $1 AND order_id = $2";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(number).bind(order_id).fetch_optional(conn).await)?)
}

/// What a customer can still collect somewhere: the groups of an order, and what was reserved by the same reach, which
/// is nobody's where it is empty.
pub async fn of_customer(
    tx: &mut Tx<'_>,
    order_id: Option<i64>,
    shopper: &str,
) -> Result<Vec<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations WHERE order_id = $1 AND status IN ('placed', 'picking', 'ready')
               UNION
               SELECT * FROM reservations
               WHERE shopper = $2 AND shopper <> '' AND ended_at IS NULL
                 AND (status || '') IN ('placed', 'picking', 'ready')
               ORDER BY ready_by, id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(order_id).bind(shopper).fetch_all(conn).await)?)
}

/// Other groups stand in its place.
pub async fn replace(tx: &mut Tx<'_>, reservation_id: i64) -> Result<(), Error> {
    let sql = "UPDATE reservations SET replaced = 1 WHERE id = $1";
    on!(tx, conn => sqlx::query(sql).bind(reservation_id).execute(conn).await.map(drop))?;
    Ok(())
}

/// Groups of orders that are past their promise and not ready, whose owners do not know it yet.
pub async fn late(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<Vec<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations
               WHERE order_id IS NOT NULL AND status IN ('placed', 'picking') AND ready_by < $1
                 AND expires_at > $1 AND delayed_at IS NULL ORDER BY ready_by, id LIMIT $2";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(now).bind(limit).fetch_all(conn).await)?)
}

/// Groups of orders that wait at a counter and are given up before `until`, whose owners were not reminded.
pub async fn leaving(
    tx: &mut Tx<'_>,
    now: i64,
    until: i64,
    limit: i64,
) -> Result<Vec<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations
               WHERE order_id IS NOT NULL AND status = 'ready' AND expires_at > $1 AND expires_at <= $2
                 AND reminded_at IS NULL ORDER BY expires_at, id LIMIT $3";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(now).bind(until).bind(limit).fetch_all(conn).await)?)
}

/// Their owner is told now that it is late. False: somebody else has told them.
pub async fn told_late(tx: &mut Tx<'_>, reservation_id: i64, at: i64) -> Result<bool, Error> {
    let sql = "UPDATE reservations SET delayed_at = $2 WHERE id = $1 AND delayed_at IS NULL";
    let done = on!(tx, conn => {
        sqlx::query(sql).bind(reservation_id).bind(at).execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// Their owner is reminded now. False: somebody else has done it.
pub async fn told_leaving(tx: &mut Tx<'_>, reservation_id: i64, at: i64) -> Result<bool, Error> {
    let sql = "UPDATE reservations SET reminded_at = $2 WHERE id = $1 AND reminded_at IS NULL";
    let done = on!(tx, conn => {
        sqlx::query(sql).bind(reservation_id).bind(at).execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// Word of the shopper's car.
pub async fn set_arrival(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    arrived: bool,
    bay: &str,
    car: &str,
    at: i64,
) -> Result<(), Error> {
    let sql = "UPDATE reservations SET on_way_at = COALESCE(on_way_at, $5),
                 arrived_at = CASE WHEN $2 = 1 THEN COALESCE(arrived_at, $5) ELSE arrived_at END,
                 bay = CASE WHEN $3 = '' THEN bay ELSE $3 END, car = CASE WHEN $4 = '' THEN car ELSE $4 END
               WHERE id = $1";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(reservation_id)
            .bind(i64::from(arrived))
            .bind(bay)
            .bind(car)
            .bind(at)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Live reservations whose moment has passed, oldest first.
pub async fn due(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<Vec<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations
               WHERE status IN ('pending', 'placed', 'picking', 'ready') AND expires_at <= $1
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
    let sql = "SELECT COALESCE(source_id, store_id) AS picked_at, COUNT(*) FROM reservations
               WHERE status IN ('placed', 'picking') AND expires_at > $1 GROUP BY COALESCE(source_id, store_id)";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(now).fetch_all(conn).await)?)
}

/// How many reservations stand at each state that is not over, and since when the longest does.
pub async fn under_way(tx: &mut Tx<'_>) -> Result<Vec<(String, i64, i64)>, Error> {
    let sql = "SELECT status, COUNT(*), MIN(CASE status WHEN 'picking' THEN COALESCE(picking_at, placed_at)
                 WHEN 'ready' THEN COALESCE(ready_at, placed_at)
                 WHEN 'in_transfer' THEN COALESCE(picking_at, placed_at)
                 WHEN 'out_for_delivery' THEN COALESCE(picking_at, placed_at) ELSE placed_at END)
               FROM reservations
               WHERE status IN ('pending', 'placed', 'picking', 'in_transfer', 'ready', 'out_for_delivery')
               GROUP BY status";
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await)?)
}

/// Live reservations whose moment has passed and that nobody has written down yet, and the oldest such moment.
pub async fn overdue(tx: &mut Tx<'_>, now: i64) -> Result<(i64, Option<i64>), Error> {
    let sql = "SELECT COUNT(*), MIN(expires_at) FROM reservations
               WHERE status IN ('pending', 'placed', 'picking', 'ready') AND expires_at <= $1";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(now).fetch_one(conn).await)?)
}

/// Forgets where baskets should have gone that nobody put a name to, and that ended after a moment.
pub async fn forget_addresses(tx: &mut Tx<'_>, since: i64) -> Result<u64, Error> {
    forget_some_addresses(tx, since, i64::MAX).await
}

/// The same of up to `limit` of them; answers how many.
pub async fn forget_some_addresses(tx: &mut Tx<'_>, since: i64, limit: i64) -> Result<u64, Error> {
    let sql = "UPDATE reservations SET address = NULL WHERE id IN (
                 SELECT id FROM reservations
                 WHERE status IN ('cancelled', 'expired') AND expires_at > $1 AND name = '' AND address IS NOT NULL
                 ORDER BY status, expires_at LIMIT $2)";
    Ok(on!(tx, conn => {
        sqlx::query(sql).bind(since).bind(limit).execute(conn).await.map(|done| done.rows_affected())
    })?)
}
