//! Toss Payments as far as a shop meets it: payments made and confirmed, cancelled, looked up and listed, with the
//! error codes of their documents.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::stand_in::{Troubles, serve};

pub const KEY: &str = "test_sk_stand_in";

#[derive(Default)]
struct Books {
    payments: Vec<Value>,
    transactions: Vec<Value>,
    kept: HashMap<String, (u16, Value)>,
    declines: bool,
}

#[derive(Clone, Default)]
pub struct TossStandIn {
    books: Arc<Mutex<Books>>,
    pub troubles: Troubles,
    pub url: String,
}

type Refusal = (u16, &'static str);

impl TossStandIn {
    pub async fn start() -> TossStandIn {
        let mut stand_in = TossStandIn::default();
        let router = Router::new()
            .route("/v1/payments", post(create))
            .route("/v1/payments/confirm", post(confirm))
            .route("/v1/payments/{key}", get(show))
            .route("/v1/payments/{key}/cancel", post(cancel))
            .route("/v1/transactions", get(transactions))
            .with_state(stand_in.clone());
        stand_in.url = serve(router, stand_in.troubles.clone()).await;
        stand_in
    }

    pub fn payments(&self) -> usize {
        self.books.lock().unwrap().payments.len()
    }

    pub fn refunds(&self) -> usize {
        let books = self.books.lock().unwrap();
        books.payments.iter().map(|payment| payment["cancels"].as_array().map_or(0, Vec::len)).sum()
    }

    /// From now on the card company says no.
    pub fn decline(&self) {
        self.books.lock().unwrap().declines = true;
    }

    /// The shopper agrees in the payment window; answers the query of the address they are sent back to.
    pub fn authenticate(&self, key: &str) -> Option<BTreeMap<String, String>> {
        let mut books = self.books.lock().unwrap();
        let payment = books.payments.iter_mut().find(|payment| payment["paymentKey"] == key)?;
        if !matches!(payment["status"].as_str(), Some("READY" | "IN_PROGRESS")) {
            return None;
        }
        payment["status"] = "IN_PROGRESS".into();
        let query = [
            ("paymentType", "NORMAL".to_owned()),
            ("orderId", payment["orderId"].as_str().unwrap().to_owned()),
            ("paymentKey", key.to_owned()),
            ("amount", payment["totalAmount"].to_string()),
        ];
        Some(query.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// Once a key, method and address, as Toss has it.
    fn once(
        &self,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
        deed: impl FnOnce(&mut Books, &Value) -> Result<Value, Refusal>,
    ) -> Response {
        if let Err(refusal) = known(headers) {
            return refuse(refusal);
        }
        let body = serde_json::from_slice(body).unwrap();
        let mut books = self.books.lock().unwrap();
        let key = headers.get("idempotency-key").map(|key| format!("{uri} {}", key.to_str().unwrap()));
        if let Some((status, answer)) = key.as_ref().and_then(|key| books.kept.get(key)) {
            return (StatusCode::from_u16(*status).unwrap(), Json(answer.clone())).into_response();
        }
        let (status, answer) = match deed(&mut books, &body) {
            Ok(answer) => (200, answer),
            Err((status, code)) => (status, error(code)),
        };
        if let Some(key) = key {
            books.kept.insert(key, (status, answer.clone()));
        }
        (StatusCode::from_u16(status).unwrap(), Json(answer)).into_response()
    }
}

fn error(code: &str) -> Value {
    json!({ "code": code, "message": "사람이 읽는 말" })
}

fn refuse((status, code): Refusal) -> Response {
    (StatusCode::from_u16(status).unwrap(), Json(error(code))).into_response()
}

fn known(headers: &HeaderMap) -> Result<(), Refusal> {
    let expected = format!("Basic {}", STANDARD.encode(format!("{KEY}:")));
    let given = headers.get("authorization").and_then(|value| value.to_str().ok());
    if given == Some(&*expected) { Ok(()) } else { Err((401, "UNAUTHORIZED_KEY")) }
}

fn find<'a>(books: &'a mut Books, key: &str) -> Result<&'a mut Value, Refusal> {
    let found = books.payments.iter_mut().find(|payment| payment["paymentKey"] == key);
    found.ok_or((404, "NOT_FOUND_PAYMENT"))
}

async fn create(State(books): State<TossStandIn>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    books.once(&uri, &headers, &body, |inside, asked| {
        let order = asked["orderId"].as_str().unwrap_or_default();
        let amount = asked["amount"].as_i64().unwrap_or_default();
        if !(6..=64).contains(&order.len()) {
            return Err((400, "INVALID_ORDER_ID"));
        }
        if amount < 100 {
            return Err((400, "BELOW_MINIMUM_AMOUNT"));
        }
        if asked["method"] != "CARD" || !asked["successUrl"].is_string() || !asked["failUrl"].is_string() {
            return Err((400, "INVALID_REQUEST"));
        }
        let key = format!("tviva2026112312{:04}", inside.payments.len() + 1);
        let payment = json!({
            "mId": "tvivarepublica",
            "version": "2022-11-16",
            "paymentKey": key,
            "orderId": order,
            "orderName": asked["orderName"],
            "status": "READY",
            "currency": "KRW",
            "totalAmount": amount,
            "balanceAmount": amount,
            "method": null,
            "cancels": null,
            "checkout": { "url": format!("https://api.tosspayments.com/v1/payments/{key}/checkout") },
        });
        inside.payments.push(payment.clone());
        Ok(payment)
    })
}

async fn confirm(State(books): State<TossStandIn>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    books.once(&uri, &headers, &body, |inside, asked| {
        let declines = inside.declines;
        let payment = find(inside, asked["paymentKey"].as_str().unwrap_or_default())?;
        match payment["status"].as_str().unwrap() {
            "IN_PROGRESS" => {}
            "READY" => return Err((404, "NOT_FOUND_PAYMENT_SESSION")),
            _ => return Err((400, "ALREADY_PROCESSED_PAYMENT")),
        }
        if payment["orderId"] != asked["orderId"] || payment["totalAmount"] != asked["amount"] {
            return Err((403, "FORBIDDEN_REQUEST"));
        }
        if declines {
            payment["status"] = "ABORTED".into();
            return Err((403, "REJECT_CARD_PAYMENT"));
        }
        payment["status"] = "DONE".into();
        payment["method"] = "카드".into();
        let done = payment.clone();
        note(inside, &done, "DONE", &done["totalAmount"]);
        Ok(done)
    })
}

/// Every approval and every cancellation is a transaction of its own.
fn note(books: &mut Books, payment: &Value, status: &str, amount: &Value) {
    let transaction = json!({
        "mId": "tvivarepublica",
        "transactionKey": format!("T{:04}", books.transactions.len() + 1),
        "paymentKey": payment["paymentKey"],
        "orderId": payment["orderId"],
        "currency": "KRW",
        "method": "카드",
        "amount": amount,
        "status": status,
    });
    books.transactions.push(transaction);
}

async fn show(State(books): State<TossStandIn>, Path(key): Path<String>, headers: HeaderMap) -> Response {
    if let Err(refusal) = known(&headers) {
        return refuse(refusal);
    }
    match find(&mut books.books.lock().unwrap(), &key) {
        Ok(payment) => Json(payment.clone()).into_response(),
        Err(refusal) => refuse(refusal),
    }
}

async fn cancel(
    State(books): State<TossStandIn>,
    Path(key): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    books.once(&uri, &headers, &body, |inside, asked| {
        let serial = inside.transactions.len() + 1;
        let payment = find(inside, &key)?;
        let (reason, amount) =
            (asked["cancelReason"].as_str().unwrap_or_default(), asked["cancelAmount"].clone());
        let left = payment["balanceAmount"].as_i64().unwrap() - amount.as_i64().unwrap_or_default();
        match payment["status"].as_str().unwrap() {
            "DONE" | "PARTIAL_CANCELED" => {}
            "CANCELED" => return Err((400, "ALREADY_CANCELED_PAYMENT")),
            _ => return Err((403, "NOT_CANCELABLE_PAYMENT")),
        }
        if left < 0 {
            return Err((403, "NOT_CANCELABLE_AMOUNT"));
        }
        if reason.is_empty() || reason.chars().count() > 200 {
            return Err((400, "INVALID_REQUEST"));
        }
        let cancelled = json!({
            "transactionKey": format!("T{serial:04}"),
            "cancelReason": reason,
            "cancelAmount": amount,
            "cancelStatus": "DONE",
        });
        if payment["cancels"].is_null() {
            payment["cancels"] = json!([]);
        }
        payment["cancels"].as_array_mut().unwrap().push(cancelled);
        payment["balanceAmount"] = left.into();
        let status = if left == 0 { "CANCELED" } else { "PARTIAL_CANCELED" };
        payment["status"] = status.into();
        let payment = payment.clone();
        note(inside, &payment, status, &amount);
        Ok(payment)
    })
}

async fn transactions(
    State(books): State<TossStandIn>,
    Query(asked): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = known(&headers) {
        return refuse(refusal);
    }
    let is_date = |name: &str| asked[name].len() == 19 && asked[name].as_bytes()[10] == b'T';
    if !is_date("startDate") || !is_date("endDate") || asked["startDate"] > asked["endDate"] {
        return refuse((400, "INVALID_DATE"));
    }
    let books = books.books.lock().unwrap();
    let after = asked.get("startingAfter");
    let skipped = after.map_or(0, |key| {
        1 + books.transactions.iter().position(|one| one["transactionKey"] == **key).unwrap()
    });
    let limit = asked.get("limit").map_or(100, |text| text.parse().unwrap());
    Json(books.transactions.iter().skip(skipped).take(limit).cloned().collect::<Vec<_>>()).into_response()
}
