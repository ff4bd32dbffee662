//! What a deed asks of the database does not grow with what was done before it. SQLite counts the steps of each
//! statement: one that reads more where more lies about has an index that is missing, or one that is not taken.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    io::Cursor,
    sync::{Arc, Mutex},
};

use futures::future::join_all;
use onshelf_shop::{
    Error, Hint, Once, Viewer, import, ledger,
    orders::{ByCar, KeepBasket, Placed},
    shoppers::{Erasure, read_way},
    staff::Associate,
    stock::{CountInput, Movement, SaleInput, SaleLine},
    testing::{Engine, FakePayments, TestShop, bought, carry, collect, order, request, with_payments},
};
use onshelf_vocabulary::{
    Lang, Quantity, Sku, StoreCode,
    fulfilment::Way,
    orders::{GroupInput, OrderChange},
    payments::ProviderCode,
    staff::BoardDeed,
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::{board::associate, healing::missing, orders::view, paying::settle};

/// The most steps each statement has taken, for each value it was given.
type Steps = BTreeMap<String, u64>;

/// Hears how many steps each statement of SQLite takes. For the whole process: the writer has a thread of its own.
#[derive(Clone, Default)]
struct Counter(Arc<Mutex<Steps>>);

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("onshelf_sqlite")
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut heard = Heard::default();
        event.record(&mut heard);
        let values = u64::try_from(heard.statement.matches('?').count()).unwrap().max(1);
        let mut steps = self.0.lock().unwrap();
        let most = steps.entry(without_lists(&heard.statement)).or_default();
        *most = (*most).max(heard.steps / values);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

impl Counter {
    /// From now on, for the whole process.
    fn begin() -> Counter {
        let counter = Counter::default();
        tracing::subscriber::set_global_default(counter.clone()).unwrap();
        counter
    }

    fn take(&self) -> Steps {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// One text for a statement, however many it writes or asks for at once.
fn without_lists(statement: &str) -> String {
    let text = statement.split_whitespace().collect::<Vec<_>>().join(" ").replace("?, ", "");
    let Some((head, rest)) = text.split_once("), (") else { return text };
    let row = head.rsplit('(').next().unwrap_or(head);
    let last = rest.rsplit("), (").next().unwrap_or(rest);
    last.strip_prefix(row).map_or_else(|| text.clone(), |tail| format!("{head}{tail}"))
}

#[derive(Default)]
struct Heard {
    statement: String,
    steps: u64,
}

impl Visit for Heard {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "statement" {
            value.clone_into(&mut self.statement);
        }
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        if field.name() == "steps" {
            self.steps = value.unsigned_abs();
        }
    }
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

/// An order of somebody who has no other, placed and paid.
async fn paid(test: &TestShop, payments: &FakePayments, key: &str, phone: String, sku: &str) -> Placed {
    let mut wish = order(key, vec![collect("seongsu", &[(sku, 1)])], Some(ProviderCode::Test));
    wish.input.contact.phone = Some(phone);
    bought(test, payments, wish).await
}

/// What a shop does all day, once each; `day` tells the keys of one day from another's.
async fn tour(test: &TestShop, payments: &FakePayments, day: &str) {
    for count in [40, 1] {
        let all = (0..count).map(|number| {
            let (shop, phone) = (test.shop.clone(), format!("010-3{day}-{number:04}"));
            let wish = request(&phone, "seongsu", &[("CUP", 1)], &format!("{day}-{count}-{number}"));
            tokio::spawn(async move { shop.reserve(wish).await })
        });
        for held in join_all(all).await {
            let held = held.unwrap().unwrap();
            test.shop.reservation(Lang::Ko, &held.number, &held.token).await.unwrap();
            test.shop.cancel_reservation(Lang::Ko, &held.number, &held.token, None).await.unwrap();
        }
    }
    let phone = format!("010-5{day}-0001");
    let placed = paid(test, payments, &format!("{day}-tour"), phone, "CUP").await;
    let group = view(&test.shop, &placed).await.groups[0].id.clone();
    let who = associate(test, &format!("who-{day}"), &["seongsu"]).await;
    let board = test.shop.board(&who, Lang::Ko, "seongsu").await.unwrap();
    test.shop.look_up(&who, Lang::Ko, "seongsu", &board.to_prepare[0].code).await.unwrap();
    refused(test.shop.look_up(&who, Lang::Ko, "seongsu", "ZZZZZZ").await);
    carry(test, &placed, &group, &[BoardDeed::StartPicking, BoardDeed::MarkReady, BoardDeed::HandOver]).await;
    test.shop.receipt(Lang::Ko, &placed.number, &placed.token).await.unwrap();

    let phone = format!("010-5{day}-0002");
    let missed = paid(test, payments, &format!("{day}-missed"), phone.clone(), "CUP").await;
    let group = view(&test.shop, &missed).await.groups[0].id.clone();
    test.shop.find_again(&missed.number, &phone).await.unwrap();
    assert_eq!(test.shop.look_up_people(&who, Lang::Ko, "seongsu", &missed.number).await.unwrap().len(), 1);
    missing(test, &missed, &group, &[("CUP", 1)], &format!("{day}-missing")).await.unwrap();
    test.shop.heal(&group).await.unwrap();

    errand(test, payments, day, &who).await;
    stock_room(test, day).await;
    office(test, day).await;

    let phone = format!("010-5{day}-0003");
    let ended = paid(test, payments, &format!("{day}-ended"), phone, "CUP").await;
    test.shop.cancel_order(Lang::Ko, &ended.number, &ended.token, None).await.unwrap();
    send(test).await;
    test.shop.keep_house().await.unwrap();
    test.shop.expire_reservations().await.unwrap();
    test.shop.remind().await.unwrap();
    test.shop.catch_up().await.unwrap();
    settle(test).await;
}

/// A basket that is only kept; an order that is changed, and collected by somebody who was sent; one that comes by car.
async fn errand(test: &TestShop, payments: &FakePayments, day: &str, who: &Associate) {
    let shop = &test.shop;
    let groups = vec![collect("seongsu", &[("CUP", 1)])];
    let basket = KeepBasket { groups, lang: Lang::Ko, near: None, instead: None, network: None };
    let kept = shop.keep_basket(basket).await.unwrap();
    shop.kept_basket(&Viewer::new(Lang::Ko), &kept).await.unwrap().unwrap();
    shop.extend_basket(&kept).await.unwrap();
    shop.let_go(&kept).await.unwrap();

    let phone = format!("010-5{day}-0004");
    let placed = paid(test, payments, &format!("{day}-errand"), phone, "CUP").await;
    let (number, token) = (&placed.number, &placed.token);
    let changing = shop.changing(number, token).await.unwrap();
    let dearer = vec![collect("seongsu", &[("CUP", 2)])];
    shop.change_costs(Lang::Ko, &changing, std::slice::from_ref(&dearer)).unwrap();
    let dearer = OrderChange { groups: Some(dearer), ..OrderChange::default() };
    assert!(Box::pin(shop.change_order(Lang::Ko, number, token, dearer, None)).await.unwrap().pay.is_some());
    payments.pay_for(shop, number, token).await;
    let sent = OrderChange { proxy: Some("이심부".to_owned()), ..OrderChange::default() };
    Box::pin(shop.change_order(Lang::Ko, number, token, sent, None)).await.unwrap();
    let seen = view(shop, &placed).await;
    assert_eq!(seen.groups[0].lines[0].quantity, 2);
    carry(test, &placed, &seen.groups[0].id, &[BoardDeed::StartPicking, BoardDeed::MarkReady]).await;
    let link = view(shop, &placed).await.passes.iter().find_map(|pass| pass.link.clone()).unwrap();
    let page = shop.pass_page(Lang::Ko, link.strip_prefix("/pass/").unwrap()).await.unwrap();
    let pass = page.tickets[0].pass.clone().unwrap();
    let serial = shop.look_up(who, Lang::Ko, "seongsu", &pass).await.unwrap().opened.unwrap().serial;
    shop.hand_over_by_pass(who, "seongsu", &serial, None).await.unwrap();
    refused(shop.look_up(who, Lang::Ko, "seongsu", &pass).await);

    let by_car = GroupInput { way: Way::Curbside, ..collect("seongsu", &[("CUP", 1)]) };
    let mut wish = order(&format!("{day}-car"), vec![by_car], None);
    wish.input.contact.phone = Some(format!("010-5{day}-0005"));
    let placed = shop.place_order(wish).await.unwrap();
    let car = ByCar { bay: "3", car: "흰 차" };
    shop.announce_arrival(&placed.number, &placed.token, None, true, car, None).await.unwrap();
    shop.board(who, Lang::Ko, "seongsu").await.unwrap();
    shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
}

/// What tills, warehouses and files say of stock.
async fn stock_room(test: &TestShop, day: &str) {
    let shop = &test.shop;
    let partner = async |scope: &str| {
        let token = shop.create_token(scope, None).await.unwrap();
        shop.partner(&token).await.unwrap().unwrap()
    };
    let (books, till) = (partner("stock").await, partner("pos").await);
    let once = |deed: &str| Once::new("partner", deed, day, day);
    let (store, sku) = (StoreCode::new("seongsu").unwrap(), Sku::new("CUP").unwrap());
    let came = Movement {
        store: store.clone(),
        sku: sku.clone(),
        delta: 3,
        reason: "received".to_owned(),
        reference: format!("note {day}"),
    };
    shop.move_stock(&books, &once("move"), vec![came]).await.unwrap();
    let (on_hand, counted_at) = (9_000, shop.now_ms());
    let count = CountInput { store: store.clone(), sku: sku.clone(), on_hand, counted_at };
    shop.count_stock(&books, &once("count"), count).await.unwrap();
    let lines = vec![SaleLine { sku, quantity: Quantity::try_from(1).unwrap() }];
    let sale = SaleInput { store, receipt: format!("R{day}"), lines, reservation: None };
    shop.record_sale(&till, &once("sale"), sale).await.unwrap();

    let file = "store,sku,on_hand\nseongsu,CUP,8000\ngangnam,CUP,8000\nseongsu,NONE,1\n";
    let reader = Box::new(Cursor::new(file.as_bytes().to_vec()));
    let source = import::Source::Stream { name: "stock.csv".to_owned(), reader };
    let options = import::Options { now_ms: shop.now_ms(), ..import::Options::default() };
    let report = import::run(shop.db(), import::Kind::Stock, source, options, &mut |_| {}).await.unwrap();
    assert_eq!(report.rejections.len(), 1, "{report:?}");
}

/// What is asked at the office: what is kept of a shopper, and that it be forgotten; how the shop is; what providers say.
async fn office(test: &TestShop, day: &str) {
    let shop = &test.shop;
    let way = read_way(None, Some(format!("010-5{day}-0004"))).unwrap();
    let told = shop.shopper_data(&way).await.unwrap();
    assert_eq!(told["orders"].as_array().unwrap().len(), 1, "{told}");
    assert!(matches!(shop.erase_shopper(&way, false).await.unwrap(), Erasure::Done(_)));
    let hint = Hint { event: format!("evt-{day}"), reference: None };
    assert!(shop.note_webhook(ProviderCode::Test, &hint, "{}").await.unwrap());
    shop.pulse().await.unwrap();
    shop.slow_pulse().await.unwrap();
    shop.refresh_book().await.unwrap();
}

fn refused<T: Debug>(answer: Result<T, Error>) {
    answer.unwrap_err();
}

/// What the outbox does.
async fn send(test: &TestShop) {
    loop {
        let jobs = test.shop.claim_jobs(100).await.unwrap();
        if jobs.is_empty() {
            return;
        }
        for job in jobs {
            test.shop.finish_job(job.id).await.unwrap();
        }
    }
}

/// So many reservations and a quarter as many orders that are over, and as many again that wait at another store.
async fn fill(test: &TestShop, payments: &FakePayments, day: &str, count: usize) {
    for number in 0..count {
        let (key, last) = (format!("{day}-fill-{number}"), number % 10_000);
        let wish = request(&format!("010-4000-{last:04}"), "seongsu", &[("KETTLE-MO", 1)], &key);
        let held = test.shop.reserve(wish).await.unwrap();
        test.shop.cancel_reservation(Lang::Ko, &held.number, &held.token, None).await.unwrap();
        let elsewhere =
            request(&format!("010-4{day}-{last:04}"), "gangnam", &[("CUP", 1)], &format!("{key}-2"));
        test.shop.reserve(elsewhere).await.unwrap();
        if number % 4 == 0 {
            let placed = paid(test, payments, &key, format!("010-6000-{last:04}"), "KETTLE-MO").await;
            let group = view(&test.shop, &placed).await.groups[0].id.clone();
            carry(test, &placed, &group, &[BoardDeed::MarkReady, BoardDeed::HandOver]).await;
        }
    }
    send(test).await;
    test.shop.catch_up().await.unwrap();
}

/// What may grow. None of it is asked by a unit of work, which others wait for.
const MAY_GROW: [&str; 9] = [
    // How many wait at each store is counted in a twentieth of the time.
    "SELECT COALESCE(source_id, store_id) AS picked_at, COUNT(*) FROM reservations",
    // Whoever has to wait longer than was promised is looked for once a minute.
    "SELECT * FROM reservations WHERE order_id IS NOT NULL AND status IN ('placed', 'picking') AND ready_by < $1",
    // Metrics count what is held and what waits.
    "SELECT COUNT(*), CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM holds WHERE state = 'live'",
    "SELECT status, COUNT(*), MIN(CASE status WHEN",
    // Somebody who wants to know, or be forgotten, is looked for in all there is.
    "SELECT id FROM orders WHERE LOWER(email)",
    "SELECT id FROM reservations WHERE LOWER(email)",
    "SELECT actor, route, key FROM idempotency WHERE answer LIKE",
    "SELECT id FROM outbox WHERE (done_at IS NOT NULL OR failed_at IS NOT NULL) AND (payload LIKE",
    "SELECT id FROM inbox WHERE body <> '' AND reference IN",
];

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deed_asks_of_the_database_does_not_grow_with_what_was_done_before() {
    let test = TestShop::on(Engine::Sqlite).await.unwrap();
    let payments = with_payments(&test);
    for (store, sku) in [("seongsu", "CUP"), ("seongsu", "KETTLE-MO"), ("gangnam", "CUP")] {
        test.with_stock(store, sku, 10_000).await;
    }
    let counter = Counter::begin();
    let (mut seen, mut audited) = (Vec::new(), Vec::new());
    for (day, count) in [("100", 20), ("200", 400)] {
        fill(&test, &payments, day, count).await;
        counter.take();
        assert_eq!(ledger::faults(test.shop.db(), test.shop.now()).await.unwrap(), Vec::<String>::new());
        audited.push(counter.take());
        tour(&test, &payments, day).await;
        seen.push(counter.take());
    }
    let [few, many] = seen.as_slice() else { panic!("two days") };
    assert!(many.len() > 70, "{} statements were heard", many.len());
    let grown = many.iter().filter_map(|(statement, steps)| {
        let before = few.get(statement)?;
        let may = MAY_GROW.iter().any(|may| statement.starts_with(may));
        (!may && *steps > before * 2 + 20).then(|| format!("{before} → {steps}: {statement}"))
    });
    assert_eq!(grown.collect::<Vec<_>>(), Vec::<String>::new());
    // The audit reads all there is, about twenty times as much; nothing of it for each other.
    let [few, many] = audited.as_slice() else { panic!("two days") };
    assert!(many.len() > 15, "{} statements were heard", many.len());
    let grown = many.iter().filter_map(|(statement, steps)| {
        let before = few.get(statement)?;
        (*steps > before * 60).then(|| format!("{before} → {steps}: {statement}"))
    });
    assert_eq!(grown.collect::<Vec<_>>(), Vec::<String>::new());
    test.close().await;
}
