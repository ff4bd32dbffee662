//! A PostgreSQL to measure against, where one is named.

use std::{path::Path, time::Instant};

use sqlx::{Connection, PgConnection, Postgres, postgres::PgArguments, query::QueryScalar};
use tempfile::TempDir;

use super::{machine, turns::Side};

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

    /// A folder on the disk that the server's own files lie on; on this machine's own, with a line that says so, where they
    /// lie elsewhere or nobody may write beside them.
    pub async fn folder(&self) -> TempDir {
        let mut connection = self.connect().await;
        let asked = sqlx::query_scalar::<Postgres, String>("SELECT current_setting('data_directory')");
        let data = asked.fetch_one(&mut connection).await.ok();
        let beside = data.and_then(|data| tempfile::tempdir_in(Path::new(&data).parent()?).ok());
        beside.unwrap_or_else(|| {
            println!("what is appended beside PostgreSQL lies on this machine's disk, not beside its files");
            tempfile::tempdir().unwrap()
        })
    }

    /// The process that all of the server's processes are children of, if it runs on this machine.
    pub async fn postmaster(&self) -> Option<u32> {
        let mut connection = self.connect().await;
        let backend: i32 =
            sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await.ok()?;
        machine::parent(u32::try_from(backend).ok()?)
    }
}

/// A question that a floor is asked.
pub type Question<'q> = QueryScalar<'q, Postgres, i64, PgArguments>;

/// Whoever asks a floor: from the load's core, so that the database has that of what is measured for itself.
pub struct Asker {
    pub connection: PgConnection,
    /// The process that answers, where it runs on this machine.
    backend: Option<u32>,
}

impl Asker {
    pub async fn new(mut connection: PgConnection) -> Asker {
        // Helpers would share the one core, and end with their time uncounted.
        let alone = "SET max_parallel_workers_per_gather = 0";
        sqlx::raw_sql(alone).execute(&mut connection).await.unwrap();
        let backend: i32 =
            sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await.unwrap();
        let backend = u32::try_from(backend).ok().filter(|id| machine::is_named(*id, "postgres"));
        Asker { connection, backend }
    }

    /// A turn of the floor; gives back how many rows each answer has.
    pub async fn ask<'q>(
        &mut self,
        questions: impl Iterator<Item = Question<'q>>,
        side: &mut Side,
    ) -> Vec<usize> {
        let (mut times, mut found) = (Vec::new(), Vec::new());
        machine::pin(machine::LOAD);
        let before = self.backend.map(machine::cpu_ns);
        for question in questions {
            let start = Instant::now();
            let rows = question.fetch_all(&mut self.connection).await.unwrap();
            times.push(start.elapsed().as_secs_f64() * 1e6);
            found.push(rows.len());
        }
        let after = self.backend.map(machine::cpu_ns);
        machine::pin(machine::SERVER);
        side.add(times, after.zip(before).map(|(after, before)| after - before));
        found
    }

    /// What a table takes with its indexes.
    pub async fn megabytes(&mut self, table: &str) -> f64 {
        let sql = "SELECT pg_total_relation_size($1::TEXT::REGCLASS)";
        let size: Question<'_> = sqlx::query_scalar::<Postgres, i64>(sql).bind(table);
        size.fetch_one(&mut self.connection).await.unwrap() as f64 / 1e6
    }
}
