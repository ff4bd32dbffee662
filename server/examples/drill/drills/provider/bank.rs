//! A provider of the drill's own that speaks as Stripe does, keeps its books, and goes wrong when told.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Failure, ToldClock};

/// What goes wrong with every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    None,
    /// 500, and nothing was done.
    Broken,
    /// Done, and answered with 500.
    DoneAndBroken,
    /// Done, and not answered while anybody waits.
    Mute,
    /// Done, and the connection breaks in the middle of the answer.
    Reset,
    /// Done, and answered with what nobody can read.
    Garbage,
    /// Too many calls: not done.
    Busy,
}

const TROUBLES: [Trouble; 7] = [
    Trouble::None,
    Trouble::Broken,
    Trouble::DoneAndBroken,
    Trouble::Mute,
    Trouble::Reset,
    Trouble::Garbage,
    Trouble::Busy,
];

/// A payment as the bank has it. Minor units.
#[derive(Clone, Debug)]
pub struct Account {
    id: String,
    pub reference: String,
    pub order: String,
    pub asked: i64,
    currency: String,
    status: &'static str,
    pub received: i64,
    /// Amounts by the key they were given back under.
    pub refunds: BTreeMap<String, i64>,
    /// Unix seconds.
    paid_at: i64,
}

pub struct Bank {
    accounts: Mutex<Vec<Account>>,
    trouble: AtomicU8,
    clock: Arc<ToldClock>,
}

impl Account {
    #[must_use]
    pub fn refunded(&self) -> i64 {
        self.refunds.values().sum()
    }

    /// As Stripe shows a Checkout Session with everything expanded.
    fn shown(&self) -> Value {
        let paid = self.received > 0;
        let intent = json!({
            "id": format!("pi_{}", self.id),
            "status": "succeeded",
            "amount_received": self.received,
            "currency": self.currency,
            "latest_charge": { "amount_refunded": self.refunded(), "created": self.paid_at },
        });
        json!({
            "id": self.id,
            "client_reference_id": self.reference,
            "amount_total": self.asked,
            "currency": self.currency,
            "status": self.status,
            "payment_status": if paid { "paid" } else { "unpaid" },
            "payment_intent": if paid { intent } else { Value::Null },
            "url": format!("https://checkout.example/{}", self.id),
        })
    }
}

impl Bank {
    #[must_use]
    pub fn new(clock: Arc<ToldClock>) -> Arc<Bank> {
        Arc::new(Bank { accounts: Mutex::default(), trouble: AtomicU8::new(0), clock })
    }

    /// Listens on loopback; answers the port.
    pub async fn open(self: &Arc<Bank>) -> Result<u16, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let router = Router::new()
            .route("/v1/checkout/sessions", get(list).post(create))
            .route("/v1/checkout/sessions/{id}", get(show))
            .route("/v1/checkout/sessions/{id}/expire", post(expire))
            .route("/v1/refunds", get(list_refunds).post(refund))
            .layer(from_fn_with_state(self.clone(), trouble))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(port)
    }

    pub fn be(&self, trouble: Trouble) {
        let index = TROUBLES.iter().position(|own| *own == trouble).unwrap_or(0);
        self.trouble.store(u8::try_from(index).unwrap_or(0), Ordering::SeqCst);
    }

    fn trouble(&self) -> Trouble {
        TROUBLES[usize::from(self.trouble.load(Ordering::SeqCst)) % TROUBLES.len()]
    }

    fn books(&self) -> MutexGuard<'_, Vec<Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        self.books().clone()
    }

    /// The shopper pays an order's open payment, `missing` less than was asked. Answers its reference, or none where
    /// nothing can be paid.
    pub fn pay(&self, order: &str, missing: i64) -> Option<String> {
        let mut books = self.books();
        let open = |account: &&mut Account| account.order == order && account.status == "open";
        let account = books.iter_mut().rev().find(open)?;
        account.status = "complete";
        account.received = account.asked - missing;
        account.paid_at = self.clock.ms() / 1_000;
        Some(account.reference.clone())
    }
}

async fn trouble(State(bank): State<Arc<Bank>>, request: Request, next: Next) -> Response {
    let struck = bank.trouble();
    match struck {
        Trouble::Broken => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Trouble::Busy => return StatusCode::TOO_MANY_REQUESTS.into_response(),
        _ => {}
    }
    let answer = next.run(request).await;
    match struck {
        Trouble::DoneAndBroken => StatusCode::BAD_GATEWAY.into_response(),
        Trouble::Mute => {
            tokio::time::sleep(Duration::from_secs(2)).await;
            answer
        }
        Trouble::Reset => {
            let cut = [Ok("{\"id\":".to_owned()), Err(std::io::Error::other("the line was cut"))];
            Body::from_stream(futures::stream::iter(cut)).into_response()
        }
        Trouble::Garbage => "<html>Welcome to our new site!</html>".into_response(),
        _ => answer,
    }
}

fn refuse(status: u16, code: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, Json(json!({ "error": { "type": "invalid_request_error", "code": code } }))).into_response()
}

fn form_of(body: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

async fn create(State(bank): State<Arc<Bank>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = form_of(&body);
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    let reference = field("client_reference_id");
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
    let Ok(asked) = field("line_items[0][price_data][unit_amount]").parse::<i64>() else {
        return refuse(400, "amount");
    };
    if key != format!("open-{reference}") || asked <= 0 {
        return refuse(400, "parameter_missing");
    }
    let mut books = bank.books();
    if let Some(before) = books.iter().find(|account| account.reference == reference) {
        return if before.asked == asked {
            Json(before.shown()).into_response()
        } else {
            refuse(400, "idempotency_error")
        };
    }
    let account = Account {
        id: format!("cs_{}", books.len() + 1),
        order: field("metadata[order]"),
        reference,
        asked,
        currency: field("line_items[0][price_data][currency]"),
        status: "open",
        received: 0,
        refunds: BTreeMap::new(),
        paid_at: 0,
    };
    let shown = account.shown();
    books.push(account);
    Json(shown).into_response()
}

async fn show(State(bank): State<Arc<Bank>>, Path(id): Path<String>) -> Response {
    match bank.books().iter().find(|account| account.id == id) {
        Some(account) => Json(account.shown()).into_response(),
        None => refuse(404, "resource_missing"),
    }
}

async fn expire(State(bank): State<Arc<Bank>>, Path(id): Path<String>) -> Response {
    match bank.books().iter_mut().find(|account| account.id == id) {
        Some(account) if account.status == "open" => {
            account.status = "expired";
            Json(account.shown()).into_response()
        }
        Some(_) => refuse(400, "session_not_open"),
        None => refuse(404, "resource_missing"),
    }
}

async fn list(State(bank): State<Arc<Bank>>) -> Response {
    let data: Vec<Value> = bank.books().iter().rev().map(Account::shown).collect();
    Json(json!({ "object": "list", "data": data, "has_more": false })).into_response()
}

async fn list_refunds(State(bank): State<Arc<Bank>>, request: Request) -> Response {
    let asked = form_of(request.uri().query().unwrap_or_default().as_bytes());
    let intent = asked.get("payment_intent").cloned().unwrap_or_default();
    let books = bank.books();
    let account = books.iter().find(|account| format!("pi_{}", account.id) == intent);
    let refunds = account.into_iter().flat_map(|account| &account.refunds);
    let data: Vec<Value> = refunds.map(|(key, amount)| refund_shown(key, *amount)).collect();
    Json(json!({ "object": "list", "data": data, "has_more": false })).into_response()
}

async fn refund(State(bank): State<Arc<Bank>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = form_of(&body);
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
    let key = key.trim_start_matches("refund-").to_owned();
    let amount: i64 = field("amount").parse().unwrap_or(0);
    let mut books = bank.books();
    let intent = field("payment_intent");
    let Some(account) = books.iter_mut().find(|account| format!("pi_{}", account.id) == intent) else {
        return refuse(404, "resource_missing");
    };
    if let Some(before) = account.refunds.get(&key) {
        return Json(refund_shown(&key, *before)).into_response();
    }
    if key.is_empty() || amount <= 0 || account.refunded() + amount > account.received {
        return refuse(400, "charge_already_refunded");
    }
    account.refunds.insert(key.clone(), amount);
    Json(refund_shown(&key, amount)).into_response()
}

fn refund_shown(key: &str, amount: i64) -> Value {
    json!({ "id": format!("re_{key}"), "status": "succeeded", "amount": amount, "metadata": { "key": key } })
}
