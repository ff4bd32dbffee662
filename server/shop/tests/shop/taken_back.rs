//! A hand-over that was said by mistake: taken back for a moment, by the store that did it, and never once money or a
//! receipt came of it.

use std::time::Duration;

use onshelf_db::stock;
use onshelf_shop::{
    Error, Once,
    stock::SaleInput,
    testing::{TestShop, carry, collect, on_each_engine, paid, with_payments, won},
};
use onshelf_vocabulary::{
    Lang, StoreCode,
    fulfilment::{ReservationRefusal, ReservationStatus as Status},
    orders::{OrderRefusal, OrderStatus, PassRefusal},
    staff::{BoardDeed, StaffRefusal},
};

use crate::{board::associate, orders::view, paying::settle};

const STORE: &str = "seongsu";

async fn on_hand(test: &TestShop) -> i64 {
    let key = test.key(STORE, "CUP");
    let mut reader = test.shop.db().reader().await.unwrap();
    stock::level(&mut reader.tx(), key).await.unwrap().map_or(0, |level| level.on_hand)
}

/// What it is already, where a deed was refused for that.
fn stands(refused: Result<(), Error>) -> Status {
    match refused {
        Err(Error::Reservation(ReservationRefusal::WrongState { status })) => status,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_of_the_thumb_is_taken_back_and_it_is_held_as_before() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock(STORE, "CUP", 3).await;
        let held = test.reserve("010-2222-3333", STORE, &[("CUP", 2)]).await.unwrap();
        let who = associate(test, "hana", &[STORE]).await;
        let elsewhere = associate(test, "minji", &["gangnam"]).await;
        let deed = async |deed: BoardDeed| test.shop.do_on_board(&who, STORE, &held.number, deed).await;
        assert_eq!(stands(deed(BoardDeed::TakeBack).await), Status::Placed);
        deed(BoardDeed::HandOver).await.unwrap();
        assert_eq!(on_hand(test).await, 1);
        let done = test.shop.board(&who, Lang::Ko, STORE).await.unwrap().done;
        assert!(done[0].can_take_back);
        let theirs = test.shop.do_on_board(&elsewhere, "gangnam", &held.number, BoardDeed::TakeBack).await;
        assert!(matches!(theirs, Err(Error::NotFound)), "{theirs:?}");
        let theirs = test.shop.do_on_board(&elsewhere, STORE, &held.number, BoardDeed::TakeBack).await;
        assert!(matches!(theirs, Err(Error::Staff(StaffRefusal::NotYours))), "{theirs:?}");

        test.clock.advance(Duration::from_secs(599));
        deed(BoardDeed::TakeBack).await.unwrap();
        let now = test.shop.reservation(Lang::Ko, &held.number, &held.token).await.unwrap();
        assert_eq!((now.status, now.can_cancel), (Status::Ready, true));
        assert_eq!((on_hand(test).await, test.available(STORE, "CUP").await), (3, 1));
        assert_eq!(stands(deed(BoardDeed::TakeBack).await), Status::Ready);

        deed(BoardDeed::HandOver).await.unwrap();
        assert_eq!((on_hand(test).await, test.available(STORE, "CUP").await), (1, 1));
        test.clock.advance(Duration::from_secs(600));
        assert_eq!(stands(deed(BoardDeed::TakeBack).await), Status::Collected);
        let done = test.shop.board(&who, Lang::Ko, STORE).await.unwrap().done;
        assert!(!done[0].can_take_back);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pass_works_again_and_the_sale_is_booked_once_more() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock(STORE, "CUP", 2).await;
        let placed = paid(test, &payments, "a", vec![collect(STORE, &[("CUP", 1)])]).await;
        let group = view(&test.shop, &placed).await.groups[0].clone();
        let pass = group.pass.clone().unwrap();
        let who = associate(test, "hana", &[STORE]).await;
        for round in 0..3 {
            let card = test.shop.look_up(&who, Lang::Ko, STORE, &pass).await.unwrap();
            let serial = card.opened.unwrap().serial;
            test.shop.hand_over_by_pass(&who, STORE, &serial, None).await.unwrap();
            let used = test.shop.look_up(&who, Lang::Ko, STORE, &pass).await;
            assert!(
                matches!(used, Err(Error::Order(OrderRefusal::Pass(PassRefusal::Used)))),
                "{round}: {used:?}"
            );
            assert_eq!(view(&test.shop, &placed).await.status, OrderStatus::Completed);
            test.clock.advance(Duration::from_secs(60));
            test.shop.do_on_board(&who, STORE, &group.id, BoardDeed::TakeBack).await.unwrap();
            let now = view(&test.shop, &placed).await;
            assert_eq!((now.status, now.groups[0].code.clone()), (OrderStatus::Ready, group.code.clone()));
        }
        carry(test, &placed, &group.id, &[BoardDeed::HandOver]).await;
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), group.total.amount, "no money moved");
        let mut reader = test.shop.db().reader().await.unwrap();
        let trail = onshelf_db::staff::trail_after(&mut reader.tx(), 0, 0, 100).await.unwrap();
        let told = trail.iter().filter(|line| line.deed == "take_back" && line.subject == group.id);
        assert_eq!(told.filter(|line| line.login.as_deref() == Some("hana")).count(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_something_came_of_is_not_taken_back() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock(STORE, "CUP", 5).await;
        let who = associate(test, "hana", &[STORE]).await;
        let token = test.shop.create_token("pos", None).await.unwrap();
        let till = test.shop.partner(&token).await.unwrap().unwrap();
        // The till sold it, and its shopper has the receipt.
        let sold = test.reserve("010-2222-3333", STORE, &[("CUP", 1)]).await.unwrap();
        let sale = SaleInput {
            store: StoreCode::new(STORE).unwrap(),
            receipt: "1".to_owned(),
            lines: Vec::new(),
            reservation: Some(sold.number.clone()),
        };
        test.shop.record_sale(&till, &Once::new("till", "sale", "k", ""), sale).await.unwrap();
        let done = test.shop.do_on_board(&who, STORE, &sold.number, BoardDeed::TakeBack).await;
        assert_eq!(stands(done), Status::Collected);
        // Money went back for what its shopper had.
        let placed = paid(test, &payments, "a", vec![collect(STORE, &[("CUP", 2)])]).await;
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        test.shop.do_on_board(&who, STORE, &group, BoardDeed::HandOver).await.unwrap();
        let once = Once::new("till", "refund", "k", "");
        test.shop.refund(&till, &once, &placed.number, won(1_000), "scratched").await.unwrap();
        let done = test.shop.do_on_board(&who, STORE, &group, BoardDeed::TakeBack).await;
        assert_eq!(stands(done), Status::Collected);
        // What went back before, or with another order, does not count.
        let other = paid(test, &payments, "b", vec![collect(STORE, &[("CUP", 1)])]).await;
        let group = view(&test.shop, &other).await.groups[0].id.clone();
        let once = Once::new("till", "refund", "before", "");
        test.shop.refund(&till, &once, &other.number, won(1_000), "scratched").await.unwrap();
        test.clock.advance(Duration::from_secs(1));
        test.shop.do_on_board(&who, STORE, &group, BoardDeed::HandOver).await.unwrap();
        test.shop.do_on_board(&who, STORE, &group, BoardDeed::TakeBack).await.unwrap();
        settle(test).await;
        assert_eq!((on_hand(test).await, payments.kept(&placed.number)), (2, 17_000));
        assert_eq!(payments.kept(&other.number), 8_000);
    })
    .await;
}
