//! What is kept of a person: told whole, and taken out whole, with the books still balanced.

use std::{path::Path, time::Duration};

use onshelf_db::notifications::{self, SubscriptionRow};
use onshelf_server::{
    config::Config,
    notifications::Notifier,
    worker::{Courier, Outbox},
};
use onshelf_shop::{
    Clock, SystemClock,
    orders::{ByCar, KeepBasket, Placed},
    shoppers::{Erasure, read_way},
    staff::NewStaff,
    testing::{FakePayments, TestShop, bought, carry, lines, on_each_engine, order, with_payments},
};
use onshelf_vocabulary::{
    Lang, StoreCode, Text,
    fulfilment::{Contact, Way},
    orders::{Address, GroupInput, OrderChange},
    payments::ProviderCode,
    staff::{BoardDeed, Role},
};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

use crate::process::run;

const NAME: &str = "마크자이언";
const EMAIL: &str = "Marked.Person@example.com";
const PHONE: &str = "010-7777-1234";
/// As they stand in the books.
const MARKS: [&str; 6] = [NAME, "arked.", "77771234", "표식로", "대리표식", "markedpush"];

fn group(way: Way, sku: &str) -> GroupInput {
    let address = (way == Way::Delivery).then(|| Address {
        line1: "표식로 77길 7".to_owned(),
        postcode: "04782".to_owned(),
        ..Address::default()
    });
    let store = (way != Way::Delivery).then(|| StoreCode::new("seongsu").unwrap());
    GroupInput { way, store, address, window: None, lines: lines(&[(sku, 1)]) }
}

async fn paid_order(test: &TestShop, payments: &FakePayments) -> Placed {
    let contact =
        Contact { name: NAME.to_owned(), email: Some(EMAIL.to_owned()), phone: Some(PHONE.to_owned()) };
    let groups = vec![group(Way::Collect, "KETTLE-MO"), group(Way::Delivery, "CUP")];
    let mut wish = order("marked", groups, Some(ProviderCode::Test));
    wish.input.contact = contact;
    let placed = bought(test, payments, wish).await;
    let somebody = OrderChange { proxy: Some("대리표식".to_owned()), ..OrderChange::default() };
    test.shop.change_order(Lang::Ko, &placed.number, &placed.token, somebody, None).await.unwrap();
    placed
}

/// Everything is handed over; nothing is under way any more.
async fn finish(test: &TestShop, placed: &Placed) {
    let view = test.shop.order(Lang::Ko, &placed.number, &placed.token).await.unwrap();
    for (group, deeds) in view
        .groups
        .iter()
        .zip([[BoardDeed::MarkReady, BoardDeed::HandOver], [BoardDeed::Dispatch, BoardDeed::Deliver]])
    {
        carry(test, placed, &group.id, &deeds).await;
    }
}

async fn mail_all(test: &TestShop, data_dir: &Path) {
    let config = Config { data_dir: data_dir.to_owned(), ..Config::default() };
    let notifier = Notifier::new(test.shop.clone(), &config, Text::new("제자리", "Jejari")).unwrap();
    let outbox = Outbox::new(test.shop.clone(), notifier, Courier::new().unwrap());
    while outbox.round().await.unwrap() > 0 {}
}

/// Every cell of the database as text.
async fn everything(url: &str) -> Vec<String> {
    let mut cells = Vec::new();
    if url.starts_with("sqlite") {
        let mut conn = SqliteConnection::connect(url).await.unwrap();
        let columns = "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p
                       WHERE m.type = 'table'";
        for (table, column) in
            sqlx::query_as::<_, (String, String)>(columns).fetch_all(&mut conn).await.unwrap()
        {
            let sql = AssertSqlSafe(format!(
                "SELECT COALESCE(CAST(\"{column}\" AS TEXT), '') FROM {table} WHERE TYPEOF(\"{column}\") <> 'blob'"
            ));
            for row in sqlx::query(sql).fetch_all(&mut conn).await.unwrap() {
                cells.push(format!("{table}.{column}: {}", row.get::<String, _>(0)));
            }
        }
    } else {
        let mut conn = PgConnection::connect(url).await.unwrap();
        let columns = "SELECT table_name::TEXT, column_name::TEXT FROM information_schema.columns
                       WHERE table_schema = 'public'";
        for (table, column) in
            sqlx::query_as::<_, (String, String)>(columns).fetch_all(&mut conn).await.unwrap()
        {
            let sql = AssertSqlSafe(format!("SELECT COALESCE(\"{column}\"::TEXT, '') FROM {table}"));
            for row in sqlx::query(sql).fetch_all(&mut conn).await.unwrap() {
                cells.push(format!("{table}.{column}: {}", row.get::<String, _>(0)));
            }
        }
    }
    cells
}

async fn marked(test: &TestShop) -> Vec<String> {
    let cells = everything(&test.url).await;
    cells.into_iter().filter(|cell| MARKS.iter().any(|mark| cell.contains(mark))).collect()
}

/// As browsers leave it.
async fn subscribe(test: &TestShop, number: &str) {
    let row = SubscriptionRow {
        number: number.to_owned(),
        endpoint: "https://push.example/markedpush".to_owned(),
        created_at: test.shop.now_ms(),
        ..SubscriptionRow::default()
    };
    test.shop
        .db()
        .write(move |mut tx| {
            let row = row.clone();
            Box::pin(async move { notifications::subscribe(&mut tx, &row).await })
        })
        .await
        .unwrap();
}

fn said(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_everything_and_forgotten_everywhere() {
    on_each_engine(async |test| {
        // The command is a process of its own, and reads the machine's clock.
        test.clock.set(SystemClock.now());
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 3).await.with_stock("gangnam", "CUP", 3).await;
        let folder = tempfile::tempdir().unwrap();
        let command = |words: &[&str]| run(test, folder.path(), words);
        let placed = paid_order(test, &payments).await;
        test.reserve("010-5555-6666", "seongsu", &[("KETTLE-MO", 1)]).await.unwrap();
        mail_all(test, folder.path()).await;
        subscribe(test, &placed.number).await;
        let mails = || std::fs::read_dir(folder.path().join("mail")).unwrap().count();
        let kept = mails();
        assert!(kept >= 2);

        // What is under way is not torn apart.
        let refused = command(&["shopper", "erase", "--email", EMAIL]);
        assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
        assert!(
            said(&refused).contains(&placed.number) || said(&refused).contains("R-"),
            "{}",
            said(&refused)
        );
        assert!(!said(&refused).contains("arked."), "it repeats no address");
        assert!(!marked(test).await.is_empty());

        finish(test, &placed).await;
        mail_all(test, folder.path()).await;
        let told = command(&["shopper", "export", "--email", "marked.person@EXAMPLE.com"]);
        assert!(told.status.success(), "{}", said(&told));
        let data: Value = serde_json::from_slice(&told.stdout).unwrap();
        assert_eq!(data["orders"][0]["number"], placed.number);
        assert_eq!(data["orders"][0]["proxy"], "대리표식");
        assert_eq!(data["orders"][0]["payments"][0]["status"], "captured");
        assert_eq!(data["reservations"].as_array().unwrap().len(), 2);
        let whole = data.to_string();
        for mark in ["표식로 77길 7", NAME, "+821077771234", "KETTLE-MO", "markedpush"] {
            assert!(whole.contains(mark), "{mark} in {whole}");
        }
        assert!(
            !whole.contains(&placed.token) && !whole.contains("010-5555") && !whole.contains("1055556666")
        );

        let erased = command(&["shopper", "erase", "--phone", "+82 10 7777 1234"]);
        assert!(erased.status.success(), "{}", said(&erased));
        assert_eq!(marked(test).await, Vec::<String>::new());
        assert!(everything(&test.url).await.iter().all(|cell| !cell.contains(&placed.token)));
        assert!(mails() < kept, "only others' mails are left");
        for entry in std::fs::read_dir(folder.path().join("mail")).unwrap() {
            assert!(!entry.unwrap().file_name().to_string_lossy().contains(&placed.number));
        }
        assert!(test.shop.order(Lang::Ko, &placed.number, &placed.token).await.is_err(), "its link is dead");
        // The money stays in the book, and that it was done in the trail.
        assert!(payments.kept(&placed.number) > 0);
        let trail = String::from_utf8(command(&["trail"]).stdout).unwrap();
        for deed in ["shopper.export", "shopper.erase"] {
            assert!(
                trail.lines().any(|line| line.contains(deed) && line.contains(&placed.number)),
                "{trail}"
            );
        }
        let again = command(&["shopper", "erase", "--email", EMAIL]);
        assert!(again.status.success() && said(&again).contains("Nothing is kept"), "{}", said(&again));
        let audit = command(&["audit", "--offline"]);
        assert!(audit.status.success(), "{}", said(&audit));
    })
    .await;
}

/// A partner that was told who stands in which bay may never have answered: what it was told is kept for people to see.
#[tokio::test(flavor = "multi_thread")]
async fn what_partners_were_told_of_a_car_is_forgotten_with_its_owner() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 1).await;
        test.shop.add_webhook("https://erp.example/hook", &["order.*".to_owned()]).await.unwrap();
        let contact = Contact { name: NAME.to_owned(), email: None, phone: Some(PHONE.to_owned()) };
        let groups = vec![group(Way::Curbside, "CUP")];
        let mut wish = order("car", groups, None);
        wish.input.contact = contact;
        let placed = test.shop.place_order(wish).await.unwrap();
        let car = ByCar { bay: "3", car: "흰 차 표식로" };
        test.shop.announce_arrival(&placed.number, &placed.token, None, true, car, None).await.unwrap();
        for job in test.shop.claim_jobs(50).await.unwrap() {
            test.shop.give_up_job(&job, "nobody answers").await.unwrap();
        }
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        assert!(marked(test).await.iter().any(|cell| cell.starts_with("outbox.")));
        let way = read_way(None, Some(PHONE.to_owned())).unwrap();
        let done = test.shop.erase_shopper(&way, false).await.unwrap();
        assert!(matches!(done, Erasure::Done(_)), "{done:?}");
        assert_eq!(marked(test).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_basket_should_have_gone_is_forgotten_when_it_came_to_nothing() {
    on_each_engine(async |test| {
        test.with_stock("gangnam", "CUP", 3).await;
        let groups = vec![group(Way::Delivery, "CUP")];
        test.shop
            .keep_basket(KeepBasket { groups, lang: Lang::Ko, near: None, instead: None, network: None })
            .await
            .unwrap();
        assert_eq!(test.shop.keep_house().await.unwrap().addresses, 0, "it may still be ordered");
        assert!(!marked(test).await.is_empty());
        test.clock.advance(Duration::from_secs(11 * 60));
        assert_eq!(test.shop.expire_reservations().await.unwrap(), 1);
        assert_eq!(test.shop.keep_house().await.unwrap().addresses, 1);
        assert_eq!(marked(test).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_can_be_forced_and_still_be_collected() {
    on_each_engine(async |test| {
        test.clock.set(SystemClock.now());
        test.with_stock("seongsu", "CUP", 3).await;
        let held = test.reserve(PHONE, "seongsu", &[("CUP", 1)]).await.unwrap();
        let view = test.shop.reservation(Lang::Ko, &held.number, &held.token).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let forced = run(test, folder.path(), &["shopper", "erase", "--phone", PHONE, "--force"]);
        assert!(forced.status.success(), "{}", said(&forced));
        assert_eq!(marked(test).await, Vec::<String>::new());
        // Nobody is written to, and nothing hangs on it.
        mail_all(test, folder.path()).await;
        assert_eq!(test.shop.backlog().await.unwrap().0, 0);
        assert!(test.shop.find_again(&held.number, &view.code).await.is_err(), "its page is gone");
        let hana = NewStaff {
            login: "hana".to_owned(),
            name: "하나".to_owned(),
            password: "a long password".to_owned(),
            role: Role::Associate,
            stores: vec!["seongsu".to_owned()],
        };
        test.shop.add_staff(hana).await.unwrap();
        let session = test.shop.sign_in("hana", "a long password").await.unwrap();
        let hana = test.shop.associate(&session).await.unwrap();
        let card = test.shop.look_up(&hana, Lang::Ko, "seongsu", &view.code).await.unwrap();
        assert_eq!((card.number.as_str(), card.name.as_str()), (held.number.as_str(), ""));
        test.clock.advance(Duration::from_secs(30 * 86_400));
        assert_eq!(test.shop.expire_reservations().await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn one_way_is_asked_for_and_a_wrong_one_refused() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        for words in [
            &["shopper", "export"] as &[&str],
            &["shopper", "export", "--email", "a@b.example", "--phone", PHONE],
            &["shopper", "erase", "--email", "nobody"],
            &["shopper", "erase", "--phone", "12"],
        ] {
            let refused = run(test, folder.path(), words);
            assert_eq!(refused.status.code(), Some(2), "{words:?}: {}", said(&refused));
        }
    })
    .await;
}
