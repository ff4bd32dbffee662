//! The locator: stores near a point, a place, a postcode or a click on the map, with a product's stock if one is
//! looked for.

use std::collections::HashMap;

use axum::{extract::Query, http::StatusCode, response::Response};
use leptos::prelude::*;
use onshelf_domain::hangul::with_josa;
use onshelf_vocabulary::{
    Lang,
    stores::{StoreCard, StoreList},
};

use super::{
    asked::{Asked, MOST},
    card::store_row,
    drawn::{self, Plan},
    finder::finder,
    nothing::nothing,
};
use crate::ssr::{Page, Visit};

/// What is said above the list when the question could not be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A position that is none on the earth.
    Lost,
    /// The browser sent no position, and no place was typed.
    NoPosition,
    UnknownPlace,
    /// The product that is looked for does not exist.
    UnknownProduct,
}

/// What is looked for, in words.
struct Wanted {
    name: String,
    options: String,
    /// Stores that have it now.
    stores: u32,
}

/// `GET /stores`.
pub async fn locator(visit: Visit, Query(typed): Query<HashMap<String, String>>) -> Response {
    let asked = Asked::read(&typed);
    if let Some(point) = Asked::click(&typed) {
        return visit.see(&asked.at(point).path());
    }
    let (word, status) = if asked.lost {
        (Some(Word::Lost), StatusCode::UNPROCESSABLE_ENTITY)
    } else {
        (None, StatusCode::OK)
    };
    locator_page(&visit, &asked, word, status)
}

/// The page, with a word on what was wrong with the question.
pub(super) fn locator_page(visit: &Visit, asked: &Asked, word: Option<Word>, status: StatusCode) -> Response {
    let wanted = wanted(visit, asked);
    let mut list = visit.shop().find_stores(&visit.viewer, &asked.query(asked.limit));
    if asked.near.is_some() && asked.place.is_empty() {
        // The name that is remembered belongs to another point.
        list.place = None;
    }
    let unknown = !asked.place.is_empty() && list.centre.is_none();
    let word = word
        .or(unknown.then_some(Word::UnknownPlace))
        .or((asked.sku.is_some() && wanted.is_none()).then_some(Word::UnknownProduct));
    let title = match &wanted {
        Some(wanted) => visit.lang.pick("가까운 선반", "Nearby shelves").to_owned() + ": " + &wanted.name,
        None => visit.say("매장 찾기", "Find a store").to_owned(),
    };
    visit.page(|| {
        let view = view! {
            <div class="locator">
                <section class="locator-side">
                    {heading(visit, &list, wanted.as_ref(), asked.near.is_some())}
                    {finder(visit, asked, &list)}
                    <div class="finder-ways">{about_place(visit, asked, &list)}</div>
                    {word.map(|word| notice(visit, asked, word))}
                    {stores(visit, asked, &list)}
                </section>
                <div class="locator-map">{map(visit, asked, &list)}</div>
            </div>
        };
        Page {
            status,
            description: visit
                .say(
                    "가까운 매장과 영업시간, 지금 선반에 있는 수량을 지도에서 볼 수 있어요.",
                    "Stores near you, their hours, and what is on their shelves right now.",
                )
                .to_owned(),
            indexed: asked.path() == "/stores",
            ..Page::new(title, asked.path(), view)
        }
    })
}

fn wanted(visit: &Visit, asked: &Asked) -> Option<Wanted> {
    let book = visit.shop().book();
    let variant = book.catalogue.variant(asked.sku.as_deref()?)?;
    let product = book.catalogue.product_of(variant)?;
    let having = Asked { in_stock: true, ..asked.clone() }.query(1);
    Some(Wanted {
        name: product.name.get(visit.lang).to_owned(),
        options: book.catalogue.options_label(visit.lang, variant),
        stores: visit.shop().find_stores(&visit.viewer, &having).total,
    })
}

fn heading(visit: &Visit, list: &StoreList, wanted: Option<&Wanted>, chosen: bool) -> AnyView {
    // With neither a place nor a position it is counted from the shopper's own store, which is said.
    let mine = list.stores.iter().find(|store| store.mine && !chosen && visit.viewer.near.is_none());
    let from = list.place.clone().filter(|place| !place.is_empty()).or(mine.map(|store| store.name.clone()));
    let near = match (visit.lang, from, list.centre) {
        (Lang::Ko, Some(place), Some(_)) => Some(format!("{place}에서 가까운 순")),
        (Lang::En, Some(place), Some(_)) => Some(format!("nearest to {place} first")),
        (_, None, Some(_)) if chosen => {
            Some(visit.say("고른 자리에서 가까운 순", "nearest to the chosen point first").to_owned())
        }
        (_, None, Some(_)) => Some(visit.say("가까운 순", "nearest first").to_owned()),
        (_, _, None) => None,
    };
    let (title, count) = match wanted {
        Some(wanted) => (
            match visit.lang {
                Lang::Ko => format!("{}, 가까운 선반", wanted.name),
                Lang::En => format!("{}: nearby shelves", wanted.name),
            },
            match (visit.lang, wanted.stores) {
                (Lang::Ko, 0) => "지금 있는 매장이 없어요".to_owned(),
                (Lang::Ko, stores) => format!("지금 {stores}곳에 있어요"),
                (Lang::En, 0) => "no store has it now".to_owned(),
                (Lang::En, 1) => "1 store has it now".to_owned(),
                (Lang::En, stores) => format!("{stores} stores have it now"),
            },
        ),
        None => (
            visit.say("매장 찾기", "Find a store").to_owned(),
            match (visit.lang, onshelf_vocabulary::money::grouped(u64::from(list.total))) {
                (Lang::Ko, _) if list.total == 0 => "맞는 매장이 없어요".to_owned(),
                (Lang::En, _) if list.total == 0 => "no store matches".to_owned(),
                (Lang::Ko, total) => format!("매장 {total}곳"),
                (Lang::En, _) if list.total == 1 => "1 store".to_owned(),
                (Lang::En, total) => format!("{total} stores"),
            },
        ),
    };
    let options = wanted.map(|wanted| wanted.options.clone()).filter(|options| !options.is_empty());
    let near = near.filter(|_| list.total > 0);
    let about = [options, Some(count), near].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <h1>{title}</h1>
        <p class="locator-about">{about}</p>
    }
    .into_any()
}

fn notice(visit: &Visit, asked: &Asked, word: Word) -> AnyView {
    let (title, text) = match (word, visit.lang) {
        (Word::Lost, Lang::Ko) => (
            "지구 위에 없는 위치예요".to_owned(),
            "위도는 -90에서 90, 경도는 -180에서 180 사이여야 해요. 동네 이름으로 찾아보세요.",
        ),
        (Word::Lost, Lang::En) => (
            "That point isn't on Earth".to_owned(),
            "Latitude runs from -90 to 90 and longitude from -180 to 180. Try the name of an area instead.",
        ),
        (Word::NoPosition, Lang::Ko) => (
            "위치를 받지 못했어요".to_owned(),
            "브라우저가 위치를 알려 주려면 자바스크립트와 위치 허용이 필요해요. 동네 이름을 적거나 지도를 눌러도 돼요.",
        ),
        (Word::NoPosition, Lang::En) => (
            "We didn't get your location".to_owned(),
            "Your browser needs JavaScript and your permission to share it. Typing an area or clicking the map works too.",
        ),
        (Word::UnknownPlace, Lang::Ko) => (
            format!("{} 찾지 못했어요", with_josa(&format!("‘{}’", asked.place), "을/를")),
            "동네나 역, 도로 이름, 우편번호 다섯 자리로 다시 찾아보세요. 아래에는 모든 매장을 두었어요.",
        ),
        (Word::UnknownPlace, Lang::En) => (
            format!("We couldn't find “{}”", asked.place),
            "Try an area, a station, a street or a five-digit postcode. All stores are listed below.",
        ),
        (Word::UnknownProduct, Lang::Ko) => (
            "찾으시는 상품이 없어요".to_owned(),
            "상품 번호가 바뀌었거나 더는 팔지 않는 것이에요. 매장만 보여 드려요.",
        ),
        (Word::UnknownProduct, Lang::En) => (
            "There is no such product".to_owned(),
            "Its number may have changed, or it is no longer sold. Here are the stores.",
        ),
    };
    view! {
        <div class="notice heads-up" role="alert">
            <b>{title}</b>
            <p>{text}</p>
        </div>
    }
    .into_any()
}

/// Namesakes elsewhere, and remembering the place that was found.
fn about_place(visit: &Visit, asked: &Asked, list: &StoreList) -> AnyView {
    let others: Vec<AnyView> = list
        .other_places
        .iter()
        .filter(|_| !asked.place.is_empty())
        .map(|place| {
            let href = visit.href(&asked.at(place.point).path());
            let region = (!place.region.is_empty()).then(|| view! { <small>{place.region.clone()}</small> });
            view! { <li><a href=href>{place.name.clone()}{region}</a></li> }.into_any()
        })
        .collect();
    let others = (!others.is_empty()).then(|| {
        view! {
            <details class="namesakes">
                <summary>{visit.say("다른 곳을 찾으셨나요?", "Looking for another place?")}</summary>
                <ul>{others}</ul>
            </details>
        }
    });
    let known = list.centre.is_some() && list.centre != visit.viewer.near;
    let remember = (known && (!asked.place.is_empty() || asked.near.is_some())).then(|| {
        let label = match (visit.lang, &list.place) {
            (Lang::Ko, Some(place)) if !asked.place.is_empty() => format!("{} 기억하기", with_josa(place, "을/를")),
            (Lang::En, Some(place)) if !asked.place.is_empty() => format!("Remember {place}"),
            _ => visit.say("이 자리 기억하기", "Remember this spot").to_owned(),
        };
        let fields = asked.whereabouts();
        let next = visit.href(&Asked { near: None, place: String::new(), ..asked.clone() }.path());
        view! {
            <form class="remember" method="post" action=visit.href("/stores/near")>
                {fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()}
                <input type="hidden" name="next" value=next />
                <button>{label}</button>
            </form>
        }
    });
    // The map was moved: the list follows only when asked to.
    let moved = asked.view.map(|view| {
        let href = visit.href(&Asked { view: Some(view), ..asked.at(view.centre()) }.path());
        view! { <a class="follow" href=href>{visit.say("지도 가운데에서 다시 찾기", "Search around the middle of the map")}</a> }
    });
    view! { {moved}{remember}{others} }.into_any()
}

fn stores(visit: &Visit, asked: &Asked, list: &StoreList) -> AnyView {
    if list.stores.is_empty() {
        return nothing(visit, asked);
    }
    let stock = asked.sku.as_deref().is_some_and(|sku| visit.shop().book().catalogue.variant(sku).is_some());
    let next = visit.href(&asked.path());
    let shown = u32::try_from(list.stores.len()).unwrap_or(MOST);
    let more = (list.total > shown && asked.limit < MOST).then(|| {
        let rest = (list.total - shown).min(30);
        let href = visit.href(&Asked { limit: (shown + 30).min(MOST), ..asked.clone() }.path());
        let label = match visit.lang {
            Lang::Ko => format!("매장 {rest}곳 더 보기"),
            Lang::En => format!("Show {rest} more"),
        };
        view! { <a class="locator-more" href=href>{label}</a> }
    });
    let rows = list.stores.iter().map(|store| store_row(visit, store, stock, &next)).collect_view();
    view! {
        <h2 class="quiet">{visit.say("매장 목록", "Stores")}</h2>
        <ul class="stores">{rows}</ul>
        {more}
    }
    .into_any()
}

fn map(visit: &Visit, asked: &Asked, list: &StoreList) -> Option<AnyView> {
    let here = list
        .centre
        .filter(|_| !asked.place.is_empty() || asked.near.is_some() || visit.viewer.near.is_some());
    let seen = on_the_map(visit, asked, list);
    // A map of nothing would answer nothing: it shows what the filters hide, as the list below them does.
    let seen = if seen.is_empty() { on_the_map(visit, &asked.widened(), list) } else { seen };
    let place = list.place.clone().filter(|place| !place.is_empty());
    let title = map_title(visit.lang, place, seen.len());
    let around = list.centre;
    drawn::map(visit, &Plan { asked, here, around, stores: &seen, chosen: None, title, wide: true })
}

fn map_title(lang: Lang, place: Option<String>, stores: usize) -> String {
    match (lang, place, stores) {
        (Lang::Ko, Some(place), _) => format!("{place} 주변 매장 {stores}곳"),
        (Lang::Ko, None, _) => format!("매장 {stores}곳의 지도"),
        (Lang::En, Some(place), 1) => format!("1 store around {place}"),
        (Lang::En, None, 1) => "Map of 1 store".to_owned(),
        (Lang::En, Some(place), _) => format!("{stores} stores around {place}"),
        (Lang::En, None, _) => format!("Map of {stores} stores"),
    }
}

/// A map that was moved shows what is there, not what is near the shopper; the list's stores keep their places.
fn on_the_map(visit: &Visit, asked: &Asked, list: &StoreList) -> Vec<StoreCard> {
    let from = asked.view.map_or_else(|| asked.clone(), |view| asked.at(view.centre()));
    let all = visit.shop().find_stores(&visit.viewer, &from.query(MOST)).stores;
    let known = |code: &str| list.stores.iter().find(|store| store.code == code);
    all.into_iter()
        .map(|store| StoreCard {
            distance_m: known(&store.code).map_or(store.distance_m, |known| known.distance_m),
            ..store
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_store_is_no_stores() {
        let of = |place: Option<&str>, stores| map_title(Lang::En, place.map(str::to_owned), stores);
        assert_eq!((of(None, 1), of(None, 2)), ("Map of 1 store".to_owned(), "Map of 2 stores".to_owned()));
        assert_eq!(of(Some("Seongsu"), 1), "1 store around Seongsu");
    }
}
