//! What a pick that did not find everything changes: lines become fewer, what is missing is split off, and something
//! else is held in its place.

use super::ReservationRow;
use crate::{Error, Tx, engine::on};

/// How many a line still asks for; none takes it out.
pub async fn set_line(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    position: i64,
    quantity: i64,
) -> Result<(), Error> {
    if quantity == 0 {
        let sql = "DELETE FROM reservation_lines WHERE reservation_id = $1 AND position = $2";
        on!(tx, conn => sqlx::query(sql).bind(reservation_id).bind(position).execute(conn).await.map(drop))?;
        return Ok(());
    }
    let sql = "UPDATE reservation_lines SET quantity = $3 WHERE reservation_id = $1 AND position = $2";
    on!(tx, conn => {
        sqlx::query(sql).bind(reservation_id).bind(position).bind(quantity).execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// What is asked for it from now on.
pub async fn set_charge(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    total: i64,
    tax: i64,
    asked: i64,
) -> Result<(), Error> {
    let sql = "UPDATE reservations SET total = $2, tax = $3, asked = $4 WHERE id = $1";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(reservation_id)
            .bind(total)
            .bind(tax)
            .bind(asked)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// What was not found of it, as it was split off.
pub async fn split_off(tx: &mut Tx<'_>, number: &str) -> Result<Vec<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations WHERE split_from = $1 ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(number).fetch_all(conn).await)?)
}

/// Something is done about what was not found. False: it was done before.
pub async fn heal(tx: &mut Tx<'_>, reservation_id: i64, at: i64) -> Result<bool, Error> {
    let sql = "UPDATE reservations SET healed_at = $2
               WHERE id = $1 AND status = 'not_found' AND healed_at IS NULL";
    let done = on!(tx, conn => {
        sqlx::query(sql).bind(reservation_id).bind(at).execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// By when it will be ready and where it is brought, for what is only offered: a promise that was given stands.
pub async fn promise(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    ready_by: i64,
    address: Option<&str>,
) -> Result<bool, Error> {
    let sql = "UPDATE reservations SET ready_by = $2, address = $3 WHERE id = $1 AND status = 'pending'";
    let done = on!(tx, conn => {
        sqlx::query(sql)
            .bind(reservation_id)
            .bind(ready_by)
            .bind(address)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}
