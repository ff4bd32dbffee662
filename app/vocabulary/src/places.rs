//! Points on the earth, moments in words, and named places.

use serde::{Deserialize, Serialize};

/// The mean radius of the earth in metres (IUGG): every distance is one on a sphere of it.
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A WGS 84 position in degrees; both are finite and in range by construction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawPoint")]
pub struct Point {
    lat: f64,
    lng: f64,
}

#[derive(Deserialize)]
struct RawPoint {
    lat: f64,
    lng: f64,
}

/// Why two numbers are no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a position is a latitude from -90 to 90 and a longitude from -180 to 180")]
pub struct NotAPoint;

impl TryFrom<RawPoint> for Point {
    type Error = NotAPoint;

    fn try_from(raw: RawPoint) -> Result<Point, NotAPoint> {
        Point::new(raw.lat, raw.lng)
    }
}

impl Point {
    pub fn new(lat: f64, lng: f64) -> Result<Point, NotAPoint> {
        let valid = lat.is_finite() && lng.is_finite() && lat.abs() <= 90.0 && lng.abs() <= 180.0;
        if valid { Ok(Point { lat, lng }) } else { Err(NotAPoint) }
    }

    #[must_use]
    pub fn lat(self) -> f64 {
        self.lat
    }

    #[must_use]
    pub fn lng(self) -> f64 {
        self.lng
    }

    /// Great-circle distance in metres on a sphere of [`EARTH_RADIUS_M`] (haversine).
    #[must_use]
    pub fn distance_m(self, other: Point) -> f64 {
        let (a, b) = (self.lat.to_radians(), other.lat.to_radians());
        let half_lat = ((b - a) / 2.0).sin();
        let half_lng = ((other.lng - self.lng).to_radians() / 2.0).sin();
        let h = half_lat * half_lat + a.cos() * b.cos() * half_lng * half_lng;
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
    }
}

/// `LAT,LNG` in degrees, as in addresses and cookies.
impl std::str::FromStr for Point {
    type Err = NotAPoint;

    fn from_str(text: &str) -> Result<Point, NotAPoint> {
        let (lat, lng) = text.split_once(',').ok_or(NotAPoint)?;
        let number = |part: &str| part.trim().parse::<f64>().map_err(|_| NotAPoint);
        Point::new(number(lat)?, number(lng)?)
    }
}

impl std::fmt::Display for Point {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:.5},{:.5}", self.lat, self.lng)
    }
}

/// A moment both for machines and for people: the browser carries no time zones.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// RFC 3339 with the offset of the store's time zone.
    pub at: String,
    /// As people there say it, in the page's language: `17:40`, `내일 10:30`, `Tue 24 Nov 10:30`.
    pub label: String,
}

/// A place found by its name or postcode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaceView {
    pub name: String,
    /// The larger place it lies in, to tell namesakes apart.
    pub region: String,
    pub point: Point,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_out_of_range_never_exist() {
        for bad in ["NaN,127", "91,0", "0,181", "37.5", "inf,0", "a,b", ""] {
            assert!(bad.parse::<Point>().is_err(), "{bad}");
        }
    }

    #[test]
    fn seoul_to_busan_is_325_km() {
        let (seoul, busan) = (Point::new(37.5665, 126.978), Point::new(35.1796, 129.0756));
        let km = seoul.and_then(|a| busan.map(|b| a.distance_m(b) / 1000.0)).unwrap();
        assert!((km - 325.0).abs() < 2.0, "{km}");
    }
}
