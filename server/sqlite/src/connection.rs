//! A connection: statements run where they are asked, and what only reads is not waited for too long.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{
    FutureExt, StreamExt, TryStreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use rusqlite::{OpenFlags, config::DbConfig};
use sqlx_core::{
    Either,
    connection::{self, ConnectOptions},
    error::Error,
    executor::{Execute, Executor},
    sql_str::{SqlSafeStr, SqlStr},
    transaction::Transaction,
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    Arguments, InPlace, Kind, Outcome, Row, Statement,
    fault::told,
    run::{Asked, Clock, Ended, columns_of, run},
};

/// How long and for how many rows a statement that reads may keep the runtime's thread.
const PATIENCE: Duration = Duration::from_millis(2);
const ROWS: usize = 1000;
/// What reads aside hands its rows on in pieces of so many, and is so many pieces ahead.
const PIECE: usize = 256;
const AHEAD: usize = 4;
/// What takes longer is told in the log.
const SLOW: Duration = Duration::from_secs(1);
/// Statements that are kept understood.
const KEPT: usize = 256;

/// How a database file is opened. It has to be there.
#[derive(Clone, Debug)]
pub struct Options {
    file: PathBuf,
    writes: bool,
    waits: Duration,
    pragmas: String,
}

impl Options {
    /// To read.
    #[must_use]
    pub fn new(file: &Path) -> Options {
        Options {
            file: file.to_owned(),
            writes: false,
            waits: Duration::from_secs(5),
            pragmas: String::new(),
        }
    }

    /// To write as well. Nothing is broken off then: a statement keeps the thread it runs on until it is done.
    #[must_use]
    pub fn writing(self) -> Options {
        Options { writes: true, ..self }
    }

    /// How long one waits for who has locked the file.
    #[must_use]
    pub fn waiting(self, waits: Duration) -> Options {
        Options { waits, ..self }
    }

    /// Statements that set a connection up, ended by semicolons.
    #[must_use]
    pub fn pragmas(self, pragmas: &str) -> Options {
        Options { pragmas: pragmas.to_owned(), ..self }
    }

    fn open(&self) -> Result<Connection, rusqlite::Error> {
        let mode =
            if self.writes { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
        let raw = rusqlite::Connection::open_with_flags(&self.file, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        raw.busy_timeout(self.waits)?;
        // Otherwise a statement whose value a partial index might be chosen by is understood anew at each use.
        raw.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        raw.set_prepared_statement_cache_capacity(KEPT);
        raw.execute_batch(&self.pragmas)?;
        let clock = if self.writes { None } else { Some(Clock::of(&raw)?) };
        Ok(Connection { seat: Seat::Here(Box::new(raw)), clock, depth: 0 })
    }
}

impl FromStr for Options {
    type Err = Error;

    fn from_str(url: &str) -> Result<Options, Error> {
        let file = url.strip_prefix("sqlite:").unwrap_or(url).trim_start_matches("//");
        Ok(Options::new(Path::new(file)))
    }
}

impl ConnectOptions for Options {
    type Connection = Connection;

    fn from_url(url: &url::Url) -> Result<Options, Error> {
        url.as_str().parse()
    }

    async fn connect(&self) -> Result<Connection, Error> {
        self.open().map_err(told)
    }

    fn log_statements(self, _: log::LevelFilter) -> Options {
        self
    }

    fn log_slow_statements(self, _: log::LevelFilter, _: Duration) -> Options {
        self
    }
}

/// One connection to a file.
pub struct Connection {
    seat: Seat,
    /// Of one that only reads.
    clock: Option<Arc<Clock>>,
    pub(crate) depth: usize,
}

/// Where SQLite's own connection is.
enum Seat {
    Here(Box<rusqlite::Connection>),
    /// With a statement that takes its time, on another thread; it comes back.
    Aside(oneshot::Receiver<Box<rusqlite::Connection>>),
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("only_reads", &self.clock.is_some()).finish_non_exhaustive()
    }
}

/// What a statement answers: all of it, or what comes because it took longer than one is patient.
enum Answer {
    Whole(Vec<Row>, Outcome),
    Coming(Aside),
}

impl Connection {
    /// Several statements, none of which answers or is given anything.
    pub async fn batch(&mut self, sql: impl SqlSafeStr) -> Result<(), Error> {
        let sql = sql.into_sql_str();
        self.raw().await?.execute_batch(sql.as_str()).map_err(told)
    }

    /// The same from where nobody can wait or be told.
    pub(crate) fn batch_now(&self, sql: &SqlStr) {
        if let Seat::Here(raw) = &self.seat
            && let Err(error) = raw.execute_batch(sql.as_str())
        {
            tracing::warn!(%error, "A transaction was not rolled back ({error}).");
        }
    }

    /// SQLite's own, waited for where a statement that nobody reads any more still has it.
    async fn raw(&mut self) -> Result<&rusqlite::Connection, Error> {
        if let Seat::Aside(coming) = &mut self.seat {
            self.seat = Seat::Here(coming.await.map_err(|_| Error::WorkerCrashed)?);
            if let Some(clock) = &self.clock {
                clock.stop();
            }
        }
        match &self.seat {
            Seat::Here(raw) => Ok(raw),
            Seat::Aside(_) => Err(Error::WorkerCrashed),
        }
    }

    /// Runs a statement for at most `rows` of its rows: here, and if that takes too long, aside.
    async fn ask(&mut self, asked: Result<Asked, Error>, rows: usize) -> Result<Answer, Error> {
        let asked = asked?;
        let clock = self.clock.clone();
        let raw = self.raw().await?;
        let most = if clock.is_some() { rows.min(ROWS) } else { rows };
        if let Some(clock) = &clock {
            clock.set(PATIENCE);
        }
        let mut some = Vec::new();
        let ended = run(raw, &asked, |row| {
            some.push(row);
            some.len() < most
        });
        if let Some(clock) = &clock {
            clock.stop();
        }
        match ended.map_err(told)? {
            Ended::Done(outcome) => Ok(Answer::Whole(some, outcome)),
            Ended::BrokenOff if some.len() == rows => Ok(Answer::Whole(some, Outcome::default())),
            Ended::BrokenOff => self.aside(asked, rows).map(Answer::Coming),
        }
    }

    /// Runs a statement on a thread where it may take its time.
    fn aside(&mut self, asked: Asked, rows: usize) -> Result<Aside, Error> {
        let (back, coming) = oneshot::channel();
        let Seat::Here(raw) = std::mem::replace(&mut self.seat, Seat::Aside(coming)) else {
            return Err(Error::WorkerCrashed);
        };
        let (pieces, arriving) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            read_aside(&raw, &asked, rows, &pieces);
            // Nobody waits for it where the whole connection has gone.
            let _ = back.send(raw);
        });
        Ok(Aside { arriving, clock: self.clock.clone() })
    }
}

fn read_aside(raw: &rusqlite::Connection, asked: &Asked, rows: usize, pieces: &mpsc::Sender<Piece>) {
    let began = Instant::now();
    let mut piece = Vec::new();
    let mut left = rows;
    let ended = run(raw, asked, |row| {
        piece.push(row);
        left -= 1;
        let wanted =
            piece.len() < PIECE || pieces.blocking_send(Piece::More(std::mem::take(&mut piece))).is_ok();
        wanted && left > 0
    });
    let last = match ended {
        Ok(Ended::BrokenOff) if left > 0 => Err(Error::WorkerCrashed),
        Ok(_) => Ok(piece),
        Err(error) => Err(told(error)),
    };
    // Whoever asked may have gone; there is nobody to be told then.
    let _ = pieces.blocking_send(Piece::Last(last));
    let took = began.elapsed();
    if took > SLOW {
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let statement = asked.sql.as_str();
        tracing::warn!(
            statement,
            milliseconds,
            "A statement took {milliseconds} ms; `statement` says which."
        );
    }
}

/// Rows on their way from another thread.
enum Piece {
    More(Vec<Row>),
    Last(Result<Vec<Row>, Error>),
}

/// Rows that come from another thread. Who does not want the rest drops it, and the statement is broken off.
struct Aside {
    arriving: mpsc::Receiver<Piece>,
    clock: Option<Arc<Clock>>,
}

impl Drop for Aside {
    fn drop(&mut self) {
        if let Some(clock) = &self.clock {
            clock.end();
        }
    }
}

impl Aside {
    fn rows(self) -> BoxStream<'static, Result<Row, Error>> {
        let pieces = stream::unfold(Some(self), Aside::next);
        pieces.map_ok(|piece| stream::iter(piece.into_iter().map(Ok))).try_flatten().boxed()
    }

    async fn next(aside: Option<Aside>) -> Option<(Result<Vec<Row>, Error>, Option<Aside>)> {
        let mut aside = aside?;
        Some(match aside.arriving.recv().await {
            Some(Piece::More(rows)) => (Ok(rows), Some(aside)),
            Some(Piece::Last(rows)) => (rows, None),
            // The thread has gone, and nobody may take a part for the whole.
            None => (Err(Error::WorkerCrashed), None),
        })
    }
}

type Step = Result<Either<Outcome, Row>, Error>;

impl Answer {
    /// As a stream.
    fn steps(self) -> BoxStream<'static, Step> {
        match self {
            Answer::Whole(rows, outcome) => {
                let rows = rows.into_iter().map(|row| Ok(Either::Right(row)));
                stream::iter(rows.chain([Ok(Either::Left(outcome))])).boxed()
            }
            Answer::Coming(aside) => aside.rows().map_ok(Either::Right).boxed(),
        }
    }
}

fn asked<'q, E: Execute<'q, InPlace>>(mut query: E) -> Result<Asked, Error> {
    let values = query.take_arguments().map_err(Error::Encode)?.map(|Arguments { values }| values);
    let kept = query.persistent();
    Ok(Asked { sql: query.sql(), values: values.unwrap_or_default(), kept })
}

impl<'c> Executor<'c> for &'c mut Connection {
    type Database = InPlace;

    fn execute<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Outcome, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, InPlace>,
    {
        let asked = asked(query);
        async move {
            match self.ask(asked, usize::MAX).await? {
                Answer::Whole(_, outcome) => Ok(outcome),
                Answer::Coming(aside) => {
                    aside.rows().try_for_each(async |_| Ok(())).await?;
                    Ok(Outcome::default())
                }
            }
        }
        .boxed()
    }

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Step>
    where
        'c: 'e,
        E: 'q + Execute<'q, InPlace>,
    {
        let asked = asked(query);
        stream::once(async move { self.ask(asked, usize::MAX).await.map(Answer::steps) })
            .try_flatten()
            .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<Row>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, InPlace>,
    {
        let asked = asked(query);
        async move {
            match self.ask(asked, 1).await? {
                Answer::Whole(rows, _) => Ok(rows.into_iter().next()),
                Answer::Coming(aside) => aside.rows().try_next().await,
            }
        }
        .boxed()
    }

    fn prepare_with<'e>(self, sql: SqlStr, _: &'e [Kind]) -> BoxFuture<'e, Result<Statement, Error>>
    where
        'c: 'e,
    {
        async move {
            let prepared = self.raw().await?.prepare_cached(sql.as_str()).map_err(told)?;
            let (parameters, columns) = (prepared.parameter_count(), columns_of(&prepared));
            drop(prepared);
            Ok(Statement { sql, parameters, columns })
        }
        .boxed()
    }
}

impl connection::Connection for Connection {
    type Database = InPlace;
    type Options = Options;

    async fn close(mut self) -> Result<(), Error> {
        self.raw().await?;
        match self.seat {
            Seat::Here(raw) => raw.close().map_err(|(_, error)| told(error)),
            Seat::Aside(_) => Ok(()),
        }
    }

    async fn close_hard(self) -> Result<(), Error> {
        Ok(())
    }

    async fn ping(&mut self) -> Result<(), Error> {
        self.raw().await.map(drop)
    }

    async fn begin(&mut self) -> Result<Transaction<'_, InPlace>, Error> {
        Transaction::begin(self, None).await
    }

    fn shrink_buffers(&mut self) {}

    async fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn should_flush(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

    use rusqlite::StatementStatus;
    use sqlx_core::query::query;

    use super::*;

    #[tokio::test]
    async fn a_statement_is_understood_once_whatever_it_is_given() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop.db");
        std::fs::File::create(&file).unwrap();
        let mut connection = Options::new(&file).writing().open().unwrap();
        let table =
            "CREATE TABLE holds (state TEXT); CREATE INDEX live ON holds (state) WHERE state = 'live';";
        connection.batch(table).await.unwrap();
        let sql = "SELECT * FROM holds WHERE state = $1";
        for state in ["live", "released", "live", "consumed"] {
            query::<InPlace>(sql).bind(state).fetch_all(&mut connection).await.unwrap();
        }
        let statement = connection.raw().await.unwrap().prepare_cached(sql).unwrap();
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
