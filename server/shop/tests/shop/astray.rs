//! What was sent off and does not come: lost, or come back; told, offered otherwise, and paid back once.

use std::time::Duration;

use onshelf_db::stock;
use onshelf_shop::{
    Error,
    journeys::Answer,
    orders::Placed,
    testing::{TestShop, carry, collect, delivery, on_each_engine, paid, with_payments},
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::{Astray, ReservationRefusal, ReservationStatus as Status, Way},
    orders::{GroupInput, GroupView, OrderStatus},
    payments::PaymentStatus,
    staff::{BoardDeed, StaffRefusal},
};

use crate::{board::associate, orders::view, paying::settle};

async fn on_hand(test: &TestShop, store: &str, sku: &str) -> i64 {
    let key = test.key(store, sku);
    let mut reader = test.shop.db().reader().await.unwrap();
    stock::level(&mut reader.tx(), key).await.unwrap().map_or(0, |level| level.on_hand)
}

/// What is held in place of a group, asked for twice.
async fn healed(test: &TestShop, placed: &Placed, lost: &str) -> Vec<GroupView> {
    test.shop.heal(lost).await.unwrap();
    test.shop.heal(lost).await.unwrap();
    let groups = view(&test.shop, placed).await.groups;
    groups
        .into_iter()
        .filter(|group| group.offered_for.as_deref() == Some(lost) && group.status == Status::Pending)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_parcel_is_no_sale_and_its_money_goes_back_once() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("gangnam", "CUP", 3).await;
        let placed = paid(test, &payments, "a", vec![delivery(&[("CUP", 1)])]).await;
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        let who = associate(test, "minji", &["gangnam"]).await;
        let early = test.shop.do_on_board(&who, "gangnam", &group, BoardDeed::Lost).await;
        assert!(matches!(
            early,
            Err(Error::Reservation(ReservationRefusal::WrongState { status: Status::Placed }))
        ));
        carry(test, &placed, &group, &[BoardDeed::StartPicking, BoardDeed::Dispatch]).await;
        assert_eq!(on_hand(test, "gangnam", "CUP").await, 2);
        test.shop.do_on_board(&who, "gangnam", &group, BoardDeed::Lost).await.unwrap();
        assert_eq!(on_hand(test, "gangnam", "CUP").await, 2, "it had left already");
        for deed in [BoardDeed::Lost, BoardDeed::CameBack, BoardDeed::Deliver] {
            let again = test.shop.do_on_board(&who, "gangnam", &group, deed).await;
            assert!(
                matches!(again, Err(Error::Reservation(ReservationRefusal::WrongState { .. }))),
                "{deed:?}: {again:?}"
            );
        }
        let lost = view(&test.shop, &placed).await.groups[0].clone();
        assert_eq!((lost.status, lost.astray, lost.looking), (Status::NotFound, Some(Astray::Lost), true));
        let held = healed(test, &placed, &group).await;
        assert!(
            held.iter().any(|offer| offer.store.code == "gangnam" && offer.way == Way::Delivery),
            "who lost one may send another: {held:?}"
        );
        assert_eq!(test.available("gangnam", "CUP").await, 1);
        test.shop.answer_offer(&placed.number, &placed.token, &held[0].id, Answer::No).await.unwrap();
        settle(test).await;
        let now = view(&test.shop, &placed).await;
        assert_eq!((now.status, now.payment.status), (OrderStatus::Cancelled, PaymentStatus::Refunded));
        assert_eq!(payments.kept(&placed.number), 0, "the fee as well");
        assert_eq!(test.available("gangnam", "CUP").await, 2);
        let board = test.shop.board(&who, Lang::Ko, "gangnam").await.unwrap();
        let card = board.done.iter().find(|card| card.number == group).unwrap();
        assert_eq!(card.astray, Some(Astray::Lost));
        assert!(board.put_back.is_empty(), "there is nothing to put back");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_back_is_on_hand_again_and_silence_pays_it_back() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("gangnam", "CUP", 2).await;
        let placed = paid(test, &payments, "a", vec![delivery(&[("CUP", 2)])]).await;
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        let who = associate(test, "minji", &["gangnam"]).await;
        carry(test, &placed, &group, &[BoardDeed::Dispatch]).await;
        assert_eq!((on_hand(test, "gangnam", "CUP").await, test.available("gangnam", "CUP").await), (0, 0));
        carry(test, &placed, &group, &[BoardDeed::CameBack]).await;
        assert_eq!((on_hand(test, "gangnam", "CUP").await, test.available("gangnam", "CUP").await), (2, 2));
        let back = test.shop.board(&who, Lang::Ko, "gangnam").await.unwrap().put_back;
        assert_eq!(back.len(), 1);
        assert_eq!((back[0].number.as_str(), back[0].astray), (group.as_str(), Some(Astray::CameBack)));
        test.shop.put_back(&who, "gangnam", &group).await.unwrap();
        assert!(!healed(test, &placed, &group).await.is_empty());
        assert_eq!(test.available("gangnam", "CUP").await, 0, "it is held until they answer");
        test.clock.advance(Duration::from_secs(4 * 3_600));
        test.shop.expire_reservations().await.unwrap();
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 0);
        assert_eq!((on_hand(test, "gangnam", "CUP").await, test.available("gangnam", "CUP").await), (2, 2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_lost_for_the_store_that_waits_for_it() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("gangnam", "CUP", 2).await;
        let transfer = GroupInput { way: Way::Transfer, ..collect("seongsu", &[("CUP", 1)]) };
        let placed = paid(test, &payments, "a", vec![transfer]).await;
        let group = view(&test.shop, &placed).await.groups[0].clone();
        let (there, here) =
            (associate(test, "minji", &["gangnam"]).await, associate(test, "hana", &["seongsu"]).await);
        test.shop.do_on_board(&there, "gangnam", &group.id, BoardDeed::Dispatch).await.unwrap();
        let not_theirs = test.shop.do_on_board(&there, "gangnam", &group.id, BoardDeed::Lost).await;
        assert!(matches!(not_theirs, Err(Error::Staff(StaffRefusal::NotYours))), "{not_theirs:?}");
        let between = test.shop.do_on_board(&here, "seongsu", &group.id, BoardDeed::CameBack).await;
        assert!(matches!(between, Err(Error::Reservation(ReservationRefusal::WrongState { .. }))));
        test.shop.do_on_board(&here, "seongsu", &group.id, BoardDeed::Lost).await.unwrap();
        let late = test.shop.do_on_board(&here, "seongsu", &group.id, BoardDeed::Arrive).await;
        assert!(matches!(late, Err(Error::Reservation(ReservationRefusal::WrongState { .. }))), "{late:?}");
        let held = healed(test, &placed, &group.id).await;
        let again = held.iter().find(|offer| offer.way == Way::Transfer).unwrap().id.clone();
        let (number, token) = (&placed.number, &placed.token);
        test.shop.answer_offer(number, token, &again, Answer::Yes(None)).await.unwrap();
        let deeds = [BoardDeed::Dispatch, BoardDeed::Arrive, BoardDeed::HandOver];
        carry(test, &placed, &again, &deeds).await;
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), group.total.amount, "one was paid, and one was had");
        assert_eq!((on_hand(test, "gangnam", "CUP").await, on_hand(test, "seongsu", "CUP").await), (0, 0));
        assert_eq!(view(&test.shop, &placed).await.status, OrderStatus::Completed);
    })
    .await;
}
