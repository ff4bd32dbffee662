//! The last word on every refusal: whatever a guard, a handler or the router refused with leaves as
//! `application/problem+json` under `/api` and `/webhooks`, and as a page elsewhere, in the language that was asked for.

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use onshelf_app::{
    error::AppError,
    shared::Items,
    ssr::{Door, PagesOf, Visit},
};
use onshelf_vocabulary::Lang;

use super::{
    ask::language,
    problem::{Kind, Problem},
    surface::Surface,
};

const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

pub async fn speak(
    surface: &Surface,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    // What a failure page needs of the request, kept cheaply: nearly no request fails.
    let asked = Kept {
        uri: request.uri().clone(),
        cookie: request.headers().get(header::COOKIE).cloned(),
        items: request.extensions().get::<Items>().copied(),
        lang: language(request.headers()),
    };
    let response = next(request).await;
    let path = asked.uri.path();
    if path == "/api" || path.starts_with("/api/") || path.starts_with("/webhooks/") {
        api_answer(asked.lang, response, surface)
    } else if is_bare(&response) {
        page_answer(asked, response, &surface.door).await
    } else {
        response
    }
}

struct Kept {
    uri: Uri,
    cookie: Option<HeaderValue>,
    items: Option<Items>,
    lang: Lang,
}

/// A refusal that nobody has written a body for.
fn is_bare(response: &Response) -> bool {
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    let kind = response.headers().get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    failed
        && (response.extensions().get::<Problem>().is_some()
            || kind.is_empty()
            || kind.starts_with(b"text/plain"))
}

fn api_answer(lang: Lang, mut response: Response, surface: &Surface) -> Response {
    if is_bare(&response) {
        let problem = problem_of(&mut response);
        let body = problem.to_json(lang, &surface.options.public_url).to_string();
        response = replaced(response, problem.status(), PROBLEM, body);
    }
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_LANGUAGE).or_insert(HeaderValue::from_static(lang.tag()));
    headers.append(header::VARY, HeaderValue::from_static("accept-language"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn problem_of(response: &mut Response) -> Problem {
    let status = response.status().as_u16();
    response.extensions_mut().remove().unwrap_or_else(|| Problem::new(Kind::of_status(status)))
}

/// Another body for an answer whose headers (`Allow`, `Retry-After`) stay.
fn replaced(response: Response, status: StatusCode, kind: HeaderValue, body: String) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = status;
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, kind);
    Response::from_parts(parts, body.into())
}

async fn page_answer(asked: Kept, mut response: Response, door: &Door) -> Response {
    let problem = problem_of(&mut response);
    let english = asked.uri.path() == "/en" || asked.uri.path().starts_with("/en/");
    let lang = if english { Lang::En } else { Lang::Ko };
    let error = match problem.kind {
        Kind::NotFound | Kind::MethodNotAllowed => AppError::NotFound,
        Kind::Unauthorized => AppError::SignedOut,
        Kind::Forbidden => AppError::NotYours,
        Kind::Busy | Kind::RateLimited | Kind::TooSlow | Kind::InFlight => AppError::Busy,
        Kind::TooLarge => AppError::TooLarge,
        Kind::Broken => AppError::Broken { reference: problem.reference.clone().unwrap_or_default() },
        // A browser that fills in our forms never meets these; one line says what is wrong.
        _ => {
            let text =
                problem.detail.as_ref().map_or_else(String::new, |detail| format!(" {}", detail.get(lang)));
            let title = match problem.kind {
                // Pages take forms, the contract takes JSON.
                Kind::UnsupportedMediaType => lang.pick("양식으로 보내 주세요", "Send a form"),
                kind => kind.title(lang),
            };
            let body = format!("{title}.{text}\n");
            let kind = HeaderValue::from_static("text/plain; charset=utf-8");
            return replaced(response, problem.status(), kind, body);
        }
    };
    let (mut parts, ()) = axum::http::Request::new(()).into_parts();
    parts.headers.extend(asked.cookie.map(|cookie| (header::COOKIE, cookie)));
    parts.uri = asked.uri;
    parts.extensions.insert(PagesOf(lang));
    if let Some(items) = asked.items {
        parts.extensions.insert(items);
    }
    let page = match Visit::from_request_parts(&mut parts, door).await {
        Ok(visit) => visit.failure(&error),
        Err(never) => match never {},
    };
    let (mut parts, body) = page.into_parts();
    parts.status = problem.status();
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            parts.headers.insert(name, value.clone());
        }
    }
    Response::from_parts(parts, body)
}

/// An address under `/api` that nobody knows.
pub async fn unknown_path() -> Response {
    Problem::new(Kind::NotFound).into_response()
}

/// What a problem's address says to people who open it.
pub async fn explain_problem(
    axum::extract::Path(slug): axum::extract::Path<String>,
    super::ask::Asked(lang): super::ask::Asked,
) -> Response {
    match Kind::ALL.into_iter().find(|kind| kind.slug() == slug) {
        Some(kind) => format!("{} {}: {}\n", kind.status(), kind.slug(), kind.title(lang)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
