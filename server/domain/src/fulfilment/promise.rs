//! When a reservation will be ready, and how long it is kept.

use jiff::{SignedDuration, Timestamp};

use crate::stores::{Schedule, days_from};

/// How a store prepares what is reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PickupRules {
    /// From being asked to being ready, with nobody waiting.
    pub lead_minutes: u32,
    /// How long before closing it must be ready, so that somebody can still come for it.
    pub cutoff_minutes: u32,
    /// How many open days it is kept, the day it is ready counted; 0 is taken as 1.
    pub keep_days: u32,
}

impl Default for PickupRules {
    fn default() -> PickupRules {
        PickupRules { lead_minutes: 30, cutoff_minutes: 30, keep_days: 2 }
    }
}

/// How many openings are tried before a lead time counts as longer than any working day.
const OPENINGS: usize = 8;
/// How far open days are looked for when counting how long something is kept, from the ready day on.
const KEEP_SEARCH_DAYS: usize = 61;

/// When something reserved at `now` will be ready, rounded up to 5 minutes. None where the store does not
/// open within 60 days. `queue_minutes` is what those who came before still take; it is worked off by the
/// next opening.
#[must_use]
pub fn ready_by(
    schedule: &Schedule,
    rules: &PickupRules,
    now: Timestamp,
    queue_minutes: u32,
) -> Option<Timestamp> {
    let lead = minutes(rules.lead_minutes);
    let wait = lead + minutes(queue_minutes);
    if let Some(ready) = ready_within(schedule, rules, now, wait) {
        return Some(ready);
    }
    let mut from = now;
    for _ in 0..OPENINGS {
        // One that never closes does not open again either: it goes on with its queue.
        let Some(opening) = schedule.next_opening(from) else { break };
        if let Some(ready) = ready_within(schedule, rules, opening, lead) {
            return Some(ready);
        }
        from = opening;
    }
    // The lead is longer than any day's hours: it is ready when the door is first open after it.
    let done = later(now, wait);
    let ready = if schedule.is_open(done) { done } else { schedule.next_opening(done)? };
    Some(rounded_up(ready))
}

/// Ready after `wait` from `start`, if the store is open all that time and long enough after it.
fn ready_within(
    schedule: &Schedule,
    rules: &PickupRules,
    start: Timestamp,
    wait: SignedDuration,
) -> Option<Timestamp> {
    let (_, close) = schedule.open_span(start)?;
    let ready = later(start, wait);
    let last = later(close, -minutes(rules.cutoff_minutes));
    // Rounding may go past the cut-off, yet never past closing.
    (ready <= last).then(|| rounded_up(ready).min(close))
}

/// Until when something ready at `ready_by` is kept: the closing time of the `keep_days`-th open day,
/// the ready day being the first. Where no such day is known, as many times 24 hours.
#[must_use]
pub fn keep_until(schedule: &Schedule, rules: &PickupRules, ready_by: Timestamp) -> Timestamp {
    let keep_days = rules.keep_days.max(1);
    let ready_day = schedule.day_of(ready_by);
    let wanted = usize::try_from(keep_days - 1).unwrap_or(usize::MAX);
    days_from(ready_day)
        .take(KEEP_SEARCH_DAYS)
        .filter_map(|day| schedule.closing_of(day))
        .filter(|closing| *closing > ready_by)
        .nth(wanted)
        .unwrap_or_else(|| later(ready_by, SignedDuration::from_hours(24 * i64::from(keep_days))))
}

/// Of `promised`, how many in a hundred were kept, rounded down: a hundred is all of them. None where nothing was
/// promised.
#[must_use]
pub const fn kept_percent(kept: i64, promised: i64) -> Option<i64> {
    if promised <= 0 || kept < 0 || kept > promised {
        return None;
    }
    Some(kept.saturating_mul(100) / promised)
}

fn minutes(count: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(count))
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

/// To the next full 5 minutes; every time zone in use lies on a grid of 15.
fn rounded_up(at: Timestamp) -> Timestamp {
    const STEP: i64 = 300;
    let whole = if at.subsec_nanosecond() > 0 { at.as_second() + 1 } else { at.as_second() };
    let up = whole + (STEP - whole.rem_euclid(STEP)) % STEP;
    Timestamp::from_second(up).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: PickupRules = PickupRules { lead_minutes: 30, cutoff_minutes: 30, keep_days: 2 };

    fn seoul(week: &str, exceptions: &str) -> Schedule {
        Schedule::from_parts("Asia/Seoul", week, exceptions).unwrap()
    }

    fn daily() -> Schedule {
        let day = r#"["10:30-21:00"]"#;
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|d| format!(r#""{d}":{day}"#));
        seoul(&format!("{{{}}}", days.join(",")), "")
    }

    fn at(text: &str) -> Timestamp {
        format!("{text}:00+09:00").parse().unwrap()
    }

    #[test]
    fn ready_after_the_lead_or_after_the_next_opening() {
        for (now, queue, expected) in [
            ("2026-11-24T17:08", 0, "2026-11-24T17:40"),
            ("2026-11-24T17:10", 0, "2026-11-24T17:40"),
            ("2026-11-24T17:08", 20, "2026-11-24T18:00"),
            // Just before the cut-off, and just after it.
            ("2026-11-24T20:00", 0, "2026-11-24T20:30"),
            ("2026-11-24T20:01", 0, "2026-11-25T11:00"),
            ("2026-11-24T19:58", 5, "2026-11-25T11:00"),
            ("2026-11-24T08:00", 0, "2026-11-24T11:00"),
            ("2026-11-24T23:59", 90, "2026-11-25T11:00"),
        ] {
            assert_eq!(ready_by(&daily(), &RULES, at(now), queue), Some(at(expected)), "{now} {queue}");
        }
    }

    #[test]
    fn a_lead_longer_than_any_day_ends_at_an_open_door() {
        let rules = PickupRules { lead_minutes: 2 * 1440, ..RULES };
        assert_eq!(ready_by(&daily(), &rules, at("2026-11-24T12:00"), 0), Some(at("2026-11-26T12:00")));
        assert_eq!(ready_by(&daily(), &rules, at("2026-11-24T23:00"), 0), Some(at("2026-11-27T10:30")));
    }

    #[test]
    fn a_queue_longer_than_any_day_at_a_door_that_never_closes() {
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let days = days.map(|day| format!(r#""{day}":["00:00-24:00"]"#));
        let always = seoul(&format!("{{{}}}", days.join(",")), "");
        let (now, month) = (at("2026-11-01T12:00"), 30 * 1440);
        assert_eq!(ready_by(&always, &RULES, now, month), Some(at("2026-12-01T12:30")));
    }

    #[test]
    fn a_short_saturday_is_passed_over() {
        let schedule = seoul(r#"{"sat":["10:00-10:30"],"mon":["10:00-18:00"]}"#, "");
        assert_eq!(ready_by(&schedule, &RULES, at("2026-11-27T20:00"), 0), Some(at("2026-11-30T10:30")));
    }

    #[test]
    fn a_day_that_is_shut_is_passed_over_and_other_hours_count() {
        let exceptions =
            r#"[{"date":"2026-11-25","hours":[]},{"date":"2026-11-26","hours":["13:00-15:00"]}]"#;
        let schedule = seoul(&daily().week_json(), exceptions);
        for (now, queue, expected) in [
            ("2026-11-24T20:00", 0, "2026-11-24T20:30"),
            ("2026-11-24T20:01", 0, "2026-11-26T13:30"),
            ("2026-11-25T12:00", 0, "2026-11-26T13:30"),
            ("2026-11-26T11:00", 0, "2026-11-26T13:30"),
            ("2026-11-26T13:30", 20, "2026-11-26T14:20"),
            // Too late on the short day.
            ("2026-11-26T14:10", 0, "2026-11-27T11:00"),
        ] {
            assert_eq!(ready_by(&schedule, &RULES, at(now), queue), Some(at(expected)), "{now} {queue}");
        }
    }

    #[test]
    fn a_store_that_never_opens_promises_nothing() {
        assert_eq!(ready_by(&seoul("{}", "[]"), &RULES, at("2026-11-24T12:00"), 0), None);
    }

    #[test]
    fn kept_until_the_second_open_day_closes() {
        let closed_wednesday = r#"[{"date":"2026-11-25","hours":[]}]"#;
        let with_exception =
            Schedule::from_parts("Asia/Seoul", &daily().week_json(), closed_wednesday).unwrap();
        for (schedule, ready, expected) in [
            (daily(), "2026-11-24T17:40", "2026-11-25T21:00"),
            (with_exception, "2026-11-24T17:40", "2026-11-26T21:00"),
            (
                seoul(r#"{"fri":["18:00-02:00"],"sat":["18:00-02:00"]}"#, ""),
                "2026-11-28T01:00",
                "2026-11-29T02:00",
            ),
            (seoul("{}", ""), "2026-11-24T17:40", "2026-11-26T17:40"),
        ] {
            assert_eq!(keep_until(&schedule, &RULES, at(ready)), at(expected), "{ready}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_promised_lies_in_open_hours(second in 1_760_000_000i64..1_800_000_000, lead in 0u32..400, cutoff in 0u32..120, queue in 0u32..300) {
            let rules = PickupRules { lead_minutes: lead, cutoff_minutes: cutoff, keep_days: 2 };
            let now = Timestamp::from_second(second).unwrap();
            let ready = ready_by(&daily(), &rules, now, queue).unwrap();
            proptest::prop_assert!(ready >= now);
            let before = Timestamp::from_second(ready.as_second() - 1).unwrap();
            proptest::prop_assert!(daily().is_open(ready) || daily().is_open(before));
            proptest::prop_assert!(keep_until(&daily(), &rules, ready) > ready);
        }
    }

    #[test]
    fn a_hundred_in_a_hundred_is_all_of_them() {
        for (kept, promised, percent) in [
            (0, 0, None),
            (212, 212, Some(100)),
            (211, 212, Some(99)),
            (0, 3, Some(0)),
            (2, 3, Some(66)),
            (4, 3, None),
        ] {
            assert_eq!(kept_percent(kept, promised), percent, "{kept} of {promised}");
        }
    }
}
