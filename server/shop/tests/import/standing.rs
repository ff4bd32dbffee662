//! Files that speak of some variants of a product, and what they leave the others.

use onshelf_db::catalog::{self, VariantRow};
use onshelf_shop::{
    Error,
    import::Kind,
    ledger,
    testing::{TestShop, on_each_engine},
};
use serde_json::Value;

use crate::partial::{RICH, paid, product, take, variant, warned};

/// A second variant of the product of `RICH`, told without the first.
const SECOND: &str = "sku,code,name,price,option1_name,option1_value\nR2,RP,Mug,13000,Size,M\n";

/// The codes of a product's options.
async fn codes(test: &TestShop, code: &str) -> Vec<Vec<String>> {
    let options: Value = serde_json::from_str(&product(test, code).await.options).unwrap();
    let values = |option: &Value| {
        let values = option["values"].as_array().unwrap();
        values.iter().map(|value| value["code"].as_str().unwrap().to_owned()).collect()
    };
    options.as_array().unwrap().iter().map(values).collect()
}

async fn is_there(test: &TestShop, code: &str) -> bool {
    let mut reader = test.shop.db().reader().await.unwrap();
    catalog::products(&mut reader.tx()).await.unwrap().iter().any(|row| row.code == code)
}

#[tokio::test]
async fn a_row_that_names_no_product_stays_with_the_one_it_is_of() {
    on_each_engine(async |test: &TestShop| {
        take(test, Kind::Products, "p.csv", RICH).await;
        // Its only variant speaks of the product, too.
        take(test, Kind::Products, "p.csv", "sku,name,price\nR1,Rich mug,11000\n").await;
        let own = product(test, "RP").await;
        assert_eq!((own.name_en.as_str(), variant(test, "R1").await.product_id), ("Rich mug", own.id));
        assert_eq!(paid(test, "R1").await.0, 11_000);
        assert!(!is_there(test, "R1").await);

        take(test, Kind::Products, "p.csv", SECOND).await;
        let before = product(test, "RP").await;
        let prices = "sku,name,price,brand\nR1,Mug L,10000,Else\nR2,Mug M,14000,Else\nR3,Jug,20000,Else\n";
        let report = take(test, Kind::Products, "p.csv", prices).await;
        assert_eq!(warned(&report, "missing: of a product with several variants"), [2, 3]);
        assert_eq!(format!("{:?}", product(test, "RP").await), format!("{before:?}"));
        for (sku, amount) in [("R1", 10_000), ("R2", 14_000)] {
            assert_eq!((variant(test, sku).await.product_id, paid(test, sku).await.0), (before.id, amount));
            assert!(!is_there(test, sku).await);
        }
        assert_eq!(product(test, "R3").await.brand_en, "Else", "what is new is a product of its own");
    })
    .await;
}

#[tokio::test]
async fn options_told_of_some_variants_leave_those_of_the_others() {
    on_each_engine(async |test: &TestShop| {
        take(test, Kind::Products, "p.csv", RICH).await;
        take(test, Kind::Products, "p.csv", SECOND).await;
        assert_eq!(codes(test, "RP").await, [["l", "m"]]);
        let (first, second) = (variant(test, "R1").await, variant(test, "R2").await);
        assert_eq!((first.options.as_str(), second.options.as_str()), (r#"["l"]"#, r#"["m"]"#));
        assert!(first.position < second.position, "what came later comes after");
        assert_eq!(take(test, Kind::Products, "p.csv", SECOND).await.changed, 0, "twice is once");

        // One more thing to choose by, which does not concern the first.
        let coloured = "sku,code,name,price,option1_name,option1_value,option2_name,option2_value\n\
            R2,RP,Mug,13000,Size,M,Colour,Red\n";
        take(test, Kind::Products, "p.csv", coloured).await;
        assert_eq!(codes(test, "RP").await, [["l", "m"], ["red", "-"]]);
        let (first, second) = (variant(test, "R1").await, variant(test, "R2").await);
        assert_eq!((first.options.as_str(), second.options.as_str()), (r#"["l","-"]"#, r#"["m","red"]"#));
        assert_eq!(take(test, Kind::Products, "p.csv", coloured).await.changed, 0);

        // All of them told: the product is chosen by what the file says, and nothing else.
        let all = "sku,code,name,price,option1_name,option1_value\n\
            R1,RP,Mug,12000,Size,Large\nR2,RP,Mug,13000,Size,Middle\n";
        take(test, Kind::Products, "p.csv", all).await;
        assert_eq!(codes(test, "RP").await, [["large", "middle"]]);
    })
    .await;
}

#[tokio::test]
async fn an_audit_tells_options_that_are_none() {
    on_each_engine(async |test: &TestShop| {
        let whole = variant(test, "KETTLE-MO").await;
        for (options, is_fault) in [
            (r#"["nope"]"#, true),
            (r#"["moss","moss"]"#, true),
            ("moss", true),
            (r#"["-"]"#, false),
            (whole.options.as_str(), false),
        ] {
            let row = VariantRow { options: options.to_owned(), ..whole.clone() };
            let write = test.shop.db().write(move |mut tx| {
                let row = row.clone();
                Box::pin(async move {
                    catalog::upsert_variants(&mut tx, &[row]).await?;
                    Ok::<_, Error>(())
                })
            });
            write.await.unwrap();
            let faults = ledger::faults(test.shop.db(), test.shop.now()).await.unwrap();
            assert_eq!(faults.iter().any(|fault| fault.contains("KETTLE-MO")), is_fault, "{options}");
        }
    })
    .await;
}
