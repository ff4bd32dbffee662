//! Lists of products: what narrows them, and which variant then stands for its product.

use onshelf_db::{
    catalog::{self, PriceRow, ProductRow, VariantRow},
    meta,
};
use onshelf_shop::{
    Error, Viewer,
    catalog::Listed,
    testing::{TestShop, on_each_engine},
};
use onshelf_vocabulary::{
    Lang,
    catalog::{ListingQuery, ProductCard, Sort},
};

/// The milk-coloured kettle becomes dearer and gets a picture of its own; beside the fixture's products there is one
/// without variants, and a shelf of cups in another category.
async fn furnish(test: &TestShop) {
    let milk = test.key("seongsu", "KETTLE-MI").variant_id;
    let kettle = test.shop.db().write(move |mut tx| {
        Box::pin(async move {
            let price =
                |amount| PriceRow { variant_id: milk, currency: "KRW".to_owned(), amount, list_amount: None };
            catalog::upsert_prices(&mut tx, &[price(52_000)]).await?;
            let products = catalog::products(&mut tx).await?;
            let id = products.iter().find(|row| row.slug == "kettle").map_or(0, |row| row.id);
            let row = VariantRow {
                product_id: id,
                sku: "KETTLE-MI".to_owned(),
                options: r#"["milk"]"#.to_owned(),
                images: r#"[{"src":"/media/milk.webp","width":600,"height":600}]"#.to_owned(),
                position: 1,
                status: "active".to_owned(),
                ..VariantRow::default()
            };
            catalog::upsert_variants(&mut tx, &[row]).await?;
            let bare = |code: &str, category: Option<&str>| ProductRow {
                code: code.to_owned(),
                slug: code.to_owned(),
                name_ko: "찻잔 세트".to_owned(),
                name_en: "Tea cup set".to_owned(),
                brand_ko: "베틀집".to_owned(),
                brand_en: "Beteuljip".to_owned(),
                category: category.map(str::to_owned),
                attributes: "[]".to_owned(),
                options: "[]".to_owned(),
                images: "[]".to_owned(),
                tags: r#"["new"]"#.to_owned(),
                related: "[]".to_owned(),
                status: "active".to_owned(),
                ..ProductRow::default()
            };
            catalog::upsert_products(&mut tx, &[bare("bare", Some("kitchen"))]).await?;
            let elsewhere: Vec<ProductRow> = (0..30).map(|n| bare(&format!("set-{n}"), None)).collect();
            for (code, product_id) in catalog::upsert_products(&mut tx, &elsewhere).await? {
                let row = VariantRow {
                    product_id,
                    sku: code.to_uppercase(),
                    options: "[]".to_owned(),
                    images: "[]".to_owned(),
                    status: "active".to_owned(),
                    ..VariantRow::default()
                };
                let written = catalog::upsert_variants(&mut tx, &[row]).await?;
                let variant_id = written.first().map_or(0, |(_, id)| *id);
                catalog::upsert_prices(&mut tx, &[PriceRow { variant_id, ..price(12_000) }]).await?;
            }
            meta::touch_catalogue(&mut tx, 2).await?;
            Ok::<_, Error>(())
        })
    });
    kettle.await.unwrap();
    test.shop.refresh_book().await.unwrap();
}

fn list(test: &TestShop, query: ListingQuery) -> Vec<ProductCard> {
    let query = ListingQuery { page: 1, per_page: 100, ..query };
    let book = test.shop.book();
    let listing = test.shop.listing(&Viewer::new(Lang::En), &book, &query);
    listing.products.iter().map(Listed::in_words).collect()
}

fn kettles(cards: &[ProductCard]) -> Vec<(&str, i64, bool)> {
    let kettles = cards.iter().filter(|card| card.slug == "kettle");
    kettles.map(|card| (card.sku.as_str(), card.price.amount, card.asked_for)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_shows_the_variant_that_was_asked_for() {
    on_each_engine(async |test: &TestShop| {
        furnish(test).await;
        test.with_stock("seongsu", "KETTLE-MO", 2).await.with_stock("gangnam", "KETTLE-MI", 2).await;
        let plain = list(test, ListingQuery::default());
        assert_eq!(kettles(&plain), [("KETTLE-MO", 38_000, false)]);

        let milk = ListingQuery { options: vec!["colour:milk".to_owned()], ..ListingQuery::default() };
        let cards = list(test, milk.clone());
        assert_eq!(kettles(&cards), [("KETTLE-MI", 52_000, true)]);
        assert_eq!(cards[0].image.as_ref().unwrap().src, "/media/milk.webp");
        assert_eq!(cards[0].shelf.as_ref().unwrap().store, "gangnam");

        let dear = ListingQuery { price_from: Some(50_000), ..ListingQuery::default() };
        assert_eq!(kettles(&list(test, dear)), [("KETTLE-MI", 52_000, true)]);
        let here = ListingQuery { in_stock_at: Some("gangnam".to_owned()), ..ListingQuery::default() };
        assert_eq!(kettles(&list(test, here)), [("KETTLE-MI", 52_000, true)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_shows_the_newest_products_that_stand_on_its_own_shelves() {
    on_each_engine(async |test: &TestShop| {
        furnish(test).await;
        test.with_stock("seongsu", "CUP", 2).await.with_stock("seongsu", "SET-3", 1).await;
        test.with_stock("gangnam", "KETTLE-MO", 3).await;
        let new = |store: &str| -> Vec<String> {
            let book = test.shop.book();
            let here = book.stores.by_code(store).unwrap();
            let listed = test.shop.newest_at(&Viewer::new(Lang::En), &book, here, 8);
            let own = |one: &Listed<'_>| one.shelf.as_ref().is_some_and(|shelf| shelf.store() == store);
            assert!(listed.iter().all(own), "{store}: numbers are its own");
            listed.iter().map(|one| one.slug().to_owned()).collect()
        };
        // The sets are new; the cup is not, but stands there, too.
        assert_eq!(new("seongsu"), ["set-3", "cup"]);
        assert_eq!(new("gangnam"), ["kettle"]);
        test.reserve("01012345678", "seongsu", &[("SET-3", 1)]).await.unwrap();
        test.shop.catch_up().await.unwrap();
        assert_eq!(new("seongsu"), ["cup"], "what is gone is not shown as new");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_variant_must_meet_all_the_wishes() {
    on_each_engine(async |test: &TestShop| {
        furnish(test).await;
        test.with_stock("seongsu", "KETTLE-MO", 2).await;
        // An address can name the same twice.
        let milk = || vec!["colour:milk".to_owned(); 2];
        let cheap = ListingQuery { options: milk(), price_to: Some(40_000), ..ListingQuery::default() };
        assert!(list(test, cheap).is_empty(), "the cheap one is not milk-coloured");
        let here = ListingQuery {
            options: milk(),
            in_stock_at: Some("seongsu".to_owned()),
            ..ListingQuery::default()
        };
        assert!(list(test, here.clone()).is_empty(), "the one on the shelf is not milk-coloured");
        let book = test.shop.book();
        let facets = test.shop.listing(&Viewer::new(Lang::En), &book, &here).facets;
        let colours: Vec<_> = facets
            .iter()
            .filter(|facet| facet.name == "option")
            .flat_map(|facet| facet.values.iter().map(|value| (value.value, value.count)))
            .collect();
        assert_eq!(
            colours,
            [("colour:milk", 0), ("colour:moss", 1)],
            "a facet counts what its values would leave, and keeps what was chosen"
        );
    })
    .await;
}

/// What is counted from the columns and what is counted by looking at every variant is the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_wish_that_everything_meets_changes_no_count() {
    on_each_engine(async |test: &TestShop| {
        furnish(test).await;
        for text in ["", "set", "kettle"] {
            let plain = ListingQuery { text: text.to_owned(), ..ListingQuery::default() };
            let met = ListingQuery { price_from: Some(0), ..plain.clone() };
            let counts = |query: &ListingQuery| {
                let book = test.shop.book();
                let listing = test.shop.listing(&Viewer::new(Lang::En), &book, query);
                let values = listing.facets.iter().flat_map(|facet| &facet.values);
                let counts: Vec<_> = values.map(|value| (value.value.to_owned(), value.count)).collect();
                (listing.total, counts)
            };
            let (total, facets) = counts(&plain);
            assert_eq!((total, &facets), (counts(&met).0, &counts(&met).1), "{text:?}");
            assert!(total > 0, "{text:?}");
            assert!(text == "set" || facets.contains(&("colour:moss".to_owned(), 1)), "{facets:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_chosen_has_its_name_where_nothing_is_left() {
    on_each_engine(async |test: &TestShop| {
        furnish(test).await;
        let brands = vec!["Beteuljip".to_owned(); 2];
        let nothing = ListingQuery { brands, price_to: Some(1), ..ListingQuery::default() };
        let book = test.shop.book();
        let listing = test.shop.listing(&Viewer::new(Lang::Ko), &book, &nothing);
        assert_eq!(listing.total, 0);
        let kept: Vec<_> = listing
            .facets
            .iter()
            .filter(|facet| facet.name == "brand")
            .flat_map(|facet| facet.values.iter())
            .map(|value| (value.label, value.count, value.selected))
            .collect();
        assert_eq!(kept, [("베틀집", 0, true)]);
        assert_eq!(book.catalogue.brand_label(Lang::Ko, "Beteuljip"), Some("베틀집"));
        assert!(book.catalogue.value_label(Lang::Ko, "colour:milk").is_some_and(|label| label != "milk"));
        assert_eq!(book.catalogue.brand_label(Lang::Ko, "Nobody"), None);
        assert_eq!(book.catalogue.value_label(Lang::Ko, "colour:nothing"), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_by_price_is_the_one_that_is_seen() {
    on_each_engine(async |test: &TestShop| {
        furnish(test).await;
        test.with_stock("seongsu", "KETTLE-MI", 2).await;
        for sort in [Sort::PriceUp, Sort::PriceDown] {
            let cards = list(test, ListingQuery { sort, ..ListingQuery::default() });
            let prices: Vec<i64> = cards.iter().map(|card| card.price.amount).collect();
            let mut ordered = prices.clone();
            ordered.sort_unstable();
            if sort == Sort::PriceDown {
                ordered.reverse();
            }
            assert_eq!(prices, ordered, "{sort:?}");
            assert!(prices.contains(&52_000), "the kettle that is there is shown: {prices:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_within_a_category_finds_what_others_would_crowd_out() {
    on_each_engine(async |test: &TestShop| {
        furnish(test).await;
        let cups = ListingQuery {
            text: "tea cup".to_owned(),
            category: Some("kitchen".to_owned()),
            ..ListingQuery::default()
        };
        let (book, viewer) = (test.shop.book(), Viewer::new(Lang::En));
        let found = test.shop.listing(&viewer, &book, &ListingQuery { per_page: 5, ..cups.clone() });
        assert_eq!((found.total, found.products[0].slug()), (1, "cup"));
        let anywhere = ListingQuery { category: None, ..cups };
        assert_eq!(test.shop.listing(&viewer, &book, &anywhere).total, 31);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_without_variants_breaks_no_page() {
    on_each_engine(async |test: &TestShop| {
        furnish(test).await;
        let viewer = Viewer::new(Lang::Ko);
        assert!(list(test, ListingQuery::default()).iter().all(|card| card.slug != "bare"));
        let book = test.shop.book();
        let named = test.shop.products_named(&viewer, &book, &["bare", "cup"]);
        assert!(named.iter().all(|one| one.slug() == "cup"));
        assert!(test.shop.product_page(&viewer, "bare", None).is_err());
        assert!(test.shop.newest(&viewer, &book, 100).iter().all(|one| one.slug() != "bare"));
    })
    .await;
}
