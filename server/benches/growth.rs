//! How pages, search, reservations and memory grow from 1,000 to 1,000,000 SKUs (ten million shelves) and from 10 to
//! 10,000 stores. `cargo xtask bench growth [--quick]`; `--quick` stops at a tenth.

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
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{Router, body::Body, http::Request};
use common::{
    Called,
    host::{self, Host},
    machine, median,
    report::{self, Row},
    shop::{self, Size},
};
use http_body_util::BodyExt;
use onshelf_app::ssr::Door;
use onshelf_server::http::{Limits, Options, router};
use onshelf_shop::{Shop, testing::request};
use tower::Service;

const STORES: &str = "ONSHELF_BENCH_STORES";
const SKUS: &str = "ONSHELF_BENCH_SKUS";
/// What is measured at each size, and how often it is done for one figure.
const DEEDS: [(&str, usize); 5] = [
    ("product page", 200),
    ("category page", 50),
    ("search page", 50),
    ("store page", 50),
    ("reservation", 200),
];

fn main() {
    if host::role().is_some() {
        play_shop();
    } else {
        measure(Called::now());
    }
}

fn number(name: &str) -> usize {
    std::env::var(name).unwrap().parse().unwrap()
}

/// Says how many seconds opening took; then each deed by name is answered with its microseconds.
fn play_shop() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let size = Size { stores: number(STORES), skus: number(SKUS), on_hand: 1_000_000 };
    let url = shop::sqlite(folder.path());
    // On a runtime of its own, which ends and takes the shop along: the one that is measured begins anew.
    drop(host::runtime().block_on(shop::chain(&url, size)));
    let runtime = host::runtime();
    let start = Instant::now();
    let shop = runtime.block_on(async { shop::open(onshelf_db::Db::open(&url).await.unwrap()).await });
    host::say(start.elapsed().as_secs_f64());
    let door = Door { shop: shop.clone(), site: Arc::new(shop::site()) };
    let limits = Limits { kept_pages: 0, ..shop::unlimited() };
    let mut router = router(door, &Options { limits, ..Options::default() });
    host::obey(|deed| runtime.block_on(timed(deed, size, &mut router, &shop)).to_string());
}

static NEXT: AtomicU64 = AtomicU64::new(1);

async fn timed(deed: &str, size: Size, router: &mut Router, shop: &Shop) -> f64 {
    let times = DEEDS.iter().find(|(name, _)| *name == deed).map_or(1, |(_, times)| *times);
    let mut figures = Vec::with_capacity(times);
    for _ in 0..times {
        // Spread over the catalogue, the same in every run.
        let turn = NEXT.fetch_add(1, Ordering::Relaxed);
        let spread = (turn.wrapping_mul(2_654_435_761) % (size.skus as u64)) as usize;
        let page = match deed {
            "product page" => format!("/p/product-{}", spread / 2),
            "category page" => format!("/category/category-{}", spread / 80),
            "search page" => format!("/search?q=kettle+{}", spread / 2),
            "store page" => format!("/stores/{}", shop::store(spread % size.stores)),
            _ => {
                let start = Instant::now();
                reserve(shop, spread, turn).await;
                figures.push(start.elapsed().as_secs_f64() * 1e6);
                continue;
            }
        };
        let request = Request::get(&page).body(Body::empty()).unwrap();
        let start = Instant::now();
        let Ok(response) = router.call(request).await;
        assert_eq!(response.status(), 200, "{page}");
        response.into_body().collect().await.unwrap();
        figures.push(start.elapsed().as_secs_f64() * 1e6);
    }
    median(&figures)
}

async fn reserve(shop: &Shop, sku: usize, turn: u64) {
    let sku = shop::sku(sku);
    let request = request(&format!("010{turn:08}"), &shop::store(0), &[(&sku, 1)], &turn.to_string());
    shop.reserve(request).await.unwrap();
}

fn measure(called: Called) {
    let mut rows = Vec::new();
    let skus: &[usize] = called.pick(&[1_000, 10_000, 100_000, 1_000_000], &[1_000, 10_000, 100_000]);
    let stores: &[usize] = called.pick(&[10, 100, 1_000, 10_000], &[10, 100, 1_000]);
    grow("SKUs", &skus.iter().map(|skus| (*skus, 10, *skus)).collect::<Vec<_>>(), &mut rows);
    grow("stores", &stores.iter().map(|stores| (*stores, *stores, 10_000)).collect::<Vec<_>>(), &mut rows);
    report::publish("growth", &rows);
}

/// Each size is its figure, its stores and its SKUs. Pages and search are to stay within three times the smallest.
fn grow(what: &str, sizes: &[(usize, usize, usize)], rows: &mut Vec<Row>) {
    let mut first: Vec<f64> = Vec::new();
    for (size, stores, skus) in sizes {
        let settings = [(STORES, stores.to_string()), (SKUS, skus.to_string())];
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut host = Host::start("shop", &settings);
        let opened: f64 = host.said.parse().unwrap();
        rows.push(Row::new(format!("{size} {what}: opened"), "s", opened));
        let memory = machine::memory(host.id()) as f64 / 1e6;
        rows.push(Row::new(format!("{size} {what}: memory"), "MB", memory));
        for (place, (deed, _)) in DEEDS.into_iter().enumerate() {
            host.ask(deed);
            let value: f64 = host.ask(deed).parse().unwrap();
            let row = Row::new(format!("{size} {what}: {deed} (p50)"), "µs", value);
            match first.get(place) {
                None => {
                    first.push(value);
                    rows.push(row);
                }
                Some(smallest) => {
                    let floor = format!("the same with {} {what}", sizes[0].0);
                    let row = row.beside(floor, *smallest, common::report::Better::Less, None);
                    rows.push(row.ratio_at_least(0.33));
                }
            }
        }
    }
}
