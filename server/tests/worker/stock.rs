//! `stock.changed`: each change told once, also by two processes, and only where somebody wants to know.

use onshelf_shop::testing::on_each_engine;

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

        let told: Vec<_> = shop
            .claim_jobs(50)
            .await
            .unwrap()
            .into_iter()
            .filter_map(|claimed| match claimed.job {
                onshelf_shop::jobs::Job::Delivery { event, data, .. } if event == "stock.changed" => {
                    Some(data)
                }
                _ => None,
            })
            .collect();
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
