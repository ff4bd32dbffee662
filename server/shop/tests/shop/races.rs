//! Cancel, collect and expiry at the same moment: whoever is first wins, the others are told so, and the money and the
//! goods are where that one put them.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use onshelf_shop::{
    Once, ledger,
    orders::Placed,
    partners::Partner,
    testing::{TestShop, on_each_engine, with_payments},
};
use onshelf_vocabulary::{Lang, fulfilment::ReservationStatus, staff::BoardDeed};
use tokio::sync::Barrier;

use crate::{
    orders::view,
    paying::{one_kettle, settle},
};

const ROUNDS: i64 = 24;

/// Puts the clock a millisecond before a group runs out.
async fn to_the_last_moment(test: &TestShop, group: &str) {
    let mut reader = test.shop.db().reader().await.unwrap();
    let row = onshelf_db::fulfilment::for_job(&mut reader.tx(), group).await.unwrap().unwrap();
    test.clock.set(Timestamp::from_millisecond(row.expires_at - 1).unwrap());
}

/// All three at once, each round with another head start; answers who was told that it was done: the shopper who
/// cancels, the associate who hands over.
async fn at_once(test: &TestShop, till: &Partner, placed: &Placed, group: &str, round: i64) -> (bool, bool) {
    let start = Arc::new(Barrier::new(3));
    let begin = |turn: i64| {
        let (start, head) =
            (start.clone(), Duration::from_micros(u64::try_from((round + turn) % 3 * 400).unwrap()));
        async move {
            start.wait().await;
            tokio::time::sleep(head).await;
        }
    };
    let cancel = {
        let (shop, placed, begin) = (test.shop.clone(), placed.clone(), begin(0));
        tokio::spawn(async move {
            begin.await;
            shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.is_ok()
        })
    };
    let collect = {
        let (shop, till, begin) = (test.shop.clone(), till.clone(), begin(1));
        let (number, group) = (placed.number.clone(), group.to_owned());
        let once = Once::new("till", "collect", &format!("round {round}"), "");
        tokio::spawn(async move {
            begin.await;
            shop.carry_group(&till, &once, &number, &group, BoardDeed::HandOver).await.is_ok()
        })
    };
    let expiry = {
        let (shop, clock, begin) = (test.shop.clone(), test.clock.clone(), begin(2));
        tokio::spawn(async move {
            begin.await;
            clock.advance(Duration::from_millis(1));
            shop.expire_reservations().await
        })
    };
    expiry.await.unwrap().unwrap();
    (cancel.await.unwrap(), collect.await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_against_collect_against_expiry_at_the_same_moment_has_one_outcome() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", ROUNDS).await;
        let token = test.shop.create_token("pos", None).await.unwrap();
        let till = test.shop.partner(&token).await.unwrap().unwrap();
        let mut there = ROUNDS;
        for round in 0..ROUNDS {
            let placed = one_kettle(test, &format!("round {round}")).await;
            payments.pay_for(&test.shop, &placed.number, &placed.token).await;
            let group = view(&test.shop, &placed).await.groups[0].id.clone();
            to_the_last_moment(test, &group).await;
            let (cancelled, collected) = at_once(test, &till, &placed, &group, round).await;
            // Whoever was not in time, nor anybody else, leaves it to the clock.
            let status = view(&test.shop, &placed).await.groups[0].status;
            let outcome = match (cancelled, collected) {
                (true, false) => ReservationStatus::Cancelled,
                (false, true) => ReservationStatus::Collected,
                (false, false) => ReservationStatus::Expired,
                (true, true) => panic!("round {round}: both were told that it was done"),
            };
            assert_eq!(status, outcome, "round {round}");
            settle(test).await;
            there -= i64::from(collected);
            let kept = payments.kept(&placed.number);
            assert_eq!(kept, if collected { 38_000 } else { 0 }, "round {round}: {status:?}");
            assert_eq!(test.available("seongsu", "KETTLE-MO").await, there, "round {round}: {status:?}");
            let faults = ledger::faults(test.shop.db(), test.shop.now()).await.unwrap();
            assert_eq!(faults, Vec::<String>::new(), "round {round}: {status:?}");
        }
    })
    .await;
}
