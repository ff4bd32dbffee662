//! A shop to measure, as `onshelf serve` sets one up.

use std::{path::Path, sync::Arc};

use onshelf_app::ssr::{Assets, Door, Site};
use onshelf_db::{
    Db,
    catalog::{self, CategoryRow, PriceRow, ProductRow, VariantRow},
    meta,
    stock::{self, Cause, LevelRow},
    stores::{self, StoreRow},
};
use onshelf_server::{demo, http};
use onshelf_shop::{Settings, Shop, SystemChance, SystemClock};
use onshelf_vocabulary::{Point, Text};
use tokio_util::sync::CancellationToken;

use super::host;

/// The demo chain on a database of its own.
pub async fn demo_shop(url: &str) -> Shop {
    let db = Db::open(url).await.unwrap();
    demo::seed(&db).await.unwrap();
    open(db).await
}

pub async fn open(db: Db) -> Shop {
    let shop = open_still(db).await;
    let fresh = shop.clone();
    tokio::spawn(async move { fresh.keep_shelves_fresh().await });
    shop
}

/// One in which nothing happens, so that nobody has to keep its shelves fresh.
pub async fn open_still(db: Db) -> Shop {
    Shop::open(db, Arc::new(SystemClock), Arc::new(SystemChance), Settings::default()).await.unwrap()
}

pub fn sqlite(folder: &Path) -> String {
    format!("sqlite://{}/shop.db", folder.display())
}

pub fn site() -> Site {
    let assets = Assets {
        css: "/pkg/onshelf.0123456789abcdef.css".to_owned(),
        loader: "/pkg/loader.0123456789abcdef.js".to_owned(),
        counter: "/pkg/counter.0123456789abcdef.js".to_owned(),
        client_js: "/pkg/onshelf.0123456789abcdef.js".to_owned(),
        client_wasm: "/pkg/onshelf.0123456789abcdef.wasm".to_owned(),
        ..Assets::default()
    };
    Site {
        public_url: "https://shop.example".to_owned(),
        assets,
        name: Text { ko: "제자리".to_owned(), en: "Jejari".to_owned() },
        seller: String::new(),
        secure: true,
        basemap: demo::basemap().ok().map(Arc::new),
        home: demo::home().ok(),
        demo: true,
        ..Site::default()
    }
}

/// No limits by client: all the load comes from one address.
pub fn unlimited() -> http::Limits {
    let rates = http::Rates {
        reserve_by_address: 0,
        reserve_by_contact: 0,
        sign_in_by_address: 0,
        sign_in_by_name: 0,
        counter_by_session: 0,
        look_up_by_address: 0,
        find_by_number: 0,
    };
    http::Limits { rates, streams: 100_000, streams_per_client: 100_000, ..http::Limits::default() }
}

/// Serves on a port that is said to whoever measures.
pub async fn serve(shop: &Shop, limits: http::Limits) {
    log_like_a_server();
    let door = Door { shop: shop.clone(), site: Arc::new(site()) };
    let options =
        http::Options { public_url: "https://shop.example".to_owned(), limits, ..http::Options::default() };
    let router = http::router(door, &options);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    host::say(listener.local_addr().unwrap().port());
    http::serve(listener, router, options, CancellationToken::new()).await.unwrap();
}

/// Lines are formatted and written as in service, to where nobody reads them.
fn log_like_a_server() {
    let nowhere = std::fs::OpenOptions::new().write(true).open("/dev/null").unwrap();
    tracing_subscriber::fmt()
        .with_env_filter("info,sqlx=warn,tantivy=warn")
        .with_target(false)
        // As the program itself writes where no terminal is.
        .with_ansi(false)
        .with_writer(std::sync::Mutex::new(nowhere))
        .init();
}

/// How large a made-up chain is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub stores: usize,
    pub skus: usize,
    /// Stores that carry each of them.
    pub carriers: usize,
    /// Of each SKU at each store that carries it.
    pub on_hand: i64,
}

/// The nth store's code.
pub fn store(number: usize) -> String {
    format!("store-{number}")
}

/// The nth SKU.
pub fn sku(number: usize) -> String {
    format!("SKU-{number}")
}

/// The nth shopper's phone: everybody is somebody else, as nobody may hold more than a few reservations.
pub fn phone(number: u64) -> String {
    format!("010{}", 20_000_000 + number % 80_000_000)
}

/// Where the nth store lies in a land of so many degrees: spread evenly, the same in every run (Weyl sequences).
pub fn place(number: usize, land: f64) -> Point {
    let (x, y) = (number as f64 * 0.754_877_666, number as f64 * 0.569_840_290);
    Point::new(37.5 + land * (x.fract() - 0.5), 127.0 + land * (y.fract() - 0.5)).unwrap()
}

/// Degrees that the stores of a chain lie in.
pub const LAND: f64 = 3.0;
/// Rows of one unit of work.
pub const CHUNK: usize = 5_000;
/// When everything came to its shelf. Unix milliseconds.
const RECEIVED_AT: i64 = 1_795_000_000_000;
/// How everything came to its shelf.
pub const RECEIVED: Cause<'static> =
    Cause { reason: "received", reference: "bench", actor: "bench", at: RECEIVED_AT };

/// So many on a shelf, of which nobody holds any.
pub fn level(store_id: i64, variant_id: i64, on_hand: i64) -> LevelRow {
    LevelRow { store_id, variant_id, on_hand, held: 0, safety_stock: 0, checked_at: RECEIVED_AT }
}

/// A chain of this size on an empty database: two SKUs a product, forty products a category, and each SKU on the
/// shelves of the first store and of some others.
pub async fn chain(url: &str, size: Size) -> Shop {
    let db = Db::open(url).await.unwrap();
    fill_stores(&db, size.stores, LAND).await;
    fill_catalogue(&db, size.skus).await;
    fill_shelves(&db, size).await;
    finish_catalogue(&db).await;
    open(db).await
}

/// Says that the catalogue has changed, as an import does at its end.
pub async fn finish_catalogue(db: &Db) {
    write(db, |mut tx| Box::pin(async move { meta::touch_catalogue(&mut tx, 1).await })).await;
}

pub async fn write<T: Send + 'static>(
    db: &Db,
    unit: impl for<'c> Fn(onshelf_db::Tx<'c>) -> futures::future::BoxFuture<'c, Result<T, onshelf_db::Error>>
    + Send
    + Sync
    + 'static,
) -> T {
    db.write(unit).await.unwrap()
}

/// So many stores, spread over a land of so many degrees.
pub async fn fill_stores(db: &Db, count: usize, land: f64) {
    let days =
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|day| format!(r#""{day}":["00:00-24:00"]"#));
    let hours = format!("{{{}}}", days.join(","));
    let rows: Vec<StoreRow> = (0..count)
        .map(|number| {
            let at = place(number, land);
            StoreRow {
                code: store(number),
                name_ko: format!("{number}호점"),
                name_en: format!("Store {number}"),
                country: "KR".to_owned(),
                lat: Some(at.lat()),
                lng: Some(at.lng()),
                time_zone: "Asia/Seoul".to_owned(),
                services: r#"["collect"]"#.to_owned(),
                hours: hours.clone(),
                exceptions: "[]".to_owned(),
                lead_minutes: 30,
                cutoff_minutes: 30,
                keep_days: 2,
                currency: "KRW".to_owned(),
                status: "open".to_owned(),
                kind: "store".to_owned(),
                ..StoreRow::default()
            }
        })
        .collect();
    for rows in rows.chunks(CHUNK) {
        let rows = rows.to_vec();
        write(db, move |mut tx| {
            let rows = rows.clone();
            Box::pin(async move { stores::upsert_stores(&mut tx, &rows).await })
        })
        .await;
    }
}

/// So many SKUs, two a product.
pub async fn fill_catalogue(db: &Db, skus: usize) {
    let products = skus.div_ceil(2);
    let categories: Vec<CategoryRow> = (0..products.div_ceil(40))
        .map(|number| CategoryRow {
            slug: format!("category-{number}"),
            name_ko: format!("분류 {number}"),
            name_en: format!("Category {number}"),
            ..CategoryRow::default()
        })
        .collect();
    for rows in categories.chunks(CHUNK) {
        let rows = rows.to_vec();
        write(db, move |mut tx| {
            let rows = rows.clone();
            Box::pin(async move { catalog::upsert_categories(&mut tx, &rows).await })
        })
        .await;
    }
    let words = ["kettle", "cup", "lamp", "chair", "board", "towel", "pot", "plate", "shelf", "clock"];
    let rows: Vec<ProductRow> = (0..products)
        .map(|number| {
            let word = |step: usize| words[(number / step) % words.len()];
            ProductRow {
                code: format!("product-{number}"),
                slug: format!("product-{number}"),
                name_ko: format!("물건 {} {number}호", word(1)),
                name_en: format!("{} {} {} {number}", word(1), word(10), word(100)),
                brand_en: format!("Maker {}", number % 200),
                category: Some(format!("category-{}", number / 40)),
                attributes: "[]".to_owned(),
                options: r#"[{"name":{"ko":"크기","en":"Size"},"values":[{"code":"s","ko":"소","en":"Small"},{"code":"l","ko":"대","en":"Large"}]}]"#.to_owned(),
                images: "[]".to_owned(),
                tags: "[]".to_owned(),
                related: "[]".to_owned(),
                status: "active".to_owned(),
                ..ProductRow::default()
            }
        })
        .collect();
    for (chunk, rows) in rows.chunks(CHUNK).enumerate() {
        let (rows, first) = (rows.to_vec(), chunk * CHUNK * 2);
        write(db, move |mut tx| {
            let rows = rows.clone();
            Box::pin(async move {
                let written = catalog::upsert_products(&mut tx, &rows).await?;
                let ids: std::collections::HashMap<String, i64> = written.into_iter().collect();
                let variants: Vec<VariantRow> = (first..skus.min(first + rows.len() * 2))
                    .map(|number| VariantRow {
                        product_id: ids[&format!("product-{}", number / 2)],
                        sku: sku(number),
                        options: if number % 2 == 0 { r#"["s"]"# } else { r#"["l"]"# }.to_owned(),
                        images: "[]".to_owned(),
                        position: (number % 2) as i64,
                        status: "active".to_owned(),
                        ..VariantRow::default()
                    })
                    .collect();
                let written = catalog::upsert_variants(&mut tx, &variants).await?;
                let prices: Vec<PriceRow> = written
                    .into_iter()
                    .map(|(_, variant_id)| PriceRow {
                        variant_id,
                        currency: "KRW".to_owned(),
                        amount: 1_000 + variant_id % 90 * 1_000,
                        list_amount: None,
                    })
                    .collect();
                catalog::upsert_prices(&mut tx, &prices).await
            })
        })
        .await;
    }
}

async fn fill_shelves(db: &Db, size: Size) {
    let mut reader = db.reader().await.unwrap();
    let variants = catalog::variants(&mut reader.tx()).await.unwrap();
    let stores = stores::stores(&mut reader.tx()).await.unwrap();
    drop(reader);
    let everywhere = size.carriers >= stores.len();
    let carriers = stores.len().min(size.carriers);
    let levels: Vec<LevelRow> = variants
        .iter()
        .flat_map(|variant| {
            let stores = &stores;
            (0..carriers).map(move |turn| {
                let spread = (variant.id as usize * 7 + turn * 13) % stores.len();
                let place = if turn == 0 || everywhere { turn } else { spread };
                level(stores[place].id, variant.id, size.on_hand)
            })
        })
        .collect();
    stock_up(db, &levels).await;
}

/// Opens these shelves, each once.
pub async fn stock_up(db: &Db, levels: &[LevelRow]) {
    for rows in levels.chunks(CHUNK) {
        let mut rows = rows.to_vec();
        rows.sort_by_key(|level| (level.store_id, level.variant_id));
        rows.dedup_by_key(|level| (level.store_id, level.variant_id));
        write(db, move |mut tx| {
            let rows = rows.clone();
            Box::pin(async move { stock::stock_up(&mut tx, &rows, RECEIVED).await })
        })
        .await;
    }
}
