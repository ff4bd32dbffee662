//! A store's hours as a shopper reads them.

use jiff::{Timestamp, ToSpan, civil::Date};
use onshelf_vocabulary::{Lang, stores::DayView};

use super::time::{date_label, day_label, weekday};
use crate::stores::{Exception, Schedule, Span, days_from};

const DAY: u16 = 24 * 60;

/// Whether it is open, and until when, or when it will be: `21:00까지`, `10:30에 열어요`,
/// `내일 10:30에 열어요`, `오늘 쉬는 날 · 내일 10:30`, `24시간`; `until 21:00`, `opens 10:30` …
#[must_use]
pub fn hours_now(lang: Lang, schedule: &Schedule, now: Timestamp) -> (bool, String) {
    match schedule.open_span(now) {
        Some(_) if schedule.is_always_open(now) => (true, lang.pick("24시간", "open 24 hours").to_owned()),
        Some((_, close)) => (true, until(lang, schedule, now, close)),
        None => (false, closed(lang, schedule, now)),
    }
}

fn until(lang: Lang, schedule: &Schedule, now: Timestamp, close: Timestamp) -> String {
    let (today, end) = (schedule.date_of(now), schedule.time_zone().to_datetime(close));
    // Midnight ends the day before it: nobody is open "until Tuesday 00:00".
    let (date, time) = match end.strftime("%H:%M").to_string().as_str() {
        "00:00" => (end.date().saturating_sub(1.day()), lang.pick("24:00", "midnight").to_owned()),
        time => (end.date(), time.to_owned()),
    };
    let tomorrow = today.saturating_add(1.day());
    match lang {
        _ if date <= today => said_until(lang, &time),
        Lang::En if date == tomorrow => format!("until {time} tomorrow"),
        _ => said_until(lang, &format!("{} {time}", near_weekday(lang, date, today))),
    }
}

fn said_until(lang: Lang, when: &str) -> String {
    match lang {
        Lang::Ko => format!("{when}까지"),
        Lang::En => format!("until {when}"),
    }
}

fn closed(lang: Lang, schedule: &Schedule, now: Timestamp) -> String {
    if schedule.is_unknown() {
        return lang.pick("영업시간 정보 없음", "hours not listed").to_owned();
    }
    let Some(opening) = schedule.next_opening(now) else {
        return lang.pick("당분간 쉬어요", "closed for now").to_owned();
    };
    let (today, opens) = (schedule.date_of(now), schedule.time_zone().to_datetime(opening));
    let time = opens.strftime("%H:%M");
    if opens.date() == today {
        return match lang {
            Lang::Ko => format!("{time}에 열어요"),
            Lang::En => format!("opens {time}"),
        };
    }
    let day = near_weekday(lang, opens.date(), today);
    match (lang, schedule.spans_of(today).is_empty()) {
        (Lang::Ko, true) => format!("오늘 쉬는 날 · {day} {time}"),
        (Lang::En, true) => format!("closed today · {day} {time}"),
        (Lang::Ko, false) => format!("{day} {time}에 열어요"),
        (Lang::En, false) => format!("opens {day} {time}"),
    }
}

/// Within the coming week a weekday says it, further on the date does.
fn near_weekday(lang: Lang, date: Date, today: Date) -> String {
    let tomorrow = today.saturating_add(1.day());
    if date > tomorrow && date < today.saturating_add(7.days()) {
        return match lang {
            Lang::Ko => format!("{}요일", weekday(lang, date.weekday())),
            Lang::En => weekday(lang, date.weekday()).to_owned(),
        };
    }
    date_label(lang, date, today)
}

/// One day's hours: `10:30~21:00`, `10:00–14:00, 15:00–21:00`, `18:00~02:00`, `24시간`, `쉬는 날`. Korean writes a tilde
/// between two ends.
#[must_use]
pub fn day_hours(lang: Lang, spans: &[Span]) -> String {
    match spans {
        [] => lang.pick("쉬는 날", "closed").to_owned(),
        [span] if *span == Span::ALL_DAY => lang.pick("24시간", "24 hours").to_owned(),
        spans => spans.iter().map(|span| said(lang, *span)).collect::<Vec<_>>().join(", "),
    }
}

fn said(lang: Lang, span: Span) -> String {
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let close = if span.close() > DAY { span.close() - DAY } else { span.close() };
    format!("{}{}{}", clock(span.open()), lang.pick("~", "–"), clock(close))
}

/// Today and the days after it, `days` in all, in the store's own time zone.
#[must_use]
pub fn week_ahead(lang: Lang, schedule: &Schedule, now: Timestamp, days: u16) -> Vec<DayView> {
    let today = schedule.date_of(now);
    days_from(today)
        .take(days.into())
        .map(|date| day_view(lang, schedule, date, today, day_label(lang, date, today).to_owned()))
        .collect()
}

/// The exceptions from tomorrow to `days` ahead, with their dates in words.
#[must_use]
pub fn exceptions_ahead(lang: Lang, schedule: &Schedule, now: Timestamp, days: u16) -> Vec<DayView> {
    let today = schedule.date_of(now);
    let last = today.saturating_add(i32::from(days).days());
    schedule
        .exceptions_between(today, last)
        .filter(|exception| exception.date > today)
        .map(|Exception { date, .. }| day_view(lang, schedule, *date, today, date_label(lang, *date, today)))
        .collect()
}

fn day_view(lang: Lang, schedule: &Schedule, date: Date, today: Date, label: String) -> DayView {
    let exception = schedule.exception_on(date);
    // A store whose hours nobody told is not closed: nobody knows.
    let unknown = exception.is_none() && schedule.week().is_empty();
    let spans = schedule.spans_of(date);
    let hours =
        if unknown { lang.pick("정보 없음", "not listed").to_owned() } else { day_hours(lang, spans) };
    DayView {
        date: date.to_string(),
        label,
        hours,
        note: exception.map(|exception| exception.note.get(lang).to_owned()).unwrap_or_default(),
        today: date == today,
        closed: !unknown && spans.is_empty(),
        exceptional: exception.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAILY: &str = r#"{"mon":["10:30-21:00"],"tue":["10:30-21:00"],"wed":["10:30-21:00"],"thu":["10:30-21:00"],"fri":["10:30-21:00"],"sat":["10:30-21:00"]}"#;

    fn check(week: &str, exceptions: &str, now: &str, open: bool, ko: &str, en: &str) {
        let schedule = Schedule::from_parts("Asia/Seoul", week, exceptions).unwrap();
        let now: Timestamp = format!("{now}:00+09:00").parse().unwrap();
        assert_eq!(hours_now(Lang::Ko, &schedule, now), (open, ko.to_owned()), "{now}");
        assert_eq!(hours_now(Lang::En, &schedule, now), (open, en.to_owned()), "{now}");
    }

    /// 2026-11-22 is a Sunday.
    #[test]
    fn hours_are_said_for_the_moment() {
        check(DAILY, "", "2026-11-24T12:00", true, "21:00까지", "until 21:00");
        check(DAILY, "", "2026-11-24T09:00", false, "10:30에 열어요", "opens 10:30");
        check(DAILY, "", "2026-11-24T21:00", false, "내일 10:30에 열어요", "opens tomorrow 10:30");
        check(DAILY, "", "2026-11-28T22:00", false, "월요일 10:30에 열어요", "opens Mon 10:30");
        check(
            DAILY,
            "",
            "2026-11-22T12:00",
            false,
            "오늘 쉬는 날 · 내일 10:30",
            "closed today · tomorrow 10:30",
        );
        let long = r#"{"fri":["10:00-21:00"]}"#;
        check(long, "", "2026-11-22T12:00", false, "오늘 쉬는 날 · 금요일 10:00", "closed today · Fri 10:00");
        let away = r#"[{"date":"2026-11-27"},{"date":"2026-12-04"}]"#;
        check(
            long,
            away,
            "2026-11-22T12:00",
            false,
            "오늘 쉬는 날 · 12월 11일(금) 10:00",
            "closed today · Fri 11 Dec 10:00",
        );
    }

    #[test]
    fn late_and_endless_hours_are_said() {
        let bar = r#"{"fri":["18:00-02:00"],"sat":["18:00-24:00"]}"#;
        check(bar, "", "2026-11-27T19:00", true, "내일 02:00까지", "until 02:00 tomorrow");
        check(bar, "", "2026-11-28T01:00", true, "02:00까지", "until 02:00");
        check(bar, "", "2026-11-28T19:00", true, "24:00까지", "until midnight");
        let always = Schedule::from_parts("Asia/Seoul", "{}", "").unwrap();
        assert!(always.is_unknown());
        let week = crate::stores::Week::daily(&[Span::ALL_DAY]).to_json();
        check(&week, "", "2026-11-28T19:00", true, "24시간", "open 24 hours");
        check(
            &week,
            r#"[{"date":"2026-12-01"}]"#,
            "2026-11-28T19:00",
            true,
            "월요일 24:00까지",
            "until Mon midnight",
        );
    }

    #[test]
    fn a_store_without_hours_is_not_called_closed() {
        check("{}", "", "2026-11-24T12:00", false, "영업시간 정보 없음", "hours not listed");
        check(
            "{}",
            r#"[{"date":"2026-11-20","hours":["10:00-20:00"]}]"#,
            "2026-11-24T12:00",
            false,
            "당분간 쉬어요",
            "closed for now",
        );
    }

    #[test]
    fn the_week_ahead_begins_today() {
        let holiday = r#"[{"date":"2026-11-24","hours":[],"note":{"ko":"재고 조사","en":"stock-taking"}}]"#;
        let schedule = Schedule::from_parts("Asia/Seoul", DAILY, holiday).unwrap();
        let now: Timestamp = "2026-11-23T12:00:00+09:00".parse().unwrap();
        let week = week_ahead(Lang::Ko, &schedule, now, 7);
        let said: Vec<(&str, &str)> =
            week.iter().map(|day| (day.label.as_str(), day.hours.as_str())).collect();
        assert_eq!(said[..2], [("오늘", "10:30~21:00"), ("화", "쉬는 날")]);
        assert_eq!(
            (said[6], week[1].note.as_str(), week[1].exceptional),
            (("일", "쉬는 날"), "재고 조사", true)
        );
        assert_eq!((week[0].closed, week[1].closed, week[6].closed), (false, true, true));
        let untold = Schedule::from_parts("Asia/Seoul", "{}", "").unwrap();
        assert!(!week_ahead(Lang::Ko, &untold, now, 1)[0].closed);
        let ahead = exceptions_ahead(Lang::En, &schedule, now, 90);
        assert_eq!(
            (ahead.len(), ahead[0].label.as_str(), ahead[0].note.as_str()),
            (1, "tomorrow", "stock-taking")
        );
    }
}
