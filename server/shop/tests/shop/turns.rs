//! Whoever writes an order and its payments takes the order first. Who did it the other way round would be waited for
//! by whoever settles, and wait for them.

use std::{sync::Arc, time::Duration};

use onshelf_db::testing::text;
use onshelf_shop::{
    Error, Shop,
    orders::Placed,
    testing::{Engine, FakePayments, TestShop, collect},
};
use onshelf_vocabulary::{
    Lang,
    orders::{OrderChange, OrderStatus},
    payments::ProviderCode,
};

use crate::{
    orders::view,
    paying::{one_kettle, settle},
};

/// How many wait for the one who asks.
const WAITING: &str = "SELECT CAST(COUNT(*) AS TEXT) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))";

/// Keeps the order's open payment from a deed until that waits for it; answers whether the deed has the order by then.
async fn has_its_order<D, F>(test: &TestShop, placed: &Placed, deed: D) -> bool
where
    D: Fn(Shop, Placed) -> F + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let (shop, own) = (test.shop.clone(), placed.clone());
    let kept = test.shop.db().write(move |mut tx| {
        let (doing, number) = (deed(shop.clone(), own.clone()), own.number.clone());
        Box::pin(async move {
            let payment = format!(
                "SELECT reference FROM payments
                 WHERE status IN ('created', 'open') AND reference LIKE '{number}%' FOR UPDATE"
            );
            text(&mut tx, &payment).await?;
            let doing = tokio::spawn(doing);
            for _ in 0..500 {
                if text(&mut tx, WAITING).await? != "0" {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let order = format!("SELECT number FROM orders WHERE number = '{number}' FOR UPDATE NOWAIT");
            let taken = text(&mut tx, &order).await.is_err();
            Ok::<_, Error>((doing, taken))
        })
    });
    let (doing, taken) = kept.await.unwrap();
    doing.await.unwrap();
    taken
}

async fn add_cups(shop: &Shop, placed: &Placed, quantity: i64) -> String {
    let groups = vec![collect("seongsu", &[("KETTLE-MO", 1), ("CUP", quantity)])];
    let change = OrderChange { groups: Some(groups), ..OrderChange::default() };
    let changed = shop.change_order(Lang::Ko, &placed.number, &placed.token, change, None).await;
    changed.unwrap().pay.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_an_order_and_its_payments_takes_the_order_first() {
    // SQLite has one writer, and nobody to wait for.
    let Some(test) = TestShop::on(Engine::Postgres).await else { return };
    let (first, second) = (Arc::new(FakePayments::default()), Arc::new(FakePayments::of(ProviderCode::Toss)));
    test.shop.take_payments(vec![first.clone(), second.clone()]);
    test.with_stock("seongsu", "KETTLE-MO", 1).await.with_stock("seongsu", "CUP", 9).await;
    let placed = one_kettle(&test, "a").await;

    let taken = has_its_order(&test, &placed, |shop, placed| async move {
        let toss = Some(ProviderCode::Toss);
        shop.pay_order(Lang::Ko, &placed.number, &placed.token, toss).await.unwrap();
    })
    .await;
    assert!(taken, "another way to pay");

    assert!(second.pay(&second.open()[0]));
    settle(&test).await;
    assert_eq!(view(&test.shop, &placed).await.status, OrderStatus::Paid);
    add_cups(&test.shop, &placed, 1).await;
    let taken = has_its_order(&test, &placed, |shop, placed| async move {
        add_cups(&shop, &placed, 2).await;
    })
    .await;
    assert!(taken, "another dearer change");
    settle(&test).await;
    test.close().await;
}
