//! The process is killed at each boundary between the phases of a payment and of a refund. Another one, with nothing in
//! memory of the first, finishes what was begun: one outcome, told once, and money in is money out.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use onshelf_shop::{
    Shop,
    jobs::{Job, OrderNews},
    ledger,
    orders::{PlaceOrder, Placed},
    testing::{FakePayments, Mood, TestShop, collect, on_each_engine, order, with_payments},
};
use onshelf_vocabulary::{
    Lang,
    orders::{OrderChange, OrderStatus},
    payments::{PaymentStatus, ProviderCode},
};

use crate::paying::{one_kettle, status};

const PAID: (OrderStatus, PaymentStatus) = (OrderStatus::Paid, PaymentStatus::Paid);
const BACK: (OrderStatus, PaymentStatus) = (OrderStatus::Cancelled, PaymentStatus::Refunded);

/// Begins a deed, and kills whoever does it where the provider makes them stand still.
async fn killed<D>(payments: &FakePayments, at: Mood, deed: D)
where
    D: Future<Output: Send + 'static> + Send + 'static,
{
    payments.be(at);
    let process = tokio::spawn(deed);
    tokio::time::timeout(Duration::from_secs(20), payments.stopped())
        .await
        .expect("it comes to the provider");
    process.abort();
    assert!(process.await.is_err_and(|error| error.is_cancelled()), "it was killed and had not ended");
    payments.be(Mood::Well);
}

/// Another process on the same database, and the same provider.
async fn another(test: &TestShop, payments: &Arc<FakePayments>) -> Shop {
    let shop = test.beside().await;
    shop.take_payments(vec![payments.clone()]);
    shop
}

/// A minute of its workers.
async fn work(test: &TestShop, shop: &Shop) {
    for _ in 0..12 {
        test.clock.advance(Duration::from_secs(5));
        shop.look_at_payments().await.unwrap();
        shop.send_refunds().await.unwrap();
        shop.expire_reservations().await.unwrap();
    }
}

/// What its worker tells the shopper.
async fn told(shop: &Shop) -> Vec<OrderNews> {
    let mut told = Vec::new();
    for claimed in shop.claim_jobs(50).await.unwrap() {
        if let Job::Order { about, .. } = &claimed.job
            && !shop.is_told_later(&claimed).await.unwrap()
        {
            told.push(*about);
        }
        shop.finish_job(claimed.id).await.unwrap();
    }
    told
}

/// The books agree with themselves and with the provider's; then this process ends, too.
async fn agreed(shop: Shop) {
    let faults = ledger::faults(shop.db(), shop.now()).await.unwrap();
    assert_eq!(faults, Vec::<String>::new());
    let differences = shop.reconcile(ProviderCode::Test, Timestamp::UNIX_EPOCH).await.unwrap();
    assert!(differences.is_empty(), "{differences:?}");
    shop.db().close().await;
}

/// The form is sent, and whoever takes it is killed at the provider. Its shopper has heard nothing.
async fn killed_while_placing(test: &TestShop, payments: &FakePayments, at: Mood) {
    test.with_stock("seongsu", "KETTLE-MO", 1).await;
    let (shop, wish) = (test.shop.clone(), wish());
    killed(payments, at, async move { shop.place_order(wish).await }).await;
}

fn wish() -> PlaceOrder {
    order("a", vec![collect("seongsu", &[("KETTLE-MO", 1)])], Some(ProviderCode::Test))
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_intent_was_written_the_payment_is_opened_by_another() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        killed_while_placing(test, &payments, Mood::StopBefore).await;
        assert!(payments.open().is_empty(), "the provider never heard of it");
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 0, "it is held");
        let shop = another(test, &payments).await;
        work(test, &shop).await;
        assert_eq!(payments.open().len(), 1);
        // Who heard nothing sends the form again, and has the same order.
        let placed = shop.place_order(wish()).await.unwrap();
        assert_eq!(payments.open().len(), 1, "and the same payment");
        assert!(payments.pay(&payments.open()[0]));
        work(test, &shop).await;
        assert_eq!((status(&shop, &placed).await, payments.kept(&placed.number)), (PAID, 38_000));
        assert_eq!(told(&shop).await, [OrderNews::Paid]);
        agreed(shop).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_provider_opened_it_is_the_same_payment_that_is_found() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        killed_while_placing(test, &payments, Mood::StopAfter).await;
        let reference = payments.open()[0].clone();
        let shop = another(test, &payments).await;
        work(test, &shop).await;
        assert_eq!(payments.open(), std::slice::from_ref(&reference), "opened again it is opened once");
        let placed = shop.place_order(wish()).await.unwrap();
        assert!(payments.pay(&reference));
        work(test, &shop).await;
        assert_eq!((status(&shop, &placed).await, payments.kept(&placed.number)), (PAID, 38_000));
        assert_eq!(told(&shop).await, [OrderNews::Paid]);
        agreed(shop).await;
    })
    .await;
}

/// Nobody is alive until the time is over: nothing stays open at the provider, and nothing held.
#[tokio::test(flavor = "multi_thread")]
async fn killed_around_the_opening_and_back_too_late_nothing_is_left_open() {
    for at in [Mood::StopBefore, Mood::StopAfter] {
        on_each_engine(async |test: &TestShop| {
            let payments = with_payments(test);
            killed_while_placing(test, &payments, at).await;
            test.clock.advance(Duration::from_secs(600));
            let shop = another(test, &payments).await;
            work(test, &shop).await;
            assert!(payments.open().is_empty(), "{at:?}");
            let placed = shop.place_order(wish()).await.unwrap();
            let over = (OrderStatus::Expired, PaymentStatus::Void);
            assert_eq!((status(&shop, &placed).await, payments.kept(&placed.number)), (over, 0), "{at:?}");
            assert_eq!(test.available("seongsu", "KETTLE-MO").await, 1, "{at:?}");
            agreed(shop).await;
        })
        .await;
    }
}

/// Somebody has paid, and whoever was to hear of it is killed: who takes the shopper in who comes back, or a worker.
async fn killed_after_the_charge(test: &TestShop, payments: &FakePayments, by_a_worker: bool) -> Placed {
    test.with_stock("seongsu", "KETTLE-MO", 1).await;
    let placed = one_kettle(test, "a").await;
    assert!(payments.pay(&payments.open()[0]));
    test.clock.advance(Duration::from_secs(10));
    let (shop, own) = (test.shop.clone(), placed.clone());
    if by_a_worker {
        killed(payments, Mood::StopAfter, async move { shop.look_at_payments().await }).await;
    } else {
        let back = async move { shop.payment_returned(&own.number, &own.token, Default::default()).await };
        killed(payments, Mood::StopAfter, back).await;
    }
    assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Placed, PaymentStatus::Pending));
    placed
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_charge_before_it_is_settled_another_settles_it() {
    for by_a_worker in [false, true] {
        on_each_engine(async |test: &TestShop| {
            let payments = with_payments(test);
            let placed = killed_after_the_charge(test, &payments, by_a_worker).await;
            let shop = another(test, &payments).await;
            work(test, &shop).await;
            assert_eq!((status(&shop, &placed).await, payments.kept(&placed.number)), (PAID, 38_000));
            assert_eq!(told(&shop).await, [OrderNews::Paid]);
            agreed(shop).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_charge_and_back_when_it_is_sold_the_money_goes_back() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        let placed = killed_after_the_charge(test, &payments, true).await;
        test.clock.advance(Duration::from_secs(600));
        test.reserve("010-9999-0000", "seongsu", &[("KETTLE-MO", 1)]).await.unwrap();
        let shop = another(test, &payments).await;
        work(test, &shop).await;
        let late = (OrderStatus::Expired, PaymentStatus::Refunded);
        assert_eq!((status(&shop, &placed).await, payments.kept(&placed.number)), (late, 0));
        let told = told(&shop).await;
        let count = |about: OrderNews| told.iter().filter(|own| **own == about).count();
        assert_eq!((count(OrderNews::PaidTooLate), count(OrderNews::Paid)), (1, 0), "{told:?}");
        agreed(shop).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_difference_was_charged_another_makes_the_change() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 2).await;
        let placed = one_kettle(test, "a").await;
        payments.pay_for(&test.shop, &placed.number, &placed.token).await;
        let two = OrderChange {
            groups: Some(vec![collect("seongsu", &[("KETTLE-MO", 2)])]),
            ..OrderChange::default()
        };
        let changed = test.shop.change_order(Lang::Ko, &placed.number, &placed.token, two, None).await;
        assert!(changed.unwrap().pay.is_some());
        assert!(payments.pay(&payments.open()[0]));
        let (own, of) = (test.shop.clone(), placed.clone());
        let back = async move { own.payment_returned(&of.number, &of.token, Default::default()).await };
        killed(&payments, Mood::StopAfter, back).await;
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 1, "not before it is known to be paid");
        let shop = another(test, &payments).await;
        work(test, &shop).await;
        assert_eq!((status(&shop, &placed).await, payments.kept(&placed.number)), (PAID, 76_000));
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 0);
        agreed(shop).await;
    })
    .await;
}

/// What is to be told was written with the capture: it is told by another, whether the first had taken it or not.
#[tokio::test(flavor = "multi_thread")]
async fn killed_after_it_was_settled_before_the_outbox_it_is_told_once() {
    for taken in [false, true] {
        on_each_engine(async |test: &TestShop| {
            let payments = with_payments(test);
            test.with_stock("seongsu", "KETTLE-MO", 1).await;
            let placed = one_kettle(test, "a").await;
            payments.pay_for(&test.shop, &placed.number, &placed.token).await;
            if taken {
                assert_eq!(test.shop.claim_jobs(50).await.unwrap().len(), 1);
            }
            let shop = another(test, &payments).await;
            let at_once: &[OrderNews] = if taken { &[] } else { &[OrderNews::Paid] };
            assert_eq!(
                told(&shop).await,
                at_once,
                "what somebody else has taken is left to them for a minute"
            );
            work(test, &shop).await;
            let later: &[OrderNews] = if taken { &[OrderNews::Paid] } else { &[] };
            assert_eq!(told(&shop).await, later);
            assert_eq!((status(&shop, &placed).await, payments.kept(&placed.number)), (PAID, 38_000));
            agreed(shop).await;
        })
        .await;
    }
}

/// An order that was paid and cancelled: its money is to go back. Answers the payment's reference, too.
async fn to_go_back(test: &TestShop, payments: &FakePayments) -> (Placed, String) {
    test.with_stock("seongsu", "KETTLE-MO", 1).await;
    let placed = one_kettle(test, "a").await;
    let reference = payments.open()[0].clone();
    assert!(payments.pay(&reference));
    test.shop.payment_returned(&placed.number, &placed.token, Default::default()).await.unwrap();
    test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
    (placed, reference)
}

/// Another process gives it back, once, and says so once.
async fn given_back_once(
    test: &TestShop,
    payments: &Arc<FakePayments>,
    (placed, reference): (Placed, String),
) {
    let shop = another(test, payments).await;
    work(test, &shop).await;
    assert_eq!((status(&shop, &placed).await, payments.kept(&placed.number)), (BACK, 0));
    assert_eq!(payments.refunds_made(&reference), 1);
    let mut told = told(&shop).await;
    told.retain(|about| *about == OrderNews::Refunded);
    assert_eq!(told.len(), 1);
    assert_eq!(test.available("seongsu", "KETTLE-MO").await, 1);
    agreed(shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_a_refund_was_requested_another_gives_the_money_back() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        let owed = to_go_back(test, &payments).await;
        assert_eq!(payments.kept(&owed.0.number), 38_000, "nobody has carried it out");
        given_back_once(test, &payments, owed).await;
    })
    .await;
    // The same where somebody had taken it, and has not come to the provider.
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        let owed = to_go_back(test, &payments).await;
        let shop = test.shop.clone();
        killed(&payments, Mood::StopBefore, async move { shop.send_refunds().await }).await;
        assert_eq!(payments.refunds_made(&owed.1), 0);
        given_back_once(test, &payments, owed).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_provider_refunded_before_that_was_written_it_goes_back_once() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        let owed = to_go_back(test, &payments).await;
        let shop = test.shop.clone();
        killed(&payments, Mood::StopAfter, async move { shop.send_refunds().await }).await;
        assert_eq!(
            (payments.kept(&owed.0.number), payments.refunds_made(&owed.1)),
            (0, 1),
            "it is back already"
        );
        given_back_once(test, &payments, owed).await;
    })
    .await;
}
