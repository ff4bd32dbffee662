//! What Stripe publishes of its own answers: the objects of its OpenAPI (`openapi/fixtures3.json` of stripe/openapi, as
//! it was with the version we pin), every field under its published name, with values of our own. Our reading is fed
//! with them as they come: expanded or named only, with nulls, and with fields that nobody here knows.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router, extract::State, routing::get};
use onshelf_server::payments::stripe::Stripe;
use onshelf_shop::{
    Clock, Hint, PaymentFault, PaymentProvider, RefundStanding, RefundStatement, Standing, Statement,
    SystemClock,
};
use onshelf_vocabulary::{Money, payments::ProviderCode};
use serde_json::{Value, json};

use crate::{
    bench::{WEBHOOK_SECRET, signature, stripe_access},
    stand_in::{Troubles, serve},
    stripe_stand_in::KEY,
};

const SESSION: &str = include_str!("published/checkout_session.json");
const INTENT: &str = include_str!("published/payment_intent.json");
const CHARGE: &str = include_str!("published/charge.json");
const REFUND: &str = include_str!("published/refund.json");
const EVENT: &str = include_str!("published/event.json");

/// An object with some of its fields set otherwise.
fn published(text: &str, fields: Value) -> Value {
    let mut object: Value = serde_json::from_str(text).unwrap();
    for (name, value) in fields.as_object().unwrap() {
        object[name] = value.clone();
    }
    // As later versions have them.
    object["customer_account"] = Value::Null;
    object["managed_payments"] = json!({ "enabled": true });
    object
}

/// A session with all in it that we ask for.
fn expanded(session: Value, intent: Value, charge: Value) -> Value {
    let mut intent = published(INTENT, intent);
    intent["latest_charge"] = published(CHARGE, charge);
    let mut session = published(SESSION, session);
    session["payment_intent"] = intent;
    session
}

/// A session and a list of refunds.
type Answers = Arc<Mutex<(Value, Value)>>;

/// Answers these two, whatever it is asked.
struct Page {
    answers: Answers,
    stripe: Stripe,
}

async fn session(State(answers): State<Answers>) -> Json<Value> {
    Json(answers.lock().unwrap().0.clone())
}

async fn refunds(State(answers): State<Answers>) -> Json<Value> {
    Json(answers.lock().unwrap().1.clone())
}

impl Page {
    async fn open() -> Page {
        let answers = Answers::default();
        let router = Router::new()
            .route("/v1/checkout/sessions/{id}", get(session))
            .route("/v1/refunds", get(refunds))
            .with_state(answers.clone());
        let url = serve(router, Troubles::default()).await;
        Page { answers, stripe: Stripe::new(stripe_access(&url, KEY, Duration::from_secs(5))).unwrap() }
    }

    async fn read(&self, session: Value) -> Result<Statement, PaymentFault> {
        self.answers.lock().unwrap().0 = session;
        self.stripe.statement("pay_0001", "cs_test_0001").await
    }

    async fn refunds(&self, data: Value) -> Result<Vec<RefundStatement>, PaymentFault> {
        {
            let mut answers = self.answers.lock().unwrap();
            answers.0 = expanded(json!({}), json!({}), json!({}));
            answers.1 = json!({ "object": "list", "url": "/v1/refunds", "has_more": false, "data": data });
        }
        self.stripe.refunds("pay_0001", "cs_test_0001").await
    }

    fn hint(&self, event: &Value) -> Hint {
        let (body, now) = (event.to_string(), SystemClock.now());
        let (name, value) = signature(ProviderCode::Stripe, WEBHOOK_SECRET, body.as_bytes(), now);
        let header = |asked: &str| (asked == name).then(|| value.clone());
        self.stripe.hint(&header, body.as_bytes(), now).unwrap()
    }
}

fn stands(standing: Standing, captured: i64, refunded: i64) -> Statement {
    Statement {
        reference: "pay_0001".to_owned(),
        provider_id: "cs_test_0001".to_owned(),
        standing,
        captured: Money::won(captured),
        refunded,
    }
}

#[tokio::test]
async fn a_published_session_is_read_in_every_state() {
    let page = Page::open().await;
    let paid = expanded(json!({}), json!({}), json!({}));
    assert_eq!(page.read(paid).await, Ok(stands(Standing::Captured, 38_000, 5_000)));

    // Before somebody pays there is no intent; it is named only, or not there.
    for intent in [Value::Null, json!("pi_0001")] {
        let open = json!({ "status": "open", "payment_status": "unpaid", "payment_intent": intent,
            "url": "https://checkout.example/cs_test_0001" });
        assert_eq!(page.read(published(SESSION, open)).await, Ok(stands(Standing::Open, 0, 0)));
    }
    let unpaid = json!({ "status": "open", "payment_status": "unpaid" });
    let refused = json!({ "status": "requires_payment_method", "amount_received": 0,
        "last_payment_error": { "type": "card_error", "code": "card_declined" } });
    let tried = expanded(unpaid, refused, json!({ "status": "failed", "paid": false, "amount_refunded": 0 }));
    assert_eq!(page.read(tried).await, Ok(stands(Standing::Open, 0, 0)));

    let over = json!({ "status": "expired", "payment_status": "unpaid", "payment_intent": null });
    assert_eq!(page.read(published(SESSION, over)).await, Ok(stands(Standing::Void, 0, 0)));
    let given_up = json!({ "status": "canceled", "amount_received": 0, "canceled_at": 1_795_405_260 });
    let cancelled = expanded(json!({ "payment_status": "unpaid" }), given_up, json!({}));
    assert_eq!(page.read(cancelled).await, Ok(stands(Standing::Void, 0, 0)));
}

#[tokio::test]
async fn what_is_named_only_where_money_should_be_shown_is_asked_for_again() {
    let page = Page::open().await;
    let charge_named = {
        let mut session = published(SESSION, json!({}));
        session["payment_intent"] = published(INTENT, json!({}));
        session
    };
    for (what, session) in [
        ("paid, and its intent is named only", published(SESSION, json!({}))),
        ("paid, and its charge is named only", charge_named),
        ("no currency", expanded(json!({}), json!({ "currency": null }), json!({}))),
        ("another currency than we have", expanded(json!({}), json!({ "currency": "xau" }), json!({}))),
        ("no name", expanded(json!({ "id": null }), json!({}), json!({}))),
    ] {
        let read = page.read(session).await;
        assert!(matches!(read, Err(PaymentFault::Passing(_))), "{what}: {read:?}");
    }
    // What others sell through the same account has no reference of ours.
    let other = expanded(json!({ "client_reference_id": null }), json!({}), json!({}));
    assert_eq!(page.read(other).await.unwrap().reference, "");
}

#[tokio::test]
async fn published_refunds_are_read_in_every_state() {
    let page = Page::open().await;
    let states = [
        (json!("succeeded"), RefundStanding::Done),
        (json!("pending"), RefundStanding::Pending),
        (json!("requires_action"), RefundStanding::Pending),
        (Value::Null, RefundStanding::Pending),
        (json!("failed"), RefundStanding::Failed),
        (json!("canceled"), RefundStanding::Failed),
    ];
    for (status, standing) in states {
        let ours = published(REFUND, json!({ "status": status }));
        // As somebody makes one in the dashboard.
        let theirs =
            published(REFUND, json!({ "id": "re_0002", "status": status, "metadata": {}, "amount": 700 }));
        let own = RefundStatement {
            name: "re_0001".to_owned(),
            key: Some("pay_0001-1".to_owned()),
            amount: 5_000,
            standing,
        };
        let other = RefundStatement { name: "re_0002".to_owned(), key: None, amount: 700, standing };
        assert_eq!(page.refunds(json!([theirs, ours])).await, Ok(vec![other, own]), "{status}");
    }
    let nameless = page.refunds(json!([published(REFUND, json!({ "id": null }))])).await;
    assert!(matches!(nameless, Err(PaymentFault::Passing(_))), "{nameless:?}");
}

#[tokio::test]
async fn published_events_lead_to_the_payment_they_are_about() {
    let page = Page::open().await;
    for (kind, object, reference) in [
        ("checkout.session.completed", published(SESSION, json!({})), Some("pay_0001")),
        ("checkout.session.expired", published(SESSION, json!({ "metadata": null })), Some("pay_0001")),
        ("payment_intent.succeeded", published(INTENT, json!({})), Some("pay_0001")),
        // A refund that somebody made in the dashboard is told with its charge, which has what its intent had.
        ("charge.refunded", published(CHARGE, json!({ "refunded": true })), Some("pay_0001")),
        ("refund.updated", published(REFUND, json!({})), Some("pay_0001")),
        ("refund.created", published(REFUND, json!({ "metadata": {} })), None),
        ("charge.succeeded", published(CHARGE, json!({ "metadata": {} })), None),
    ] {
        let event = published(EVENT, json!({ "type": kind, "data": { "object": object } }));
        let expected = Hint { event: "evt_0001".to_owned(), reference: reference.map(str::to_owned) };
        assert_eq!(page.hint(&event), expected, "{kind}");
    }
}
