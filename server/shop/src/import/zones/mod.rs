//! The time zone of a store whose file names none: by country, by state where a country has several, by longitude
//! where a state has. And the rough box of each country, to see a position that cannot be in it.

mod states;

use onshelf_vocabulary::Point;

pub(super) use self::states::state_code;
use self::states::{CENTRAL, EASTERN, MOUNTAIN, PACIFIC};

/// Country, its zone (none where it has several), and its box: south, north, west, east in degrees, the islands that
/// belong to it included.
type Country = (&'static str, Option<&'static str>, [f64; 4]);

#[rustfmt::skip]
const COUNTRIES: &[Country] = &[
    ("AD", Some("Europe/Andorra"), [42.3, 42.8, 1.3, 1.9]), ("AE", Some("Asia/Dubai"), [22.4, 26.4, 51.0, 56.6]),
    ("AL", Some("Europe/Tirane"), [39.5, 42.8, 19.1, 21.2]), ("AM", Some("Asia/Yerevan"), [38.7, 41.4, 43.3, 46.8]),
    ("AR", Some("America/Argentina/Buenos_Aires"), [-55.3, -21.6, -73.8, -53.5]),
    ("AT", Some("Europe/Vienna"), [46.2, 49.2, 9.4, 17.3]), ("AU", None, [-55.3, -9.0, 72.0, 168.1]),
    ("AW", Some("America/Aruba"), [12.3, 12.8, -70.2, -69.7]), ("AZ", Some("Asia/Baku"), [38.2, 42.0, 44.6, 50.8]),
    ("BA", Some("Europe/Sarajevo"), [42.4, 45.4, 15.6, 19.8]), ("BD", Some("Asia/Dhaka"), [20.3, 26.8, 87.9, 92.8]),
    ("BE", Some("Europe/Brussels"), [49.4, 51.6, 2.4, 6.5]), ("BG", Some("Europe/Sofia"), [41.1, 44.3, 22.2, 28.8]),
    ("BH", Some("Asia/Bahrain"), [25.4, 26.5, 50.2, 51.0]), ("BN", Some("Asia/Brunei"), [3.9, 5.2, 113.9, 115.5]),
    ("BO", Some("America/La_Paz"), [-23.0, -9.5, -69.8, -57.3]), ("BR", None, [-34.0, 5.4, -74.1, -28.6]),
    ("BS", Some("America/Nassau"), [20.7, 27.4, -80.7, -72.5]), ("CA", None, [41.6, 83.3, -141.1, -52.5]),
    ("CH", Some("Europe/Zurich"), [45.7, 47.9, 5.8, 10.6]), ("CL", Some("America/Santiago"), [-56.6, -17.4, -109.6, -66.3]),
    ("CN", Some("Asia/Shanghai"), [15.7, 53.7, 73.4, 135.2]), ("CO", Some("America/Bogota"), [-4.4, 13.6, -82.0, -66.7]),
    ("CR", Some("America/Costa_Rica"), [5.4, 11.4, -87.2, -82.4]), ("CW", Some("America/Curacao"), [11.9, 12.5, -69.3, -68.6]),
    ("CY", Some("Asia/Nicosia"), [34.4, 35.8, 32.1, 34.7]), ("CZ", Some("Europe/Prague"), [48.5, 51.2, 12.0, 19.0]),
    ("DE", Some("Europe/Berlin"), [47.2, 55.2, 5.8, 15.2]), ("DK", Some("Europe/Copenhagen"), [54.4, 57.9, 7.9, 15.3]),
    ("DO", Some("America/Santo_Domingo"), [17.3, 20.1, -72.1, -68.2]), ("DZ", Some("Africa/Algiers"), [18.9, 37.2, -8.8, 12.1]),
    ("EC", Some("America/Guayaquil"), [-5.1, 1.8, -92.1, -75.1]), ("EE", Some("Europe/Tallinn"), [57.4, 59.9, 21.6, 28.3]),
    ("EG", Some("Africa/Cairo"), [21.9, 31.8, 24.6, 37.2]), ("ES", Some("Europe/Madrid"), [27.5, 43.9, -18.3, 4.5]),
    ("ET", Some("Africa/Addis_Ababa"), [3.3, 15.0, 32.9, 48.1]), ("FI", Some("Europe/Helsinki"), [59.6, 70.2, 19.3, 31.7]),
    ("FR", Some("Europe/Paris"), [41.2, 51.2, -5.3, 9.7]), ("GB", Some("Europe/London"), [49.8, 61.0, -8.8, 1.9]),
    ("GE", Some("Asia/Tbilisi"), [41.0, 43.7, 39.9, 46.8]), ("GH", Some("Africa/Accra"), [4.6, 11.3, -3.4, 1.3]),
    ("GR", Some("Europe/Athens"), [34.7, 41.9, 19.2, 29.8]), ("GT", Some("America/Guatemala"), [13.6, 17.9, -92.4, -88.1]),
    ("HK", Some("Asia/Hong_Kong"), [22.1, 22.7, 113.8, 114.6]), ("HN", Some("America/Tegucigalpa"), [12.9, 17.5, -89.5, -82.3]),
    ("HR", Some("Europe/Zagreb"), [42.3, 46.6, 13.4, 19.5]), ("HU", Some("Europe/Budapest"), [45.7, 48.7, 16.0, 23.0]),
    ("ID", None, [-11.2, 6.2, 94.9, 141.2]), ("IE", Some("Europe/Dublin"), [51.3, 55.5, -10.8, -5.9]),
    ("IL", Some("Asia/Jerusalem"), [29.4, 33.5, 34.2, 36.0]), ("IN", Some("Asia/Kolkata"), [6.4, 35.8, 68.0, 97.5]),
    ("IS", Some("Atlantic/Reykjavik"), [63.2, 66.7, -24.7, -13.3]), ("IT", Some("Europe/Rome"), [35.2, 47.2, 6.5, 18.7]),
    ("JM", Some("America/Jamaica"), [17.6, 18.6, -78.5, -76.1]), ("JO", Some("Asia/Amman"), [29.1, 33.4, 34.8, 39.4]),
    ("JP", Some("Asia/Tokyo"), [20.2, 45.7, 122.7, 154.2]), ("KE", Some("Africa/Nairobi"), [-4.9, 5.1, 33.8, 42.0]),
    ("KH", Some("Asia/Phnom_Penh"), [9.9, 14.8, 102.2, 107.8]), ("KR", Some("Asia/Seoul"), [32.9, 38.8, 124.4, 132.1]),
    ("KW", Some("Asia/Kuwait"), [28.4, 30.2, 46.4, 48.6]), ("KZ", Some("Asia/Almaty"), [40.4, 55.6, 46.3, 87.5]),
    ("LA", Some("Asia/Vientiane"), [13.8, 22.6, 100.0, 107.8]), ("LB", Some("Asia/Beirut"), [33.0, 34.8, 35.0, 36.8]),
    ("LK", Some("Asia/Colombo"), [5.8, 9.9, 79.5, 82.0]), ("LT", Some("Europe/Vilnius"), [53.8, 56.5, 20.8, 27.0]),
    ("LU", Some("Europe/Luxembourg"), [49.3, 50.3, 5.6, 6.6]), ("LV", Some("Europe/Riga"), [55.6, 58.2, 20.8, 28.4]),
    ("MA", Some("Africa/Casablanca"), [20.7, 36.0, -17.2, -0.9]), ("MC", Some("Europe/Monaco"), [43.6, 43.9, 7.3, 7.6]),
    ("ME", Some("Europe/Podgorica"), [41.8, 43.7, 18.3, 20.5]), ("MK", Some("Europe/Skopje"), [40.7, 42.5, 20.3, 23.2]),
    ("MN", Some("Asia/Ulaanbaatar"), [41.5, 52.3, 87.6, 120.1]), ("MO", Some("Asia/Macau"), [22.0, 22.3, 113.4, 113.7]),
    ("MT", Some("Europe/Malta"), [35.7, 36.2, 14.0, 14.7]), ("MX", None, [14.4, 32.9, -118.6, -86.6]),
    ("MY", Some("Asia/Kuala_Lumpur"), [0.7, 7.6, 99.5, 119.5]), ("NG", Some("Africa/Lagos"), [4.1, 14.0, 2.5, 14.8]),
    ("NL", Some("Europe/Amsterdam"), [50.7, 53.7, 3.2, 7.3]), ("NO", Some("Europe/Oslo"), [57.8, 81.0, 4.0, 33.8]),
    ("NP", Some("Asia/Kathmandu"), [26.2, 30.6, 79.9, 88.3]), ("NZ", Some("Pacific/Auckland"), [-52.7, -29.1, 165.8, 179.1]),
    ("OM", Some("Asia/Muscat"), [16.5, 26.6, 51.8, 60.0]), ("PA", Some("America/Panama"), [7.0, 9.8, -83.2, -77.1]),
    ("PE", Some("America/Lima"), [-18.5, 0.1, -81.5, -68.6]), ("PH", Some("Asia/Manila"), [4.4, 21.3, 116.7, 126.8]),
    ("PK", Some("Asia/Karachi"), [23.5, 37.2, 60.7, 77.9]), ("PL", Some("Europe/Warsaw"), [48.9, 55.0, 14.0, 24.3]),
    ("PR", Some("America/Puerto_Rico"), [17.8, 18.7, -68.1, -65.1]), ("PT", Some("Europe/Lisbon"), [29.9, 42.3, -31.5, -6.1]),
    ("PY", Some("America/Asuncion"), [-27.7, -19.2, -62.8, -54.2]), ("QA", Some("Asia/Qatar"), [24.4, 26.3, 50.6, 51.8]),
    ("RO", Some("Europe/Bucharest"), [43.5, 48.4, 20.1, 29.9]), ("RS", Some("Europe/Belgrade"), [41.8, 46.3, 18.7, 23.1]),
    ("RU", None, [41.1, 82.0, 19.5, 180.0]), ("SA", Some("Asia/Riyadh"), [16.2, 32.3, 34.4, 55.8]),
    ("SE", Some("Europe/Stockholm"), [55.2, 69.2, 10.8, 24.3]), ("SG", Some("Asia/Singapore"), [1.1, 1.6, 103.5, 104.5]),
    ("SI", Some("Europe/Ljubljana"), [45.3, 47.0, 13.3, 16.7]), ("SK", Some("Europe/Bratislava"), [47.6, 49.7, 16.7, 22.7]),
    ("SV", Some("America/El_Salvador"), [13.0, 14.6, -90.3, -87.6]), ("TH", Some("Asia/Bangkok"), [5.5, 20.6, 97.2, 105.8]),
    ("TN", Some("Africa/Tunis"), [30.1, 37.7, 7.4, 11.7]), ("TR", Some("Europe/Istanbul"), [35.7, 42.3, 25.5, 45.0]),
    ("TT", Some("America/Port_of_Spain"), [9.9, 11.5, -62.1, -60.3]), ("TW", Some("Asia/Taipei"), [20.6, 26.5, 116.6, 122.3]),
    ("UA", Some("Europe/Kyiv"), [44.2, 52.5, 22.0, 40.4]), ("US", None, [17.5, 71.6, -179.9, -64.4]),
    ("UY", Some("America/Montevideo"), [-35.2, -30.0, -58.6, -53.0]), ("VE", Some("America/Caracas"), [0.5, 12.4, -73.5, -59.7]),
    ("VN", Some("Asia/Ho_Chi_Minh"), [8.1, 23.5, 102.0, 109.6]), ("ZA", Some("Africa/Johannesburg"), [-47.2, -22.0, 16.3, 38.1]),
];

/// A country's bands of longitude, from east to west: the first whose western edge lies west of the position.
type Bands = &'static [(f64, &'static str)];

fn bands(country: &str) -> Bands {
    match country {
        "US" => &[
            (-85.0, EASTERN),
            (-102.0, CENTRAL),
            (-114.5, MOUNTAIN),
            (-130.0, PACIFIC),
            (-180.0, "Pacific/Honolulu"),
        ],
        "CA" => &[
            (-57.0, "America/St_Johns"),
            (-67.0, "America/Halifax"),
            (-90.0, "America/Toronto"),
            (-102.0, "America/Winnipeg"),
            (-110.0, "America/Regina"),
            (-120.0, "America/Edmonton"),
            (-142.0, "America/Vancouver"),
        ],
        "AU" => &[(141.0, "Australia/Sydney"), (129.0, "Australia/Adelaide"), (70.0, "Australia/Perth")],
        "BR" => &[(-53.0, "America/Sao_Paulo"), (-67.0, "America/Manaus"), (-75.0, "America/Rio_Branco")],
        "MX" => &[
            (-88.0, "America/Cancun"),
            (-105.0, "America/Mexico_City"),
            (-112.0, "America/Hermosillo"),
            (-119.0, "America/Tijuana"),
        ],
        "RU" => &[
            (130.0, "Asia/Vladivostok"),
            (102.0, "Asia/Irkutsk"),
            (87.0, "Asia/Krasnoyarsk"),
            (75.0, "Asia/Novosibirsk"),
            (54.0, "Asia/Yekaterinburg"),
            (21.5, "Europe/Moscow"),
            (19.0, "Europe/Kaliningrad"),
        ],
        "ID" => &[(132.0, "Asia/Jayapura"), (114.5, "Asia/Makassar"), (94.0, "Asia/Jakarta")],
        _ => &[],
    }
}

/// How a zone came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    Known(&'static str),
    /// By longitude alone: it may be an hour off, and past the known bands it knows no summer time.
    Guessed(&'static str),
}

/// The zone of a place. `state` is a short code or a full name; the postcode speaks where there is no position.
pub(super) fn zone(country: &str, state: &str, postcode: &str, point: Option<Point>) -> Option<Zone> {
    if let Some(zone) = states::zone(country, state, postcode, point) {
        return Some(Zone::Known(zone));
    }
    if let Some(zone) = COUNTRIES.iter().find(|(code, ..)| *code == country).and_then(|(_, zone, _)| *zone) {
        return Some(Zone::Known(zone));
    }
    let point = point?;
    let band = bands(country).iter().find(|(edge, _)| point.lng() >= *edge);
    Some(Zone::Guessed(band.map_or_else(|| nautical(point), |(_, zone)| *zone)))
}

/// Fifteen degrees an hour. POSIX counts these names westwards.
fn nautical(point: Point) -> &'static str {
    const WEST: [&str; 13] = [
        "Etc/GMT",
        "Etc/GMT+1",
        "Etc/GMT+2",
        "Etc/GMT+3",
        "Etc/GMT+4",
        "Etc/GMT+5",
        "Etc/GMT+6",
        "Etc/GMT+7",
        "Etc/GMT+8",
        "Etc/GMT+9",
        "Etc/GMT+10",
        "Etc/GMT+11",
        "Etc/GMT+12",
    ];
    const EAST: [&str; 13] = [
        "Etc/GMT",
        "Etc/GMT-1",
        "Etc/GMT-2",
        "Etc/GMT-3",
        "Etc/GMT-4",
        "Etc/GMT-5",
        "Etc/GMT-6",
        "Etc/GMT-7",
        "Etc/GMT-8",
        "Etc/GMT-9",
        "Etc/GMT-10",
        "Etc/GMT-11",
        "Etc/GMT-12",
    ];
    let names = if point.lng() < 0.0 { WEST } else { EAST };
    let hours = (point.lng().abs() / 15.0).round();
    let at = (0..13u8).find(|at| f64::from(*at) >= hours).unwrap_or(12);
    names[usize::from(at)]
}

/// Whether a position can be in a country at all; none where the country is not known here.
pub(super) fn is_within(country: &str, lat: f64, lng: f64) -> Option<bool> {
    let (.., [south, north, west, east]) = COUNTRIES.iter().find(|(code, ..)| *code == country)?;
    // Guam and the Aleutians past the date line belong to the United States, Chukotka to Russia.
    let far = match country {
        "US" => (144.0..=180.0).contains(&lng) && (13.0..=55.0).contains(&lat),
        "RU" => lng < -168.0 && lat > 60.0,
        "FR" => (-62.0..=56.0).contains(&lng) && (-22.0..=18.2).contains(&lat),
        "NL" => (-70.0..=-62.0).contains(&lng) && (11.5..=18.2).contains(&lat),
        _ => false,
    };
    Some(far || ((*south..=*north).contains(&lat) && (*west..=*east).contains(&lng)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_follow_country_state_and_longitude() {
        for (country, state, at, expected) in [
            ("KR", "", (37.5, 127.0), Zone::Known("Asia/Seoul")),
            ("US", "TX", (31.8, -106.4), Zone::Known(MOUNTAIN)),
            ("US", "TX", (29.7, -95.4), Zone::Known(CENTRAL)),
            ("US", "Arizona", (33.4, -112.0), Zone::Known("America/Phoenix")),
            ("US", "az", (33.4, -112.0), Zone::Known("America/Phoenix")),
            ("US", "US-AZ", (33.4, -112.0), Zone::Known("America/Phoenix")),
            ("US", "new  york", (42.9, -78.9), Zone::Known(EASTERN)),
            ("CA", "BC", (49.2, -123.1), Zone::Known("America/Vancouver")),
            ("CA", "Québec", (46.8, -71.2), Zone::Known("America/Toronto")),
            ("AU", "queensland", (-27.5, 153.0), Zone::Known("Australia/Brisbane")),
            ("US", "", (40.7, -74.0), Zone::Guessed(EASTERN)),
            ("US", "Nowhere", (40.7, -74.0), Zone::Guessed(EASTERN)),
            ("BR", "", (-23.5, -46.6), Zone::Guessed("America/Sao_Paulo")),
            ("ZZ", "", (0.0, 31.0), Zone::Guessed("Etc/GMT-2")),
        ] {
            let point = Point::new(at.0, at.1).ok();
            assert_eq!(zone(country, state, "", point), Some(expected), "{country} {state}");
        }
        assert_eq!(zone("ZZ", "", "", None), None);
        assert_eq!(zone("US", "", "", None), None);
    }

    #[test]
    fn every_zone_is_one_that_exists() {
        let named = COUNTRIES.iter().filter_map(|(_, zone, _)| *zone);
        let of_bands =
            ["US", "CA", "AU", "BR", "MX", "RU", "ID"].into_iter().flat_map(bands).map(|(_, zone)| *zone);
        for zone in named.chain(of_bands) {
            assert!(jiff::tz::TimeZone::get(zone).is_ok(), "{zone}");
        }
    }

    #[test]
    fn a_position_is_in_its_country() {
        assert_eq!(is_within("KR", 37.5, 127.0), Some(true));
        assert_eq!(is_within("KR", 127.0, 37.5), Some(false));
        assert_eq!(is_within("US", 13.5, 144.8), Some(true));
        assert_eq!(is_within("ZZ", 0.0, 0.0), None);
    }
}
