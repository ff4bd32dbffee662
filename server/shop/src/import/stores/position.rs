//! Where a store is: two numbers or one text, with decimals or in degrees, minutes and seconds.

use onshelf_vocabulary::Point;

use super::super::{
    geography::{self, Position},
    row::Row,
};

/// The store's position; what cannot be one is a warning and no position.
pub(super) fn point(row: &Row<'_>, country: &str) -> Option<Point> {
    let (lat, lng) = match row.list("coordinates").as_slice() {
        [] => (row.text_or_empty("lat"), row.text_or_empty("lng")),
        [both] => parted(both),
        [first, second, ..] => (first.to_string(), second.to_string()),
    };
    if lat.is_empty() && lng.is_empty() {
        row.warn("lat, lng", "no position: no search by distance will find it", "");
        return None;
    }
    let shown = format!("{lat}, {lng}");
    let (Some(lat), Some(lng)) = (degrees(&lat), degrees(&lng)) else {
        row.warn("lat, lng", "not numbers: taken as no position", &shown);
        return None;
    };
    match geography::position(country, lat, lng) {
        Position::Good(point) => Some(point),
        Position::Swapped(point) => {
            row.warn("lat, lng", "latitude and longitude in each other's place: put right", &shown);
            Some(point)
        }
        Position::Abroad(point) => {
            row.warn("lat, lng", "outside the store's country", &format!("{shown} is not in {country}"));
            Some(point)
        }
        Position::Impossible => {
            row.warn("lat, lng", "no place on land: taken as no position", &shown);
            None
        }
    }
}

/// The two halves of one text. A comma with a space after it parts before one that may be a decimal sign.
fn parted(both: &str) -> (String, String) {
    let both = both.trim_matches(['(', ')', '[', ']', ' ']);
    let halves = both
        .split_once([';', '/'])
        .or_else(|| both.split_once(", "))
        .or_else(|| both.split_once(','))
        .or_else(|| both.split_once(' '))
        .unwrap_or((both, ""));
    (halves.0.trim().to_owned(), halves.1.trim().to_owned())
}

/// `37.5`, `37,5` as a German spreadsheet has it, `35°09'49.3"N`.
fn degrees(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    if let Some((whole, rest)) = text.split_once(',')
        && !rest.contains([',', '.'])
        && let Ok(number) = format!("{whole}.{rest}").parse()
    {
        return Some(number);
    }
    let sides = ['N', 'S', 'E', 'W', 'n', 's', 'e', 'w'];
    let bare = text.trim_matches(|c: char| sides.contains(&c) || c.is_whitespace());
    if bare.len() == text.len() && !text.contains('°') {
        return None;
    }
    let is_behind = text.contains(['S', 'W', 's', 'w']) || bare.starts_with('-');
    let size = by_sixties(bare.trim_start_matches('-'))?;
    Some(if is_behind { -size } else { size })
}

/// Degrees, minutes and seconds, parted by their signs or by spaces.
fn by_sixties(text: &str) -> Option<f64> {
    const SIGNS: [char; 8] = ['°', '\'', '′', '’', '"', '″', '”', ' '];
    let parts: Option<Vec<f64>> =
        text.split(SIGNS).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect();
    match parts?.as_slice() {
        [degrees] => Some(*degrees),
        [degrees, minutes] if *minutes < 60.0 => Some(degrees + minutes / 60.0),
        [degrees, minutes, seconds] if *minutes < 60.0 && *seconds < 60.0 => {
            Some(degrees + minutes / 60.0 + seconds / 3600.0)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_degrees_are_read() {
        for (text, wanted) in [
            ("37.5446", 37.5446),
            ("48,1374", 48.1374),
            ("-122.5", -122.5),
            ("35°09'49.3\"N", 35.163_694),
            ("71° 3' 36\" W", -71.06),
            ("-33° 30′", -33.5),
            ("37.5446°", 37.5446),
            ("127.1 E", 127.1),
        ] {
            let read = degrees(text).unwrap();
            assert!((read - wanted).abs() < 1e-4, "{text}: {read}");
        }
        for text in ["", "north", "35°72'0\"N", "1,2,3", "37.5 127.1", "E"] {
            assert_eq!(degrees(text), None, "{text}");
        }
    }

    #[test]
    fn one_text_is_parted_where_its_halves_meet() {
        for (both, halves) in [
            ("37.5, 127.1", ("37.5", "127.1")),
            ("37.5,127.1", ("37.5", "127.1")),
            ("37.5 127.1", ("37.5", "127.1")),
            ("(37.5; 127.1)", ("37.5", "127.1")),
            ("48,13, 11,57", ("48,13", "11,57")),
            ("42° 21' 36\" N, 71° 3' 36\" W", ("42° 21' 36\" N", "71° 3' 36\" W")),
        ] {
            let (lat, lng) = parted(both);
            assert_eq!((lat.as_str(), lng.as_str()), halves, "{both}");
        }
    }
}
