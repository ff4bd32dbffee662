//! SQLite: many readers and one writer. The writer drains its queue into one transaction, with a savepoint where work
//! that stays comes before, commits once and only then answers them all: durable, and one fsync for many.
//!
//! The writer has a thread of its own, on which its statements run one after the other without a wait; a batch is one
//! way there and one back. Readers run where they are asked. They are not asked whether they are alive, as sqlx's pool
//! does before and after each use: a file does not hang up.

use std::{
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use deadpool::{
    Runtime,
    managed::{Manager, Metrics, Object, Pool, PoolError, QueueMode, RecycleResult},
};
use futures::{FutureExt, future::BoxFuture};
use onshelf_sqlite::{Connection, Options};
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use tokio::sync::{mpsc, oneshot};

use tracing::Instrument;

use crate::{
    Error, Failure, Tx,
    engine::{Work, count_commit},
    migrate,
};

/// Units that may wait for the writer; past that a caller is told to come back.
const QUEUE: usize = 4096;
/// Units one transaction may carry.
const BATCH: usize = 256;

/// How often a busy writer lets everybody else go on before it commits. What they bring goes along: on one core nobody could
/// come while it writes, and each of them would have an fsync of its own.
const COURTESIES: usize = 3;

/// Connections to read with.
const READERS: usize = 8;
/// How long one waits for a connection that others read with.
const WAIT: Duration = Duration::from_secs(5);

/// How long one waits for another process that writes.
const BUSY: Duration = Duration::from_secs(10);

/// What a reader is set up with, and what the writer is besides: what is answered is on disk. A larger cache makes the
/// writer slower, as SQLite looks through all of it at a commit that has put pages of an index in order; and many pages
/// have changed more than once when they are copied out of the log after 4,000 of them.
const READS: &str = "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;";
const WRITES: &str = "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;";

const BEGIN: &str = "BEGIN IMMEDIATE";
const ROLLBACK: &str = "ROLLBACK";
const COMMIT: &str = "COMMIT";
const SAVEPOINT: &str = "SAVEPOINT unit";
const RELEASE: &str = "RELEASE unit";
const UNDO: &str = "ROLLBACK TO unit";

/// Told whether the transaction that carried it is on disk.
type Finish = Box<dyn FnOnce(Result<(), Error>) + Send>;
/// A unit of work without its types: runs, and says whether to keep what it did.
type Unit = Box<dyn for<'c> FnOnce(Tx<'c>) -> BoxFuture<'c, (bool, Finish)> + Send>;

/// An embedded database file.
#[derive(Clone)]
pub struct Embedded {
    readers: Pool<Readers>,
    writer: mpsc::Sender<Unit>,
    file: Arc<Path>,
}

impl Embedded {
    /// Opens the file, made with its folder where it is missing, and brings its schema up to date.
    pub async fn open(path: &str) -> Result<Embedded, Error> {
        let file = PathBuf::from(path);
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(|error| Error::Unavailable(error.to_string()))?;
        }
        make(path).await?;
        let options = Options::new(&file).waiting(BUSY);
        let connection =
            Connection::connect_with(&options.clone().writing().pragmas(&[READS, WRITES].concat())).await?;
        let readers = Pool::builder(Readers { options: options.pragmas(READS) })
            .max_size(READERS)
            .queue_mode(QueueMode::Lifo)
            .wait_timeout(Some(WAIT))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        let (writer, queue) = mpsc::channel(QUEUE);
        let runtime = tokio::runtime::Handle::current();
        std::thread::Builder::new()
            .name("onshelf-writer".to_owned())
            .spawn(move || runtime.block_on(write_batches(connection, queue)))
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(Embedded { readers, writer, file: file.into() })
    }

    /// Where it is.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// A connection to read with, waited for a bounded time.
    pub(crate) async fn lend(&self) -> Result<Loan, Error> {
        self.readers.get().await.map_err(|error| match error {
            PoolError::Backend(error) => Error::unreachable(error),
            error => Error::Unavailable(error.to_string()),
        })
    }

    /// The readers.
    pub(crate) fn load(&self) -> (u64, u64) {
        let status = self.readers.status();
        let idle = status.available as u64;
        ((status.size as u64).saturating_sub(idle), idle)
    }

    /// Ends the readers; the writer ends with its queue.
    pub fn close(&self) {
        self.readers.close();
    }

    pub async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        F: for<'c> Fn(Tx<'c>) -> Work<'c, T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: Failure,
    {
        let (answer, waiting) = oneshot::channel::<Result<T, E>>();
        // The writer is a task of its own: what the unit logs still belongs to whoever asked for it.
        let asker = tracing::Span::current();
        let queued = tracing::debug_span!(target: "otel", "database queue");
        let boxed: Unit = Box::new(move |tx| {
            drop(queued);
            async move {
                let outcome =
                    AssertUnwindSafe(unit(tx)).catch_unwind().instrument(asker).await.unwrap_or_else(|_| {
                        Err(Error::Inconsistent("a unit of work panicked".to_owned()).into())
                    });
                let keep = outcome.is_ok();
                let finish: Finish = Box::new(move |committed| {
                    let told = match (outcome, committed) {
                        (Ok(value), Ok(())) => Ok(value),
                        (Ok(_), Err(error)) => Err(error.into()),
                        (Err(refused), _) => Err(refused),
                    };
                    // Whoever asked may have gone; what is committed stays.
                    let _ = answer.send(told);
                });
                (keep, finish)
            }
            .boxed()
        });
        self.writer
            .try_send(boxed)
            .map_err(|_| Error::Unavailable("the writer's queue is full".to_owned()))?;
        waiting.await.map_err(|_| Error::Unavailable("the writer has stopped".to_owned()))?
    }
}

/// A connection on loan.
pub type Loan = Object<Readers>;

/// Opens connections to read with.
pub struct Readers {
    options: Options,
}

impl Manager for Readers {
    type Type = Connection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<Connection, sqlx::Error> {
        Connection::connect_with(&self.options).await
    }

    async fn recycle(&self, _: &mut Connection, _: &Metrics) -> RecycleResult<sqlx::Error> {
        Ok(())
    }
}

/// Makes the file where it is missing, and brings its schema up to date.
async fn make(path: &str) -> Result<(), Error> {
    let options = SqliteConnectOptions::from_str(&format!("sqlite://{path}"))?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .foreign_keys(true)
        .busy_timeout(BUSY);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    migrate::sqlite(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

async fn write_batches(mut connection: Connection, mut queue: mpsc::Receiver<Unit>) {
    // Whether the last transaction carried several units: whoever comes alone waits for nobody.
    let mut is_busy = false;
    while let Some(first) = queue.recv().await {
        let mut finishes = Vec::new();
        let courtesies = if is_busy { COURTESIES } else { 0 };
        let outcome = run_batch(&mut connection, first, &mut queue, courtesies, &mut finishes).await;
        is_busy = finishes.len() > 1;
        if outcome.is_err() {
            // The transaction may already be gone; if it is not, it must not outlive its batch.
            let _ = run(&mut connection, ROLLBACK).await;
        }
        for finish in finishes {
            finish(match &outcome {
                Ok(()) => Ok(()),
                Err(Error::Unavailable(why)) => Err(Error::Unavailable(why.clone())),
                Err(error) => Err(Error::Unavailable(error.to_string())),
            });
        }
    }
    let _ = connection.close().await;
}

async fn run_batch(
    connection: &mut Connection,
    first: Unit,
    queue: &mut mpsc::Receiver<Unit>,
    mut courtesies: usize,
    finishes: &mut Vec<Finish>,
) -> Result<(), Error> {
    if let Err(error) = run(connection, BEGIN).await {
        let message = error.to_string();
        finishes.push(refuse(first));
        return Err(Error::Unavailable(message));
    }
    // Where there is nothing before it that stays, the whole transaction is undone: a savepoint keeps every page twice.
    let (keep, finish) = first(Tx::Sqlite(connection)).await;
    finishes.push(finish);
    if !keep {
        run(connection, ROLLBACK).await?;
        return Ok(());
    }
    while finishes.len() < BATCH {
        let Ok(unit) = queue.try_recv() else {
            if courtesies == 0 {
                break;
            }
            courtesies -= 1;
            std::thread::yield_now();
            continue;
        };
        run(connection, SAVEPOINT).await?;
        let (keep, finish) = unit(Tx::Sqlite(connection)).await;
        finishes.push(finish);
        if !keep {
            // Fails where SQLite has ended the whole transaction itself (disk full): then nobody may be told "done".
            run(connection, UNDO).await?;
        }
        run(connection, RELEASE).await?;
    }
    run(connection, COMMIT).await?;
    count_commit();
    Ok(())
}

/// A statement that is given nothing; it is kept understood.
async fn run(connection: &mut Connection, statement: &'static str) -> Result<(), sqlx::Error> {
    sqlx::query(statement).execute(connection).await.map(drop)
}

/// A unit that never ran: dropping it closes its answer, which its caller reads as "unavailable".
fn refuse(unit: Unit) -> Finish {
    Box::new(move |_| drop(unit))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

    use tokio::sync::Notify;

    use super::*;
    use crate::meta;

    /// Writes something, and is refused where it is not to be kept.
    async fn write(db: Embedded, name: &'static str, keep: bool) -> Result<(), Error> {
        db.write(move |mut tx| {
            Box::pin(async move {
                meta::set(&mut tx, name, "written").await?;
                if keep { Ok(()) } else { Err(Error::Inconsistent(name.to_owned())) }
            })
        })
        .await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_refused_undoes_itself_alone_wherever_in_a_transaction_it_stands() {
        for keep_first in [true, false] {
            let folder = tempfile::tempdir().unwrap();
            let db = Embedded::open(folder.path().join("shop.db").to_str().unwrap()).await.unwrap();
            let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let (own, tell, wait) = (db.clone(), begun.clone(), go_on.clone());
            let first = tokio::spawn(async move {
                own.write(move |mut tx| {
                    let (tell, wait) = (tell.clone(), wait.clone());
                    Box::pin(async move {
                        meta::set(&mut tx, "first", "written").await?;
                        tell.notify_one();
                        wait.notified().await;
                        if keep_first { Ok(()) } else { Err(Error::Inconsistent("first".to_owned())) }
                    })
                })
                .await
            });
            begun.notified().await;
            // They queue up meanwhile, and go with it where it stays.
            let others = [("second", true), ("third", false), ("fourth", true)]
                .map(|(name, keep)| tokio::spawn(write(db.clone(), name, keep)));
            tokio::time::sleep(Duration::from_millis(50)).await;
            go_on.notify_one();
            assert_eq!(first.await.unwrap().is_ok(), keep_first);
            for (other, kept) in others.into_iter().zip([true, false, true]) {
                assert_eq!(other.await.unwrap().is_ok(), kept);
            }
            let mut reader = db.lend().await.unwrap();
            for (name, kept) in [("first", keep_first), ("second", true), ("third", false), ("fourth", true)]
            {
                let found = meta::get(&mut Tx::Sqlite(&mut reader), name).await.unwrap();
                assert_eq!(found.is_some(), kept, "{name}, the first kept: {keep_first}");
            }
        }
    }
}
