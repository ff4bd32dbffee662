//! A stand-in for a collector: takes OTLP over HTTP as protobuf and remembers it; or takes connections and never
//! answers.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
};
use prost::Message;
use tokio::net::TcpListener;

/// A span as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub name: String,
    pub trace: String,
    pub id: String,
    pub parent: String,
    pub kind: i32,
    pub failed: bool,
    pub attributes: BTreeMap<String, String>,
    /// Of the process.
    pub resource: BTreeMap<String, String>,
    /// Everything that was sent, for those who look for what should not be there.
    pub whole: String,
}

#[derive(Clone, Default)]
pub struct Collector(Arc<Mutex<Vec<Received>>>);

impl Collector {
    /// Listens, and answers where.
    pub async fn start() -> (Collector, String) {
        let collector = Collector::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/v1/traces", post(take)).with_state(collector.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (collector, url)
    }

    pub fn spans(&self) -> Vec<Received> {
        self.0.lock().unwrap().clone()
    }

    /// The first span that is wanted, once it has come.
    #[track_caller]
    pub fn wait_for(&self, wanted: impl Fn(&Received) -> bool) -> impl Future<Output = Received> {
        let spans = self.clone();
        async move {
            let began = Instant::now();
            loop {
                if let Some(found) = spans.spans().into_iter().find(|span| wanted(span)) {
                    return found;
                }
                let names: Vec<String> = spans.spans().into_iter().map(|span| span.name).collect();
                assert!(began.elapsed() < Duration::from_secs(15), "it never came; what did: {names:?}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn take(State(collector): State<Collector>, headers: HeaderMap, body: Bytes) -> &'static str {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    let mut spans = collector.0.lock().unwrap();
    for of in &request.resource_spans {
        let resource = of.resource.as_ref().map(|own| read(&own.attributes)).unwrap_or_default();
        for span in of.scope_spans.iter().flat_map(|scope| &scope.spans) {
            spans.push(Received {
                name: span.name.clone(),
                trace: hex::encode(&span.trace_id),
                id: hex::encode(&span.span_id),
                parent: hex::encode(&span.parent_span_id),
                kind: span.kind,
                failed: span.status.as_ref().is_some_and(|status| status.code == 2),
                attributes: read(&span.attributes),
                resource: resource.clone(),
                whole: format!("{span:?}"),
            });
        }
    }
    ""
}

fn read(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    attributes
        .iter()
        .map(|pair| {
            let value = pair.value.as_ref().and_then(|value| value.value.as_ref());
            let text = match value {
                Some(Value::StringValue(text)) => text.clone(),
                Some(Value::IntValue(number)) => number.to_string(),
                other => format!("{other:?}"),
            };
            (pair.key.clone(), text)
        })
        .collect()
}

/// Takes connections and says nothing, as a collector behind a broken network does.
pub async fn silent() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
        }
    });
    url
}
