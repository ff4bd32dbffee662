//! A map as it is drawn: finished pixels, words and links. Whoever shows it needs neither projection nor basemap.
//! Lengths and places are CSS pixels from the top left corner, rounded to a tenth.

use serde::{Deserialize, Serialize};

use crate::stock::Level;

/// One drawn map. Its pixels are meant to be shown one to one, so that a click says where it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapView {
    pub width: u16,
    pub height: u16,
    /// What it shows, as in the address: `LAT,LNG,SPAN_KM`.
    pub view: String,
    /// The code of the sheet it was drawn for: a click is answered by view, sheet and pixel together.
    pub sheet: String,
    pub ground: Ground,
    /// In painting order.
    pub shapes: Vec<Shape>,
    pub labels: Vec<Label>,
    pub rings: Vec<Ring>,
    /// In painting order: the ones that matter most come last.
    pub pins: Vec<Pin>,
    /// Where the shopper is, or where "near" was understood to be.
    pub here: Option<(f32, f32)>,
    pub scale: ScaleBar,
    pub moves: Moves,
    /// Whom the basemap is owed to; empty where nobody asks to be named.
    pub attribution: String,
}

/// What lies where nothing is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// The basemap draws water on land.
    Land,
    /// The basemap draws land in the sea.
    Sea,
}

/// What a shape of the ground is; it decides the style.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShapeKind {
    Land,
    Hill,
    Water,
    /// Water as a line: `width` says how wide.
    Stream,
    /// A road or a railway.
    Line,
    /// A way across water.
    Bridge,
    /// Where districts meet.
    Bound,
}

impl ShapeKind {
    /// The name of its style.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            ShapeKind::Land => "land",
            ShapeKind::Hill => "hill",
            ShapeKind::Water => "water",
            ShapeKind::Stream => "stream",
            ShapeKind::Line => "line",
            ShapeKind::Bridge => "bridge",
            ShapeKind::Bound => "bound",
        }
    }
}

/// All of one kind in one path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    pub kind: ShapeKind,
    /// 1 is the coarsest; 0 where the kind knows no ranks.
    pub rank: u8,
    /// SVG path data.
    pub d: String,
    /// The stroke's width where the ground decides it, not the style.
    pub width: Option<f32>,
}

/// The name of a place; `x`, `y` are the middle of its baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Label {
    pub x: f32,
    pub y: f32,
    pub text: String,
    pub kind: LabelKind,
    /// 1 is the most important.
    pub rank: u8,
    /// Degrees clockwise about `x`, `y`.
    pub angle: f32,
}

/// What a name on the ground belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelKind {
    Place,
    Water,
    Hill,
}

impl LabelKind {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            LabelKind::Place => "place",
            LabelKind::Water => "water",
            LabelKind::Hill => "hill",
        }
    }
}

/// A distance around `here`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ring {
    pub x: f32,
    pub y: f32,
    pub r: f32,
    pub label: String,
    /// Where its label found room, if it did: the middle of the baseline.
    pub label_at: Option<(f32, f32)>,
}

/// A store, or several that stand too near one another to be told apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pin {
    /// Its place on the ground.
    pub x: f32,
    pub y: f32,
    /// From there to the middle of its shelf line: it may have moved aside for another.
    pub dx: f32,
    pub dy: f32,
    /// How long its shelf line is.
    pub width: f32,
    /// The store's code; empty for several.
    pub code: String,
    /// `성수`, or `3곳` / `3 stores`.
    pub label: String,
    /// Where the label found room, if it did.
    pub label_at: Option<LabelSpot>,
    /// All of it in words, for who listens or points: `성수점, 3개, 1.0km`.
    pub spoken: String,
    /// What stands on its shelf (`3`, `9+`); empty where no product is looked for.
    pub count: String,
    pub level: Option<Level>,
    /// How many stores it stands for.
    pub stores: u32,
    pub selected: bool,
    /// The store; for several a closer view of them.
    pub href: String,
}

/// Where a pin's label stands: a point of its baseline, and which end of it that is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelSpot {
    pub x: f32,
    pub y: f32,
    pub anchor: Anchor,
}

/// Which part of a text stands at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    /// As SVG's `text-anchor` says it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

/// How long a round distance is on this map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScaleBar {
    pub width: f32,
    /// `500m`, `2km`.
    pub label: String,
}

/// Addresses of the views beside this one; none where the world ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moves {
    pub closer: Option<String>,
    pub wider: Option<String>,
    pub north: Option<String>,
    pub east: Option<String>,
    pub south: Option<String>,
    pub west: Option<String>,
}
