//! What a map shows and how big it is drawn: views as they stand in an address, sheets, and Web Mercator both ways.

use std::f64::consts::PI;

use onshelf_vocabulary::Point;

/// Metres around the equator, as Web Mercator has it.
const EQUATOR_M: f64 = 40_075_016.685_578;
/// Beyond it Web Mercator ends.
const MAX_LAT: f64 = 85.051_128;
const SPAN_KM: std::ops::RangeInclusive<f64> = 0.3..=16_000.0;

/// The paper a map is drawn on, in CSS pixels. The frame on the page may crop it from all sides alike, but never
/// into its heart, so that one drawing serves every window of its class. No control lies over it: where the frame ends
/// is known to the browser alone, so nothing drawn here could keep clear of what is fastened to its edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub code: &'static str,
    pub width: u16,
    pub height: u16,
    /// The middle that is always visible.
    pub heart_width: u16,
    pub heart_height: u16,
    /// How many stores a first view should hold, if they are near enough.
    pub wants: usize,
}

impl Sheet {
    /// A strip above a list, for windows up to 900 wide.
    pub const PHONE: Sheet =
        Sheet { code: "phone", width: 900, height: 400, heart_width: 280, heart_height: 220, wants: 5 };
    /// Beside a list, for wider windows.
    pub const DESK: Sheet =
        Sheet { code: "desk", width: 1800, height: 1200, heart_width: 600, heart_height: 600, wants: 8 };

    /// The sheet a click was on, by its code.
    #[must_use]
    pub fn named(code: &str) -> Option<Sheet> {
        [Sheet::PHONE, Sheet::DESK].into_iter().find(|sheet| sheet.code == code)
    }

    fn span_px(self) -> f64 {
        f64::from(self.heart_width.min(self.heart_height))
    }
}

/// A place and how much around it: the span is the ground across the shorter side of a sheet's heart, so the same
/// view means the same on every sheet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    centre: Point,
    span_km: f64,
}

/// Why a text is no view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a view is LAT,LNG,SPAN_KM")]
pub struct NotAView;

impl View {
    /// The span is brought within 0.3 to 16,000 km; one that is no number is refused.
    pub fn new(centre: Point, span_km: f64) -> Result<View, NotAView> {
        if !span_km.is_finite() || span_km <= 0.0 {
            return Err(NotAView);
        }
        let lat = centre.lat().clamp(-MAX_LAT, MAX_LAT);
        let centre = Point::new(lat, centre.lng()).map_err(|_| NotAView)?;
        Ok(View { centre, span_km: span_km.clamp(*SPAN_KM.start(), *SPAN_KM.end()) })
    }

    #[must_use]
    pub fn centre(self) -> Point {
        self.centre
    }

    #[must_use]
    pub fn span_km(self) -> f64 {
        self.span_km
    }

    /// The closest view that has every point, with room for its pin, inside the sheet's heart. None without points.
    #[must_use]
    pub fn fitting(points: &[Point], sheet: Sheet) -> Option<View> {
        let first = mercator(*points.first()?);
        let mut area = [first.0, first.1, first.0, first.1];
        for (x, y) in points.iter().map(|point| mercator(*point)) {
            area = [area[0].min(x), area[1].min(y), area[2].max(x), area[3].max(y)];
        }
        // A pin stands on its point: it needs more room above than below.
        let (side, above, below) = (30.0, 46.0, 26.0);
        let across = (area[2] - area[0]) / (f64::from(sheet.heart_width) - 2.0 * side);
        let down = (area[3] - area[1]) / (f64::from(sheet.heart_height) - above - below);
        let per_px = across.max(down).max(0.0);
        let middle = ((area[0] + area[2]) / 2.0, (area[1] + area[3]) / 2.0 - per_px * (above - below) / 2.0);
        let centre = from_mercator(middle)?;
        let metres = per_px * EQUATOR_M * centre.lat().to_radians().cos();
        View::new(centre, (metres * sheet.span_px() / 1000.0).max(1.2)).ok()
    }

    /// A first view: `here` and the stores that matter, which come in the order in which they do (nearest first). It
    /// takes as many as the sheet wants, but does not reach out for one that lies far beyond the others.
    #[must_use]
    pub fn around(here: Option<Point>, stores: &[Point], sheet: Sheet) -> Option<View> {
        let Some(here) = here else { return View::fitting(stores, sheet) };
        let mut chosen = vec![here];
        let mut view = View::new(here, 2.0).ok()?;
        for store in stores.iter().take(sheet.wants) {
            chosen.push(*store);
            let wider = View::fitting(&chosen, sheet)?;
            if chosen.len() > 3 && wider.span_km > view.span_km.max(2.0) * 2.2 {
                break;
            }
            view = wider;
        }
        Some(view)
    }

    /// The same place with the span times `factor`; none where that is out of range.
    #[must_use]
    pub fn zoomed(self, factor: f64) -> Option<View> {
        let span_km = self.span_km * factor;
        let reached = if factor < 1.0 { *SPAN_KM.start() } else { *SPAN_KM.end() };
        if (self.span_km - reached).abs() < 1e-9 {
            return None;
        }
        View::new(self.centre, span_km).ok()
    }

    /// The view beside this one, by fractions of the span to the east and to the south; none past the edge.
    #[must_use]
    pub fn moved(self, east: f64, south: f64) -> Option<View> {
        let (x, y) = mercator(self.centre);
        let step = self.span_km * 1000.0 / (EQUATOR_M * self.centre.lat().to_radians().cos());
        View::new(from_mercator((x + east * step, y + south * step))?, self.span_km).ok()
    }
}

impl std::fmt::Display for View {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let span = if self.span_km >= 100.0 { self.span_km.round() } else { self.span_km };
        let text = format!("{span:.2}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        write!(out, "{:.5},{:.5},{text}", self.centre.lat(), self.centre.lng())
    }
}

impl std::str::FromStr for View {
    type Err = NotAView;

    fn from_str(text: &str) -> Result<View, NotAView> {
        let (centre, span) = text.rsplit_once(',').ok_or(NotAView)?;
        let span_km = span.trim().parse::<f64>().map_err(|_| NotAView)?;
        View::new(centre.parse::<Point>().map_err(|_| NotAView)?, span_km)
    }
}

/// Where a click on a drawn map was: its view and sheet as the map carries them, and the pixel. None for what no map
/// has sent.
#[must_use]
pub fn clicked(view: &str, sheet: &str, x: f64, y: f64) -> Option<Point> {
    let sheet = Sheet::named(sheet)?;
    let on_it = (0.0..=f64::from(sheet.width)).contains(&x) && (0.0..=f64::from(sheet.height)).contains(&y);
    if on_it { Projection::new(view.parse().ok()?, sheet).unproject(x, y) } else { None }
}

/// From the ground to the pixels of a sheet and back.
#[derive(Clone, Copy, Debug)]
pub struct Projection {
    /// Unit Mercator of the sheet's top left corner.
    left: f64,
    top: f64,
    /// Pixels around the world.
    scale: f64,
    metres_per_px: f64,
}

impl Projection {
    #[must_use]
    pub fn new(view: View, sheet: Sheet) -> Projection {
        let metres_per_px = view.span_km * 1000.0 / sheet.span_px();
        let scale = EQUATOR_M * view.centre.lat().to_radians().cos() / metres_per_px;
        let (x, y) = mercator(view.centre);
        let left = x - f64::from(sheet.width) / 2.0 / scale;
        let top = y - f64::from(sheet.height) / 2.0 / scale;
        Projection { left, top, scale, metres_per_px }
    }

    /// Pixels from the top left corner.
    #[must_use]
    pub fn project(self, point: Point) -> (f64, f64) {
        self.place(mercator(point))
    }

    /// The point under a pixel; none outside the world.
    #[must_use]
    pub fn unproject(self, x: f64, y: f64) -> Option<Point> {
        from_mercator((self.left + x / self.scale, self.top + y / self.scale))
    }

    /// Metres on the ground in one pixel, at the middle of the sheet.
    #[must_use]
    pub fn metres_per_px(self) -> f64 {
        self.metres_per_px
    }

    pub(super) fn place(self, (x, y): (f64, f64)) -> (f64, f64) {
        ((x - self.left) * self.scale, (y - self.top) * self.scale)
    }

    pub(super) fn scale(self) -> f64 {
        self.scale
    }
}

/// Unit Web Mercator: 0 to 1 from west to east and from north to south.
pub(super) fn mercator(point: Point) -> (f64, f64) {
    let lat = point.lat().clamp(-MAX_LAT, MAX_LAT).to_radians();
    let y = (1.0 - (PI / 4.0 + lat / 2.0).tan().ln() / PI) / 2.0;
    ((point.lng() + 180.0) / 360.0, y.clamp(0.0, 1.0))
}

fn from_mercator((x, y): (f64, f64)) -> Option<Point> {
    let inside = (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y);
    let lat = (PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees();
    if inside { Point::new(lat, x * 360.0 - 180.0).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(lat: f64, lng: f64) -> Point {
        Point::new(lat, lng).unwrap()
    }

    #[test]
    fn a_view_reads_back_what_it_writes() {
        for text in ["37.54462,127.05571,4.2", "-33.86880,151.20930,120", "0.00000,0.00000,0.3"] {
            assert_eq!(text.parse::<View>().unwrap().to_string(), text);
        }
        for bad in
            ["", "37,127", "37,127,0", "37,127,-1", "37,127,NaN", "37,127,inf", "91,0,2", "37,181,4", "a,b,c"]
        {
            assert_eq!(bad.parse::<View>(), Err(NotAView), "{bad}");
        }
    }

    #[test]
    fn a_click_comes_back_to_its_point() {
        let view: View = "37.54462,127.05571,4.2".parse().unwrap();
        for sheet in [Sheet::PHONE, Sheet::DESK] {
            let projection = Projection::new(view, sheet);
            let shop = point(37.551, 127.04);
            let (x, y) = projection.project(shop);
            assert!(projection.unproject(x, y).unwrap().distance_m(shop) < 0.1);
            assert_eq!(projection.unproject(f64::NAN, f64::INFINITY), None);
            assert_eq!(projection.unproject(-1e12, 0.0), None);
        }
    }

    #[test]
    fn a_click_on_no_map_is_nowhere() {
        let middle = clicked("37.5,127,4", "phone", 450.0, 200.0).unwrap();
        assert!(middle.distance_m(point(37.5, 127.0)) < 0.1);
        for (view, sheet, x) in [
            ("", "phone", 1.0),
            ("37.5,127,4", "wall", 1.0),
            ("37.5,127,4", "phone", 901.0),
            ("37.5,127,4", "desk", -1.0),
        ] {
            assert_eq!(clicked(view, sheet, x, 1.0), None);
        }
    }

    #[test]
    fn a_span_is_metres_on_the_ground() {
        let view = View::new(point(60.0, 10.0), 10.0).unwrap();
        let projection = Projection::new(view, Sheet::PHONE);
        let across = projection
            .unproject(340.0, 200.0)
            .unwrap()
            .distance_m(projection.unproject(560.0, 200.0).unwrap());
        assert!((across - 10_000.0).abs() < 60.0, "{across}");
    }

    #[test]
    fn a_fitted_view_keeps_its_points_in_the_heart() {
        let points = [point(37.50, 126.90), point(37.60, 127.10), point(37.55, 127.0)];
        for sheet in [Sheet::PHONE, Sheet::DESK] {
            let projection = Projection::new(View::fitting(&points, sheet).unwrap(), sheet);
            for spot in points {
                let (x, y) = projection.project(spot);
                let (w, h) = (f64::from(sheet.width), f64::from(sheet.height));
                assert!((x - w / 2.0).abs() <= f64::from(sheet.heart_width) / 2.0, "{x}");
                assert!((y - h / 2.0).abs() <= f64::from(sheet.heart_height) / 2.0, "{y}");
            }
        }
        assert_eq!(View::fitting(&[], Sheet::PHONE), None);
    }

    #[test]
    fn a_first_view_leaves_out_who_is_far() {
        let here = point(37.5446, 127.0557);
        let near = [point(37.546, 127.05), point(37.54, 127.06), point(37.55, 127.05), point(35.18, 129.07)];
        assert!(View::around(Some(here), &near, Sheet::PHONE).unwrap().span_km() < 5.0);
        assert!(View::around(None, &near, Sheet::PHONE).unwrap().span_km() > 200.0);
        assert!(View::around(Some(here), &[], Sheet::DESK).is_some());
    }

    #[test]
    fn moving_ends_where_the_world_does() {
        let pole = View::new(point(85.0, 179.9), 100.0).unwrap();
        assert_eq!(pole.moved(1.0, 0.0), None);
        assert_eq!(pole.moved(0.0, -1.0), None);
        assert!(pole.moved(0.0, 1.0).is_some());
        assert_eq!(View::new(point(0.0, 0.0), 0.1).unwrap().zoomed(0.5), None);
    }
}
