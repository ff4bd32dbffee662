//! Webhooks: what of them is kept, for how long, and what of those that are about nobody's payment.

use std::{sync::Arc, time::Duration};

use onshelf_shop::{
    Error, Hint,
    pulse::Deed,
    testing::{FakePayments, TestShop, on_each_engine},
};
use onshelf_vocabulary::payments::ProviderCode;

#[tokio::test(flavor = "multi_thread")]
async fn what_providers_told_is_forgotten_when_they_no_longer_repeat_it() {
    on_each_engine(async |test: &TestShop| {
        let hint = Hint { event: "evt_1".to_owned(), reference: None };
        let told = async || test.shop.note_webhook(ProviderCode::Test, &hint, "{}").await.unwrap();
        assert!(told().await && !told().await, "what is told twice is noted once");
        let other = Hint { event: "evt_2".to_owned(), reference: Some("O-0000-0000-00".to_owned()) };
        let noted = test.shop.note_webhook(ProviderCode::Test, &other, "{}").await.unwrap();
        assert!(!noted, "what is about nobody's payment is not kept");
        test.clock.advance(Duration::from_secs(29 * 86_400));
        assert_eq!(test.shop.keep_house().await.unwrap().notes, 0);
        test.clock.advance(Duration::from_secs(2 * 86_400));
        assert_eq!(test.shop.keep_house().await.unwrap().notes, 1);
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
