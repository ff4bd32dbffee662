//! The map that needs no third party: an operator's own GeoJSON or TopoJSON, read once, then drawn for any view.
//! It answers with finished pixels, words and links (`vocabulary::map`), and knows neither pages nor where stores
//! and stock come from.
//!
//! A GeoJSON basemap is a FeatureCollection whose features say in `properties` what they are: `kind` is `water`,
//! `hill`, `land`, `bound`, `line`, `bridge` or `label`; `name` is a text or `{ko, en}` (`name_eng` and `name_en`
//! are understood too); `rank` from 1 (important) to 9; `width` is that of a line of water in metres; `of` tells a
//! label of `water` or of a `hill` from one of a place; `rotate` turns it, in degrees clockwise. Features without a kind are land if they have an area, else lines or labels. In a
//! TopoJSON file the objects without kinds are nested divisions of one land, the coarsest giving the coast.

mod draw;
mod geojson;
mod layout;
mod outline;
mod pins;
mod reader;
mod rings;
#[cfg(test)]
mod tests;
mod topojson;
mod view;

use onshelf_vocabulary::{
    Text,
    map::{Ground, LabelKind, ShapeKind},
};

pub use draw::{Drawing, Marker};
use outline::Site;
pub use view::{NotAView, Projection, Sheet, View, clicked};

/// Bytes of a basemap file.
pub const MAX_BYTES: usize = 32 << 20;
/// Points of a basemap, after shared borders were followed.
pub const MAX_POINTS: usize = 2_000_000;
/// Collections within collections.
const MAX_NESTING: u8 = 8;
/// A name longer than this is not for a map.
const MAX_NAME_CHARS: usize = 60;

/// A map without stores, ready to be drawn: all points of all outlines in one array, each with the scale from which
/// on it matters. Read it once and share it.
#[derive(Clone, Debug, Default)]
pub struct Basemap {
    points: Vec<Site>,
    weights: Vec<u8>,
    outlines: Vec<Outline>,
    names: Vec<Name>,
    /// How big a typical district of each rank is, in ground units: finer borders wait until there is room.
    districts: Vec<f64>,
    attribution: String,
}

/// A run of `points`.
#[derive(Clone, Debug)]
struct Outline {
    kind: ShapeKind,
    /// For bounds the index of `districts` plus one, else 0.
    rank: u8,
    closed: bool,
    /// Metres; 0 leaves it to the style.
    width_m: f32,
    from: usize,
    to: usize,
    /// West, north, east, south.
    area: [u32; 4],
}

#[derive(Clone, Debug)]
struct Name {
    text: Text,
    kind: LabelKind,
    rank: u8,
    at: Site,
    /// Degrees clockwise.
    angle: f32,
    /// How much ground there is for it from west to east; none for a point, which fits anywhere.
    room: Option<u32>,
    /// As the rank of an outline: a district's name waits for its borders.
    district: u8,
    /// A label of its own, which stands in for the name its place has by itself.
    placed: bool,
}

/// Why a file is no basemap, in words for the operator.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BasemapError {
    #[error("a basemap may have {MAX_BYTES} bytes, this has {0}")]
    TooLarge(usize),
    #[error("a basemap may have {MAX_POINTS} points")]
    TooManyPoints,
    #[error("not JSON as GeoJSON or TopoJSON have it: {0}")]
    NotJson(String),
    #[error("a basemap is a FeatureCollection or a Topology, not {0:?}")]
    NotAMap(String),
    #[error("{0:?} is no geometry that can be drawn")]
    Geometry(String),
    #[error("collections may lie {MAX_NESTING} deep in one another")]
    Nesting,
    #[error("longitude {lng}, latitude {lat} is no place on the earth")]
    Position { lng: f64, lat: f64 },
    #[error("arc {0} is not among the arcs of the file")]
    Arc(i64),
    #[error("kind {0:?} is none of water, hill, land, bound, line, bridge, label")]
    Kind(String),
    #[error("there is nothing in it to draw")]
    Empty,
}

impl Basemap {
    /// Reads GeoJSON or TopoJSON; which of the two, the file says itself. Never panics, whatever the bytes.
    pub fn parse(bytes: &[u8]) -> Result<Basemap, BasemapError> {
        reader::read(bytes)
    }

    /// This map with the finer divisions of another laid over it: land and coast stay those of this one.
    #[must_use]
    pub fn with(mut self, finer: Basemap) -> Basemap {
        let (start, ranks) = (self.points.len(), self.districts.len());
        let has_land = self.ground() == Ground::Sea;
        let lower = |rank: u8, by: usize| rank.saturating_add(u8::try_from(by).unwrap_or(u8::MAX));
        for outline in finer.outlines {
            if outline.kind == ShapeKind::Land && has_land {
                continue;
            }
            let rank = if outline.rank > 0 { lower(outline.rank, ranks) } else { 0 };
            self.outlines.push(Outline {
                rank,
                from: outline.from + start,
                to: outline.to + start,
                ..outline
            });
        }
        self.points.extend(finer.points);
        self.weights.extend(finer.weights);
        let below = |name: Name| {
            let district = if name.district > 0 { lower(name.district, ranks) } else { 0 };
            Name { rank: lower(name.rank, ranks), district, ..name }
        };
        self.names.extend(finer.names.into_iter().map(below));
        self.names.sort_by_key(|name| name.rank);
        self.districts.extend(finer.districts);
        if !finer.attribution.is_empty() && finer.attribution != self.attribution {
            let both = [self.attribution, finer.attribution];
            self.attribution =
                both.iter().filter(|owed| !owed.is_empty()).cloned().collect::<Vec<_>>().join(" · ");
        }
        self
    }

    /// How many points it keeps: about twelve bytes each.
    #[must_use]
    pub fn points(&self) -> usize {
        self.points.len()
    }

    /// Whom the file asks to be named (`attribution` beside its `type`).
    #[must_use]
    pub fn attribution(&self) -> &str {
        &self.attribution
    }

    fn ground(&self) -> Ground {
        let land = self.outlines.iter().any(|outline| outline.kind == ShapeKind::Land);
        if land { Ground::Sea } else { Ground::Land }
    }
}
