//! Tills, ERPs and warehouses.

use onshelf_shop::testing::on_each_engine;
use onshelf_vocabulary::StoreCode;
use serde_json::{Value, json};

use crate::call::{Call, site};

const NOW: &str = "2026-11-23T12:00:00+09:00";

#[tokio::test]
async fn only_a_token_of_the_right_scope_and_store_may() {
    on_each_engine(async |test| {
        let site = site(test);
        let gangnam = StoreCode::new("gangnam").unwrap();
        let pos = test.shop.create_token("pos", None).await.unwrap();
        let stock = test.shop.create_token("stock", Some(&gangnam)).await.unwrap();
        let path = "/api/v1/stores/seongsu/stock/CUP";
        let body = json!({"on_hand": 4, "counted_at": NOW});
        let put = |token: &str| Call::put(path).key("k").token(token).json(&body);
        let none = Call::put(path).key("k").json(&body).on(&site).await;
        none.problem(401, "unauthorized");
        assert_eq!(none.header("www-authenticate"), "Bearer");
        put("osk_wrong").on(&site).await.problem(401, "unauthorized");
        put(&pos).on(&site).await.problem(403, "forbidden");
        put(&stock).on(&site).await.problem(403, "forbidden");
        let own =
            Call::put("/api/v1/stores/gangnam/stock/CUP").key("k").token(&stock).json(&body).on(&site).await;
        assert_eq!(
            own.ok(200),
            json!({"store": "gangnam", "sku": "CUP", "on_hand": 4, "held": 0, "available": 4})
        );
    })
    .await;
}

#[tokio::test]
async fn a_count_sets_the_shelf_once() {
    on_each_engine(async |test| {
        let site = site(test);
        let token = test.shop.create_token("stock", None).await.unwrap();
        let put = |path: &str, key: &str, body: &Value| Call::put(path).key(key).token(&token).json(body);
        let path = "/api/v1/stores/seongsu/stock/CUP";
        for _ in 0..2 {
            let level = put(path, "k1", &json!({"on_hand": 7, "counted_at": NOW})).on(&site).await.ok(200);
            assert_eq!(level["available"], 7);
        }
        put(path, "k1", &json!({"on_hand": 8, "counted_at": NOW}))
            .on(&site)
            .await
            .problem(422, "idempotency-key-reused");
        for (body, pointer) in [
            (json!({"on_hand": -1, "counted_at": NOW}), "/on_hand"),
            (json!({"on_hand": 1.5, "counted_at": NOW}), "/on_hand"),
            (json!({"on_hand": 1, "counted_at": "yesterday"}), "/counted_at"),
            (json!({"on_hand": 1, "counted_at": "2099-01-01T00:00:00Z"}), "/counted_at"),
            (json!({"on_hand": 1}), "/counted_at"),
        ] {
            let answer = put(path, "k2", &body).on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), [pointer], "{body}");
        }
        let body = json!({"on_hand": 1, "counted_at": NOW});
        put("/api/v1/stores/nowhere/stock/CUP", "k3", &body).on(&site).await.problem(404, "not-found");
        put("/api/v1/stores/seongsu/stock/NONE", "k3", &body).on(&site).await.problem(404, "not-found");
        assert_eq!(test.available("seongsu", "CUP").await, 7);
    })
    .await;
}

#[tokio::test]
async fn movements_go_in_all_or_none() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 2).await;
        let site = site(test);
        let token = test.shop.create_token("stock", None).await.unwrap();
        let line = |sku: &str, delta: i64| {
            json!({"store": "seongsu", "sku": sku, "delta": delta, "reason": "transfer", "reference": "T-1"})
        };
        let post = |key: &str, lines: Value| {
            Call::post("/api/v1/stock/movements").key(key).token(&token).json(&json!({ "lines": lines }))
        };
        let refused = post("k1", json!([line("KETTLE-MO", 5), line("CUP", -3)])).on(&site).await;
        refused.problem(409, "not-enough-on-hand");
        assert_eq!(refused.pointers(), ["/lines/1/delta"]);
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 0, "nothing of it stays");
        let done = post("k2", json!([line("KETTLE-MO", 5), line("CUP", -2)])).on(&site).await.ok(200);
        assert_eq!((&done["levels"][0]["on_hand"], &done["levels"][1]["on_hand"]), (&json!(5), &json!(0)));
        for (lines, pointer) in [
            (json!([]), "/lines"),
            (json!([line("CUP", 0)]), "/lines/0/delta"),
            (json!([line("CUP", 1), line("NONE", 1)]), "/lines/1/sku"),
        ] {
            let answer = post("k3", lines).on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), [pointer]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_sale_takes_stock_and_hands_a_reservation_over() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 5).await;
        let site = site(test);
        let token = test.shop.create_token("pos", None).await.unwrap();
        let post =
            |key: &str, body: &Value| Call::post("/api/v1/pos/sales").key(key).token(&token).json(body);
        let sale = json!({"store": "seongsu", "receipt": "1-0042", "lines": [{"sku": "CUP", "quantity": 1}]});
        for _ in 0..2 {
            assert_eq!(post("k1", &sale).on(&site).await.ok(200)["levels"][0]["on_hand"], 4);
        }
        let held = test.reserve("01012345678", "seongsu", &[("CUP", 2)]).await.unwrap();
        let paid = json!({"store": "seongsu", "reservation": held.number});
        post("k2", &paid).on(&site).await.ok(200);
        assert_eq!(test.available("seongsu", "CUP").await, 2);
        let path = format!("/api/v1/reservations/{}", held.number);
        assert_eq!(Call::get(&path).token(&held.token).on(&site).await.ok(200)["status"], "collected");
        post("k3", &paid).on(&site).await.problem(409, "wrong-state");
        let answer = post("k4", &json!({"store": "gangnam", "reservation": held.number})).on(&site).await;
        answer.problem(422, "invalid");
        assert_eq!(answer.pointers(), ["/reservation"]);
        post("k5", &json!({"store": "seongsu"})).on(&site).await.problem(422, "invalid");
    })
    .await;
}
