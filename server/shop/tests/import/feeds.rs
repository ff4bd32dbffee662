//! Google's feeds as XML, with all that they tell: products and local inventory, as RSS and as Atom, and whatever the
//! namespace is called.

use onshelf_db::catalog;
use onshelf_shop::{
    import::{Kind, Report},
    testing::{TestShop, on_each_engine},
};

use crate::{options, rejected};

async fn take(test: &TestShop, kind: Kind, text: &str) -> Report {
    let report = crate::take(test.shop.db(), kind, "feed.xml", text, options()).await.unwrap();
    assert_eq!(report.format, "google-xml");
    report
}

/// The same items as RSS, as RSS under another prefix, and as Atom, which has a link's address in an attribute.
fn as_each_feed(items: &str) -> [String; 3] {
    let rss = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <rss xmlns:g=\"http://base.google.com/ns/1.0\" version=\"2.0\"><channel>\n\
         <title>Shop</title><link>https://shop.example</link><description>All of it</description>\n\
         {items}</channel></rss>\n"
    );
    let prefixed = rss.replace("xmlns:g=", "xmlns:base=").replace("<g:", "<base:").replace("</g:", "</base:");
    let entries = items
        .replace("item>", "entry>")
        .replace("<g:link>", "<link rel=\"alternate\" href=\"")
        .replace("</g:link>", "\"/>")
        .replace("g:title>", "title>");
    let atom = format!(
        "<?xml version=\"1.0\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:g=\"http://base.google.com/ns/1.0\">\n\
         <title>Shop</title><link rel=\"self\" href=\"https://shop.example\"/><updated>2026-11-23T03:00:00Z</updated>\n\
         {entries}</feed>\n"
    );
    [rss, prefixed, atom]
}

const SCARVES: &str = "<item>
  <g:id>SC-GR-M</g:id>
  <g:title>Wool scarf &amp; clip</g:title>
  <g:description><![CDATA[Soft <b>and</b> warm.]]></g:description>
  <g:link>https://shop.example/p/scarf</g:link>
  <g:image_link>https://img.example/a.jpg?w=1&amp;h=2</g:image_link>
  <g:additional_image_link>https://img.example/b.jpg</g:additional_image_link>
  <g:additional_image_link>https://img.example/c.jpg</g:additional_image_link>
  <g:availability>in_stock</g:availability>
  <g:price>49000 KRW</g:price>
  <g:sale_price>39000 KRW</g:sale_price>
  <g:sale_price_effective_date>2026-11-20T00:00+0900/2026-11-30T23:59+0900</g:sale_price_effective_date>
  <g:brand>Maru</g:brand>
  <g:gtin>4006381333931</g:gtin>
  <g:mpn>SC-1</g:mpn>
  <g:google_product_category>177</g:google_product_category>
  <g:product_type>Clothing &gt; Scarves</g:product_type>
  <g:item_group_id>SCARF</g:item_group_id>
  <g:color>Grey</g:color>
  <g:size>M</g:size>
  <g:material>Wool</g:material>
  <g:pattern>Plain</g:pattern>
  <g:condition>new</g:condition>
  <g:age_group>adult</g:age_group>
  <g:gender>unisex</g:gender>
  <g:shipping><g:country>KR</g:country><g:price>3000 KRW</g:price></g:shipping>
  <g:custom_label_0/>
</item>
<item>
  <g:id>SC-GR-L</g:id>
  <g:title>Wool scarf &amp; clip</g:title>
  <g:shipping><g:price>1 KRW</g:price></g:shipping>
  <g:price>49000 KRW</g:price>
  <g:sale_price>39000 KRW</g:sale_price>
  <g:sale_price_effective_date>2026-10-01T00:00+0900/2026-10-31T23:59+0900</g:sale_price_effective_date>
  <g:item_group_id>SCARF</g:item_group_id>
  <g:color>Grey</g:color>
  <g:size>L</g:size>
  <g:material>Wool</g:material>
  <g:pattern>Plain</g:pattern>
</item>
<item><g:id>SC-BAD</g:id><g:title>No price at all</g:title><g:price>a lot</g:price></item>
";

#[tokio::test]
async fn a_feed_of_products_tells_all_that_it_has() {
    for feed in as_each_feed(SCARVES) {
        on_each_engine(async |test: &TestShop| {
            let report = take(test, Kind::Products, &feed).await;
            assert_eq!((report.rows, report.accepted, report.rejected), (3, 2, 1), "{:?}", report.rejections);
            assert_eq!(report.rejections[0].field, "price");
            assert_eq!(report.stopped, None);

            let mut reader = test.shop.db().reader().await.unwrap();
            let tx = &mut reader.tx();
            let products = catalog::products(tx).await.unwrap();
            let scarf = products.iter().find(|product| product.code == "SCARF").unwrap();
            assert_eq!((scarf.name_en.as_str(), scarf.brand_en.as_str()), ("Wool scarf & clip", "Maru"));
            assert_eq!(scarf.description_en, "Soft and warm.");
            assert_eq!(scarf.category.as_deref(), Some("clothing-scarves"));
            for picture in ["a.jpg?w=1&h=2", "b.jpg", "c.jpg"] {
                assert!(scarf.images.contains(&format!("https://img.example/{picture}")), "{}", scarf.images);
            }
            for told in ["상태", "new", "연령대", "adult", "성별", "unisex", "제조사 품번", "SC-1"]
            {
                assert!(scarf.attributes.contains(told), "{told}: {}", scarf.attributes);
            }
            for option in ["색상", "사이즈", "소재", "무늬"] {
                assert!(scarf.options.contains(option), "{option}: {}", scarf.options);
            }

            let variants = catalog::variants(tx).await.unwrap();
            let prices = catalog::prices(tx).await.unwrap();
            for (sku, options, gtin, paid) in [
                ("SC-GR-M", r#"["grey","m","wool","plain"]"#, Some("4006381333931"), (39_000, Some(49_000))),
                ("SC-GR-L", r#"["grey","l","wool","plain"]"#, None, (49_000, None)),
            ] {
                let variant = variants.iter().find(|variant| variant.sku == sku).unwrap();
                assert_eq!((variant.product_id, variant.options.as_str()), (scarf.id, options));
                assert_eq!(variant.gtin.as_deref(), gtin);
                // What shipping costs is no price of the product's.
                let price = prices.iter().find(|price| price.variant_id == variant.id).unwrap();
                assert_eq!((price.amount, price.list_amount), paid, "{sku}");
            }
        })
        .await;
    }
}

const SHELVES: &str = "<item>
  <g:store_code>seongsu</g:store_code>
  <g:id>CUP</g:id>
  <g:quantity>7</g:quantity>
  <g:availability>in_stock</g:availability>
  <g:price>9000 KRW</g:price>
  <g:sale_price>8000 KRW</g:sale_price>
  <g:pickup_method>buy</g:pickup_method>
  <g:pickup_sla>same_day</g:pickup_sla>
</item>
<item><g:store_code>seongsu</g:store_code><g:id>KETTLE-MO</g:id><g:availability>out_of_stock</g:availability></item>
<item><g:store_code>seongsu</g:store_code><g:id>KETTLE-MI</g:id><g:availability>in stock</g:availability></item>
<item>
  <g:store_code>gangnam</g:store_code><g:id>CUP</g:id>
  <g:quantity>2</g:quantity><g:availability>limited_availability</g:availability>
</item>
<item>
  <g:store_code>gangnam</g:store_code><g:id>KETTLE-MI</g:id>
  <g:quantity>5</g:quantity><g:availability>out_of_stock</g:availability>
</item>
<item><g:store_code>gangnam</g:store_code><g:id>KETTLE-MO</g:id><g:availability>on_display_to_order</g:availability></item>
<item><g:store_code>seongsu</g:store_code><g:id>CUP</g:id><g:quantity>8</g:quantity></item>
<item><g:store_code>gangnam</g:store_code><g:id>NONE</g:id><g:quantity>5</g:quantity></item>
<item><g:store_code>nowhere</g:store_code><g:id>CUP</g:id><g:quantity>5</g:quantity></item>
<item><g:id>CUP</g:id><g:quantity>5</g:quantity></item>
";

#[tokio::test]
async fn a_feed_of_local_inventory_fills_the_shelves() {
    for feed in as_each_feed(SHELVES) {
        on_each_engine(async |test: &TestShop| {
            let report = take(test, Kind::Stock, &feed).await;
            assert_eq!(
                (report.rows, report.accepted, report.rejected),
                (10, 6, 4),
                "{:?}",
                rejected(&report)
            );
            assert_eq!(report.written["levels"], 6);
            test.shop.refresh_book().await.unwrap();
            for (store, sku, available) in [
                ("seongsu", "CUP", 7),
                ("seongsu", "KETTLE-MO", 0),
                ("seongsu", "KETTLE-MI", 1),
                ("gangnam", "CUP", 2),
                ("gangnam", "KETTLE-MI", 0),
                ("gangnam", "KETTLE-MO", 0),
            ] {
                assert_eq!(test.available(store, sku).await, available, "{store} {sku}");
            }
            let warned = |reason: &str| report.warned_by.keys().any(|(_, said)| said.contains(reason));
            assert!(warned("a quantity of what is out of stock") && warned("prices by store are not kept"));
            // The same again books nothing.
            let again = take(test, Kind::Stock, &feed).await;
            assert_eq!(again.rejected, 4, "{:?}", rejected(&again));
            assert_eq!(test.available("seongsu", "CUP").await, 7);
        })
        .await;
    }
}
