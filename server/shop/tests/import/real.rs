//! The real files, where they lie beside the project; elsewhere these tests say that they were skipped.

use std::path::PathBuf;

use onshelf_shop::{
    import::{self, Kind, Mapping, Options, Report, Source},
    testing::{TestShop, on_each_engine},
};

/// None, and a line that says so, where the data is not there.
fn data(path: &str) -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let file = root.join(path);
    if !file.is_file() {
        eprintln!("skipped: {path} of the shared data is not here");
        return None;
    }
    Some(file)
}

async fn take(test: &TestShop, kind: Kind, path: &str, mapping: &str) -> Option<Report> {
    let file = data(path)?;
    let options = Options {
        now_ms: test.shop.now_ms(),
        mapping: Mapping::built_in(mapping).unwrap(),
        ..Options::default()
    };
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
