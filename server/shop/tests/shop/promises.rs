//! The rate of kept promises: what counts as kept, and that nothing launders one that was broken.

use std::time::Duration;

use onshelf_shop::{
    fulfilment::{Kept, together},
    journeys::{Answer, PickReport},
    testing::{TestShop, carry, collect, delivery, on_each_engine, order, paid, with_payments},
};
use onshelf_vocabulary::{
    Lang, Sku, fulfilment::Way, orders::OrderChange, payments::ProviderCode, staff::BoardDeed,
};

use crate::{board::associate, orders::view, paying::settle};

const HOUR: Duration = Duration::from_secs(3_600);

/// Promised and kept at a store in a way.
async fn kept(test: &TestShop, store: &str, way: Way) -> (i64, i64) {
    let all = test.shop.promises().await.unwrap();
    let own: Vec<&Kept> = all.iter().filter(|one| one.store == store && one.way == way).collect();
    let view = together(own);
    (view.promised, view.kept)
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_in_time_is_kept_and_everything_late_is_not() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 20).await;
        let who = associate(test, "hana", &["seongsu"]).await;
        let mut held = Vec::new();
        for place in 0..6 {
            let phone = format!("010-4000-000{place}");
            held.push(test.reserve(&phone, "seongsu", &[("CUP", 2)]).await.unwrap());
        }
        let deed = async |place: usize, deed| {
            test.shop.do_on_board(&who, "seongsu", &held[place].number, deed).await.unwrap();
        };
        deed(0, BoardDeed::MarkReady).await;
        // Handed over at once, without a word that it was ready.
        deed(1, BoardDeed::HandOver).await;
        // The shopper thinks better of it: that breaks nothing.
        test.shop.cancel_reservation(Lang::Ko, &held[2].number, &held[2].token, None).await.unwrap();
        // The store gives it up, which is no way out of a promise.
        deed(3, BoardDeed::Release).await;
        assert_eq!(kept(test, "seongsu", Way::Collect).await, (0, 0), "nothing has fallen due");
        test.clock.advance(2 * HOUR);
        assert_eq!(kept(test, "seongsu", Way::Collect).await, (5, 2), "two are late by now");
        // Ready late, and cancelled late, stay broken.
        deed(4, BoardDeed::MarkReady).await;
        test.shop.cancel_reservation(Lang::Ko, &held[5].number, &held[5].token, None).await.unwrap();
        deed(0, BoardDeed::HandOver).await;
        assert_eq!(kept(test, "seongsu", Way::Collect).await, (5, 2));
        test.clock.advance(29 * 24 * HOUR);
        assert_eq!(kept(test, "seongsu", Way::Collect).await, (0, 0), "four weeks are looked at");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn part_of_it_is_no_kept_promise_and_counts_once() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 3).await;
        let who = associate(test, "hana", &["seongsu"]).await;
        let held = test.reserve("010-4000-0001", "seongsu", &[("CUP", 3)]).await.unwrap();
        let found = PickReport::Found(vec![(Sku::new("CUP").unwrap(), 2)]);
        test.shop.report_on_board(&who, "seongsu", &held.number, &found, None).await.unwrap();
        test.clock.advance(2 * HOUR);
        assert_eq!(kept(test, "seongsu", Way::Collect).await, (1, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_after_it_was_late_saves_nothing() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 9).await.with_stock("gangnam", "CUP", 9).await;
        let elsewhere = || OrderChange {
            groups: Some(vec![collect("gangnam", &[("CUP", 1)])]),
            ..OrderChange::default()
        };
        let early = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        test.shop.change_order(Lang::Ko, &early.number, &early.token, elsewhere(), None).await.unwrap();
        let late = paid(test, &payments, "b", vec![collect("seongsu", &[("CUP", 1)])]).await;
        // Held and never paid: nobody was promised anything.
        let unpaid = order("c", vec![collect("seongsu", &[("CUP", 1)])], Some(ProviderCode::Test));
        test.shop.place_order(unpaid).await.unwrap();
        test.clock.advance(2 * HOUR);
        test.shop.expire_reservations().await.unwrap();
        test.shop.change_order(Lang::Ko, &late.number, &late.token, elsewhere(), None).await.unwrap();
        assert_eq!(kept(test, "seongsu", Way::Collect).await, (1, 0), "the late one, and not the early one");
        assert_eq!(kept(test, "gangnam", Way::Collect).await, (1, 0), "where it was moved to is late, too");
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_no_promise_until_it_is_taken() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 2).await.with_stock("gangnam", "CUP", 9).await;
        for (key, answer) in [("a", Answer::No), ("b", Answer::Yes(None))] {
            let placed = paid(test, &payments, key, vec![collect("seongsu", &[("CUP", 1)])]).await;
            let group = view(&test.shop, &placed).await.groups[0].id.clone();
            carry(test, &placed, &group, &[BoardDeed::NotFound]).await;
            test.shop.heal(&group).await.unwrap();
            let offer = view(&test.shop, &placed).await.groups[1].id.clone();
            test.clock.advance(3 * HOUR);
            let taken = answer != Answer::No;
            test.shop.answer_offer(&placed.number, &placed.token, &offer, answer).await.unwrap();
            if taken {
                carry(test, &placed, &offer, &[BoardDeed::MarkReady]).await;
            }
        }
        test.clock.advance(2 * HOUR);
        assert_eq!(kept(test, "seongsu", Way::Collect).await, (2, 0), "neither was found");
        assert_eq!(kept(test, "gangnam", Way::Collect).await, (1, 1), "from the answer on it was in time");
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_kept_when_it_is_there() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("gangnam", "CUP", 2).await;
        for key in ["a", "b"] {
            let placed = paid(test, &payments, key, vec![delivery(&[("CUP", 1)])]).await;
            let group = view(&test.shop, &placed).await.groups[0].clone();
            carry(test, &placed, &group.id, &[BoardDeed::Dispatch]).await;
            let by: jiff::Timestamp = group.ready_by.at.parse().unwrap();
            let late = jiff::SignedDuration::from_mins(if key == "a" { -1 } else { 1 });
            test.clock.set(by + late);
            carry(test, &placed, &group.id, &[BoardDeed::Deliver]).await;
        }
        test.clock.advance(HOUR);
        assert_eq!(kept(test, "gangnam", Way::Delivery).await, (2, 1));
        settle(test).await;
    })
    .await;
}
