//! Statements run in place, and what must hold of them: values come back as they went, refusals are told apart, and
//! nothing that takes long keeps the runtime.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures::TryStreamExt;
use onshelf_sqlite::{Connection, Options};
use sqlx::{Connection as _, FromRow, QueryBuilder, Row};

/// An endless row of numbers, as far as it is asked.
const NUMBERS: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i FROM n";
const SUM: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT SUM(i) FROM n";

struct File {
    folder: tempfile::TempDir,
}

impl File {
    async fn new() -> (File, Connection) {
        let file = File { folder: tempfile::tempdir().unwrap() };
        std::fs::File::create(file.path()).unwrap();
        let mut writer = Connection::connect_with(&file.options().writing()).await.unwrap();
        writer
            .batch(
                "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;
                 CREATE TABLE shelves (id INTEGER PRIMARY KEY, code TEXT UNIQUE, held INTEGER NOT NULL CHECK (held >= 0));
                 CREATE TABLE lines (shelf INTEGER NOT NULL REFERENCES shelves (id));",
            )
            .await
            .unwrap();
        (file, writer)
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("shop.db")
    }

    fn options(&self) -> Options {
        Options::new(&self.path())
    }

    async fn reader(&self) -> Connection {
        Connection::connect_with(&self.options()).await.unwrap()
    }
}

#[derive(Debug, PartialEq, FromRow)]
struct Everything {
    whole: i64,
    small: i32,
    real: f64,
    text: String,
    bytes: Vec<u8>,
    yes: bool,
    none: Option<String>,
}

#[tokio::test]
async fn values_come_back_as_they_went() {
    let (_file, mut writer) = File::new().await;
    let sent = Everything {
        whole: i64::MIN,
        small: -7,
        real: 0.1,
        text: "이름 \u{0} 'quoted'".to_owned(),
        bytes: vec![0, 255],
        yes: true,
        none: None,
    };
    // In another order than they are numbered, and one of them twice.
    let sql = "SELECT $7 AS none, $1 AS whole, $2 AS small, $3 AS real, $4 AS text, $5 AS bytes, $6 AS yes, $1 AS again";
    let query = sqlx::query_as::<_, Everything>(sql)
        .bind(sent.whole)
        .bind(sent.small)
        .bind(sent.real)
        .bind(&sent.text)
        .bind(&sent.bytes)
        .bind(sent.yes)
        .bind(&sent.none);
    assert_eq!(query.fetch_one(&mut writer).await.unwrap(), sent);
}

#[tokio::test]
async fn what_is_not_as_it_is_read_is_an_error() {
    let (_file, mut writer) = File::new().await;
    sqlx::query_scalar::<_, i64>("SELECT 'three'").fetch_one(&mut writer).await.unwrap_err();
    sqlx::query_scalar::<_, String>("SELECT NULL").fetch_one(&mut writer).await.unwrap_err();
    sqlx::query_scalar::<_, i32>("SELECT 3000000000").fetch_one(&mut writer).await.unwrap_err();
    sqlx::query_scalar::<_, i64>("SELECT $2").bind(1_i64).fetch_one(&mut writer).await.unwrap_err();
    sqlx::query_scalar::<_, String>("SELECT CAST(x'ff' AS TEXT)").fetch_one(&mut writer).await.unwrap_err();
    let row = sqlx::query("SELECT 1 AS one").fetch_one(&mut writer).await.unwrap();
    row.try_get::<i64, _>("two").unwrap_err();
    row.try_get::<i64, _>(1).unwrap_err();
    assert_eq!(row.get::<i64, _>("one"), 1);
}

#[tokio::test]
async fn rows_are_counted_by_what_wrote_them() {
    let (file, mut writer) = File::new().await;
    let mut query = QueryBuilder::new("INSERT INTO shelves (id, code, held) ");
    query.push_values(1..=3_i64, |mut row, id| {
        row.push_bind(id).push_bind(format!("s{id}")).push_bind(0_i64);
    });
    assert_eq!(query.build().execute(&mut writer).await.unwrap().rows_affected(), 3);
    assert_eq!(sqlx::query("SELECT 1").execute(&mut writer).await.unwrap().rows_affected(), 0);
    let told = sqlx::query_scalar::<_, i64>("UPDATE shelves SET held = held + 1 WHERE id > $1 RETURNING id");
    assert_eq!(told.bind(1_i64).fetch_all(&mut writer).await.unwrap(), [2, 3]);
    let missed = sqlx::query("UPDATE shelves SET held = 9 WHERE id = 17").execute(&mut writer).await.unwrap();
    assert_eq!(missed.rows_affected(), 0);
    let mut reader = file.reader().await;
    let sum: i64 = sqlx::query_scalar("SELECT SUM(held) FROM shelves").fetch_one(&mut reader).await.unwrap();
    assert_eq!(sum, 2);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let (file, mut writer) = File::new().await;
    sqlx::query("INSERT INTO shelves (id, code, held) VALUES (1, 'a', 0)")
        .execute(&mut writer)
        .await
        .unwrap();
    let mut codes = Vec::new();
    for sql in [
        "INSERT INTO shelves (id, code, held) VALUES (2, 'a', 0)",
        "INSERT INTO shelves (id, code, held) VALUES (1, 'b', 0)",
        "INSERT INTO shelves (id, code, held) VALUES (3, 'c', -1)",
        "INSERT INTO shelves (id, code) VALUES (3, 'c')",
        "INSERT INTO lines (shelf) VALUES (9)",
        "SELECT nothing FROM nowhere",
    ] {
        let error = sqlx::query(sql).execute(&mut writer).await.unwrap_err();
        let fault = error.as_database_error().unwrap_or_else(|| panic!("{sql}: {error}"));
        codes.push((fault.code().unwrap().into_owned(), fault.is_unique_violation()));
    }
    let told: Vec<(&str, bool)> = codes.iter().map(|(code, unique)| (code.as_str(), *unique)).collect();
    let expected =
        [("2067", true), ("1555", true), ("275", false), ("1299", false), ("787", false), ("1", false)];
    assert_eq!(told, expected);

    // Another process has the lock, and one that only reads cannot write at all.
    writer.batch("BEGIN IMMEDIATE").await.unwrap();
    let hasty = file.options().writing().waiting(Duration::from_millis(20));
    let mut other = Connection::connect_with(&hasty).await.unwrap();
    let error = sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().code().unwrap(), "5");
    let error = sqlx::query("DELETE FROM shelves").execute(&mut file.reader().await).await.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().code().unwrap(), "8");
}

#[tokio::test]
async fn many_rows_come_all_and_in_order() {
    let (file, mut writer) = File::new().await;
    let mut reader = file.reader().await;
    // One less than what is read in place, as many, one more, and so many that they come in pieces.
    for many in [0_i64, 1, 999, 1000, 1001, 100_000] {
        for connection in [&mut reader, &mut writer] {
            let limited = sqlx::query_scalar::<_, i64>(
                "SELECT * FROM (WITH RECURSIVE n(i) AS
                (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i FROM n) WHERE i <= $1",
            );
            let rows = limited.bind(many).fetch_all(connection).await.unwrap();
            assert_eq!(rows, (1..=many).collect::<Vec<_>>());
        }
    }
}

/// Counts how often the runtime comes around while something else is waited for.
fn ticking() -> Arc<AtomicU64> {
    let ticks = Arc::new(AtomicU64::new(0));
    let counted = ticks.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    ticks
}

#[tokio::test(flavor = "current_thread")]
async fn what_reads_long_does_not_keep_the_runtime() {
    let (file, _writer) = File::new().await;
    let mut reader = file.reader().await;
    let ticks = ticking();
    let (many, began) = (3_000_000_i64, Instant::now());
    let sum: i64 = sqlx::query_scalar(SUM).bind(many).fetch_one(&mut reader).await.unwrap();
    assert_eq!(sum, many * (many + 1) / 2);
    let (took, ticked) = (began.elapsed(), ticks.load(Ordering::Relaxed));
    assert!(took > Duration::from_millis(50), "{took:?} is too short to tell");
    assert!(ticked >= 5, "the runtime came around {ticked} times in {took:?}");
    // The same connection goes on as before.
    assert_eq!(sqlx::query_scalar::<_, i64>("SELECT 1").fetch_one(&mut reader).await.unwrap(), 1);
    reader.batch("PRAGMA cache_size = 100").await.unwrap();
}

#[tokio::test]
async fn what_nobody_reads_any_more_is_broken_off() {
    let (file, _writer) = File::new().await;
    let mut reader = file.reader().await;
    let endless = 1_i64 << 60;
    let began = Instant::now();
    // One that has rows all along, one that would have its only row some day, and one whose first row is enough.
    let mut rows = sqlx::query_scalar::<_, i64>(NUMBERS).bind(endless).fetch(&mut reader);
    for number in 1..=2000 {
        assert_eq!(rows.try_next().await.unwrap(), Some(number));
    }
    drop(rows);
    let sum = sqlx::query_scalar::<_, i64>(SUM).bind(endless).fetch_one(&mut reader);
    tokio::time::timeout(Duration::from_millis(50), sum).await.unwrap_err();
    let first = sqlx::query_scalar::<_, i64>(NUMBERS).bind(endless).fetch_one(&mut reader).await.unwrap();
    assert_eq!(first, 1);
    assert_eq!(sqlx::query_scalar::<_, i64>("SELECT 2").fetch_one(&mut reader).await.unwrap(), 2);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    reader.close().await.unwrap();
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing() {
    let (_file, mut writer) = File::new().await;
    let insert = "INSERT INTO shelves (id, code, held) VALUES ($1, $2, 0)";
    let mut kept = writer.begin().await.unwrap();
    sqlx::query(insert).bind(1_i64).bind("kept").execute(&mut *kept).await.unwrap();
    let mut inner = kept.begin().await.unwrap();
    sqlx::query(insert).bind(2_i64).bind("undone").execute(&mut *inner).await.unwrap();
    drop(inner);
    kept.commit().await.unwrap();
    let mut dropped = writer.begin().await.unwrap();
    sqlx::query(insert).bind(3_i64).bind("dropped").execute(&mut *dropped).await.unwrap();
    drop(dropped);
    let codes: Vec<String> =
        sqlx::query_scalar("SELECT code FROM shelves ORDER BY id").fetch_all(&mut writer).await.unwrap();
    assert_eq!(codes, ["kept"]);
}

#[tokio::test]
async fn several_at_once_are_run_and_a_changed_table_is_read_anew() {
    let (_file, mut writer) = File::new().await;
    let all = "SELECT * FROM shelves";
    sqlx::query("INSERT INTO shelves VALUES (1, 'a', 0); INSERT INTO shelves VALUES (2, 'b', 0)")
        .execute(&mut writer)
        .await
        .unwrap();
    assert_eq!(sqlx::query(all).fetch_all(&mut writer).await.unwrap().len(), 2);
    writer.batch("ALTER TABLE shelves ADD COLUMN bay TEXT NOT NULL DEFAULT 'B7'").await.unwrap();
    let row = sqlx::query(all).fetch_one(&mut writer).await.unwrap();
    assert_eq!(row.get::<String, _>("bay"), "B7");
}
