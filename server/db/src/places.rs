//! Named places and postcodes, for "near 성수동".

use sqlx::QueryBuilder;

use crate::{Error, Tx, engine::on, renewal::renew};

/// A place people name when they say where they are, in degrees (WGS 84).
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct PlaceRow {
    pub id: i64,
    pub name_ko: String,
    pub name_en: String,
    /// `dong`, `road`, `postcode`, `station`, `city`, …
    pub kind: String,
    pub region: String,
    pub lat: f64,
    pub lng: f64,
    pub postcode: Option<String>,
    /// The greater, the earlier among namesakes.
    pub weight: i64,
    pub source_key: String,
}

const CHUNK: usize = 1000;

/// All of them.
pub async fn places(tx: &mut Tx<'_>) -> Result<Vec<PlaceRow>, Error> {
    let sql = "SELECT * FROM places ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await)?)
}

/// Inserts places or brings them up to date by `source_key`. No key may stand twice in `rows`.
pub async fn upsert_places(tx: &mut Tx<'_>, rows: &[PlaceRow]) -> Result<(), Error> {
    renew_places(tx, rows).await.map(drop)
}

/// The same; answers how many were not so before.
pub async fn renew_places(tx: &mut Tx<'_>, rows: &[PlaceRow]) -> Result<u64, Error> {
    let mut changed = 0;
    for chunk in rows.chunks(CHUNK) {
        changed += on!(tx, conn: E => {
            let mut query = QueryBuilder::<E>::new(
                "INSERT INTO places (name_ko, name_en, kind, region, lat, lng, postcode, weight, source_key) ",
            );
            query.push_values(chunk, |mut row, place| {
                row.push_bind(&place.name_ko)
                    .push_bind(&place.name_en)
                    .push_bind(&place.kind)
                    .push_bind(&place.region)
                    .push_bind(place.lat)
                    .push_bind(place.lng)
                    .push_bind(&place.postcode)
                    .push_bind(place.weight)
                    .push_bind(&place.source_key);
            });
            query.push(renew("places", "source_key", &["name_ko", "name_en", "kind", "region", "lat", "lng", "postcode", "weight"]));
            query.build().execute(conn).await.map(|done| done.rows_affected())
        })?;
    }
    Ok(changed)
}
