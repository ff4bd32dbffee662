//! The shelf: how many stand where, how sure that is, when it can be ready, and the one next action.
//! Every room that shows stock shows it with these. Numbers carry `data-stock`, so that the loader keeps them true.

use leptos::prelude::*;
use onshelf_domain::words;
use onshelf_shop::stock::{Around, Seen};
use onshelf_vocabulary::{Lang, Moment, stock::ShelfView};

use super::checked::{Age, Checked};
use crate::{
    ssr::encoded,
    ui::{
        icon::{Glyph, Icon},
        part,
    },
};

/// Ticks a shelf has room for; more stock than that is written only.
const ROOM: i64 = 9;
/// How many stores the panel lists before the rest is folded away.
const LISTED: usize = 4;
/// Two stores are never as near to each other as this. Metres.
const ITSELF: u32 = 20;

/// `1.1km`, or nothing where nobody said where they are.
#[must_use]
pub fn distance(lang: Lang, metres: Option<u32>) -> Option<String> {
    metres.map(|metres| words::distance(lang, f64::from(metres)))
}

/// Whether a distance measured from a store is one to that store itself: nothing that is to be told.
#[must_use]
pub fn is_itself(metres: u32) -> bool {
    metres < ITSELF
}

/// `걸어서 14분 · 1.1km`, and beyond twenty minutes the distance alone.
#[must_use]
pub fn way(lang: Lang, metres: Option<u32>) -> String {
    let walk = metres.and_then(|metres| words::walk(lang, f64::from(metres)));
    [walk, distance(lang, metres)].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// How far a shelf is; my own store needs no distance, which would be measured from itself.
fn whereabouts(lang: Lang, shelf: &ShelfView) -> Option<String> {
    match shelf.distance_m {
        Some(metres) if shelf.mine && is_itself(metres) => None,
        metres => distance(lang, metres),
    }
}

/// `17:40 준비`.
fn ready(lang: Lang, by: &Moment) -> String {
    match lang {
        Lang::Ko => format!("{} 준비", by.label),
        Lang::En => format!("Ready {}", by.label),
    }
}

/// Where one reserves this: `/reserve?sku=…&store=…&quantity=1`.
#[must_use]
pub fn reserve_href(lang: Lang, shelf: &ShelfView) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("sku", &shelf.sku)
        .append_pair("store", &shelf.store)
        .append_pair("quantity", "1")
        .finish();
    lang.href(&format!("/reserve?{query}"))
}

/// The number that the loader keeps true.
#[component]
pub fn StockNumber(shelf: ShelfView) -> impl IntoView {
    view! { <span data-stock=format!("{}@{}", shelf.sku, shelf.store)>{shelf.shown}</span> }
}

/// A tick a unit on the shelf line, hatched where the shelf is empty. `room` is how many places are drawn.
#[component]
pub fn StockTicks(
    available: i64,
    #[prop(default = ROOM)] room: i64,
    #[prop(optional)] small: bool,
) -> impl IntoView {
    let standing = available.clamp(0, room);
    // A dozen elements, of which a page has dozens and a shop has a few kinds.
    part::part("ticks", (standing, room, small), || {
        let ticks = (0..room).map(|place| view! { <i class:gap=(place >= standing)></i> }).collect_view();
        view! {
            <span class=if small { "ticks ticks-small" } else { "ticks" } data-ticks=room.to_string() aria-hidden="true">
                {ticks}
            </span>
        }
    })
}

/// One store's shelf in a list: name, way, hours, number, and where to reserve.
#[component]
pub fn ShelfRow(lang: Lang, shelf: ShelfView, #[prop(default = true)] reservable: bool) -> impl IntoView {
    let about = [whereabouts(lang, &shelf), Some(shelf.hours.clone())].into_iter().flatten();
    let about = about.collect::<Vec<_>>().join(" · ");
    let store = lang.href(&format!("/stores/{}", shelf.store));
    let reserve = reservable.then(|| reserve_link(lang, &shelf));
    let see = if reservable { "row-go row-see when-out" } else { "row-go row-see" };
    let mine = shelf.mine.then(|| view! { <em class="mine">{lang.pick("내 매장", "My store")}</em> });
    let level = shelf.level.code();
    view! {
        <li class="row" data-shelf data-level=level>
            <span class="row-store">
                <a href=store.clone()><b>{shelf.store_name.clone()}</b></a>
                {mine}
                <small>{about}</small>
            </span>
            <ShelfCount lang shelf />
            {reserve}
            <a class=see href=store>{lang.pick("매장 보기", "See store")}</a>
        </li>
    }
}

/// The way to have it held there. Its last one may go, or one come, while the page is open: the level decides whether
/// this is read.
fn reserve_link(lang: Lang, shelf: &ShelfView) -> impl IntoView + use<> {
    let by = shelf.ready_by.as_ref().filter(|_| shelf.available > 0);
    let label = by.map_or_else(|| lang.pick("맡아두기", "Reserve").to_owned(), |by| ready(lang, by));
    let name = &shelf.store_name;
    let of = match (lang, by) {
        (Lang::Ko, Some(_)) => format!(", {name}에 맡아두기"),
        (Lang::En, Some(_)) => format!(", reserve at {name}"),
        (_, None) => format!(", {name}"),
    };
    view! {
        <a class="row-go when-have" href=reserve_href(lang, shelf)>{label}<span class="quiet">{of}</span></a>
    }
}

/// `9+개`, `1개 남음`, `없음`: all three are in the document, and the level decides which is read. Below it stands how old
/// that is.
#[component]
fn ShelfCount(lang: Lang, shelf: ShelfView) -> impl IntoView {
    let at = shelf.checked.clone();
    view! {
        <span class="count">
            <span class="when-have">
                <StockNumber shelf />
                {lang.pick("개", "")}
                <span class="when-low">{lang.pick(" 남음", " left")}</span>
            </span>
            <span class="when-out">{lang.pick("없음", "None")}</span>
            <small><Checked lang at short=true /></small>
        </span>
    }
}

/// Under a product in a list: `성수점 3개` and `17:40 준비 · 5분 전 확인`, or that no shelf has it.
#[component]
pub fn ShelfLine(lang: Lang, shelf: Option<ShelfView>) -> impl IntoView {
    let Some(shelf) = shelf else {
        return view! {
            <p class="shelf-line" data-level="out"><span>{lang.pick("지금은 빈 선반이에요", "No shelf has it now")}</span></p>
        }
        .into_any();
    };
    let place = match whereabouts(lang, &shelf) {
        Some(distance) => format!("{} · {distance}", shelf.store_name),
        None => shelf.store_name.clone(),
    };
    let by = shelf.ready_by.as_ref();
    let by = by.map(|by| view! { <span class="when-have">{ready(lang, by)}</span> });
    let (at, level) = (shelf.checked.clone(), shelf.level.code());
    view! {
        <p class="shelf-line" data-shelf data-level=level>
            <StockTicks available=shelf.available room=6 small=true />
            <span class="shelf-line-words">
                <span class="when-have count">
                    <StockNumber shelf />
                    {lang.pick("개", " left")}
                </span>
                <span class="when-out count">{lang.pick("없음", "None")}</span>
                <span class="shelf-line-place">{place}</span>
            </span>
            <span class="shelf-line-when">{by}<Checked lang at /></span>
        </p>
    }
    .into_any()
}

/// The panel on a product's page: the best shelf with its action, then the others. What is not `reservable` can not be
/// held at all: a retired product only tells what is left. `similar` is where something like it stands, if anything is.
pub fn panel(
    lang: Lang,
    shelves: &Around<'_>,
    sku: &str,
    reservable: bool,
    similar: Option<String>,
) -> impl IntoView + use<> {
    let all = lang.href(&format!("/stores?sku={}", encoded(sku)));
    let lead = match (&shelves.best, &shelves.sent_from) {
        (Some(best), _) if best.available() > 0 => {
            let mine_lacks = shelves.others.iter().find(|shelf| shelf.is_mine() && shelf.available() == 0);
            let mine_lacks = mine_lacks.map(|shelf| shelf.store_name().to_owned());
            lead(lang, &best.in_words(), mine_lacks, reservable).into_any()
        }
        (_, Some(warehouse)) if reservable => sent(lang, warehouse, sku).into_any(),
        _ if !reservable => nowhere(
            lang,
            lang.pick("이제 남은 것이 없어요", "There are none left"),
            lang.pick("더는 들여오지 않는 상품이에요.", "We no longer stock this."),
            similar,
        )
        .into_any(),
        _ if shelves.stores == 0 => nowhere(
            lang,
            lang.pick("아직 매장 선반에 놓이지 않았어요", "Not on a shelf yet"),
            lang.pick(
                "어느 매장에서 취급할지 정해지면 여기에 보여요.",
                "It will show here as soon as a store carries it.",
            ),
            similar,
        )
        .into_any(),
        _ => nowhere(
            lang,
            lang.pick("지금은 어느 선반에도 없어요", "No shelf has one right now"),
            lang.pick(
                "매장에 다시 들어오면 이 화면의 숫자가 바로 바뀌어요. 그 사이 비슷한 것을 보셔도 좋아요.",
                "The numbers here change the moment a store restocks. Meanwhile, something similar may do.",
            ),
            similar,
        )
        .into_any(),
    };
    let rows = |shelves: &[Seen<'_>]| {
        let row = |shelf: &Seen<'_>| view! { <ShelfRow lang shelf=shelf.in_words() reservable /> };
        let rows = shelves.iter().map(|shelf| part::html("row", (shelf, reservable), || row(shelf)));
        part::row(r#"<ul class="rows">"#, rows, "</ul>")
    };
    let (first, rest) = shelves.others.split_at(shelves.others.len().min(LISTED));
    let folded = (!rest.is_empty()).then(|| {
        let label = match lang {
            Lang::Ko => format!("{}곳 더 펼치기", rest.len()),
            Lang::En => format!("Show {} more", rest.len()),
        };
        view! { <details class="rows-more"><summary>{label}</summary>{rows(rest)}</details> }
    });
    let total = match (lang, shelves.stores) {
        (Lang::Ko, stores) => format!("이 상품이 있는 매장 {stores}곳"),
        (Lang::En, 1) => "Carried by 1 store".to_owned(),
        (Lang::En, stores) => format!("Carried by {stores} stores"),
    };
    view! {
        <article class="shelf" id="shelves" aria-label=lang.pick("매장 재고", "Stock in stores")>
            {lead}
            {(!first.is_empty()).then(|| rows(first))}
            {folded}
            {(shelves.stores > 0).then(|| view! {
                <a class="more" href=all><span>{total}</span><span>{lang.pick("지도로 보기", "See on the map")}<Icon glyph=Glyph::Next /></span></a>
            })}
        </article>
    }
}

fn lead(lang: Lang, best: &ShelfView, mine_lacks: Option<String>, reservable: bool) -> impl IntoView + use<> {
    let name = best.store_name.clone();
    let note = mine_lacks.map(|mine| match lang {
        Lang::Ko => format!("내 매장 {mine}에는 지금 없어서, 가장 가까운 선반을 보여 드려요."),
        Lang::En => format!("Your store, {mine}, has none now. This is the nearest shelf that has it."),
    });
    let (have, out) = match lang {
        Lang::Ko => (format!("{name} 선반에 #개 있어요"), format!("{name} 선반이 비었어요")),
        Lang::En => (format!("# on the shelf at {name}"), format!("The shelf at {name} is empty now")),
    };
    let heading = match lang {
        Lang::Ko => view! { {name.clone()} " 선반에 " <StockNumber shelf=best.clone() /> "개" }.into_any(),
        Lang::En => {
            view! { <StockNumber shelf=best.clone() /> " on the shelf at " {name.clone()} }.into_any()
        }
    };
    let empty = out.clone();
    let beside = match whereabouts(lang, best) {
        Some(_) => way(lang, best.distance_m),
        None if best.mine => lang.pick("내 매장", "My store").to_owned(),
        None => best.hours.clone(),
    };
    view! {
        <div
            class="lead"
            data-shelf
            data-level=best.level.code()
            data-sure=best.sureness.code()
            data-say-have=have
            data-say-out=out
        >
            <h2>
                <span class="when-have">{heading}</span>
                <span class="when-out">{empty}</span>
                <small>{beside}</small>
            </h2>
            {note.map(|note| view! { <p class="note">{note}</p> })}
            <StockTicks available=best.available />
            <p class="say">{promise(lang, best)}{checked(lang, best)}</p>
            {reservable.then(|| reserve(lang, best))}
            // The last one may go while the page is open: asking again finds the next shelf.
            <p class="ways when-out">
                <a class="alt" href="">{lang.pick("다른 선반에서 다시 찾기", "Look on other shelves")}</a>
            </p>
            <p class="quiet" role="status" data-announce></p>
        </div>
    }
}

fn promise(lang: Lang, shelf: &ShelfView) -> impl IntoView + use<> {
    let ready = match (&shelf.ready_by, lang) {
        (Some(ready), Lang::Ko) => format!("지금 맡아두면 {} 준비", ready.label),
        (Some(ready), Lang::En) => format!("Reserve now, ready {}", ready.label),
        (None, _) => {
            lang.pick("준비 시각은 매장이 알려 드려요", "The store will tell you when it's ready").to_owned()
        }
    };
    view! { <b><span class="when-low">{lang.pick("얼마 남지 않았어요 · ", "Only a few left · ")}</span>{ready}</b> }
}

/// How old the number is, which the loader goes on telling, and what that means where it is very old.
fn checked(lang: Lang, shelf: &ShelfView) -> impl IntoView + use<> {
    let age = view! { <Age at=shelf.checked.clone() /> };
    let sentence = match lang {
        Lang::Ko => view! { {age} " 확인" }.into_any(),
        Lang::En => view! { "Checked " {age} }.into_any(),
    };
    let doubt = lang.pick(" · 맡아두면 직원이 먼저 찾아봐요", " · reserve and we'll look first");
    view! { <span class="checked">{sentence}<span class="when-doubtful">{doubt}</span></span> }
}

fn reserve(lang: Lang, shelf: &ShelfView) -> impl IntoView + use<> {
    let pay = reserve_href(lang, shelf).replacen("/reserve?", "/checkout?", 1);
    let label = match lang {
        Lang::Ko => format!("{}에 맡아두기", shelf.store_name),
        Lang::En => format!("Reserve at {}", shelf.store_name),
    };
    view! {
        <form action=lang.href("/reserve") method="get">
            <input type="hidden" name="sku" value=shelf.sku.clone() />
            <input type="hidden" name="store" value=shelf.store.clone() />
            <input type="hidden" name="quantity" value="1" />
            <button class="go">{label}<em>{lang.pick("계산은 매장에서", "Pay in store")}</em></button>
        </form>
        <a class="alt lead-pay" href=pay>{lang.pick("결제하고 받기 · 매장, 차, 배송", "Pay now · store, car or delivery")}</a>
    }
}

/// On no shelf, and to be had all the same.
fn sent(lang: Lang, warehouse: &str, sku: &str) -> impl IntoView + use<> {
    let pay = lang.href(&format!("/checkout?sku={}&quantity=1", encoded(sku)));
    let note = match lang {
        Lang::Ko => format!("{warehouse}에 있어요. 집으로 배송하거나, 고르신 매장으로 옮겨 드려요."),
        Lang::En => format!("{warehouse} has it: delivered to your door, or brought to your store."),
    };
    view! {
        <div class="lead" data-shelf data-level="out">
            <h2>{lang.pick("매장 선반에는 없지만 보내 드려요", "On no store's shelf, but we can send it")}</h2>
            <StockTicks available=0 />
            <p class="note">{note}</p>
            <a class="go" href=pay>{lang.pick("결제하고 받기 · 배송, 옮겨 받기", "Pay now · delivery or your store")}</a>
        </div>
    }
}

fn nowhere(
    lang: Lang,
    title: &'static str,
    text: &'static str,
    similar: Option<String>,
) -> impl IntoView + use<> {
    let similar = similar.map(|href| {
        view! { <p class="ways"><a class="alt" href=href>{lang.pick("비슷한 것 보기", "See similar things")}</a></p> }
    });
    view! {
        <div class="lead" data-shelf data-level="out">
            <h2>{title}</h2>
            <StockTicks available=0 />
            <p class="note">{text}</p>
            {similar}
        </div>
    }
}
