use proptest::prelude::*;

use super::*;

fn schedule(zone: &str, week: &str, exceptions: &str) -> Schedule {
    Schedule::from_parts(zone, week, exceptions).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The open span around `now`, or the next opening, both in the store's own time.
fn check(schedule: &Schedule, now: &str, expected: &str) {
    let now = at(now);
    let local = |moment: Timestamp| schedule.time_zone().to_datetime(moment).strftime("%d %H:%M").to_string();
    let found = match (schedule.open_span(now), schedule.next_opening(now)) {
        (Some((open, close)), _) => format!("{} to {}", local(open), local(close)),
        (None, Some(opening)) => format!("opens {}", local(opening)),
        (None, None) => "never".to_owned(),
    };
    assert_eq!(found, expected, "{now}");
    assert_eq!(schedule.is_open(now), schedule.open_span(now).is_some());
}

const WEEK: &str = r#"{"mon":["10:30-21:00"],"tue":["10:30-21:00"],"fri":["18:00-02:00"],"sat":["18:00-24:00"],"sun":["00:00-03:00","10:00-14:00"]}"#;

/// 2026-11-23 is a Monday.
#[test]
fn spans_over_midnight_and_touching_ones_are_one() {
    let seoul = schedule("Asia/Seoul", WEEK, "");
    for (now, expected) in [
        ("2026-11-23T10:29:59+09:00", "opens 23 10:30"),
        ("2026-11-23T10:30:00+09:00", "23 10:30 to 23 21:00"),
        ("2026-11-23T20:59:59+09:00", "23 10:30 to 23 21:00"),
        ("2026-11-23T21:00:00+09:00", "opens 24 10:30"),
        ("2026-11-25T12:00:00+09:00", "opens 27 18:00"),
        ("2026-11-28T01:00:00+09:00", "27 18:00 to 28 02:00"),
        // Saturday night goes on into Sunday's own hours.
        ("2026-11-28T23:00:00+09:00", "28 18:00 to 29 03:00"),
        ("2026-11-29T01:00:00+09:00", "28 18:00 to 29 03:00"),
        ("2026-11-29T14:00:00+09:00", "opens 30 10:30"),
    ] {
        check(&seoul, now, expected);
    }
    assert_eq!(seoul.day_of(at("2026-11-28T01:00:00+09:00")).to_string(), "2026-11-27");
    assert_eq!(seoul.day_of(at("2026-11-29T01:00:00+09:00")).to_string(), "2026-11-29");
    assert_eq!(seoul.closes_at(at("2026-11-28T23:00:00+09:00")), Some(at("2026-11-29T03:00:00+09:00")));
    assert_eq!(seoul.closes_at(at("2026-11-25T12:00:00+09:00")), None);
}

#[test]
fn exceptions_replace_their_date_and_holidays_yield_to_them() {
    let own =
        r#"[{"date":"2026-11-24","hours":["12:00-15:00"],"note":{"ko":"재고 조사","en":"stock-taking"}}]"#;
    let holiday =
        |date: &str| Exception { date: date.parse().unwrap(), hours: vec![], note: Text::default() };
    let seoul =
        schedule("Asia/Seoul", WEEK, own).with_holidays(&[holiday("2026-11-23"), holiday("2026-11-24")]);
    check(&seoul, "2026-11-23T12:00:00+09:00", "opens 24 12:00");
    check(&seoul, "2026-11-24T13:00:00+09:00", "24 12:00 to 24 15:00");
    // Closed on Saturday: Friday's night still ends at two.
    let closed = schedule("Asia/Seoul", WEEK, r#"[{"date":"2026-11-28"}]"#);
    check(&closed, "2026-11-28T01:00:00+09:00", "27 18:00 to 28 02:00");
    check(&closed, "2026-11-28T23:00:00+09:00", "opens 29 00:00");
    let dates = |s: &Schedule| {
        s.exceptions_between("2026-11-24".parse().unwrap(), "2026-12-31".parse().unwrap()).count()
    };
    assert_eq!((dates(&seoul), dates(&closed)), (1, 1));
}

#[test]
fn always_open_has_neither_opening_nor_closing() {
    let always = Week::daily(&[Span::ALL_DAY]).to_json();
    let store = schedule("America/New_York", &always, "");
    // Over both changes of the clock.
    for now in ["2026-03-08T12:00:00Z", "2026-11-01T06:00:00Z", "2026-07-01T00:00:00Z"] {
        assert!(store.is_always_open(at(now)));
        assert_eq!((store.closes_at(at(now)), store.next_opening(at(now))), (None, None));
    }
    let shut_once = schedule("America/New_York", &always, r#"[{"date":"2026-12-25"}]"#);
    check(&shut_once, "2026-12-25T12:00:00-05:00", "opens 26 00:00");
    assert_eq!(shut_once.closes_at(at("2026-12-24T12:00:00-05:00")), Some(at("2026-12-25T00:00:00-05:00")));
    assert_eq!(
        shut_once.next_opening(at("2026-12-24T12:00:00-05:00")),
        Some(at("2026-12-26T00:00:00-05:00"))
    );
}

fn sunday(zone: &str, hours: &str) -> Schedule {
    schedule(zone, &format!(r#"{{"sun":["{hours}"]}}"#), "")
}

/// The clock goes from 2 to 3 on 2026-03-08 in New York, from 2 to 3 on 2026-03-29 in Berlin.
#[test]
fn an_hour_that_is_skipped_is_passed_at_the_change() {
    let minutes = |store: &Schedule, now: &str| {
        let (open, close) = store.open_span(at(now)).unwrap();
        close.duration_since(open).as_mins()
    };
    assert_eq!(minutes(&sunday("America/New_York", "00:00-24:00"), "2026-03-08T12:00:00-04:00"), 23 * 60);
    assert_eq!(minutes(&sunday("Europe/Berlin", "00:00-24:00"), "2026-03-29T12:00:00+02:00"), 23 * 60);
    assert_eq!(minutes(&sunday("America/New_York", "01:00-02:30"), "2026-03-08T01:30:00-05:00"), 60);
    let early = sunday("Europe/Berlin", "02:30-10:00");
    assert_eq!(early.next_opening(at("2026-03-29T00:00:00+01:00")), Some(at("2026-03-29T03:00:00+02:00")));
    let gone = sunday("America/New_York", "02:10-02:50");
    assert_eq!(gone.next_opening(at("2026-03-08T00:00:00-05:00")), Some(at("2026-03-15T02:10:00-04:00")));
}

/// The clock goes from 2 to 1 on 2026-11-01 in New York, from 3 to 2 on 2026-10-25 in Berlin.
#[test]
fn an_hour_that_comes_twice_counts_from_its_first_time() {
    let new_york = sunday("America/New_York", "00:00-24:00");
    let (open, close) = new_york.open_span(at("2026-11-01T12:00:00-05:00")).unwrap();
    assert_eq!(close.duration_since(open).as_hours(), 25);
    let bar = schedule("Europe/Berlin", r#"{"sat":["20:00-02:30"]}"#, "");
    assert_eq!(bar.closes_at(at("2026-10-24T22:00:00+02:00")), Some(at("2026-10-25T02:30:00+02:00")));
    assert!(!bar.is_open(at("2026-10-25T02:15:00+01:00")));
    let early = sunday("Europe/Berlin", "02:30-10:00");
    assert_eq!(early.next_opening(at("2026-10-25T00:00:00+02:00")), Some(at("2026-10-25T02:30:00+02:00")));
}

#[test]
fn what_cannot_be_read_is_refused() {
    assert!(matches!(Schedule::from_parts("Mars/Olympus", "{}", "[]"), Err(HoursError::UnknownTimeZone(_))));
    for (week, exceptions) in [
        ("[]", "[]"),
        ("{}", "{}"),
        (r#"{"mon":["9-5"]}"#, ""),
        ("{}", r#"[{"date":"2026-02-30"}]"#),
        ("{}", r#"[{"date":"2026-02-03","open":true}]"#),
        ("{}", r#"[{"date":"2026-02-03"},{"date":"2026-02-03","hours":["10:00-12:00"]}]"#),
    ] {
        assert!(Schedule::from_parts("Asia/Seoul", week, exceptions).is_err(), "{week} {exceptions}");
    }
}

#[test]
fn it_is_written_as_it_was_read() {
    let exceptions =
        r#"[{"date":"2026-12-25","hours":["11:00-19:00"],"note":{"ko":"성탄절","en":"Christmas"}}]"#;
    let store = schedule("Asia/Seoul", WEEK, exceptions);
    assert_eq!((store.week_json().as_str(), store.exceptions_json().as_str()), (WEEK, exceptions));
}

#[test]
fn the_ends_of_time_do_not_panic() {
    let store = schedule("America/New_York", &Week::daily(&["18:00-17:00".parse().unwrap()]).to_json(), "");
    for now in [Timestamp::MIN, Timestamp::MAX] {
        let _ = (store.open_span(now), store.next_opening(now), store.is_always_open(now), store.day_of(now));
    }
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    let span = (0u16..1440, 1u16..=1440).prop_map(|(open, length)| Span::new(open, open + length).unwrap());
    prop::collection::vec(span, 0..3)
}

proptest! {
    /// Whatever the week and the zone: an opening is a moment at which it is open and just before it was not,
    /// a closing is the reverse, and nothing opens in between.
    #[test]
    fn openings_and_closings_are_where_the_door_changes(
        days in prop::array::uniform7(spans()),
        zone in prop::sample::select(vec!["Asia/Seoul", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago"]),
        second in 1_767_225_600i64..1_798_761_600,
    ) {
        let store = Schedule::new(TimeZone::get(zone).unwrap(), Week::new(days), []);
        let now = Timestamp::from_second(second).unwrap();
        let just_before = |moment: Timestamp| moment.saturating_sub(SignedDuration::from_secs(1)).unwrap();
        if let Some((open, close)) = store.open_span(now) {
            prop_assert!(open <= now && now < close && store.is_open(now));
            prop_assert!(store.is_open(open) && store.is_open(just_before(close)));
            if let Some(closing) = store.closes_at(now) {
                prop_assert!(!store.is_open(closing), "{} {}", zone, closing);
            }
        } else {
            prop_assert!(!store.is_open(now));
        }
        if let Some(opening) = store.next_opening(now) {
            prop_assert!(opening > now && store.is_open(opening) && !store.is_open(just_before(opening)));
        }
    }
}
