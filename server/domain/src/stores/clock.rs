//! What the clock on a store's wall shows at a moment, and the moment it shows something. Clocks are seldom changed, and
//! between two changes one number says it all: a zone's whole history is asked only around and beyond those.

use std::sync::OnceLock;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
    tz::{AmbiguousOffset, Offset, TimeZone},
};

/// A clock in a time zone.
#[derive(Clone, Debug)]
pub(super) struct WallClock {
    zone: TimeZone,
    /// Around the first moment that was asked for, which is now or close to it.
    steady: OnceLock<Steady>,
}

/// A stretch of time in which nobody changes the clocks, nor on the day before it or after it.
#[derive(Clone, Copy, Debug)]
struct Steady {
    from: Timestamp,
    until: Timestamp,
    offset: Offset,
}

impl PartialEq for WallClock {
    /// The same zone, whatever has been asked so far.
    fn eq(&self, other: &WallClock) -> bool {
        self.zone == other.zone
    }
}

impl WallClock {
    pub fn new(zone: TimeZone) -> WallClock {
        WallClock { zone, steady: OnceLock::new() }
    }

    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// What it shows at that moment.
    pub fn shown(&self, at: Timestamp) -> DateTime {
        let steady = self.steady.get_or_init(|| Steady::around(at, &self.zone));
        if steady.covers(at) { steady.offset.to_datetime(at) } else { self.zone.to_datetime(at) }
    }

    /// The moment it first shows, or passes, so many minutes after that date's midnight.
    pub fn moment_on(&self, date: Date, minutes: u16) -> Timestamp {
        let (midnight, minutes) =
            (date.to_datetime(Time::midnight()), SignedDuration::from_mins(minutes.into()));
        if let Some(steady) = self.steady.get()
            && let Ok(at) = steady.offset.to_timestamp(midnight)
            && let Ok(at) = at.checked_add(minutes)
            && steady.covers(at)
        {
            return at;
        }
        self.moment_in_history(midnight.saturating_add(minutes))
    }

    fn moment_in_history(&self, wall: DateTime) -> Timestamp {
        let found = self.zone.to_ambiguous_timestamp(wall);
        let skipped = matches!(found.offset(), AmbiguousOffset::Gap { .. });
        let Ok(at) = found.compatible() else {
            return if wall.year() > 0 { Timestamp::MAX } else { Timestamp::MIN };
        };
        if !skipped {
            return at;
        }
        // A time that is skipped is passed at the change itself.
        let after = at.saturating_add(SECOND).unwrap_or(at);
        self.zone.preceding(after).next().map_or(at, |change| change.timestamp())
    }
}

const SECOND: SignedDuration = SignedDuration::from_secs(1);
/// No change moves a clock further than that: Samoa's went over the date line.
const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Steady {
    fn around(at: Timestamp, zone: &TimeZone) -> Steady {
        // A change at this very moment comes before it.
        let after = at.saturating_add(SECOND).unwrap_or(at);
        let last = zone.preceding(after).next().map_or(Timestamp::MIN, |change| change.timestamp());
        let next = zone.following(at).next().map_or(Timestamp::MAX, |change| change.timestamp());
        Steady {
            from: last.saturating_add(DAY).unwrap_or(last),
            until: next.saturating_sub(DAY).unwrap_or(next),
            offset: zone.to_offset(at),
        }
    }

    fn covers(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan, civil::date};
    use proptest::prelude::*;

    use super::*;

    const ZONES: [&str; 7] = [
        "Asia/Seoul",
        "America/New_York",
        "Europe/London",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Africa/Casablanca",
        "UTC",
    ];

    proptest! {
        /// Whatever was asked first, and on whichever side of a change: a clock shows what its zone's history says.
        #[test]
        fn a_clock_shows_what_its_zone_says(
            zone in 0..ZONES.len(),
            asked in prop::collection::vec((0i32..60 * 366, 0u16..2 * 24 * 60), 2..12),
        ) {
            let zone = TimeZone::get(ZONES[zone]).unwrap();
            let clock = WallClock::new(zone.clone());
            for (days, minutes) in asked {
                let day = date(1980, 1, 1).saturating_add(days.days());
                let wall = day.at(0, 0, 0, 0).saturating_add(SignedDuration::from_mins(minutes.into()));
                let at = clock.moment_on(day, minutes);
                prop_assert_eq!(at, WallClock::new(zone.clone()).moment_in_history(wall));
                prop_assert_eq!(clock.shown(at), zone.to_datetime(at));
            }
        }
    }

    #[test]
    fn what_was_asked_at_a_change_is_steady_only_after_it() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let change: Timestamp = "2026-03-08T07:00:00Z".parse().unwrap();
        let clock = WallClock::new(zone.clone());
        for hours in [0, -1, 1, -24, 24, 25, 24 * 200] {
            let at = change + SignedDuration::from_hours(hours);
            assert_eq!(clock.shown(at), zone.to_datetime(at), "{hours}");
        }
    }
}
