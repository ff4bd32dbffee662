//! When a lowered price counts: an interval of ISO 8601, or its ends as dates or moments.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use onshelf_vocabulary::Currency;

use super::super::{
    row::Row,
    zones::{self, Zone},
};

/// The zone of moments that name none: the country's, where it has one.
pub(super) fn zone(country: Option<&str>, currency: Currency) -> TimeZone {
    let country = country.or((currency == Currency::Krw).then_some("KR")).unwrap_or_default();
    match zones::zone(&country.to_uppercase(), "", "", None) {
        Some(Zone::Known(name)) => TimeZone::get(name).unwrap_or(TimeZone::UTC),
        _ => TimeZone::UTC,
    }
}

/// Whether the lowered price of a row counts now (Unix milliseconds). What cannot be read is told, and the full
/// price counts.
pub(super) fn is_on(row: &Row<'_>, outer: &Row<'_>, now: i64, zone: &TimeZone) -> bool {
    let text = |field| row.text(field).or_else(|| outer.text(field)).map(String::from);
    let (from, until) = match text("sale_period") {
        Some(period) => match period.split_once('/') {
            Some((from, until)) => (given(from), given(until)),
            None => {
                row.warn("sale_period", "not an interval START/END: the full price counts", &period);
                return false;
            }
        },
        None => (text("sale_from"), text("sale_until")),
    };
    let mut ends = [i64::MIN, i64::MAX];
    for (end, (text, is_end)) in ends.iter_mut().zip([(&from, false), (&until, true)]) {
        let Some(text) = text else { continue };
        let Some(at) = moment(text, is_end, zone) else {
            row.warn("sale_period", "not a date or time: the full price counts", text);
            return false;
        };
        *end = at;
    }
    let [from, until] = ends;
    if from >= until {
        row.warn("sale_period", "the sale ends before it begins: the full price counts", "");
    }
    (from..until).contains(&now)
}

fn given(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Unix milliseconds. A date begins at its midnight, and as an end it counts to the last minute.
fn moment(text: &str, is_end: bool, zone: &TimeZone) -> Option<i64> {
    let text = text.trim();
    if text.len() <= "2026-11-23".len() {
        let date: Date = text.parse().ok()?;
        let date = if is_end { date.tomorrow().ok()? } else { date };
        return Some(date.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond());
    }
    if let Ok(at) = with_colon(text).parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    let at: DateTime = text.parse().ok()?;
    Some(at.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

/// `+0900` as `+09:00`.
fn with_colon(text: &str) -> String {
    let Some(at) = text.len().checked_sub(5).filter(|at| text.is_char_boundary(*at)) else {
        return text.to_owned();
    };
    let (head, offset) = text.split_at(at);
    let mut signs = offset.chars();
    if matches!(signs.next(), Some('+' | '-')) && signs.all(|sign| sign.is_ascii_digit()) {
        format!("{}{}:{}", head.trim_end(), &offset[..3], &offset[3..])
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_feeds_write_them() {
        let seoul = TimeZone::get("Asia/Seoul").unwrap();
        // 2026-11-23 12:00 in Seoul.
        let noon = 1_795_402_800_000;
        for text in [
            "2026-11-23T12:00+0900",
            "2026-11-23T12:00:00+09:00",
            "2026-11-23T03:00Z",
            "2026-11-23 12:00:00",
            "2026-11-22T22:00-0500",
        ] {
            assert_eq!(moment(text, false, &seoul), Some(noon), "{text}");
        }
        let day = 86_400_000;
        assert_eq!(moment("2026-11-23", false, &seoul), Some(noon - day / 2));
        assert_eq!(moment("2026-11-23", true, &seoul), Some(noon + day / 2));
        assert_eq!(moment("next week", false, &seoul), None);
    }
}
