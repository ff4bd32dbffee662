//! What the database keeps of one person, wherever it stands: read for them, and taken out for them. A person is the
//! e-mail address or the phone number they gave.

use crate::{Error, Tx, engine::on, fulfilment::ReservationRow, orders::OrderRow};

/// A way somebody gave to be reached; one of both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    pub email: Option<String>,
    pub phone: Option<String>,
}

/// Everything they reserved, the groups of their orders included, oldest first.
pub async fn reservations_of(tx: &mut Tx<'_>, way: &Way) -> Result<Vec<ReservationRow>, Error> {
    let sql = "SELECT * FROM reservations
               WHERE LOWER(email) = LOWER($1) OR phone = $2 OR order_id IN
                 (SELECT id FROM orders WHERE LOWER(email) = LOWER($1) OR phone = $2) ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(&way.email).bind(&way.phone).fetch_all(conn).await)?)
}

/// Everything they ordered, oldest first.
pub async fn orders_of(tx: &mut Tx<'_>, way: &Way) -> Result<Vec<OrderRow>, Error> {
    let sql = "SELECT * FROM orders WHERE LOWER(email) = LOWER($1) OR phone = $2 ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(&way.email).bind(&way.phone).fetch_all(conn).await)?)
}

/// SKU, quantity and price of one, of each line of a reservation.
pub async fn lines_of(tx: &mut Tx<'_>, reservation_id: i64) -> Result<Vec<(String, i64, i64)>, Error> {
    let sql = "SELECT variants.sku, l.quantity, l.price FROM reservation_lines l
               JOIN variants ON variants.id = l.variant_id WHERE l.reservation_id = $1 ORDER BY l.position";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(reservation_id).fetch_all(conn).await)?)
}

/// Takes the person out of a reservation. What remains says what was reserved where, and what became of it.
pub async fn erase_reservation(tx: &mut Tx<'_>, id: i64) -> Result<(), Error> {
    let passes = "DELETE FROM passes WHERE reservation_id = $1";
    on!(tx, conn => sqlx::query(passes).bind(id).execute(conn).await.map(drop))?;
    // No token has an empty hash: the page that showed who they are opens for nobody any more.
    let sql = "UPDATE reservations SET name = '', email = NULL, phone = NULL, shopper = '', token_hash = '',
                 address = NULL, car = '', bay = '' WHERE id = $1";
    on!(tx, conn => sqlx::query(sql).bind(id).execute(conn).await.map(drop))?;
    Ok(())
}

/// Takes the person out of an order, of its payments, and of what providers said about them. Sums and entries stay.
pub async fn erase_order(tx: &mut Tx<'_>, id: i64, number: &str) -> Result<(), Error> {
    let inbox = "UPDATE inbox SET body = '' WHERE reference IN
                   (SELECT reference FROM payments WHERE order_id = $1
                    UNION SELECT provider_id FROM payments WHERE order_id = $1 AND provider_id IS NOT NULL)";
    on!(tx, conn => sqlx::query(inbox).bind(id).execute(conn).await.map(drop))?;
    let payments = "UPDATE payments SET redirect_url = NULL, change = NULL, last_error = NULL
                    WHERE order_id = $1 AND status NOT IN ('created', 'open')";
    on!(tx, conn => sqlx::query(payments).bind(id).execute(conn).await.map(drop))?;
    // The way back from the test provider holds the order's token.
    let test =
        "UPDATE test_payments SET return_url = '', cancel_url = '', title = '' WHERE order_number = $1";
    on!(tx, conn => sqlx::query(test).bind(number).execute(conn).await.map(drop))?;
    let sql = "UPDATE orders SET name = '', email = NULL, phone = NULL, shopper = '', token_hash = '',
                 proxy = NULL WHERE id = $1";
    on!(tx, conn => sqlx::query(sql).bind(id).execute(conn).await.map(drop))?;
    Ok(())
}

/// Forgets kept answers that hold a number, and its token with it.
pub async fn forget_outcomes(tx: &mut Tx<'_>, number: &str) -> Result<(), Error> {
    let sql = "DELETE FROM idempotency WHERE answer LIKE $1";
    let pattern = format!("%{number}%");
    on!(tx, conn => sqlx::query(sql).bind(pattern).execute(conn).await.map(drop))?;
    Ok(())
}

/// Forgets jobs that are over and were about this number: what partners were told holds how its owner's car looks. What
/// is still to be told is told first, and forgotten with the others.
pub async fn forget_jobs(tx: &mut Tx<'_>, number: &str) -> Result<(), Error> {
    let sql = "DELETE FROM outbox WHERE (done_at IS NOT NULL OR failed_at IS NOT NULL) AND payload LIKE $1";
    let pattern = format!("%{number}%");
    on!(tx, conn => sqlx::query(sql).bind(pattern).execute(conn).await.map(drop))?;
    Ok(())
}

/// Money of an order that is still on its way: payments that have not ended, refunds that are not done.
pub async fn money_under_way(tx: &mut Tx<'_>, order_id: i64) -> Result<i64, Error> {
    let sql = "SELECT (SELECT COUNT(*) FROM payments WHERE order_id = $1 AND status IN ('created', 'open'))
                    + (SELECT COUNT(*) FROM refunds WHERE order_id = $1 AND status = 'requested')";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).bind(order_id).fetch_one(conn).await)?)
}

/// Where browsers are told about this number, and since when (Unix milliseconds).
pub async fn pushes_of(tx: &mut Tx<'_>, number: &str) -> Result<Vec<(String, i64)>, Error> {
    let sql = "SELECT endpoint, created_at FROM push_subscriptions WHERE number = $1 ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(number).fetch_all(conn).await)?)
}

/// Nobody's browser is told about this number any more.
pub async fn forget_pushes(tx: &mut Tx<'_>, number: &str) -> Result<(), Error> {
    let sql = "DELETE FROM push_subscriptions WHERE number = $1";
    on!(tx, conn => sqlx::query(sql).bind(number).execute(conn).await.map(drop))?;
    Ok(())
}
