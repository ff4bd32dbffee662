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

const STORES: u32 = 100_000;
const WANTED: usize = 10;
const NEAREST: &str = "SELECT id FROM stores WHERE stocked ORDER BY at <-> ll_to_earth($1, $2) LIMIT 10";

fn main() {
    let called = Called::now();
    machine::pin(machine::SERVER);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut rows = Vec::new();
    for (name, size) in [("one country", 6.0), ("one city", 0.5)] {
        let row = walked(called, name, size, &mut rows);
        let row = match runtime.block_on(asked(called, size)) {
            Some(floor) => row.beside("PostgreSQL, cube + earthdistance", floor, Better::Less, None),
            None => row,
        };
        rows.push(row.at_most(5.0));
    }
    report::publish("nearest", &rows);
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

fn walked(called: Called, name: &str, size: f64, rows: &mut Vec<Row>) -> Row {
    let stores: Vec<(u32, Point)> = (0..STORES).map(|id| (id, place(id, size))).collect();
    let tree = Nearest::build(stores.clone());
    let stock: Vec<bool> = (0..STORES).map(stocked).collect();
    let mut times = Vec::new();
    for call in 0..called.pick(200_000, 20_000) {
        let from = place(call * 7 + 3, size);
        let start = Instant::now();
        black_box(tree.walk(from).filter(|(id, _)| stock[*id as usize]).take(WANTED).last());
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    rows.push(Row::new(format!("nearest {WANTED} with stock, {name} (p99)"), "µs", quantile(&times, 0.99)));
    Row::new(format!("nearest {WANTED} with stock, {name} (p50)"), "µs", median(&times))
}

async fn asked(called: Called, size: f64) -> Option<f64> {
    let scratch = Scratch::begin("nearest").await?;
    if !scratch.extend("earthdistance").await {
        scratch.end().await;
        return None;
    }
    let mut connection = scratch.connect().await;
    let schema = "CREATE TABLE stores (id BIGINT PRIMARY KEY, at CUBE NOT NULL, stocked BOOLEAN NOT NULL)";
    sqlx::raw_sql(schema).execute(&mut connection).await.unwrap();
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
    sqlx::query(fill).bind(ids).bind(lats).bind(lngs).bind(stock).execute(&mut connection).await.unwrap();
    let index = "CREATE INDEX ON stores USING gist (at) WHERE stocked; ANALYZE stores";
    sqlx::raw_sql(index).execute(&mut connection).await.unwrap();
    let mut times = Vec::new();
    for call in 0..called.pick(2_000, 200) {
        let from = place(call * 7 + 3, size);
        let query = sqlx::query_scalar::<_, i64>(NEAREST).bind(from.lat()).bind(from.lng());
        let start = Instant::now();
        assert_eq!(query.fetch_all(&mut connection).await.unwrap().len(), WANTED);
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    drop(connection);
    scratch.end().await;
    Some(median(&times))
}
