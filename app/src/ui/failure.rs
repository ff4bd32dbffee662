//! The page that tells what went wrong.

use axum::http::StatusCode;
use leptos::prelude::*;

use super::shell::Page;
use crate::{error::AppError, ssr::Visit};

/// Says what is the matter and leads on.
pub fn failure_page(visit: &Visit, error: &AppError, status: StatusCode) -> Page {
    let (title, text) = error.words(visit.lang);
    let reference = match error {
        AppError::Broken { reference } => Some(reference.clone()),
        _ => None,
    };
    let view = view! {
        <section class="failure">
            <h1>{title}</h1>
            <p>{text}</p>
            {reference.map(|reference| view! { <p><code>{reference}</code></p> })}
            <p class="ways">
                <a class="go" href=visit.href("/")>{visit.say("처음으로", "Home")}</a>
                <a class="alt" href=visit.href("/stores")>{visit.say("매장 찾기", "Find a store")}</a>
            </p>
        </section>
    };
    Page { status, indexed: false, ..Page::new(title, "/", view) }
}
