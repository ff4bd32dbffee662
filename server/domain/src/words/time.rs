//! Moments, dates and ages.

use jiff::{
    Timestamp,
    civil::{Date, Weekday},
    fmt::temporal::DateTimePrinter,
    tz::TimeZone,
};
use onshelf_vocabulary::{Lang, Moment};

/// A moment with the offset of `zone` for machines, and for people as `17:40` today, `내일 10:30` or
/// `tomorrow 10:30`, else `11월 24일(화) 10:30` or `Tue 24 Nov 10:30`, with the year where it is another.
#[must_use]
pub fn moment(lang: Lang, at: Timestamp, now: Timestamp, zone: &TimeZone) -> Moment {
    let local = zone.to_datetime(at);
    let today = zone.to_datetime(now).date();
    let time = format!("{:02}:{:02}", local.hour(), local.minute());
    let label = if local.date() == today {
        time
    } else {
        format!("{} {time}", date_label(lang, local.date(), today))
    };
    Moment { at: stamp(at, zone), label }
}

/// The moment for programs, with the zone's offset from UTC (RFC 3339).
#[must_use]
pub fn stamp(at: Timestamp, zone: &TimeZone) -> String {
    DateTimePrinter::new().timestamp_with_offset_to_string(&at, zone.to_offset(at))
}

/// `오늘`, `내일`, `어제`, else `11월 24일(화)` or `Tue 24 Nov`, with the year where it is another.
#[must_use]
pub fn date_label(lang: Lang, date: Date, today: Date) -> String {
    if let Some(near) = near_day(lang, date, today) {
        return near.to_owned();
    }
    let day = weekday(lang, date.weekday());
    let other_year = date.year() != today.year();
    match lang {
        Lang::Ko if other_year => format!("{}년 {}월 {}일({day})", date.year(), date.month(), date.day()),
        Lang::Ko => format!("{}월 {}일({day})", date.month(), date.day()),
        Lang::En if other_year => format!("{day} {} {}", date.day(), date.strftime("%b %Y")),
        Lang::En => format!("{day} {} {}", date.day(), date.strftime("%b")),
    }
}

/// The short name of a day in a list of the week: `오늘`, `월`, `today`, `Mon`.
#[must_use]
pub fn day_label(lang: Lang, date: Date, today: Date) -> &'static str {
    if date == today { lang.pick("오늘", "today") } else { weekday(lang, date.weekday()) }
}

fn near_day(lang: Lang, date: Date, today: Date) -> Option<&'static str> {
    if date == today {
        Some(lang.pick("오늘", "today"))
    } else if today.tomorrow().is_ok_and(|tomorrow| date == tomorrow) {
        Some(lang.pick("내일", "tomorrow"))
    } else if today.yesterday().is_ok_and(|yesterday| date == yesterday) {
        Some(lang.pick("어제", "yesterday"))
    } else {
        None
    }
}

/// `월` or `Mon`.
#[must_use]
pub const fn weekday(lang: Lang, weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => lang.pick("월", "Mon"),
        Weekday::Tuesday => lang.pick("화", "Tue"),
        Weekday::Wednesday => lang.pick("수", "Wed"),
        Weekday::Thursday => lang.pick("목", "Thu"),
        Weekday::Friday => lang.pick("금", "Fri"),
        Weekday::Saturday => lang.pick("토", "Sat"),
        Weekday::Sunday => lang.pick("일", "Sun"),
    }
}

/// How long ago something was, as far as it is told: two that are equal are said alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Age {
    JustNow,
    Seconds(i64),
    Minutes(i64),
    Hours(i64),
    Yesterday,
    Days(i64),
    Months(i64),
    Years(i64),
}

impl Age {
    /// What is yet to come was just now: clocks differ a little.
    #[must_use]
    pub fn between(then: Timestamp, now: Timestamp) -> Age {
        const MINUTE: i64 = 60;
        const HOUR: i64 = 60 * MINUTE;
        const DAY: i64 = 24 * HOUR;
        const MONTH: i64 = 30 * DAY;
        const YEAR: i64 = 365 * DAY;
        let seconds = now.duration_since(then).as_secs();
        match seconds {
            ..5 => Age::JustNow,
            5..MINUTE => Age::Seconds(seconds),
            MINUTE..HOUR => Age::Minutes(seconds / MINUTE),
            HOUR..DAY => Age::Hours(seconds / HOUR),
            _ if seconds < 2 * DAY => Age::Yesterday,
            _ if seconds < MONTH => Age::Days(seconds / DAY),
            _ if seconds < YEAR => Age::Months(seconds / MONTH),
            _ => Age::Years(seconds / YEAR),
        }
    }

    /// `방금`, `12초 전`, `3분 전`, `2시간 전`, `어제`, `3일 전`, `2개월 전`; `just now`, `12 s ago` …
    #[must_use]
    pub fn say(self, lang: Lang) -> String {
        let (count, ko, one, many) = match self {
            Age::JustNow => return lang.pick("방금", "just now").to_owned(),
            Age::Yesterday => return lang.pick("어제", "yesterday").to_owned(),
            Age::Seconds(count) => (count, "초", "s", "s"),
            Age::Minutes(count) => (count, "분", "min", "min"),
            Age::Hours(count) => (count, "시간", "h", "h"),
            Age::Days(count) => (count, "일", "day", "days"),
            Age::Months(count) => (count, "개월", "month", "months"),
            Age::Years(count) => (count, "년", "year", "years"),
        };
        // Put together by hand: a page says it of every shelf, and formatting took as long as finding the shelf.
        let said: &str = &count.to_string();
        match lang {
            Lang::Ko => [said, ko, " 전"].concat(),
            Lang::En => [said, " ", if count == 1 { one } else { many }, " ago"].concat(),
        }
    }
}

/// How long ago, in words.
#[must_use]
pub fn age(lang: Lang, then: Timestamp, now: Timestamp) -> String {
    Age::between(then, now).say(lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn moments_are_said_as_people_there_say_them() {
        let seoul = TimeZone::get("Asia/Seoul").unwrap();
        let now = at("2026-11-22T17:00:00+09:00");
        for (then, ko, en) in [
            ("2026-11-22T17:40:00+09:00", "17:40", "17:40"),
            ("2026-11-23T10:30:00+09:00", "내일 10:30", "tomorrow 10:30"),
            ("2026-11-21T09:05:00+09:00", "어제 09:05", "yesterday 09:05"),
            ("2026-11-24T10:30:00+09:00", "11월 24일(화) 10:30", "Tue 24 Nov 10:30"),
            ("2027-01-03T10:30:00+09:00", "2027년 1월 3일(일) 10:30", "Sun 3 Jan 2027 10:30"),
            // Still the 22nd in London, the 23rd in Seoul.
            ("2026-11-22T15:30:00Z", "내일 00:30", "tomorrow 00:30"),
        ] {
            assert_eq!(moment(Lang::Ko, at(then), now, &seoul).label, ko);
            assert_eq!(moment(Lang::En, at(then), now, &seoul).label, en);
        }
        assert_eq!(moment(Lang::Ko, at("2026-11-22T08:40:00Z"), now, &seoul).at, "2026-11-22T17:40:00+09:00");
        let utc = moment(Lang::Ko, now, now, &TimeZone::UTC).at;
        assert_eq!(at(&utc), now);
    }

    #[test]
    fn ages_have_few_words() {
        let now = at("2026-11-22T17:00:00Z");
        for (seconds, ko, en) in [
            (-9, "방금", "just now"),
            (4, "방금", "just now"),
            (12, "12초 전", "12 s ago"),
            (59, "59초 전", "59 s ago"),
            (180, "3분 전", "3 min ago"),
            (7_200, "2시간 전", "2 h ago"),
            (86_400, "어제", "yesterday"),
            (3 * 86_400, "3일 전", "3 days ago"),
            (31 * 86_400, "1개월 전", "1 month ago"),
            (800 * 86_400, "2년 전", "2 years ago"),
        ] {
            let then = Timestamp::from_second(now.as_second() - seconds).unwrap();
            assert_eq!((age(Lang::Ko, then, now).as_str(), age(Lang::En, then, now).as_str()), (ko, en));
        }
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        for (a, b) in [(Timestamp::MIN, Timestamp::MAX), (Timestamp::MAX, Timestamp::MIN)] {
            let _ = (age(Lang::Ko, a, b), moment(Lang::En, a, b, &TimeZone::get("Asia/Seoul").unwrap()));
        }
    }
}
