//! For tests: a fresh database on a PostgreSQL server.

use sqlx::{Connection, PgConnection};

use crate::Error;

/// Creates an empty database of this name (letters, digits and underscores only).
pub async fn create_database(server: &str, name: &str) -> Result<(), Error> {
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
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
