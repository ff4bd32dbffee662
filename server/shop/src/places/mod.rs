//! Named places and postcodes, for "near 성수동".

pub mod search;

use onshelf_db::Tx;
use onshelf_vocabulary::{Lang, Point, places::PlaceView};

use crate::Result;
use search::{Place, PlaceIndex};

/// All places of the operator, ready to be looked up.
pub struct PlaceBook {
    index: std::sync::Arc<PlaceIndex>,
    rows: usize,
}

impl PlaceBook {
    pub(crate) async fn read(tx: &mut Tx<'_>, before: Option<&PlaceBook>) -> Result<PlaceBook> {
        let rows = onshelf_db::places::places(tx).await?;
        if let Some(before) = before.filter(|before| before.rows == rows.len() && rows.is_empty()) {
            return Ok(PlaceBook { index: before.index.clone(), rows: 0 });
        }
        let count = rows.len();
        let places = rows
            .into_iter()
            .map(|row| Place {
                name_ko: row.name_ko,
                name_en: row.name_en,
                kind: row.kind,
                region: row.region,
                lat: row.lat,
                lng: row.lng,
                postcode: row.postcode,
                weight: u32::try_from(row.weight.max(0)).unwrap_or(u32::MAX),
            })
            .collect();
        Ok(PlaceBook { index: std::sync::Arc::new(PlaceIndex::build(places)), rows: count })
    }

    /// Places of this name or postcode, the likeliest first.
    #[must_use]
    pub fn find(&self, lang: Lang, text: &str, near: Option<Point>, limit: usize) -> Vec<PlaceView> {
        let near = near.map(|point| (point.lat(), point.lng()));
        self.index
            .find(text, near, limit)
            .into_iter()
            .filter_map(|place| {
                let point = Point::new(place.lat, place.lng).ok()?;
                let name = match lang {
                    Lang::En if !place.name_en.is_empty() => &place.name_en,
                    Lang::Ko | Lang::En if !place.name_ko.is_empty() => &place.name_ko,
                    Lang::Ko | Lang::En => &place.name_en,
                };
                Some(PlaceView { name: name.clone(), region: place.region, point })
            })
            .collect()
    }
}
