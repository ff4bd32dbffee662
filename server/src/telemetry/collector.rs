//! The way to a collector: OTLP over HTTP as protobuf. Finished spans wait in a bounded queue that a thread of its own
//! empties; where the collector is slow or gone the queue is full and spans are dropped, never requests.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry::{KeyValue, trace::TracerProvider};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider},
};
use tokio::runtime::Handle;
use tracing_opentelemetry::OpenTelemetryLayer;

use crate::{Failure, metrics::METER, outward};

/// Finished spans that may wait.
const QUEUE: usize = 8_192;
const BATCH: usize = 512;
const PAUSE: Duration = Duration::from_secs(1);
/// How long the collector may take for a batch.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the last spans may take to leave when the process stops.
const LAST_WORD: Duration = Duration::from_millis(900);
/// Of an answer's body no more is read.
const ANSWER: usize = 64 * 1024;

/// Traces on their way to a collector.
pub struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// An error names the setting that cannot be used.
    pub fn start(endpoint: &str) -> Result<Traces, Failure> {
        let collector = Collector::new()?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(collector)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(traces_address(endpoint))
            .with_timeout(PATIENCE)
            .build()
            .map_err(|error| format!("otlp_endpoint: {error}"))?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(PAUSE)
            .build();
        let processor = BatchSpanProcessor::builder(exporter).with_batch_config(batches).build();
        let provider =
            SdkTracerProvider::builder().with_span_processor(processor).with_resource(resource()).build();
        Ok(Traces { provider })
    }

    pub(super) fn layer<S>(&self) -> OpenTelemetryLayer<S, SdkTracer>
    where
        S: tracing::Subscriber + for<'span> tracing_subscriber::registry::LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("onshelf"))
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_context_activation(false)
            .with_tracked_inactivity(false)
    }

    /// Sends what still waits, as far as that goes quickly.
    pub async fn finish(self) {
        // The wait blocks a thread; it must not be one that sends.
        let ended = tokio::task::spawn_blocking(move || self.provider.shutdown_with_timeout(LAST_WORD)).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!("The last traces did not reach the collector and are lost.");
        }
    }
}

/// The collector's address as operators write it, with or without the path of traces.
fn traces_address(endpoint: &str) -> String {
    let endpoint = endpoint.trim_end_matches('/');
    if endpoint.ends_with("/v1/traces") { endpoint.to_owned() } else { format!("{endpoint}/v1/traces") }
}

/// Who speaks. The standard variables (`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`) add to it.
fn resource() -> Resource {
    let resource =
        Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    match std::env::var_os("OTEL_SERVICE_NAME") {
        Some(_) => resource.build(),
        None => resource.with_service_name("onshelf").build(),
    }
}

/// Posts batches on the process's own runtime, whichever thread asks.
#[derive(Debug)]
struct Collector {
    client: reqwest::Client,
    runtime: Handle,
    /// Whether the last batch was taken, so that only a change is worth a line.
    takes: Arc<AtomicBool>,
}

impl Collector {
    fn new() -> Result<Collector, Failure> {
        let client = outward::client(PATIENCE).build()?;
        Ok(Collector { client, runtime: Handle::current(), takes: Arc::new(AtomicBool::new(true)) })
    }

    fn note(&self, taken: bool) {
        METER.count_export(taken);
        match (self.takes.swap(taken, Ordering::Relaxed), taken) {
            (true, false) => {
                tracing::warn!("The collector does not take traces; they are dropped until it does.");
            }
            (false, true) => tracing::info!("The collector takes traces again."),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, HttpError> {
        let sending = self.runtime.spawn(post(self.client.clone(), request));
        let outcome = sending.await.unwrap_or_else(|error| Err(error.into()));
        self.note(outcome.as_ref().is_ok_and(|response| response.status().is_success()));
        outcome
    }
}

async fn post(
    client: reqwest::Client,
    request: http::Request<Bytes>,
) -> Result<http::Response<Bytes>, HttpError> {
    let mut response = client.execute(request.try_into()?).await?;
    let mut answer = http::Response::builder().status(response.status());
    if let Some(headers) = answer.headers_mut() {
        *headers = std::mem::take(response.headers_mut());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > ANSWER {
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(answer.body(Bytes::from(body))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_may_name_the_path_or_not() {
        for (told, meant) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("http://127.0.0.1:4318/", "http://127.0.0.1:4318/v1/traces"),
            ("https://otel.example/tenant/v1/traces", "https://otel.example/tenant/v1/traces"),
        ] {
            assert_eq!(traces_address(told), meant);
        }
    }
}
