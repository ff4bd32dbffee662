//! For tests: a fresh database on a PostgreSQL server, and statements that no deed makes.

use sqlx::{Connection, PgConnection};

use crate::{Error, Tx, engine::on};

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
