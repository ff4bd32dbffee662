//! A store in a list: where, how far, until when, what it can do, and the one thing to do next.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    stock::ShelfView,
    stores::{ServiceView, StoreCard},
};

use crate::{
    catalog::shelf::{StockNumber, StockTicks, is_itself, reserve_href, way},
    ssr::Visit,
    ui::icon::{Glyph, Icon},
};

/// Places drawn on a store's short shelf.
const ROOM: i64 = 6;
/// Services a row names.
const SERVICES: usize = 4;

/// A row of the locator. With `stock`, it tells of the product that is looked for.
pub fn store_row(visit: &Visit, store: &StoreCard, stock: bool, next: &str) -> AnyView {
    let lang = visit.lang;
    let level = match (&store.shelf, stock) {
        (Some(shelf), true) => Some(shelf.level.code()),
        (None, true) => Some("out"),
        (_, false) => None,
    };
    let beside = match (&store.shelf, stock) {
        (Some(shelf), true) => on_shelf(visit, shelf),
        (None, true) => view! {
            <p class="store-stock"><span class="store-none">{visit.say("놓지 않는 매장", "Not carried here")}</span></p>
        }
        .into_any(),
        (_, false) => choose(visit, store, next),
    };
    let services = (!stock && !store.services.is_empty())
        .then(|| view! { <p class="store-does">{does(lang, &store.services)}</p> });
    view! {
        <li class="store-row" id=format!("store-{}", store.code) class:store-mine=store.mine data-shelf=level.is_some() data-level=level>
            <div class="store-where">
                <h3>
                    <a href=visit.href(&format!("/stores/{}", store.code))>{store.name.clone()}</a>
                    {store.mine.then(|| view! { <em class="mine">{visit.say("내 매장", "My store")}</em> })}
                </h3>
                {hours_line(lang, store)}
                <p>{store.address.clone()}</p>
                {services}
            </div>
            {beside}
        </li>
    }
    .into_any()
}

/// The first services, and how many more there are: the store's page lists them all.
fn does(lang: Lang, services: &[ServiceView]) -> String {
    // One more would be shorter to write than to count.
    let shown = if services.len() > SERVICES + 1 { SERVICES } else { services.len() };
    let mut words: Vec<String> = services.iter().take(shown).map(|service| service.label.clone()).collect();
    match (lang, services.len() - shown) {
        (_, 0) => {}
        (Lang::Ko, more) => words.push(format!("외 {more}가지")),
        (Lang::En, more) => words.push(format!("{more} more")),
    }
    words.join(" · ")
}

/// `걸어서 14분 · 1.0km · 21:00까지`, with a dot that is green while the door is open.
pub fn hours_line(lang: Lang, store: &StoreCard) -> AnyView {
    // My own store's would be measured from itself.
    let far = store.distance_m.filter(|metres| !(store.mine && is_itself(*metres)));
    let way = way(lang, far);
    let way = (!way.is_empty()).then(|| view! { <span class="store-way">{way}</span> });
    view! {
        <p class="store-hours">
            <span class="dot" class:shut=!store.open_now></span>
            <span>{store.hours.clone()}</span>
            {way}
        </p>
    }
    .into_any()
}

fn on_shelf(visit: &Visit, shelf: &ShelfView) -> AnyView {
    let lang = visit.lang;
    let action = match &shelf.ready_by {
        Some(ready) if shelf.available > 0 => {
            let (shown, rest) = match lang {
                Lang::Ko => (format!("{} 준비", ready.label), format!(", {}에 맡아두기", shelf.store_name)),
                Lang::En => (format!("Ready {}", ready.label), format!(", reserve at {}", shelf.store_name)),
            };
            view! { <a class="store-go when-have" href=reserve_href(lang, shelf)>{shown}<span class="quiet">{rest}</span></a> }
                .into_any()
        }
        _ => ().into_any(),
    };
    view! {
        <div class="store-stock">
            <StockTicks available=shelf.available room=ROOM small=true />
            <p class="store-count">
                <span class="when-have"><StockNumber shelf=shelf.clone() />{visit.say("개", " left")}</span>
                <span class="when-out">{visit.say("지금은 없음", "None now")}</span>
            </p>
            {action}
        </div>
    }
    .into_any()
}

/// One tap makes it the shopper's store; on theirs it says so.
pub fn choose(visit: &Visit, store: &StoreCard, next: &str) -> AnyView {
    if store.mine {
        return view! {
            <p class="store-chosen"><Icon glyph=Glyph::Check />{visit.say("내 매장이에요", "Your store")}</p>
        }
        .into_any();
    }
    let label = visit.say("내 매장으로", "Make it mine");
    let of = match visit.lang {
        Lang::Ko => format!(", {}", store.name),
        Lang::En => format!(": {}", store.name),
    };
    view! {
        <form class="store-choose" method="post" action=visit.href("/stores/choose")>
            <input type="hidden" name="store" value=store.code.clone() />
            <input type="hidden" name="next" value=next.to_owned() />
            <button class="store-pick">{label}<span class="quiet">{of}</span></button>
        </form>
    }
    .into_any()
}
