//! Orders, and the quarters of an hour they are collected in. The groups of an order are reservations: see
//! `fulfilment`; what opens their hand-over: see `passes`.

use crate::{
    Error, Tx,
    engine::{in_turn, kept, on},
    postgres::in_time,
};

/// An order: who asked, what it costs in sum, how long it is held. Its groups are rows of `reservations`.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct OrderRow {
    pub id: i64,
    pub number: String,
    pub token_hash: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub lang: String,
    /// Who limits count for: an e-mail address or phone number, hashed.
    pub shopper: String,
    /// Who takes the money; none: the till.
    pub provider: Option<String>,
    pub currency: String,
    pub subtotal: i64,
    pub fees: i64,
    pub tax: i64,
    pub tax_included: i64,
    pub total: i64,
    pub proxy: Option<String>,
    pub placed_at: i64,
    pub held_until: Option<i64>,
    pub extended: i64,
    pub settled_at: Option<i64>,
    pub version: i64,
}

/// Writes an order in its shopper's turn and answers its id; `row.id` is not looked at.
pub async fn insert(tx: &mut Tx<'_>, row: &OrderRow) -> Result<i64, Error> {
    let turn = in_turn(tx);
    let sql = sqlx::AssertSqlSafe(format!(
        "INSERT INTO orders (number, token_hash, name, email, phone, lang, shopper, provider, currency,
               subtotal, fees, tax, tax_included, total, placed_at, held_until, extended, version)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, 1)
               RETURNING id{turn}"
    ));
    Ok(on!(tx, conn => {
        sqlx::query_scalar(sql)
            .bind(&row.number)
            .bind(&row.token_hash)
            .bind(&row.name)
            .bind(&row.email)
            .bind(&row.phone)
            .bind(&row.lang)
            .bind(&row.shopper)
            .bind(&row.provider)
            .bind(&row.currency)
            .bind(row.subtotal)
            .bind(row.fees)
            .bind(row.tax)
            .bind(row.tax_included)
            .bind(row.total)
            .bind(row.placed_at)
            .bind(row.held_until)
            .fetch_one(conn)
            .await
    })?)
}

/// By its number, for whoever shows the token with this hash.
pub async fn by_token(tx: &mut Tx<'_>, number: &str, token_hash: &str) -> Result<Option<OrderRow>, Error> {
    let sql = "SELECT * FROM orders WHERE number = $1 AND token_hash = $2";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(number).bind(token_hash).fetch_optional(conn).await)?)
}

/// The same, and nobody else changes it until the transaction is over: it is read as whoever was waited for has left it.
pub async fn lock_by_token(
    tx: &mut Tx<'_>,
    number: &str,
    token_hash: &str,
) -> Result<Option<OrderRow>, Error> {
    let kept = kept(tx);
    let sql =
        sqlx::AssertSqlSafe(format!("SELECT * FROM orders WHERE number = $1 AND token_hash = $2{kept}"));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(number).bind(token_hash).fetch_optional(conn).await)?)
}

/// By its number, for partners whose scope the deed has checked, and for jobs.
pub async fn by_number(tx: &mut Tx<'_>, number: &str) -> Result<Option<OrderRow>, Error> {
    let sql = "SELECT * FROM orders WHERE number = $1";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(number).fetch_optional(conn).await)?)
}

/// By its number, for whoever also knows the code of one of its groups, as they were made or are now.
pub async fn by_number_and_code(
    tx: &mut Tx<'_>,
    number: &str,
    code: &str,
) -> Result<Option<OrderRow>, Error> {
    let sql = "SELECT * FROM orders WHERE number = $1 AND EXISTS
                 (SELECT 1 FROM reservations
                  WHERE reservations.order_id = orders.id AND reservations.code = $2)";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(number).bind(code).fetch_optional(conn).await)?)
}

/// By its number, for whoever also knows the e-mail address or the phone number its owner is told at.
pub async fn by_number_and_reach(
    tx: &mut Tx<'_>,
    number: &str,
    reach: &str,
) -> Result<Option<OrderRow>, Error> {
    let sql = "SELECT * FROM orders WHERE number = $1 AND (phone = $2 OR LOWER(email) = LOWER($2))";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(number).bind(reach).fetch_optional(conn).await)?)
}

/// By its id, for what was found through one of its groups or payments.
pub async fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<OrderRow>, Error> {
    let sql = "SELECT * FROM orders WHERE id = $1";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(id).fetch_optional(conn).await)?)
}

/// Keeps others from changing an order until the transaction is over, and waits for whoever does: what is read next is
/// what they left (SQLite has one writer anyway).
pub async fn lock(tx: &mut Tx<'_>, id: i64) -> Result<(), Error> {
    let kept = kept(tx);
    let sql = sqlx::AssertSqlSafe(format!("SELECT id FROM orders WHERE id = $1{kept}"));
    on!(tx, conn => sqlx::query(sql).bind(id).execute(conn).await.map(drop))?;
    Ok(())
}

/// Takes the order for a change: false where somebody changed it since `version` was read.
pub async fn advance(tx: &mut Tx<'_>, id: i64, version: i64) -> Result<bool, Error> {
    let sql = "UPDATE orders SET version = version + 1 WHERE id = $1 AND version = $2";
    let done = on!(tx, conn => {
        sqlx::query(sql).bind(id).bind(version).execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// It is paid. False where it was before.
pub async fn settle(tx: &mut Tx<'_>, id: i64, at: i64) -> Result<bool, Error> {
    let sql = "UPDATE orders SET settled_at = $2, held_until = NULL WHERE id = $1 AND settled_at IS NULL";
    let done = on!(tx, conn => {
        sqlx::query(sql).bind(id).bind(at).execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// Holds it longer, once. False where that was done before.
pub async fn extend(tx: &mut Tx<'_>, id: i64, held_until: i64) -> Result<bool, Error> {
    let sql = "UPDATE orders SET held_until = $2, extended = 1
               WHERE id = $1 AND extended = 0 AND settled_at IS NULL AND held_until IS NOT NULL";
    let done = on!(tx, conn => {
        sqlx::query(sql).bind(id).bind(held_until).execute(conn).await.map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// Holds it until then, for what was just written in the place of what had as much time left.
pub async fn hold_until(tx: &mut Tx<'_>, id: i64, held_until: i64, extended: bool) -> Result<(), Error> {
    let sql = "UPDATE orders SET held_until = $2, extended = $3 WHERE id = $1";
    on!(tx, conn => {
        sqlx::query(sql).bind(id).bind(held_until).bind(i64::from(extended)).execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// Sums of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub subtotal: i64,
    pub fees: i64,
    pub tax: i64,
    pub total: i64,
}

/// After its groups were changed; the deed above has reckoned them.
pub async fn set_sums(tx: &mut Tx<'_>, id: i64, sums: Sums) -> Result<(), Error> {
    let sql = "UPDATE orders SET subtotal = $2, fees = $3, tax = $4, total = $5 WHERE id = $1";
    on!(tx, conn => {
        sqlx::query(sql)
            .bind(id)
            .bind(sums.subtotal)
            .bind(sums.fees)
            .bind(sums.tax)
            .bind(sums.total)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Who takes the money from now on.
pub async fn set_provider(tx: &mut Tx<'_>, id: i64, provider: &str) -> Result<(), Error> {
    let sql = "UPDATE orders SET provider = $2 WHERE id = $1";
    on!(tx, conn => sqlx::query(sql).bind(id).bind(provider).execute(conn).await.map(drop))?;
    Ok(())
}

/// It asks nobody for money any more, and waits for none.
pub async fn needs_no_money(tx: &mut Tx<'_>, id: i64) -> Result<(), Error> {
    let sql = "UPDATE orders SET provider = NULL, held_until = NULL WHERE id = $1";
    on!(tx, conn => sqlx::query(sql).bind(id).execute(conn).await.map(drop))?;
    Ok(())
}

/// Whom the owner sends; none: nobody.
pub async fn set_proxy(tx: &mut Tx<'_>, id: i64, proxy: Option<&str>) -> Result<(), Error> {
    let sql = "UPDATE orders SET proxy = $2 WHERE id = $1";
    on!(tx, conn => sqlx::query(sql).bind(id).bind(proxy).execute(conn).await.map(drop))?;
    Ok(())
}

/// Locks these quarters of an hour, each as its store and its beginning and named once, in their order until the
/// transaction is over: for whoever goes on to leave and take them group by group, which is another order. One that nobody
/// was in yet is written, as whoever takes its first place would have to be waited for, too. SQLite has one writer.
pub async fn lock_windows(tx: &mut Tx<'_>, windows: &[(i64, i64)]) -> Result<(), Error> {
    let Tx::Postgres(conn) = tx else { return Ok(()) };
    let sql = "INSERT INTO window_places (store_id, starts_at, taken)
               SELECT store_id, starts_at, 0
               FROM unnest($1::BIGINT[], $2::BIGINT[]) AS wanted (store_id, starts_at)
               ORDER BY store_id, starts_at
               ON CONFLICT (store_id, starts_at) DO UPDATE SET taken = window_places.taken";
    let (stores, beginnings): (Vec<i64>, Vec<i64>) = windows.iter().copied().unzip();
    in_time(sqlx::query(sql).bind(stores).bind(beginnings).execute(&mut **conn)).await?;
    Ok(())
}

/// Takes a place in a quarter of an hour. False: it is full, nothing changed.
pub async fn take_window(
    tx: &mut Tx<'_>,
    store_id: i64,
    starts_at: i64,
    capacity: i64,
) -> Result<bool, Error> {
    let sql = "INSERT INTO window_places (store_id, starts_at, taken) VALUES ($1, $2, 1)
               ON CONFLICT (store_id, starts_at) DO UPDATE SET taken = window_places.taken + 1
               WHERE window_places.taken < $3";
    let done = on!(tx, conn => {
        sqlx::query(sql)
            .bind(store_id)
            .bind(starts_at)
            .bind(capacity)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(done == 1)
}

/// Gives a place in a quarter of an hour back.
pub async fn leave_window(tx: &mut Tx<'_>, store_id: i64, starts_at: i64) -> Result<(), Error> {
    let sql =
        "UPDATE window_places SET taken = taken - 1 WHERE store_id = $1 AND starts_at = $2 AND taken > 0";
    on!(tx, conn => sqlx::query(sql).bind(store_id).bind(starts_at).execute(conn).await.map(drop))?;
    Ok(())
}

/// How many are taken in the windows of a store from a moment on.
pub async fn windows_taken(tx: &mut Tx<'_>, store_id: i64, from: i64) -> Result<Vec<(i64, i64)>, Error> {
    let sql = "SELECT starts_at, taken FROM window_places WHERE store_id = $1 AND starts_at >= $2";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(store_id).bind(from).fetch_all(conn).await)?)
}
