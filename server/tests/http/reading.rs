//! Products, stores, availability, the description.

use std::{collections::BTreeSet, fs, path::Path};

use axum::http::{Method, header};
use onshelf_shop::testing::on_each_engine;
use serde_json::{Map, Value, json};

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
        let more = format!("/api/v1/products?limit=50&store=seongsu&cursor={cursor}");
        assert_eq!(Call::get(&more).english().on(&site).await.ok(200)["products"], second["products"]);
        // A cursor of another list, and one of nobody's.
        for path in [
            format!("/api/v1/products?limit=1&store=gangnam&cursor={cursor}"),
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
async fn whoever_says_twice_where_is_asked_which() {
    on_each_engine(async |test| {
        let site = site(test);
        for (query, pointers) in [
            ("near=37.498,127.028&place=Seongsu", &["/near", "/place"][..]),
            ("postcode=04766&near=37.498,127.028", &["/near", "/postcode"][..]),
            ("place=Seongsu&postcode=04766", &["/place", "/postcode"][..]),
        ] {
            let answer = Call::get(&format!("/api/v1/stores?{query}")).on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), pointers, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_warehouse_is_no_place_to_go_to() {
    on_each_engine(async |test| {
        test.with_warehouse("depot").await.with_stock("depot", "CUP", 4).await;
        let site = site(test);
        let stores = Call::get("/api/v1/stores").on(&site).await.ok(200)["stores"].clone();
        let kinds: Vec<_> =
            stores.as_array().unwrap().iter().map(|store| (&store["code"], &store["kind"])).collect();
        assert_eq!(kinds, [(&json!("seongsu"), &json!("store")), (&json!("gangnam"), &json!("store"))]);
        let carriers = Call::get("/api/v1/products/CUP/availability").on(&site).await.ok(200);
        assert_eq!(carriers["stores"], json!([]));
        for gone in ["/api/v1/stores/depot", "/api/v1/products?store=depot", "/stores/depot"] {
            assert_eq!(Call::get(gone).on(&site).await.status, 404, "{gone}");
        }
        let map = Call::get("/sitemap.xml").on(&site).await.text();
        assert!(map.contains("/stores/seongsu") && !map.contains("/stores/depot"));
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

/// The sources of the HTTP surface.
fn sources() -> Vec<String> {
    fn read(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut found = Vec::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http"), &mut found);
    assert!(found.len() > 20, "the sources are not where they were");
    found
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A method and an address. What a place in it is called is the router's or the document's own business.
fn route(method: &str, address: &str) -> String {
    let nameless = address.split('/').map(|step| if step.starts_with('{') { "{}" } else { step });
    let steps: Vec<&str> = nameless.collect();
    format!("{method} {}", steps.join("/"))
}

/// What the router has of the contract, as its source says it.
fn routed() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for source in sources() {
        for part in source.split(".route(").skip(1) {
            let Some(address) = part.split('"').nth(1) else { continue };
            if address.starts_with("/api/v1/") || address.starts_with("/webhooks/") {
                let has = |method: &&str| {
                    [" ", "."].iter().any(|before| part.contains(&format!("{before}{method}(")))
                };
                found.extend(METHODS.iter().copied().filter(has).map(|method| route(method, address)));
            }
        }
    }
    found
}

/// The names of all shapes, sorted, as often as they are given.
fn shapes() -> Vec<String> {
    let mut found = Vec::new();
    for source in sources() {
        let mut described = false;
        for line in source.lines().map(str::trim) {
            described |= line.starts_with("#[derive(") && line.contains("ToSchema");
            let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
            if described && matches!(words.next(), Some("struct" | "enum")) {
                let name = words.next().unwrap();
                found.push(name.chars().take_while(|letter| letter.is_alphanumeric()).collect());
                described = false;
            }
        }
    }
    found.sort();
    found
}

/// Calls `see` with every object in a document.
fn each_object(value: &Value, see: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            see(object);
            object.values().for_each(|inner| each_object(inner, see));
        }
        Value::Array(items) => items.iter().for_each(|inner| each_object(inner, see)),
        _ => {}
    }
}

#[tokio::test]
async fn the_description_names_every_route() {
    on_each_engine(async |test| {
        let site = site(test);
        let contract = Call::get("/api/v1/openapi.json").on(&site).await.ok(200);
        assert!(contract["openapi"].as_str().unwrap().starts_with("3.1"));
        let (mut described, mut names) = (BTreeSet::new(), Vec::new());
        for (address, item) in contract["paths"].as_object().unwrap() {
            for method in METHODS {
                if let Some(call) = item.get(method) {
                    described.insert(route(method, address));
                    names.push(call["operationId"].as_str().unwrap());
                }
            }
        }
        assert_eq!(described, routed());
        let calls = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), calls, "two calls of one name: {names:?}");
        let live = &contract["paths"]["/api/v1/live/stock"]["get"]["parameters"][0]["schema"]["items"];
        assert_eq!(live["$ref"], "#/components/schemas/SkuText");
        assert!(contract["components"]["securitySchemes"]["partner"].is_object());
    })
    .await;
}

#[tokio::test]
async fn the_description_has_each_shape_once_and_uses_it() {
    on_each_engine(async |test| {
        let site = site(test);
        let contract = Call::get("/api/v1/openapi.json").on(&site).await.ok(200);
        let schemas = &contract["components"]["schemas"];
        // Two of one name would be one in the document, and what only the other has would be missing.
        let declared: Vec<String> = schemas.as_object().unwrap().keys().cloned().collect();
        assert_eq!(declared, shapes());
        let mut used = BTreeSet::new();
        each_object(&contract, &mut |object: &Map<String, Value>| {
            let name = object.get("$ref").and_then(Value::as_str);
            used.extend(name.map(|name| name.trim_start_matches("#/components/schemas/").to_owned()));
        });
        // The text of a stream's description names it: the stream itself is text.
        used.insert("LiveSnapshot".to_owned());
        assert_eq!(used, declared.into_iter().collect::<BTreeSet<String>>());

        assert_eq!(schemas["OrderPatch"]["properties"]["groups"]["minItems"], 1);
        assert_eq!(schemas["OrderPatch"]["properties"]["proxy"]["anyOf"][1]["required"], json!(["name"]));
        assert_eq!(schemas["Arrival"]["properties"]["bay"]["type"], json!(["string", "integer", "null"]));
        assert!(schemas["Arrival"].get("required").is_none(), "who says nothing is there");
        assert!(
            schemas["SkuText"]["pattern"].as_str().unwrap().ends_with("{1,64}$"),
            "{}",
            schemas["SkuText"]
        );
        assert!(schemas["ReservationLinks"]["properties"]["calendar"].is_object());
        for (address, method) in [
            ("/api/v1/reservations", "post"),
            ("/api/v1/orders", "post"),
            ("/api/v1/orders/{number}", "patch"),
        ] {
            let refused = &contract["paths"][address][method]["responses"]["409"]["content"];
            let either = &refused["application/problem+json"]["schema"]["anyOf"];
            assert_eq!(either[0]["$ref"], "#/components/schemas/OutOfStock", "{method} {address}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_description_tells_of_events() {
    on_each_engine(async |test| {
        let site = site(test);
        let contract = Call::get("/api/v1/openapi.json").on(&site).await.ok(200);
        let events = contract["webhooks"].as_object().unwrap();
        let names: Vec<&String> = events.keys().collect();
        assert_eq!(names, ["order.*", "order.arrived", "order.on_way", "reservation.*", "stock.changed"]);
        for (name, event) in events {
            let headers = event["post"]["parameters"].as_array().unwrap().iter();
            let headers: Vec<&Value> = headers.map(|header| &header["name"]).collect();
            assert_eq!(headers, ["webhook-id", "webhook-timestamp", "webhook-signature"], "{name}");
            let body = &event["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let shape = body.as_str().unwrap().rsplit('/').next().unwrap();
            let shape = &contract["components"]["schemas"][shape];
            assert_eq!(shape["required"], json!(["type", "timestamp", "data"]), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_call_with_a_body_has_no_parameters() {
    on_each_engine(async |test| {
        let site = site(test);
        let asked = json!({"lines": [{"sku": "CUP", "quantity": 1}]});
        for path in ["/api/v1/availability", "/api/v1/options", "/api/v1/reservations", "/api/v1/orders"] {
            let path = format!("{path}?colour=red");
            let answer = Call::post(&path).key("k").json(&asked).on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), ["/colour"], "{path}");
        }
        Call::get("/api/v1/openapi.json?colour=red").on(&site).await.problem(422, "invalid");
    })
    .await;
}
