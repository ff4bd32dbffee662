//! Money that goes back for lines: each line's once, whatever else of the order could still be paid back.

use std::time::Duration;

use onshelf_shop::{
    Error, Once, Shop,
    orders::Placed,
    partners::Partner,
    testing::{TestShop, carry, collect, lines, on_each_engine, paid, with_payments, won},
};
use onshelf_vocabulary::{
    Lang, Money, StoreCode,
    fulfilment::{Fault, Way},
    orders::{GroupInput, OrderChange, OrderRefusal},
    staff::BoardDeed,
};

use crate::{orders::view, paying::settle};

/// A till, and an order that was paid.
struct Desk {
    shop: Shop,
    till: Partner,
    placed: Placed,
}

impl Desk {
    async fn of(test: &TestShop, placed: Placed) -> Desk {
        Desk::at(test, placed, None).await
    }

    /// One whose token is bound to a store.
    async fn at(test: &TestShop, placed: Placed, store: Option<&str>) -> Desk {
        let store = store.map(|code| StoreCode::new(code).unwrap());
        let token = test.shop.create_token("pos", store.as_ref()).await.unwrap();
        let till = test.shop.partner(&token).await.unwrap().unwrap();
        Desk { shop: test.shop.clone(), till, placed }
    }

    async fn back(&self, key: &str, of: &[(&str, i64)], amount: Option<i64>) -> Result<Money, Error> {
        let (once, of) = (Once::new(&self.till.actor(), "refund", key, ""), lines(of));
        let number = &self.placed.number;
        self.shop.refund_lines(&self.till, &once, number, &of, amount.map(won), "broken").await
    }

    /// It is refused, at this pointer.
    async fn wrong(&self, key: &str, of: &[(&str, i64)]) -> (String, Fault) {
        match self.back(key, of, None).await {
            Err(Error::Order(OrderRefusal::Invalid { mut faults })) => {
                let fault = faults.remove(0);
                (fault.pointer, fault.fault)
            }
            other => panic!("{other:?}"),
        }
    }

    /// It is refused, with so much left.
    async fn left(&self, key: &str, of: &[(&str, i64)], amount: Option<i64>) -> i64 {
        match self.back(key, of, amount).await {
            Err(Error::Order(OrderRefusal::RefundTooMuch { left })) => left.amount,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_paid_back_once() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 2).await.with_stock("gangnam", "KETTLE-MO", 1).await;
        let groups = vec![collect("seongsu", &[("CUP", 2)]), collect("gangnam", &[("KETTLE-MO", 1)])];
        let desk = Desk::of(test, paid(test, &payments, "a", groups).await).await;
        assert_eq!(desk.back("a", &[("CUP", 1)], None).await.unwrap(), won(9_000));
        assert_eq!(desk.left("b", &[("CUP", 2)], None).await, 9_000, "one of two is left");
        assert_eq!(desk.back("c", &[("CUP", 1)], None).await.unwrap(), won(9_000));
        // There is money left, but none of it is a cup's.
        assert_eq!(desk.left("d", &[("CUP", 1)], None).await, 0);
        assert_eq!(desk.left("e", &[("CUP", 1)], Some(1)).await, 0);
        assert_eq!(desk.left("f", &[("CUP", 1), ("KETTLE-MO", 1)], None).await, 38_000);
        // Less than a line cost leaves the rest of it.
        assert_eq!(desk.back("g", &[("KETTLE-MO", 1)], Some(5_000)).await.unwrap(), won(5_000));
        assert_eq!(desk.left("h", &[("KETTLE-MO", 1)], None).await, 33_000);
        assert_eq!(desk.back("i", &[("KETTLE-MO", 1)], Some(33_000)).await.unwrap(), won(33_000));
        settle(test).await;
        assert_eq!(payments.kept(&desk.placed.number), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_paid_back_once_also_at_once() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 1).await.with_stock("seongsu", "KETTLE-MO", 1).await;
        let groups = vec![collect("seongsu", &[("CUP", 1), ("KETTLE-MO", 1)])];
        let desk = Desk::of(test, paid(test, &payments, "a", groups).await).await;
        let both = tokio::join!(desk.back("a", &[("CUP", 1)], None), desk.back("b", &[("CUP", 1)], None));
        let outcomes = [both.0, both.1];
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        assert_eq!(desk.left("c", &[("CUP", 1)], None).await, 0);
        settle(test).await;
        assert_eq!(payments.kept(&desk.placed.number), 38_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_back_is_remembered_when_the_order_is_changed() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 3).await.with_stock("seongsu", "KETTLE-MO", 1).await;
        let groups = |cups: i64| vec![collect("seongsu", &[("CUP", cups), ("KETTLE-MO", 1)])];
        let desk = Desk::of(test, paid(test, &payments, "a", groups(3)).await).await;
        assert_eq!(desk.back("a", &[("CUP", 1)], None).await.unwrap(), won(9_000));
        let change = OrderChange { groups: Some(groups(2)), ..OrderChange::default() };
        let (number, token) = (&desk.placed.number, &desk.placed.token);
        test.shop.change_order(Lang::Ko, number, token, change, None).await.unwrap();
        settle(test).await;
        assert_eq!(payments.kept(number), 56_000, "the cup that is given up went back before");
        assert_eq!(desk.left("b", &[("CUP", 2)], Some(18_001)).await, 18_000);
        assert_eq!(desk.back("c", &[("CUP", 2)], None).await.unwrap(), won(18_000));
        assert_eq!(desk.left("d", &[("CUP", 1)], None).await, 0);
        settle(test).await;
        assert_eq!(payments.kept(number), 38_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_reckoned_against_what_is_still_owed() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 9).await.with_stock("seongsu", "KETTLE-MI", 9).await;
        // So much went back for the three cups; what the change costs then; what is kept in the end.
        for (key, back, wish, cost, kept) in [
            ("all", None, collect("seongsu", &[("CUP", 1)]), 0, 0),
            ("part", Some(5_000), collect("seongsu", &[("CUP", 2)]), -4_000, 18_000),
            ("as it is", Some(5_000), collect("seongsu", &[("CUP", 3)]), 0, 22_000),
            // What takes the place of a line that went back is paid for.
            ("other", None, collect("seongsu", &[("KETTLE-MI", 1)]), 38_000, 38_000),
            ("more", Some(9_000), collect("seongsu", &[("CUP", 4)]), 9_000, 27_000),
        ] {
            let desk =
                Desk::of(test, paid(test, &payments, key, vec![collect("seongsu", &[("CUP", 3)])]).await)
                    .await;
            let (number, token) = (desk.placed.number.as_str(), desk.placed.token.as_str());
            desk.back(key, &[("CUP", 3)], back).await.unwrap();
            let wish = vec![wish];
            let changing = test.shop.changing(number, token).await.unwrap();
            let costs = test.shop.change_costs(Lang::Ko, &changing, std::slice::from_ref(&wish));
            assert_eq!(costs.unwrap().remove(0).ok(), Some(won(cost)), "{key}");
            let change = OrderChange { groups: Some(wish), ..OrderChange::default() };
            let changed = test.shop.change_order(Lang::Ko, number, token, change, None).await.unwrap();
            assert_eq!(changed.pay.is_some(), cost > 0, "{key}");
            if cost > 0 {
                payments.pay_for(&test.shop, number, token).await;
            }
            settle(test).await;
            assert_eq!(payments.kept(number), kept, "{key}");
            test.shop.cancel_order(Lang::Ko, number, token, None).await.unwrap();
            settle(test).await;
            assert_eq!(payments.kept(number), 0, "{key}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_gives_back_what_it_hands_over_and_head_office_all() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        for key in ["amount", "lines"] {
            test.with_stock("seongsu", "CUP", 2).await.with_stock("gangnam", "KETTLE-MO", 1).await;
            let groups = vec![collect("seongsu", &[("CUP", 2)]), collect("gangnam", &[("KETTLE-MO", 1)])];
            let placed = paid(test, &payments, key, groups).await;
            let gangnam = Desk::at(test, placed.clone(), Some("gangnam")).await;
            let seongsu = Desk::at(test, placed.clone(), Some("seongsu")).await;
            let office = Desk::of(test, placed).await;
            let elsewhere = ("/lines/0/sku".to_owned(), Fault::OfAnotherStore);
            assert_eq!(gangnam.wrong("a", &[("CUP", 1)]).await, elsewhere);
            assert_eq!(gangnam.left("b", &[], Some(38_001)).await, 38_000);
            if key == "amount" {
                assert_eq!(gangnam.back("c", &[], Some(30_000)).await.unwrap(), won(30_000));
                assert_eq!(gangnam.left("d", &[], Some(8_001)).await, 8_000);
                assert_eq!(gangnam.left("e", &[("KETTLE-MO", 1)], None).await, 8_000);
                assert_eq!(gangnam.back("f", &[("KETTLE-MO", 1)], Some(8_000)).await.unwrap(), won(8_000));
            } else {
                assert_eq!(gangnam.back("c", &[("KETTLE-MO", 1)], None).await.unwrap(), won(38_000));
            }
            assert_eq!(gangnam.left("g", &[], Some(1)).await, 0, "what is left is another store's");
            assert_eq!(seongsu.back("h", &[("CUP", 1)], None).await.unwrap(), won(9_000));
            assert_eq!(seongsu.left("i", &[], Some(9_001)).await, 9_000);
            assert_eq!(office.back("j", &[("CUP", 1)], None).await.unwrap(), won(9_000));
            assert_eq!(seongsu.left("k", &[], Some(1)).await, 0);
            settle(test).await;
            assert_eq!(payments.kept(&office.placed.number), 0, "{key}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_thing_at_two_stores_each_gives_back_its_own() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 1).await.with_stock("gangnam", "CUP", 1).await;
        let groups = vec![collect("seongsu", &[("CUP", 1)]), collect("gangnam", &[("CUP", 1)])];
        let placed = paid(test, &payments, "a", groups).await;
        let gangnam = Desk::at(test, placed.clone(), Some("gangnam")).await;
        let seongsu = Desk::at(test, placed, Some("seongsu")).await;
        assert_eq!(gangnam.back("a", &[("CUP", 1)], None).await.unwrap(), won(9_000));
        assert_eq!(gangnam.left("b", &[("CUP", 1)], None).await, 0);
        assert_eq!(seongsu.back("c", &[("CUP", 1)], None).await.unwrap(), won(9_000));
        settle(test).await;
        assert_eq!(payments.kept(&seongsu.placed.number), 0);

        // Who only sends it gives nothing back.
        test.with_stock("gangnam", "CUP", 1).await;
        let transfer = GroupInput { way: Way::Transfer, ..collect("seongsu", &[("CUP", 1)]) };
        let sent = paid(test, &payments, "b", vec![transfer]).await;
        let source = Desk::at(test, sent, Some("gangnam")).await;
        assert_eq!(source.left("a", &[], Some(1)).await, 0);
        assert_eq!(source.wrong("b", &[("CUP", 1)]).await.1, Fault::OfAnotherStore);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_back_for_lines_does_not_go_back_again_with_their_group() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        for (key, deeds) in
            [("lost", &[BoardDeed::StartPicking, BoardDeed::NotFound][..]), ("left", &[BoardDeed::MarkReady])]
        {
            test.with_stock("seongsu", "CUP", 2).await.with_stock("gangnam", "KETTLE-MO", 1).await;
            let groups = vec![collect("seongsu", &[("CUP", 2)]), collect("gangnam", &[("KETTLE-MO", 1)])];
            let desk = Desk::of(test, paid(test, &payments, key, groups).await).await;
            let placed = &desk.placed;
            assert_eq!(desk.back(key, &[("CUP", 1)], None).await.unwrap(), won(9_000));
            let groups = view(&test.shop, placed).await.groups;
            carry(test, placed, &groups[1].id, &[BoardDeed::HandOver]).await;
            carry(test, placed, &groups[0].id, deeds).await;
            test.shop.heal(&groups[0].id).await.unwrap();
            test.clock.advance(Duration::from_secs(7 * 86_400));
            test.shop.expire_reservations().await.unwrap();
            settle(test).await;
            // The kettle was handed over, and is paid for.
            assert_eq!(payments.kept(&placed.number), 38_000, "{key}");
        }
    })
    .await;
}

/// Whoever gives money back sees what went back a moment before, by whatever deed.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_and_its_group_at_once_give_their_money_back_once() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        for round in 0..8 {
            let key = format!("round {round}");
            test.with_stock("seongsu", "CUP", 1).await.with_stock("gangnam", "KETTLE-MO", 1).await;
            let groups = vec![collect("seongsu", &[("CUP", 1)]), collect("gangnam", &[("KETTLE-MO", 1)])];
            let desk = Desk::of(test, paid(test, &payments, &key, groups).await).await;
            let ids = view(&test.shop, &desk.placed).await.groups;
            carry(test, &desk.placed, &ids[1].id, &[BoardDeed::HandOver]).await;
            let release = carry(test, &desk.placed, &ids[0].id, &[BoardDeed::Release]);
            let (refunded, ()) = tokio::join!(desk.back(&key, &[("CUP", 1)], None), release);
            assert!(
                matches!(&refunded, Ok(_) | Err(Error::Order(OrderRefusal::RefundTooMuch { .. }))),
                "{refunded:?}"
            );
            settle(test).await;
            // The kettle was handed over, and is paid for.
            assert_eq!(payments.kept(&desk.placed.number), 38_000, "{key}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_thing_in_two_groups_each_gives_its_money_back_once() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        for key in ["lost", "cancelled"] {
            test.with_stock("seongsu", "CUP", 1).await.with_stock("seongsu", "KETTLE-MO", 1).await;
            test.with_stock("gangnam", "CUP", 1).await.with_stock("seongsu", "KETTLE-MI", 1).await;
            let groups = vec![
                collect("seongsu", &[("CUP", 1), ("KETTLE-MO", 1)]),
                collect("gangnam", &[("CUP", 1)]),
                collect("seongsu", &[("KETTLE-MI", 1)]),
            ];
            let desk = Desk::of(test, paid(test, &payments, key, groups).await).await;
            let placed = &desk.placed;
            assert_eq!(desk.back(key, &[("CUP", 1)], None).await.unwrap(), won(9_000));
            let groups = view(&test.shop, placed).await.groups;
            carry(test, placed, &groups[2].id, &[BoardDeed::HandOver]).await;
            if key == "lost" {
                carry(test, placed, &groups[1].id, &[BoardDeed::StartPicking, BoardDeed::NotFound]).await;
                test.shop.heal(&groups[1].id).await.unwrap();
            }
            test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
            settle(test).await;
            // The other kettle was handed over, and is paid for.
            assert_eq!(payments.kept(&placed.number), 38_000, "{key}");
        }
    })
    .await;
}
