//! One view of a basemap with its stores as finished pixels.

use std::collections::BTreeMap;

use onshelf_vocabulary::{
    Lang, Point,
    map::{Label, LabelKind, MapView, Moves, Ring, ScaleBar, Shape, ShapeKind},
    stock::Level,
};

use super::{
    Basemap, Name, Outline,
    layout::{Taken, text_frame, text_width},
    outline::{ALWAYS, Frame, PathData, Pixel, clip_line, clip_ring, tenth, weight},
    pins,
    view::{Projection, Sheet, View},
};

/// What is simplified away, in pixels.
const TOLERANCE_PX: f64 = 0.6;
/// Borders of districts smaller than this are noise; finer ranks wait a little longer, for they are many.
const LEGIBLE_PX: f64 = 22.0;
const LEGIBLE_FINER_PX: f64 = 48.0;
/// Across the shopper's place with its halo.
const HERE_PX: f64 = 34.0;
/// More names than this nobody reads.
const MOST_LABELS: usize = 250;
const WORLD: f64 = 4_294_967_296.0;
/// Distances people think in, in metres.
const ROUND_M: [f64; 18] =
    [50.0, 100.0, 200.0, 300.0, 500.0, 1e3, 2e3, 3e3, 5e3, 1e4, 2e4, 3e4, 5e4, 1e5, 2e5, 3e5, 5e5, 1e6];
/// Circles further out than this would not be circles on the map.
const ROUND_EARTH_M: f64 = 300_000.0;

/// A store to be shown.
#[derive(Clone, Debug)]
pub struct Marker {
    pub code: String,
    /// In the page's language: `성수점`.
    pub name: String,
    pub point: Point,
    /// Units of the product that is looked for; 0 where none is.
    pub available: i64,
    /// As it is written (`3`, `9+`); empty where no product is looked for.
    pub shown: String,
    pub level: Option<Level>,
    pub distance_m: Option<u32>,
    pub selected: bool,
    pub href: String,
}

/// What is to be drawn. Markers come in the order in which they matter (nearest first, usually): who comes first
/// gets the room.
#[derive(Clone, Copy, Debug)]
pub struct Drawing<'a> {
    pub view: View,
    pub sheet: Sheet,
    pub lang: Lang,
    pub here: Option<Point>,
    pub markers: &'a [Marker],
    /// The address of another view, but for the view itself, which is appended: `/stores?sku=KETTLE&view=`.
    pub view_href: &'a str,
}

impl Basemap {
    /// Draws a view. Time grows with the points inside it; a city takes well under a millisecond.
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> MapView {
        let sheet = drawing.sheet;
        let projection = Projection::new(drawing.view, sheet);
        let paper =
            Frame { left: 0.0, top: 0.0, right: f64::from(sheet.width), bottom: f64::from(sheet.height) };
        let here = drawing.here.map(|here| projection.project(here)).filter(|here| paper.holds(*here));
        let mut taken = Taken::default();
        if let Some(here) = here {
            taken.take(Frame::around(here, HERE_PX, HERE_PX));
        }
        let pins = pins::place(drawing, projection, &mut taken);
        let rings = here.map_or_else(Vec::new, |here| rings(here, drawing, projection, &mut taken));
        MapView {
            width: sheet.width,
            height: sheet.height,
            view: drawing.view.to_string(),
            sheet: sheet.code.to_owned(),
            ground: self.ground(),
            shapes: self.shapes(projection, &paper),
            labels: self.labels(projection, &paper, drawing.lang, &mut taken),
            rings,
            pins,
            here: here.map(|(x, y)| (tenth(x), tenth(y))),
            scale: scale_bar(projection, drawing.lang),
            moves: moves(drawing),
            attribution: self.attribution.clone(),
        }
    }

    fn shapes(&self, projection: Projection, paper: &Frame) -> Vec<Shape> {
        let threshold = weight(TOLERANCE_PX / projection.scale() * WORLD);
        let mut paths: BTreeMap<(ShapeKind, u8, u16), PathData> = BTreeMap::new();
        let mut pixels: Vec<Pixel> = Vec::new();
        for outline in &self.outlines {
            if outline.kind == ShapeKind::Bound && !self.is_legible(outline.rank, projection) {
                continue;
            }
            let stroke = stroke(outline, projection);
            let clip = paper.grown(8.0 + f64::from(stroke) / 20.0);
            let extent = extent(outline, projection);
            let speck = (extent.right - extent.left).max(extent.bottom - extent.top) < 1.5;
            if speck || !extent.grown(0.1).meets(&clip) {
                continue;
            }
            self.pixels(outline, projection, threshold, &mut pixels);
            // Finer borders come first, to be painted over by coarser ones.
            let path = paths.entry((outline.kind, u8::MAX - outline.rank, stroke)).or_default();
            add(path, outline, &mut pixels, &clip, clip.contains(&extent));
        }
        let shape = |((kind, rank, stroke), path): ((ShapeKind, u8, u16), PathData)| Shape {
            kind,
            rank: u8::MAX - rank,
            d: path.into_text(),
            width: (stroke > 0).then(|| tenth(f64::from(stroke) / 10.0)),
        };
        paths.into_iter().filter(|(_, path)| !path.is_empty()).map(shape).collect()
    }

    fn is_legible(&self, rank: u8, projection: Projection) -> bool {
        let district = usize::from(rank).checked_sub(1).and_then(|index| self.districts.get(index));
        let least = if rank > 1 { LEGIBLE_FINER_PX } else { LEGIBLE_PX };
        district.is_none_or(|extent| extent / WORLD * projection.scale() >= least)
    }

    fn pixels(&self, outline: &Outline, projection: Projection, threshold: u8, pixels: &mut Vec<Pixel>) {
        pixels.clear();
        let (Some(points), Some(weights)) =
            (self.points.get(outline.from..outline.to), self.weights.get(outline.from..outline.to))
        else {
            return;
        };
        for (point, weight) in points.iter().zip(weights) {
            if *weight >= threshold || *weight == ALWAYS {
                pixels.push(on_paper(*point, projection));
            }
        }
    }

    fn labels(&self, projection: Projection, paper: &Frame, lang: Lang, taken: &mut Taken) -> Vec<Label> {
        let mut labels: Vec<Label> = Vec::new();
        let finest =
            self.names.iter().filter(|name| name.kind == LabelKind::Place).map(|name| name.rank).max();
        for name in &self.names {
            if labels.len() == MOST_LABELS {
                break;
            }
            let at = on_paper(name.at, projection);
            if !paper.holds(at) || !self.is_legible(name.district, projection) {
                continue;
            }
            let text = name.text.get(lang);
            let (size, spacing) = lettering(name, lang);
            let width = text_width(text, size, spacing);
            let repeated = |label: &Label| {
                label.text == text && (f64::from(label.x) - at.0).hypot(f64::from(label.y) - at.1) < 260.0
            };
            if !has_room(name, projection, width, finest) || labels.iter().any(repeated) {
                continue;
            }
            let Some((x, y)) = free_place(name, at, width, size, taken) else { continue };
            labels.push(Label {
                x: tenth(x),
                y: tenth(y),
                text: text.to_owned(),
                kind: name.kind,
                rank: name.rank,
                angle: name.angle.round(),
            });
        }
        labels
    }
}

fn on_paper([x, y]: super::outline::Site, projection: Projection) -> Pixel {
    projection.place((f64::from(x) / WORLD, f64::from(y) / WORLD))
}

fn extent(outline: &Outline, projection: Projection) -> Frame {
    let [west, north, east, south] = outline.area;
    let (left, top) = on_paper([west, north], projection);
    let (right, bottom) = on_paper([east, south], projection);
    Frame { left, top, right, bottom }
}

/// Tenths of a pixel; 0 leaves it to the style.
fn stroke(outline: &Outline, projection: Projection) -> u16 {
    if outline.width_m <= 0.0 {
        return 0;
    }
    let px = (f64::from(outline.width_m) / projection.metres_per_px()).clamp(1.2, 2000.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let tenths = (px * 10.0).round() as u16;
    tenths
}

fn add(path: &mut PathData, outline: &Outline, pixels: &mut Vec<Pixel>, clip: &Frame, whole: bool) {
    let drawn = match outline.kind {
        // Surveyed borders are exact already; one drawn by hand as a ring is bent like everything drawn by hand.
        ShapeKind::Bound if outline.closed => PathData::soft,
        ShapeKind::Land | ShapeKind::Bound | ShapeKind::Bridge => PathData::straight,
        ShapeKind::Hill | ShapeKind::Water | ShapeKind::Stream | ShapeKind::Line => PathData::soft,
    };
    if !outline.closed {
        if whole {
            drawn(path, pixels, false);
        } else {
            clip_line(pixels, clip).iter().for_each(|part| drawn(path, part, false));
        }
        return;
    }
    if outline.kind == ShapeKind::Bound && !whole {
        // A border cut off at the edge of the sheet must not be drawn along it.
        clip_line(pixels, clip).iter().for_each(|part| drawn(path, part, false));
        return;
    }
    if pixels.len() > 1 && pixels.first() == pixels.last() {
        pixels.pop();
    }
    let ring = if whole { std::mem::take(pixels) } else { clip_ring(std::mem::take(pixels), clip) };
    if ring.len() >= 3 {
        drawn(path, &ring, true);
    }
}

/// Size and letter spacing (in em) of a name; the style sheet says the same.
fn lettering(name: &Name, lang: Lang) -> (f64, f64) {
    match (name.kind, name.rank, lang) {
        (LabelKind::Water, _, Lang::Ko) => (12.0, 0.5),
        (LabelKind::Water, _, Lang::En) => (12.0, 0.16),
        (LabelKind::Hill, ..) => (11.0, 0.04),
        (LabelKind::Place, 0..=1, Lang::Ko) => (14.0, 0.12),
        (LabelKind::Place, 2, Lang::Ko) => (13.0, 0.1),
        (LabelKind::Place, 0..=1, Lang::En) => (13.0, 0.06),
        (LabelKind::Place, 2, Lang::En) => (12.5, 0.04),
        (LabelKind::Place, ..) => (11.5, 0.02),
    }
}

/// A district's name needs the district's room; a point's name waits until the view is close enough for its rank.
/// Where there are finer names, that of a district as wide as a phone says nothing any more.
fn has_room(name: &Name, projection: Projection, width: f64, finest: Option<u8>) -> bool {
    if let Some(room) = name.room {
        let px = f64::from(room) / WORLD * projection.scale();
        return width <= px && (px < 460.0 || Some(name.rank) == finest);
    }
    let close_enough = match name.rank {
        0..=1 => f64::INFINITY,
        2 => 140.0,
        3 => 40.0,
        4 => 16.0,
        _ => 8.0,
    };
    projection.metres_per_px() <= close_enough
}

/// Names give way: to the pins always, to one another by rank.
fn free_place(name: &Name, (x, y): Pixel, width: f64, size: f64, taken: &mut Taken) -> Option<Pixel> {
    let baseline = y + size * 0.35;
    let (sin, cos) = f64::from(name.angle).to_radians().sin_cos();
    let (half_width, half_height) =
        ((width * cos.abs() + size * sin.abs()) / 2.0, (width * sin.abs() + size * cos.abs()) / 2.0);
    let tries = if name.angle == 0.0 {
        vec![(0.0, 0.0), (0.0, 16.0), (0.0, -16.0), (30.0, 0.0), (-30.0, 0.0), (26.0, 20.0), (-26.0, -20.0)]
    } else {
        [0.0, 30.0, -30.0, 60.0, -60.0].map(|along| (along * cos, along * sin)).to_vec()
    };
    let frame = Frame::around((x, y), half_width * 2.0 + 8.0, half_height * 2.0 + 6.0);
    let frames: Vec<Frame> = tries.iter().map(|(dx, dy)| frame.moved(*dx, *dy)).collect();
    let (dx, dy) = tries[taken.first_free(&frames)?];
    Some((x + dx, baseline + dy))
}

/// Up to three distances around the shopper, with a label at the side that is free.
fn rings((x, y): Pixel, drawing: &Drawing<'_>, projection: Projection, taken: &mut Taken) -> Vec<Ring> {
    let sheet = drawing.sheet;
    let widest = f64::from(sheet.heart_width.max(sheet.heart_height)) * 0.62;
    let mut rings: Vec<Ring> = Vec::new();
    let mut last = 0.0;
    for metres in ROUND_M.into_iter().filter(|metres| *metres <= ROUND_EARTH_M) {
        let r = metres / projection.metres_per_px();
        if r < 44.0 || r > widest || r < last * 1.6 || rings.len() == 3 {
            continue;
        }
        last = r;
        let label = round_distance(metres, drawing.lang);
        let width = text_width(&label, 10.5, 0.0) + 4.0;
        let diagonal = r * std::f64::consts::FRAC_1_SQRT_2;
        let tries = [
            (x, y - r - 5.0),
            (x, y + r + 12.0),
            (x + diagonal + 10.0, y - diagonal - 6.0),
            (x - diagonal - 10.0, y - diagonal - 6.0),
            (x + diagonal + 10.0, y + diagonal + 12.0),
            (x - diagonal - 10.0, y + diagonal + 12.0),
        ];
        let frames = tries.map(|(x, baseline)| text_frame(x, baseline, width, 10.5));
        let found = taken.first_free(&frames).map(|found| tries[found]);
        let label_at = found.map(|(x, y)| (tenth(x), tenth(y)));
        rings.push(Ring { x: tenth(x), y: tenth(y), r: tenth(r), label, label_at });
    }
    rings
}

fn round_distance(metres: f64, lang: Lang) -> String {
    let gap = lang.pick("", " ");
    if metres < 1000.0 { format!("{metres}{gap}m") } else { format!("{}{gap}km", metres / 1000.0) }
}

fn scale_bar(projection: Projection, lang: Lang) -> ScaleBar {
    let px = |metres: f64| metres / projection.metres_per_px();
    let metres = ROUND_M.into_iter().rev().find(|metres| px(*metres) <= 96.0).unwrap_or(ROUND_M[0]);
    ScaleBar { width: tenth(px(metres)), label: round_distance(metres, lang) }
}

fn moves(drawing: &Drawing<'_>) -> Moves {
    let href = |view: Option<View>| view.map(|view| format!("{}{view}", drawing.view_href));
    let view = drawing.view;
    Moves {
        closer: href(view.zoomed(0.5)),
        wider: href(view.zoomed(2.0)),
        north: href(view.moved(0.0, -0.6)),
        east: href(view.moved(0.6, 0.0)),
        south: href(view.moved(0.0, 0.6)),
        west: href(view.moved(-0.6, 0.0)),
    }
}
