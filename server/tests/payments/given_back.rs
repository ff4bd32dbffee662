//! What became of money that went back, as each provider tells it.

use onshelf_shop::{PaymentProvider, RefundStanding, RefundStatement};
use onshelf_vocabulary::Money;
use serde_json::json;

use crate::{
    bench::{Bench, StripeBench, TossBench, intent, on_each_provider, refund_call},
    toss_stand_in,
};

const REFERENCE: &str = "pay_0001";
const WON: Money = Money::won(100_000);

async fn paid(bench: &dyn Bench) -> onshelf_shop::Opened {
    let opened = bench.provider().open(&intent(bench, REFERENCE, WON)).await.unwrap();
    let query = bench.pay(&opened).await.unwrap();
    bench.provider().returned(REFERENCE, &opened.provider_id, WON, &query).await.unwrap();
    opened
}

#[tokio::test]
async fn all_that_went_back_is_told_as_it_was_asked_for() {
    on_each_provider(async |bench| {
        let opened = paid(bench).await;
        let provider = bench.provider();
        assert_eq!(provider.refunds(REFERENCE, &opened.provider_id).await, Ok(Vec::new()));
        let mut asked = Vec::new();
        for (key, amount) in [("rf_1", 30_000), ("rf_2", 20_000), ("rf_3", 700)] {
            let call = refund_call(&opened, REFERENCE, key, Money::won(amount));
            let made = provider.refund(&call).await.unwrap();
            assert_eq!((made.key.as_deref(), made.amount), (Some(key), amount));
            assert_eq!(made.standing, RefundStanding::Done);
            asked.push(made);
        }
        let mut told = provider.refunds(REFERENCE, &opened.provider_id).await.unwrap();
        told.sort_by(|one, other| one.key.cmp(&other.key));
        assert_eq!(told, asked);
    })
    .await;
}

#[tokio::test]
async fn of_what_was_not_captured_nothing_went_back() {
    on_each_provider(async |bench| {
        let opened = bench.provider().open(&intent(bench, REFERENCE, WON)).await.unwrap();
        assert_eq!(bench.provider().refunds(REFERENCE, &opened.provider_id).await, Ok(Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn stripe_takes_its_time_and_the_same_key_tells_how_it_ends() {
    let bench = StripeBench::start().await;
    let opened = paid(&bench).await;
    bench.stand_in.take_time_with_refunds();
    for (key, status, standing) in [
        ("rf_1", "succeeded", RefundStanding::Done),
        ("rf_2", "failed", RefundStanding::Failed),
        ("rf_3", "canceled", RefundStanding::Failed),
        ("rf_4", "requires_action", RefundStanding::Pending),
    ] {
        let call = refund_call(&opened, REFERENCE, key, Money::won(1_000));
        let asked = bench.stripe.refund(&call).await.unwrap();
        assert_eq!(asked.standing, RefundStanding::Pending, "{key}");
        bench.stand_in.end_refund(&asked.name, status);
        let ended = RefundStatement { standing, ..asked };
        assert_eq!(bench.stripe.refund(&call).await, Ok(ended), "{status}");
    }
    assert_eq!(bench.stand_in.refunds(), 4, "asking again makes none");
    // What failed counts as kept.
    let found = bench.stripe.statement(REFERENCE, &opened.provider_id).await.unwrap();
    assert_eq!(found.refunded, 2_000);
}

#[tokio::test]
async fn what_was_refunded_on_stripes_own_pages_has_no_key() {
    let bench = StripeBench::start().await;
    let opened = paid(&bench).await;
    let name = bench.stand_in.refund_elsewhere(&opened.provider_id, 4_000);
    let made = RefundStatement { name, key: None, amount: 4_000, standing: RefundStanding::Done };
    assert_eq!(bench.stripe.refunds(REFERENCE, &opened.provider_id).await, Ok(vec![made]));
}

#[tokio::test]
async fn what_was_cancelled_on_tosss_own_pages_has_no_key() {
    let bench = TossBench::start().await;
    let opened = paid(&bench).await;
    let url = format!("{}/v1/payments/{}/cancel", bench.stand_in.url, opened.provider_id);
    let body = json!({ "cancelReason": "고객 변심", "cancelAmount": 4_000 });
    let request = reqwest::Client::new().post(url).basic_auth(toss_stand_in::KEY, Some("")).json(&body);
    assert_eq!(request.send().await.unwrap().status().as_u16(), 200);
    let told = bench.toss.refunds(REFERENCE, &opened.provider_id).await.unwrap();
    let told: Vec<_> = told.iter().map(|made| (made.key.as_deref(), made.amount, made.standing)).collect();
    assert_eq!(told, [(None, 4_000, RefundStanding::Done)]);
}
