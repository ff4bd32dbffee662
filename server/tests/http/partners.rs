//! Tills, ERPs and warehouses.

use axum::Router;
use onshelf_domain::stock::{MOST_LINES, MOST_ON_HAND};
use onshelf_shop::testing::{TestShop, on_each_engine, with_payments};
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
        let nothing = test.shop.create_token("catalogue", None).await.unwrap();
        put(&nothing).on(&site).await.problem(403, "forbidden");
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
            (json!({"on_hand": MOST_ON_HAND + 1, "counted_at": NOW}), "/on_hand"),
            (json!({"on_hand": 1, "counted_at": "yesterday"}), "/counted_at"),
            (json!({"on_hand": 1, "counted_at": "2099-01-01T00:00:00Z"}), "/counted_at"),
            (json!({"on_hand": 1}), "/counted_at"),
        ] {
            let answer = put(path, "k2", &body).on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), [pointer], "{body}");
        }
        let late = json!({"on_hand": 1, "counted_at": "yesterday"});
        let told = put(path, "k2", &late).english().on(&site).await.problem(422, "invalid");
        let detail = told["errors"][0]["detail"].as_str().unwrap();
        assert_eq!(detail, "A moment as in RFC 3339 is expected, with its offset.");
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
            (json!([line("CUP", 1), line("CUP", -MOST_ON_HAND - 1)]), "/lines/1/delta"),
            (json!(vec![line("CUP", 1); MOST_LINES + 1]), "/lines"),
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
async fn the_most_that_a_shelf_holds_is_described_and_taken() {
    on_each_engine(async |test| {
        let site = site(test);
        let token = test.shop.create_token("stock", None).await.unwrap();
        let contract = Call::get("/api/v1/openapi.json").on(&site).await.ok(200);
        let schemas = &contract["components"]["schemas"];
        assert_eq!(schemas["Count"]["properties"]["on_hand"]["maximum"], MOST_ON_HAND);
        assert_eq!(schemas["MovementLine"]["properties"]["delta"]["minimum"], -MOST_ON_HAND);
        assert_eq!(schemas["MovementLine"]["properties"]["delta"]["maximum"], MOST_ON_HAND);
        assert_eq!(schemas["Movements"]["properties"]["lines"]["maxItems"], MOST_LINES);
        let path = "/api/v1/stores/seongsu/stock/CUP";
        let put = |key: &str, body: &Value| Call::put(path).key(key).token(&token).json(body).english();
        let body = json!({"on_hand": MOST_ON_HAND, "counted_at": NOW});
        assert_eq!(put("k1", &body).on(&site).await.ok(200)["available"], MOST_ON_HAND);
        let body = json!({"on_hand": MOST_ON_HAND + 1, "counted_at": NOW});
        let told = put("k2", &body).on(&site).await.problem(422, "invalid");
        assert_eq!(told["errors"][0]["detail"], "This is 0 to 1,000,000,000.");
        let line = json!({"store": "seongsu", "sku": "CUP", "delta": 1, "reason": "", "reference": "a\nb"});
        let post = Call::post("/api/v1/stock/movements").key("k3").token(&token);
        let told = post.json(&json!({ "lines": [line] })).english().on(&site).await.problem(422, "invalid");
        let told = told["errors"].as_array().unwrap().iter();
        let details: Vec<&str> = told.map(|error| error["detail"].as_str().unwrap()).collect();
        let expected = [
            "1 to 64 characters, none of them for control.",
            "200 characters at most, none of them for control.",
        ];
        assert_eq!(details, expected);
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
        let long = "R".repeat(33);
        for odd in ["\0", "R-\0", "R-1\n2", "\u{85}", "", long.as_str()] {
            let answer = post("k6", &json!({"store": "seongsu", "reservation": odd})).on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), ["/reservation"], "{odd:?}");
        }
    })
    .await;
}

/// An order of two cups and a kettle at a store that was paid, 56,000 won; its number and token.
async fn paid(test: &TestShop, site: &Router) -> (String, String) {
    let lines = json!([{"sku": "CUP", "quantity": 2}, {"sku": "KETTLE-MO", "quantity": 1}]);
    paid_for(test, site, &json!([{"way": "collect", "store": "seongsu", "lines": lines}])).await
}

async fn paid_for(test: &TestShop, site: &Router, groups: &Value) -> (String, String) {
    let payments = with_payments(test);
    test.with_stock("seongsu", "CUP", 2).await.with_stock("seongsu", "KETTLE-MO", 1).await;
    let wish = json!({
        "groups": groups,
        "contact": {"name": "김민지", "phone": "010-1234-5678"},
        "payment": {"provider": "test"},
    });
    let placed = Call::post("/api/v1/orders").key("o1").json(&wish).on(site).await.ok(201);
    let name = |field: &str| placed[field].as_str().unwrap().to_owned();
    let (number, token) = (name("number"), name("token"));
    payments.pay_for(&test.shop, &number, &token).await;
    (number, token)
}

fn won(amount: i64) -> Value {
    json!({"amount": amount, "currency": "KRW"})
}

#[tokio::test]
async fn money_goes_back_for_an_amount_or_for_lines() {
    on_each_engine(async |test| {
        let site = site(test);
        let (number, token) = paid(test, &site).await;
        let till = test.shop.create_token("pos", None).await.unwrap();
        let path = format!("/api/v1/orders/{number}/refunds");
        let post = |key: &str, body: &Value| Call::post(&path).key(key).token(&till).json(body);
        let line = |sku: &str, quantity: i64| json!({"sku": sku, "quantity": quantity});
        let cup = json!({"reason": "a scratch", "lines": [line("CUP", 1)]});
        for _ in 0..2 {
            let done = post("k1", &cup).on(&site).await.ok(200);
            assert_eq!(done["amount"], won(9_000), "what a cup costs, once");
        }
        post("k1", &json!({"reason": "a scratch", "lines": [line("CUP", 2)]}))
            .on(&site)
            .await
            .problem(422, "idempotency-key-reused");
        let part = json!({"reason": "a dent", "lines": [line("KETTLE-MO", 1)], "amount": won(5_000)});
        assert_eq!(post("k2", &part).on(&site).await.ok(200)["amount"], won(5_000));
        for (key, lines, amount, left) in [
            // More than these lines cost.
            ("k3", json!([line("CUP", 1)]), won(9_001), 9_000),
            // More than is left of the order.
            ("k4", json!([line("CUP", 2), line("KETTLE-MO", 1)]), won(56_000), 42_000),
            ("k5", json!([line("CUP", 2), line("KETTLE-MO", 1)]), Value::Null, 42_000),
        ] {
            let body = json!({"reason": "a dent", "lines": lines, "amount": amount});
            let refused = post(key, &body).on(&site).await.problem(409, "refund-too-much");
            assert_eq!(refused["left"], won(left), "{body}");
        }
        let rest = json!({"reason": "all of it", "amount": won(42_000), "lines": []});
        post("k6", &rest).on(&site).await.ok(200);
        test.shop.send_refunds().await.unwrap();
        let order = format!("/api/v1/orders/{number}");
        let now = Call::get(&order).token(&token).on(&site).await.ok(200);
        assert_eq!(now["payment"]["refunded"], won(56_000));
    })
    .await;
}

#[tokio::test]
async fn a_stores_own_till_is_told_what_it_may_give_back() {
    on_each_engine(async |test| {
        test.with_stock("gangnam", "CUP", 1).await;
        let site = site(test);
        let group = |store: &str, sku: &str| {
            json!({"way": "collect", "store": store, "lines": [{"sku": sku, "quantity": 1}]})
        };
        let groups = json!([group("seongsu", "KETTLE-MO"), group("gangnam", "CUP")]);
        let (number, _) = paid_for(test, &site, &groups).await;
        let gangnam = StoreCode::new("gangnam").unwrap();
        let till = test.shop.create_token("pos", Some(&gangnam)).await.unwrap();
        let path = format!("/api/v1/orders/{number}/refunds");
        let post = |key: &str, body: &Value| Call::post(&path).key(key).token(&till).json(body).english();
        let kettle = json!({"reason": "a dent", "lines": [{"sku": "KETTLE-MO", "quantity": 1}]});
        let refused = post("k1", &kettle).on(&site).await;
        let told = refused.problem(422, "invalid");
        assert_eq!(refused.pointers(), ["/lines/0/sku"]);
        assert!(told["errors"][0]["detail"].as_str().unwrap().starts_with("Another store hands it over"));
        let all = json!({"reason": "all of it", "amount": won(47_000)});
        assert_eq!(post("k2", &all).on(&site).await.problem(409, "refund-too-much")["left"], won(9_000));
        let own = json!({"reason": "its own", "amount": won(9_000)});
        post("k3", &own).on(&site).await.ok(200);
        assert_eq!(post("k4", &own).on(&site).await.problem(409, "refund-too-much")["left"], won(0));
        let office = test.shop.create_token("pos", None).await.unwrap();
        let rest = json!({"reason": "the rest", "amount": won(38_000)});
        Call::post(&path).key("k5").token(&office).json(&rest).on(&site).await.ok(200);
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_cannot_be_is_told_where() {
    on_each_engine(async |test| {
        let site = site(test);
        let (number, _) = paid(test, &site).await;
        let till = test.shop.create_token("pos", None).await.unwrap();
        let path = format!("/api/v1/orders/{number}/refunds");
        let line = |sku: &str, quantity: i64| json!({"sku": sku, "quantity": quantity});
        let with = |amount: Value, lines: Value| json!({"amount": amount, "reason": "x", "lines": lines});
        let because = |reason: &str| json!({"amount": won(1), "reason": reason});
        let dollars = json!({"amount": 1, "currency": "USD"});
        for (body, pointer) in [
            (with(won(0), json!([])), "/amount/amount"),
            (with(won(-1), json!([])), "/amount/amount"),
            (with(won(0), json!([line("CUP", 1)])), "/amount/amount"),
            (with(dollars.clone(), json!([])), "/amount/currency"),
            (with(dollars, json!([line("CUP", 1)])), "/amount/currency"),
            (with(json!({"amount": 1, "currency": "XXX"}), json!([])), "/amount/currency"),
            (with(json!({"amount": "1", "currency": "KRW"}), json!([])), "/amount/amount"),
            (with(Value::Null, json!([])), "/amount"),
            (json!({"reason": "x"}), "/amount"),
            (with(won(1), json!([line("CUP", 1), line("KETTLE-MI", 1)])), "/lines/1/sku"),
            (with(Value::Null, json!([line("NOBODY-SELLS-IT", 1)])), "/lines/0/sku"),
            (with(won(1), json!([line("CUP", 3)])), "/lines/0/quantity"),
            (with(won(1), json!([line("CUP", 2), line("CUP", 1)])), "/lines/1/quantity"),
            (with(won(1), json!([line("CUP", 0)])), "/lines/0/quantity"),
            (with(won(1), json!(vec![line("CUP", 1); 51])), "/lines"),
            (with(won(1), json!([{"sku": "CUP", "quantity": 1, "why": "x"}])), "/lines/0/why"),
            (because(""), "/reason"),
            (because("  "), "/reason"),
            (because("a\0b"), "/reason"),
            (because("a\nb"), "/reason"),
            (because("\u{9f}"), "/reason"),
            (because(&"x".repeat(201)), "/reason"),
        ] {
            let refused = Call::post(&path).key("k").token(&till).json(&body).on(&site).await;
            refused.problem(422, "invalid");
            assert_eq!(refused.pointers(), [pointer], "{body}");
        }
        let gangnam = StoreCode::new("gangnam").unwrap();
        let other = test.shop.create_token("pos", Some(&gangnam)).await.unwrap();
        let cup = with(Value::Null, json!([line("CUP", 1)]));
        Call::post(&path).key("k").token(&other).json(&cup).on(&site).await.problem(404, "not-found");
        let contract = Call::get("/api/v1/openapi.json").on(&site).await.ok(200);
        let schemas = &contract["components"]["schemas"];
        assert_eq!(schemas["RefundRequest"]["required"], json!(["reason"]));
        assert_eq!(schemas["RefundRequest"]["properties"]["lines"]["maxItems"], 50);
        assert_eq!(schemas["RefundAmount"]["properties"]["amount"]["minimum"], 1);
    })
    .await;
}

#[tokio::test]
async fn an_order_has_so_many_groups_at_most() {
    on_each_engine(async |test| {
        let site = site(test);
        let group = json!({"way": "collect", "store": "seongsu", "lines": [{"sku": "CUP", "quantity": 1}]});
        let wish = json!({
            "groups": vec![group; 9],
            "contact": {"name": "김민지", "phone": "010-1234-5678"},
        });
        let refused = Call::post("/api/v1/orders").key("o1").json(&wish).english().on(&site).await;
        let told = refused.problem(422, "invalid");
        assert_eq!(refused.pointers(), ["/groups"]);
        assert_eq!(told["errors"][0]["detail"], "8 groups at most.");
    })
    .await;
}
