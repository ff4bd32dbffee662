//! What owners alone are told and may do: a number opens nothing without the token that came with it.

use axum::http::Method;
use onshelf_shop::testing::on_each_engine;
use serde_json::json;

use crate::call::{Call, site};

static OF_ORDERS: [(Method, &str); 10] = [
    (Method::GET, ""),
    (Method::PATCH, ""),
    (Method::POST, "/cancel"),
    (Method::POST, "/extend"),
    (Method::POST, "/payment"),
    (Method::POST, "/arrivals"),
    (Method::POST, "/offers/G-1"),
    (Method::GET, "/receipt.pdf"),
    (Method::PUT, "/notifications"),
    (Method::POST, "/notifications/cancel"),
];
static OF_RESERVATIONS: [(Method, &str); 4] = [
    (Method::GET, ""),
    (Method::POST, "/cancel"),
    (Method::PUT, "/notifications"),
    (Method::POST, "/notifications/cancel"),
];

#[tokio::test]
async fn who_shows_no_token_is_told_nothing_else_of_their_call() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 2).await;
        let site = site(test);
        let lines = json!([{"sku": "CUP", "quantity": 1}]);
        let contact = json!({"name": "김민지", "phone": "010-1234-5678"});
        let group = json!({"way": "collect", "store": "seongsu", "lines": lines});
        let order = json!({"groups": [group], "contact": contact});
        let held = json!({"store": "seongsu", "lines": lines, "contact": contact});
        for (kind, wish, routes) in
            [("orders", order, &OF_ORDERS[..]), ("reservations", held, &OF_RESERVATIONS[..])]
        {
            let all = format!("/api/v1/{kind}");
            let made = Call::post(&all).key(kind).json(&wish).on(&site).await.ok(201);
            let text = |field: &str| made[field].as_str().unwrap().to_owned();
            let (own, token) = (format!("{all}/{}", text("number")), text("token"));
            let look = async || Call::get(&own).token(&token).on(&site).await.ok(200);
            let before = look().await;
            for (method, path) in routes {
                let path = format!("{own}{path}");
                // No key, no body, and a parameter that nobody knows: none of it is looked at before the token.
                Call::new(method, &format!("{path}?colour=red")).on(&site).await.problem(404, "not-found");
                let other = format!("Basic {token}");
                let call = Call::new(method, &path).with("authorization", &other).key("k");
                call.json(&json!({"nothing": 1})).on(&site).await.problem(404, "not-found");
            }
            assert_eq!(look().await, before);
        }
    })
    .await;
}
