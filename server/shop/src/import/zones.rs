//! The time zone of a store whose file names none: by country, by state where a country has several, by longitude
//! where a state has. And the rough box of each country, to see a position that cannot be in it.

use onshelf_vocabulary::Point;

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

/// A state's zone, and the zone west of a longitude where part of it keeps another time.
type State = (&'static str, &'static str, Option<(f64, &'static str)>);

const EASTERN: &str = "America/New_York";
const CENTRAL: &str = "America/Chicago";
const MOUNTAIN: &str = "America/Denver";
const PACIFIC: &str = "America/Los_Angeles";

#[rustfmt::skip]
const US_STATES: &[State] = &[
    ("AL", CENTRAL, None), ("AK", "America/Anchorage", None), ("AZ", "America/Phoenix", None), ("AR", CENTRAL, None),
    ("CA", PACIFIC, None), ("CO", MOUNTAIN, None), ("CT", EASTERN, None), ("DE", EASTERN, None), ("DC", EASTERN, None),
    ("FL", EASTERN, Some((-85.1, CENTRAL))), ("GA", EASTERN, None), ("HI", "Pacific/Honolulu", None),
    ("ID", "America/Boise", None), ("IL", CENTRAL, None), ("IN", "America/Indiana/Indianapolis", Some((-87.05, CENTRAL))),
    ("IA", CENTRAL, None), ("KS", CENTRAL, Some((-101.5, MOUNTAIN))), ("KY", EASTERN, Some((-86.0, CENTRAL))),
    ("LA", CENTRAL, None), ("ME", EASTERN, None), ("MD", EASTERN, None), ("MA", EASTERN, None),
    ("MI", "America/Detroit", Some((-87.6, "America/Menominee"))), ("MN", CENTRAL, None), ("MS", CENTRAL, None),
    ("MO", CENTRAL, None), ("MT", MOUNTAIN, None), ("NE", CENTRAL, Some((-101.3, MOUNTAIN))), ("NV", PACIFIC, None),
    ("NH", EASTERN, None), ("NJ", EASTERN, None), ("NM", MOUNTAIN, None), ("NY", EASTERN, None), ("NC", EASTERN, None),
    ("ND", CENTRAL, Some((-101.0, MOUNTAIN))), ("OH", EASTERN, None), ("OK", CENTRAL, None), ("OR", PACIFIC, None),
    ("PA", EASTERN, None), ("PR", "America/Puerto_Rico", None), ("RI", EASTERN, None), ("SC", EASTERN, None),
    ("SD", CENTRAL, Some((-100.6, MOUNTAIN))), ("TN", CENTRAL, None), ("TX", CENTRAL, Some((-104.9, MOUNTAIN))),
    ("UT", MOUNTAIN, None), ("VT", EASTERN, None), ("VA", EASTERN, None), ("VI", "America/St_Thomas", None),
    ("WA", PACIFIC, None), ("WV", EASTERN, None), ("WI", CENTRAL, None), ("WY", MOUNTAIN, None), ("GU", "Pacific/Guam", None),
];

#[rustfmt::skip]
const CA_PROVINCES: &[State] = &[
    ("AB", "America/Edmonton", None), ("BC", "America/Vancouver", None), ("MB", "America/Winnipeg", None),
    ("NB", "America/Moncton", None), ("NL", "America/St_Johns", None), ("NS", "America/Halifax", None),
    ("NT", "America/Yellowknife", None), ("NU", "America/Iqaluit", None), ("ON", "America/Toronto", Some((-90.0, "America/Winnipeg"))),
    ("PE", "America/Halifax", None), ("QC", "America/Toronto", None), ("SK", "America/Regina", None),
    ("YT", "America/Whitehorse", None),
];

const AU_STATES: &[State] = &[
    ("ACT", "Australia/Sydney", None),
    ("NSW", "Australia/Sydney", None),
    ("NT", "Australia/Darwin", None),
    ("QLD", "Australia/Brisbane", None),
    ("SA", "Australia/Adelaide", None),
    ("TAS", "Australia/Hobart", None),
    ("VIC", "Australia/Melbourne", None),
    ("WA", "Australia/Perth", None),
];

/// A state's ZIP areas that keep another time than most of it, for a store without a position.
type Areas = (&'static str, &'static [&'static str], &'static str);

const ZIP_AREAS: &[Areas] = &[
    ("FL", &["324", "325"], CENTRAL),
    ("ID", &["835", "838"], PACIFIC),
    ("TN", &["373", "374", "376", "377", "378", "379"], EASTERN),
    ("TX", &["799", "885"], MOUNTAIN),
];

/// Full names of states by country, in capitals.
#[rustfmt::skip]
const NAMES: &[(&str, &[(&str, &str)])] = &[
    ("US", &[
        ("ALABAMA", "AL"), ("ALASKA", "AK"), ("ARIZONA", "AZ"), ("ARKANSAS", "AR"), ("CALIFORNIA", "CA"),
        ("COLORADO", "CO"), ("CONNECTICUT", "CT"), ("DELAWARE", "DE"), ("DISTRICT OF COLUMBIA", "DC"),
        ("WASHINGTON DC", "DC"), ("WASHINGTON, DC", "DC"), ("WASHINGTON D.C.", "DC"), ("WASHINGTON, D.C.", "DC"),
        ("D.C.", "DC"), ("FLORIDA", "FL"), ("GEORGIA", "GA"), ("GUAM", "GU"), ("HAWAII", "HI"), ("IDAHO", "ID"),
        ("ILLINOIS", "IL"), ("INDIANA", "IN"), ("IOWA", "IA"), ("KANSAS", "KS"), ("KENTUCKY", "KY"),
        ("LOUISIANA", "LA"), ("MAINE", "ME"), ("MARYLAND", "MD"), ("MASSACHUSETTS", "MA"), ("MICHIGAN", "MI"),
        ("MINNESOTA", "MN"), ("MISSISSIPPI", "MS"), ("MISSOURI", "MO"), ("MONTANA", "MT"), ("NEBRASKA", "NE"),
        ("NEVADA", "NV"), ("NEW HAMPSHIRE", "NH"), ("NEW JERSEY", "NJ"), ("NEW MEXICO", "NM"),
        ("NEW YORK", "NY"), ("NORTH CAROLINA", "NC"), ("NORTH DAKOTA", "ND"), ("OHIO", "OH"),
        ("OKLAHOMA", "OK"), ("OREGON", "OR"), ("PENNSYLVANIA", "PA"), ("PUERTO RICO", "PR"),
        ("RHODE ISLAND", "RI"), ("SOUTH CAROLINA", "SC"), ("SOUTH DAKOTA", "SD"), ("TENNESSEE", "TN"),
        ("TEXAS", "TX"), ("UTAH", "UT"), ("VERMONT", "VT"), ("VIRGIN ISLANDS", "VI"),
        ("U.S. VIRGIN ISLANDS", "VI"), ("US VIRGIN ISLANDS", "VI"), ("VIRGINIA", "VA"), ("WASHINGTON", "WA"),
        ("WASHINGTON STATE", "WA"), ("WEST VIRGINIA", "WV"), ("WISCONSIN", "WI"), ("WYOMING", "WY"),
    ]),
    ("CA", &[
        ("ALBERTA", "AB"), ("BRITISH COLUMBIA", "BC"), ("MANITOBA", "MB"), ("NEW BRUNSWICK", "NB"),
        ("NEWFOUNDLAND AND LABRADOR", "NL"), ("NEWFOUNDLAND", "NL"), ("NOVA SCOTIA", "NS"),
        ("NORTHWEST TERRITORIES", "NT"), ("NUNAVUT", "NU"), ("ONTARIO", "ON"), ("PRINCE EDWARD ISLAND", "PE"),
        ("QUEBEC", "QC"), ("QUÉBEC", "QC"), ("SASKATCHEWAN", "SK"), ("YUKON", "YT"),
    ]),
    ("AU", &[
        ("AUSTRALIAN CAPITAL TERRITORY", "ACT"), ("NEW SOUTH WALES", "NSW"), ("NORTHERN TERRITORY", "NT"),
        ("QUEENSLAND", "QLD"), ("SOUTH AUSTRALIA", "SA"), ("TASMANIA", "TAS"), ("VICTORIA", "VIC"),
        ("WESTERN AUSTRALIA", "WA"),
    ]),
];

/// A state's short code in capitals; what is neither a code nor a known name stays as it is, in capitals.
pub(super) fn state_code(country: &str, state: &str) -> String {
    let state = state.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
    // ISO 3166-2 says the country first: `US-TX`.
    let state = state.strip_prefix(country).and_then(|rest| rest.strip_prefix('-')).unwrap_or(&state);
    let names = NAMES.iter().find(|(of, _)| *of == country).map_or(&[][..], |(_, names)| *names);
    names.iter().find(|(name, _)| *name == state).map_or(state, |(_, code)| *code).to_owned()
}

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
    let states = match country {
        "US" => US_STATES,
        "CA" => CA_PROVINCES,
        "AU" => AU_STATES,
        _ => &[],
    };
    let state = state_code(country, state);
    if let Some((_, most, west)) = states.iter().find(|(code, ..)| *code == state) {
        let other = match point {
            Some(point) => west
                .filter(|(edge, _)| point.lng() < *edge)
                .map(|(_, zone)| zone)
                .or_else(|| (country == "US").then(|| beyond_the_line(&state, point)).flatten()),
            None => (country == "US").then(|| by_zip(&state, postcode)).flatten(),
        };
        return Some(Zone::Known(other.unwrap_or(*most)));
    }
    if let Some(zone) = COUNTRIES.iter().find(|(code, ..)| *code == country).and_then(|(_, zone, _)| *zone) {
        return Some(Zone::Known(zone));
    }
    let point = point?;
    let band = bands(country).iter().find(|(edge, _)| point.lng() >= *edge);
    Some(Zone::Guessed(band.map_or_else(|| nautical(point), |(_, zone)| *zone)))
}

/// Where no meridian parts a state's times: Tennessee's line leans east from Chattanooga to Oneida, and Idaho's is
/// the Salmon River.
fn beyond_the_line(state: &str, point: Point) -> Option<&'static str> {
    match state {
        "TN" if point.lng() > -85.45 + (point.lat() - 35.0) * 0.6 => Some(EASTERN),
        "ID" if point.lat() > 45.5 && point.lng() < -114.3 => Some(PACIFIC),
        _ => None,
    }
}

fn by_zip(state: &str, postcode: &str) -> Option<&'static str> {
    let area = postcode.trim().get(..3)?;
    ZIP_AREAS.iter().find(|(of, areas, _)| *of == state && areas.contains(&area)).map(|(.., zone)| *zone)
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
    fn a_state_is_parted_where_its_people_part_it() {
        for (state, at, expected) in [
            ("Tennessee", (35.045, -85.31), EASTERN),  // Chattanooga
            ("TN", (35.96, -83.92), EASTERN),          // Knoxville
            ("TN", (36.50, -84.51), EASTERN),          // Oneida
            ("TN", (35.95, -85.03), CENTRAL),          // Crossville
            ("TN", (36.16, -86.78), CENTRAL),          // Nashville
            ("Idaho", (46.42, -117.02), PACIFIC),      // Lewiston
            ("ID", (47.68, -116.78), PACIFIC),         // Coeur d'Alene
            ("ID", (45.18, -113.90), "America/Boise"), // Salmon
            ("ID", (43.62, -116.20), "America/Boise"),
        ] {
            let point = Point::new(at.0, at.1).ok();
            assert_eq!(zone("US", state, "", point), Some(Zone::Known(expected)), "{state} {at:?}");
        }
    }

    #[test]
    fn a_zip_code_speaks_where_there_is_no_position() {
        for (state, zip, expected) in [
            ("TN", "37402", EASTERN),
            ("tennessee", "37919-1234", EASTERN),
            ("TN", "37203", CENTRAL),
            ("TN", "37501", CENTRAL),
            ("TN", "", CENTRAL),
            ("Idaho", "83501", PACIFIC),
            ("ID", "83814", PACIFIC),
            ("ID", "83702", "America/Boise"),
            ("TX", "79901", MOUNTAIN),
        ] {
            assert_eq!(zone("US", state, zip, None), Some(Zone::Known(expected)), "{state} {zip}");
        }
        let nashville = Point::new(36.16, -86.78).ok();
        assert_eq!(zone("US", "TN", "37402", nashville), Some(Zone::Known(CENTRAL)));
    }

    #[test]
    fn every_name_of_a_state_leads_to_a_state() {
        let tables = [("US", US_STATES), ("CA", CA_PROVINCES), ("AU", AU_STATES)];
        for (country, names) in NAMES {
            let (_, states) = tables.iter().find(|(of, _)| of == country).unwrap();
            for (name, code) in *names {
                assert!(states.iter().any(|(known, ..)| known == code), "{name} {code}");
                assert_eq!(state_code(country, name), *code);
            }
            for (code, ..) in *states {
                assert_eq!(state_code(country, &code.to_lowercase()), *code);
                assert!(names.iter().any(|(_, named)| named == code), "{code} has no name");
            }
        }
    }

    #[test]
    fn every_zone_is_one_that_exists() {
        let states = [US_STATES, CA_PROVINCES, AU_STATES].concat();
        let named = COUNTRIES.iter().filter_map(|(_, zone, _)| *zone);
        let of_states = states.iter().flat_map(|(_, zone, west)| [Some(*zone), west.map(|(_, other)| other)]);
        let of_bands =
            ["US", "CA", "AU", "BR", "MX", "RU", "ID"].into_iter().flat_map(bands).map(|(_, zone)| *zone);
        let of_areas = ZIP_AREAS.iter().map(|(.., zone)| *zone);
        for zone in named.chain(of_states.flatten()).chain(of_bands).chain(of_areas) {
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
