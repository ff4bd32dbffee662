//! The working screen of a store: look-up on top, the columns below. The same parts answer a page that asks
//! whether anything has changed.

use axum::{
    extract::{Path, Query, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::prelude::*;
use onshelf_shop::{Error, staff::Associate};
use onshelf_vocabulary::{orders::OrderRefusal, staff::StaffRefusal};
use serde::Deserialize;

use super::{
    bar::bar,
    card::Place,
    columns::{Scene, title},
    gate,
    islands::BoardLive,
    kept::{at, kept, line},
    notice::Notice,
    seek::{counter, look_up},
    words,
};
use crate::{
    error::AppError,
    ssr::{Page, Visit, explain},
};

/// Longer than any address a QR code of ours holds.
pub(super) const LONGEST_LOOK_UP: usize = 500;

/// What an address says of a look-up by name, phone or order.
pub(super) const BY_NAME: &str = "name";

/// What the address asks of the board.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Number of the reservation that was looked up, or the name of the pass it was looked up with.
    open: String,
    /// Whether it was looked up by whom it is for, and not by what only they know.
    by: String,
    /// The column a small screen shows.
    tab: String,
    /// What was just done, and to which reservation.
    did: String,
    number: String,
    /// The columns the page already has.
    seen: String,
}

/// What a board's page is to show beyond the board.
pub(super) struct Telling {
    pub status: StatusCode,
    pub notice: Notice,
    pub tab: Place,
    /// What stands in the look-up field.
    pub typed: String,
}

pub async fn board(
    visit: Visit,
    Path(store): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let who = match visit.associate().await {
        Ok(who) => who,
        Err(error) => return gate::turned_away(&visit, &error),
    };
    let scene = match scene(&visit, &who, &store, &asked.open).await {
        Ok(scene) => Scene { by_name: asked.by == BY_NAME, ..scene },
        Err(error) => return failed(&visit, &who, &error),
    };
    let missing = !asked.open.is_empty() && scene.found.is_none();
    let telling = Telling {
        status: if missing { StatusCode::NOT_FOUND } else { StatusCode::OK },
        notice: if missing {
            Notice::Refused(match scene.refused {
                Some(why) => words::pass_refused(visit.lang, why).to_owned(),
                None => unknown(&visit),
            })
        } else {
            Notice::of_deed(&visit, &scene.board, &asked.did, &asked.number)
        },
        tab: Place::from_code(&asked.tab),
        typed: String::new(),
    };
    page(&visit, &who, &scene, telling).await
}

/// The columns alone, for a page that is open; nothing where it has them already.
pub async fn columns(
    visit: Visit,
    Path(store): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let found = async {
        let who = visit.associate().await?;
        scene(&visit, &who, &store, &asked.open).await.map_err(|error| explain(&error))
    };
    let scene = match found.await {
        Ok(scene) => Scene { by_name: asked.by == BY_NAME, ..scene },
        Err(error) => return StatusCode::from_u16(error.status()).unwrap_or_default().into_response(),
    };
    let columns = scene.columns();
    if columns.seen == asked.seen {
        return (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]).into_response();
    }
    let mut response = columns.html.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What the shop knows for the board; an unknown `open` is no failure of the board.
pub(super) async fn scene(visit: &Visit, who: &Associate, store: &str, open: &str) -> Result<Scene, Error> {
    let board = visit.shop().board(who, visit.lang, store).await?;
    let (found, refused) = match open {
        "" => (None, None),
        open => match visit.shop().look_up(who, visit.lang, store, open).await {
            Ok(card) => (Some(card), None),
            Err(Error::NotFound) => (None, None),
            // It opened something when it was looked up; meanwhile it was used, or taken back.
            Err(Error::Order(OrderRefusal::Pass(why))) => (None, Some(why)),
            Err(error) => return Err(error),
        },
    };
    let now = visit.shop().now().as_second();
    Ok(Scene { board, found, refused, by_name: false, now, lang: visit.lang })
}

/// A board that cannot be shown.
pub(super) fn failed(visit: &Visit, who: &Associate, error: &Error) -> Response {
    match error {
        Error::Staff(StaffRefusal::NotYours) => gate::not_yours(visit, who),
        error => match explain(error) {
            AppError::SignedOut => gate::turned_away(visit, &AppError::SignedOut),
            told => visit.failure(&told),
        },
    }
}

pub(super) fn unknown(visit: &Visit) -> String {
    visit
        .say(
            "이 매장에 그런 예약이 없어요. 매장이 맞는지 확인하고, 코드 대신 이름이나 전화 끝 네 자리로 찾아보세요.",
            "No such reservation at this store. Check that it is for this store, or try a name or the last four digits of a phone.",
        )
        .to_owned()
}

pub(super) async fn page(visit: &Visit, who: &Associate, scene: &Scene, telling: Telling) -> Response {
    let promises = kept(visit, who).await;
    let staff = visit.shop().staff_view(who, visit.lang);
    let path = format!("/staff/{}", scene.board.store);
    let waiting = scene.board.to_prepare.len();
    let name = scene.board.store_name.clone();
    let head = if waiting > 0 { format!("({waiting}) {name}") } else { name.clone() };
    let html = scene.columns().html;
    let status = telling.status;
    visit.page(|| {
        let state = view! {
            <a class="staff-quiet staff-reload" href=visit.href(&path)>{visit.say("새로 고침", "Reload")}</a>
            <BoardLive lang=visit.lang />
        }
        .into_any();
        let view = view! {
            {bar(visit, &staff, Some(&scene.board.store), &path, state)}
            <div class="staff-work" id="work">
                <h1 class="quiet">{visit.say("예약 준비와 건네기", "Prepare and hand over")}" · "{name.clone()}</h1>
                {line(visit.lang, &at(&promises, &scene.board.store))}
                {look_up(visit, &path, &telling.typed)}
                {counter(visit, &path, (&scene.board.store, &name))}
                {tabs(visit, scene, telling.tab)}
                <div id="notice" aria-live="polite">{telling.notice.view(visit.lang)}</div>
                <div id="board" inner_html=html></div>
            </div>
        };
        Page { status, ..Page::of_staff(head, path.clone(), view) }
    })
}

/// On a small screen one column at a time; the choice works without scripts.
fn tabs(visit: &Visit, scene: &Scene, chosen: Place) -> AnyView {
    let counts = [
        (Place::Prepare, scene.board.to_prepare.len()),
        (Place::Ready, scene.board.ready.len()),
        (Place::Done, scene.board.done.len()),
    ];
    let chosen = if chosen == Place::Found { Place::Prepare } else { chosen };
    let tabs = counts
        .map(|(place, count)| {
            view! {
                <label>
                    <input type="radio" name="tab" value=place.code() checked=place == chosen autocomplete="off" />
                    <span>{title(visit.lang, place)}" "<b data-count=place.code()>{count}</b></span>
                </label>
            }
        })
        .into_iter()
        .collect_view();
    view! {
        <fieldset class="staff-tabs">
            <legend class="quiet">{visit.say("보이는 칸", "Column shown")}</legend>
            {tabs}
        </fieldset>
    }
    .into_any()
}
