//! Products, variants, prices, categories: written in batches by imports, read whole into the shop's snapshot.

use std::collections::HashSet;

use sqlx::{FromRow, QueryBuilder, postgres::PgRow};

use crate::{
    Error, Tx,
    engine::on,
    renewal::{Renewed, renew},
};

/// A product as stored. Lists and localised parts are JSON; times are Unix milliseconds.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct ProductRow {
    pub id: i64,
    /// The operator's own id, what an import recognises it by.
    pub code: String,
    pub slug: String,
    pub name_ko: String,
    pub name_en: String,
    pub brand_ko: String,
    pub brand_en: String,
    /// Slug of its category.
    pub category: Option<String>,
    pub description_ko: String,
    pub description_en: String,
    /// `[{"name":{ko,en},"value":{ko,en}}]`
    pub attributes: String,
    /// `[{"name":{ko,en},"values":[{"code","ko","en","swatch"?}]}]`
    pub options: String,
    /// `[{"src","width","height"}]`
    pub images: String,
    /// `["new", …]`
    pub tags: String,
    /// Slugs.
    pub related: String,
    pub status: String,
    pub position: i64,
    pub created_at: i64,
}

/// A variant: what is priced, stocked and held.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct VariantRow {
    pub id: i64,
    pub product_id: i64,
    pub sku: String,
    pub gtin: Option<String>,
    /// Codes of its option values, in the product's order.
    pub options: String,
    pub images: String,
    pub position: i64,
    pub status: String,
}

/// What one variant costs in one currency, in minor units; `list_amount` is what it is lowered from.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PriceRow {
    pub variant_id: i64,
    pub currency: String,
    pub amount: i64,
    pub list_amount: Option<i64>,
}

/// A category of the tree, in both languages.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct CategoryRow {
    pub id: i64,
    pub slug: String,
    pub name_ko: String,
    pub name_en: String,
    pub note_ko: String,
    pub note_en: String,
    /// Slug of the one above.
    pub parent: Option<String>,
    pub position: i64,
}

/// Where a variant is at home.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct HomeRow {
    pub sku: String,
    /// Its product's.
    pub code: String,
    /// How many the product has of them.
    pub variants: i64,
}

/// A variant that is sold, with what its product can be chosen by.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StandingRow {
    pub code: String,
    /// The product's, as in [`ProductRow`].
    pub known: String,
    pub sku: String,
    /// The variant's, as in [`VariantRow`].
    pub chosen: String,
}

/// What bringing a product up to date sets. It keeps its address: links to it live outside.
pub const PRODUCT_COLUMNS: &[&str] = &[
    "name_ko",
    "name_en",
    "brand_ko",
    "brand_en",
    "category",
    "description_ko",
    "description_en",
    "attributes",
    "options",
    "images",
    "tags",
    "related",
    "status",
    "position",
];

/// What bringing a variant up to date sets; its SKU names it.
pub const VARIANT_COLUMNS: &[&str] = &["product_id", "gtin", "options", "images", "position", "status"];

/// Rows of one INSERT, well below both engines' limits on bound values.
const CHUNK: usize = 500;

/// All of them, in the order they are shown in.
pub async fn products(tx: &mut Tx<'_>) -> Result<Vec<ProductRow>, Error> {
    let sql = "SELECT * FROM products ORDER BY position, id";
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await)?)
}

/// All of them, those of one product together and in its order.
pub async fn variants(tx: &mut Tx<'_>) -> Result<Vec<VariantRow>, Error> {
    let sql = "SELECT * FROM variants ORDER BY product_id, position, id";
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await)?)
}

/// All of them, by variant.
pub async fn prices(tx: &mut Tx<'_>) -> Result<Vec<PriceRow>, Error> {
    let sql = "SELECT * FROM prices ORDER BY variant_id, currency";
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await)?)
}

/// All of them, in the order they are shown in.
pub async fn categories(tx: &mut Tx<'_>) -> Result<Vec<CategoryRow>, Error> {
    let sql = "SELECT * FROM categories ORDER BY position, id";
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await)?)
}

/// Ids of these SKUs; those that do not exist are missing from the answer.
pub async fn variant_ids(tx: &mut Tx<'_>, skus: &[&str]) -> Result<Vec<(String, i64)>, Error> {
    ids(tx, "SELECT sku, id FROM variants WHERE sku IN (", skus).await
}

/// Ids of the variants that have these GTINs, with the GTIN as shown; several may have the same.
pub async fn variants_by_gtin(tx: &mut Tx<'_>, gtins: &[&str]) -> Result<Vec<(String, i64)>, Error> {
    ids(tx, "SELECT gtin, id FROM variants WHERE gtin IN (", gtins).await
}

/// Ids of products by their codes; those that do not exist are missing from the answer.
async fn product_ids(tx: &mut Tx<'_>, codes: &[&str]) -> Result<Vec<(String, i64)>, Error> {
    ids(tx, "SELECT code, id FROM products WHERE code IN (", codes).await
}

/// Codes of those of these products that have a price, with their ids.
pub async fn priced(tx: &mut Tx<'_>, codes: &[&str]) -> Result<Vec<(String, i64)>, Error> {
    let sql = "
      SELECT p.code, p.id FROM products p
      WHERE EXISTS (SELECT 1 FROM variants v JOIN prices c ON c.variant_id = v.id WHERE v.product_id = p.id)
        AND p.code IN (";
    ids(tx, sql, codes).await
}

/// Codes of those of these products that are drafts and have no price, with their ids.
pub async fn unpriced_drafts(tx: &mut Tx<'_>, codes: &[&str]) -> Result<Vec<(String, i64)>, Error> {
    let sql = "
      SELECT p.code, p.id FROM products p
      WHERE p.status = 'draft'
        AND NOT EXISTS (SELECT 1 FROM variants v JOIN prices c ON c.variant_id = v.id
                        WHERE v.product_id = p.id)
        AND p.code IN (";
    ids(tx, sql, codes).await
}

async fn ids(tx: &mut Tx<'_>, sql: &str, names: &[&str]) -> Result<Vec<(String, i64)>, Error> {
    named(tx, sql, names).await
}

/// What a query that ends with `IN (` answers for so many names.
async fn named<T>(tx: &mut Tx<'_>, sql: &str, names: &[&str]) -> Result<Vec<T>, Error>
where
    T: Send + Unpin + for<'r> FromRow<'r, onshelf_sqlite::Row> + for<'r> FromRow<'r, PgRow>,
{
    let mut found = Vec::with_capacity(names.len());
    for chunk in names.chunks(CHUNK) {
        let rows: Vec<T> = on!(tx, conn: E => {
            let mut query = QueryBuilder::<E>::new(sql);
            let mut list = query.separated(", ");
            for name in chunk {
                list.push_bind(*name);
            }
            query.push(")");
            query.build_query_as().fetch_all(conn).await
        })?;
        found.extend(rows);
    }
    Ok(found)
}

/// Where these SKUs are at home; those that do not exist are missing from the answer.
pub async fn homes(tx: &mut Tx<'_>, skus: &[&str]) -> Result<Vec<HomeRow>, Error> {
    let sql = "
      SELECT v.sku, p.code, (SELECT COUNT(*) FROM variants o WHERE o.product_id = p.id) AS variants
      FROM variants v JOIN products p ON p.id = v.product_id WHERE v.sku IN (";
    named(tx, sql, skus).await
}

/// The variants of these products that are sold.
pub async fn standing(tx: &mut Tx<'_>, codes: &[&str]) -> Result<Vec<StandingRow>, Error> {
    let sql = "
      SELECT p.code, p.options AS known, v.sku, v.options AS chosen
      FROM products p JOIN variants v ON v.product_id = p.id WHERE v.status = 'active' AND p.code IN (";
    named(tx, sql, codes).await
}

/// The names that a write did not answer.
fn missing<'n>(names: impl Iterator<Item = &'n str>, written: &[(String, i64)]) -> Vec<&'n str> {
    let written: HashSet<&str> = written.iter().map(|(name, _)| name.as_str()).collect();
    names.filter(|name| !written.contains(name)).collect()
}

/// Inserts categories or brings them up to date by `slug`. No slug may stand twice in `rows`.
pub async fn upsert_categories(tx: &mut Tx<'_>, rows: &[CategoryRow]) -> Result<(), Error> {
    renew_categories(tx, rows).await.map(drop)
}

/// The same; answers how many were not so before.
pub async fn renew_categories(tx: &mut Tx<'_>, rows: &[CategoryRow]) -> Result<u64, Error> {
    let mut changed = 0;
    for chunk in rows.chunks(CHUNK) {
        changed += on!(tx, conn: E => {
            let mut query = QueryBuilder::<E>::new(
                "INSERT INTO categories (slug, name_ko, name_en, note_ko, note_en, parent, position) ",
            );
            query.push_values(chunk, |mut row, category| {
                row.push_bind(&category.slug)
                    .push_bind(&category.name_ko)
                    .push_bind(&category.name_en)
                    .push_bind(&category.note_ko)
                    .push_bind(&category.note_en)
                    .push_bind(&category.parent)
                    .push_bind(category.position);
            });
            query.push(renew("categories", "slug", &["name_ko", "name_en", "note_ko", "note_en", "parent", "position"]));
            query.build().execute(conn).await.map(|done| done.rows_affected())
        })?;
    }
    Ok(changed)
}

/// Inserts products or brings them up to date by `code`; answers `(code, id)`. No code may stand twice in `rows`.
pub async fn upsert_products(tx: &mut Tx<'_>, rows: &[ProductRow]) -> Result<Vec<(String, i64)>, Error> {
    Ok(renew_products(tx, rows).await?.ids)
}

/// The same; answers how many were not so before, too.
pub async fn renew_products(tx: &mut Tx<'_>, rows: &[ProductRow]) -> Result<Renewed, Error> {
    renew_products_in(tx, rows, PRODUCT_COLUMNS).await
}

/// The same; products that exist are set in these of [`PRODUCT_COLUMNS`] only.
pub async fn renew_products_in(
    tx: &mut Tx<'_>,
    rows: &[ProductRow],
    columns: &[&str],
) -> Result<Renewed, Error> {
    let mut renewed = Renewed::default();
    for chunk in rows.chunks(CHUNK) {
        let written: Vec<(String, i64)> = on!(tx, conn: E => {
            let mut query = QueryBuilder::<E>::new(
                "INSERT INTO products (code, slug, name_ko, name_en, brand_ko, brand_en, category,
                 description_ko, description_en, attributes, options, images, tags, related, status, position,
                 created_at) ",
            );
            query.push_values(chunk, |mut row, product| {
                row.push_bind(&product.code)
                    .push_bind(&product.slug)
                    .push_bind(&product.name_ko)
                    .push_bind(&product.name_en)
                    .push_bind(&product.brand_ko)
                    .push_bind(&product.brand_en)
                    .push_bind(&product.category)
                    .push_bind(&product.description_ko)
                    .push_bind(&product.description_en)
                    .push_bind(&product.attributes)
                    .push_bind(&product.options)
                    .push_bind(&product.images)
                    .push_bind(&product.tags)
                    .push_bind(&product.related)
                    .push_bind(&product.status)
                    .push_bind(product.position)
                    .push_bind(product.created_at);
            });
            query.push(renew("products", "code", columns)).push(" RETURNING code, id");
            query.build_query_as().fetch_all(conn).await
        })?;
        renewed.changed += written.len() as u64;
        // What was the same already is not answered by the write.
        let same = missing(chunk.iter().map(|row| row.code.as_str()), &written);
        renewed.ids.extend(written);
        renewed.ids.extend(product_ids(tx, &same).await?);
    }
    Ok(renewed)
}

/// Inserts variants or brings them up to date by `sku`; answers `(sku, id)`. No SKU may stand twice in `rows`.
pub async fn upsert_variants(tx: &mut Tx<'_>, rows: &[VariantRow]) -> Result<Vec<(String, i64)>, Error> {
    Ok(renew_variants(tx, rows).await?.ids)
}

/// The same; answers how many were not so before, too.
pub async fn renew_variants(tx: &mut Tx<'_>, rows: &[VariantRow]) -> Result<Renewed, Error> {
    renew_variants_in(tx, rows, VARIANT_COLUMNS).await
}

/// The same; variants that exist are set in these of [`VARIANT_COLUMNS`] only.
pub async fn renew_variants_in(
    tx: &mut Tx<'_>,
    rows: &[VariantRow],
    columns: &[&str],
) -> Result<Renewed, Error> {
    let mut renewed = Renewed::default();
    for chunk in rows.chunks(CHUNK) {
        let written: Vec<(String, i64)> = on!(tx, conn: E => {
            let mut query = QueryBuilder::<E>::new(
                "INSERT INTO variants (product_id, sku, gtin, options, images, position, status) ",
            );
            query.push_values(chunk, |mut row, variant| {
                row.push_bind(variant.product_id)
                    .push_bind(&variant.sku)
                    .push_bind(&variant.gtin)
                    .push_bind(&variant.options)
                    .push_bind(&variant.images)
                    .push_bind(variant.position)
                    .push_bind(&variant.status);
            });
            query.push(renew("variants", "sku", columns)).push(" RETURNING sku, id");
            query.build_query_as().fetch_all(conn).await
        })?;
        renewed.changed += written.len() as u64;
        // What was the same already is not answered by the write.
        let same = missing(chunk.iter().map(|row| row.sku.as_str()), &written);
        renewed.ids.extend(written);
        renewed.ids.extend(variant_ids(tx, &same).await?);
    }
    Ok(renewed)
}

/// Sets prices, one a variant and currency.
pub async fn upsert_prices(tx: &mut Tx<'_>, rows: &[PriceRow]) -> Result<(), Error> {
    renew_prices(tx, rows).await.map(drop)
}

/// The same; answers how many were not so before.
pub async fn renew_prices(tx: &mut Tx<'_>, rows: &[PriceRow]) -> Result<u64, Error> {
    let mut changed = 0;
    for chunk in rows.chunks(CHUNK) {
        changed += on!(tx, conn: E => {
            let mut query =
                QueryBuilder::<E>::new("INSERT INTO prices (variant_id, currency, amount, list_amount) ");
            query.push_values(chunk, |mut row, price| {
                row.push_bind(price.variant_id)
                    .push_bind(&price.currency)
                    .push_bind(price.amount)
                    .push_bind(price.list_amount);
            });
            query.push(renew("prices", "variant_id, currency", &["amount", "list_amount"]));
            query.build().execute(conn).await.map(|done| done.rows_affected())
        })?;
    }
    Ok(changed)
}
