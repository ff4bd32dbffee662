//! What a statement costs beside sqlx's own driver: reads of one row, and updates in one transaction, by turns in one
//! process. `cargo bench -p onshelf-sqlite`

#![allow(clippy::print_stdout, reason = "it prints what it measured")]
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a benchmark that cannot go on ends")]

use std::{hint::black_box, path::Path, time::Instant};

use onshelf_sqlite::Options;
use sqlx::{Connection, sqlite::SqliteConnectOptions};

const ROUNDS: usize = 9;
const STATEMENTS: i64 = 2_000;
const TABLE: &str = "CREATE TABLE levels (id INTEGER PRIMARY KEY, held INTEGER NOT NULL)";
const FILL: &str =
    "INSERT INTO levels WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    SELECT i, 0 FROM n";

/// Microseconds a statement, of reads and of updates.
macro_rules! timed {
    ($connection:expr) => {{
        let connection = $connection;
        let start = Instant::now();
        for id in 1..=STATEMENTS {
            let held: i64 = sqlx::query_scalar("SELECT held FROM levels WHERE id = $1")
                .bind(id)
                .fetch_one(&mut *connection)
                .await
                .unwrap();
            black_box(held);
        }
        let read = start.elapsed();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await.unwrap();
        let start = Instant::now();
        for id in 1..=STATEMENTS {
            let update = sqlx::query("UPDATE levels SET held = held + 1 WHERE id = $1").bind(id);
            update.execute(&mut *connection).await.unwrap();
        }
        let updated = start.elapsed();
        sqlx::query("COMMIT").execute(&mut *connection).await.unwrap();
        [read, updated].map(|took| took.as_secs_f64() * 1e6 / STATEMENTS as f64)
    }};
}

async fn theirs(file: &Path) -> sqlx::SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    sqlx::SqliteConnection::connect_with(&options).await.unwrap()
}

async fn compare() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    let mut theirs = theirs(&file).await;
    for sql in ["PRAGMA journal_mode = WAL", TABLE, FILL] {
        sqlx::query(sql).execute(&mut theirs).await.unwrap();
    }
    let mut ours = onshelf_sqlite::Connection::connect_with(&Options::new(&file).writing()).await.unwrap();
    let (mut in_place, mut aside) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        in_place.push(timed!(&mut ours));
        aside.push(timed!(&mut theirs));
    }
    for (index, what) in ["a read of one row", "an update in a transaction"].into_iter().enumerate() {
        let (ours, theirs) = (median(&in_place, index), median(&aside, index));
        println!("{what}: {ours:.1} µs in place, {theirs:.1} µs by sqlx's own driver: {:.2}", ours / theirs);
    }
}

fn median(rounds: &[[f64; 2]], index: usize) -> f64 {
    let mut times: Vec<f64> = rounds.iter().map(|round| round[index]).collect();
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(compare());
}
