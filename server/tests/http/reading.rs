//! Products, stores, availability, the description.

use axum::http::{Method, header};
use onshelf_shop::testing::on_each_engine;
use serde_json::json;

use crate::call::{Call, site};

#[tokio::test]
async fn products_are_listed_page_by_page() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 12).await;
        let site = site(test);
        let first = Call::get("/api/v1/products?limit=1&store=seongsu").english().on(&site).await.ok(200);
        assert_eq!((&first["total"], first["products"].as_array().unwrap().len()), (&json!(2), 1));
        assert_eq!(first["products"][0]["price"], json!({"amount": 38_000, "currency": "KRW"}));
        assert_eq!(first["products"][0]["available"], 0);
        let cursor = first["next_cursor"].as_str().unwrap();
        let path = format!("/api/v1/products?limit=1&store=seongsu&cursor={cursor}");
        let second = Call::get(&path).english().on(&site).await.ok(200);
        assert_eq!(second["next_cursor"], json!(null));
        assert_eq!(second["products"][0]["name"], "Tea cup");
        assert_eq!(second["products"][0]["available"], 9, "capped by the operator's setting");
        // A cursor of another list, and one of nobody's.
        for path in [
            format!("/api/v1/products?limit=2&store=seongsu&cursor={cursor}"),
            "/api/v1/products?cursor=x".to_owned(),
        ] {
            let answer = Call::get(&path).on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), ["/cursor"]);
        }
    })
    .await;
}

#[tokio::test]
async fn in_stock_needs_a_store_and_narrows_to_it() {
    on_each_engine(async |test| {
        test.with_stock("gangnam", "CUP", 1).await;
        let site = site(test);
        let here = Call::get("/api/v1/products?in_stock=true&store=gangnam").on(&site).await.ok(200);
        assert_eq!((&here["total"], &here["products"][0]["sku"]), (&json!(1), &json!("CUP")));
        let answer = Call::get("/api/v1/products?in_stock=true").on(&site).await;
        answer.problem(422, "invalid");
        assert_eq!(answer.pointers(), ["/in_stock"]);
        Call::get("/api/v1/products?store=nowhere").on(&site).await.problem(404, "not-found");
        Call::get("/api/v1/products?category=nothing").on(&site).await.problem(404, "not-found");
    })
    .await;
}

#[tokio::test]
async fn a_product_has_its_variants() {
    on_each_engine(async |test| {
        let site = site(test);
        let kettle = Call::get("/api/v1/products/kettle").on(&site).await.ok(200);
        assert_eq!(kettle["name"], "법랑 주전자");
        assert_eq!(kettle["category_path"], json!([{"slug": "kitchen", "name": "부엌"}]));
        assert_eq!(
            kettle["variants"][0]["options"],
            json!([{"name": "색", "value": "이끼색", "code": "moss"}])
        );
        for nothing in ["/api/v1/products/teapot", "/api/v1/products/%00", "/api/v1/products/%3Cscript%3E"] {
            Call::get(nothing).on(&site).await.problem(404, "not-found");
        }
    })
    .await;
}

#[tokio::test]
async fn stores_are_found_near_a_point() {
    on_each_engine(async |test| {
        let site = site(test);
        let found = Call::get("/api/v1/stores?near=37.498,127.028&limit=2").on(&site).await.ok(200);
        let first = &found["stores"][0];
        assert_eq!(first["code"], "gangnam");
        assert!(first["distance_m"].as_u64().unwrap() < 100);
        assert_eq!(
            (&first["open_now"], &first["closes_at"]),
            (&json!(true), &json!("2026-11-23T21:00:00+09:00"))
        );
        assert_eq!(first["hours"]["mon"], json!(["10:30-21:00"]));
        assert_eq!(first["services"], json!(["collect"]));
        let one = Call::get("/api/v1/stores/seongsu").english().on(&site).await.ok(200);
        assert_eq!((&one["name"], &one["time_zone"]), (&json!("Seongsu"), &json!("Asia/Seoul")));
        Call::get("/api/v1/stores/nowhere").on(&site).await.problem(404, "not-found");
        Call::get("/api/v1/stores?place=%EC%95%84%EB%AC%B4%EB%8D%B0")
            .on(&site)
            .await
            .problem(404, "not-found");
    })
    .await;
}

#[tokio::test]
async fn positions_that_are_none_are_refused() {
    on_each_engine(async |test| {
        let site = site(test);
        for near in ["NaN,127", "91,0", "37,181", "37", "inf,0", "", "37,127,5"] {
            let answer = Call::get(&format!("/api/v1/stores?near={near}")).on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), ["/near"], "{near}");
        }
    })
    .await;
}

#[tokio::test]
async fn stores_that_have_enough_come_first() {
    on_each_engine(async |test| {
        test.with_stock("gangnam", "CUP", 1).await.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        let path = "/api/v1/products/CUP/availability?near=37.498,127.028&quantity=2";
        let stores = Call::get(path).on(&site).await.ok(200)["stores"].clone();
        assert_eq!((&stores[0]["store"]["code"], &stores[0]["available"]), (&json!("seongsu"), &json!(3)));
        assert_eq!((&stores[0]["level"], &stores[1]["level"]), (&json!("in_stock"), &json!("low")));
        assert_eq!(stores[0]["ready_by"], "2026-11-23T12:30:00+09:00");
        assert_eq!(stores[1]["ready_by"], json!(null), "it cannot meet the quantity");
        for quantity in ["0", "-1", "1.5", "1000", "9223372036854775808", "x"] {
            let answer =
                Call::get(&format!("/api/v1/products/CUP/availability?quantity={quantity}")).on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), ["/quantity"], "{quantity}");
        }
        Call::get("/api/v1/products/NONE/availability").on(&site).await.problem(404, "not-found");
    })
    .await;
}

#[tokio::test]
async fn a_basket_is_ranked_as_a_whole() {
    on_each_engine(async |test| {
        test.with_stock("gangnam", "CUP", 5).await.with_stock("gangnam", "KETTLE-MO", 1).await;
        test.with_stock("seongsu", "CUP", 5).await;
        let site = site(test);
        let lines = json!([{"sku": "CUP", "quantity": 2}, {"sku": "KETTLE-MO", "quantity": 1}, {"sku": "CUP", "quantity": 2}]);
        for near in [json!("37.5446,127.0559"), json!({"lat": 37.5446, "lng": 127.0559})] {
            let body = json!({"lines": lines, "near": near});
            let stores = Call::post("/api/v1/availability").json(&body).on(&site).await.ok(200)["stores"].clone();
            assert_eq!((&stores[0]["code"], &stores[0]["covered_lines"]), (&json!("gangnam"), &json!(2)));
            assert_eq!(stores[1]["missing"][0]["sku"], "KETTLE-MO");
        }
        for (body, pointer) in [
            (json!({"lines": []}), "/lines"),
            (json!({"lines": [{"sku": "NONE", "quantity": 1}]}), "/lines/0/sku"),
            (json!({"lines": lines, "near": "0,181"}), "/near"),
            (json!({"lines": lines, "far": true}), "/far"),
            (json!({"lines": vec![json!({"sku": "CUP", "quantity": 999}); 2]}), "/lines"),
        ] {
            let answer = Call::post("/api/v1/availability").json(&body).on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), [pointer], "{body}");
        }
    })
    .await;
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    on_each_engine(async |test| {
        let site = site(test);
        for path in ["/api", "/api/v1", "/api/v2/products", "/api/v1/products/a/b/c"] {
            Call::get(path).on(&site).await.problem(404, "not-found");
        }
        let answer = Call::new(&Method::DELETE, "/api/v1/products").on(&site).await;
        answer.problem(405, "method-not-allowed");
        assert_eq!(answer.header(header::ALLOW), "GET,HEAD");
        assert_eq!(answer.header(header::CONTENT_LANGUAGE), "ko");
        let english = Call::get("/api/v1/nothing").english().on(&site).await.problem(404, "not-found");
        assert_eq!(english["title"], "Not found");
    })
    .await;
}

#[tokio::test]
async fn the_description_names_every_route() {
    on_each_engine(async |test| {
        let site = site(test);
        let contract = Call::get("/api/v1/openapi.json").on(&site).await.ok(200);
        assert!(contract["openapi"].as_str().unwrap().starts_with("3.1"));
        let paths: Vec<&String> = contract["paths"].as_object().unwrap().keys().collect();
        assert_eq!(paths.len(), 26, "{paths:?}");
        let schemas = &contract["components"]["schemas"];
        assert!(schemas["Problem"].is_object());
        assert_eq!(schemas["OrderPatch"]["properties"]["groups"]["minItems"], 1);
        assert!(
            schemas["SkuText"]["pattern"].as_str().unwrap().ends_with("{1,64}$"),
            "{}",
            schemas["SkuText"]
        );
        let live = &contract["paths"]["/api/v1/live/stock"]["get"]["parameters"][0]["schema"]["items"];
        assert_eq!(live["$ref"], "#/components/schemas/SkuText");
        assert!(contract["components"]["securitySchemes"]["partner"].is_object());
    })
    .await;
}
