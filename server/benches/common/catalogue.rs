//! A shop of the products in the shared file, with their own names, brands and categories.

use std::collections::{BTreeSet, HashMap};

use onshelf_db::{
    Db,
    catalog::{self, CategoryRow, PriceRow, ProductRow, VariantRow},
    stock::{self, LevelRow},
    stores,
};
use onshelf_shop::Shop;

use super::{
    data::Row as Product,
    shop::{self, CHUNK},
};

/// Stores of the chain: the nth product of the file stands on the shelf of the store whose number is the rest of n.
pub const STORES: usize = 10;

/// On an empty database; the nth product is sold as the nth SKU.
pub async fn open(url: &str, products: &[Product]) -> Shop {
    let db = Db::open(url).await.unwrap();
    shop::fill_stores(&db, STORES, shop::LAND).await;
    let mut reader = db.reader().await.unwrap();
    let stores = stores::stores(&mut reader.tx()).await.unwrap();
    drop(reader);
    let stores: Vec<i64> = stores.into_iter().map(|store| store.id).collect();
    fill_categories(&db, products).await;
    for (chunk, products) in products.chunks(CHUNK).enumerate() {
        fill_products(&db, chunk * CHUNK, products, &stores).await;
    }
    shop::finish_catalogue(&db).await;
    shop::open_still(db).await
}

async fn fill_categories(db: &Db, products: &[Product]) {
    let numbers: BTreeSet<&str> = products.iter().map(|product| product.category.as_str()).collect();
    let row = |number: &str| CategoryRow {
        slug: category(number),
        name_en: number.to_owned(),
        ..CategoryRow::default()
    };
    let rows: Vec<CategoryRow> = numbers.into_iter().map(row).collect();
    shop::write(db, move |mut tx| {
        let rows = rows.clone();
        Box::pin(async move { catalog::upsert_categories(&mut tx, &rows).await })
    })
    .await;
}

/// Products from this number on, each with a variant, its price, and some of it in one store.
async fn fill_products(db: &Db, first: usize, products: &[Product], stores: &[i64]) {
    let rows: Vec<ProductRow> =
        (first..).zip(products).map(|(number, product)| product_row(number, product)).collect();
    let gtins: Vec<String> = products.iter().map(|product| product.gtin.clone()).collect();
    let stores = stores.to_vec();
    shop::write(db, move |mut tx| {
        let (rows, gtins, stores) = (rows.clone(), gtins.clone(), stores.clone());
        Box::pin(async move {
            let ids = by_name(catalog::upsert_products(&mut tx, &rows).await?);
            let variants: Vec<VariantRow> = (first..)
                .zip(gtins)
                .map(|(number, gtin)| variant_row(number, gtin, ids[&code(number)]))
                .collect();
            let ids = by_name(catalog::upsert_variants(&mut tx, &variants).await?);
            let sold: Vec<i64> =
                (first..first + variants.len()).map(|number| ids[&shop::sku(number)]).collect();
            let prices: Vec<PriceRow> = sold.iter().map(|id| price_row(*id)).collect();
            catalog::upsert_prices(&mut tx, &prices).await?;
            let levels: Vec<LevelRow> = (first..)
                .zip(&sold)
                .map(|(number, id)| shop::level(stores[number % stores.len()], *id, 5))
                .collect();
            stock::stock_up(&mut tx, &levels, shop::RECEIVED).await
        })
    })
    .await;
}

fn by_name(written: Vec<(String, i64)>) -> HashMap<String, i64> {
    written.into_iter().collect()
}

fn category(number: &str) -> String {
    format!("category-{number}")
}

fn code(number: usize) -> String {
    format!("product-{number}")
}

/// A list without anything in it, as JSON.
fn nothing() -> String {
    "[]".to_owned()
}

fn product_row(number: usize, product: &Product) -> ProductRow {
    ProductRow {
        code: code(number),
        slug: code(number),
        name_en: product.name.clone(),
        brand_en: product.brand.clone(),
        category: Some(category(&product.category)),
        attributes: nothing(),
        options: nothing(),
        images: nothing(),
        tags: nothing(),
        related: nothing(),
        status: "active".to_owned(),
        position: number as i64,
        ..ProductRow::default()
    }
}

fn variant_row(number: usize, gtin: String, product_id: i64) -> VariantRow {
    VariantRow {
        product_id,
        sku: shop::sku(number),
        gtin: Some(gtin),
        options: nothing(),
        images: nothing(),
        status: "active".to_owned(),
        ..VariantRow::default()
    }
}

fn price_row(variant_id: i64) -> PriceRow {
    PriceRow {
        variant_id,
        currency: "KRW".to_owned(),
        amount: 1_000 + variant_id % 90 * 1_000,
        list_amount: None,
    }
}
