//! Choosing the store one works in: who has one goes straight to it, head office searches among all.

use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use leptos::prelude::*;
use onshelf_domain::hangul::{initials, is_initials};
use onshelf_shop::{fulfilment::Kept, staff::Associate, stores::Store};
use onshelf_vocabulary::{Lang, staff::StaffView};
use serde::Deserialize;

use super::{
    bar::bar,
    gate,
    kept::{at, kept, line, percent},
};
use crate::{
    ssr::{Page, Visit, explain},
    ui::icon::{Glyph, Icon},
};

/// With more than these, a search is quicker than reading.
const READ: usize = 8;
/// What one page lists; the search narrows it.
const LISTED: usize = 60;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// One store in the choice.
struct Choice {
    code: String,
    name: String,
    address: String,
    /// To prepare, of these late, and ready; not counted where there are many stores.
    load: Option<(usize, usize, usize)>,
    /// How many promises in a hundred were kept there, for whom it is to know.
    kept: Option<i64>,
}

pub async fn home(visit: Visit, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let who = match visit.associate().await {
        Ok(who) => who,
        Err(error) => return gate::turned_away(&visit, &error),
    };
    let staff = visit.shop().staff_view(&who, visit.lang);
    if let [(code, _)] = staff.stores.as_slice() {
        return visit.see(&format!("/staff/{code}"));
    }
    let asked = asked.map(|Query(asked)| asked.q).unwrap_or_default();
    let wanted: String = asked.trim().to_lowercase().chars().take(60).collect();
    let promises = kept(&visit, &who).await;
    match choices(&visit, &who, &staff, &wanted, &promises).await {
        Ok((choices, total)) => page(&visit, &staff, choices, total, &wanted, &promises),
        Err(error) => visit.failure(&explain(&error)),
    }
}

async fn choices(
    visit: &Visit,
    who: &Associate,
    staff: &StaffView,
    wanted: &str,
    promises: &[Kept],
) -> onshelf_shop::Result<(Vec<Choice>, usize)> {
    let book = visit.shop().book();
    let stores: Vec<&Store> =
        book.stores.trading().filter(|store| who.works_at(store) && fits(store, wanted)).collect();
    let mut choices = Vec::new();
    for store in stores.iter().take(LISTED) {
        let load = if staff.stores.len() <= READ { Some(load(visit, who, store).await?) } else { None };
        choices.push(Choice {
            code: store.code.to_string(),
            name: store.name.get(visit.lang).to_owned(),
            address: store.address.get(visit.lang).to_owned(),
            load,
            kept: percent(&at(promises, store.code.as_str())),
        });
    }
    Ok((choices, stores.len()))
}

async fn load(visit: &Visit, who: &Associate, store: &Store) -> onshelf_shop::Result<(usize, usize, usize)> {
    let board = visit.shop().board(who, visit.lang, store.code.as_str()).await?;
    let late = board.to_prepare.iter().filter(|card| card.late).count();
    Ok((board.to_prepare.len(), late, board.ready.len()))
}

/// By a part of the name, the address or the code, or by the name's first consonants.
fn fits(store: &Store, wanted: &str) -> bool {
    let texts = [&store.name.ko, &store.name.en, &store.address.ko, &store.address.en, &store.region.ko];
    let within = |text: &str| text.to_lowercase().contains(wanted);
    wanted.is_empty()
        || within(store.code.as_str())
        || texts.into_iter().any(|text| within(text))
        || (is_initials(wanted) && initials(&store.name.ko).contains(wanted))
}

fn page(
    visit: &Visit,
    staff: &StaffView,
    choices: Vec<Choice>,
    total: usize,
    wanted: &str,
    promises: &[Kept],
) -> Response {
    let title = visit.say("어느 매장에서 일하세요?", "Which store are you in?");
    let searching = staff.stores.len() > READ;
    let none = choices.is_empty();
    let more = total.saturating_sub(choices.len());
    visit.page(|| {
        let view = view! {
            {bar(visit, staff, None, "/staff", ().into_any())}
            <section class="staff-sheet" id="work">
                <h1>{title}</h1>
                {line(visit.lang, &promises.iter().collect::<Vec<_>>())}
                {searching.then(|| seek(visit, wanted))}
                {none.then(|| nothing(visit, wanted))}
                <ul class="staff-stores">
                    {choices.into_iter().map(|choice| row(visit, choice)).collect_view()}
                </ul>
                {(more > 0).then(|| view! {
                    <p class="staff-more">
                        {match visit.lang {
                            Lang::Ko => format!("{more}곳이 더 있어요. 이름으로 찾아보세요."),
                            Lang::En => format!("{more} more: search by name."),
                        }}
                    </p>
                })}
            </section>
        };
        Page::of_staff(title, "/staff", view)
    })
}

fn seek(visit: &Visit, wanted: &str) -> AnyView {
    view! {
        <form class="staff-seek" method="get" action=visit.href("/staff") role="search">
            <label for="q" class="quiet">{visit.say("매장 이름, 동네, 코드", "Store name, neighbourhood or code")}</label>
            <input
                id="q"
                name="q"
                type="search"
                value=wanted.to_owned()
                maxlength="60"
                autocomplete="off"
                enterkeyhint="search"
                autofocus
                placeholder=visit.say("매장 이름, 동네, 코드", "Store name, neighbourhood or code")
            />
            <button aria-label=visit.say("찾기", "Find")><Icon glyph=Glyph::Search /><span>{visit.say("찾기", "Find")}</span></button>
        </form>
    }
    .into_any()
}

fn nothing(visit: &Visit, wanted: &str) -> AnyView {
    if wanted.is_empty() {
        return view! {
            <p class="staff-none">{visit.say(
                "아직 담당 매장이 없어요. 본사에 담당 매장을 알려 달라고 해 주세요.",
                "You have no store yet. Ask head office to give you one.",
            )}</p>
        }
        .into_any();
    }
    view! {
        <p class="staff-none">
            {visit.say("그런 매장이 없어요. ", "No such store. ")}
            <a href=visit.href("/staff")>{visit.say("모두 보기", "Show all")}</a>
        </p>
    }
    .into_any()
}

fn row(visit: &Visit, choice: Choice) -> AnyView {
    let load = choice.load.map(|(prepare, late, ready)| {
        let late = (late > 0).then(|| view! { <em>{visit.say("늦음 ", "Late ")}{late}</em> });
        view! {
            <span class="staff-load">
                {late}
                <span>{visit.say("준비할 것 ", "To prepare ")}<b>{prepare}</b></span>
                <span>{visit.say("준비됨 ", "Ready ")}<b>{ready}</b></span>
            </span>
        }
    });
    let kept = choice.kept.map(|percent| {
        let said = match visit.lang {
            Lang::Ko => format!("약속 {percent}% 지킴"),
            Lang::En => format!("{percent}% of promises kept"),
        };
        view! { <small>{said}</small> }
    });
    view! {
        <li>
            <a href=visit.href(&format!("/staff/{}", choice.code))>
                <b>{choice.name}</b>
                <small>{choice.address}</small>
                {kept}
                {load}
                <Icon glyph=Glyph::Next />
            </a>
        </li>
    }
    .into_any()
}
