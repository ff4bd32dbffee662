//! The span of a request, for the collector.

use axum::http::HeaderMap;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// A request as the collector is told of it: by its route's pattern, never its address.
pub(crate) struct Served(Span);

impl Served {
    /// Under the current span of the log; nothing where no collector is set. What the headers `told` say of a trace is
    /// gone on with: anybody could write them, so they are given only where our own proxies wrote them.
    pub(crate) fn begin(method: &'static str, route: &str, id: &str, told: Option<&HeaderMap>) -> Served {
        let span = tracing::debug_span!(
            target: "otel",
            "request",
            otel.name = %format_args!("{method} {route}"),
            otel.kind = "server",
            otel.status_code = Empty,
            http.request.method = method,
            http.route = route,
            http.response.status_code = Empty,
            request.id = id,
        );
        if let Some(headers) = told.filter(|_| !span.is_disabled()) {
            follow(&span, headers);
        }
        Served(span)
    }

    pub(crate) fn span(&self) -> Span {
        self.0.clone()
    }

    pub(crate) fn end(&self, status: u16) {
        self.0.record("http.response.status_code", status);
        if status >= 500 {
            self.0.record("otel.status_code", "ERROR");
        }
    }
}

fn follow(span: &Span, headers: &HeaderMap) {
    if !headers.contains_key("traceparent") {
        return;
    }
    let told = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // Fails only for a span that has begun or is not the collector's: then it is the first of its own trace.
    let _ = span.set_parent(told);
}
