//! Changing an order over the contract: of one group each field by itself, of several only all groups anew.

use axum::{Router, http::Method};
use onshelf_db::Db;
use onshelf_domain::orders::{Delivery, Reach, Zone};
use onshelf_shop::{
    Settings, Shop, SystemChance,
    testing::{FakePayments, TestShop, on_each_engine, with_payments},
};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::call::{Answer, Call, options, site, site_of};

/// An order's owner.
struct Owner {
    site: Router,
    path: String,
    token: String,
}

impl Owner {
    async fn of(test: &TestShop, wish: &Value) -> Owner {
        for store in ["seongsu", "gangnam"] {
            test.with_stock(store, "CUP", 5).await;
        }
        let site = site(test);
        let placed = Call::post("/api/v1/orders").key("o1").json(wish).on(&site).await.ok(201);
        let name = |field: &str| placed[field].as_str().unwrap().to_owned();
        Owner { path: format!("/api/v1/orders/{}", name("number")), token: name("token"), site }
    }

    async fn patch(&self, key: &str, body: &Value) -> Answer {
        let call = Call::new(&Method::PATCH, &self.path).key(key).token(&self.token);
        call.json(body).on(&self.site).await
    }

    /// Its only group after a change.
    async fn group(&self, key: &str, body: &Value) -> Value {
        let order = self.patch(key, body).await.ok(200);
        let groups = order["groups"].as_array().unwrap();
        assert_eq!(groups.len(), 1, "{order}");
        groups[0].clone()
    }

    async fn order(&self) -> Value {
        Call::get(&self.path).token(&self.token).on(&self.site).await.ok(200)
    }

    /// Refused, at this pointer, and nothing is another than it was.
    async fn refused(&self, key: &str, body: &Value, pointer: &str) {
        let before = self.order().await;
        let refused = self.patch(key, body).await;
        refused.problem(422, "invalid");
        assert_eq!(refused.pointers(), [pointer], "{body}");
        assert_eq!(self.order().await, before, "{body}");
    }
}

fn cups(quantity: i64) -> Value {
    json!([{"sku": "CUP", "quantity": quantity}])
}

fn collect(store: &str) -> Value {
    json!({"way": "collect", "store": store, "lines": cups(2)})
}

fn order(groups: &Value, provider: Option<&str>) -> Value {
    let payment = provider.map(|provider| json!({"provider": provider}));
    json!({
        "groups": groups,
        "contact": {"name": "김민지", "phone": "010-1234-5678"},
        "payment": payment,
    })
}

/// It is noon of 2026-11-23 in Seoul.
const FIVE: &str = "2026-11-23T17:00:00+09:00";

#[tokio::test]
async fn of_one_group_each_field_is_changed_by_itself() {
    on_each_engine(async |test| {
        let owner = Owner::of(test, &order(&json!([collect("gangnam")]), None)).await;
        let group = owner.group("a", &json!({"store": "seongsu"})).await;
        assert_eq!((&group["store"], &group["way"]), (&json!("seongsu"), &json!("collect")));
        assert_eq!(group["lines"][0]["quantity"], 2);
        assert_eq!((test.available("gangnam", "CUP").await, test.available("seongsu", "CUP").await), (5, 3));

        let group = owner.group("b", &json!({"window": FIVE})).await;
        assert_eq!((&group["window"], &group["ready_by"]), (&json!(FIVE), &json!(FIVE)));
        for _ in 0..2 {
            let group = owner.group("c", &json!({"lines": cups(1)})).await;
            assert_eq!((&group["lines"][0]["quantity"], &group["window"]), (&json!(1), &json!(FIVE)));
            assert_eq!((&group["store"], &group["total"]["amount"]), (&json!("seongsu"), &json!(9_000)));
        }
        assert_eq!(test.available("seongsu", "CUP").await, 4);
        owner.patch("c", &json!({"lines": cups(2)})).await.problem(422, "idempotency-key-reused");

        let group = owner.group("d", &json!({"way": "curbside"})).await;
        assert_eq!((&group["way"], &group["store"]), (&json!("curbside"), &json!("seongsu")));
        assert!(group["window"].is_null(), "a time is one of its way");
        owner.group("e", &json!({"window": FIVE})).await;
        let group = owner.group("f", &json!({"window": ""})).await;
        assert!(group["window"].is_null(), "as soon as it is ready");

        let sent = owner.patch("g", &json!({"proxy": "이모"})).await.ok(200);
        assert_eq!((&sent["proxy"], &sent["groups"][0]["way"]), (&json!("이모"), &json!("curbside")));
        let both =
            owner.patch("h", &json!({"proxy": "", "store": "seongsu", "lines": cups(3)})).await.ok(200);
        assert!(both["proxy"].is_null());
        assert_eq!(both["groups"][0]["lines"][0]["quantity"], 3);
    })
    .await;
}

#[tokio::test]
async fn null_takes_back_what_was_chosen() {
    on_each_engine(async |test| {
        let owner = Owner::of(test, &order(&json!([collect("seongsu")]), None)).await;
        owner.group("a", &json!({"window": FIVE})).await;
        let sent = owner.patch("b", &json!({"proxy": {"name": "이모"}})).await.ok(200);
        assert_eq!((&sent["proxy"], &sent["groups"][0]["window"]), (&json!("이모"), &json!(FIVE)));
        let group = owner.group("c", &json!({"window": null})).await;
        assert!(group["window"].is_null(), "as soon as it is ready");
        let alone = owner.patch("d", &json!({"proxy": null})).await.ok(200);
        assert!(alone["proxy"].is_null());
        owner.refused("e", &json!({"proxy": {"name": "이모", "age": 50}}), "/proxy/age").await;
        owner.refused("e", &json!({"proxy": {}}), "/proxy/name").await;
        owner.refused("e", &json!({"proxy": 5}), "/proxy").await;
    })
    .await;
}

#[tokio::test]
async fn whoever_waits_outside_says_as_much_as_they_like() {
    on_each_engine(async |test| {
        let wish = json!({"way": "curbside", "store": "seongsu", "lines": cups(1)});
        let owner = Owner::of(test, &order(&json!([wish]), None)).await;
        let path = format!("{}/arrivals", owner.path);
        let call = |key: &str| Call::post(&path).key(key).token(&owner.token);
        call("a").on(&owner.site).await.ok(200);
        call("a").json(&json!({})).on(&owner.site).await.ok(200);
        call("b").json(&json!({"bay": 3, "car": "흰색 모닝"})).on(&owner.site).await.ok(200);
        call("c").json(&json!({"bay": null, "car": null})).on(&owner.site).await.ok(200);
        for (body, pointer) in [
            (json!({"bay": -3}), "/bay"),
            (json!({"bay": "1234567890123"}), "/bay"),
            (json!({"car": true}), "/car"),
            (json!({"plate": "1234"}), "/plate"),
        ] {
            let refused = call("d").json(&body).on(&owner.site).await;
            refused.problem(422, "invalid");
            assert_eq!(refused.pointers(), [pointer], "{body}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_delivery_goes_to_another_address_or_is_collected() {
    on_each_engine(async |test| {
        test.shop.take_payments(vec![Arc::new(FakePayments::default())]);
        let address = |line1: &str| json!({"line1": line1, "postcode": "04782"});
        let group = json!({"way": "delivery", "address": address("연무장길 12"), "lines": cups(2)});
        let owner = Owner::of(test, &order(&json!([group]), Some("test"))).await;
        let fee = owner.order().await["groups"][0]["fee"]["amount"].as_i64().unwrap();
        assert!(fee > 0);
        let group = owner.group("a", &json!({"address": address("왕십리로 5")})).await;
        assert_eq!((&group["address"]["line1"], &group["way"]), (&json!("왕십리로 5"), &json!("delivery")));
        assert_eq!((&group["lines"][0]["quantity"], &group["fee"]["amount"]), (&json!(2), &json!(fee)));
        owner.refused("b", &json!({"address": address(" ")}), "/address/line1").await;
        owner.refused("b", &json!({"window": FIVE}), "/window").await;
        let empty = owner.group("f", &json!({"window": ""})).await;
        assert_eq!((&empty["way"], &empty["window"]), (&json!("delivery"), &Value::Null));
        owner.refused("c", &json!({"way": "collect"}), "/store").await;
        let group = owner.group("d", &json!({"way": "collect", "store": "gangnam"})).await;
        assert!(group["address"].is_null());
        assert_eq!((&group["store"], &group["fee"]["amount"]), (&json!("gangnam"), &json!(0)));
        owner.refused("e", &json!({"way": "delivery"}), "/address").await;
        let timed = json!({"way": "delivery", "address": address("연무장길 12"), "window": FIVE});
        owner.refused("e", &timed, "/window").await;
    })
    .await;
}

#[tokio::test]
async fn a_field_that_cannot_be_is_told_where_it_stands_and_changes_nothing() {
    on_each_engine(async |test| {
        let owner = Owner::of(test, &order(&json!([collect("gangnam")]), None)).await;
        let address = json!({"line1": "연무장길 12", "postcode": "04782"});
        let mut addressed = collect("gangnam");
        addressed["address"] = address.clone();
        let wish = order(&json!([addressed]), None);
        let refused = Call::post("/api/v1/orders").key("o2").json(&wish).on(&owner.site).await;
        refused.problem(422, "invalid");
        assert_eq!(refused.pointers(), ["/groups/0/address"]);
        for (body, pointer) in [
            (json!({"store": "nowhere"}), "/store"),
            (json!({"way": "curbside"}), "/way"),
            (json!({"way": "transfer", "store": "seongsu"}), "/way"),
            (json!({"window": "2026-11-23T17:07:00+09:00"}), "/window"),
            (json!({"window": "2026-11-22T17:00:00+09:00"}), "/window"),
            (json!({"lines": [{"sku": "NOBODY-SELLS-IT", "quantity": 1}]}), "/lines/0/sku"),
            (json!({"lines": []}), "/lines"),
            (json!({"address": address}), "/address"),
            (json!({"store": "seongsu", "address": address}), "/address"),
            (json!({"groups": [collect("nowhere")]}), "/groups/0/store"),
            (json!({"groups": [addressed]}), "/groups/0/address"),
            (json!({"groups": [collect("seongsu")], "way": "curbside"}), "/groups"),
            (json!({"colour": "red"}), "/colour"),
        ] {
            owner.refused("k", &body, pointer).await;
        }
        let short = owner.patch("k", &json!({"lines": cups(6)})).await;
        assert_eq!(short.problem(409, "out-of-stock")["short"][0]["available"], 5, "its own two count");
        assert_eq!(test.available("gangnam", "CUP").await, 3);
        // Whoever has another token changes nothing, and does not learn that there is something.
        let call = Call::new(&Method::PATCH, &owner.path).key("k").token("nobodys");
        call.json(&json!({"store": "seongsu"})).on(&owner.site).await.problem(404, "not-found");

        let till = test.shop.create_token("pos", None).await.unwrap();
        let group = owner.order().await["groups"][0]["id"].as_str().unwrap().to_owned();
        let picking = format!("{}/groups/{group}/picking", owner.path);
        Call::post(&picking).key("p").token(&till).on(&owner.site).await.ok(200);
        owner.patch("l", &json!({"store": "seongsu"})).await.problem(409, "picking-begun");
    })
    .await;
}

#[tokio::test]
async fn of_several_groups_no_single_field_is_changed() {
    on_each_engine(async |test| {
        let groups = json!([collect("seongsu"), collect("gangnam")]);
        let owner = Owner::of(test, &order(&groups, None)).await;
        for body in [
            json!({"way": "curbside"}),
            json!({"store": "seongsu"}),
            json!({"address": {"line1": "연무장길 12", "postcode": "04782"}}),
            json!({"window": FIVE}),
            json!({"lines": cups(1)}),
            json!({"proxy": "이모", "lines": cups(1)}),
        ] {
            owner.refused("k", &body, "/groups").await;
        }
        // Who is sent is of the whole order, and all groups can be sent anew.
        let sent = owner.patch("a", &json!({"proxy": "이모"})).await.ok(200);
        assert_eq!((&sent["proxy"], sent["groups"].as_array().unwrap().len()), (&json!("이모"), 2));
        let one = owner.patch("b", &json!({"groups": [collect("seongsu")]})).await.ok(200);
        assert_eq!(one["groups"].as_array().unwrap().len(), 1);
        assert_eq!((test.available("gangnam", "CUP").await, test.available("seongsu", "CUP").await), (5, 3));
    })
    .await;
}

/// A shop that delivers to postcodes that begin with 04 alone.
async fn near_only(test: &TestShop) -> Shop {
    let zone = Zone {
        reach: Reach::Postcodes(vec!["04".to_owned()]),
        fee: 3_000,
        free_from: None,
        same_day_until: None,
        days: 1,
    };
    let settings = Settings { delivery: Delivery(vec![zone]), ..test.shop.settings().clone() };
    let db = Db::open(&test.url).await.unwrap();
    Shop::open(db, test.clock.clone(), Arc::new(SystemChance), settings).await.unwrap()
}

#[tokio::test]
async fn a_postcode_nobody_delivers_to_is_told_beside_its_field() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 5).await;
        let (shop, payments) = (near_only(test).await, Arc::new(FakePayments::default()));
        shop.take_payments(vec![payments.clone()]);
        let site = site_of(&shop, options());
        let wish = order(&json!([collect("seongsu")]), Some("test"));
        let placed = Call::post("/api/v1/orders").key("o1").json(&wish).on(&site).await.ok(201);
        let name = |value: &Value| value.as_str().unwrap().to_owned();
        let (number, token) = (name(&placed["number"]), name(&placed["token"]));
        let group = name(&placed["groups"][0]["id"]);
        payments.pay_for(&shop, &number, &token).await;
        let look = async |path: &str, postcode: &str| {
            let form = [
                ("t", token.as_str()),
                ("group", group.as_str()),
                ("pick", "delivery@"),
                ("line1", "연무장길 12"),
                ("postcode", postcode),
                ("act", "look"),
            ];
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            let page = Call::post(&format!("{path}/orders/{number}/change"))
                .with("sec-fetch-site", "same-origin")
                .with("content-type", "application/x-www-form-urlencoded")
                .body(body)
                .on(&site)
                .await;
            assert_eq!(page.status, 200, "{}", page.text());
            page.text()
        };
        let fault = format!("id=\"field-postcode-{group}-fault\"");
        for (path, said) in
            [("", "이 주소로는 배송하지 못해요"), ("/en", "We do not deliver to this address")]
        {
            let far = look(path, "63000").await;
            assert!(far.contains(&fault) && far.contains(said), "{far}");
            assert!(far.contains("value=\"63000\"") && !far.contains("value=\"delivery@\""), "{far}");
            let near = look(path, "04782").await;
            assert!(!near.contains(&fault) && near.contains("value=\"delivery@\""), "{near}");
        }
        shop.db().close().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_warehouse_sends_is_changed_from_where_its_shopper_goes() {
    on_each_engine(async |test| {
        let payments = with_payments(test);
        test.with_warehouse("depot").await.with_stock("depot", "CUP", 5).await;
        let address = json!({"line1": "연무장길 12", "postcode": "04782"});
        let group = json!({"way": "delivery", "store": "depot", "address": address, "lines": cups(2)});
        let owner = Owner::of(test, &order(&json!([group]), Some("test"))).await;
        assert_eq!(owner.order().await["groups"][0]["store"], "depot");
        let number = owner.path.rsplit('/').next().unwrap();
        payments.pay_for(&test.shop, number, &owner.token).await;
        let page = async |cookie: &str| {
            let path = format!("/orders/{number}/change?t={}", owner.token);
            let answer = Call::get(&path).with("cookie", cookie).on(&owner.site).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            answer.text()
        };
        assert!(!page("__Host-store=depot").await.contains("거리는"), "nobody goes to a warehouse");
        let own = page("__Host-store=gangnam").await;
        assert!(own.contains("거리는 강남점에서"), "{own}");
    })
    .await;
}

#[tokio::test]
async fn a_number_that_is_none_is_told_at_its_field_and_nought_of_all_leads_to_cancelling() {
    on_each_engine(async |test| {
        let owner = Owner::of(test, &order(&json!([collect("seongsu")]), None)).await;
        let before = owner.order().await;
        let number = owner.path.rsplit('/').next().unwrap();
        let group = before["groups"][0]["id"].as_str().unwrap();
        let sent = async |path: &str, quantity: &str| {
            let form = [("t", owner.token.as_str()), ("group", group), ("pick", "keep"), ("q0", quantity)];
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            let call = Call::post(&format!("{path}/orders/{number}/change"))
                .with("sec-fetch-site", "same-origin")
                .with("content-type", "application/x-www-form-urlencoded");
            let page = call.body(body).on(&owner.site).await;
            assert_eq!(page.status, 422, "{}", page.text());
            page.text()
        };
        let id = format!("q0-{group}-fault");
        for (path, at_field, at_all) in [
            ("", "수량은 0에서 999까지의 수로", "모두 빼려면 주문을 취소해 주세요"),
            ("/en", "a whole number from 0 to 999", "To remove everything, cancel the order"),
        ] {
            for wrong in ["-1", "1.5", "둘"] {
                let page = sent(path, wrong).await;
                assert!(page.contains(at_field) && page.contains(&format!("value=\"{wrong}\"")), "{page}");
                assert!(page.contains(&format!("aria-describedby=\"{id}\"")), "{page}");
                assert!(page.contains(&format!("id=\"{id}\"")) && !page.contains(at_all), "{page}");
            }
            let page = sent(path, "0").await;
            assert!(page.contains(at_all) && page.contains("#cancel\""), "{page}");
            assert!(!page.contains(&id), "{page}");
        }
        assert_eq!(owner.order().await, before, "nothing is changed");
    })
    .await;
}
