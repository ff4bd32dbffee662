//! For tests: a fresh database on a PostgreSQL server.

use sqlx::{Connection, PgConnection};

use crate::Error;

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
