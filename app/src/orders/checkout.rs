//! From a basket or one thing to an order: two screens and then the provider's page. Nothing is kept between them but
//! what the form itself holds.

use std::collections::HashMap;

use axum::{Form, extract::Query, http::StatusCode, response::Response};
use onshelf_shop::{Error, Once, orders::PlaceOrder, orders::Placed};
use onshelf_vocabulary::{
    fulfilment::{Fault, FieldFault, Way},
    orders::OrderRefusal,
};

use super::{
    choose::choose_page,
    details::details_page,
    draft::{Draft, Nothing, Pay},
    forms::{address, to_provider},
    offers::choices,
    plan::Plan,
    trouble::Trouble,
};
use crate::{
    cart::forms::basket_cookie,
    error::AppError,
    fulfilment::left_over,
    ssr::{Visit, explain, with_cookie},
};

/// `GET /checkout`: of the basket, of `lines`, or of one `sku` with its `quantity`; at `store`, by `way`, or by a
/// whole `plan`.
pub async fn checkout(visit: Visit, Query(typed): Query<HashMap<String, String>>) -> Response {
    let draft = match Draft::read(&visit, &typed) {
        Ok(draft) => draft,
        Err(nothing) => return no_checkout(&visit, nothing),
    };
    let choosing = typed.get("act").is_some_and(|act| act == "choose");
    let plan = match draft.way {
        _ if choosing => None,
        None => draft.plan.clone(),
        Some(way) => match draft.plan.clone() {
            Some(plan) => Some(plan),
            None => match plan_by(&visit, &draft, way).await {
                Ok(plan) => plan,
                Err(error) => return visit.failure(&explain(&error)),
            },
        },
    };
    let mut response = match (plan, draft.way) {
        (Some(plan), _) => details_page(&visit, &draft, &plan, &Trouble::None).await,
        (None, Some(_)) if !choosing => choose_page(&visit, &draft, &Trouble::Gone).await,
        (None, _) => choose_page(&visit, &draft, &Trouble::None).await,
    };
    // An address that was kept asks for nothing yet: that its way is gone by now refuses nothing.
    if response.status() == StatusCode::CONFLICT {
        *response.status_mut() = StatusCode::OK;
    }
    response
}

fn no_checkout(visit: &Visit, nothing: Nothing) -> Response {
    match nothing {
        Nothing::Empty => visit.see("/basket"),
        Nothing::Unknown => visit.failure(&AppError::NotFound),
    }
}

/// Everything in one way, at the store that was begun with.
async fn plan_by(visit: &Visit, draft: &Draft, way: Way) -> Result<Option<Plan>, Error> {
    let found = choices(visit, draft).await?;
    let all = found.at_here.into_iter().chain(found.home);
    let fits = all
        .into_iter()
        .find(|choice| choice.left.is_empty() && matches!(choice.plan.groups(), [only] if only.way == way));
    Ok(fits.map(|choice| choice.plan))
}

/// `POST /checkout`: back to the ways (`act=choose`), on with one (`pick`), or `act=place`.
pub async fn place(visit: Visit, Form(typed): Form<HashMap<String, String>>) -> Response {
    let draft = match Draft::read(&visit, &typed) {
        Ok(draft) => draft,
        Err(nothing) => return no_checkout(&visit, nothing),
    };
    let text = |name: &str| typed.get(name).map(|text| text.trim()).unwrap_or_default();
    match (&draft.plan, text("act")) {
        (_, "choose") | (None, _) => choose_page(&visit, &draft, &Trouble::None).await,
        (Some(plan), "place") => place_plan(&visit, &draft, plan, text("key")).await,
        (Some(plan), _) => details_page(&visit, &draft, plan, &Trouble::None).await,
    }
}

async fn place_plan(visit: &Visit, draft: &Draft, plan: &Plan, key: &str) -> Response {
    if draft.pay == Pay::Unsaid {
        let fault = FieldFault { pointer: "/provider".to_owned(), fault: Fault::Missing };
        return details_page(visit, draft, plan, &Trouble::Faults(vec![fault])).await;
    }
    // Nobody's form sends such a key: shown again, it gets one of its own.
    if !(16..=64).contains(&key.len()) {
        return details_page(visit, draft, plan, &Trouble::Sent).await;
    }
    let input = draft.input(plan);
    let Ok(body) = serde_json::to_string(&input) else { return visit.failure(&AppError::NotFound) };
    let once = Once::new("guest", "page:/checkout", key, &body);
    let order = PlaceOrder { input, lang: visit.lang, near: visit.viewer.near, once };
    match visit.shop().place_order(order).await {
        Ok(placed) => placed_page(visit, draft, plan, &placed).await,
        Err(Error::KeyReused) => details_page(visit, draft, plan, &Trouble::Sent).await,
        Err(Error::Order(refusal)) => refused(visit, draft, plan, refusal).await,
        Err(error) => visit.failure(&explain(&error)),
    }
}

async fn refused(visit: &Visit, draft: &Draft, plan: &Plan, refusal: OrderRefusal) -> Response {
    match Trouble::of(refusal) {
        Some(trouble) => details_page(visit, draft, plan, &trouble).await,
        None => visit.failure(&AppError::NotFound),
    }
}

/// On to the provider, or straight to the order. A provider that does not answer loses nothing: the order is held,
/// and its page tells how to go on.
async fn placed_page(visit: &Visit, draft: &Draft, plan: &Plan, placed: &Placed) -> Response {
    let Placed { number, token, .. } = placed;
    let seen = address(number, token);
    let response = match draft.pay {
        Pay::Online(_) => match visit.shop().pay_order(visit.lang, number, token, None).await {
            Ok(there) => to_provider(visit, &there, &seen),
            Err(error) => {
                tracing::warn!(%error, "An order was placed, but its payment could not be opened.");
                visit.see(&format!("{seen}&said=provider"))
            }
        },
        Pay::Counter | Pay::Unsaid => visit.see(&seen),
    };
    match draft.from_basket {
        true => with_cookie(response, basket_cookie(visit, &left_over(&visit.basket, &plan.lines()))),
        false => response,
    }
}
