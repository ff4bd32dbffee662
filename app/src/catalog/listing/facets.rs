//! The ways to narrow a list: one plain form. A column at a desk; on a phone a sheet that opens over the list.

use leptos::prelude::*;
use onshelf_shop::catalog::{Facet, FacetValue};
use onshelf_vocabulary::{Currency, Lang, Money, money::grouped};

use super::{Base, Room};
use crate::{
    catalog::card::Dot,
    ssr::Visit,
    ui::{
        icon::{Glyph, Icon},
        part::part,
    },
};

/// Values shown before the rest is folded away.
const SHOWN: usize = 8;
/// Stores to choose from; with more, one chooses on the map.
const STORES: usize = 40;

/// The whole form. What it calls things, and which stores are near, follows from the book and from who looks.
pub(super) fn column(room: &Room<'_>) -> impl IntoView + use<> {
    let Room { visit, book, asked, listing, currency } = room;
    let shown = (book.edition, &visit.viewer, currency, asked, &listing.facets, listing.total);
    part("facets", shown, || form(room, &stores(room)))
}

fn form(room: &Room<'_>, stores: &[Choice]) -> impl IntoView + use<> {
    let (visit, asked) = (room.visit, room.asked);
    let kept = asked
        .pairs()
        .into_iter()
        .filter(|(name, _)| matches!(*name, "q" | "category" | "sort"))
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    let groups = room
        .listing
        .facets
        .iter()
        // A category's page shows those below it as pictures already.
        .filter(|facet| facet.name != "category" || !matches!(asked.base, Base::Category(_)))
        .map(|facet| match facet.name {
            "category" => subcategories(room, facet).into_any(),
            _ => group(visit.lang, facet).into_any(),
        })
        .collect_view();
    view! {
        <form
            id="facets"
            class="facets"
            popover="auto"
            method="get"
            action=visit.href(&asked.path())
            data-facets
            aria-label=visit.say("필터", "Filter")
        >
            <div class="facets-head">
                <h2>{visit.say("필터", "Filter")}</h2>
                <button type="button" class="ico" popovertarget="facets" popovertargetaction="hide" aria-label=visit.say("닫기", "Close")>
                    <Icon glyph=Glyph::Close />
                </button>
            </div>
            {kept}
            {store(visit, stores)}
            {groups}
            {price(room)}
            {go(room)}
        </form>
    }
}

/// The button. What it would show is only known once it is asked for: on a phone the loader does so after every tick,
/// and puts in what the list it got has to say.
fn go(room: &Room<'_>) -> impl IntoView + use<> {
    let total = grouped(u64::from(room.listing.total));
    let shows = match room.visit.lang {
        Lang::Ko => format!("{total}개 보기"),
        Lang::En => format!("Show {total}"),
    };
    let none = room.visit.say("맞는 상품이 없어요", "Nothing matches");
    view! {
        <p class="facets-go" aria-live="polite">
            <button class="go" data-shows=shows data-none=none>{room.visit.say("적용하기", "Apply")}</button>
        </p>
    }
}

fn group(lang: Lang, facet: &Facet<'_>) -> impl IntoView + use<> {
    let coloured = facet.values.iter().any(|value| value.swatch.is_some());
    let boxes = |values: &[FacetValue<'_>]| {
        values.iter().map(|value| view! { <li>{choice(facet.name, value)}</li> }).collect_view()
    };
    let (shown, folded) = facet.values.split_at(facet.values.len().min(SHOWN));
    let more = (!folded.is_empty()).then(|| {
        let label = match lang {
            Lang::Ko => format!("{}개 더", folded.len()),
            Lang::En => format!("{} more", folded.len()),
        };
        view! { <details><summary>{label}</summary><ul>{boxes(folded)}</ul></details> }
    });
    view! {
        <fieldset class:coloured=coloured>
            <legend>{facet.label.to_owned()}</legend>
            <ul>{boxes(shown)}</ul>
            {more}
        </fieldset>
    }
}

fn choice(name: &'static str, value: &FacetValue<'_>) -> impl IntoView + use<> {
    view! {
        <label class="choice">
            <input type="checkbox" name=name value=value.value.to_owned() checked=value.selected />
            {value.swatch.map(|colour| view! { <Dot colour=colour.to_owned() /> })}
            <span>{value.label.to_owned()}</span>
            <small>{value.count}</small>
        </label>
    }
}

/// Categories are places to go, not boxes to tick.
fn subcategories(room: &Room<'_>, facet: &Facet<'_>) -> impl IntoView + use<> {
    let (visit, asked) = (room.visit, room.asked);
    let links = facet
        .values
        .iter()
        .map(|value| {
            let slug = value.value.to_owned();
            let to = match asked.base {
                Base::Search => asked.but(|a| a.within = Some(slug)),
                Base::All | Base::Category(_) => asked.but(|a| a.base = Base::Category(slug)),
            };
            view! {
                <li><a class="choice" href=visit.href(&to.address())><span>{value.label.to_owned()}</span><small>{value.count}</small></a></li>
            }
        })
        .collect_view();
    view! { <fieldset><legend>{facet.label.to_owned()}</legend><ul>{links}</ul></fieldset> }
}

/// A store to choose: code, name, whether it is chosen.
type Choice = (String, String, bool);

/// The stores to choose from: mine first, then the nearest.
fn stores(room: &Room<'_>) -> Vec<Choice> {
    let (visit, asked, book) = (room.visit, room.asked, room.book);
    let mine = visit.viewer.store.as_ref().and_then(|code| book.stores.by_code(code.as_str()));
    let origin = visit.viewer.near.or_else(|| mine.and_then(|store| store.point));
    let chosen = asked.store.as_deref().and_then(|code| book.stores.by_code(code));
    let others = book.stores.from(origin).map(|(store, _)| store).take(STORES);
    let mut seen = Vec::new();
    mine.into_iter()
        .chain(chosen)
        .chain(others)
        .filter(|store| {
            let fresh = !seen.contains(&store.id);
            seen.push(store.id);
            fresh
        })
        .map(|store| {
            let name = store.name.get(visit.lang);
            let label = match (mine.is_some_and(|mine| mine.id == store.id), visit.lang) {
                (true, Lang::Ko) => format!("{name} (내 매장)"),
                (true, Lang::En) => format!("{name} (my store)"),
                _ => name.to_owned(),
            };
            let here = asked.store.as_deref() == Some(store.code.as_str());
            (store.code.to_string(), label, here)
        })
        .collect()
}

/// Which store must have it.
fn store(visit: &Visit, stores: &[Choice]) -> impl IntoView + use<> {
    let options = stores
        .iter()
        .cloned()
        .map(|(code, label, here)| view! { <option value=code selected=here>{label}</option> })
        .collect_view();
    view! {
        <fieldset>
            <legend><label for="facet-store">{visit.say("재고 있는 매장", "On the shelf at")}</label></legend>
            <select id="facet-store" name="store">
                <option value="">{visit.say("전체 매장", "Any store")}</option>
                {options}
            </select>
        </fieldset>
    }
}

fn price(room: &Room<'_>) -> impl IntoView + use<> {
    let (visit, asked) = (room.visit, room.asked);
    let unit = match (room.currency, visit.lang) {
        (Currency::Krw, Lang::Ko) => "원",
        (currency, _) => currency.code(),
    };
    let bound = |name: &'static str, value: Option<i64>, label: &'static str, hint: &'static str| {
        view! {
            <input
                type="text"
                name=name
                inputmode="numeric"
                maxlength="15"
                autocomplete="off"
                value=value.map(|value| value.to_string()).unwrap_or_default()
                aria-label=label
                placeholder=hint
            />
        }
    };
    view! {
        <fieldset>
            <legend>{visit.say("가격", "Price")}" "<small>{unit}</small></legend>
            <div class="range">
                {bound("from", asked.from, visit.say("가격, 얼마부터", "Price from"), visit.say("이상", "from"))}
                <span aria-hidden="true">{visit.say("~", "–")}</span>
                {bound("to", asked.to, visit.say("가격, 얼마까지", "Price to"), visit.say("이하", "to"))}
            </div>
        </fieldset>
    }
}

/// `₩10,000~₩30,000`, `₩30,000 이하`.
pub(super) fn price_label(room: &Room<'_>) -> String {
    let unit = 10i64.pow(room.currency.decimals());
    let lang = room.visit.lang;
    let shown = |whole: i64| Money::new(whole.saturating_mul(unit), room.currency).display();
    match (room.asked.from, room.asked.to, lang) {
        (Some(from), Some(to), _) => format!("{}{}{}", shown(from), lang.pick("~", "–"), shown(to)),
        (Some(from), None, Lang::Ko) => format!("{} 이상", shown(from)),
        (Some(from), None, Lang::En) => format!("{} and up", shown(from)),
        (None, Some(to), Lang::Ko) => format!("{} 이하", shown(to)),
        (None, Some(to), Lang::En) => format!("Up to {}", shown(to)),
        (None, None, _) => String::new(),
    }
}
