//! What a provider's bad day does: nobody knows whether it was done, so it is asked again, and done once.

use onshelf_server::payments::{stripe::Stripe, toss::Toss};
use onshelf_shop::{PaymentFault, PaymentProvider, Standing};
use onshelf_vocabulary::Money;

use crate::{
    bench::{Bench, TossBench, intent, on_each_wire, refund_call, stripe_access, toss_access},
    stand_in::{PATIENCE, Trouble, Troubles},
    stripe_stand_in::StripeStandIn,
    toss_stand_in::TossStandIn,
};

const REFERENCE: &str = "pay_0001";
const WON: Money = Money::won(100_000);
/// Nobody knows whether the call was done.
const PASSING: [Trouble; 5] =
    [Trouble::Broken, Trouble::Reset, Trouble::Slow, Trouble::Garbage, Trouble::Busy];

fn troubles(bench: &dyn Bench) -> &Troubles {
    bench.troubles().unwrap()
}

#[track_caller]
fn assert_passing<T: std::fmt::Debug>(outcome: &Result<T, PaymentFault>, trouble: Trouble) {
    assert!(matches!(outcome, Err(PaymentFault::Passing(_))), "{trouble:?}: {outcome:?}");
}

#[tokio::test]
async fn opening_through_trouble_opens_once() {
    on_each_wire(async |bench| {
        for (number, trouble) in PASSING.into_iter().enumerate() {
            let asked = intent(bench, &format!("pay_{number:04}"), WON);
            troubles(bench).strike(trouble);
            assert_passing(&bench.provider().open(&asked).await, trouble);
            let opened = bench.provider().open(&asked).await.unwrap();
            assert_eq!(bench.provider().open(&asked).await, Ok(opened));
            assert_eq!(bench.counts().unwrap().0, number + 1, "{trouble:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_after_the_charge_is_found_by_asking() {
    on_each_wire(async |bench| {
        for (number, trouble) in PASSING.into_iter().enumerate() {
            let reference = format!("pay_{number:04}");
            let provider = bench.provider();
            let opened = provider.open(&intent(bench, &reference, WON)).await.unwrap();
            let query = bench.pay(&opened).await.unwrap();
            troubles(bench).strike(trouble);
            let lost = provider.returned(&reference, &opened.provider_id, WON, &query).await;
            assert_passing(&lost, trouble);
            let found = provider.returned(&reference, &opened.provider_id, WON, &query).await.unwrap();
            assert_eq!((found.standing, found.captured), (Standing::Captured, WON), "{trouble:?}");
            troubles(bench).strike(trouble);
            assert_passing(&provider.statement(&reference, &opened.provider_id).await, trouble);
        }
    })
    .await;
}

#[tokio::test]
async fn a_refund_through_trouble_is_made_once() {
    on_each_wire(async |bench| {
        let provider = bench.provider();
        let opened = provider.open(&intent(bench, REFERENCE, WON)).await.unwrap();
        let query = bench.pay(&opened).await.unwrap();
        provider.returned(REFERENCE, &opened.provider_id, WON, &query).await.unwrap();
        let mut made = 0;
        for (number, trouble) in PASSING.into_iter().enumerate() {
            // Whichever of its calls is struck: the first ones read, the last one refunds.
            for calls in 0..3 {
                let call =
                    refund_call(&opened, REFERENCE, &format!("rf_{number}_{calls}"), Money::won(1_000));
                troubles(bench).strike_after(calls, trouble);
                let outcome = provider.refund(&call).await;
                if troubles(bench).clear() {
                    assert!(outcome.is_ok(), "it has fewer calls: {outcome:?}");
                } else {
                    assert_passing(&outcome, trouble);
                }
                let name = provider.refund(&call).await.unwrap();
                assert_eq!(provider.refund(&call).await, Ok(name));
                made += 1;
                assert_eq!(bench.counts().unwrap().1, made, "{trouble:?} after {calls}");
            }
        }
        let found = provider.statement(REFERENCE, &opened.provider_id).await.unwrap();
        assert_eq!(found.refunded, 15_000);
    })
    .await;
}

#[tokio::test]
async fn closing_and_listing_through_trouble_say_that_nobody_knows() {
    on_each_wire(async |bench| {
        let provider = bench.provider();
        let opened = provider.open(&intent(bench, REFERENCE, WON)).await.unwrap();
        for trouble in PASSING {
            troubles(bench).strike(trouble);
            assert_passing(&provider.close(REFERENCE, &opened.provider_id).await, trouble);
            troubles(bench).strike(trouble);
            assert_passing(&provider.captured_since(bench.now()).await, trouble);
        }
        let found = provider.close(REFERENCE, &opened.provider_id).await.unwrap();
        assert_eq!(found.standing, Standing::Void);
    })
    .await;
}

#[tokio::test]
async fn a_no_for_good_is_told_as_one_and_shows_no_secret() {
    on_each_wire(async |bench| {
        troubles(bench).strike(Trouble::Refused);
        let refused = bench.provider().open(&intent(bench, REFERENCE, WON)).await;
        let Err(PaymentFault::Refused(text)) = refused else { panic!("{refused:?}") };
        assert!(text.contains("400"), "{text}");
        for hidden in ["shopper@example.com", "sk_test", REFERENCE] {
            assert!(!text.contains(hidden), "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_down_is_passing() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let stripe = Stripe::new(stripe_access(&url, "sk_test_x", PATIENCE)).unwrap();
    assert_passing(&stripe.statement(REFERENCE, "cs_1").await, Trouble::Broken);
    let toss = Toss::new(toss_access(&url, "test_sk_x")).unwrap();
    assert_passing(&toss.statement(REFERENCE, "pk_1").await, Trouble::Broken);
}

#[tokio::test]
async fn a_key_that_is_not_accepted_says_nothing_about_a_payment() {
    let stripe = Stripe::new(stripe_access(&StripeStandIn::start().await.url, "sk_other", PATIENCE)).unwrap();
    let toss = Toss::new(toss_access(&TossStandIn::start().await.url, "sk_other")).unwrap();
    let providers: [&dyn PaymentProvider; 2] = [&stripe, &toss];
    for provider in providers {
        assert_passing(&provider.statement(REFERENCE, "x").await, Trouble::Refused);
        assert_passing(&provider.close(REFERENCE, "x").await, Trouble::Refused);
        assert_passing(
            &provider.captured_since("2026-11-23T03:00:00Z".parse().unwrap()).await,
            Trouble::Refused,
        );
    }
}

#[tokio::test]
async fn toss_confirms_only_what_was_asked() {
    let bench = TossBench::start().await;
    let opened = bench.toss.open(&intent(&bench, REFERENCE, WON)).await.unwrap();
    let query = bench.pay(&opened).await.unwrap();
    for (name, other) in
        [("amount", "1000"), ("amount", "x"), ("orderId", "pay_0002"), ("paymentKey", "another")]
    {
        let mut altered = query.clone();
        altered.insert(name.to_owned(), other.to_owned());
        let found = bench.toss.returned(REFERENCE, &opened.provider_id, WON, &altered).await.unwrap();
        assert_eq!(found.standing, Standing::Open, "{name} altered");
    }
    let found =
        bench.toss.returned(REFERENCE, &opened.provider_id, Money::won(99_000), &query).await.unwrap();
    assert_eq!(found.standing, Standing::Open, "another amount than ours");
    let found = bench.toss.returned(REFERENCE, &opened.provider_id, WON, &query).await.unwrap();
    assert_eq!(found.standing, Standing::Captured);
}

#[tokio::test]
async fn a_card_that_toss_declines_is_void() {
    let bench = TossBench::start().await;
    let opened = bench.toss.open(&intent(&bench, REFERENCE, WON)).await.unwrap();
    let query = bench.pay(&opened).await.unwrap();
    bench.stand_in.decline();
    let found = bench.toss.returned(REFERENCE, &opened.provider_id, WON, &query).await.unwrap();
    assert_eq!((found.standing, found.captured.amount), (Standing::Void, 0));
}
