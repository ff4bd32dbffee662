//! What the database keeps of one person, wherever it stands: read for them, and taken out for them. A person is the
//! e-mail address or the phone number they gave.

use std::collections::BTreeMap;

use sqlx::QueryBuilder;

use crate::{Error, Tx, engine::on, fulfilment::ReservationRow, idempotency::KeyOf, orders::OrderRow};

/// A way somebody gave to be reached; one of both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    pub email: Option<String>,
    pub phone: Option<String>,
}

/// What somebody left in the books, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The groups of their orders included.
    pub reservations: Vec<i64>,
    pub orders: Vec<i64>,
}

/// What was written about somebody beside the books themselves, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traces {
    /// Kept answers that hold a number.
    pub answers: Vec<KeyOf>,
    /// Jobs that are over: what partners were told holds how somebody's car looks. What is still to be told is told first,
    /// and forgotten with the others.
    pub jobs: Vec<i64>,
    /// What providers said of their payments.
    pub notes: Vec<i64>,
}

impl Traces {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.jobs.is_empty() && self.notes.is_empty()
    }
}

/// Numbers that are looked for at once: each is one more comparison a row, and SQLite takes no expression deeper than a
/// thousand.
const AT_ONCE: usize = 100;

/// Where somebody stands, oldest first. Everything that was ever reserved is looked through for it: no question for a
/// unit of work, which others wait for.
pub async fn find(tx: &mut Tx<'_>, way: &Way) -> Result<Found, Error> {
    let orders = "SELECT id FROM orders WHERE LOWER(email) = LOWER($1) OR phone = $2 ORDER BY id";
    let orders = on!(tx, conn => {
        sqlx::query_scalar(orders).bind(&way.email).bind(&way.phone).fetch_all(conn).await
    })?;
    let reservations = "SELECT id FROM reservations
               WHERE LOWER(email) = LOWER($1) OR phone = $2 OR order_id IN
                 (SELECT id FROM orders WHERE LOWER(email) = LOWER($1) OR phone = $2) ORDER BY id";
    let reservations = on!(tx, conn => {
        sqlx::query_scalar(reservations).bind(&way.email).bind(&way.phone).fetch_all(conn).await
    })?;
    Ok(Found { reservations, orders })
}

/// These reservations as they are now, oldest first, and whatever became of these orders since.
pub async fn reservations(tx: &mut Tx<'_>, found: &Found) -> Result<Vec<ReservationRow>, Error> {
    let mut rows: BTreeMap<i64, ReservationRow> = BTreeMap::new();
    let one = "SELECT * FROM reservations WHERE id = $1";
    let groups = "SELECT * FROM reservations WHERE order_id = $1";
    let asked =
        found.reservations.iter().map(|id| (one, id)).chain(found.orders.iter().map(|id| (groups, id)));
    for (sql, id) in asked {
        let some: Vec<ReservationRow> = on!(tx, conn => sqlx::query_as(sql).bind(id).fetch_all(conn).await)?;
        rows.extend(some.into_iter().map(|row| (row.id, row)));
    }
    Ok(rows.into_values().collect())
}

/// These orders as they are now.
pub async fn orders(tx: &mut Tx<'_>, found: &Found) -> Result<Vec<OrderRow>, Error> {
    let sql = "SELECT * FROM orders WHERE id = $1";
    let mut rows = Vec::with_capacity(found.orders.len());
    for id in &found.orders {
        rows.extend(on!(tx, conn => sqlx::query_as(sql).bind(id).fetch_optional(conn).await)?);
    }
    Ok(rows)
}

/// What was written about these numbers, and of these orders' payments. Looks through as much as [`find`].
pub async fn traces(tx: &mut Tx<'_>, numbers: &[String], orders: &[i64]) -> Result<Traces, Error> {
    let mut traces = Traces::default();
    for numbers in numbers.chunks(AT_ONCE) {
        let answers: Vec<(String, String, String)> = on!(tx, conn: E => {
            let mut query = QueryBuilder::<E>::new("SELECT actor, route, key FROM idempotency WHERE ");
            let mut any = query.separated(" OR ");
            for number in numbers {
                any.push("answer LIKE ").push_bind_unseparated(format!("%{number}%"));
            }
            query.build_query_as().fetch_all(conn).await
        })?;
        traces.answers.extend(answers.into_iter().map(|(actor, route, key)| KeyOf { actor, route, key }));
        let jobs: Vec<i64> = on!(tx, conn: E => {
            let over = "SELECT id FROM outbox WHERE (done_at IS NOT NULL OR failed_at IS NOT NULL) AND (";
            let mut query = QueryBuilder::<E>::new(over);
            let mut any = query.separated(" OR ");
            for number in numbers {
                any.push("payload LIKE ").push_bind_unseparated(format!("%{number}%"));
            }
            query.push(")");
            query.build_query_scalar().fetch_all(conn).await
        })?;
        traces.jobs.extend(jobs);
    }
    let notes = "SELECT id FROM inbox WHERE body <> '' AND reference IN
                   (SELECT reference FROM payments WHERE order_id = $1
                    UNION SELECT provider_id FROM payments WHERE order_id = $1 AND provider_id IS NOT NULL)";
    for order in orders {
        let notes: Vec<i64> = on!(tx, conn => sqlx::query_scalar(notes).bind(order).fetch_all(conn).await)?;
        traces.notes.extend(notes);
    }
    Ok(traces)
}

/// Forgets them; that a provider said something stays, and not what.
pub async fn forget(tx: &mut Tx<'_>, traces: &Traces) -> Result<(), Error> {
    let answer = "DELETE FROM idempotency WHERE actor = $1 AND route = $2 AND key = $3";
    for KeyOf { actor, route, key } in &traces.answers {
        on!(tx, conn => {
            sqlx::query(answer).bind(actor).bind(route).bind(key).execute(conn).await.map(drop)
        })?;
    }
    let job = "DELETE FROM outbox WHERE id = $1";
    for id in &traces.jobs {
        on!(tx, conn => sqlx::query(job).bind(id).execute(conn).await.map(drop))?;
    }
    let note = "UPDATE inbox SET body = '' WHERE id = $1";
    for id in &traces.notes {
        on!(tx, conn => sqlx::query(note).bind(id).execute(conn).await.map(drop))?;
    }
    Ok(())
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

/// Takes the person out of an order and of its payments. Sums and entries stay.
pub async fn erase_order(tx: &mut Tx<'_>, id: i64, number: &str) -> Result<(), Error> {
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
