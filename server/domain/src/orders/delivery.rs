//! What a delivery costs and when it comes: by how far it is from the store that sends it, or by the beginning of
//! the postcode, with a cut-off for the same day.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
};
use onshelf_vocabulary::fulfilment::Fault;
use serde::{Deserialize, Serialize};

use crate::{
    fulfilment::is_unprintable,
    stores::{Schedule, days_from},
};

/// What a zone covers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// As the crow flies from the sending store, in metres.
    Within(u32),
    /// Postcodes that begin with one of these.
    Postcodes(Vec<String>),
    /// Every address there is: one names no country. Who brings nothing abroad lists postcodes instead.
    Anywhere,
}

/// A zone with its price and pace. The first that fits counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    pub reach: Reach,
    /// In minor units of the store's currency.
    pub fee: i64,
    /// From this much on it is free; none: never.
    pub free_from: Option<i64>,
    /// What is ordered before this time of the store's day comes the same day; none: never.
    pub same_day_until: Option<Time>,
    /// Days it takes otherwise, at least 1; those on which the sending store stays shut do not count.
    pub days: u8,
}

/// All zones of an operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery(pub Vec<Zone>);

/// What is asked and promised for a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    pub fee: i64,
    /// By when it is there.
    pub by: Timestamp,
}

/// By when of its day a delivery has come.
const EVENING: Time = Time::constant(21, 0, 0, 0);
/// How far open days are looked for.
const SEARCH_DAYS: usize = 400;
/// The most characters that one line of an address has.
const ADDRESS_LINE: usize = 200;

/// What must be mended in one line of an address; a postcode is one. Not every line is `needed`.
#[must_use]
pub fn address_line_fault(text: &str, needed: bool) -> Option<Fault> {
    match text.trim() {
        "" if needed => Some(Fault::Missing),
        long if long.chars().count() > ADDRESS_LINE => Some(Fault::TooLong),
        odd if odd.chars().any(is_unprintable) => Some(Fault::BadCharacters),
        _ => None,
    }
}

impl Default for Delivery {
    /// A chain in a Korean city: the same day near a store, two days elsewhere; amounts in won.
    fn default() -> Delivery {
        let zone = |reach, fee, same_day_until, days| Zone {
            reach,
            fee,
            free_from: Some(50_000),
            same_day_until,
            days,
        };
        Delivery(vec![
            zone(Reach::Within(7_000), 3_500, Some(Time::constant(15, 0, 0, 0)), 1),
            zone(Reach::Within(40_000), 3_000, None, 1),
            zone(Reach::Anywhere, 3_000, None, 2),
        ])
    }
}

impl Delivery {
    /// The zone a postcode `metres` away lies in (unknown: only zones that need no distance), and its place in the
    /// list. None where nobody delivers.
    #[must_use]
    pub fn zone(&self, metres: Option<f64>, postcode: &str) -> Option<(usize, &Zone)> {
        self.0.iter().enumerate().find(|(_, zone)| zone.covers(metres, postcode))
    }

    /// The terms for goods of `value` to a postcode `metres` away. None where nobody delivers.
    #[must_use]
    pub fn quote(
        &self,
        schedule: &Schedule,
        metres: Option<f64>,
        postcode: &str,
        value: i64,
        now: Timestamp,
    ) -> Option<Quote> {
        let (_, zone) = self.zone(metres, postcode)?;
        let free = zone.free_from.is_some_and(|from| value >= from);
        Some(Quote { fee: if free { 0 } else { zone.fee }, by: zone.by(schedule, now)? })
    }
}

impl Zone {
    fn covers(&self, metres: Option<f64>, postcode: &str) -> bool {
        match &self.reach {
            Reach::Within(most) => metres.is_some_and(|metres| metres <= f64::from(*most)),
            Reach::Postcodes(beginnings) => {
                beginnings.iter().any(|beginning| postcode.starts_with(beginning))
            }
            Reach::Anywhere => true,
        }
    }

    /// A store that is shut sends when it next opens, and nothing comes on a day on which it stays shut.
    fn by(&self, schedule: &Schedule, now: Timestamp) -> Option<Timestamp> {
        let start = if schedule.is_open(now) { now } else { schedule.next_opening(now)? };
        let zone = schedule.time_zone();
        let local = start.to_zoned(zone.clone());
        let date = local.date();
        let today = self.same_day_until.is_some_and(|until| local.time() < until);
        let day = if today && opens(schedule, date) { date } else { self.day_after(schedule, date)? };
        let by = day.to_datetime(EVENING).to_zoned(zone.clone()).ok()?.timestamp();
        // An opening late in the evening still leaves the courier two hours.
        Some(by.max(start.checked_add(SignedDuration::from_hours(2)).ok()?))
    }

    fn day_after(&self, schedule: &Schedule, date: Date) -> Option<Date> {
        let ahead = days_from(date).skip(1).take(SEARCH_DAYS);
        ahead.filter(|day| opens(schedule, *day)).nth(usize::from(self.days.max(1)) - 1)
    }
}

fn opens(schedule: &Schedule, date: Date) -> bool {
    !schedule.spans_of(date).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn daily() -> Schedule {
        let days =
            ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|d| format!(r#""{d}":["10:30-21:00"]"#));
        Schedule::from_parts("Asia/Seoul", &format!("{{{}}}", days.join(",")), "").unwrap()
    }

    #[test]
    fn near_comes_today_before_the_cut_off_and_far_takes_longer() {
        let quote = |metres, value, at: &str| {
            let now = format!("{at}:00+09:00").parse().unwrap();
            let quote = Delivery::default().quote(&daily(), metres, "04766", value, now).unwrap();
            (quote.fee, quote.by.to_zoned(daily().time_zone().clone()).strftime("%d %H:%M").to_string())
        };
        assert_eq!(quote(Some(2_000.0), 20_000, "2026-11-24T14:59"), (3_500, "24 21:00".to_owned()));
        assert_eq!(quote(Some(2_000.0), 20_000, "2026-11-24T15:00"), (3_500, "25 21:00".to_owned()));
        assert_eq!(quote(Some(2_000.0), 50_000, "2026-11-24T08:00"), (0, "24 21:00".to_owned()));
        assert_eq!(quote(Some(20_000.0), 20_000, "2026-11-24T12:00"), (3_000, "25 21:00".to_owned()));
        assert_eq!(quote(None, 20_000, "2026-11-24T12:00"), (3_000, "26 21:00".to_owned()));
    }

    #[test]
    fn nothing_comes_on_a_day_the_store_stays_shut() {
        // Sundays, and the Wednesday; the Thursday opens otherwise.
        let days = ["mon", "tue", "wed", "thu", "fri", "sat"].map(|d| format!(r#""{d}":["10:30-21:00"]"#));
        let week = format!("{{{}}}", days.join(","));
        let exceptions =
            r#"[{"date":"2026-11-25","hours":[]},{"date":"2026-11-26","hours":["12:00-14:00"]}]"#;
        let schedule = Schedule::from_parts("Asia/Seoul", &week, exceptions).unwrap();
        for (metres, at, by) in [
            // The same day, and the day after where it is too late for that.
            (Some(2_000.0), "2026-11-24T14:59", "24 21:00"),
            (Some(2_000.0), "2026-11-24T15:00", "26 21:00"),
            (Some(20_000.0), "2026-11-24T12:00", "26 21:00"),
            (None, "2026-11-24T12:00", "27 21:00"),
            // What is asked for while it is shut is sent when it opens.
            (Some(2_000.0), "2026-11-25T11:00", "26 21:00"),
            (Some(20_000.0), "2026-11-25T11:00", "27 21:00"),
            (Some(2_000.0), "2026-11-28T16:00", "30 21:00"),
            (None, "2026-11-28T12:00", "01 21:00"),
        ] {
            let now = format!("{at}:00+09:00").parse().unwrap();
            let quote = Delivery::default().quote(&schedule, metres, "04766", 1, now).unwrap();
            let told = quote.by.to_zoned(schedule.time_zone().clone()).strftime("%d %H:%M").to_string();
            assert_eq!(told, by, "{metres:?} at {at}");
        }
        let never = Schedule::from_parts("Asia/Seoul", "{}", "[]").unwrap();
        let now = "2026-11-24T12:00:00+09:00".parse().unwrap();
        assert_eq!(Delivery::default().quote(&never, None, "04766", 1, now), None);
    }

    #[test]
    fn a_line_of_an_address_is_short_and_printable() {
        let long = "1".repeat(ADDRESS_LINE + 1);
        for (text, needed, fault) in [
            (" 04766 ", true, None),
            (" ", false, None),
            (" ", true, Some(Fault::Missing)),
            (&long[1..], true, None),
            (long.as_str(), false, Some(Fault::TooLong)),
            ("047\u{202e}66", true, Some(Fault::BadCharacters)),
        ] {
            assert_eq!(address_line_fault(text, needed), fault, "{text:?}");
        }
    }

    #[test]
    fn where_no_zone_fits_nobody_delivers() {
        let near =
            Zone { reach: Reach::Within(1_000), fee: 0, free_from: None, same_day_until: None, days: 1 };
        let now = "2026-11-24T12:00:00+09:00".parse().unwrap();
        assert_eq!(Delivery(vec![near]).quote(&daily(), Some(1_001.0), "04766", 1, now), None);
    }
}
