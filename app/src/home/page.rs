//! The home page.

use axum::response::Response;
use leptos::prelude::*;
use onshelf_shop::{Book, catalog::Listed};
use onshelf_vocabulary::{Lang, StoreCode};
use serde_json::json;

use super::{
    once::Placed,
    words::{Gathered, Guide, HomeWords, Said},
};
use crate::{
    catalog::{card, ways_on::newest_title},
    shell::script_json,
    ssr::{Page, Visit},
    ui::{
        icon::{Glyph, Icon},
        picture::{Picture, is_drawing},
    },
};

/// Cards a band of the home page shows.
const BAND: usize = 8;
const NEAR: usize = 4;
/// Newest products looked at, to fill what the operator's own shelves leave.
const LOOKED_AT: usize = 40;
/// Things that stand in front of a shop without words of its own, at most and at least.
const THINGS: usize = 5;
const FEWEST: usize = 3;
/// Categories in front.
const TILES: usize = 15;

/// `/`.
pub async fn home(visit: Visit) -> Response {
    let words = HomeWords::read(visit.door.site.home.as_ref());
    visit.page(|| {
        let name = visit.door.site.name.get(visit.lang).to_owned();
        let hero = words.hero.as_ref();
        let title =
            hero.map_or_else(|| name.clone(), |hero| format!("{name} · {}", hero.title.get(visit.lang)));
        let description = hero.map(|hero| hero.text.get(visit.lang).to_owned()).unwrap_or_default();
        let page = Page::new(title, "/", body(&visit, &words, &name));
        Page { description, json_ld: Some(script_json(&structured(&visit, &name)).into()), ..page }
    })
}

fn body(visit: &Visit, words: &HomeWords, name: &str) -> impl IntoView + use<> {
    let book = visit.shop().book();
    let newest = visit.shop().newest(&visit.viewer, &book, LOOKED_AT);
    let mut placed = Placed::default();
    let first = match words.hero {
        Some(_) => Vec::new(),
        None => in_front(&newest, &mut placed),
    };
    // What the operator gathered has its place before what only happens to be near or new.
    let collections: Vec<_> =
        words.collections.iter().map(|one| (one, gathered(visit, &book, one, &mut placed))).collect();
    let collections = collections.into_iter().filter(|(_, products)| !products.is_empty()).enumerate();
    let collections =
        collections.map(|(place, (one, products))| collection(visit, one, &products, place)).collect_view();
    let near_by = placed.place(on_shelves(visit, &book, &newest), Listed::slug, NEAR);
    let fresh = placed.place(newest, Listed::slug, BAND);
    let title = newest_title(visit.lang).to_owned();
    view! {
        {hero(visit, words.hero.as_ref(), name, first)}
        {near(visit, &book, &near_by)}
        {categories(visit, words.hero.is_some())}
        {collections}
        {(!fresh.is_empty()).then(|| band(visit, title, String::new(), &fresh, Some("/products?sort=new")))}
        {guides(visit, &book, &words.guides)}
    }
}

/// What stands in front of a shop without words of its own: only a row of them is one.
fn in_front<'b>(newest: &[Listed<'b>], placed: &mut Placed<'b>) -> Vec<Listed<'b>> {
    let pictured = || newest.iter().filter(|product| product.image().is_some()).cloned();
    if pictured().nth(FEWEST - 1).is_none() {
        return Vec::new();
    }
    placed.place(pictured(), Listed::slug, THINGS)
}

/// What is worth a walk: new at my store, or on the nearest shelf that has it.
fn on_shelves<'b>(visit: &Visit, book: &'b Book, newest: &[Listed<'b>]) -> Vec<Listed<'b>> {
    let mine = visit.viewer.store.as_ref().map(StoreCode::as_str);
    let here = mine.and_then(|code| book.stores.visited(code));
    let here = here.map(|store| visit.shop().newest_at(&visit.viewer, book, store, BAND));
    let stands = |product: &&Listed<'_>| {
        let shelf = product.shelf.as_ref().filter(|shelf| shelf.available() > 0);
        shelf.is_some_and(|shelf| mine.is_none_or(|code| shelf.store() == code))
    };
    here.into_iter().flatten().chain(newest.iter().filter(stands).cloned()).collect()
}

/// The operator's own words over the drawn shelf; without them, what is new stands there.
fn hero(visit: &Visit, said: Option<&Said>, name: &str, first: Vec<Listed<'_>>) -> impl IntoView + use<> {
    let (title, text) = match said {
        Some(said) => (said.title.get(visit.lang).to_owned(), said.text.get(visit.lang).to_owned()),
        None => (
            name.to_owned(),
            visit
                .say(
                    "가까운 매장 선반에 있는지 먼저 보고, 맡아두고 받아 가세요.",
                    "See what is on the shelf near you, reserve it, and collect it.",
                )
                .to_owned(),
        ),
    };
    let example = match said {
        Some(_) => visit.say("주전자, 노트, 만년필 …", "Kettle, notebook, fountain pen …"),
        None => visit.say("상품, 브랜드, 바코드", "Product, brand, barcode"),
    };
    let scene = match said {
        Some(_) => view! {
            <img class="hero-scene" src="/drawings/shelf-scene.svg" alt="" width="1200" height="520" fetchpriority="high" />
        }
        .into_any(),
        None => things(visit, &first).into_any(),
    };
    view! {
        <section class="hero">
            <div class="hero-words">
                <h1>{title}</h1>
                {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
                <form class="find find-big" action=visit.href("/search") method="get" role="search" aria-label=visit.say("첫 화면에서 찾기", "Search from here")>
                    <input
                        type="search"
                        name="q"
                        maxlength="200"
                        autocomplete="off"
                        enterkeyhint="search"
                        placeholder=example
                        aria-label=visit.say("찾을 상품", "What to look for")
                    />
                    <button>{visit.say("찾기", "Search")}</button>
                </form>
            </div>
            {scene}
        </section>
    }
}

/// A row of things that have a picture, each the way to its page.
fn things(visit: &Visit, products: &[Listed<'_>]) -> Option<impl IntoView + use<>> {
    if products.is_empty() {
        return None;
    }
    let one = |product: &Listed<'_>| {
        let image = product.image();
        let photo = image.as_ref().is_some_and(|image| !is_drawing(&image.src));
        let name = product.name().to_owned();
        view! {
            <li>
                <a class="board" class:board-photo=photo href=visit.href(&format!("/p/{}", product.slug())) title=name.clone()>
                    <Picture image eager=true silent=true />
                    <span class="quiet">{name.clone()}</span>
                </a>
            </li>
        }
    };
    Some(view! { <ul class="hero-things">{products.iter().map(one).collect_view()}</ul> })
}

/// What stands at my store, or the call to choose one.
fn near(visit: &Visit, book: &Book, products: &[Listed<'_>]) -> impl IntoView + use<> {
    let mine = visit.viewer.store.as_ref().and_then(|code| book.stores.by_code(code.as_str()));
    let lang = visit.lang;
    match mine {
        // What stands there is on the shelves above already.
        Some(_) if products.is_empty() => ().into_any(),
        Some(store) => {
            let store_name = store.name.get(lang).to_owned();
            let (_, hours) = store.hours_now(lang, visit.shop().now());
            let title = match lang {
                Lang::Ko => format!("{store_name} 선반에 지금"),
                Lang::En => format!("On the shelf at {store_name} now"),
            };
            let all = format!("/products?store={}", store.code);
            band(visit, title, hours, products, Some(&all)).into_any()
        }
        None => view! {
            <section class="band call">
                <div class="call-words">
                    <h2>{visit.say("어느 선반이 가까우세요?", "Which shelf is near you?")}</h2>
                    <p>{visit.say(
                        "동네를 알려 주시면 가까운 매장의 선반부터 보여 드려요. 맡아두면 준비되는 시각까지요.",
                        "Tell us your neighbourhood and we'll show the nearest shelves first, with the time your things can be ready.",
                    )}</p>
                    <form class="find" action=visit.href("/stores/near") method="post">
                        <input
                            name="place"
                            maxlength="60"
                            required=true
                            autocomplete="off"
                            placeholder=visit.say("동네, 역, 우편번호", "Neighbourhood, station, postcode")
                            aria-label=visit.say("동네, 역, 우편번호", "Neighbourhood, station or postcode")
                        />
                        <button>{visit.say("찾기", "Find")}</button>
                    </form>
                    <p class="ways">
                        <a href=visit.href("/stores")>{visit.say("지도에서 매장 고르기", "Choose a store on the map")}<Icon glyph=Glyph::Next /></a>
                    </p>
                </div>
                {(!products.is_empty()).then(|| card::cards(visit.lang, products, 4))}
            </section>
        }
        .into_any(),
    }
}

fn band(
    visit: &Visit,
    title: String,
    note: String,
    products: &[Listed<'_>],
    all: Option<&str>,
) -> impl IntoView + use<> {
    let all = all.map(|path| {
        let said = match visit.lang {
            Lang::Ko => format!("{title} 모두 보기"),
            Lang::En => format!("See all: {title}"),
        };
        view! { <a class="band-all" href=visit.href(path) aria-label=said>{visit.say("모두 보기", "See all")}<Icon glyph=Glyph::Next /></a> }
    });
    view! {
        <section class="band">
            <header><h2>{title}</h2>{all}{(!note.is_empty()).then(|| view! { <p>{note}</p> })}</header>
            {card::cards(visit.lang, products, 0)}
        </section>
    }
}

fn categories(visit: &Visit, worded: bool) -> Option<impl IntoView + use<>> {
    let mut categories = visit.shop().categories(visit.lang);
    if categories.is_empty() {
        return None;
    }
    let active = visit.shop().book().catalogue.active_products();
    let total = onshelf_vocabulary::money::grouped(active as u64);
    if categories.len() > TILES {
        // Where there are too many to show, those that can be seen and are the largest are; the whole list has all.
        categories.sort_by_key(|category| (category.image.is_none(), std::cmp::Reverse(category.products)));
        categories.truncate(TILES);
    }
    let title = if worded {
        visit.say("방마다, 자리마다", "Room by room")
    } else {
        visit.say("분류별로 보기", "By category")
    };
    let tiles = categories
        .into_iter()
        .map(|category| {
            // Three things of it on one board tell more than one.
            let images = category
                .children
                .iter()
                .filter_map(|child| child.image.clone())
                .chain(category.image.clone())
                .take(3);
            let images: Vec<_> = images.map(Some).collect();
            // An empty board says at least that there is no picture.
            let images = if images.is_empty() { vec![None] } else { images };
            let pictures =
                images.into_iter().map(|image| view! { <Picture image silent=true /> }).collect_view();
            view! {
                <li>
                    <a class="tile" href=visit.href(&format!("/category/{}", category.slug))>
                        <span class="tile-board">{pictures}</span>
                        <b>{category.name}</b>
                        <small>{category.note}</small>
                    </a>
                </li>
            }
        })
        .collect_view();
    let everything = view! {
        <li>
            <a class="tile tile-all" href=visit.href("/products")>
                <span class="tile-board"><b>{total}</b></span>
                <b>{visit.say("모든 상품", "Everything")}</b>
                <small>{visit.say("선반을 처음부터 끝까지.", "The shelves from end to end.")}</small>
            </a>
        </li>
    };
    Some(view! {
        <section class="band">
            <header><h2>{title}</h2></header>
            <ul class="tiles">{tiles}{everything}</ul>
        </section>
    })
}

/// What one of the operator's shelves shows.
fn gathered<'b>(visit: &Visit, book: &'b Book, one: &Gathered, placed: &mut Placed<'b>) -> Vec<Listed<'b>> {
    let slugs: Vec<&str> = one.products.iter().map(String::as_str).collect();
    placed.place(visit.shop().products_named(&visit.viewer, book, &slugs), Listed::slug, BAND)
}

fn collection(visit: &Visit, one: &Gathered, products: &[Listed<'_>], place: usize) -> impl IntoView + use<> {
    let class = if place.is_multiple_of(2) { "band gathered" } else { "band gathered gathered-turned" };
    view! {
        <section class=class id=one.slug.clone()>
            <header>
                <h2>{one.title.get(visit.lang).to_owned()}</h2>
                <p>{one.text.get(visit.lang).to_owned()}</p>
            </header>
            {card::cards(visit.lang, products, 0)}
        </section>
    }
}

fn guides(visit: &Visit, book: &Book, guides: &[Guide]) -> Option<impl IntoView + use<>> {
    if guides.is_empty() {
        return None;
    }
    let cards = guides.iter().map(|one| guide(visit, book, one)).collect::<Vec<_>>();
    Some(view! {
        <section class="band">
            <header><h2>{visit.say("고르는 법", "How to choose")}</h2></header>
            <div class="guides">{cards}</div>
        </section>
    })
}

/// The first sentence in sight, the rest on request.
fn guide(visit: &Visit, book: &Book, one: &Guide) -> impl IntoView + use<> {
    let slugs: Vec<&str> = one.products.iter().map(String::as_str).collect();
    let things = visit
        .shop()
        .products_named(&visit.viewer, book, &slugs)
        .into_iter()
        .take(5)
        .map(|product| {
            let href = visit.href(&format!("/p/{}", product.slug()));
            let name = product.name().to_owned();
            view! {
                <li>
                    <a href=href title=name.clone()>
                        <Picture image=product.image() silent=true />
                        <span class="quiet">{name.clone()}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    let mut texts = one.text.iter().map(|text| text.get(visit.lang).to_owned());
    let first = texts.next();
    let rest: Vec<String> = texts.collect();
    let more = (!rest.is_empty()).then(|| {
        view! {
            <details>
                <summary>{visit.say("이어서 읽기", "Read on")}</summary>
                {rest.into_iter().map(|text| view! { <p>{text}</p> }).collect_view()}
            </details>
        }
    });
    view! {
        <article class="guide" id=one.slug.clone()>
            <ul class="guide-things">{things}</ul>
            <h3>{one.title.get(visit.lang).to_owned()}</h3>
            {first.map(|text| view! { <p>{text}</p> })}
            {more}
        </article>
    }
}

/// schema.org: the shop, and how to search it.
fn structured(visit: &Visit, name: &str) -> serde_json::Value {
    let base = &visit.door.site.public_url;
    json!({
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": name,
        "url": format!("{base}{}", visit.href("/")),
        "inLanguage": visit.lang.tag(),
        "potentialAction": {
            "@type": "SearchAction",
            "target": format!("{base}{}?q={{search_term_string}}", visit.href("/search")),
            "query-input": "required name=search_term_string",
        },
    })
}
