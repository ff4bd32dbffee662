//! Pages before they reach the router: one that is kept and still true is answered at once, the others are rendered
//! for what the key says of the visitor and nothing else, compressed once, and kept. So a page cannot show what it
//! is not kept by. What is personal, and what changes something, passes by untouched.

mod coding;
mod kept;

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
    routing::future::RouteFuture,
};
use bytes::Bytes;
use futures::future::{BoxFuture, Either, Ready, ready};
use http_body_util::BodyExt;
use onshelf_app::shared::{self, Items, Known};
use sha2::{Digest, Sha256};
use tower::Service;
use tracing::Span;

use self::{
    coding::Coding,
    kept::{Asked, Kept, Key, Moment, Pages},
};
use super::{surface::Surface, trace};

/// Addresses longer than this are nobody's next page.
const LONGEST: usize = 512;
/// Headers that say on whose behalf and as which request a page is rendered, not what is on it.
const ABOUT_THE_CALL: [HeaderName; 5] = [
    header::HOST,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
];

/// The router with kept pages before it.
pub(super) fn before(router: Router, surface: Surface) -> Router {
    let bytes = surface.options.limits.kept_pages;
    if bytes == 0 {
        return router;
    }
    Router::new().fallback_service(Front(Arc::new(Inside { pages: Pages::new(bytes), router, surface })))
}

#[derive(Clone)]
struct Front(Arc<Inside>);

struct Inside {
    pages: Pages,
    router: Router,
    surface: Surface,
}

type Answer = Result<Response, Infallible>;

impl Service<Request> for Front {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Answer>, Either<RouteFuture<Infallible>, BoxFuture<'static, Answer>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let inside = &self.0;
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let route = shared::route(request.uri().path()).filter(|_| is_plain(&request, path));
        let Some(route) = route else {
            return Either::Right(Either::Left(inside.router.clone().call(request)));
        };
        let started = Instant::now();
        let headers = request.headers();
        let asked = Asked { path, known: Known::of(headers), coding: Coding::of(headers) };
        if let Some(kept) = inside.pages.find(&asked, &inside.surface.door.shop) {
            let id = trace::request_id(headers);
            let response = answer(&kept, headers, Some(id.clone()));
            trace::note_kept(&id, route, response.status().as_u16(), started.elapsed());
            return Either::Left(ready(Ok(response)));
        }
        let key = asked.to_key();
        let rendered = render(inside.clone(), request, key);
        Either::Right(Either::Right(Box::pin(async { Ok(rendered.await) })))
    }
}

fn is_plain(request: &Request, path: &str) -> bool {
    request.method() == Method::GET
        && path.len() <= LONGEST
        && axum::body::HttpBody::is_end_stream(request.body())
}

/// The page, or that the visitor has it already.
fn answer(kept: &Kept, asked: &HeaderMap, id: Option<HeaderValue>) -> Response {
    let mut headers = kept.headers.clone();
    if let Some(id) = id {
        headers.insert(trace::ID, id);
    }
    let has_it = has(asked, &kept.etag);
    let mut response = Response::new(if has_it { Body::empty() } else { Body::from(kept.body.clone()) });
    if has_it {
        headers.remove(header::CONTENT_TYPE);
        headers.remove(header::CONTENT_ENCODING);
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    *response.headers_mut() = headers;
    response
}

fn has(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    let told = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    told.flat_map(|line| line.split(',')).any(|tag| {
        let tag = tag.trim();
        tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == etag.as_bytes() || tag == "*"
    })
}

async fn render(inside: Arc<Inside>, request: Request, key: Key) -> Response {
    let shop = &inside.surface.door.shop;
    let moment = Moment::of(shop);
    let asked = request.headers().clone();
    let request = without_the_visitor(request, &key.as_asked());
    let (answered, reading) = shop.shelves().noting(inside.router.clone().call(request)).await;
    let Ok(response) = answered;
    let (mut parts, body) = response.into_parts();
    let is_page =
        parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page || parts.headers.contains_key(header::CONTENT_ENCODING) {
        return Response::from_parts(parts, body);
    }
    let page = match body.collect().await {
        Ok(whole) => whole.to_bytes(),
        Err(error) => {
            beside(&parts.headers).in_scope(|| {
                tracing::error!(
                    %error,
                    "A rendered page could not be read ({error}); an empty one was sent."
                );
            });
            return Response::from_parts(parts, Body::empty());
        }
    };
    let coding = key.as_asked().coding;
    let body = written(coding, page, &mut parts.headers);
    if parts.status != StatusCode::OK || parts.headers.contains_key(header::SET_COOKIE) {
        return Response::from_parts(parts, Body::from(body));
    }
    let etag = etag_of(&body);
    let id = parts.headers.remove(trace::ID);
    parts.headers.insert(header::ETAG, etag.clone());
    let kept = Arc::new(Kept { headers: parts.headers, etag, body, source: moment.with(reading) });
    inside.pages.keep(key, kept.clone());
    answer(&kept, &asked, id)
}

/// The request as anybody would send it of whom the key says the same.
fn without_the_visitor(request: Request, asked: &Asked<'_>) -> Request {
    let (mut parts, body) = request.into_parts();
    let mut headers = HeaderMap::with_capacity(ABOUT_THE_CALL.len() + 1);
    for name in ABOUT_THE_CALL {
        for value in parts.headers.get_all(&name) {
            headers.append(name.clone(), value.clone());
        }
    }
    if let Some(cookie) = asked.known.cookie() {
        headers.insert(header::COOKIE, cookie);
    }
    parts.headers = headers;
    parts.extensions.insert(Items(asked.known.items));
    Request::from_parts(parts, body)
}

/// The page in its coding, with the headers that say so.
fn written(coding: Coding, page: Bytes, headers: &mut HeaderMap) -> Bytes {
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, cookie"));
    match coding.write(page.clone()) {
        Ok(body) => {
            if let Some(name) = coding.name() {
                headers.insert(header::CONTENT_ENCODING, name);
            }
            body
        }
        Err(error) => {
            beside(headers).in_scope(|| {
                tracing::error!(%error, "A page could not be compressed ({error}) and was sent as it is.");
            });
            page
        }
    }
}

/// For lines about a page whose request has passed: they stand under its id all the same.
fn beside(headers: &HeaderMap) -> Span {
    headers.get(trace::ID).map_or_else(Span::none, trace::lines_of)
}

/// Strong: the same tag is the same bytes.
fn etag_of(body: &[u8]) -> HeaderValue {
    let digest = Sha256::digest(body);
    let tag: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::from_str(&format!("\"{tag}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}
