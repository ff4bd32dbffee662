//! A store's own page: open or not, the week, holidays, what it can do, the way there, which new products it has.

use axum::{extract::Path, response::Response};
use leptos::prelude::*;
use onshelf_shop::{catalog::Listed, stock::Seen};
use onshelf_vocabulary::{
    Lang,
    stores::{DirectionView, ServiceView, StoreCard, StoreView},
};

use super::{
    asked::Asked,
    card::{choose, store_row, walk_and_distance},
    drawn::{self, Plan},
    facts::facts,
    hours::{opening_hours, today},
};
use crate::{
    catalog::card::cards,
    error::AppError,
    shell::script_json,
    ssr::{Page, Visit, explain},
    ui::icon::{Glyph, Icon},
};

/// New products that a store's page shows.
const NEW: usize = 8;
/// How much of its surroundings a store's own map shows, in kilometres: a walk, or as far as its neighbour is.
const SMALL_KM: f64 = 1.6;
const WIDE_KM: f64 = 6.0;

/// `GET /stores/{code}`.
pub async fn store(visit: Visit, Path(code): Path<String>) -> Response {
    let shop = visit.shop();
    let page = match shop.store_page(&visit.viewer, &code) {
        Ok(page) => page,
        Err(error) => return visit.failure(&explain(&error)),
    };
    let book = shop.book();
    let Some(store) = book.stores.visited(&code) else {
        return visit.failure(&AppError::NotFound);
    };
    let mut new = shop.newest_at(&visit.viewer, &book, store, NEW);
    // On the store's own page nobody needs to be told how far it is.
    new.iter_mut().filter_map(|product| product.shelf.as_mut()).for_each(Seen::forget_distance);
    let json_ld = Some(script_json(&facts(&visit, store, &page)).into());
    visit.page(|| {
        let path = format!("/stores/{}", page.card.code);
        let title = page.card.name.clone();
        let description = format!("{} · {} · {}", page.card.name, page.card.address, page.card.hours);
        let image = Some("/drawings/storefront.svg".to_owned());
        Page { description, json_ld, image, ..Page::new(title, path, store_view(&visit, page, &new)) }
    })
}

fn store_view(visit: &Visit, page: StoreView, new: &[Listed<'_>]) -> AnyView {
    let lang = visit.lang;
    view! {
        <article class="place">
            {front(visit, &page)}
            <div class="place-body">
                <section class="place-hours" aria-labelledby="hours">
                    <h2 id="hours">{visit.say("영업시간", "Opening hours")}</h2>
                    {opening_hours(visit, &page)}
                </section>
                <section class="place-way" aria-labelledby="way">
                    <h2 id="way">{visit.say("오시는 길", "Getting here")}</h2>
                    {(!page.note.is_empty()).then(|| view! { <p class="place-note">{page.note.clone()}</p> })}
                    {small_map(visit, &page.card, &page.nearby)}
                    {directions(lang, &page.card.name, page.directions)}
                </section>
            </div>
            {services(visit, &page.card.services)}
            {(!new.is_empty()).then(|| view! {
                <section class="place-new" aria-labelledby="new">
                    <h2 id="new">{visit.say("이 매장 선반에 있는 새 상품", "New products on the shelves here")}</h2>
                    {cards(lang, new, 0)}
                </section>
            })}
            {(!page.nearby.is_empty()).then(|| view! {
                <section class="place-near" aria-labelledby="near">
                    <h2 id="near">{visit.say("가까운 다른 매장", "Other stores nearby")}</h2>
                    <ul class="stores">
                        {page.nearby.iter().map(|store| store_row(visit, store, false, &visit.path)).collect_view()}
                    </ul>
                </section>
            })}
        </article>
    }
    .into_any()
}

fn front(visit: &Visit, page: &StoreView) -> impl IntoView + use<> {
    let card = &page.card;
    let phone = (!card.phone.is_empty()).then(|| {
        let href = format!("tel:{}", card.phone.replace(' ', ""));
        view! { <a class="place-phone" href=href><Icon glyph=Glyph::Phone />{card.phone.clone()}</a> }
    });
    view! {
        <header class="place-front">
            <div class="place-words">
                <p class="crumb"><a href=visit.href("/stores")>{visit.say("매장", "Stores")}</a>
                    {(!page.region.is_empty()).then(|| format!(" › {}", page.region))}
                </p>
                <h1>{card.name.clone()}</h1>
                {today(visit.lang, page)}
                <p class="place-address">{card.address.clone()}{walk_and_distance(visit.lang, card)}</p>
                <div class="place-do">{choose(visit, card, &visit.path)}{phone}</div>
            </div>
            <figure class="place-drawing">
                <img src="/drawings/storefront.svg" alt="" width="800" height="400" fetchpriority="high" />
            </figure>
        </header>
    }
}

fn small_map(visit: &Visit, card: &StoreCard, nearby: &[StoreCard]) -> Option<AnyView> {
    card.point?;
    let mut stores = vec![card.clone()];
    stores.extend(nearby.iter().cloned());
    let title = match visit.lang {
        Lang::Ko => format!("{} 둘레 지도", card.name),
        Lang::En => format!("Map around {}", card.name),
    };
    let asked = Asked {
        view: card.point.and_then(|point| onshelf_domain::basemap::View::new(point, around(nearby)).ok()),
        near: card.point,
        ..Asked::default()
    };
    let plan = Plan {
        asked: &asked,
        here: None,
        around: card.point,
        stores: &stores,
        chosen: Some(&card.code),
        title,
        wide: false,
    };
    drawn::map(visit, &plan).map(|map| view! { <div class="place-map">{map}</div> }.into_any())
}

/// Kilometres across: with the nearest neighbour on it, where that is no journey of its own.
fn around(nearby: &[StoreCard]) -> f64 {
    let nearest =
        nearby.first().and_then(|store| store.distance_m).map_or(0.0, |metres| f64::from(metres) / 1000.0);
    let across = nearest * 2.6;
    if (SMALL_KM..=WIDE_KM).contains(&across) { across } else { SMALL_KM }
}

/// Links that open the map a person already has.
pub(crate) fn directions(
    lang: Lang,
    store: &str,
    links: Vec<DirectionView>,
) -> Option<impl IntoView + use<>> {
    if links.is_empty() {
        return None;
    }
    let label = match lang {
        Lang::Ko => format!("{store} 길찾기"),
        Lang::En => format!("Directions to {store}"),
    };
    let link = |link: DirectionView| view! { <li><a href=link.href rel="noreferrer">{link.label}</a></li> };
    Some(view! {
        <nav class="ways-there" aria-label=label>
            <ul>{links.into_iter().map(link).collect_view()}</ul>
        </nav>
    })
}

fn services(visit: &Visit, services: &[ServiceView]) -> Option<impl IntoView + use<>> {
    if services.is_empty() {
        return None;
    }
    let one = |label: &str| view! { <li><Icon glyph=Glyph::Check />{label.to_owned()}</li> };
    Some(view! {
        <section class="place-does" aria-labelledby="does">
            <h2 id="does">{visit.say("이 매장에서 할 수 있는 일", "What you can do here")}</h2>
            <ul>{services.iter().map(|service| one(&service.label)).collect_view()}</ul>
        </section>
    })
}

#[cfg(test)]
mod tests {
    use super::{super::card::plain, *};

    #[test]
    fn a_stores_own_map_reaches_its_neighbour_but_no_other_town() {
        for (metres, low, high) in
            [(None, 1.6, 1.6), (Some(100), 1.6, 1.6), (Some(1_000), 2.5, 2.7), (Some(40_000), 1.6, 1.6)]
        {
            let across = around(&[StoreCard { distance_m: metres, ..plain() }]);
            assert!((low..=high).contains(&across), "{metres:?}: {across}");
        }
    }
}
