//! Every occasion on which the owner of an order is written to: each once, in both parts, with what helps.

use std::{path::Path, time::Duration};

use mail_parser::MessageParser;
use onshelf_server::worker::Outbox;
use onshelf_shop::{
    Once, RefundStanding,
    testing::{FakePayments, TestShop, collect, delivery, on_each_engine, with_payments, won},
};
use onshelf_vocabulary::{Lang, orders::OrderChange, payments::ProviderCode, staff::BoardDeed};

use crate::{
    config_in, outbox_of,
    placing::{carry, files, order, paid, view},
    send_all, waiting,
};

const HOUR: Duration = Duration::from_secs(3_600);

/// Does what the workers do until all is told, twice: whoever sends again would send twice.
async fn settle(test: &TestShop, outbox: &Outbox) {
    for _ in 0..4 {
        test.clock.advance(Duration::from_secs(3));
        test.shop.look_at_payments().await.unwrap();
        test.shop.send_refunds().await.unwrap();
        test.shop.remind().await.unwrap();
        send_all(outbox).await;
    }
    assert_eq!(waiting(test).await, 0);
}

/// What was told, in order: the last words of the files' names.
fn told(folder: &Path) -> Vec<String> {
    let code =
        |(name, _): (String, Vec<u8>)| name.trim_end_matches(".eml").rsplit('-').next().unwrap().to_owned();
    files(folder).into_iter().map(code).collect()
}

struct Scene<'t> {
    test: &'t TestShop,
    payments: std::sync::Arc<FakePayments>,
    outbox: Outbox,
    folder: tempfile::TempDir,
}

/// A shop with things on two shelves and an outbox that writes files.
async fn scene(test: &TestShop) -> Scene<'_> {
    test.with_stock("seongsu", "CUP", 9).await.with_stock("seongsu", "KETTLE-MO", 3).await;
    test.with_stock("gangnam", "CUP", 2).await;
    bare(test)
}

/// The same with nothing on any shelf.
fn bare(test: &TestShop) -> Scene<'_> {
    let folder = tempfile::tempdir().unwrap();
    let outbox = outbox_of(&test.shop, &config_in(folder.path()));
    Scene { test, payments: with_payments(test), outbox, folder }
}

impl Scene<'_> {
    #[track_caller]
    fn told(&self) -> Vec<String> {
        told(self.folder.path())
    }

    async fn settle(&self) {
        settle(self.test, &self.outbox).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_ready_and_collected() {
    on_each_engine(async |test| {
        let at = scene(test).await;
        let placed = paid(test, &at.payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        at.settle().await;
        carry(test, &placed, 0, &[BoardDeed::StartPicking, BoardDeed::MarkReady]).await;
        at.settle().await;
        carry(test, &placed, 0, &[BoardDeed::HandOver]).await;
        at.settle().await;
        assert_eq!(at.told(), ["paid", "ready", "collected"]);
        let page = format!("https://shop.example/orders/{}?t={}", placed.number, placed.token);
        for (name, bytes) in files(at.folder.path()) {
            let mail = MessageParser::default().parse(&bytes).unwrap();
            let (text, html) = (mail.body_text(0).unwrap(), mail.body_html(0).unwrap());
            assert!(text.contains(&page) && html.contains(&page), "{name}");
            assert!(text.contains("찻잔") && html.contains("찻잔"), "{name}");
            // Read on another day, "today" would be another one.
            assert!(!text.contains("오늘") && !text.contains("내일"), "{name}: {text}");
            // There is something to show at the counter until it was handed over.
            let live = !name.contains("collected");
            assert_eq!(html.contains("cid:qr@onshelf"), live, "{name}");
            assert_eq!(mail.attachment_count(), if live { 2 } else { 0 }, "{name}");
            let words = ["상품: 찻잔", "매장: 성수점", "주문 번호: ", "픽업 코드: ", "주문 보기: "];
            let words = words.into_iter().filter(|word| live || *word != "픽업 코드: ");
            let places: Vec<usize> = words.map(|word| text.find(word).unwrap()).collect();
            assert!(places.is_sorted(), "what, where, its number, the code, the link: {text}");
            let code =
                text.split_once("픽업 코드: ").map(|(_, rest)| rest.chars().take(6).collect::<String>());
            assert!(code.is_none_or(|code| text.matches(&code).count() == 1), "the code stands once: {text}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn placed_to_be_paid_at_the_counter() {
    on_each_engine(async |test| {
        let at = scene(test).await;
        let placing = order("a", Lang::En, vec![collect("seongsu", &[("CUP", 2)])], None);
        let placed = test.shop.place_order(placing).await.unwrap();
        at.settle().await;
        assert_eq!(at.told(), ["placed"]);
        let (_, bytes) = files(at.folder.path()).remove(0);
        let mail = MessageParser::default().parse(&bytes).unwrap();
        assert!(mail.subject().unwrap().starts_with("[Jejari] We have your order"), "{:?}", mail.subject());
        assert!(mail.body_text(0).unwrap().contains(&format!("/en/orders/{}", placed.number)));
        test.shop.cancel_order(Lang::En, &placed.number, &placed.token, None).await.unwrap();
        at.settle().await;
        assert_eq!(at.told(), ["placed", "cancelled"]);
        let (_, bytes) = files(at.folder.path()).remove(1);
        let mail = MessageParser::default().parse(&bytes).unwrap();
        let text = mail.body_text(0).unwrap();
        assert!(text.contains("back on the shelf"), "{text}");
        assert!(!text.contains("what you paid"), "nothing was paid, so nothing goes back: {text}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_is_told_what_where_by_when_and_the_code() {
    on_each_engine(async |test| {
        let at = scene(test).await;
        let mut placing = order("a", Lang::Ko, vec![collect("seongsu", &[("CUP", 2)])], None);
        placing.input.contact.email = None;
        placing.input.contact.phone = Some("010-1234-5678".to_owned());
        let placed = test.shop.place_order(placing).await.unwrap();
        at.settle().await;
        let (name, bytes) = files(at.folder.path()).remove(0);
        let text = String::from_utf8(bytes).unwrap();
        assert!(name.ends_with("-placed.txt"), "{name}");
        let code = view(test, &placed).await.groups[0].code.clone().unwrap();
        let link = format!("\nhttps://shop.example/orders/{}?t=", placed.number);
        let code = format!("픽업 코드: {code}");
        let words = ["상품: 찻잔", "매장: 성수점", "준비: ", "받아 갈 기한: ", code.as_str(), link.as_str()];
        let places: Vec<usize> = words.into_iter().map(|word| text.find(word).unwrap()).collect();
        assert!(places.is_sorted(), "{text}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn later_than_promised_and_soon_given_up() {
    on_each_engine(async |test| {
        let at = scene(test).await;
        let placed = paid(test, &at.payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        at.settle().await;
        test.clock.advance(3 * HOUR);
        at.settle().await;
        assert_eq!(at.told(), ["paid", "delayed"]);
        carry(test, &placed, 0, &[BoardDeed::MarkReady]).await;
        at.settle().await;
        let until: jiff::Timestamp = view(test, &placed).await.groups[0].expires_at.at.parse().unwrap();
        test.clock.set(until - jiff::SignedDuration::from_hours(1));
        at.settle().await;
        assert_eq!(at.told(), ["paid", "delayed", "ready", "reminder"]);
        test.clock.advance(2 * HOUR);
        test.shop.expire_reservations().await.unwrap();
        at.settle().await;
        assert_eq!(at.told()[4..], ["expired", "refunded"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_several_groups_is_cancelled_in_one_message() {
    on_each_engine(async |test| {
        let at = scene(test).await;
        let groups = vec![collect("seongsu", &[("KETTLE-MO", 1)]), collect("gangnam", &[("CUP", 1)])];
        let placed = paid(test, &at.payments, "a", groups).await;
        at.settle().await;
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        at.settle().await;
        assert_eq!(at.told(), ["paid", "cancelled", "refunded"], "one for both groups");
        let (_, cancelled) = files(at.folder.path()).remove(1);
        let mail = MessageParser::default().parse(&cancelled).unwrap();
        let text = mail.body_text(0).unwrap();
        assert!(text.contains("법랑 주전자") && text.contains("찻잔") && text.contains("₩47,000"), "{text}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_that_run_out_together_are_told_together() {
    on_each_engine(async |test| {
        let at = scene(test).await;
        let groups = vec![collect("seongsu", &[("KETTLE-MO", 1)]), collect("gangnam", &[("CUP", 1)])];
        paid(test, &at.payments, "a", groups).await;
        at.settle().await;
        test.clock.advance(20 * 24 * HOUR);
        test.shop.expire_reservations().await.unwrap();
        at.settle().await;
        let told = at.told();
        let count = |code: &str| told.iter().filter(|told| *told == code).count();
        assert_eq!((count("expired"), count("refunded")), (1, 1), "{told:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_next_is_told_of_each_part() {
    on_each_engine(async |test| {
        let at = scene(test).await;
        let groups = || [collect("seongsu", &[("CUP", 1)]), delivery(&[("CUP", 1)])];
        let [collected, brought] = groups();
        for (key, groups, said) in [
            ("a", vec![collected], "준비되면 알려"),
            ("b", vec![brought], "출발하면 알려"),
            ("c", groups().into(), "준비되거나 출발하는 대로 알려"),
        ] {
            let placed = paid(test, &at.payments, key, groups).await;
            at.settle().await;
            let mails = files(at.folder.path()).into_iter();
            let mut texts = mails.map(|(_, mail)| {
                let mail = MessageParser::default().parse(&mail).unwrap();
                mail.body_text(0).unwrap().into_owned()
            });
            let own = texts.find(|text| text.contains(&placed.number)).unwrap();
            assert!(own.contains(said), "{own}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn out_for_delivery_and_delivered() {
    on_each_engine(async |test| {
        let at = scene(test).await;
        let placed = paid(test, &at.payments, "a", vec![delivery(&[("CUP", 1)])]).await;
        at.settle().await;
        carry(test, &placed, 0, &[BoardDeed::StartPicking, BoardDeed::Dispatch]).await;
        at.settle().await;
        carry(test, &placed, 0, &[BoardDeed::Deliver]).await;
        at.settle().await;
        let told = at.told();
        assert_eq!(told, ["paid", "out_for_delivery", "delivered"]);
        let (_, paid) = files(at.folder.path()).remove(0);
        let mail = MessageParser::default().parse(&paid).unwrap();
        assert_eq!(mail.attachment_count(), 0, "nothing is shown at a counter");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_found_is_offered_elsewhere() {
    on_each_engine(async |test| {
        let at = scene(test).await;
        let placed = paid(test, &at.payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        at.settle().await;
        carry(test, &placed, 0, &[BoardDeed::StartPicking, BoardDeed::NotFound]).await;
        at.settle().await;
        assert_eq!(at.told(), ["paid", "offered"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_else_has_is_refunded_and_told_so() {
    on_each_engine(async |test| {
        let at = bare(test);
        test.with_stock("seongsu", "CUP", 1).await;
        let placed = paid(test, &at.payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        at.settle().await;
        carry(test, &placed, 0, &[BoardDeed::StartPicking, BoardDeed::NotFound]).await;
        at.settle().await;
        assert_eq!(at.told(), ["paid", "not_found", "refunded"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_goes_back_only_what_arrived_is_told() {
    on_each_engine(async |test| {
        let at = scene(test).await;
        let placed = paid(test, &at.payments, "a", vec![collect("seongsu", &[("CUP", 2)])]).await;
        at.settle().await;
        let token = test.shop.create_token("pos", None).await.unwrap();
        let till = test.shop.partner(&token).await.unwrap().unwrap();
        let back = async |key: &str, amount: i64| {
            let once = Once::new("till", "refund", key, "");
            test.shop.refund(&till, &once, &placed.number, won(amount), "scratched").await.unwrap();
            test.shop.send_refunds().await.unwrap();
        };
        // The first comes back before anybody was told of it.
        back("first", 1_000).await;
        at.payments.end_refunds(RefundStanding::Done, RefundStanding::Failed);
        let since = test.shop.now() - jiff::SignedDuration::from_hours(24);
        test.shop.reconcile(ProviderCode::Test, since).await.unwrap();
        at.settle().await;
        assert_eq!(at.told(), ["paid"]);
        // The second arrives, the third is under way for days.
        back("second", 2_000).await;
        at.payments.take_time_with_refunds();
        back("third", 3_000).await;
        at.settle().await;
        assert_eq!(at.told(), ["paid", "refunded"]);
        let (_, refunded) = files(at.folder.path()).remove(1);
        let mail = MessageParser::default().parse(&refunded).unwrap();
        let text = mail.body_text(0).unwrap();
        assert!(text.contains("돌려드린 금액: ₩2,000"), "{text}");
        // A person makes up for what came back: until then the audit calls for one.
        let reference = {
            let mut reader = test.shop.db().reader().await.unwrap();
            onshelf_db::testing::text(&mut reader.tx(), "SELECT reference FROM payments").await.unwrap()
        };
        assert!(at.payments.refund_elsewhere(&reference, 1_000));
        test.shop.reconcile(ProviderCode::Test, since).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_that_is_lost_is_told_as_such() {
    on_each_engine(async |test| {
        let at = bare(test);
        test.with_stock("seongsu", "CUP", 1).await;
        let placed = paid(test, &at.payments, "a", vec![delivery(&[("CUP", 1)])]).await;
        at.settle().await;
        // Lost before anybody was told that it left.
        carry(test, &placed, 0, &[BoardDeed::Dispatch, BoardDeed::Lost]).await;
        at.settle().await;
        assert_eq!(at.told(), ["paid", "not_found", "refunded"]);
        let (_, lost) = files(at.folder.path()).remove(1);
        let mail = MessageParser::default().parse(&lost).unwrap();
        let text = mail.body_text(0).unwrap();
        assert!(text.contains("보내 드린 것이 분실됐고") && !text.contains("찾지 못했"), "{text}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_collected_after_all_is_told_to_be_ready() {
    on_each_engine(async |test| {
        let at = scene(test).await;
        let placed = paid(test, &at.payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        at.settle().await;
        carry(test, &placed, 0, &[BoardDeed::HandOver, BoardDeed::TakeBack]).await;
        at.settle().await;
        assert_eq!(at.told(), ["paid", "ready"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_cannot_stay_is_told_with_its_reason() {
    on_each_engine(async |test| {
        let at = scene(test).await;
        // Another amount than was asked.
        let one = |key: &str| {
            order(key, Lang::Ko, vec![collect("gangnam", &[("CUP", 2)])], Some(ProviderCode::Test))
        };
        test.shop.place_order(one("a")).await.unwrap();
        assert!(at.payments.pay_amount(&at.payments.open()[0], won(1_000)));
        test.clock.advance(Duration::from_secs(30));
        at.settle().await;
        assert_eq!(at.told(), ["wrong_amount", "refunded"]);
        // Paid when the hold was over and somebody else has it.
        test.clock.advance(HOUR);
        test.shop.expire_reservations().await.unwrap();
        test.shop.place_order(one("b")).await.unwrap();
        let asked = at.payments.open();
        test.clock.advance(HOUR);
        test.shop.expire_reservations().await.unwrap();
        test.reserve("01012345678", "gangnam", &[("CUP", 2)]).await.unwrap();
        assert!(asked.iter().any(|reference| at.payments.pay(reference)));
        at.settle().await;
        let told = at.told();
        assert!(told.contains(&"paid_too_late".to_owned()), "{told:?}");
        assert_eq!(told.iter().filter(|told| *told == "refunded").count(), 2, "{told:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told_as_a_change_alone() {
    on_each_engine(async |test| {
        let at = scene(test).await;
        let placed = paid(test, &at.payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        at.settle().await;
        let change =
            OrderChange { groups: Some(vec![collect("gangnam", &[("CUP", 1)])]), ..OrderChange::default() };
        test.shop.change_order(Lang::Ko, &placed.number, &placed.token, change, None).await.unwrap();
        at.settle().await;
        assert_eq!(at.told(), ["paid", "changed"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_paid_too_late_ends_nothing() {
    on_each_engine(async |test| {
        let at = scene(test).await;
        let placed = paid(test, &at.payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        at.settle().await;
        let change =
            OrderChange { groups: Some(vec![collect("seongsu", &[("CUP", 2)])]), ..OrderChange::default() };
        test.shop.change_order(Lang::Ko, &placed.number, &placed.token, change, None).await.unwrap();
        carry(test, &placed, 0, &[BoardDeed::StartPicking]).await;
        assert!(at.payments.pay(&at.payments.open()[0]));
        // It is looked at after ten seconds.
        test.clock.advance(Duration::from_secs(10));
        at.settle().await;
        assert_eq!(at.told(), ["paid", "paid_too_late", "refunded"]);
        let (_, late) = files(at.folder.path()).remove(1);
        let mail = MessageParser::default().parse(&late).unwrap();
        let text = mail.body_text(0).unwrap();
        assert!(text.contains("주문은 그대로 준비할게요") && !text.contains("전액"), "{text}");
    })
    .await;
}
