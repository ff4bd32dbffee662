//! The test provider's own page: what is to be paid, three ways on, and which trouble to go through. It says on every
//! side that no money moves.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use leptos::prelude::*;
use onshelf_vocabulary::Money;

use super::scenario::Scenario;
use crate::ssr::{Chrome, Page, Visit};

/// How a test payment stands, as its page shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    Open,
    Paid,
    /// Refused, closed by the shop, or run out.
    Over,
}

/// A payment as its page shows it.
#[derive(Clone, Debug)]
pub struct TestPayment {
    pub id: String,
    /// The order's number, for people.
    pub order: String,
    pub title: String,
    pub amount: Money,
    pub stands: Stands,
    /// Back to the shop.
    pub back: String,
}

/// The page. `scenario` is chosen already; `wrong` says that what was sent could not be understood.
pub fn test_page(
    visit: &Visit,
    payment: &TestPayment,
    scenario: Scenario,
    status: StatusCode,
    wrong: bool,
) -> Response {
    let mut response = visit.page(|| {
        let title = visit.say("시험 결제", "Test payment");
        let path = format!("/pay/test/{}", payment.id);
        let view = view(visit, payment, scenario, wrong);
        Page { status, chrome: Chrome::Bare, ..Page::of_order(title, path, view) }
    });
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

fn view(visit: &Visit, payment: &TestPayment, scenario: Scenario, wrong: bool) -> AnyView {
    let wrong = wrong.then(|| {
        view! {
            <div class="notice heads-up" role="alert">
                <b>{visit.say("보낸 내용을 이해하지 못했어요", "That could not be understood")}</b>
                <p>{visit.say("아래에서 다시 골라 주세요.", "Please choose again below.")}</p>
            </div>
        }
    });
    let rest = match payment.stands {
        Stands::Open => form(visit, payment, scenario),
        Stands::Paid => over(
            visit,
            payment,
            visit.say("이미 결제했어요", "This has been paid"),
            visit.say("같은 주문을 두 번 결제하지 않아요.", "Nothing is paid twice."),
        ),
        Stands::Over => over(
            visit,
            payment,
            visit.say("끝난 결제예요", "This payment is over"),
            visit.say(
                "거절했거나, 가게에서 닫았거나, 시간이 지났어요. 결제된 것은 없어요.",
                "It was refused, closed by the shop, or has expired. Nothing was paid.",
            ),
        ),
    };
    view! {
        <div class="test-pay">
            <p class="test-pay-tape">
                <strong>{visit.say("시험 결제", "Test payment")}</strong>
                <span>{visit.say("돈이 빠져나가지 않아요", "No money moves")}</span>
            </p>
            <div class="test-pay-sheet">
                <header>
                    <p class="test-pay-for">{visit.door.site.name.get(visit.lang).to_owned()}" · "{payment.order.clone()}</p>
                    <h1>{payment.amount.display()}</h1>
                    <p class="test-pay-what">{payment.title.clone()}</p>
                </header>
                {wrong}
                {rest}
            </div>
        </div>
    }
    .into_any()
}

fn form(visit: &Visit, payment: &TestPayment, scenario: Scenario) -> AnyView {
    let action = visit.href(&format!("/pay/test/{}", payment.id));
    let choices = Scenario::ALL.map(|each| {
        view! {
            <option value=each.code() selected={each == scenario}>{each.label(visit.lang)}</option>
        }
    });
    view! {
        <form method="post" action=action class="test-pay-form">
            <div class="field">
                <label for="scenario">{visit.say("무엇을 겪어 볼까요?", "What should happen?")}</label>
                <select id="scenario" name="scenario">{choices.collect_view()}</select>
            </div>
            <button class="go" name="action" value="pay">{visit.say("결제하기", "Pay")}</button>
            <div class="test-pay-ways">
                <button class="alt" name="action" value="refuse">{visit.say("거절하기", "Refuse")}</button>
                <button class="alt" name="action" value="leave">{visit.say("그냥 나가기", "Leave")}</button>
            </div>
            <p class="fine">{visit.say(
                "카드 번호는 묻지 않아요. 이 화면은 데모와 시험에서만 나와요.",
                "No card number is asked for. You only see this page in demos and tests.",
            )}</p>
        </form>
    }
    .into_any()
}

fn over(visit: &Visit, payment: &TestPayment, title: &'static str, text: &'static str) -> AnyView {
    view! {
        <section class="test-pay-over">
            <h2>{title}</h2>
            <p>{text}</p>
            <a class="go" href=payment.back.clone()>{visit.say("가게로 돌아가기", "Back to the shop")}</a>
        </section>
    }
    .into_any()
}
