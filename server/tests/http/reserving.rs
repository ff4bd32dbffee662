//! Reservations over the wire.

use std::time::Duration;

use axum::http::header;
use onshelf_shop::{fulfilment::Reserved, testing::on_each_engine};
use onshelf_vocabulary::Lang;
use serde_json::{Value, json};

use crate::call::{Call, PUBLIC, options, site, site_with};

fn body(store: &str, sku: &str, quantity: &Value, phone: &str) -> Value {
    json!({"store": store, "lines": [{"sku": sku, "quantity": quantity}], "contact": {"name": "김민지", "phone": phone}})
}

fn cup(quantity: i64, phone: &str) -> Value {
    body("seongsu", "CUP", &json!(quantity), phone)
}

#[tokio::test]
async fn a_database_that_goes_away_is_waited_for_and_comes_back() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        let reserve = |key: &str| Call::post("/api/v1/reservations").key(key).json(&cup(1, "010-1234-5678"));
        let made = reserve("before").on(&site).await.ok(201);
        let path = format!("/api/v1/reservations/{}", made["number"].as_str().unwrap());
        let look = || Call::get(&path).token(made["token"].as_str().unwrap());
        if !test.reachable(false).await {
            return;
        }
        // The first may still find a connection that was cut, the second is refused a new one.
        for key in ["away-1", "away-2"] {
            let answer = reserve(key).on(&site).await;
            answer.problem(503, "busy");
            assert!(!answer.header(header::RETRY_AFTER).is_empty());
            look().on(&site).await.problem(503, "busy");
        }
        // What is in memory is shown all the same.
        assert_eq!(Call::get("/api/v1/products").on(&site).await.status, 200);
        assert_eq!(Call::get("/health/ready").on(&site).await.status, 503);

        assert!(test.reachable(true).await);
        reserve("back").on(&site).await.ok(201);
        look().on(&site).await.ok(200);
    })
    .await;
}

#[tokio::test]
async fn a_reservation_is_made_shown_and_cancelled() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        let answer =
            Call::post("/api/v1/reservations").key("k1").json(&cup(2, "010-1234-5678")).on(&site).await;
        let made = answer.ok(201);
        let number = made["number"].as_str().unwrap();
        assert_eq!(answer.header(header::LOCATION), format!("/api/v1/reservations/{number}"));
        assert_eq!(made["links"]["self"], format!("{PUBLIC}/api/v1/reservations/{number}"));
        assert_eq!(made["total"], json!({"amount": 18_000, "currency": "KRW"}));
        assert_eq!(
            (&made["status"], &made["ready_by"]),
            (&json!("placed"), &json!("2026-11-23T12:30:00+09:00"))
        );
        assert_eq!(test.available("seongsu", "CUP").await, 1);

        let (path, token) = (format!("/api/v1/reservations/{number}"), made["token"].as_str().unwrap());
        let shown = Call::get(&path).token(token).on(&site).await.ok(200);
        assert_eq!((&shown["code"], &shown["token"]), (&made["code"], &Value::Null));
        for wrong in ["", "x", "osk_whatever"] {
            Call::get(&path).token(wrong).on(&site).await.problem(404, "not-found");
            Call::post(&format!("{path}/cancel"))
                .key("c")
                .token(wrong)
                .on(&site)
                .await
                .problem(404, "not-found");
        }
        Call::get(&path).on(&site).await.problem(404, "not-found");
        // Whoever shows nothing is told nothing else of the call either.
        Call::post(&format!("{path}/cancel")).on(&site).await.problem(404, "not-found");
        Call::get("/api/v1/reservations/R-NONE").token(token).on(&site).await.problem(404, "not-found");

        let cancel = format!("{path}/cancel");
        Call::post(&cancel).token(token).on(&site).await.problem(400, "idempotency-key-missing");
        for _ in 0..2 {
            let cancelled = Call::post(&cancel).key("c1").token(token).on(&site).await.ok(200);
            assert_eq!(cancelled["status"], "cancelled");
        }
        assert_eq!(test.available("seongsu", "CUP").await, 3);
        let replay =
            Call::post("/api/v1/reservations").key("k1").json(&cup(2, "010-1234-5678")).on(&site).await;
        assert_eq!(replay.ok(201), made, "the same answer, whatever has become of it");
    })
    .await;
}

#[tokio::test]
async fn a_key_is_for_one_request() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 9).await;
        let site = site(test);
        let post = |key: &str, body: &Value| Call::post("/api/v1/reservations").key(key).json(body);
        let first = post("same", &cup(1, "01012345678")).on(&site).await.ok(201);
        let again = post("same", &cup(1, "01012345678")).on(&site).await.ok(201);
        assert_eq!(first, again);
        assert_eq!(test.available("seongsu", "CUP").await, 8, "held once");
        post("same", &cup(2, "01012345678")).on(&site).await.problem(422, "idempotency-key-reused");
        let long = "k".repeat(256);
        for bad in ["", "has space", &long] {
            post(bad, &cup(1, "01012345678")).on(&site).await.problem(400, "idempotency-key-missing");
        }
        let none = Call::post("/api/v1/reservations").json(&cup(1, "01012345678")).on(&site).await;
        none.problem(400, "idempotency-key-missing");
    })
    .await;
}

#[tokio::test]
async fn too_little_stock_tells_what_is_left_and_where_else() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 1).await.with_stock("gangnam", "CUP", 4).await;
        let site = site(test);
        let answer = Call::post("/api/v1/reservations").key("k").json(&cup(2, "01012345678")).on(&site).await;
        let problem = answer.problem(409, "out-of-stock");
        assert_eq!(problem["short"], json!([{"sku": "CUP", "name": "찻잔", "wanted": 2, "available": 1}]));
        assert_eq!(problem["elsewhere"][0]["store"], "gangnam");
        assert_eq!(problem["elsewhere"][0]["ready_by"], "2026-11-23T12:30:00+09:00");
    })
    .await;
}

#[tokio::test]
async fn the_last_unit_goes_to_exactly_one_of_fifty() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 1).await;
        let site = site(test);
        let calls = (0..50).map(|n| {
            let site = site.clone();
            async move {
                let call = Call::post("/api/v1/reservations").key(&format!("k{n}"));
                call.json(&cup(1, &format!("0101234{n:04}"))).on(&site).await.status.as_u16()
            }
        });
        let mut statuses = futures::future::join_all(calls).await;
        statuses.sort_unstable();
        assert_eq!(statuses[0], 201);
        assert!(statuses[1..].iter().all(|status| *status == 409), "{statuses:?}");
    })
    .await;
}

#[tokio::test]
async fn bad_input_is_refused_where_it_stands_and_changes_nothing() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 5).await;
        let site = site(test);
        let phone = "01012345678";
        let quantities = [
            json!(0),
            json!(-1),
            json!(1.5),
            json!(1000),
            json!("2"),
            json!(null),
            json!(9_223_372_036_854_775_808_u64),
        ];
        for quantity in &quantities {
            let call =
                Call::post("/api/v1/reservations").key("k").json(&body("seongsu", "CUP", quantity, phone));
            let answer = call.on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), ["/lines/0/quantity"], "{quantity}");
        }
        let line = json!([{"sku": "CUP", "quantity": 1}]);
        let contact = |name: &str| json!({"name": name, "phone": phone});
        for (body, pointer) in [
            (body("nowhere", "CUP", &json!(1), phone), "/store"),
            (body("../etc", "CUP", &json!(1), phone), "/store"),
            (body("seongsu", "NONE", &json!(1), phone), "/lines/0/sku"),
            (body("seongsu", "CUP", &json!(1), "12"), "/contact/phone"),
            (json!({"store": "seongsu", "lines": [], "contact": contact("a")}), "/lines"),
            (
                json!({"store": "seongsu", "lines": vec![line[0].clone(); 51], "contact": contact("a")}),
                "/lines",
            ),
            (json!({"store": "seongsu", "lines": line, "contact": contact("a\u{0}b")}), "/contact/name"),
            (json!({"store": "seongsu", "lines": line, "contact": contact("\u{202e}abc")}), "/contact/name"),
            (json!({"store": "seongsu", "lines": line, "contact": {"name": "a"}}), "/contact"),
            (json!({"store": "seongsu", "lines": line, "contact": contact("a"), "coupon": "x"}), "/coupon"),
            (json!({"store": "seongsu", "lines": line}), "/contact"),
        ] {
            let answer = Call::post("/api/v1/reservations").key("k").json(&body).on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), [pointer], "{body}");
        }
        assert_eq!(test.available("seongsu", "CUP").await, 5);
    })
    .await;
}

#[tokio::test]
async fn a_row_of_values_is_no_object_and_a_whole_number_may_have_a_point() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 5).await;
        let site = site(test);
        let contact = json!({"name": "a", "phone": "01012345678"});
        for (body, pointer) in [
            (json!([[], null]), ""),
            (json!(["seongsu", [{"sku": "CUP", "quantity": 1}], contact]), ""),
            (json!({"store": "seongsu", "lines": [["CUP", 1]], "contact": contact}), "/lines/0"),
            (
                json!({"store": "seongsu", "lines": [{"sku": "CUP", "quantity": 1}], "contact": ["a"]}),
                "/contact",
            ),
        ] {
            let answer = Call::post("/api/v1/reservations").key("k").json(&body).on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), [pointer], "{body}");
        }
        let asked =
            json!({"store": "seongsu", "lines": [{"sku": "CUP", "quantity": 2.0}], "contact": contact});
        Call::post("/api/v1/reservations").key("k").json(&asked).on(&site).await.ok(201);
        assert_eq!(test.available("seongsu", "CUP").await, 3);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_json_is_told_apart() {
    on_each_engine(async |test| {
        let site = site(test);
        let post = || Call::post("/api/v1/reservations").key("k");
        post().with("content-type", "application/json").body("{").on(&site).await.problem(400, "bad-request");
        post().with("content-type", "application/json").body("{} {}").on(&site).await;
        post()
            .with("content-type", "application/json")
            .body(vec![0xff, 0xfe])
            .on(&site)
            .await
            .problem(400, "bad-request");
        post()
            .with("content-type", "text/plain")
            .body("{}")
            .on(&site)
            .await
            .problem(415, "unsupported-media-type");
        post().body("{}").on(&site).await.problem(415, "unsupported-media-type");
        let large = "x".repeat(70_000);
        post().with("content-type", "application/json").body(large).on(&site).await.problem(413, "too-large");
    })
    .await;
}

#[tokio::test]
async fn one_contact_cannot_ask_for_ever() {
    on_each_engine(async |test| {
        let mut options = options();
        options.limits.rates.reserve_by_contact = 3;
        let site = site_with(test, options);
        let post = |n: u32, phone: &str| {
            Call::post("/api/v1/reservations").key(&format!("k{n}")).json(&cup(1, phone))
        };
        for n in 0..3 {
            post(n, "010-1234-5678").on(&site).await.problem(409, "out-of-stock");
        }
        let refused = post(4, "01012345678").on(&site).await;
        refused.problem(429, "rate-limited");
        assert!(refused.header(header::RETRY_AFTER).parse::<u32>().unwrap() >= 1);
        post(5, "010-9999-9999").on(&site).await.problem(409, "out-of-stock");
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_under_way_is_not_begun_twice() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        let call =
            || Call::post("/api/v1/reservations").key("twice").json(&cup(1, "010-1234-5678")).on(&site);
        let (first, second) = tokio::join!(call(), call());
        let first = first.ok(201);
        second.problem(409, "in-flight");
        let again = call().await.ok(201);
        assert_eq!(again["number"], first["number"]);
        assert_eq!(test.available("seongsu", "CUP").await, 2);
    })
    .await;
}

/// The elements of a reservation in their order: what a screen reader goes by, without the words.
fn elements(page: &str) -> Vec<&str> {
    let (_, article) = page.split_once("<article id=\"reservation\"").unwrap();
    let (article, _) = article.split_once("</article>").unwrap();
    article.split('<').skip(1).map(|tag| tag.split([' ', '>']).next().unwrap_or_default()).collect()
}

/// No journey can wait for days: what is looked at in the browser is a reservation that was cancelled.
#[tokio::test]
async fn a_reservation_that_ran_out_looks_like_one_that_was_cancelled_and_says_what_happened() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 5).await;
        let site = site(test);
        let over = test.reserve("01012345678", "seongsu", &[("CUP", 2)]).await.unwrap();
        let cancelled = test.reserve("01012345678", "seongsu", &[("CUP", 2)]).await.unwrap();
        test.shop.cancel_reservation(Lang::Ko, &cancelled.number, &cancelled.token, None).await.unwrap();
        test.clock.advance(Duration::from_secs(4 * 86_400));
        for (prefix, ran_out, given_back) in [
            ("", "맡아둔 시간이 지났어요", "예약을 취소했어요"),
            ("/en", "The hold has expired", "Reservation cancelled"),
        ] {
            let look = async |held: &Reserved| {
                let path = format!("{prefix}/reservations/{}?t={}", held.number, held.token);
                let answer = Call::get(&path).on(&site).await;
                assert_eq!(answer.status, 200, "{path}");
                answer.text()
            };
            let (expired, other) = (look(&over).await, look(&cancelled).await);
            assert!(expired.contains(ran_out) && other.contains(given_back), "{expired} {other}");
            assert_eq!(elements(&expired), elements(&other));
        }
    })
    .await;
}
