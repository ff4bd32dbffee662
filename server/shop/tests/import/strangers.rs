//! Files of other shop systems and spreadsheets, as a retailer would hand them over without asking.

use onshelf_db::{catalog, stores};
use onshelf_shop::{
    import::{self, Encoding, Kind, Options, Report, Source},
    testing::{TestShop, on_each_engine},
};
use onshelf_vocabulary::Currency;

use crate::{options, rejected};

async fn take(test: &TestShop, kind: Kind, name: &str, bytes: &[u8], options: Options) -> Report {
    let reader = Box::new(std::io::Cursor::new(bytes.to_vec()));
    let source = Source::Stream { name: name.to_owned(), reader };
    import::run(test.shop.db(), kind, source, options, &mut |_| {}).await.unwrap()
}

fn dollars() -> Options {
    Options { currency: Some(Currency::Usd), ..options() }
}

const SHOPIFY: &str = "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,\
Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Price,Variant Compare At Price,Variant Barcode,Image Src,Image Position,Variant Image,Status\n\
linen-shirt,Linen Shirt,\"<p>Cool &amp; light.</p><ul><li>Washed</li></ul>\",Maru,Apparel > Shirts,Shirts,\"summer, linen\",true,Size,S,Color,Moss,LS-S-MO,220,49.00,59.00,4006381333931,https://img.example/1.jpg,1,,active\n\
linen-shirt,,,,,,,,,M,,Moss,LS-M-MO,220,49.00,,,https://img.example/2.jpg,2,https://img.example/m.jpg,\n\
linen-shirt,,,,,,,,,,,,,,,,,https://img.example/3.jpg,3,,\n\
tote,Tote Bag,,Maru,,Bags,,true,Title,Default Title,,,TOTE-1,100,12.5,,,https://img.example/t.jpg,1,,draft\n\
tote,,,,,,,,,,,,,100,12.5,,,,,,\n";

#[tokio::test]
async fn shopifys_export_is_products_variants_and_pictures() {
    on_each_engine(async |test: &TestShop| {
        let report = take(test, Kind::Products, "products_export.csv", SHOPIFY.as_bytes(), dollars()).await;
        assert_eq!(
            (report.accepted, rejected(&report)),
            (4, vec![(6, "missing")]),
            "{:?}",
            report.rejections
        );
        let mut reader = test.shop.db().reader().await.unwrap();
        let tx = &mut reader.tx();
        let products = catalog::products(tx).await.unwrap();
        let shirt = products.iter().find(|product| product.code == "linen-shirt").unwrap();
        assert_eq!(
            (shirt.slug.as_str(), shirt.brand_en.as_str(), shirt.status.as_str()),
            ("linen-shirt", "Maru", "active")
        );
        assert_eq!(shirt.category.as_deref(), Some("apparel-shirts"));
        assert_eq!(shirt.description_en, "Cool & light.\nWashed");
        for picture in ["1.jpg", "2.jpg", "3.jpg"] {
            assert!(shirt.images.contains(picture), "{}", shirt.images);
        }
        let variants = catalog::variants(tx).await.unwrap();
        let of = |sku: &str| variants.iter().find(|variant| variant.sku == sku).unwrap();
        assert_eq!(
            (of("LS-S-MO").options.as_str(), of("LS-M-MO").options.as_str()),
            (r#"["s","moss"]"#, r#"["m","moss"]"#)
        );
        assert!(of("LS-M-MO").images.contains("m.jpg"));
        assert_eq!(of("TOTE-1").options, "[]", "there is nothing to choose");
        let prices = catalog::prices(tx).await.unwrap();
        let price = prices.iter().find(|price| price.variant_id == of("LS-S-MO").id).unwrap();
        assert_eq!((price.amount, price.list_amount, price.currency.as_str()), (4_900, Some(5_900), "USD"));
    })
    .await;
}

#[tokio::test]
async fn a_first_variant_that_is_wrong_takes_no_product_from_the_others() {
    on_each_engine(async |test: &TestShop| {
        let rows = "Handle,Title,Variant SKU,Variant Price,Variant Barcode,Option1 Name,Option1 Value,Image Src\n\
            mug,Mug,a b,18,,Color,Sand,\n\
            mug,,'MUG-I,18,'4006381333931,,Ink,\n\
            gone,Gone,c d,1,,,,\n";
        let report = take(test, Kind::Products, "p.csv", rows.as_bytes(), dollars()).await;
        let lines: Vec<u64> = report.rejections.iter().map(|entry| entry.line).collect();
        assert_eq!((report.accepted, lines), (1, vec![2, 4]), "{:?}", report.rejections);
        let mut reader = test.shop.db().reader().await.unwrap();
        let variants = catalog::variants(&mut reader.tx()).await.unwrap();
        let ink = variants.iter().find(|variant| variant.sku == "MUG-I").unwrap();
        assert_eq!((ink.options.as_str(), ink.gtin.as_deref()), (r#"["ink"]"#, Some("4006381333931")));
        let products = catalog::products(&mut reader.tx()).await.unwrap();
        assert!(products.iter().any(|product| product.code == "mug" && product.name_en == "Mug"));
        assert!(products.iter().all(|product| product.code != "gone"));
    })
    .await;
}

#[tokio::test]
async fn pictures_of_a_product_without_variants_are_rejected_with_it() {
    on_each_engine(async |test: &TestShop| {
        let rows = "Handle,Title,Variant SKU,Variant Price,Image Src\n\
            mug,Mug,a b,18,https://img.example/1.jpg\n\
            mug,,,,https://img.example/2.jpg\n\
            mug,,,,https://img.example/3.jpg\n";
        let report = take(test, Kind::Products, "p.csv", rows.as_bytes(), dollars()).await;
        assert_eq!((report.rows, report.accepted, report.rejected), (3, 0, 3), "{:?}", report.rejections);
    })
    .await;
}

#[tokio::test]
async fn a_bare_ampersand_costs_no_feed() {
    on_each_engine(async |test: &TestShop| {
        let feed = "<rss xmlns:g='http://base.google.com/ns/1.0'><channel>\
            <item><g:id>X1</g:id><g:title>Salt & Pepper</g:title><g:price>1 KRW</g:price></item>\
            <item><g:id>X2</g:id><g:title><![CDATA[Kettle <b>&</b> pot]]></g:title><g:price>1 KRW</g:price></item>\
            </channel></rss>";
        let report = take(test, Kind::Products, "feed.xml", feed.as_bytes(), options()).await;
        assert_eq!((report.accepted, report.stopped), (2, None), "{:?}", report.rejections);
        let mut reader = test.shop.db().reader().await.unwrap();
        let products = catalog::products(&mut reader.tx()).await.unwrap();
        assert!(products.iter().any(|product| product.name_en == "Salt & Pepper"));
    })
    .await;
}

const WOO: &str = "ID,Type,SKU,\"GTIN, UPC, EAN, or ISBN\",Name,Published,Short description,Description,In stock?,Stock,Sale price,Regular price,Categories,Tags,Images,Parent,Attribute 1 name,Attribute 1 value(s)\n\
44,variable,VN,,V-Neck Tee,1,Short,<p>Soft.</p>,1,,,,\"Clothing > Tees, Sale\",,\"https://img.example/v1.jpg, https://img.example/v2.jpg\",,Size,\"S, M\"\n\
45,variation,VN-S,4006381333931,V-Neck Tee - S,1,,,1,3,9.00,12.00,,,,VN,Size,S\n\
46,variation,VN-M,,V-Neck Tee - M,1,,,1,3,,12.00,,,,id:44,Size,M\n\
47,simple,CAP,,Cap,1,,,1,5,,8.00,\"Hats, Sale\",,,,Color,\"Red, Blue\"\n\
48,variable,EMPTY,,Nothing in it,1,,,1,,,,,,,,,\n";

#[tokio::test]
async fn woocommerces_variations_find_their_product() {
    on_each_engine(async |test: &TestShop| {
        let report = take(test, Kind::Products, "wc-product-export.csv", WOO.as_bytes(), dollars()).await;
        assert_eq!(
            rejected(&report),
            [(6, "no variant of the product can be taken")],
            "{:?}",
            report.rejections
        );
        let mut reader = test.shop.db().reader().await.unwrap();
        let tx = &mut reader.tx();
        let products = catalog::products(tx).await.unwrap();
        let tee = products.iter().find(|product| product.code == "VN").unwrap();
        assert_eq!((tee.name_en.as_str(), tee.category.as_deref()), ("V-Neck Tee", Some("clothing-tees")));
        assert_eq!(tee.description_en, "Soft.");
        assert!(tee.images.contains("v1.jpg") && tee.images.contains("v2.jpg"), "{}", tee.images);
        let cap = products.iter().find(|product| product.code == "CAP").unwrap();
        assert_eq!(cap.category.as_deref(), Some("hats"));
        let variants = catalog::variants(tx).await.unwrap();
        let own: Vec<_> = variants
            .iter()
            .filter(|variant| variant.product_id == tee.id)
            .map(|variant| (variant.sku.as_str(), variant.options.as_str()))
            .collect();
        assert_eq!(own, [("VN-S", r#"["s"]"#), ("VN-M", r#"["m"]"#)]);
        let prices = catalog::prices(tx).await.unwrap();
        let small = variants.iter().find(|variant| variant.sku == "VN-S").unwrap();
        let price = prices.iter().find(|price| price.variant_id == small.id).unwrap();
        assert_eq!((price.amount, price.list_amount), (900, Some(1_200)));
    })
    .await;
}

#[tokio::test]
async fn a_german_spreadsheet_is_read_in_its_own_letters() {
    on_each_engine(async |test: &TestShop| {
        let text = "Filiale;Bezeichnung;Straße;PLZ;Ort;Land;Breitengrad;Längengrad;Öffnungszeiten\r\n\
                    muc1;Laden München;Kaufingerstraße 8;80331;München;Deutschland;48,1374;11,5755;Mo-Fr 9-18\r\n";
        let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(text);
        let german = Options { encoding: Some(Encoding::Windows1252), ..options() };
        let report = take(test, Kind::Stores, "filialen.csv", &bytes, german).await;
        assert_eq!((report.accepted, report.rejected), (1, 0), "{:?}", report.rejections);
        let mut reader = test.shop.db().reader().await.unwrap();
        let stores = stores::stores(&mut reader.tx()).await.unwrap();
        let munich = stores.iter().find(|store| store.code == "muc1").unwrap();
        assert_eq!((munich.name_en.as_str(), munich.country.as_str(), munich.lat), ("Laden München", "DE", Some(48.1374)));
        assert_eq!((munich.currency.as_str(), munich.time_zone.as_str()), ("EUR", "Europe/Berlin"));

        let goods = "Artikelnummer;Bezeichnung;Preis;Marke\r\nT-1;Teekanne aus Gusseisen;1.299,90;Jejari\r\n";
        let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(goods);
        let euros = Options { encoding: Some(Encoding::Windows1252), currency: Some(Currency::Eur), ..options() };
        let report = take(test, Kind::Products, "artikel.csv", &bytes, euros).await;
        assert_eq!((report.accepted, report.rejected), (1, 0), "{:?}", report.rejections);
        let prices = catalog::prices(&mut reader.tx()).await.unwrap();
        assert!(prices.iter().any(|price| price.amount == 129_990 && price.currency == "EUR"));
    })
    .await;
}

#[tokio::test]
async fn nested_records_and_weeks_of_any_shape_are_found() {
    on_each_engine(async |test: &TestShop| {
        let rows = concat!(
            r#"{"id":"a","name":{"ko":"가점","en":"A"},"address":{"street":"1 Main St","city":"Boston","state":"MA","zip":"02110"},"country":"US","location":{"latitude":42.35,"longitude":-71.05},"hours":{"monday":{"open":"09:00","close":"24:00"},"tuesday":null,"friday":[{"from":"18:00","to":"02:00"}]}}"#,
            "\n",
            r#"{"id":"b","name":"나점","country":"KR","lat":37.5,"lng":127.1,"hours":["평일 10:00~22:00","주말 11:00~21:00"]}"#,
            "\n",
        );
        let report = take(test, Kind::Stores, "s.jsonl", rows.as_bytes(), options()).await;
        assert_eq!((report.accepted, report.rejected), (2, 0), "{:?}", report.rejections);
        let mut reader = test.shop.db().reader().await.unwrap();
        let stores = stores::stores(&mut reader.tx()).await.unwrap();
        let of = |code: &str| stores.iter().find(|store| store.code == code).unwrap();
        assert_eq!((of("a").name_ko.as_str(), of("a").address_en.as_str(), of("a").lat), ("가점", "1 Main St", Some(42.35)));
        assert_eq!(of("a").postcode, "02110");
        assert_eq!(of("a").hours, r#"{"mon":["09:00-24:00"],"fri":["18:00-02:00"]}"#);
        assert!(of("b").hours.contains(r#""sun":["11:00-21:00"]"#), "{}", of("b").hours);
    })
    .await;
}

#[tokio::test]
async fn a_price_that_could_be_cents_or_dollars_is_asked_about() {
    on_each_engine(async |test: &TestShop| {
        let rows = concat!(
            r#"{"id":"A","title":"One","price":{"amount":1299,"currency":"USD"},"images":[{"src":"https://x.example/1.jpg"}]}"#,
            "\n",
            r#"{"id":"B","title":"Two","price":{"value":"12.99","currency":"USD"}}"#,
            "\n",
        );
        let report = take(test, Kind::Products, "p.jsonl", rows.as_bytes(), options()).await;
        assert_eq!((report.accepted, report.rejected), (2, 0), "{:?}", report.rejections);
        let told: Vec<_> = report.warned.iter().filter(|entry| entry.field == "price").map(|entry| entry.line).collect();
        assert_eq!((told, report.written["drafts without a price"]), (vec![1], 1));
        let mut reader = test.shop.db().reader().await.unwrap();
        let products = catalog::products(&mut reader.tx()).await.unwrap();
        assert!(products.iter().any(|product| product.code == "A" && product.images.contains("1.jpg")));
        let prices = catalog::prices(&mut reader.tx()).await.unwrap();
        assert!(prices.iter().any(|price| price.amount == 1_299 && price.currency == "USD"));
    })
    .await;
}
