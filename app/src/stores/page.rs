//! A store's own page: open or not, the week, holidays, what it can do, the way there, what is new on its shelves.

use axum::{extract::Path, response::Response};
use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    catalog::ProductCard,
    stores::{DayView, DirectionView, ServiceView, StoreCard, StoreView},
};

use super::{
    asked::Asked,
    card::{choose, hours_line, store_row},
    drawn::{self, Plan},
    facts::facts,
};
use crate::{
    catalog::card::Cards,
    ssr::{Page, Visit, explain},
    ui::{
        icon::{Glyph, Icon},
        shell::script_json,
    },
};

/// `GET /stores/{code}`.
pub async fn store(visit: Visit, Path(code): Path<String>) -> Response {
    let shop = visit.shop();
    let page = match shop.store_page(&visit.viewer, &code) {
        Ok(page) => page,
        Err(error) => return visit.failure(&explain(&error)),
    };
    let book = shop.book();
    let json_ld = book.stores.by_code(&code).map(|store| script_json(&facts(&visit, store, &page)).into());
    visit.page(|| {
        let path = format!("/stores/{}", page.card.code);
        let title = page.card.name.clone();
        let description = format!("{} · {} · {}", page.card.name, page.card.address, page.card.hours);
        let image = Some("/drawings/storefront.svg".to_owned());
        Page { description, json_ld, image, ..Page::new(title, path, store_view(&visit, page)) }
    })
}

fn store_view(visit: &Visit, page: StoreView) -> AnyView {
    let lang = visit.lang;
    view! {
        <article class="place">
            {front(visit, &page)}
            <div class="place-body">
                <section class="place-hours" aria-labelledby="hours">
                    <h2 id="hours">{visit.say("영업시간", "Opening hours")}</h2>
                    {week(lang, page.week)}
                    {exceptions(visit, page.exceptions)}
                </section>
                <section class="place-way" aria-labelledby="way">
                    <h2 id="way">{visit.say("오시는 길", "Getting here")}</h2>
                    {(!page.note.is_empty()).then(|| view! { <p class="place-note">{page.note.clone()}</p> })}
                    {small_map(visit, &page.card, &page.nearby)}
                    {directions(lang, &page.card.name, page.directions)}
                </section>
            </div>
            {services(visit, &page.card.services)}
            {(!page.new.is_empty()).then(|| view! {
                <section class="place-new" aria-labelledby="new">
                    <h2 id="new">{visit.say("이 매장 선반에 새로 놓인 것", "New on the shelves here")}</h2>
                    <Cards lang cards=here(page.new) />
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

/// On the store's own page nobody needs to be told how far it is.
fn here(mut cards: Vec<ProductCard>) -> Vec<ProductCard> {
    for shelf in cards.iter_mut().filter_map(|card| card.shelf.as_mut()) {
        shelf.distance_m = None;
    }
    cards
}

fn front(visit: &Visit, page: &StoreView) -> impl IntoView + use<> {
    let card = &page.card;
    let phone = (!card.phone.is_empty()).then(|| {
        let href = format!("tel:{}", card.phone.replace(' ', ""));
        view! { <a class="place-phone" href=href><Icon glyph=Glyph::Phone />{card.phone.clone()}</a> }
    });
    let state = if card.open_now {
        visit.say("영업 중", "Open")
    } else {
        visit.say("지금은 닫힘", "Closed now")
    };
    view! {
        <header class="place-front">
            <div class="place-words">
                <p class="crumb"><a href=visit.href("/stores")>{visit.say("매장", "Stores")}</a>
                    {(!page.region.is_empty()).then(|| format!(" › {}", page.region))}
                </p>
                <h1>{card.name.clone()}</h1>
                <p class="place-state" class:shut=!card.open_now><b>{state}</b></p>
                {hours_line(visit.lang, card)}
                <p class="place-address">{card.address.clone()}</p>
                <div class="place-do">{choose(visit, card, &visit.path)}{phone}</div>
            </div>
            <figure class="place-drawing">
                <img src="/drawings/storefront.svg" alt="" width="800" height="400" fetchpriority="high" />
            </figure>
        </header>
    }
}

fn week(lang: Lang, days: Vec<DayView>) -> impl IntoView {
    let row = move |day: DayView| {
        let note = (!day.note.is_empty()).then(|| view! { <small>{day.note.clone()}</small> });
        view! {
            <tr class:today=day.today class:odd=day.exceptional aria-current=day.today.then_some("date")>
                <th scope="row">{day.label}</th>
                <td>{day.hours}{note}</td>
            </tr>
        }
    };
    view! {
        <table class="week">
            <caption class="quiet">{lang.pick("오늘부터 이레", "Today and the next six days")}</caption>
            <tbody>{days.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

fn exceptions(visit: &Visit, days: Vec<DayView>) -> Option<impl IntoView + use<>> {
    if days.is_empty() {
        return None;
    }
    let row = |day: DayView| {
        let note = (!day.note.is_empty()).then(|| view! { <small>{day.note.clone()}</small> });
        view! { <div><dt>{day.label}</dt><dd>{day.hours}{note}</dd></div> }
    };
    Some(view! {
        <h3>{visit.say("다르게 여는 날", "Days that differ")}</h3>
        <dl class="odd-days">{days.into_iter().map(row).collect_view()}</dl>
    })
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
        view: card.point.and_then(|point| onshelf_domain::basemap::View::new(point, 1.6).ok()),
        near: card.point,
        ..Asked::default()
    };
    let plan =
        Plan { asked: &asked, here: None, stores: &stores, chosen: Some(&card.code), title, wide: false };
    drawn::map(visit, &plan).map(|map| view! { <div class="place-map">{map}</div> }.into_any())
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
