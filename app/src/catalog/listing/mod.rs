//! Lists of products: everything, a category, a search. Narrowed by a plain form, paged by real links.

mod facets;
mod pager;
mod zero;

use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use leptos::prelude::*;
use onshelf_domain::hangul::josa;
use onshelf_shop::{Book, catalog::Listing};
use onshelf_vocabulary::{
    Currency, Lang,
    catalog::{CategoryView, Crumb, Sort},
};

use super::{
    address::{Asked, Base},
    card::cards,
    crumbs::{breadcrumbs, crumbs},
    pill::pill,
};
use crate::{
    shell::script_json,
    ssr::{Page, Visit, explain},
    ui::{
        icon::{Glyph, Icon},
        part::{self, part},
    },
};

/// Cards whose pictures are loaded at once.
const EAGER: usize = 4;

/// `/products`: everything.
pub async fn products(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let asked = Asked::read(Base::All, query.as_deref().unwrap_or_default());
    show(&visit, asked, None)
}

/// `/search?q=…`.
pub async fn search(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let asked = Asked::read(Base::Search, query.as_deref().unwrap_or_default());
    show(&visit, asked, None)
}

/// `/category/{slug}`.
pub async fn category(visit: Visit, Path(slug): Path<String>, RawQuery(query): RawQuery) -> Response {
    match visit.shop().category(visit.lang, &slug) {
        Ok(found) => {
            show(&visit, Asked::read(Base::Category(slug), query.as_deref().unwrap_or_default()), Some(found))
        }
        Err(error) => visit.failure(&explain(&error)),
    }
}

/// What the parts of the page share.
struct Room<'a> {
    visit: &'a Visit,
    book: &'a Book,
    asked: &'a Asked,
    listing: &'a Listing<'a>,
    currency: Currency,
}

fn show(visit: &Visit, asked: Asked, category: Option<(CategoryView, Vec<Crumb>)>) -> Response {
    let book = visit.shop().book();
    let mine = visit.viewer.store.as_ref().and_then(|code| book.stores.by_code(code.as_str()));
    let currency = mine.map_or(visit.shop().settings().currency, |store| store.currency);
    // A store that does not exist cannot have anything: it does not narrow.
    let asked =
        Asked { store: asked.store.clone().filter(|code| book.stores.visited(code).is_some()), ..asked };
    let listing = visit.shop().listing(&visit.viewer, &book, &asked.query(currency));
    visit.page(|| {
        let room = Room { visit, book: &book, asked: &asked, listing: &listing, currency };
        let title = title(&room, category.as_ref());
        let page = Page::new(title.clone(), canonical(&room), body(&room, &title, category.as_ref()));
        Page {
            indexed: asked.base != Base::Search && listing.total > 0,
            description: category.as_ref().map(|(category, _)| category.note.clone()).unwrap_or_default(),
            category: category.as_ref().and_then(|(_, path)| path.first()).map(|top| top.slug.clone()),
            json_ld: category.as_ref().map(|(_, path)| {
                let way = (visit.lang, &visit.door.site.public_url, path);
                part::text("crumbs data", way, || script_json(&breadcrumbs(visit, path)))
            }),
            ..page
        }
    })
}

/// Facets and order make no page of their own for search engines; page numbers do.
fn canonical(room: &Room<'_>) -> String {
    let plain = Asked { text: room.asked.text.clone(), base: room.asked.base.clone(), ..Asked::default() };
    let page = if room.asked.narrowed() == 0 { room.listing.page } else { 1 };
    Asked { page, ..plain }.address()
}

fn title(room: &Room<'_>, category: Option<&(CategoryView, Vec<Crumb>)>) -> String {
    match (&room.asked.base, category) {
        (_, Some((category, _))) => category.name.clone(),
        (Base::Search, _) if !room.asked.text.is_empty() => match room.visit.lang {
            Lang::Ko => format!("‘{}’ 검색 결과", room.asked.text),
            Lang::En => format!("Results for “{}”", room.asked.text),
        },
        (Base::Search, _) => room.visit.say("무엇을 찾으세요?", "What are you looking for?").to_owned(),
        _ => room.visit.say("모든 상품", "All products").to_owned(),
    }
}

fn body(room: &Room<'_>, title: &str, category: Option<&(CategoryView, Vec<Crumb>)>) -> AnyView {
    let lang = room.visit.lang;
    let listing = room.listing;
    let head = view! {
        <header class="list-head">
            {category.map(|(_, path)| crumbs(room.visit, path, true))}
            <h1>{title.to_owned()}</h1>
            {category.filter(|(category, _)| !category.note.is_empty())
                .map(|(category, _)| view! { <p class="list-note">{category.note.clone()}</p> })}
            {corrected(room)}
        </header>
    };
    let shelves = below(room, category);
    if listing.total == 0 {
        return view! { <div class="list">{head}{zero::nothing(room)}</div> }.into_any();
    }
    view! {
        <div class="list">
            {head}
            {shelves}
            <div class="list-body">
                {facets::column(room)}
                <section class="list-main" id="results" aria-label=lang.pick("상품", "Products")>
                    {tools(room)}
                    {chips(room)}
                    <h2 class="quiet">{lang.pick("상품 목록", "Products")}</h2>
                    {cards(lang, &listing.products, EAGER)}
                    {pager::pager(room)}
                </section>
            </div>
        </div>
    }
    .into_any()
}

fn corrected(room: &Room<'_>) -> Option<impl IntoView + use<>> {
    let found = room.listing.corrected.clone()?;
    let typed = room.asked.text.clone();
    let words = match room.visit.lang {
        Lang::Ko => format!("‘{typed}’ 대신 ‘{found}’{} 찾았어요", josa(&found, "으로/로")),
        Lang::En => format!("Showing results for “{found}” instead of “{typed}”"),
    };
    Some(view! { <p class="list-note">{words}</p> })
}

/// The categories below this one, each with a thing from it.
fn below(room: &Room<'_>, category: Option<&(CategoryView, Vec<Crumb>)>) -> Option<impl IntoView + use<>> {
    let children = category?.0.children.as_slice();
    let visit = room.visit;
    (!children.is_empty()).then(|| part("pills", (visit.lang, children), || pills(visit, children)))
}

fn pills(visit: &Visit, children: &[CategoryView]) -> impl IntoView + use<> {
    let links = children.iter().map(|child| pill(visit, child, true)).collect_view();
    view! { <nav aria-label=visit.say("하위 분류", "Subcategories")><ul class="pills">{links}</ul></nav> }
}

/// How many there are, the way to the facets on a phone, my store's switch, and the order.
fn tools(room: &Room<'_>) -> impl IntoView + use<> {
    let shown =
        (room.book.edition, room.visit.lang, &room.visit.viewer.store, room.asked, room.listing.total);
    part("tools", shown, || written_tools(room))
}

fn written_tools(room: &Room<'_>) -> impl IntoView + use<> {
    let (visit, asked) = (room.visit, room.asked);
    let total = onshelf_vocabulary::money::grouped(u64::from(room.listing.total));
    let count = match (visit.lang, room.listing.total) {
        (Lang::Ko, _) => format!("{total}개"),
        (Lang::En, 1) => "1 product".to_owned(),
        (Lang::En, _) => format!("{total} products"),
    };
    let narrowed = asked.narrowed();
    let sorts = Sort::ALL
        .into_iter()
        // Without words there is nothing to be relevant to: the operator's own order then.
        .map(|sort| {
            let href = visit.href(&asked.but(|a| a.sort = sort).address());
            let here = (asked.sort == sort).then_some("true");
            view! { <li><a href=href aria-current=here>{sort_label(room, sort)}</a></li> }
        })
        .collect_view();
    view! {
        <div class="tools">
            <p class="tally" role="status">{count}</p>
            <button type="button" class="tool-facets" popovertarget="facets">
                {visit.say("필터", "Filter")}
                {(narrowed > 0).then(|| view! { <b>{narrowed}</b> })}
            </button>
            {switch(room)}
            <nav class="sorts" aria-label=visit.say("정렬", "Order")><ul>{sorts}</ul></nav>
        </div>
    }
}

fn sort_label(room: &Room<'_>, sort: Sort) -> &'static str {
    let searched = !room.asked.text.is_empty();
    match sort {
        Sort::Relevance if searched => room.visit.say("정확도순", "Best match"),
        Sort::Relevance => room.visit.say("추천순", "Featured"),
        Sort::New => room.visit.say("신상품순", "Newest"),
        Sort::PriceUp => room.visit.say("낮은 가격순", "Price: low"),
        Sort::PriceDown => room.visit.say("높은 가격순", "Price: high"),
        Sort::Name => room.visit.say("이름순", "Name"),
    }
}

/// "성수점에 있는 것만", one press on and one off.
fn switch(room: &Room<'_>) -> Option<impl IntoView + use<>> {
    let (visit, asked, book) = (room.visit, room.asked, room.book);
    let store = book.stores.by_code(visit.viewer.store.as_ref()?.as_str())?;
    let on = asked.store.as_deref() == Some(store.code.as_str());
    let name = store.name.get(visit.lang);
    let label = match visit.lang {
        Lang::Ko => format!("{name}에 있는 것만"),
        Lang::En => format!("In stock at {name}"),
    };
    let code = (!on).then(|| store.code.to_string());
    let href = visit.href(&asked.but(|a| a.store = code).address());
    Some(
        view! { <a class="switch" class:on=on href=href rel="nofollow"><i aria-hidden="true"></i>{label}<span class="quiet">{
            if on { visit.say(" (켜짐)", " (on)") } else { visit.say(" (꺼짐)", " (off)") }
        }</span></a> },
    )
}

/// What is chosen, each with the way to let go of it.
fn chips(room: &Room<'_>) -> Option<impl IntoView + use<>> {
    let chips = chosen(room);
    if chips.is_empty() {
        return None;
    }
    let visit = room.visit;
    let links = chips
        .into_iter()
        .map(|(label, without)| {
            let said = match visit.lang {
                Lang::Ko => format!("{label} 빼기"),
                Lang::En => format!("Remove {label}"),
            };
            view! { <li><a class="chip" href=visit.href(&without.address()) aria-label=said>{label}<Icon glyph=Glyph::Close /></a></li> }
        })
        .collect_view();
    let all = visit.href(&room.asked.whole().address());
    Some(view! {
        <ul class="chips" aria-label=visit.say("고른 조건", "Chosen filters")>
            {links}
            <li><a class="chip chip-clear" href=all>{visit.say("모두 지우기", "Clear all")}</a></li>
        </ul>
    })
}

/// Label and the list without it, of all that narrows.
fn chosen(room: &Room<'_>) -> Vec<(String, Asked)> {
    // From the catalogue, as a list with nothing in it counts nothing that would tell.
    let (visit, asked, book) = (room.visit, room.asked, room.book);
    let mut chips = Vec::new();
    if let Some(slug) = &asked.within {
        let name = visit
            .shop()
            .category(visit.lang, slug)
            .map_or_else(|_| slug.clone(), |(category, _)| category.name);
        chips.push((name, asked.but(|a| a.within = None)));
    }
    for brand in &asked.brands {
        let label = book.catalogue.brand_label(visit.lang, brand).unwrap_or(brand).to_owned();
        chips.push((label, asked.but(|a| a.brands.retain(|own| own != brand))));
    }
    for option in &asked.options {
        let code = option.split_once(':').map_or(option.as_str(), |(_, code)| code);
        let label = book.catalogue.value_label(visit.lang, option).unwrap_or(code).to_owned();
        chips.push((label, asked.but(|a| a.options.retain(|own| own != option))));
    }
    if asked.from.is_some() || asked.to.is_some() {
        chips.push((facets::price_label(room), asked.but(|a| (a.from, a.to) = (None, None))));
    }
    if let Some(store) = asked
        .store
        .as_deref()
        .and_then(|code| book.stores.by_code(code).map(|store| store.name.get(visit.lang).to_owned()))
    {
        let label = match visit.lang {
            Lang::Ko => format!("{store}에 있음"),
            Lang::En => format!("At {store}"),
        };
        chips.push((label, asked.but(|a| a.store = None)));
    }
    chips
}
