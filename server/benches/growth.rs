//! How pages, search, questions about stores, reservations and memory grow from 1,000 to 1,000,000 SKUs (ten million
//! shelves), from 10 to 10,000 stores, and from 100 to 100,000 live reservations of one SKU. `cargo xtask bench growth
//! [--quick]`; `--quick` stops at a tenth. Each chain is filled by one process and opened by another, whose memory is
//! then its own.

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
    path::Path,
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
    machine, quantile,
    questions::{self, AVAILABILITY, BASKET, LOCATOR},
    report::{self, Better, Column, Row},
    shop::{self, Size},
};
use futures::future::join_all;
use http_body_util::BodyExt;
use onshelf_app::ssr::Door;
use onshelf_db::stock::{self, Cause, LevelKey};
use onshelf_server::http::{Limits, Options, router};
use onshelf_shop::{Error, Shop, testing::request};
use onshelf_vocabulary::fulfilment::ReservationRefusal;
use tower::Service;

const STORES: &str = "ONSHELF_BENCH_STORES";
const SKUS: &str = "ONSHELF_BENCH_SKUS";
const CARRIERS: &str = "ONSHELF_BENCH_CARRIERS";
const WAITING: &str = "ONSHELF_BENCH_WAITING";
const URL: &str = "ONSHELF_BENCH_URL";
/// The SKU that everybody waits for.
const HOT: usize = 0;
/// One that the first store has sold.
const GONE: usize = 1;
/// The first of the others.
const OTHERS: usize = 2;
/// Reservations that are made at once before anything is measured.
const CROWD: u64 = 64;
/// After the name of a page: asked for once before it is timed, so that its parts are at hand at every size. In a small
/// chain they are anyway: two hundred times one of twelve categories, or of ten stores, is hardly ever its first time.
const AGAIN: &str = ", again";
/// What is measured at each size, and how often it is done for its figures: of fifty, p99 would be the slowest one.
const DEEDS: [(&str, usize); 14] = [
    ("product page", 200),
    ("product page, again", 200),
    ("category page", 100),
    ("category page, again", 100),
    ("search page", 100),
    ("store page", 100),
    ("store page, again", 100),
    (LOCATOR, 200),
    (AVAILABILITY, 200),
    (BASKET, 200),
    ("reservation", 200),
    ("reservation of what all want", 100),
    ("the same until pages are told", 100),
    ("refusal", 100),
];

fn main() {
    match host::role().as_deref() {
        Some("fill") => fill(),
        Some(_) => play_shop(),
        None => measure(Called::now()),
    }
}

fn number(name: &str) -> usize {
    std::env::var(name).unwrap().parse().unwrap()
}

fn size() -> Size {
    Size { stores: number(STORES), skus: number(SKUS), carriers: number(CARRIERS), on_hand: 1_000_000 }
}

/// Fills the database, and says so. A process of its own: what it leaves in memory would be counted with the shop's.
fn fill() {
    host::runtime().block_on(async {
        let shop = shop::chain(&std::env::var(URL).unwrap(), size()).await;
        sell_out(&shop).await;
        wait_for(&shop, number(WAITING) as u64).await;
        shop.db().close().await;
    });
    host::say("filled");
}

/// Says how many seconds opening took; then each deed by name is answered with p50 and p99 in microseconds, and CPU-µs.
fn play_shop() {
    let (url, size) = (std::env::var(URL).unwrap(), size());
    let runtime = host::runtime();
    let start = Instant::now();
    let shop = runtime.block_on(async { shop::open(onshelf_db::Db::open(&url).await.unwrap()).await });
    host::say(start.elapsed().as_secs_f64());
    let door = Door { shop: shop.clone(), site: Arc::new(shop::site()) };
    let limits = Limits { kept_pages: 0, ..shop::unlimited() };
    let mut router = router(door, &Options { limits, ..Options::default() });
    host::obey(|deed| {
        let [half, most, cpu] = runtime.block_on(timed(deed, size, &mut router, &shop));
        format!("{half} {most} {cpu}")
    });
}

/// Of a deed: p50 and p99 in microseconds, and CPU-µs.
type Figures = [f64; 3];

static NEXT: AtomicU64 = AtomicU64::new(1);

async fn timed(deed: &str, size: Size, router: &mut Router, shop: &Shop) -> Figures {
    let times = DEEDS.iter().find(|(name, _)| *name == deed).map_or(1, |(_, times)| *times);
    let (deed, is_again) = deed.strip_suffix(AGAIN).map_or((deed, false), |deed| (deed, true));
    let own = std::process::id();
    let (mut figures, mut used) = (Vec::with_capacity(times), 0_u64);
    for _ in 0..times {
        // Spread over the catalogue, the same in every run.
        let turn = NEXT.fetch_add(1, Ordering::Relaxed);
        let spread = (turn.wrapping_mul(2_654_435_761) % (size.skus as u64)) as usize;
        let page = page_of(deed, spread, size);
        if is_again && let Some(page) = &page {
            ask(router, page).await;
        }
        let before = machine::cpu_ns(own);
        figures.push(match (&page, questions::answered(deed, spread, size, shop)) {
            (Some(page), _) => ask(router, page).await,
            (None, Some(took)) => took,
            (None, None) => hold(deed, spread.max(OTHERS), turn, shop).await,
        });
        used += machine::cpu_ns(own) - before;
    }
    [quantile(&figures, 0.5), quantile(&figures, 0.99), used as f64 / 1e3 / times as f64]
}

/// Where a deed looks at a page: its address.
fn page_of(deed: &str, spread: usize, size: Size) -> Option<String> {
    match deed {
        "product page" => Some(format!("/p/product-{}", spread / 2)),
        "category page" => Some(format!("/category/category-{}", spread / 80)),
        "search page" => Some(format!("/search?q=kettle+{}", spread / 2)),
        "store page" => Some(format!("/stores/{}", shop::store(spread % size.stores))),
        _ => None,
    }
}

/// Microseconds of a page.
async fn ask(router: &mut Router, page: &str) -> f64 {
    let request = Request::get(page).body(Body::empty()).unwrap();
    let start = Instant::now();
    let Ok(response) = router.call(request).await;
    assert_eq!(response.status(), 200, "{page}");
    response.into_body().collect().await.unwrap();
    start.elapsed().as_secs_f64() * 1e6
}

/// Microseconds of a reservation.
async fn hold(deed: &str, sku: usize, turn: u64, shop: &Shop) -> f64 {
    let sku = match deed {
        "reservation" => sku,
        "refusal" => GONE,
        _ => HOT,
    };
    let book = shop.book();
    let variant = book.catalogue.variant(&shop::sku(HOT)).unwrap();
    let mut pages = shop.watch(vec![variant.id], None);
    let start = Instant::now();
    let held = reserve(shop, sku, turn).await;
    let mut took = start.elapsed();
    assert_eq!(held, deed != "refusal");
    if deed == "the same until pages are told" {
        pages.next().await.unwrap();
        took = start.elapsed();
    }
    took.as_secs_f64() * 1e6
}

/// False where it is refused.
async fn reserve(shop: &Shop, sku: usize, turn: u64) -> bool {
    let sku = shop::sku(sku);
    let request = request(&format!("010{turn:08}"), &shop::store(0), &[(&sku, 1)], &turn.to_string());
    match shop.reserve(request).await {
        Ok(_) => true,
        Err(Error::Reservation(ReservationRefusal::OutOfStock { .. })) => false,
        Err(error) => panic!("{error}"),
    }
}

/// The first store has none of it any more.
async fn sell_out(shop: &Shop) {
    let book = shop.book();
    let store_id = book.stores.by_code(&shop::store(0)).unwrap().id;
    let variant_id = book.catalogue.variant(&shop::sku(GONE)).unwrap().id;
    let at = shop.now_ms();
    let deed = shop.db().write(move |mut tx| {
        Box::pin(async move {
            let cause = Cause { reason: "count", reference: "bench", actor: "bench", at };
            stock::count(&mut tx, LevelKey { store_id, variant_id }, 0, at, cause).await
        })
    });
    deed.await.unwrap();
}

/// So many hold one of the same SKU.
async fn wait_for(shop: &Shop, reservations: u64) {
    for first in (0..reservations).step_by(CROWD as usize) {
        let crowd =
            (first..reservations.min(first + CROWD)).map(|turn| reserve(shop, HOT, 50_000_000 + turn));
        assert!(join_all(crowd).await.into_iter().all(|held| held));
    }
}

fn measure(called: Called) {
    let mut rows = Vec::new();
    let skus: &[usize] = called.pick(&[1_000, 10_000, 100_000, 1_000_000], &[1_000, 10_000, 100_000]);
    let stores: &[usize] = called.pick(&[10, 100, 1_000, 10_000], &[10, 100, 1_000]);
    let waiting: &[usize] = called.pick(&[100, 1_000, 10_000, 100_000], &[100, 1_000, 10_000]);
    let of_skus = skus.iter().map(|skus| Chain { skus: *skus, ..Chain::USUAL });
    grow("SKUs", skus, of_skus, &mut rows);
    // Every store carries everything: ten million shelves at the end.
    let of_stores = stores.iter().map(|stores| Chain {
        stores: *stores,
        carriers: *stores,
        skus: SHELVES,
        ..Chain::USUAL
    });
    let weights = grow("stores", stores, of_stores, &mut rows);
    on_paper(&weights, &mut rows);
    let of_waiting = waiting.iter().map(|waiting| Chain { waiting: *waiting, ..Chain::USUAL });
    grow("live reservations", waiting, of_waiting, &mut rows);
    report::publish(called, "growth", &rows);
}

/// SKUs of the chains whose stores grow, and so shelves of each store.
const SHELVES: usize = 1_000;
/// What no machine here holds.
const ROWS_ON_PAPER: f64 = 1e8;

/// What a hundred million stock rows would take, by what each of the last ones took.
fn on_paper(weights: &[Weight], rows: &mut Vec<Row>) {
    let [first, .., last] = weights else { return };
    let Some(added) = last.added_since(first) else { return };
    let a_row = |value: f64| value / SHELVES as f64;
    let paper = |value: f64| a_row(value) * ROWS_ON_PAPER;
    rows.push(Row::new("a stock row, in memory", "B", a_row(added.memory)).at_most(64.0));
    rows.push(Row::new("a stock row, in the file", "B", a_row(added.file)));
    rows.push(Row::new("10⁸ stock rows on paper: memory", "GB", paper(added.memory) / 1e9));
    rows.push(Row::new("10⁸ stock rows on paper: file", "GB", paper(added.file) / 1e9));
    rows.push(Row::new("10⁸ stock rows on paper: opened", "s", paper(added.opened)));
}

/// What a chain of a size weighs.
#[derive(Clone, Copy)]
struct Weight {
    size: f64,
    /// Bytes.
    memory: f64,
    file: f64,
    /// Seconds.
    opened: f64,
}

impl Weight {
    /// What each one more added to that of a smaller chain.
    fn added_since(&self, smaller: &Weight) -> Option<Weight> {
        let size = self.size - smaller.size;
        let each = |value: fn(&Weight) -> f64| (value(self) - value(smaller)) / size;
        (size > 0.0).then(|| Weight {
            size,
            memory: each(|weight| weight.memory),
            file: each(|weight| weight.file),
            opened: each(|weight| weight.opened),
        })
    }
}

/// What grows, all else being as usual.
struct Chain {
    stores: usize,
    skus: usize,
    /// Stores that carry each SKU.
    carriers: usize,
    waiting: usize,
}

impl Chain {
    const USUAL: Chain = Chain { stores: 10, skus: 10_000, carriers: 10, waiting: 100 };
}

/// Measures each size, beside the smallest; answers what each weighs.
fn grow(
    what: &str,
    sizes: &[usize],
    chains: impl Iterator<Item = Chain>,
    rows: &mut Vec<Row>,
) -> Vec<Weight> {
    let mut first: Vec<Figures> = Vec::new();
    let mut weights: Vec<Weight> = Vec::new();
    for (size, chain) in sizes.iter().zip(chains) {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let (mut host, weight) = opened(*size, &chain, folder.path());
        rows.push(Row::new(format!("{size} {what}: opened"), "s", weight.opened));
        rows.push(Row::new(format!("{size} {what}: memory"), "MB", weight.memory / 1e6));
        weights.push(weight);
        rows.extend(linear(what, &weights));
        for (place, (deed, _)) in DEEDS.into_iter().enumerate() {
            host.ask(deed);
            let answer = host.ask(deed);
            let mut said = answer.split(' ').map(|figure| figure.parse::<f64>().unwrap());
            let figures: Figures = std::array::from_fn(|_| said.next().unwrap());
            let subject = format!("{size} {what}: {deed}");
            let smallest = first.get(place).map(|smallest| (sizes[0], smallest));
            rows.extend(columns(&subject, what, &figures, smallest));
            if smallest.is_none() {
                first.push(figures);
            }
        }
    }
    weights
}

/// A deed's figures, beside those of the smallest size. Only the middle has to stay near it: one slow answer of a hundred
/// is the machine's as often as the shop's.
fn columns(subject: &str, what: &str, figures: &Figures, smallest: Option<(usize, &Figures)>) -> Vec<Row> {
    let columns = [Column::Half, Column::Most, Column::Cpu];
    let rows = columns.into_iter().zip(figures).enumerate().map(|(place, (column, value))| {
        let row = Row::of(subject, column, *value);
        let Some((size, floor)) = smallest else { return row };
        let row = row.next_to(&format!("the same with {size} {what}"), floor[place], None);
        if column == Column::Half { row.ratio_at_least(0.33) } else { row }
    });
    rows.collect()
}

/// Filled by one process and opened by another.
fn opened(size: usize, chain: &Chain, folder: &Path) -> (Host, Weight) {
    let settings = [
        (STORES, chain.stores.to_string()),
        (SKUS, chain.skus.to_string()),
        (CARRIERS, chain.carriers.to_string()),
        (WAITING, chain.waiting.to_string()),
        (URL, shop::sqlite(folder)),
    ];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    drop(Host::start("fill", &settings));
    let files = std::fs::read_dir(folder).unwrap().flatten();
    let file: u64 = files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum();
    let host = Host::start("shop", &settings);
    let opened = host.said.parse().unwrap();
    let memory = machine::memory(host.id()) as f64;
    (host, Weight { size: size as f64, memory, file: file as f64, opened })
}

/// The catalogue and the shelves are held in memory, so both grow with them, and may grow no faster.
fn linear(what: &str, weights: &[Weight]) -> Vec<Row> {
    let [.., before, smaller, last] = weights else { return Vec::new() };
    let (Some(earlier), Some(now)) = (smaller.added_since(before), last.added_since(smaller)) else {
        return Vec::new();
    };
    let row = |name: &str, unit, value: f64, floor: f64| {
        Row::new(format!("{} {what}: {name}, each one more", last.size), unit, value)
            .beside("each one more of a tenth", floor, Better::Less, None)
            .ratio_at_least(0.67)
    };
    vec![
        row("memory", "B", now.memory, earlier.memory),
        row("opened", "µs", now.opened * 1e6, earlier.opened * 1e6),
    ]
}
