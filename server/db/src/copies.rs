//! Copies of an SQLite database: making one, whether one can take a database's place, and whether that database can
//! go. All of it takes its time, so it is sqlx's own driver that does it, on a thread of its own.

use std::{path::Path, time::Duration};

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{Error, migrate};

/// What a database that is to be replaced is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// All of it is in its one file, and nobody has it open.
    Alone,
    /// Somebody has it open.
    InUse,
    /// No database, or one that is damaged: what lies beside it belongs to nothing.
    Unreadable,
}

/// Writes a consistent copy of a database to a new file, also while others write.
pub(crate) async fn write(file: &Path, copy: &Path) -> Result<(), Error> {
    let options =
        SqliteConnectOptions::new().filename(file).read_only(true).busy_timeout(Duration::from_secs(10));
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let outcome = sqlx::query("VACUUM INTO $1").bind(copy.to_string_lossy()).execute(&mut connection).await;
    connection.close().await?;
    outcome?;
    Ok(())
}

/// Proves that a file is a whole database of ours and brings its schema up to date. Nothing is left beside it.
pub async fn make_fit(file: &Path) -> Result<(), Error> {
    let mut connection = connect(file).await?;
    let outcome = prove(&mut connection).await;
    connection.close().await?;
    outcome
}

async fn prove(connection: &mut SqliteConnection) -> Result<(), Error> {
    // An empty file is an empty database to SQLite, and whole.
    let ours =
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name IN ('_sqlx_migrations', 'stores')";
    if sqlx::query_scalar::<_, i64>(ours).fetch_one(&mut *connection).await? != 2 {
        return Err(Error::inconsistent("it is no database of Onshelf"));
    }
    let told: Vec<String> = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_all(&mut *connection).await?;
    if told != ["ok"] {
        return Err(Error::Inconsistent(told.join("; ")));
    }
    migrate::sqlite(connection).await?;
    into_one_file(connection).await?;
    Ok(())
}

/// Brings all that was written to a database into its one file, so that another can take its place.
pub async fn settle(file: &Path) -> Result<Standing, Error> {
    let mut connection = connect(file).await?;
    let outcome = into_one_file(&mut connection).await;
    // Where it is damaged there is nothing to be closed properly.
    let _ = connection.close().await;
    match outcome {
        Ok(true) => Ok(Standing::Alone),
        Ok(false) => Ok(Standing::InUse),
        // The lower byte of an SQLite code is its kind: 5 busy, 11 damaged, 26 no database.
        Err(error) => match error.as_database_error().and_then(|fault| fault.code()?.parse::<i32>().ok()) {
            Some(code) if code & 0xff == 5 => Ok(Standing::InUse),
            Some(code) if matches!(code & 0xff, 11 | 26) => Ok(Standing::Unreadable),
            _ => Err(error.into()),
        },
    }
}

/// Leaving the write-ahead log writes it into the database and takes it away; SQLite lets only who is alone do so.
async fn into_one_file(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode = DELETE").fetch_one(connection).await?;
    Ok(mode == "delete")
}

async fn connect(file: &Path) -> Result<SqliteConnection, Error> {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_millis(100));
    Ok(SqliteConnection::connect_with(&options).await?)
}
