//! Being told in the browser, as its page asks for it; and what would have been sent, on this machine alone.

use std::sync::Arc;

use axum::{
    Router,
    http::{Method, header},
};
use onshelf_app::ssr::{Door, Site};
use onshelf_server::http::{Options, router};
use onshelf_shop::testing::{TestShop, on_each_engine};
use serde_json::{Value, json};

use crate::call::{Call, options, site, site_with};

/// RFC 8291, appendix A.
const P256DH: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
const ENDPOINT: &str = "https://fcm.googleapis.com/fcm/send/abc";

fn subscription(endpoint: &str) -> Value {
    json!({ "endpoint": endpoint, "keys": { "p256dh": P256DH, "auth": AUTH } })
}

fn put(path: &str, token: &str, body: &Value) -> Call {
    Call::new(&Method::PUT, path).key("k").token(token).json(body)
}

#[tokio::test]
async fn the_page_offers_it_and_the_call_takes_it() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let reserved = test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        let key = onshelf_server::notifications::public_key(&test.shop);
        let told =
            Site { public_url: crate::call::PUBLIC.to_owned(), push_key: key.clone(), ..Site::default() };
        let told = router(Door { shop: test.shop.clone(), site: Arc::new(told) }, &options());
        let page = format!("/reservations/{}?t={}", reserved.number, reserved.token);
        let html = Call::get(&page).on(&told).await;
        let path = format!("/api/v1/reservations/{}/notifications", reserved.number);
        for part in [format!("data-tell=\"{path}\""), format!("data-key=\"{key}\"")] {
            assert!(html.text().contains(&part), "{part} in {}", html.text());
        }
        assert!(html.header(header::CONTENT_SECURITY_POLICY).contains("worker-src 'self'"));
        let site = site(test);
        assert!(!Call::get(&page).on(&site).await.text().contains("data-tell"), "nothing where it is off");

        let answer = put(&path, &reserved.token, &subscription(ENDPOINT)).on(&site).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
        put(&path, &reserved.token, &subscription(ENDPOINT)).on(&site).await;
        assert_eq!(browsers(test, &reserved.number).await, 1);
        let another = subscription("https://fcm.googleapis.com/fcm/send/another");
        put(&path, &reserved.token, &another).on(&site).await.problem(422, "idempotency-key-reused");
        assert_eq!(browsers(test, &reserved.number).await, 1, "one key is one deed");
        let stop = Call::post(&format!("{path}/cancel")).key("k").token(&reserved.token);
        assert_eq!(stop.json(&json!({ "endpoint": ENDPOINT })).on(&site).await.status, 204);
        assert_eq!(browsers(test, &reserved.number).await, 0);
    })
    .await;
}

async fn browsers(test: &TestShop, number: &str) -> usize {
    let mut reader = test.shop.db().reader().await.unwrap();
    onshelf_db::notifications::of(&mut reader.tx(), number).await.unwrap().len()
}

#[tokio::test]
async fn a_call_that_cannot_be_meant_changes_nothing() {
    on_each_engine(async |test| {
        let site = site(test);
        test.with_stock("seongsu", "CUP", 3).await;
        let reserved = test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        let path = format!("/api/v1/reservations/{}/notifications", reserved.number);
        let (token, good) = (reserved.token.as_str(), subscription(ENDPOINT));
        put(&path, "wrong", &good).on(&site).await.problem(404, "not-found");
        put("/api/v1/orders/O-0000-0000/notifications", token, &good)
            .on(&site)
            .await
            .problem(404, "not-found");
        Call::put(&path).key("k").json(&good).on(&site).await.problem(404, "not-found");
        Call::put(&path).token(token).json(&good).on(&site).await.problem(400, "idempotency-key-missing");
        for endpoint in ["http://fcm.googleapis.com/a", "https://169.254.169.254/latest", "https://10.0.0.1/"]
        {
            let answer = put(&path, token, &subscription(endpoint)).on(&site).await;
            answer.problem(422, "invalid");
            assert_eq!(answer.pointers(), ["/endpoint"], "{endpoint}");
        }
        let mut odd = good.clone();
        odd["keys"]["auth"] = Value::from("short");
        let answer = put(&path, token, &odd).on(&site).await;
        answer.problem(422, "invalid");
        assert_eq!(answer.pointers(), ["/keys"]);
        odd = good.clone();
        odd["expirationTime"] = Value::Null;
        put(&path, token, &odd).on(&site).await.problem(422, "invalid");
        assert_eq!(browsers(test, &reserved.number).await, 0);
    })
    .await;
}

const MAIL: &str = "From: a@b.example\r\nTo: kim@shopper.example\r\nSubject: =?utf-8?B?7KSA67mE65CQ7Ja07JqU?=\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n\
    --x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head></head><body><a href=\"https://shop.example/orders/O-1?t=a\">go</a><img src=\"cid:qr@onshelf\"><script>alert(1)</script></body></html>\r\n\
    --x\r\nContent-Type: image/png\r\nContent-ID: <qr@onshelf>\r\nContent-Disposition: inline; filename=qr.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0=\r\n--x--\r\n";

fn with_mail(test: &TestShop, shows: bool) -> (Router, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mail = folder.path().join("mail");
    std::fs::create_dir(&mail).unwrap();
    std::fs::write(mail.join("0000000007-O-1-ready.eml"), MAIL).unwrap();
    std::fs::write(mail.join("0000000008-R-1-placed.txt"), "To: +821012345678\n\n[제자리] 맡았어요\n")
        .unwrap();
    let options = Options { data_dir: folder.path().to_owned(), shows_messages: shows, ..options() };
    (site_with(test, options), folder)
}

#[tokio::test]
async fn what_was_sent_is_looked_at_on_this_machine_and_nowhere_else() {
    on_each_engine(async |test| {
        let (site, _folder) = with_mail(test, true);
        let list = Call::get("/dev/messages").on(&site).await;
        assert_eq!((list.status.as_u16(), list.header(header::CACHE_CONTROL)), (200, "private, no-store"));
        let text = list.text();
        let (newer, older) = (text.find("맡았어요").unwrap(), text.find("준비됐어요").unwrap());
        assert!(newer < older, "the newest first");
        let mail = Call::get("/en/dev/messages/0000000007-O-1-ready.eml").on(&site).await;
        assert_eq!(mail.status.as_u16(), 200);
        let text = mail.text();
        for part in
            ["sandbox=\"", "/dev/messages/0000000007-O-1-ready.eml/html", "kim@shopper.example", "qr.png"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("<script>alert"));
        let html = Call::get("/dev/messages/0000000007-O-1-ready.eml/html").on(&site).await;
        let policy = html.header(header::CONTENT_SECURITY_POLICY);
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
        assert!(!policy.contains("allow-scripts") && !policy.contains("allow-same-origin"), "{policy}");
        assert_eq!(html.header(header::X_FRAME_OPTIONS), "SAMEORIGIN");
        assert!(html.text().contains("src=\"data:image/png;base64,iVBORw0=\""), "{}", html.text());
        let part = Call::get("/dev/messages/0000000007-O-1-ready.eml/parts/0").on(&site).await;
        assert_eq!((part.header(header::CONTENT_TYPE), part.body.len()), ("image/png", 5));
        assert_eq!(part.header(header::CONTENT_DISPOSITION), "attachment");
        for path in [
            "/dev/messages/x.eml",
            "/dev/messages/..%2f..%2fshop.db",
            "/dev/messages/0000000008-R-1-placed.txt/html",
        ] {
            assert_eq!(Call::get(path).on(&site).await.status.as_u16(), 404, "{path}");
        }
        let (site, _folder) = with_mail(test, false);
        for path in [
            "",
            "/0000000007-O-1-ready.eml",
            "/0000000007-O-1-ready.eml/html",
            "/0000000007-O-1-ready.eml/parts/0",
        ] {
            let answer = Call::get(&format!("/dev/messages{path}")).on(&site).await;
            assert_eq!(answer.status.as_u16(), 404, "{path}");
            assert!(!answer.text().contains("kim@"), "{path}");
        }
    })
    .await;
}
