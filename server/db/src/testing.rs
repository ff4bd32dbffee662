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
    let mut connection = PgConnection::connect(server).await?;
    create(&mut connection, name, "template1").await?;
    connection.close().await?;
    Ok(())
}

/// Creates a copy of another database, in place of the one of this name, if there is one.
async fn create(connection: &mut PgConnection, name: &str, like: &str) -> Result<(), Error> {
    if !is_name(name) {
        return Err(Error::inconsistent("not a name for a test database"));
    }
    for sql in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name} TEMPLATE {like}")]
    {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Whoever makes the database that others are copied from holds this lock. Any number that nobody else takes.
const MODEL: i64 = 7_013;

/// Creates a database of this name as a new shop has it: its schema up to date, and nothing in it. The first who asks
/// makes one that all are copied from.
pub async fn create_ready_database(server: &str, name: &str) -> Result<(), Error> {
    let mut connection = PgConnection::connect(server).await?;
    let model = format!("ready_{:016x}", migrate::fingerprint());
    sqlx::query("SELECT pg_advisory_lock($1)").bind(MODEL).execute(&mut connection).await?;
    let is_there = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)");
    if !is_there.bind(&model).fetch_one(&mut connection).await? {
        // Whoever is ended on the way leaves one that is not whole under another name.
        let making = format!("{model}_making");
        create(&mut connection, &making, "template1").await?;
        let options = PgConnectOptions::from_str(server)?.database(&making);
        let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
        migrate::postgres(&pool).await?;
        pool.close().await;
        let rename = format!("ALTER DATABASE {making} RENAME TO {model}");
        sqlx::query(sqlx::AssertSqlSafe(rename)).execute(&mut connection).await?;
    }
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(MODEL).execute(&mut connection).await?;
    create(&mut connection, name, &model).await?;
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
