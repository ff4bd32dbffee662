//! Stock files that say two things at once, say less than they should, or move what is not there.

use onshelf_shop::{
    import::{Kind, Options},
    testing::{TestShop, on_each_engine},
};

use crate::{later, options, rejected, take};

#[tokio::test]
async fn in_stock_without_a_quantity_leaves_a_known_count_alone() {
    on_each_engine(async |test: &TestShop| {
        let db = test.shop.db();
        test.with_stock("gangnam", "CUP", 7).await;
        let rows = "store_code,id,quantity,availability\n\
            gangnam,CUP,,in_stock\n\
            gangnam,KETTLE-MO,,in_stock\n\
            gangnam,KETTLE-MI,4,out_of_stock\n";
        for dry_run in [true, false] {
            let report = take(db, Kind::Stock, "s.csv", rows, Options { dry_run, ..later() }).await.unwrap();
            assert_eq!((report.accepted, report.rejected), (3, 0), "{:?}", rejected(&report));
            assert_eq!(report.written["levels"], 2);
            let told: Vec<_> =
                report.warned.iter().map(|entry| (entry.line, entry.reason.as_ref())).collect();
            assert_eq!(
                told,
                [
                    (2, "no quantity for what is in stock"),
                    (3, "no quantity for what is in stock"),
                    (4, "a quantity of what is out of stock: taken as none"),
                ]
            );
        }
        for (sku, available) in [("CUP", 7), ("KETTLE-MO", 1), ("KETTLE-MI", 0)] {
            assert_eq!(test.available("gangnam", sku).await, available, "{sku}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_tells_movements_that_go_below_zero() {
    on_each_engine(async |test: &TestShop| {
        let db = test.shop.db();
        test.with_stock("gangnam", "CUP", 3).await;
        let rows = "store,sku,delta,reason,reference\n\
            gangnam,CUP,-2,sale,R-1\n\
            gangnam,CUP,-2,sale,R-2\n\
            gangnam,CUP,4,received,R-3\n\
            gangnam,CUP,-5,sale,R-4\n\
            gangnam,KETTLE-MO,-1,sale,R-5\n";
        let mut reports = Vec::new();
        for dry_run in [true, false] {
            let report =
                take(db, Kind::Stock, "m.csv", rows, Options { dry_run, ..options() }).await.unwrap();
            let mut told =
                rejected(&report).into_iter().map(|(line, why)| (line, why.to_owned())).collect::<Vec<_>>();
            told.sort();
            let why = "more than is on hand".to_owned();
            assert_eq!(told, [(3, why.clone()), (6, why)], "dry run: {dry_run}");
            reports.push((report.accepted, report.skipped, report.rejected));
        }
        assert_eq!(reports, [(3, 0, 2), (3, 0, 2)]);
        assert_eq!(test.available("gangnam", "CUP").await, 0);
        let again = take(db, Kind::Stock, "m.csv", rows, Options { dry_run: true, ..later() }).await.unwrap();
        assert_eq!((again.accepted, again.skipped, again.rejected), (0, 3, 2));
    })
    .await;
}

#[tokio::test]
async fn a_movement_says_nothing_of_a_reservation_and_is_one_line_of_text() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("gangnam", "CUP", 9).await;
        let long = "x".repeat(65);
        let rows = format!(
            "store,sku,delta,reason,reference\n\
            gangnam,CUP,-1,hand_over,R-7K3M-9QXD\n\
            gangnam,CUP,-1,damaged,R-7K3M-9QXD\n\
            gangnam,CUP,-1,\"a\nb\",note 1\n\
            gangnam,CUP,-1,{long},note 2\n\
            gangnam,CUP,-1,\"{long}\n{long}\",note 3\n\
            gangnam,CUP,-1,lost,\n"
        );
        let report = take(test.shop.db(), Kind::Stock, "m.csv", &rows, options()).await.unwrap();
        let told: Vec<_> = rejected(&report).into_iter().map(|(_, why)| why).collect();
        assert_eq!(
            told,
            [
                "not with a reservation's number",
                "not one line of text",
                "too long",
                "too long",
                "missing: without it the same file would be booked twice",
            ]
        );
        assert_eq!(test.available("gangnam", "CUP").await, 8);
    })
    .await;
}

#[tokio::test]
async fn a_quantity_that_is_no_whole_number_is_not_made_one() {
    on_each_engine(async |test: &TestShop| {
        let rows = "store;sku;quantity\n\
            gangnam;CUP;1,5\n\
            gangnam;CUP;1,2,3\n\
            gangnam;CUP;2,000,000,000\n\
            gangnam;CUP;99999999999999999999\n\
            gangnam;CUP;10,0\n\
            gangnam;KETTLE-MO;1,234\n";
        let report = take(test.shop.db(), Kind::Stock, "s.csv", rows, options()).await.unwrap();
        let why = ["not a whole number", "not a whole number", "too large", "too large"];
        let told: Vec<_> = rejected(&report).into_iter().map(|(_, why)| why).collect();
        assert_eq!((report.accepted, told), (2, why.to_vec()));
        test.shop.refresh_book().await.unwrap();
        assert_eq!(test.available("gangnam", "CUP").await, 10);
        assert_eq!(test.available("gangnam", "KETTLE-MO").await, 1_234);
    })
    .await;
}
