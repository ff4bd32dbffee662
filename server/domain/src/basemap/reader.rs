//! From a file to a basemap: the traits of a feature, and the one place where outlines and names are gathered.

use onshelf_vocabulary::{
    Text,
    map::{LabelKind, ShapeKind},
};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value, value::RawValue};

use super::{
    Basemap, BasemapError, MAX_BYTES, MAX_NAME_CHARS, MAX_NESTING, MAX_POINTS, Name, Outline, geojson,
    outline::{Site, weights},
    rings::{area_of, bounds, middle_of_line, room_inside, signed_area},
    topojson,
};

/// Both formats at once; coordinates stay text until the geometry's type says how deep they nest.
#[derive(Deserialize)]
pub(super) struct Document<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    attribution: Option<String>,
    #[serde(borrow, default)]
    pub(super) features: Vec<geojson::Feature<'a>>,
    #[serde(borrow, default)]
    pub(super) objects: std::collections::BTreeMap<String, Geometry<'a>>,
    #[serde(borrow, default)]
    pub(super) arcs: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) transform: Option<topojson::Transform>,
}

#[derive(Deserialize)]
pub(super) struct Geometry<'a> {
    #[serde(rename = "type", default)]
    pub(super) kind: Option<String>,
    #[serde(borrow, default)]
    pub(super) coordinates: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) arcs: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) geometries: Vec<Geometry<'a>>,
    #[serde(default)]
    pub(super) properties: Option<Map<String, Value>>,
}

/// Longitude and latitude; what follows them (a height) is ignored.
#[derive(Clone, Copy)]
pub(super) struct Position(pub(super) f64, pub(super) f64);

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Position, D::Error> {
        struct Pair;
        impl<'de> de::Visitor<'de> for Pair {
            type Value = Position;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("a position of two numbers")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Position, A::Error> {
                let x = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(0, &self))?;
                let y = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(1, &self))?;
                while seq.next_element::<de::IgnoredAny>()?.is_some() {}
                Ok(Position(x, y))
            }
        }
        from.deserialize_seq(Pair)
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Basemap, BasemapError> {
    if bytes.len() > MAX_BYTES {
        return Err(BasemapError::TooLarge(bytes.len()));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let document: Document<'_> = serde_json::from_slice(bytes).map_err(|error| not_json(&error))?;
    let mut gathering = Gathering::default();
    gathering.map.attribution = document.attribution.clone().unwrap_or_default();
    match document.kind.as_str() {
        "FeatureCollection" => geojson::read(&document, &mut gathering)?,
        "Topology" => topojson::read(&document, &mut gathering)?,
        other => return Err(BasemapError::NotAMap(other.chars().take(40).collect())),
    }
    gathering.finish()
}

/// The parser's own words carry line and column.
fn not_json(error: &serde_json::Error) -> BasemapError {
    BasemapError::NotJson(error.to_string())
}

pub(super) fn nested<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Result<T, BasemapError> {
    let text = raw.map_or("null", RawValue::get);
    serde_json::from_str(text).map_err(|error| not_json(&error))
}

pub(super) fn site(Position(lng, lat): Position) -> Result<Site, BasemapError> {
    // Quantised files overshoot the edge of the world by less than a metre.
    let inside = lng.abs() <= 180.000_01 && lat.abs() <= 90.000_01;
    let point = onshelf_vocabulary::Point::new(lat.clamp(-90.0, 90.0), lng.clamp(-180.0, 180.0));
    let (true, Ok(point)) = (inside, point) else { return Err(BasemapError::Position { lng, lat }) };
    let (x, y) = super::view::mercator(point);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
    let fixed = |unit: f64| (unit * 4_294_967_296.0) as u32;
    Ok([fixed(x), fixed(y)])
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Water,
    Hill,
    Land,
    Bound,
    Line,
    Bridge,
    Label,
}

/// What a feature says of itself.
pub(super) struct Traits {
    pub(super) kind: Option<Kind>,
    pub(super) name: Text,
    pub(super) rank: Option<u8>,
    width_m: f32,
    angle: Option<f32>,
    label: LabelKind,
}

impl Traits {
    pub(super) fn of(properties: Option<&Map<String, Value>>) -> Result<Traits, BasemapError> {
        let get = |key: &str| properties.and_then(|map| map.get(key)).filter(|value| !value.is_null());
        let kind = match get("kind") {
            None => None,
            Some(value) => Some(kind_named(value)?),
        };
        let about = get("of").and_then(Value::as_str);
        let label = match (kind, about) {
            (Some(Kind::Water), _) | (_, Some("water")) => LabelKind::Water,
            (Some(Kind::Hill), _) | (_, Some("hill")) => LabelKind::Hill,
            _ => LabelKind::Place,
        };
        #[expect(clippy::cast_possible_truncation, reason = "widths and angles are small")]
        let short = |key: &str| get(key).and_then(Value::as_f64).map(|number| number as f32);
        let rank =
            get("rank").and_then(Value::as_u64).map(|rank| u8::try_from(rank.clamp(1, 9)).unwrap_or(9));
        Ok(Traits {
            kind,
            name: name_in(&get),
            rank,
            width_m: short("width").filter(|width| (0.0..=100_000.0).contains(width)).unwrap_or(0.0),
            angle: short("rotate").filter(|angle| angle.abs() <= 360.0),
            label,
        })
    }
}

impl Traits {
    /// The same with a rank where the file gave none.
    pub(super) fn ranked(&self, rank: u8) -> Traits {
        Traits { rank: self.rank.or(Some(rank)), name: self.name.clone(), ..*self }
    }
}

fn kind_named(value: &Value) -> Result<Kind, BasemapError> {
    match value.as_str() {
        Some("water") => Ok(Kind::Water),
        Some("hill") => Ok(Kind::Hill),
        Some("land") => Ok(Kind::Land),
        Some("bound") => Ok(Kind::Bound),
        Some("line") => Ok(Kind::Line),
        Some("bridge") => Ok(Kind::Bridge),
        Some("label") => Ok(Kind::Label),
        _ => Err(BasemapError::Kind(value.to_string().chars().take(40).collect())),
    }
}

fn name_in<'v>(get: &impl Fn(&str) -> Option<&'v Value>) -> Text {
    let text = |value: Option<&Value>| {
        let text = value.and_then(Value::as_str).unwrap_or_default().trim();
        if text.chars().count() <= MAX_NAME_CHARS { text.to_owned() } else { String::new() }
    };
    match get("name") {
        Some(Value::Object(both)) => Text::new(text(both.get("ko")), text(both.get("en"))),
        name => Text::new(text(name), text(get("name_en").or_else(|| get("name_eng")))),
    }
}

/// A basemap while it is read.
#[derive(Default)]
pub(super) struct Gathering {
    pub(super) map: Basemap,
    /// The extent of each district, by rank, to know a typical one.
    extents: Vec<Vec<f64>>,
}

impl Gathering {
    pub(super) fn check_depth(depth: u8) -> Result<(), BasemapError> {
        if depth > MAX_NESTING { Err(BasemapError::Nesting) } else { Ok(()) }
    }

    pub(super) fn point(&mut self, traits: &Traits, at: Site) {
        if !traits.name.is_empty() {
            self.name(traits, at, traits.angle.unwrap_or(0.0), None);
        }
    }

    pub(super) fn line(&mut self, traits: &Traits, line: &[Site]) -> Result<(), BasemapError> {
        match traits.kind {
            Some(Kind::Label) => {}
            Some(Kind::Water) => self.outline(ShapeKind::Stream, 0, false, traits.width_m, line)?,
            Some(Kind::Bound) => {
                self.district(traits.rank.unwrap_or(1), line);
                self.outline(ShapeKind::Bound, traits.rank.unwrap_or(1), false, 0.0, line)?;
            }
            Some(Kind::Bridge) => self.outline(ShapeKind::Bridge, 0, false, 0.0, line)?,
            _ => self.outline(ShapeKind::Line, 0, false, 0.0, line)?,
        }
        if let (false, Some((at, slope))) = (traits.name.is_empty(), middle_of_line(line)) {
            self.name(traits, at, traits.angle.unwrap_or(slope), None);
        }
        Ok(())
    }

    /// Rings as the formats have them: the first is the outside, the others are holes.
    pub(super) fn polygon(&mut self, traits: &Traits, rings: &[Vec<Site>]) -> Result<(), BasemapError> {
        let rank = traits.rank.unwrap_or(1);
        for (index, ring) in rings.iter().enumerate() {
            match traits.kind {
                Some(Kind::Water) => self.area(ShapeKind::Water, ring, index > 0)?,
                Some(Kind::Hill) => self.area(ShapeKind::Hill, ring, index > 0)?,
                Some(Kind::Line | Kind::Bridge) => self.outline(ShapeKind::Line, 0, true, 0.0, ring)?,
                Some(Kind::Label) => {}
                Some(Kind::Bound) => self.outline(ShapeKind::Bound, rank, true, 0.0, ring)?,
                Some(Kind::Land) | None => {
                    self.area(ShapeKind::Land, ring, index > 0)?;
                    self.outline(ShapeKind::Bound, rank, true, 0.0, ring)?;
                }
            }
        }
        Ok(())
    }

    /// Enters a feature's biggest polygon as a district and names it where that is widest.
    pub(super) fn name_area(&mut self, traits: &Traits, polygons: &[Vec<Vec<Site>>]) {
        let outside = |polygon: &&Vec<Vec<Site>>| polygon.first().map_or(0.0, |ring| signed_area(ring).abs());
        let biggest = polygons.iter().max_by(|a, b| outside(a).total_cmp(&outside(b)));
        let Some(rings) = biggest else { return };
        if let (Some(outside), Some(Kind::Bound | Kind::Land) | None) = (rings.first(), traits.kind) {
            self.district(traits.rank.unwrap_or(1), outside);
        }
        if let (false, Some((at, room))) = (traits.name.is_empty(), room_inside(rings)) {
            self.name(traits, at, traits.angle.unwrap_or(0.0), Some(room));
        }
    }

    fn area(&mut self, kind: ShapeKind, ring: &[Site], hole: bool) -> Result<(), BasemapError> {
        // Holes run the other way, so that overlapping areas of one kind unite when filled.
        if (signed_area(ring) < 0.0) == hole {
            return self.outline(kind, 0, true, 0.0, ring);
        }
        let turned: Vec<Site> = ring.iter().rev().copied().collect();
        self.outline(kind, 0, true, 0.0, &turned)
    }

    pub(super) fn outline(
        &mut self,
        kind: ShapeKind,
        rank: u8,
        closed: bool,
        width_m: f32,
        line: &[Site],
    ) -> Result<(), BasemapError> {
        if line.len() < if closed { 3 } else { 2 } {
            return Ok(());
        }
        let from = self.map.points.len();
        if from + line.len() > MAX_POINTS {
            return Err(BasemapError::TooManyPoints);
        }
        self.map.points.extend_from_slice(line);
        self.map.weights.extend(weights(line));
        let to = self.map.points.len();
        self.map.outlines.push(Outline { kind, rank, closed, width_m, from, to, area: bounds(line) });
        Ok(())
    }

    pub(super) fn district(&mut self, rank: u8, ring: &[Site]) {
        let index = usize::from(rank.max(1)) - 1;
        if self.extents.len() <= index {
            self.extents.resize_with(index + 1, Vec::new);
        }
        if let Some(extents) = self.extents.get_mut(index) {
            extents.push(area_of(bounds(ring)).sqrt());
        }
    }

    fn name(&mut self, traits: &Traits, at: Site, angle: f32, room: Option<u32>) {
        let rank = traits.rank.unwrap_or(match traits.kind {
            Some(Kind::Water | Kind::Hill) => 4,
            Some(Kind::Line | Kind::Bridge) => 5,
            Some(Kind::Bound | Kind::Land | Kind::Label) | None => 2,
        });
        let district = match (room, traits.kind) {
            (Some(_), Some(Kind::Bound | Kind::Land) | None) => traits.rank.unwrap_or(1),
            _ => 0,
        };
        let (text, placed) = (traits.name.clone(), traits.kind == Some(Kind::Label));
        self.map.names.push(Name { text, kind: traits.label, rank, at, angle, room, district, placed });
    }

    fn finish(mut self) -> Result<Basemap, BasemapError> {
        if self.map.outlines.is_empty() && self.map.names.is_empty() {
            return Err(BasemapError::Empty);
        }
        self.map.districts = self.extents.iter_mut().map(|extents| median(extents)).collect();
        drop_doubled(&mut self.map.names);
        self.map.names.sort_by_key(|name| name.rank);
        Ok(self.map)
    }
}

/// Where a label was placed by hand for a river or hill, the river's or hill's own name is not written again.
fn drop_doubled(names: &mut Vec<Name>) {
    let placed: Vec<(Text, LabelKind, Site)> = names
        .iter()
        .filter(|name| name.placed)
        .map(|name| (name.text.clone(), name.kind, name.at))
        .take(1000)
        .collect();
    names.retain(|name| {
        let within =
            |at: &Site| name.room.is_some_and(|room| (0..2).all(|i| at[i].abs_diff(name.at[i]) < room));
        let doubles = |(text, kind, at): &(Text, LabelKind, Site)| {
            *kind == name.kind && (*text == name.text || within(at))
        };
        name.placed || name.kind == LabelKind::Place || !placed.iter().any(doubles)
    });
}

fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}
