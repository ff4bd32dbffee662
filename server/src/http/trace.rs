//! Around every request: an id, one line in the log, a count; and a panic becomes an answer with a reference.
//! Neither the address nor the query is logged, only the route's pattern: they may name a person's reservation.

use std::{
    any::Any,
    fmt,
    panic::AssertUnwindSafe,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method},
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use tracing::{Instrument, Span};

use super::{guard::client::FromProxy, problem::Problem};
use crate::{metrics::METER, telemetry::Served};

pub(super) const ID: HeaderName = HeaderName::from_static("x-request-id");

/// What lines about pages from memory are written under, so that they can be asked for alone.
const KEPT: &str = "onshelf::kept";

/// What a request asks for, as a line of the log may say it: by its route's pattern.
pub(super) struct Asked {
    pub(super) method: Method,
    route: Option<MatchedPath>,
}

impl Asked {
    pub(super) fn of(request: &Request) -> Asked {
        Asked { method: request.method().clone(), route: request.extensions().get::<MatchedPath>().cloned() }
    }

    pub(super) fn route(&self) -> &str {
        self.route.as_ref().map_or("(none)", MatchedPath::as_str)
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.route())
    }
}

pub async fn trace(mut request: Request, next: impl AsyncFnOnce(Request) -> Response) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    request.headers_mut().insert(ID, id.clone());
    let asked = Asked::of(&request);
    let (method, route) = (method_name(&asked.method), asked.route());
    let span = lines_of(&id);
    let by_proxy = request.extensions().get::<FromProxy>().map(|_| request.headers());
    let served = span.in_scope(|| Served::begin(method, route, as_text(&id), by_proxy));
    let in_flight = METER.begin_request();
    let mut response = next(request).instrument(served.span()).instrument(span.clone()).await;
    drop(in_flight);
    let (took, status) = (started.elapsed(), response.status().as_u16());
    served.end(status);
    METER.count_answer(route, method, status, took);
    let (method, ms) = (asked.method.as_str(), millis(took));
    span.in_scope(|| {
        tracing::info!(method, route, status, ms, "{asked} was answered with {status} in {ms} ms.");
    });
    response.headers_mut().insert(ID, id);
    response
}

/// Counts a page from memory, which passes by all of this. Its line has the shape of the others and is written only
/// where somebody asks for it: writing it takes longer than answering, and there are tens of thousands a second.
pub(super) fn note_kept(id: &HeaderValue, route: &str, status: u16, took: Duration) {
    let method = "GET";
    METER.count_kept(route, method, status, took);
    let ms = millis(took);
    tracing::debug_span!(target: KEPT, "request", id = as_text(id)).in_scope(|| {
        tracing::debug!(
            target: KEPT,
            method,
            route,
            status,
            ms,
            "{method} {route} was answered from memory with {status} in {ms} ms."
        );
    });
}

/// What all lines of one request stand under.
pub(super) fn lines_of(id: &HeaderValue) -> Span {
    tracing::info_span!("request", id = as_text(id))
}

fn as_text(id: &HeaderValue) -> &str {
    id.to_str().unwrap_or_default()
}

fn millis(took: Duration) -> f64 {
    took.as_micros() as f64 / 1_000.0
}

/// The id a proxy gave, or one of our own.
pub(super) fn request_id(headers: &HeaderMap) -> HeaderValue {
    headers.get(ID).filter(|id| is_id(id)).cloned().unwrap_or_else(fresh_id)
}

/// Catches what should never happen, so that one visitor's fault is nobody else's.
pub async fn catch(request: Request, next: impl AsyncFnOnce(Request) -> Response) -> Response {
    let id = request.headers().get(ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let asked = Asked::of(&request);
    match AssertUnwindSafe(next(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let (method, route, panic) = (&asked.method, asked.route(), said(panic.as_ref()));
            tracing::error!(
                reference = id,
                %method,
                route,
                panic,
                "{asked} could not be answered, its handler panicked ({panic:?}); whoever asked was told the \
                 reference {id}."
            );
            Problem::broken(id).into_response()
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// Methods of a client's own invention share one series.
fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

fn is_id(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    (1..=64).contains(&bytes.len()) && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
}

/// The process's own random beginning and a count: asking the kernel for chance each time would take longer than
/// answering with a kept page.
fn fresh_id() -> HeaderValue {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| uuid::Uuid::new_v4().as_u64_pair().0);
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let id = format!("{:016x}{:016x}", *PROCESS, NEXT.fetch_add(1, Ordering::Relaxed));
    HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static("none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_of_the_contract_has_a_series_of_its_own() {
        for name in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            assert_eq!(
                Method::from_bytes(name.as_bytes()).map(|method| method_name(&method)).ok(),
                Some(name)
            );
        }
        assert_eq!(Method::from_bytes(b"PURGE").map(|method| method_name(&method)).ok(), Some("other"));
    }
}
