//! PostgreSQL: each unit of work in its own transaction, in a task that a client's disconnect cannot cancel
//! (a dropped `begin` can hand a connection back inside a transaction, launchbadge/sqlx#4393).

use std::{
    ops::{Deref, DerefMut},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sqlx::{
    Connection, PgConnection, PgPool, Postgres,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{
    runtime::Handle,
    sync::Notify,
    time::{sleep, timeout},
};

use tracing::Instrument;

use crate::{
    Error, Failure, Tx,
    engine::{Work, count_commit},
    migrate,
};

const TRIES: u32 = 8;
/// Statements a connection keeps understood and planned: those of the shop, and those over many rows for each number of
/// them.
const STATEMENTS: usize = 512;
/// How long one waits for a connection that others use. Fifty shoppers who want one last unit at once are each to hear
/// that it is gone, also on a busy machine, and not that the shop is.
const WAIT: Duration = Duration::from_secs(8);
/// How long a free connection may take to show that it is alive before another is taken. Were it `WAIT`, everybody who
/// got a dead one would have waited for nothing.
const ALIVE: Duration = Duration::from_secs(2);
/// How long a statement may take, in milliseconds; the address may say otherwise (`?options[statement_timeout]=4000`).
const STATEMENT: u64 = 15_000;
/// The server ends a statement in time and says so. Whoever has heard nothing so much later sits at a wire that is dead
/// (the machine behind it vanished), and TCP may need a quarter of an hour to notice.
const SILENCE: u64 = 3_000;
/// A transaction that nobody carries on holds locks others wait for: the server ends it after so many milliseconds. No
/// unit of work waits for anything but the database.
const IDLE: u64 = 5_000;
/// How long a connection that is given back may take to show that it is alive.
const RETURN: Duration = Duration::from_secs(3);
/// How long stopping waits for connections that are in use.
const CLOSE: Duration = Duration::from_secs(1);

/// A pool of connections to one PostgreSQL database.
#[derive(Clone)]
pub struct Server {
    pool: PgPool,
}

impl Server {
    /// Connects, and brings the schema up to date.
    pub async fn connect(url: &str) -> Result<Server, Error> {
        let options = PgConnectOptions::from_str(url)?.application_name("onshelf");
        let statement = statement_of(&options).unwrap_or(STATEMENT);
        LONGEST.store(statement.saturating_add(SILENCE), Ordering::Relaxed);
        let options = options.options([
            ("synchronous_commit", "on".to_owned()),
            // Whoever has waited for somebody sees what they wrote.
            ("default_transaction_isolation", "read committed".to_owned()),
            ("statement_timeout", statement.to_string()),
            ("idle_in_transaction_session_timeout", IDLE.to_string()),
        ]);
        let options = options.statement_cache_capacity(STATEMENTS);
        let pool = PgPoolOptions::new()
            .max_connections(24)
            .acquire_timeout(WAIT)
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(async move { is_alive(connection).await }))
            .connect_with(options)
            .await?;
        let commit = "SELECT current_setting('synchronous_commit', true)";
        is_durable(sqlx::query_scalar(commit).fetch_one(&pool).await?)?;
        migrate::postgres(&pool).await?;
        Ok(Server { pool })
    }

    /// A connection, waited for a bounded time.
    pub(crate) async fn lend(&self) -> Result<Loan, Error> {
        let connection = self.pool.acquire().await.map_err(Error::unreachable)?;
        Ok(Loan { connection, is_lost: false })
    }

    /// Ends all connections after what is under way, as far as that ends soon.
    pub(crate) async fn close(&self) {
        // A connection that is stuck would be waited for until TCP gives it up.
        let _ = timeout(CLOSE, self.pool.close()).await;
    }

    /// Connections in use, and free.
    pub(crate) fn load(&self) -> (u64, u64) {
        let idle = self.pool.num_idle() as u64;
        (u64::from(self.pool.size()).saturating_sub(idle), idle)
    }

    pub async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        F: for<'c> Fn(Tx<'c>) -> Work<'c, T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: Failure,
    {
        let server = self.clone();
        let unit = Arc::new(unit);
        let work = async move {
            let mut tries = 0;
            loop {
                tries += 1;
                match attempt(&server, unit.as_ref()).await {
                    Err(error) if tries < TRIES && matches!(error.database(), Some(Error::Contended)) => {
                        // Growing pauses let the transaction that won finish first.
                        tokio::time::sleep(Duration::from_millis(2 << tries)).await;
                    }
                    outcome => return outcome,
                }
            }
        };
        // What the unit logs still belongs to whoever asked for it.
        match tokio::spawn(work.in_current_span()).await {
            Ok(outcome) => outcome,
            Err(stopped) => Err(Error::Unavailable(format!("the write was stopped: {stopped}")).into()),
        }
    }
}

/// What is acknowledged is on disk. We ask for it with every connection, but something in between (a pooler) may keep that
/// to itself, and a server may be set to be quicker than its disk.
fn is_durable(synchronous_commit: Option<String>) -> Result<(), Error> {
    if synchronous_commit.as_deref() == Some("off") {
        let why = "synchronous_commit is off, so that an acknowledged order could be lost: turn it on for this database, \
                   or have the pooler before it pass `options` on";
        return Err(Error::Unavailable(why.to_owned()));
    }
    Ok(())
}

/// An error has the connection dropped without another word to the server.
async fn is_alive(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    match timeout(ALIVE, connection.ping()).await {
        Ok(answer) => answer.map(|()| true),
        Err(_) => {
            DEAD.notify_waiters();
            Err(silence())
        }
    }
}

fn silence() -> sqlx::Error {
    let kind = std::io::ErrorKind::TimedOut;
    sqlx::Error::Io(std::io::Error::new(kind, "the database did not answer in time"))
}

async fn attempt<T, E, F>(server: &Server, unit: &F) -> Result<T, E>
where
    F: for<'c> Fn(Tx<'c>) -> Work<'c, T, E>,
    E: Failure,
{
    let mut loan = server.lend().await?;
    // Until the transaction has ended in order, nobody else may get this connection.
    loan.is_lost = true;
    let mut transaction = in_time(loan.connection.begin()).await.map_err(Error::unreachable)?;
    let outcome = match unit(Tx::Postgres(&mut transaction)).await {
        Ok(value) => {
            in_time(transaction.commit()).await.map_err(Error::from)?;
            count_commit();
            Ok(value)
        }
        Err(error) => {
            // Where even this gets no answer, the unit's own error is what matters.
            if !matches!(timeout(RETURN, transaction.rollback()).await, Ok(Ok(()))) {
                return Err(error);
            }
            Err(error)
        }
    };
    loan.is_lost = false;
    outcome
}

/// How long an answer is waited for, in milliseconds. One process has one database.
static LONGEST: AtomicU64 = AtomicU64::new(STATEMENT + SILENCE);

/// The limit of a statement that an address asks for, in milliseconds.
fn statement_of(options: &PgConnectOptions) -> Option<u64> {
    options
        .get_options()?
        .split_whitespace()
        .find_map(|word| word.strip_prefix("statement_timeout="))?
        .parse()
        .ok()
}

/// Tells those who wait at other connections that one was found dead.
static DEAD: Notify = Notify::const_new();

/// Waits for the server's answer, but not for ever; and not much longer once another connection was found dead, for what
/// ended that one has mostly ended this one, too.
pub(crate) async fn in_time<T>(
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let longest = Duration::from_millis(LONGEST.load(Ordering::Relaxed));
    let suspicion = async {
        DEAD.notified().await;
        sleep(Duration::from_millis(SILENCE).min(longest)).await;
    };
    tokio::select! {
        answer = answer => answer,
        () = sleep(longest) => Err(silence()),
        () = suspicion => Err(silence()),
    }
}

/// A connection on loan from the pool. The pool itself would wait for ever for one that is given back in the middle of
/// an answer that never comes, and keep its place taken.
pub struct Loan {
    connection: PoolConnection<Postgres>,
    /// Nobody knows what it is in the middle of: it is closed and not given back.
    is_lost: bool,
}

impl Deref for Loan {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Loan {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if self.is_lost {
            self.connection.close_on_drop();
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        let returning = self.connection.return_to_pool();
        runtime.spawn(async move {
            // Past that it is dropped: its socket is closed, and its place in the pool is free.
            let _ = timeout(RETURN, returning).await;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_answers_before_it_is_on_disk_is_not_believed() {
        let is_durable = |setting: Option<&str>| is_durable(setting.map(str::to_owned)).is_ok();
        assert!(is_durable(Some("on")) && is_durable(Some("remote_apply")) && is_durable(None));
        assert!(!is_durable(Some("off")));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_beside_a_dead_connection_waits_less() {
        let waited = async || {
            let begun = tokio::time::Instant::now();
            let answer = in_time(std::future::pending::<Result<(), sqlx::Error>>()).await;
            assert!(answer.is_err());
            begun.elapsed()
        };
        let found = async {
            sleep(Duration::from_secs(2)).await;
            DEAD.notify_waiters();
        };
        let beside = tokio::join!(waited(), found).0;
        assert_eq!(beside, Duration::from_millis(2_000 + SILENCE));
        assert_eq!(
            waited().await,
            Duration::from_millis(STATEMENT + SILENCE),
            "what was found before is over"
        );
        let quick = async {
            sleep(Duration::from_secs(4)).await;
            Ok(7)
        };
        let found = async { DEAD.notify_waiters() };
        assert!(tokio::join!(in_time(quick), found).0.is_err(), "four seconds are more than three");
    }

    #[test]
    fn an_address_may_limit_its_statements() {
        let of = |url: &str| statement_of(&PgConnectOptions::from_str(url).unwrap());
        assert_eq!(of("postgres://a@127.0.0.1/shop"), None);
        assert_eq!(of("postgres://a@127.0.0.1/shop?options[statement_timeout]=4000"), Some(4_000));
        assert_eq!(of("postgres://a@127.0.0.1/shop?options[statement_timeout]=soon"), None);
    }
}
