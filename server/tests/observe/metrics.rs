//! What a scrape says, against what was done.

use std::time::Duration;

use axum::Router;
use onshelf_server::{http::Limits, metrics};
use onshelf_shop::{ledger, testing::on_each_engine};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    call::{Call, options, site, site_with},
    exposition::Exposition,
};

pub async fn scrape(page: &Router) -> Exposition {
    let answer = Call::get("/metrics").on(page).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
    Exposition::read(&answer.text())
}

#[tokio::test]
async fn gauges_tell_what_is_held_waits_and_is_late() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 4).await.with_stock("seongsu", "KETTLE-MO", 1).await;
        test.with_stock("gangnam", "CUP", 50).await;
        let page = metrics::router_fresh_for(test.shop.clone(), Duration::ZERO);
        let before = scrape(&page).await;
        test.reserve("010-1111-2222", "seongsu", &[("CUP", 2)]).await.unwrap();
        test.reserve("010-1111-3333", "seongsu", &[("KETTLE-MO", 1)]).await.unwrap();
        assert!(test.reserve("010-1111-4444", "seongsu", &[("KETTLE-MO", 1)]).await.is_err());
        test.shop.catch_up().await.unwrap();
        test.clock.advance(Duration::from_secs(90));

        let now = scrape(&page).await;
        let engine = test.shop.db().engine();
        let build =
            format!("onshelf_build_info{{version=\"{}\",engine=\"{engine}\"}}", env!("CARGO_PKG_VERSION"));
        for (series, value) in [
            ("onshelf_database_up", 1.0),
            ("onshelf_holds", 2.0),
            ("onshelf_units_held", 3.0),
            (r#"onshelf_reservations{status="placed"}"#, 2.0),
            (r#"onshelf_reservations{status="ready"}"#, 0.0),
            (r#"onshelf_reservations_oldest_seconds{status="placed"}"#, 90.0),
            (r#"onshelf_outbox_jobs{kind="message"}"#, 2.0),
            (r#"onshelf_outbox_jobs{kind="delivery"}"#, 0.0),
            (r#"onshelf_outbox_oldest_seconds{kind="message"}"#, 90.0),
            ("onshelf_holds_overdue", 0.0),
            ("onshelf_levels", 3.0),
            ("onshelf_levels_empty", 1.0),
            ("onshelf_levels_low", 1.0),
            ("onshelf_payments_open", 0.0),
            ("onshelf_refunds_failed", 0.0),
            ("onshelf_webhooks_unknown", 0.0),
            ("onshelf_database_writes_under_way", 0.0),
            (build.as_str(), 1.0),
        ] {
            assert!((now.value(series) - value).abs() < 0.001, "{series}: {}", now.value(series));
        }
        for (deed, times) in [("reservation_placed", 2.0), ("hold_refused", 1.0), ("order_placed", 0.0)] {
            let series = format!("onshelf_deeds_total{{deed=\"{deed}\"}}");
            assert!((now.value(&series) - before.value(&series) - times).abs() < 0.001, "{deed}");
        }

        let commits = |page: &Exposition| page.value("onshelf_database_commits_total");
        assert!(commits(&now) - commits(&before) >= 2.0, "{}", commits(&now));

        test.clock.advance(Duration::from_secs(7 * 86_400));
        let late = scrape(&page).await;
        assert!((late.value("onshelf_holds_overdue") - 2.0).abs() < 0.001);
        assert!(late.value("onshelf_holds_overdue_seconds") > 86_400.0);
        assert_eq!(test.shop.expire_reservations().await.unwrap(), 2);
        let after = scrape(&page).await;
        assert!(after.value("onshelf_holds") < 0.001 && after.value("onshelf_holds_overdue") < 0.001);
        let expired = r#"onshelf_deeds_total{deed="reservation_expired"}"#;
        assert!((after.value(expired) - late.value(expired) - 2.0).abs() < 0.001);
    })
    .await;
}

#[tokio::test]
async fn answers_are_counted_by_pattern() {
    on_each_engine(async |test| {
        let (site, page) = (site(test), metrics::router_fresh_for(test.shop.clone(), Duration::ZERO));
        Call::get("/api/v1/products/kettle").on(&site).await.ok(200);
        Call::get("/api/v1/products/none").on(&site).await.problem(404, "not-found");
        let now = scrape(&page).await;
        let route = "/api/v1/products/{key}";
        for status in [200, 404] {
            let series = format!(
                "onshelf_http_requests_total{{route=\"{route}\",method=\"GET\",status=\"{status}\"}}"
            );
            assert!(now.value(&series) >= 1.0);
        }
        let count = format!("onshelf_http_request_seconds_count{{route=\"{route}\",kept=\"no\"}}");
        assert!(now.value(&count) >= 2.0);
        assert!(now.value("onshelf_http_requests_in_flight") < 0.001);
    })
    .await;
}

#[tokio::test]
async fn a_page_from_memory_is_timed_apart() {
    on_each_engine(async |test| {
        let (site, page) = (site(test), metrics::router_fresh_for(test.shop.clone(), Duration::ZERO));
        for _ in 0..2 {
            assert_eq!(Call::get("/p/kettle").on(&site).await.status, 200);
        }
        let now = scrape(&page).await;
        for kept in ["no", "yes"] {
            let series =
                format!("onshelf_http_request_seconds_count{{route=\"/p/{{slug}}\",kept=\"{kept}\"}}");
            assert!(now.value(&series) >= 1.0, "{series}");
        }
    })
    .await;
}

/// Whoever is asked to come back later is counted, whatever for: the alert is on all of them together.
#[tokio::test]
async fn whoever_is_sent_away_is_counted() {
    on_each_engine(async |test| {
        let page = metrics::router_fresh_for(test.shop.clone(), Duration::ZERO);
        let before = scrape(&page).await;
        let full = |bound: fn(&mut Limits)| {
            let mut options = options();
            bound(&mut options.limits);
            site_with(test, options)
        };
        let stream = "/api/v1/live/stock?sku=CUP";
        for (what, site, call) in [
            ("request", full(|limits| limits.concurrent = 0), Call::get("/api/v1/stores")),
            ("body", full(|limits| limits.bodies = 0), Call::post("/api/v1/availability").json(&json!({}))),
            ("stream", full(|limits| limits.streams = 0), Call::get(stream)),
            ("own_stream", full(|limits| limits.streams_per_client = 0), Call::get(stream)),
        ] {
            call.on(&site).await.problem(503, "busy");
            let series = format!("onshelf_http_shed_total{{what=\"{what}\"}}");
            assert!(scrape(&page).await.value(&series) - before.value(&series) >= 1.0, "{what}");
        }
        let failed = r#"onshelf_http_failed_total{status="503"}"#;
        assert!(scrape(&page).await.value(failed) - before.value(failed) >= 4.0);
    })
    .await;
}

#[tokio::test]
async fn the_last_audit_is_told() {
    on_each_engine(async |test| {
        let page = metrics::router_fresh_for(test.shop.clone(), Duration::ZERO);
        assert!(!scrape(&page).await.names().contains("onshelf_audit_age_seconds"), "there was none");
        ledger::note_audit(test.shop.db(), test.shop.now(), 3).await.unwrap();
        test.clock.advance(Duration::from_secs(3_600));
        let now = scrape(&page).await;
        assert!((now.value("onshelf_audit_age_seconds") - 3_600.0).abs() < 0.001);
        assert!((now.value("onshelf_audit_faults") - 3.0).abs() < 0.001);
    })
    .await;
}

#[tokio::test]
async fn a_scrape_is_answered_while_the_database_is_away() {
    on_each_engine(async |test| {
        let page = metrics::router_fresh_for(test.shop.clone(), Duration::ZERO);
        if !test.reachable(false).await {
            return;
        }
        let began = std::time::Instant::now();
        let now = scrape(&page).await;
        assert!(began.elapsed() < Duration::from_secs(5));
        assert!(now.value("onshelf_database_up") < 0.001);
        assert!(!now.names().contains("onshelf_holds"), "what nobody knows is not told");
        test.reachable(true).await;
        while scrape(&page).await.value("onshelf_database_up") < 0.5 {
            assert!(began.elapsed() < Duration::from_secs(20));
        }
    })
    .await;
}

/// What the database said is told again for some seconds, however often somebody asks.
#[tokio::test]
async fn a_scrape_does_not_ask_each_time() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 5).await;
        let page = metrics::router(test.shop.clone());
        assert!(scrape(&page).await.value("onshelf_holds") < 0.001);
        test.reserve("010-1111-2222", "seongsu", &[("CUP", 2)]).await.unwrap();
        assert!(scrape(&page).await.value("onshelf_holds") < 0.001);
    })
    .await;
}

#[tokio::test]
async fn every_answer_has_the_headers_that_protect() {
    on_each_engine(async |test| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let server = tokio::spawn(metrics::serve(listener, test.shop.clone(), stop.clone()));
        for (path, status) in [("/metrics", 200), ("/", 404)] {
            let answer = reqwest::get(format!("http://{address}{path}")).await.unwrap();
            assert_eq!(answer.status().as_u16(), status, "{path}");
            for (name, value) in [
                ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", "DENY"),
                ("referrer-policy", "same-origin"),
                ("cross-origin-opener-policy", "same-origin"),
            ] {
                let worn = answer.headers().get(name).unwrap_or_else(|| panic!("{path} has no {name}"));
                assert_eq!(worn.to_str().unwrap(), value, "{path}: {name}");
            }
            assert!(answer.headers().contains_key("permissions-policy"), "{path}");
            // Nobody comes here by HTTPS.
            assert!(!answer.headers().contains_key("strict-transport-security"), "{path}");
        }
        stop.cancel();
        server.await.unwrap();
    })
    .await;
}
