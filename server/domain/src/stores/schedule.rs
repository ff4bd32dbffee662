//! The hours of one store on the real calendar: which moments it is open, across midnights,
//! exceptions and changes of the clock.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use onshelf_vocabulary::Text;
use serde::{Deserialize, Serialize};

use super::{
    HoursError,
    clock::WallClock,
    days_back_from, days_from, quoted,
    week::{Span, Week, tidy},
};

/// How far an opening is looked for, from today on.
const OPENING_DAYS: usize = 61;
/// How far open hours that join each other are followed, either way, from today on.
const JOIN_DAYS: usize = 9;
/// Open without a break for so long ahead is "always open".
const ALWAYS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// One date whose hours differ from the week's: other hours, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    pub date: Date,
    #[serde(default)]
    pub hours: Vec<Span>,
    /// Why, as shown to shoppers; may be empty.
    #[serde(default)]
    pub note: Text,
}

/// When one store is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    clock: WallClock,
    week: Week,
    exceptions: BTreeMap<Date, Exception>,
}

impl Schedule {
    /// Of two exceptions on one date the later counts.
    #[must_use]
    pub fn new(time_zone: TimeZone, week: Week, exceptions: impl IntoIterator<Item = Exception>) -> Schedule {
        let schedule = Schedule { clock: WallClock::new(time_zone), week, exceptions: BTreeMap::new() };
        exceptions.into_iter().fold(schedule, |mut schedule, exception| {
            schedule.put(exception);
            schedule
        })
    }

    /// From the database's columns: an IANA name, `{"mon":["10:30-21:00"],…}` and
    /// `[{"date":"2026-12-25","hours":["11:00-19:00"],"note":{"ko":…,"en":…}}]`; empty JSON is none.
    pub fn from_parts(
        time_zone: &str,
        week_json: &str,
        exceptions_json: &str,
    ) -> Result<Schedule, HoursError> {
        let zone = TimeZone::get(time_zone).map_err(|_| HoursError::UnknownTimeZone(quoted(time_zone)))?;
        let mut schedule = Schedule::new(zone, Week::from_json(week_json)?, []);
        for exception in read_exceptions(exceptions_json)? {
            let date = exception.date;
            if schedule.put(exception).is_some() {
                return Err(HoursError::DoubleDate(date));
            }
        }
        Ok(schedule)
    }

    fn put(&mut self, mut exception: Exception) -> Option<Exception> {
        exception.hours = tidy(exception.hours);
        self.exceptions.insert(exception.date, exception)
    }

    /// As the database keeps it: `{"mon":["10:30-21:00"], …}`.
    #[must_use]
    pub fn week_json(&self) -> String {
        self.week.to_json()
    }

    /// As the database keeps them: a list, in order of date.
    #[must_use]
    pub fn exceptions_json(&self) -> String {
        let exceptions: Vec<&Exception> = self.exceptions.values().collect();
        serde_json::to_string(&exceptions).unwrap_or_else(|_| "[]".to_owned())
    }

    /// The operator's holidays, where the store has no exception of its own on that date.
    #[must_use]
    pub fn with_holidays(mut self, holidays: &[Exception]) -> Schedule {
        for holiday in holidays {
            if !self.exceptions.contains_key(&holiday.date) {
                self.put(holiday.clone());
            }
        }
        self
    }

    /// What its hours are told in.
    #[must_use]
    pub fn time_zone(&self) -> &TimeZone {
        self.clock.zone()
    }

    /// The hours of a week without exceptions.
    #[must_use]
    pub fn week(&self) -> &Week {
        &self.week
    }

    /// What stands in the place of the week on that date, if anything does.
    #[must_use]
    pub fn exception_on(&self, date: Date) -> Option<&Exception> {
        self.exceptions.get(&date)
    }

    /// From `first` to `last`, both included, in order of date.
    pub fn exceptions_between(&self, first: Date, last: Date) -> impl Iterator<Item = &Exception> {
        // A range whose end lies before its start would panic in the map.
        self.exceptions.range(first.min(last)..=last.max(first)).map(|(_, exception)| exception)
    }

    /// Whether nobody told any hours at all.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.week.is_empty() && self.exceptions.values().all(|exception| exception.hours.is_empty())
    }

    /// The store's own calendar date at that moment.
    #[must_use]
    pub fn date_of(&self, at: Timestamp) -> Date {
        self.clock.shown(at).date()
    }

    /// The date whose hours that moment belongs to: the day before, at one in the morning in a bar.
    #[must_use]
    pub fn day_of(&self, at: Timestamp) -> Date {
        let today = self.date_of(at);
        let yesterday = before(today);
        if !within(self.intervals(today), at) && within(self.intervals(yesterday), at) {
            yesterday
        } else {
            today
        }
    }

    /// The spans that open on that date, in order; empty when closed.
    #[must_use]
    pub fn spans_of(&self, date: Date) -> &[Span] {
        match self.exceptions.get(&date) {
            Some(exception) => &exception.hours,
            None => self.week.on(date.weekday()),
        }
    }

    /// When the last span of that date ends; none when it is closed all day.
    #[must_use]
    pub fn closing_of(&self, date: Date) -> Option<Timestamp> {
        self.intervals(date).map(|(_, close)| close).max()
    }

    /// Also after midnight, where the evening before goes on.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let today = self.date_of(at);
        within(self.intervals(today), at) || within(self.intervals(before(today)), at)
    }

    /// From when until when it is open without a break around `at`, opening included and closing not.
    /// Spans that touch are one; joined hours are followed for 8 days either way.
    #[must_use]
    pub fn open_span(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let today = self.date_of(at);
        let near = [before(today), today];
        let (open, close) = near
            .into_iter()
            .flat_map(|date| self.intervals(date))
            .filter(|(open, close)| *open <= at && at < *close)
            .max_by_key(|(_, close)| *close)?;
        Some((self.joined_back(today, open), self.joined_ahead(today, close)))
    }

    fn joined_ahead(&self, today: Date, mut close: Timestamp) -> Timestamp {
        for day in days_from(today).take(JOIN_DAYS) {
            for (next_open, next_close) in self.intervals(day) {
                if next_open > close {
                    return close;
                }
                close = close.max(next_close);
            }
        }
        close
    }

    fn joined_back(&self, today: Date, mut open: Timestamp) -> Timestamp {
        let mut quiet_days = 0;
        for day in days_back_from(today).take(JOIN_DAYS) {
            let earliest = self
                .intervals(day)
                .filter(|(earlier, close)| *earlier < open && *close >= open)
                .map(|(earlier, _)| earlier)
                .min();
            match earliest {
                Some(earlier) => (open, quiet_days) = (earlier, 0),
                // What opened the day before yesterday may still join, what is older may not.
                None if quiet_days == 2 => break,
                None => quiet_days += 1,
            }
        }
        open
    }

    /// When it closes if it is open at `at`; none when closed, and none when it stays open all week.
    #[must_use]
    pub fn closes_at(&self, at: Timestamp) -> Option<Timestamp> {
        let (_, close) = self.open_span(at)?;
        (close.duration_since(at) < ALWAYS).then_some(close)
    }

    /// Open at `at` and without a break for the week after it.
    #[must_use]
    pub fn is_always_open(&self, at: Timestamp) -> bool {
        self.open_span(at).is_some_and(|(_, close)| close.duration_since(at) >= ALWAYS)
    }

    /// The first moment after `at` at which a closed door opens, within 60 days.
    #[must_use]
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        let today = self.date_of(at);
        let mut closed_from = Timestamp::MIN;
        let evenings = [before(before(today)), before(today)];
        for day in evenings.into_iter().chain(days_from(today).take(OPENING_DAYS)) {
            for (open, close) in self.intervals(day) {
                if open > at && open > closed_from {
                    return Some(open);
                }
                closed_from = closed_from.max(close);
            }
        }
        None
    }

    /// The spans of a date as moments. One that lies wholly in a skipped hour is none.
    fn intervals(&self, date: Date) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let moment = move |minutes: u16| self.clock.moment_on(date, minutes);
        self.spans_of(date)
            .iter()
            .map(move |span| (moment(span.open()), moment(span.close())))
            .filter(|(open, close)| open < close)
    }
}

fn before(date: Date) -> Date {
    date.yesterday().unwrap_or(date)
}

fn within(mut intervals: impl Iterator<Item = (Timestamp, Timestamp)>, at: Timestamp) -> bool {
    intervals.any(|(open, close)| open <= at && at < close)
}

fn read_exceptions(json: &str) -> Result<Vec<Exception>, HoursError> {
    match json.trim() {
        "" => Ok(Vec::new()),
        json => serde_json::from_str(json).map_err(|error| HoursError::BadJson(error.to_string())),
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
