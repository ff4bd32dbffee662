//! Traces for a collector: requests with what they waited for, nobody's name, nobody's request slowed down.

use std::time::{Duration, Instant};

use reqwest::{Client, Response};
use serde_json::json;

use crate::{
    collector::{Collector, silent},
    process::{Process, shops},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";
/// SERVER, as the protocol has it.
const SERVER: i32 = 2;
const NAME: &str = "마크자이언";
const PHONE: &str = "010-7777-1234";
/// No part of either may be in a trace.
const MARKS: [&str; 4] = [NAME, PHONE, "1077771234", "trackme"];

async fn reserve(process: &Process, key: &str) -> Response {
    let body = json!({"store": "seongsu", "lines": [{"sku": "CUP", "quantity": 1}],
                      "contact": {"name": NAME, "phone": PHONE}});
    Client::new()
        .post(format!("{}/api/v1/reservations", process.url))
        .header("idempotency-key", key)
        .header("traceparent", format!("00-{TRACE}-{PARENT}-01"))
        .json(&body)
        .send()
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_traced_with_its_deed_and_its_waits() {
    for test in shops().await {
        test.with_stock("seongsu", "CUP", 5).await;
        let (collector, url) = Collector::start().await;
        let settings = [("ONSHELF_OTLP_ENDPOINT", url.as_str()), ("ONSHELF_TRUSTED_PROXIES", "127.0.0.1")];
        let mut process = Process::start(&test, &settings).await;
        let answer = reserve(&process, "traced").await;
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        let token = answer.json::<serde_json::Value>().await.unwrap()["token"].as_str().unwrap().to_owned();

        let request = collector.wait_for(|span| span.name == "POST /api/v1/reservations").await;
        assert_eq!((request.trace.as_str(), request.parent.as_str()), (TRACE, PARENT));
        assert_eq!((request.kind, request.failed), (SERVER, false));
        assert_eq!(request.attributes["http.route"], "/api/v1/reservations");
        assert_eq!(request.attributes["http.request.method"], "POST");
        assert_eq!(request.attributes["http.response.status_code"], "201");
        assert_eq!(request.attributes["request.id"], id);
        assert_eq!(request.resource["service.name"], "onshelf");
        let deed = collector.wait_for(|span| span.name == "reserve").await;
        assert_eq!((&deed.parent, &deed.trace), (&request.id, &request.trace));
        let write = collector.wait_for(|span| span.name == "database write" && span.parent == deed.id).await;
        if test.shop.db().engine() == "sqlite" {
            collector.wait_for(|span| span.name == "database queue" && span.parent == write.id).await;
        }

        // What happens right before the end is told, too.
        let stores = format!("{}/api/v1/stores?service=trackme", process.url);
        let last = Client::new().get(stores).send().await.unwrap();
        assert_eq!(last.status(), 200);
        let (status, took) = process.stop().await;
        assert!(status.success() && took < Duration::from_secs(10), "{status} {took:?}");
        collector.wait_for(|span| span.name == "GET /api/v1/stores").await;
        for span in collector.spans() {
            let marks = MARKS.iter().copied().chain([token.as_str()]);
            for mark in marks {
                assert!(!span.whole.contains(mark), "{mark} in {}", span.whole);
            }
            let alone = span.name.starts_with("database") && span.parent.is_empty();
            assert!(!alone, "what the workers ask again and again is no trace: {}", span.whole);
        }
        test.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stranger_says_of_a_trace_is_not_believed() {
    for test in shops().await {
        test.with_stock("seongsu", "CUP", 5).await;
        let (collector, url) = Collector::start().await;
        let endpoint = format!("{url}/v1/traces");
        let process = Process::start(&test, &[("ONSHELF_OTLP_ENDPOINT", endpoint.as_str())]).await;
        assert_eq!(reserve(&process, "stranger").await.status(), 201);
        let request = collector.wait_for(|span| span.name == "POST /api/v1/reservations").await;
        assert_ne!(request.trace, TRACE);
        assert_eq!(request.parent, "");
        drop(process);
        test.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_never_answers_holds_up_nobody() {
    for test in shops().await {
        test.with_stock("seongsu", "CUP", 400).await;
        let url = silent().await;
        let settings = [("ONSHELF_OTLP_ENDPOINT", url.as_str()), ("ONSHELF_LOG", "info")];
        let mut process = Process::start(&test, &settings).await;
        let client = Client::new();
        let mut slowest = Duration::ZERO;
        for _ in 0..300 {
            let began = Instant::now();
            let answer = client.get(format!("{}/api/v1/stores", process.url)).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            slowest = slowest.max(began.elapsed());
        }
        assert!(slowest < Duration::from_secs(3), "{slowest:?}");
        let began = Instant::now();
        while !process.log().contains("The collector does not take traces") {
            assert!(began.elapsed() < Duration::from_secs(15), "{}", process.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let (status, took) = process.stop().await;
        assert!(status.success() && took < Duration::from_secs(10), "{status} {took:?}");
        test.close().await;
    }
}
