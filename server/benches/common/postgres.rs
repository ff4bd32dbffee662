//! A PostgreSQL to measure against, where one is named.

use sqlx::{Connection, PgConnection};

use super::machine;

/// The server's address without a database's name; the databases are made and dropped on it.
const ADDRESS: &str = "ONSHELF_TEST_POSTGRES_URL";

/// A database of one benchmark; dropped with [`Scratch::end`].
pub struct Scratch {
    pub url: String,
    name: String,
    server: String,
}

impl Scratch {
    /// None, with a line that says so, where no server is named.
    pub async fn begin(purpose: &str) -> Option<Scratch> {
        let Ok(server) = std::env::var(ADDRESS) else {
            println!("skipped on PostgreSQL: {ADDRESS} is not set");
            return None;
        };
        let name = format!("bench_{purpose}_{}", std::process::id());
        onshelf_db::testing::create_database(&server, &name).await.unwrap();
        let slash = server.rfind('/').unwrap();
        let scratch = Scratch { url: format!("{}/{name}", &server[..slash]), name, server };
        let postmaster = scratch.postmaster().await;
        if !postmaster.is_some_and(|postmaster| machine::is_pinned(postmaster, machine::SERVER)) {
            println!("PostgreSQL is not pinned: it shares the load's core, or lies elsewhere");
        }
        Some(scratch)
    }

    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }

    /// Whether the server brings this extension; a line says so where it does not.
    pub async fn extend(&self, extension: &str) -> bool {
        let mut connection = self.connect().await;
        let sql = format!("CREATE EXTENSION IF NOT EXISTS {extension} CASCADE");
        let outcome = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await;
        if let Err(error) = &outcome {
            println!("skipped: PostgreSQL has no {extension} here ({error})");
        }
        outcome.is_ok()
    }

    pub async fn end(self) {
        let mut connection = PgConnection::connect(&self.server).await.unwrap();
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }

    /// The process that all of the server's processes are children of, if it runs on this machine.
    pub async fn postmaster(&self) -> Option<u32> {
        let mut connection = self.connect().await;
        let backend: i32 =
            sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await.ok()?;
        machine::parent(u32::try_from(backend).ok()?)
    }
}
