//! For tests: a fresh database on a PostgreSQL server, and statements that no deed makes.

use std::str::FromStr;

use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{Error, Tx, engine::on, migrate};

/// Lets nobody into a database, and puts out who is in it; or lets them in again.
pub async fn open_database(server: &str, name: &str, open: bool) -> Result<(), Error> {
    if !is_name(name) {
        return Err(Error::inconsistent("not a name for a test database"));
    }
    let mut connection = PgConnection::connect(server).await?;
    sqlx::query(sqlx::AssertSqlSafe(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {open}")))
        .execute(&mut connection)
        .await?;
    if !open {
        sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
            .bind(name)
            .execute(&mut connection)
            .await?;
    }
    connection.close().await?;
    Ok(())
}

fn is_name(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Creates an empty database of this name (letters, digits and underscores only).
pub async fn create_database(server: &str, name: &str) -> Result<(), Error> {
    if !is_name(name) {
        return Err(Error::inconsistent("not a name for a test database"));
    }
    let mut connection = PgConnection::connect(server).await?;
    sqlx::query(sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}")))
        .execute(&mut connection)
        .await?;
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Whoever makes the database that others are copied from holds this lock. Any number that nobody else takes.
const MODEL: i64 = 7_013;

/// Creates a database of this name as a new shop has it: its schema up to date, and nothing in it. The first who asks
/// makes one that all are copied from, which is five times as quick as making each.
pub async fn create_ready_database(server: &str, name: &str) -> Result<(), Error> {
    if !is_name(name) {
        return Err(Error::inconsistent("not a name for a test database"));
    }
    let mut connection = PgConnection::connect(server).await?;
    let model = format!("ready_{:016x}", migrate::fingerprint());
    sqlx::query("SELECT pg_advisory_lock($1)").bind(MODEL).execute(&mut connection).await?;
    let is_there = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)");
    if !is_there.bind(&model).fetch_one(&mut connection).await? {
        // Whoever is ended on the way leaves one that is not whole under another name.
        let making = format!("{model}_making");
        create_database(server, &making).await?;
        let options = PgConnectOptions::from_str(server)?.database(&making);
        let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
        migrate::postgres(&pool).await?;
        pool.close().await;
        let rename = format!("ALTER DATABASE {making} RENAME TO {model}");
        sqlx::query(sqlx::AssertSqlSafe(rename)).execute(&mut connection).await?;
    }
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(MODEL).execute(&mut connection).await?;
    let copy = format!("CREATE DATABASE {name} TEMPLATE {model}");
    sqlx::query(sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}")))
        .execute(&mut connection)
        .await?;
    sqlx::query(sqlx::AssertSqlSafe(copy)).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Runs a statement as it stands, on either engine: how a test puts a fault into healthy books. Answers how many rows it
/// changed.
pub async fn run(tx: &mut Tx<'_>, sql: &str) -> Result<u64, Error> {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    Ok(on!(tx, conn => sqlx::query(sql).execute(conn).await.map(|done| done.rows_affected()))?)
}

/// The one text that a question answers.
pub async fn text(tx: &mut Tx<'_>, sql: &str) -> Result<String, Error> {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    Ok(on!(tx, conn => sqlx::query_scalar(sql).fetch_one(conn).await)?)
}
