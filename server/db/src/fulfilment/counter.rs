//! What the people of a store tell each other of a reservation: who picks it, where it stands, what has to go back.

use super::ReservationRow;
use crate::{
    Error, Tx,
    engine::{kept, on},
};

/// What is noted of one reservation.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct NoteRow {
    pub reservation_id: i64,
    /// Who began to pick it.
    pub picker: Option<i64>,
    pub picker_name: Option<String>,
    /// Where it stands; empty where nobody said.
    pub place: String,
    /// The store that has to put it back on its shelf.
    pub back_to: Option<i64>,
}

const NOTES: &str = "SELECT n.reservation_id, n.picker, staff.name AS picker_name, n.place, n.back_to
                     FROM counter_notes n LEFT JOIN staff ON staff.id = n.picker";

/// Of everything under way at a store, and of what it has to put back.
pub async fn notes(tx: &mut Tx<'_>, store_id: i64) -> Result<Vec<NoteRow>, Error> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{NOTES} WHERE n.back_to = $1
         UNION ALL
         {NOTES} JOIN reservations r ON r.id = n.reservation_id
         WHERE (r.store_id = $1 OR r.source_id = $1) AND r.status IN ('placed', 'picking', 'in_transfer', 'ready')"
    ));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(store_id).fetch_all(conn).await)?)
}

/// Of one reservation; none where nothing is noted.
pub async fn note(tx: &mut Tx<'_>, reservation_id: i64) -> Result<Option<NoteRow>, Error> {
    let sql = sqlx::AssertSqlSafe(format!("{NOTES} WHERE n.reservation_id = $1"));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(reservation_id).fetch_optional(conn).await)?)
}

/// Somebody of the staff picks it from now on.
pub async fn picks(tx: &mut Tx<'_>, reservation_id: i64, picker: i64) -> Result<(), Error> {
    let sql = "INSERT INTO counter_notes (reservation_id, picker) VALUES ($1, $2)
               ON CONFLICT (reservation_id) DO UPDATE SET picker = excluded.picker";
    on!(tx, conn => sqlx::query(sql).bind(reservation_id).bind(picker).execute(conn).await.map(drop))?;
    Ok(())
}

/// It stands there; empty takes back what was said.
pub async fn stands(tx: &mut Tx<'_>, reservation_id: i64, place: &str) -> Result<(), Error> {
    let sql = "INSERT INTO counter_notes (reservation_id, place) VALUES ($1, $2)
               ON CONFLICT (reservation_id) DO UPDATE SET place = excluded.place";
    on!(tx, conn => sqlx::query(sql).bind(reservation_id).bind(place).execute(conn).await.map(drop))?;
    Ok(())
}

/// What is off the shelf for a reservation that has ended goes back: what waited at the counter at the store that
/// would have handed it over, what was being picked where it was picked.
pub(super) async fn goes_back(tx: &mut Tx<'_>, reservation_id: i64, from: &str) -> Result<(), Error> {
    let sql = "INSERT INTO counter_notes (reservation_id, back_to)
               SELECT id, CASE WHEN $2 = 'ready' THEN store_id ELSE COALESCE(source_id, store_id) END
               FROM reservations WHERE id = $1
               ON CONFLICT (reservation_id) DO UPDATE SET back_to = excluded.back_to";
    on!(tx, conn => sqlx::query(sql).bind(reservation_id).bind(from).execute(conn).await.map(drop))?;
    Ok(())
}

/// What a store has to put back on its shelf, the one that ended first on top.
pub async fn to_put_back(tx: &mut Tx<'_>, store_id: i64, limit: i64) -> Result<Vec<ReservationRow>, Error> {
    let sql = "SELECT r.* FROM reservations r JOIN counter_notes n ON n.reservation_id = r.id
               WHERE n.back_to = $1 ORDER BY r.ended_at, r.id LIMIT $2";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(store_id).bind(limit).fetch_all(conn).await)?)
}

/// It is on the shelf again; false where a store has nothing to put back of it.
pub async fn put_back(tx: &mut Tx<'_>, reservation_id: i64, store_id: i64) -> Result<bool, Error> {
    let sql = "UPDATE counter_notes SET back_to = NULL WHERE reservation_id = $1 AND back_to = $2";
    let done = on!(tx, conn => {
        sqlx::query(sql)
            .bind(reservation_id)
            .bind(store_id)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// Keeps others from changing a reservation that is no part of an order until the transaction is over: a till that hands
/// it over sells other things beside it, and locks their levels after it (SQLite has one writer anyway).
pub async fn lock(tx: &mut Tx<'_>, reservation_id: i64) -> Result<(), Error> {
    let kept = kept(tx);
    let sql = sqlx::AssertSqlSafe(format!("SELECT id FROM reservations WHERE id = $1{kept}"));
    on!(tx, conn => sqlx::query(sql).bind(reservation_id).execute(conn).await.map(drop))?;
    Ok(())
}
