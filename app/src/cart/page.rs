//! The basket's page.

use axum::{http::StatusCode, response::Response};
use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang, Money,
    cart::{BasketView, CoverView},
};

use super::{
    covers::{covers, where_from},
    lines::{Refused, gone, lines},
    ways::Ways,
};
use crate::{
    catalog::pill::pill,
    ssr::{Page, Visit, explain},
};

/// Categories shown beside an empty basket.
const PILLS: usize = 10;

/// `GET /basket`.
pub async fn basket(visit: Visit) -> Response {
    basket_page(&visit, None).await
}

pub(super) async fn basket_page(visit: &Visit, refused: Option<&Refused>) -> Response {
    let basket = visit.shop().basket(&visit.viewer, &visit.basket);
    let ways = match Ways::of(visit, &basket).await {
        Ok(ways) => ways,
        Err(error) => return visit.failure(&explain(&error)),
    };
    let status = refused.map_or(StatusCode::OK, |refused| refused.status);
    visit.page(|| {
        let view = view! {
            <div class="basket">
                {refused.filter(|refused| refused.at.is_none()).map(|refused| view! {
                    <p class="notice heads-up" role="alert">{refused.said}</p>
                })}
                {gone(visit, &basket)}
                {if basket.lines.is_empty() { empty(visit) } else { full(visit, &basket, &ways, refused) }}
            </div>
        };
        Page { status, indexed: false, ..Page::new(visit.say("장바구니", "Basket"), "/basket", view) }
    })
}

fn empty(visit: &Visit) -> AnyView {
    view! {
        <section class="basket-empty">
            <img src="/drawings/basket-empty.svg" alt="" width="400" height="400" />
            <h1>{visit.say("장바구니가 비어 있어요", "Your basket is empty")}</h1>
            <p>{visit.say(
                "마음에 드는 것을 담으면, 한 번에 모두 받을 수 있는 매장을 알려 드려요.",
                "Add what you like, and we'll tell you which store near you has all of it, and by when.",
            )}</p>
            <form class="find" action=visit.href("/search") method="get" role="search" aria-label=visit.say("담을 것 찾기", "Find something for it")>
                <input type="search" name="q" maxlength="200" placeholder=visit.say("예: 주전자", "Kettle, pencil, …") aria-label=visit.say("담을 것의 이름", "What you are looking for") />
                <button>{visit.say("검색", "Search")}</button>
            </form>
            <p class="ways">
                <a class="go" href=visit.href("/products")>{visit.say("선반 둘러보기", "Browse the shelves")}</a>
                <a class="alt" href=visit.href("/stores")>{visit.say("매장 찾기", "Find a store")}</a>
                <a class="alt" href=visit.href("/reservations")>{visit.say("주문·예약 찾기", "Find an order")}</a>
            </p>
        </section>
        {shelves(visit)}
    }
    .into_any()
}

/// Where to begin: the shelves by what stands on them.
fn shelves(visit: &Visit) -> Option<AnyView> {
    let mut categories = visit.shop().categories(visit.lang);
    // Where there are many, those that can be seen come first.
    categories.sort_by_key(|category| category.image.is_none());
    categories.truncate(PILLS);
    if categories.is_empty() {
        return None;
    }
    let pills = categories.iter().map(|category| pill(visit, category, false)).collect_view();
    let view = view! {
        <section class="basket-shelves" aria-labelledby="shelves">
            <h2 id="shelves">{visit.say("이런 선반이 있어요", "Where to begin")}</h2>
            <ul class="pills">{pills}</ul>
        </section>
    };
    Some(view.into_any())
}

fn full(visit: &Visit, basket: &BasketView, ways: &Ways, refused: Option<&Refused>) -> AnyView {
    let units: i64 = basket.lines.iter().map(|line| line.quantity).sum();
    let count = match (visit.lang, basket.lines.len()) {
        (Lang::Ko, kinds) => format!("{kinds}가지 {units}개"),
        (Lang::En, _) if units == 1 => "1 item".to_owned(),
        (Lang::En, _) => format!("{units} items"),
    };
    view! {
        <header class="basket-head">
            <h1>{visit.say("장바구니", "Basket")}</h1>
            <p>{count}</p>
        </header>
        <div class="basket-body">
            {lines(visit, basket, refused)}
            <div class="basket-column">
                <aside class="basket-side">
                    <section class="covers" aria-labelledby="covers">
                        <h2 id="covers">{visit.say("어디서 받으시겠어요?", "Where would you like to collect?")}</h2>
                        {where_from(visit)}
                        {covers(visit, basket, ways)}
                    </section>
                </aside>
                {checkout(visit, basket, ways)}
            </div>
        </div>
    }
    .into_any()
}

/// The total and the one next action, for the chosen store or else the best.
fn checkout(visit: &Visit, basket: &BasketView, ways: &Ways) -> AnyView {
    let total = basket.total.map(|total| totals(visit, total, basket.part_total));
    let picked = basket.chosen.as_ref().or(basket.stores.first());
    view! {
        <div class="basket-pay">
            {total}
            <div class="basket-acts">
                {picked.map(|cover| reserve(visit, cover))}
                {pay(visit, picked, ways)}
            </div>
            <p class="basket-note">{visit.say(
                "맡아두면 계산은 매장에서 해요. 결제하면 매장·차·배송 중에 고를 수 있어요.",
                "Reserve and pay in store, or check out and get it in store, at your car or at home.",
            )}</p>
        </div>
    }
    .into_any()
}

/// The sum that belongs to the button under it: of what the store has, where it lacks some. Where it has nothing there
/// is no such button, and the whole basket is what can be told.
fn totals(visit: &Visit, all: Money, part: Option<Money>) -> AnyView {
    let lang = visit.lang;
    let Some(part) = part.filter(|part| part.amount > 0) else {
        return view! {
            <p class="basket-total"><span>{visit.say("합계", "Total")}</span><b>{all.display()}</b></p>
        }
        .into_any();
    };
    let whole = match lang {
        Lang::Ko => format!("장바구니 전체 {}", all.display()),
        Lang::En => format!("{} for the whole basket", all.display()),
    };
    view! {
        <p class="basket-total">
            <span>{visit.say("있는 것만 합계", "Total for what it has")}<small>{whole}</small></span>
            <b>{part.display()}</b>
        </p>
    }
    .into_any()
}

fn reserve(visit: &Visit, cover: &CoverView) -> AnyView {
    let lang = visit.lang;
    let some = cover.covered_lines > 0 || cover.missing.iter().any(|missing| missing.available > 0);
    if !some || cover.ready_by.is_none() {
        let said = match lang {
            Lang::Ko => {
                format!("{}에는 지금 맡아둘 것이 없어요. 위에서 다른 매장을 골라 주세요.", cover.store_name)
            }
            Lang::En => {
                format!("{} has none of this right now. Choose another store above.", cover.store_name)
            }
        };
        return view! { <p class="basket-none">{said}</p> }.into_any();
    }
    let all = cover.missing.is_empty();
    let part = if all { "" } else { "&part=1" };
    let href = visit.href(&format!("/reserve?store={}{part}", cover.store));
    let label = match (lang, all) {
        (Lang::Ko, true) => format!("{}에 맡아두기", cover.store_name),
        (Lang::Ko, false) => format!("{}에 있는 것만 맡아두기", cover.store_name),
        (Lang::En, true) => format!("Reserve at {}", cover.store_name),
        (Lang::En, false) => format!("Reserve what {} has", cover.store_name),
    };
    let ready = cover.ready_by.as_ref().map(|ready| match lang {
        Lang::Ko => format!("{} 준비", ready.label),
        Lang::En => format!("ready {}", ready.label),
    });
    view! {
        <a class="alt basket-reserve" href=href><b>{label}</b><em>{ready}</em></a>
    }
    .into_any()
}

/// On to the ways to get it and to paying, from the store that is spoken of.
fn pay(visit: &Visit, picked: Option<&CoverView>, ways: &Ways) -> Option<AnyView> {
    if !ways.any() {
        return None;
    }
    let href = match picked {
        Some(cover) => format!("/checkout?store={}", cover.store),
        None => "/checkout".to_owned(),
    };
    let view = view! { <a class="go" href=visit.href(&href)>{visit.say("결제하기", "Check out")}</a> };
    Some(view.into_any())
}
