//! Around every request: an id, one line in the log, a count; and a panic becomes an answer with a reference.
//! Neither the address nor the query is logged, only the route's pattern: they may name a person's reservation.

use std::{any::Any, panic::AssertUnwindSafe, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use tracing::Instrument;

use super::{metrics::METER, problem::Problem};

const ID: HeaderName = HeaderName::from_static("x-request-id");

pub async fn trace(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let given = request.headers().get(ID).filter(|id| is_id(id)).cloned();
    let id = given.or_else(fresh_id).unwrap_or_else(|| HeaderValue::from_static("none"));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    let text = id.to_str().unwrap_or_default();
    let span = tracing::info_span!("request", id = text);
    let mut response = unbroken(next.run(request), text).instrument(span.clone()).await;
    let (took, status) = (started.elapsed(), response.status().as_u16());
    METER.count_answer(route, method_name(&method), status, took);
    let ms = took.as_micros() as f64 / 1_000.0;
    span.in_scope(|| tracing::info!(%method, route, status, ms, "Answered."));
    response.headers_mut().insert(ID, id);
    response
}

/// Catches what should never happen, so that one visitor's fault is nobody else's.
async fn unbroken(answer: impl Future<Output = Response>, id: &str) -> Response {
    match AssertUnwindSafe(answer).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let reference = id.chars().take(64).collect::<String>();
            tracing::error!(reference, panic = said(panic.as_ref()), "A handler panicked.");
            Problem::broken(reference).into_response()
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// Methods of a client's own invention share one series.
fn method_name(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

fn is_id(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    (1..=64).contains(&bytes.len()) && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
}

fn fresh_id() -> Option<HeaderValue> {
    HeaderValue::from_str(&uuid::Uuid::now_v7().simple().to_string()).ok()
}
