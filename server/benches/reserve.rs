//! Durable reservations a second on one hot SKU and on 10,000 SKUs, 64 clients in process and over HTTP, on SQLite
//! and PostgreSQL; both against append + fdatasync at the same batch size, and against the naive transaction by pgbench.
//! And what a whole order costs: placed, paid, picked, handed over. Afterwards the books are audited.
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
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use common::{
    Called, books,
    durable::Floor,
    host::{self, Host},
    load, machine, median,
    orders::{Server, Shoppers},
    postgres::Scratch,
    quantile,
    report::{self, Better, Column, Row},
    shop::{self, Size},
};
use onshelf_shop::{Shop, fulfilment::Reserve, testing::request};
use onshelf_vocabulary::StoreCode;
use tokio::runtime::Runtime;

const CLIENTS: usize = 64;
/// SKUs of the chain that is sold out of.
const SKUS: usize = 10_000;
const URL: &str = "ONSHELF_BENCH_URL";
/// Asks a shop how many transactions it has committed.
const COMMITS: &str = "commits";
/// Who place whole orders, as they were measured with others' shops.
const SHOPPERS: usize = 32;

fn main() {
    match host::role().as_deref() {
        Some("shop") => play_shop(),
        Some("furnish") => furnish(),
        _ => measure(Called::now()),
    }
}

/// Serves HTTP, and reserves in process when told: `SKUS MILLISECONDS` is answered with rate, p50, p99 (µs) and how many
/// there were, `commits` with how many transactions were committed so far.
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
        if line == COMMITS {
            return shop.db().load().commits.to_string();
        }
        let mut numbers = line.split(' ').map(|number| number.parse::<u64>().unwrap());
        let (skus, millis) = (numbers.next().unwrap(), numbers.next().unwrap());
        handle.block_on(in_process(&shop, skus, Duration::from_millis(millis)))
    });
}

/// Fills a database for the program itself, and says the token of a till.
fn furnish() {
    let token = host::runtime().block_on(async {
        let url = std::env::var(URL).unwrap();
        let size = Size { stores: 2, skus: 100, carriers: 2, on_hand: 100_000_000 };
        let shop = shop::chain(&url, size).await;
        let store = StoreCode::new(shop::store(0)).unwrap();
        let token = shop.create_token("pos", Some(&store)).await.unwrap();
        shop.db().close().await;
        token
    });
    host::say(token);
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
    format!("{rate} {} {} {}", quantile(&times, 0.5), quantile(&times, 0.99), times.len())
}

fn next(skus: u64) -> Reserve {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let sku = shop::sku(usize::try_from(number % skus).unwrap());
    request(&shop::phone(number), &shop::store(0), &[(&sku, 1)], &number.to_string())
}

/// The same over HTTP.
fn call(skus: usize) -> impl Fn(usize) -> Vec<u8> + Clone + 'static {
    let run = machine::clock_ns();
    move |number| {
        let sku = shop::sku(number % skus);
        let phone = shop::phone(run.unsigned_abs() / 1_000 + number as u64);
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
    machine::pin(machine::LOAD);
    let mut rows = Vec::new();
    let has_postgres = on_sqlite(called, &runtime, &mut rows);
    runtime.block_on(whole_orders(called, &mut rows));
    if has_postgres {
        on_postgres(called, &runtime, &mut rows);
    }
    report::publish(called, "reserve", &rows);
}

/// Answers whether there is a PostgreSQL, whose naive transaction then stands beside SQLite, too: in a database of its own,
/// which is gone before anything else is measured.
fn on_sqlite(called: Called, runtime: &Runtime, rows: &mut Vec<Row>) -> bool {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let url = shop::sqlite(folder.path());
    let scratch = runtime.block_on(Scratch::begin("naive"));
    let mut floors = vec![Floor::append(folder.path())];
    if let Some(scratch) = &scratch {
        floors.extend(runtime.block_on(Floor::naive(scratch, CLIENTS, SKUS)));
    }
    let shop = Host::start("shop", &[(URL, &url)]);
    let engine = Engine { name: "SQLite", url, shop, database: None, floors, acknowledged: 0 };
    engine.measure(called, runtime, rows);
    let Some(scratch) = scratch else { return false };
    runtime.block_on(scratch.end());
    true
}

fn on_postgres(called: Called, runtime: &Runtime, rows: &mut Vec<Row>) {
    let Some(scratch) = runtime.block_on(Scratch::begin("reserve")) else { return };
    let database = runtime.block_on(scratch.postmaster());
    let folder = runtime.block_on(scratch.folder());
    let naive = runtime.block_on(Floor::naive(&scratch, CLIENTS, SKUS));
    let floors = naive.into_iter().chain([Floor::append(folder.path())]).collect();
    let url = scratch.url.clone();
    let shop = Host::start("shop", &[(URL, &url)]);
    let engine = Engine { name: "PostgreSQL", url, shop, database, floors, acknowledged: 0 };
    engine.measure(called, runtime, rows);
    runtime.block_on(scratch.end());
}

/// What a stretch showed, and its floors after it.
struct Stretch {
    rate: f64,
    half: f64,
    most: f64,
    /// Microseconds of processor time each, the database's included.
    cpu: f64,
    /// MB of the shop's and the database's processes.
    memory: f64,
    /// Reservations a transaction.
    batch: f64,
    /// The rate of each floor.
    floors: Vec<f64>,
}

/// The rounds of one way to ask.
#[derive(Default)]
struct Rounds(Vec<Stretch>);

impl Rounds {
    fn median(&self, value: fn(&Stretch) -> f64) -> f64 {
        median(&self.0.iter().map(value).collect::<Vec<_>>())
    }

    /// The first floor stands in the subject's line of the table, each of the others has a line of its own.
    fn rows(&self, subject: &str, floors: &[Floor]) -> Vec<Row> {
        let line = format!("{subject}, {CLIENTS} clients");
        let of = |column: Column, value: fn(&Stretch) -> f64| Row::of(&line, column, self.median(value));
        let mut rows = vec![
            of(Column::Rate, |stretch| stretch.rate),
            of(Column::Cpu, |stretch| stretch.cpu),
            of(Column::Half, |stretch| stretch.half),
            of(Column::Most, |stretch| stretch.most),
            of(Column::Memory, |stretch| stretch.memory),
        ];
        for (place, floor) in floors.iter().enumerate() {
            let rate = self.beside(rows[0].clone(), place, floor);
            if place == 0 {
                rows[0] = rate;
            } else {
                let subject = format!("{}, beside {}", rate.subject, floor.name());
                rows.push(Row { subject, cell: None, ..rate });
            }
        }
        let batch = self.median(|stretch| stretch.batch);
        rows.push(Row::new(format!("{subject}, a transaction carries"), "each", batch));
        rows
    }

    /// The rate beside that of a floor, the ratio round by round.
    fn beside(&self, rate: Row, place: usize, floor: &Floor) -> Row {
        let floors: Vec<f64> = self.0.iter().map(|stretch| stretch.floors[place]).collect();
        let ratios: Vec<f64> = self.0.iter().map(|stretch| stretch.rate / stretch.floors[place]).collect();
        let near = rate.beside(floor.name(), median(&floors), Better::More, Some(median(&ratios)));
        near.ratio_at_least(floor.target())
    }
}

struct Engine {
    name: &'static str,
    url: String,
    shop: Host,
    /// The process all of the database's are children of, where it is one of its own.
    database: Option<u32>,
    floors: Vec<Floor>,
    /// Reservations that were answered as made, of one unit each.
    acknowledged: i64,
}

impl Engine {
    /// In process and over HTTP take turns, and each with its floors, round by round.
    fn measure(mut self, called: Called, runtime: &Runtime, rows: &mut Vec<Row>) {
        let during = Duration::from_millis(called.pick(3_000, 600));
        for (skus, what) in [(1, "one hot SKU"), (SKUS, "10,000 SKUs")] {
            let (mut inside, mut outside) = (Rounds::default(), Rounds::default());
            for _ in 0..called.pick(5, 2) {
                let stretch = self.in_process(skus, during);
                inside.0.push(self.with_floors(stretch, skus, during));
                let stretch = self.over_http(runtime, skus, during);
                outside.0.push(self.with_floors(stretch, skus, during));
            }
            let subject = format!("{}, {what}, in process", self.name);
            rows.extend(inside.rows(&subject, &self.floors));
            let rate = inside.median(|stretch| stretch.rate);
            rows.push(Row::new(format!("{subject}, goal"), "/s", rate).at_least(20_000.0));
            rows.extend(outside.rows(&format!("{}, {what}, over HTTP", self.name), &self.floors));
        }
        self.audited(runtime);
    }

    /// Ends the benchmark where the books have a fault, or hold other than what was answered.
    fn audited(self, runtime: &Runtime) {
        let Engine { name, url, shop, acknowledged, .. } = self;
        drop(shop);
        let held = runtime.block_on(books::audited(name, &url));
        assert_eq!(held, acknowledged, "{name}: other reservations are held than were acknowledged");
    }

    /// The floors' turns, at the batch size that was just seen.
    fn with_floors(&mut self, stretch: Stretch, skus: usize, during: Duration) -> Stretch {
        let floors = self.floors.iter_mut().map(|floor| floor.rate(skus, stretch.batch, during));
        Stretch { floors: floors.collect(), ..stretch }
    }

    /// Nanoseconds of processor time and transactions until now.
    fn used(&mut self) -> (u64, u64) {
        let commits = self.shop.ask(COMMITS).parse().unwrap();
        (machine::cpu_ns(self.shop.id()) + self.database.map_or(0, machine::family_cpu_ns), commits)
    }

    fn in_process(&mut self, skus: usize, during: Duration) -> Stretch {
        let before = self.used();
        let answer = self.shop.ask(&format!("{skus} {}", during.as_millis()));
        let after = self.used();
        let figures: Vec<f64> = answer.split(' ').map(|figure| figure.parse().unwrap()).collect();
        self.acknowledged += figures[3] as i64;
        self.stretch([figures[0], figures[1], figures[2]], figures[3], before, after)
    }

    fn over_http(&mut self, runtime: &Runtime, skus: usize, during: Duration) -> Stretch {
        let before = self.used();
        let load = runtime.block_on(load::drive(self.shop.port(), CLIENTS, during, call(skus)));
        let after = self.used();
        assert_eq!(load.refused, 0, "reservations were refused, the first so: {:?}", load.refusal);
        let count = load.answers as f64;
        self.acknowledged += load.answers as i64;
        let times = [0.5, 0.99].map(|share| quantile(&load.times, share));
        self.stretch([count / load.seconds, times[0], times[1]], count, before, after)
    }

    fn stretch(
        &self,
        [rate, half, most]: [f64; 3],
        count: f64,
        before: (u64, u64),
        after: (u64, u64),
    ) -> Stretch {
        // A helper of the database that has ended meanwhile took its time out of the sum.
        let cpu = after.0.saturating_sub(before.0) as f64 / 1e3 / count;
        let memory = machine::memory(self.shop.id()) + self.database.map_or(0, machine::family_memory);
        let batch = count / (after.1 - before.1).max(1) as f64;
        Stretch { rate, half, most, cpu, memory: memory as f64 / 1e6, batch, floors: Vec::new() }
    }
}

/// Whole orders of one SKU over HTTP, through the program as it is shipped, on SQLite.
async fn whole_orders(called: Called, rows: &mut Vec<Row>) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let url = shop::sqlite(folder.path());
    let token = Host::start("furnish", &[(URL, &url)]).said.clone();
    let server = Server::start(&url, folder.path()).await;
    let during = Duration::from_millis(called.pick(5_000, 1_500));
    let (mut rates, mut cpu, mut times) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..called.pick(4, 2) {
        let before = server.rested().await;
        // A million orders a round at most.
        let run = machine::clock_ns().unsigned_abs() / 1_000_000_000 * 1_000_000;
        let shoppers = Shoppers { port: server.port, token: token.clone(), run };
        let load = shoppers.order(SHOPPERS, during).await;
        let used = (server.rested().await - before) as f64 / 1e3;
        // The first round warms up.
        if round > 0 {
            rates.push(load.answers as f64 / load.seconds);
            cpu.push(used / load.answers as f64);
            times.extend(load.times);
        }
    }
    let memory = server.memory() as f64 / 1e6;
    drop(server);
    books::audited("paid orders over HTTP, SQLite", &url).await;
    // Placed, paid, picked, handed over.
    let subject = format!("a paid order over HTTP, SQLite, {SHOPPERS} shoppers");
    rows.push(Row::of(&subject, Column::Rate, median(&rates)));
    rows.push(Row::of(&subject, Column::Cpu, median(&cpu)).at_most(500.0));
    rows.push(Row::of(&subject, Column::Half, quantile(&times, 0.5)));
    rows.push(Row::of(&subject, Column::Most, quantile(&times, 0.99)));
    rows.push(Row::of(&subject, Column::Memory, memory));
}
