//! `onshelf audit` and `onshelf reconcile` as operators and their timers call them: what they print, and how they end.

use std::{path::Path, process::Output};

use onshelf_shop::{
    Clock, Error, SystemClock,
    testing::{TestShop, collect, on_each_engine, order, with_payments},
};
use onshelf_vocabulary::payments::ProviderCode;

use crate::process::{command, run};

/// An order that is paid; answers the reference of its payment. The clock is the machine's: the commands read that one.
async fn paid(test: &TestShop) -> String {
    test.clock.set(SystemClock.now());
    let payments = with_payments(test);
    test.with_stock("seongsu", "KETTLE-MO", 1).await;
    let wish = order("books", vec![collect("seongsu", &[("KETTLE-MO", 1)])], Some(ProviderCode::Test));
    let placed = test.shop.place_order(wish).await.unwrap();
    let reference = payments.open()[0].clone();
    payments.pay_for(&test.shop, &placed.number, &placed.token).await;
    reference
}

async fn change(test: &TestShop, sql: &str) {
    let own = sql.to_owned();
    let changed = test.shop.db().write(move |mut tx| {
        let own = own.clone();
        Box::pin(async move { Ok::<_, Error>(onshelf_db::testing::run(&mut tx, &own).await?) })
    });
    assert_eq!(changed.await.unwrap(), 1, "{sql}");
}

/// The test provider's own books, which the commands look into, get what the one in memory has.
async fn tell_the_provider(test: &TestShop) {
    let columns =
        "provider_id, reference, order_number, title, amount, currency, return_url, cancel_url, status,
                   captured, captured_currency, captured_at, refunded, unanswered, opened_at, expires_at";
    let sql = format!(
        "INSERT INTO test_payments ({columns})
         SELECT provider_id, reference, 'O', 'T', amount, currency, '', '', 'paid', captured, currency, ended_at,
           refunded, 0, created_at, expires_at FROM payments"
    );
    change(test, &sql).await;
}

fn said(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The answer is the lines alone; what they come to is said beside it.
#[track_caller]
fn assert_says(output: &Output, code: i32, lines: &[String], sum: &str) {
    let answer: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let beside = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said(output), (Some(code), answer), "{beside}");
    assert_eq!(beside.lines().last(), Some(sum));
}

/// What a faultless house prints.
fn assert_clean(test: &TestShop, folder: &Path) {
    let reconciled = run(test, folder, &["reconcile", "test"]);
    assert_says(&reconciled, 0, &[], "reconcile: 0 differences in 7 days");
    assert_says(&run(test, folder, &["audit"]), 0, &[], "audit: 0 faults, providers asked: test");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_difference_to_a_provider_is_printed_and_ends_in_one() {
    on_each_engine(async |test| {
        let reference = paid(test).await;
        tell_the_provider(test).await;
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert_clean(test, folder);
        let set = |value: &str| format!("UPDATE test_payments SET {value} WHERE reference = '{reference}'");
        let named = |from: &str, to: &str| {
            format!("UPDATE test_payments SET reference = '{to}' WHERE reference = '{from}'")
        };
        let captured = |theirs: &str| {
            vec![format!("{reference}: captured {theirs} by the provider, 38000 KRW in our book")]
        };
        let missing = format!("{reference}: we booked 38000 KRW, the provider does not have it");
        for (made, mended, lines) in [
            (set("status = 'closed'"), set("status = 'paid'"), vec![missing.clone()]),
            (set("captured = 30000"), set("captured = 38000"), captured("30000 KRW")),
            (set("captured_currency = 'USD'"), set("captured_currency = 'KRW'"), captured("38000 USD")),
            (
                set("refunded = 1000"),
                set("refunded = 0"),
                vec![format!("{reference}: refunded 1000 KRW by the provider, 0 KRW in our book")],
            ),
            // Under another name it is one that nobody knows, and ours is not there.
            (
                named(&reference, "stranger"),
                named("stranger", &reference),
                vec!["stranger: the provider captured 38000 KRW, we know nothing of it".to_owned(), missing],
            ),
        ] {
            change(test, &made).await;
            let count = lines.len();
            let reconciled = run(test, folder, &["reconcile", "test"]);
            assert_says(&reconciled, 1, &lines, &format!("reconcile: {count} differences in 7 days"));
            let lines: Vec<String> = lines.iter().map(|line| format!("test: {line}")).collect();
            let sum = format!("audit: {count} faults, providers asked: test");
            assert_says(&run(test, folder, &["audit"]), 1, &lines, &sum);
            let alone = run(test, folder, &["audit", "--offline"]);
            assert_says(&alone, 0, &[], "audit: 0 faults, providers asked: none");
            change(test, &mended).await;
        }
        assert_clean(test, folder);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_is_not_said_to_agree() {
    on_each_engine(async |test| {
        paid(test).await;
        tell_the_provider(test).await;
        let folder = tempfile::tempdir().unwrap();
        for words in [&["reconcile", "stripe"], &["reconcile", "nobody"]] {
            let (code, told) = said(&run(test, folder.path(), words));
            assert_eq!((code, told.as_str()), (Some(2), ""), "{words:?}");
        }
        let silent = |words: &[&str]| {
            let settings = [
                ("ONSHELF_STRIPE_SECRET_KEY", "sk_test_books"),
                ("ONSHELF_STRIPE_WEBHOOK_SECRET", "whsec_books"),
                // Nothing listens there.
                ("ONSHELF_STRIPE_URL", "http://127.0.0.1:9"),
            ];
            command(test, folder.path()).envs(settings).args(words).output().unwrap()
        };
        let output = silent(&["audit"]);
        assert_says(&output, 2, &[], "audit: 0 faults, providers asked: test");
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(why.contains("stripe could not be asked"), "{why}");
        assert_eq!(said(&silent(&["audit", "--offline"])).0, Some(0));
        // A fault is a fault, whoever else is silent.
        change(test, "UPDATE orders SET settled_at = NULL").await;
        let (code, told) = said(&silent(&["audit"]));
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains("goes on without being paid"), "{told}");
        change(test, "UPDATE orders SET settled_at = placed_at").await;
    })
    .await;
}
