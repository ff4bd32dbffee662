use std::io::Read as _;

use proptest::prelude::*;

use super::*;

fn week_of(text: &str) -> String {
    match parse_hours(text) {
        Ok((week, _)) => compact(&week),
        Err(error) => panic!("{text}: {error}"),
    }
}

/// Seven days, Monday first, with `=` for the same as the day before and `x` for closed.
fn compact(week: &Week) -> String {
    let days: Vec<String> = week
        .days()
        .iter()
        .map(|spans| match spans.as_slice() {
            [] => "x".to_owned(),
            spans => spans.iter().map(ToString::to_string).collect::<Vec<_>>().join("+"),
        })
        .collect();
    let mut out: Vec<&str> = Vec::new();
    for (at, day) in days.iter().enumerate() {
        out.push(if at > 0 && days[at - 1] == *day { "=" } else { day });
    }
    out.join(" ")
}

#[test]
fn hours_are_read_in_the_forms_operators_use() {
    for (text, week) in [
        (r#"{"mon":["10:30-21:00"],"sat":["11:00-20:00"]}"#, "10:30-21:00 x = = = 11:00-20:00 x"),
        ("10:30-21:00", "10:30-21:00 = = = = = ="),
        ("09:00-12:00, 13:00-18:00", "09:00-12:00+13:00-18:00 = = = = = ="),
        ("0900-1730", "09:00-17:30 = = = = = ="),
        ("10:00:00-21:00:00", "10:00-21:00 = = = = = ="),
        // OpenStreetMap
        ("Mo-Fr 10:00-20:00; Sa,Su 11:00-18:00", "10:00-20:00 = = = = 11:00-18:00 ="),
        ("Mo-Sa 10:00-20:00; We off", "10:00-20:00 = x 10:00-20:00 = = x"),
        ("24/7", "00:00-24:00 = = = = = ="),
        ("Mo-Fr 10:00-20:00; PH off", "10:00-20:00 = = = = x ="),
        ("Fr-Mo 18:00-02:00", "18:00-02:00 x = = 18:00-02:00 = ="),
        ("Mo-Fr 09:00-12:30,13:30-18:00; Sa 09:00-13:00", "09:00-12:30+13:30-18:00 = = = = 09:00-13:00 x"),
        ("Mo-Fr 09:00-12:30; Mo-Fr 13:30-18:00", "09:00-12:30+13:30-18:00 = = = = x ="),
        // Google
        (
            "Monday: 9:00 AM – 9:00 PM\nTuesday: Closed\nWednesday: Open 24 hours",
            "09:00-21:00 x 00:00-24:00 x = = =",
        ),
        ("Monday: 9:00\u{202f}AM\u{2009}–\u{2009}12:00\u{202f}AM", "09:00-24:00 x = = = = ="),
        ("Monday: 12:00 AM – 12:00 AM", "00:00-24:00 x = = = = ="),
        ("Mon–Fri 8am–5pm, Sat 10 a.m. to 2 p.m.", "08:00-17:00 = = = = 10:00-14:00 x"),
        ("Daily 9-5pm", "09:00-17:00 = = = = = ="),
        (
            "Mon 1-5pm; Tue 9am-5; Wed 6-2am; Thu 8am-12",
            "13:00-17:00 09:00-17:00 18:00-02:00 08:00-12:00 x = =",
        ),
        ("weekdays 10am-noon", "10:00-12:00 = = = = x ="),
        ("Monday through Friday 10:00 to 18:00", "10:00-18:00 = = = = x ="),
        ("Every day 10am - midnight", "10:00-24:00 = = = = = ="),
        // German
        ("Mo-Fr 9-18 Uhr, Sa 10-16 Uhr, So geschlossen", "09:00-18:00 = = = = 10:00-16:00 x"),
        ("Montag bis Freitag 10:00-20:00, Samstag 10:00-18:00", "10:00-20:00 = = = = 10:00-18:00 x"),
        ("Di-So von 11:00 bis 23:00 Uhr", "x 11:00-23:00 = = = = ="),
        // Korean
        ("평일 10:00~21:00, 주말 11:00~20:00", "10:00-21:00 = = = = 11:00-20:00 ="),
        ("매일 10:00-22:00", "10:00-22:00 = = = = = ="),
        ("월-금 10:00-20:00 / 토 11:00-18:00 / 일 휴무", "10:00-20:00 = = = = 11:00-18:00 x"),
        ("월~목 10:30 ~ 21:00, 금~일 10:30 ~ 22:00", "10:30-21:00 = = = 10:30-22:00 = ="),
        ("매일 오전 10시 ~ 오후 9시 30분", "10:00-21:30 = = = = = ="),
        ("매일 10시부터 21시까지", "10:00-21:00 = = = = = ="),
        ("10:00~21:00 (월요일 휴무)", "x 10:00-21:00 = = = = ="),
        ("10:00~21:00(평일), 11:00~20:00(주말)", "10:00-21:00 = = = = 11:00-20:00 ="),
        ("평일(월-금) 10:00~21:00", "10:00-21:00 = = = = x ="),
        ("매일 10:00-22:00, 매주 월요일 휴무", "x 10:00-22:00 = = = = ="),
        ("연중무휴 24시간", "00:00-24:00 = = = = = ="),
        ("10:00-22:00 연중무휴", "10:00-22:00 = = = = = ="),
        ("월화수목금 10시-19시 반", "10:00-19:30 = = = = x ="),
        ("월 10:00–21:00 · 화 10:00–21:00", "10:00-21:00 = x = = = ="),
        ("매일 18:00~익일 02:00", "18:00-02:00 = = = = = ="),
        ("매일 11:00-26:00", "11:00-02:00 = = = = = ="),
        ("１０：００～２１：００", "10:00-21:00 = = = = = ="),
    ] {
        assert_eq!(week_of(text), week, "{text}");
    }
}

#[test]
fn hours_without_days_leave_named_days_alone() {
    for (text, week) in [
        ("Closed Mondays. 10am-8pm", "x 10:00-20:00 = = = = ="),
        ("10am-8pm. Closed Mondays.", "x 10:00-20:00 = = = = ="),
        ("Closed Sun and Mon, Tue-Sat 10-18", "x 10:00-18:00 = = = = x"),
        ("Closed Sundays and Mondays. Tuesday-Saturday 10am-6pm", "x 10:00-18:00 = = = = x"),
        ("매주 월요일 휴무, 10:00~20:00", "x 10:00-20:00 = = = = ="),
        ("월요일 정기휴무 / 11:00~20:00", "x 11:00-20:00 = = = = ="),
        ("월요일 휴무. 매일 10:00~20:00", "x 10:00-20:00 = = = = ="),
        ("휴무: 월요일 / 10:00~20:00", "x 10:00-20:00 = = = = ="),
        ("Sun closed, 10:00-20:00", "10:00-20:00 = = = = = x"),
        ("10:00-20:00, Sun 11:00-18:00", "10:00-20:00 = = = = = 11:00-18:00"),
        ("월. 10:00-20:00; 화요일. 11:00-20:00", "10:00-20:00 11:00-20:00 x = = = ="),
        // A span straight behind another is for the same days.
        ("Mon-Fri 9:00-12:00 13:00-18:00; Sat 9:00-12:00", "09:00-12:00+13:00-18:00 = = = = 09:00-12:00 x"),
        ("Mon: 9-12 13-18; Wed: 9-12", "09:00-12:00+13:00-18:00 x 09:00-12:00 x = = ="),
        // Days behind their hours.
        ("9am-9pm Mon-Sat, 11am-5pm Sun", "09:00-21:00 = = = = = 11:00-17:00"),
        ("9am-9pm Mon-Sat 11am-5pm Sun", "09:00-21:00 = = = = = 11:00-17:00"),
        ("10:00-20:00 Mo-Sa", "10:00-20:00 = = = = = x"),
        ("10:00-20:00 Mo-Fr, Sa 10:00-16:00", "10:00-20:00 = = = = 10:00-16:00 x"),
        ("10:00-20:00 Mo-Sa, Su off", "10:00-20:00 = = = = = x"),
        ("Mon-Fri 9am-5pm, 10am-4pm Sat", "09:00-17:00 = = = = 10:00-16:00 x"),
        ("10:00~20:00 월요일 휴무", "x 10:00-20:00 = = = = ="),
    ] {
        assert_eq!(week_of(text), week, "{text}");
        assert_eq!(kinds(text), Vec::<&str>::new(), "{text}");
    }
    for (text, week, said) in [
        // Whose hours the second are is not said.
        ("Mon-Fri 09:00-12:00; 13:00-18:00", "09:00-12:00 = = = = x =", "skipped"),
        ("Sat 10:00-16:00; daily 09:00-18:00", "09:00-18:00 = = = = = =", "twice"),
        ("Mo-Fr 10:00-20:00, 11:00-18:00", "11:00-18:00 = = = = x =", "twice"),
    ] {
        assert_eq!((week_of(text).as_str(), kinds(text)), (week, vec![said]), "{text}");
    }
}

#[test]
fn halves_of_the_day_and_short_words_are_read() {
    for (text, span) in [
        ("오전 11시 ~ 밤 12시", "11:00-24:00"),
        ("오후 1시~밤 12시", "13:00-24:00"),
        ("낮 12시~밤 10시", "12:00-22:00"),
        ("낮 1시~밤 1시", "13:00-01:00"),
        ("AM 10:00 ~ PM 9:00", "10:00-21:00"),
        ("매일 AM10:00~PM9:00", "10:00-21:00"),
        ("M-F 9-9", "09:00-21:00"),
        ("7 days a week 8am-10pm", "08:00-22:00"),
        ("8am-10pm, 7 days", "08:00-22:00"),
    ] {
        let (week, _) = parse_hours(text).unwrap();
        let said = week.on(Weekday::Monday).first().map(ToString::to_string);
        assert_eq!(said.as_deref(), Some(span), "{text}");
        assert_eq!(week.on(Weekday::Sunday).is_empty(), text.starts_with('M'), "{text}");
    }
}

#[test]
fn without_am_and_pm_it_is_read_as_a_shop_means_it() {
    for (text, span) in [
        ("10-9", "10:00-21:00"),
        ("9-9", "09:00-21:00"),
        ("9:30-9", "09:30-21:00"),
        ("10-10", "10:00-22:00"),
        ("9-10", "09:00-22:00"),
        ("8-10", "08:00-22:00"),
        ("11-6", "11:00-18:00"),
        ("12-8", "12:00-20:00"),
        ("12:30-5:30", "12:30-17:30"),
        ("1-5:30", "13:00-17:30"),
        ("9-12", "09:00-12:00"),
        ("11-12", "11:00-24:00"),
        ("12-12", "12:00-24:00"),
        ("0-11:59", "00:00-24:00"),
        ("12-11:59", "00:00-24:00"),
        ("8-11:59", "08:00-24:00"),
        ("00:00-23:59", "00:00-24:00"),
        ("10:00-9:00; Su 10:00-18:00", "10:00-21:00"),
    ] {
        let (week, _) = parse_hours(text).unwrap();
        assert_eq!(
            week.on(Weekday::Monday).first().map(ToString::to_string).as_deref(),
            Some(span),
            "{text}"
        );
    }
}

fn kinds(text: &str) -> Vec<&'static str> {
    parse_hours(text).map_or(vec!["error"], |(_, warnings)| {
        warnings
            .iter()
            .map(|warning| match warning {
                Warning::Guessed { .. } => "guessed",
                Warning::Odd { .. } => "odd",
                Warning::Impossible { .. } => "impossible",
                Warning::Skipped { .. } => "skipped",
                Warning::Holidays { .. } => "holidays",
                Warning::SaidTwice { .. } => "twice",
                Warning::DaysMissing { .. } => "missing",
            })
            .collect()
    })
}

#[test]
fn what_is_doubtful_is_said() {
    for (text, expected) in [
        ("10:30-21:00", vec![]),
        ("Mo-Fr 10:00-20:00", vec![]),
        ("24/7", vec![]),
        ("06:00-24:00", vec![]),
        ("Mon: 10-9; Tue: 10-9", vec!["guessed"]),
        ("9:00 AM - 9:00 PM", vec![]),
        ("03:00-24:00", vec!["odd"]),
        ("11:00-09:00", vec!["odd"]),
        ("10:00-25:00", vec!["odd"]),
        ("14:00-14:10", vec!["odd"]),
        ("Mo 10:00-20:00; Tu 25:00-26:00", vec!["impossible"]),
        ("Mo 10:00-20:00; Tu 10:00-10:00", vec!["impossible"]),
        ("Mo 10:00-20:00; Tu 10:00-99:00", vec!["impossible"]),
        ("Mo 10:00-20:00; Tu 10:70-20:00", vec!["impossible"]),
        ("25:00-26:00", vec!["error"]),
        ("14:00-14:00", vec!["error"]),
        ("00:00-00:00", vec!["error"]),
        ("10:00-10:00", vec!["guessed"]),
        ("Mo-Fr 10:00-20:00; PH off", vec!["holidays"]),
        ("Mo-Fr,PH 10:00-20:00", vec!["holidays"]),
        ("매일 10:00-22:00, 매월 둘째 일요일 휴무", vec!["skipped"]),
        ("매일 10:00-22:00 라스트오더 21:30", vec!["skipped"]),
        ("Mo-Fr 10:00-20:00; Su[1] 10:00-12:00", vec!["skipped"]),
        ("Mo-Fr sunrise-sunset; Sa 10:00-12:00", vec!["skipped"]),
        ("Mo 10:00-20:00; Mo 11:00-18:00", vec!["twice"]),
        (
            "Mon 10:00-18:00; Tue 10:00-18:00; Wed 10:00-18:00; Thu 10:00-18:00; Fri 10:00-18:00",
            vec!["missing"],
        ),
        ("", vec!["error"]),
        ("call us", vec!["error"]),
        ("Mon", vec!["error"]),
        ("{", vec!["error"]),
        (r#"{"mon":["25:00-26:00"]}"#, vec!["error"]),
        (r#"{"mon":["03:00-24:00"]}"#, vec!["odd"]),
    ] {
        assert_eq!(kinds(text), expected, "{text}");
    }
    assert!(parse_hours(&"1".repeat(1_000_000)).is_err());
}

#[test]
fn warnings_quote_what_was_written() {
    let (_, warnings) = parse_hours("Mon: 10-9; Tue: 25:00-26:00").unwrap();
    let said: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(said.last().unwrap(), "`Tue: 25:00-26:00` cannot be hours: left out");
}

/// Real hours of 1,565 shops, where the data lies beside the project.
#[test]
fn every_best_buy_row_reads_as_a_shop() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/stores/bestbuy_us.jsonl.zst");
    let Ok(file) = std::fs::File::open(path) else {
        eprintln!("skipped: the shared data is not here");
        return;
    };
    let mut text = String::new();
    ruzstd::decoding::StreamingDecoder::new(std::io::BufReader::new(file))
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    let (mut rows, mut whole_days) = (0, 0);
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let hours = row["hours"].as_str().unwrap();
        let (week, warnings) = parse_hours(hours).unwrap_or_else(|error| panic!("{hours}: {error}"));
        for span in week.days().iter().flatten() {
            if *span == Span::ALL_DAY {
                whole_days += 1;
                continue;
            }
            assert!((8 * 60..=13 * 60).contains(&span.open()), "{hours}: {span}");
            assert!((17 * 60..=24 * 60).contains(&span.close()), "{hours}: {span}");
        }
        let closed = week.days().iter().filter(|day| day.is_empty()).count();
        assert_eq!(closed, usize::from(!hours.contains("Sun")), "{hours}");
        let doubtful = |w: &&Warning| !matches!(w, Warning::Guessed { .. } | Warning::DaysMissing { .. });
        assert_eq!(warnings.iter().find(doubtful), None, "{hours}");
        rows += 1;
    }
    assert_eq!((rows, whole_days), (1_565, 7 * 189 + 5));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}", like in "[월화수목금토일평매주말휴무오전후시분반부터까지A-Za-z0-9:.,;~/() \\-]{0,60}") {
        let _ = (parse_hours(&text), parse_hours(&like));
    }

    #[test]
    fn clearly_written_hours_are_read_as_they_stand(open in 0u16..1439, length in 30u16..1200) {
        let close = (open + length).min(1440);
        prop_assume!(close - open >= 30 && close != 1439);
        let text = format!("Mo-Su {:02}:{:02}-{:02}:{:02}", open / 60, open % 60, close / 60, close % 60);
        // Without a leading zero or an hour past twelve a text does not say which clock it uses.
        prop_assume!(open < 600 || close >= 780);
        let (week, warnings) = parse_hours(&text).unwrap();
        prop_assert_eq!(week.on(Weekday::Friday), &[Span::new(open, close).unwrap()][..]);
        prop_assert_eq!(warnings, vec![]);
    }
}
