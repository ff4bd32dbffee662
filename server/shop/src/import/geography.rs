//! Whether a position can be true: in range, in its country, and not far from others of the same postcode or region.

use std::collections::{HashMap, HashSet};

use onshelf_vocabulary::Point;

use super::{report::Entry, zones};

/// What a file's two numbers are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Position {
    Good(Point),
    /// Latitude and longitude stood in each other's place.
    Swapped(Point),
    /// In range, but in another country.
    Abroad(Point),
    /// Zero and zero, or out of range.
    Impossible,
}

pub(super) fn position(country: &str, lat: f64, lng: f64) -> Position {
    let within = |lat, lng| zones::is_within(country, lat, lng);
    if lat.abs() < 1e-4 && lng.abs() < 1e-4 {
        return Position::Impossible;
    }
    match (Point::new(lat, lng), Point::new(lng, lat)) {
        (Ok(point), _) if within(lat, lng) != Some(false) => Position::Good(point),
        (_, Ok(swapped)) if within(lng, lat) == Some(true) => Position::Swapped(swapped),
        (Ok(point), _) => Position::Abroad(point),
        (Err(_), _) => Position::Impossible,
    }
}

/// Stores looked at together; a longer file has only its first ones compared.
const COMPARED: usize = 200_000;
/// Of one neighbourhood, for its middle to mean something.
const FEWEST: usize = 5;

/// Positions by postcode area and by region, compared once all are known.
#[derive(Default)]
pub(super) struct Neighbours {
    stores: Vec<Neighbour>,
    groups: HashMap<String, Vec<usize>>,
    postcodes: HashMap<String, Vec<Point>>,
}

struct Neighbour {
    line: u64,
    point: Point,
    country: String,
    postcode: String,
    told: bool,
}

/// Metres beyond which a store is not at its postcode.
const POSTCODE_REACH: f64 = 100_000.0;
/// A store that has another of its region so near is where stores of that region are.
const COMPANY: f64 = 200_000.0;

impl Neighbours {
    /// With the known places of postcodes, to compare with.
    pub fn new(known: impl IntoIterator<Item = (String, Point)>) -> Neighbours {
        let mut neighbours = Neighbours::default();
        for (postcode, point) in known {
            neighbours.postcodes.entry(postcode).or_default().push(point);
        }
        neighbours
    }

    pub fn add(&mut self, line: u64, country: &str, region: &str, postcode: &str, point: Point) {
        if self.stores.len() >= COMPARED {
            return;
        }
        let index = self.stores.len();
        self.stores.push(Neighbour {
            line,
            point,
            country: country.to_owned(),
            postcode: postcode.to_owned(),
            told: false,
        });
        if let Some(area) = postcode.get(..3).filter(|_| matches!(country, "US" | "CA")) {
            self.groups.entry(format!("{country} {area}")).or_default().push(index);
        }
        if !region.is_empty() {
            self.groups.entry(format!("{country}/{region}")).or_default().push(index);
        }
    }

    /// Stores that stand far from where their postcode or their neighbours are, in the order of the file.
    pub fn strangers(mut self) -> Vec<Entry> {
        let mut found = self.far_to_postcode();
        let mut groups: Vec<(String, Vec<usize>)> = std::mem::take(&mut self.groups).into_iter().collect();
        groups.sort();
        for (name, members) in groups.into_iter().filter(|(_, members)| members.len() >= FEWEST) {
            self.far_from_others(&name, &members, &mut found);
        }
        found.sort_by_key(|entry| entry.line);
        found
    }

    fn far_to_postcode(&mut self) -> Vec<Entry> {
        let far: Vec<Option<f64>> = self.stores.iter().map(|store| self.to_postcode(store)).collect();
        // The known postcodes may be another country's, where the same digits lie elsewhere: then most are far.
        let mut countries: HashMap<&str, (usize, usize)> = HashMap::new();
        for (store, far) in self.stores.iter().zip(&far) {
            if let Some(far) = far {
                let (near, all) = countries.entry(&store.country).or_default();
                *near += usize::from(*far <= POSTCODE_REACH);
                *all += 1;
            }
        }
        let covered: HashSet<String> = countries
            .into_iter()
            .filter(|(_, (near, all))| near * 10 >= all * 8)
            .map(|(country, _)| country.to_owned())
            .collect();
        let mut found = Vec::new();
        for (store, far) in self.stores.iter_mut().zip(far) {
            if let Some(far) = far.filter(|far| *far > POSTCODE_REACH && covered.contains(&store.country)) {
                store.told = true;
                found.push(stranger(store, "far from its postcode", far, &store.postcode));
            }
        }
        found
    }

    /// Metres to the nearest place with the store's postcode, if there is any.
    fn to_postcode(&self, store: &Neighbour) -> Option<f64> {
        let five = store.postcode.get(..5).unwrap_or(&store.postcode);
        let known = self.postcodes.get(&store.postcode).or_else(|| self.postcodes.get(five))?;
        Some(known.iter().map(|place| place.distance_m(store.point)).fold(f64::INFINITY, f64::min))
    }

    /// Far from the middle of the group, and alone there: Buffalo is far from most stores of New York, not from all.
    fn far_from_others(&mut self, name: &str, members: &[usize], found: &mut Vec<Entry>) {
        let points: Vec<Point> = members.iter().map(|at| self.stores[*at].point).collect();
        let Some((middle, reach)) = neighbourhood(&points) else { return };
        for at in members {
            let store = &self.stores[*at];
            let distance = store.point.distance_m(middle);
            if store.told || distance <= reach {
                continue;
            }
            let others = members.iter().filter(|other| *other != at).map(|other| self.stores[*other].point);
            if others.map(|other| other.distance_m(store.point)).fold(f64::INFINITY, f64::min) > COMPANY {
                found.push(stranger(store, "far from the others of its region", distance, name));
                self.stores[*at].told = true;
            }
        }
    }
}

fn stranger(store: &Neighbour, reason: &'static str, distance: f64, what: &str) -> Entry {
    let km = (distance / 1000.0).round();
    Entry::new(store.line, "lat, lng", reason, &format!("{}: {km} km from {what}", store.point))
}

/// The middle of a neighbourhood, and the distance in metres that none of it should pass. Medians: a few wrong
/// positions move neither.
fn neighbourhood(points: &[Point]) -> Option<(Point, f64)> {
    let middle =
        Point::new(median(points.iter().map(|p| p.lat())), median(points.iter().map(|p| p.lng()))).ok()?;
    let usual = median(points.iter().map(|point| point.distance_m(middle)));
    Some((middle, (usual * 4.0).max(120_000.0)))
}

fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_that_cannot_be_are_told_apart() {
        let point = |lat, lng| Point::new(lat, lng).unwrap();
        for (country, lat, lng, expected) in [
            ("KR", 37.5, 127.0, Position::Good(point(37.5, 127.0))),
            ("KR", 127.0, 37.5, Position::Swapped(point(37.5, 127.0))),
            ("KR", 0.0, 0.0, Position::Impossible),
            ("KR", f64::NAN, 127.0, Position::Impossible),
            ("US", 200.0, 500.0, Position::Impossible),
            ("US", 37.5, 127.0, Position::Abroad(point(37.5, 127.0))),
            ("", 37.5, 127.0, Position::Good(point(37.5, 127.0))),
        ] {
            assert_eq!(position(country, lat, lng), expected, "{country} {lat} {lng}");
        }
    }

    #[test]
    fn one_store_far_from_its_region_is_found() {
        let mut neighbours = Neighbours::default();
        for step in 0..10u8 {
            let point = Point::new(34.5 + f64::from(step) * 0.1, -92.0).unwrap();
            neighbours.add(u64::from(step) + 1, "US", "AR", &format!("72{step}01"), point);
        }
        neighbours.add(99, "US", "AR", "72401", Point::new(40.4, -79.8).unwrap());
        let lines: Vec<u64> = neighbours.strangers().iter().map(|entry| entry.line).collect();
        assert_eq!(lines, [99]);
    }

    #[test]
    fn postcodes_of_another_country_say_nothing() {
        let known = |digits: &str| (digits.to_owned(), Point::new(40.0, -75.0).unwrap());
        let mut neighbours = Neighbours::new(["28001", "28002", "19104"].map(known));
        for (line, country, postcode) in [(1, "ES", "28001"), (2, "ES", "28002"), (3, "US", "19104")] {
            let point = if country == "ES" { Point::new(40.4, -3.7) } else { Point::new(40.0, -75.1) };
            neighbours.add(line, country, "", postcode, point.unwrap());
        }
        assert_eq!(neighbours.strangers(), []);
    }
}
