//! Durable reservations a second on one hot SKU and on 10,000 SKUs, 64 clients in process and over HTTP, on SQLite
//! and PostgreSQL; against append + fdatasync at the same batch size, and the naive transaction by pgbench.
//! `cargo xtask bench reserve [--quick]`

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    reason = "it prints what it measured"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that cannot go on ends"
)]

mod common;

use std::{
    fs::OpenOptions,
    io::Write,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use common::{
    Called,
    host::{self, Host},
    load, machine, median,
    postgres::Scratch,
    quantile,
    report::{self, Better, Row},
    shop::{self, Size},
};
use onshelf_shop::{Shop, fulfilment::Reserve, testing::request};

const CLIENTS: usize = 64;
/// About what one reservation writes: its row, line, hold, movement of the level, change and key.
const RECORD: usize = 1_024;
/// SKUs of the chain that is sold out of.
const SKUS: usize = 10_000;
const URL: &str = "ONSHELF_BENCH_URL";
const PGBENCH: &str = "ONSHELF_BENCH_PGBENCH";

fn main() {
    match host::role().as_deref() {
        Some("shop") => play_shop(),
        _ => measure(Called::now()),
    }
}

/// Serves HTTP, and reserves in process when told: `SKUS MILLISECONDS` is answered with rate, p50 and p99 (µs).
fn play_shop() {
    let runtime = host::runtime();
    let handle = runtime.handle().clone();
    let shop = runtime.block_on(async {
        let url = std::env::var(URL).unwrap();
        shop::chain(&url, Size { stores: 2, skus: SKUS, carriers: 2, on_hand: 100_000_000 }).await
    });
    let served = shop.clone();
    runtime.spawn(async move { shop::serve(&served, shop::unlimited()).await });
    host::obey(|line| {
        let mut numbers = line.split(' ').map(|number| number.parse::<u64>().unwrap());
        let (skus, millis) = (numbers.next().unwrap(), numbers.next().unwrap());
        handle.block_on(in_process(&shop, skus, Duration::from_millis(millis)))
    });
}

static NEXT: AtomicU64 = AtomicU64::new(0);

async fn in_process(shop: &Shop, skus: u64, during: Duration) -> String {
    let start = Instant::now();
    let done = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (shop, done) = (shop.clone(), done.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while start.elapsed() < during {
                    let request = next(skus);
                    let asked = Instant::now();
                    shop.reserve(request).await.unwrap();
                    times.push(asked.elapsed().as_secs_f64() * 1e6);
                    done.fetch_add(1, Ordering::Relaxed);
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.unwrap());
    }
    let rate = done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64();
    format!("{rate} {} {}", quantile(&times, 0.5), quantile(&times, 0.99))
}

/// Everybody is somebody else, as nobody may hold more than a few reservations.
fn phone(number: u64) -> String {
    format!("010{}", 20_000_000 + number % 80_000_000)
}

fn next(skus: u64) -> Reserve {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let sku = shop::sku(usize::try_from(number % skus).unwrap());
    request(&phone(number), &shop::store(0), &[(&sku, 1)], &number.to_string())
}

/// The same over HTTP.
fn call(skus: usize) -> impl Fn(usize) -> Vec<u8> + Clone + 'static {
    let run = machine::clock_ns();
    move |number| {
        let sku = shop::sku(number % skus);
        let phone = phone(run.unsigned_abs() / 1_000 + number as u64);
        let body = format!(
            r#"{{"store":"{}","lines":[{{"sku":"{sku}","quantity":1}}],"contact":{{"name":"김제자리","phone":"{phone}"}}}}"#,
            shop::store(0)
        );
        format!(
            "POST /api/v1/reservations HTTP/1.1\r\nhost: shop.example\r\ncontent-type: application/json\r\n\
             idempotency-key: {run}-{number}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }
}

fn measure(called: Called) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut rows = Vec::new();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let url = shop::sqlite(folder.path());
    let floor = appended(called, folder.path());
    let floors = Floors { name: "append + fdatasync of 64", values: floor };
    let sqlite = Host::start("shop", &[(URL, &url)]);
    on_engine(called, &runtime, "SQLite", sqlite, &floors, None, &mut rows);
    if let Some(scratch) = runtime.block_on(Scratch::begin("reserve")) {
        let postmaster = runtime.block_on(scratch.postmaster());
        let naive = runtime.block_on(naive(called, &scratch));
        let floors = Floors { name: "naive transaction, pgbench", values: naive };
        let shop = Host::start("shop", &[(URL, &scratch.url)]);
        on_engine(called, &runtime, "PostgreSQL", shop, &floors, postmaster, &mut rows);
        runtime.block_on(scratch.end());
    }
    report::publish("reserve", &rows);
}

/// Records a second of the floor: on one hot row, and on many.
struct Floors {
    name: &'static str,
    values: [f64; 2],
}

fn on_engine(
    called: Called,
    runtime: &tokio::runtime::Runtime,
    engine: &str,
    mut host: Host,
    floors: &Floors,
    database: Option<u32>,
    rows: &mut Vec<Row>,
) {
    let during = Duration::from_millis(called.pick(3_000, 600));
    let rounds = called.pick(5, 2);
    let used = |host: &Host| machine::cpu_ns(host.id()) + database.map_or(0, machine::family_cpu_ns);
    for (skus, what, floor) in [(1, "one hot SKU", floors.values[0]), (SKUS, "10,000 SKUs", floors.values[1])]
    {
        let (mut rates, mut half, mut most, mut cpu) = (vec![], vec![], vec![], vec![]);
        for _ in 0..rounds {
            let before = used(&host);
            let answer = host.ask(&format!("{skus} {}", during.as_millis()));
            let figures: Vec<f64> = answer.split(' ').map(|figure| figure.parse().unwrap()).collect();
            rates.push(figures[0]);
            half.push(figures[1]);
            most.push(figures[2]);
            cpu.push((used(&host) - before) as f64 / 1e3 / (figures[0] * during.as_secs_f64()));
        }
        let row = Row::new(format!("{engine}, {what}, {CLIENTS} clients in process"), "/s", median(&rates));
        let row = row.beside(floors.name, floor, Better::More, None);
        rows.push(row.clone().ratio_at_least(if engine == "SQLite" { 0.5 } else { 1.0 }));
        rows.push(
            Row { subject: format!("{}, goal", row.subject), ..Row::new("", "/s", row.value) }
                .at_least(20_000.0),
        );
        rows.push(Row::new(
            format!("{engine}, {what}, in process, CPU with the database's"),
            "CPU-µs",
            median(&cpu),
        ));
        rows.push(Row::new(format!("{engine}, {what}, in process, p50"), "µs", median(&half)));
        rows.push(Row::new(format!("{engine}, {what}, in process, p99"), "µs", median(&most)));
        over_http(runtime, engine, what, skus, during, rounds, &host, &used, rows);
    }
}

#[expect(clippy::too_many_arguments, reason = "what one line of the report names")]
fn over_http(
    runtime: &tokio::runtime::Runtime,
    engine: &str,
    what: &str,
    skus: usize,
    during: Duration,
    rounds: usize,
    host: &Host,
    used: &dyn Fn(&Host) -> u64,
    rows: &mut Vec<Row>,
) {
    let (mut rates, mut times, mut cpu) = (vec![], vec![], vec![]);
    for _ in 0..rounds {
        let before = used(host);
        let load = runtime.block_on(load::drive(host.port(), CLIENTS, during, call(skus)));
        assert_eq!(load.refused, 0, "reservations were refused, the first so: {:?}", load.refusal);
        cpu.push((used(host) - before) as f64 / 1e3 / load.answers as f64);
        rates.push(load.answers as f64 / load.seconds);
        times.extend(load.times);
    }
    rows.push(Row::new(format!("{engine}, {what}, {CLIENTS} clients over HTTP"), "/s", median(&rates)));
    let row =
        Row::new(format!("{engine}, {what}, over HTTP, CPU with the database's"), "CPU-µs", median(&cpu));
    rows.push(row.at_most(500.0));
    rows.push(Row::new(format!("{engine}, {what}, over HTTP, p50"), "µs", quantile(&times, 0.5)));
    rows.push(Row::new(format!("{engine}, {what}, over HTTP, p99"), "µs", quantile(&times, 0.99)));
}

/// Records a second that can be made durable 64 at a time, on the disk the database lies on.
fn appended(called: Called, folder: &std::path::Path) -> [f64; 2] {
    let mut file = OpenOptions::new().create(true).append(true).open(folder.join("floor")).unwrap();
    let batch = vec![7_u8; RECORD * CLIENTS];
    let (start, mut batches) = (Instant::now(), 0_u32);
    while start.elapsed() < Duration::from_millis(called.pick(3_000, 600)) {
        file.write_all(&batch).unwrap();
        file.sync_data().unwrap();
        batches += 1;
    }
    let rate = f64::from(batches) * CLIENTS as f64 / start.elapsed().as_secs_f64();
    [rate, rate]
}

/// What somebody writes who has one afternoon: read, decide, write, insert.
async fn naive(called: Called, scratch: &Scratch) -> [f64; 2] {
    let mut connection = scratch.connect().await;
    let schema = format!(
        "CREATE SCHEMA naive;
         CREATE TABLE naive.stock (id BIGINT PRIMARY KEY, on_hand BIGINT NOT NULL, held BIGINT NOT NULL);
         CREATE TABLE naive.orders (id BIGSERIAL PRIMARY KEY, sku BIGINT NOT NULL, quantity BIGINT NOT NULL,
             name TEXT NOT NULL, phone TEXT NOT NULL, placed_at TIMESTAMPTZ NOT NULL DEFAULT now());
         INSERT INTO naive.stock SELECT id, 100000000, 0 FROM generate_series(1, {SKUS}) AS id"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(schema)).execute(&mut connection).await.unwrap();
    let rate = |skus: usize| {
        let script = tempfile::NamedTempFile::new().unwrap();
        let text = format!(
            "\\set sku random(1, {skus})\nBEGIN;\n\
             SELECT on_hand - held FROM naive.stock WHERE id = :sku FOR UPDATE;\n\
             UPDATE naive.stock SET held = held + 1 WHERE id = :sku;\n\
             INSERT INTO naive.orders (sku, quantity, name, phone) VALUES (:sku, 1, 'Kim', '01012345678');\n\
             COMMIT;\n"
        );
        std::fs::write(script.path(), text).unwrap();
        let seconds = called.pick(8, 2).to_string();
        let program = std::env::var(PGBENCH).unwrap_or_else(|_| "pgbench".to_owned());
        let clients = CLIENTS.to_string();
        let mut pgbench = Command::new(program);
        pgbench.args(["-n", "-M", "prepared", "-c", &clients, "-j", "1", "-T", &seconds, "-f"]);
        let output = pgbench.arg(script.path()).arg(&scratch.url).output();
        let said =
            output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let found =
            said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        found.unwrap_or(f64::NAN)
    };
    [rate(1), rate(SKUS)]
}
