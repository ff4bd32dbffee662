//! A reservation as its owner sees it: the code for the counter, where it stands, where to go, and the way out.

use std::collections::HashMap;

use axum::{
    extract::{Path, Query},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use leptos::prelude::*;
use onshelf_shop::Viewer;
use onshelf_vocabulary::{
    Lang, Money,
    fulfilment::{ReservationLineView, ReservationStatus, ReservationView},
    stores::DirectionView,
};

use super::{
    address,
    steps::{headline, steps},
    summary::{Item, items},
    ticket::ticket,
};
use crate::{
    notifications::tell::tell,
    once::key_field,
    ssr::{Page, Visit, encoded, explain},
    stores::{card::hours_line, page::directions},
    ui::{
        icon::{Glyph, Icon},
        qr::qr_code,
    },
};

/// Why the page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Asked,
    /// Somebody wanted to cancel what can no longer be cancelled.
    TooLateToCancel,
}

/// `GET /reservations/{number}?t=TOKEN`.
pub async fn reservation(
    visit: Visit,
    Path(number): Path<String>,
    Query(typed): Query<HashMap<String, String>>,
) -> Response {
    let token = typed.get("t").map(String::as_str).unwrap_or_default();
    reservation_page(&visit, &number, token, Shown::Asked).await
}

pub(super) async fn reservation_page(visit: &Visit, number: &str, token: &str, shown: Shown) -> Response {
    let view = match visit.shop().reservation(visit.lang, number, token).await {
        Ok(view) => view,
        Err(error) => return visit.failure(&explain(&error)),
    };
    let viewer = Viewer::new(visit.lang);
    let ways =
        visit.shop().store_page(&viewer, &view.store.code).map(|store| store.directions).unwrap_or_default();
    let path = address(&view.number, token);
    let status = if shown == Shown::TooLateToCancel { StatusCode::CONFLICT } else { StatusCode::OK };
    let mut response = visit.page(|| {
        let title = match visit.lang {
            Lang::Ko => format!("예약 {}", view.number),
            Lang::En => format!("Reservation {}", view.number),
        };
        let body = body(visit, &view, token, shown, ways);
        Page { status, ..Page::of_order(title, path, body) }
    });
    // The address opens the reservation: it is told to nobody, and kept by no cache.
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

fn body(
    visit: &Visit,
    view: &ReservationView,
    token: &str,
    shown: Shown,
    ways: Vec<DirectionView>,
) -> AnyView {
    let live = view.status.is_live();
    let late = (shown == Shown::TooLateToCancel).then(|| {
        view! {
            <div class="notice heads-up" role="alert">
                <b>{visit.say("지금은 취소할 수 없어요", "It can no longer be cancelled")}</b>
                <p>{visit.say("그 사이 예약이 다음 단계로 넘어갔어요. 지금 상태는 아래와 같아요.", "It has moved on in the meantime. This is where it stands now.")}</p>
            </div>
        }
    });
    view! {
        <article class="reservation" id="reservation" data-status=view.status.code() data-refresh=live.then_some("5")>
            {late}
            {front(visit, view, token)}
            {live.then(|| tell(visit, &format!("/api/v1/reservations/{}", view.number), token))}
            <div class="reservation-body">
                <section class="reservation-what" aria-labelledby="what">
                    <h2 id="what">{if live { visit.say("맡아둔 것", "What is held") } else { visit.say("맡아두었던 것", "What was held") }}</h2>
                    {items(visit, reserved_items(&view.lines), owed(visit, view))}
                    {missing(visit, view)}
                </section>
                <section class="reservation-where" aria-labelledby="where">
                    <h2 id="where"><a href=visit.href(&format!("/stores/{}", view.store.code))>{view.store.name.clone()}</a></h2>
                    {hours_line(visit.lang, &view.store)}
                    <p class="reservation-address">{view.store.address.clone()}</p>
                    {phone(&view.store.phone)}
                    {live.then(|| directions(visit.lang, &view.store.name, ways))}
                </section>
            </div>
            {if live { last_things(visit, view, token) } else { again(visit, view) }}
        </article>
        {(live && shown == Shown::Asked).then(|| view! {
            // Without scripts the page asks again by itself; the loader does it without moving anything.
            <noscript inner_html="<meta http-equiv=\"refresh\" content=\"90\">"></noscript>
        })}
    }
    .into_any()
}

/// The state, the code and its picture, the steps.
fn front(visit: &Visit, view: &ReservationView, token: &str) -> AnyView {
    let (title, text) = headline(visit.lang, view);
    let live = view.status.is_live();
    let whose = match visit.lang {
        Lang::Ko => format!("{} 님 · {}", view.name, view.number),
        Lang::En => format!("{} · {}", view.name, view.number),
    };
    let link = format!("{}{}", visit.door.site.public_url, visit.href(&address(&view.number, token)));
    let picture = qr_code(&link, visit.say("이 예약의 QR 코드", "QR code of this reservation"));
    let label = visit.say("계산대에서 보여 주세요", "Show this at the counter");
    let ticket = live.then(|| ticket(visit.lang, label, &view.code, Some(&view.number), picture));
    let times = live.then(|| {
        view! {
            <dl class="times">
                <div>
                    <dt>{if view.ready_at.is_some() { visit.say("준비된 때", "Ready since") } else { visit.say("준비", "Ready by") }}</dt>
                    <dd>{view.ready_at.as_ref().unwrap_or(&view.ready_by).label.clone()}</dd>
                </div>
                <div>
                    <dt>{visit.say("받아 갈 기한", "Kept until")}</dt>
                    <dd>{view.expires_at.label.clone()}</dd>
                </div>
                <div>
                    <dt>{visit.say("계산", "Payment")}</dt>
                    <dd>{visit.say("매장에서", "in store")}</dd>
                </div>
            </dl>
        }
    });
    view! {
        <header class="reservation-front">
            <div class="reservation-words" role="status">
                <p class="reservation-whose">{whose}</p>
                <h1>{title}</h1>
                <p class="reservation-said">{text}</p>
            </div>
            {ticket}
            {steps(visit, view.status)}
            {times}
        </header>
    }
    .into_any()
}

/// What there is to pay, or was; what was given up costs nothing.
fn owed(visit: &Visit, view: &ReservationView) -> Option<(&'static str, Money)> {
    let label = match view.status {
        ReservationStatus::Collected => visit.say("매장에서 계산한 금액", "Paid in store"),
        status if status.is_live() => visit.say("매장에서 계산할 금액", "To pay in store"),
        _ => return None,
    };
    Some((label, view.total))
}

/// What was asked for too and is not there: said before anybody comes for it.
fn missing(visit: &Visit, view: &ReservationView) -> Option<AnyView> {
    if view.missing.is_empty() {
        return None;
    }
    let view = view! {
        <div class="not-there">
            <h3>{visit.say("찾지 못한 것", "What we could not find")}</h3>
            <p>{visit.say(
                "죄송합니다. 재고에는 있었지만 선반에서 찾지 못했어요. 계산에서 뺐어요.",
                "We are sorry. Our count said it was there, but it was not on the shelf. You won't be charged for it.",
            )}</p>
            {items(visit, reserved_items(&view.missing), None)}
        </div>
    };
    Some(view.into_any())
}

fn reserved_items(lines: &[ReservationLineView]) -> Vec<Item> {
    lines.iter().map(Item::from).collect()
}

fn phone(number: &str) -> Option<impl IntoView + use<>> {
    let href = format!("tel:{}", number.replace(' ', ""));
    let number = number.to_owned();
    (!number.is_empty())
        .then(|| view! { <p><a class="place-phone" href=href><Icon glyph=Glyph::Phone />{number}</a></p> })
}

/// The calendar, looking again, and giving it up.
fn last_things(visit: &Visit, view: &ReservationView, token: &str) -> AnyView {
    let path = address(&view.number, token);
    let calendar = path.replacen('?', "/calendar.ics?", 1);
    let cancel = view.can_cancel.then(|| {
        view! {
            <details class="cancel" id="cancel">
                <summary>{visit.say("예약 취소", "Cancel the reservation")}</summary>
                <form method="post" action=visit.href(&format!("/reservations/{}/cancel", view.number))>
                    <p>{visit.say(
                        "취소하면 맡아둔 것이 곧바로 선반으로 돌아가, 다른 분이 가져갈 수 있어요.",
                        "What is held goes straight back on the shelf, where somebody else may take it.",
                    )}</p>
                    <input type="hidden" name="t" value=token.to_owned() />
                    {key_field()}
                    <button class="cancel-go">{visit.say("네, 취소할게요", "Yes, cancel it")}</button>
                </form>
            </details>
        }
    });
    view! {
        <footer class="reservation-ways">
            <a class="go-quiet" href=visit.href(&calendar)><Icon glyph=Glyph::Clock />{visit.say("달력에 추가", "Add to calendar")}</a>
            <a class="go-quiet" href=visit.href(&path)>{visit.say("새로 고침", "Check again")}</a>
            {cancel}
        </footer>
    }
    .into_any()
}

/// What ended leads on: to the same thing elsewhere, or to the shelves.
fn again(visit: &Visit, view: &ReservationView) -> AnyView {
    let first = view.lines.first().filter(|_| view.status != ReservationStatus::Collected);
    let again = first.filter(|line| !line.sku.is_empty()).map(|line| {
        let href = visit.href(&format!("/stores?sku={}&in_stock=1", encoded(&line.sku)));
        view! { <a class="go" href=href>{visit.say("지금 있는 매장 보기", "See which stores have it")}</a> }
    });
    view! {
        <footer class="reservation-ways">
            {again}
            <a class="go-quiet" href=visit.href("/products")>{visit.say("선반 둘러보기", "Browse the shelves")}</a>
        </footer>
    }
    .into_any()
}
