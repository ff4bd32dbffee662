//! What the people of a store tell each other: who picks, where it stands, what goes back; and finding by name.

use onshelf_shop::{
    Error,
    staff::Associate,
    testing::{TestShop, collect, on_each_engine, paid, with_payments},
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationRefusal, ReservationStatus},
    staff::{BoardDeed, BoardView},
};

use crate::{board::associate, orders::view, paying::settle};

const STORE: &str = "seongsu";

async fn board(test: &TestShop, who: &Associate) -> BoardView {
    test.shop.board(who, Lang::Ko, STORE).await.unwrap()
}

/// Numbers of what has to go back.
async fn back(test: &TestShop, who: &Associate) -> Vec<String> {
    board(test, who).await.put_back.into_iter().map(|card| card.number).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_staged_and_is_not_wanted_any_more_goes_back_to_the_shelf() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock(STORE, "CUP", 5).await;
        let who = associate(test, "hana", &[STORE]).await;
        let untouched = test.reserve("010-2222-3331", STORE, &[("CUP", 1)]).await.unwrap();
        let cancelled = test.reserve("010-2222-3332", STORE, &[("CUP", 1)]).await.unwrap();
        let ran_out = test.reserve("010-2222-3333", STORE, &[("CUP", 1)]).await.unwrap();
        let picked = test.reserve("010-2222-3334", STORE, &[("CUP", 1)]).await.unwrap();
        test.shop.do_on_board(&who, STORE, &picked.number, BoardDeed::StartPicking).await.unwrap();
        for number in [&cancelled.number, &ran_out.number] {
            test.shop.stage_on_board(&who, STORE, number, BoardDeed::MarkReady, " A-3 ", None).await.unwrap();
        }
        assert!(board(test, &who).await.ready.iter().all(|card| card.place == "A-3"));
        for owned in [&untouched, &cancelled] {
            test.shop.cancel_reservation(Lang::Ko, &owned.number, &owned.token, None).await.unwrap();
        }
        test.shop.do_on_board(&who, STORE, &picked.number, BoardDeed::Release).await.unwrap();
        assert_eq!(back(test, &who).await, [cancelled.number.clone(), picked.number.clone()]);
        let view = test.shop.reservation(Lang::Ko, &ran_out.number, &ran_out.token).await.unwrap();
        test.clock.set(view.expires_at.at.parse().unwrap());
        test.shop.expire_reservations().await.unwrap();
        let now = board(test, &who).await;
        assert_eq!(now.put_back.len(), 3);
        assert_eq!(
            now.put_back.iter().filter(|card| card.place == "A-3").count(),
            2,
            "it says where it stands"
        );
        assert!(now.done.iter().all(|card| card.number == untouched.number));

        for number in [&cancelled.number, &picked.number, &ran_out.number] {
            test.shop.put_back(&who, STORE, number).await.unwrap();
            test.shop.put_back(&who, STORE, number).await.unwrap();
        }
        assert!(back(test, &who).await.is_empty());
        assert_eq!(test.available(STORE, "CUP").await, 5);
        let elsewhere = associate(test, "minji", &["gangnam"]).await;
        let refused = test.shop.put_back(&elsewhere, "gangnam", &picked.number).await;
        assert!(matches!(refused, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_order_that_is_cancelled_when_it_is_ready_goes_back_too() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock(STORE, "CUP", 2).await;
        let who = associate(test, "hana", &[STORE]).await;
        let placed = paid(test, &payments, "a", vec![collect(STORE, &[("CUP", 2)])]).await;
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        test.shop.do_on_board(&who, STORE, &group, BoardDeed::MarkReady).await.unwrap();
        test.shop.do_on_board(&who, STORE, &group, BoardDeed::Release).await.unwrap();
        assert_eq!(back(test, &who).await, [group]);
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_by_mistake_is_picked_again_and_still_held() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock(STORE, "CUP", 1).await;
        let who = associate(test, "hana", &[STORE]).await;
        let held = test.reserve("010-2222-3333", STORE, &[("CUP", 1)]).await.unwrap();
        for deed in [BoardDeed::MarkReady, BoardDeed::Unready] {
            test.shop.do_on_board(&who, STORE, &held.number, deed).await.unwrap();
        }
        let now = board(test, &who).await;
        assert_eq!((now.to_prepare.len(), now.ready.len()), (1, 0));
        assert_eq!(now.to_prepare[0].picker.as_ref().map(|picker| picker.own), Some(true));
        test.shop.do_on_board(&who, STORE, &held.number, BoardDeed::StartPicking).await.unwrap();
        assert_eq!(test.available(STORE, "CUP").await, 0, "it stays held");
        let again = test.shop.do_on_board(&who, STORE, &held.number, BoardDeed::Unready).await;
        assert!(matches!(
            again,
            Err(Error::Reservation(ReservationRefusal::WrongState { status: ReservationStatus::Picking }))
        ));
        test.shop.do_on_board(&who, STORE, &held.number, BoardDeed::MarkReady).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_picks_is_named_and_their_second_press_is_no_refusal() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock(STORE, "CUP", 1).await;
        let hana = associate(test, "hana", &[STORE]).await;
        let minji = associate(test, "minji", &[STORE]).await;
        let held = test.reserve("010-2222-3333", STORE, &[("CUP", 1)]).await.unwrap();
        for _ in 0..2 {
            test.shop.do_on_board(&hana, STORE, &held.number, BoardDeed::StartPicking).await.unwrap();
        }
        let other = test.shop.do_on_board(&minji, STORE, &held.number, BoardDeed::StartPicking).await;
        assert!(matches!(other, Err(Error::Reservation(ReservationRefusal::WrongState { .. }))));
        for (who, own) in [(&hana, true), (&minji, false)] {
            let picker = board(test, who).await.to_prepare[0].picker.clone().unwrap();
            assert_eq!((picker.name.as_str(), picker.own), ("hana", own));
        }
        // Whoever is nearer may finish it.
        test.shop.do_on_board(&minji, STORE, &held.number, BoardDeed::MarkReady).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_without_a_code_is_found_at_their_store_and_nowhere_else() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock(STORE, "CUP", 4).await;
        let who = associate(test, "hana", &[STORE]).await;
        let held = test.reserve("010-2222-3333", STORE, &[("CUP", 1)]).await.unwrap();
        let placed = paid(test, &payments, "a", vec![collect(STORE, &[("CUP", 1)])]).await;
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        let found = async |typed: &str| -> Vec<String> {
            let cards = test.shop.look_up_people(&who, Lang::Ko, STORE, typed).await.unwrap();
            cards.into_iter().map(|card| card.number).collect()
        };
        for typed in ["3333", "010-2222-3333"] {
            assert!(found(typed).await.contains(&held.number), "{typed}");
        }
        assert!(found("김제자리").await.contains(&held.number));
        assert!(found("ㄱㅈㅈㄹ").await.contains(&held.number));
        let address = format!("https://shop.example/orders/{}?t={}", placed.number, placed.token);
        for typed in [placed.number.clone(), placed.number.to_lowercase(), address] {
            assert_eq!(found(&typed).await, std::slice::from_ref(&group), "{typed}");
        }
        assert!(found("홍길동").await.is_empty());

        // What can still be handed over is not hidden among what was.
        test.shop.do_on_board(&who, STORE, &held.number, BoardDeed::HandOver).await.unwrap();
        assert!(found("3333").await.contains(&held.number), "until then it is told that it was");
        let again = test.reserve("010-2222-3333", STORE, &[("CUP", 1)]).await.unwrap();
        assert_eq!(found("2222-3333").await, std::slice::from_ref(&again.number));

        let elsewhere = associate(test, "minji", &["gangnam"]).await;
        for typed in ["3333", "김제자리", placed.number.as_str()] {
            let cards = test.shop.look_up_people(&elsewhere, Lang::Ko, "gangnam", typed).await.unwrap();
            assert!(cards.is_empty(), "{typed}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_two_things_waiting_is_given_both() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock(STORE, "CUP", 5).await.with_stock("gangnam", "CUP", 1).await;
        let who = associate(test, "hana", &[STORE]).await;
        let first = test.reserve("010-2222-3333", STORE, &[("CUP", 1)]).await.unwrap();
        let second = test.reserve("010-2222-3333", STORE, &[("CUP", 1)]).await.unwrap();
        test.reserve("010-2222-3333", "gangnam", &[("CUP", 1)]).await.unwrap();
        test.reserve("010-2222-4444", STORE, &[("CUP", 1)]).await.unwrap();
        test.shop
            .stage_on_board(&who, STORE, &second.number, BoardDeed::MarkReady, "B2", None)
            .await
            .unwrap();
        let others = async || test.shop.look_up(&who, Lang::Ko, STORE, &first.number).await.unwrap().others;
        let found = others().await;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].number.as_str(), found[0].place.as_str()), (second.number.as_str(), "B2"));
        test.shop.do_on_board(&who, STORE, &second.number, BoardDeed::HandOver).await.unwrap();
        assert!(others().await.is_empty());

        // The other group of an order, once, though it is of the same reach as well.
        test.with_stock(STORE, "KETTLE-MO", 1).await;
        let (payments, two) = (with_payments(test), [("CUP", 1), ("KETTLE-MO", 1)]);
        let groups = two.iter().map(|line| collect(STORE, std::slice::from_ref(line))).collect();
        let placed = paid(test, &payments, "a", groups).await;
        let groups = view(&test.shop, &placed).await.groups;
        let card = test.shop.look_up(&who, Lang::Ko, STORE, &groups[0].id).await.unwrap();
        assert_eq!(card.others.len(), 1);
        assert_eq!(card.others[0].number, groups[1].id);
    })
    .await;
}
