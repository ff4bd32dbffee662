//! A span of hours and the week made of them, with the written forms they have in the database:
//! `10:30-21:00` and `{"mon":["10:30-21:00"],…}`.

use std::{fmt, str::FromStr};

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

use super::{HoursError, quoted};

/// Minutes of a day.
pub(super) const DAY: u16 = 24 * 60;

/// From one minute of the day to another. It lasts from a minute to 24 hours; what closes past midnight
/// belongs to the day it opened on and has a `close` above 1440.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    open: u16,
    close: u16,
}

impl Span {
    pub const ALL_DAY: Span = Span { open: 0, close: DAY };

    /// `open` below 1440, `close` after it and at most 24 hours later.
    pub fn new(open: u16, close: u16) -> Result<Span, HoursError> {
        let possible = open < DAY && close > open && close - open <= DAY;
        if possible {
            Ok(Span { open, close })
        } else {
            Err(HoursError::BadSpan(format!("{}-{}", clock(open), clock(close))))
        }
    }

    /// Minutes after midnight, 0 to 1439.
    #[must_use]
    pub const fn open(self) -> u16 {
        self.open
    }

    /// Minutes after the midnight before `open`, so 1 to 2879.
    #[must_use]
    pub const fn close(self) -> u16 {
        self.close
    }

    /// 1 to 1440.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.close - self.open
    }
}

/// Minutes after midnight as `09:05`; hours go on past 24.
pub(super) fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

impl fmt::Display for Span {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `10:00-34:00` is the one way to write 24 hours from ten to ten without a doubt.
        let close = match self.close {
            late if late > DAY && late - DAY < self.open => late - DAY,
            close => close,
        };
        write!(out, "{}-{}", clock(self.open), clock(close))
    }
}

impl FromStr for Span {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Span, HoursError> {
        let bad = || HoursError::BadSpan(quoted(text));
        let (open, close) = text.split_once('-').ok_or_else(bad)?;
        let (open, close) = (minutes_of(open).ok_or_else(bad)?, minutes_of(close).ok_or_else(bad)?);
        let close = if close < open { close + DAY } else { close };
        Span::new(open, close).map_err(|_| bad())
    }
}

fn minutes_of(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let digits = |part: &str| part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(hours) || !digits(minutes) || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (hours.parse::<u16>().ok()?, minutes.parse::<u16>().ok()?);
    (hours < 48 && minutes < 60).then_some(hours * 60 + minutes)
}

impl TryFrom<String> for Span {
    type Error = HoursError;

    fn try_from(text: String) -> Result<Span, HoursError> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> String {
        span.to_string()
    }
}

/// Spans in order of opening, with those that touch or overlap made one where that stays within 24 hours.
pub(super) fn tidy(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut tidy: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match tidy.last_mut() {
            Some(last) if span.open <= last.close && span.close.max(last.close) - last.open <= DAY => {
                last.close = last.close.max(span.close);
            }
            _ => tidy.push(span),
        }
    }
    tidy
}

/// The hours of an ordinary week, Monday first; a day without spans is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WrittenWeek", into = "WrittenWeek")]
pub struct Week([Vec<Span>; 7]);

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenWeek {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mon: Vec<Span>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tue: Vec<Span>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    wed: Vec<Span>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    thu: Vec<Span>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fri: Vec<Span>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sat: Vec<Span>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sun: Vec<Span>,
}

impl From<WrittenWeek> for Week {
    fn from(week: WrittenWeek) -> Week {
        Week::new([week.mon, week.tue, week.wed, week.thu, week.fri, week.sat, week.sun])
    }
}

impl From<Week> for WrittenWeek {
    fn from(Week([mon, tue, wed, thu, fri, sat, sun]): Week) -> WrittenWeek {
        WrittenWeek { mon, tue, wed, thu, fri, sat, sun }
    }
}

impl Week {
    /// Monday first; each day's spans are put in order, and joined where they touch.
    #[must_use]
    pub fn new(days: [Vec<Span>; 7]) -> Week {
        Week(days.map(tidy))
    }

    /// The same spans on all seven days.
    #[must_use]
    pub fn daily(spans: &[Span]) -> Week {
        Week::new(std::array::from_fn(|_| spans.to_vec()))
    }

    /// In order of the day; empty where the store is closed.
    #[must_use]
    pub fn on(&self, weekday: Weekday) -> &[Span] {
        usize::try_from(weekday.to_monday_zero_offset())
            .ok()
            .and_then(|day| self.0.get(day))
            .map_or(&[], |day| day)
    }

    /// From Monday on.
    #[must_use]
    pub fn days(&self) -> &[Vec<Span>; 7] {
        &self.0
    }

    /// Whether no day has any hours: nobody told them, or the store never opens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    /// From the database's form; an empty text is a week without hours.
    pub fn from_json(json: &str) -> Result<Week, HoursError> {
        match json.trim() {
            "" => Ok(Week::default()),
            // A list would be taken field by field.
            list if list.starts_with('[') => Err(HoursError::BadJson("a week is an object".to_owned())),
            json => serde_json::from_str(json).map_err(|error| HoursError::BadJson(error.to_string())),
        }
    }

    /// `{"mon":["10:30-21:00"],…}`; closed days are left out.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_span_is_written_as_people_write_it() {
        for (text, open, close) in [
            ("10:30-21:00", 630, 1260),
            ("00:00-24:00", 0, 1440),
            ("18:00-02:00", 1080, 1560),
            ("18:00-24:00", 1080, 1440),
            ("10:00-34:00", 600, 2040),
        ] {
            assert_eq!(text.parse::<Span>().map(|s| (s.open(), s.close())), Ok((open, close)), "{text}");
            assert_eq!(Span::new(open, close).unwrap().to_string(), text);
        }
        assert_eq!("18:00-00:00".parse::<Span>().unwrap().close(), 1440);
        assert_eq!("18:00-26:00".parse::<Span>().unwrap().to_string(), "18:00-02:00");
    }

    #[test]
    fn spans_that_cannot_be_are_refused() {
        for bad in [
            "",
            "10-21",
            "10:00",
            "25:00-26:00",
            "10:00-10:00",
            "10:60-12:00",
            "10:00-35:00",
            "１0:00-21:00",
            "a:00-b:00",
        ] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_week_is_tidied_as_it_is_read() {
        let week = Week::from_json(r#"{"mon":["13:00-21:00","10:00-13:00"],"sun":["18:00-02:00"]}"#).unwrap();
        assert_eq!(week.to_json(), r#"{"mon":["10:00-21:00"],"sun":["18:00-02:00"]}"#);
        assert!(Week::from_json(r#"{"monday":["10:00-13:00"]}"#).is_err());
        assert!(Week::from_json(r#"{"mon":["10:00-10:00"]}"#).is_err());
        assert!(Week::from_json("").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn every_span_reads_back(open in 0u16..1440, length in 1u16..=1440) {
            let span = Span::new(open, open + length).unwrap();
            prop_assert_eq!(span.to_string().parse::<Span>().unwrap(), span);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            let _ = text.parse::<Span>();
            let _ = Week::from_json(&text);
        }
    }
}
