//! What a receipt states of an order that was paid, partly given back, or not had.

use std::sync::Arc;

use onshelf_db::{Db, stores::StoreRow};
use onshelf_domain::orders::{Tax, TaxRule, TaxTable};
use onshelf_shop::{
    Error, Once, RefundStanding, Settings, Shop, SystemChance,
    testing::{FakePayments, TestShop, collect, delivery, on_each_engine, order, paid, with_payments},
};
use onshelf_vocabulary::{
    Currency, Lang, Money,
    fulfilment::Way,
    orders::{GroupInput, OrderRefusal},
    payments::ProviderCode,
};

use crate::paying::settle;

#[tokio::test(flavor = "multi_thread")]
async fn tax_is_told_by_store_and_money_with_its_day() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await.with_stock("gangnam", "CUP", 3).await;
        let groups = vec![collect("seongsu", &[("KETTLE-MO", 1)]), collect("gangnam", &[("CUP", 3)])];
        let unpaid = test.shop.place_order(order("b", vec![], Some(ProviderCode::Test))).await;
        assert!(unpaid.is_err());
        let placed = paid(test, &payments, "a", groups).await;
        let receipt = test.shop.receipt(Lang::En, &placed.number, &placed.token).await.unwrap();
        let taxes: Vec<_> = receipt
            .taxes
            .iter()
            .map(|line| {
                (line.store.as_deref(), line.rate, line.net.amount, line.tax.amount, line.gross.amount)
            })
            .collect();
        assert_eq!(
            taxes,
            [
                (Some("Seongsu"), Some(100_000), 34_545, 3_455, 38_000),
                (Some("Gangnam"), Some(100_000), 24_545, 2_455, 27_000)
            ]
        );
        assert_eq!(receipt.money.len(), 1);
        assert_eq!((receipt.money[0].amount.amount, receipt.kept().amount), (65_000, 65_000));
        assert!(receipt.money[0].at.at.ends_with("+09:00"), "as the store's clock showed it");

        // Part goes back though all is kept: the tax goes with it.
        let token = test.shop.create_token("pos", None).await.unwrap();
        let till = test.shop.partner(&token).await.unwrap().unwrap();
        let once = Once::new("till", "refund", "r", "");
        let back = Money::new(5_500, Currency::Krw);
        test.shop.refund(&till, &once, &placed.number, back, "a scratch").await.unwrap();
        settle(test).await;
        let receipt = test.shop.receipt(Lang::En, &placed.number, &placed.token).await.unwrap();
        let last = receipt.taxes.last().unwrap();
        assert_eq!((last.store.clone(), last.net.amount, last.tax.amount), (None, -5_000, -500));
        assert_eq!(receipt.kept().amount, receipt.taxes.iter().map(|line| line.gross.amount).sum::<i64>());
        let gone = receipt.money.last().unwrap();
        assert_eq!((gone.amount.amount, gone.standing), (-5_500, RefundStanding::Done));
    })
    .await;
}

/// It is sold where it is handed over, whatever it came from.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_brought_to_a_store_is_taxed_there() {
    on_each_engine(async |test: &TestShop| {
        let uptown = |row: &mut StoreRow| {
            (row.name_en, row.postcode) = ("Uptown".to_owned(), "99001".to_owned());
        };
        test.with_store("uptown", uptown).await.with_stock("gangnam", "CUP", 5).await;
        let yen = |row: &mut StoreRow| row.currency = "JPY".to_owned();
        test.with_store("tokyo", yen).await.with_stock("tokyo", "KETTLE-MO", 5).await;
        let rule = |postcode: &str, rate| TaxRule {
            country: "KR".to_owned(),
            postcode: postcode.to_owned(),
            tax: Tax { rate, included: true },
        };
        let taxes = TaxTable(vec![rule("", 100_000), rule("99", 200_000)]);
        let settings = Settings { taxes, ..test.shop.settings().clone() };
        let db = Db::open(&test.url).await.unwrap();
        let shop = Shop::open(db, test.clock.clone(), Arc::new(SystemChance), settings).await.unwrap();
        let payments = Arc::new(FakePayments::default());
        shop.take_payments(vec![payments.clone()]);

        let brought = GroupInput { way: Way::Transfer, ..collect("uptown", &[("CUP", 1)]) };
        let groups = vec![brought, delivery(&[("CUP", 1)])];
        let placed = shop.place_order(order("a", groups, Some(ProviderCode::Test))).await.unwrap();
        payments.pay_for(&shop, &placed.number, &placed.token).await;
        let receipt = shop.receipt(Lang::En, &placed.number, &placed.token).await.unwrap();
        let taxes: Vec<_> = receipt
            .taxes
            .iter()
            .map(|line| (line.store.as_deref(), line.rate, line.tax.amount, line.gross.amount))
            .collect();
        assert_eq!(
            taxes,
            [(Some("Uptown"), Some(200_000), 1_500, 9_000), (Some("Gangnam"), Some(100_000), 1_091, 12_000)]
        );

        // What another money was asked for is nothing to be brought here.
        let abroad = GroupInput { way: Way::Transfer, ..collect("seongsu", &[("KETTLE-MO", 1)]) };
        let refused = shop.place_order(order("b", vec![abroad], Some(ProviderCode::Test))).await;
        assert!(matches!(refused, Err(Error::Order(OrderRefusal::OutOfStock { .. }))), "{refused:?}");
        shop.db().close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_had_is_no_sale_and_what_was_not_paid_has_no_receipt() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 2).await;
        let groups = vec![collect("seongsu", &[("KETTLE-MO", 1)])];
        let open =
            test.shop.place_order(order("open", groups.clone(), Some(ProviderCode::Test))).await.unwrap();
        let none = test.shop.receipt(Lang::Ko, &open.number, &open.token).await;
        assert!(matches!(none, Err(Error::NotFound)), "{none:?}");
        test.shop.cancel_order(Lang::Ko, &open.number, &open.token, None).await.unwrap();

        let placed = paid(test, &payments, "a", groups).await;
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        settle(test).await;
        let receipt = test.shop.receipt(Lang::Ko, &placed.number, &placed.token).await.unwrap();
        assert_eq!((receipt.taxes.len(), receipt.kept().amount, receipt.money.len()), (0, 0, 2));
        let wrong = test.shop.receipt(Lang::Ko, &placed.number, &open.token).await;
        assert!(wrong.is_err(), "another order's token opens nothing");
    })
    .await;
}
