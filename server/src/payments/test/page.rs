//! `/pay/test/{id}` in both languages: reads what was sent, lets the books do it, and sends the shopper on.

use std::collections::HashMap;

use axum::{
    Extension, Form, Router,
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use onshelf_app::{
    error::AppError,
    payments::{
        scenario::Scenario,
        test_page::{Stands, TestPayment, test_page},
    },
    ssr::{Door, PagesOf, Visit, explain},
};
use onshelf_db::test_provider::PaymentRow;
use onshelf_shop::{Error, PaymentFault};
use onshelf_vocabulary::{Currency, Lang, Money, payments::ProviderCode};

use super::books::{Books, Call};

type Typed = HashMap<String, String>;

/// The page in both languages.
pub fn routes() -> Router<Door> {
    let of = |lang: Lang| {
        Router::new().route("/pay/test/{id}", get(show).post(act)).layer(Extension(PagesOf(lang)))
    };
    of(Lang::Ko).nest("/en", of(Lang::En))
}

/// A payment, and what is asked for by it.
struct Payment {
    row: PaymentRow,
    amount: Money,
}

/// The payment a page is about; where test payments are not offered there is none. What is asked for in a currency
/// that nobody knows is shown as no other, and not taken.
async fn find(visit: &Visit, books: &Books, id: &str) -> Result<Payment, Response> {
    if visit.shop().payment_provider(ProviderCode::Test).is_none() {
        return Err(visit.failure(&AppError::NotFound));
    }
    let row = match books.payment(id).await {
        Ok(Some(row)) => row,
        Ok(None) => return Err(visit.failure(&AppError::NotFound)),
        Err(fault) => return Err(failure(visit, &fault)),
    };
    let Some(currency) = Currency::from_code(&row.currency) else {
        let fault =
            Error::internal(format!("the test payment {id} is in no known currency: {}", row.currency));
        return Err(visit.failure(&explain(&fault)));
    };
    Ok(Payment { amount: Money::new(row.amount, currency), row })
}

/// What a shopper does.
enum Action {
    Pay,
    Refuse,
    Leave,
}

/// `GET /pay/test/{id}?scenario=`.
async fn show(visit: Visit, Path(id): Path<String>, Query(asked): Query<Typed>) -> Response {
    let books = Books::new(visit.shop().clone());
    let (scenario, wrong) = match scenario(&asked) {
        Some(scenario) => (scenario, false),
        None => (Scenario::default(), true),
    };
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    match find(&visit, &books, &id).await {
        Ok(payment) => page(&visit, &books, &payment, scenario, status, wrong),
        Err(response) => response,
    }
}

/// `POST /pay/test/{id}` with `action` (or a field named as the button) and `scenario`, which may stand in the query.
async fn act(
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Typed>,
    Form(mut typed): Form<Typed>,
) -> Response {
    if let Some(scenario) = asked.get("scenario") {
        typed.entry("scenario".to_owned()).or_insert_with(|| scenario.clone());
    }
    let books = Books::new(visit.shop().clone());
    let payment = match find(&visit, &books, &id).await {
        Ok(payment) => payment,
        Err(response) => return response,
    };
    let (Some(action), Some(scenario)) = (action(&typed), scenario(&typed)) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return page(&visit, &books, &payment, Scenario::default(), status, true);
    };
    let row = &payment.row;
    let done = match action {
        Action::Pay => books.pay(row, scenario).await,
        Action::Refuse => books.end(&id, Call::Refuse).await,
        // Whoever goes away tells nobody, and may come back while it is open.
        Action::Leave => return Redirect::to(&row.cancel_url).into_response(),
    };
    match (done, action) {
        (Ok(true), Action::Pay) => Redirect::to(&row.return_url).into_response(),
        (Ok(true), _) => Redirect::to(&row.cancel_url).into_response(),
        (Ok(false), _) => already(&visit, &books, &id, scenario).await,
        (Err(fault), _) => failure(&visit, &fault),
    }
}

/// It went on in the meantime, as in another tab.
async fn already(visit: &Visit, books: &Books, id: &str, scenario: Scenario) -> Response {
    match find(visit, books, id).await {
        Ok(payment) => page(visit, books, &payment, scenario, StatusCode::CONFLICT, false),
        Err(response) => response,
    }
}

fn page(
    visit: &Visit,
    books: &Books,
    Payment { row, amount }: &Payment,
    scenario: Scenario,
    status: StatusCode,
    wrong: bool,
) -> Response {
    let stands = match row.status.as_str() {
        "paid" => Stands::Paid,
        "open" if row.expires_at > books.now() => Stands::Open,
        _ => Stands::Over,
    };
    let back = if stands == Stands::Paid { &row.return_url } else { &row.cancel_url };
    let payment = TestPayment {
        id: row.provider_id.clone(),
        order: row.order_number.clone(),
        title: row.title.clone(),
        amount: *amount,
        stands,
        back: back.clone(),
    };
    test_page(visit, &payment, scenario, status, wrong)
}

fn failure(visit: &Visit, fault: &PaymentFault) -> Response {
    tracing::warn!(
        %fault,
        "The test provider could not answer ({fault}); the visitor was asked to come back."
    );
    visit.failure(&AppError::Busy)
}

/// `normal` where none is named; none where it is not known.
fn scenario(typed: &Typed) -> Option<Scenario> {
    typed.get("scenario").map_or(Some(Scenario::default()), |code| Scenario::from_code(code))
}

fn action(typed: &Typed) -> Option<Action> {
    let named = ["pay", "refuse", "leave"].into_iter().find(|name| typed.contains_key(*name));
    match typed.get("action").map(String::as_str).or(named)? {
        "pay" => Some(Action::Pay),
        "refuse" => Some(Action::Refuse),
        "leave" => Some(Action::Leave),
        _ => None,
    }
}
