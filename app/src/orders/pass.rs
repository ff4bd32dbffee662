//! What somebody sees who was sent: the QR and the code, what to collect, where and until when, how to get there. It
//! shows nothing else of the order, and of a pass that was taken back nothing at all. The secret in its address is the
//! key: the log has only the route's pattern.

use std::collections::HashMap;

use axum::{Form, extract::Path, http::StatusCode, response::Response};
use leptos::prelude::*;
use onshelf_shop::{Error, Viewer, orders::ByCar};
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationStatus as Status, Way},
    orders::{PassState, PassThing, PassTicket, PassView},
};

use super::{
    page::{
        group::{Kerb, comes_by_car},
        private,
    },
    words::{by, span},
};
use crate::{
    fulfilment::ticket::ticket as block,
    once::{key_field, once_of},
    ssr::{Page, Visit, encoded, explain},
    stores::page::directions,
    ui::{
        picture::{Picture, is_drawing},
        qr::qr_code,
    },
};

/// `GET /pass/{secret}`.
pub async fn pass(visit: Visit, Path(secret): Path<String>) -> Response {
    let view = match visit.shop().pass_page(visit.lang, &secret).await {
        Ok(view) => view,
        Err(error) => return visit.failure(&explain(&error)),
    };
    let of = |wanted: PassState| view.tickets.iter().any(|ticket| ticket.state == wanted);
    let open = of(PassState::Open);
    // A link that was taken back is gone; one that was used tells so to whoever used it.
    let status = if open || of(PassState::Used) { StatusCode::OK } else { StatusCode::GONE };
    // A page that loads itself anew would take away what is being typed about a car.
    let is_typed_into = view.tickets.iter().any(|ticket| is_shown(ticket) && comes(ticket));
    private(visit.page(|| {
        let (title, said) = headline(visit.lang, &view);
        let tickets = view.tickets.iter().map(|ticket| ticket_of(&visit, &secret, ticket)).collect_view();
        let body = view! {
            <div class="pass" id="pass" data-refresh=open.then_some("15")>
                <header class="pass-front" role="status">
                    <h1>{title.clone()}</h1>
                    <p>{said}</p>
                </header>
                {tickets}
                {open.then(|| again(&visit, &secret))}
            </div>
            {(open && !is_typed_into).then(|| view! { <noscript inner_html="<meta http-equiv=\"refresh\" content=\"60\">"></noscript> })}
        };
        Page { status, ..Page::of_order(title, format!("/pass/{secret}"), body) }
    }))
}

/// `POST /pass/{secret}/arrive` with `arrived` 0 (on the way) or 1, and `bay` and `car`: whoever is sent comes by car.
pub async fn arrive(
    visit: Visit,
    Path(secret): Path<String>,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    let text = |name: &str| typed.get(name).map(|text| text.trim()).unwrap_or_default();
    let words = ByCar { bay: text("bay"), car: text("car") };
    let once = once_of("/pass/arrive", &typed);
    match visit.shop().announce_by_pass(&secret, text("arrived") == "1", words, once.as_ref()).await {
        // What opens nothing any more says so by itself.
        Ok(()) | Err(Error::Order(_)) => visit.see(&format!("/pass/{}", encoded(&secret))),
        Err(error) => visit.failure(&explain(&error)),
    }
}

fn headline(lang: Lang, view: &PassView) -> (String, &'static str) {
    let holder = &view.holder;
    let state = |wanted: PassState| view.tickets.iter().find(|ticket| ticket.state == wanted);
    if let Some(open) = state(PassState::Open) {
        let title = match lang {
            Lang::Ko => format!("{holder} 님, 대신 받아 주세요"),
            Lang::En => format!("{holder}, please collect this"),
        };
        let said = match open.status {
            Status::Ready => lang
                .pick("준비돼 있어요. 아래 화면을 보여 주면 돼요.", "It is ready. Just show the code below."),
            Status::Pending => lang.pick(
                "아직 결제가 끝나지 않았어요. 끝나면 여기에 코드가 나타나요.",
                "It is not paid yet. Once it is, the code will show up here.",
            ),
            _ => lang.pick(
                "매장에서 준비하고 있어요. 다 되면 이 화면에 보여요.",
                "The store is preparing it. This page will say so once it's ready.",
            ),
        };
        return (title, said);
    }
    if state(PassState::Used).is_some() {
        let title = lang.pick("받아 가셨어요", "Collected").to_owned();
        return (
            title,
            lang.pick("고맙습니다. 이 링크는 더 쓸 수 없어요.", "Thank you. This link no longer works."),
        );
    }
    let title = lang.pick("더는 쓸 수 없는 링크예요", "This link no longer works").to_owned();
    let said = match view.tickets.first().map(|ticket| ticket.state) {
        Some(PassState::Renewed) => lang.pick(
            "새 링크가 만들어졌어요. 보내 주신 분께 물어보세요.",
            "There is a new one: ask whoever sent it to you.",
        ),
        Some(PassState::Collected) => {
            lang.pick("다른 사람이 이미 받아 갔어요.", "Somebody else has collected it.")
        }
        Some(PassState::Expired) => {
            lang.pick("받아 갈 기한이 지났어요.", "The time to collect it has passed.")
        }
        Some(PassState::Over) => {
            lang.pick("주문이 취소되거나 바뀌었어요.", "The order was cancelled or changed.")
        }
        _ => lang.pick("보내 주신 분이 링크를 취소했어요.", "Whoever sent it has taken it back."),
    };
    (title, said)
}

fn again(visit: &Visit, secret: &str) -> AnyView {
    let href = visit.href(&format!("/pass/{}", encoded(secret)));
    view! { <p class="ways"><a class="go-quiet" href=href>{visit.say("새로 고침", "Check again")}</a></p> }
        .into_any()
}

fn is_shown(ticket: &PassTicket) -> bool {
    ticket.state == PassState::Open && ticket.status != Status::Pending
}

/// Whether it says where somebody with a car is.
fn comes(ticket: &PassTicket) -> bool {
    comes_by_car(ticket.way, ticket.status)
}

fn ticket_of(visit: &Visit, secret: &str, ticket: &PassTicket) -> Option<AnyView> {
    if !is_shown(ticket) {
        return None;
    }
    let lang = visit.lang;
    let viewer = Viewer::new(lang);
    let ways = visit.shop().store_page(&viewer, &ticket.store.code).map(|store| store.directions);
    let paid = if ticket.paid {
        lang.pick("결제는 끝났어요. 받기만 하면 돼요.", "It's paid. There is nothing to pay.")
    } else {
        lang.pick("계산은 받아 갈 때 매장에서 해요.", "It is paid for at the store.")
    };
    let kerb = comes(ticket).then(|| {
        let action = visit.href(&format!("/pass/{secret}/arrive"));
        let id = ticket.code.as_deref().unwrap_or_default();
        let promised = (ticket.status != Status::Ready).then_some(&ticket.ready_by);
        Kerb { id, action, arrival: ticket.arrival.clone(), promised }.view(lang, key_field().into_any())
    });
    let view = view! {
        <article class="pass-ticket" data-status=ticket.status.code()>
            <h2>{ticket.store.name.clone()}</h2>
            {shown(visit, ticket)}
            {kerb}
            {times(lang, ticket)}
            <ul class="helds">{ticket.things.iter().map(|thing| thing_row(lang, thing)).collect_view()}</ul>
            <p class="pass-paid">{paid}</p>
            <div class="group-where">
                <p><b>{ticket.store.address.clone()}</b>" · "{ticket.store.hours.clone()}</p>
                {directions(lang, &ticket.store.name, ways.unwrap_or_default())}
            </div>
        </article>
    };
    Some(view.into_any())
}

/// What is said or scanned.
fn shown(visit: &Visit, ticket: &PassTicket) -> Option<AnyView> {
    let code = ticket.code.as_ref()?;
    let label = match ticket.way {
        Way::Curbside => visit.say("가지고 나온 직원에게 보여 주세요", "Show this to whoever brings it out"),
        _ => visit.say("계산대에서 보여 주세요", "Show this at the counter"),
    };
    let alt = visit.say("픽업 QR 코드", "QR code for collecting");
    let picture = ticket.pass.as_ref().and_then(|pass| qr_code(pass, alt));
    Some(block(visit.lang, label, code, None, picture))
}

fn times(lang: Lang, ticket: &PassTicket) -> AnyView {
    let ready =
        (ticket.status != Status::Ready).then(|| (lang.pick("준비", "Ready"), by(lang, &ticket.ready_by)));
    let window =
        ticket.window.as_ref().map(|window| (lang.pick("방문 시간", "Your visit"), span(lang, window)));
    let kept = (lang.pick("받아 갈 기한", "Kept until"), ticket.expires_at.label.clone());
    let rows = [ready, window, Some(kept)].into_iter().flatten();
    let rows = rows.map(|(label, said)| view! { <div><dt>{label}</dt><dd>{said}</dd></div> }).collect_view();
    view! { <dl class="times">{rows}</dl> }.into_any()
}

fn thing_row(lang: Lang, thing: &PassThing) -> AnyView {
    let photo = thing.image.as_ref().is_some_and(|image| !is_drawing(&image.src));
    let options = (!thing.options.is_empty()).then(|| view! { <small>{thing.options.clone()}</small> });
    let count = match lang {
        Lang::Ko => format!("{}개", thing.quantity),
        Lang::En => format!("× {}", thing.quantity),
    };
    view! {
        <li class="held">
            <span class="held-picture board" class:board-photo=photo><Picture image=thing.image.clone() silent=true /></span>
            <span class="held-what"><b>{thing.name.clone()}</b>{options}</span>
            <span class="held-count">{count}</span>
        </li>
    }
    .into_any()
}
