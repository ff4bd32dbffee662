//! Money that goes back for lines: each line's once, whatever else of the order could still be paid back.

use std::time::Duration;

use onshelf_shop::{
    Error, Once, Shop,
    orders::Placed,
    partners::Partner,
    testing::{TestShop, on_each_engine, won},
};
use onshelf_vocabulary::{
    Lang, Money,
    orders::{OrderChange, OrderRefusal},
    staff::BoardDeed,
};

use crate::{
    orders::{carry, paid, view},
    paying::{collect, lines, settle, with_payments},
};

/// A till, and an order that was paid.
struct Desk {
    shop: Shop,
    till: Partner,
    placed: Placed,
}

impl Desk {
    async fn of(test: &TestShop, placed: Placed) -> Desk {
        let token = test.shop.create_token("pos", None).await.unwrap();
        let till = test.shop.partner(&token).await.unwrap().unwrap();
        Desk { shop: test.shop.clone(), till, placed }
    }

    async fn back(&self, key: &str, of: &[(&str, i64)], amount: Option<i64>) -> Result<Money, Error> {
        let (once, of) = (Once::new("till", "refund", key, ""), lines(of));
        let number = &self.placed.number;
        self.shop.refund_lines(&self.till, &once, number, &of, amount.map(won), "broken").await
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
        assert_eq!(desk.left("b", &[("CUP", 2)], None).await, 9_000);
        assert_eq!(desk.back("c", &[("CUP", 1)], None).await.unwrap(), won(9_000));
        assert_eq!(desk.left("d", &[("CUP", 1)], None).await, 0);
        settle(test).await;
        assert_eq!(payments.kept(number), 38_000);
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
