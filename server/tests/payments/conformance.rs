//! What the port promises, whoever stands behind it.

use jiff::SignedDuration;
use onshelf_shop::{PaymentFault, Standing, Statement};
use onshelf_vocabulary::{Currency, Money, payments::ProviderCode};

use crate::bench::{Bench, intent, on_each_provider, refund_call};

const REFERENCE: &str = "pay_0001";
const WON: Money = Money::won(100_000);

/// Opens, pays, and comes back.
async fn paid(bench: &dyn Bench, reference: &str, amount: Money) -> (onshelf_shop::Opened, Statement) {
    let provider = bench.provider();
    let opened = provider.open(&intent(bench, reference, amount)).await.unwrap();
    let query = bench.pay(&opened).await.unwrap();
    let found = provider.returned(reference, &opened.provider_id, amount, &query).await.unwrap();
    (opened, found)
}

#[tokio::test]
async fn one_reference_opens_one_payment() {
    on_each_provider(async |bench| {
        let asked = intent(bench, REFERENCE, WON);
        let first = bench.provider().open(&asked).await.unwrap();
        let second = bench.provider().open(&asked).await.unwrap();
        assert_eq!(first, second);
        let renamed = onshelf_shop::Intent { title: "주전자".to_owned(), ..asked };
        assert_eq!(bench.provider().open(&renamed).await.unwrap(), first, "whatever it is called by now");
        assert!(first.redirect_url.starts_with("http"), "{first:?}");
        let other = bench.provider().open(&intent(bench, "pay_0002", WON)).await.unwrap();
        assert_ne!(first.provider_id, other.provider_id);
        assert!(bench.counts().is_none_or(|(payments, _)| payments == 2));
    })
    .await;
}

#[tokio::test]
async fn a_payment_is_open_until_it_was_paid() {
    on_each_provider(async |bench| {
        let provider = bench.provider();
        let opened = provider.open(&intent(bench, REFERENCE, WON)).await.unwrap();
        let expected = Statement {
            reference: REFERENCE.to_owned(),
            provider_id: opened.provider_id.clone(),
            standing: Standing::Open,
            captured: Money::won(0),
            refunded: 0,
        };
        assert_eq!(provider.statement(REFERENCE, &opened.provider_id).await, Ok(expected.clone()));

        // The address of success opened without paying proves nothing.
        let nothing = std::collections::BTreeMap::new();
        let found = provider.returned(REFERENCE, &opened.provider_id, WON, &nothing).await;
        assert_eq!(found, Ok(expected.clone()));

        let query = bench.pay(&opened).await.unwrap();
        let expected = Statement { standing: Standing::Captured, captured: WON, ..expected };
        for _ in 0..2 {
            let found = provider.returned(REFERENCE, &opened.provider_id, WON, &query).await;
            assert_eq!(found, Ok(expected.clone()), "coming back twice is coming back once");
        }
        assert_eq!(provider.statement(REFERENCE, &opened.provider_id).await, Ok(expected));
    })
    .await;
}

#[tokio::test]
async fn another_currency_keeps_its_minor_units() {
    on_each_provider(async |bench| {
        let dollars = Money::new(2_905, Currency::Usd);
        if bench.provider().code() == ProviderCode::Toss {
            let refused = bench.provider().open(&intent(bench, REFERENCE, dollars)).await;
            assert!(matches!(refused, Err(PaymentFault::Refused(_))), "{refused:?}");
            return;
        }
        let (opened, found) = paid(bench, REFERENCE, dollars).await;
        assert_eq!((found.standing, found.captured), (Standing::Captured, dollars));
        let call = refund_call(&opened, REFERENCE, "rf_1", Money::won(100));
        let refused = bench.provider().refund(&call).await;
        assert!(matches!(refused, Err(PaymentFault::Refused(_))), "won for dollars: {refused:?}");
    })
    .await;
}

#[tokio::test]
async fn refunds_are_partial_once_a_key_and_never_more_than_was_captured() {
    on_each_provider(async |bench| {
        let (opened, _) = paid(bench, REFERENCE, WON).await;
        let provider = bench.provider();
        let refund = async |key: &str, amount: i64| {
            provider.refund(&refund_call(&opened, REFERENCE, key, Money::won(amount))).await
        };
        let first = refund("rf_1", 30_000).await.unwrap();
        assert_eq!(refund("rf_1", 30_000).await.unwrap(), first, "once a key");
        let second = refund("rf_2", 20_000).await.unwrap();
        assert_ne!(first, second);
        let refused = refund("rf_3", 50_001).await;
        assert!(matches!(refused, Err(PaymentFault::Refused(_))), "more than is left: {refused:?}");
        let found = provider.statement(REFERENCE, &opened.provider_id).await.unwrap();
        assert_eq!((found.standing, found.captured, found.refunded), (Standing::Captured, WON, 50_000));
        refund("rf_4", 50_000).await.unwrap();
        let found = provider.statement(REFERENCE, &opened.provider_id).await.unwrap();
        assert_eq!((found.standing, found.captured, found.refunded), (Standing::Captured, WON, 100_000));
        assert!(bench.counts().is_none_or(|(_, refunds)| refunds == 3));
    })
    .await;
}

#[tokio::test]
async fn two_refunds_at_once_do_not_give_more_than_there_was() {
    on_each_provider(async |bench| {
        let (opened, _) = paid(bench, REFERENCE, WON).await;
        let call = |key: &str| refund_call(&opened, REFERENCE, key, Money::won(60_000));
        let (one, two) = (call("rf_1"), call("rf_2"));
        let outcomes = tokio::join!(bench.provider().refund(&one), bench.provider().refund(&two));
        assert_ne!(outcomes.0.is_ok(), outcomes.1.is_ok(), "{outcomes:?}");
        let found = bench.provider().statement(REFERENCE, &opened.provider_id).await.unwrap();
        assert_eq!(found.refunded, 60_000);
    })
    .await;
}

/// Two nodes may both ask for it: one that was taken for dead may live.
#[tokio::test]
async fn one_refund_asked_for_at_once_by_many_is_one() {
    on_each_provider(async |bench| {
        for number in 0..5 {
            let reference = format!("pay_000{number}");
            let (opened, _) = paid(bench, &reference, WON).await;
            let call = refund_call(&opened, &reference, &format!("rf_{number}"), WON);
            let asked = std::iter::repeat_n((), 8).map(|()| bench.provider().refund(&call));
            let outcomes = futures::future::join_all(asked).await;
            assert!(outcomes[0].is_ok() && outcomes.iter().all(|one| *one == outcomes[0]), "{outcomes:?}");
            let found = bench.provider().statement(&reference, &opened.provider_id).await.unwrap();
            assert_eq!(found.refunded, WON.amount);
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_refunded_that_was_not_captured() {
    on_each_provider(async |bench| {
        let opened = bench.provider().open(&intent(bench, REFERENCE, WON)).await.unwrap();
        let refused = bench.provider().refund(&refund_call(&opened, REFERENCE, "rf_1", WON)).await;
        assert!(matches!(refused, Err(PaymentFault::Refused(_))), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn what_was_closed_is_void_and_cannot_be_paid() {
    on_each_provider(async |bench| {
        let provider = bench.provider();
        let opened = provider.open(&intent(bench, REFERENCE, WON)).await.unwrap();
        for _ in 0..2 {
            let found = provider.close(REFERENCE, &opened.provider_id).await.unwrap();
            assert_eq!((found.standing, found.captured.amount), (Standing::Void, 0));
        }
        // Toss has nothing to close: what nobody confirms is never captured.
        if provider.code() != ProviderCode::Toss {
            assert_eq!(bench.pay(&opened).await, None);
        }
        let found = provider.statement(REFERENCE, &opened.provider_id).await.unwrap();
        assert_ne!(found.standing, Standing::Captured);
    })
    .await;
}

#[tokio::test]
async fn closing_what_was_paid_says_that_it_was() {
    on_each_provider(async |bench| {
        let (opened, _) = paid(bench, REFERENCE, WON).await;
        let found = bench.provider().close(REFERENCE, &opened.provider_id).await.unwrap();
        assert_eq!((found.standing, found.captured), (Standing::Captured, WON));
    })
    .await;
}

#[tokio::test]
async fn everything_captured_is_listed() {
    on_each_provider(async |bench| {
        let since = bench.now() - SignedDuration::from_mins(5);
        let provider = bench.provider();
        let mut expected = Vec::new();
        for number in 1..=5 {
            let reference = format!("pay_{number:04}");
            let (opened, mut found) = paid(bench, &reference, Money::won(10_000 * number)).await;
            if number == 2 {
                provider.refund(&refund_call(&opened, &reference, "rf_1", Money::won(700))).await.unwrap();
                found.refunded = 700;
            }
            expected.push(found);
        }
        provider.open(&intent(bench, "pay_open", WON)).await.unwrap();
        let mut listed = provider.captured_since(since).await.unwrap();
        listed.sort_by(|one, other| one.reference.cmp(&other.reference));
        assert_eq!(listed, expected);
    })
    .await;
}

#[tokio::test]
async fn a_payment_nobody_knows_is_refused() {
    on_each_provider(async |bench| {
        let found = bench.provider().statement("pay_none", "nobody").await;
        assert!(matches!(found, Err(PaymentFault::Refused(_))), "{found:?}");
    })
    .await;
}
