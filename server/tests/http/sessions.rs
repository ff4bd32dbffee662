//! Sessions of staff: bound to this host, out of reach of scripts, new at each sign-in, over at sign-out.

use axum::http::header;
use onshelf_shop::{
    staff::NewStaff,
    testing::{TestShop, on_each_engine},
};
use onshelf_vocabulary::staff::Role;

use crate::call::{Answer, Call, site};

const PASSWORD: &str = "a long password";

async fn with_manager(test: &TestShop) {
    let new = NewStaff {
        login: "mina".to_owned(),
        name: "미나".to_owned(),
        password: PASSWORD.to_owned(),
        role: Role::HeadOffice,
        stores: Vec::new(),
    };
    test.shop.add_staff(new).await.unwrap();
}

fn cookie_of(answer: &Answer) -> String {
    let all = answer.headers.get_all(header::SET_COOKIE).iter();
    let own = all.filter_map(|value| value.to_str().ok()).find(|cookie| cookie.starts_with("__Host-staff="));
    own.unwrap_or_else(|| panic!("no session: {}", answer.text())).to_owned()
}

fn form(path: &str, text: &str) -> Call {
    Call::post(path)
        .with("sec-fetch-site", "same-origin")
        .with("content-type", "application/x-www-form-urlencoded")
        .body(text.to_owned())
}

#[tokio::test]
async fn a_session_is_new_at_each_sign_in_and_over_at_sign_out() {
    on_each_engine(async |test| {
        with_manager(test).await;
        let site = site(test);
        let typed = format!("login=mina&password={PASSWORD}");
        let mut sessions = Vec::new();
        for _ in 0..2 {
            let cookie = cookie_of(&form("/staff/sign-in", &typed).on(&site).await);
            for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
                assert!(cookie.contains(part), "{part}: {cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
            sessions.push(cookie.split(';').next().unwrap().to_owned());
        }
        assert_ne!(sessions[0], sessions[1]);
        let open =
            async |session: &str| Call::get("/staff").with("cookie", session).on(&site).await.status.as_u16();
        assert_eq!(open(&sessions[1]).await, 200);
        form("/staff/sign-out", "").with("cookie", &sessions[1]).on(&site).await;
        assert_eq!(open(&sessions[1]).await, 303, "what was signed out opens nothing");
        assert_eq!(open("__Host-staff=nothing").await, 303);
    })
    .await;
}

/// Found by the drill `hostile`: an address of a store that somebody made up cannot stand in the head of an answer.
#[tokio::test]
async fn head_office_is_led_to_no_store_that_is_none() {
    on_each_engine(async |test| {
        with_manager(test).await;
        let site = site(test);
        let typed = format!("login=mina&password={}", PASSWORD.replace(' ', "+"));
        let cookie = cookie_of(&form("/staff/sign-in", &typed).on(&site).await);
        let cookie = cookie.split(';').next().unwrap();
        for store in ["a%0d%0aset-cookie:%20x=1", "nowhere", "%2f%2fevil.example"] {
            for typed in ["", "typed=", "typed=R-0000-0000"] {
                let asked = form(&format!("/staff/{store}/find"), typed).with("cookie", cookie);
                let answer = asked.on(&site).await;
                assert!(answer.status.is_client_error(), "{store} {typed:?}: {}", answer.status);
                assert!(!answer.headers.contains_key(header::LOCATION), "{store} {typed:?}");
            }
        }
        let answer = form("/staff/seongsu/find", "typed=").with("cookie", cookie).on(&site).await;
        assert_eq!((answer.status.as_u16(), answer.header(header::LOCATION)), (303, "/staff/seongsu"));
    })
    .await;
}
