//! A store in a list: where, how far, until when, what it can do, and the one thing to do next. Name, hours and address
//! have a line of their own, so that the longest of either language wrap by themselves.

use leptos::prelude::*;
use onshelf_domain::words;
use onshelf_vocabulary::{
    Lang,
    stock::ShelfView,
    stores::{ServiceView, StoreCard},
};

use crate::{
    catalog::{
        checked::Checked,
        shelf::{StockNumber, StockTicks, is_itself, reserve_href, way},
    },
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
    let foot = match (&store.shelf, stock) {
        (Some(shelf), true) => on_shelf(visit, shelf),
        (None, true) => view! {
            <p class="store-foot"><span class="store-none">{visit.say("취급하지 않는 매장", "Not carried here")}</span></p>
        }
        .into_any(),
        (_, false) => view! {
            <div class="store-foot">
                <p class="store-does">{does(lang, &store.services)}</p>
                {choose(visit, store, next)}
            </div>
        }
        .into_any(),
    };
    view! {
        <li class="store-row" id=format!("store-{}", store.code) class:store-mine=store.mine data-shelf=level.is_some() data-level=level>
            <h3>
                <a href=visit.href(&format!("/stores/{}", store.code))>{store.name.clone()}</a>
                {store.mine.then(|| view! { <em class="mine">{visit.say("내 매장", "My store")}</em> })}
            </h3>
            {far(lang, store)}
            <p class="store-hours"><span class="dot" class:shut=!store.open_now></span><span>{store.hours.clone()}</span></p>
            {address(&store.address)}
            {foot}
        </li>
    }
    .into_any()
}

/// ` · 걸어서 14분 · 1.0km`, behind an address.
pub(super) fn walk_and_distance(lang: Lang, store: &StoreCard) -> Option<AnyView> {
    let way = way(lang, from_here(store));
    (!way.is_empty()).then(|| view! { <span class="store-way">{way}</span> }.into_any())
}

/// Metres; my own store's would be measured from itself.
fn from_here(store: &StoreCard) -> Option<u32> {
    store.distance_m.filter(|metres| !(store.mine && is_itself(*metres)))
}

/// How far it is, and how long on foot where one would walk.
fn far(lang: Lang, store: &StoreCard) -> Option<AnyView> {
    let metres = f64::from(from_here(store)?);
    let walk = words::walk(lang, metres).map(|walk| view! { <span>{walk}</span> });
    Some(view! { <p class="store-far"><b>{words::distance(lang, metres)}</b>" "{walk}</p> }.into_any())
}

/// An address in its parts: a line ends between two of them before it ends within `Seongdong-gu`.
fn address(text: &str) -> AnyView {
    let parts = text.split_inclusive(", ").map(|part| {
        let (part, gap) = part.strip_suffix(' ').map_or((part, ""), |part| (part, " "));
        view! { <span>{part.to_owned()}</span>{gap} }
    });
    view! { <p class="store-address">{parts.collect_view()}</p> }.into_any()
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
    view! {
        <p class="store-hours">
            <span class="dot" class:shut=!store.open_now></span>
            <span>{store.hours.clone()}</span>
            {walk_and_distance(lang, store)}
        </p>
    }
    .into_any()
}

/// What stands on its shelf, from when it can be collected, and the way to have it held there.
fn on_shelf(visit: &Visit, shelf: &ShelfView) -> AnyView {
    let lang = visit.lang;
    let ready = shelf.ready_by.as_ref().filter(|_| shelf.available > 0);
    let (label, of) = match lang {
        Lang::Ko => ("맡아두기", format!(", {}", shelf.store_name)),
        Lang::En => ("Reserve", format!(" at {}", shelf.store_name)),
    };
    let by = ready.map(|ready| {
        let by = match lang {
            Lang::Ko => format!("{} 준비", ready.label),
            Lang::En => format!("ready {}", ready.label),
        };
        view! { <span class="store-ready when-have">{by}</span> }
    });
    let action = ready.map(|_| {
        view! { <a class="store-pick when-have" href=reserve_href(lang, shelf)>{label}<span class="quiet">{of}</span></a> }
    });
    view! {
        <div class="store-foot store-stock">
            <StockTicks available=shelf.available room=ROOM small=true />
            <p class="store-count">
                <span class="when-have"><StockNumber shelf=shelf.clone() />{visit.say("개", " left")}</span>
                <span class="when-out">{visit.say("지금은 없음", "None now")}</span>
                {by}
                <Checked lang at=shelf.checked.clone() />
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

/// A closed store of which nothing is known.
#[cfg(test)]
pub(super) fn plain() -> StoreCard {
    StoreCard {
        code: "seongsu".to_owned(),
        kind: onshelf_vocabulary::stores::StoreKind::Store,
        name: String::new(),
        address: String::new(),
        phone: String::new(),
        point: None,
        distance_m: None,
        open_now: false,
        hours: String::new(),
        closes_at: None,
        opens_at: None,
        services: Vec::new(),
        mine: false,
        shelf: None,
    }
}
