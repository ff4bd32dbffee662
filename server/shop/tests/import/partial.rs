//! Files that say only a part, and what they leave alone; sales, states and variants that are easily missed.

use onshelf_db::{
    catalog::{self, PriceRow, ProductRow, VariantRow},
    stores::{self, StoreRow},
};
use onshelf_shop::{
    export,
    import::{Kind, Options, Report},
    testing::{TestShop, on_each_engine},
};
use onshelf_vocabulary::Currency;

use crate::options;

pub async fn take(test: &TestShop, kind: Kind, name: &str, text: &str) -> Report {
    let report = crate::take(test.shop.db(), kind, name, text, options()).await.unwrap();
    assert_eq!(report.rejected, 0, "{:?}", report.rejections);
    report
}

pub async fn product(test: &TestShop, code: &str) -> ProductRow {
    let mut reader = test.shop.db().reader().await.unwrap();
    let rows = catalog::products(&mut reader.tx()).await.unwrap();
    rows.into_iter().find(|row| row.code == code).unwrap()
}

pub async fn variant(test: &TestShop, sku: &str) -> VariantRow {
    let mut reader = test.shop.db().reader().await.unwrap();
    let rows = catalog::variants(&mut reader.tx()).await.unwrap();
    rows.into_iter().find(|row| row.sku == sku).unwrap()
}

async fn price(test: &TestShop, sku: &str) -> Option<PriceRow> {
    let id = variant(test, sku).await.id;
    let mut reader = test.shop.db().reader().await.unwrap();
    let rows = catalog::prices(&mut reader.tx()).await.unwrap();
    rows.into_iter().find(|row| row.variant_id == id)
}

/// The amount to pay, and the one it is lowered from.
pub async fn paid(test: &TestShop, sku: &str) -> (i64, Option<i64>) {
    price(test, sku).await.map(|price| (price.amount, price.list_amount)).unwrap()
}

async fn store(test: &TestShop, code: &str) -> StoreRow {
    let mut reader = test.shop.db().reader().await.unwrap();
    let rows = stores::stores(&mut reader.tx()).await.unwrap();
    rows.into_iter().find(|row| row.code == code).unwrap()
}

pub fn warned(report: &Report, reason: &str) -> Vec<u64> {
    report.warned.iter().filter(|entry| entry.reason.contains(reason)).map(|entry| entry.line).collect()
}

pub const RICH: &str = "sku,code,name_ko,name_en,brand,category,description,image_link,tags,\
    option1_name,option1_value,gtin,status,price\n\
    R1,RP,머그,Mug,Maru,Home > Mugs,Stoneware.,https://img.example/m.jpg,new,Size,L,4006381333931,draft,12000\n";

#[tokio::test]
async fn a_file_with_fewer_columns_leaves_the_rest_of_a_product() {
    on_each_engine(async |test: &TestShop| {
        take(test, Kind::Products, "p.csv", RICH).await;
        let (before, own) = (product(test, "RP").await, variant(test, "R1").await);
        take(test, Kind::Products, "p.csv", "sku,code,name,price\nR1,RP,Rich mug,11000\n").await;
        let (after, now) = (product(test, "RP").await, variant(test, "R1").await);
        let wanted = ProductRow { name_en: "Rich mug".to_owned(), ..before };
        assert_eq!(format!("{after:?}"), format!("{wanted:?}"));
        assert_eq!(format!("{now:?}"), format!("{own:?}"));
        assert_eq!((after.status.as_str(), paid(test, "R1").await.0), ("draft", 11_000));

        // An empty cell of a column that is there clears.
        take(test, Kind::Products, "p.csv", "sku,code,name,brand,gtin,price\nR1,RP,Rich mug,,,11000\n").await;
        let after = product(test, "RP").await;
        assert_eq!((after.brand_en.as_str(), after.tags.as_str()), ("", r#"["new"]"#));
        assert_eq!(variant(test, "R1").await.gtin, None);
    })
    .await;
}

#[tokio::test]
async fn a_record_of_json_speaks_for_itself() {
    on_each_engine(async |test: &TestShop| {
        take(test, Kind::Products, "p.csv", RICH).await;
        let rows = concat!(
            r#"{"sku":"R1","code":"RP","name":"Mug","price":"12000","description":null}"#,
            "\n",
            r#"{"sku":"S1","code":"SP","name":"Cup","price":"9000","brand":"Soban"}"#,
            "\n",
        );
        take(test, Kind::Products, "p.jsonl", rows).await;
        let after = product(test, "RP").await;
        assert_eq!((after.brand_en.as_str(), after.description_en.as_str()), ("Maru", ""));
        assert_eq!(product(test, "SP").await.brand_en, "Soban");
    })
    .await;
}

#[tokio::test]
async fn the_first_price_opens_a_product_that_waited_for_it() {
    on_each_engine(async |test: &TestShop| {
        let report = take(test, Kind::Products, "p.csv", "sku,name\nW1,Waiting\n").await;
        assert_eq!(report.written["drafts without a price"], 1);
        assert_eq!(product(test, "W1").await.status, "draft");
        take(test, Kind::Products, "p.csv", "sku,name,price\nW1,Waiting,1000\n").await;
        assert_eq!(product(test, "W1").await.status, "active");
        // The price is known by now.
        let report = take(test, Kind::Products, "p.csv", "sku,name,status\nW1,Waiting,active\n").await;
        assert!(!report.written.contains_key("drafts without a price"));
        assert_eq!(product(test, "W1").await.status, "active");
    })
    .await;
}

#[tokio::test]
async fn a_file_with_fewer_columns_leaves_the_rest_of_a_store() {
    on_each_engine(async |test: &TestShop| {
        let full = "code,name,country,address,lat,lng,phone,services,hours,time_zone,keep_days\n\
            full,가득점,KR,서울로 1,37.5,127.1,02-1,collect|parking,10:30-21:00,Asia/Seoul,5\n";
        take(test, Kind::Stores, "s.csv", full).await;
        let before = store(test, "full").await;
        take(test, Kind::Stores, "s.csv", "code,name,country,phone\nfull,가득점,KR,02-2\n").await;
        let wanted = StoreRow { phone: "02-2".to_owned(), ..before };
        assert_eq!(format!("{:?}", store(test, "full").await), format!("{wanted:?}"));
        take(test, Kind::Stores, "s.csv", "code,name,country,services\nfull,가득점,KR,\n").await;
        let wanted = StoreRow { services: "[]".to_owned(), ..wanted };
        assert_eq!(format!("{:?}", store(test, "full").await), format!("{wanted:?}"));
    })
    .await;
}

#[tokio::test]
async fn a_zero_is_no_sale_and_a_price_of_zero_is_told() {
    on_each_engine(async |test: &TestShop| {
        let rows = "sku,name,price,sale_price\nFREE,Mug,12000,0\nGIFT,Card,0,\n";
        let report = take(test, Kind::Products, "p.csv", rows).await;
        assert_eq!(paid(test, "FREE").await, (12_000, None));
        assert_eq!(paid(test, "GIFT").await, (0, None));
        assert_eq!(warned(&report, "costs nothing"), [3]);
    })
    .await;
}

#[tokio::test]
async fn a_sale_counts_while_it_lasts() {
    on_each_engine(async |test: &TestShop| {
        // It is noon of 2026-11-23 in Seoul.
        let feed = "id\ttitle\tprice\tsale_price\tsale_price_effective_date\tavailability\n\
            ON\tA\t100 KRW\t80 KRW\t2026-11-23T11:00+0900/2026-11-24T00:00+0900\tin stock\n\
            UTC\tB\t100 KRW\t80 KRW\t2026-11-23T02:00Z/2026-11-23T04:00Z\tin stock\n\
            OVER\tC\t100 KRW\t80 KRW\t2026-11-01T00:00+0900/2026-11-23T11:59+0900\tin stock\n\
            SOON\tD\t100 KRW\t80 KRW\t2026-11-23T05:00Z/2026-11-30T00:00Z\tin stock\n\
            ODD\tE\t100 KRW\t80 KRW\tsoon/later\tin stock\n";
        let report = take(test, Kind::Products, "feed.txt", feed).await;
        assert_eq!(report.format, "google-tsv");
        for sku in ["ON", "UTC"] {
            assert_eq!(paid(test, sku).await, (80, Some(100)), "{sku}");
        }
        for sku in ["OVER", "SOON", "ODD"] {
            assert_eq!(paid(test, sku).await, (100, None), "{sku}");
        }
        assert_eq!(warned(&report, "not a date or time"), [6]);
    })
    .await;
}

const WOO: &str = "ID,Type,SKU,Name,Published,Sale price,Regular price,Date sale price starts,\
    Date sale price ends,Parent,Attribute 1 name,Attribute 1 value(s)\n\
    1,variable,VN,Tee,1,,,,,,Size,\"S, M\"\n\
    2,variation,VN-S,Tee - S,1,900,1200,2026-11-20,2026-11-23,VN,Size,S\n\
    3,variation,VN-M,Tee - M,0,900,1200,2026-11-20 00:00:00,2026-11-23 00:00:00,VN,Size,M\n\
    4,simple,CAP,Cap,0,,800,,,,,\n";

#[tokio::test]
async fn woocommerces_unpublished_variations_are_not_sold_and_its_sales_end() {
    on_each_engine(async |test: &TestShop| {
        take(test, Kind::Products, "p.csv", WOO).await;
        assert_eq!(variant(test, "VN-S").await.status, "active");
        assert_eq!(variant(test, "VN-M").await.status, "retired");
        assert_eq!(
            (product(test, "CAP").await.status.as_str(), product(test, "VN").await.status.as_str()),
            ("draft", "active")
        );
        assert_eq!(variant(test, "CAP").await.status, "active");
        assert_eq!(paid(test, "VN-S").await, (900, Some(1_200)));
        assert_eq!(paid(test, "VN-M").await, (1_200, None));
    })
    .await;
}

#[tokio::test]
async fn what_shopify_does_not_publish_is_not_shown() {
    on_each_engine(async |test: &TestShop| {
        let rows = "Handle,Title,Variant SKU,Variant Price,Published,Status\n\
            out,Out,OUT,18,TRUE,active\n\
            kept,Kept,KEPT,18,FALSE,active\n\
            old,Old,OLD,18,TRUE,archived\n";
        take(test, Kind::Products, "p.csv", rows).await;
        for (code, status) in [("out", "active"), ("kept", "draft"), ("old", "retired")] {
            assert_eq!(product(test, code).await.status, status, "{code}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_assumed_currency_is_told_once() {
    on_each_engine(async |test: &TestShop| {
        let rows = "sku,name,price\nA,Mug,18.00\nB,Cup,12.00\nC,Pot,25000\n";
        let report = take(test, Kind::Products, "p.csv", rows).await;
        assert_eq!(warned(&report, "no price names a currency; KRW was assumed"), [2]);
        let dollars = Options { currency: Some(Currency::Usd), ..options() };
        let report = crate::take(test.shop.db(), Kind::Products, "p.csv", rows, dollars).await.unwrap();
        assert!(warned(&report, "assumed").is_empty());
        let report = take(test, Kind::Products, "p.csv", "sku,name,price\nD,Pan,18.00 USD\n").await;
        assert!(warned(&report, "assumed").is_empty());
    })
    .await;
}

#[tokio::test]
async fn variants_inside_a_record_need_no_mapping() {
    on_each_engine(async |test: &TestShop| {
        let rows = concat!(
            r#"{"id":"TEE","name":"Tee","brand":"Maru","variants":[{"sku":"TEE-S","price":"19000","size":"S"},"#,
            r#"{"sku":"TEE-M","price":"21000","size":"M"}]}"#,
            "\n",
            r#"{"id":"CUP9","name":"Cup","price":"9000"}"#,
            "\n",
        );
        let report = take(test, Kind::Products, "p.jsonl", rows).await;
        assert_eq!((report.written["products"], report.written["variants"]), (2, 3));
        let tee = product(test, "TEE").await;
        assert_eq!((tee.status.as_str(), tee.brand_en.as_str()), ("active", "Maru"));
        let medium = variant(test, "TEE-M").await;
        assert_eq!((medium.product_id, medium.options.as_str()), (tee.id, r#"["m"]"#));
        assert_eq!(paid(test, "TEE-M").await.0, 21_000);
        assert_eq!(product(test, "CUP9").await.status, "active");
    })
    .await;
}

#[tokio::test]
async fn a_warehouse_is_told_in_either_language_and_goes_out_again() {
    on_each_engine(async |test: &TestShop| {
        let file = "code,name,country,lat,lng,매장구분,window_capacity\n\
            W1,중앙창고,KR,37.5,127.1,물류센터,\nW2,Depot,KR,37.5,127.2,Distribution Center,\n\
            S1,큰점,KR,37.5,127.3,플래그십,12\nS2,작은점,KR,37.5,127.4,,2\n";
        take(test, Kind::Stores, "s.csv", file).await;
        let mut told = Vec::new();
        for code in ["W1", "W2", "S1", "S2"] {
            let row = store(test, code).await;
            told.push((row.kind, row.window_capacity));
        }
        let said: Vec<_> = told.iter().map(|(kind, capacity)| (kind.as_str(), *capacity)).collect();
        assert_eq!(said, [("warehouse", None), ("warehouse", None), ("store", Some(12)), ("store", Some(2))]);

        // A file that does not speak of it leaves it, and what goes out comes in again.
        take(test, Kind::Stores, "s.csv", "code,name,country,lat,lng\nW1,중앙창고,KR,37.5,127.1\n").await;
        assert_eq!(store(test, "W1").await.kind, "warehouse");
        let mut out = Vec::new();
        let (kind, format) = (export::Kind::Stores, export::Format::Csv);
        export::run(test.shop.db(), kind, format, &mut out, &mut |_| ()).await.unwrap();
        let table = String::from_utf8(out).unwrap();
        assert!(table.contains("warehouse"), "{table}");
        // The first time the stores that were there before are written down in the importer's own spelling.
        take(test, Kind::Stores, "again.csv", &table).await;
        assert_eq!(store(test, "W2").await.kind, "warehouse");
        assert_eq!(store(test, "S1").await.window_capacity, Some(12));
        let report = take(test, Kind::Stores, "once-more.csv", &table).await;
        assert_eq!(report.changed, 0, "{table}");
    })
    .await;
}
