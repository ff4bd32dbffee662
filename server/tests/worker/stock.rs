//! `stock.changed`: each change told once, also by two processes, and only where somebody wants to know.

use onshelf_shop::{
    jobs::{Job, STOCK_CHANGED},
    testing::{TestShop, on_each_engine},
};
use serde_json::Value;

/// What partners are told of levels by the jobs that wait.
async fn told(test: &TestShop) -> Vec<Value> {
    let waiting = test.shop.claim_jobs(50).await.unwrap().into_iter();
    waiting
        .filter_map(|claimed| match claimed.job {
            Job::Delivery { event, data, .. } if event == STOCK_CHANGED => Some(data),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn changes_are_told_once_and_summed_up() {
    on_each_engine(async |test| {
        let shop = &test.shop;
        test.with_stock("seongsu", "CUP", 3).await;
        assert_eq!(shop.tell_stock_changes().await.unwrap(), 0, "nobody wants to know");
        shop.add_webhook("https://erp.example/hook", &["stock.*".to_owned()]).await.unwrap();
        assert_eq!(shop.tell_stock_changes().await.unwrap(), 0, "what was is not news");

        test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        test.with_stock("seongsu", "CUP", 2).await;
        test.with_stock("gangnam", "CUP", 1).await;
        let beside = test.beside().await;
        let (here, there) = tokio::join!(shop.tell_stock_changes(), beside.tell_stock_changes());
        assert_eq!(here.unwrap() + there.unwrap(), 2, "one event a level");
        assert_eq!(shop.tell_stock_changes().await.unwrap(), 0);

        let told = told(test).await;
        let seongsu = told.iter().find(|data| data["store"] == "seongsu").unwrap();
        let expected = serde_json::json!({
            "store": "seongsu", "sku": "CUP", "on_hand": 5, "held": 1, "available": 4,
        });
        assert_eq!(*seongsu, expected);
        assert_eq!(told.len(), 2);
        beside.db().close().await;
    })
    .await;
}

#[tokio::test]
async fn what_ran_out_is_told_as_free() {
    on_each_engine(async |test| {
        let shop = &test.shop;
        for sku in ["CUP", "KETTLE-MO"] {
            test.with_stock("seongsu", sku, 3).await;
        }
        shop.add_webhook("https://erp.example/hook", &["stock.*".to_owned()]).await.unwrap();
        assert_eq!(shop.tell_stock_changes().await.unwrap(), 0, "what was is not news");
        for _ in 0..2 {
            test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        }
        test.clock.advance(std::time::Duration::from_secs(8 * 86_400));
        test.reserve("01012345678", "seongsu", &[("KETTLE-MO", 2)]).await.unwrap();
        assert_eq!(shop.tell_stock_changes().await.unwrap(), 2);
        let told = told(test).await;
        for (sku, held, available) in [("CUP", 0, 3), ("KETTLE-MO", 2, 1)] {
            let level = serde_json::json!({
                "store": "seongsu", "sku": sku, "on_hand": 3, "held": held, "available": available,
            });
            assert!(told.contains(&level), "{told:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_house_is_kept() {
    on_each_engine(async |test| {
        let shop = &test.shop;
        test.with_stock("seongsu", "CUP", 3).await;
        test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        let kept = shop.keep_house().await.unwrap();
        assert_eq!((kept.outcomes, kept.changes, kept.jobs), (0, 0, 0), "all is fresh");
        for job in shop.claim_jobs(50).await.unwrap() {
            shop.finish_job(job.id).await.unwrap();
        }
        test.clock.advance(std::time::Duration::from_secs(8 * 86_400));
        let swept = shop.keep_house().await.unwrap();
        assert_eq!((swept.outcomes, swept.jobs), (1, 1));
        assert!(swept.changes >= 2);
    })
    .await;
}
