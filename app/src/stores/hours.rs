//! A store's hours on its own page: today, the week, the days that differ, and by whose clock they are told.

use jiff::Timestamp;
use leptos::prelude::*;
use onshelf_domain::stores::Schedule;
use onshelf_vocabulary::{
    Lang,
    stores::{DayView, StoreCard, StoreView},
};

use crate::ssr::Visit;

/// Open or not, until or from when, and why today is not as always.
pub(super) fn today(lang: Lang, page: &StoreView) -> AnyView {
    let card = &page.card;
    // Beside a closing time only: `24시간` says it already.
    let open = (card.open_now && card.closes_at.is_some())
        .then(|| view! { <b class="place-open">{lang.pick("영업 중", "Open")}</b> });
    let odd = page.week.first().filter(|day| day.today && day.exceptional).map(|day| {
        let why = why(lang, day);
        let said = match lang {
            Lang::Ko => format!("오늘은 {why} · {}", day.hours),
            Lang::En => format!("Today: {why} · {}", day.hours),
        };
        view! { <p class="place-odd">{said}</p> }
    });
    view! {
        <p class="store-hours">
            <span class="dot" class:shut=!card.open_now></span>
            {open}
            <span>{card.hours.clone()}</span>
        </p>
        {odd}
    }
    .into_any()
}

/// The week from today on, what differs further ahead, and whose clock it is.
pub(super) fn opening_hours(visit: &Visit, page: &StoreView) -> AnyView {
    view! {
        {match in_a_word(visit.lang, &page.card, &page.week) {
            Some(said) => view! { <p class="place-always">{said}</p> }.into_any(),
            None => week(visit.lang, &page.week).into_any(),
        }}
        {clock(visit, page).map(|said| view! { <p class="place-clock">{said}</p> })}
        {exceptions(visit, &page.exceptions)}
    }
    .into_any()
}

/// Seven rows that say the same nothing are one sentence: a door that never shuts, or hours that nobody told.
fn in_a_word(lang: Lang, card: &StoreCard, week: &[DayView]) -> Option<&'static str> {
    if card.open_now && card.closes_at.is_none() {
        return Some(lang.pick("매일 24시간 열려 있어요.", "Open every day, around the clock."));
    }
    let plain = |day: &DayView| !day.closed && !day.exceptional;
    let untold = !card.open_now && card.opens_at.is_none() && week.iter().all(plain);
    untold.then(|| {
        lang.pick(
            "영업시간을 아직 알려 드리지 못해요. 오시기 전에 매장에 확인해 주세요.",
            "The hours of this store are not listed yet. Please ask the store before you come.",
        )
    })
}

fn week(lang: Lang, days: &[DayView]) -> impl IntoView + use<> {
    let row = |day: &DayView| {
        view! {
            <tr class:today=day.today class:odd=day.exceptional class:closed=day.closed aria-current=day.today.then_some("date")>
                <th scope="row">{day.label.clone()}</th>
                <td>{day.hours.clone()}{differs(lang, day)}</td>
            </tr>
        }
    };
    view! {
        <table class="week">
            <caption class="quiet">{lang.pick("오늘부터 7일", "Today and the next six days")}</caption>
            <tbody>{days.iter().map(row).collect_view()}</tbody>
        </table>
    }
}

fn exceptions(visit: &Visit, days: &[DayView]) -> Option<impl IntoView + use<>> {
    if days.is_empty() {
        return None;
    }
    let row = |day: &DayView| {
        let note = (!day.note.is_empty()).then(|| view! { <small>{day.note.clone()}</small> });
        view! { <div class:closed=day.closed><dt>{day.label.clone()}</dt><dd>{day.hours.clone()}{note}</dd></div> }
    };
    Some(view! {
        <h3>{visit.say("평소와 다른 날", "Holidays and other exceptions")}</h3>
        <dl class="odd-days">{days.iter().map(row).collect_view()}</dl>
    })
}

/// A day of the week that is not as always says so, with its reason where it has one.
fn differs(lang: Lang, day: &DayView) -> Option<impl IntoView + use<>> {
    day.exceptional.then(|| view! { <small>{why(lang, day)}</small> })
}

fn why(lang: Lang, day: &DayView) -> String {
    if day.note.is_empty() {
        lang.pick("평소와 달라요", "not as usual").to_owned()
    } else {
        day.note.clone()
    }
}

fn clock(visit: &Visit, page: &StoreView) -> Option<String> {
    let shop = visit.shop();
    let book = shop.book();
    let store = book.stores.by_code(&page.card.code)?;
    let all: Vec<&Schedule> = book.stores.stores().map(|store| &store.schedule).collect();
    whose_clock(visit.lang, &store.schedule, &all, shop.now())
}

/// Said where the chain's clocks differ: a page is kept for everybody and does not know where it is read.
fn whose_clock(lang: Lang, schedule: &Schedule, all: &[&Schedule], now: Timestamp) -> Option<String> {
    let here = schedule.time_zone().to_offset(now);
    all.iter().any(|other| other.time_zone().to_offset(now) != here).then(|| match lang {
        Lang::Ko => format!("모두 매장이 있는 곳의 시각이에요 (UTC{here})"),
        Lang::En => format!("All times are local to the store (UTC{here})"),
    })
}

#[cfg(test)]
mod tests {
    use super::{super::card::plain, *};

    fn schedule(zone: &str) -> Schedule {
        Schedule::from_parts(zone, r#"{"mon":["10:30-21:00"]}"#, "[]").unwrap()
    }

    #[test]
    fn what_is_the_same_every_day_is_one_sentence() {
        let day = |closed: bool| DayView {
            date: "2026-11-28".to_owned(),
            label: String::new(),
            hours: String::new(),
            note: String::new(),
            today: false,
            closed,
            exceptional: false,
        };
        let shut = plain();
        let always = StoreCard { open_now: true, ..plain() };
        let said = |card: &StoreCard, closed: bool| in_a_word(Lang::Ko, card, &[day(closed), day(false)]);
        assert_eq!(said(&always, false), Some("매일 24시간 열려 있어요."));
        assert!(said(&shut, false).is_some_and(|said| said.contains("아직")));
        assert_eq!(said(&shut, true), None);
    }

    #[test]
    fn whose_clock_it_is_is_said_where_clocks_differ() {
        let now: Timestamp = "2026-11-28T10:00:00Z".parse().unwrap();
        let (seoul, tokyo, york) =
            (schedule("Asia/Seoul"), schedule("Asia/Tokyo"), schedule("America/New_York"));
        assert_eq!(whose_clock(Lang::Ko, &seoul, &[&seoul, &tokyo], now), None);
        assert_eq!(
            whose_clock(Lang::En, &york, &[&seoul, &york], now).as_deref(),
            Some("All times are local to the store (UTC-05)")
        );
    }
}
