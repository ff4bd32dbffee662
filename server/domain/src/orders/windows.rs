//! Quarters of an hour in which an order can be collected: on the grid, while the store is open, not before it can
//! be ready, and long enough before closing.

use jiff::{SignedDuration, Timestamp};

use crate::stores::Schedule;

/// How long a window is.
pub const QUARTER: SignedDuration = SignedDuration::from_mins(15);
const STEP: i64 = 15 * 60;
/// How many days ahead windows are offered.
const DAYS: i64 = 3;

/// Beginnings of the windows from `ready_by` on, at most `most`, within three days.
#[must_use]
pub fn windows(schedule: &Schedule, ready_by: Timestamp, most: usize) -> Vec<Timestamp> {
    let first = (ready_by.as_second() + STEP - 1).div_euclid(STEP) * STEP;
    let last = ready_by.as_second() + DAYS * 86_400;
    let mut found = Vec::new();
    let mut at = first;
    while found.len() < most && at <= last {
        let Ok(start) = Timestamp::from_second(at) else { break };
        if fits(schedule, start) {
            found.push(start);
        } else if !schedule.is_open(start) {
            // Straight to the next opening: nights are long in quarters of an hour.
            let Some(opening) = schedule.next_opening(start) else { break };
            at = at.max((opening.as_second() + STEP - 1).div_euclid(STEP) * STEP);
            if Timestamp::from_second(at).is_ok_and(|start| fits(schedule, start)) {
                continue;
            }
        }
        at += STEP;
    }
    found
}

/// Whether `start` is the beginning of a window of this store that is not before `ready_by`.
#[must_use]
pub fn is_window(schedule: &Schedule, ready_by: Timestamp, start: Timestamp) -> bool {
    let on_grid = start.as_second().rem_euclid(STEP) == 0 && start.subsec_nanosecond() == 0;
    let near = start.as_second() <= ready_by.as_second() + DAYS * 86_400;
    on_grid && near && start >= ready_by && fits(schedule, start)
}

fn fits(schedule: &Schedule, start: Timestamp) -> bool {
    schedule.open_span(start).is_some_and(|(_, closes)| start + QUARTER <= closes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_lie_on_the_grid_within_opening_hours() {
        let days =
            ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|d| format!(r#""{d}":["10:30-12:00"]"#));
        let schedule = Schedule::from_parts("Asia/Seoul", &format!("{{{}}}", days.join(",")), "").unwrap();
        let ready = "2026-11-24T11:20:00+09:00".parse().unwrap();
        let found = windows(&schedule, ready, 5);
        let said: Vec<String> = found
            .iter()
            .map(|at| at.to_zoned(schedule.time_zone().clone()).strftime("%d %H:%M").to_string())
            .collect();
        assert_eq!(said, ["24 11:30", "24 11:45", "25 10:30", "25 10:45", "25 11:00"]);
        assert!(found.iter().all(|at| is_window(&schedule, ready, *at)));
        assert!(!is_window(&schedule, ready, found[0] + SignedDuration::from_mins(1)));
        assert!(!is_window(&schedule, found[1], found[0]));
    }

    #[test]
    fn a_day_that_is_shut_has_none_and_one_that_is_short_has_few() {
        let days =
            ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|d| format!(r#""{d}":["10:30-12:00"]"#));
        let exceptions =
            r#"[{"date":"2026-11-25","hours":[]},{"date":"2026-11-26","hours":["11:00-11:40"]}]"#;
        let schedule =
            Schedule::from_parts("Asia/Seoul", &format!("{{{}}}", days.join(",")), exceptions).unwrap();
        let ready = "2026-11-24T11:35:00+09:00".parse().unwrap();
        let said: Vec<String> = windows(&schedule, ready, 5)
            .iter()
            .map(|at| at.to_zoned(schedule.time_zone().clone()).strftime("%d %H:%M").to_string())
            .collect();
        assert_eq!(said, ["24 11:45", "26 11:00", "26 11:15", "27 10:30", "27 10:45"]);
        for shut in ["2026-11-25T10:30:00+09:00", "2026-11-26T11:30:00+09:00"] {
            assert!(!is_window(&schedule, ready, shut.parse().unwrap()), "{shut}");
        }
    }
}
