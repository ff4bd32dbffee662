//! Who gets in: the signed-out are led to the sign-in page and back, the others are told which stores are theirs.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use onshelf_shop::staff::Associate;
use onshelf_vocabulary::Lang;

use super::bar::bar;
use crate::{
    error::AppError,
    ssr::{Page, Visit, encoded},
};

/// Somebody who is not signed in comes back to where they wanted to go.
pub(super) fn turned_away(visit: &Visit, error: &AppError) -> Response {
    match error {
        AppError::SignedOut => to_sign_in(visit, &visit.path),
        error => visit.failure(error),
    }
}

/// To the sign-in page, and from there to `next`, a path with its language.
pub(super) fn to_sign_in(visit: &Visit, next: &str) -> Response {
    Redirect::to(&format!("{}?next={}", visit.href("/staff/sign-in"), encoded(next))).into_response()
}

/// Where sign-in may lead: a staff page of this site and nothing else.
#[must_use]
pub(super) fn next_path(asked: &str) -> Option<&str> {
    let plain = asked.len() <= 300 && asked.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let page = asked.strip_prefix("/en").unwrap_or(asked);
    let staff = page == "/staff" || page.starts_with("/staff/") || page.starts_with("/staff?");
    (plain && staff && !page.starts_with("/staff/sign-")).then_some(asked)
}

/// The page for a store that is not theirs, or that does not exist: no telling which.
pub(super) fn not_yours(visit: &Visit, who: &Associate) -> Response {
    let staff = visit.shop().staff_view(who, visit.lang);
    let title = visit.say("담당 매장이 아니에요", "Not one of your stores");
    let text = visit.say(
        "이 매장의 화면은 담당 직원에게만 열려요. 담당 매장이 바뀌었다면 본사에 알려 주세요.",
        "Only the people who work there see this store. If your stores have changed, ask head office.",
    );
    let stores = staff
        .stores
        .iter()
        .take(6)
        .map(|(code, name)| {
            view! { <a class="staff-go" href=visit.href(&format!("/staff/{code}"))>{to_board(visit, name)}</a> }
        })
        .collect_view();
    visit.page(|| {
        let view = view! {
            {bar(visit, &staff, None, "/staff", ().into_any())}
            <section class="staff-sheet" id="work">
                <h1>{title}</h1>
                <p>{text}</p>
                <p class="staff-ways">{stores}</p>
            </section>
        };
        Page { status: StatusCode::FORBIDDEN, ..Page::of_staff(title, "/staff", view) }
    })
}

fn to_board(visit: &Visit, store: &str) -> String {
    match visit.lang {
        Lang::Ko => format!("{store} 화면으로"),
        Lang::En => format!("To {store}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_leads_to_staff_pages_only() {
        for good in ["/staff", "/staff/seongsu", "/en/staff/seongsu?open=R-7K3M-9QXD", "/staff?q=a"] {
            assert_eq!(next_path(good), Some(good));
        }
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/staff",
            "/staffing",
            "/en",
            "/basket",
            "/staff/sign-out",
            "/staff/sign-in",
            "/staff/a\r\nb",
            "/staff/성수",
        ] {
            assert_eq!(next_path(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_path_survives_being_a_value() {
        assert_eq!(encoded("/en/staff/a?open=R-1&b=가"), "%2Fen%2Fstaff%2Fa%3Fopen%3DR-1%26b%3D%EA%B0%80");
    }
}
