//! Files as shop systems and spreadsheets write them, taken without a mapping: other headings, other letters, other
//! shapes. What is not read of them is told.

use std::io::Cursor;

use onshelf_db::{catalog, stores};
use onshelf_shop::{
    import::{self, Encoding, Kind, Options, Report, Source},
    testing::{TestShop, on_each_engine},
};

use crate::{options, rejected, take};

async fn take_bytes(test: &TestShop, kind: Kind, name: &str, bytes: &[u8]) -> Report {
    let source = Source::Stream { name: name.to_owned(), reader: Box::new(Cursor::new(bytes.to_vec())) };
    import::run(test.shop.db(), kind, source, options(), &mut |_| {}).await.unwrap()
}

/// SKU, amount and currency of each price, by SKU.
async fn prices(test: &TestShop) -> Vec<(String, i64, String)> {
    let mut reader = test.shop.db().reader().await.unwrap();
    let variants = catalog::variants(&mut reader.tx()).await.unwrap();
    let rows = catalog::prices(&mut reader.tx()).await.unwrap();
    let sku = |id: i64| variants.iter().find(|variant| variant.id == id).map(|variant| variant.sku.clone());
    let mut all: Vec<_> =
        rows.into_iter().filter_map(|row| Some((sku(row.variant_id)?, row.amount, row.currency))).collect();
    all.sort();
    all
}

async fn options_of(test: &TestShop, sku: &str) -> String {
    let mut reader = test.shop.db().reader().await.unwrap();
    let variants = catalog::variants(&mut reader.tx()).await.unwrap();
    variants.into_iter().find(|variant| variant.sku == sku).unwrap().options
}

#[tokio::test]
async fn a_korean_sheet_needs_no_mapping() {
    on_each_engine(async |test: &TestShop| {
        let rows = "판매자 상품코드,상품명,판매가(원),소비자가,브랜드,제조사,바코드,판매상태,재고수량\n\
            SU-1,수건,\"12,900\",\"15,000원\",보송,한빛,4006381333931,판매중,7\n\
            SU-2,큰 수건,\"₩19,900\",,보송,한빛,8.80123E+12,판매중지,2\n\
            8.80123E+12,발수건,5000,,보송,한빛,,판매중,1\n\
            ,,,,,,,,\n";
        let report = take(test.shop.db(), Kind::Products, "상품.csv", rows, options()).await.unwrap();
        let why = "shortened by a spreadsheet: make a text of the column there and save it again";
        assert_eq!((report.rows, report.accepted, rejected(&report)), (3, 2, vec![(4, why)]));
        assert!(report.warned.iter().any(|entry| entry.field == "gtin" && entry.line == 3));
        assert_eq!(report.unread, ["재고수량"]);
        let told = prices(test).await;
        assert!(told.contains(&("SU-1".to_owned(), 12_900, "KRW".to_owned())), "{told:?}");
        let mut reader = test.shop.db().reader().await.unwrap();
        let products = catalog::products(&mut reader.tx()).await.unwrap();
        let of = |code: &str| products.iter().find(|product| product.code == code).unwrap();
        assert_eq!((of("SU-1").status.as_str(), of("SU-2").status.as_str()), ("active", "draft"));
        assert_eq!(of("SU-1").brand_ko, "보송", "the maker stands behind the brand");
    })
    .await;
}

#[tokio::test]
async fn a_heading_may_say_the_currency() {
    on_each_engine(async |test: &TestShop| {
        let rows = "sku,name,Price (USD),Price (wholesale),Category,Department\n\
            HAT,Hat,12.50,4,Hats,Clothing\n\
            CAP,Cap,9000원,4,Hats,Clothing\n";
        let report = take(test.shop.db(), Kind::Products, "p.csv", rows, options()).await.unwrap();
        assert_eq!(
            (report.accepted, report.unread.as_slice()),
            (2, &["Price (wholesale)", "Department"].map(str::to_owned)[..])
        );
        let told = prices(test).await;
        assert!(told.contains(&("HAT".to_owned(), 1_250, "USD".to_owned())), "{told:?}");
        assert!(told.contains(&("CAP".to_owned(), 9_000, "KRW".to_owned())), "{told:?}");
        let mut reader = test.shop.db().reader().await.unwrap();
        let products = catalog::products(&mut reader.tx()).await.unwrap();
        let cap = products.iter().find(|product| product.code == "CAP").unwrap();
        assert_eq!(cap.category.as_deref(), Some("hats"), "two columns are no path");
    })
    .await;
}

#[tokio::test]
async fn what_korean_and_old_spreadsheets_save_is_read_as_it_is() {
    on_each_engine(async |test: &TestShop| {
        let text = "상품코드,상품명,판매가\r\nEK-1,놋그릇,30000\r\n";
        let (bytes, ..) = encoding_rs::EUC_KR.encode(text);
        let report = take_bytes(test, Kind::Products, "p.csv", &bytes).await;
        assert_eq!((report.accepted, report.encoding), (1, Encoding::EucKr), "{:?}", report.rejections);
        // Line ends of one carriage return, and a line that tells a spreadsheet what parts the columns.
        let report = take_bytes(
            test,
            Kind::Products,
            "p.csv",
            b"sep=;\rsku;name;price\rCR-1;Bowl;100\rCR-2;Jar;200\r",
        )
        .await;
        assert_eq!((report.accepted, report.encoding), (2, Encoding::Utf8), "{:?}", report.rejections);
        let mut reader = test.shop.db().reader().await.unwrap();
        let products = catalog::products(&mut reader.tx()).await.unwrap();
        assert!(products.iter().any(|product| product.code == "EK-1" && product.name_ko == "놋그릇"));
    })
    .await;
}

#[tokio::test]
async fn rows_of_one_product_are_told_apart_by_their_usual_columns() {
    on_each_engine(async |test: &TestShop| {
        let rows = "상품코드,SKU,상품명,판매가,색상,사이즈\n\
            AP,AP-1,앞치마,28000,먹,M\n\
            AP,AP-2,앞치마,28000,소색,M\n";
        let report = take(test.shop.db(), Kind::Products, "p.csv", rows, options()).await.unwrap();
        assert_eq!((report.accepted, report.written["products"]), (2, 1), "{:?}", report.rejections);
        assert_eq!(options_of(test, "AP-1").await, r#"["먹","m"]"#);
        assert_eq!(options_of(test, "AP-2").await, r#"["소색","m"]"#);
        let again = take(test.shop.db(), Kind::Products, "p.csv", rows, options()).await.unwrap();
        assert_eq!(again.changed, 0);
        // A product by itself has nothing to choose.
        let alone = "sku,name,price,color\nMUG-9,Mug,100,Red\n";
        take(test.shop.db(), Kind::Products, "p.csv", alone, options()).await.unwrap();
        assert_eq!(options_of(test, "MUG-9").await, "[]");
    })
    .await;
}

#[tokio::test]
async fn json_is_read_by_its_names_however_they_are_spelt() {
    on_each_engine(async |test: &TestShop| {
        let rows = concat!(
            r#"{"status":"ok","data":{"products":[{"productId":"K1","productName":"Kettle","regularPrice":"20000 KRW","salePrice":"15000 KRW","warehouseBin":"7"},"#,
            r#"{"handle":"felt-hat","title":"Felt hat","options":[{"name":"Size"},{"name":"Colour"}],"#,
            r#""variants":[{"sku":"FH-S","price":"9000","option1":"S","option2":"Grey"},{"sku":"FH-M","price":"9000","option1":"M","option2":"Grey"}]}]}}"#,
            "\n",
        );
        let report = take(test.shop.db(), Kind::Products, "p.json", rows, options()).await.unwrap();
        assert_eq!((report.format, report.accepted), ("json", 2), "{:?}", report.rejections);
        assert_eq!(report.unread, ["warehouseBin"]);
        let told = prices(test).await;
        assert!(told.contains(&("K1".to_owned(), 15_000, "KRW".to_owned())), "{told:?}");
        assert_eq!(options_of(test, "FH-M").await, r#"["m","grey"]"#);
    })
    .await;
}

#[tokio::test]
async fn stores_come_from_maps_and_locators() {
    on_each_engine(async |test: &TestShop| {
        let map = r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":"f1","properties":{"ref":"m-1",
            "name":"지도점","addr:city":"서울","addr:country":"KR","opening_hours":"Mo-Fr 10:00-20:00","operator":"x"},
            "geometry":{"type":"Point","coordinates":[127.05,37.54]}}]}"#;
        let report = take(test.shop.db(), Kind::Stores, "stores.geojson", map, options()).await.unwrap();
        assert_eq!((report.accepted, report.rejected), (1, 0), "{:?}", report.rejections);
        let sheet = "매장번호,지점명,위도,경도,상태,월요일,화요일,휴게실\n\
            d-1,도분초점,\"35°09'49.3\"\"N\",\"129°09'36.6\"\"E\",영업중,10:00-20:00,x,있음\n";
        let report = take(test.shop.db(), Kind::Stores, "s.csv", sheet, options()).await.unwrap();
        assert_eq!((report.accepted, report.unread.as_slice()), (1, &["휴게실".to_owned()][..]));
        let mut reader = test.shop.db().reader().await.unwrap();
        let rows = stores::stores(&mut reader.tx()).await.unwrap();
        let of = |code: &str| rows.iter().find(|row| row.code == code).unwrap();
        assert_eq!((of("m-1").lat, of("m-1").lng, of("m-1").region_ko.as_str()), (Some(37.54), Some(127.05), "서울"));
        let lat = of("d-1").lat.unwrap();
        assert!((lat - 35.1637).abs() < 0.001, "{lat}");
        assert_eq!(of("d-1").hours, r#"{"mon":["10:00-20:00"]}"#);
    })
    .await;
}

#[tokio::test]
async fn stock_names_its_store_as_people_do() {
    on_each_engine(async |test: &TestShop| {
        let stores = "code,name,country\n0012,영점,KR\nmall-1,같은 이름,KR\nmall-2,같은 이름,KR\n";
        take(test.shop.db(), Kind::Stores, "s.csv", stores, options()).await.unwrap();
        let rows = "매장명,품번,현재고,기준일시\n\
            영점,CUP,\"1,200\",2026-11-23 09:00\n\
            12,KETTLE-MO,3,\n\
            같은 이름,CUP,3,\n\
            없는 곳,CUP,3,\n\
            영점,KETTLE-MI,-2,\n\
            영점,KETTLE-MI,3,2026-11-23\n";
        let report = take(test.shop.db(), Kind::Stock, "재고.csv", rows, options()).await.unwrap();
        assert_eq!(
            rejected(&report),
            [
                (4, "several stores have this name: say the code"),
                (5, "no such store: neither the code nor the name of one"),
                (6, "below zero"),
                (7, "not a time such as 2026-11-28T09:30 or 2026-11-28T09:30+09:00"),
            ]
        );
        assert_eq!(report.accepted, 2);
        assert!(report.warned.iter().any(|entry| entry.line == 3 && entry.field == "store"));
        test.shop.refresh_book().await.unwrap();
        assert_eq!(test.available("0012", "CUP").await, 1_200);
        assert_eq!(test.available("0012", "KETTLE-MO").await, 3);
    })
    .await;
}

#[tokio::test]
async fn stock_may_name_what_it_counts_by_its_barcode() {
    on_each_engine(async |test: &TestShop| {
        let db = test.shop.db();
        let goods = "sku,name,price,gtin\nBC-1,Bowl,100,0036000291452\nBC-2,Jar,100,4006381333931\nBC-3,Lid,100,4006381333931\n";
        take(db, Kind::Products, "p.csv", goods, options()).await.unwrap();
        let rows = "매장,바코드,수량\n성수점,36000291452,6\n성수점,4006381333931,2\n성수점,8801234567893,1\n";
        let report = take(db, Kind::Stock, "s.csv", rows, options()).await.unwrap();
        // One that two variants share says neither.
        assert_eq!((report.accepted, rejected(&report)), (1, vec![(3, "no such SKU"), (4, "no such SKU")]));
        test.shop.refresh_book().await.unwrap();
        assert_eq!(test.available("seongsu", "BC-1").await, 6);
    })
    .await;
}

#[tokio::test]
async fn shopifys_variants_need_no_skus_of_their_own() {
    on_each_engine(async |test: &TestShop| {
        let db = test.shop.db();
        let rows = "Handle,Title,Variant SKU,Variant Price,Option1 Name,Option1 Value,Image Src,Variant Inventory Qty\n\
            felt-cap,Felt Cap,,39000,Color,Grey,https://img.example/1.jpg,3\n\
            felt-cap,,,39000,,Navy,,3\n\
            felt-cap,,,,,,https://img.example/2.jpg,\n\
            felt-cap,,,39000,,,,\n\
            tin-mug,Tin Mug,,9000,Title,Default Title,,2\n";
        let report = take(db, Kind::Products, "p.csv", rows, options()).await.unwrap();
        assert_eq!((report.accepted, rejected(&report)), (4, vec![(5, "missing")]), "{:?}", report.rejections);
        assert_eq!(report.unread, ["Variant Inventory Qty"]);
        let told = prices(test).await;
        for sku in ["felt-cap-grey", "felt-cap-navy", "tin-mug"] {
            assert!(told.iter().any(|(known, ..)| known == sku), "{sku} {told:?}");
        }
        let again = take(db, Kind::Products, "p.csv", rows, options()).await.unwrap();
        assert_eq!(again.changed, 0);
    })
    .await;
}

#[tokio::test]
async fn variants_that_look_alike_are_told() {
    on_each_engine(async |test: &TestShop| {
        let db = test.shop.db();
        let rows = "code,sku,name,price,size\nTS,TS-1,Tee,100,M\nTS,TS-2,Tee,100,M\nUN,UN-1,Cup,100,\nUN,UN-2,Cup,100,\n";
        let report = take(db, Kind::Products, "p.csv", rows, options()).await.unwrap();
        let told: Vec<_> = report.warned.iter().filter(|entry| entry.field == "options").collect();
        assert!(
            matches!(told[..], [twins, plain] if (twins.line, plain.line) == (2, 4)),
            "{told:?}"
        );
        // Prices alone of a product that is known say nothing of its options.
        let report = take(db, Kind::Products, "p.csv", "code,sku,name,price\nUN,UN-1,Cup,90\nUN,UN-2,Cup,90\n", options()).await.unwrap();
        assert!(report.warned.iter().all(|entry| entry.field != "options"), "{:?}", report.warned);
    })
    .await;
}

#[tokio::test]
async fn a_sheet_may_have_a_column_a_store() {
    on_each_engine(async |test: &TestShop| {
        let db = test.shop.db();
        let stores = "code,name,country\nw-1,첫째점,KR\nw-2,둘째점,KR\n";
        take(db, Kind::Stores, "s.csv", stores, options()).await.unwrap();
        let rows = "품번,품명,첫째점,W-2,합계\n\
            CUP,컵,4,5,9\n\
            KETTLE-MO,주전자,0,,0\n\
            KETTLE-MI,주전자,많음,1,1\n\
            NONE,없음,1,1,2\n\
            CUP,컵,7,,7\n\
            KETTLE-MI,주전자,,,\n";
        for dry_run in [true, false] {
            let report =
                take(db, Kind::Stock, "s.csv", rows, Options { dry_run, ..options() }).await.unwrap();
            let mut told = rejected(&report);
            told.sort_unstable();
            assert_eq!(
                told,
                [
                    (4, "not a whole number"),
                    (5, "no such SKU"),
                    (5, "no such SKU"),
                    (6, "the same level stands twice: the first row counts"),
                ],
                "dry run: {dry_run}"
            );
            assert_eq!((report.rows, report.accepted, report.skipped), (9, 4, 1), "dry run: {dry_run}");
            assert_eq!(report.unread, ["품명", "합계"]);
            assert!(report.rejections.iter().any(|entry| entry.value == "첫째점: 많음"));
        }
        test.shop.refresh_book().await.unwrap();
        for (store, sku, available) in
            [("w-1", "CUP", 4), ("w-2", "CUP", 5), ("w-1", "KETTLE-MO", 0), ("w-2", "KETTLE-MI", 1)]
        {
            assert_eq!(test.available(store, sku).await, available, "{store} {sku}");
        }
    })
    .await;
}
