//! Walking through a list page by page while the catalogue and the shelves change: what stays is met once.

use onshelf_db::{
    catalog::{self, PriceRow, ProductRow, VariantRow},
    meta,
};
use onshelf_shop::{
    Error, Viewer,
    catalog::Shown,
    testing::{TestShop, on_each_engine},
};
use onshelf_vocabulary::{Lang, catalog::ListingQuery};

const BOWLS: [usize; 20] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];

/// Bowls by number, with their position in the catalogue and their status; those that are there already change.
async fn put(test: &TestShop, bowls: &[(usize, i64, &'static str)]) {
    let bowls = bowls.to_vec();
    let written = test.shop.db().write(move |mut tx| {
        let bowls = bowls.clone();
        Box::pin(async move {
            for (number, position, status) in bowls {
                let slug = slug(number);
                let row = ProductRow {
                    code: slug.clone(),
                    slug: slug.clone(),
                    name_ko: "사발".to_owned(),
                    name_en: "Bowl".to_owned(),
                    attributes: "[]".to_owned(),
                    options: "[]".to_owned(),
                    images: "[]".to_owned(),
                    tags: "[]".to_owned(),
                    related: "[]".to_owned(),
                    status: status.to_owned(),
                    position,
                    ..ProductRow::default()
                };
                let ids = catalog::upsert_products(&mut tx, &[row]).await?;
                let row = VariantRow {
                    product_id: ids.first().map_or(0, |(_, id)| *id),
                    sku: slug.to_uppercase(),
                    options: "[]".to_owned(),
                    images: "[]".to_owned(),
                    status: "active".to_owned(),
                    ..VariantRow::default()
                };
                let ids = catalog::upsert_variants(&mut tx, &[row]).await?;
                let variant_id = ids.first().map_or(0, |(_, id)| *id);
                let currency = "KRW".to_owned();
                let price = PriceRow { variant_id, currency, amount: 9_000, list_amount: None };
                catalog::upsert_prices(&mut tx, &[price]).await?;
            }
            meta::touch_catalogue(&mut tx, 2).await?;
            Ok::<_, Error>(())
        })
    });
    written.await.unwrap();
    test.shop.refresh_book().await.unwrap();
}

fn slug(number: usize) -> String {
    format!("bowl-{number:02}")
}

async fn furnish(test: &TestShop) {
    let bowls: Vec<_> = BOWLS.iter().map(|n| (*n, 100 + 10 * i64::try_from(*n).unwrap(), "active")).collect();
    put(test, &bowls).await;
}

/// Slugs of bowls on the next page, and how far that is.
fn page(test: &TestShop, query: &ListingQuery, shown: Option<Shown>) -> (Vec<String>, Option<Shown>) {
    let query = ListingQuery { per_page: 4, ..query.clone() };
    let book = test.shop.book();
    let (listing, next) = test.shop.listing_after(&Viewer::new(Lang::En), &book, &query, shown);
    let slugs = listing.products.iter().map(|listed| listed.slug().to_owned());
    (slugs.filter(|slug| slug.starts_with("bowl")).collect(), next)
}

/// The whole walk; `between` comes before each page but the first.
async fn walk(test: &TestShop, query: &ListingQuery, between: impl AsyncFn(usize, &[String])) -> Vec<String> {
    let (mut met, mut shown) = page(test, query, None);
    let mut pages = 1;
    while shown.is_some() {
        between(pages, &met).await;
        let (more, next) = page(test, query, shown);
        met.extend(more);
        shown = next;
        pages += 1;
        assert!(pages < 40, "a walk that does not end");
    }
    met
}

fn expect_once(met: &[String], bowls: impl Iterator<Item = usize>) {
    for bowl in bowls {
        let times = met.iter().filter(|slug| **slug == self::slug(bowl)).count();
        assert_eq!(times, 1, "bowl {bowl} in {met:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_meets_everything_that_stays_while_the_catalogue_changes() {
    on_each_engine(async |test: &TestShop| {
        furnish(test).await;
        let all = ListingQuery::default();
        assert_eq!(walk(test, &all, async |_, _| {}).await.len(), BOWLS.len());
        let met = walk(test, &all, async |pages, met| match pages {
            // One comes before everything, and the one that was shown last goes.
            2 => {
                let last: usize = met.last().unwrap()["bowl-".len()..].parse().unwrap();
                put(test, &[(50, 1, "active"), (last, 0, "draft")]).await;
            }
            // One comes further on.
            3 => put(test, &[(51, 275, "active")]).await,
            _ => {}
        })
        .await;
        expect_once(&met, BOWLS.into_iter().chain([51]));
        assert!(!met.contains(&slug(50)), "what came before was not looked at again: {met:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_over_what_is_in_stock_leaves_nothing_out_when_things_sell_out() {
    on_each_engine(async |test: &TestShop| {
        furnish(test).await;
        for bowl in BOWLS {
            test.with_stock("seongsu", &slug(bowl).to_uppercase(), 1).await;
        }
        for text in ["", "bowl"] {
            let here = ListingQuery {
                text: text.to_owned(),
                in_stock_at: Some("seongsu".to_owned()),
                ..ListingQuery::default()
            };
            // The last that was shown and another one are sold before the next page.
            let sold = std::sync::Mutex::new(Vec::new());
            let met = walk(test, &here, async |pages, met| {
                let gone = [met[met.len() - 1].clone(), met[met.len() - 3].clone()];
                for (number, slug) in gone.iter().enumerate() {
                    let phone = format!("0101234{:04}", pages * 10 + number + text.len() * 100);
                    test.reserve(&phone, "seongsu", &[(slug.to_uppercase().as_str(), 1)]).await.unwrap();
                }
                test.shop.catch_up().await.unwrap();
                sold.lock().unwrap().extend(gone);
            })
            .await;
            expect_once(&met, BOWLS.into_iter());
            for slug in sold.into_inner().unwrap() {
                test.with_stock("seongsu", &slug.to_uppercase(), 1).await;
            }
        }
    })
    .await;
}
