//! An order as its owner sees it, in every state: what to do now first, then each group, then the money.

pub(super) mod group;
mod headline;
pub(super) mod hold;
pub(super) mod money;
pub(super) mod passes;
pub(super) mod stand_ins;
mod steps;

use std::collections::HashMap;

use axum::{
    extract::{Path, Query},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationStatus, Way},
    orders::{GroupView, OrderRefusal, OrderStatus, OrderView},
    payments::{PaymentStatus, ProviderCode},
};

use self::{
    group::{Card, card},
    headline::headline,
    hold::{hold, whose},
    passes::{can_name, passes},
    stand_ins::Mending,
};
use super::{
    forms::{address, deed, own_fields},
    words::is_offer,
};
use crate::{
    fulfilment::trouble::notice,
    notifications::tell::tell,
    ssr::{Page, Visit, explain},
};

/// Why the page is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shown {
    Asked,
    /// The shopper has come back from the provider's page.
    Back,
    /// The order was placed, but the provider's page could not be opened.
    NoProvider,
    /// Something was asked for that cannot be done now.
    Refused(OrderRefusal),
    /// An offer was taken, to be brought where nobody can bring it.
    Mending(Mending),
}

/// `GET /orders/{number}?t=TOKEN`.
pub async fn order(
    visit: Visit,
    Path(number): Path<String>,
    Query(typed): Query<HashMap<String, String>>,
) -> Response {
    let token = typed.get("t").map(String::as_str).unwrap_or_default();
    let shown = match typed.get("said").map(String::as_str) {
        Some("provider") => Shown::NoProvider,
        Some("back") => Shown::Back,
        _ => Shown::Asked,
    };
    order_page(&visit, &number, token, shown).await
}

pub(super) async fn order_page(visit: &Visit, number: &str, token: &str, shown: Shown) -> Response {
    let view = match visit.shop().order(visit.lang, number, token).await {
        Ok(view) => view,
        Err(error) => return visit.failure(&explain(&error)),
    };
    let providers = visit.shop().providers();
    let status = match &shown {
        Shown::Refused(OrderRefusal::ProviderDown) => StatusCode::SERVICE_UNAVAILABLE,
        Shown::Refused(_) => StatusCode::CONFLICT,
        Shown::Mending(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Shown::Asked | Shown::Back | Shown::NoProvider => StatusCode::OK,
    };
    private(visit.page(|| {
        let title = match visit.lang {
            Lang::Ko => format!("주문 {}", view.number),
            Lang::En => format!("Order {}", view.number),
        };
        let body = body(visit, &view, token, &shown, &providers);
        Page { status, ..Page::of_order(title, address(&view.number, token), body) }
    }))
}

/// The address opens the order: it is told to nobody, and kept by no cache.
pub(super) fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// A change of the order ends its groups and makes new ones; only these are its owner's business.
fn was_swapped(view: &OrderView, group: &GroupView) -> bool {
    let ended = matches!(view.status, OrderStatus::Cancelled | OrderStatus::Completed);
    !ended && group.status == ReservationStatus::Cancelled
}

/// Whether something is held in its place until its owner decides.
fn awaits_answer(view: &OrderView, group: &GroupView) -> bool {
    view.groups.iter().any(|other| is_offer(other) && other.offered_for.as_deref() == Some(group.id.as_str()))
}

/// Whether an address, a car or who comes instead may be being typed, which a page that loads itself anew would take
/// away.
fn is_typed_into(view: &OrderView) -> bool {
    let asks_where =
        |group: &GroupView| is_offer(group) && group.way == Way::Delivery && group.address.is_none();
    can_name(view) || view.groups.iter().any(asks_where)
}

/// Whether it changes by itself, so that the page asks again.
fn goes_on(view: &OrderView) -> bool {
    let waiting = matches!(view.payment.status, PaymentStatus::Pending);
    waiting || view.groups.iter().any(|group| group.looking || !group.status.is_over())
}

/// Seconds until the page asks again: what is being looked for is found in a moment.
fn pause(view: &OrderView) -> &'static str {
    if view.groups.iter().any(|group| group.looking) { "1" } else { "5" }
}

fn body(visit: &Visit, view: &OrderView, token: &str, shown: &Shown, providers: &[ProviderCode]) -> AnyView {
    let payable = view.can_pay && view.held_until.is_some();
    let goes_on = goes_on(view);
    let head = payable.then(|| hold(visit, view, token, providers));
    let mut groups: Vec<&GroupView> =
        view.groups.iter().filter(|group| !is_offer(group) && !was_swapped(view, group)).collect();
    // What is over comes last, unless there is something to decide about it.
    groups.sort_by_key(|group| group.status.is_over() && !awaits_answer(view, group));
    let mending = match shown {
        Shown::Mending(mending) => Some(mending),
        _ => None,
    };
    let cards = groups
        .into_iter()
        .map(|group| card(&Card { visit, order: view, token, group }, mending))
        .collect_view();
    view! {
        <div class="order">
            {said(visit, view, shown)}
            {head}
            <article id="order" class="order-body" data-status=view.status.code() data-refresh=goes_on.then(|| pause(view))>
                {(!payable).then(|| front(visit, view))}
                {(goes_on && !payable).then(|| tell(visit, &format!("/api/v1/orders/{}", view.number), token))}
                <div class="order-groups">{cards}</div>
                <aside class="order-side">
                    {money::panel(visit, view, token)}
                    {passes(visit, view, token)}
                    {changes(visit, view, token)}
                </aside>
            </article>
            {(!goes_on).then(|| again(visit, view))}
        </div>
        {(goes_on && !is_typed_into(view) && matches!(shown, Shown::Asked | Shown::Back)).then(|| {
            // Without scripts the page asks again by itself; the loader does it without moving anything.
            let html = if payable { "<meta http-equiv=\"refresh\" content=\"30\">" } else { "<meta http-equiv=\"refresh\" content=\"60\">" };
            view! { <noscript inner_html=html></noscript> }
        })}
    }
    .into_any()
}

fn front(visit: &Visit, view: &OrderView) -> AnyView {
    let (title, said) = headline(visit.lang, view);
    view! {
        <header class="order-front" role="status">
            <p class="reservation-whose">{whose(visit.lang, view)}</p>
            <h1>{title}</h1>
            <p class="reservation-said">{said}</p>
        </header>
    }
    .into_any()
}

/// What was asked for and could not be done.
fn said(visit: &Visit, view: &OrderView, shown: &Shown) -> Option<AnyView> {
    let waiting = view.payment.status == PaymentStatus::Pending;
    let (title, text) = match shown {
        Shown::Asked => return None,
        Shown::Back | Shown::NoProvider if !waiting => return None,
        Shown::Back => (
            visit.say("결제 결과를 기다리고 있어요", "We are waiting for the payment's result"),
            visit.say(
                "결제를 마치셨다면 다시 결제하지 마세요. 확인되는 대로 이 화면이 저절로 바뀌어요.",
                "If you have paid, please do not pay again. This page changes by itself once it is confirmed.",
            ),
        ),
        Shown::NoProvider | Shown::Refused(OrderRefusal::ProviderDown) => (
            visit.say("결제 창을 열지 못했어요", "The payment page could not be opened"),
            visit.say(
                "결제 회사가 답하지 않아요. 빠져나간 돈은 없고, 주문은 그대로 잡아 두었어요. 잠시 뒤에 다시 눌러 주세요.",
                "The provider isn't answering. No money was taken and your order is still held. Try again in a moment.",
            ),
        ),
        Shown::Refused(refusal) => refused(visit.lang, refusal),
        Shown::Mending(_) => (
            visit.say("그 주소로는 아직 보낼 수 없어요", "We cannot bring it there yet"),
            visit.say(
                "아래 표시한 곳을 고쳐 주세요. 그동안에도 모두 잡아 두고 있어요.",
                "Please fix what's marked below. All of it stays held meanwhile.",
            ),
        ),
    };
    Some(notice(title, text, ()))
}

pub(super) fn refused(lang: Lang, refusal: &OrderRefusal) -> (&'static str, &'static str) {
    match refusal {
        OrderRefusal::HoldOver => (
            lang.pick("잡아 둔 시간이 지났어요", "The hold has expired"),
            lang.pick(
                "선반으로 돌아갔어요. 아직 있으면 다시 주문하실 수 있어요.",
                "It is back on the shelf. If it is still there, you can order again.",
            ),
        ),
        OrderRefusal::ExtendedBefore => (
            lang.pick("한 번만 더 잡아 둘 수 있어요", "It can be held longer only once"),
            lang.pick(
                "이미 늘린 주문이에요. 남은 시간 안에 결제해 주세요.",
                "It has been extended already. Please pay within the time that is left.",
            ),
        ),
        OrderRefusal::PickingBegun => (
            lang.pick("준비를 시작해서 바꿀 수 없어요", "It is being prepared already"),
            lang.pick(
                "매장에서 이미 담기 시작했어요. 지금 상태는 아래와 같아요.",
                "The store has started to pick it. This is where it stands now.",
            ),
        ),
        OrderRefusal::WindowFull => (
            lang.pick("그 시간은 방금 다 찼어요", "That time has just filled up"),
            lang.pick("다른 시간을 골라 주세요.", "Please choose another one."),
        ),
        OrderRefusal::OutOfStock { .. } => (
            lang.pick("그 선반에는 지금 없어요", "That shelf does not have it now"),
            lang.pick(
                "바꾸지 않았어요. 원래 주문은 그대로예요.",
                "Nothing was changed: your order is as it was.",
            ),
        ),
        OrderRefusal::Invalid { .. } => (
            lang.pick("그렇게는 바꿀 수 없어요", "It cannot be changed that way"),
            lang.pick(
                "바꾸지 않았어요. 원래 주문은 그대로예요.",
                "Nothing was changed: your order is as it was.",
            ),
        ),
        _ => (
            lang.pick("지금은 할 수 없어요", "That cannot be done now"),
            lang.pick(
                "그 사이 주문이 다음 단계로 넘어갔어요. 지금 상태는 아래와 같아요.",
                "It has moved on in the meantime. This is where it stands now.",
            ),
        ),
    }
}

/// What its owner may still do: change it, give it up.
fn changes(visit: &Visit, view: &OrderView, token: &str) -> AnyView {
    let change = view.can_change.then(|| {
        let href = visit.href(&address(&view.number, token).replacen('?', "/change?", 1));
        view! { <a class="go-quiet" href=href>{visit.say("매장 · 시간 · 방법 바꾸기", "Change store, time or method")}</a> }
    });
    let again = goes_on(view).then(|| {
        let href = visit.href(&address(&view.number, token));
        view! { <a class="go-quiet" href=href>{visit.say("새로 고침", "Check again")}</a> }
    });
    view! {
        <section class="order-ways" aria-label=visit.say("이 주문으로 할 수 있는 것", "What you can do")>
            {change}
            {again}
            {view.can_cancel.then(|| cancel(visit, view, token))}
            {found_again(visit)}
        </section>
    }
    .into_any()
}

/// How this page is opened without its link: also an order without a code is.
fn found_again(visit: &Visit) -> AnyView {
    let way =
        view! { <a href=visit.href("/reservations")>{visit.say("주문·예약 찾기", "Find an order")}</a> };
    match visit.lang {
        Lang::Ko => view! { <p class="fine">"링크를 잃어버려도 "{way}"에서 주문 번호와 연락처로 다시 열 수 있어요."</p> }.into_any(),
        Lang::En => view! { <p class="fine">"Lost the link? "{way}" opens this again with its number and your e-mail or phone."</p> }.into_any(),
    }
}

fn cancel(visit: &Visit, view: &OrderView, token: &str) -> AnyView {
    let lang = visit.lang;
    let paid = view.payment.paid.amount - view.payment.refunded.amount > 0;
    let said = if paid {
        lang.pick(
            "취소하면 맡아둔 것이 선반으로 돌아가고, 결제하신 돈은 같은 방법으로 돌려드려요.",
            "What is held goes back on the shelf, and your money goes back the way it came.",
        )
    } else {
        lang.pick(
            "취소하면 맡아둔 것이 곧바로 선반으로 돌아가, 다른 분이 가져갈 수 있어요.",
            "What is held goes straight back on the shelf, where somebody else may take it.",
        )
    };
    view! {
        <details class="cancel" id="cancel">
            <summary>{lang.pick("주문 취소", "Cancel the order")}</summary>
            <form method="post" action=visit.href(&deed(view, "cancel"))>
                <p>{said}</p>
                {own_fields(token)}
                <button class="cancel-go">{if paid { lang.pick("네, 취소하고 환불받을게요", "Yes, cancel and refund") } else { lang.pick("네, 취소할게요", "Yes, cancel it") }}</button>
            </form>
        </details>
    }
    .into_any()
}

/// What ended leads on: to the same things again, or to the shelves.
fn again(visit: &Visit, view: &OrderView) -> AnyView {
    let lines: Vec<String> = view
        .groups
        .iter()
        .filter(|group| !is_offer(group))
        .flat_map(|group| group.lines.iter())
        .filter(|line| !line.sku.is_empty())
        .map(|line| format!("{}:{}", line.sku, line.quantity))
        .collect();
    let ended = matches!(view.status, OrderStatus::Cancelled | OrderStatus::Expired);
    let again = (ended && !lines.is_empty()).then(|| {
        let path = crate::stores::with_query("/checkout", &[("lines".to_owned(), lines.join(","))]);
        view! { <a class="go" href=visit.href(&path)>{visit.say("같은 것 다시 주문하기", "Order the same again")}</a> }
    });
    view! {
        <footer class="reservation-ways">
            {again}
            <a class="go-quiet" href=visit.href("/products")>{visit.say("선반 둘러보기", "Browse the shelves")}</a>
        </footer>
    }
    .into_any()
}
