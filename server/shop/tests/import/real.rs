//! The real files, where they lie beside the project; elsewhere these tests look at nothing, and `cargo xtask test` says
//! so at its end. `ONSHELF_REAL_DATA` names another folder. Of the longest files only the first rows are read, unless
//! `ONSHELF_REAL_ROWS=all` asks for all of them.

use std::{env, path::PathBuf};

use onshelf_db::{catalog, places};
use onshelf_shop::{
    import::{self, Kind, Mapping, Options, Report, Source},
    testing::{Engine, TestShop, on_each_engine},
};

fn root() -> PathBuf {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    env::var_os("ONSHELF_REAL_DATA").map_or(beside, PathBuf::from)
}

/// How many rows of a long file are read; none is all.
fn first(rows: u64) -> Option<u64> {
    let all = env::var_os("ONSHELF_REAL_ROWS").is_some_and(|rows| rows == "all");
    (!all).then_some(rows)
}

/// None, and a line that says so, where the data is not there.
fn data(path: &str) -> Option<PathBuf> {
    let file = root().join(path);
    if !file.is_file() {
        eprintln!("skipped: {path} of the shared data is not here");
        return None;
    }
    Some(file)
}

async fn take(test: &TestShop, kind: Kind, path: &str, mapping: &str) -> Option<Report> {
    take_with(test, kind, path, mapping, Options::default()).await
}

async fn take_with(
    test: &TestShop,
    kind: Kind,
    path: &str,
    mapping: &str,
    options: Options,
) -> Option<Report> {
    let file = data(path)?;
    let options =
        Options { now_ms: test.shop.now_ms(), mapping: Mapping::built_in(mapping).unwrap(), ..options };
    Some(import::run(test.shop.db(), kind, Source::File(file), options, &mut |_| {}).await.unwrap())
}

fn warned(report: &Report, reason: &str) -> u64 {
    report.warned_by.iter().filter(|((_, said), _)| said.contains(reason)).map(|(_, count)| count).sum()
}

#[tokio::test]
async fn best_buys_stores_with_their_odd_hours_and_zips() {
    on_each_engine(async |test: &TestShop| {
        let Some(zips) = take(test, Kind::Places, "gazetteer/us_zips.csv.zst", "us-zips").await else {
            return;
        };
        assert_eq!((zips.accepted, zips.rejected), (42_789, 0));
        let Some(report) = take(test, Kind::Stores, "stores/bestbuy_us.jsonl.zst", "bestbuy-stores").await
        else {
            return;
        };
        assert_eq!((report.accepted, report.rejected), (1_565, 0));
        assert_eq!(warned(&report, "lost its leading zero"), 19);
        assert_eq!(warned(&report, "days not named"), 4);
        assert_eq!(warned(&report, "far from its postcode"), 2);
        test.shop.refresh_book().await.unwrap();
        let book = test.shop.book();
        let zone = book.stores.by_code("1000").unwrap().schedule.time_zone();
        assert_eq!(zone.iana_name(), Some("America/Chicago"));
    })
    .await;
}

#[tokio::test]
async fn starbucks_of_korea_and_of_the_world() {
    on_each_engine(async |test: &TestShop| {
        if let Some(report) =
            take(test, Kind::Stores, "stores/starbucks_kr_2020.jsonl.zst", "starbucks-kr").await
        {
            assert_eq!((report.accepted, report.rejected), (1_487, 0));
        }
        if let Some(report) =
            take(test, Kind::Stores, "stores/starbucks_world_2017.csv.zst", "starbucks-world").await
        {
            // One number stands twice, and one row lacks a quote and has slipped by a column.
            assert_eq!((report.rows, report.accepted, report.rejected), (25_600, 25_598, 2));
        }
        test.shop.refresh_book().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn magentos_variants() {
    on_each_engine(async |test: &TestShop| {
        let Some(report) =
            take(test, Kind::Products, "products/magento_luma.jsonl.zst", "magento-luma").await
        else {
            return;
        };
        assert_eq!((report.accepted, report.rejected), (191, 0));
        // Forty-four products are variants of themselves.
        assert_eq!(report.written["variants"], 1_847 + 44);
        test.shop.refresh_book().await.unwrap();
        assert!(test.shop.book().catalogue.variant("MH01-XS-Black").is_some());
    })
    .await;
}

/// Every photo that an import names, kept in a folder of its own.
async fn take_with_photos(
    test: &TestShop,
    path: &str,
    mapping: &str,
    limit: Option<u64>,
) -> Option<(Report, tempfile::TempDir)> {
    let kept = tempfile::tempdir().unwrap();
    let options = Options {
        media: Some(root().join("images")),
        media_store: Some(kept.path().to_owned()),
        limit,
        ..Options::default()
    };
    let report = take_with(test, Kind::Products, path, mapping, options).await?;
    assert!(report.warned.iter().all(|entry| entry.field != "images"), "{:?}", report.warned);
    Some((report, kept))
}

/// Pictures of a product or a variant, each of which must lie in the folder.
fn photos(images: &str, kept: &tempfile::TempDir) -> usize {
    let images: Vec<serde_json::Value> = serde_json::from_str(images).unwrap();
    for image in &images {
        let name = image["src"].as_str().unwrap().strip_prefix("/media/").unwrap();
        assert!(kept.path().join(name).is_file(), "{image}");
        assert!(image["width"].as_u64().unwrap() > 100 && image["height"].as_u64().unwrap() > 100, "{image}");
    }
    images.len()
}

#[tokio::test]
async fn the_eshops_products_with_their_photos() {
    on_each_engine(async |test: &TestShop| {
        let Some((report, kept)) =
            take_with_photos(test, "products/eshop_adventure.jsonl.zst", "eshop", None).await
        else {
            return;
        };
        assert_eq!((report.accepted, report.rejected), (101, 0), "{:?}", report.rejections);
        let mut reader = test.shop.db().reader().await.unwrap();
        let products = catalog::products(&mut reader.tx()).await.unwrap();
        let boots = products.iter().filter(|product| product.code.starts_with("AW-"));
        assert_eq!(boots.map(|product| photos(&product.images, &kept)).sum::<usize>(), 101);
        let prices = catalog::prices(&mut reader.tx()).await.unwrap();
        assert!(prices.iter().any(|price| price.amount == 10_999 && price.currency == "USD"));
    })
    .await;
}

#[tokio::test]
async fn magentos_products_with_their_photos() {
    on_each_engine(async |test: &TestShop| {
        let limit = first(40);
        let path = "products/magento_luma.jsonl.zst";
        let Some((report, kept)) = take_with_photos(test, path, "magento-luma", limit).await else { return };
        assert_eq!((report.accepted, report.rejected), (limit.unwrap_or(191), 0), "{:?}", report.rejections);
        let mut reader = test.shop.db().reader().await.unwrap();
        let products = catalog::products(&mut reader.tx()).await.unwrap();
        let hoodie = products.iter().find(|product| product.code == "MH01").unwrap();
        assert_eq!(photos(&hoodie.images, &kept), 3);
        let variants = catalog::variants(&mut reader.tx()).await.unwrap();
        let own = variants.iter().filter(|variant| variant.product_id == hoodie.id);
        assert!(own.map(|variant| photos(&variant.images, &kept)).sum::<usize>() > 0);
    })
    .await;
}

#[tokio::test]
async fn koreas_roads_dongs_and_postcodes_become_places() {
    on_each_engine(async |test: &TestShop| {
        // Twelve postcodes and 256 roads of one city have no position; the roads stand far down in their file.
        let all = first(20_000).is_none();
        for (path, mapping, rows, lacking) in [
            ("kr_region", "kr-region", 1_867, 0),
            ("kr_dong", "kr-dong", if all { 21_701 } else { 20_000 }, 0),
            ("kr_postcodes", "kr-postcodes", if all { 34_352 } else { 20_000 }, 12),
            ("kr_roads", "kr-roads", if all { 165_081 } else { 20_000 }, if all { 256 } else { 0 }),
        ] {
            let path = format!("gazetteer/{path}.csv.zst");
            let options = Options { limit: first(20_000), ..Options::default() };
            let Some(report) = take_with(test, Kind::Places, &path, mapping, options).await else { return };
            assert_eq!((report.rows, report.rejected), (rows, lacking), "{path}: {:?}", report.rejections);
            assert_eq!(report.accepted, rows - lacking, "{path}");
        }
        let mut reader = test.shop.db().reader().await.unwrap();
        let places = places::places(&mut reader.tx()).await.unwrap();
        let is_there = |kind: &str, name: &str, region: &str| {
            places
                .iter()
                .any(|place| place.kind == kind && place.name_ko == name && place.region.contains(region))
        };
        assert!(is_there("dong", "청운동", "종로구"));
        assert!(is_there("road", "가둔지길", "강릉시"));
        assert!(places.iter().any(|place| place.kind == "postcode" && place.name_ko == "01000"));
    })
    .await;
}

/// On SQLite alone: it is about the length of the file.
#[tokio::test]
async fn hundreds_of_thousands_of_barcodes() {
    let test = TestShop::on(Engine::Sqlite).await.unwrap();
    let options =
        Options { limit: first(50_000), price_default: Some("1000".to_owned()), ..Options::default() };
    let path = "products/uhtt_latin_625k.csv.zst";
    if let Some(report) = take_with(&test, Kind::Products, path, "uhtt", options).await {
        let rows = first(50_000).unwrap_or(624_941);
        assert_eq!(
            (report.rows, report.accepted, report.rejected),
            (rows, rows, 0),
            "{:?}",
            report.rejections
        );
        assert_eq!(report.written["variants"], rows);
        let mut reader = test.shop.db().reader().await.unwrap();
        let variants = catalog::variants(&mut reader.tx()).await.unwrap();
        let juice = variants.iter().find(|variant| variant.sku == "4603726031011").unwrap();
        assert_eq!(juice.gtin.as_deref(), Some("4603726031011"));
    }
    test.close().await;
}
