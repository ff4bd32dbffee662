//! Webhooks: what of them is kept, for how long, and what of those that are about nobody's payment.

use std::{sync::Arc, time::Duration};

use onshelf_db::payments::Look;
use onshelf_shop::{
    Error, Hint, PaymentProvider,
    orders::Placed,
    pulse::Deed,
    testing::{FakePayments, TestShop, collect, on_each_engine, order, with_payments},
};
use onshelf_vocabulary::{
    orders::OrderStatus,
    payments::{PaymentStatus, ProviderCode},
};

use crate::paying::status;

#[tokio::test(flavor = "multi_thread")]
async fn what_providers_told_is_forgotten_when_they_no_longer_repeat_it() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        let hint = Hint { event: "evt_1".to_owned(), reference: None };
        let told = async || test.shop.note_webhook(ProviderCode::Test, &hint, "{}").await.unwrap();
        assert!(told().await && !told().await, "what is told twice is noted once");
        let other = Hint { event: "evt_2".to_owned(), reference: Some("O-0000-0000-00".to_owned()) };
        let noted = test.shop.note_webhook(ProviderCode::Test, &other, "{}").await.unwrap();
        assert!(!noted, "what is about nobody's payment hastens nothing");
        test.clock.advance(Duration::from_secs(29 * 86_400));
        assert_eq!(test.shop.keep_house().await.unwrap().notes, 0);
        test.clock.advance(Duration::from_secs(2 * 86_400));
        assert_eq!(test.shop.keep_house().await.unwrap().notes, 2, "it was signed, and kept as long");
    })
    .await;
}

/// Whoever has the signing secret can tell of what they like; an operator sees it, and no table grows for ever.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_nobodys_payment_is_kept_where_it_is_signed_and_bounded() {
    on_each_engine(async |test: &TestShop| {
        let signed = Arc::new(FakePayments::default());
        let unsigned = Arc::new(FakePayments::of(ProviderCode::Toss));
        test.shop.take_payments(vec![signed, unsigned]);
        let before = Deed::WebhookUnknown.counted();
        let told = async |provider: ProviderCode, event: &str| {
            let hint = Hint { event: event.to_owned(), reference: Some("O-0000-0000-00".to_owned()) };
            assert!(!test.shop.note_webhook(provider, &hint, "김제자리").await.unwrap(), "{event}");
            test.shop.slow_pulse().await.unwrap().webhooks_unknown
        };
        assert_eq!(told(ProviderCode::Test, "evt_1").await, 1);
        assert_eq!(told(ProviderCode::Test, "evt_1").await, 1, "twice is once");
        assert_eq!(told(ProviderCode::Toss, "evt_2").await, 1, "anybody could have sent it");
        assert_eq!(told(ProviderCode::Toss, "evt_2").await, 1);
        assert!(Deed::WebhookUnknown.counted() >= before + 3, "each is counted");
        let body = {
            let mut reader = test.shop.db().reader().await.unwrap();
            let sql = "SELECT body FROM inbox WHERE event = 'evt_1'";
            onshelf_db::testing::text(&mut reader.tx(), sql).await.unwrap()
        };
        assert_eq!(body, "", "it may be about another shop's customer");
        let flood = "INSERT INTO inbox (provider, event, reference, body, known, received_at)
                     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
                     SELECT 'test', 'flood-' || CAST(i AS TEXT), 'nobody', '', 0, 0 FROM n";
        let filled = test.shop.db().write(move |mut tx| {
            Box::pin(async move { Ok::<_, Error>(onshelf_db::testing::run(&mut tx, flood).await?) })
        });
        assert_eq!(filled.await.unwrap(), 999);
        assert_eq!(told(ProviderCode::Test, "evt_3").await, 1_000, "no more than so many");
        assert_eq!(test.shop.keep_house().await.unwrap().notes, 999);
        assert_eq!(told(ProviderCode::Test, "evt_3").await, 2, "what is old makes room");
    })
    .await;
}

/// An order that is to be paid at a provider, the provider, and its payment's reference.
struct Bought {
    placed: Placed,
    payments: Arc<FakePayments>,
    reference: String,
}

impl Bought {
    async fn at(test: &TestShop, provider: ProviderCode) -> Bought {
        let payments = Arc::new(FakePayments::of(provider));
        test.shop.take_payments(vec![payments.clone()]);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let wish = order("a", vec![collect("seongsu", &[("KETTLE-MO", 1)])], Some(provider));
        let placed = test.shop.place_order(wish).await.unwrap();
        let reference = payments.open()[0].clone();
        Bought { placed, payments, reference }
    }

    /// Somebody tells of the payment, at length and under a name of their own; whether that leads to a look of its own.
    async fn told(&self, test: &TestShop, event: &str) -> bool {
        let hint = Hint { event: event.to_owned(), reference: Some(self.reference.clone()) };
        let body = event.repeat(1_000);
        test.shop.note_webhook(self.payments.code(), &hint, &body).await.unwrap()
    }
}

/// How much of all webhooks is kept.
async fn kept(test: &TestShop) -> String {
    let mut reader = test.shop.db().reader().await.unwrap();
    let sql = "SELECT CAST(COUNT(*) AS TEXT) || ' kept, ' || CAST(COALESCE(SUM(LENGTH(body)), 0) AS TEXT) || ' letters'
               FROM inbox";
    onshelf_db::testing::text(&mut reader.tx(), sql).await.unwrap()
}

async fn looks(test: &TestShop) -> usize {
    test.shop.look_at_payments().await.unwrap()
}

fn pass(test: &TestShop, seconds: u64) {
    test.clock.advance(Duration::from_secs(seconds));
}

/// Whoever has had one order knows its payment's reference for ever.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_signed_leaves_one_row_and_a_look_in_a_while_however_much_it_is() {
    on_each_engine(async |test: &TestShop| {
        let bought = Bought::at(test, ProviderCode::Toss).await;
        assert!(bought.payments.pay(&bought.reference));
        assert!(bought.told(test, "paid").await);
        assert_eq!(looks(test).await, 1);
        assert_eq!(status(&test.shop, &bought.placed).await, (OrderStatus::Paid, PaymentStatus::Paid));
        // Nothing is looked at any more by any schedule.
        pass(test, 3_600);
        let mut asked = looks(test).await;
        assert_eq!(asked, 0);
        for second in 0..100 {
            for number in 0..5 {
                bought.told(test, &format!("made up {second} {number} ")).await;
            }
            asked += looks(test).await;
            pass(test, 1);
        }
        assert!((5..=7).contains(&asked), "{asked} looks in 100 seconds");
        assert_eq!(kept(test).await, "1 kept, 0 letters");

        pass(test, 60);
        assert_eq!(looks(test).await, 1, "what was told at the end is looked at, too");
        pass(test, 60);
        assert_eq!(looks(test).await, 0);
        assert!(bought.told(test, "later").await, "what is told later hastens again");
        pass(test, 3);
        assert_eq!(looks(test).await, 1);
        assert_eq!(kept(test).await, "1 kept, 0 letters");
    })
    .await;
}

/// What is told in between may be the one thing that matters: the money came after the provider was asked.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_while_others_make_things_up_is_looked_at_a_moment_later() {
    on_each_engine(async |test: &TestShop| {
        let bought = Bought::at(test, ProviderCode::Toss).await;
        assert!(bought.told(test, "made up").await);
        assert_eq!(looks(test).await, 1);
        assert!(bought.payments.pay(&bought.reference));
        assert!(bought.told(test, "paid").await);
        assert!(!bought.told(test, "made up again").await, "that look is still to come");
        assert_eq!(looks(test).await, 0);
        assert_eq!(status(&test.shop, &bought.placed).await.1, PaymentStatus::Pending);
        pass(test, 20);
        assert_eq!(looks(test).await, 1);
        assert_eq!(status(&test.shop, &bought.placed).await, (OrderStatus::Paid, PaymentStatus::Paid));
    })
    .await;
}

/// Who looks just then was answered before there was news: it is looked at again before their claim is over.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_without_a_signature_while_a_provider_is_asked_is_not_put_off() {
    on_each_engine(async |test: &TestShop| {
        let bought = Bought::at(test, ProviderCode::Toss).await;
        assert!(bought.told(test, "made up").await);
        let asked = test.shop.due_payments(1).await.unwrap().remove(0);
        let next = Some(test.shop.now_ms() + 1_800_000);
        let (id, look) = (asked.id, Look { seen: asked.check_at, next });
        assert!(bought.payments.pay(&bought.reference));
        assert!(bought.told(test, "paid").await);
        let written = test.shop.db().write(move |mut tx| {
            Box::pin(async move {
                Ok::<_, Error>(onshelf_db::payments::ask_again(&mut tx, id, look, None).await?)
            })
        });
        written.await.unwrap();
        pass(test, 20);
        assert_eq!(looks(test).await, 1);
        assert_eq!(status(&test.shop, &bought.placed).await.1, PaymentStatus::Paid);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_is_kept_as_it_came_and_hastens_a_look_each_time() {
    on_each_engine(async |test: &TestShop| {
        let bought = Bought::at(test, ProviderCode::Stripe).await;
        for event in ["evt_1", "evt_2", "evt_3"] {
            assert!(bought.told(test, event).await, "{event}");
            assert_eq!(looks(test).await, 1, "{event}");
            assert!(!bought.told(test, event).await, "{event} twice");
            assert_eq!(looks(test).await, 0, "{event} twice");
        }
        assert_eq!(kept(test).await, "3 kept, 15000 letters");
    })
    .await;
}
