//! What is done about what was not found: the rest goes on, what could take its place is held at once, and money and
//! stock are right whatever the shopper says.

use std::time::Duration;

use onshelf_db::stock;
use onshelf_shop::{
    Error, Once,
    journeys::{Answer, PickReport},
    orders::Placed,
    testing::{
        FakePayments, TestShop, carry, collect, delivery, lines, on_each_engine, order, paid, with_payments,
        won,
    },
};
use onshelf_vocabulary::{
    Lang, Sku,
    fulfilment::{Fault, ReservationRefusal, ReservationStatus as Status, Way},
    orders::{Address, GroupView, OrderRefusal, OrderStatus},
    payments::PaymentStatus,
    staff::BoardDeed,
};

use crate::{board::associate, orders::view, paying::settle};

/// The store says over the contract what is missing; answers where the rest stands.
pub async fn missing(
    test: &TestShop,
    placed: &Placed,
    group: &str,
    of: &[(&str, i64)],
    key: &str,
) -> Result<String, Error> {
    let token = test.shop.create_token("pos", None).await.unwrap();
    let till = test.shop.partner(&token).await.unwrap().unwrap();
    let once = Once::new("till", "missing", key, group);
    test.shop.report_group(&till, &once, &placed.number, group, &PickReport::Missing(lines(of))).await
}

async fn on_hand(test: &TestShop, store: &str, sku: &str) -> i64 {
    let key = test.key(store, sku);
    let mut reader = test.shop.db().reader().await.unwrap();
    stock::level(&mut reader.tx(), key).await.unwrap().map_or(0, |level| level.on_hand)
}

fn faults(refused: Result<String, Error>) -> Vec<(String, Fault)> {
    let Err(Error::Reservation(ReservationRefusal::Invalid { faults })) = refused else {
        panic!("{refused:?}")
    };
    faults.into_iter().map(|fault| (fault.pointer, fault.fault)).collect()
}

fn home() -> Address {
    Address {
        line1: "서울 성동구 연무장길 12".to_owned(),
        postcode: "04782".to_owned(),
        ..Address::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_three_are_ready_under_the_same_code_and_the_third_is_refunded_once() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 5).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 3)])]).await;
        let before = view(&test.shop, &placed).await.groups[0].clone();
        for _ in 0..2 {
            let status = missing(test, &placed, &before.id, &[("CUP", 1)], "one").await.unwrap();
            assert_eq!(status, "ready", "said twice under one key it is done once");
        }
        let now = view(&test.shop, &placed).await;
        let (found, lost) = (&now.groups[0], &now.groups[1]);
        assert_eq!((found.status, found.code.clone()), (Status::Ready, before.code.clone()));
        assert!(found.pass.is_some());
        assert_eq!((found.lines[0].quantity, found.total.amount), (2, 18_000));
        assert_eq!((lost.status, lost.lines[0].quantity, lost.total.amount), (Status::NotFound, 1, 9_000));
        assert_eq!(lost.split_from.as_deref(), Some(found.id.as_str()));
        assert_eq!(on_hand(test, "seongsu", "CUP").await, 4, "what nobody finds is on the book no more");
        assert_eq!(test.available("seongsu", "CUP").await, 2);
        let again = missing(test, &placed, &before.id, &[("CUP", 1)], "two").await;
        assert!(matches!(again, Err(Error::Reservation(ReservationRefusal::WrongState { .. }))), "{again:?}");

        let lost = lost.id.clone();
        test.shop.heal(&lost).await.unwrap();
        test.shop.heal(&lost).await.unwrap();
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 18_000);
        carry(test, &placed, &before.id, &[BoardDeed::HandOver]).await;
        let now = view(&test.shop, &placed).await;
        assert_eq!((now.status, now.payment.status), (OrderStatus::Completed, PaymentStatus::PartlyRefunded));
        assert_eq!(on_hand(test, "seongsu", "CUP").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_gave_its_money_back_does_not_give_it_back_again_with_its_lines() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 3).await.with_stock("gangnam", "KETTLE-MO", 1).await;
        let groups = vec![collect("seongsu", &[("CUP", 3)]), collect("gangnam", &[("KETTLE-MO", 1)])];
        let placed = paid(test, &payments, "a", groups).await;
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        missing(test, &placed, &group, &[("CUP", 1)], "one").await.unwrap();
        let groups = view(&test.shop, &placed).await.groups;
        let lost = groups.iter().find(|group| group.split_from.is_some()).unwrap();
        test.shop.heal(&lost.id).await.unwrap();
        let token = test.shop.create_token("pos", None).await.unwrap();
        let till = test.shop.partner(&token).await.unwrap().unwrap();
        let back = async |key: &str, of: &[(&str, i64)], amount: Option<i64>| {
            let (once, of) = (Once::new("till", "refund", key, ""), lines(of));
            test.shop.refund_lines(&till, &once, &placed.number, &of, amount.map(won), "broken").await
        };
        // Three were ordered, and the third has been paid back.
        let refused = back("a", &[("CUP", 3)], None).await;
        assert!(
            matches!(refused, Err(Error::Order(OrderRefusal::RefundTooMuch { left })) if left == won(18_000)),
            "{refused:?}"
        );
        assert_eq!(back("b", &[("CUP", 3)], Some(10_000)).await.unwrap(), won(10_000));
        assert_eq!(back("c", &[("KETTLE-MO", 1)], None).await.unwrap(), won(38_000));
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 65_000 - 9_000 - 10_000 - 38_000);
        let mut reader = test.shop.db().reader().await.unwrap();
        let trail = onshelf_db::staff::trail_after(&mut reader.tx(), 0, 0, 100).await.unwrap();
        let told: Vec<&str> =
            trail.iter().filter(|line| line.deed == "refund").map(|line| &*line.subject).collect();
        let number = &placed.number;
        assert_eq!(told, [format!("{number} CUP×3"), format!("{number} KETTLE-MO×1")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_brought_home_goes_on_with_what_was_found() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("gangnam", "CUP", 2).await.with_stock("gangnam", "KETTLE-MO", 1).await;
        let placed = paid(test, &payments, "a", vec![delivery(&[("CUP", 2), ("KETTLE-MO", 1)])]).await;
        let group = view(&test.shop, &placed).await.groups[0].clone();
        let status = missing(test, &placed, &group.id, &[("KETTLE-MO", 1)], "one").await.unwrap();
        assert_eq!(status, "picking", "it is not ready before it has been sent");
        let lost = view(&test.shop, &placed).await.groups[1].clone();
        assert_eq!((lost.total.amount, lost.fee.amount), (38_000, 0), "it is still brought: the fee stays");
        test.shop.heal(&lost.id).await.unwrap();
        carry(test, &placed, &group.id, &[BoardDeed::Dispatch, BoardDeed::Deliver]).await;
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), group.total.amount - 38_000);
        assert_eq!(view(&test.shop, &placed).await.status, OrderStatus::Completed);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_that_cannot_be_changes_nothing() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 3).await.with_stock("seongsu", "KETTLE-MO", 1).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 3)])]).await;
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        for (key, of, pointer, fault) in [
            ("a", &[("CUP", 4)][..], "/lines/0/quantity", Fault::NotThatMany),
            ("b", &[("CUP", 2), ("CUP", 2)], "/lines/1/quantity", Fault::NotThatMany),
            ("c", &[("CUP", 1), ("KETTLE-MO", 1)], "/lines/1/sku", Fault::NotInIt),
            ("d", &[("NOBODY-SELLS-IT", 1)], "/lines/0/sku", Fault::NotInIt),
        ] {
            let refused = missing(test, &placed, &group, of, key).await;
            assert_eq!(faults(refused), [(pointer.to_owned(), fault)]);
        }
        let now = view(&test.shop, &placed).await;
        assert_eq!((now.groups.len(), now.groups[0].status), (1, Status::Placed));
        assert_eq!(on_hand(test, "seongsu", "CUP").await, 3);
        // All of it missing is what a deed without lines says.
        assert_eq!(missing(test, &placed, &group, &[("CUP", 3)], "e").await.unwrap(), "not_found");
        test.shop.heal(&group).await.unwrap();
        settle(test).await;
        assert_eq!((payments.kept(&placed.number), on_hand(test, "seongsu", "CUP").await), (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_tells_what_is_missing_and_keeps_the_rest() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 3).await.with_stock("seongsu", "KETTLE-MO", 1).await;
        let held = test.reserve("010-2222-3333", "seongsu", &[("CUP", 3), ("KETTLE-MO", 1)]).await.unwrap();
        let who = associate(test, "hana", &["seongsu"]).await;
        let counted = |sku: &str, count| vec![(Sku::new(sku).unwrap(), count)];
        let all = PickReport::Found(counted("CUP", 3));
        let refused = test.shop.report_on_board(&who, "seongsu", &held.number, &all, None).await;
        assert_eq!(faults(refused.map(|()| String::new())), [("/lines".to_owned(), Fault::NothingMissing)]);
        let found = PickReport::Found([counted("CUP", 2), counted("KETTLE-MO", 0)].concat());
        test.shop.report_on_board(&who, "seongsu", &held.number, &found, None).await.unwrap();
        let now = test.shop.reservation(Lang::Ko, &held.number, &held.token).await.unwrap();
        assert_eq!((now.status, now.total.amount), (Status::Ready, 18_000));
        let told = |lines: &[onshelf_vocabulary::fulfilment::ReservationLineView]| {
            lines.iter().map(|line| (line.sku.clone(), line.quantity)).collect::<Vec<_>>()
        };
        assert_eq!(told(&now.lines), [("CUP".to_owned(), 2)]);
        assert_eq!(told(&now.missing), [("CUP".to_owned(), 1), ("KETTLE-MO".to_owned(), 1)]);
        assert_eq!(on_hand(test, "seongsu", "KETTLE-MO").await, 0);
        let card = test.shop.look_up(&who, Lang::Ko, "seongsu", &now.code).await.unwrap();
        assert_eq!((card.number, card.total.amount), (held.number.clone(), 18_000));
        test.shop.do_on_board(&who, "seongsu", &held.number, BoardDeed::HandOver).await.unwrap();
        assert_eq!(on_hand(test, "seongsu", "CUP").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_at_the_counter_costs_what_was_found() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 3).await.with_stock("gangnam", "CUP", 1).await;
        let wish = order("a", vec![collect("seongsu", &[("CUP", 3)])], None);
        let placed = test.shop.place_order(wish).await.unwrap();
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        missing(test, &placed, &group, &[("CUP", 1)], "one").await.unwrap();
        let now = view(&test.shop, &placed).await;
        assert_eq!((now.total.amount, now.tax.amount), (18_000, 1_636));
        let lost = now.groups[1].id.clone();
        test.shop.heal(&lost).await.unwrap();
        let offers = offers(test, &placed, &lost).await;
        assert_eq!(offers.len(), 1, "nothing is brought that is not paid: {offers:?}");
        test.shop
            .answer_offer(&placed.number, &placed.token, &offers[0].id, Answer::Yes(None))
            .await
            .unwrap();
        assert_eq!(view(&test.shop, &placed).await.total.amount, 27_000);
    })
    .await;
}

async fn offers(test: &TestShop, placed: &Placed, lost: &str) -> Vec<GroupView> {
    let now = view(&test.shop, placed).await;
    let held =
        |group: &GroupView| group.offered_for.as_deref() == Some(lost) && group.status == Status::Pending;
    now.groups.into_iter().filter(held).collect()
}

/// A kettle that was paid and not found, with what is held in its place.
async fn lost_kettle(
    test: &TestShop,
    payments: &FakePayments,
    key: &str,
) -> (Placed, String, Vec<GroupView>) {
    let placed = paid(test, payments, key, vec![collect("seongsu", &[("KETTLE-MO", 1)])]).await;
    let group = view(&test.shop, &placed).await.groups[0].id.clone();
    carry(test, &placed, &group, &[BoardDeed::NotFound]).await;
    test.shop.heal(&group).await.unwrap();
    test.shop.heal(&group).await.unwrap();
    let held = offers(test, &placed, &group).await;
    (placed, group, held)
}

async fn shelves(test: &TestShop) -> (i64, i64) {
    (test.available("gangnam", "KETTLE-MO").await, test.available("seongsu", "KETTLE-MI").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_could_take_its_place_is_held_until_one_is_taken() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 9).await.with_stock("seongsu", "KETTLE-MI", 9).await;
        test.with_stock("gangnam", "KETTLE-MO", 9).await;
        let mut kept = 0;
        for (round, take) in [Some(0), Some(1), Some(2), None].into_iter().enumerate() {
            let before = shelves(test).await;
            let (placed, lost, held) = lost_kettle(test, &payments, &format!("k{round}")).await;
            let told: Vec<(&str, Way, &str)> = held
                .iter()
                .map(|offer| (offer.store.code.as_str(), offer.way, offer.lines[0].sku.as_str()))
                .collect();
            assert_eq!(
                told,
                [
                    ("gangnam", Way::Collect, "KETTLE-MO"),
                    ("gangnam", Way::Delivery, "KETTLE-MO"),
                    ("seongsu", Way::Collect, "KETTLE-MI"),
                ]
            );
            assert!(held.iter().all(|offer| offer.total.amount <= 38_000), "none of it is dearer");
            assert_eq!(shelves(test).await, (before.0 - 2, before.1 - 1), "held once, whoever asks twice");
            let (number, token) = (&placed.number, &placed.token);
            let answer =
                async |offer: &str, answer| test.shop.answer_offer(number, token, offer, answer).await;
            let taken = match take {
                Some(place) => {
                    let offer = &held[place];
                    if offer.way == Way::Delivery {
                        let nowhere = answer(&offer.id, Answer::Yes(None)).await;
                        let Err(Error::Order(OrderRefusal::Invalid { faults })) = nowhere else {
                            panic!("{nowhere:?}")
                        };
                        assert_eq!(faults[0].pointer, "/address/line1");
                        assert_eq!(offers(test, &placed, &lost).await.len(), 3, "all of it is still held");
                    }
                    // Hours later: what is promised is promised from the answer on.
                    test.clock.advance(Duration::from_secs(3 * 3_600));
                    answer(&offer.id, Answer::Yes(Some(home()))).await.unwrap();
                    let now = view(&test.shop, &placed).await;
                    let own = now.groups.iter().find(|group| group.id == offer.id).unwrap();
                    assert_eq!(
                        (own.status, own.address.is_some()),
                        (Status::Placed, own.way == Way::Delivery)
                    );
                    let ready: jiff::Timestamp = own.ready_by.at.parse().unwrap();
                    assert!(ready > test.shop.now(), "nothing is promised that is late already");
                    kept += 38_000;
                    (i64::from(place < 2), i64::from(place == 2))
                }
                None => {
                    answer(&held[1].id, Answer::No).await.unwrap();
                    (0, 0)
                }
            };
            assert_eq!(offers(test, &placed, &lost).await, []);
            assert_eq!(shelves(test).await, (before.0 - taken.0, before.1 - taken.1), "the others gave back");
            let late = answer(&held[0].id, Answer::No).await;
            assert!(late.is_err(), "what is decided is decided");
            settle(test).await;
            let money = if take.is_some() { 38_000 } else { 0 };
            assert_eq!(payments.kept(&placed.number), money, "round {round}");
        }
        assert_eq!(kept, 3 * 38_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_and_a_cancelled_order_give_everything_back_once() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 9).await.with_stock("seongsu", "KETTLE-MI", 9).await;
        test.with_stock("gangnam", "KETTLE-MO", 9).await;
        for cancelled in [true, false] {
            let before = shelves(test).await;
            let (placed, lost, held) = lost_kettle(test, &payments, &format!("{cancelled}")).await;
            assert_eq!(held.len(), 3);
            if cancelled {
                test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
            } else {
                test.clock.advance(Duration::from_secs(4 * 3_600));
                let late = test
                    .shop
                    .answer_offer(&placed.number, &placed.token, &held[0].id, Answer::Yes(None))
                    .await;
                assert!(matches!(late, Err(Error::Order(OrderRefusal::HoldOver))), "{late:?}");
                test.shop.expire_reservations().await.unwrap();
            }
            test.shop.expire_reservations().await.unwrap();
            assert_eq!(offers(test, &placed, &lost).await, []);
            settle(test).await;
            assert_eq!(payments.kept(&placed.number), 0);
            assert_eq!(shelves(test).await, before);
            let now = view(&test.shop, &placed).await;
            assert_eq!((now.status, now.payment.status), (OrderStatus::Cancelled, PaymentStatus::Refunded));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_for_less_gives_the_difference_back() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await.with_stock("seongsu", "CUP", 1).await;
        let (placed, _, held) = lost_kettle(test, &payments, "a").await;
        assert_eq!(held.len(), 1, "only the related thing is there: {held:?}");
        assert_eq!((held[0].lines[0].sku.as_str(), held[0].total.amount), ("CUP", 9_000));
        test.shop.answer_offer(&placed.number, &placed.token, &held[0].id, Answer::Yes(None)).await.unwrap();
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 9_000);
        // It is not found either: what was still kept goes back, once.
        carry(test, &placed, &held[0].id, &[BoardDeed::NotFound]).await;
        test.shop.heal(&held[0].id).await.unwrap();
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_answers_at_once_one_counts() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 9).await.with_stock("seongsu", "KETTLE-MI", 9).await;
        test.with_stock("gangnam", "KETTLE-MO", 9).await;
        for round in 0..3 {
            let (placed, _, held) = lost_kettle(test, &payments, &format!("r{round}")).await;
            let (number, token) = (placed.number.as_str(), placed.token.as_str());
            let (one, other, none) = tokio::join!(
                test.shop.answer_offer(number, token, &held[0].id, Answer::Yes(None)),
                test.shop.answer_offer(number, token, &held[2].id, Answer::Yes(None)),
                test.shop.answer_offer(number, token, &held[1].id, Answer::No),
            );
            let done = [one, other, none].into_iter().filter(Result::is_ok).count();
            assert_eq!(done, 1);
            settle(test).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_one_elsewhere_is_offered_in_one_way_only() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 1).await.with_stock("gangnam", "CUP", 1).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        carry(test, &placed, &group, &[BoardDeed::NotFound]).await;
        test.shop.heal(&group).await.unwrap();
        let held = offers(test, &placed, &group).await;
        assert_eq!(held.iter().map(|offer| offer.way).collect::<Vec<_>>(), [Way::Collect]);
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        settle(test).await;
        assert_eq!((payments.kept(&placed.number), test.available("gangnam", "CUP").await), (0, 1));
    })
    .await;
}

/// What travels is still being picked after a report, so that another one can come at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn two_reports_at_once_are_both_taken_and_neither_undoes_the_other() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        for round in 0..4 {
            test.with_stock("gangnam", "CUP", 5).await;
            let key = |name: &str| format!("{name}{round}");
            let placed = paid(test, &payments, &key("order"), vec![delivery(&[("CUP", 5)])]).await;
            let group = view(&test.shop, &placed).await.groups[0].clone();
            let (one, two, three) = (key("one"), key("two"), key("three"));
            missing(test, &placed, &group.id, &[("CUP", 1)], &one).await.unwrap();
            let both = tokio::join!(
                missing(test, &placed, &group.id, &[("CUP", 1)], &two),
                missing(test, &placed, &group.id, &[("CUP", 1)], &three)
            );
            assert_eq!((both.0.unwrap(), both.1.unwrap()), ("picking".to_owned(), "picking".to_owned()));
            let groups = view(&test.shop, &placed).await.groups;
            let counts: Vec<i64> = groups.iter().map(|group| group.lines[0].quantity).collect();
            assert_eq!(counts, [2, 1, 1, 1]);
            for lost in &groups[1..] {
                test.shop.heal(&lost.id).await.unwrap();
            }
            carry(test, &placed, &group.id, &[BoardDeed::Dispatch, BoardDeed::Deliver]).await;
            settle(test).await;
            assert_eq!(payments.kept(&placed.number), group.total.amount - 3 * 9_000);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_groups_that_are_lost_at_once_are_both_left_out_of_what_the_counter_asks() {
    on_each_engine(async |test: &TestShop| {
        for round in 0..4 {
            test.with_stock("seongsu", "CUP", 1).await.with_stock("gangnam", "KETTLE-MO", 1).await;
            let groups = vec![collect("seongsu", &[("CUP", 1)]), collect("gangnam", &[("KETTLE-MO", 1)])];
            let placed = test.shop.place_order(order(&format!("{round}"), groups, None)).await.unwrap();
            let now = view(&test.shop, &placed).await;
            assert_eq!(now.total, won(47_000));
            let (one, other) = (&now.groups[0].id, &now.groups[1].id);
            let lost = [BoardDeed::NotFound];
            tokio::join!(carry(test, &placed, one, &lost), carry(test, &placed, other, &lost));
            assert_eq!(view(&test.shop, &placed).await.total, won(0));
        }
    })
    .await;
}
