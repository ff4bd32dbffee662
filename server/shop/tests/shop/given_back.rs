//! Money after it was asked to go back: under way, failed later, and given back by somebody on the provider's own pages.
//! The order, the book and the provider agree in the end, and only what arrived is told.

use std::{sync::Arc, time::Duration};

use onshelf_shop::{
    Error, Hint, Once, RefundStanding,
    jobs::{Job, OrderNews},
    ledger,
    orders::{Difference, Placed},
    testing::{FakePayments, Mood, TestShop, on_each_engine, with_payments, won},
};
use onshelf_vocabulary::{
    Lang, Money,
    orders::OrderRefusal,
    payments::{PaymentStatus, ProviderCode},
};

use crate::paying::{one_kettle, settle, status};

/// One kettle that was paid.
struct Desk<'t> {
    test: &'t TestShop,
    payments: Arc<FakePayments>,
    placed: Placed,
    reference: String,
}

impl Desk<'_> {
    async fn of(test: &TestShop) -> Desk<'_> {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await;
        let placed = one_kettle(test, "a").await;
        let reference = payments.open()[0].clone();
        Desk { test, payments, placed, reference }
    }

    async fn paid(test: &TestShop) -> Desk<'_> {
        let desk = Desk::of(test).await;
        assert!(desk.payments.pay(&desk.reference));
        desk.come_back().await;
        desk
    }

    async fn come_back(&self) {
        let Placed { number, token } = &self.placed;
        self.test.shop.payment_returned(number, token, Default::default()).await.unwrap();
    }

    async fn cancel(&self) {
        let Placed { number, token } = &self.placed;
        self.test.shop.cancel_order(Lang::Ko, number, token, None).await.unwrap();
    }

    /// The provider tells that there is news of the payment.
    async fn webhook(&self, event: &str) {
        let hint = Hint { event: event.to_owned(), reference: Some(self.reference.clone()) };
        assert!(self.test.shop.note_webhook(ProviderCode::Test, &hint, "{}").await.unwrap());
    }

    /// Looks at payments and at nothing else.
    async fn look(&self) {
        self.test.clock.advance(Duration::from_secs(3));
        self.test.shop.look_at_payments().await.unwrap();
    }

    /// A till gives back so much of the order.
    async fn give_back(&self, amount: i64) {
        let token = self.test.shop.create_token("pos", None).await.unwrap();
        let till = self.test.shop.partner(&token).await.unwrap().unwrap();
        let once = Once::new("till", "refund", "by hand", "");
        self.test.shop.refund(&till, &once, &self.placed.number, won(amount), "scratched").await.unwrap();
    }

    /// Status and amount of each refund, in the order they were written.
    async fn refunds(&self) -> Vec<(String, i64)> {
        let mut reader = self.test.shop.db().reader().await.unwrap();
        let mut tx = reader.tx();
        let order = onshelf_db::orders::by_number(&mut tx, &self.placed.number).await.unwrap().unwrap();
        let rows = onshelf_db::payments::refunds_of(&mut tx, order.id).await.unwrap();
        rows.into_iter().map(|row| (row.status, row.amount)).collect()
    }

    /// How often the shopper was told since that money went back.
    async fn told(&self) -> usize {
        news(self.test).await.into_iter().filter(|about| *about == OrderNews::Refunded).count()
    }

    /// What the order's page says is on its way back.
    async fn returning(&self) -> Money {
        let Placed { number, token } = &self.placed;
        self.test.shop.order(Lang::Ko, number, token).await.unwrap().payment.returning
    }

    /// What it says could not be given back.
    async fn owed(&self) -> Money {
        let Placed { number, token } = &self.placed;
        self.test.shop.order(Lang::Ko, number, token).await.unwrap().payment.owed
    }

    async fn differences(&self) -> Vec<Difference> {
        self.test.shop.reconcile(ProviderCode::Test, jiff::Timestamp::UNIX_EPOCH).await.unwrap()
    }

    async fn assert_agreed(&self) {
        let differences = self.differences().await;
        assert!(differences.is_empty(), "{differences:?}");
        let faults = ledger::faults(self.test.shop.db(), self.test.shop.now()).await.unwrap();
        assert_eq!(faults, Vec::<String>::new());
    }

    /// How many refunds the operator sees that a person must look at.
    async fn failed(&self) -> i64 {
        self.test.shop.slow_pulse().await.unwrap().refunds_failed
    }
}

/// What shoppers were told about their orders since, each once.
pub async fn news(test: &TestShop) -> Vec<OrderNews> {
    // Some news gather for a moment.
    test.clock.advance(Duration::from_secs(3));
    let mut told = Vec::new();
    for claimed in test.shop.claim_jobs(99).await.unwrap() {
        if let Job::Order { about, .. } = &claimed.job
            && !test.shop.is_told_later(&claimed).await.unwrap()
        {
            told.push(*about);
        }
        test.shop.finish_job(claimed.id).await.unwrap();
    }
    told
}

fn refund(status: &str, amount: i64) -> (String, i64) {
    (status.to_owned(), amount)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_under_way_is_told_and_booked_when_it_arrived() {
    on_each_engine(async |test: &TestShop| {
        let desk = Desk::paid(test).await;
        desk.payments.take_time_with_refunds();
        desk.cancel().await;
        settle(test).await;
        assert_eq!(desk.refunds().await, [refund("requested", 38_000)]);
        assert_eq!(desk.told().await, 0, "it has not arrived");
        let receipt = test.shop.receipt(Lang::Ko, &desk.placed.number, &desk.placed.token).await.unwrap();
        assert_eq!(receipt.money.last().unwrap().standing, RefundStanding::Pending);
        assert_eq!(desk.returning().await, won(38_000));
        desk.payments.end_refunds(RefundStanding::Pending, RefundStanding::Done);
        test.clock.advance(Duration::from_secs(30));
        settle(test).await;
        assert_eq!(desk.refunds().await, [refund("done", 38_000)]);
        assert_eq!((desk.told().await, desk.payments.refunds_made(&desk.reference)), (1, 1));
        assert_eq!(desk.returning().await, won(0));
        desk.assert_agreed().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_tells_of_a_refund_that_arrived_after_days() {
    on_each_engine(async |test: &TestShop| {
        let desk = Desk::paid(test).await;
        desk.payments.take_time_with_refunds();
        desk.cancel().await;
        for _ in 0..5 {
            test.clock.advance(Duration::from_secs(86_400));
            settle(test).await;
        }
        assert_eq!(desk.refunds().await, [refund("requested", 38_000)], "banks take days");
        desk.payments.end_refunds(RefundStanding::Pending, RefundStanding::Done);
        desk.webhook("refund.updated").await;
        desk.look().await;
        assert_eq!(desk.refunds().await, [refund("done", 38_000)]);
        settle(test).await;
        assert_eq!(desk.told().await, 1);
        desk.assert_agreed().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_arrives_is_given_up_for_a_person() {
    on_each_engine(async |test: &TestShop| {
        let desk = Desk::paid(test).await;
        desk.payments.take_time_with_refunds();
        desk.cancel().await;
        settle(test).await;
        test.clock.advance(Duration::from_secs(15 * 86_400));
        settle(test).await;
        assert_eq!((desk.refunds().await, desk.failed().await), (vec![refund("failed", 38_000)], 1));
        // It arrived all the same.
        desk.payments.end_refunds(RefundStanding::Pending, RefundStanding::Done);
        desk.webhook("refund.updated").await;
        desk.look().await;
        assert_eq!((desk.refunds().await, desk.failed().await), (vec![refund("done", 38_000)], 0));
        desk.assert_agreed().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_fails_is_owed_until_it_is_made_elsewhere() {
    on_each_engine(async |test: &TestShop| {
        let desk = Desk::paid(test).await;
        desk.payments.take_time_with_refunds();
        desk.cancel().await;
        settle(test).await;
        desk.payments.end_refunds(RefundStanding::Pending, RefundStanding::Failed);
        desk.webhook("refund.failed").await;
        settle(test).await;
        assert_eq!((desk.refunds().await, desk.failed().await), (vec![refund("failed", 38_000)], 1));
        assert_eq!((desk.told().await, desk.payments.kept(&desk.placed.number)), (0, 38_000));
        assert_eq!((desk.returning().await, desk.owed().await), (won(0), won(38_000)), "it is not under way");
        let receipt = test.shop.receipt(Lang::Ko, &desk.placed.number, &desk.placed.token).await.unwrap();
        assert_eq!(receipt.money.last().unwrap().standing, RefundStanding::Failed);
        assert_eq!(desk.differences().await.len(), 1, "the operator is told");
        // A person gives it back on the provider's page.
        assert!(desk.payments.refund_elsewhere(&desk.reference, 38_000));
        desk.webhook("charge.refunded").await;
        settle(test).await;
        assert_eq!((desk.refunds().await, desk.failed().await), (vec![refund("done", 38_000)], 0));
        assert_eq!((desk.told().await, desk.payments.kept(&desk.placed.number)), (1, 0));
        assert_eq!(desk.owed().await, won(0));
        desk.assert_agreed().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_comes_back_after_it_was_booked_is_owed_again() {
    on_each_engine(async |test: &TestShop| {
        let desk = Desk::paid(test).await;
        desk.cancel().await;
        settle(test).await;
        assert_eq!((desk.refunds().await, desk.told().await), (vec![refund("done", 38_000)], 1));
        desk.payments.end_refunds(RefundStanding::Done, RefundStanding::Failed);
        for event in ["refund.failed", "charge.refund.updated"] {
            desk.webhook(event).await;
            settle(test).await;
            assert_eq!((desk.refunds().await, desk.failed().await), (vec![refund("failed", 38_000)], 1));
        }
        let (reference, ours, theirs) = (desk.reference.clone(), won(38_000), won(0));
        assert_eq!(desk.differences().await, [Difference::Refunded { reference, ours, theirs }]);
        let faults = ledger::faults(test.shop.db(), test.shop.now()).await.unwrap();
        assert!(matches!(&faults[..], [fault] if fault.contains("a person must look")), "{faults:?}");
        // It is made up for in two parts, each told.
        for (event, amount, refunds) in [
            ("first", 20_000, vec![refund("failed", 18_000), refund("done", 20_000)]),
            ("second", 18_000, vec![refund("done", 18_000), refund("done", 20_000)]),
        ] {
            assert!(desk.payments.refund_elsewhere(&desk.reference, amount));
            desk.webhook(event).await;
            settle(test).await;
            assert_eq!((desk.refunds().await, desk.told().await), (refunds, 1), "{event}");
        }
        desk.assert_agreed().await;
    })
    .await;
}

/// Its failure and what a person made up for it with may be heard of in one look.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_back_and_was_made_up_for_before_anybody_looked_is_booked_once() {
    on_each_engine(async |test: &TestShop| {
        let desk = Desk::paid(test).await;
        desk.give_back(10_000).await;
        settle(test).await;
        assert_eq!(desk.refunds().await, [refund("done", 10_000)]);
        desk.payments.end_refunds(RefundStanding::Done, RefundStanding::Failed);
        assert!(desk.payments.refund_elsewhere(&desk.reference, 10_000));
        desk.webhook("charge.refunded").await;
        settle(test).await;
        assert_eq!((desk.refunds().await, desk.failed().await), (vec![refund("done", 10_000)], 0));
        assert_eq!(desk.payments.kept(&desk.placed.number), 28_000);
        desk.assert_agreed().await;
    })
    .await;
}

/// All of it goes back, also where a person has made up for a part meanwhile: the book has what the provider has.
#[tokio::test(flavor = "multi_thread")]
async fn what_arrives_after_part_of_it_was_made_up_for_is_booked_as_a_whole() {
    on_each_engine(async |test: &TestShop| {
        let desk = Desk::paid(test).await;
        desk.payments.take_time_with_refunds();
        desk.give_back(10_000).await;
        settle(test).await;
        test.clock.advance(Duration::from_secs(15 * 86_400));
        settle(test).await;
        assert_eq!(desk.refunds().await, [refund("failed", 10_000)], "it was given up");
        assert!(desk.payments.refund_elsewhere(&desk.reference, 4_000));
        desk.webhook("charge.refunded").await;
        settle(test).await;
        assert_eq!(desk.refunds().await, [refund("failed", 6_000), refund("done", 4_000)]);
        desk.payments.end_refunds(RefundStanding::Pending, RefundStanding::Done);
        for event in ["refund.updated", "charge.refund.updated"] {
            desk.webhook(event).await;
            settle(test).await;
            let refunds = [refund("done", 6_000), refund("done", 4_000), refund("done", 4_000)];
            assert_eq!((desk.refunds().await, desk.failed().await), (refunds.to_vec(), 0), "{event}");
        }
        assert_eq!(desk.payments.kept(&desk.placed.number), 24_000);
        desk.assert_agreed().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_refunds_on_the_providers_page_is_booked_once() {
    on_each_engine(async |test: &TestShop| {
        let desk = Desk::paid(test).await;
        settle(test).await;
        assert!(desk.payments.refund_elsewhere(&desk.reference, 5_000));
        for event in ["charge.refunded", "refund.created", "refund.updated"] {
            desk.webhook(event).await;
            settle(test).await;
            assert_eq!(desk.refunds().await, [refund("done", 5_000)], "{event}");
        }
        assert_eq!(desk.told().await, 1);
        let view = test.shop.order(Lang::Ko, &desk.placed.number, &desk.placed.token).await.unwrap();
        assert_eq!(view.payment.refunded, won(5_000));
        assert_eq!(view.payment.status, PaymentStatus::PartlyRefunded);
        desk.assert_agreed().await;
        // What went back there cannot go back here again.
        let token = test.shop.create_token("pos", None).await.unwrap();
        let till = test.shop.partner(&token).await.unwrap().unwrap();
        let once = Once::new("till", "refund", "a", "");
        let more = test.shop.refund(&till, &once, &desk.placed.number, won(33_001), "broken").await;
        assert!(
            matches!(more, Err(Error::Order(OrderRefusal::RefundTooMuch { left })) if left == won(33_000))
        );
        desk.cancel().await;
        settle(test).await;
        assert_eq!(desk.payments.kept(&desk.placed.number), 0);
        assert_eq!(status(&test.shop, &desk.placed).await.1, PaymentStatus::Refunded);
        desk.assert_agreed().await;
    })
    .await;
}

/// Webhooks may not come at all.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_told_is_followed_when_the_books_are_compared() {
    on_each_engine(async |test: &TestShop| {
        let desk = Desk::paid(test).await;
        assert!(desk.payments.refund_elsewhere(&desk.reference, 5_000));
        desk.assert_agreed().await;
        assert_eq!(desk.refunds().await, [refund("done", 5_000)]);
        desk.cancel().await;
        settle(test).await;
        assert_eq!(desk.refunds().await, [refund("done", 5_000), refund("done", 33_000)]);
        // Neither arrives.
        desk.payments.end_refunds(RefundStanding::Done, RefundStanding::Failed);
        let (reference, ours, theirs) = (desk.reference.clone(), won(38_000), won(0));
        assert_eq!(desk.differences().await, [Difference::Refunded { reference, ours, theirs }]);
        assert_eq!(desk.refunds().await, [refund("failed", 5_000), refund("failed", 33_000)]);
        // A person gives all of it back, and both lists agree again, however long ago it was.
        assert!(desk.payments.refund_elsewhere(&desk.reference, 38_000));
        test.clock.advance(Duration::from_secs(90 * 86_400));
        let since = test.shop.now() - jiff::SignedDuration::from_hours(24);
        let found = test.shop.reconcile(ProviderCode::Test, since).await.unwrap();
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(desk.refunds().await, [refund("done", 5_000), refund("done", 33_000)]);
        desk.assert_agreed().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refunded_here_and_there_at_once_it_goes_back_once() {
    on_each_engine(async |test: &TestShop| {
        let desk = Desk::paid(test).await;
        desk.payments.be(Mood::Down);
        desk.cancel().await;
        settle(test).await;
        assert!(desk.payments.refund_elsewhere(&desk.reference, 38_000));
        desk.payments.be(Mood::Well);
        desk.webhook("charge.refunded").await;
        for _ in 0..3 {
            test.clock.advance(Duration::from_secs(30));
            settle(test).await;
        }
        assert_eq!(desk.refunds().await, [refund("done", 38_000)], "ours was refused, and is settled");
        assert_eq!((desk.failed().await, desk.payments.refunds_made(&desk.reference)), (0, 1));
        assert_eq!(desk.told().await, 1);
        desk.assert_agreed().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refunded_elsewhere_before_we_knew_of_the_money_it_is_booked_too() {
    on_each_engine(async |test: &TestShop| {
        let desk = Desk::of(test).await;
        assert!(desk.payments.pay(&desk.reference));
        assert!(desk.payments.refund_elsewhere(&desk.reference, 8_000));
        desk.come_back().await;
        settle(test).await;
        assert_eq!(desk.refunds().await, [refund("done", 8_000)]);
        desk.assert_agreed().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_when_there_is_news_is_asked_again() {
    on_each_engine(async |test: &TestShop| {
        let desk = Desk::paid(test).await;
        assert!(desk.payments.refund_elsewhere(&desk.reference, 5_000));
        desk.payments.be(Mood::Down);
        desk.webhook("charge.refunded").await;
        settle(test).await;
        assert!(desk.refunds().await.is_empty());
        desk.payments.be(Mood::Well);
        test.clock.advance(Duration::from_secs(20));
        settle(test).await;
        assert_eq!(desk.refunds().await, [refund("done", 5_000)]);
        // Then there is nothing to ask any more.
        test.clock.advance(Duration::from_secs(3_600));
        assert_eq!(test.shop.look_at_payments().await.unwrap(), 0);
        desk.assert_agreed().await;
    })
    .await;
}
