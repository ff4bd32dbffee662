//! Making a reservation, giving one up, finding one or an order again.

use std::collections::HashMap;

use axum::{Form, extract::Path, http::StatusCode, response::Response};
use onshelf_shop::{
    Error,
    fulfilment::{Reserve, Reserved},
    journeys::Found,
    orders::Placed,
};
use onshelf_vocabulary::fulfilment::{ReservationRefusal, ReserveInput};

use super::{
    address,
    draft::{Draft, What, left_over},
    find::find_page,
    page::{Shown, reservation_page},
    reserve::reserve_page,
    trouble::Trouble,
};
use crate::{
    cart::forms::basket_cookie,
    error::AppError,
    once::{once_of, placing},
    ssr::{Visit, encoded, explain, with_cookie},
};

/// `POST /reserve`. The form's key makes a second press of the button find the first one's reservation.
pub async fn reserve(visit: Visit, Form(typed): Form<HashMap<String, String>>) -> Response {
    let Some(draft) = Draft::read(&visit, &typed) else { return visit.failure(&AppError::NotFound) };
    let key = typed.get("key").map(String::as_str).unwrap_or_default();
    let input = ReserveInput {
        store: draft.store.clone(),
        lines: draft.what.lines(),
        contact: draft.contact.clone(),
    };
    let Ok(body) = serde_json::to_string(&input) else { return visit.failure(&AppError::NotFound) };
    let lines = input.lines.clone();
    let outcome = match placing("/reserve", key, &body) {
        Some(once) => {
            visit.shop().reserve(Reserve { input, lang: visit.lang, near: visit.viewer.near, once }).await
        }
        // Nobody's form sends such a key: shown again, it gets one of its own.
        None => Err(Error::KeyReused),
    };
    match outcome {
        Ok(Reserved { number, token }) => {
            let response = visit.see(&address(&number, &token));
            match draft.what {
                What::Basket(_) => {
                    with_cookie(response, basket_cookie(&visit, &left_over(&visit.basket, &lines)))
                }
                What::One { .. } => response,
            }
        }
        Err(Error::KeyReused) => reserve_page(&visit, &draft, Some(Trouble::Sent)),
        Err(Error::Reservation(refusal)) => match Trouble::of(refusal) {
            Some(trouble) => reserve_page(&visit, &draft, Some(trouble)),
            None => visit.failure(&AppError::NotFound),
        },
        Err(error) => visit.failure(&explain(&error)),
    }
}

/// `POST /reservations/{number}/cancel` with the token in `t`.
pub async fn cancel(
    visit: Visit,
    Path(number): Path<String>,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    let token = typed.get("t").map(String::as_str).unwrap_or_default();
    let once = once_of(&format!("/reservations/{number}/cancel"), &typed);
    match visit.shop().cancel_reservation(visit.lang, &number, token, once.as_ref()).await {
        Ok(_) => visit.see(&address(&number, token)),
        // It went on in the meantime; the page tells where it stands now.
        Err(Error::Reservation(ReservationRefusal::WrongState { .. })) => {
            reservation_page(&visit, &number, token, Shown::TooLateToCancel).await
        }
        Err(error) => visit.failure(&explain(&error)),
    }
}

/// `POST /reservations`: `number` and with it `code`, or in its place where its owner is told about it, open it.
pub async fn find(visit: Visit, Form(typed): Form<HashMap<String, String>>) -> Response {
    let text = |name: &str| {
        typed.get(name).map(|text| text.trim().chars().take(254).collect::<String>()).unwrap_or_default()
    };
    let (number, code) = (text("number"), text("code"));
    match visit.shop().find_again(&number, &code).await {
        Ok(Found::Reservation(Reserved { number, token })) => visit.see(&address(&number, &token)),
        Ok(Found::Order(Placed { number, token })) => visit.see(&order_address(&number, &token)),
        Err(Error::NotFound) => find_page(&visit, &number, &code, StatusCode::NOT_FOUND),
        Err(error) => visit.failure(&explain(&error)),
    }
}

/// Where an order's owner finds it: the room that else says so stands above this one.
fn order_address(number: &str, token: &str) -> String {
    format!("/orders/{}?t={}", encoded(number), encoded(token))
}
