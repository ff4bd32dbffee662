//! Two tabs of one shopper: both pay the same order, both come back from paying, or one changes the basket while the
//! other pays for it as it was. Of what was paid for another price nothing is kept.

use std::time::Duration;

use onshelf_shop::{
    Error, Once,
    jobs::{Job, OrderNews},
    orders::Placed,
    testing::{FakePayments, TestShop, collect, on_each_engine, with_payments},
};
use onshelf_vocabulary::{
    Lang,
    orders::{GroupInput, OrderChange, OrderStatus},
    payments::PaymentStatus,
};

use crate::{
    orders::view,
    paying::{one_kettle, settle, status},
};

const PAID: (OrderStatus, PaymentStatus) = (OrderStatus::Paid, PaymentStatus::Paid);

/// Dearer than the kettle that was ordered, and cheaper, with what it costs.
fn other_baskets() -> [(Vec<GroupInput>, i64); 2] {
    [
        (vec![collect("seongsu", &[("KETTLE-MO", 1), ("CUP", 1)])], 47_000),
        (vec![collect("seongsu", &[("CUP", 2)])], 18_000),
    ]
}

async fn shelves(test: &TestShop) {
    test.with_stock("seongsu", "KETTLE-MO", 9).await.with_stock("seongsu", "CUP", 9).await;
}

async fn change(test: &TestShop, placed: &Placed, groups: Vec<GroupInput>) -> Result<Option<String>, Error> {
    let change = OrderChange { groups: Some(groups), ..OrderChange::default() };
    let changed = test.shop.change_order(Lang::Ko, &placed.number, &placed.token, change, None).await?;
    Ok(changed.pay)
}

async fn come_back(test: &TestShop, placed: &Placed) {
    test.shop.payment_returned(&placed.number, &placed.token, Default::default()).await.unwrap();
}

/// The order's payments that wait at the provider.
fn open(payments: &FakePayments, placed: &Placed) -> Vec<String> {
    let all = payments.open().into_iter();
    all.filter(|reference| reference.starts_with(&placed.number)).collect()
}

/// What there is to tell of an order, each as often as it is told.
async fn told(test: &TestShop, placed: &Placed) -> Vec<OrderNews> {
    let mut told = Vec::new();
    for claimed in test.shop.claim_jobs(99).await.unwrap() {
        if let Job::Order { number, about, .. } = &claimed.job
            && *number == placed.number
            && !test.shop.is_told_later(&claimed).await.unwrap()
        {
            told.push(*about);
        }
        test.shop.finish_job(claimed.id).await.unwrap();
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_paying_the_same_order_pay_one_payment() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        shelves(test).await;
        let placed = one_kettle(test, "a").await;
        payments.refuse(&payments.open()[0]);
        come_back(test, &placed).await;
        // None is open: both ask for one at the same moment.
        let pay = || test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, None);
        let (one, other) = tokio::join!(Box::pin(pay()), Box::pin(pay()));
        assert_eq!(one.unwrap(), other.unwrap(), "both are sent to the same page");
        assert_eq!(payments.open().len(), 1);
        assert!(payments.pay(&payments.open()[0]));
        settle(test).await;
        assert_eq!((status(&test.shop, &placed).await, payments.kept(&placed.number)), (PAID, 38_000));
    })
    .await;
}

/// A program whose call is sent again before it was answered, to another process.
#[tokio::test(flavor = "multi_thread")]
async fn paying_that_is_said_twice_at_once_is_done_once_and_both_are_told() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        shelves(test).await;
        let placed = one_kettle(test, "a").await;
        payments.refuse(&payments.open()[0]);
        come_back(test, &placed).await;
        let once = Once::new("program", "pay", "key", "");
        let pay = || test.shop.pay_order_once(&placed.number, &placed.token, None, &once);
        let (one, other) = tokio::join!(Box::pin(pay()), Box::pin(pay()));
        one.unwrap();
        other.unwrap();
        assert_eq!(open(&payments, &placed).len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_success_pages_settle_the_order_once() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        shelves(test).await;
        for round in 0..8 {
            let placed = one_kettle(test, &format!("round {round}")).await;
            assert!(payments.pay(&payments.open()[0]));
            // And a worker that looks at the same moment.
            test.clock.advance(Duration::from_secs(10));
            let looked = tokio::join!(
                Box::pin(come_back(test, &placed)),
                Box::pin(come_back(test, &placed)),
                Box::pin(test.shop.look_at_payments())
            );
            looked.2.unwrap();
            assert_eq!(status(&test.shop, &placed).await, PAID);
            assert_eq!(told(test, &placed).await, [OrderNews::Paid]);
            settle(test).await;
            assert_eq!(payments.kept(&placed.number), 38_000);
            test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
            settle(test).await;
        }
    })
    .await;
}

/// The first tab pays the old price after the second has changed the basket, or before it, when nobody knows of the
/// money yet: all of it goes back and is said so, and the order waits for its new price.
#[tokio::test(flavor = "multi_thread")]
async fn basket_changed_while_paying_what_was_paid_for_the_old_price_goes_back_whole() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        shelves(test).await;
        for paid_first in [false, true] {
            for (basket, total) in other_baskets() {
                let case = format!("{paid_first} {total}");
                let placed = one_kettle(test, &case).await;
                let old = open(&payments, &placed).remove(0);
                if paid_first {
                    assert!(payments.pay(&old), "{case}");
                }
                assert_eq!(change(test, &placed, basket).await.unwrap(), None, "{case}");
                if !paid_first {
                    assert!(payments.pay(&old), "{case}: its page is still open in the other tab");
                }
                come_back(test, &placed).await;
                settle(test).await;
                let seen = view(&test.shop, &placed).await;
                assert_eq!((seen.status, seen.total.amount), (OrderStatus::Placed, total), "{case}");
                assert_eq!(
                    (seen.payment.refunded.amount, payments.kept(&placed.number)),
                    (38_000, 0),
                    "{case}"
                );
                let said = told(test, &placed).await;
                assert_eq!(said, [OrderNews::WrongAmount, OrderNews::Refunded], "{case}");
                // The new price can be paid while the hold lasts.
                let there = test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
                let new = open(&payments, &placed);
                assert!(new.len() == 1 && there.ends_with(&new[0]), "{case}: {there} {new:?}");
                assert!(payments.pay(&new[0]));
                come_back(test, &placed).await;
                settle(test).await;
                assert_eq!(view(&test.shop, &placed).await.status, OrderStatus::Paid, "{case}");
                assert_eq!(payments.kept(&placed.number), total, "{case}");
                test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
                settle(test).await;
            }
        }
    })
    .await;
}

/// The money is known before the basket is changed: it is kept, and only the difference moves.
#[tokio::test(flavor = "multi_thread")]
async fn basket_changed_after_its_money_came_only_the_difference_moves() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        shelves(test).await;
        for (basket, total) in other_baskets() {
            let placed = one_kettle(test, &format!("to {total}")).await;
            assert!(payments.pay(&open(&payments, &placed)[0]));
            come_back(test, &placed).await;
            let pay = change(test, &placed, basket).await.unwrap();
            assert_eq!(pay.is_some(), total > 38_000, "what is dearer is paid for first");
            if pay.is_some() {
                assert_eq!(view(&test.shop, &placed).await.total.amount, 38_000);
                assert!(payments.pay(&open(&payments, &placed)[0]));
                come_back(test, &placed).await;
            }
            settle(test).await;
            let seen = view(&test.shop, &placed).await;
            assert_eq!((seen.status, seen.total.amount), (OrderStatus::Paid, total));
            assert_eq!(payments.kept(&placed.number), total);
            test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
            settle(test).await;
        }
    })
    .await;
}

/// There and back again it has its old price: the money of the page that was given up is as good as another's, and what
/// is paid besides goes back.
#[tokio::test(flavor = "multi_thread")]
async fn basket_changed_and_changed_back_while_paying_is_paid_by_the_first_money_and_no_other() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        shelves(test).await;
        for (case, both) in [("one tab pays", false), ("both tabs pay", true)] {
            let placed = one_kettle(test, case).await;
            let first = open(&payments, &placed).remove(0);
            for (basket, _) in other_baskets() {
                change(test, &placed, basket).await.unwrap();
            }
            change(test, &placed, vec![collect("seongsu", &[("KETTLE-MO", 1)])]).await.unwrap();
            for reference in open(&payments, &placed) {
                // Each of these pages may be open in some tab; the newest is the order's own.
                if reference == first || both {
                    assert!(payments.pay(&reference), "{case}");
                }
            }
            settle(test).await;
            assert!(open(&payments, &placed).is_empty(), "{case}: nobody can pay it once more");
            assert_eq!(view(&test.shop, &placed).await.status, OrderStatus::Paid, "{case}");
            assert_eq!(payments.kept(&placed.number), 38_000, "{case}");
            test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
            settle(test).await;
            assert_eq!(payments.kept(&placed.number), 0, "{case}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn basket_changed_at_the_moment_its_money_comes_is_paid_at_the_price_it_has() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        shelves(test).await;
        for round in 0..6 {
            for (basket, total) in other_baskets() {
                let placed = one_kettle(test, &format!("{round} {total}")).await;
                let old = open(&payments, &placed).remove(0);
                let paying = async {
                    assert!(payments.pay(&old));
                    come_back(test, &placed).await;
                };
                let (changed, ()) = tokio::join!(Box::pin(change(test, &placed, basket)), paying);
                let asked = changed.unwrap();
                settle(test).await;
                let seen = view(&test.shop, &placed).await;
                if seen.status == OrderStatus::Placed {
                    // The change was first: its price is to be paid, and the other is on its way back.
                    assert_eq!((asked, seen.total.amount), (None, total));
                    assert!(payments.pay(&open(&payments, &placed)[0]));
                    come_back(test, &placed).await;
                    settle(test).await;
                }
                let seen = view(&test.shop, &placed).await;
                assert_eq!(seen.status, OrderStatus::Paid, "{round} {total}");
                assert_eq!(payments.kept(&placed.number), seen.total.amount, "{round} {total}");
                test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
                settle(test).await;
            }
        }
    })
    .await;
}
