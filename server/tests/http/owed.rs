//! A refund that its provider could not carry out: the shopper is told so, on the page and by the API.

use std::time::Duration;

use axum::Router;
use onshelf_shop::{
    Hint, RefundStanding,
    testing::{TestShop, on_each_engine, with_payments},
};
use onshelf_vocabulary::payments::ProviderCode;
use serde_json::{Value, json};

use crate::call::{Call, site};

/// Does what the workers do, for long enough.
async fn work(test: &TestShop) {
    for _ in 0..6 {
        test.clock.advance(Duration::from_secs(5));
        test.shop.look_at_payments().await.unwrap();
        test.shop.send_refunds().await.unwrap();
    }
}

/// An order as its owner sees it.
struct Seen<'a> {
    site: &'a Router,
    number: String,
    token: String,
}

impl Seen<'_> {
    async fn page(&self, prefix: &str) -> String {
        let path = format!("{prefix}/orders/{}?t={}", self.number, self.token);
        Call::get(&path).on(self.site).await.text()
    }

    /// What goes back; what of it is under way, and what failed.
    async fn back(&self) -> [i64; 3] {
        let path = format!("/api/v1/orders/{}", self.number);
        let order = Call::get(&path).token(&self.token).on(self.site).await.ok(200);
        ["refunded", "refund_pending", "refund_failed"]
            .map(|name| order["payment"][name]["amount"].as_i64().unwrap())
    }
}

#[tokio::test]
async fn what_could_not_be_given_back_is_not_said_to_be_on_its_way() {
    on_each_engine(async |test| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let site = site(test);
        let wish = json!({
            "groups": [{"way": "collect", "store": "seongsu", "lines": [{"sku": "KETTLE-MO", "quantity": 1}]}],
            "contact": {"name": "김민지", "phone": "010-1234-5678"},
            "payment": {"provider": "test"},
        });
        let placed = Call::post("/api/v1/orders").key("o").json(&wish).on(&site).await.ok(201);
        let name = |field: &str| -> String { placed[field].as_str().unwrap().to_owned() };
        let seen = Seen { site: &site, number: name("number"), token: name("token") };
        let reference = payments.open()[0].clone();
        assert!(payments.pay(&reference));
        work(test).await;

        payments.take_time_with_refunds();
        let cancel = format!("/api/v1/orders/{}/cancel", seen.number);
        let cancelled = Call::post(&cancel).key("c").token(&seen.token).on(&site).await.ok(200);
        assert_eq!(cancelled["status"], Value::from("cancelled"));
        work(test).await;
        assert_eq!(seen.back().await, [38_000, 38_000, 0]);
        let (underway, owed) = ("결제된 돈은 지금 돌려드리고 있어요", "아직 돌려드리지 못한 돈이 있어요");
        let page = seen.page("").await;
        assert!(page.contains(underway) && !page.contains(owed));

        payments.end_refunds(RefundStanding::Pending, RefundStanding::Failed);
        work(test).await;
        assert_eq!(seen.back().await, [38_000, 0, 38_000]);
        let page = seen.page("").await;
        assert!(page.contains(owed) && !page.contains(underway));
        let page = seen.page("/en").await;
        assert!(page.contains("could not return") && page.contains("Still owed to you"));
        assert!(!page.contains("on its way back"));

        // A person gives it back on the provider's own page.
        assert!(payments.refund_elsewhere(&reference, 38_000));
        let hint = Hint { event: "made good".to_owned(), reference: Some(reference) };
        assert!(test.shop.note_webhook(ProviderCode::Test, &hint, "{}").await.unwrap());
        work(test).await;
        assert_eq!(seen.back().await, [38_000, 0, 0]);
        assert!(!seen.page("").await.contains(owed));
    })
    .await;
}
