//! What shoppers are told when a pick does not find everything: before they come for nothing, and with a way on.

use mail_parser::MessageParser;
use onshelf_shop::{
    Once,
    journeys::PickReport,
    orders::Placed,
    testing::{FakePayments, TestShop, bought, collect, lines, on_each_engine, with_payments},
};
use onshelf_vocabulary::{Lang, Sku, payments::ProviderCode, staff::BoardDeed};

use crate::{
    config_in, outbox_of,
    placing::{order, view},
    send_all,
};

/// Two kettles that were paid; the order and its group.
async fn two_kettles(test: &TestShop, payments: &FakePayments, lang: Lang) -> (Placed, String) {
    let mut wish =
        order(lang.tag(), lang, vec![collect("seongsu", &[("KETTLE-MO", 2)])], Some(ProviderCode::Test));
    wish.input.contact.email = Some(format!("{}@shopper.example", lang.tag()));
    let placed = bought(test, payments, wish).await;
    let group = view(test, &placed).await.groups[0].id.clone();
    (placed, group)
}

/// Subject and text of the mails of one kind.
fn mails(folder: &std::path::Path, kind: &str) -> Vec<(String, String)> {
    let mut found: Vec<_> = std::fs::read_dir(folder.join("mail"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().ends_with(&format!("-{kind}.eml")))
        .collect();
    found.sort();
    let read = |path: std::path::PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        let mail = MessageParser::default().parse(&bytes).unwrap();
        (
            mail.subject().unwrap().to_owned(),
            mail.body_text(0).unwrap().split_whitespace().collect::<Vec<_>>().join(" "),
        )
    };
    found.into_iter().map(read).collect()
}

#[tokio::test]
async fn everything_that_is_held_instead_is_told_in_one_message() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        let outbox = outbox_of(&test.shop, &config_in(folder.path()));
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 4).await.with_stock("seongsu", "CUP", 4).await;
        test.with_stock("gangnam", "KETTLE-MO", 4).await;
        let till = test.shop.create_token("pos", None).await.unwrap();
        let till = test.shop.partner(&till).await.unwrap().unwrap();
        for lang in [Lang::Ko, Lang::En] {
            let (placed, group) = two_kettles(test, &payments, lang).await;
            let once = Once::new("till", "missing", lang.tag(), "");
            let report = PickReport::Missing(lines(&[("KETTLE-MO", 1)]));
            test.shop.report_group(&till, &once, &placed.number, &group, &report).await.unwrap();
            send_all(&outbox).await;
        }
        let ready = mails(folder.path(), "ready");
        assert!(ready[0].0.contains("찾은 것은 준비됐어요"), "{ready:?}");
        assert!(ready[1].0.contains("What we found is ready"), "{ready:?}");
        let offered = mails(folder.path(), "offered");
        let [(_, ko), (_, en)] = offered.as_slice() else { panic!("{offered:?}") };
        for said in [
            "강남점에서 픽업",
            "집으로 배송",
            "대신 찻잔",
            "차액 ₩29,000",
            "답이 없으면 결제하신 금액을 돌려드려요",
        ] {
            assert!(ko.contains(said), "{said} in\n{ko}");
        }
        for said in [
            "Collect at Gangnam",
            "Delivered to you",
            "Tea cup instead",
            "₩29,000 less",
            "your money goes back",
        ] {
            assert!(en.contains(said), "{said} in\n{en}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_reservation_lacks_is_told_with_what_is_ready() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        let outbox = outbox_of(&test.shop, &config_in(folder.path()));
        test.with_stock("seongsu", "KETTLE-MO", 3).await.with_stock("seongsu", "CUP", 3).await;
        let mut wish = onshelf_shop::testing::request("", "seongsu", &[("KETTLE-MO", 2), ("CUP", 1)], "k");
        wish.input.contact.email = Some("kim@shopper.example".to_owned());
        wish.input.contact.phone = None;
        let held = test.shop.reserve(wish).await.unwrap();
        let who = onshelf_shop::staff::NewStaff {
            login: "hana".to_owned(),
            name: "하나".to_owned(),
            password: "a long password".to_owned(),
            role: onshelf_vocabulary::staff::Role::Associate,
            stores: vec!["seongsu".to_owned()],
        };
        test.shop.add_staff(who).await.unwrap();
        let session = test.shop.sign_in("hana", "a long password").await.unwrap();
        let who = test.shop.associate(&session).await.unwrap();
        let found = PickReport::Found(vec![(Sku::new("CUP").unwrap(), 0)]);
        test.shop.report_on_board(&who, "seongsu", &held.number, &found, None).await.unwrap();
        send_all(&outbox).await;
        let ready = mails(folder.path(), "ready");
        assert!(ready[0].1.contains("찻잔은 선반에서 찾지 못해 계산에서 뺐어요"), "{ready:?}");
        assert!(ready[0].1.contains("₩76,000"), "{ready:?}");
        test.shop.do_on_board(&who, "seongsu", &held.number, BoardDeed::HandOver).await.unwrap();
    })
    .await;
}
