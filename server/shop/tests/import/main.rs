//! Imports and exports on SQLite and on PostgreSQL: good rows go in, bad ones are told, the same file twice changes
//! nothing, and what was exported can be imported again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

mod feeds;
mod odd_stock;
mod partial;
mod real;
mod sheets;
mod standing;
mod strangers;

use std::io::Cursor;

use onshelf_db::{Db, catalog, exchange, places, stores};
use onshelf_shop::{
    export,
    import::{self, ImportError, Kind, Mapping, Options, Report, Source},
    testing::{TestShop, on_each_engine},
};

/// 2026-11-23 12:00 in Seoul.
const NOON: i64 = 1_795_402_800_000;

fn options() -> Options {
    Options { now_ms: NOON, country: Some("KR".to_owned()), ..Options::default() }
}

async fn take(db: &Db, kind: Kind, name: &str, text: &str, options: Options) -> Result<Report, ImportError> {
    let reader = Box::new(Cursor::new(text.as_bytes().to_vec()));
    import::run(db, kind, Source::Stream { name: name.to_owned(), reader }, options, &mut |_| {}).await
}

/// Lines and reasons of what was rejected.
fn rejected(report: &Report) -> Vec<(u64, &str)> {
    report.rejections.iter().map(|entry| (entry.line, entry.reason.as_ref())).collect()
}

/// Everything an import can change, as text.
async fn everything(db: &Db) -> String {
    let mut reader = db.reader().await.unwrap();
    let tx = &mut reader.tx();
    format!(
        "{:#?}{:#?}{:#?}{:#?}{:#?}{:#?}",
        stores::stores(tx).await.unwrap(),
        catalog::categories(tx).await.unwrap(),
        catalog::products(tx).await.unwrap(),
        catalog::variants(tx).await.unwrap(),
        catalog::prices(tx).await.unwrap(),
        places::places(tx).await.unwrap(),
    )
}

const STORES: &str = "store code,store name,latitude,longitude,zip,country,hours\n\
    jamsil,잠실점,37.513,127.100,05510,KR,10:30-21:00\n\
    hongdae,홍대점,126.92,37.556,4047,KR,Mon-Fri 10:00-22:00\n\
    jamsil,또 잠실점,37.5,127.1,05510,KR,\n\
    nowhere,무위점,0,0,,KR,\n\
    b@d,나쁜점,37.5,127.1,,KR,\n\
    noname,,37.5,127.1,,KR,\n";

/// The same an hour later.
fn later() -> Options {
    let now = options();
    Options { now_ms: now.now_ms + 3_600_000, ..now }
}

#[tokio::test]
async fn hours_of_the_apis_own_shape_are_read_and_impossible_ones_told() {
    on_each_engine(async |test: &TestShop| {
        let rows = concat!(
            r#"{"code":"good","name":"좋은점","country":"KR","lat":37.5,"lng":127.1,"hours":{"mon":["10:00-21:00"]}}"#,
            "\n",
            r#"{"code":"odd","name":"나쁜점","country":"KR","lat":37.5,"lng":127.1,"hours":{"mon":["25:00-99:00"]}}"#,
            "\n",
        );
        let report = take(test.shop.db(), Kind::Stores, "s.jsonl", rows, options()).await.unwrap();
        assert_eq!(report.accepted, 2);
        let told: Vec<_> = report.warned.iter().filter(|entry| entry.field == "hours").collect();
        assert!(matches!(told[..], [one] if one.line == 2), "{told:?}");
        let mut reader = test.shop.db().reader().await.unwrap();
        let stores = stores::stores(&mut reader.tx()).await.unwrap();
        let good = stores.iter().find(|store| store.code == "good").unwrap();
        assert_eq!(good.hours, r#"{"mon":["10:00-21:00"]}"#);
    })
    .await;
}

#[tokio::test]
async fn stores_go_in_with_warnings_and_twice_is_once() {
    on_each_engine(async |test: &TestShop| {
        let db = test.shop.db();
        let dry = Options { dry_run: true, ..options() };
        let before = everything(db).await;
        let report = take(db, Kind::Stores, "s.csv", STORES, dry).await.unwrap();
        assert_eq!((report.accepted, report.rejected), (3, 3));
        assert_eq!(everything(db).await, before, "a dry run wrote something");

        let report = take(db, Kind::Stores, "s.csv", STORES, options()).await.unwrap();
        assert_eq!((report.rows, report.accepted, report.rejected), (6, 3, 3));
        let lines: Vec<u64> = rejected(&report).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [4, 6, 7]);
        assert_eq!(report.changed, 3);
        let after = everything(db).await;
        test.shop.refresh_book().await.unwrap();
        let again = take(db, Kind::Stores, "s.csv", STORES, later()).await.unwrap();
        assert_eq!((again.accepted, again.changed), (3, 0));
        assert_eq!(everything(db).await, after);
        assert!(!test.shop.refresh_book().await.unwrap(), "nothing changed, and yet all is read anew");

        let book = test.shop.book();
        let hongdae = book.stores.by_code("hongdae").unwrap();
        assert_eq!(hongdae.point.map(onshelf_vocabulary::Point::lat), Some(37.556));
        assert_eq!(hongdae.postcode, "04047");
        assert!(book.stores.by_code("nowhere").unwrap().point.is_none());
    })
    .await;
}

const FEED: &str = "id\ttitle\titem_group_id\tcolor\tsize\tprice\tsale_price\tgtin\tbrand\tproduct_type\timage_link\n\
    T-M-S\t면 티셔츠\tT\t이끼\tS\t19000 KRW\t15000 KRW\t4006381333931\t마루\t옷 > 티셔츠\thttps://img.example/t.jpg\n\
    T-M-M\t면 티셔츠\tT\t이끼\tM\t19000 KRW\t\t4006381333932\t마루\t옷 > 티셔츠\thttp://img.example/t.jpg\n\
    MUG\tMug 13\" tall\t\t\t\t12.50 USD\t\t\t\t\t\n\
    MUG\tMug again\t\t\t\t1 USD\t\t\t\t\t\n\
    FREE\t값 없는 것\t\t\t\t\t\t\t\t\t\n\
    BAD\t나쁜 값\t\t\t\t많이\t\t\t\t\t\n";

#[tokio::test]
async fn googles_feed_becomes_products_with_variants() {
    on_each_engine(async |test: &TestShop| {
        let db = test.shop.db();
        let report = take(db, Kind::Products, "feed.txt", FEED, options()).await.unwrap();
        assert_eq!(report.format, "google-tsv");
        assert_eq!((report.accepted, report.rejected), (4, 2), "{:?}", report.rejections);
        assert_eq!(report.written["products"], 3);
        assert_eq!(report.written["drafts without a price"], 1);
        assert!(report.warned.iter().any(|entry| entry.field == "gtin"));
        let after = everything(db).await;
        test.shop.refresh_book().await.unwrap();
        let again = take(db, Kind::Products, "feed.txt", FEED, later()).await.unwrap();
        assert_eq!((again.accepted, again.changed), (4, 0));
        assert_eq!(everything(db).await, after);
        assert!(!test.shop.refresh_book().await.unwrap(), "nothing changed, and yet all is read anew");
        let dearer = FEED.replace("12.50 USD", "13 USD");
        assert_eq!(take(db, Kind::Products, "feed.txt", &dearer, later()).await.unwrap().changed, 1);
        assert!(test.shop.refresh_book().await.unwrap());

        let mut reader = db.reader().await.unwrap();
        let tx = &mut reader.tx();
        let products = catalog::products(tx).await.unwrap();
        let shirt = products.iter().find(|product| product.code == "T").unwrap();
        assert_eq!((shirt.category.as_deref(), shirt.status.as_str()), (Some("옷-티셔츠"), "active"));
        let variants = catalog::variants(tx).await.unwrap();
        let small = variants.iter().find(|variant| variant.sku == "T-M-S").unwrap();
        assert_eq!((small.product_id, small.options.as_str()), (shirt.id, r#"["이끼","s"]"#));
        let prices = catalog::prices(tx).await.unwrap();
        let paid = prices.iter().find(|price| price.variant_id == small.id).unwrap();
        assert_eq!((paid.amount, paid.list_amount), (15_000, Some(19_000)));
        assert!(products.iter().any(|product| product.code == "FREE" && product.status == "draft"));
    })
    .await;
}

#[tokio::test]
async fn one_product_the_database_refuses_keeps_out_no_other() {
    on_each_engine(async |test: &TestShop| {
        let rows = "sku,name,slug,price\nA-1,하나,hana,1000\nA-2,둘,hana,2000\nA-3,셋,set,3000\n";
        let report = take(test.shop.db(), Kind::Products, "p.csv", rows, options()).await.unwrap();
        assert_eq!((report.accepted, report.rejected), (3, 0));
        let mut reader = test.shop.db().reader().await.unwrap();
        let products = catalog::products(&mut reader.tx()).await.unwrap();
        let slug = |code: &str| products.iter().find(|product| product.code == code).unwrap().slug.clone();
        assert_eq!(slug("A-1"), "hana");
        assert!(slug("A-2").starts_with("hana-"), "{}", slug("A-2"));
    })
    .await;
}

#[tokio::test]
async fn stock_is_loaded_counted_and_moved() {
    on_each_engine(async |test: &TestShop| {
        let db = test.shop.db();
        test.with_stock("gangnam", "CUP", 3).await;
        let counts = "store_code,id,quantity,availability,price\n\
            seongsu,CUP,7,in stock,\n\
            seongsu,KETTLE-MO,,out of stock,\n\
            seongsu,KETTLE-MI,,in stock,\n\
            seongsu,CUP,8,in stock,\n\
            gangnam,CUP,5,in stock,\n\
            gangnam,NONE,5,in stock,\n\
            nowhere,CUP,5,in stock,\n\
            gangnam,KETTLE-MO,-1,in stock,\n\
            gangnam,KETTLE-MI,1.5,in stock,\n\
            gangnam,KETTLE-MO,9223372036854775808,in stock,\n";
        let report = take(db, Kind::Stock, "s.csv", counts, options()).await.unwrap();
        assert_eq!((report.accepted, report.rejected), (4, 6), "{:?}", rejected(&report));
        assert_eq!(report.written["levels"], 4);
        test.shop.refresh_book().await.unwrap();
        for (store, sku, available) in [
            ("seongsu", "CUP", 7),
            ("seongsu", "KETTLE-MO", 0),
            ("seongsu", "KETTLE-MI", 1),
            ("gangnam", "CUP", 5),
        ] {
            assert_eq!(test.available(store, sku).await, available, "{store} {sku}");
        }
        let moves = "store,sku,delta,reason,reference\n\
            gangnam,CUP,-2,sale,R-1\n\
            gangnam,CUP,-9,sale,R-2\n\
            gangnam,CUP,1,received,\n";
        for (accepted, skipped, rejected) in [(1, 0, 2), (0, 1, 2)] {
            let report = take(db, Kind::Stock, "m.csv", moves, options()).await.unwrap();
            assert_eq!((report.accepted, report.skipped, report.rejected), (accepted, skipped, rejected));
            assert_eq!(test.available("gangnam", "CUP").await, 3);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_exported_can_be_imported() {
    on_each_engine(async |test: &TestShop| {
        let db = test.shop.db();
        take(db, Kind::Stores, "s.csv", STORES, options()).await.unwrap();
        take(db, Kind::Products, "feed.txt", FEED, options()).await.unwrap();
        test.with_stock("gangnam", "CUP", 3).await;
        // The fixture's hours are not written as an import writes them, so the first round may still change them.
        let mut before = None;
        for (kind, again, name) in [
            (export::Kind::Stores, Kind::Stores, "e.csv"),
            (export::Kind::Products, Kind::Products, "e.csv"),
            (export::Kind::Stock, Kind::Stock, "e.csv"),
            (export::Kind::Stores, Kind::Stores, "e.jsonl"),
            (export::Kind::Products, Kind::Products, "e.jsonl"),
            (export::Kind::Stock, Kind::Stock, "e.jsonl"),
        ] {
            let format = if name == "e.csv" { export::Format::Csv } else { export::Format::Jsonl };
            let mut out = Vec::new();
            let rows = export::run(db, kind, format, &mut out, &mut |_| {}).await.unwrap();
            assert!(rows > 0);
            let text = String::from_utf8(out).unwrap();
            let report = take(db, again, name, &text, options()).await.unwrap();
            assert_eq!(report.rejected, 0, "{kind:?} {:?}", report.rejections);
            assert_eq!(report.rows, rows);
            let after = everything(db).await;
            assert_eq!(before.get_or_insert_with(|| after.clone()), &after, "{kind:?} {name}");
        }
        let mut reader = db.reader().await.unwrap();
        let codes = exchange::store_codes(&mut reader.tx()).await.unwrap();
        assert_eq!(codes.iter().filter(|row| row.stocked == 1).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_mapping_that_does_not_fit_says_so() {
    on_each_engine(async |test: &TestShop| {
        let db = test.shop.db();
        for (mapping, said) in [
            ("kind = 'places'", "it is for places"),
            ("[fields]\ncode = 'Filiale'", "no column `Filiale`"),
            ("[fields]\ncolour = 'a'", "no field `colour`"),
            ("[fields]\nname = { template = '{a' }", "not closed"),
        ] {
            let outcome = match Mapping::parse(mapping) {
                Ok(mapping) => {
                    take(db, Kind::Stores, "s.csv", STORES, Options { mapping, ..options() }).await
                }
                Err(error) => Err(error),
            };
            let told = outcome.unwrap_err().to_string();
            assert!(told.contains(said), "{told}");
        }
        let told = take(db, Kind::Stores, "s.csv", "a,b\n1,2\n", options()).await.unwrap_err().to_string();
        assert!(told.contains("no column gives the code"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn rejected_rows_go_to_a_file_without_formulas() {
    on_each_engine(async |test: &TestShop| {
        let folder = tempfile::tempdir().unwrap();
        let rejects = folder.path().join("rejects.csv");
        let rows = "code,name,country\n=cmd(),가,KR\n+1,나,KR\n";
        let options = Options { rejects: Some(rejects.clone()), ..options() };
        take(test.shop.db(), Kind::Stores, "s.csv", rows, options).await.unwrap();
        let text = std::fs::read_to_string(rejects).unwrap();
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains(",'=cmd()") && text.contains(",'+1"), "{text}");
    })
    .await;
}
