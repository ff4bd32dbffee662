//! Finding an order or a reservation again without its link.

use axum::{http::StatusCode, response::Response};
use leptos::prelude::*;

use crate::{
    ssr::{Page, Visit},
    ui::field::Field,
};

/// `GET /reservations`.
pub async fn find(visit: Visit) -> Response {
    find_page(&visit, "", "", StatusCode::OK)
}

/// The form with what was typed. One answer for all that is wrong: whether a number exists is nobody else's business.
pub(super) fn find_page(visit: &Visit, number: &str, code: &str, status: StatusCode) -> Response {
    let wrong = !status.is_success();
    let (number, code) = (number.to_owned(), code.to_owned());
    visit.page(|| {
        let view = view! {
            <div class="refind">
                <header>
                    <h1>{visit.say("주문·예약 찾기", "Find an order")}</h1>
                    <p>{visit.say(
                        "보내 드린 메일이나 문자의 링크를 누르면 바로 열립니다. 링크가 없다면 번호와 코드를 적어 주세요.",
                        "The link in our mail or message opens it. Without it, type the number and the code.",
                    )}</p>
                </header>
                {wrong.then(|| view! {
                    <div class="notice heads-up" role="alert">
                        <b>{visit.say(
                            "번호와 코드가 함께 맞는 주문이나 예약이 없어요",
                            "No order or reservation has this number and this code",
                        )}</b>
                        <p>{visit.say("둘 다 메일에 적힌 그대로인지 확인해 주세요. 대소문자와 줄표는 달라도 됩니다.", "Check that both are as in our mail. Case and hyphens do not matter.")}</p>
                    </div>
                })}
                <form class="refind-form" method="post" action=visit.href("/reservations") novalidate>
                    <Field
                        name="number"
                        label=visit.say("주문·예약 번호", "Order or reservation number")
                        hint=visit.say(
                            "R-7K3M-9QXD나 O-7K3M-9QXD처럼 생겼어요",
                            "It looks like R-7K3M-9QXD or O-7K3M-9QXD",
                        )
                        value=number
                        required=true
                        maxlength=40
                    />
                    <Field
                        name="code"
                        label=visit.say("픽업 코드", "Pickup code")
                        hint=visit.say("글자와 숫자 여섯 자리", "Six letters and digits")
                        value=code
                        required=true
                        maxlength=20
                    />
                    <button class="go">{visit.say("열기", "Open it")}</button>
                </form>
            </div>
        };
        let title = visit.say("주문·예약 찾기", "Find an order");
        Page { status, indexed: false, ..Page::new(title, "/reservations", view) }
    })
}
