//! A week's hours inside a JSON record, in the shapes that other systems give them: an object of days, or a list of
//! spans that name theirs. Made into one text, which is then read as any other.

use serde_json::Value;

const OPENS: [&str; 5] = ["open", "opens", "from", "start", "opening"];
const CLOSES: [&str; 5] = ["close", "closes", "to", "end", "closing"];
const NAMES: [&str; 5] = ["dayOfWeek", "day", "days", "weekday", "day_of_week"];

/// None where it has no shape that is known; the API's own goes on as it is.
pub(super) fn text(hours: &Value) -> Option<String> {
    match hours {
        Value::Object(days) if days.values().all(is_own) => Some(hours.to_string()),
        Value::Object(days) => {
            let told = days.iter().filter_map(|(day, value)| Some(format!("{day} {}", spans(value)?)));
            joined(told)
        }
        Value::Array(list) => joined(list.iter().flat_map(named)),
        _ => None,
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
    if is("closed") || is("is_closed") || is("isClosed") {
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
    let days = NAMES.iter().find_map(|name| value.get(name));
    let days: Vec<&str> = match days {
        Some(Value::String(day)) => vec![day],
        Some(Value::Array(days)) => days.iter().filter_map(Value::as_str).collect(),
        _ => return Vec::new(),
    };
    let Some(hours) = span(value).or_else(|| value.get("hours").and_then(spans)) else { return Vec::new() };
    days.iter().map(|day| format!("{} {hours}", day.rsplit('/').next().unwrap_or(day))).collect()
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
        ] {
            let value: Value = serde_json::from_str(json).unwrap();
            assert_eq!(text(&value).as_deref(), Some(said), "{json}");
        }
        for strange in ["5", "[1, 2]", "{}", r#"[{"opens":"9"}]"#] {
            let value: Value = serde_json::from_str(strange).unwrap();
            assert!(text(&value).is_none_or(|text| text == "{}"), "{strange}");
        }
    }
}
