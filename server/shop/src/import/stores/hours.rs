//! A store's week: one text, a column a day or two, or what a record holds. What is not understood is said, and the
//! store is then one whose hours nobody knows.

use onshelf_domain::stores::{Week, parse_hours};

use super::super::{read::Fields, row::Row, week};

pub(super) const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// The same days where each has a column for its opening and one for its closing.
pub(super) const OPENINGS: [[&str; 2]; 7] = [
    ["mon_open", "mon_close"],
    ["tue_open", "tue_close"],
    ["wed_open", "wed_close"],
    ["thu_open", "thu_close"],
    ["fri_open", "fri_close"],
    ["sat_open", "sat_close"],
    ["sun_open", "sun_close"],
];

/// Where hours by day stand in JSON.
pub(in crate::import) const HOURS: [&str; 8] = [
    "hours",
    "opening_hours",
    "openingHours",
    "business_hours",
    "businessHours",
    "store_hours",
    "storeHours",
    "openingHoursSpecification",
];

/// The week as JSON. What is not understood is said, and the store is then one whose hours nobody knows.
pub(super) fn hours(row: &Row<'_>) -> String {
    // A list is read as one text: its first line alone would be a silent half of the week.
    let told = row.list("hours").join("; ");
    let text = Some(told)
        .filter(|text| !text.is_empty())
        .or_else(|| hours_by_day(row))
        .unwrap_or_else(|| hours_by_column(row));
    if text.is_empty() {
        warn_of_no_hours(row);
        return Week::default().to_json();
    }
    match parse_hours(&text) {
        Ok((week, warnings)) => {
            if week.is_empty() {
                row.warn("hours", "no hours on any day", &text);
            }
            for warning in warnings {
                row.warn("hours", kind_of(&warning), &warning.to_string());
            }
            week.to_json()
        }
        Err(error) => {
            row.warn("hours", "not understood: no hours are kept", &error.to_string());
            Week::default().to_json()
        }
    }
}

/// Hours as an object or a list of objects: the API's own shape, or another's.
fn hours_by_day(row: &Row<'_>) -> Option<String> {
    let Fields::Tree(tree) = &row.record().fields else { return None };
    let hours = week::inner(HOURS.into_iter().find_map(|name| tree.get(name))?);
    for part in week::left_out(hours) {
        row.warn("hours", "a part not understood", &part);
    }
    if week::numbers_days(hours) {
        row.warn("hours", "days by number: 1 is taken for Monday, 0 and 7 for Sunday", "");
    }
    week::text(hours)
}

/// Hours by a column a day, or by two: its opening and its closing.
fn hours_by_column(row: &Row<'_>) -> String {
    let by_day = DAYS.into_iter().zip(OPENINGS).filter_map(|(day, [open, close])| {
        // A cell is one day's: what would begin a new rule goes on with this one.
        let cell = row.list(day).join(", ").replace([';', '\n', '\r', '|'], ", ");
        // A cross or a dash in a day's column is how a sheet says closed.
        let cell = if matches!(cell.as_str(), "x" | "X" | "-" | "–") { "off".to_owned() } else { cell };
        let hours = Some(cell)
            .filter(|cell| !cell.is_empty())
            .or_else(|| week::between(&row.text_or_empty(open), &row.text_or_empty(close)))?;
        // OpenStreetMap's word for a day is the first two letters of its name.
        Some(format!("{}{}: {hours}", day[..1].to_uppercase(), &day[1..]))
    });
    by_day.collect::<Vec<_>>().join("; ")
}

/// Says which part of a record looks like hours that have no shape that is known, or that it has none.
fn warn_of_no_hours(row: &Row<'_>) {
    let like_hours = |name: &str| {
        let name = name.to_lowercase();
        ["hour", "영업시간", "운영시간"].iter().any(|word| name.contains(word))
    };
    let unread = match &row.record().fields {
        Fields::Tree(serde_json::Value::Object(members)) => {
            members.iter().find(|(name, value)| like_hours(name) && !value.is_null())
        }
        _ => None,
    };
    match unread {
        Some((name, _)) => row.warn("hours", "not understood: no hours are kept", name),
        None => row.warn("hours", "no hours: nobody knows when it is open", ""),
    }
}

/// A warning's kind, to count by; its own words go into the value.
fn kind_of(warning: &onshelf_domain::stores::Warning) -> &'static str {
    use onshelf_domain::stores::Warning as W;
    match warning {
        W::Guessed { .. } => "neither AM nor PM: read as a shop would mean it",
        W::Odd { .. } => "possible, but hardly meant",
        W::Impossible { .. } => "hours that cannot be",
        W::Skipped { .. } => "a part not understood",
        W::Holidays { .. } => "holidays belong into dated exceptions",
        W::SaidTwice { .. } => "hours said twice for a day",
        W::DaysMissing { .. } => "days not named: taken as closed",
    }
}
