//! The checkout's form as somebody could send it: with another total than was shown, and near the end of what is kept.

use std::{sync::Arc, time::Duration};

use axum::{Router, http::header};
use onshelf_shop::testing::{FakePayments, TestShop, on_each_engine, with_payments};
use serde_json::json;

use crate::call::{Answer, Call, options, site, site_of};

const COLLECT: &str = "collect@seongsu@CUP:1";

/// A form as the details page has it; `more` comes in the place of its fields, or beside them.
fn form<'a>(plan: &'a str, act: &'a str, more: &[(&'a str, &'a str)]) -> String {
    let mut fields = vec![
        ("plan", plan),
        ("lines", "CUP:1"),
        ("store", "seongsu"),
        ("act", act),
        ("name", "김민지"),
        ("phone", "010-1234-5678"),
        ("pay", "test"),
    ];
    fields.retain(|(name, _)| more.iter().all(|(own, _)| own != name));
    fields.extend_from_slice(more);
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Sends it, in a language of the site, with what is kept under a cookie.
async fn sent(site: &Router, path: &str, kept: &str, form: String) -> Answer {
    let call = Call::post(path).with("sec-fetch-site", "same-origin");
    call.with("content-type", "application/x-www-form-urlencoded")
        .with("cookie", &format!("__Host-kept={kept}"))
        .body(form)
        .on(site)
        .await
}

#[tokio::test]
async fn price_currency_or_tax_changed_in_the_form_is_said_and_nothing_is_charged() {
    on_each_engine(async |test| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 1).await;
        let site = site(test);
        // Another price, another currency, the price without the tax that is in it, and what no page of ours ever said.
        let tampered =
            ["1 KRW", "9000 USD", "90 USD", "8182 KRW", "-9000 KRW", "9000 XYZ", "9,000 KRW", "nothing"];
        for (place, shown) in tampered.into_iter().enumerate() {
            let key = format!("a key of its own {place}");
            for (path, says) in [("/checkout", "합계가 ₩9,000"), ("/en/checkout", "The total is ₩9,000 now")]
            {
                let form = form(COLLECT, "place", &[("shown", shown), ("key", key.as_str())]);
                let answer = sent(&site, path, "", form).await;
                let page = answer.text();
                assert_eq!(answer.status.as_u16(), 409, "{shown}: {page}");
                assert!(page.contains(says), "{shown}: {page}");
                assert!(page.contains(r#"name="shown" value="9000 KRW""#), "{shown}: {page}");
                assert!(page.contains("김민지"), "{shown}: what was typed is kept");
            }
            assert_eq!((payments.open().len(), test.available("seongsu", "CUP").await), (0, 1), "{shown}");
        }
        // Fields that no form of ours has are nobody's price.
        let more = [("tax", "0"), ("currency", "USD"), ("total", "1"), ("price", "1")];
        let own = [("shown", "9000 KRW"), ("key", "the key of the last")];
        let form = form(COLLECT, "place", &[&more[..], &own[..]].concat());
        let answer = sent(&site, "/checkout", "", form).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
        assert!(answer.header(header::REFRESH).contains("https://pay.example/"), "on to the provider");
        let reference = payments.open().remove(0);
        assert!(payments.pay(&reference));
        assert_eq!(payments.kept(&reference[..reference.len() - 21]), 9_000);
        test.clock.advance(Duration::from_secs(10));
        test.shop.look_at_payments().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_program_that_expects_another_currency_or_no_tax_is_told_the_price() {
    on_each_engine(async |test| {
        let (shop, payments) = (test.in_new_york().await, Arc::new(FakePayments::default()));
        shop.take_payments(vec![payments.clone()]);
        test.with_stock("seongsu", "CUP", 2).await.with_stock("soho", "CUP", 2).await;
        let site = site_of(&shop, options());
        let order = |store: &str, amount: i64, currency: &str| {
            json!({
                "groups": [{"way": "collect", "store": store, "lines": [{"sku": "CUP", "quantity": 2}]}],
                "contact": {"name": "Kim", "phone": "010-1234-5678"},
                "payment": {"provider": "test"},
                "expected_total": {"amount": amount, "currency": currency},
            })
        };
        // 18,000 with the tax in it; 25.00 and 2.22 of tax that is added.
        for (store, (amount, currency), wrong) in [
            ("seongsu", (18_000, "KRW"), [(18_000, "USD"), (18_000, "JPY"), (16_364, "KRW")]),
            ("soho", (2_722, "USD"), [(2_722, "KRW"), (2_722, "CAD"), (2_500, "USD")]),
        ] {
            for (place, (expected, of)) in wrong.into_iter().enumerate() {
                let call = Call::post("/api/v1/orders").key(&format!("{store}-{place}"));
                let refused = call.json(&order(store, expected, of)).on(&site).await;
                let problem = refused.problem(409, "price-changed");
                assert_eq!(
                    problem["total"],
                    json!({"amount": amount, "currency": currency}),
                    "{expected} {of}"
                );
                assert!(payments.open().is_empty(), "{expected} {of}");
            }
            let call = Call::post("/api/v1/orders").key(store).json(&order(store, amount, currency));
            let placed = call.on(&site).await.ok(201);
            assert_eq!(placed["total"], json!({"amount": amount, "currency": currency}));
            payments.refuse(&payments.open()[0]);
        }
        shop.db().close().await;
    })
    .await;
}

/// Seconds that are left of what is kept, as the page says; none where nothing is.
fn left(page: &str) -> Option<i64> {
    let (_, rest) = page.split_once("data-left=\"")?;
    rest.split_once('"')?.0.parse().ok()
}

/// Whether the page has the button to make it longer.
fn can_extend(page: &str) -> bool {
    page.contains(r#"name="act" value="extend""#)
}

/// Keeps a cup from the first choice on; answers its cookie's value.
async fn kept(test: &TestShop, site: &Router) -> String {
    test.with_stock("seongsu", "CUP", 1).await;
    cookie_of(&sent(site, "/checkout", "", form(COLLECT, "keep", &[])).await)
}

fn cookie_of(answer: &Answer) -> String {
    let mut all = answer.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let own = all.find_map(|cookie| cookie.strip_prefix("__Host-kept="));
    let own = own.and_then(|cookie| cookie.split(';').next());
    own.unwrap_or_else(|| panic!("nothing is kept: {}", answer.text())).to_owned()
}

/// Whoever is at it has more time once they come near the end: here a fault is to be mended.
#[tokio::test]
async fn extended_on_activity_once_and_only_near_the_end() {
    on_each_engine(async |test| {
        test.shop.take_payments(vec![Arc::new(FakePayments::default())]);
        let site = site(test);
        let kept = kept(test, &site).await;
        let faulty = || {
            let more = [("phone", ""), ("shown", "9000 KRW"), ("key", "0123456789abcdef")];
            sent(&site, "/checkout", &kept, form(COLLECT, "place", &more))
        };
        for (wait, seconds, again) in [(299, 301, true), (2, 600, false), (310, 290, false)] {
            test.clock.advance(Duration::from_secs(wait));
            let page = faulty().await.text();
            assert_eq!((left(&page), can_extend(&page)), (Some(seconds), again), "{page}");
        }
        test.clock.advance(Duration::from_secs(290));
        assert_eq!(test.available("seongsu", "CUP").await, 1, "longer once is once");
    })
    .await;
}

/// The page asks for it in the background, as its button does in plain sight.
#[tokio::test]
async fn extended_by_the_button_it_is_so_once() {
    on_each_engine(async |test| {
        test.shop.take_payments(vec![Arc::new(FakePayments::default())]);
        let site = site(test);
        let kept = kept(test, &site).await;
        for (wait, seconds) in [(500, 600), (100, 500)] {
            test.clock.advance(Duration::from_secs(wait));
            let page = sent(&site, "/checkout", &kept, form(COLLECT, "extend", &[])).await.text();
            assert_eq!((left(&page), can_extend(&page)), (Some(seconds), false), "{page}");
            assert!(page.contains("김민지"), "what was typed is kept");
        }
    })
    .await;
}

/// Another way is held for the time that was left; near its end choosing is activity, too, and that is so once.
#[tokio::test]
async fn another_way_has_the_time_that_was_left() {
    on_each_engine(async |test| {
        test.shop.take_payments(vec![Arc::new(FakePayments::default())]);
        let site = site(test);
        let mut kept = kept(test, &site).await;
        let curbside = "curbside@seongsu@CUP:1";
        for (wait, plan, seconds, again) in [
            (200, curbside, 400, true),
            (200, COLLECT, 600, false),
            (200, curbside, 400, false),
            (200, COLLECT, 200, false),
        ] {
            test.clock.advance(Duration::from_secs(wait));
            let answer = sent(&site, "/checkout", &kept, form(plan, "keep", &[])).await;
            kept = cookie_of(&answer);
            let page = answer.text();
            assert_eq!((left(&page), can_extend(&page)), (Some(seconds), again), "{plan}: {page}");
        }
        test.clock.advance(Duration::from_secs(200));
        assert_eq!(test.available("seongsu", "CUP").await, 1);
    })
    .await;
}

/// By way of the first screen, where nothing is kept, it is no longer either.
#[tokio::test]
async fn back_at_the_ways_it_is_given_back_and_its_time_goes_on() {
    on_each_engine(async |test| {
        test.shop.take_payments(vec![Arc::new(FakePayments::default())]);
        let site = site(test);
        let mut kept = kept(test, &site).await;
        for seconds in [500, 400, 300] {
            test.clock.advance(Duration::from_secs(100));
            let ways = sent(&site, "/checkout", &kept, form(COLLECT, "choose", &[])).await;
            assert_eq!(ways.status.as_u16(), 200, "{}", ways.text());
            assert!(!ways.headers.contains_key(header::SET_COOKIE), "what it names is remembered");
            assert_eq!(test.available("seongsu", "CUP").await, 1);
            let answer = sent(&site, "/checkout", &kept, form(COLLECT, "keep", &[])).await;
            kept = cookie_of(&answer);
            assert_eq!((left(&answer.text()), can_extend(&answer.text())), (Some(seconds), true));
            assert_eq!(test.available("seongsu", "CUP").await, 0);
        }
        // Whoever stops and begins anew is as anybody else.
        let stopped = sent(&site, "/checkout", &kept, form(COLLECT, "leave", &[])).await;
        assert!(stopped.header(header::SET_COOKIE).starts_with("__Host-kept=;"), "{}", stopped.text());
        let anew = sent(&site, "/checkout", "", form(COLLECT, "keep", &[])).await;
        assert_eq!(left(&anew.text()), Some(600));
    })
    .await;
}

/// A link from elsewhere, a second tab, a page that is looked at once more: what is kept stays so, and is there for
/// whoever keeps it to be had in another way.
#[tokio::test]
async fn looking_gives_nothing_back() {
    on_each_engine(async |test| {
        test.shop.take_payments(vec![Arc::new(FakePayments::default())]);
        let site = site(test);
        let cookie = format!("__Host-kept={}", kept(test, &site).await);
        let look = async |query: &str, cookie: &str| {
            let path = format!("/checkout?lines=CUP:1&store=seongsu{query}");
            let answer = Call::get(&path).with("cookie", cookie).on(&site).await;
            assert_eq!(answer.status.as_u16(), 200, "{query}: {}", answer.text());
            assert!(!answer.headers.contains_key(header::SET_COOKIE), "{query}");
            assert_eq!(test.available("seongsu", "CUP").await, 0, "{query}");
            answer.text()
        };
        let by_car = r#"name="pick" value="curbside@seongsu@CUP:1""#;
        for query in ["", "&act=choose", "&act=choose&plan=collect@seongsu@CUP:1"] {
            assert!(look(query, &cookie).await.contains(by_car), "{query}: it is theirs");
            assert!(!look(query, "").await.contains(by_car), "{query}: nobody else's");
        }
        for query in ["&way=collect", "&plan=collect@seongsu@CUP:1"] {
            assert_eq!(left(&look(query, &cookie).await), Some(600), "{query}");
        }
        let other = look("&plan=curbside@seongsu@CUP:1", &cookie).await;
        assert!(other.contains("data-keeps") && left(&other).is_none(), "possible, and not held in this way");
    })
    .await;
}
