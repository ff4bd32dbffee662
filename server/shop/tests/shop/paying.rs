//! Paying: what comes of every trouble money can be in. The provider's own statement decides, and no money stays
//! with an order that cannot be had.

use std::time::Duration;

use onshelf_db::{fulfilment, payments::Look};
use onshelf_shop::{
    Error, Hint, Once, Shop,
    orders::Placed,
    testing::{Mood, TestShop, collect, on_each_engine, order, with_payments, won},
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::ReservationStatus,
    orders::{OrderRefusal, OrderStatus},
    payments::{PaymentStatus, ProviderCode},
};

/// Does what the workers do, until nothing is left to do.
pub async fn settle(test: &TestShop) {
    for _ in 0..6 {
        // Enough for any pause between two looks.
        test.clock.advance(Duration::from_secs(3));
        test.shop.look_at_payments().await.unwrap();
        test.shop.send_refunds().await.unwrap();
    }
}

pub async fn one_kettle(test: &TestShop, key: &str) -> Placed {
    let groups = vec![collect("seongsu", &[("KETTLE-MO", 1)])];
    test.shop.place_order(order(key, groups, Some(ProviderCode::Test))).await.unwrap()
}

pub async fn status(shop: &Shop, placed: &Placed) -> (OrderStatus, PaymentStatus) {
    let view = shop.order(Lang::Ko, &placed.number, &placed.token).await.unwrap();
    (view.status, view.payment.status)
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_it_is_the_stores_to_pick_and_the_shopper_has_a_code() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 2).await;
        let placed = one_kettle(test, "a").await;
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 1, "held while it is paid");
        let view = test.shop.order(Lang::Ko, &placed.number, &placed.token).await.unwrap();
        assert_eq!((view.total, view.tax, view.tax_included), (won(38_000), won(3_455), true));
        assert!(view.groups[0].code.is_none() && view.groups[0].pass.is_none(), "not before it is paid");
        assert!(view.payment.redirect_url.is_some() && view.held_seconds > 590);
        // A success page proves nothing.
        test.shop.payment_returned(&placed.number, &placed.token, Default::default()).await.unwrap();
        assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Placed, PaymentStatus::Pending));
        payments.pay_for(&test.shop, &placed.number, &placed.token).await;
        assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Paid, PaymentStatus::Paid));
        let view = test.shop.order(Lang::En, &placed.number, &placed.token).await.unwrap();
        assert!(view.groups[0].code.is_some() && view.groups[0].pass.is_some());
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 38_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_back_and_a_worker_finds_the_money() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let placed = one_kettle(test, "a").await;
        payments.pay(&payments.open()[0]);
        test.clock.advance(Duration::from_secs(30));
        settle(test).await;
        assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Paid, PaymentStatus::Paid));
    })
    .await;
}

/// The answer that a provider gave is old by the time it is written down: somebody may have paid since.
#[tokio::test(flavor = "multi_thread")]
async fn news_that_come_while_a_provider_is_asked_are_not_put_off() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        for (key, refused) in [("a", false), ("b", true)] {
            test.with_stock("seongsu", "KETTLE-MO", 1).await;
            let placed = one_kettle(test, key).await;
            let reference = payments.open()[0].clone();
            test.clock.advance(Duration::from_secs(10));
            let asked = test.shop.now_ms();
            let claimed = test.shop.db().write(move |mut tx| {
                Box::pin(async move {
                    Ok::<_, Error>(onshelf_db::payments::claim(&mut tx, asked, asked + 25_000, 9).await?)
                })
            });
            let row = claimed.await.unwrap().into_iter().find(|row| row.reference == reference).unwrap();
            assert!(payments.pay(&reference));
            let hint = Hint { event: format!("paid-{key}"), reference: Some(reference) };
            assert!(test.shop.note_webhook(ProviderCode::Test, &hint, "{}").await.unwrap());
            let written = test.shop.db().write(move |mut tx| {
                Box::pin(async move {
                    let look = Look { seen: row.check_at, next: Some(asked + 1_800_000) };
                    if refused {
                        onshelf_db::payments::failed(&mut tx, row.id, "refused", look, asked).await?;
                    } else {
                        onshelf_db::payments::ask_again(&mut tx, row.id, look, None).await?;
                    }
                    Ok::<_, Error>(())
                })
            });
            written.await.unwrap();
            test.shop.look_at_payments().await.unwrap();
            assert_eq!(status(&test.shop, &placed).await.1, PaymentStatus::Paid, "{key}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_paid_in_time_is_given_back_to_the_second() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let placed = one_kettle(test, "a").await;
        test.clock.advance(Duration::from_secs(599));
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 0);
        test.clock.advance(Duration::from_secs(1));
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 1);
        assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Expired, PaymentStatus::Void));
        settle(test).await;
        assert!(payments.open().is_empty(), "nobody can pay it any more");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_too_late_it_is_held_anew_or_the_money_goes_back() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let lucky = one_kettle(test, "a").await;
        let reference = payments.open()[0].clone();
        test.clock.advance(Duration::from_secs(601));
        // Somebody pays at the last moment; the word of it comes after the hold.
        payments.pay(&reference);
        settle(test).await;
        assert_eq!(status(&test.shop, &lucky).await, (OrderStatus::Paid, PaymentStatus::Paid));
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 0);
        test.shop.cancel_order(Lang::Ko, &lucky.number, &lucky.token, None).await.unwrap();
        settle(test).await;
        assert_eq!(payments.kept(&lucky.number), 0);

        let late = one_kettle(test, "b").await;
        let reference = payments.open()[0].clone();
        test.clock.advance(Duration::from_secs(601));
        test.shop.expire_reservations().await.unwrap();
        test.reserve("010-9999-0000", "seongsu", &[("KETTLE-MO", 1)]).await.unwrap();
        payments.pay(&reference);
        settle(test).await;
        assert_eq!(status(&test.shop, &late).await, (OrderStatus::Expired, PaymentStatus::Refunded));
        assert_eq!(payments.kept(&late.number), 0, "all of it is back with the shopper");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_amount_is_not_enough_and_goes_back() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let placed = one_kettle(test, "a").await;
        payments.pay_amount(&payments.open()[0], won(1_000));
        settle(test).await;
        let (order, payment) = status(&test.shop, &placed).await;
        assert_eq!((order, payment), (OrderStatus::Placed, PaymentStatus::Refunded));
        assert_eq!(payments.kept(&placed.number), 0);
        // It can be paid rightly while the hold lasts.
        test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        payments.pay_for(&test.shop, &placed.number, &placed.token).await;
        settle(test).await;
        assert_eq!(status(&test.shop, &placed).await.0, OrderStatus::Paid);
        assert_eq!(payments.kept(&placed.number), 38_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_pay_one_payment_and_a_refused_one_can_be_tried_again() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let placed = one_kettle(test, "a").await;
        let first = test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        let second = test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        assert_eq!((first == second, payments.open().len()), (true, 1));
        // One that nobody set up here is refused: it is not down, and the open one stays.
        let stripe = Some(ProviderCode::Stripe);
        let named = test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, stripe).await;
        let Err(Error::Order(OrderRefusal::Invalid { faults })) = named else { panic!("{named:?}") };
        assert_eq!((faults[0].pointer.as_str(), payments.open().len()), ("/provider", 1));
        payments.refuse(&payments.open()[0]);
        test.shop.payment_returned(&placed.number, &placed.token, Default::default()).await.unwrap();
        assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Placed, PaymentStatus::Failed));
        let third = test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        assert_ne!(first, third);
        payments.pay_for(&test.shop, &placed.number, &placed.token).await;
        assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Paid, PaymentStatus::Paid));
        let again = test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, None).await;
        assert!(matches!(again, Err(Error::Order(OrderRefusal::HoldOver))), "paid is paid");
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_or_mute_loses_nothing_and_charges_once() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        payments.be(Mood::Down);
        let placed = one_kettle(test, "a").await;
        let asked = test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, None).await;
        assert!(matches!(asked, Err(Error::Order(OrderRefusal::ProviderDown))));
        // It opens the payment, and the answer gets lost; then it comes to.
        payments.be(Mood::Mute);
        settle(test).await;
        payments.be(Mood::Well);
        test.clock.advance(Duration::from_secs(60));
        settle(test).await;
        assert_eq!(payments.open().len(), 1);
        payments.pay(&payments.open()[0]);
        payments.be(Mood::Mute);
        test.shop.payment_returned(&placed.number, &placed.token, Default::default()).await.unwrap();
        assert_eq!(status(&test.shop, &placed).await.1, PaymentStatus::Pending);
        payments.be(Mood::Well);
        test.clock.advance(Duration::from_secs(120));
        settle(test).await;
        assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Paid, PaymentStatus::Paid));
        // A refund whose answer gets lost is given once.
        payments.be(Mood::Mute);
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        settle(test).await;
        payments.be(Mood::Well);
        test.clock.advance(Duration::from_secs(600));
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_while_paying_the_money_comes_back() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let placed = one_kettle(test, "a").await;
        let reference = payments.open()[0].clone();
        payments.pay(&reference);
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        settle(test).await;
        assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Cancelled, PaymentStatus::Refunded));
        assert_eq!((payments.kept(&placed.number), test.available("seongsu", "KETTLE-MO").await), (0, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_are_bounded_also_at_once() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let token = test.shop.create_token("pos", None).await.unwrap();
        let till = test.shop.partner(&token).await.unwrap().unwrap();
        let placed = one_kettle(test, "a").await;
        payments.pay(&payments.open()[0]);
        settle(test).await;
        let refund = |key: &'static str, amount: i64| {
            let (shop, till, number) = (test.shop.clone(), till.clone(), placed.number.clone());
            tokio::spawn(async move {
                let once = Once::new("till", "refund", key, &amount.to_string());
                shop.refund(&till, &once, &number, won(amount), "scratched").await
            })
        };
        let outcomes = [refund("a", 20_000), refund("b", 20_000)];
        let mut done = 0;
        for outcome in outcomes {
            done += usize::from(outcome.await.unwrap().is_ok());
        }
        assert_eq!(done, 1, "both would be more than was paid");
        // The same key again is the same refund.
        let again = refund("c", 1_000).await.unwrap().unwrap();
        assert_eq!(again, refund("c", 1_000).await.unwrap().unwrap());
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 17_000);
        let differences = test.shop.reconcile(ProviderCode::Test, jiff::Timestamp::UNIX_EPOCH).await.unwrap();
        assert!(differences.is_empty(), "{differences:?}");
        // What is left goes back with the goods.
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_that_changed_is_said_and_not_charged() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let mut wish = order("a", vec![collect("seongsu", &[("KETTLE-MO", 1)])], Some(ProviderCode::Test));
        wish.input.expected_total = Some(won(1));
        let refused = test.shop.place_order(wish).await;
        assert!(
            matches!(refused, Err(Error::Order(OrderRefusal::PriceChanged { total })) if total == won(38_000))
        );
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 1);
        let stripe = order("b", vec![collect("seongsu", &[("KETTLE-MO", 1)])], Some(ProviderCode::Stripe));
        assert!(matches!(
            test.shop.place_order(stripe).await,
            Err(Error::Order(OrderRefusal::Invalid { .. }))
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hold_is_extended_once() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let placed = one_kettle(test, "a").await;
        test.clock.advance(Duration::from_secs(500));
        test.shop.extend_order(&placed.number, &placed.token).await.unwrap();
        let again = test.shop.extend_order(&placed.number, &placed.token).await;
        assert!(matches!(again, Err(Error::Order(OrderRefusal::ExtendedBefore))));
        test.clock.advance(Duration::from_secs(599));
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 0);
        let view = test.shop.order(Lang::Ko, &placed.number, &placed.token).await.unwrap();
        assert_eq!(view.groups[0].status, ReservationStatus::Pending);
        test.clock.advance(Duration::from_secs(1));
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 1);
    })
    .await;
}

/// Somebody asks for more time while a worker ends it: one of the two comes too late, and is told so.
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_extended_or_over_and_never_both() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 2).await;
        let before = test.shop.now();
        let over = one_kettle(test, "a").await;
        test.clock.advance(Duration::from_secs(601));
        test.shop.expire_reservations().await.unwrap();
        // Whoever asked in time and waited for their turn has a clock that stood still meanwhile.
        test.clock.set(before);
        let late = test.shop.extend_order(&over.number, &over.token).await;
        assert!(matches!(late, Err(Error::Order(OrderRefusal::HoldOver))), "{late:?}");

        let kept = one_kettle(test, "b").await;
        let seen = test.shop.order(Lang::Ko, &kept.number, &kept.token).await.unwrap();
        let group = seen.groups[0].id.clone();
        test.clock.advance(Duration::from_secs(599));
        test.shop.extend_order(&kept.number, &kept.token).await.unwrap();
        // The worker decided on what it read before that.
        let at = test.shop.now_ms() + 2_000;
        let store = test.key("seongsu", "KETTLE-MO").store_id;
        let (pending, expired) = (ReservationStatus::Pending.code(), ReservationStatus::Expired.code());
        let ended = test.shop.db().write(move |mut tx| {
            let group = group.clone();
            Box::pin(async move {
                let row = fulfilment::at_store(&mut tx, &group, store).await?.ok_or(Error::NotFound)?;
                let ended = fulfilment::set_status(&mut tx, row.id, pending, expired, None, at).await?;
                Ok::<_, Error>(ended)
            })
        });
        assert!(!ended.await.unwrap());
    })
    .await;
}

/// Takes the refunds that are due, as a worker does.
async fn take_refunds(test: &TestShop, until: i64) -> Vec<onshelf_db::payments::RefundRow> {
    let now = test.shop.now_ms();
    let taken = test.shop.db().write(move |mut tx| {
        Box::pin(async move {
            Ok::<_, Error>(onshelf_db::payments::claim_refunds(&mut tx, now, now + until, 9).await?)
        })
    });
    taken.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_too_slow_with_a_refund_does_not_give_it_up_for_who_has_it_now() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let placed = one_kettle(test, "a").await;
        payments.pay_for(&test.shop, &placed.number, &placed.token).await;
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        let slow = take_refunds(test, 15_000).await;
        test.clock.advance(Duration::from_secs(16));
        let quick = take_refunds(test, 15_000).await;
        assert_eq!((slow.len(), quick.len(), slow[0].id), (1, 1, quick[0].id));
        let (id, seen) = (slow[0].id, slow[0].due_at);
        let written = test.shop.db().write(move |mut tx| {
            Box::pin(async move {
                let look = Look { seen, next: None };
                Ok::<_, Error>(onshelf_db::payments::refund_waits(&mut tx, id, "refused", look).await?)
            })
        });
        written.await.unwrap();
        // Who has it now was killed: it is taken again, and not given up.
        test.clock.advance(Duration::from_secs(16));
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 0);
        assert_eq!(status(&test.shop, &placed).await.1, PaymentStatus::Refunded);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_any_more_about_what_was_captured() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let placed = one_kettle(test, "a").await;
        let reference = payments.open()[0].clone();
        assert!(payments.pay(&reference));
        test.shop.payment_returned(&placed.number, &placed.token, Default::default()).await.unwrap();
        let (now, own) = (test.shop.now_ms(), reference.clone());
        // Whoever opened it, or asked, hears an old answer after that.
        let written = test.shop.db().write(move |mut tx| {
            let reference = own.clone();
            Box::pin(async move {
                let row = onshelf_db::payments::by_reference(&mut tx, &reference).await?.unwrap();
                assert_eq!((row.status.as_str(), row.check_at), ("captured", None));
                let look = Look { seen: None, next: Some(now) };
                let (name, url) = (row.provider_id.unwrap(), row.redirect_url.unwrap());
                onshelf_db::payments::opened(&mut tx, row.id, &name, &url, look).await?;
                onshelf_db::payments::ask_again(&mut tx, row.id, look, Some("old")).await?;
                Ok::<_, Error>(())
            })
        });
        written.await.unwrap();
        test.clock.advance(Duration::from_secs(60));
        assert_eq!(test.shop.look_at_payments().await.unwrap(), 0);
        assert_eq!(status(&test.shop, &placed).await, (OrderStatus::Paid, PaymentStatus::Paid));
    })
    .await;
}
