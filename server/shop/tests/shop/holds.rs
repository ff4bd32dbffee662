//! Holding stock: never more than there is, given back to the second, done once.

use std::time::Duration;

use onshelf_db::fulfilment::{self, ReservationRow};
use onshelf_shop::{
    Error, Once, Settings,
    fulfilment::Reserve,
    orders::PlaceOrder,
    testing::{TestShop, collect, on_each_engine, order, paid, request, with_payments},
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::{Fault, MeasuredFrom, ReservationRefusal, ReservationStatus, Way},
    orders::GroupInput,
    payments::ProviderCode,
};

fn phone(shopper: usize) -> String {
    format!("010-1000-{shopper:04}")
}

/// Two shops whose chance draws the same stand for a number or code that comes up a second time.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_somebody_has_is_drawn_again() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 9).await;
        let (here, there) = (test.beside().await, test.beside().await);
        let wish = |key: &str| request(&format!("010-2000-{key}"), "seongsu", &[("CUP", 1)], key);
        let first = here.reserve(wish("0001")).await.unwrap();
        let (second, view) = there.reserve_and_show(wish("0002")).await.unwrap();
        assert_ne!(first.number, second.number);
        assert_eq!((&view.number, view.status), (&second.number, ReservationStatus::Placed));
        assert_eq!(view, there.reservation(Lang::Ko, &second.number, &second.token).await.unwrap());
        assert_eq!(there.reserve_and_show(wish("0002")).await.unwrap().0, second, "told again");
        assert_eq!(test.available("seongsu", "CUP").await, 7);

        let ordered = |key: &str| order(key, vec![collect("seongsu", &[("CUP", 1)])], None);
        let first = here.place_order(ordered("first")).await.unwrap();
        let second = there.place_order(ordered("second")).await.unwrap();
        assert_ne!(first.number, second.number);
        assert_eq!(test.available("seongsu", "CUP").await, 5);
        here.db().close().await;
        there.db().close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_thing_no_more_is_held_in_several_lines_than_in_one() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 2_000).await;
        let refused = test.reserve(&phone(1), "seongsu", &[("CUP", 999), ("CUP", 1)]).await;
        let Err(Error::Reservation(ReservationRefusal::Invalid { faults })) = &refused else {
            panic!("{refused:?}")
        };
        let faults: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.fault)).collect();
        assert_eq!(faults, [("/lines", Fault::TooManyOfOne)]);
        test.reserve(&phone(1), "seongsu", &[("CUP", 998), ("CUP", 1)]).await.unwrap();
        assert_eq!(test.available("seongsu", "CUP").await, 1_001);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_want_the_last_one_and_one_gets_it() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "KETTLE-MO", 1).await.with_stock("gangnam", "KETTLE-MO", 4).await;
        let tries: Vec<_> = (0..50)
            .map(|shopper| {
                let shop = test.shop.clone();
                let wish =
                    request(&phone(shopper), "seongsu", &[("KETTLE-MO", 1)], &format!("last-{shopper}"));
                tokio::spawn(async move { shop.reserve(wish).await })
            })
            .collect();
        let (mut got, mut refused) = (0, 0);
        for one in tries {
            match one.await.unwrap() {
                Ok(_) => got += 1,
                Err(Error::Reservation(ReservationRefusal::OutOfStock { short, elsewhere })) => {
                    refused += 1;
                    assert_eq!(short[0].available, 0);
                    assert_eq!(elsewhere[0].store, "gangnam", "the nearest store that still has it");
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!((got, refused), (1, 49));
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_stores_are_measured_from_the_shopper_or_else_from_the_store() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("gangnam", "CUP", 4).await;
        // The shopper stands in front of the other store.
        let near = "37.4979,127.0276".parse().ok();
        for (near, from, metres) in
            [(near, MeasuredFrom::Shopper, 0..=10), (None, MeasuredFrom::Store, 5_000..=7_000)]
        {
            let wish = Reserve { near, ..request(&phone(1), "seongsu", &[("CUP", 1)], "near") };
            let Err(Error::Reservation(ReservationRefusal::OutOfStock { elsewhere, .. })) =
                test.shop.reserve(wish).await
            else {
                panic!("there is none at Seongsu");
            };
            assert_eq!((elsewhere[0].store.as_str(), elsewhere[0].from), ("gangnam", from));
            assert!(metres.contains(&elsewhere[0].distance_m.unwrap()), "{elsewhere:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_lines_are_held_or_none() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "KETTLE-MO", 5).await.with_stock("seongsu", "CUP", 1).await;
        let refused = test.reserve(&phone(1), "seongsu", &[("KETTLE-MO", 2), ("CUP", 2)]).await;
        assert!(matches!(refused, Err(Error::Reservation(ReservationRefusal::OutOfStock { .. }))));
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 5);
        // The same SKU on two lines is one demand.
        let refused = test.reserve(&phone(1), "seongsu", &[("KETTLE-MO", 3), ("KETTLE-MO", 3)]).await;
        assert!(refused.is_err());
        test.reserve(&phone(1), "seongsu", &[("KETTLE-MO", 3), ("KETTLE-MO", 2)]).await.unwrap();
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_comes_back_at_the_second_it_expires_without_any_job() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 1).await;
        let held = test.reserve(&phone(1), "seongsu", &[("CUP", 1)]).await.unwrap();
        let view = test.shop.reservation(Lang::Ko, &held.number, &held.token).await.unwrap();
        let expires: jiff::Timestamp = view.expires_at.at.parse().unwrap();
        test.clock.set(expires - jiff::SignedDuration::from_secs(1));
        assert_eq!(test.available("seongsu", "CUP").await, 0);
        test.clock.set(expires);
        assert_eq!(test.available("seongsu", "CUP").await, 1);
        let view = test.shop.reservation(Lang::Ko, &held.number, &held.token).await.unwrap();
        assert_eq!(view.status, ReservationStatus::Expired);
        // Another shopper gets it, though nobody has written the expiry down.
        test.reserve(&phone(2), "seongsu", &[("CUP", 1)]).await.unwrap();
        assert_eq!(test.shop.expire_reservations().await.unwrap(), 1);
        assert_eq!(test.available("seongsu", "CUP").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_reserves_once() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 9).await;
        let first = test.shop.reserve(request(&phone(1), "seongsu", &[("CUP", 1)], "k")).await.unwrap();
        let again = test.shop.reserve(request(&phone(1), "seongsu", &[("CUP", 1)], "k")).await.unwrap();
        assert_eq!(first, again);
        assert_eq!(test.available("seongsu", "CUP").await, 8);
        let other = test.shop.reserve(request(&phone(1), "seongsu", &[("CUP", 2)], "k")).await;
        assert!(matches!(other, Err(Error::KeyReused)));
        // At the same moment too.
        let both: Vec<_> = (0..8)
            .map(|_| {
                let shop = test.shop.clone();
                tokio::spawn(async move {
                    shop.reserve(request("010-1-2345678", "seongsu", &[("CUP", 1)], "both")).await
                })
            })
            .collect();
        let mut numbers = std::collections::BTreeSet::new();
        for one in both {
            numbers.insert(one.await.unwrap().unwrap().number);
        }
        assert_eq!(numbers.len(), 1);
        assert_eq!(test.available("seongsu", "CUP").await, 7);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_reservation_is_free_and_there_is_a_limit() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 20).await;
        let mut last = None;
        for _ in 0..test.shop.settings().live_reservations {
            last = Some(test.reserve(&phone(1), "seongsu", &[("CUP", 1)]).await.unwrap());
        }
        let refused = test.reserve(&phone(1), "seongsu", &[("CUP", 1)]).await;
        assert!(matches!(refused, Err(Error::Reservation(ReservationRefusal::TooMany { limit: 5 }))));
        test.reserve(&phone(2), "seongsu", &[("CUP", 1)]).await.unwrap();
        let last = last.unwrap();
        test.shop.cancel_reservation(Lang::Ko, &last.number, &last.token, None).await.unwrap();
        test.reserve(&phone(1), "seongsu", &[("CUP", 1)]).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_token_opens_and_cancels() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 2).await;
        let mine = test.reserve(&phone(1), "seongsu", &[("CUP", 1)]).await.unwrap();
        let theirs = test.reserve(&phone(2), "seongsu", &[("CUP", 1)]).await.unwrap();
        for (number, token) in [(&mine.number, &theirs.token), (&theirs.number, &mine.token)] {
            let seen = test.shop.reservation(Lang::Ko, number, token).await;
            assert!(matches!(seen, Err(Error::NotFound)));
            let cancelled = test.shop.cancel_reservation(Lang::Ko, number, token, None).await;
            assert!(matches!(cancelled, Err(Error::NotFound)));
        }
        let view = test.shop.cancel_reservation(Lang::En, &mine.number, &mine.token, None).await.unwrap();
        assert_eq!(view.status, ReservationStatus::Cancelled);
        // Twice is no error, and gives back once.
        test.shop.cancel_reservation(Lang::En, &mine.number, &mine.token, None).await.unwrap();
        assert_eq!(test.available("seongsu", "CUP").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_said_field_by_field() {
    on_each_engine(async |test: &TestShop| {
        let mut wish = request("", "nowhere", &[("CUP", 1), ("NO-SUCH", 1)], "bad");
        wish.input.contact.name = "a\0b".to_owned();
        let Err(Error::Reservation(ReservationRefusal::Invalid { faults })) = test.shop.reserve(wish).await
        else {
            panic!("it was taken");
        };
        let named: Vec<(&str, Fault)> = faults.iter().map(|f| (f.pointer.as_str(), f.fault)).collect();
        assert!(named.contains(&("/store", Fault::UnknownStore)), "{named:?}");
        assert!(named.contains(&("/lines/1/sku", Fault::UnknownSku)), "{named:?}");
        assert!(named.iter().any(|(pointer, _)| *pointer == "/contact/name"), "{named:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_collect_and_expiry_at_once_have_one_outcome() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 40).await;
        let who = crate::board::associate(test, "associate", &["seongsu"]).await;
        for round in 0..10 {
            let held = test.reserve(&phone(100 + round), "seongsu", &[("CUP", 1)]).await.unwrap();
            let view = test.shop.reservation(Lang::Ko, &held.number, &held.token).await.unwrap();
            let cancel = {
                let (shop, held) = (test.shop.clone(), held.clone());
                tokio::spawn(async move {
                    shop.cancel_reservation(Lang::Ko, &held.number, &held.token, None).await.map(drop)
                })
            };
            let collect = {
                let (shop, who, number) = (test.shop.clone(), who.clone(), held.number.clone());
                tokio::spawn(async move {
                    let deed = onshelf_vocabulary::staff::BoardDeed::HandOver;
                    shop.do_on_board(&who, "seongsu", &number, deed).await
                })
            };
            let outcomes = [cancel.await.unwrap(), collect.await.unwrap()];
            let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
            assert_eq!(done, 1, "{outcomes:?} {:?}", view.status);
        }
        test.clock.advance(Duration::from_secs(5 * 86_400));
        test.shop.expire_reservations().await.unwrap();
    })
    .await;
}

/// As an offer would be whose row was broken by hand: it stands for something nobody knows.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_ended_keeps_up_nothing_beside_it() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 2).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        let (number, at, store_id) =
            (placed.number.clone(), test.shop.now_ms(), test.key("seongsu", "CUP").store_id);
        let broken = test.shop.db().write(move |mut tx| {
            let number = number.clone();
            Box::pin(async move {
                let order = onshelf_db::orders::by_number(&mut tx, &number).await?.ok_or(Error::NotFound)?;
                let row = ReservationRow {
                    number: "R-0000-0000".to_owned(),
                    code: "000000".to_owned(),
                    store_id,
                    status: "pending".to_owned(),
                    currency: "KRW".to_owned(),
                    way: "collect".to_owned(),
                    expires_at: at + 1,
                    order_id: Some(order.id),
                    offered_for: Some("nothing".to_owned()),
                    ..ReservationRow::default()
                };
                fulfilment::insert(&mut tx, &row).await?;
                Ok::<_, Error>(())
            })
        });
        broken.await.unwrap();
        let held = test.reserve(&phone(900), "seongsu", &[("CUP", 1)]).await.unwrap();
        test.clock.advance(Duration::from_secs(5 * 86_400));
        assert!(test.shop.expire_reservations().await.is_err());
        let mut reader = test.shop.db().reader().await.unwrap();
        let row = fulfilment::for_job(&mut reader.tx(), &held.number).await.unwrap().unwrap();
        assert_eq!(row.status, "expired", "it was written down all the same");
    })
    .await;
}

/// What opens a reservation or an order is not readable at rest: whoever repeats a call is given it again all the same, also
/// after the operator has changed the shop's secret.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_under_a_key_opens_nothing() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "CUP", 9).await;
        let alone = || request("010-4000-0001", "seongsu", &[("CUP", 1)], "alone");
        let together = |number: u8| {
            request(&format!("010-4000-001{number}"), "seongsu", &[("CUP", 1)], &format!("together {number}"))
        };
        let wish = || order("order", vec![collect("seongsu", &[("CUP", 1)])], None);
        let first = test.shop.reserve(alone()).await.unwrap();
        let (second, third) = tokio::join!(test.shop.reserve(together(2)), test.shop.reserve(together(3)));
        let (second, third) = (second.unwrap(), third.unwrap());
        let placed = test.shop.place_order(wish()).await.unwrap();

        let mut reader = test.shop.db().reader().await.unwrap();
        let sql = "SELECT CAST(COUNT(*) AS TEXT) FROM idempotency";
        assert_eq!(onshelf_db::testing::text(&mut reader.tx(), sql).await.unwrap(), "4");
        for token in [&first.token, &second.token, &third.token, &placed.token] {
            let sql = format!("SELECT CAST(COUNT(*) AS TEXT) FROM idempotency WHERE answer LIKE '%{token}%'");
            assert_eq!(onshelf_db::testing::text(&mut reader.tx(), &sql).await.unwrap(), "0");
        }
        let kept = onshelf_db::meta::get(&mut reader.tx(), "secret").await.unwrap();
        drop(reader);

        let settings = Settings {
            secret: Some("another secret, made by the operator".to_owned()),
            previous_secret: kept,
            ..test.shop.settings().clone()
        };
        for shop in [test.shop.clone(), test.beside_with(settings).await] {
            assert_eq!(shop.reserve(alone()).await.unwrap(), first);
            assert_eq!(shop.reserve(together(3)).await.unwrap(), third);
            assert_eq!(shop.place_order(wish()).await.unwrap(), placed);
        }
    })
    .await;
}

/// The answer of a call is that of its key, and not what the shop would plan now: the last one is held by this very order,
/// the store has closed for good.
#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_call_is_answered_as_before_whatever_has_changed() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("gangnam", "CUP", 1).await;
        let transfer = GroupInput { way: Way::Transfer, ..collect("seongsu", &[("CUP", 1)]) };
        let wish = || order("transfer", vec![transfer.clone()], Some(ProviderCode::Test));
        let placed = test.shop.place_order(wish()).await.unwrap();
        assert_eq!(test.available("gangnam", "CUP").await, 0);
        assert_eq!(test.shop.place_order(wish()).await.unwrap(), placed);

        test.with_stock("seongsu", "CUP", 5).await;
        let seen = test.shop.order(Lang::Ko, &placed.number, &placed.token).await.unwrap().total;
        let mut priced = order("priced", vec![collect("seongsu", &[("CUP", 1)])], None);
        priced.input.contact.phone = Some("010-5000-0001".to_owned());
        priced.input.expected_total = Some(seen);
        let reserve = || request("010-5000-0002", "seongsu", &[("CUP", 1)], "reserve");
        let (bought, held) = (
            test.shop.place_order(priced.clone()).await.unwrap(),
            test.shop.reserve(reserve()).await.unwrap(),
        );
        test.with_store("seongsu", |store| store.status = "closed".to_owned()).await;
        assert_eq!(test.shop.place_order(priced.clone()).await.unwrap(), bought);
        assert_eq!(test.shop.reserve(reserve()).await.unwrap(), held);

        let another = Once::new("test", "order", "priced", "another body");
        let reused = test.shop.place_order(PlaceOrder { once: another, ..priced }).await;
        assert!(matches!(reused, Err(Error::KeyReused)), "{reused:?}");
        let fresh = test.shop.reserve(request("010-5000-0003", "seongsu", &[("CUP", 1)], "fresh")).await;
        assert!(matches!(fresh, Err(Error::Reservation(ReservationRefusal::Invalid { .. }))), "{fresh:?}");
    })
    .await;
}
