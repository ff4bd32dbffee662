//! Stores ranked for the whole basket: who has all of it and when, and what the others lack.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    cart::{BasketView, CoverView, MissingView},
};

use super::ways::Ways;
use crate::{
    catalog::{checked::Checked, shelf::way},
    ssr::Visit,
    ui::icon::{Glyph, Icon},
};

/// Stores shown at once; the rest is folded away.
const SHOWN: usize = 4;

pub(super) fn covers(visit: &Visit, basket: &BasketView, ways: &Ways) -> AnyView {
    let chosen = basket.chosen.as_ref();
    let listed = |cover: &CoverView| chosen.is_some_and(|chosen| chosen.store == cover.store);
    let (mine, others): (Vec<&CoverView>, Vec<&CoverView>) =
        basket.stores.iter().partition(|cover| listed(cover));
    let first = mine.first().copied().or(chosen);
    if first.is_none() && others.is_empty() {
        return view! {
            <div class="covers-none">
                <p><b>{visit.say("지금은 어느 매장에도 없어요", "No store has any of this now")}</b></p>
                <p>{visit.say("담아 두신 것은 그대로 있어요. 매장에 다시 들어오면 여기에 보여요.", "Your basket stays as it is. Stores appear here once they restock.")}</p>
            </div>
        }
        .into_any();
    }
    let mut rows: Vec<AnyView> = first.into_iter().map(|cover| row(visit, cover, ways, true)).collect();
    let room = SHOWN.saturating_sub(rows.len());
    let (near, rest) = others.split_at(others.len().min(room));
    rows.extend(near.iter().map(|cover| row(visit, cover, ways, false)));
    let rest: Vec<AnyView> = rest.iter().map(|cover| row(visit, cover, ways, false)).collect();
    let more = (!rest.is_empty()).then(|| {
        let label = match visit.lang {
            Lang::Ko => format!("{}곳 더 펼치기", rest.len()),
            Lang::En => format!("Show {} more", rest.len()),
        };
        view! { <details class="covers-more"><summary>{label}</summary><ul class="covers-list">{rest}</ul></details> }
    });
    view! {
        <ul class="covers-list">{rows}</ul>
        {more}
        {ways.home(visit)}
    }
    .into_any()
}

/// One store: a tap chooses it; the chosen one says so.
fn row(visit: &Visit, cover: &CoverView, ways: &Ways, chosen: bool) -> AnyView {
    let lang = visit.lang;
    let level = match (cover.missing.is_empty(), cover.covered_lines) {
        (true, _) => "in_stock",
        (false, 0) => "out",
        (false, _) => "low",
    };
    // Where nobody said where they are, distances are from their own store, which is no distance to itself.
    let from_itself = cover.mine && visit.viewer.near.is_none();
    let way = way(lang, cover.distance_m.filter(|_| !from_itself));
    let about = [way, cover.hours.clone()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    let ready = cover.ready_by.as_ref().filter(|_| cover.covered_lines > 0).map(|ready| {
        let text = match lang {
            Lang::Ko => format!("{} 준비", ready.label),
            Lang::En => format!("ready {}", ready.label),
        };
        view! { <span class="cover-ready">{text}</span> }
    });
    let gap = if about.is_empty() { "" } else { " · " };
    let checked = cover.checked.clone().map(|at| view! { {gap} <Checked lang at /> });
    let lacks = lacks(lang, &cover.missing);
    let words = view! {
        <span class="cover-name"><b>{cover.store_name.clone()}</b>{chosen.then(|| view! {
            <em class="mine"><Icon glyph=Glyph::Check />{visit.say("고른 매장", "Chosen")}</em>
        })}</span>
        <span class="cover-has">{has(lang, cover)}</span>
        {ready}
        <span class="cover-about">{about}{checked}</span>
        {lacks.map(|lacks| view! { <span class="cover-lacks">{lacks}</span> })}
    };
    if chosen {
        return view! { <li class="cover chosen" data-level=level><div class="cover-card">{words}</div>{ways.at(visit, cover)}</li> }.into_any();
    }
    view! {
        <li class="cover" data-level=level>
            <form method="post" action=visit.href("/stores/choose")>
                <input type="hidden" name="store" value=cover.store.clone() />
                <input type="hidden" name="next" value=visit.href("/basket") />
                <button class="cover-card">
                    <span class="quiet">{visit.say("이 매장으로: ", "Choose ")}</span>
                    {words}
                </button>
            </form>
            {ways.at(visit, cover)}
        </li>
    }
    .into_any()
}

fn has(lang: Lang, cover: &CoverView) -> String {
    let (has, all) = (cover.covered_lines, cover.lines);
    match (lang, has == all) {
        (Lang::Ko, true) if all == 1 => "있어요".to_owned(),
        (Lang::Ko, true) => format!("{all}가지 모두"),
        (Lang::Ko, false) if has == 0 => "모자라요".to_owned(),
        (Lang::Ko, false) => format!("{all}가지 중 {has}가지"),
        (Lang::En, true) if all == 1 => "has it".to_owned(),
        (Lang::En, true) => format!("all {all}"),
        (Lang::En, false) if has == 0 => "not enough".to_owned(),
        (Lang::En, false) => format!("{has} of {all}"),
    }
}

/// `없는 것: 법랑 주전자 · 모자란 것: 연필 3개 중 1개`.
fn lacks(lang: Lang, missing: &[MissingView]) -> Option<String> {
    let one = |missing: &MissingView| match (lang, missing.available) {
        (Lang::Ko, 0) => format!("{} 없음", missing.name),
        (Lang::Ko, left) => format!("{} {}개 중 {left}개", missing.name, missing.wanted),
        (Lang::En, 0) => format!("no {}", missing.name),
        (Lang::En, left) => format!("{left} of {} {}", missing.wanted, missing.name),
    };
    (!missing.is_empty()).then(|| missing.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// Where "near" is; whoever has not said is asked.
pub(super) fn where_from(visit: &Visit) -> AnyView {
    let name = visit.viewer.near_name.clone();
    if visit.viewer.near.is_some() || visit.viewer.store.is_some() {
        let said = match (visit.lang, name) {
            (Lang::Ko, Some(name)) => format!("{name} 기준 · 모두 있고 빨리 받을 수 있는 곳부터"),
            (Lang::En, Some(name)) => format!("From {name} · those with everything, soonest first"),
            (Lang::Ko, None) => "모두 있고 빨리 받을 수 있는 곳부터".to_owned(),
            (Lang::En, None) => "Those with everything, soonest first".to_owned(),
        };
        return view! { <p class="covers-from">{said}</p> }.into_any();
    }
    view! {
        <form class="covers-near" method="post" action=visit.href("/stores/near")>
            <input type="hidden" name="next" value=visit.href("/basket") />
            <label for="covers-place">{visit.say("계신 동네를 알려 주시면 가까운 곳부터 보여 드려요", "Tell us your area and we'll show the nearest first")}</label>
            <span class="finder-line">
                <input id="covers-place" type="search" name="place" maxlength="100" autocomplete="off" placeholder=visit.say("동네, 역, 우편번호", "Area, station, postcode") />
                <button class="finder-go">{visit.say("찾기", "Search")}</button>
            </span>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_store_lacks_is_said_by_name() {
        let missing = |name: &str, wanted, available| MissingView {
            sku: "A".into(),
            name: name.into(),
            wanted,
            available,
        };
        let short = [missing("주전자", 1, 0), missing("연필", 3, 1)];
        assert_eq!(lacks(Lang::Ko, &short).as_deref(), Some("주전자 없음, 연필 3개 중 1개"));
        assert_eq!(lacks(Lang::En, &[missing("pencil", 3, 1)]).as_deref(), Some("1 of 3 pencil"));
        assert_eq!(lacks(Lang::Ko, &[]), None);
    }
}
