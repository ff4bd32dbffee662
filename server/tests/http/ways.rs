//! The ways through the shop: every page names them and says where it lies, and an address where nothing is leads on.

use onshelf_shop::testing::on_each_engine;

use crate::call::{Call, site};

#[tokio::test]
async fn a_page_says_where_it_lies() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        for (path, here) in [
            ("/category/kitchen", r#"<a href="/category/kitchen" aria-current="page">"#),
            ("/p/cup", r#"<a href="/category/kitchen" aria-current="true">"#),
            ("/en/p/cup", r#"<a href="/en/category/kitchen" aria-current="true">"#),
            ("/stores", r#"<a href="/stores" aria-current="page">"#),
            ("/en/stores/seongsu", r#"<a href="/en/stores" aria-current="true">"#),
        ] {
            let page = Call::get(path).on(&site).await.text();
            assert_eq!(page.matches(here).count(), 2, "{path}: once in the row and once in the menu\n{page}");
        }
        let home = Call::get("/").on(&site).await.text();
        assert!(home.contains(r#"<a href="/category/kitchen">부엌</a>"#), "{home}");
        assert!(!home.contains("aria-current"), "{home}");
    })
    .await;
}

#[tokio::test]
async fn one_thing_to_do_is_not_disturbed_but_never_without_the_menu() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        for (path, row) in [
            ("/reserve?sku=CUP&store=seongsu&quantity=1", false),
            ("/en/checkout?sku=CUP&store=seongsu&quantity=1", false),
            ("/reservations", true),
        ] {
            let page = Call::get(path).on(&site).await.text();
            assert_eq!(page.contains(r#"class="aisles""#), row, "{path}");
            assert!(page.contains(r#"id="menu""#), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_store_of_which_nothing_is_shown_has_no_empty_row() {
    on_each_engine(async |test| {
        let home = async || Call::get("/").with("cookie", "store=seongsu").on(&site(test)).await.text();
        assert!(!home().await.contains("선반에 지금"));
        test.with_stock("seongsu", "CUP", 3).await;
        assert!(home().await.contains("선반에 지금"));
    })
    .await;
}

#[tokio::test]
async fn where_nothing_is_there_are_ways_on() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        for (path, says, leads) in [
            ("/p/nothing", "이 상품은 선반에 없어요", "/category/kitchen"),
            ("/en/p/nothing", "This product is not on our shelves", "/en/category/kitchen"),
            ("/category/nothing", "이 분류는 이제 없어요", "/category/kitchen"),
            ("/stores/nothing", "이 매장을 찾지 못했어요", "/stores/seongsu"),
            ("/en/stores/nothing", "We have no store here", "/en/stores/seongsu"),
            ("/nowhere", "찾으시는 페이지가 없거나", "/p/cup"),
            ("/reservations/R-0000-0000", "픽업 코드나 주문할 때 적은 연락처", "/reservations"),
        ] {
            let answer = Call::get(path).on(&site).await;
            let page = answer.text();
            assert_eq!(answer.status, 404, "{path}");
            let main = page.split_once("<main").map(|(_, rest)| rest.to_owned()).unwrap();
            assert!(main.contains(says), "{path}\n{main}");
            assert!(main.contains(&format!("href=\"{leads}\"")), "{path} leads to {leads}\n{main}");
        }
        // Words to search with, unless it is an order that is looked for.
        let search = |page: &str| page.matches(r#"name="q""#).count();
        assert_eq!(search(&Call::get("/p/nothing").on(&site).await.text()), 2);
        assert_eq!(search(&Call::get("/reservations/R-0000-0000").on(&site).await.text()), 1);
    })
    .await;
}

/// The last one may go while the page is open, or the first come: both ways on are there, and the level decides.
#[tokio::test]
async fn a_shelf_in_the_panel_has_a_way_on_whether_it_has_any_or_not() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await.with_stock("gangnam", "CUP", 1).await;
        let page = Call::get("/p/cup").with("cookie", "store=seongsu").on(&site(test)).await.text();
        let row = page.split_once(r#"class="row""#).and_then(|(_, rest)| rest.split_once("</li>")).unwrap().0;
        for part in [r#"row-go when-have""#, ">12:30 준비<", r#"row-go row-see when-out""#, ">매장 보기</a>"]
        {
            assert!(row.contains(part), "{part} in {row}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_empty_shelf_leads_to_something_like_it_that_is_there() {
    on_each_engine(async |test| {
        let page = Call::get("/p/cup").on(&site(test)).await.text();
        assert!(page.contains(r##"href="#related""##) && page.contains(r#"id="related""#), "{page}");
    })
    .await;
}
