//! The sign-in page of staff.

use axum::{
    extract::{Query, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use leptos::prelude::*;
use onshelf_vocabulary::Lang;
use serde::Deserialize;

use crate::ssr::{Chrome, Page, Visit};

/// The demo's password, the same for all of its staff.
const DEMO_PASSWORD: &str = "jejari-demo";

/// Why one was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Missing,
    Wrong,
    TooOften,
}

impl Refused {
    const fn status(self) -> StatusCode {
        match self {
            Refused::Missing | Refused::Wrong => StatusCode::UNPROCESSABLE_ENTITY,
            Refused::TooOften => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    const fn text(self, lang: Lang) -> &'static str {
        match self {
            Refused::Missing => {
                lang.pick("아이디와 비밀번호를 모두 적어 주세요.", "Enter both your login and your password.")
            }
            Refused::Wrong => lang.pick(
                "아이디나 비밀번호가 맞지 않아요. 다시 확인해 주세요.",
                "That login or password is not right. Please check both.",
            ),
            Refused::TooOften => lang.pick(
                "여러 번 틀려 잠시 막아 두었어요. 1분 뒤에 다시 해 주세요.",
                "Too many tries. Please wait a minute and try again.",
            ),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    next: String,
}

pub async fn page(visit: Visit, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    if visit.associate().await.is_ok() {
        return visit.see("/staff");
    }
    let next = asked.map(|Query(asked)| asked.next).unwrap_or_default();
    sign_in_page(&visit, "", &next, None)
}

pub(super) fn sign_in_page(visit: &Visit, login: &str, next: &str, refused: Option<Refused>) -> Response {
    let title = visit.say("직원 로그인", "Staff sign-in");
    let invalid = refused.map(|_| "true");
    let described = refused.map(|_| "why");
    let login: String = login.chars().filter(|c| !c.is_control()).take(100).collect();
    // The first thing to mend has the focus: the name where there is none, else the password.
    let known = !login.is_empty();
    visit.page(|| {
        let view = view! {
            <div class="staff-door">
                <p class="mark">{visit.door.site.name.get(visit.lang).to_owned()}<i aria-hidden="true"></i></p>
                <h1>{title}</h1>
                {refused.map(|why| view! {
                    <p class="staff-notice" data-kind="refused" role="alert" id="why">
                        <span>{why.text(visit.lang)}</span>
                    </p>
                })}
                <form method="post" action=visit.href("/staff/sign-in")>
                    <input type="hidden" name="next" value=next.to_owned() />
                    <label for="login">{visit.say("아이디", "Login")}</label>
                    <input
                        id="login"
                        name="login"
                        value=login
                        required
                        maxlength="100"
                        autocomplete="username"
                        autocapitalize="none"
                        spellcheck="false"
                        autofocus=!known
                        aria-invalid=invalid
                        aria-describedby=described
                    />
                    <label for="password">{visit.say("비밀번호", "Password")}</label>
                    <input
                        id="password"
                        name="password"
                        type="password"
                        required
                        maxlength="256"
                        autocomplete="current-password"
                        autofocus=known
                        aria-invalid=invalid
                        aria-describedby=described
                    />
                    <button class="staff-go">{visit.say("로그인", "Sign in")}</button>
                </form>
                {visit.door.site.demo.then(|| demo(visit))}
                {ways(visit)}
            </div>
        };
        Page {
            status: refused.map_or(StatusCode::OK, Refused::status),
            chrome: Chrome::Bare,
            ..Page::of_staff(title, "/staff/sign-in", view)
        }
    })
}

fn ways(visit: &Visit) -> AnyView {
    let (other, name) = match visit.lang {
        Lang::Ko => (Lang::En, "English"),
        Lang::En => (Lang::Ko, "한국어"),
    };
    view! {
        <p class="staff-ways">
            <a class="staff-quiet" href=visit.href("/")>{visit.say("손님 화면으로", "To the shop")}</a>
            <a class="staff-quiet" href=other.href("/staff/sign-in") lang=other.tag() hreflang=other.tag()>{name}</a>
        </p>
    }
    .into_any()
}

/// A visitor of the demo can be anybody: a touch signs in.
fn demo(visit: &Visit) -> AnyView {
    let book = visit.shop().book();
    let name = |code: &str| {
        book.stores
            .by_code(code)
            .map_or_else(|| code.to_owned(), |store| store.name.get(visit.lang).to_owned())
    };
    let people = [
        ("seongsu", visit.say("직원", "Associate"), name("seongsu")),
        ("manager", visit.say("점장", "Manager"), format!("{}, {}", name("seongsu"), name("seoulforest"))),
        ("office", visit.say("본사", "Head office"), visit.say("모든 매장", "All stores").to_owned()),
    ];
    let people = people
        .map(|(login, role, stores)| {
            view! {
                <li>
                    <form method="post" action=visit.href("/staff/sign-in")>
                        <input type="hidden" name="login" value=login />
                        <input type="hidden" name="password" value=DEMO_PASSWORD />
                        <button>
                            <b>{role}</b>
                            <span>{stores}</span>
                            <code translate="no">{login}</code>
                        </button>
                    </form>
                </li>
            }
        })
        .into_iter()
        .collect_view();
    view! {
        <section class="staff-demo" aria-labelledby="demo">
            <h2 id="demo">{visit.say("데모에서는 눌러서 바로 들어갈 수 있어요", "In this demo, one touch signs you in")}</h2>
            <ul>{people}</ul>
            <p>{visit.say("비밀번호는 모두 ", "The password of all three is ")}<code translate="no">{DEMO_PASSWORD}</code></p>
        </section>
    }
    .into_any()
}
