//! Reservations that are written together: a statement a table, for as many as there are.

use sqlx::QueryBuilder;

use super::{ReservationLineRow, ReservationRow};
use crate::{
    Error, Tx,
    engine::{in_turn, on},
};

/// Whether one of these shoppers has `many` reservations or more that hold stock. It stays so until the transaction is
/// over where it is asked in their turn: after `insert_all`, or after their order was written.
pub async fn any_has(tx: &mut Tx<'_>, shoppers: &[&str], many: i64, now: i64) -> Result<bool, Error> {
    let found: i64 = on!(tx, conn: E => {
        let mut query = QueryBuilder::<E>::new("WITH asked (shopper) AS (");
        query.push_values(shoppers, |mut values, shopper| {
            values.push_bind(*shopper);
        });
        // One after the other, by the words of the index of shoppers and none that another could be thought of for: without
        // statistics both engines take one of states or moments otherwise, or none, and read all that are live.
        query.push(
            ") SELECT COUNT(*) FROM asked
               WHERE (SELECT COUNT(*) FROM reservations r
                      WHERE r.shopper = asked.shopper AND r.ended_at IS NULL
                        AND (r.status || '') IN ('pending', 'placed', 'picking', 'ready') AND r.expires_at + 0 > ",
        );
        query.push_bind(now).push(") >= ").push_bind(many);
        query.build_query_scalar().fetch_one(conn).await
    })?;
    Ok(found > 0)
}

/// Writes placed reservations, each in its shopper's turn, and answers number and id of each; `id` of the rows is not
/// looked at. Rows of several shoppers come in the order of `shopper`.
pub async fn insert_all(tx: &mut Tx<'_>, rows: &[&ReservationRow]) -> Result<Vec<(String, i64)>, Error> {
    let turn = in_turn(tx);
    Ok(on!(tx, conn: E => {
        let mut query = QueryBuilder::<E>::new(
            "INSERT INTO reservations (number, token_hash, code, store_id, status, name, email, phone, lang, shopper,
               currency, total, placed_at, ready_by, expires_at, way, fee, tax, asked, confirmed_at) ",
        );
        query.push_values(rows, |mut values, row| {
            values
                .push_bind(&row.number)
                .push_bind(&row.token_hash)
                .push_bind(&row.code)
                .push_bind(row.store_id)
                .push_bind(&row.status)
                .push_bind(&row.name)
                .push_bind(&row.email)
                .push_bind(&row.phone)
                .push_bind(&row.lang)
                .push_bind(&row.shopper)
                .push_bind(&row.currency)
                .push_bind(row.total)
                .push_bind(row.placed_at)
                .push_bind(row.ready_by)
                .push_bind(row.expires_at)
                .push_bind(&row.way)
                .push_bind(row.fee)
                .push_bind(row.tax)
                .push_bind(row.asked)
                .push_bind(row.placed_at);
        });
        query.push(" RETURNING number, id").push(turn).build_query_as().fetch_all(conn).await
    })?)
}

/// How many lines one statement writes: SQLite takes 32,766 values.
const LINES: usize = 5_000;

/// Writes lines of any number of reservations.
pub async fn insert_lines(tx: &mut Tx<'_>, lines: &[ReservationLineRow]) -> Result<(), Error> {
    for lines in lines.chunks(LINES) {
        on!(tx, conn: E => {
            let mut query = QueryBuilder::<E>::new(
                "INSERT INTO reservation_lines (reservation_id, position, variant_id, quantity, price, discounts) ",
            );
            query.push_values(lines, |mut values, line| {
                values
                    .push_bind(line.reservation_id)
                    .push_bind(line.position)
                    .push_bind(line.variant_id)
                    .push_bind(line.quantity)
                    .push_bind(line.price)
                    .push_bind(&line.discounts);
            });
            query.build().execute(conn).await.map(drop)
        })?;
    }
    Ok(())
}
