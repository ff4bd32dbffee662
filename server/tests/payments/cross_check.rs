//! Our calls against a Stripe that somebody else imitated: PyPI's `localstripe`, which keeps payment intents, charges
//! and refunds but knows no Checkout. The session is a thin front of ours, the money behind it is its.

use std::{process::Stdio, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use onshelf_server::payments::stripe::Stripe;
use onshelf_shop::{Opened, PaymentProvider, RefundStanding, Standing};
use onshelf_vocabulary::Money;
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::{
    bench::{refund_call, stripe_access},
    stand_in::{Troubles, serve},
    stripe_stand_in::KEY,
};

/// Where localstripe is, if not on the PATH.
const PROGRAM: &str = "ONSHELF_TEST_LOCALSTRIPE";

#[derive(Clone)]
struct Front {
    client: reqwest::Client,
    localstripe: String,
}

impl Front {
    async fn get(&self, path: &str) -> Value {
        let request = self.client.get(format!("{}{path}", self.localstripe)).bearer_auth(KEY);
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let request = self.client.post(format!("{}{path}", self.localstripe)).bearer_auth(KEY).form(form);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// A payment intent that was paid by card.
    async fn paid(&self, amount: i64) -> String {
        let card = [
            ("type", "card"),
            ("card[number]", "4242424242424242"),
            ("card[exp_month]", "12"),
            ("card[exp_year]", "2030"),
            ("card[cvc]", "123"),
        ];
        let method = self.post("/v1/payment_methods", &card).await;
        let amount = amount.to_string();
        let intent = [
            ("amount", &*amount),
            ("currency", "krw"),
            ("payment_method", method["id"].as_str().unwrap()),
            ("confirm", "true"),
        ];
        let intent = self.post("/v1/payment_intents", &intent).await;
        assert_eq!(intent["status"], "succeeded", "{intent}");
        intent["id"].as_str().unwrap().to_owned()
    }
}

/// The session named as its intent.
async fn session(State(front): State<Front>, Path(id): Path<String>) -> Json<Value> {
    let mut intent = front.get(&format!("/v1/payment_intents/{id}?expand[]=latest_charge")).await;
    // It leaves this one out; a card that was charged was charged whole.
    intent["amount_received"] = intent["latest_charge"]["amount"].clone();
    Json(json!({
        "id": id,
        "client_reference_id": "pay_0001",
        "status": "complete",
        "payment_status": "paid",
        "currency": intent["currency"],
        "payment_intent": intent,
    }))
}

/// As our client sent it.
async fn refunds(
    State(front): State<Front>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let url = format!("{}/v1/refunds?{}", front.localstripe, query.unwrap_or_default());
    let request = if body.is_empty() { front.client.get(url) } else { front.client.post(url) };
    let headers = ["authorization", "content-type", "idempotency-key", "stripe-version"]
        .into_iter()
        .filter_map(|name| Some((name.parse().unwrap(), headers.get(name)?.clone())))
        .collect::<HeaderMap>();
    let answer = request.headers(headers).body(body).send().await.unwrap();
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap();
    (status, answer.bytes().await.unwrap()).into_response()
}

async fn localstripe() -> Option<(Child, Front)> {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let child = Command::new(std::env::var_os(PROGRAM).unwrap_or_else(|| "localstripe".into()))
        .args(["--port", &port.to_string(), "--from-scratch"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let front = Front { client: reqwest::Client::new(), localstripe: format!("http://127.0.0.1:{port}") };
    // An interpreter takes its time to start beside other tests.
    for _ in 0..300 {
        if front.client.get(&front.localstripe).send().await.is_ok() {
            return Some((child, front));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("localstripe did not start");
}

#[tokio::test]
async fn localstripe_understands_our_calls() {
    let Some((_child, front)) = localstripe().await else {
        eprintln!(
            "skipped: {PROGRAM} is not set, and no localstripe is on the PATH (pip install localstripe)"
        );
        return;
    };
    let router = Router::new()
        .route("/v1/checkout/sessions/{id}", get(session))
        .route("/v1/refunds", get(refunds).post(refunds))
        .with_state(front.clone());
    let url = serve(router, Troubles::default()).await;
    let stripe = Stripe::new(stripe_access(&url, KEY, Duration::from_secs(5))).unwrap();
    let id = front.paid(100_000).await;
    let opened = Opened { provider_id: id.clone(), redirect_url: String::new() };

    let found = stripe.statement("pay_0001", &id).await.unwrap();
    assert_eq!(
        (found.standing, found.captured, found.refunded),
        (Standing::Captured, Money::won(100_000), 0)
    );
    let call = |key: &str, amount: i64| refund_call(&opened, "pay_0001", key, Money::won(amount));
    let first = stripe.refund(&call("rf_1", 30_000)).await.unwrap();
    assert!(first.name.starts_with("re_"), "{first:?}");
    assert_eq!((first.standing, first.amount), (RefundStanding::Done, 30_000));
    // It keeps no idempotency keys: the refund is found by the key in its metadata.
    assert_eq!(stripe.refund(&call("rf_1", 30_000)).await.unwrap(), first);
    assert_ne!(stripe.refund(&call("rf_2", 20_000)).await.unwrap(), first);
    assert_eq!(stripe.statement("pay_0001", &id).await.unwrap().refunded, 50_000);
}
