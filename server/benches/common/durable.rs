//! What durable records cost without a shop: the floors of reservations.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use super::{machine, postgres::Scratch};

/// About what one reservation writes: its row, line, hold, movement of the level, change and key.
const RECORD: usize = 1_024;
const PGBENCH: &str = "ONSHELF_BENCH_PGBENCH";

pub enum Floor {
    /// Append and fdatasync, in batches as large as the shop's were in the same round, on the disk its database lies on.
    Append(File),
    /// What somebody writes who has one afternoon: read, decide, write, insert. By so many clients.
    Naive { url: String, clients: usize },
}

impl Floor {
    pub fn append(folder: &Path) -> Floor {
        Floor::Append(OpenOptions::new().create(true).append(true).open(folder.join("floor")).unwrap())
    }

    /// The naive transaction on tables of its own; none, with a line that says so, where there is no pgbench.
    pub async fn naive(scratch: &Scratch, clients: usize, skus: usize) -> Option<Floor> {
        if !pgbench().arg("--version").output().is_ok_and(|output| output.status.success()) {
            println!("without the naive transaction: pgbench does not start ({PGBENCH} names another)");
            return None;
        }
        prepare(scratch, skus).await;
        Some(Floor::Naive { url: scratch.url.clone(), clients })
    }

    pub fn name(&self) -> &'static str {
        match self {
            Floor::Append(_) => "append + fdatasync, same batch",
            Floor::Naive { .. } => "naive transaction, pgbench",
        }
    }

    /// How near to it we want to be.
    pub fn target(&self) -> f64 {
        match self {
            Floor::Append(_) => 0.5,
            Floor::Naive { .. } => 1.0,
        }
    }

    /// Records a second.
    pub fn rate(&mut self, skus: usize, batch: f64, during: Duration) -> f64 {
        match self {
            Floor::Append(file) => appended(file, batch.round().max(1.0) as usize, during),
            Floor::Naive { url, clients } => naive(url, *clients, skus, during),
        }
    }
}

fn appended(file: &mut File, batch: usize, during: Duration) -> f64 {
    let bytes = vec![7_u8; RECORD * batch];
    machine::pin(machine::SERVER);
    let (start, mut batches) = (Instant::now(), 0_usize);
    while start.elapsed() < during {
        file.write_all(&bytes).unwrap();
        file.sync_data().unwrap();
        batches += 1;
    }
    let rate = (batches * batch) as f64 / start.elapsed().as_secs_f64();
    machine::pin(machine::LOAD);
    // A turn writes hundreds of megabytes.
    file.set_len(0).unwrap();
    rate
}

async fn prepare(scratch: &Scratch, skus: usize) {
    let schema = format!(
        "CREATE SCHEMA naive;
         CREATE TABLE naive.stock (id BIGINT PRIMARY KEY, on_hand BIGINT NOT NULL, held BIGINT NOT NULL);
         CREATE TABLE naive.orders (id BIGSERIAL PRIMARY KEY, sku BIGINT NOT NULL, quantity BIGINT NOT NULL,
             name TEXT NOT NULL, phone TEXT NOT NULL, placed_at TIMESTAMPTZ NOT NULL DEFAULT now());
         INSERT INTO naive.stock SELECT id, 100000000, 0 FROM generate_series(1, {skus}) AS id"
    );
    let mut connection = scratch.connect().await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(schema)).execute(&mut connection).await.unwrap();
}

fn pgbench() -> Command {
    Command::new(std::env::var(PGBENCH).unwrap_or_else(|_| "pgbench".to_owned()))
}

fn naive(url: &str, clients: usize, skus: usize, during: Duration) -> f64 {
    let script = tempfile::NamedTempFile::new().unwrap();
    let text = format!(
        "\\set sku random(1, {skus})\nBEGIN;\n\
         SELECT on_hand - held FROM naive.stock WHERE id = :sku FOR UPDATE;\n\
         UPDATE naive.stock SET held = held + 1 WHERE id = :sku;\n\
         INSERT INTO naive.orders (sku, quantity, name, phone) VALUES (:sku, 1, 'Kim', '01012345678');\n\
         COMMIT;\n"
    );
    std::fs::write(script.path(), text).unwrap();
    let (seconds, clients) = (during.as_secs().max(1).to_string(), clients.to_string());
    let mut pgbench = pgbench();
    pgbench.args(["-n", "-M", "prepared", "-c", &clients, "-j", "1", "-T", &seconds, "-f"]);
    let output = pgbench.arg(script.path()).arg(url).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let rate: Option<f64> =
        said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.unwrap_or_else(|| panic!("pgbench tells no rate: {}", String::from_utf8_lossy(&output.stderr)))
}
