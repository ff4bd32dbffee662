//! A pick that does not find everything: said by a warehouse over the contract, and by an associate with a plain form.

use onshelf_shop::{
    staff::NewStaff,
    testing::{FakePayments, TestShop, on_each_engine},
};
use onshelf_vocabulary::staff::Role;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::call::{Call, site};

/// An order of three cups at the counter of a store.
fn wish() -> Value {
    json!({
        "groups": [{"way": "collect", "store": "seongsu", "lines": [{"sku": "CUP", "quantity": 3}]}],
        "contact": {"name": "김민지", "phone": "010-1234-5678"},
        "payment": null,
    })
}

#[tokio::test]
async fn a_warehouse_says_what_is_missing_and_the_rest_is_ready() {
    on_each_engine(async |test| {
        test.shop.take_payments(vec![Arc::new(FakePayments::default())]);
        test.with_stock("seongsu", "CUP", 5).await;
        let site = site(test);
        let placed = Call::post("/api/v1/orders").key("o1").json(&wish()).on(&site).await.ok(201);
        let (number, token) = (placed["number"].as_str().unwrap(), placed["token"].as_str().unwrap());
        let group = placed["groups"][0]["id"].as_str().unwrap();
        let till = test.shop.create_token("pos", None).await.unwrap();
        let path = |deed: &str| format!("/api/v1/orders/{number}/groups/{group}/{deed}");
        let post =
            |deed: &str, key: &str, body: &Value| Call::post(&path(deed)).key(key).token(&till).json(body);
        let missing = |sku: &str, quantity: i64| json!({"lines": [{"sku": sku, "quantity": quantity}]});
        for (deed, body, pointer) in [
            ("not-found", missing("CUP", 4), "/lines/0/quantity"),
            ("not-found", missing("KETTLE-MO", 1), "/lines/0/sku"),
            ("not-found", missing("CUP", 0), "/lines/0/quantity"),
            ("not-found", json!({"lines": [], "why": "x"}), "/why"),
            ("ready", missing("CUP", 1), ""),
        ] {
            let refused = post(deed, "k0", &body).on(&site).await;
            refused.problem(422, "invalid");
            assert_eq!(refused.pointers(), [pointer], "{body}");
        }
        let plain =
            Call::post(&path("not-found")).key("k0").token(&till).body("{\"lines\": []}").on(&site).await;
        plain.problem(415, "unsupported-media-type");
        for _ in 0..2 {
            let carried = post("not-found", "k1", &missing("CUP", 1)).on(&site).await.ok(200);
            assert_eq!(carried["status"], "ready");
        }
        post("not-found", "k1", &missing("CUP", 2)).on(&site).await.problem(422, "idempotency-key-reused");
        post("not-found", "k2", &missing("CUP", 1)).on(&site).await.problem(409, "wrong-state");
        let order = format!("/api/v1/orders/{number}");
        let now = Call::get(&order).token(token).on(&site).await.ok(200);
        let (found, lost) = (&now["groups"][0], &now["groups"][1]);
        assert_eq!((&found["status"], &found["total"]["amount"]), (&json!("ready"), &json!(18_000)));
        assert_eq!((&lost["status"], &lost["split_from"]), (&json!("not_found"), &json!(group)));
        assert_eq!(lost["lines"][0]["quantity"], 1);
        assert_eq!(now["total"]["amount"], 18_000, "what is paid at the counter is what is there");
        assert_eq!(test.available("seongsu", "CUP").await, 2);
        let contract = Call::get("/api/v1/openapi.json").on(&site).await.ok(200);
        let path = &contract["paths"]["/api/v1/orders/{number}/groups/{id}/{deed}"]["post"];
        assert!(path["requestBody"].to_string().contains("NotFoundRequest"), "{path}");
    })
    .await;
}

#[tokio::test]
async fn without_a_body_nothing_was_found() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        let placed = Call::post("/api/v1/orders").key("o1").json(&wish()).on(&site).await.ok(201);
        let number = placed["number"].as_str().unwrap();
        let group = placed["groups"][0]["id"].as_str().unwrap();
        let till = test.shop.create_token("pos", None).await.unwrap();
        let path = format!("/api/v1/orders/{number}/groups/{group}/not-found");
        for nothing in ["", "{ }", "null"] {
            let carried = Call::post(&path).key("k1").token(&till).body(nothing).on(&site).await.ok(200);
            assert_eq!(carried["status"], "not_found", "{nothing:?}");
        }
        assert_eq!(test.available("seongsu", "CUP").await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_app_takes_one_of_what_is_offered() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await.with_stock("gangnam", "CUP", 4).await;
        let site = site(test);
        let placed = Call::post("/api/v1/orders").key("o1").json(&wish()).on(&site).await.ok(201);
        let (number, token) = (placed["number"].as_str().unwrap(), placed["token"].as_str().unwrap());
        let lost = placed["groups"][0]["id"].as_str().unwrap();
        let till = test.shop.create_token("pos", None).await.unwrap();
        let carry = format!("/api/v1/orders/{number}/groups/{lost}/not-found");
        Call::post(&carry).key("k1").token(&till).on(&site).await.ok(200);
        test.shop.heal(lost).await.unwrap();
        let order = format!("/api/v1/orders/{number}");
        let now = Call::get(&order).token(token).on(&site).await.ok(200);
        let offer = &now["groups"][1];
        assert_eq!((&offer["offered_for"], &offer["status"]), (&json!(lost), &json!("pending")));
        let path = format!("{order}/offers/{}", offer["id"].as_str().unwrap());
        let yes = |key: &str| Call::post(&path).key(key).token(token).json(&json!({"accept": true}));
        Call::post(&path).key("k1").json(&json!({"accept": true})).on(&site).await.problem(404, "not-found");
        for _ in 0..2 {
            let taken = yes("k1").on(&site).await.ok(200);
            assert_eq!(taken["groups"][1]["status"], "placed");
            assert_eq!(taken["total"]["amount"], 27_000);
        }
        yes("k2").on(&site).await.problem(409, "hold-over");
        assert_eq!(test.available("gangnam", "CUP").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_order_says_whether_all_of_it_was_had() {
    on_each_engine(async |test| {
        let till = test.shop.create_token("pos", None).await.unwrap();
        // Three are asked for, two are found; the third is had elsewhere where there is one.
        let title = async |key: &str| {
            test.with_stock("seongsu", "CUP", 3).await;
            let site = site(test);
            let placed = Call::post("/api/v1/orders").key(key).json(&wish()).on(&site).await.ok(201);
            let (number, token) = (placed["number"].as_str().unwrap(), placed["token"].as_str().unwrap());
            let order = format!("/api/v1/orders/{number}");
            let carry = async |group: &Value, deed: &str, body: &Value| {
                let path = format!("{order}/groups/{}/{deed}", group["id"].as_str().unwrap());
                let call = Call::post(&path).key(&format!("{path} {key}").replace(' ', "-")).token(&till);
                let call = if body.is_null() { call } else { call.json(body) };
                call.on(&site).await.ok(200);
            };
            let found = &placed["groups"][0];
            let missing = json!({"lines": [{"sku": "CUP", "quantity": 1}]});
            carry(found, "not-found", &missing).await;
            let now = async || Call::get(&order).token(token).on(&site).await.ok(200);
            test.shop.heal(now().await["groups"][1]["id"].as_str().unwrap()).await.unwrap();
            let groups = now().await["groups"].clone();
            let is_held = |group: &&Value| !group["offered_for"].is_null() && group["way"] == "collect";
            if let Some(offer) = groups.as_array().unwrap().iter().find(is_held) {
                let path = format!("{order}/offers/{}", offer["id"].as_str().unwrap());
                Call::post(&path)
                    .key(key)
                    .token(token)
                    .json(&json!({"accept": true}))
                    .on(&site)
                    .await
                    .ok(200);
                for deed in ["picking", "ready", "collected"] {
                    carry(offer, deed, &Value::Null).await;
                }
            }
            carry(found, "collected", &Value::Null).await;
            let page = Call::get(&format!("/orders/{number}?t={token}")).on(&site).await.text();
            page.split_once("<h1>").and_then(|(_, rest)| rest.split_once("</h1>")).unwrap().0.to_owned()
        };
        assert_eq!(title("o1").await, "일부를 받으셨어요");
        test.with_stock("gangnam", "CUP", 1).await;
        assert_eq!(title("o2").await, "모두 받으셨어요");
    })
    .await;
}

/// The cookie of somebody signed in.
pub(crate) async fn signed_in(test: &TestShop, login: &str, role: Role) -> String {
    let new = NewStaff {
        login: login.to_owned(),
        name: login.to_owned(),
        password: "a long password".to_owned(),
        role,
        stores: vec!["seongsu".to_owned()],
    };
    test.shop.add_staff(new).await.unwrap();
    format!("__Host-staff={}", test.shop.sign_in(login, "a long password").await.unwrap())
}

pub(crate) fn send(path: &str, cookie: &str, form: &str) -> Call {
    Call::post(path)
        .with("cookie", cookie)
        .with("sec-fetch-site", "same-origin")
        .with("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned())
}

#[tokio::test]
async fn an_associate_counts_what_is_there_in_a_plain_form() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await.with_stock("seongsu", "KETTLE-MO", 1).await;
        let site = site(test);
        let cookie = signed_in(test, "hana", Role::Associate).await;
        let held = test.reserve("010-2222-3333", "seongsu", &[("CUP", 3), ("KETTLE-MO", 1)]).await.unwrap();
        let board = Call::get("/staff/seongsu").with("cookie", &cookie).on(&site).await.text();
        assert!(board.contains("name=\"found:CUP\" value=\"3\""), "{board}");
        assert!(!board.contains("staff-kept"), "the rate is for those who answer for it");
        let form = |count: &str| {
            format!(
                "number={}&tab=prepare&deed=partly_found&found%3ACUP={count}&found%3AKETTLE-MO=1",
                held.number
            )
        };
        for (count, status) in [("4", 422), ("-1", 422), ("two", 422), ("", 422), ("3", 422)] {
            let refused = send("/staff/seongsu/deeds", &cookie, &form(count)).on(&site).await;
            assert_eq!(refused.status.as_u16(), status, "{count}");
            assert!(refused.text().contains("role=\"alert\""));
        }
        let done = send("/staff/seongsu/deeds", &cookie, &form("1")).on(&site).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        let told = Call::get(done.header("location")).with("cookie", &cookie).on(&site).await.text();
        assert!(told.contains("찾은 것만 두었어요"), "{told}");
        let page = format!("/reservations/{}?t={}", held.number, held.token);
        let page = Call::get(&page).on(&site).await.text();
        assert!(page.contains("찾은 것은 준비됐어요") && page.contains("찾지 못한 것"), "{page}");
        let path = format!("/api/v1/reservations/{}", held.number);
        let now = Call::get(&path).token(&held.token).on(&site).await.ok(200);
        assert_eq!((&now["lines"][0]["quantity"], &now["missing"][0]["quantity"]), (&json!(1), &json!(2)));
        let again = send("/staff/seongsu/deeds", &cookie, &form("1")).on(&site).await;
        assert_eq!(again.status.as_u16(), 409);
    })
    .await;
}

#[tokio::test]
async fn who_answers_for_promises_sees_how_they_were_kept() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        let cookie = signed_in(test, "minji", Role::Manager).await;
        let held = test.reserve("010-2222-3333", "seongsu", &[("CUP", 1)]).await.unwrap();
        test.clock.advance(std::time::Duration::from_secs(2 * 3_600));
        let board = Call::get("/en/staff/seongsu").with("cookie", &cookie).on(&site).await.text();
        assert!(board.contains("0% of 1 promise kept in 28 days"), "{board}");
        test.shop
            .cancel_reservation(onshelf_vocabulary::Lang::Ko, &held.number, &held.token, None)
            .await
            .unwrap();
    })
    .await;
}
