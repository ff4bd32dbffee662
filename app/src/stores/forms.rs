//! What a shopper decides here: which store is theirs, and where they are. Both are remembered in cookies.

use std::collections::HashMap;

use axum::{
    Form,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use onshelf_vocabulary::Point;

use super::{
    asked::Asked,
    locator::{Word, locator_page},
};
use crate::{
    error::AppError,
    ssr::{Near, REMEMBERED, Visit, set_cookie, with_cookie},
};

/// Makes a store the shopper's own and goes on to `next`.
pub async fn choose(
    visit: Visit,
    headers: HeaderMap,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    let code = typed.get("store").map(String::as_str).unwrap_or_default();
    let book = visit.shop().book();
    let Some(store) = book.stores.visited(code) else {
        return visit.failure(&AppError::NotFound);
    };
    let cookie = set_cookie(&visit.door.site, "store", store.code.as_str(), REMEMBERED);
    with_cookie(onward(&visit, &headers, &typed, "/stores"), cookie)
}

/// Remembers where the shopper is: a place's name, or a position the browser gave.
pub async fn set_near(
    visit: Visit,
    headers: HeaderMap,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    let text = |name: &str| typed.get(name).map(|text| text.trim()).unwrap_or_default();
    let asked = Asked::read(&typed);
    let near = match (text("lat"), text("lng")) {
        ("", "") if asked.lost => Err(Word::Lost),
        ("", "") => asked.near.map_or_else(|| named(&visit, &asked.place), |point| Ok(unnamed(point))),
        (lat, lng) => format!("{lat},{lng}").parse().map(unnamed).map_err(|_| Word::Lost),
    };
    match near {
        Ok(near) => {
            let cookie = set_cookie(&visit.door.site, "near", &near.write(), REMEMBERED);
            with_cookie(onward(&visit, &headers, &typed, "/stores"), cookie)
        }
        Err(word) => locator_page(&visit, &asked, Some(word), StatusCode::UNPROCESSABLE_ENTITY),
    }
}

/// A position the browser gave: it has no name that would be true in both languages.
fn unnamed(point: Point) -> Near {
    Near { point, name: String::new() }
}

fn named(visit: &Visit, place: &str) -> Result<Near, Word> {
    if place.is_empty() {
        return Err(Word::NoPosition);
    }
    let places = visit.shop().book().places.find(visit.lang, place, visit.viewer.near, 1);
    places
        .into_iter()
        .next()
        .map(|place| Near { point: place.point, name: place.name })
        .ok_or(Word::UnknownPlace)
}

/// To `next`, if it is a page of ours, else back to where the deed was asked.
pub(crate) fn onward(
    visit: &Visit,
    headers: &HeaderMap,
    typed: &HashMap<String, String>,
    otherwise: &str,
) -> Response {
    match typed.get("next").filter(|next| is_ours(next)) {
        Some(next) => Redirect::to(next).into_response(),
        None => visit.back(headers, otherwise),
    }
}

/// A path on this host: nothing a browser would take for another one, and fit for a header.
fn is_ours(next: &str) -> bool {
    let mut letters = next.bytes();
    letters.next() == Some(b'/')
        && !matches!(letters.next(), Some(b'/' | b'\\'))
        && next.len() <= 2_000
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_host_are_followed() {
        for (next, ours) in [
            ("/stores?place=%EC%84%B1", true),
            ("/", true),
            ("//evil.example/x", false),
            ("/\\evil.example", false),
            ("https://evil.example", false),
            ("", false),
            ("/a\r\nset-cookie: x", false),
            ("/가", false),
        ] {
            assert_eq!(is_ours(next), ours, "{next:?}");
        }
    }
}
