//! A row of the board: one choice, what it gives, and by when, large.

use leptos::prelude::*;
use onshelf_vocabulary::{Lang, Money, fulfilment::Way, orders::WayOffer};

use super::{
    super::words::{day_and_time, instant, pieces, way_glyph, way_name},
    delivery::why,
    draft::Draft,
    offers::Choice,
    things::{Thing, counted, is_split, left_behind, named, named_with_counts, things},
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
    let Some(last) = choice.parts.iter().max_by_key(|part| instant(&part.ready_by)) else {
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
    // Of a day that is not today the day is what one chooses by, and the hour only its end.
    let far = (last.way == Way::Delivery && day.is_some()).then_some("");
    let time = match (far, lang) {
        (Some(_), Lang::Ko) => format!("{time}까지"),
        (Some(_), Lang::En) => format!("by {time}"),
        (None, _) => time,
    };
    view! {
        <li>
            <button class="board-row" formmethod="post" name="pick" value=choice.plan.write() data-level=level>
                <Icon glyph=way_glyph(glyph) />
                <span class="board-what">
                    <b>{title}</b>
                    {said.into_iter().map(|line| view! { <small>{line}</small> }).collect_view()}
                    {ticks}
                </span>
                <span class="board-when" data-far=far>
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
            let said = [Some(about(visit.lang, one)), why(visit.lang, one)];
            (way_name(visit.lang, one.way).to_owned(), said.into_iter().flatten().collect())
        }
        [one] => part(visit, draft, choice, one),
        [one, two, ..] => together(visit, draft, choice, one, two),
        [] => (String::new(), Vec::new()),
    }
}

/// Only what is there; what is not stays in the basket, or is left out.
fn part(visit: &Visit, draft: &Draft, choice: &Choice, offer: &WayOffer) -> (String, Vec<String>) {
    let lang = visit.lang;
    let split = is_split(&choice.plan.lines(), &choice.left);
    let left = things(visit, draft, None, &choice.left);
    let said = left_behind(lang, &left, NAMED, draft.from_basket, split);
    let way = way_name(lang, offer.way);
    let title = match lang {
        Lang::Ko => format!("있는 것만 {way}"),
        Lang::En => format!("{way}: only what's there"),
    };
    (title, vec![said])
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
    let lines = |place: usize| {
        choice.plan.groups().get(place).map(|group| group.lines.as_slice()).unwrap_or_default()
    };
    let split = is_split(lines(0), lines(1));
    let group = |place: usize| {
        let store = choice.plan.groups().get(place).and_then(|group| group.store.as_ref());
        things(visit, draft, store, lines(place))
    };
    let (at_once, later) = (group(0), group(1));
    let names = |things: &[Thing]| {
        if split { named_with_counts(lang, things, NAMED) } else { named(lang, things, NAMED) }
    };
    let (ko, en) = match rest.way {
        Way::Transfer => ("옮겨서".to_owned(), "sent here".to_owned()),
        Way::Delivery => ("집으로".to_owned(), "delivered".to_owned()),
        Way::Collect | Way::Curbside => (rest.store_name.clone(), format!("at {}", rest.store_name)),
    };
    let (first, second) = if split {
        shares(lang, &at_once, &later)
    } else {
        (pieces(lang, lines(0).len()), pieces(lang, lines(1).len()))
    };
    let title = match lang {
        Lang::Ko => format!("{first}는 여기, {second}는 {ko}"),
        Lang::En => format!("{first} here, {second} {en}"),
    };
    let line = |offer: &WayOffer, names: String| match (lang, &offer.source_name) {
        (Lang::Ko, Some(source)) => format!("{} {names} · {source}에서", offer.ready_by.label),
        (Lang::En, Some(source)) => format!("{} {names} · from {source}", offer.ready_by.label),
        (_, None) => format!("{} {names}", offer.ready_by.label),
    };
    (title, vec![line(here, names(&at_once)), line(rest, names(&later))])
}

/// Where a kind is in both parts its units are counted, as kinds would add up to more than there are:
/// `7개 중 6개` and `양모 담요 1개`.
fn shares(lang: Lang, here: &[Thing], rest: &[Thing]) -> (String, String) {
    let units = |things: &[Thing]| things.iter().map(|thing| thing.quantity).sum::<i64>();
    let (some, others) = (units(here), units(rest));
    let all = some + others;
    let first = match lang {
        Lang::Ko => format!("{all}개 중 {some}개"),
        Lang::En => format!("{some} of {all}"),
    };
    let second = match (rest, lang) {
        ([one], _) => counted(lang, one),
        (_, Lang::Ko) => format!("{others}개"),
        (_, Lang::En) => others.to_string(),
    };
    (first, second)
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
        (Lang::En, Way::Curbside, _) => "Park, tell us, and we'll bring it out".to_owned(),
        (Lang::En, Way::Transfer, Some(source)) => format!("We'll bring it over from {source}"),
        (Lang::En, Way::Transfer, None) => "We'll bring it over from another store".to_owned(),
        (Lang::En, Way::Delivery, _) => format!("Sent from {}", offer.store_name),
    }
}

fn fee(lang: Lang, parts: &[WayOffer]) -> String {
    let mut fees = parts.iter().map(|offer| offer.fee);
    let first = fees.next();
    let sum = first.and_then(|first| fees.try_fold(first, Money::checked_add));
    match sum {
        Some(sum) if sum.amount > 0 => sum.display(),
        _ => lang.pick("무료", "free").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_units_of_a_split_kind_add_up() {
        let thing = |name: &str, quantity| Thing {
            name: name.to_owned(),
            quantity,
            price: Money::won(1_000),
            image: None,
        };
        let here = [thing("연필", 5), thing("양모 담요", 1)];
        let said = |lang, rest: &[Thing]| shares(lang, &here, rest);
        let one = [thing("양모 담요", 1)];
        assert_eq!(said(Lang::Ko, &one), ("7개 중 6개".to_owned(), "양모 담요 1개".to_owned()));
        assert_eq!(said(Lang::En, &one), ("6 of 7".to_owned(), "1 × 양모 담요".to_owned()));
        let two = [thing("양모 담요", 1), thing("컵", 2)];
        assert_eq!(said(Lang::Ko, &two), ("9개 중 6개".to_owned(), "3개".to_owned()));
    }
}
