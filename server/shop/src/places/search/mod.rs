//! Place search: what someone types for "where I am" to places on the map. Names by beginning, part and 초성,
//! narrowed by region words, and postcodes old and new. Knows no database and no stores; everything is in
//! memory, strings laid end to end, about 150 bytes a place with its words.

mod build;
mod find;
mod keyed;
#[cfg(test)]
mod tests;

use onshelf_domain::search::normalise;

use self::keyed::Keyed;

/// Degrees are kept in ten-millionths: a centimetre, and the digits gazetteers have.
const SCALE: f64 = 1e7;

/// A place people name when they say where they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    pub name_ko: String,
    pub name_en: String,
    /// The caller's own word (dong, road, station, postcode …).
    pub kind: String,
    /// What it lies in, largest first: 서울특별시 성동구. Both languages may stand here.
    pub region: String,
    /// WGS 84, degrees.
    pub lat: f64,
    pub lng: f64,
    /// Five digits (Korea or US ZIP), the old Korean 133-821, or letters and digits elsewhere.
    pub postcode: Option<String>,
    /// How much sooner it is meant than another of the same name: population, or importance in any unit.
    pub weight: u32,
}

type Span = (u32, u16);

struct Stored {
    name_ko: Span,
    name_en: Span,
    postcode: Option<Span>,
    kind: u32,
    region: u32,
    lat: i32,
    lng: i32,
    weight: u32,
    /// Words in the Korean and the English name.
    words: [u8; 2],
}

/// An immutable index over places.
#[derive(Default)]
pub struct PlaceIndex {
    text: String,
    places: Vec<Stored>,
    kinds: Vec<String>,
    regions: Vec<String>,
    names: Keyed,
    /// Words of regions; owners are numbers of regions.
    region_words: Keyed,
    codes: Keyed,
}

impl std::fmt::Debug for PlaceIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlaceIndex").field("places", &self.places.len()).finish()
    }
}

impl PlaceIndex {
    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Bytes held on the heap, near enough.
    pub fn heap_bytes(&self) -> usize {
        let strings =
            |list: &[String]| list.iter().map(|each| each.capacity() + size_of::<String>()).sum::<usize>();
        self.text.capacity()
            + self.places.capacity() * size_of::<Stored>()
            + strings(&self.kinds)
            + strings(&self.regions)
            + self.names.heap_bytes()
            + self.region_words.heap_bytes()
            + self.codes.heap_bytes()
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A postcode as it is compared: folded, without spaces.
fn plain_code(text: &str) -> String {
    normalise(text).chars().filter(|c| *c != ' ').collect()
}
