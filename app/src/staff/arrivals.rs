//! Who has come with a car: the bay large enough to be read on the run, the one who waits longest first, with the
//! minutes counting on. It stands above the columns, so that a handheld shows it whatever column it shows.

use std::hash::{DefaultHasher, Hash, Hasher};

use leptos::prelude::*;
use onshelf_vocabulary::{Lang, staff::BoardCard};

use super::words;

/// A list even while nobody is there: an open page matches lists by their order.
pub(super) fn arrivals(lang: Lang, store: &str, cards: &[BoardCard], now: i64) -> AnyView {
    let list = cards.iter().map(|card| arrival(lang, store, card, now)).collect_view();
    view! {
        <ul class="staff-arrivals" data-list aria-label=lang.pick("차로 온 손님", "Customers with a car")>{list}</ul>
    }
    .into_any()
}

fn arrival(lang: Lang, store: &str, card: &BoardCard, now: i64) -> Option<AnyView> {
    let arrival = card.arrival.as_ref()?;
    let here = arrival.arrived_at.is_some();
    let since = arrival.arrived_at.as_ref().or(arrival.on_way_at.as_ref())?;
    let seconds = since.at.parse().map_or(0, |at: jiff::Timestamp| now - at.as_second());
    let waited = words::waited(lang, seconds, here);
    let bay = match (here, arrival.bay.as_str()) {
        (false, _) => lang.pick("오는 중", "On the way").to_owned(),
        (true, "") => lang.pick("칸 모름", "No bay").to_owned(),
        (true, bay) => bay.to_owned(),
    };
    let call = here.then(|| match lang {
        Lang::Ko => format!("도착: {}, {bay}, {}", card.name, arrival.car),
        Lang::En => format!("Here: {}, {bay}, {}", card.name, arrival.car),
    });
    let (first, second) = words::halves(&card.code);
    let code = format!("{first} {second}");
    let place = (!card.place.is_empty()).then(|| match lang {
        Lang::Ko => format!(" · 자리 {}", card.place),
        Lang::En => format!(" · at {}", card.place),
    });
    let href = lang.href(&format!("/staff/{store}?open={}", card.number));
    let view = view! {
        <li id=format!("outside-{}", card.number) data-mark=mark(card) data-call=call class:here=here>
            <a href=href>
                <b class="staff-bay" data-none=arrival.bay.is_empty().then_some("")>{bay}</b>
                <span class="staff-car">
                    <b>{arrival.car.clone()}</b>
                    <span>{card.name.clone()}" · "<span translate="no">{code}</span>" · "{words::status_of(lang, card)}{place}</span>
                </span>
                <em data-due>{waited}</em>
            </a>
        </li>
    };
    Some(view.into_any())
}

/// The minutes that pass are no reason for a new element.
fn mark(card: &BoardCard) -> String {
    let mut hasher = DefaultHasher::new();
    let shown = (&card.arrival, &card.name, card.status, &card.picker, &card.place);
    serde_json::to_string(&shown).unwrap_or_default().hash(&mut hasher);
    format!("{:x}", hasher.finish())
}
