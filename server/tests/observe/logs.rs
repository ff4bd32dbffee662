//! The log: each line can be read alone and says whose it is, and no line says who somebody is.

use std::time::{Duration, Instant};

use onshelf_shop::staff::NewStaff;
use onshelf_vocabulary::staff::Role;
use reqwest::{Client, redirect::Policy};
use serde_json::{Value, json};

use crate::process::{Process, shops};

/// Every way these could be written.
const MARKS: [&str; 12] = [
    "마크자이언",
    "marked.person",
    "MARKED.PERSON",
    "1077771234",
    "7777-1234",
    "표식로",
    "markedlogin",
    "marked password",
    "markedreturn",
    "osk_marked",
    "markedplace",
    "대리표식",
];

/// What a line is about, as its fields say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Answer,
    Job,
    Other,
}

/// A line's message is a sentence that can be read without the fields beside it, and the line says whose it is.
#[track_caller]
fn check(line: &str) -> About {
    let told: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    let fields = &told["fields"];
    let message = fields["message"].as_str().unwrap_or_else(|| panic!("no message: {line}"));
    assert!(message.ends_with('.') && message.len() > 8, "no sentence: {message}");
    let spans = told["spans"].as_array().cloned().unwrap_or_default();
    let has =
        |name: &str, field: &str| spans.iter().any(|span| span["name"] == name && !span[field].is_null());
    if let (Some(route), Some(status)) = (fields["route"].as_str(), fields["status"].as_u64()) {
        let method = fields["method"].as_str().unwrap_or_else(|| panic!("no method: {line}"));
        let ms = fields["ms"].as_f64().unwrap_or_else(|| panic!("no time: {line}"));
        let (begins, ends) =
            (format!("{method} {route} was answered "), format!("with {status} in {ms} ms."));
        assert!(message.starts_with(&begins) && message.ends_with(&ends), "{line}");
        assert!(has("request", "id"), "{line}");
        return About::Answer;
    }
    if let (Some(job), Some(kind)) = (fields["job"].as_i64(), fields["kind"].as_str()) {
        assert!(message.to_lowercase().contains(&format!("job {job} ({kind})")), "{line}");
        assert!(has("job", "id") && has("worker", "name"), "{line}");
        return About::Job;
    }
    About::Other
}

/// Asks for a page until it came from memory and the log says so.
async fn until_kept(process: &Process, client: &Client, path: &str, route: &str) {
    let (began, sought) = (Instant::now(), format!("GET {route} was answered from memory with 200 in "));
    while !process.log().contains(&sought) {
        assert!(began.elapsed() < Duration::from_secs(15), "{}", process.log());
        let call = client.get(format!("{}{path}", process.url)).header("x-request-id", "kept-one");
        assert_eq!(call.send().await.unwrap().status(), 200);
    }
}

async fn mischief(process: &Process, client: &Client, number: &str, token: &str) {
    let url = |path: &str| format!("{}{path}", process.url);
    let order = format!("/orders/{number}?t={token}");
    for path in [
        order.as_str(),
        &format!("/orders/{number}?t=osk_marked_wrong"),
        "/search?q=marked.person%40example.com",
        "/stores?place=markedplace",
        "/p/markedplace",
        "/api/v1/products/markedplace?cursor=markedreturn",
        "/%ff/markedplace",
    ] {
        client.get(url(path)).send().await.unwrap();
    }
    let order = format!("/api/v1/orders/{number}");
    client.get(url(&order)).bearer_auth(token).send().await.unwrap();
    client.get(url(&order)).bearer_auth("osk_marked").send().await.unwrap();
    let form = [("login", "markedlogin"), ("password", "marked password")];
    client.post(url("/staff/sign-in")).form(&form).send().await.unwrap();
    let broken = r#"{"contact": {"name": "마크자이언", "phone": "010-7777-1234", "phone": }"#;
    let bad = client.post(url("/api/v1/reservations")).header("content-type", "application/json");
    bad.header("idempotency-key", "marked").body(broken).send().await.unwrap();
    let reset = client.post(url("/webhooks/test")).body("{\"name\":\"마크자이언\"}");
    reset.send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_says_who_somebody_is_and_each_says_whose_it_is() {
    for test in shops().await {
        test.with_stock("seongsu", "CUP", 9).await;
        let staff = NewStaff {
            login: "markedlogin".to_owned(),
            name: "마크자이언".to_owned(),
            password: "marked password".to_owned(),
            role: Role::HeadOffice,
            stores: Vec::new(),
        };
        test.shop.add_staff(staff).await.unwrap();
        let settings = [("ONSHELF_LOG", "debug"), ("ONSHELF_LOG_FORMAT", "json")];
        let process = Process::start(&test, &settings).await;
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let body = json!({
            "groups": [
                {"way": "collect", "store": "seongsu", "lines": [{"sku": "CUP", "quantity": 1}]},
                {"way": "delivery", "store": null, "lines": [{"sku": "CUP", "quantity": 1}],
                 "address": {"line1": "표식로 77길 7", "postcode": "04782", "note": "대리표식에게"}}],
            "contact": {"name": "마크자이언", "email": "Marked.Person@example.com", "phone": "010-7777-1234"},
            "payment": {"provider": "test"}
        });
        let placed = client
            .post(format!("{}/api/v1/orders", process.url))
            .header("idempotency-key", "marked")
            .header("x-request-id", "the-one-we-follow")
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(placed.status(), 201, "{}", placed.text().await.unwrap());
        let placed: Value = placed.json().await.unwrap();
        let (number, token) = (placed["number"].as_str().unwrap(), placed["token"].as_str().unwrap());
        mischief(&process, &client, number, token).await;

        let held = json!({"store": "seongsu", "lines": [{"sku": "CUP", "quantity": 1}],
            "contact": {"name": "마크자이언", "email": "marked.person@example.com"}});
        let held = client.post(format!("{}/api/v1/reservations", process.url)).json(&held);
        assert_eq!(held.header("idempotency-key", "h").send().await.unwrap().status(), 201);
        // The mail is on its way with a job.
        let began = Instant::now();
        while !process.log().contains(") was done.") {
            assert!(began.elapsed() < Duration::from_secs(15), "{}", process.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        until_kept(&process, &client, "/search?q=marked.person%40example.com", "/search").await;

        let log = process.log();
        for line in log.lines() {
            for mark in MARKS.iter().copied().chain([token]) {
                assert!(!line.contains(mark), "{mark} in {line}");
            }
        }
        let about: Vec<About> = log.lines().map(check).collect();
        let count = |wanted: About| about.iter().filter(|about| **about == wanted).count();
        assert!(count(About::Answer) > 10 && count(About::Job) > 0, "{log}");
        assert!(log.contains("the-one-we-follow"));
        drop(process);
        test.close().await;
    }
}

/// They are too many and too quick for a line each, unless somebody asks for just these.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_from_memory_is_told_to_whoever_asks_for_it() {
    for test in shops().await {
        test.with_stock("seongsu", "CUP", 9).await;
        // As the runbook says.
        let settings = [("ONSHELF_LOG", "info,onshelf::kept=debug"), ("ONSHELF_LOG_FORMAT", "json")];
        assert!(include_str!("../../../docs/RUNBOOK.md").contains("`ONSHELF_LOG=info,onshelf::kept=debug`"));
        let process = Process::start(&test, &settings).await;
        until_kept(&process, &Client::new(), "/p/cup", "/p/{slug}").await;
        let log = process.log();
        let quiet: Vec<&str> = log.lines().filter(|line| line.contains(r#""level":"DEBUG""#)).collect();
        assert!(!quiet.is_empty());
        for line in quiet {
            assert!(line.contains("from memory") && line.contains("kept-one"), "{line}");
            assert_eq!(check(line), About::Answer);
        }
        drop(process);
        test.close().await;
    }
}
