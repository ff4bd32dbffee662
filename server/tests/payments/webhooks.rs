//! Webhooks: what is believed, and what the address that takes them answers.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use http_body_util::BodyExt;
use jiff::SignedDuration;
use onshelf_app::ssr::{Door, Site};
use onshelf_server::http::{Options, router};
use onshelf_shop::{
    BadWebhook, Hint, PaymentProvider,
    testing::{Engine, TestShop, collect, order},
};
use onshelf_vocabulary::{Money, payments::ProviderCode};
use tower::ServiceExt;

use crate::bench::{Bench, PUBLIC, StripeBench, TestBench, TossBench, WEBHOOK_SECRET, intent, signature};

fn hint(bench: &dyn Bench, headers: &[(&str, String)], body: &[u8]) -> Result<Hint, BadWebhook> {
    let header = |name: &str| headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value.clone());
    bench.provider().hint(&header, body, bench.now())
}

/// Signed by a secret: good, altered, old, from the future, unsigned, by another.
fn check_signed(bench: &dyn Bench, secret: &str, body: &[u8], expected: &Hint) {
    let code = bench.provider().code();
    let at = |minutes: i64| bench.now() + SignedDuration::from_mins(minutes);
    let good = signature(code, secret, body, at(0));
    assert_eq!(hint(bench, std::slice::from_ref(&good), body).as_ref(), Ok(expected));
    assert_eq!(hint(bench, &[signature(code, secret, body, at(-4))], body).as_ref(), Ok(expected));
    let altered = [body, b" "].concat();
    assert_eq!(hint(bench, &[good], &altered), Err(BadWebhook::Unsigned));
    for minutes in [-6, 6] {
        let old = signature(code, secret, body, at(minutes));
        assert_eq!(hint(bench, &[old], body), Err(BadWebhook::Old), "{minutes} minutes");
    }
    assert_eq!(hint(bench, &[], body), Err(BadWebhook::Unsigned));
    assert_eq!(hint(bench, &[signature(code, "whsec_x", body, at(0))], body), Err(BadWebhook::Unsigned));
    let nonsense = b"not even json";
    let signed = signature(code, secret, nonsense, at(0));
    assert_eq!(hint(bench, &[signed], nonsense), Err(BadWebhook::Unreadable));
}

#[tokio::test]
async fn stripes_webhooks_are_proven() {
    let bench = StripeBench::start().await;
    let session = br#"{"id":"evt_1","object":"event","type":"checkout.session.completed",
        "data":{"object":{"object":"checkout.session","id":"cs_1","client_reference_id":"pay_0001"}}}"#;
    let expected = Hint { event: "evt_1".to_owned(), reference: Some("pay_0001".to_owned()) };
    check_signed(&bench, WEBHOOK_SECRET, session, &expected);
    let charge = br#"{"id":"evt_2","type":"charge.refunded",
        "data":{"object":{"object":"charge","metadata":{"reference":"pay_0002"}}}}"#;
    let expected = Hint { event: "evt_2".to_owned(), reference: Some("pay_0002".to_owned()) };
    check_signed(&bench, WEBHOOK_SECRET, charge, &expected);
    let merchant = br#"{"id":"evt_4","type":"checkout.session.completed","account":"acct_2",
        "data":{"object":{"object":"checkout.session","id":"cs_1","client_reference_id":"pay_0001"}}}"#;
    check_signed(&bench, WEBHOOK_SECRET, merchant, &Hint { event: "evt_4".to_owned(), reference: None });
    let other = br#"{"id":"evt_3","type":"payout.paid","data":{"object":{"object":"payout","id":"po_1"}}}"#;
    check_signed(&bench, WEBHOOK_SECRET, other, &Hint { event: "evt_3".to_owned(), reference: None });
}

#[tokio::test]
async fn the_test_providers_webhooks_are_proven() {
    let bench = TestBench::start(Engine::Sqlite).await.unwrap();
    let secret = secret_of(&bench).await;
    let body = br#"{"id":"evt_captured_tp_1","type":"payment.captured","data":{"id":"tp_1","reference":"pay_0001"}}"#;
    let expected = Hint { event: "evt_captured_tp_1".to_owned(), reference: Some("pay_0001".to_owned()) };
    check_signed(&bench, &secret, body, &expected);
    bench.test.close().await;
}

/// The secret all processes of one database share.
async fn secret_of(bench: &TestBench) -> String {
    let mut reader = bench.test.shop.db().reader().await.unwrap();
    onshelf_db::meta::get(&mut reader.tx(), "test_provider_secret").await.unwrap().unwrap()
}

#[tokio::test]
async fn tosss_webhooks_are_hints_and_nothing_more() {
    let bench = TossBench::start().await;
    let body = r#"{"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"2026-11-23T12:00:00.000000",
        "data":{"paymentKey":"tviva1","orderId":"pay_0001","status":"DONE"}}"#;
    let expected = Hint { event: "pay_0001".to_owned(), reference: Some("pay_0001".to_owned()) };
    // Whatever name its sender gives it, and whatever it says.
    for (name, status) in [("98e6cc71", "DONE"), ("98e6cc72", "DONE"), ("98e6cc72", "CANCELED")] {
        let transmission = ("tosspayments-webhook-transmission-id", name.to_owned());
        let found = hint(&bench, &[transmission], body.replace("DONE", status).as_bytes());
        assert_eq!(found.as_ref(), Ok(&expected), "{name} {status}");
    }

    let named = |body: &str| hint(&bench, &[], body.as_bytes());
    let deposit =
        r#"{"createdAt":"2026-11-23T12:00:00.000000","secret":"ps_1","status":"DONE","orderId":"pay_0001"}"#;
    assert_eq!(named(deposit).unwrap().reference.as_deref(), Some("pay_0001"));
    for other in [
        "",
        "[]",
        "not json",
        r#"{"eventType":"PAYMENT_STATUS_CHANGED","data":{}}"#,
        r#"{"eventType":"PAYMENT_STATUS_CHANGED","data":{"orderId":"' OR 1=1"}}"#,
        r#"{"eventType":"METHOD_UPDATED","data":{"orderId":"pay_0001"}}"#,
    ] {
        assert_eq!(named(other), Err(BadWebhook::Unreadable), "{other}");
    }
    let long =
        format!(r#"{{"eventType":"PAYMENT_STATUS_CHANGED","data":{{"orderId":"{}"}}}}"#, "a".repeat(65));
    assert_eq!(named(&long), Err(BadWebhook::Unreadable));
}

/// Whoever has had one order knows its payment's reference for ever, and signs nothing.
#[tokio::test]
async fn what_anybody_tells_of_a_payment_leaves_one_small_row_however_much_it_is() {
    let TossBench { stand_in: _books, toss } = TossBench::start().await;
    let test = TestShop::on(Engine::Sqlite).await.unwrap();
    test.shop.take_payments(vec![Arc::new(toss)]);
    test.with_stock("seongsu", "KETTLE-MO", 1).await;
    let wish = order("a", vec![collect("seongsu", &[("KETTLE-MO", 1)])], Some(ProviderCode::Toss));
    test.shop.place_order(wish).await.unwrap();
    let asked = async |sql: &str| {
        let mut reader = test.shop.db().reader().await.unwrap();
        onshelf_db::testing::text(&mut reader.tx(), sql).await.unwrap()
    };
    let reference = asked("SELECT reference FROM payments").await;
    let options = Options { public_url: PUBLIC.to_owned(), ..Options::default() };
    let site = Arc::new(Site { public_url: PUBLIC.to_owned(), ..Site::default() });
    let site = router(Door { shop: test.shop.clone(), site }, &options);
    for number in 0..200 {
        let transmission = ("tosspayments-webhook-transmission-id", format!("transmission-{number}"));
        let filling = "x".repeat(30_000 + number);
        let body = serde_json::json!({ "orderId": reference, "status": "DONE", "secret": filling });
        let told = tell(&site, "toss", &[transmission], body.to_string().into_bytes()).await;
        assert_eq!(told.status, 204, "{}", told.body);
    }
    let kept = asked("SELECT COUNT(*) || ' row, ' || SUM(LENGTH(body)) || ' bytes' FROM inbox").await;
    assert_eq!(kept, "1 row, 0 bytes");
    let looks = [test.shop.look_at_payments().await.unwrap(), test.shop.look_at_payments().await.unwrap()];
    assert_eq!(looks, [1, 0]);
    test.close().await;
}

pub struct Told {
    pub status: u16,
    kind: String,
    body: String,
}

pub async fn tell(site: &Router, provider: &str, headers: &[(&str, String)], body: Vec<u8>) -> Told {
    let mut request =
        Request::post(format!("/webhooks/{provider}")).header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let answer = site.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let kind = answer.headers().get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    Told { status, kind: kind.unwrap_or_default(), body: String::from_utf8_lossy(&body).into_owned() }
}

#[tokio::test]
async fn the_address_takes_what_is_proven_and_says_why_it_takes_nothing_else() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(bench) = TestBench::start(engine).await else {
            eprintln!("skipped on PostgreSQL: no server is named");
            continue;
        };
        let secret = secret_of(&bench).await;
        let body =
            br#"{"id":"evt_1","type":"payment.captured","data":{"id":"tp_1","reference":"pay_nobody"}}"#;
        let signed = |minutes: i64| {
            signature(ProviderCode::Test, &secret, body, bench.now() + SignedDuration::from_mins(minutes))
        };
        let elsewhere = ("origin", "https://provider.example".to_owned());
        for _ in 0..2 {
            let told = tell(&bench.site, "test", &[signed(0), elsewhere.clone()], body.to_vec()).await;
            assert_eq!((told.status, told.body.as_str()), (204, ""), "unknown to us is no fault of theirs");
        }
        for (headers, body, status, problem) in [
            (vec![], body.to_vec(), 401, "unauthorized"),
            (vec![signed(-10)], body.to_vec(), 401, "unauthorized"),
            (vec![signed(0)], b"{}".to_vec(), 401, "unauthorized"),
            (vec![signed(0)], vec![b'x'; 70_000], 413, "too-large"),
            (
                vec![signature(ProviderCode::Test, &secret, b"x", bench.now())],
                b"x".to_vec(),
                400,
                "bad-request",
            ),
        ] {
            let told = tell(&bench.site, "test", &headers, body).await;
            assert_eq!(
                (told.status, told.kind.as_str()),
                (status, "application/problem+json"),
                "{}",
                told.body
            );
            assert!(told.body.contains(problem), "{}", told.body);
        }
        for nobody in ["stripe", "paypal", "Test"] {
            assert_eq!(tell(&bench.site, nobody, &[signed(0)], body.to_vec()).await.status, 404, "{nobody}");
        }
        bench.test.close().await;
    }
}

#[tokio::test]
async fn two_processes_of_one_database_share_the_secret() {
    let bench = TestBench::start(Engine::Sqlite).await.unwrap();
    let beside = bench.test.beside().await;
    let other = onshelf_server::payments::test::TestProvider::new(beside.clone(), crate::bench::PUBLIC)
        .await
        .unwrap();
    let opened = bench.provider.open(&intent(&bench, "pay_0001", Money::won(1_000))).await.unwrap();
    assert_eq!(other.statement("pay_0001", &opened.provider_id).await.unwrap().reference, "pay_0001");
    let secret = secret_of(&bench).await;
    let body = br#"{"id":"evt_1","data":{}}"#;
    let (name, value) = signature(ProviderCode::Test, &secret, body, bench.now());
    let header = |asked: &str| (asked == name).then(|| value.clone());
    assert!(other.hint(&header, body, bench.now()).is_ok());
    beside.db().close().await;
    bench.test.close().await;
}
