//! The one handle to either engine: reading on many connections, writing in units of work.
//!
//! A unit of work is a closure over a [`Tx`]. SQLite runs many waiting ones in one transaction (a savepoint
//! each) and answers after the fsync; PostgreSQL runs each in its own, retried a bounded number of times when
//! transactions collide. So a unit may run more than once and must keep its side effects inside the `Tx`.

use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::BoxFuture;
use onshelf_sqlite::Connection;
use sqlx::PgConnection;

use crate::{Error, Failure, copies, postgres, sqlite};

/// A database: an embedded SQLite file or a PostgreSQL server (or what speaks its wire).
#[derive(Clone)]
pub enum Db {
    Sqlite(sqlite::Embedded),
    Postgres(postgres::Server),
}

/// One connection inside a transaction (or, for a [`Reader`], outside of one).
pub enum Tx<'c> {
    Sqlite(&'c mut Connection),
    Postgres(&'c mut PgConnection),
}

/// A connection to read with.
pub enum Reader {
    Sqlite(sqlite::Loan),
    Postgres(postgres::Loan),
}

/// How busy a database is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Units of work this process has asked for and not yet got an answer to, those that wait their turn included.
    pub writes: u64,
    /// Transactions that this process has committed since it began; on SQLite each carries all units that waited.
    pub commits: u64,
    /// Connections that are in use, and that are open and free. SQLite's one writer is not among them.
    pub busy: u64,
    pub idle: u64,
}

impl Load {
    /// With so many connections in use and free.
    fn of((busy, idle): (u64, u64)) -> Load {
        let (writes, commits) = (WRITES.load(Ordering::Relaxed), COMMITS.load(Ordering::Relaxed));
        Load { writes, commits, busy, idle }
    }
}

/// Units of work under way in this process.
static WRITES: AtomicU64 = AtomicU64::new(0);

/// Transactions that are on disk.
static COMMITS: AtomicU64 = AtomicU64::new(0);

pub(crate) fn count_commit() {
    COMMITS.fetch_add(1, Ordering::Relaxed);
}

/// Counts a unit of work for as long as it is waited for.
struct UnderWay;

impl UnderWay {
    fn begin() -> UnderWay {
        WRITES.fetch_add(1, Ordering::Relaxed);
        UnderWay
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        WRITES.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a unit of work gives back.
pub type Work<'c, T, E> = BoxFuture<'c, Result<T, E>>;

/// Runs one query, written once, on whichever engine the `Tx` is of. `$conn` is its executor and `$db` names the
/// engine's type where a query builder needs it. A server that never answers is waited for a bounded time.
macro_rules! on {
    ($tx:expr, $conn:ident => $query:expr) => {
        match $tx {
            $crate::Tx::Sqlite(connection) => {
                let $conn = &mut **connection;
                $query
            }
            $crate::Tx::Postgres(connection) => {
                let $conn = &mut **connection;
                $crate::postgres::in_time(async { $query }).await
            }
        }
    };
    ($tx:expr, $conn:ident: $db:ident => $query:expr) => {
        match $tx {
            $crate::Tx::Sqlite(connection) => {
                type $db = onshelf_sqlite::InPlace;
                let $conn = &mut **connection;
                $query
            }
            $crate::Tx::Postgres(connection) => {
                type $db = sqlx::Postgres;
                let $conn = &mut **connection;
                $crate::postgres::in_time(async { $query }).await
            }
        }
    };
}
pub(crate) use on;

/// What the RETURNING of an INSERT with a column `shopper` ends with, so that whoever writes for the same shopper waits
/// until this transaction is over: its next statement sees what they wrote. SQLite has one writer anyway. It comes
/// before any level is locked, and of several shoppers in the order of their names, so that nobody waits in a circle.
pub(crate) const fn in_turn(tx: &Tx<'_>) -> &'static str {
    match tx {
        Tx::Sqlite(_) => "",
        Tx::Postgres(_) => ", pg_advisory_xact_lock(hashtextextended(shopper, 0))",
    }
}

/// What a SELECT of what is to be taken ends with, so that it passes by what somebody else is taking at the moment.
/// SQLite has one writer anyway.
pub(crate) const fn passing_by(tx: &Tx<'_>) -> &'static str {
    match tx {
        Tx::Sqlite(_) => "",
        Tx::Postgres(_) => " FOR UPDATE SKIP LOCKED",
    }
}

/// What a SELECT ends with that keeps others from changing what it reads until the transaction is over. SQLite has one
/// writer anyway.
pub(crate) const fn kept(tx: &Tx<'_>) -> &'static str {
    match tx {
        Tx::Sqlite(_) => "",
        Tx::Postgres(_) => " FOR UPDATE",
    }
}

impl Reader {
    /// To read with; each statement sees what is committed by then.
    pub fn tx(&mut self) -> Tx<'_> {
        match self {
            Reader::Sqlite(connection) => Tx::Sqlite(connection),
            Reader::Postgres(connection) => Tx::Postgres(connection),
        }
    }
}

impl Db {
    /// Opens `sqlite://PATH` or `postgres://…` and brings the schema up to date.
    pub async fn open(url: &str) -> Result<Db, Error> {
        let db = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Db::Postgres(postgres::Server::connect(url).await?)
        } else if let Some(path) = url.strip_prefix("sqlite:") {
            Db::Sqlite(sqlite::Embedded::open(path.trim_start_matches("//")).await?)
        } else {
            return Err(Error::Unavailable(format!(
                "a database address begins with sqlite:// or postgres://, not {:?}",
                url.split(':').next().unwrap_or_default()
            )));
        };
        Ok(db)
    }

    /// A connection to read with, waited for a bounded time.
    #[tracing::instrument(target = "otel", level = "debug", name = "database connection", skip_all)]
    pub async fn reader(&self) -> Result<Reader, Error> {
        Ok(match self {
            Db::Sqlite(embedded) => Reader::Sqlite(embedded.lend().await?),
            Db::Postgres(server) => Reader::Postgres(server.lend().await?),
        })
    }

    /// Runs a unit of work and answers once it is on disk. On an error nothing of it stays.
    #[tracing::instrument(target = "otel", level = "debug", name = "database write", skip_all)]
    pub async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        F: for<'c> Fn(Tx<'c>) -> Work<'c, T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: Failure,
    {
        let _under_way = UnderWay::begin();
        match self {
            Db::Sqlite(embedded) => embedded.write(unit).await,
            Db::Postgres(server) => server.write(unit).await,
        }
    }

    /// Whether a trivial read succeeds now.
    pub async fn is_ready(&self) -> bool {
        let Ok(mut reader) = self.reader().await else { return false };
        on!(&mut reader.tx(), conn => sqlx::query("SELECT 1").execute(conn).await.map(drop)).is_ok()
    }

    /// Ends all connections after what is under way, as far as that ends soon.
    pub async fn close(&self) {
        match self {
            Db::Sqlite(embedded) => embedded.close(),
            Db::Postgres(server) => server.close().await,
        }
    }

    /// Writes a consistent copy of an SQLite database to a new file, also while others write.
    pub async fn backup(&self, file: &std::path::Path) -> Result<(), Error> {
        let Db::Sqlite(embedded) = self else {
            return Err(Error::Unavailable("PostgreSQL is backed up by its own programs".to_owned()));
        };
        copies::write(embedded.file(), file).await
    }

    /// How busy it is at this moment, without asking it anything.
    #[must_use]
    pub fn load(&self) -> Load {
        match self {
            Db::Sqlite(embedded) => Load::of(embedded.load()),
            Db::Postgres(server) => Load::of(server.load()),
        }
    }

    /// `sqlite` or `postgres`.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match self {
            Db::Sqlite(_) => "sqlite",
            Db::Postgres(_) => "postgres",
        }
    }
}
