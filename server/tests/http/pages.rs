//! Kept pages: never older than the shop, never anybody else's.

use std::time::Duration;

use axum::{Router, http::header};
use onshelf_shop::testing::{TestShop, on_each_engine};

use crate::call::{Answer, Call, options, site, site_with};

async fn cup(site: &Router) -> Answer {
    let answer = Call::get("/p/cup").on(site).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

/// The page as it would be if no page were kept, byte for byte.
async fn is_of_the_moment(test: &TestShop, site: &Router, path: &str, cookie: &str) -> String {
    let mut bare = options();
    bare.limits.kept_pages = 0;
    let fresh = Call::get(path).with("cookie", cookie).on(&site_with(test, bare)).await.text();
    for _ in 0..2 {
        let kept = Call::get(path).with("cookie", cookie).on(site).await.text();
        assert_eq!(kept, fresh, "{path} for {cookie:?}");
    }
    fresh
}

#[tokio::test]
async fn a_reload_shows_the_stock_of_the_moment() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        let first = cup(&site).await;
        assert!(first.text().contains(r#"data-stock="CUP@seongsu">3</span>"#), "{}", first.text());
        let again = cup(&site).await;
        assert_eq!(again.header(header::ETAG), first.header(header::ETAG));
        // Each way a number can change: more came, somebody reserved, the reservation ran out.
        test.with_stock("seongsu", "CUP", 4).await;
        assert!(is_of_the_moment(test, &site, "/p/cup", "").await.contains(">7</span>"));
        test.reserve("01012345678", "seongsu", &[("CUP", 2)]).await.unwrap();
        test.shop.catch_up().await.unwrap();
        assert!(is_of_the_moment(test, &site, "/p/cup", "").await.contains(">5</span>"));
        assert!(is_of_the_moment(test, &site, "/products", "").await.contains(">5</span>"));
        test.clock.advance(Duration::from_secs(5 * 86_400));
        assert!(is_of_the_moment(test, &site, "/p/cup", "").await.contains(">7</span>"));
        assert!(is_of_the_moment(test, &site, "/category/kitchen", "").await.contains(">7</span>"));
    })
    .await;
}

#[tokio::test]
async fn times_on_a_kept_page_are_no_older_than_a_minute() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        for seconds in [0, 61, 600, 7_200, 40_000] {
            test.clock.advance(Duration::from_secs(seconds));
            is_of_the_moment(test, &site, "/p/cup", "").await;
            is_of_the_moment(test, &site, "/stores/seongsu", "store=seongsu").await;
        }
    })
    .await;
}

#[tokio::test]
async fn every_number_says_how_old_it_is_and_when_it_can_be_ready() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await.with_stock("gangnam", "CUP", 2).await;
        test.clock.advance(Duration::from_secs(3 * 86_400));
        test.shop.catch_up().await.unwrap();
        let site = site(test);
        for path in [
            "/",
            "/p/cup",
            "/products",
            "/category/kitchen",
            "/search?q=cup",
            "/stores/seongsu",
            "/stores?sku=CUP",
            "/basket",
        ] {
            let page = Call::get(path).with("cookie", "store=seongsu; basket=CUP:1").on(&site).await.text();
            let numbers = page.matches("data-stock=").count();
            let ages = page.matches(">3일 전</time>").count();
            // A store that is offered for the basket has an age and no number of its own.
            let covers = page.matches("cover-about").count();
            assert!(numbers > 0, "{path}: {page}");
            assert_eq!(ages, numbers + covers, "{path}: {page}");
            assert!(page.contains("12:30 준비"), "{path}: {page}");
        }
    })
    .await;
}

#[tokio::test]
async fn everybody_gets_their_own_store_place_and_number() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        test.with_stock("gangnam", "CUP", 1).await;
        let site = site(test);
        let visitors = [
            "",
            "store=gangnam",
            "store=seongsu",
            "store=gangnam; basket=CUP:1",
            "store=gangnam; basket=CUP:2",
            "basket=CUP:1,KETTLE-MO:2",
            "near=37.498%2C127.028%2C%EC%97%AD%EC%82%BC",
            "near=37.498%2C127.028%2C%3Cb%3E",
            "staff=somebody",
        ];
        for path in ["/", "/en", "/p/cup", "/en/p/cup", "/products", "/search?q=cup", "/stores", "/p/none"] {
            for cookie in visitors {
                is_of_the_moment(test, &site, path, cookie).await;
            }
        }
        let busy = Call::get("/p/cup").with("cookie", "basket=CUP:2").on(&site).await;
        assert!(busy.text().contains("장바구니, 2개"));
        assert!(busy.header(header::SET_COOKIE).is_empty());
        assert_eq!(busy.header(header::CACHE_CONTROL), "private, no-cache");
    })
    .await;
}

#[tokio::test]
async fn a_new_catalogue_ends_the_old_pages() {
    on_each_engine(async |test| {
        let site = site(test);
        let before = cup(&site).await.text();
        let now = test.shop.now_ms();
        let touch = test.shop.db().write(move |mut tx| {
            Box::pin(async move {
                let price = onshelf_db::catalog::PriceRow {
                    variant_id: onshelf_db::catalog::variant_ids(&mut tx, &["CUP"]).await?[0].1,
                    currency: "KRW".to_owned(),
                    amount: 9_900,
                    list_amount: None,
                };
                onshelf_db::catalog::upsert_prices(&mut tx, &[price]).await?;
                let renamed = onshelf_db::catalog::CategoryRow {
                    slug: "kitchen".to_owned(),
                    name_ko: "주방".to_owned(),
                    name_en: "Kitchen".to_owned(),
                    ..onshelf_db::catalog::CategoryRow::default()
                };
                onshelf_db::catalog::upsert_categories(&mut tx, &[renamed]).await?;
                onshelf_db::meta::touch_catalogue(&mut tx, now).await?;
                Ok::<_, onshelf_db::Error>(())
            })
        });
        touch.await.unwrap();
        assert!(test.shop.refresh_book().await.unwrap());
        let after = is_of_the_moment(test, &site, "/p/cup", "").await;
        assert!(after.contains("9,900") && !before.contains("9,900"));
        let elsewhere = is_of_the_moment(test, &site, "/stores", "").await;
        assert!(
            elsewhere.contains("주방") && !elsewhere.contains("부엌"),
            "the ways are those of the new book"
        );
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_has_the_page_is_told_so() {
    on_each_engine(async |test| {
        let site = site(test);
        let first = Call::get("/p/cup").with("accept-encoding", "br").on(&site).await;
        assert_eq!(first.header(header::CONTENT_ENCODING), "br");
        assert_eq!(first.header(header::VARY), "accept-encoding, cookie");
        let etag = first.header(header::ETAG).to_owned();
        let again = |tag: String| {
            Call::get("/p/cup").with("accept-encoding", "br").with("if-none-match", &tag).on(&site)
        };
        for tag in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}")] {
            let answer = again(tag).await;
            assert_eq!((answer.status.as_u16(), answer.body.len()), (304, 0));
            assert_eq!(answer.header(header::ETAG), etag);
            assert!(!answer.header(header::CONTENT_SECURITY_POLICY).is_empty());
        }
        assert_eq!(again("\"other\"".to_owned()).await.status, 200);
        // Another coding is another page, and each request has an id of its own.
        let plain = cup(&site).await;
        assert!(plain.text().contains("찻잔") && plain.header(header::ETAG) != etag);
        assert_ne!(plain.header("x-request-id"), cup(&site).await.header("x-request-id"));
        let gzip = Call::get("/p/cup").with("accept-encoding", "gzip").on(&site).await;
        assert_eq!(gzip.header(header::CONTENT_ENCODING), "gzip");
    })
    .await;
}

#[tokio::test]
async fn an_emptied_basket_has_no_line() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        let line = async |query: &str, cookie: &str| {
            let path = format!("/en/basket/strip{query}");
            let answer = Call::get(&path).with("cookie", cookie).on(&site).await;
            (answer.status.as_u16(), answer.text())
        };
        for query in ["", "?with=CUP"] {
            assert_eq!(line(query, "basket=").await, (204, String::new()));
            let (status, text) = line(query, "basket=CUP:1").await;
            assert!(status == 200 && text.contains("all at Seongsu"), "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_shelves_of_another_place_bring_what_the_heading_says_of_it() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        for path in ["/p/cup", "/p/cup/shelves?sku=CUP"] {
            for (near, words) in
                [("%EC%97%AD%EC%82%BC", ">역삼에서 가까운 순서예요</"), ("", ">가까운 곳에서 찾기</")]
            {
                let cookie = format!("near=37.498%2C127.028%2C{near}");
                let page = Call::get(path).with("cookie", &cookie).on(&site).await.text();
                assert!(page.contains(words), "{path} {words}: {page}");
            }
        }
    })
    .await;
}
