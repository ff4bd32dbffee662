//! A disk that is full: who writes is asked to come back, who reads goes on, and what was acknowledged is there.

use axum::{Router, http::header};
use onshelf_db::Tx;
use onshelf_shop::testing::{Engine, TestShop};
use serde_json::{Value, json};

use crate::call::{Answer, Call, options, site_with};

const STOCK: i64 = 900;

/// Lets the database have so many pages, or as many as it has if that is more.
async fn limit_pages(test: &TestShop, pages: u32) {
    let limited = test.shop.db().write(move |tx| {
        Box::pin(async move {
            let Tx::Sqlite(connection) = tx else { panic!("another engine") };
            let sql = format!("PRAGMA max_page_count = {pages}");
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await?;
            Ok::<_, onshelf_db::Error>(())
        })
    });
    limited.await.unwrap();
}

async fn reserve(site: &Router, number: usize) -> Answer {
    let body = json!({
        "store": "seongsu",
        "lines": [{"sku": "CUP", "quantity": 1}],
        "contact": {"name": "김민지", "phone": format!("010-1234-{number:04}")},
    });
    Call::post("/api/v1/reservations").key(&format!("key-{number}")).json(&body).on(site).await
}

#[track_caller]
fn is_asked_to_come_back(answer: &Answer) {
    answer.problem(503, "busy");
    assert!(answer.header(header::RETRY_AFTER).parse::<u32>().unwrap() > 0);
}

async fn look(site: &Router, made: &Value) -> Answer {
    let path = format!("/api/v1/reservations/{}", made["number"].as_str().unwrap());
    Call::get(&path).token(made["token"].as_str().unwrap()).on(site).await
}

#[tokio::test]
async fn a_full_disk_takes_nothing_and_loses_nothing() {
    let test = TestShop::on(Engine::Sqlite).await.unwrap();
    test.with_stock("seongsu", "CUP", STOCK).await;
    let mut options = options();
    (options.limits.rates.reserve_by_address, options.limits.rates.look_up_by_address) = (0, 0);
    let site = site_with(&test, options);
    limit_pages(&test, 1).await;

    // What room there is in pages that are there is used; then there is none.
    let (mut acknowledged, mut refused) = (Vec::new(), Vec::new());
    for number in 0..600 {
        let answer = reserve(&site, number).await;
        if answer.status == 201 {
            acknowledged.push(answer.json());
        } else {
            is_asked_to_come_back(&answer);
            refused.push(number);
            break;
        }
    }
    assert_eq!(refused.len(), 1, "the disk was never full");
    // Many at once share a transaction: none of them may be told of a hold that went with another's failure.
    let crowd = (600..632).map(|number| reserve(&site, number));
    for (number, answer) in (600..).zip(futures::future::join_all(crowd).await) {
        if answer.status == 201 {
            acknowledged.push(answer.json());
        } else {
            is_asked_to_come_back(&answer);
            refused.push(number);
        }
    }

    assert_eq!(Call::get("/p/cup").on(&site).await.status, 200);
    assert_eq!(Call::get("/api/v1/products").on(&site).await.status, 200);
    for made in &acknowledged {
        look(&site, made).await.ok(200);
    }

    limit_pages(&test, u32::MAX / 4).await;
    for number in refused {
        acknowledged.push(reserve(&site, number).await.ok(201));
    }
    for made in &acknowledged {
        assert_eq!(look(&site, made).await.ok(200)["status"], "placed");
    }
    assert_eq!(test.available("seongsu", "CUP").await, STOCK - i64::try_from(acknowledged.len()).unwrap());
    test.close().await;
}
