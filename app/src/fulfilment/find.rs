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
                        "보내 드린 메일이나 문자의 링크를 누르면 바로 열려요. 링크가 없다면 번호와, 픽업 코드나 주문할 때 적은 연락처를 알려 주세요.",
                        "The link in our e-mail or text opens it. Without the link, enter the number and the pickup code, or the e-mail or phone you gave.",
                    )}</p>
                </header>
                {wrong.then(|| view! {
                    <div class="notice heads-up" role="alert">
                        <b>{visit.say(
                            "번호와 코드(연락처)가 모두 일치하는 주문이나 예약이 없어요",
                            "No order or reservation matches both of these",
                        )}</b>
                        <p>{visit.say("번호는 메일이나 문자에, 연락처는 주문할 때 적은 그대로예요. 대소문자와 줄표는 달라도 돼요.", "The number is in our e-mail or text; the contact is the one you ordered with. Capitals and hyphens don't matter.")}</p>
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
                        label=visit.say("픽업 코드나 이메일 · 휴대전화", "Pickup code, e-mail or phone")
                        hint=visit.say(
                            "코드는 글자와 숫자 여섯 자리예요. 배송은 코드 없이 연락처로 찾아요",
                            "A code has six letters and digits. A delivery has none: use your e-mail or phone",
                        )
                        value=code
                        required=true
                        maxlength=254
                    />
                    <button class="go">{visit.say("열기", "Open it")}</button>
                </form>
            </div>
        };
        let title = visit.say("주문·예약 찾기", "Find an order");
        Page { status, ..Page::of_order(title, "/reservations", view) }
    })
}
