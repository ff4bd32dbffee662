//! A basket that is kept while its shopper checks out: held from the first choice on, theirs alone, and given back by
//! leaving as by its time.

use std::time::Duration;

use futures::future::join_all;
use onshelf_shop::{
    Error, Viewer,
    orders::{KeepBasket, Placed},
    testing::{TestShop, collect, lines, on_each_engine, order, with_payments},
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::Way,
    orders::{Address, GroupInput, OrderChange, OrderRefusal, OrderStatus},
    payments::ProviderCode,
};

use crate::paying::settle;

fn keep(groups: Vec<GroupInput>, instead: Option<&Placed>) -> KeepBasket {
    KeepBasket { groups, lang: Lang::Ko, near: None, instead: instead.cloned(), network: None }
}

async fn is_kept(test: &TestShop, of: &Placed) -> bool {
    test.shop.kept_basket(&Viewer::new(Lang::Ko), of).await.unwrap().is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_held_for_ten_minutes_once_longer_and_then_anybodys() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "CUP", 2).await;
        let kept = test.shop.keep_basket(keep(vec![collect("seongsu", &[("CUP", 2)])], None)).await.unwrap();
        assert_eq!(test.available("seongsu", "CUP").await, 0);
        let refused = test.shop.keep_basket(keep(vec![collect("seongsu", &[("CUP", 1)])], None)).await;
        assert!(matches!(refused, Err(Error::Order(OrderRefusal::OutOfStock { .. }))), "{refused:?}");
        let seen = test.shop.kept_basket(&Viewer::new(Lang::Ko), &kept).await.unwrap().unwrap();
        assert_eq!((seen.seconds, seen.can_extend), (600, true));
        assert_eq!(seen.groups[0].lines, lines(&[("CUP", 2)]));

        test.clock.advance(Duration::from_secs(590));
        test.shop.extend_basket(&kept).await.unwrap();
        let again = test.shop.extend_basket(&kept).await;
        assert!(matches!(again, Err(Error::Order(OrderRefusal::ExtendedBefore))), "{again:?}");
        test.clock.advance(Duration::from_secs(590));
        assert_eq!(test.available("seongsu", "CUP").await, 0);
        test.clock.advance(Duration::from_secs(10));
        assert_eq!(test.available("seongsu", "CUP").await, 2, "to the second, and no job ran");
        assert!(!is_kept(test, &kept).await);
        test.shop.let_go(&kept).await.unwrap();
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_gives_it_back_and_choosing_again_swaps_it() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "CUP", 1).await.with_stock("gangnam", "CUP", 1).await;
        let first = test.shop.keep_basket(keep(vec![collect("seongsu", &[("CUP", 1)])], None)).await.unwrap();
        let second = keep(vec![collect("gangnam", &[("CUP", 1)])], Some(&first));
        let second = test.shop.keep_basket(second).await.unwrap();
        assert_eq!((test.available("seongsu", "CUP").await, test.available("gangnam", "CUP").await), (1, 0));
        assert!(!is_kept(test, &first).await && is_kept(test, &second).await);
        test.shop.let_go(&second).await.unwrap();
        test.shop.let_go(&second).await.unwrap();
        assert_eq!(test.available("gangnam", "CUP").await, 1);
        // A swap that cannot be made changes nothing.
        let third = test.shop.keep_basket(keep(vec![collect("seongsu", &[("CUP", 1)])], None)).await.unwrap();
        assert!(
            test.shop.keep_basket(keep(vec![collect("gangnam", &[("CUP", 2)])], Some(&third))).await.is_err()
        );
        assert!(is_kept(test, &third).await);
        settle(test).await;
    })
    .await;
}

/// Seconds that are left of what is kept, and whether they can be made more; none where it is over.
async fn left(test: &TestShop, of: &Placed) -> Option<(i64, bool)> {
    let kept = test.shop.kept_basket(&Viewer::new(Lang::Ko), of).await.unwrap();
    kept.map(|kept| (kept.seconds, kept.can_extend))
}

/// To and fro between two ways: else whoever presses often enough would hold it for ever.
#[tokio::test(flavor = "multi_thread")]
async fn choosing_again_makes_its_time_no_longer_and_extended_once_is_once() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "CUP", 1).await;
        let by = |way: Way| vec![GroupInput { way, ..collect("seongsu", &[("CUP", 1)]) }];
        let mut kept = test.shop.keep_basket(keep(by(Way::Collect), None)).await.unwrap();
        for (way, seconds) in [(Way::Curbside, 400), (Way::Collect, 200)] {
            test.clock.advance(Duration::from_secs(200));
            kept = test.shop.keep_basket(keep(by(way), Some(&kept))).await.unwrap();
            assert_eq!(left(test, &kept).await, Some((seconds, true)));
        }
        test.shop.extend_basket(&kept).await.unwrap();
        assert_eq!(left(test, &kept).await, Some((600, false)));
        for (way, seconds) in [(Way::Curbside, 400), (Way::Collect, 200)] {
            test.clock.advance(Duration::from_secs(200));
            kept = test.shop.keep_basket(keep(by(way), Some(&kept))).await.unwrap();
            assert_eq!(left(test, &kept).await, Some((seconds, false)), "it was made longer before");
            let again = test.shop.extend_basket(&kept).await;
            assert!(matches!(again, Err(Error::Order(OrderRefusal::ExtendedBefore))), "{again:?}");
        }
        test.clock.advance(Duration::from_secs(199));
        assert_eq!(test.available("seongsu", "CUP").await, 0);
        test.clock.advance(Duration::from_secs(1));
        assert_eq!(test.available("seongsu", "CUP").await, 1, "a thousand seconds after it was chosen first");
        // What ran out was anybody's; whoever finds it there all the same begins anew.
        let anew = test.shop.keep_basket(keep(by(Way::Curbside), Some(&kept))).await.unwrap();
        assert_eq!(left(test, &anew).await, Some((600, true)));
        test.shop.let_go(&anew).await.unwrap();
        settle(test).await;
    })
    .await;
}

/// Two tabs have the same cookie: the slower one finds what it names given back, and gets no new time for that.
#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_that_choose_again_at_once_have_the_time_of_the_first() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "CUP", 2).await;
        let basket = |way: Way, instead: Option<&Placed>| {
            keep(vec![GroupInput { way, ..collect("seongsu", &[("CUP", 1)]) }], instead)
        };
        let first = test.shop.keep_basket(basket(Way::Collect, None)).await.unwrap();
        test.clock.advance(Duration::from_secs(500));
        let (one, other) = tokio::join!(
            Box::pin(test.shop.keep_basket(basket(Way::Curbside, Some(&first)))),
            Box::pin(test.shop.keep_basket(basket(Way::Collect, Some(&first))))
        );
        for kept in [one.unwrap(), other.unwrap()] {
            assert_eq!(left(test, &kept).await, Some((100, true)));
        }
        test.clock.advance(Duration::from_secs(100));
        assert_eq!(test.available("seongsu", "CUP").await, 2);
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_one_that_is_kept_becomes_the_order() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 1).await;
        let groups = vec![collect("seongsu", &[("CUP", 1)])];
        let kept = test.shop.keep_basket(keep(groups.clone(), None)).await.unwrap();
        test.shop.extend_basket(&kept).await.unwrap();
        let request = order("a", groups.clone(), Some(ProviderCode::Test));
        let placed = test.shop.place_kept(request.clone(), Some(&kept)).await.unwrap();
        assert_eq!(
            test.shop.place_kept(request, Some(&kept)).await.unwrap(),
            placed,
            "sent twice is placed once"
        );
        let view = test.shop.order(Lang::Ko, &placed.number, &placed.token).await.unwrap();
        assert_eq!((view.held_seconds, view.can_extend), (600, false), "longer once is once");
        assert!(!is_kept(test, &kept).await);
        payments.pay_for(&test.shop, &placed.number, &placed.token).await;
        // What is an order is given back by nobody who kept it.
        test.shop.let_go(&kept).await.unwrap();
        let stranger = Placed { number: placed.number.clone(), token: placed.token.clone() };
        test.shop.let_go(&stranger).await.unwrap();
        let view = test.shop.order(Lang::Ko, &placed.number, &placed.token).await.unwrap();
        assert_eq!(view.status, OrderStatus::Paid);
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_travels_is_sent_from_where_it_is_kept() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("gangnam", "CUP", 1).await;
        let ways = [
            GroupInput { way: Way::Transfer, ..collect("seongsu", &[("CUP", 1)]) },
            GroupInput {
                way: Way::Delivery,
                store: None,
                address: Some(Address {
                    line1: "연무장길 12".to_owned(),
                    postcode: "04782".to_owned(),
                    ..Address::default()
                }),
                window: None,
                lines: lines(&[("CUP", 1)]),
            },
        ];
        for (key, group) in ["transfer", "delivery"].into_iter().zip(ways) {
            let kept = test.shop.keep_basket(keep(vec![group.clone()], None)).await.unwrap();
            // The shelves say that it is gone; it is theirs all the same.
            assert_eq!(test.available("gangnam", "CUP").await, 0);
            let request = order(key, vec![group], Some(ProviderCode::Test));
            let placed = test.shop.place_kept(request, Some(&kept)).await.unwrap();
            test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
            assert_eq!(test.available("gangnam", "CUP").await, 1);
        }
        settle(test).await;
    })
    .await;
}

/// Whoever throws their cookie away is somebody else each time, and comes from the same place.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_sessions_from_one_network_empties_no_shelf() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "CUP", 60).await;
        let from = |network: &str, instead: Option<&Placed>| KeepBasket {
            network: Some(network.parse().unwrap()),
            ..keep(vec![collect("seongsu", &[("CUP", 1)])], instead)
        };
        let tries = (0..40).map(|_| {
            let (shop, basket) = (test.shop.clone(), from("203.0.113.9", None));
            tokio::spawn(async move { shop.keep_basket(basket).await })
        });
        let outcomes: Vec<_> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
        let kept: Vec<&Placed> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
        assert_eq!(kept.len(), 20, "{outcomes:?}");
        for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
            assert!(matches!(refused, Error::Order(OrderRefusal::TooMany { limit: 20 })), "{refused:?}");
        }
        assert_eq!(test.available("seongsu", "CUP").await, 40);
        // Others are not in their way, whoever has one may choose again, and what is given back is free again.
        test.shop.keep_basket(from("2001:db8::1", None)).await.unwrap();
        let chosen = test.shop.keep_basket(from("203.0.113.9", Some(kept[0]))).await.unwrap();
        assert!(test.shop.keep_basket(from("203.0.113.9", None)).await.is_err());
        test.shop.let_go(&chosen).await.unwrap();
        test.shop.keep_basket(from("203.0.113.9", None)).await.unwrap();
        test.clock.advance(Duration::from_secs(600));
        test.shop.keep_basket(from("203.0.113.9", None)).await.unwrap();
        // Who they are is not to be read from what is kept.
        let mut reader = test.shop.db().reader().await.unwrap();
        let row = onshelf_db::orders::by_number(&mut reader.tx(), &chosen.number).await.unwrap().unwrap();
        assert!(!row.shopper.contains("203.0.113.9"), "{}", row.shopper);
    })
    .await;
}

/// Its token lies in a cookie, where anybody can take it from.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_kept_can_neither_be_changed_into_an_order_nor_paid() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 3).await;
        let kept = test.shop.keep_basket(keep(vec![collect("seongsu", &[("CUP", 1)])], None)).await.unwrap();
        let (number, token) = (&kept.number, &kept.token);
        let change =
            OrderChange { groups: Some(vec![collect("seongsu", &[("CUP", 3)])]), ..OrderChange::default() };
        let changed = test.shop.change_order(Lang::Ko, number, token, change, None).await;
        assert!(matches!(changed, Err(Error::NotFound)), "{changed:?}");
        let paid = test.shop.pay_order(Lang::Ko, number, token, Some(ProviderCode::Test)).await;
        assert!(matches!(paid, Err(Error::NotFound)), "{paid:?}");
        assert!(test.shop.order(Lang::Ko, number, token).await.is_err() && payments.open().is_empty());
        assert!(is_kept(test, &kept).await);
        test.clock.advance(Duration::from_secs(600));
        assert_eq!(test.available("seongsu", "CUP").await, 3);
    })
    .await;
}
