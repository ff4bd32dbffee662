//! What a promotions room would take off: made up here, and carried from the price to the refund.

use std::sync::Arc;

use onshelf_domain::fulfilment::Discount;
use onshelf_shop::{
    Basket, Discounts, Error, Once,
    journeys::PickReport,
    orders::Placed,
    testing::{TestShop, collect, lines, on_each_engine, paid, with_payments},
};
use onshelf_vocabulary::{Lang, Money, Text, fulfilment::ReservationStatus, orders::OrderRefusal};

use crate::{orders::view, paying::settle};

/// A thousand won off everything, and a tenth off kettles.
struct Welcome;

impl Discounts for Welcome {
    fn of(&self, basket: &Basket<'_>) -> Vec<Discount> {
        let kettle = basket.lines.iter().position(|(line, _)| line.sku.as_str().starts_with("KETTLE"));
        let tenth = kettle.and_then(|place| {
            let (line, price) = basket.lines.get(place)?;
            let amount = price * line.quantity.get() / 10;
            Some(Discount { name: Text::new("주전자 주간", "Kettle week"), line: Some(place), amount })
        });
        let all = Discount { name: Text::new("첫 주문", "First order"), line: None, amount: 1_000 };
        tenth.into_iter().chain([all]).collect()
    }
}

/// Gives back so many cups or kettles by a till.
async fn back(test: &TestShop, placed: &Placed, key: &str, of: &[(&str, i64)]) -> Result<i64, Error> {
    let token = test.shop.create_token("pos", None).await.unwrap();
    let till = test.shop.partner(&token).await.unwrap().unwrap();
    let once = Once::new("till", "refund", key, "");
    let given = test.shop.refund_lines(&till, &once, &placed.number, &lines(of), None, "returned").await;
    given.map(|money: Money| money.amount)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_off_is_neither_taxed_nor_paid_nor_given_back() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.shop.grant_discounts(Arc::new(Welcome));
        test.with_stock("seongsu", "KETTLE-MO", 1).await.with_stock("seongsu", "CUP", 3).await;
        let groups = vec![collect("seongsu", &[("CUP", 3), ("KETTLE-MO", 1)])];
        let placed = paid(test, &payments, "a", groups).await;
        let order = view(&test.shop, &placed).await;
        // 27,000 and 34,200, less 1,000 of both.
        assert_eq!((order.subtotal.amount, order.total.amount, order.tax.amount), (60_200, 60_200, 5_473));
        assert_eq!(payments.kept(&placed.number), 60_200);

        let receipt = test.shop.receipt(Lang::En, &placed.number, &placed.token).await.unwrap();
        let group = &receipt.order.groups[0];
        let sum: i64 = group.lines.iter().map(|line| line.price.amount * line.quantity).sum();
        assert_eq!((sum, receipt.taxes[0].gross.amount), (60_200, 60_200));
        let told: Vec<_> = group
            .lines
            .iter()
            .map(|line| {
                let off: Vec<_> =
                    line.discounts.iter().map(|off| (off.name.as_str(), off.amount.amount)).collect();
                (line.sku.as_str(), line.quantity, line.price.amount, off)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("CUP", 3, 8_853, vec![("First order", 147)]),
                ("KETTLE-MO", 1, 33_641, vec![("Kettle week", 3_800), ("First order", 559)]),
            ]
        );

        // What goes back is what was paid for it, and all of it is all that was paid.
        assert_eq!(back(test, &placed, "r1", &[("CUP", 1)]).await.unwrap(), 8_853);
        assert_eq!(back(test, &placed, "r2", &[("CUP", 2), ("KETTLE-MO", 1)]).await.unwrap(), 51_347);
        let more = back(test, &placed, "r3", &[("CUP", 1)]).await;
        assert!(matches!(more, Err(Error::Order(OrderRefusal::RefundTooMuch { .. }))), "{more:?}");
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_was_not_found_what_was_paid_goes_back() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.shop.grant_discounts(Arc::new(Welcome));
        test.with_stock("seongsu", "CUP", 3).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 3)])]).await;
        let order = view(&test.shop, &placed).await;
        assert_eq!(order.total.amount, 26_000);
        // A thousand cannot be parted in three: one cup costs a won less.
        let prices: Vec<_> =
            order.groups[0].lines.iter().map(|line| (line.quantity, line.price.amount)).collect();
        assert_eq!(prices, [(1, 8_666), (2, 8_667)]);
        let token = test.shop.create_token("pos", None).await.unwrap();
        let till = test.shop.partner(&token).await.unwrap().unwrap();
        let group = &order.groups[0].id;
        let (once, report) =
            (Once::new("till", "missing", "m", group), PickReport::Missing(lines(&[("CUP", 1)])));
        test.shop.report_group(&till, &once, &placed.number, group, &report).await.unwrap();
        let groups = view(&test.shop, &placed).await.groups;
        let lost = groups.iter().find(|group| group.status == ReservationStatus::NotFound).unwrap();
        let rest = groups.iter().find(|group| group.status != ReservationStatus::NotFound).unwrap();
        assert_eq!(lost.total.amount + rest.total.amount, 26_000);
        test.shop.heal(&lost.id).await.unwrap();
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), rest.total.amount);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_promotions_room_nothing_is_taken_off() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 3).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 3)])]).await;
        let order = view(&test.shop, &placed).await;
        assert_eq!(order.total.amount, 27_000);
        assert!(order.groups[0].lines.iter().all(|line| line.discounts.is_empty()));
        settle(test).await;
    })
    .await;
}
