//! What tills and warehouses may say of stock.

use onshelf_domain::stock::{CountFault, MOST_ON_HAND, MovementFault};
use onshelf_shop::{
    Error, Once, StockRefusal,
    partners::Partner,
    stock::{CountInput, Movement, SaleInput, SaleLine},
    testing::{TestShop, on_each_engine},
};
use onshelf_vocabulary::{Quantity, Sku, StoreCode};

async fn partner(test: &TestShop, scope: &str, store: Option<&str>) -> Partner {
    let store = store.map(|code| StoreCode::new(code).unwrap());
    let token = test.shop.create_token(scope, store.as_ref()).await.unwrap();
    test.shop.partner(&token).await.unwrap().unwrap()
}

fn once(key: &str) -> Once {
    Once::new("partner", "test", key, key)
}

fn movement(store: &str, sku: &str, delta: i64) -> Movement {
    Movement {
        store: StoreCode::new(store).unwrap(),
        sku: Sku::new(sku).unwrap(),
        delta,
        reason: "received".to_owned(),
        reference: "note 7".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn movements_are_all_or_nothing() {
    on_each_engine(async |test: &TestShop| {
        let erp = partner(test, "stock", None).await;
        let lines = vec![movement("seongsu", "CUP", 5), movement("gangnam", "CUP", -1)];
        let refused = test.shop.move_stock(&erp, &once("a"), lines).await;
        assert!(matches!(refused, Err(Error::Stock(StockRefusal::NotEnough { line: 1, .. }))));
        assert_eq!(test.available("seongsu", "CUP").await, 0);
        let lines = vec![movement("seongsu", "CUP", 5), movement("gangnam", "CUP", 2)];
        test.shop.move_stock(&erp, &once("b"), lines.clone()).await.unwrap();
        test.shop.move_stock(&erp, &once("b"), lines).await.unwrap();
        assert_eq!(test.available("seongsu", "CUP").await, 5, "the same key moves once");
        let refused = test.shop.move_stock(&erp, &once("c"), Vec::new()).await;
        assert!(matches!(refused, Err(Error::Stock(StockRefusal::BadLines))));
        let odd = Movement { reason: " ".to_owned(), ..movement("seongsu", "CUP", 0) };
        let refused = test.shop.move_stock(&erp, &once("d"), vec![movement("seongsu", "CUP", 1), odd]).await;
        let expected = vec![(1, MovementFault::Delta), (1, MovementFault::Reason)];
        // The audit would take it for what became of a reservation.
        let own = Movement {
            reason: "hand_over".to_owned(),
            reference: "R-7K3M-9QXD".to_owned(),
            ..movement("seongsu", "CUP", -1)
        };
        let spoken = test.shop.move_stock(&erp, &once("e"), vec![own]).await;
        let of_another = vec![(0, MovementFault::OfAReservation)];
        assert!(
            matches!(spoken, Err(Error::Stock(StockRefusal::BadMovements { faults })) if faults == of_another)
        );
        assert!(
            matches!(refused, Err(Error::Stock(StockRefusal::BadMovements { faults })) if faults == expected)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_sets_the_book_and_an_old_one_does_not() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 5).await;
        let erp = partner(test, "stock", Some("seongsu")).await;
        let count = |on_hand: i64, counted_at: i64| CountInput {
            store: StoreCode::new("seongsu").unwrap(),
            sku: Sku::new("CUP").unwrap(),
            on_hand,
            counted_at,
        };
        let now = test.shop.now_ms();
        let after = test.shop.count_stock(&erp, &once("new"), count(2, now)).await.unwrap();
        assert_eq!((after.on_hand, after.available), (2, 2));
        let after = test.shop.count_stock(&erp, &once("old"), count(9, now - 60_000)).await.unwrap();
        assert_eq!(after.on_hand, 2);
        for (on_hand, counted_at, fault) in [
            (MOST_ON_HAND + 1, now, CountFault::OnHand),
            (-1, now, CountFault::OnHand),
            (1, now + 3_600_000, CountFault::NotYet),
        ] {
            let refused = test.shop.count_stock(&erp, &once("odd"), count(on_hand, counted_at)).await;
            assert!(matches!(refused, Err(Error::Stock(StockRefusal::BadCount(told))) if told == fault));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_is_a_fact_even_where_the_book_says_none() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 1).await;
        test.reserve("010-2222-3333", "seongsu", &[("CUP", 1)]).await.unwrap();
        let till = partner(test, "pos", Some("seongsu")).await;
        let sale = SaleInput {
            store: StoreCode::new("seongsu").unwrap(),
            receipt: "R1".to_owned(),
            lines: vec![SaleLine { sku: Sku::new("CUP").unwrap(), quantity: Quantity::try_from(2).unwrap() }],
            reservation: None,
        };
        let after = test.shop.record_sale(&till, &once("s"), sale).await.unwrap();
        assert_eq!((after[0].on_hand, after[0].held, after[0].available), (0, 1, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_answers_a_reservation_takes_its_stock_once() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 9).await.with_stock("seongsu", "KETTLE-MO", 5).await;
        let till = partner(test, "pos", Some("seongsu")).await;
        let line = |sku: &str, quantity: i64| SaleLine {
            sku: Sku::new(sku).unwrap(),
            quantity: Quantity::try_from(quantity).unwrap(),
        };
        let sale = |reservation: &str, lines: Vec<SaleLine>| SaleInput {
            store: StoreCode::new("seongsu").unwrap(),
            receipt: format!("R-{reservation}"),
            lines,
            reservation: Some(reservation.to_owned()),
        };
        let held = test.reserve("010-2222-3333", "seongsu", &[("CUP", 2), ("KETTLE-MO", 1)]).await.unwrap();
        // The receipt names what was held, one cup more, and in another order than the shelves are locked in.
        let lines = vec![line("KETTLE-MO", 1), line("CUP", 1), line("CUP", 2)];
        let after = test.shop.record_sale(&till, &once("full"), sale(&held.number, lines)).await.unwrap();
        let books: Vec<_> =
            after.iter().map(|level| (level.sku.as_str(), level.on_hand, level.held)).collect();
        assert_eq!(books, [("KETTLE-MO", 4, 0), ("CUP", 6, 0), ("CUP", 6, 0)]);

        // A receipt without its lines, or with some of them, hands the whole reservation over as well.
        for (key, lines) in [("none", vec![]), ("some", vec![line("CUP", 1)])] {
            let held =
                test.reserve("010-2222-3333", "seongsu", &[("CUP", 1), ("KETTLE-MO", 1)]).await.unwrap();
            let after = test.shop.record_sale(&till, &once(key), sale(&held.number, lines)).await.unwrap();
            let mut skus: Vec<_> = after.iter().map(|level| level.sku.as_str()).collect();
            skus.sort_unstable();
            assert_eq!(skus, ["CUP", "KETTLE-MO"], "{key}");
        }
        assert_eq!(test.available("seongsu", "CUP").await, 4);
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_for_its_scope_and_store_only() {
    on_each_engine(async |test: &TestShop| {
        let till = partner(test, "pos", Some("seongsu")).await;
        let refused = test.shop.move_stock(&till, &once("a"), vec![movement("seongsu", "CUP", 1)]).await;
        assert!(matches!(refused, Err(Error::Stock(StockRefusal::NotYours))));
        let other = partner(test, "stock", Some("gangnam")).await;
        let refused = test.shop.move_stock(&other, &once("b"), vec![movement("seongsu", "CUP", 1)]).await;
        assert!(matches!(refused, Err(Error::Stock(StockRefusal::NotYours))));
        assert!(test.shop.partner("osk_made-up").await.unwrap().is_none());
    })
    .await;
}
