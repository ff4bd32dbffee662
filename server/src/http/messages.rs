//! `/dev/messages`: what was written to the folder in place of being sent. It is there on this machine alone, and an
//! address nobody knows everywhere else.

use axum::{
    Extension, Router,
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use onshelf_app::{
    error::AppError,
    notifications::sent::{SentEntry, SentMessage, list_page, message_page},
    ssr::{Door, PagesOf, Visit},
};
use onshelf_domain::words;
use onshelf_vocabulary::Lang;

use super::surface::Surface;
use crate::notifications::sent::{self, Entry, Letter};

/// More are kept than are listed.
const LISTED: usize = 100;

/// The pages in both languages, and the parts of a message.
pub fn routes() -> Router<Door> {
    let of = |lang: Lang| {
        Router::new()
            .route("/dev/messages", get(list))
            .route("/dev/messages/{name}", get(message))
            .layer(Extension(PagesOf(lang)))
    };
    of(Lang::Ko)
        .nest("/en", of(Lang::En))
        .route("/dev/messages/{name}/html", get(html))
        .route("/dev/messages/{name}/parts/{place}", get(part))
}

async fn list(visit: Visit, Extension(surface): Extension<Surface>) -> Response {
    if !surface.options.shows_messages {
        return visit.failure(&AppError::NotFound);
    }
    let folder = surface.options.data_dir.clone();
    let found = tokio::task::spawn_blocking(move || sent::list(&folder, LISTED)).await.unwrap_or_default();
    let entries: Vec<SentEntry> = found.into_iter().map(|found| entry(&visit, found)).collect();
    list_page(&visit, &entries)
}

async fn message(visit: Visit, Extension(surface): Extension<Surface>, Path(name): Path<String>) -> Response {
    let Some(found) = open(&surface, name).await else { return visit.failure(&AppError::NotFound) };
    let parts = found.parts.iter().map(|part| (part.name.clone(), part.kind.clone(), part.content.len()));
    let message = SentMessage {
        parts: parts.collect(),
        entry: entry(&visit, found.entry),
        headers: found.headers,
        text: found.text,
        has_html: found.html.is_some(),
    };
    message_page(&visit, &message)
}

/// The HTML part alone. Its headers (`guard::headers`) let it run nothing and ask for nothing.
async fn html(Extension(surface): Extension<Surface>, Path(name): Path<String>) -> Response {
    let found = open(&surface, name).await.and_then(|found| found.html);
    let Some(html) = found else { return StatusCode::NOT_FOUND.into_response() };
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "private, no-store")], html)
        .into_response()
}

/// What travels with it, to be kept as a file.
async fn part(
    Extension(surface): Extension<Surface>,
    Path((name, place)): Path<(String, usize)>,
) -> Response {
    let found = open(&surface, name).await.and_then(|found| found.parts.into_iter().nth(place));
    let Some(part) = found else { return StatusCode::NOT_FOUND.into_response() };
    let kind = HeaderValue::from_str(&part.kind)
        .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    let mut response = part.content.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

async fn open(surface: &Surface, name: String) -> Option<Letter> {
    if !surface.options.shows_messages {
        return None;
    }
    let folder = surface.options.data_dir.clone();
    match tokio::task::spawn_blocking(move || sent::open(&folder, &name)).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            let kind = error.kind();
            tracing::warn!(
                %kind,
                "A kept message could not be read ({kind}); its page says that it is not there."
            );
            None
        }
        Err(_) => None,
    }
}

fn entry(visit: &Visit, entry: Entry) -> SentEntry {
    SentEntry {
        at: words::age(visit.lang, entry.at, visit.shop().now()),
        name: entry.name,
        subject: entry.subject,
        to: entry.to,
        is_text: entry.is_text,
    }
}
