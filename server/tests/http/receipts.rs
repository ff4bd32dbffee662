//! A receipt as a PDF, read back as a reader would.

use std::sync::Arc;

use axum::http::header;
use lopdf::{Document, Object};
use onshelf_shop::{
    orders::Placed,
    testing::{FakePayments, TestShop, bought, collect, on_each_engine, order, with_payments},
};
use onshelf_vocabulary::payments::ProviderCode;
use serde_json::json;

use crate::call::{Answer, Call, options, site, site_of};

/// A paid order of a kettle and three cups, by somebody whose name has a syllable that few fonts have.
async fn paid(test: &TestShop) -> Placed {
    let payments = with_payments(test);
    test.with_stock("seongsu", "KETTLE-MO", 1).await.with_stock("seongsu", "CUP", 3).await;
    let lines = [("KETTLE-MO", 1), ("CUP", 3)];
    let mut wish = order("a", vec![collect("seongsu", &lines)], Some(ProviderCode::Test));
    wish.input.contact.name = "설믜 金".to_owned();
    bought(test, &payments, wish).await
}

#[track_caller]
fn read(answer: &Answer) -> (Document, String) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/pdf");
    assert_eq!(answer.header(header::CACHE_CONTROL), "private, no-store");
    let document = Document::load_mem(&answer.body).unwrap();
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    assert_eq!(pages, [1], "a short receipt is one page");
    let text = document.extract_text(&pages).unwrap();
    (document, text)
}

/// Lines are where the layout breaks them, and this reader puts a space wherever a word goes on in another face; other
/// readers go by where the letters stand.
fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

#[track_caller]
fn says(text: &str, all: &[&str]) {
    let text = without_spaces(text);
    for words in all {
        assert!(text.contains(&without_spaces(words)), "no “{words}” in: {text}");
    }
}

#[tokio::test]
async fn the_page_and_the_api_give_it_in_both_languages() {
    on_each_engine(async |test| {
        let placed = paid(test).await;
        let site = site(test);
        let path = format!("/orders/{}/receipt.pdf?t={}", placed.number, placed.token);
        let korean = Call::get(&path).on(&site).await;
        let (document, text) = read(&korean);
        says(&text, &["영수증", &placed.number, "설믜 金", "2026년 11월 23일 12:00", "성수점"]);
        says(&text, &["법랑 주전자", "이끼색", "₩38,000", "₩27,000", "₩65,000"]);
        // 65,000 with 10 % in it.
        says(&text, &["공급가액", "10%", "₩59,091", "₩5,909", "시험 결제로 결제", "원 단위로 반올림"]);
        let catalog = document.catalog().unwrap();
        assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"ko");
        assert!(catalog.get(b"StructTreeRoot").is_ok(), "it is tagged");

        let english = Call::get(&format!("/en{path}")).on(&site).await;
        let (_, text) = read(&english);
        says(&text, &["Receipt", "Seongsu", "Enamel kettle", "₩65,000", "Net (supply value)", "₩5,909"]);
        says(&text, &["2026-11-23 12:00 (UTC+9)", "Paid by Test payment", "rounded half up"]);

        let api = format!("/api/v1/orders/{}/receipt.pdf", placed.number);
        let again = Call::get(&api).token(&placed.token).english().on(&site).await;
        assert_eq!(again.body, english.body, "the same receipt is the same bytes");
        Call::get(&api).token("wrong").on(&site).await.problem(404, "not-found");
        Call::get(&api).on(&site).await.problem(404, "not-found");
        assert_eq!(
            Call::get(&format!("/orders/{}/receipt.pdf?t=x", placed.number)).on(&site).await.status,
            404
        );

        let page = Call::get(&path.replace(".pdf", "")).on(&site).await.text();
        says(&page, &["PDF로 받기", "receipt.pdf?t=", "공급가액", "₩59,091"]);
    })
    .await;
}

#[tokio::test]
async fn it_is_the_same_as_pdf_ua_for_whoever_cannot_see() {
    on_each_engine(async |test| {
        let placed = paid(test).await;
        let answer = Call::get(&format!("/orders/{}/receipt.pdf?t={}", placed.number, placed.token))
            .on(&site(test))
            .await;
        let (document, _) = read(&answer);
        let catalog = document.catalog().unwrap();
        let (_, metadata) = document.dereference(catalog.get(b"Metadata").unwrap()).unwrap();
        let metadata = String::from_utf8_lossy(&metadata.as_stream().unwrap().content).into_owned();
        assert!(metadata.contains("pdfuaid"), "{metadata}");
        let (_, viewer) = document.dereference(catalog.get(b"ViewerPreferences").unwrap()).unwrap();
        assert!(matches!(viewer.as_dict().unwrap().get(b"DisplayDocTitle"), Ok(Object::Boolean(true))));
    })
    .await;
}

/// Where tax is added: each store's at its own rate, and one sum on the page as on paper.
#[tokio::test]
async fn a_sales_tax_is_stated_store_by_store() {
    on_each_engine(async |test| {
        let (shop, payments) = (test.in_new_york().await, Arc::new(FakePayments::default()));
        shop.take_payments(vec![payments.clone()]);
        for (store, sku) in [("soho", "KETTLE-MO"), ("soho", "CUP"), ("albany", "CUP")] {
            test.with_stock(store, sku, 2).await;
        }
        let site = site_of(&shop, options());
        let line = |sku: &str, quantity: i64| json!({"sku": sku, "quantity": quantity});
        let wish = json!({
            "groups": [
                {"way": "collect", "store": "soho", "lines": [line("KETTLE-MO", 1), line("CUP", 2)]},
                {"way": "collect", "store": "albany", "lines": [line("CUP", 1)]},
            ],
            "contact": {"name": "Kim", "phone": "010-1234-5678"},
            "payment": {"provider": "test"},
        });
        let placed = Call::post("/api/v1/orders").key("o1").json(&wish).on(&site).await.ok(201);
        assert_eq!(placed["total"], json!({"amount": 9_465, "currency": "USD"}));
        assert_eq!(placed["tax"], json!({"amount": 716, "currency": "USD"}));
        let (number, token) = (placed["number"].as_str().unwrap(), placed["token"].as_str().unwrap());
        payments.pay_for(&shop, number, token).await;

        let path = format!("/orders/{number}/receipt.pdf?t={token}");
        // Goods, what is added to them and what is paid; then each store's at its rate.
        let sums = ["$87.49", "$7.16", "$94.65"];
        let stores = ["8.875%", "$74.99", "$6.66", "$81.65", "4%", "$12.50", "$0.50", "$13.00"];
        for (path, words) in
            [(format!("/en{path}"), ["Sales tax", "to the cent"]), (path, ["판매세", "소수 둘째 자리"])]
        {
            let (_, paper) = read(&Call::get(&path).on(&site).await);
            let page = Call::get(&path.replace(".pdf", "")).on(&site).await.text();
            for text in [&paper, &page] {
                says(text, &sums);
                says(text, &stores);
                says(text, &words[1..]);
            }
            says(&paper, &words);
        }
        shop.db().close().await;
    })
    .await;
}
