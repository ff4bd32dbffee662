//! The reserve form: what, where, when it is ready, and who collects. One button.

use std::collections::HashMap;

use axum::{extract::Query, http::StatusCode, response::Response};
use leptos::prelude::*;
use onshelf_shop::{Viewer, fulfilment::Offer};
use onshelf_vocabulary::{
    Lang, Money, Sku, StoreCode,
    cart::BasketView,
    fulfilment::{Contact, Elsewhere, Fault, FieldFault, MeasuredFrom, ShortLine},
    stores::StoreCard,
};
use uuid::Uuid;

use super::{
    contact::reach,
    draft::{Draft, What},
    summary::{Item, items},
    trouble::{Trouble, panel},
};
use crate::{
    error::AppError,
    ssr::{Page, Visit, encoded, explain},
    ui::field::Field,
};

/// `GET /reserve`: `sku`, `store` and `quantity`, or the basket at the shopper's store.
pub async fn reserve_form(visit: Visit, Query(typed): Query<HashMap<String, String>>) -> Response {
    let text = |name: &str| typed.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
    let what = match text("sku") {
        Some(sku) => match Sku::new(sku) {
            Ok(sku) if visit.shop().book().catalogue.variant(sku.as_str()).is_some() => {
                let typed = text("quantity").unwrap_or("1").chars().take(20).collect();
                What::One { sku, typed }
            }
            _ => return visit.failure(&AppError::NotFound),
        },
        None if visit.basket.is_empty() => return visit.see("/basket"),
        None => What::Basket(visit.basket.clone()),
    };
    let store = match text("store") {
        Some(code) => trading_store(&visit, code),
        None => match best_store(&visit, &what) {
            Some(store) => Some(store),
            None => return visit.see(&nowhere(&what)),
        },
    };
    let Some(store) = store else { return visit.failure(&AppError::NotFound) };
    let draft = Draft { store, what, contact: Contact::default() };
    let draft = if text("part") == Some("1") { draft.only_what_is_there(&visit) } else { draft };
    reserve_page(&visit, &draft, None)
}

/// The store of a code that an address names; none if it is closed for good.
pub(crate) fn trading_store(visit: &Visit, code: &str) -> Option<StoreCode> {
    let book = visit.shop().book();
    book.stores.visited(code).map(|store| store.code.clone())
}

/// Where none was said: the shopper's own store, else the first that has it.
fn best_store(visit: &Visit, what: &What) -> Option<StoreCode> {
    match what {
        What::One { sku, .. } => {
            let quantity = what.lines().first().map_or(1, |line| line.quantity.get());
            let book = visit.shop().book();
            let shelves = visit.shop().shelves_of(&visit.viewer, &book, sku.as_str(), quantity).ok()?;
            StoreCode::new(shelves.best?.store()).ok()
        }
        What::Basket(lines) => visit.viewer.store.clone().or_else(|| {
            let basket = visit.shop().basket(&visit.viewer, lines);
            StoreCode::new(basket.stores.into_iter().next()?.store).ok()
        }),
    }
}

fn nowhere(what: &What) -> String {
    match what {
        What::One { sku, .. } => format!("/stores?sku={}", encoded(sku.as_str())),
        What::Basket(_) => "/basket".to_owned(),
    }
}

/// The form with everything typed, and what stood in the way; none where it was not sent yet.
pub(super) fn reserve_page(visit: &Visit, draft: &Draft, refused: Option<Trouble>) -> Response {
    let viewer = Viewer { store: Some(draft.store.clone()), ..visit.viewer.clone() };
    let store = match visit.shop().store_page(&viewer, draft.store.as_str()) {
        Ok(store) => store.card,
        Err(error) => return visit.failure(&explain(&error)),
    };
    let basket = draft.basket(visit);
    let offer = visit.shop().offer(visit.lang, draft.store.as_str());
    let sent = refused.is_some();
    let trouble =
        refused.unwrap_or_else(|| foreseen(draft, &basket, offer.as_ref(), visit.viewer.near.is_some()));
    // What is only foreseen refuses nothing, unless the address itself makes no sense.
    let status =
        if sent || matches!(trouble, Trouble::Faults(_)) { trouble.status() } else { StatusCode::OK };
    visit.page(|| {
        let title = match visit.lang {
            Lang::Ko => format!("{}에 맡아두기", store.name),
            Lang::En => format!("Reserve at {}", store.name),
        };
        let page_title = match &trouble {
            Trouble::None => title.clone(),
            _ => format!("{}: {title}", visit.say("확인 필요", "Please check")),
        };
        let view = view! {
            <div class="reserve">
                <header class="reserve-head">
                    <h1>{title}</h1>
                    <p>{visit.say("지금은 맡아두기만 하고, 계산은 매장에서 받아 가실 때 해요.", "For now we just hold it. You pay in store, when you collect.")}</p>
                </header>
                {panel(visit, &trouble, &store.name, draft, sent)}
                <div class="reserve-body">
                    <section class="reserve-what" aria-label=visit.say("맡아둘 것", "What is reserved")>
                        {promise(visit, &store, offer.as_ref())}
                        {items(visit, basket_items(&basket), owed(visit, &basket))}
                    </section>
                    <div class="reserve-who">
                        {form(visit, draft, &trouble, &store.name, &basket, sent)}
                    </div>
                </div>
            </div>
        };
        Page { status, ..Page::of_order(page_title, draft.path(), view) }
    })
}

/// Before anything is typed: what the shelf already tells. `near`: whether the shopper told where they are; else
/// the draft's store is what distances are measured from.
fn foreseen(draft: &Draft, basket: &BasketView, offer: Option<&Offer>, near: bool) -> Trouble {
    if draft.what.lines().is_empty() {
        let fault = Fault::NoLines;
        return Trouble::Faults(vec![FieldFault { pointer: "/lines".to_owned(), fault }]);
    }
    if offer.is_none() {
        return Trouble::Closed;
    }
    let Some(cover) = basket.chosen.as_ref().filter(|cover| !cover.missing.is_empty()) else {
        return Trouble::None;
    };
    let short = cover.missing.iter().map(|missing| ShortLine {
        sku: missing.sku.clone(),
        name: missing.name.clone(),
        wanted: missing.wanted,
        available: missing.available,
    });
    let full =
        basket.stores.iter().filter(|other| other.missing.is_empty() && other.store != draft.store.as_str());
    let from = if near { MeasuredFrom::Shopper } else { MeasuredFrom::Store };
    let elsewhere = full.take(3).map(|other| Elsewhere {
        store: other.store.clone(),
        name: other.store_name.clone(),
        distance_m: other.distance_m,
        from,
        available: 0,
        ready_by: other.ready_by.clone(),
    });
    Trouble::Short { short: short.collect(), elsewhere: elsewhere.collect() }
}

/// Told where it is not simply the price of the one thing.
fn owed(visit: &Visit, basket: &BasketView) -> Option<(&'static str, Money)> {
    let several = basket.lines.len() > 1 || basket.lines.iter().any(|line| line.quantity > 1);
    let total = basket.total.filter(|_| several)?;
    Some((visit.say("매장에서 계산할 금액", "To pay in store"), total))
}

fn basket_items(basket: &BasketView) -> Vec<Item> {
    basket.lines.iter().map(Item::from).collect()
}

/// Where and when, as a sentence one remembers.
fn promise(visit: &Visit, store: &StoreCard, offer: Option<&Offer>) -> AnyView {
    let lang = visit.lang;
    let times = offer.map(|offer| {
        view! {
            <div>
                <dt>{visit.say("준비", "Ready")}</dt>
                <dd><b>{match lang {
                    Lang::Ko => offer.ready_by.label.clone(),
                    Lang::En => format!("by {}", offer.ready_by.label),
                }}</b></dd>
            </div>
            <div>
                <dt>{visit.say("받아 갈 기한", "Kept until")}</dt>
                <dd>{offer.kept_until.label.clone()}</dd>
            </div>
        }
    });
    view! {
        <dl class="promise">
            <div>
                <dt>{visit.say("매장", "Store")}</dt>
                <dd><b>{store.name.clone()}</b><small>{store.address.clone()}</small><small>{store.hours.clone()}</small></dd>
            </div>
            {times}
        </dl>
    }
    .into_any()
}

fn form(
    visit: &Visit,
    draft: &Draft,
    trouble: &Trouble,
    store: &str,
    basket: &BasketView,
    sent: bool,
) -> AnyView {
    let lang = visit.lang;
    let contact = &draft.contact;
    let hidden = [("key", Uuid::new_v4().to_string()), ("store", draft.store.to_string())];
    let hidden = hidden.into_iter().chain(draft.what.fields());
    let told = visit.say("준비되면 알려 드릴 곳", "Where to tell you when it is ready");
    let sold = !basket.lines.is_empty();
    let label = match (lang, trouble) {
        (Lang::Ko, Trouble::Short { .. }) if sent => "그래도 이대로 다시 시도".to_owned(),
        (Lang::En, Trouble::Short { .. }) if sent => "Try again as it is".to_owned(),
        (Lang::Ko, Trouble::Short { .. }) => "그래도 이대로 맡아두기".to_owned(),
        (Lang::En, Trouble::Short { .. }) => "Reserve it anyway".to_owned(),
        (Lang::Ko, _) => format!("{store}에 맡아두기"),
        (Lang::En, _) => format!("Reserve at {store}"),
    };
    let class = if matches!(trouble, Trouble::Short { .. } | Trouble::Closed) { "alt" } else { "go" };
    view! {
        <form id="reserve" class="reserve-form" method="post" action=visit.href("/reserve") novalidate>
            // The first button is what Enter presses, whatever else is offered above.
            <button class="reserve-enter" tabindex="-1" aria-hidden="true"></button>
            {hidden.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()}
            {quantity(visit, draft, trouble)}
            <Field
                name="name"
                label=visit.say("받으러 오시는 분", "Who's collecting")
                value=contact.name.clone()
                fault=trouble.at(lang, "/contact/name")
                required=true
                autocomplete="name"
                maxlength=80
            />
            {reach(visit, told, contact, |pointer| trouble.at(lang, pointer), false)}
            {sold.then(|| view! { <button class=class>{label}{(class == "go").then(|| view! { <em>{visit.say("계산은 매장에서", "Pay in store")}</em> })}</button> })}
            <p class="fine">{visit.say(
                "이름과 연락처는 이 예약을 알려 드리는 데만 써요. 못 오시게 되면 언제든 취소할 수 있어요.",
                "Your name and contact are used for this reservation only. If you cannot come, cancel at any time.",
            )}</p>
        </form>
    }
    .into_any()
}

/// How many of one thing; a basket's quantities are changed in the basket.
fn quantity(visit: &Visit, draft: &Draft, trouble: &Trouble) -> Option<AnyView> {
    let What::One { typed, .. } = &draft.what else { return None };
    let fault = trouble.at(visit.lang, "/lines").or_else(|| trouble.at(visit.lang, "/lines/0/quantity"));
    let view = view! {
        <div class="reserve-quantity">
            <Field
                name="quantity"
                label=visit.say("수량", "Quantity")
                value=typed.clone()
                fault=fault
                required=true
                inputmode=Some("numeric")
                maxlength=20
            />
        </div>
    };
    Some(view.into_any())
}
