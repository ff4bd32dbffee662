//! The ten nearest of 100,000 stores that have stock, in process, against PostgreSQL with cube and earthdistance.
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

use std::{hint::black_box, time::Instant};

use common::{
    Called, machine, median,
    postgres::Scratch,
    quantile,
    report::{self, Better, Row},
};
use onshelf_domain::places::Nearest;
use onshelf_vocabulary::Point;
use sqlx::PgConnection;

const STORES: u32 = 100_000;
const WANTED: usize = 10;
const NEAREST: &str = "SELECT id FROM stores WHERE stocked ORDER BY at <-> ll_to_earth($1, $2) LIMIT 10";

/// Subject and floor take turns so often.
const ROUNDS: u32 = 10;

fn main() {
    let called = Called::now();
    machine::pin(machine::SERVER);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut rows = Vec::new();
    for (name, size) in [("one country", 6.0), ("one city", 0.5)] {
        runtime.block_on(compared(called, name, size, &mut rows));
    }
    report::publish("nearest", &rows);
}

async fn compared(called: Called, name: &str, size: f64, rows: &mut Vec<Row>) {
    let tree = Nearest::build((0..STORES).map(|id| (id, place(id, size))).collect());
    let stock: Vec<bool> = (0..STORES).map(stocked).collect();
    let scratch = filled(size).await;
    let mut connection = match &scratch {
        Some(scratch) => Some(scratch.connect().await),
        None => None,
    };
    let (mut own, mut floor, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let of_round = walked(called, &tree, &stock, size, round);
        if let Some(connection) = connection.as_mut() {
            let of_floor = asked(called, connection, size, round).await;
            ratios.push(median(&of_floor) / median(&of_round));
            floor.extend(of_floor);
        }
        own.extend(of_round);
    }
    drop(connection);
    if let Some(scratch) = scratch {
        scratch.end().await;
    }
    let row = |share: f64, value: &str| {
        let own = quantile(&own, share);
        let row = Row::new(format!("nearest {WANTED} with stock, {name} ({value})"), "µs", own);
        if floor.is_empty() {
            return row;
        }
        let ratio = (share <= 0.5).then(|| median(&ratios));
        row.beside("PostgreSQL, cube + earthdistance", quantile(&floor, share), Better::Less, ratio)
    };
    rows.push(row(0.99, "p99"));
    rows.push(row(0.5, "p50").at_most(5.0));
}

/// Weyl sequences: spread evenly, the same in every run.
fn place(index: u32, size: f64) -> Point {
    let (x, y) = (f64::from(index) * 0.754_877_666, f64::from(index) * 0.569_840_290);
    Point::new(37.5 + size * (x.fract() - 0.5), 127.0 + size * (y.fract() - 0.5)).unwrap()
}

/// Every fourth has stock.
fn stocked(id: u32) -> bool {
    id.wrapping_mul(2_654_435_761) >> 16 & 3 == 0
}

/// Where the nth call of a round is asked from.
fn asker(round: u32, call: u32, size: f64) -> Point {
    place((call * ROUNDS + round) * 7 + 3, size)
}

fn walked(called: Called, tree: &Nearest, stock: &[bool], size: f64, round: u32) -> Vec<f64> {
    let timed = |call| {
        let from = asker(round, call, size);
        let start = Instant::now();
        black_box(tree.walk(from).filter(|(id, _)| stock[*id as usize]).take(WANTED).last());
        start.elapsed().as_secs_f64() * 1e6
    };
    (0..called.pick(20_000, 2_000)).map(timed).collect()
}

async fn asked(called: Called, connection: &mut PgConnection, size: f64, round: u32) -> Vec<f64> {
    let mut times = Vec::new();
    for call in 0..called.pick(200, 20) {
        let from = asker(round, call, size);
        let query = sqlx::query_scalar::<_, i64>(NEAREST).bind(from.lat()).bind(from.lng());
        let start = Instant::now();
        assert_eq!(query.fetch_all(&mut *connection).await.unwrap().len(), WANTED);
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    times
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
