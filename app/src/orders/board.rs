//! A row of the board: one choice, what it gives, and by when, large.

use leptos::prelude::*;
use onshelf_vocabulary::{Lang, Money, fulfilment::Way, orders::WayOffer};

use super::{
    draft::Draft,
    offers::Choice,
    things::{named, things},
    words::{day_and_time, pieces, way_glyph, way_name},
};
use crate::{
    catalog::shelf::StockTicks,
    ssr::Visit,
    ui::icon::{Glyph, Icon},
};

/// Names of things told before the rest is counted.
const NAMED: usize = 2;

/// The time on it is when the last of it is there.
pub(super) fn row_of(visit: &Visit, draft: &Draft, choice: &Choice) -> AnyView {
    let lang = visit.lang;
    // All of a board's moments are RFC 3339 in one zone, so that their text is in order of time.
    let Some(last) = choice.parts.iter().max_by(|a, b| a.ready_by.at.cmp(&b.ready_by.at)) else {
        return ().into_any();
    };
    let glyph = choice.parts.last().map_or(last.way, |offer| offer.way);
    let level = if choice.left.is_empty() { "in_stock" } else { "low" };
    let (title, said) = words(visit, draft, choice);
    let wanted = draft.lines.len();
    let covered = i64::try_from(wanted.saturating_sub(choice.left.len())).unwrap_or_default();
    let room = i64::try_from(wanted).unwrap_or(1).min(9);
    let ticks = (wanted > 1).then(|| view! { <StockTicks available=covered room=room small=true /> });
    let (day, time) = day_and_time(&last.ready_by.label);
    view! {
        <li>
            <button class="board-row" formmethod="post" name="pick" value=choice.plan.write() data-level=level>
                <Icon glyph=way_glyph(glyph) />
                <span class="board-what">
                    <b>{title}</b>
                    {said.into_iter().map(|line| view! { <small>{line}</small> }).collect_view()}
                    {ticks}
                </span>
                <span class="board-when">
                    {day.map(|day| view! { <span>{day}" "</span> })}
                    <b>{time}</b>
                    <small>{fee(lang, &choice.parts)}</small>
                </span>
                <Icon glyph=Glyph::Next />
            </button>
        </li>
    }
    .into_any()
}

/// What a choice is called, and the lines below it.
fn words(visit: &Visit, draft: &Draft, choice: &Choice) -> (String, Vec<String>) {
    match choice.parts.as_slice() {
        [one] if choice.left.is_empty() => {
            (way_name(visit.lang, one.way).to_owned(), vec![about(visit.lang, one)])
        }
        [one] => part(visit, draft, choice, one),
        [one, two, ..] => together(visit, draft, choice, one, two),
        [] => (String::new(), Vec::new()),
    }
}

/// Only what is there; what is not stays in the basket, or is left out.
fn part(visit: &Visit, draft: &Draft, choice: &Choice, offer: &WayOffer) -> (String, Vec<String>) {
    let left = named(visit.lang, &things(visit, draft, None, &choice.left), NAMED);
    let way = way_name(visit.lang, offer.way);
    match (visit.lang, draft.from_basket) {
        (Lang::Ko, true) => (format!("있는 것만 {way}"), vec![format!("{left}: 장바구니에 남겨요")]),
        (Lang::Ko, false) => (format!("있는 것만 {way}"), vec![format!("{left}: 빼고 주문해요")]),
        (Lang::En, true) => (format!("{way}: what is there"), vec![format!("{left} stays in your basket")]),
        (Lang::En, false) => (format!("{way}: what is there"), vec![format!("Without {left}")]),
    }
}

/// Part of it here, the rest in another way: a line each, with its own time.
fn together(
    visit: &Visit,
    draft: &Draft,
    choice: &Choice,
    here: &WayOffer,
    rest: &WayOffer,
) -> (String, Vec<String>) {
    let lang = visit.lang;
    let group = |place: usize| choice.plan.groups().get(place);
    let names = |place: usize| {
        group(place).map_or_else(String::new, |group| {
            named(lang, &things(visit, draft, group.store.as_ref(), &group.lines), NAMED)
        })
    };
    let count = |place: usize| pieces(lang, group(place).map_or(0, |group| group.lines.len()));
    let (ko, en) = match rest.way {
        Way::Transfer => ("옮겨서".to_owned(), "sent here".to_owned()),
        Way::Delivery => ("집으로".to_owned(), "delivered".to_owned()),
        Way::Collect | Way::Curbside => (rest.store_name.clone(), format!("at {}", rest.store_name)),
    };
    let title = match lang {
        Lang::Ko => format!("{}는 여기, {}는 {ko}", count(0), count(1)),
        Lang::En => format!("{} here, {} {en}", count(0), count(1)),
    };
    let line = |offer: &WayOffer, names: String| match (lang, &offer.source_name) {
        (Lang::Ko, Some(source)) => format!("{} {names} · {source}에서", offer.ready_by.label),
        (Lang::En, Some(source)) => format!("{} {names} · from {source}", offer.ready_by.label),
        (_, None) => format!("{} {names}", offer.ready_by.label),
    };
    (title, vec![line(here, names(0)), line(rest, names(1))])
}

/// What is good about a way, in a sentence.
fn about(lang: Lang, offer: &WayOffer) -> String {
    match (lang, offer.way, &offer.source_name) {
        (Lang::Ko, Way::Collect, _) => "계산대에서 코드만 보여 주세요".to_owned(),
        (Lang::Ko, Way::Curbside, _) => "주차하고 알려 주시면 차로 가져다드려요".to_owned(),
        (Lang::Ko, Way::Transfer, Some(source)) => format!("{source}에서 가져다 놓을게요"),
        (Lang::Ko, Way::Transfer, None) => "다른 매장에서 가져다 놓을게요".to_owned(),
        (Lang::Ko, Way::Delivery, _) => format!("{}에서 보내 드려요", offer.store_name),
        (Lang::En, Way::Collect, _) => "Just show the code at the counter".to_owned(),
        (Lang::En, Way::Curbside, _) => "Park, tell us, and we bring it out".to_owned(),
        (Lang::En, Way::Transfer, Some(source)) => format!("We bring it over from {source}"),
        (Lang::En, Way::Transfer, None) => "We bring it over from another store".to_owned(),
        (Lang::En, Way::Delivery, _) => format!("Sent from {}", offer.store_name),
    }
}

fn fee(lang: Lang, parts: &[WayOffer]) -> String {
    let mut fees = parts.iter().map(|offer| offer.fee);
    let first = fees.next();
    let sum = first.and_then(|first| fees.try_fold(first, Money::checked_add));
    match sum {
        Some(sum) if sum.amount > 0 => sum.display(lang),
        _ => lang.pick("무료", "free").to_owned(),
    }
}
