//! The second screen: when exactly, who and where, how it is paid, and what it costs in all. One button.

use axum::response::Response;
use leptos::prelude::*;
use onshelf_shop::orders::{Kept, KeptGroup};
use onshelf_vocabulary::{Lang, Money, fulfilment::Way, orders::WayOffer, payments::ProviderCode};
use uuid::Uuid;

use super::{
    super::{
        times::{Times, times},
        whereto::address_fields,
        words::{provider_name, there, way_glyph, way_name},
    },
    choose::choose_page,
    delivery::{quoted, why_then, zones},
    draft::{Draft, Pay, write_money},
    kept::{self, kept_for},
    offers::offered,
    plan::{Plan, PlanGroup},
    quote::{Quote, quote},
    things::{is_split, left_behind, named, row, things},
    trouble::{Trouble, panel},
};
use crate::{
    fulfilment::{contact::reach, left_over},
    ssr::{Page, Visit, explain},
    ui::{
        field::Field,
        icon::{Glyph, Icon},
    },
};

/// What the second screen is made of.
struct Scene<'v> {
    visit: &'v Visit,
    draft: &'v Draft,
    plan: &'v Plan,
    offers: Vec<WayOffer>,
    quote: Quote,
    pays: Vec<Pay>,
    trouble: &'v Trouble,
    kept: Option<Kept>,
}

/// The screen for a plan; where the plan is no longer possible, the first screen says so.
pub(super) async fn details_page(visit: &Visit, draft: &Draft, plan: &Plan, trouble: &Trouble) -> Response {
    let kept = match kept_for(visit, draft, plan).await {
        Ok(kept) => kept,
        Err(error) => return visit.failure(&explain(&error)),
    };
    // What is kept is theirs, though the shelf says that it is gone.
    let offers: Option<Vec<WayOffer>> = match &kept {
        Some(kept) => Some(kept.groups.iter().map(|group| kept_offer(visit, draft, group)).collect()),
        None => match offered(visit, draft, plan).await {
            Ok(offers) => offers.into_iter().collect(),
            Err(error) => return visit.failure(&explain(&error)),
        },
    };
    let told = match trouble {
        Trouble::Price(total) => Some(*total),
        _ => None,
    };
    let Some(offers) = offers else { return choose_page(visit, draft, gone(trouble)).await };
    let Some(quote) = quote(visit, draft, plan, &offers, told) else {
        return choose_page(visit, draft, gone(trouble)).await;
    };
    let pays = pays(visit, plan);
    let scene = Scene { visit, draft, plan, offers, quote, pays, trouble, kept };
    visit.page(|| page(&scene))
}

/// What is kept, at the price and the moment of the postcode that is typed by now.
fn kept_offer(visit: &Visit, draft: &Draft, group: &KeptGroup) -> WayOffer {
    let viewer = draft.viewer(visit);
    visit.shop().brought_to(&viewer, group.offer.clone(), &group.lines, draft.postcode())
}

/// What was refused already says why; else that it is gone.
fn gone(trouble: &Trouble) -> &Trouble {
    if trouble.is_some() { trouble } else { &Trouble::Gone }
}

/// Ways to pay, the one that is chosen unless the shopper chooses first.
fn pays(visit: &Visit, plan: &Plan) -> Vec<Pay> {
    let mut pays: Vec<Pay> = visit.shop().providers().into_iter().map(Pay::Online).collect();
    // What travels is paid before it leaves.
    if !plan.has(Way::Transfer) && !plan.has(Way::Delivery) {
        pays.push(Pay::Counter);
    }
    pays
}

fn page(scene: &Scene<'_>) -> Page {
    let Scene { visit, draft, plan, trouble, .. } = scene;
    let title = visit.say("받는 분과 결제", "Your details and payment");
    let page_title = if trouble.is_some() {
        format!("{}: {title}", visit.say("확인 필요", "Please check"))
    } else {
        title.to_owned()
    };
    let view = view! {
        <div class="checkout checkout-details">
            // The head is in the form, as its clock is one of what is kept; the first button is what Enter presses.
            <form id="checkout" class="checkout-body" method="post" action=visit.href("/checkout") data-keeps novalidate>
                <button class="reserve-enter" name="act" value="place" tabindex="-1" aria-hidden="true"></button>
                {hidden(scene)}
                <header class="checkout-head checkout-slim">
                    <button class="checkout-back" name="act" value="choose">
                        <Icon glyph=Glyph::Back />
                        <span>{visit.say("받는 방법 바꾸기", "Change how you get it")}</span>
                    </button>
                    <h1>{title}</h1>
                    {kept::small_clock(visit, scene.kept.as_ref())}
                </header>
                <div class="checkout-trouble">{panel(visit, draft, trouble)}</div>
                <div class="checkout-main">
                    {kept::panel(visit, scene.kept.as_ref())}
                    {groups(scene)}
                    {who(scene)}
                    {plan.has(Way::Delivery).then(|| address(scene))}
                    {payment(scene)}
                </div>
                <aside class="checkout-side">{total(scene)}</aside>
            </form>
        </div>
    };
    Page { status: trouble.status(), ..Page::of_order(page_title, draft.path(Some(*plan)), view) }
}

fn hidden(scene: &Scene<'_>) -> AnyView {
    let mut fields = scene.draft.hidden();
    fields.push(("plan".to_owned(), scene.plan.write()));
    fields.push(("shown".to_owned(), write_money(scene.quote.total)));
    fields.push(("key".to_owned(), Uuid::new_v4().to_string()));
    if !scene.plan.has(Way::Delivery) && !scene.draft.address.postcode.is_empty() {
        fields.push(("postcode".to_owned(), scene.draft.address.postcode.clone()));
    }
    fields
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view()
        .into_any()
}

fn groups(scene: &Scene<'_>) -> AnyView {
    let all = scene.plan.groups().iter().zip(&scene.offers).enumerate();
    let cards = all.map(|(place, (group, offer))| group_card(scene, place, group, offer)).collect_view();
    view! {
        <ol class="got">{cards}</ol>
        {left(scene)}
    }
    .into_any()
}

/// What is not part of this order.
fn left(scene: &Scene<'_>) -> Option<AnyView> {
    let Scene { visit, draft, plan, .. } = scene;
    let got = plan.lines();
    let left = left_over(&draft.lines, &got);
    let split = is_split(&got, &left);
    let said = left_behind(visit.lang, &things(visit, draft, None, &left), 3, draft.from_basket, split);
    (!left.is_empty()).then(|| view! { <p class="got-left">{said}</p> }.into_any())
}

/// Where, when, what: the choice that was made, once more, with its quarters of an hour.
fn group_card(scene: &Scene<'_>, place: usize, group: &PlanGroup, offer: &WayOffer) -> AnyView {
    let lang = scene.visit.lang;
    let things = scene.quote.things.get(place).map(Vec::as_slice).unwrap_or_default();
    let title = match group.way {
        Way::Delivery => way_name(lang, group.way).to_owned(),
        Way::Transfer => offer.store_name.clone(),
        way => match lang {
            Lang::Ko => format!("{} · {}", offer.store_name, way_name(lang, way)),
            Lang::En => format!("{}\u{a0}· {}", way_name(lang, way), offer.store_name),
        },
    };
    let from = match (&offer.source_name, group.way) {
        (Some(source), _) => Some(match lang {
            Lang::Ko => format!("{source}에서 옮겨 와요"),
            Lang::En => format!("Brought over from {source}"),
        }),
        (None, Way::Delivery) => Some(match lang {
            Lang::Ko => format!("{}에서 보내요", offer.store_name),
            Lang::En => format!("Sent from {}", offer.store_name),
        }),
        _ => None,
    };
    view! {
        <li class="got-group">
            <p class="got-head">
                <Icon glyph=way_glyph(group.way) />
                <span><b>{title}</b><small>{from}</small></span>
                <strong>{there(lang, group.way, &offer.ready_by)}</strong>
            </p>
            {row(lang, things)}
            <p class="got-names">{named(lang, things, 6)}</p>
            {(group.way != Way::Delivery).then(|| windows(scene, place, offer))}
        </li>
    }
    .into_any()
}

/// A delivery has no quarter of an hour of one's own.
fn windows(scene: &Scene<'_>, place: usize, offer: &WayOffer) -> Option<AnyView> {
    let lang = scene.visit.lang;
    let chosen = scene.draft.windows.get(place).map(String::as_str).unwrap_or_default();
    let field = Times {
        name: format!("w{place}"),
        ready_by: &offer.ready_by,
        windows: &offer.windows,
        chosen,
        own: None,
        fault: scene.trouble.at(lang, &format!("/groups/{place}/window")),
    };
    times(lang, &field)
}

fn who(scene: &Scene<'_>) -> AnyView {
    let Scene { visit, draft, plan, trouble, .. } = scene;
    let lang = visit.lang;
    let brought = plan.groups().iter().all(|group| group.way == Way::Delivery);
    let told = if brought {
        visit.say("소식을 받을 곳", "Where to tell you about it")
    } else {
        visit.say("준비되면 알려 드릴 곳", "Where to tell you when it is ready")
    };
    view! {
        <section class="asked" aria-labelledby="who">
            <h2 id="who">{visit.say("받으시는 분", "Who it is for")}</h2>
            <Field
                name="name"
                label=visit.say("이름", "Name")
                value=draft.contact.name.clone()
                fault=trouble.at(lang, "/contact/name")
                required=true
                autocomplete="name"
                maxlength=80
            />
            {reach(visit, told, &draft.contact, |pointer| trouble.at(lang, pointer), true)}
        </section>
    }
    .into_any()
}

fn address(scene: &Scene<'_>) -> AnyView {
    let Scene { visit, draft, trouble, .. } = scene;
    let offer = brought(scene);
    let said = draft.postcode().zip(offer).and_then(|(postcode, offer)| quoted(visit.lang, offer, postcode));
    let because = offer.and_then(|offer| why_then(visit.lang, offer));
    view! {
        <section class="asked" aria-labelledby="whereto">
            <h2 id="whereto">{visit.say("배송지", "Delivery address")}</h2>
            {address_fields(visit.lang, "", &draft.address, |field| trouble.of_address(visit.lang, field))}
            <div class="brought">
                <p role="status">
                    {said.map(|said| view! { <b>{said}</b> })}
                    {because.map(|because| view! { <small>{because}</small> })}
                </p>
                <button class="alt" name="act" value="look">{visit.say("이 주소의 배송비와 도착 시각 보기", "See fee and time for this address")}</button>
                {offer.and_then(|offer| zones(visit.lang, offer))}
            </div>
        </section>
    }
    .into_any()
}

/// What is delivered of it.
fn brought<'s>(scene: &'s Scene<'_>) -> Option<&'s WayOffer> {
    scene.offers.iter().find(|offer| offer.way == Way::Delivery)
}

/// Beside the fee: for where it is, or that it depends on it.
fn fee_about(scene: &Scene<'_>) -> Option<String> {
    let terms = brought(scene)?.terms.as_ref()?;
    match (scene.draft.postcode(), &terms.place) {
        (_, Some(place)) => Some(place.clone()),
        (Some(postcode), None) => Some(postcode.to_owned()),
        (None, None) => (terms.zones.len() > 1)
            .then(|| scene.visit.say("우편번호에 따라 달라져요", "depends on your postcode").to_owned()),
    }
}

fn payment(scene: &Scene<'_>) -> AnyView {
    let Scene { visit, draft, trouble, pays, .. } = scene;
    let lang = visit.lang;
    let chosen =
        if pays.contains(&draft.pay) { draft.pay } else { pays.first().copied().unwrap_or_default() };
    let fault = trouble.of_payment(lang);
    let described = fault.as_ref().map(|_| "pay-fault");
    let one = |pay: &Pay| {
        let (name, said) = match pay {
            Pay::Online(provider) => provider_name(lang, *provider),
            Pay::Counter | Pay::Unsaid => (
                lang.pick("매장에서 계산", "Pay in store"),
                lang.pick("받아 가실 때 계산대에서", "At the counter, when you collect"),
            ),
        };
        let test = *pay == Pay::Online(ProviderCode::Test);
        view! {
            <label class="pay-way" class:pay-test=test>
                <input type="radio" name="pay" value=pay.code() checked={*pay == chosen} />
                <span><b>{name}</b><small>{said}</small></span>
            </label>
        }
    };
    let none = pays.is_empty().then(|| {
        view! { <p class="fault">{visit.say("지금은 온라인으로 결제할 수 없어요. 매장 픽업을 고르시면 매장에서 계산할 수 있어요.", "You can't pay online at the moment. Choose to collect in store, and pay there.")}</p> }
    });
    view! {
        <fieldset class="asked pay-ways" aria-describedby=described>
            <legend>{visit.say("결제", "Payment")}</legend>
            {pays.iter().map(one).collect_view()}
            {none}
            {fault.map(|fault| view! { <p class="fault" id="pay-fault">{fault}</p> })}
        </fieldset>
    }
    .into_any()
}

/// The sum and the one button; on a phone it stays within the thumb's reach.
fn total(scene: &Scene<'_>) -> AnyView {
    let Scene { visit, quote, pays, .. } = scene;
    let lang = visit.lang;
    let line = |label: &'static str, about: Option<String>, money: Money| {
        let amount = if money.amount == 0 { lang.pick("무료", "free").to_owned() } else { money.display() };
        view! { <div><dt>{label}{about.map(|about| view! { <small>{about}</small> })}</dt><dd>{amount}</dd></div> }
    };
    let added = (quote.added.amount > 0).then(|| line(visit.say("세금", "Tax"), None, quote.added));
    let fees = scene
        .plan
        .has(Way::Delivery)
        .then(|| line(visit.say("배송비", "Delivery"), fee_about(scene), quote.fees));
    let within = quote.within.map(|within| match lang {
        Lang::Ko => format!("부가세 {} 포함", within.display()),
        Lang::En => format!("incl. VAT {}", within.display()),
    });
    let shown = quote.total.display();
    let counter = pays.contains(&Pay::Counter);
    let online = pays.iter().any(|pay| matches!(pay, Pay::Online(_)));
    let (pay, order) = match lang {
        Lang::Ko => (format!("{shown} 결제하기"), "주문하기".to_owned()),
        Lang::En => (format!("Pay {shown}"), "Place the order".to_owned()),
    };
    let only_counter = counter && !online;
    view! {
        <section class="sum" aria-label=visit.say("합계", "Total")>
            <dl class="sum-lines">
                {line(visit.say("상품", "Items"), None, quote.subtotal)}
                {fees}
                {added}
            </dl>
            <p class="fine">{visit.say(
                "이름과 연락처는 이 주문을 알려 드리는 데만 써요.",
                "Your name and contact are used for this order only.",
            )}</p>
        </section>
        <div class="sum-act" class:only-counter=only_counter>
            <p class="sum-total">
                <span>{visit.say("합계", "Total")}{within.map(|within| view! { <small>{within}</small> })}</span>
                <b>{shown}</b>
            </p>
            {(online || counter).then(|| view! {
                <button class="go" name="act" value="place">
                    {online.then(|| view! { <span class="when-online">{pay}</span> })}
                    {counter.then(|| view! { <span class="when-counter">{order}</span> })}
                    <em>
                        {online.then(|| view! { <span class="when-online">{visit.say("결제하는 동안 잡아 둬요", "Held while you pay")}</span> })}
                        {counter.then(|| view! { <span class="when-counter">{visit.say("계산은 매장에서", "Pay in store")}</span> })}
                    </em>
                </button>
            })}
        </div>
    }
    .into_any()
}
