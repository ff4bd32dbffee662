//! Troubles of paying that have a name: money that is genuine and not what was asked, not ours, or too late. The order
//! has one outcome, and nothing is lost.

use std::time::Duration;

use onshelf_shop::{
    Hint, Standing, Statement,
    jobs::OrderNews,
    testing::{TestShop, on_each_engine, with_payments, won},
};
use onshelf_vocabulary::{
    Currency, Lang, Money,
    orders::OrderStatus,
    payments::{PaymentStatus, ProviderCode},
};

use crate::{
    auditing::run,
    given_back::news,
    paying::{one_kettle, settle, status},
};

fn count(told: &[OrderNews], about: OrderNews) -> usize {
    told.iter().filter(|own| **own == about).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_genuine_payment_in_another_currency_goes_back() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let placed = one_kettle(test, "a").await;
        let reference = payments.open()[0].clone();
        // The right number, of something else: 380 dollars for 38,000 won.
        assert!(payments.pay_amount(&reference, Money::new(38_000, Currency::Usd)));
        settle(test).await;
        assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Placed, PaymentStatus::Refunded));
        assert_eq!((payments.kept(&placed.number), payments.refunds_made(&reference)), (0, 1));
        let told = news(test).await;
        let told =
            [OrderNews::WrongAmount, OrderNews::Refunded, OrderNews::Paid].map(|own| count(&told, own));
        assert_eq!(told, [1, 1, 0]);
        // It can be paid rightly while the hold lasts.
        test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        payments.pay_for(&test.shop, &placed.number, &placed.token).await;
        assert_eq!(status(&test.shop, &placed).await.0, OrderStatus::Paid);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_merchants_payment_pays_nothing() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let placed = one_kettle(test, "a").await;
        let own = payments.open()[0].clone();
        // Under a name of theirs, and under ours: the provider's own name for it is another.
        for reference in ["pay_of_another_merchant", own.as_str()] {
            payments.answer_about(Some(Statement {
                reference: reference.to_owned(),
                provider_id: "fake_of_another_merchant".to_owned(),
                standing: Standing::Captured,
                captured: won(38_000),
                refunded: 0,
            }));
            test.shop.payment_returned(&placed.number, &placed.token, Default::default()).await.unwrap();
            settle(test).await;
            assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Placed, PaymentStatus::Pending));
        }
        assert!(news(test).await.is_empty());
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 0, "it is held for whoever pays");
        // The order's own payment still counts.
        payments.answer_about(None);
        assert!(payments.pay(&own));
        test.clock.advance(Duration::from_secs(20));
        settle(test).await;
        assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Paid, PaymentStatus::Paid));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn captured_after_the_order_was_cancelled_all_goes_back_once() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let placed = one_kettle(test, "a").await;
        let reference = payments.open()[0].clone();
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        // The provider's page is still open in another tab, and nobody has closed the payment yet.
        assert!(payments.pay(&reference));
        test.shop.payment_returned(&placed.number, &placed.token, Default::default()).await.unwrap();
        for event in ["captured", "captured again"] {
            let hint = Hint { event: event.to_owned(), reference: Some(reference.clone()) };
            test.shop.note_webhook(ProviderCode::Test, &hint, "{}").await.unwrap();
            settle(test).await;
            let stands = status(&test.shop, &placed).await;
            assert_eq!(stands, (OrderStatus::Cancelled, PaymentStatus::Refunded), "{event}");
            assert_eq!((payments.kept(&placed.number), payments.refunds_made(&reference)), (0, 1), "{event}");
        }
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 1);
        let told = news(test).await;
        let told =
            [OrderNews::PaidTooLate, OrderNews::Refunded, OrderNews::Paid].map(|own| count(&told, own));
        assert_eq!(told, [1, 1, 0], "the shopper knows why it came back");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_for_an_unknown_order_changes_nothing() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let placed = one_kettle(test, "a").await;
        let own = payments.open()[0].clone();
        for (provider, reference) in [
            (ProviderCode::Test, "O-0000-0000-00-1"),
            // Known, and another provider's.
            (ProviderCode::Stripe, own.as_str()),
        ] {
            let hint = Hint { event: "evt_1".to_owned(), reference: Some(reference.to_owned()) };
            let noted = test.shop.note_webhook(provider, &hint, "{}").await.unwrap();
            assert!(!noted, "{provider:?} {reference}");
        }
        assert_eq!(test.shop.look_at_payments().await.unwrap(), 0, "nobody is asked about anything");
        assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Placed, PaymentStatus::Pending));
        assert_eq!(payments.open(), std::slice::from_ref(&own));
        assert!(payments.pay(&own));
        test.shop.payment_returned(&placed.number, &placed.token, Default::default()).await.unwrap();
        assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Paid, PaymentStatus::Paid));
        let strangers = test.shop.slow_pulse().await.unwrap().webhooks_unknown;
        assert_eq!(strangers, 1, "an operator sees it where it was signed; anybody could fill the book else");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_what_the_database_refuses_for_good_goes_back() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 2).await;
        let late = one_kettle(test, "a").await;
        let reference = payments.open()[0].clone();
        test.clock.advance(Duration::from_secs(601));
        test.shop.expire_reservations().await.unwrap();
        // There is one left for it, but somebody else has its code by now.
        test.reserve("010-9999-0000", "seongsu", &[("KETTLE-MO", 1)]).await.unwrap();
        let code = "(SELECT code FROM reservations WHERE order_id IS NOT NULL)";
        run(test, &[format!("UPDATE reservations SET code = {code} WHERE order_id IS NULL")]).await;
        assert!(payments.pay(&reference));
        settle(test).await;
        assert_eq!(status(&test.shop, &late).await, (OrderStatus::Expired, PaymentStatus::Refunded));
        assert_eq!(payments.kept(&late.number), 0, "all of it is back with the shopper");
    })
    .await;
}
