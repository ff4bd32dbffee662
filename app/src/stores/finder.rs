//! The form that asks where and what for: a place, the browser's position, and filters as chips.

use leptos::prelude::*;
use onshelf_vocabulary::stores::StoreList;

use super::asked::Asked;
use crate::{
    ssr::Visit,
    ui::icon::{Glyph, Icon},
};

/// Services offered as chips: the ones most stores have.
const CHIPS: usize = 5;

/// A chip: its parameter, the value that turns it on, its label, whether it is on.
struct Chip {
    name: &'static str,
    value: String,
    label: String,
    on: bool,
}

/// Place, button and chips in one form; the browser's position in its own, beside the place that it stands in for.
pub(super) fn finder(visit: &Visit, asked: &Asked, list: &StoreList) -> AnyView {
    let shown =
        if asked.place.is_empty() { list.place.clone().unwrap_or_default() } else { asked.place.clone() };
    let kept: Vec<(String, String)> = asked
        .wishes()
        .into_iter()
        .chain(
            asked.near.filter(|_| asked.place.is_empty()).map(|point| ("near".to_owned(), point.to_string())),
        )
        .collect();
    // An empty field keeps the point; a typed name replaces it.
    let value = if asked.near.is_some() && asked.place.is_empty() { String::new() } else { shown };
    let hint = match asked.near.filter(|_| asked.place.is_empty()) {
        Some(_) => visit.say(
            "고른 자리에서 찾는 중 · 동네, 역, 우편번호",
            "Around the chosen point · area, station, postcode",
        ),
        None => visit.say("동네, 역, 도로, 우편번호", "Area, station, street or postcode"),
    };
    view! {
        <div class="finder">
            <form class="finder-form" id="finder" method="get" action=visit.href("/stores") role="search" aria-label=visit.say("매장 찾기", "Find a store")>
                {kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()}
                <div class="finder-line">
                    <input
                        type="search"
                        name="place"
                        value=value
                        maxlength="100"
                        autocomplete="off"
                        enterkeyhint="search"
                        placeholder=hint
                        aria-label=visit.say("동네, 역, 도로 이름이나 우편번호", "Area, station, street or postcode")
                    />
                    <button class="finder-go">{visit.say("찾기", "Search")}</button>
                </div>
            </form>
            {here(visit, asked)}
            <div class="store-chips" role="group" aria-label=visit.say("조건", "Filters")>
                {chips(visit, asked, list).into_iter().map(chip).collect_view()}
            </div>
        </div>
    }
    .into_any()
}

fn chips(visit: &Visit, asked: &Asked, list: &StoreList) -> Vec<Chip> {
    let plain = |name: &'static str, label: &str, on: bool| Chip {
        name,
        value: "1".to_owned(),
        label: label.to_owned(),
        on,
    };
    let mut chips = Vec::new();
    if asked.sku.is_some() {
        chips.push(plain("in_stock", visit.say("재고 있음", "In stock"), asked.in_stock));
    }
    chips.push(plain("open_now", visit.say("영업 중", "Open now"), asked.open_now));
    let chosen = |code: &str| asked.service.as_deref() == Some(code);
    let common = list.services.iter().filter(|service| service.code != "collect");
    let shown = common.enumerate().filter(|(place, service)| *place < CHIPS || chosen(&service.code));
    chips.extend(shown.map(|(_, service)| Chip {
        name: "service",
        value: service.code.clone(),
        label: service.label.clone(),
        on: chosen(&service.code),
    }));
    chips
}

/// Pressing one submits the form it stands beside. Of two values with one name the last counts, so that a chip that is on is turned
/// off by the empty value it sends after the hidden one.
fn chip(chip: Chip) -> impl IntoView {
    let pressed = if chip.on { "true" } else { "false" };
    let value = if chip.on { String::new() } else { chip.value };
    view! { <button class="store-chip" form="finder" name=chip.name value=value aria-pressed=pressed>{chip.label}</button> }
}

/// The browser's position: the loader fills it in and sends it on. Without scripts the page answers what to do.
fn here(visit: &Visit, asked: &Asked) -> impl IntoView + use<> {
    let next = Asked { near: None, place: String::new(), view: None, ..asked.clone() };
    view! {
        <form class="finder-here" method="post" action=visit.href("/stores/near") data-locate>
            <input type="hidden" name="lat" value="" />
            <input type="hidden" name="lng" value="" />
            <input type="hidden" name="next" value=visit.href(&next.path()) />
            <button class="finder-locate" title=visit.say("내 위치에서", "Near me")>
                <Icon glyph=Glyph::Locate />
                <span class="finder-locate-word">{visit.say("내 위치에서", "Near me")}</span>
            </button>
            <span
                class="finder-said"
                role="status"
                data-locate-said
                data-asking=visit.say("위치를 묻고 있어요…", "Asking for your location…")
                data-denied=visit.say(
                    "위치를 알 수 없어요. 동네 이름을 적어 주세요.",
                    "Your location isn't available. Type an area instead.",
                )
            ></span>
        </form>
    }
}
