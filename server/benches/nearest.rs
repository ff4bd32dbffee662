//! The ten nearest of 100,000 stores that have stock, in process: by the walk alone, and as the shop answers
//! `GET /products/{sku}/availability`. Both against PostgreSQL with cube and earthdistance.
//! `cargo xtask bench nearest [--quick]`

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

use std::{hint::black_box, path::Path};

use common::{
    Called,
    host::{self, Host},
    machine,
    postgres::{Asker, Scratch},
    questions,
    report::{self, Column, Row},
    shop, took,
    turns::{self, Side},
};
use onshelf_db::{Db, catalog, stock::LevelRow, stores};
use onshelf_domain::places::Nearest;
use onshelf_shop::Shop;
use onshelf_vocabulary::{Lang, Point};
use sqlx::{PgConnection, Postgres};

const STORES: u32 = 100_000;
const WANTED: usize = 10;
/// Microseconds that half of all questions may take.
const MOST: f64 = 5.0;
const NEAREST: &str = "SELECT id FROM stores WHERE stocked ORDER BY at <-> ll_to_earth($1, $2) LIMIT 10";

/// Subject and floor take turns so often.
const ROUNDS: u32 = 10;

/// The floor's name.
const FLOOR: &str = "PostgreSQL, cube + earthdistance";
/// The two sizes of land the stores lie in, in degrees.
const LANDS: [(&str, f64); 2] = [("one country", 6.0), ("one city", 0.5)];

fn main() {
    match host::role() {
        Some(_) => weigh(),
        None => measure(Called::now()),
    }
}

/// Builds a tree in a process of its own, where nothing else comes and goes, and says how many bytes it takes.
fn weigh() {
    let own = std::process::id();
    let before = machine::memory(own);
    let tree = grown(LANDS[0].1);
    let took = machine::memory(own).saturating_sub(before);
    black_box(&tree);
    host::say(took);
}

fn measure(called: Called) {
    let bytes: f64 = Host::start("weigh", &[]).said.parse().unwrap();
    machine::pin(machine::SERVER);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut rows = Vec::new();
    for (name, size) in LANDS {
        let subject = format!("nearest {WANTED} with stock, {name}");
        let memory = Row::of(&subject, Column::Memory, bytes / 1e6);
        rows.extend(runtime.block_on(compared(called, &subject, size, memory)));
    }
    report::publish(called, "nearest", &rows);
}

fn grown(size: f64) -> Nearest {
    Nearest::build((0..STORES).map(|id| (id, place(id, size))).collect())
}

/// Ours, on the core of what is measured, and PostgreSQL, on the same with its asker on the other, take turns.
async fn compared(called: Called, subject: &str, size: f64, mut memory: Row) -> Vec<Row> {
    let tree = grown(size);
    let stock: Vec<bool> = (0..STORES).map(stocked).collect();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let shop = opened(size, folder.path()).await;
    agree(&tree, &stock, &shop, size);
    let scratch = filled(size).await;
    let mut asker = match &scratch {
        Some(scratch) => Some(Asker::new(scratch.connect().await).await),
        None => None,
    };
    if let Some(asker) = asker.as_mut() {
        memory = memory.next_to(FLOOR, asker.megabytes("stores").await, None);
    }
    let (mut walk, mut answer, mut floor) = (Side::default(), Side::default(), Side::default());
    for round in 0..ROUNDS {
        walk.ask_here(|| walked(called, &tree, &stock, size, round));
        answer.ask_here(|| answered(called, &shop, size, round));
        if let Some(asker) = asker.as_mut() {
            asked(called, asker, size, round, &mut floor).await;
        }
    }
    drop(asker);
    if let Some(scratch) = scratch {
        scratch.end().await;
    }
    let mut rows = columns(subject, &walk, &floor);
    rows.push(memory);
    rows.extend(columns(&format!("{subject}, as the shop answers"), &answer, &floor));
    rows
}

fn columns(subject: &str, own: &Side, floor: &Side) -> Vec<Row> {
    let [rate, cpu, half, most] = turns::columns(subject, own, floor, FLOOR);
    vec![rate, cpu, half.at_most(MOST), most]
}

fn place(index: u32, size: f64) -> Point {
    shop::place(index as usize, size)
}

/// A shop with the same stores. All of them carry what is asked for, and every fourth has some.
async fn opened(size: f64, folder: &Path) -> Shop {
    let db = Db::open(&shop::sqlite(folder)).await.unwrap();
    shop::fill_stores(&db, STORES as usize, size).await;
    shop::fill_catalogue(&db, 1).await;
    let mut reader = db.reader().await.unwrap();
    let stores = stores::stores(&mut reader.tx()).await.unwrap();
    let variants = catalog::variants(&mut reader.tx()).await.unwrap();
    drop(reader);
    let level = |(id, store): (u32, &stores::StoreRow)| {
        shop::level(store.id, variants[0].id, if stocked(id) { 5 } else { 0 })
    };
    let levels: Vec<LevelRow> = (0..STORES).zip(&stores).map(level).collect();
    shop::stock_up(&db, &levels).await;
    shop::finish_catalogue(&db).await;
    shop::open_still(db).await
}

/// Ends the benchmark where the shop names other stores than the walk: what it took for them would say nothing.
fn agree(tree: &Nearest, stock: &[bool], shop: &Shop, size: f64) {
    let from = place_of(0, 0, size);
    let near = tree.walk(from).filter(|(id, _)| stock[*id as usize]).take(WANTED);
    let codes: Vec<String> = near.map(|(id, _)| shop::store(id as usize)).collect();
    let answers = shop.stores_with(Lang::En, &shop::sku(0), Some(from), 1, WANTED).unwrap();
    let named: Vec<String> = answers.into_iter().map(|answer| answer.code).collect();
    assert_eq!(named, codes);
}

/// Every fourth has stock.
fn stocked(id: u32) -> bool {
    id.wrapping_mul(2_654_435_761) >> 16 & 3 == 0
}

/// Where the nth call of a round is asked from.
fn place_of(round: u32, call: u32, size: f64) -> Point {
    place((call * ROUNDS + round) * 7 + 3, size)
}

fn walked(called: Called, tree: &Nearest, stock: &[bool], size: f64, round: u32) -> Vec<f64> {
    let timed = |call| {
        let from = place_of(round, call, size);
        took(|| {
            black_box(tree.walk(from).filter(|(id, _)| stock[*id as usize]).take(WANTED).last());
        })
    };
    (0..called.pick(20_000, 2_000)).map(timed).collect()
}

fn answered(called: Called, shop: &Shop, size: f64, round: u32) -> Vec<f64> {
    let sku = shop::sku(0);
    let timed = |call| questions::available(shop, &sku, Some(place_of(round, call, size)), WANTED);
    (0..called.pick(2_000, 200)).map(timed).collect()
}

async fn asked(called: Called, asker: &mut Asker, size: f64, round: u32, floor: &mut Side) {
    let questions = (0..called.pick(200, 20)).map(|call| {
        let from = place_of(round, call, size);
        sqlx::query_scalar::<Postgres, i64>(NEAREST).bind(from.lat()).bind(from.lng())
    });
    let found = asker.ask(questions, floor).await;
    assert!(found.iter().all(|rows| *rows == WANTED));
}

/// The same stores in PostgreSQL.
async fn filled(size: f64) -> Option<Scratch> {
    let scratch = Scratch::begin("nearest").await?;
    if !scratch.extend("earthdistance").await {
        scratch.end().await;
        return None;
    }
    fill(&mut scratch.connect().await, size).await;
    Some(scratch)
}

async fn fill(connection: &mut PgConnection, size: f64) {
    let schema = "CREATE TABLE stores (id BIGINT PRIMARY KEY, at CUBE NOT NULL, stocked BOOLEAN NOT NULL)";
    sqlx::raw_sql(schema).execute(&mut *connection).await.unwrap();
    let (mut ids, mut lats, mut lngs, mut stock) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for id in 0..STORES {
        let point = place(id, size);
        ids.push(i64::from(id));
        lats.push(point.lat());
        lngs.push(point.lng());
        stock.push(stocked(id));
    }
    let fill = "INSERT INTO stores SELECT id, ll_to_earth(lat, lng), stocked
        FROM UNNEST($1::BIGINT[], $2::FLOAT8[], $3::FLOAT8[], $4::BOOLEAN[]) AS given (id, lat, lng, stocked)";
    let filled = sqlx::query(fill).bind(ids).bind(lats).bind(lngs).bind(stock);
    filled.execute(&mut *connection).await.unwrap();
    let index = "CREATE INDEX ON stores USING gist (at) WHERE stocked; ANALYZE stores";
    sqlx::raw_sql(index).execute(&mut *connection).await.unwrap();
}
