//! A parcel that does not come: said over the contract, and by an associate with a plain form.

use onshelf_shop::testing::{FakePayments, TestShop, on_each_engine, with_payments};
use onshelf_vocabulary::staff::Role;
use serde_json::{Value, json};

use crate::{
    call::{Call, site},
    picking::{send, signed_in},
};

/// A cup that is brought home, paid and sent off; number, token and group.
async fn sent_off(test: &TestShop, payments: &FakePayments, key: &str) -> (String, String, String) {
    let site = site(test);
    let address = json!({"line1": "연무장길 12", "postcode": "04782"});
    let wish = json!({
        "groups": [{"way": "delivery", "address": address, "lines": [{"sku": "CUP", "quantity": 1}]}],
        "contact": {"name": "김민지", "phone": "010-1234-5678"},
        "payment": {"provider": "test"},
    });
    let placed = Call::post("/api/v1/orders").key(key).json(&wish).on(&site).await.ok(201);
    let name = |value: &Value| value.as_str().unwrap().to_owned();
    let (number, token) = (name(&placed["number"]), name(&placed["token"]));
    let group = name(&placed["groups"][0]["id"]);
    payments.pay_for(&test.shop, &number, &token).await;
    let till = test.shop.create_token("pos", None).await.unwrap();
    let path = format!("/api/v1/orders/{number}/groups/{group}/dispatched");
    Call::post(&path).key(&format!("{key}-sent")).token(&till).on(&site).await.ok(200);
    (number, token, group)
}

#[tokio::test]
async fn a_warehouse_says_that_a_parcel_is_lost_or_came_back() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 4).await;
        let (site, payments) = (site(test), with_payments(test));
        let till = test.shop.create_token("pos", None).await.unwrap();
        for (deed, astray, available) in [("lost", "lost", 3), ("came-back", "came_back", 3)] {
            let (number, token, group) = sent_off(test, &payments, deed).await;
            let path = |deed: &str| format!("/api/v1/orders/{number}/groups/{group}/{deed}");
            let key = format!("{deed}-said");
            let with_body = Call::post(&path(deed)).key("k0").token(&till).json(&json!({"lines": []}));
            with_body.on(&site).await.problem(422, "invalid");
            for _ in 0..2 {
                let carried = Call::post(&path(deed)).key(&key).token(&till).on(&site).await.ok(200);
                assert_eq!(carried["status"], "not_found", "said twice under one key it is done once");
            }
            let late = Call::post(&path("delivered")).key("k1").token(&till).on(&site).await;
            late.problem(409, "wrong-state");
            let order = format!("/api/v1/orders/{number}");
            let now = Call::get(&order).token(&token).on(&site).await.ok(200);
            assert_eq!(now["groups"][0]["astray"], astray);
            assert_eq!(test.available("seongsu", "CUP").await, available, "{deed}");
        }
        let contract = Call::get("/api/v1/openapi.json").on(&site).await.ok(200);
        let path = &contract["paths"]["/api/v1/orders/{number}/groups/{id}/{deed}"]["post"];
        assert!(path["parameters"].to_string().contains("lost|came-back"), "{path}");
    })
    .await;
}

#[tokio::test]
async fn an_associate_says_it_in_a_plain_form_and_the_owner_reads_it() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 1).await;
        let (site, payments) = (site(test), with_payments(test));
        let cookie = signed_in(test, "hana", Role::Associate).await;
        let (number, token, group) = sent_off(test, &payments, "o1").await;
        let board = Call::get("/staff/seongsu").with("cookie", &cookie).on(&site).await.text();
        assert!(board.contains("value=\"lost\"") && board.contains("value=\"came_back\""), "{board}");
        let form = format!("number={group}&tab=ready&deed=lost");
        let unsure = send("/staff/seongsu/deeds", &cookie, &form).on(&site).await;
        assert_eq!(unsure.status.as_u16(), 422, "there is no way back from it");
        let done = send("/staff/seongsu/deeds", &cookie, &format!("{form}&confirm=yes")).on(&site).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        let told = Call::get(done.header("location")).with("cookie", &cookie).on(&site).await.text();
        assert!(told.contains("분실로 끝냈어요"), "{told}");
        let page = format!("/orders/{number}?t={token}");
        let looking = Call::get(&page).on(&site).await.text();
        assert!(looking.contains("오는 길에 분실된 것이 있어"), "{looking}");
        test.shop.heal(&group).await.unwrap();
        let over = Call::get(&page).on(&site).await.text();
        assert!(over.contains("오는 길에 분실되어 취소했어요"), "{over}");
    })
    .await;
}
