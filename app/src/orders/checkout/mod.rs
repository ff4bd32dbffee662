//! From a basket or one thing to an order: two screens and then the provider's page. What is typed lies in the form
//! itself; what is chosen is kept on its shelf from the first screen on, under a cookie that names it.

mod board;
mod choose;
mod delivery;
mod details;
mod draft;
mod kept;
mod offers;
mod plan;
mod quote;
pub(super) mod things;
pub(super) mod trouble;

use std::collections::HashMap;

use axum::{
    Form,
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use onshelf_shop::{
    Error,
    orders::{KeepBasket, PlaceOrder, Placed},
};
use onshelf_vocabulary::{
    fulfilment::{Fault, FieldFault},
    orders::{Address, OrderRefusal},
};

use self::{
    choose::choose_page,
    details::details_page,
    draft::{Draft, Nothing, Pay},
    kept::kept_for,
    offers::choices,
    plan::Plan,
    trouble::Trouble,
};
use super::forms::{address, to_provider};
use crate::{
    cart::forms::basket_cookie,
    error::AppError,
    fulfilment::left_over,
    once::placing,
    ssr::{KEPT, Visit, explain, set_cookie, with_cookie},
};

/// The cookie outlives what it names by a little: whoever comes back late is told that it ran out.
const KEPT_FOR: i64 = 30 * 60;
/// Somebody who is at it with less time left is given more, once. Seconds.
const SOON_OVER: i64 = 5 * 60;

/// A plan as an address says it, read and written again; none for what is no plan. For whoever feeds its reader with
/// anything.
#[must_use]
pub fn reread_plan(plan: &str) -> Option<String> {
    Plan::read(plan).map(|plan| plan.write())
}

/// `GET /checkout`: of the basket, of `lines`, or of one `sku` with its `quantity`; at `store`, by `way`, or by a
/// whole `plan`. Looking holds nothing, and gives nothing back: an address is followed from anywhere.
pub async fn checkout(visit: Visit, Query(typed): Query<HashMap<String, String>>) -> Response {
    let draft = match Draft::read(&visit, &typed) {
        Ok(draft) => draft,
        Err(nothing) => return no_checkout(&visit, nothing),
    };
    let choosing = typed.get("act").is_some_and(|act| act == "choose");
    let plan = match planned(&visit, &draft, false).await {
        Ok(plan) => plan.filter(|_| !choosing),
        Err(error) => return visit.failure(&explain(&error)),
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

/// The plan that was chosen, or everything in the way that was named, at the store that was begun with; in `part`
/// what that store has of it.
async fn planned(visit: &Visit, draft: &Draft, part: bool) -> Result<Option<Plan>, Error> {
    let (None, Some(way)) = (&draft.plan, draft.way) else { return Ok(draft.plan.clone()) };
    let found = choices(visit, draft).await?;
    let all = found.at_here.into_iter().chain(found.home);
    let fits = all.into_iter().find(|choice| {
        choice.left.is_empty() != part && matches!(choice.plan.groups(), [only] if only.way == way)
    });
    Ok(fits.map(|choice| choice.plan))
}

/// `POST /checkout`: on with a way (`pick`, or `store` and `way`, for a `part`), which keeps it; back to the ways (`act=choose`);
/// `act=keep`, `act=extend` and `act=leave` for what is kept; `act=look` prices what was typed; `act=place`.
pub async fn place(mut visit: Visit, Form(typed): Form<HashMap<String, String>>) -> Response {
    let text = |name: &str| typed.get(name).map(|text| text.trim()).unwrap_or_default();
    if text("act") == "leave" {
        let next = if typed.contains_key("basket") { "/basket" } else { "/products" };
        return leave(&visit, Some(next).filter(|_| !text("plan").is_empty())).await;
    }
    let draft = match Draft::read(&visit, &typed) {
        Ok(draft) => draft,
        Err(nothing) => return no_checkout(&visit, nothing),
    };
    if text("act") == "choose" {
        return choose_again(&mut visit, &draft).await;
    }
    let plan = match planned(&visit, &draft, !text("part").is_empty()).await {
        Ok(plan) => plan,
        Err(error) => return visit.failure(&explain(&error)),
    };
    match (plan, text("act")) {
        (None, _) if draft.way.is_some() => choose_page(&visit, &draft, &Trouble::Gone).await,
        (None, _) => choose_page(&visit, &draft, &Trouble::None).await,
        (Some(plan), "place") => place_plan(&visit, &draft, &plan, text("key")).await,
        (Some(plan), "extend") => {
            if let Some(kept) = &visit.kept
                && let Err(error) = visit.shop().extend_basket(kept).await
            {
                // The page shows how long it is held, whatever was asked for.
                tracing::debug!(
                    %error,
                    "A kept basket was not extended ({error}); its page shows the time it has."
                );
            }
            details_page(&visit, &draft, &plan, &Trouble::None).await
        }
        (Some(plan), _) => keep(&mut visit, &draft, &plan).await,
    }
}

/// Keeps what was chosen, in place of what was kept before, and shows the second screen.
async fn keep(visit: &mut Visit, draft: &Draft, plan: &Plan) -> Response {
    match kept_for(visit, draft, plan).await {
        Ok(Some(_)) => {}
        Ok(None) => {
            let request = KeepBasket {
                groups: plan.inputs(&whereto(&draft.address), &[]),
                lang: visit.lang,
                near: visit.viewer.near,
                instead: visit.kept.clone(),
                network: visit.network,
            };
            match visit.shop().keep_basket(request).await {
                Ok(placed) => {
                    visit.kept = Some(placed);
                    stay_at_it(visit, draft, plan).await;
                }
                // Nobody knows where to yet: it is held as soon as that is said. And whoever comes from where too much
                // is held already goes on, with nothing held meanwhile: the page says so.
                Err(Error::Order(OrderRefusal::Invalid { .. } | OrderRefusal::TooMany { .. })) => {}
                Err(Error::Order(refusal)) => return refused(visit, draft, plan, refusal).await,
                Err(error) => return visit.failure(&explain(&error)),
            }
        }
        Err(error) => return visit.failure(&explain(&error)),
    }
    let response = match draft.is_typed() {
        true => details_page(visit, draft, plan, &Trouble::None).await,
        // Nothing is lost by an address, and one can come back to it.
        false => visit.see(&draft.path(Some(plan))),
    };
    named(visit, response)
}

/// For keeping something that is delivered its postcode is enough.
fn whereto(address: &Address) -> Address {
    let line1 = if address.line1.is_empty() { "-".to_owned() } else { address.line1.clone() };
    Address { line1, ..address.clone() }
}

fn named(visit: &Visit, response: Response) -> Response {
    let Some(kept) = &visit.kept else { return response };
    let value = format!("{}.{}", kept.number, kept.token);
    with_cookie(response, set_cookie(&visit.door.site, KEPT, &value, KEPT_FOR))
}

fn forgotten(visit: &Visit, response: Response) -> Response {
    with_cookie(response, set_cookie(&visit.door.site, KEPT, "", 0))
}

/// Back on the first screen nothing is chosen, and nothing is kept. The cookie stays: what is chosen next has the time
/// that was left.
async fn choose_again(visit: &mut Visit, draft: &Draft) -> Response {
    let Some(kept) = visit.kept.take() else { return choose_page(visit, draft, &Trouble::None).await };
    let mut done = visit.shop().let_go(&kept).await;
    if done.is_ok() {
        // What is offered next is read from the shelves: they have to show it again.
        done = visit.shop().catch_up().await;
    }
    if let Err(error) = done {
        return visit.failure(&explain(&error));
    }
    choose_page(visit, draft, &Trouble::None).await
}

/// The shopper stops, or the page is left: a page that is gone reads no answer.
async fn leave(visit: &Visit, next: Option<&str>) -> Response {
    if let Some(kept) = &visit.kept
        && let Err(error) = visit.shop().let_go(kept).await
    {
        return visit.failure(&explain(&error));
    }
    match next {
        Some(next) => forgotten(visit, visit.see(next)),
        None => forgotten(visit, StatusCode::NO_CONTENT.into_response()),
    }
}

async fn place_plan(visit: &Visit, draft: &Draft, plan: &Plan, key: &str) -> Response {
    if draft.pay == Pay::Unsaid {
        let fault = FieldFault { pointer: "/provider".to_owned(), fault: Fault::Missing };
        return details_page(visit, draft, plan, &Trouble::Faults(vec![fault])).await;
    }
    let input = draft.input(plan);
    let Ok(body) = serde_json::to_string(&input) else { return visit.failure(&AppError::NotFound) };
    // Nobody's form sends such a key: shown again, it gets one of its own.
    let Some(once) = placing("/checkout", key, &body) else {
        return details_page(visit, draft, plan, &Trouble::Sent).await;
    };
    let order = PlaceOrder { input, lang: visit.lang, near: visit.viewer.near, once };
    match visit.shop().place_kept(order, visit.kept.as_ref()).await {
        Ok(placed) => forgotten(visit, placed_page(visit, draft, plan, &placed).await),
        Err(Error::KeyReused) => details_page(visit, draft, plan, &Trouble::Sent).await,
        Err(Error::Order(refusal)) => refused(visit, draft, plan, refusal).await,
        Err(error) => visit.failure(&explain(&error)),
    }
}

async fn refused(visit: &Visit, draft: &Draft, plan: &Plan, refusal: OrderRefusal) -> Response {
    match Trouble::of(refusal) {
        Some(trouble) => {
            stay_at_it(visit, draft, plan).await;
            details_page(visit, draft, plan, &trouble).await
        }
        None => visit.failure(&AppError::NotFound),
    }
}

/// Whoever chooses again or has to mend something is at it: near its end, the time is made longer once.
async fn stay_at_it(visit: &Visit, draft: &Draft, plan: &Plan) {
    if let Err(error) = go_on_keeping(visit, draft, plan).await {
        tracing::debug!(%error, "A kept basket was not extended ({error}); its page shows the time it has.");
    }
}

async fn go_on_keeping(visit: &Visit, draft: &Draft, plan: &Plan) -> Result<(), Error> {
    let Some(named) = &visit.kept else { return Ok(()) };
    match kept_for(visit, draft, plan).await? {
        Some(kept) if kept.can_extend && kept.seconds < SOON_OVER => visit.shop().extend_basket(named).await,
        _ => Ok(()),
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
                tracing::warn!(%error, "An order was placed, but its payment could not be opened ({error}).");
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
