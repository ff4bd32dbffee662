//! Stores that take nothing: one that closed for good, and one of which nobody knows when it opens.

use onshelf_db::{
    Error,
    stores::{self, StoreRow},
};
use onshelf_shop::testing::{TestShop, on_each_engine};
use serde_json::{Value, json};

use crate::call::{Answer, Call, site};

async fn change(test: &TestShop, code: &'static str, change: fn(StoreRow) -> StoreRow) {
    let now = test.shop.now_ms();
    let changed = test.shop.db().write(move |mut tx| {
        Box::pin(async move {
            let rows = stores::stores(&mut tx).await?;
            let rows: Vec<StoreRow> = rows.into_iter().filter(|row| row.code == code).map(change).collect();
            stores::upsert_stores(&mut tx, &rows).await?;
            onshelf_db::meta::touch_catalogue(&mut tx, now).await?;
            Ok::<_, Error>(())
        })
    });
    changed.await.unwrap();
    assert!(test.shop.refresh_book().await.unwrap());
}

fn for_good(row: StoreRow) -> StoreRow {
    StoreRow { status: "closed".to_owned(), ..row }
}

fn until_nobody_knows(row: StoreRow) -> StoreRow {
    StoreRow { hours: "{}".to_owned(), ..row }
}

async fn by_api(test: &TestShop, key: &str) -> Answer {
    let body = json!({
        "store": "seongsu",
        "lines": [{"sku": "CUP", "quantity": 1}],
        "contact": {"name": "김민지", "phone": "010-1234-5678"},
    });
    Call::post("/api/v1/reservations").english().key(key).json(&body).on(&site(test)).await
}

/// The form as a page sends it.
async fn by_page(test: &TestShop, path: &str) -> Answer {
    let form = [
        ("sku", "CUP"),
        ("store", "seongsu"),
        ("quantity", "1"),
        ("name", "김민지"),
        ("phone", "010-1234-5678"),
        ("key", "0123456789abcdef"),
    ];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    Call::post(path)
        .with("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .on(&site(test))
        .await
}

async fn look(test: &TestShop, made: &Value) -> Value {
    let path = format!("/api/v1/reservations/{}", made["number"].as_str().unwrap());
    Call::get(&path).token(made["token"].as_str().unwrap()).on(&site(test)).await.ok(200)
}

#[tokio::test]
async fn a_store_that_closed_for_good_takes_no_reservation_and_keeps_those_it_has() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        test.with_stock("gangnam", "CUP", 3).await;
        let made = by_api(test, "before").await.ok(201);
        change(test, "seongsu", for_good).await;

        let answer = by_api(test, "after").await;
        answer.problem(422, "invalid");
        assert_eq!(answer.pointers(), ["/store"]);
        // What was made before stays its owner's.
        assert_eq!(look(test, &made).await["status"], "placed");
        for path in ["/reserve?sku=CUP&store=seongsu&quantity=1", "/stores/seongsu", "/api/v1/stores/seongsu"]
        {
            assert_eq!(Call::get(path).on(&site(test)).await.status, 404, "{path}");
        }
        for path in ["/reserve", "/en/reserve"] {
            assert_eq!(by_page(test, path).await.status, 404, "{path}");
        }
        let listed = Call::get("/api/v1/stores").on(&site(test)).await.ok(200);
        let codes: Vec<&Value> =
            listed["stores"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
        assert_eq!(codes, [&json!("gangnam")]);
        let shelves = Call::get("/api/v1/products/CUP/availability").on(&site(test)).await.ok(200);
        assert!(!shelves.to_string().contains("seongsu"), "{shelves}");
    })
    .await;
}

#[tokio::test]
async fn a_store_that_opens_nobody_knows_when_says_so() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        change(test, "seongsu", until_nobody_knows).await;

        let problem = by_api(test, "k").await.problem(409, "store-closed");
        assert_eq!(problem["title"], "The store takes no reservations now");
        assert_eq!(test.available("seongsu", "CUP").await, 3);
        for (path, said) in
            [("/reserve", "지금 예약을 받지 않아요"), ("/en/reserve", "taking reservations now")]
        {
            // Foreseen before anything is typed, and said again to who sends the form all the same.
            let shown = Call::get(&format!("{path}?sku=CUP&store=seongsu&quantity=1")).on(&site(test)).await;
            assert_eq!(shown.status, 200, "{path}");
            assert!(shown.text().contains(said), "{path}");
            let refused = by_page(test, path).await;
            assert_eq!(refused.status, 409, "{path}");
            assert!(refused.text().contains(said) && refused.text().contains("010-1234-5678"), "{path}");
        }
        assert_eq!(test.available("seongsu", "CUP").await, 3);
        // It opens again.
        change(test, "seongsu", |row| StoreRow { hours: r#"{"mon":["10:30-21:00"]}"#.to_owned(), ..row })
            .await;
        by_api(test, "open-again").await.ok(201);
    })
    .await;
}
