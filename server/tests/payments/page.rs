//! The test provider's page: plain forms that a script can send, in both languages.

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use onshelf_db::test_provider::{self as rows, PaymentRow};
use onshelf_shop::{Opened, PaymentProvider, Standing, testing::Engine};
use onshelf_vocabulary::{Lang, Money};
use tower::ServiceExt;

use crate::bench::{PUBLIC, TestBench, intent};

async fn bench() -> (TestBench, Opened) {
    let bench = TestBench::start(Engine::Sqlite).await.unwrap();
    let opened = bench.provider.open(&intent(&bench, "pay_0001", Money::won(38_000))).await.unwrap();
    (bench, opened)
}

async fn read(bench: &TestBench, path: &str) -> (u16, String) {
    let answer = bench.site.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

async fn standing(bench: &TestBench, opened: &Opened) -> Standing {
    bench.provider.statement("pay_0001", &opened.provider_id).await.unwrap().standing
}

#[tokio::test]
async fn it_says_that_no_money_moves_in_both_languages() {
    let (bench, opened) = bench().await;
    for (prefix, words) in [
        ("", ["시험 결제", "돈이 빠져나가지 않아요", "결제하기"]),
        ("/en", ["Test payment", "No money moves", "Pay"]),
    ] {
        let (status, page) =
            read(&bench, &format!("{prefix}/pay/test/{}?scenario=late", opened.provider_id)).await;
        assert_eq!(status, 200);
        for word in words {
            assert!(page.contains(word), "{word}: {page}");
        }
        assert!(page.contains("₩38,000") && page.contains("O-7K3M-9QXD") && page.contains("noindex"));
        assert!(page.contains(r#"value="late" selected"#), "{page}");
    }
    let english = onshelf_shop::Intent { lang: Lang::En, ..intent(&bench, "pay_0002", Money::won(1)) };
    let opened = bench.provider.open(&english).await.unwrap();
    assert!(opened.redirect_url.contains("/en/pay/test/tp_"), "{opened:?}");
    bench.test.close().await;
}

#[tokio::test]
async fn the_buttons_pay_refuse_and_leave() {
    for (form, standing_after, to) in [
        ("action=pay", Standing::Captured, "/paid?t=x"),
        ("pay=", Standing::Captured, "/paid?t=x"),
        ("action=pay&scenario=no-webhook", Standing::Captured, "/paid?t=x"),
        ("action=refuse", Standing::Void, "9QXD?t=x"),
        ("refuse=1&scenario=normal", Standing::Void, "9QXD?t=x"),
        ("action=leave", Standing::Open, "9QXD?t=x"),
    ] {
        let (bench, opened) = bench().await;
        let (status, led) = bench.act(&opened, form).await;
        assert_eq!(status, 303, "{form}");
        assert!(led.ends_with(to), "{form}: {led}");
        assert_eq!(standing(&bench, &opened).await, standing_after, "{form}");
        bench.test.close().await;
    }
}

#[tokio::test]
async fn what_is_over_stays_over() {
    let (bench, opened) = bench().await;
    assert_eq!(bench.act(&opened, "action=pay").await.0, 303);
    for again in ["action=pay", "action=refuse"] {
        assert_eq!(bench.act(&opened, again).await.0, 409, "{again}");
    }
    assert_eq!(standing(&bench, &opened).await, Standing::Captured);
    let (status, page) = read(&bench, &format!("/pay/test/{}", opened.provider_id)).await;
    assert_eq!(status, 200);
    assert!(page.contains("이미 결제했어요") && !page.contains("<form method=\"post\""), "{page}");
    bench.test.close().await;
}

#[tokio::test]
async fn nobody_pays_after_the_time_is_over() {
    let (bench, opened) = bench().await;
    bench.test.clock.advance(std::time::Duration::from_secs(601));
    assert_eq!(bench.act(&opened, "action=pay").await.0, 409);
    assert_eq!(standing(&bench, &opened).await, Standing::Void);
    bench.test.close().await;
}

#[tokio::test]
async fn what_cannot_be_understood_changes_nothing() {
    let (bench, opened) = bench().await;
    for form in ["", "action=steal", "action=pay&scenario=nonsense", "scenario=normal"] {
        assert_eq!(bench.act(&opened, form).await.0, 422, "{form}");
    }
    assert_eq!(standing(&bench, &opened).await, Standing::Open);
    let nobody = Opened { redirect_url: format!("{}x", opened.redirect_url), ..opened };
    assert_eq!(bench.act(&nobody, "action=pay").await.0, 404);
    assert_eq!(read(&bench, "/pay/test/tp_none").await.0, 404);
    bench.test.close().await;
}

async fn row(bench: &TestBench, id: &str) -> PaymentRow {
    let mut reader = bench.test.shop.db().reader().await.unwrap();
    rows::payment(&mut reader.tx(), id).await.unwrap().unwrap()
}

/// No shop of ours writes such a row; one that knew more currencies may have left it.
#[tokio::test]
async fn money_that_nobody_knows_is_shown_as_no_other_and_not_taken() {
    let (bench, opened) = bench().await;
    let francs = PaymentRow {
        provider_id: "tp_francs".to_owned(),
        reference: "pay_0002".to_owned(),
        currency: "CHF".to_owned(),
        captured_currency: "CHF".to_owned(),
        ..row(&bench, &opened.provider_id).await
    };
    let written = francs.clone();
    let opening = bench.test.shop.db().write(move |mut tx| {
        let row = written.clone();
        Box::pin(async move { rows::open(&mut tx, &row).await })
    });
    assert!(opening.await.unwrap());
    for prefix in ["", "/en"] {
        let (status, page) = read(&bench, &format!("{prefix}/pay/test/tp_francs")).await;
        assert_eq!(status, 500);
        assert!(!page.contains("38,000") && !page.contains("CHF"), "{page}");
    }
    let opened = Opened { redirect_url: format!("{PUBLIC}/pay/test/tp_francs"), ..opened };
    for form in ["action=pay", "action=refuse"] {
        assert_eq!(bench.act(&opened, form).await.0, 500, "{form}");
    }
    assert_eq!(row(&bench, "tp_francs").await, francs);
    bench.test.close().await;
}

#[tokio::test]
async fn a_shop_without_test_payments_has_no_such_page() {
    let bench = TestBench::start(Engine::Sqlite).await.unwrap();
    let opened = bench.provider.open(&intent(&bench, "pay_0001", Money::won(38_000))).await.unwrap();
    let beside = bench.test.beside().await;
    let door = onshelf_app::ssr::Door { shop: beside.clone(), site: std::sync::Arc::default() };
    let site = onshelf_server::http::router(door, &onshelf_server::http::Options::default());
    let path = format!("/pay/test/{}", opened.provider_id);
    let answer = site.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status().as_u16(), 404);
    beside.db().close().await;
    bench.test.close().await;
}
