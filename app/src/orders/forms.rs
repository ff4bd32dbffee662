//! What its owner does with an order, each a plain form: pay, come back from paying, hold it longer, give it up,
//! decide on an offer, tell that they have come.

use std::collections::{BTreeMap, HashMap};

use axum::{
    Form,
    extract::{Path, Query},
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use onshelf_shop::{Error, journeys::Answer, orders::ByCar};
use onshelf_vocabulary::{
    orders::{Address, OrderRefusal, OrderView},
    payments::ProviderCode,
};

use super::page::{Shown, order_page, private, stand_ins::Mending};
use crate::{
    once::{key_field, once_of},
    ssr::{Chrome, Page, Visit, encoded, explain},
    ui::icon::{Glyph, Icon},
};

type Typed = HashMap<String, String>;

/// Where an order's owner finds it; without the language's prefix.
#[must_use]
pub fn address(number: &str, token: &str) -> String {
    format!("/orders/{}?t={}", encoded(number), encoded(token))
}

/// Where a deed on it is posted to.
pub(super) fn deed(view: &OrderView, deed: &str) -> String {
    format!("/orders/{}/{deed}", view.number)
}

/// Whose form it is, and the key that makes it one deed.
pub(super) fn own_fields(token: &str) -> impl IntoView + use<> {
    let token = token.to_owned();
    view! {
        <input type="hidden" name="t" value=token />
        {key_field()}
    }
}

fn text<'t>(typed: &'t Typed, name: &str) -> &'t str {
    typed.get(name).map(|text| text.trim()).unwrap_or_default()
}

/// The order again, after a deed that was done or refused.
async fn after<T>(visit: &Visit, number: &str, token: &str, done: Result<T, Error>) -> Response {
    match done {
        Ok(_) => visit.see(&address(number, token)),
        Err(Error::Order(refusal)) => refused(visit, number, token, refusal).await,
        Err(error) => visit.failure(&explain(&error)),
    }
}

async fn refused(visit: &Visit, number: &str, token: &str, refusal: OrderRefusal) -> Response {
    order_page(visit, number, token, Shown::Refused(refusal)).await
}

/// `POST /orders/{number}/pay`: on to the provider's page.
pub async fn pay(visit: Visit, Path(number): Path<String>, Form(typed): Form<Typed>) -> Response {
    let token = text(&typed, "t");
    let provider = ProviderCode::from_code(text(&typed, "provider"));
    match visit.shop().pay_order(visit.lang, &number, token, provider).await {
        Ok(there) => to_provider(&visit, &there, &address(&number, token)),
        done => after(&visit, &number, token, done).await,
    }
}

/// `GET /orders/{number}/return?t=…`: back from the provider. What the address says proves nothing; the provider is
/// asked, and the order shows what it answered.
pub async fn returned(visit: Visit, Path(number): Path<String>, Query(typed): Query<Typed>) -> Response {
    let token = text(&typed, "t").to_owned();
    let left = typed.contains_key("left");
    let query: BTreeMap<String, String> = typed.into_iter().filter(|(name, _)| name != "t").collect();
    match visit.shop().payment_returned(&number, &token, query).await {
        // A provider that does not answer now is asked again by itself; the order's page tells that it waits.
        Ok(()) | Err(Error::Order(_)) if left => visit.see(&address(&number, &token)),
        Ok(()) | Err(Error::Order(_)) => visit.see(&format!("{}&said=back", address(&number, &token))),
        Err(error) => visit.failure(&explain(&error)),
    }
}

/// `POST /orders/{number}/extend`: hold it once more.
pub async fn extend(visit: Visit, Path(number): Path<String>, Form(typed): Form<Typed>) -> Response {
    let token = text(&typed, "t");
    let done = match once_of(&format!("/orders/{number}/extend"), &typed) {
        Some(once) => visit.shop().extend_order_once(&number, token, &once).await,
        None => visit.shop().extend_order(&number, token).await,
    };
    after(&visit, &number, token, done).await
}

/// `POST /orders/{number}/cancel`.
pub async fn cancel(visit: Visit, Path(number): Path<String>, Form(typed): Form<Typed>) -> Response {
    let token = text(&typed, "t");
    let once = once_of(&format!("/orders/{number}/cancel"), &typed);
    let done = visit.shop().cancel_order(visit.lang, &number, token, once.as_ref()).await;
    after(&visit, &number, token, done).await
}

/// `POST /orders/{number}/offers/{group}` with `accept` 1 or 0, and an address where it is brought to one.
pub async fn offer(
    visit: Visit,
    Path((number, group)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Response {
    let token = text(&typed, "t");
    let field = |name: &str| text(&typed, name).to_owned();
    let address = typed.contains_key("postcode").then(|| Address {
        line1: field("line1"),
        line2: field("line2"),
        city: field("city"),
        postcode: field("postcode"),
        note: field("note"),
    });
    let answer = if text(&typed, "accept") == "1" { Answer::Yes(address.clone()) } else { Answer::No };
    let done = match once_of(&format!("/orders/{number}/offers/{group}"), &typed) {
        Some(once) => visit.shop().answer_offer_once(&number, token, &group, answer, &once).await,
        None => visit.shop().answer_offer(&number, token, &group, answer).await,
    };
    match (done, address) {
        (Err(Error::Order(OrderRefusal::Invalid { faults })), Some(address)) => {
            let mending = Mending { group, address, faults };
            order_page(&visit, &number, token, Shown::Mending(mending)).await
        }
        (done, _) => after(&visit, &number, token, done).await,
    }
}

/// `POST /orders/{number}/arrive` with `arrived` 0 (on the way) or 1, and `bay` and `car`.
pub async fn arrive(visit: Visit, Path(number): Path<String>, Form(typed): Form<Typed>) -> Response {
    let token = text(&typed, "t");
    let group = Some(text(&typed, "group")).filter(|group| !group.is_empty());
    let arrived = text(&typed, "arrived") == "1";
    let words = ByCar { bay: text(&typed, "bay"), car: text(&typed, "car") };
    let once = once_of(&format!("/orders/{number}/arrive"), &typed);
    let done = visit.shop().announce_arrival(&number, token, group, arrived, words, once.as_ref()).await;
    after(&visit, &number, token, done).await
}

/// To a page of our own at once; to a stranger's by a page that says so. The content policy lets no form of ours
/// end at another's address, and a redirect from a form counts as one.
pub(super) fn to_provider(visit: &Visit, there: &str, order: &str) -> Response {
    if is_ours(&visit.door.site.public_url, there) {
        return Redirect::to(there).into_response();
    }
    let known = there.starts_with("https://") || there.starts_with("http://");
    let there = if known { there.to_owned() } else { visit.href(order) };
    let refresh = HeaderValue::from_str(&format!("0;url={there}"));
    let mut response = private(visit.page(|| {
        let title = visit.say("결제 창으로 가고 있어요", "Taking you to the payment page");
        let view = view! {
            <section class="failure going">
                <h1>{title}</h1>
                <p>{visit.say(
                    "카드 정보는 결제 회사의 화면에서만 적어요. 저절로 넘어가지 않으면 아래를 눌러 주세요.",
                    "Card details are entered on the provider's page only. If nothing happens, press below.",
                )}</p>
                <p class="ways">
                    <a class="go" href=there rel="noreferrer">{visit.say("결제 창 열기", "Open the payment page")}<Icon glyph=Glyph::Next /></a>
                    <a class="alt" href=visit.href(order)>{visit.say("주문으로 돌아가기", "Back to the order")}</a>
                </p>
            </section>
        };
        Page { chrome: Chrome::Bare, ..Page::of_order(title, order.to_owned(), view) }
    }));
    if let Ok(refresh) = refresh {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    response
}

fn is_ours(public_url: &str, there: &str) -> bool {
    let local = there.starts_with('/') && !there.starts_with("//") && !there.starts_with("/\\");
    let whole =
        !public_url.is_empty() && there.strip_prefix(public_url).is_some_and(|rest| rest.starts_with('/'));
    local || whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_addresses_are_ours() {
        let site = "https://shop.example";
        assert!(is_ours(site, "/pay/test/1"));
        assert!(is_ours(site, "https://shop.example/pay/test/1"));
        for other in [
            "//evil.example",
            "/\\evil.example",
            "https://shop.example.evil/",
            "https://checkout.stripe.com/c",
            "",
        ] {
            assert!(!is_ours(site, other), "{other}");
        }
        assert!(!is_ours("", "https://shop.example/pay"));
    }

    #[test]
    fn a_token_is_part_of_no_path() {
        assert_eq!(address("O-1/../x", "a&b"), "/orders/O-1%2F..%2Fx?t=a%26b");
    }
}
