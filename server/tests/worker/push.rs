//! Being told in the browser: encrypted for it alone, signed by the shop, once each, and never in an order's way.

use std::time::Duration;

use onshelf_shop::{
    Error,
    testing::{TestShop, collect, on_each_engine, with_payments},
};
use onshelf_vocabulary::{
    Lang,
    notifications::{PushRefusal, PushSubscription},
    staff::BoardDeed,
};

use crate::{
    config_in, outbox_of,
    placing::{carry, files, paid},
    push_stand_in::PushStandIn,
    send_all, waiting,
};

/// How many browsers are told about this number.
async fn browsers(test: &TestShop, number: &str) -> usize {
    let mut reader = test.shop.db().reader().await.unwrap();
    onshelf_db::notifications::of(&mut reader.tx(), number).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_asked_is_told_when_it_is_ready() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        let (service, payments) = (PushStandIn::start().await, with_payments(test));
        test.with_stock("seongsu", "CUP", 3).await;
        let outbox = outbox_of(&test.shop, &config_in(folder.path()));
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        let browser = service.browser("one");
        for _ in 0..2 {
            test.shop.subscribe(&placed.number, &placed.token, browser.clone(), None).await.unwrap();
        }
        assert_eq!(browsers(test, &placed.number).await, 1, "asking twice is asking once");
        carry(test, &placed, 0, &[BoardDeed::StartPicking, BoardDeed::MarkReady]).await;
        send_all(&outbox).await;
        send_all(&outbox).await;
        let arrived = service.arrived();
        assert_eq!((arrived.len(), service.asked(), waiting(test).await), (1, 1, 0));
        let push = &arrived[0];
        assert_eq!(push.browser, "one");
        assert_eq!(push.note["title"], "준비됐어요. 오시면 돼요");
        assert_eq!(push.note["body"], format!("성수점 · {}", placed.number));
        assert_eq!(push.note["url"], format!("/orders/{}?t={}", placed.number, placed.token));
        let said = push.note.to_string();
        assert!(!said.contains("김제자리") && !said.contains("kim@") && !said.contains("찻잔"), "{said}");
        // The signature is for this service, for half a day, by the key that pages subscribe with.
        assert_eq!(push.claims["aud"], service.url);
        assert_eq!(push.claims["exp"], test.shop.now().as_second() + 12 * 3_600);
        assert_eq!(push.claims["sub"], "https://shop.example");
        assert_eq!(push.key, onshelf_server::notifications::public_key(&test.shop));
        let header = |name: &str| push.headers[name].to_str().unwrap().to_owned();
        assert_eq!((header("content-encoding"), header("ttl")), ("aes128gcm".to_owned(), "43200".to_owned()));
        assert_eq!(header("topic"), placed.number, "a newer one takes its place");
        // The mail goes its own way.
        assert_eq!(files(folder.path()).len(), 2);
        carry(test, &placed, 0, &[BoardDeed::HandOver]).await;
        send_all(&outbox).await;
        assert_eq!(service.arrived().len(), 1, "nobody is called at the counter");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_tells_too_and_in_its_language() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        let service = PushStandIn::start().await;
        test.with_stock("seongsu", "CUP", 3).await;
        let outbox = outbox_of(&test.shop, &config_in(folder.path()));
        let mut request = onshelf_shop::testing::request("01012345678", "seongsu", &[("CUP", 1)], "push");
        request.lang = Lang::En;
        let reserved = test.shop.reserve(request).await.unwrap();
        test.shop.subscribe(&reserved.number, &reserved.token, service.browser("one"), None).await.unwrap();
        test.shop.cancel_reservation(Lang::En, &reserved.number, &reserved.token, None).await.unwrap();
        send_all(&outbox).await;
        let arrived = service.arrived();
        assert_eq!(arrived.len(), 1);
        assert_eq!(arrived[0].note["title"], "Your reservation is cancelled");
        assert_eq!(arrived[0].note["lang"], "en");
        let url = arrived[0].note["url"].as_str().unwrap();
        assert!(url.starts_with(&format!("/en/reservations/{}?t=", reserved.number)), "{url}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_down_is_tried_again_and_a_browser_that_is_gone_is_forgotten() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        let (service, payments) = (PushStandIn::start().await, with_payments(test));
        test.with_stock("seongsu", "CUP", 9).await;
        let outbox = outbox_of(&test.shop, &config_in(folder.path()));
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        test.shop.subscribe(&placed.number, &placed.token, service.browser("one"), None).await.unwrap();
        service.answer_next(&[(500, None), (429, Some(120))]);
        carry(test, &placed, 0, &[BoardDeed::MarkReady]).await;
        send_all(&outbox).await;
        // The mail is not held up.
        assert_eq!((files(folder.path()).len(), waiting(test).await), (2, 1));
        test.clock.advance(Duration::from_secs(15));
        send_all(&outbox).await;
        test.clock.advance(Duration::from_secs(100));
        send_all(&outbox).await;
        assert_eq!((service.asked(), service.arrived().len()), (2, 0), "left alone as long as it asked");
        test.clock.advance(Duration::from_secs(30));
        send_all(&outbox).await;
        assert_eq!((service.asked(), service.arrived().len(), waiting(test).await), (3, 1, 0));
        for gone in [404, 410] {
            let placed =
                paid(test, &payments, &format!("{gone}"), vec![collect("seongsu", &[("CUP", 1)])]).await;
            test.shop.subscribe(&placed.number, &placed.token, service.browser("two"), None).await.unwrap();
            service.answer_next(&[(gone, None)]);
            carry(test, &placed, 0, &[BoardDeed::MarkReady]).await;
            send_all(&outbox).await;
            assert_eq!((browsers(test, &placed.number).await, waiting(test).await), (0, 0), "{gone}");
        }
        assert_eq!(browsers(test, &placed.number).await, 1, "the other one stays");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_owners_subscribe_and_only_at_known_services() {
    on_each_engine(async |test| {
        let (service, payments) = (PushStandIn::start().await, with_payments(test));
        test.with_stock("seongsu", "CUP", 3).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        let (number, token) = (&placed.number, &placed.token);
        for (number, token) in [(number.as_str(), "wrong"), ("O-0000-0000", token.as_str()), ("", "")] {
            let refused = test.shop.subscribe(number, token, service.browser("one"), None).await;
            assert!(matches!(refused, Err(Error::NotFound)), "{number} {refused:?}");
            let refused = test.shop.unsubscribe(number, token, "https://fcm.googleapis.com/a", None).await;
            assert!(matches!(refused, Err(Error::NotFound)), "{number} {refused:?}");
        }
        let good = service.browser("one");
        for endpoint in ["https://10.0.0.7/push", "http://169.254.169.254/", "https://evil.example/a", ""] {
            let browser = PushSubscription { endpoint: endpoint.to_owned(), ..good.clone() };
            let refused = test.shop.subscribe(number, token, browser, None).await;
            assert!(
                matches!(refused, Err(Error::Push(PushRefusal::UnknownService))),
                "{endpoint} {refused:?}"
            );
        }
        for (p256dh, auth) in [("AAAA", good.auth.as_str()), (good.p256dh.as_str(), "AAAA"), ("?", "?")] {
            let browser =
                PushSubscription { p256dh: p256dh.to_owned(), auth: auth.to_owned(), ..good.clone() };
            let refused = test.shop.subscribe(number, token, browser, None).await;
            assert!(matches!(refused, Err(Error::Push(PushRefusal::BadKeys))), "{refused:?}");
        }
        // The newest five stay.
        for place in 0..8 {
            test.clock.advance(Duration::from_secs(1));
            test.shop.subscribe(number, token, service.browser(&format!("b{place}")), None).await.unwrap();
        }
        assert_eq!(browsers(test, number).await, 5);
        let last = service.browser("b7").endpoint;
        test.shop.unsubscribe(number, token, &last, None).await.unwrap();
        test.shop.unsubscribe(number, token, &last, None).await.unwrap();
        assert_eq!(browsers(test, number).await, 4);
        test.clock.advance(Duration::from_secs(61 * 86_400));
        test.shop.keep_house().await.unwrap();
        assert_eq!(browsers(test, number).await, 0, "what is over is forgotten");
        test.shop.expire_reservations().await.unwrap();
        test.shop.send_refunds().await.unwrap();
    })
    .await;
}
