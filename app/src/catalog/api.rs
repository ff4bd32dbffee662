//! Fragments for islands: pieces of pages as HTML, rendered where the words are. An island puts them in place.

use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use leptos::prelude::*;
use onshelf_vocabulary::{Lang, catalog::Suggestion};
use serde::Deserialize;

use super::{
    product::{order_of, similar},
    shelf,
};
use crate::{
    ssr::{Visit, encoded, explain},
    ui::picture::Picture,
};

const SUGGESTED: usize = 6;
const MOST_TEXT: usize = 60;

#[derive(Debug, Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    q: String,
}

#[derive(Debug, Deserialize)]
pub struct Wanted {
    sku: String,
}

/// `/suggest?q=…`: the options of the list under the search field.
pub async fn suggest(visit: Visit, Query(typed): Query<Typed>) -> Response {
    let text: String = typed.q.trim().chars().take(MOST_TEXT).collect();
    let found = visit.shop().suggest(&visit.viewer, &text, SUGGESTED);
    visit.fragment(|| {
        let products =
            found.into_iter().enumerate().map(|(place, one)| suggestion(&visit, place, one)).collect_view();
        let all = (!text.is_empty()).then(|| {
            let label = match visit.lang {
                Lang::Ko => format!("‘{text}’ 모두 보기"),
                Lang::En => format!("All results for “{text}”"),
            };
            option(
                "suggestion-all".to_owned(),
                visit.href(&format!("/search?q={}", encoded(&text))),
                view! { <b>{label}</b> },
            )
        });
        view! { {products}{all} }
    })
}

fn suggestion(visit: &Visit, place: usize, one: Suggestion) -> impl IntoView + use<> {
    let inside = view! {
        <Picture image=one.image silent=true />
        <span>{one.label}</span>
        <small>{one.price.display()}</small>
    };
    option(format!("suggestion-{place}"), visit.href(&format!("/p/{}", one.slug)), inside)
}

fn option<V: IntoView>(id: String, href: String, inside: V) -> impl IntoView + use<V> {
    view! { <li id=id role="option" aria-selected="false" data-href=href>{inside}</li> }
}

/// `/p/{slug}/shelves?sku=…`: the shelf panel alone, for where the shopper says they are now, and what the heading of
/// the page then says of its order.
pub async fn shelves(visit: Visit, Path(slug): Path<String>, Query(wanted): Query<Wanted>) -> Response {
    let (shop, book) = (visit.shop(), visit.shop().book());
    let found = shop
        .product_page(&visit.viewer, &slug, Some(&wanted.sku))
        .and_then(|product| Ok((shop.shelves_of(&visit.viewer, &book, &wanted.sku, 1)?, product)));
    match found {
        Ok((shelves, product)) => visit.fragment(|| {
            let lang = visit.lang;
            let below = shop.related(&visit.viewer, &book, &slug).next().is_some();
            let (near, similar) = (order_of(lang, &shelves.near), similar(lang, &product, below));
            view! {
                <p hidden data-near>{near}</p>
                {shelf::panel(lang, &shelves, &wanted.sku, product.active, similar)}
            }
        }),
        Err(error) => {
            let status = explain(&error).status();
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
    }
}
