//! Another way to pay is chosen while one is open: that one is asked, and the first no more.

use std::{sync::Arc, time::Duration};

use onshelf_shop::testing::{FakePayments, TestShop, collect, on_each_engine, order, won};
use onshelf_vocabulary::{Lang, orders::OrderStatus, payments::ProviderCode};

use crate::{orders::view, paying::settle};

/// Two providers that take money.
fn two(test: &TestShop) -> (Arc<FakePayments>, Arc<FakePayments>) {
    let first = Arc::new(FakePayments::default());
    let second = Arc::new(FakePayments::of(ProviderCode::Toss));
    test.shop.take_payments(vec![first.clone(), second.clone()]);
    (first, second)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_that_was_chosen_last_is_paid() {
    on_each_engine(async |test: &TestShop| {
        let (first, second) = two(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let wish = order("a", vec![collect("seongsu", &[("KETTLE-MO", 1)])], Some(ProviderCode::Test));
        let placed = test.shop.place_order(wish).await.unwrap();
        let pay = async |provider: Option<ProviderCode>| {
            test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, provider).await.unwrap()
        };
        let there = pay(None).await;
        assert_eq!(pay(Some(ProviderCode::Test)).await, there, "two tabs are sent to the same page");
        let other = pay(Some(ProviderCode::Toss)).await;
        assert_ne!(other, there);
        assert_eq!((pay(None).await, pay(Some(ProviderCode::Toss)).await), (other.clone(), other));
        settle(test).await;
        assert_eq!((first.open().len(), second.open().len()), (0, 1), "the first page is closed");
        assert!(second.pay(&second.open()[0]));
        test.shop.payment_returned(&placed.number, &placed.token, Default::default()).await.unwrap();
        let now = view(&test.shop, &placed).await;
        assert_eq!((now.status, now.payment.provider), (OrderStatus::Paid, Some(ProviderCode::Toss)));
        settle(test).await;
        assert_eq!((first.kept(&placed.number), second.kept(&placed.number)), (0, 38_000));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_paid_both_has_one_of_them_back() {
    on_each_engine(async |test: &TestShop| {
        let (first, second) = two(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let wish = order("a", vec![collect("seongsu", &[("KETTLE-MO", 1)])], Some(ProviderCode::Test));
        let placed = test.shop.place_order(wish).await.unwrap();
        let asked = first.open()[0].clone();
        assert!(first.pay(&asked));
        let toss = Some(ProviderCode::Toss);
        test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, toss).await.unwrap();
        assert!(second.pay(&second.open()[0]));
        settle(test).await;
        assert_eq!(view(&test.shop, &placed).await.status, OrderStatus::Paid);
        assert_eq!(first.kept(&placed.number) + second.kept(&placed.number), 38_000);
    })
    .await;
}

/// At Toss the money is taken when the shopper is back: not for what was given up meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_to_what_was_given_up_pays_nothing() {
    on_each_engine(async |test: &TestShop| {
        let (first, second) = two(test);
        second.confirm_returns();
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let wish = order("a", vec![collect("seongsu", &[("KETTLE-MO", 1)])], Some(ProviderCode::Toss));
        let placed = test.shop.place_order(wish).await.unwrap();
        let back = async || {
            test.shop.payment_returned(&placed.number, &placed.token, Default::default()).await.unwrap();
        };
        // In one tab at Toss, in another at the other one, where it is paid.
        assert!(second.pay(&second.open()[0]));
        let other = Some(ProviderCode::Test);
        test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, other).await.unwrap();
        settle(test).await;
        assert!(first.pay(&first.open()[0]));
        back().await;
        assert_eq!(view(&test.shop, &placed).await.status, OrderStatus::Paid);
        back().await;
        assert_eq!((first.kept(&placed.number), second.open().len()), (38_000, 1), "nothing was taken there");
        settle(test).await;
        assert_eq!((first.kept(&placed.number), second.kept(&placed.number)), (38_000, 0));
    })
    .await;
}

/// Who took the money while it was given up, and died before that was written, is found by a later look.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_is_looked_at_once_more() {
    on_each_engine(async |test: &TestShop| {
        let (first, toss) = two(test);
        toss.confirm_returns();
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let wish = order("a", vec![collect("seongsu", &[("KETTLE-MO", 1)])], Some(ProviderCode::Toss));
        let placed = test.shop.place_order(wish).await.unwrap();
        let asked = toss.open()[0].clone();
        let other = Some(ProviderCode::Test);
        test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, other).await.unwrap();
        settle(test).await;
        assert!(first.pay(&first.open()[0]));
        toss.has(&asked, won(38_000));
        settle(test).await;
        assert_eq!(toss.kept(&placed.number), 38_000, "nobody looks yet");
        test.clock.advance(Duration::from_secs(41 * 60));
        settle(test).await;
        assert_eq!((toss.kept(&placed.number), toss.refunds_made(&asked)), (0, 1));
        assert_eq!(first.kept(&placed.number), 38_000);
    })
    .await;
}
