//! What imports and exports ask: the operator's own codes, and tables read page by page in the order of their keys,
//! so that no export holds more than a page in memory.

use sqlx::QueryBuilder;

use crate::{
    Error, Tx, catalog,
    engine::on,
    stock::{LevelKey, LevelRow},
    stores::StoreRow,
};

/// A store's code, and whether any stock has been booked there.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StoreCodeRow {
    pub id: i64,
    pub code: String,
    pub name_ko: String,
    pub name_en: String,
    pub time_zone: String,
    /// 1 where it has levels.
    pub stocked: i64,
}

/// Where a postcode lies, in degrees (WGS 84).
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PostcodeRow {
    pub postcode: String,
    pub lat: f64,
    pub lng: f64,
}

/// A level as an export tells it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StockRow {
    pub store_id: i64,
    pub variant_id: i64,
    pub store: String,
    pub sku: String,
    pub on_hand: i64,
    pub held: i64,
    pub safety_stock: i64,
    pub checked_at: i64,
}

/// A line of a reservation as an export tells it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReservedRow {
    pub id: i64,
    pub position: i64,
    pub number: String,
    pub store: String,
    pub status: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub sku: String,
    pub quantity: i64,
    /// Of one, in minor units.
    pub price: i64,
    pub currency: String,
    pub placed_at: i64,
    pub ready_by: i64,
    pub expires_at: i64,
    pub ended_at: Option<i64>,
}

/// Of all stores, by id.
pub async fn store_codes(tx: &mut Tx<'_>) -> Result<Vec<StoreCodeRow>, Error> {
    let sql = "SELECT id, code, name_ko, name_en, time_zone, CAST(CASE WHEN EXISTS
                 (SELECT 1 FROM stock_levels WHERE stock_levels.store_id = stores.id) THEN 1 ELSE 0 END AS BIGINT)
               AS stocked FROM stores ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await)?)
}

/// Where the known postcodes lie. One may be in several countries.
pub async fn postcodes(tx: &mut Tx<'_>) -> Result<Vec<PostcodeRow>, Error> {
    let sql = "SELECT postcode, lat, lng FROM places WHERE postcode IS NOT NULL";
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await)?)
}

/// Leaves word that all these levels have changed, so that running processes read them.
pub async fn announce_all(tx: &mut Tx<'_>, levels: &[LevelRow], at: i64) -> Result<(), Error> {
    for chunk in levels.chunks(1000) {
        on!(tx, conn: E => {
            let mut query = QueryBuilder::<E>::new("INSERT INTO stock_changes (store_id, variant_id, at) ");
            query.push_values(chunk, |mut row, level| {
                row.push_bind(level.store_id).push_bind(level.variant_id).push_bind(at);
            });
            query.build().execute(conn).await.map(drop)
        })?;
    }
    Ok(())
}

/// Whether the ledger has an entry of this reason and reference for a level.
pub async fn is_entered(
    tx: &mut Tx<'_>,
    key: LevelKey,
    reason: &str,
    reference: &str,
) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM stock_movements
               WHERE store_id = $1 AND variant_id = $2 AND reason = $3 AND reference = $4";
    let found: i64 = on!(tx, conn => {
        sqlx::query_scalar(sql)
            .bind(key.store_id)
            .bind(key.variant_id)
            .bind(reason)
            .bind(reference)
            .fetch_one(conn)
            .await
    })?;
    Ok(found > 0)
}

/// The next page of stores behind an id, at most `limit`.
pub async fn stores_after(tx: &mut Tx<'_>, id: i64, limit: i64) -> Result<Vec<StoreRow>, Error> {
    let sql = "SELECT * FROM stores WHERE id > $1 ORDER BY id LIMIT $2";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(id).bind(limit).fetch_all(conn).await)?)
}

/// The next page of products behind an id, at most `limit`.
pub async fn products_after(tx: &mut Tx<'_>, id: i64, limit: i64) -> Result<Vec<catalog::ProductRow>, Error> {
    let sql = "SELECT * FROM products WHERE id > $1 ORDER BY id LIMIT $2";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(id).bind(limit).fetch_all(conn).await)?)
}

/// Variants of the products from the first id to the second, both included.
pub async fn variants_between(
    tx: &mut Tx<'_>,
    first: i64,
    last: i64,
) -> Result<Vec<catalog::VariantRow>, Error> {
    let sql = "SELECT * FROM variants WHERE product_id BETWEEN $1 AND $2 ORDER BY product_id, position, id";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(first).bind(last).fetch_all(conn).await)?)
}

/// Prices of the variants of the products from the first id to the second, both included.
pub async fn prices_between(tx: &mut Tx<'_>, first: i64, last: i64) -> Result<Vec<catalog::PriceRow>, Error> {
    let sql = "SELECT prices.variant_id, prices.currency, prices.amount, prices.list_amount
               FROM prices JOIN variants ON variants.id = prices.variant_id
               WHERE variants.product_id BETWEEN $1 AND $2 ORDER BY prices.variant_id, prices.currency";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(first).bind(last).fetch_all(conn).await)?)
}

/// Levels after a store's variant, in the order of both ids.
pub async fn stock_after(tx: &mut Tx<'_>, after: LevelKey, limit: i64) -> Result<Vec<StockRow>, Error> {
    let sql = "SELECT l.store_id, l.variant_id, stores.code AS store, variants.sku, l.on_hand, l.held,
                 l.safety_stock, l.checked_at
               FROM stock_levels l JOIN stores ON stores.id = l.store_id
                 JOIN variants ON variants.id = l.variant_id
               WHERE (l.store_id, l.variant_id) > ($1, $2) ORDER BY l.store_id, l.variant_id LIMIT $3";
    Ok(on!(tx, conn => {
        sqlx::query_as(sql).bind(after.store_id).bind(after.variant_id).bind(limit).fetch_all(conn).await
    })?)
}

/// Lines of reservations after a reservation's line, oldest first.
pub async fn reserved_after(
    tx: &mut Tx<'_>,
    id: i64,
    position: i64,
    limit: i64,
) -> Result<Vec<ReservedRow>, Error> {
    let sql = "SELECT r.id, l.position, r.number, stores.code AS store, r.status, r.name, r.email, r.phone,
                 variants.sku, l.quantity, l.price, r.currency, r.placed_at, r.ready_by, r.expires_at, r.ended_at
               FROM reservations r JOIN reservation_lines l ON l.reservation_id = r.id
                 JOIN stores ON stores.id = r.store_id JOIN variants ON variants.id = l.variant_id
               WHERE (r.id, l.position) > ($1, $2) ORDER BY r.id, l.position LIMIT $3";
    Ok(on!(tx, conn => {
        sqlx::query_as(sql).bind(id).bind(position).bind(limit).fetch_all(conn).await
    })?)
}
