//! Reconciliation tells every way in which a provider's books and ours can differ, and none where they only are not read
//! at the same moment.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use onshelf_shop::{
    Error,
    orders::{Difference, Placed},
    testing::{FakePayments, Mood, TestShop, collect, on_each_engine, order, with_payments, won},
};
use onshelf_vocabulary::{Currency, Lang, Money, payments::ProviderCode};

use crate::paying::settle;

const NONE: [Difference; 0] = [];
const DAY: Duration = Duration::from_secs(86_400);

/// What one kettle costs.
fn price() -> Money {
    won(38_000)
}

async fn all(test: &TestShop) -> Vec<Difference> {
    test.shop.reconcile(ProviderCode::Test, Timestamp::UNIX_EPOCH).await.unwrap()
}

async fn of_the_last_day(test: &TestShop) -> Vec<Difference> {
    let since = test.shop.now() - SignedDuration::from_hours(24);
    test.shop.reconcile(ProviderCode::Test, since).await.unwrap()
}

/// An order of one kettle that is not paid, and its payment's reference.
async fn asked(test: &TestShop, payments: &FakePayments) -> (Placed, String) {
    test.with_stock("seongsu", "KETTLE-MO", 1).await;
    let groups = vec![collect("seongsu", &[("KETTLE-MO", 1)])];
    let placed = test.shop.place_order(order("a", groups, Some(ProviderCode::Test))).await.unwrap();
    (placed, payments.open()[0].clone())
}

async fn paid(test: &TestShop, payments: &FakePayments) -> (Placed, String) {
    let (placed, reference) = asked(test, payments).await;
    payments.pay_for(&test.shop, &placed.number, &placed.token).await;
    (placed, reference)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_difference_is_told() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        let (_, reference) = paid(test, &payments).await;
        assert_eq!(all(test).await, NONE);
        let stranger = "O-0000-0000-0000".to_owned();
        payments.has(&stranger, won(5_000));
        let unknown = Difference::Unknown { reference: stranger.clone(), captured: won(5_000) };
        assert_eq!(
            unknown.to_string(),
            format!("{stranger}: the provider captured 5000 KRW, we know nothing of it")
        );
        assert_eq!(all(test).await, [unknown]);
        payments.forget(&stranger);

        payments.forget(&reference);
        let missing = Difference::Missing { reference: reference.clone(), captured: price() };
        assert_eq!(
            missing.to_string(),
            format!("{reference}: we booked 38000 KRW, the provider does not have it")
        );
        assert_eq!(all(test).await, [missing]);

        for theirs in [won(30_000), Money::new(38_000, Currency::Usd)] {
            payments.has(&reference, theirs);
            let captured = Difference::Captured { reference: reference.clone(), ours: price(), theirs };
            assert_eq!(
                captured.to_string(),
                format!(
                    "{reference}: captured {} {} by the provider, 38000 KRW in our book",
                    theirs.amount,
                    theirs.currency.code()
                )
            );
            assert_eq!(all(test).await, [captured]);
        }

        payments.has(&reference, price());
        assert!(payments.refund_elsewhere(&reference, 1_000));
        assert_eq!(all(test).await, NONE, "it is followed, and written down");
        payments.has(&reference, price());
        let refunded =
            Difference::Refunded { reference: reference.clone(), ours: won(1_000), theirs: won(0) };
        assert_eq!(
            refunded.to_string(),
            format!("{reference}: refunded 0 KRW by the provider, 1000 KRW in our book")
        );
        assert_eq!(all(test).await, [refunded]);
        assert!(payments.refund_elsewhere(&reference, 1_000));
        assert_eq!(all(test).await, NONE);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_at_an_edge_is_looked_up_by_itself() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        let (_, reference) = paid(test, &payments).await;
        // We heard of it within the window, and the charge was before.
        payments.unlist(&reference);
        assert_eq!(of_the_last_day(test).await, NONE);
        payments.has(&reference, won(30_000));
        payments.unlist(&reference);
        assert_eq!(of_the_last_day(test).await.len(), 1, "that it is not listed excuses nothing");
        // They list what we heard of before the window.
        payments.has(&reference, price());
        test.clock.advance(2 * DAY);
        assert_eq!(of_the_last_day(test).await, NONE);
        payments.has(&reference, won(30_000));
        assert!(matches!(of_the_last_day(test).await[..], [Difference::Captured { .. }]));
        payments.has(&reference, price());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_is_no_difference_until_it_stays_so() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        let (placed, reference) = asked(test, &payments).await;
        assert!(payments.pay(&reference));
        assert_eq!(all(test).await, NONE, "somebody looks in a moment");
        test.clock.advance(Duration::from_secs(300));
        let late = Difference::Captured { reference, ours: won(0), theirs: price() };
        assert_eq!(all(test).await, [late], "nobody has looked for minutes");
        settle(test).await;
        assert_eq!(all(test).await, NONE);
        // Set apart to go back, on its way, and gone.
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        assert_eq!(all(test).await, NONE);
        payments.be(Mood::Mute);
        test.shop.send_refunds().await.unwrap();
        payments.be(Mood::Well);
        assert_eq!((payments.kept(&placed.number), all(test).await), (0, Vec::new()));
        test.clock.advance(Duration::from_secs(60));
        settle(test).await;
        assert_eq!(all(test).await, NONE);
    })
    .await;
}

/// What the provider refuses a person gives back on its page; from then on nobody is called any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_was_carried_out_by_hand_is_written_down() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        let (placed, reference) = paid(test, &payments).await;
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        payments.forget(&reference);
        test.shop.send_refunds().await.unwrap();
        payments.has(&reference, price());
        let waits = Difference::Refunded { reference: reference.clone(), ours: price(), theirs: won(0) };
        assert_eq!(all(test).await, [waits]);
        let faults = onshelf_shop::ledger::faults(test.shop.db(), test.shop.now()).await.unwrap();
        assert!(matches!(&faults[..], [fault] if fault.contains("a person must look")), "{faults:?}");
        assert!(payments.refund_elsewhere(&reference, 38_000));
        assert_eq!(all(test).await, NONE);
        let faults = onshelf_shop::ledger::faults(test.shop.db(), test.shop.now()).await.unwrap();
        assert_eq!(faults, Vec::<String>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_asked_is_not_said_to_agree() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        let (_, reference) = paid(test, &payments).await;
        payments.unlist(&reference);
        payments.be(Mood::Down);
        assert!(test.shop.reconcile(ProviderCode::Test, Timestamp::UNIX_EPOCH).await.is_err());
        let nobody = test.shop.reconcile(ProviderCode::Toss, Timestamp::UNIX_EPOCH).await;
        assert!(matches!(nobody, Err(Error::NotFound)), "{nobody:?}");
        payments.be(Mood::Well);
    })
    .await;
}
