//! What there is to choose from before anything is held, and an app's own way to hold longer and to pay again.

use std::sync::Arc;

use onshelf_shop::testing::{FakePayments, TestShop, on_each_engine, with_payments};
use serde_json::{Value, json};

use crate::call::{Call, site};

/// The options of one way.
fn way<'a>(answer: &'a Value, code: &str) -> &'a [Value] {
    let ways = answer["ways"].as_array().unwrap();
    ways.iter().find(|way| way["way"] == code).unwrap()["options"].as_array().unwrap()
}

fn basket() -> Value {
    json!([{"sku": "CUP", "quantity": 1}, {"sku": "KETTLE-MO", "quantity": 1}])
}

async fn stocked(test: &TestShop) {
    test.with_stock("seongsu", "KETTLE-MO", 1).await;
    test.with_stock("gangnam", "KETTLE-MO", 2).await.with_stock("gangnam", "CUP", 2).await;
}

#[tokio::test]
async fn every_way_is_listed_with_its_stores_fees_and_free_windows_and_nothing_is_held() {
    on_each_engine(async |test| {
        stocked(test).await;
        let site = site(test);
        let ask = json!({"lines": basket(), "store": "seongsu"});
        let call = async || Call::post("/api/v1/options").english().json(&ask).on(&site).await.ok(200);
        let counter = call().await;
        assert_eq!(counter["providers"], json!([]));
        assert!(way(&counter, "transfer").is_empty() && way(&counter, "delivery").is_empty());

        test.shop.take_payments(vec![Arc::new(FakePayments::default())]);
        let seen = call().await;
        assert_eq!(seen["providers"], json!(["test"]));
        let [own, other] = way(&seen, "collect") else { panic!("{seen}") };
        assert_eq!((&own["store"], &own["covers"]), (&json!("seongsu"), &json!("partial")), "the chosen one");
        assert_eq!((&own["missing"][0]["sku"], &own["missing"][0]["wanted"]), (&json!("CUP"), &json!(1)));
        assert_eq!((&other["store"], &other["covers"]), (&json!("gangnam"), &json!("whole")));
        assert_eq!((&other["missing"], &other["fee"]["amount"]), (&json!([]), &json!(0)));
        assert_eq!((&other["store_name"], &other["store_kind"]), (&json!("Gangnam"), &json!("store")));
        assert_eq!(other["ready_by"], "2026-11-23T12:30:00+09:00");
        let window = &other["windows"][0];
        assert_eq!((&window["starts_at"], &window["places"]), (&other["ready_by"], &json!(6)));
        assert_eq!(window["ends_at"], "2026-11-23T12:45:00+09:00");
        let curbside: Vec<&Value> = way(&seen, "curbside").iter().map(|option| &option["store"]).collect();
        assert_eq!(curbside, ["seongsu"]);
        let [sent] = way(&seen, "transfer") else { panic!("{seen}") };
        assert_eq!((&sent["store"], &sent["source_name"]), (&json!("seongsu"), &json!("Gangnam")));
        assert_eq!(sent["covers"], "whole");
        let [home] = way(&seen, "delivery") else { panic!("{seen}") };
        assert_eq!((&home["store"], &home["fee"]["amount"]), (&json!("gangnam"), &json!(3_000)));
        assert_eq!(home["windows"], json!([]));
        for (store, sku, left) in [("seongsu", "KETTLE-MO", 1), ("gangnam", "CUP", 2)] {
            assert_eq!(test.available(store, sku).await, left, "nothing is held");
        }

        // A group of an order is what was chosen of it.
        let chosen = &other["windows"][2]["starts_at"];
        let group = json!({"way": "collect", "store": other["store"], "window": chosen, "lines": basket()});
        let order = json!({"groups": [group], "contact": {"name": "김", "phone": "010-2000-0007"}});
        let placed = Call::post("/api/v1/orders").key("o").json(&order).on(&site).await.ok(201);
        assert_eq!(&placed["groups"][0]["window"], chosen);
        let left = call().await;
        let windows = way(&left, "collect")[1]["windows"].as_array().unwrap();
        let same = windows.iter().find(|window| window["starts_at"] == *chosen).unwrap();
        assert_eq!(same["places"], json!(5));
    })
    .await;
}

#[tokio::test]
async fn what_no_store_has_is_sent_from_a_warehouse() {
    on_each_engine(async |test| {
        test.shop.take_payments(vec![Arc::new(FakePayments::default())]);
        test.with_warehouse("depot").await.with_stock("depot", "CUP", 3).await;
        let site = site(test);
        let address = json!({"line1": "왕십리로 5", "postcode": "04782"});
        let ask = json!({"lines": [{"sku": "CUP", "quantity": 1}], "store": "gangnam", "address": address});
        let seen = Call::post("/api/v1/options").json(&ask).on(&site).await.ok(200);
        assert!(way(&seen, "collect").is_empty(), "{seen}");
        assert_eq!(way(&seen, "transfer")[0]["source_name"], "물류센터");
        let home = &way(&seen, "delivery")[0];
        assert_eq!((&home["store"], &home["store_kind"]), (&json!("depot"), &json!("warehouse")));
    })
    .await;
}

#[tokio::test]
async fn a_question_that_is_none_is_told_where() {
    on_each_engine(async |test| {
        stocked(test).await;
        test.with_warehouse("depot").await;
        let site = site(test);
        let address = json!({"line1": "왕십리로 5", "postcode": " "});
        for (more, pointer) in [
            (json!({"lines": []}), "/lines"),
            (json!({"lines": [{"sku": "NONE", "quantity": 1}]}), "/lines/0/sku"),
            (json!({"lines": [{"sku": "CUP", "quantity": 0}]}), "/lines/0/quantity"),
            (json!({"store": "nowhere"}), "/store"),
            (json!({"store": "depot"}), "/store"),
            (json!({"near": "0,181"}), "/near"),
            (json!({"postcode": " "}), "/postcode"),
            (json!({"postcode": "1".repeat(201)}), "/postcode"),
            (json!({"postcode": "04782\u{202e}"}), "/postcode"),
            (json!({"address": address}), "/address/postcode"),
            (json!({"postcode": "04782", "address": address}), "/postcode"),
            (json!({"far": true}), "/far"),
        ] {
            let mut ask = json!({"lines": basket()});
            ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let answer = Call::post("/api/v1/options").json(&ask).on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), [pointer], "{more}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_question_is_refused_what_the_deed_after_it_is_refused() {
    on_each_engine(async |test| {
        stocked(test).await;
        let site = site(test);
        let line = |sku: &str, quantity: i64| json!({"sku": sku, "quantity": quantity});
        let contact = json!({"name": "김", "phone": "010-2000-0007"});
        let reserve =
            |lines: &Value| json!({"store": "gangnam", "lines": lines.clone(), "contact": contact.clone()});
        for (lines, pointer) in [
            (json!([line("CUP", 999), line("KETTLE-MO", 1), line("CUP", 1)]), "/lines"),
            (json!([line("CUP", 1), line("NONE", 1)]), "/lines/1/sku"),
            (json!(vec![line("CUP", 1); 51]), "/lines"),
            (json!([]), "/lines"),
        ] {
            let group = json!({"way": "collect", "store": "gangnam", "lines": lines.clone()});
            for (path, body, within) in [
                ("/api/v1/availability", json!({"lines": lines.clone()}), ""),
                ("/api/v1/options", json!({"lines": lines.clone()}), ""),
                ("/api/v1/reservations", reserve(&lines), ""),
                ("/api/v1/orders", json!({"groups": [group], "contact": contact.clone()}), "/groups/0"),
            ] {
                let answer = Call::post(path).key("k").json(&body).on(&site).await;
                answer.problem(422, "invalid");
                assert_eq!(answer.pointers(), [format!("{within}{pointer}")], "{path} {body}");
            }
        }
        let most = json!([line("CUP", 998), line("CUP", 1)]);
        for path in ["/api/v1/availability", "/api/v1/options"] {
            Call::post(path).json(&json!({"lines": most.clone()})).on(&site).await.ok(200);
        }
        let short = Call::post("/api/v1/reservations").key("k").json(&reserve(&most)).on(&site).await;
        assert_eq!(short.problem(409, "out-of-stock")["short"][0]["wanted"], 999);
    })
    .await;
}

#[tokio::test]
async fn an_app_holds_once_more_and_pays_again_after_a_refusal() {
    on_each_engine(async |test| {
        let payments = with_payments(test);
        stocked(test).await;
        let site = site(test);
        let group = json!({"way": "collect", "store": "gangnam", "lines": basket()});
        let order = json!({
            "groups": [group],
            "contact": {"name": "김", "phone": "010-2000-0007"},
            "payment": {"provider": "test"},
        });
        let placed = Call::post("/api/v1/orders").key("o").json(&order).on(&site).await.ok(201);
        assert_eq!((&placed["can_extend"], &placed["can_pay"]), (&json!(true), &json!(true)));
        let token = placed["token"].as_str().unwrap();
        let at = |deed: &str| format!("/api/v1/orders/{}/{deed}", placed["number"].as_str().unwrap());
        let (longer, again) = (at("extend"), at("payment"));
        for path in [&longer, &again] {
            Call::post(path).key("k").token("wrong").on(&site).await.problem(404, "not-found");
        }

        let first = Call::post(&longer).key("x").token(token).on(&site).await.ok(200);
        assert_eq!(first["can_extend"], false);
        let same = Call::post(&longer).key("x").token(token).on(&site).await.ok(200);
        assert_eq!(same["held_until"], first["held_until"], "said twice is done once");
        Call::post(&longer).key("y").token(token).on(&site).await.problem(409, "hold-over");

        // While one is open, that one is paid.
        let url = &placed["payment"]["redirect_url"];
        let open = Call::post(&again).key("p").token(token).on(&site).await.ok(200);
        assert_eq!(&open["payment"]["redirect_url"], url);
        payments.refuse(&payments.open()[0]);
        let number = placed["number"].as_str().unwrap();
        test.shop.payment_returned(number, token, Default::default()).await.unwrap();
        let refused = Call::post(&again).key("p").token(token).on(&site).await.ok(200);
        assert_eq!(refused["payment"]["status"], "failed", "the same key opens no other one");
        let body = json!({"provider": "test"});
        Call::post(&again)
            .key("p")
            .token(token)
            .json(&body)
            .on(&site)
            .await
            .problem(422, "idempotency-key-reused");
        let anew = Call::post(&again).key("q").token(token).json(&body).on(&site).await.ok(200);
        let fresh = &anew["payment"]["redirect_url"];
        assert!(fresh.is_string() && fresh != url, "{anew}");
        payments.pay_for(&test.shop, number, token).await;
        let paid = Call::post(&again).key("q").token(token).json(&body).on(&site).await.ok(200);
        assert_eq!(paid["payment"]["status"], "paid");
        Call::post(&again).key("r").token(token).on(&site).await.problem(409, "hold-over");
    })
    .await;
}
