//! Changing an order before it is picked: another time, store or way, fewer or more of it, or who collects. Stock is
//! swapped and money follows in one deed of the shop's; here is only what is asked.

mod typed;
mod ways;

use axum::{
    Form,
    extract::{Path, Query},
    http::StatusCode,
    response::Response,
};
use leptos::prelude::*;
use onshelf_shop::Error;
use onshelf_vocabulary::{
    Lang, Quantity,
    fulfilment::Way,
    orders::{GroupView, OrderRefusal, OrderView},
};

use self::{
    typed::{Typed, is_open, is_readable, named, regrouped, step, takes_all_out, text, wanted, whereto},
    ways::{Offered, Wanted, money, offered, place, ways},
};
use super::{
    checkout::trouble::Trouble,
    forms::{address, deed, own_fields, to_provider},
    page::{Shown, order_page, passes::PLACE, private, refused},
    times::{Times, times},
    whereto::address_fields,
    words::{span, there, way_glyph},
};
use crate::{
    error::AppError,
    fulfilment::trouble::notice,
    once::once_of,
    ssr::{Page, Visit, explain},
    ui::icon::{Glyph, Icon},
};

/// `GET /orders/{number}/change?t=TOKEN`.
pub async fn page(visit: Visit, Path(number): Path<String>, Query(typed): Query<Typed>) -> Response {
    let token = text(&typed, "t");
    change_page(&visit, &number, token, &Typed::new(), None).await
}

/// `POST /orders/{number}/change`: `proxy`, or one group's `pick`, `window`, quantities and address; with `act=look` or
/// a `step` it is only priced.
pub async fn change(visit: Visit, Path(number): Path<String>, Form(mut typed): Form<Typed>) -> Response {
    let token = text(&typed, "t").to_owned();
    let view = match visit.shop().order(visit.lang, &number, &token).await {
        Ok(view) => view,
        Err(error) => return visit.failure(&explain(&error)),
    };
    let stepped = step(&mut typed);
    if (stepped || text(&typed, "act") == "look") && view.can_change {
        return change_page(&visit, &number, &token, &typed, None).await;
    }
    let of_group = typed.contains_key("group");
    let asked = if of_group { regrouped(&view, &typed) } else { named(&typed) };
    let Some(change) = asked else {
        return change_page(
            &visit,
            &number,
            &token,
            &typed,
            Some(OrderRefusal::Invalid { faults: Vec::new() }),
        )
        .await;
    };
    let once = once_of(&format!("/orders/{number}/change"), &typed);
    match visit.shop().change_order(visit.lang, &number, &token, change, once.as_ref()).await {
        Ok(changed) => match changed.pay {
            Some(there) => to_provider(&visit, &there, &address(&number, &token)),
            None if of_group => visit.see(&address(&number, &token)),
            None => visit.see(&format!("{}#{PLACE}", address(&number, &token))),
        },
        Err(Error::Order(refusal)) if of_group && view.can_change => {
            change_page(&visit, &number, &token, &typed, Some(refusal)).await
        }
        Err(Error::Order(refusal)) => order_page(&visit, &number, &token, Shown::Refused(refusal)).await,
        Err(error) => visit.failure(&explain(&error)),
    }
}

async fn change_page(
    visit: &Visit,
    number: &str,
    token: &str,
    typed: &Typed,
    refusal: Option<OrderRefusal>,
) -> Response {
    let view = match visit.shop().order(visit.lang, number, token).await {
        Ok(view) => view,
        Err(error) => return visit.failure(&explain(&error)),
    };
    if !view.can_change {
        let refusal = refusal.unwrap_or(OrderRefusal::PickingBegun);
        return order_page(visit, number, token, Shown::Refused(refusal)).await;
    }
    let open: Vec<&GroupView> = view.groups.iter().filter(|group| is_open(group)).collect();
    if open.is_empty() {
        return visit.failure(&AppError::NotFound);
    }
    let status = match &refusal {
        None => StatusCode::OK,
        Some(OrderRefusal::Invalid { .. }) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(_) => StatusCode::CONFLICT,
    };
    let wanted: Vec<(&GroupView, Wanted)> = open.iter().map(|group| (*group, wanted(group, typed))).collect();
    let offers = match offered(visit, &view, token, &wanted).await {
        Ok(offers) => offers,
        Err(error) => return visit.failure(&explain(&error)),
    };
    private(visit.page(|| {
        let title = visit.say("주문 바꾸기", "Change the order");
        let scene = Scene { visit, view: &view, token, typed, refusal: refusal.as_ref() };
        let forms = open.iter().zip(&offers).map(|(group, offered)| group_form(&scene, group, offered));
        let body = view! {
            <div class="checkout change">
                <header class="checkout-head">
                    <a class="checkout-back" href=visit.href(&address(number, token))><Icon glyph=Glyph::Back />{visit.say("주문으로", "To the order")}</a>
                    <h1>{title}</h1>
                    <p>{visit.say(
                        "매장에서 준비를 시작하기 전까지 바꿀 수 있어요.",
                        "You can change it until the store begins to prepare it.",
                    )}</p>
                    <p class="change-money">{money(visit.lang, &view)}</p>
                </header>
                {said(&scene)}
                {forms.collect_view()}
            </div>
        };
        Page { status, ..Page::of_order(title, address(number, token).replacen('?', "/change?", 1), body) }
    }))
}

/// What every group's form is made of.
struct Scene<'v> {
    visit: &'v Visit,
    view: &'v OrderView,
    token: &'v str,
    typed: &'v Typed,
    refusal: Option<&'v OrderRefusal>,
}

/// What is in the way of the change, above the forms.
fn said(scene: &Scene<'_>) -> Option<AnyView> {
    let Scene { visit, view, token, typed, refusal } = *scene;
    let lang = visit.lang;
    if takes_all_out(view, typed) {
        let href = visit.href(&format!("{}#cancel", address(&view.number, token)));
        let way = view.can_cancel.then(|| {
            view! { <a class="go-quiet" href=href>{lang.pick("주문 취소", "Cancel the order")}</a> }
        });
        return Some(notice(
            lang.pick("모두 빼려면 주문을 취소해 주세요", "To remove everything, cancel the order"),
            lang.pick(
                "바꾸지 않았어요. 원래 주문은 그대로예요.",
                "Nothing was changed: your order is as it was.",
            ),
            way,
        ));
    }
    let (title, text) = refused(lang, refusal?);
    Some(notice(title, text, ()))
}

fn group_form(scene: &Scene<'_>, group: &GroupView, offered: &Offered) -> AnyView {
    let Scene { visit, view, token, typed, refusal } = *scene;
    let lang = visit.lang;
    let nothing = Typed::new();
    // What was typed belongs to the group it was typed at, and so does what is wrong with it.
    let own = text(typed, "group") == group.id;
    let typed = if own { typed } else { &nothing };
    let heading = format!("change-{}", group.id);
    let labelled = heading.clone();
    let trouble = match (refusal, &offered.out_of_zone) {
        (Some(OrderRefusal::Invalid { faults }), _) if own => Trouble::Faults(faults.clone()),
        (_, Some(fault)) if own => Trouble::Faults(vec![fault.clone()]),
        _ => Trouble::None,
    };
    let to = whereto(group, typed);
    view! {
        <form class="got-group change-form" data-way=group.way.code() method="post" action=visit.href(&deed(view, "change")) novalidate aria-labelledby=labelled>
            // The first button is what Enter presses.
            <button class="reserve-enter" tabindex="-1" aria-hidden="true"></button>
            {own_fields(token)}
            <input type="hidden" name="group" value=group.id.clone() />
            <header class="got-head">
                <Icon glyph=way_glyph(group.way) />
                <span><h2 id=heading>{place(lang, group.way, &group.store.name)}</h2></span>
                <strong>{group.window.as_ref().map_or_else(|| there(lang, group.way, &group.ready_by), |window| span(lang, window))}</strong>
            </header>
            {ways(visit, view, group, offered, text(typed, "pick"))}
            {windows(lang, group, offered, typed.get("window"))}
            <fieldset class="change-address">
                <legend>{lang.pick("배송지", "Delivery address")}</legend>
                {address_fields(lang, &group.id, &to, |field| trouble.of_address(lang, field))}
                <button class="alt" name="act" value="look">{lang.pick("이 주소로 얼마인지 보기", "See what this address costs")}</button>
            </fieldset>
            {quantities(lang, group, typed)}
            <button class="go">{lang.pick("이렇게 바꾸기", "Save changes")}</button>
        </form>
    }
    .into_any()
}

/// Other times at the same store and in the same way.
fn windows(lang: Lang, group: &GroupView, offered: &Offered, typed: Option<&String>) -> Option<AnyView> {
    let same = offered.same.as_ref().filter(|offer| offer.way != Way::Delivery)?;
    let own = group.window.as_ref();
    let kept = own.map(|window| window.starts.at.as_str()).unwrap_or_default();
    let field = Times {
        name: "window".to_owned(),
        ready_by: &same.ready_by,
        windows: &same.windows,
        chosen: typed.map_or(kept, String::as_str),
        own,
        fault: None,
    };
    Some(view! { <div class="change-times">{times(lang, &field)}</div> }.into_any())
}

fn quantities(lang: Lang, group: &GroupView, typed: &Typed) -> AnyView {
    let row = |(place, line): (usize, &onshelf_vocabulary::fulfilment::ReservationLineView)| {
        let name = format!("q{place}");
        let value = typed.get(&name).cloned().unwrap_or_else(|| line.quantity.to_string());
        let id = format!("{name}-{}", group.id);
        let wrong = !is_readable(value.trim());
        let fault_id = format!("{id}-fault");
        let described = wrong.then(|| fault_id.clone());
        let count = value.parse::<i64>().unwrap_or(line.quantity);
        let (less, more) = ((count - 1).max(0), (count + 1).min(Quantity::MAX));
        let of = |ko: &str, en: &str| match lang {
            Lang::Ko => format!("{} {ko}", line.name),
            Lang::En => format!("{en} {}", line.name),
        };
        let fault = wrong.then(|| {
            let said = lang.pick(
                "수량은 0에서 999까지의 수로 적어 주세요.",
                "A quantity is a whole number from 0 to 999.",
            );
            view! { <p class="fault" id=fault_id>{said}</p> }
        });
        view! {
            <li>
                <label for=id.clone()>{line.name.clone()}<small>{line.options.clone()}</small></label>
                <span class="stepper-box">
                    <button name="step" value=format!("{name}:{less}") aria-label=of("하나 빼기", "One less of")><Icon glyph=Glyph::Minus /></button>
                    <input id=id name=name.clone() value=value inputmode="numeric" autocomplete="off" maxlength="3" aria-invalid=wrong.then_some("true") aria-describedby=described />
                    <button name="step" value=format!("{name}:{more}") aria-label=of("하나 더", "One more of")><Icon glyph=Glyph::Plus /></button>
                </span>
                {fault}
            </li>
        }
    };
    view! {
        <fieldset class="change-lines">
            <legend>{lang.pick("몇 개", "How many")}<small>{lang.pick("0이면 빼요", "Set to 0 to remove")}</small></legend>
            <ul>{group.lines.iter().enumerate().map(row).collect_view()}</ul>
        </fieldset>
    }
    .into_any()
}
