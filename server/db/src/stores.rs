//! Stores: written by imports, read whole into the shop's snapshot.

use sqlx::QueryBuilder;

use crate::{Error, Tx, engine::on, renewal::renew};

/// A store as stored. `hours` and `exceptions` are the JSON of `onshelf_domain::stores::Schedule`.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct StoreRow {
    pub id: i64,
    pub code: String,
    pub name_ko: String,
    pub name_en: String,
    pub address_ko: String,
    pub address_en: String,
    pub postcode: String,
    pub region_ko: String,
    pub region_en: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// WGS 84; none where the file gave none or one that cannot be.
    pub lat: Option<f64>,
    pub lng: Option<f64>,
    pub phone: String,
    /// IANA name.
    pub time_zone: String,
    /// `["collect", …]`
    pub services: String,
    pub hours: String,
    pub exceptions: String,
    pub lead_minutes: i64,
    pub cutoff_minutes: i64,
    pub keep_days: i64,
    /// ISO 4217.
    pub currency: String,
    pub note_ko: String,
    pub note_en: String,
    /// `open` or `closed` (for good).
    pub status: String,
    /// `store`, or `warehouse`, where no shopper comes.
    pub kind: String,
    /// Orders a quarter of an hour takes; none: as many as the operator's setting says.
    pub window_capacity: Option<i64>,
}

/// What bringing a store up to date sets, and an export of stores tells besides their codes.
pub const STORE_COLUMNS: &[&str] = &[
    "name_ko",
    "name_en",
    "address_ko",
    "address_en",
    "postcode",
    "region_ko",
    "region_en",
    "country",
    "lat",
    "lng",
    "phone",
    "time_zone",
    "services",
    "hours",
    "exceptions",
    "lead_minutes",
    "cutoff_minutes",
    "keep_days",
    "currency",
    "note_ko",
    "note_en",
    "status",
    "kind",
    "window_capacity",
];

const CHUNK: usize = 300;

/// All of them, closed ones included.
pub async fn stores(tx: &mut Tx<'_>) -> Result<Vec<StoreRow>, Error> {
    let sql = "SELECT * FROM stores ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await)?)
}

/// Inserts stores or brings them up to date by `code`. No code may stand twice in `rows`.
pub async fn upsert_stores(tx: &mut Tx<'_>, rows: &[StoreRow]) -> Result<(), Error> {
    renew_stores(tx, rows).await.map(drop)
}

/// The same; answers how many were not so before.
pub async fn renew_stores(tx: &mut Tx<'_>, rows: &[StoreRow]) -> Result<u64, Error> {
    renew_stores_in(tx, rows, STORE_COLUMNS).await
}

/// The same; stores that exist are set in these of [`STORE_COLUMNS`] only.
pub async fn renew_stores_in(tx: &mut Tx<'_>, rows: &[StoreRow], columns: &[&str]) -> Result<u64, Error> {
    let mut changed = 0;
    for chunk in rows.chunks(CHUNK) {
        changed += on!(tx, conn: E => {
            let mut query = QueryBuilder::<E>::new(
                "INSERT INTO stores (code, name_ko, name_en, address_ko, address_en, postcode, region_ko,
                 region_en, country, lat, lng, phone, time_zone, services, hours, exceptions, lead_minutes,
                 cutoff_minutes, keep_days, currency, note_ko, note_en, status, kind, window_capacity) ",
            );
            query.push_values(chunk, |mut row, store| {
                row.push_bind(&store.code)
                    .push_bind(&store.name_ko)
                    .push_bind(&store.name_en)
                    .push_bind(&store.address_ko)
                    .push_bind(&store.address_en)
                    .push_bind(&store.postcode)
                    .push_bind(&store.region_ko)
                    .push_bind(&store.region_en)
                    .push_bind(&store.country)
                    .push_bind(store.lat)
                    .push_bind(store.lng)
                    .push_bind(&store.phone)
                    .push_bind(&store.time_zone)
                    .push_bind(&store.services)
                    .push_bind(&store.hours)
                    .push_bind(&store.exceptions)
                    .push_bind(store.lead_minutes)
                    .push_bind(store.cutoff_minutes)
                    .push_bind(store.keep_days)
                    .push_bind(&store.currency)
                    .push_bind(&store.note_ko)
                    .push_bind(&store.note_en)
                    .push_bind(&store.status)
                    .push_bind(&store.kind)
                    .push_bind(store.window_capacity);
            });
            query.push(renew("stores", "code", columns));
            query.build().execute(conn).await.map(|done| done.rows_affected())
        })?;
    }
    Ok(changed)
}
