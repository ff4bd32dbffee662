//! Passes over the wire: whoever is sent, and the counter that reads what they show.

use axum::{Router, http::header};
use onshelf_shop::{
    staff::NewStaff,
    testing::{TestShop, on_each_engine},
};
use onshelf_vocabulary::staff::Role;
use serde_json::{Value, json};

use crate::call::{Answer, Call, PUBLIC, options, site, site_with};

async fn ordered(test: &TestShop, site: &Router) -> Value {
    test.with_stock("seongsu", "CUP", 3).await;
    let contact = json!({"name": "김제자리", "email": "jari@example.com"});
    let group = json!({"way": "collect", "store": "seongsu", "lines": [{"sku": "CUP", "quantity": 2}]});
    let body = json!({"groups": [group], "contact": contact});
    Call::post("/api/v1/orders").key("order").json(&body).on(site).await.ok(201)
}

/// The order with somebody named, as the API answers it.
async fn named(site: &Router, order: &Value, proxy: &str, key: &str) -> Value {
    let path = format!("/api/v1/orders/{}", order["number"].as_str().unwrap());
    let call = Call::new(&axum::http::Method::PATCH, &path).key(key).token(order["token"].as_str().unwrap());
    call.json(&json!({"proxy": proxy})).on(site).await.ok(200)
}

fn path_of(order: &Value) -> String {
    let url = order["passes"].as_array().unwrap().last().unwrap()["url"].as_str().unwrap();
    url.strip_prefix(PUBLIC).unwrap().to_owned()
}

async fn signed_in(test: &TestShop, login: &str) -> String {
    let new = NewStaff {
        login: login.to_owned(),
        name: login.to_owned(),
        password: "a long password".to_owned(),
        role: Role::Associate,
        stores: vec!["seongsu".to_owned(), "gangnam".to_owned()],
    };
    test.shop.add_staff(new).await.unwrap();
    let session = test.shop.sign_in(login, "a long password").await.unwrap();
    // The name where cookies travel encrypted, and where they need not.
    format!("__Host-staff={session}; staff={session}")
}

async fn posted(site: &Router, cookie: &str, path: &str, form: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let call =
        Call::post(path).with("cookie", cookie).with("content-type", "application/x-www-form-urlencoded");
    call.body(body).on(site).await
}

#[tokio::test]
async fn a_link_shows_what_to_collect_and_nothing_else_of_the_order() {
    on_each_engine(async |test| {
        let site = site(test);
        let order = ordered(test, &site).await;
        assert_eq!(order["passes"][0]["state"], "open");
        let now = named(&site, &order, "이모", "a").await;
        assert_eq!((&now["proxy"], &now["passes"][1]["holder"]), (&json!("이모"), &json!("이모")));
        let path = path_of(&now);
        let page = Call::get(&path).on(&site).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(page.header(header::CACHE_CONTROL).contains("no-store"));
        let text = page.text();
        for wanted in ["이모", " class=\"qr\"", "성수", "noindex"] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
        let number = order["number"].as_str().unwrap();
        let group = order["groups"][0]["id"].as_str().unwrap();
        let code = order["groups"][0]["code"].as_str().unwrap();
        for secret in [number, group, code, "김제자리", "jari@", "9,000", "18,000", "/cancel"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        // Taken back it is gone, and says so without what it was for.
        let now = named(&site, &order, "", "b").await;
        assert_eq!((&now["passes"][1]["state"], &now["passes"][1]["url"]), (&json!("revoked"), &Value::Null));
        let gone = Call::get(&path).on(&site).await;
        assert_eq!(gone.status, 410);
        assert!(!gone.text().contains("class=\"held\"") && !gone.text().contains("<svg class=\"qr\""));
        assert_eq!(Call::get("/pass/nothing").on(&site).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn somebody_is_named_renewed_and_taken_back_by_plain_forms() {
    on_each_engine(async |test| {
        let site = site(test);
        let order = ordered(test, &site).await;
        let (number, token) = (order["number"].as_str().unwrap(), order["token"].as_str().unwrap());
        let page = format!("/orders/{number}?t={token}");
        let change = format!("/orders/{number}/change");
        let link = |text: &str| text.split("/pass/").nth(1).map(|rest| rest[..43].to_owned());
        let mut links = Vec::new();
        for _ in 0..2 {
            let answer = posted(&site, "", &change, &[("t", token), ("proxy", "이서준")]).await;
            assert_eq!(answer.status, 303, "{}", answer.text());
            let text = Call::get(&page).on(&site).await.text();
            assert!(text.contains("이서준 님도 받아 갈 수 있어요"), "{text}");
            links.push(link(&text).unwrap());
        }
        assert_ne!(links[0], links[1], "naming again renews");
        posted(&site, "", &change, &[("t", token), ("proxy", "이서준"), ("proxy_none", "1")]).await;
        let text = Call::get(&page).on(&site).await.text();
        assert!(link(&text).is_none() && text.contains("직접 취소했어요"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn the_counter_is_told_why_a_pass_opens_nothing() {
    on_each_engine(async |test| {
        let site = site(test);
        let order = ordered(test, &site).await;
        let cookie = signed_in(test, "hana").await;
        let pass = order["groups"][0]["pass"].as_str().unwrap().to_owned();
        let find = async |store: &str, typed: &str| {
            posted(&site, &cookie, &format!("/staff/{store}/find"), &[("typed", typed)]).await
        };
        let refused = async |store: &str, typed: &str, words: &str| {
            let answer = find(store, typed).await;
            assert_eq!(answer.status, 409, "{}", answer.text());
            assert!(answer.text().contains(words), "{words} in {}", answer.text());
        };
        refused("gangnam", &pass, "다른 매장에서 쓸 패스예요").await;
        refused("seongsu", &format!("{pass}A"), "우리 가게에서 만든 패스가 아니에요").await;
        // It opens; then it is used, and a copy of it opens nothing.
        let found = find("seongsu", &pass).await;
        assert_eq!(found.status, 303);
        let open = found.header(header::LOCATION).to_owned();
        let board = Call::get(&open).with("cookie", &cookie).on(&site).await.text();
        let serial = pass.split('.').nth(1).unwrap();
        assert!(board.contains(&format!("name=\"pass\" value=\"{serial}\"")), "{board}");
        let number = order["groups"][0]["id"].as_str().unwrap();
        let deed = [("number", number), ("deed", "hand_over"), ("tab", "found"), ("pass", serial)];
        let done = posted(&site, &cookie, "/staff/seongsu/deeds", &deed).await;
        assert_eq!(done.status, 303, "{}", done.text());
        refused("seongsu", &pass, "이미 쓴 패스예요").await;
        let again = posted(&site, &cookie, "/staff/seongsu/deeds", &deed).await;
        assert_eq!(again.status, 409);
        assert!(again.text().contains("이미 쓴 패스예요"));
        // A page that has it open still is told, and goes on.
        let still = Call::get(&open).with("cookie", &cookie).on(&site).await;
        assert!(still.text().contains("이미 쓴 패스예요"), "{}", still.text());
        let columns = open.replace("?", "/board?");
        assert_eq!(Call::get(&columns).with("cookie", &cookie).on(&site).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn the_counter_is_told_that_a_pass_was_taken_back() {
    on_each_engine(async |test| {
        let site = site(test);
        let order = ordered(test, &site).await;
        let cookie = signed_in(test, "hana").await;
        let now = named(&site, &order, "이모", "a").await;
        let page = Call::get(&path_of(&now)).on(&site).await.text();
        let code: String =
            page.split("ticket-code").nth(1).unwrap().split("</span>").nth(1).unwrap()[..8].to_owned();
        named(&site, &order, "", "b").await;
        let answer = posted(&site, &cookie, "/staff/seongsu/find", &[("typed", &code)]).await;
        assert_eq!(answer.status, 409, "{code}: {}", answer.text());
        assert!(answer.text().contains("회수했거나 취소된 패스예요"));
    })
    .await;
}

#[tokio::test]
async fn what_a_device_handed_over_while_it_was_away_is_written_down_or_told() {
    on_each_engine(async |test| {
        let site = site(test);
        let order = ordered(test, &site).await;
        let cookie = signed_in(test, "hana").await;
        let pass = order["groups"][0]["pass"].as_str().unwrap();
        let send =
            async |form: &[(&str, &str)]| posted(&site, &cookie, "/staff/seongsu/handovers", form).await;
        for wrong in [
            vec![("pass", pass), ("ago", "0")],
            vec![("pass", pass), ("key", "k"), ("ago", "-1")],
            vec![("pass", pass), ("key", "k"), ("ago", "999999999999")],
            vec![("pass", pass), ("key", "k"), ("ago", "x")],
        ] {
            assert_eq!(send(&wrong).await.status, 422, "{wrong:?}");
        }
        let first = [("pass", pass), ("key", "k"), ("ago", "0")];
        // The answer was lost, and it is sent again a while later.
        for ago in ["0", "5000"] {
            let answer = send(&[first[0], first[1], ("ago", ago)]).await;
            assert_eq!(answer.ok(200), json!({"done": true, "said": ""}));
        }
        let answer = send(&[("pass", pass), ("key", "another"), ("ago", "0")]).await.ok(200);
        assert_eq!(answer["done"], false);
        assert!(answer["said"].as_str().unwrap().contains("이미 쓴 패스예요"), "{answer}");
        assert_eq!(posted(&site, "", "/staff/seongsu/handovers", &first).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn whoever_tries_codes_is_stopped() {
    on_each_engine(async |test| {
        let mut options = options();
        options.limits.rates.counter_by_session = 3;
        let site = site_with(test, options);
        let (cookie, other) = (signed_in(test, "hana").await, signed_in(test, "minji").await);
        let guess = async |cookie: &str, code: &str| {
            posted(&site, cookie, "/staff/seongsu/find", &[("typed", code)]).await
        };
        for code in ["ZZZZZ1", "ZZZZZ2", "ZZZZZ3"] {
            assert_eq!(guess(&cookie, code).await.status, 404);
        }
        let stopped = guess(&cookie, "ZZZZZ4").await;
        assert_eq!(stopped.status, 429);
        assert!(!stopped.header(header::RETRY_AFTER).is_empty());
        assert_eq!(guess(&other, "ZZZZZ4").await.status, 404, "who scans at another counter goes on");
    })
    .await;
}

#[tokio::test]
async fn whoever_tries_links_is_stopped() {
    on_each_engine(async |test| {
        let mut options = options();
        options.limits.rates.look_up_by_address = 3;
        let site = site_with(test, options);
        for path in ["/pass/a", "/en/pass/b", "/pass/c"] {
            assert_eq!(Call::get(path).on(&site).await.status, 404);
        }
        assert_eq!(Call::get("/pass/d").on(&site).await.status, 429);
        assert_eq!(Call::get("/").on(&site).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn the_key_is_told_to_whoever_checks() {
    on_each_engine(async |test| {
        let answer = Call::get("/api/v1/passes/key").on(&site(test)).await.ok(200);
        assert_eq!(
            (answer["public_key"].as_str().unwrap().len(), &answer["previous_key"]),
            (43, &Value::Null)
        );
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_typed_into_does_not_load_itself_anew() {
    on_each_engine(async |test| {
        let site = site(test);
        let order = ordered(test, &site).await;
        let page = async |path: &str| Call::get(path).on(&site).await.text();
        let own =
            format!("/orders/{}?t={}", order["number"].as_str().unwrap(), order["token"].as_str().unwrap());
        let text = page(&own).await;
        assert!(text.contains("name=\"proxy\"") && !text.contains("http-equiv"), "{text}");
        assert!(text.contains(">새로 고침</a>"), "{text}");
        // Whoever is sent has nothing to type, unless they come by car.
        let sent = named(&site, &order, "이모", "a").await;
        let text = page(&path_of(&sent)).await;
        assert!(text.contains("http-equiv=\"refresh\"") && text.contains(">새로 고침</a>"), "{text}");
        let group = json!({"way": "curbside", "store": "seongsu", "lines": [{"sku": "CUP", "quantity": 1}]});
        let body = json!({"groups": [group], "contact": {"name": "김제자리", "email": "jari@example.com"}});
        let by_car = Call::post("/api/v1/orders").key("car").json(&body).on(&site).await.ok(201);
        let sent = named(&site, &by_car, "이모", "b").await;
        let text = page(&path_of(&sent)).await;
        assert!(text.contains("name=\"bay\"") && !text.contains("http-equiv"), "{text}");
    })
    .await;
}
