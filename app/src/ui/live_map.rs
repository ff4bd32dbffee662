//! The live map that takes the drawn one's place where the operator set tiles: what its script is told. The script
//! (`frontend/map`) draws, and decides nothing about stores or stock.

use onshelf_vocabulary::{Point, stock::Level};
use serde::Serialize;

/// Addresses of what was built for a live map.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LiveMap {
    /// The script every such page carries: it waits until the map is wanted.
    pub waiter: String,
    pub parts: Parts,
}

/// Addresses of what is fetched once the map is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Parts {
    pub code: String,
    pub worker: String,
    pub sheet: String,
}

/// Where the tiles are and what they are lettered with; an empty text is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ground {
    /// The address of a PMTiles archive, drawn in the page's own colours.
    pub archive: String,
    /// The address of a style that brings its own colours and sources.
    pub style: String,
    /// With `{fontstack}` and `{range}` in it; without it texts are drawn with the page's typeface.
    pub glyphs: String,
    pub upright: String,
    pub slanted: String,
    /// The folder with `light.json` and `dark.json`.
    pub sprites: String,
    /// Whom the tiles are owed to; empty for what the archive says itself.
    pub attribution: String,
}

/// One map on one page.
#[derive(Debug, Serialize)]
pub struct Scene<'a> {
    #[serde(flatten)]
    pub parts: &'a Parts,
    pub ground: &'a Ground,
    /// What it shows, in words.
    pub title: &'a str,
    /// Where a click on the ground is answered, with `near=LAT,LNG` beside what is kept.
    pub action: &'a str,
    pub keep: &'a [(String, String)],
    pub here: Option<[f64; 2]>,
    /// In the order in which they matter.
    pub stores: Vec<Spot>,
}

/// A store on the map.
#[derive(Debug, Serialize)]
pub struct Spot {
    pub code: String,
    /// As it is written on the map, and as it is said, with how far it is.
    pub label: String,
    pub name: String,
    pub way: String,
    /// Latitude and longitude.
    pub at: [f64; 2],
    /// `SKU@store` where a product is looked for: the number goes on by itself then.
    pub stock: Option<String>,
    pub shown: String,
    pub level: Option<Level>,
    pub selected: bool,
    pub href: String,
}

impl Scene<'_> {
    /// As an attribute of the map carries it.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// As the script reads it.
#[must_use]
pub fn pair(point: Point) -> [f64; 2] {
    [point.lat(), point.lng()]
}
