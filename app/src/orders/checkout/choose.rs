//! The first screen: how and where to get it. A board of departures: each way a row, its time large, one tap each.

use axum::response::Response;
use leptos::prelude::*;
use onshelf_vocabulary::{Lang, Money, StoreCode};

use super::{
    super::words::{pieces, way_glyph, way_short},
    board::row_of,
    delivery::{quoted, zones},
    draft::Draft,
    offers::{Choice, Choices, Elsewhere, choices},
    things::{Thing, named, row, sum, things},
    trouble::{Trouble, panel},
};
use crate::{
    catalog::shelf::{is_itself, way},
    ssr::{Page, Visit, explain},
    ui::icon::{Glyph, Icon},
};

/// Other stores shown before the rest is folded away.
const SHOWN: usize = 3;

pub(super) async fn choose_page(visit: &Visit, draft: &Draft, trouble: &Trouble) -> Response {
    let found = match choices(visit, draft).await {
        Ok(found) => found,
        Err(error) => return visit.failure(&explain(&error)),
    };
    let all = things(visit, draft, found.here.as_ref(), &draft.lines);
    let status = trouble.status();
    visit.page(|| {
        let title = visit.say("어떻게 받으시겠어요?", "How would you like it?");
        let view = view! {
            <div class="checkout checkout-choose">
                <header class="checkout-head">
                    <a class="checkout-back" href=visit.href(if draft.from_basket { "/basket" } else { "/products" })>
                        <Icon glyph=Glyph::Back />
                        {if draft.from_basket { visit.say("장바구니", "Basket") } else { visit.say("둘러보기", "Browse") }}
                    </a>
                    <h1>{title}</h1>
                </header>
                {panel(visit, draft, trouble)}
                <div class="checkout-body">
                    <aside class="checkout-side">{basket(visit, &all)}</aside>
                    {form(visit, draft, &found)}
                </div>
            </div>
        };
        Page { status, ..Page::of_order(title, draft.path(None), view) }
    })
}

/// What it is about, standing on one line.
fn basket(visit: &Visit, all: &[Thing]) -> AnyView {
    let total = sum(all).map(Money::display);
    view! {
        <section aria-label=visit.say("주문할 것", "What you order")>
            {row(visit.lang, all)}
            <p class="on-line-sum"><span>{named(visit.lang, all, 2)}</span><b>{total}</b></p>
        </section>
    }
    .into_any()
}

/// Every choice is a button of one form, so that what was typed already travels along. A choice is kept on its shelf,
/// so it is posted; looking again is a plain address, which one can go back to.
fn form(visit: &Visit, draft: &Draft, found: &Choices) -> AnyView {
    let typed = draft.is_typed();
    let mut hidden = draft.hidden();
    if typed {
        hidden.extend(draft.carried());
    } else {
        hidden.retain(|(name, _)| name != "basket");
    }
    let hidden =
        hidden.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
    let method = if typed { "post" } else { "get" };
    view! {
        <form id="checkout" class="ways-board" method=method action=visit.href("/checkout") novalidate>
            // The first button is what Enter in the postcode presses: it looks again.
            <button class="reserve-enter" name="act" value="choose" tabindex="-1" aria-hidden="true"></button>
            {hidden.collect_view()}
            {found.is_empty().then(|| nothing(visit))}
            {here(visit, draft, found)}
            {home(visit, draft, found)}
            {elsewhere(visit, found)}
        </form>
    }
    .into_any()
}

fn nothing(visit: &Visit) -> AnyView {
    view! {
        <div class="covers-none">
            <p><b>{visit.say("지금은 받을 수 있는 방법이 없어요", "There is no way to get it right now")}</b></p>
            <p>{visit.say("어느 선반에도 없거나 매장이 모두 쉬고 있어요. 담아 두신 것은 그대로 있어요.", "No shelf has it, or every store is closed. Your basket stays as it is.")}</p>
        </div>
    }
    .into_any()
}

/// The store that was chosen: also when it has nothing, for it is never silently another.
fn here(visit: &Visit, draft: &Draft, found: &Choices) -> Option<AnyView> {
    let code = found.here.as_ref()?;
    let store = store_card(visit, draft, code)?;
    let chosen = draft.store.is_some();
    let none = found.at_here.is_empty().then(|| {
        let said = match visit.lang {
            Lang::Ko => {
                format!("{}에서는 지금 받을 수 없어요. 배송이나 다른 매장을 골라 주세요.", store.name)
            }
            Lang::En => {
                format!("{} can't have it ready for you now. Choose delivery or another store.", store.name)
            }
        };
        view! { <p class="board-none">{said}</p> }
    });
    // Where nobody said where they are, distances are from the chosen store, which is none to itself.
    let far = store.distance_m.filter(|metres| visit.viewer.near.is_some() || !is_itself(*metres));
    let about = [way(visit.lang, far), store.hours.clone()];
    let about = about.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    let rows = found.at_here.iter().map(|choice| row_of(visit, draft, choice)).collect_view();
    let view = view! {
        <section class="board-at" aria-labelledby="at-here">
            <h2 id="at-here">
                {store.name.clone()}
                {chosen.then(|| view! { <em class="mine">{visit.say("고른 매장", "Chosen")}</em> })}
                <small>{about}</small>
            </h2>
            {none}
            <ul class="board-rows">{rows}</ul>
        </section>
    };
    Some(view.into_any())
}

fn store_card(
    visit: &Visit,
    draft: &Draft,
    code: &StoreCode,
) -> Option<onshelf_vocabulary::stores::StoreCard> {
    visit.shop().store_page(&draft.viewer(visit), code.as_str()).ok().map(|store| store.card)
}

fn home(visit: &Visit, draft: &Draft, found: &Choices) -> AnyView {
    let rows = found.home.iter().take(1).map(|choice| row_of(visit, draft, choice)).collect_view();
    let none = found.home.is_empty().then(|| {
        let said = match draft.postcode() {
            Some(_) => {
                visit.say("이 우편번호로는 지금 배송하지 못해요.", "We cannot deliver to this postcode now.")
            }
            None => visit
                .say("지금은 한 번에 배송할 수 있는 매장이 없어요.", "No store can deliver all of it now."),
        };
        view! { <p class="board-none">{said}</p> }
    });
    let offer = found.home.first().and_then(|choice| choice.parts.first());
    let asked = match (draft.postcode(), offer) {
        (Some(postcode), Some(offer)) => quoted(visit.lang, offer, postcode),
        _ => None,
    };
    let label = if draft.postcode().is_some() {
        visit.say("다른 우편번호로 보기", "See another postcode")
    } else {
        visit.say(
            "우편번호를 알려 주시면 배송비와 도착 시각이 정확해져요",
            "Enter your postcode for the exact fee and time",
        )
    };
    view! {
        <section class="board-at" aria-labelledby="at-home">
            <h2 id="at-home">{visit.say("집으로", "At home")}</h2>
            {asked.map(|asked| view! { <p class="board-quoted" role="status">{asked}</p> })}
            <ul class="board-rows">{rows}</ul>
            {none}
            {offer.and_then(|offer| zones(visit.lang, offer))}
            <p class="board-postcode">
                <label for="postcode">{label}</label>
                <span class="find">
                    <input id="postcode" name="postcode" value=draft.address.postcode.clone() maxlength="12" inputmode="text" autocomplete="postal-code" placeholder=visit.say("예: 04781", "e.g. 04781") />
                    <button name="act" value="choose">{visit.say("확인", "Check")}</button>
                </span>
            </p>
        </section>
    }
    .into_any()
}

fn elsewhere(visit: &Visit, found: &Choices) -> Option<AnyView> {
    if found.elsewhere.is_empty() {
        return None;
    }
    let (first, rest) = found.elsewhere.split_at(found.elsewhere.len().min(SHOWN));
    let rows = |stores: &[Elsewhere]| stores.iter().map(|store| other_store(visit, store)).collect_view();
    let more = (!rest.is_empty()).then(|| {
        let label = match visit.lang {
            Lang::Ko => format!("{}곳 더 펼치기", rest.len()),
            Lang::En => format!("Show {} more", rest.len()),
        };
        view! { <details class="covers-more"><summary>{label}</summary><ul class="board-stores">{rows(rest)}</ul></details> }
    });
    let view = view! {
        <section class="board-at" aria-labelledby="at-others">
            <h2 id="at-others">{visit.say("다른 매장에서", "At another store")}</h2>
            <ul class="board-stores">{rows(first)}</ul>
            {more}
        </section>
    };
    Some(view.into_any())
}

/// A store with a button for each way, the time on it.
fn other_store(visit: &Visit, store: &Elsewhere) -> AnyView {
    let lang = visit.lang;
    let first = store.choices.iter().find_map(|choice| choice.parts.first());
    let (covered, all) = first.map_or((0, 0), |offer| (offer.covered_lines, offer.lines));
    let level = if covered == all { "in_stock" } else { "low" };
    let button = |choice: &Choice| {
        let offer = choice.parts.first()?;
        let label = way_short(lang, offer.way);
        let of = match lang {
            Lang::Ko => format!("{}, ", store.name),
            Lang::En => format!("{}: ", store.name),
        };
        Some(view! {
            <button class="way-chip" formmethod="post" name="pick" value=choice.plan.write()>
                <Icon glyph=way_glyph(offer.way) />
                <span class="quiet">{of}</span>
                {label}
                <b>{offer.ready_by.label.clone()}</b>
            </button>
        })
    };
    let has = match (lang, covered == all) {
        (Lang::Ko, true) => format!("{} 모두", pieces(lang, all as usize)),
        (Lang::Ko, false) => format!("{all}가지 중 {covered}가지"),
        (Lang::En, true) if all == 1 => "has it".to_owned(),
        (Lang::En, true) => format!("all {all}"),
        (Lang::En, false) => format!("{covered} of {all}"),
    };
    view! {
        <li class="board-store" data-level=level>
            <p><b>{store.name.clone()}</b><small>{way(lang, store.distance_m)}</small><span class="count">{has}</span></p>
            <div class="way-chips">{store.choices.iter().filter_map(button).collect_view()}</div>
        </li>
    }
    .into_any()
}
