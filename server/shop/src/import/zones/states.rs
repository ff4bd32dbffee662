//! States of the countries that have several zones: which one a state keeps, where it is parted, and what it is called.

use onshelf_vocabulary::Point;

/// A state's zone, and the zone west of a longitude where part of it keeps another time.
type State = (&'static str, &'static str, Option<(f64, &'static str)>);

pub(super) const EASTERN: &str = "America/New_York";
pub(super) const CENTRAL: &str = "America/Chicago";
pub(super) const MOUNTAIN: &str = "America/Denver";
pub(super) const PACIFIC: &str = "America/Los_Angeles";

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
pub(in crate::import) fn state_code(country: &str, state: &str) -> String {
    let state = state.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
    // ISO 3166-2 says the country first: `US-TX`.
    let state = state.strip_prefix(country).and_then(|rest| rest.strip_prefix('-')).unwrap_or(&state);
    let names = NAMES.iter().find(|(of, _)| *of == country).map_or(&[][..], |(_, names)| *names);
    names.iter().find(|(name, _)| *name == state).map_or(state, |(_, code)| *code).to_owned()
}

fn states_of(country: &str) -> &'static [State] {
    match country {
        "US" => US_STATES,
        "CA" => CA_PROVINCES,
        "AU" => AU_STATES,
        _ => &[],
    }
}

/// The zone of a state. None for a country whose states say nothing, and for what is no state of its country.
pub(super) fn zone(country: &str, state: &str, postcode: &str, point: Option<Point>) -> Option<&'static str> {
    let state = state_code(country, state);
    let (_, most, west) = states_of(country).iter().find(|(code, ..)| *code == state)?;
    let other = match point {
        Some(point) => west
            .filter(|(edge, _)| point.lng() < *edge)
            .map(|(_, zone)| zone)
            .or_else(|| (country == "US").then(|| beyond_the_line(&state, point)).flatten()),
        None => (country == "US").then(|| by_zip(&state, postcode)).flatten(),
    };
    Some(other.unwrap_or(*most))
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

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(zone("US", state, "", point), Some(expected), "{state} {at:?}");
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
            assert_eq!(zone("US", state, zip, None), Some(expected), "{state} {zip}");
        }
        let nashville = Point::new(36.16, -86.78).ok();
        assert_eq!(zone("US", "TN", "37402", nashville), Some(CENTRAL));
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
    fn every_zone_of_a_state_exists() {
        let states = [US_STATES, CA_PROVINCES, AU_STATES].concat();
        let of_states = states.iter().flat_map(|(_, zone, west)| [Some(*zone), west.map(|(_, other)| other)]);
        let of_areas = ZIP_AREAS.iter().map(|(.., zone)| *zone);
        for zone in of_states.flatten().chain(of_areas) {
            assert!(jiff::tz::TimeZone::get(zone).is_ok(), "{zone}");
        }
    }
}
