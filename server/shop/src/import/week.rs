//! A week's hours inside a JSON record, in the shapes that other systems give them: an object of days, or a list of
//! spans that name theirs. Made into one text, which is then read as any other.

use serde_json::Value;

const OPENS: [&str; 10] = [
    "open",
    "opens",
    "from",
    "start",
    "opening",
    "openTime",
    "open_time",
    "openingTime",
    "opening_time",
    "start_local_time",
];
const CLOSES: [&str; 10] = [
    "close",
    "closes",
    "to",
    "end",
    "closing",
    "closeTime",
    "close_time",
    "closingTime",
    "closing_time",
    "end_local_time",
];
/// Lists that some services put into an object, the plainest first.
const LISTS: [&str; 4] = ["weekday_text", "weekdayDescriptions", "periods", "days"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const NAMES: [&str; 5] = ["dayOfWeek", "day", "days", "weekday", "day_of_week"];

/// The list of spans, where an object is around it.
pub(super) fn inner(hours: &Value) -> &Value {
    LISTS.iter().find_map(|name| hours.get(name).filter(|list| list.is_array())).unwrap_or(hours)
}

/// None where it has no shape that is known; the API's own goes on as it is.
pub(super) fn text(hours: &Value) -> Option<String> {
    match hours {
        Value::Object(days) if days.values().all(is_own) => Some(hours.to_string()),
        Value::Object(days) => {
            let told = days.iter().filter_map(|(day, value)| Some(format!("{day} {}", spans(value)?)));
            joined(told)
        }
        Value::Array(list) => joined(list.iter().flat_map(named)),
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        _ => None,
    }
}

/// The parts that [`text`] leaves out because they have no shape that is known.
pub(super) fn left_out(hours: &Value) -> Vec<String> {
    match hours {
        Value::Object(days) if !days.values().all(is_own) => days
            .iter()
            .filter(|(_, value)| spans(value).is_none())
            .map(|(day, value)| format!("{day}: {value}"))
            .collect(),
        Value::Array(list) => {
            list.iter().filter(|value| named(value).is_empty()).map(Value::to_string).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether days are numbers: 1 is taken for Monday, 0 and 7 for Sunday, which not every system means.
pub(super) fn numbers_days(hours: &Value) -> bool {
    let is_number = |value: &Value| match day_of(value) {
        Some(Value::Array(days)) => days.iter().any(|day| numbered(day).is_some()),
        Some(day) => numbered(day).is_some(),
        None => false,
    };
    hours.as_array().is_some_and(|list| list.iter().any(is_number))
}

/// A day's hours from a column for its opening and one for its closing; a word in either is the day's.
pub(super) fn between(open: &str, close: &str) -> Option<String> {
    let is_time = |text: &str| text.contains(|c: char| c.is_ascii_digit());
    match (open.trim(), close.trim()) {
        ("", "") => None,
        (open, close) if is_time(open) && is_time(close) => Some(format!("{open}-{close}")),
        (one, "") | ("", one) => Some(one.to_owned()),
        (open, close) if open.eq_ignore_ascii_case(close) => Some(open.to_owned()),
        (open, close) => Some(format!("{open} {close}")),
    }
}

/// `["10:30-21:00"]`
fn is_own(value: &Value) -> bool {
    value.as_array().is_some_and(|spans| spans.iter().all(Value::is_string))
}

fn joined(parts: impl Iterator<Item = String>) -> Option<String> {
    let text = parts.collect::<Vec<_>>().join("; ");
    (!text.is_empty()).then_some(text)
}

/// The spans of one day; a day without any is closed.
fn spans(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(false) => Some("off".to_owned()),
        Value::String(text) if text.trim().is_empty() => Some("off".to_owned()),
        Value::String(text) => Some(text.clone()),
        Value::Array(list) if list.is_empty() => Some("off".to_owned()),
        Value::Array(list) => {
            let all: Option<Vec<String>> = match list.as_slice() {
                // ["09:00", "18:00"]: two times, and no span in either.
                [Value::String(open), Value::String(close)] if !has_span(open) && !has_span(close) => {
                    Some(vec![format!("{open}-{close}")])
                }
                list => list.iter().map(spans).collect(),
            };
            all.map(|all| all.join(", "))
        }
        Value::Object(_) => span(value),
        _ => None,
    }
}

fn has_span(text: &str) -> bool {
    text.contains(['-', '–', '~', ','])
}

fn span(value: &Value) -> Option<String> {
    let is = |name: &str| value.get(name).and_then(Value::as_bool) == Some(true);
    let is_not = |name: &str| value.get(name).and_then(Value::as_bool) == Some(false);
    if is("closed") || is("is_closed") || is("isClosed") || is_not("isOpen") || is_not("is_open") {
        return Some("off".to_owned());
    }
    let time = |names: &[&str]| {
        names.iter().find_map(|name| match value.get(name)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(hour) => Some(hour.to_string()),
            _ => None,
        })
    };
    match (time(&OPENS), time(&CLOSES)) {
        (Some(open), Some(close)) => Some(format!("{open}-{close}")),
        (None, None) if value.get("open").is_some_and(Value::is_null) => Some("off".to_owned()),
        _ => None,
    }
}

/// `{"dayOfWeek": ["Monday", "https://schema.org/Tuesday"], "opens": "09:00", "closes": "18:00"}`
fn named(value: &Value) -> Vec<String> {
    if let Value::String(text) = value {
        return vec![text.clone()];
    }
    let days: Vec<&str> = match day_of(value) {
        Some(Value::Array(days)) => days.iter().filter_map(day_name).collect(),
        Some(day) => day_name(day).into_iter().collect(),
        None => return Vec::new(),
    };
    let Some(hours) = span(value).or_else(|| value.get("hours").and_then(spans)) else { return Vec::new() };
    days.iter().map(|day| format!("{} {hours}", day.rsplit('/').next().unwrap_or(day))).collect()
}

fn day_of(value: &Value) -> Option<&Value> {
    NAMES.iter().find_map(|name| value.get(name))
}

fn day_name(day: &Value) -> Option<&str> {
    numbered(day).or_else(|| day.as_str())
}

/// `1` or `"1"`
fn numbered(day: &Value) -> Option<&'static str> {
    let number = day.as_u64().or_else(|| day.as_str()?.parse().ok())?;
    let at = usize::try_from(number).ok().filter(|number| *number <= 7)?;
    DAYS.get((at + 6) % 7).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_read_in_the_shapes_of_others() {
        for (json, said) in [
            (r#"{"mon":["10:30-21:00"]}"#, r#"{"mon":["10:30-21:00"]}"#),
            (
                r#"{"Monday":{"open":"09:00","close":"18:00"},"Tuesday":null}"#,
                "Monday 09:00-18:00; Tuesday off",
            ),
            (r#"{"mo":"9-18","sa":"","su":{"closed":true}}"#, "mo 9-18; sa off; su off"),
            (r#"{"fri":[{"from":"18:00","to":"02:00"}],"sat":"x"}"#, "fri 18:00-02:00; sat x"),
            (
                r#"[{"dayOfWeek":["https://schema.org/Monday","Friday"],"opens":"09:00","closes":"24:00"}]"#,
                "Monday 09:00-24:00; Friday 09:00-24:00",
            ),
            (r#"[{"day":"Mon","hours":["10:00-12:00","13:00-18:00"]}]"#, "Mon 10:00-12:00, 13:00-18:00"),
            (
                r#"[{"dayOfWeek":1,"openTime":"09:00","closeTime":"18:00"},{"dayOfWeek":"0","isOpen":false}]"#,
                "Mon 09:00-18:00; Sun off",
            ),
            (r#"["Mo-Fr 09:00-17:00","Sa 10:00-12:00"]"#, "Mo-Fr 09:00-17:00; Sa 10:00-12:00"),
            (r#""Mo-Fr 09:00-17:00""#, "Mo-Fr 09:00-17:00"),
            (
                r#"{"periods":[{"day_of_week":"MON","start_local_time":"08:30","end_local_time":"17:00"}]}"#,
                "MON 08:30-17:00",
            ),
            (
                r#"{"periods":[{}],"weekday_text":["Monday: 9-17","Sunday: Closed"]}"#,
                "Monday: 9-17; Sunday: Closed",
            ),
        ] {
            let value: Value = serde_json::from_str(json).unwrap();
            assert_eq!(text(inner(&value)).as_deref(), Some(said), "{json}");
        }
        for strange in ["5", "[1, 2]", "{}", r#"[{"opens":"9"}]"#] {
            let value: Value = serde_json::from_str(strange).unwrap();
            assert!(text(&value).is_none_or(|text| text == "{}"), "{strange}");
        }
    }
    #[test]
    fn what_is_left_out_and_what_is_taken_for_granted_is_known() {
        for (json, left) in [
            (r#"{"mon":["10:30-21:00"]}"#, 0),
            (r#"{"mon":{"open":"09:00","close":"18:00"},"tue":{"a":1}}"#, 1),
            (r#"[{"day":"Mon","opens":"9"},{"day":9,"opens":"09:00","closes":"18:00"}]"#, 2),
        ] {
            let value: Value = serde_json::from_str(json).unwrap();
            assert_eq!(left_out(&value).len(), left, "{json}");
        }
        let value: Value = serde_json::from_str(r#"[{"day":[6,7]}]"#).unwrap();
        assert!(numbers_days(&value));
    }

    #[test]
    fn an_opening_and_a_closing_are_a_days_hours() {
        for (open, close, said) in [
            ("09:00", "18:00", Some("09:00-18:00")),
            ("9:00 AM", "9:00 PM", Some("9:00 AM-9:00 PM")),
            ("", " ", None),
            ("closed", "", Some("closed")),
            ("Closed", "closed", Some("Closed")),
            ("09:00", "", Some("09:00")),
        ] {
            assert_eq!(between(open, close).as_deref(), said, "{open} {close}");
        }
    }
}
