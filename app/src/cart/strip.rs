//! The basket on every page: one line that says which store has all of it and when, and on a product's page which
//! would have it with this product too. A shared page carries only its place; the line itself is the shopper's own
//! and comes as a fragment.

use axum::{
    extract::Query,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang, Moment, Quantity, Sku,
    cart::{CoverView, Line},
};
use serde::Deserialize;

use crate::{
    ssr::{Visit, encoded},
    ui::icon::{Glyph, Icon},
};

/// Stores the line has room for: the best, and beside it one that is sooner or nearer.
const NAMED: usize = 2;

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// What the page is about; it counts as if it were in the basket.
    #[serde(default)]
    with: String,
}

/// The place of the line at the end of a page, with what can be said without knowing the basket.
pub fn place(visit: &Visit, with: Option<&str>) -> impl IntoView + use<> {
    let query = with.map(|sku| format!("?with={}", encoded(sku))).unwrap_or_default();
    let label = match (visit.lang, visit.items) {
        (Lang::Ko, items) => format!("장바구니 {items}개, 어느 매장에 다 있을까요?"),
        (Lang::En, 1) => "1 item in your basket: which store has it?".to_owned(),
        (Lang::En, items) => format!("{items} items in your basket: which store has them all?"),
    };
    view! {
        <aside class="strip" aria-label=visit.say("장바구니", "Basket") data-strip=visit.href(&format!("/basket/strip{query}"))>
            <a class="strip-line" href=visit.href("/basket")><Icon glyph=Glyph::Basket /><span>{label}</span></a>
        </aside>
    }
}

/// `GET /basket/strip?with=SKU`: the line itself; nothing where the basket was emptied since the page was made, as in
/// another tab.
pub async fn strip(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let mut lines = visit.basket.clone();
    if lines.is_empty() {
        return (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "private, no-cache")]).into_response();
    }
    let added = Sku::new(asked.with).ok().filter(|sku| lines.iter().all(|line| line.sku != *sku));
    let with = added.is_some();
    lines.extend(added.map(|sku| Line { sku, quantity: Quantity::ONE }));
    let covers = visit.shop().rank_stores(&visit.viewer, &lines, visit.viewer.near, NAMED + 6);
    let chosen = visit.viewer.store.as_ref().and_then(|_| visit.shop().basket(&visit.viewer, &lines).chosen);
    let told = named(chosen.as_ref(), &covers);
    visit.fragment(|| line(&visit, &told, lines.len(), with))
}

/// The store the shopper chose where it has everything. Else the best, and the one a hurried shopper might prefer
/// to it: ready sooner, though it lacks something.
fn named<'c>(chosen: Option<&'c CoverView>, covers: &'c [CoverView]) -> Vec<&'c CoverView> {
    let mine = chosen.filter(|cover| cover_is_whole(cover));
    let Some(best) = mine.or(covers.first()) else { return Vec::new() };
    let others: Vec<&CoverView> = covers.iter().filter(|cover| cover.store != best.store).collect();
    let ready = |cover: &CoverView| cover.ready_by.as_ref().map(|ready| ready.at.clone());
    let sooner = others.iter().find(|other| {
        cover_is_whole(best) && !cover_is_whole(other) && ready(other).is_some() && ready(other) < ready(best)
    });
    let nearer = others.iter().find(|other| other.distance_m < best.distance_m && cover_is_whole(other));
    // Who has chosen a store that has everything is not talked into another one.
    let beside = sooner.or(nearer).copied().filter(|_| mine.is_none());
    [Some(best), beside].into_iter().flatten().take(NAMED).collect()
}

fn cover_is_whole(cover: &CoverView) -> bool {
    cover.missing.is_empty()
}

fn line(visit: &Visit, told: &[&CoverView], kinds: usize, with: bool) -> AnyView {
    let lang = visit.lang;
    let Some((best, others)) = told.split_first() else {
        let none = visit.say(
            "장바구니에 담은 것이 지금은 어느 매장에도 없어요",
            "No store has what is in your basket right now",
        );
        return view! {
            <a class="strip-line" href=visit.href("/basket")><Icon glyph=Glyph::Basket /><span>{none}</span></a>
        }
        .into_any();
    };
    let lead = match (lang, with) {
        (Lang::Ko, true) => format!("이것까지 {kinds}가지"),
        (Lang::Ko, false) => format!("장바구니 {kinds}가지"),
        (Lang::En, true) => format!("With this, {kinds} things"),
        (Lang::En, false) if kinds == 1 => "Your basket".to_owned(),
        (Lang::En, false) => format!("Your basket of {kinds}"),
    };
    let others = others.iter().map(|cover| view! { <span class="strip-other">{answer(lang, cover)}</span> });
    view! {
        <a class="strip-line" href=visit.href("/basket")>
            <Icon glyph=Glyph::Basket />
            <span class="strip-lead">{lead}</span>
            <b data-level=if cover_is_whole(best) { "in_stock" } else { "low" }>{answer(lang, best)}</b>
            {others.collect_view()}
        </a>
    }
    .into_any()
}

/// `성수점에 모두 · 17:40 준비`, `3 of 4 at Yeoksam, ready 16:10`.
fn answer(lang: Lang, cover: &CoverView) -> String {
    let (has, all, store) = (cover.covered_lines, cover.lines, &cover.store_name);
    let what = match (lang, has == all) {
        (Lang::Ko, true) => format!("{store}에 모두"),
        (Lang::Ko, false) => format!("{store}에 {has}가지"),
        (Lang::En, true) => format!("all at {store}"),
        (Lang::En, false) => format!("{has} of {all} at {store}"),
    };
    let ready = |ready: &Moment| match lang {
        Lang::Ko => format!(" · {} 준비", ready.label),
        Lang::En => format!(", ready {}", ready.label),
    };
    format!("{what}{}", cover.ready_by.as_ref().map(ready).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use onshelf_vocabulary::cart::MissingView;

    use super::*;

    fn cover(store: &str, covered: u32, ready: &str, metres: u32) -> CoverView {
        let missing = MissingView { sku: "A".into(), name: "주전자".into(), wanted: 1, available: 0 };
        CoverView {
            store: store.into(),
            store_name: store.into(),
            distance_m: Some(metres),
            covered_lines: covered,
            lines: 4,
            missing: if covered == 4 { Vec::new() } else { vec![missing] },
            ready_by: Some(Moment { at: format!("2026-11-28T{ready}:00+09:00"), label: ready.into() }),
            checked: None,
            hours: String::new(),
            mine: false,
        }
    }

    #[test]
    fn the_best_is_told_first_and_a_sooner_one_beside_it() {
        let covers = [
            cover("강남점", 4, "17:40", 900),
            cover("서초점", 4, "18:00", 1200),
            cover("역삼점", 3, "16:10", 400),
        ];
        let told: Vec<&str> = named(None, &covers).iter().map(|cover| cover.store.as_str()).collect();
        assert_eq!(told, ["강남점", "역삼점"]);
        assert_eq!(answer(Lang::Ko, &covers[0]), "강남점에 모두 · 17:40 준비");
        assert_eq!(answer(Lang::En, &covers[2]), "3 of 4 at 역삼점, ready 16:10");
    }

    #[test]
    fn the_chosen_store_comes_first_only_where_it_has_everything() {
        let covers = [cover("서울숲점", 4, "17:40", 300), cover("역삼점", 3, "16:10", 400)];
        let told = |chosen: &CoverView| -> Vec<String> {
            named(Some(chosen), &covers).iter().map(|cover| cover.store.clone()).collect()
        };
        assert_eq!(told(&cover("성수점", 4, "18:00", 900)), ["성수점"]);
        assert_eq!(told(&cover("성수점", 3, "18:00", 900)), ["서울숲점", "역삼점"]);
    }

    #[test]
    fn one_store_or_none_is_enough() {
        assert_eq!(named(None, &[cover("강남점", 3, "17:40", 900)]).len(), 1);
        assert!(named(None, &[]).is_empty());
    }
}
