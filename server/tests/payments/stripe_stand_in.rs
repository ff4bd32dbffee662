//! Stripe as far as a shop meets it: Checkout Sessions with their rules, payment intents, charges, refunds, lists by
//! pages, idempotency keys, the pinned version.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, RawQuery, Request, State},
    http::{HeaderMap, StatusCode, Uri, header::DATE},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimePrinter};
use onshelf_server::payments::stripe::VERSION;
use onshelf_shop::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::stand_in::{Troubles, serve};

pub const KEY: &str = "sk_test_stand_in";
const PAGE: usize = 2;

type Form = BTreeMap<String, String>;
type Kept = HashMap<String, (String, u16, Value)>;

#[derive(Default)]
struct Books {
    sessions: Vec<Value>,
    refunds: Vec<Value>,
    kept: Kept,
    /// Refunds are under way until they are told how they end.
    slow_refunds: bool,
}

impl Books {
    /// Gives money back of what an intent has left.
    fn give_back(&mut self, intent: &str, amount: i64, metadata: Value, now: i64) -> Result<Value, Refusal> {
        let session = self.sessions.iter_mut().find(|session| session["payment_intent"]["id"] == intent);
        let charge = &mut session.ok_or((404, "resource_missing"))?["payment_intent"]["latest_charge"];
        let refunded = charge["amount_refunded"].as_i64().unwrap();
        if amount <= 0 || refunded + amount > charge["amount"].as_i64().unwrap() {
            return Err((400, "charge_already_refunded"));
        }
        charge["amount_refunded"] = (refunded + amount).into();
        let refund = json!({
            "id": format!("re_{}", self.refunds.len() + 1),
            "object": "refund",
            "amount": amount,
            "created": now,
            "payment_intent": intent,
            "status": if self.slow_refunds { "pending" } else { "succeeded" },
            "metadata": metadata,
        });
        self.refunds.push(refund.clone());
        Ok(refund)
    }
}

#[derive(Clone)]
pub struct StripeStandIn {
    books: Arc<Mutex<Books>>,
    clock: Arc<dyn Clock>,
    /// How far its time is before that clock.
    ahead: SignedDuration,
    pub troubles: Troubles,
    pub url: String,
}

type Refusal = (u16, &'static str);

impl StripeStandIn {
    pub async fn start() -> StripeStandIn {
        StripeStandIn::start_at(Arc::new(SystemClock), SignedDuration::ZERO).await
    }

    /// One whose time is so far before a clock.
    pub async fn start_at(clock: Arc<dyn Clock>, ahead: SignedDuration) -> StripeStandIn {
        let (books, troubles, url) = (Arc::default(), Troubles::default(), String::new());
        let mut stand_in = StripeStandIn { books, clock, ahead, troubles, url };
        let router = Router::new()
            .route("/v1/checkout/sessions", get(list_sessions).post(create_session))
            .route("/v1/checkout/sessions/{id}", get(show_session))
            .route("/v1/checkout/sessions/{id}/expire", post(expire_session))
            .route("/v1/refunds", get(list_refunds).post(create_refund))
            .layer(from_fn_with_state(stand_in.clone(), dated))
            .with_state(stand_in.clone());
        stand_in.url = serve(router, stand_in.troubles.clone()).await;
        stand_in
    }

    /// What time it is there.
    pub fn time(&self) -> Timestamp {
        self.clock.now() + self.ahead
    }

    fn now(&self) -> i64 {
        self.time().as_second()
    }

    /// A session as it stands.
    pub fn session(&self, id: &str) -> Value {
        let books = self.books.lock().unwrap();
        books.sessions.iter().find(|session| session["id"] == id).unwrap().clone()
    }

    pub fn payments(&self) -> usize {
        self.books.lock().unwrap().sessions.len()
    }

    pub fn refunds(&self) -> usize {
        self.books.lock().unwrap().refunds.len()
    }

    /// From now on refunds are under way for a while.
    pub fn take_time_with_refunds(&self) {
        self.books.lock().unwrap().slow_refunds = true;
    }

    /// A refund ends so; what failed is the merchant's again.
    pub fn end_refund(&self, id: &str, status: &str) {
        let mut books = self.books.lock().unwrap();
        let Books { sessions, refunds, .. } = &mut *books;
        let refund = refunds.iter_mut().find(|refund| refund["id"] == id).unwrap();
        refund["status"] = status.into();
        if matches!(status, "failed" | "canceled") {
            let session = sessions
                .iter_mut()
                .find(|session| session["payment_intent"]["id"] == refund["payment_intent"])
                .unwrap();
            let refunded = &mut session["payment_intent"]["latest_charge"]["amount_refunded"];
            *refunded = (refunded.as_i64().unwrap() - refund["amount"].as_i64().unwrap()).into();
        }
    }

    /// Somebody gives money back in Stripe's dashboard.
    pub fn refund_elsewhere(&self, session: &str, amount: i64) -> String {
        let intent = format!("pi_{}", session.trim_start_matches("cs_test_"));
        let refund = self.books.lock().unwrap().give_back(&intent, amount, json!({}), self.now()).unwrap();
        refund["id"].as_str().unwrap().to_owned()
    }

    /// The shopper pays on Stripe's page: `amount` of what is asked, all of it where none is said.
    pub fn pay(&self, id: &str, amount: Option<i64>) -> bool {
        let mut books = self.books.lock().unwrap();
        let Some(session) = books.sessions.iter_mut().find(|session| session["id"] == id) else {
            return false;
        };
        if session["status"] != "open" {
            return false;
        }
        let amount = amount.map_or(session["amount_total"].clone(), Value::from);
        let serial = id.trim_start_matches("cs_test_").to_owned();
        session["status"] = "complete".into();
        session["payment_status"] = "paid".into();
        session["payment_intent"] = json!({
            "id": format!("pi_{serial}"),
            "object": "payment_intent",
            "status": "succeeded",
            "amount": amount,
            "amount_received": amount,
            "currency": session["currency"],
            "metadata": session["payment_intent_metadata"],
            "latest_charge": {
                "id": format!("ch_{serial}"),
                "amount": amount,
                "amount_refunded": 0,
                "created": self.now(),
            },
        });
        true
    }

    /// Once a key, as Stripe has it: the same call again is answered as the first, another one is an error.
    fn once(
        &self,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
        deed: impl FnOnce(&mut Books, &Form) -> Result<Value, Refusal>,
    ) -> Response {
        if let Err(refusal) = known(headers) {
            return refuse(refusal);
        }
        let call = format!("{uri} {}", String::from_utf8_lossy(body));
        let form = url::form_urlencoded::parse(body).into_owned().collect();
        let mut books = self.books.lock().unwrap();
        let key = headers.get("idempotency-key").map(|key| key.to_str().unwrap().to_owned());
        if let Some((first, status, answer)) = key.as_ref().and_then(|key| books.kept.get(key)) {
            if *first != call {
                return refuse((400, "idempotency_error"));
            }
            return (StatusCode::from_u16(*status).unwrap(), Json(answer.clone())).into_response();
        }
        let (status, answer) = match deed(&mut books, &form) {
            Ok(answer) => (200, answer),
            Err((status, code)) => (status, error(code)),
        };
        if let Some(key) = key {
            books.kept.insert(key, (call, status, answer.clone()));
        }
        (StatusCode::from_u16(status).unwrap(), Json(answer)).into_response()
    }
}

/// Every answer tells its time.
async fn dated(State(stand_in): State<StripeStandIn>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let now = Timestamp::from_second(stand_in.now()).unwrap();
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).unwrap();
    answer.headers_mut().insert(DATE, date.parse().unwrap());
    answer
}

fn error(code: &str) -> Value {
    if code == "idempotency_error" {
        return json!({ "error": { "type": code, "message": "for developers" } });
    }
    json!({ "error": { "type": "invalid_request_error", "code": code, "message": "for developers" } })
}

fn refuse((status, code): Refusal) -> Response {
    (StatusCode::from_u16(status).unwrap(), Json(error(code))).into_response()
}

fn known(headers: &HeaderMap) -> Result<(), Refusal> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if header("authorization") != format!("Bearer {KEY}") {
        return Err((401, "invalid_api_key"));
    }
    if header("stripe-version") == VERSION { Ok(()) } else { Err((400, "version_not_pinned")) }
}

async fn create_session(
    State(books): State<StripeStandIn>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    books.once(&uri, &headers, &body, |inside, form| {
        let field = |name: &str| form.get(name).cloned().unwrap_or_default();
        let amount: i64 =
            field("line_items[0][price_data][unit_amount]").parse().map_err(|_| (400, "amount"))?;
        let ends: i64 = field("expires_at").parse().map_err(|_| (400, "expires_at"))?;
        let now = books.now();
        if !(now + 1_800..=now + 86_400).contains(&ends) {
            return Err((400, "expires_at_out_of_bounds"));
        }
        let complete = field("mode") == "payment"
            && field("line_items[0][quantity]") == "1"
            && !field("line_items[0][price_data][product_data][name]").is_empty()
            && field("success_url").starts_with("http")
            && field("client_reference_id").len() <= 200
            && amount > 0;
        if !complete {
            return Err((400, "parameter_missing"));
        }
        let id = format!("cs_test_{}", inside.sessions.len() + 1);
        let session = json!({
            "id": id,
            "object": "checkout.session",
            "client_reference_id": field("client_reference_id"),
            "amount_total": amount,
            "currency": field("line_items[0][price_data][currency]"),
            "created": now,
            "expires_at": ends,
            "mode": "payment",
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": null,
            "payment_intent_metadata": { "reference": field("payment_intent_data[metadata][reference]") },
            "metadata": { "reference": field("metadata[reference]") },
            "url": format!("https://checkout.stripe.com/c/pay/{id}"),
        });
        inside.sessions.push(session.clone());
        Ok(session)
    })
}

async fn show_session(
    State(books): State<StripeStandIn>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = known(&headers) {
        return refuse(refusal);
    }
    let books = books.books.lock().unwrap();
    match books.sessions.iter().find(|session| session["id"] == *id) {
        Some(session) => Json(expanded(session, query.as_deref())).into_response(),
        None => refuse((404, "resource_missing")),
    }
}

/// Without being asked for more, Stripe answers names only.
fn expanded(session: &Value, query: Option<&str>) -> Value {
    let mut session = session.clone();
    let asked = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let expands: Vec<String> =
        asked.filter(|(name, _)| name == "expand[]").map(|(_, value)| value.into_owned()).collect();
    if !expands.iter().any(|path| path.ends_with("payment_intent.latest_charge")) {
        session["payment_intent"] = session["payment_intent"]["id"].clone();
    }
    session
}

async fn expire_session(
    State(books): State<StripeStandIn>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    books.once(&uri, &headers, &body, |inside, _| {
        let session = inside.sessions.iter_mut().find(|session| session["id"] == *id);
        let session = session.ok_or((404, "resource_missing"))?;
        if session["status"] != "open" {
            return Err((400, "session_not_open"));
        }
        session["status"] = "expired".into();
        Ok(session.clone())
    })
}

async fn list_sessions(
    State(books): State<StripeStandIn>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = known(&headers) {
        return refuse(refusal);
    }
    let books = books.books.lock().unwrap();
    let sessions = books.sessions.iter().rev().map(|session| expanded(session, query.as_deref())).collect();
    page(sessions, query.as_deref())
}

async fn list_refunds(
    State(books): State<StripeStandIn>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = known(&headers) {
        return refuse(refusal);
    }
    let asked: Form =
        url::form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes()).into_owned().collect();
    let books = books.books.lock().unwrap();
    let of = |refund: &&Value| {
        asked.get("payment_intent").is_none_or(|intent| refund["payment_intent"] == **intent)
    };
    page(books.refunds.iter().rev().filter(of).cloned().collect(), query.as_deref())
}

/// Pages are short here, so that lists have more than one.
fn page(entries: Vec<Value>, query: Option<&str>) -> Response {
    let asked: Form =
        url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let from = asked.get("created[gte]").map_or(0, |text| text.parse().unwrap());
    let entries: Vec<Value> =
        entries.into_iter().filter(|entry| entry["created"].as_i64().unwrap() >= from).collect();
    let after = asked.get("starting_after");
    let skipped = after.map_or(0, |id| 1 + entries.iter().position(|entry| entry["id"] == **id).unwrap());
    let data: Vec<Value> = entries.iter().skip(skipped).take(PAGE).cloned().collect();
    let has_more = skipped + data.len() < entries.len();
    Json(json!({ "object": "list", "data": data, "has_more": has_more })).into_response()
}

async fn create_refund(
    State(books): State<StripeStandIn>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    books.once(&uri, &headers, &body, |inside, form| {
        let amount: i64 = form["amount"].parse().map_err(|_| (400, "parameter_invalid_integer"))?;
        let metadata = json!({ "key": form["metadata[key]"], "reference": form["metadata[reference]"] });
        inside.give_back(&form["payment_intent"], amount, metadata, books.now())
    })
}
