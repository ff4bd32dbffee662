//! The audit finds what it promises to find: each fault is put alone into healthy books, is named alone, and is gone when
//! it is mended. Books are healthy while orders stand at every state.

use jiff::Timestamp;
use onshelf_db::testing;
use onshelf_shop::{
    Error, RefundStanding, ledger,
    orders::{KeepBasket, Placed},
    testing::{FakePayments, TestShop, carry, collect, delivery, on_each_engine, order, with_payments},
};
use onshelf_vocabulary::{
    Lang, fulfilment::Way, orders::GroupInput, payments::ProviderCode, staff::BoardDeed,
};

use crate::{healing::missing, orders::view, paying::settle};

/// What stands in the books.
struct Scene {
    /// A plain reservation.
    held: String,
    /// Paid: one group of it was handed over, one has come from another store, one is still to be delivered.
    sold: Vec<String>,
    /// Paid, and nobody could find its group; nothing was done about that yet.
    lost: (String, String),
    /// Paid and cancelled, and the money went back.
    back: (String, String),
    /// Paid and cancelled; the money is to go back.
    due: (String, String),
    /// Paid and cancelled; what went back did not arrive, and was made up for on the provider's own pages, in two parts.
    made_up: (String, String),
    /// Paid, and somebody gave part of it back on the provider's own pages.
    elsewhere: String,
    /// Paid, and not begun.
    waiting: String,
    /// Not paid yet.
    open: String,
    /// To be paid at the counter.
    counter: String,
    /// The group of a basket that is kept.
    kept: String,
}

async fn placed(
    test: &TestShop,
    key: &str,
    groups: Vec<GroupInput>,
    provider: Option<ProviderCode>,
) -> Placed {
    let mut request = order(key, groups, provider);
    // Each is another shopper's, so that no limit is in the way.
    request.input.contact.phone = Some(format!("010-2000-{key}"));
    test.shop.place_order(request).await.unwrap()
}

async fn paid_for(test: &TestShop, payments: &FakePayments, key: &str, groups: Vec<GroupInput>) -> Placed {
    let placed = placed(test, key, groups, Some(ProviderCode::Test)).await;
    payments.pay_for(&test.shop, &placed.number, &placed.token).await;
    placed
}

async fn ids(test: &TestShop, placed: &Placed) -> Vec<String> {
    view(&test.shop, placed).await.groups.iter().map(|group| group.id.clone()).collect()
}

async fn cancelled(
    test: &TestShop,
    payments: &FakePayments,
    key: &str,
    groups: Vec<GroupInput>,
) -> (String, String) {
    let placed = paid_for(test, payments, key, groups).await;
    let group = ids(test, &placed).await.remove(0);
    test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
    (placed.number, group)
}

/// The reference of an order's only payment.
async fn reference(test: &TestShop, order: &str) -> String {
    ask(test, &format!("SELECT reference FROM payments WHERE {}", of(order))).await
}

fn of(order: &str) -> String {
    format!("order_id = (SELECT id FROM orders WHERE number = '{order}')")
}

async fn given_elsewhere(test: &TestShop, payments: &FakePayments, order: &str, amount: i64) {
    assert!(payments.refund_elsewhere(&reference(test, order).await, amount));
    test.shop.reconcile(ProviderCode::Test, Timestamp::UNIX_EPOCH).await.unwrap();
}

/// Every refund there is so far comes back after it was booked.
async fn come_back(test: &TestShop, payments: &FakePayments) {
    payments.end_refunds(RefundStanding::Done, RefundStanding::Failed);
    test.shop.reconcile(ProviderCode::Test, Timestamp::UNIX_EPOCH).await.unwrap();
}

async fn scene(test: &TestShop) -> Scene {
    let payments = with_payments(test);
    test.with_stock("seongsu", "KETTLE-MO", 9).await.with_stock("seongsu", "CUP", 9).await;
    test.with_stock("gangnam", "CUP", 9).await;
    let kettle = || vec![collect("seongsu", &[("KETTLE-MO", 1)])];
    let held = test.reserve("010-9999-0000", "seongsu", &[("CUP", 2)]).await.unwrap().number;

    let made_up = cancelled(test, &payments, "0008", kettle()).await;
    settle(test).await;
    come_back(test, &payments).await;
    given_elsewhere(test, &payments, &made_up.0, 20_000).await;
    given_elsewhere(test, &payments, &made_up.0, 18_000).await;
    let elsewhere = paid_for(test, &payments, "0009", kettle()).await.number;
    given_elsewhere(test, &payments, &elsewhere, 5_000).await;

    let transfer = GroupInput { way: Way::Transfer, ..collect("seongsu", &[("CUP", 2)]) };
    let ways = vec![collect("seongsu", &[("KETTLE-MO", 1)]), transfer, delivery(&[("CUP", 1)])];
    let order = paid_for(test, &payments, "0001", ways).await;
    let sold = ids(test, &order).await;
    carry(test, &order, &sold[0], &[BoardDeed::MarkReady, BoardDeed::HandOver]).await;
    carry(test, &order, &sold[1], &[BoardDeed::StartPicking, BoardDeed::Dispatch, BoardDeed::Arrive]).await;

    let order = paid_for(test, &payments, "0002", kettle()).await;
    let group = ids(test, &order).await.remove(0);
    missing(test, &order, &group, &[("KETTLE-MO", 1)], "one").await.unwrap();
    let lost = (order.number, group);

    let back = cancelled(test, &payments, "0003", kettle()).await;
    settle(test).await;
    let due = cancelled(test, &payments, "0004", kettle()).await;
    let waiting = paid_for(test, &payments, "0005", kettle()).await.number;

    let groups = vec![collect("seongsu", &[("CUP", 1)])];
    let basket = KeepBasket { groups, lang: Lang::Ko, near: None, instead: None, network: None };
    let basket = test.shop.keep_basket(basket).await.unwrap().number;
    let sql = "SELECT r.number FROM reservations r JOIN orders o ON o.id = r.order_id WHERE o.number =";
    let kept = ask(test, &format!("{sql} '{basket}'")).await;
    let counter = placed(test, "0006", kettle(), None).await.number;
    let open = placed(test, "0007", kettle(), Some(ProviderCode::Test)).await.number;
    Scene { held, sold, lost, back, due, made_up, elsewhere, waiting, open, counter, kept }
}

async fn ask(test: &TestShop, sql: &str) -> String {
    let mut reader = test.shop.db().reader().await.unwrap();
    testing::text(&mut reader.tx(), sql).await.unwrap()
}

pub async fn run(test: &TestShop, statements: &[String]) {
    for sql in statements {
        let own = sql.clone();
        let changed = test.shop.db().write(move |mut tx| {
            let own = own.clone();
            Box::pin(async move { Ok::<_, Error>(testing::run(&mut tx, &own).await?) })
        });
        assert!(changed.await.unwrap() > 0, "it changes nothing: {sql}");
    }
}

async fn faults(test: &TestShop) -> Vec<String> {
    ledger::faults(test.shop.db(), test.shop.now()).await.unwrap()
}

/// A fault as the audit tells it, how it comes about, and how it is mended.
struct Seed {
    told: String,
    made: Vec<String>,
    mended: Vec<String>,
}

/// One column that has another value, and its own again.
fn set(told: String, table: &str, whose: &str, made: &str, mended: &str) -> Seed {
    let sql = |value: &str| vec![format!("UPDATE {table} SET {value} WHERE {whose}")];
    Seed { told, made: sql(made), mended: sql(mended) }
}

/// Faults of the shelves and of what is held on them.
async fn of_stock(test: &TestShop, scene: &Scene) -> Vec<Seed> {
    let key = test.key("seongsu", "CUP");
    let level = format!("store_id = {} AND variant_id = {}", key.store_id, key.variant_id);
    let booked = |column: &str| format!("SELECT CAST({column} AS TEXT) FROM stock_levels WHERE {level}");
    let on_hand: i64 = ask(test, &booked("on_hand")).await.parse().unwrap();
    let on_hold: i64 = ask(test, &booked("held")).await.parse().unwrap();
    let Scene { held, sold, lost: (_, lost), .. } = scene;
    let number = |number: &str| format!("number = '{number}'");
    let moved = |number: &str| format!("reference = '{number}'");
    vec![
        set(
            format!(
                "on hand: CUP at seongsu is booked as {} but its movements sum to {on_hand}",
                on_hand + 1
            ),
            "stock_levels",
            &level,
            "on_hand = on_hand + 1",
            "on_hand = on_hand - 1",
        ),
        set(
            format!("held: CUP at seongsu is booked as {} but its live holds sum to {on_hold}", on_hold + 1),
            "stock_levels",
            &level,
            "held = held + 1",
            "held = held - 1",
        ),
        set(
            format!("holds: the live holds of {held} do not cover its lines, or outlive it"),
            "reservations",
            &number(held),
            "status = 'cancelled', ended_at = placed_at",
            "status = 'placed', ended_at = NULL",
        ),
        set(
            format!("end: {held} is over and has no end, or has one and goes on"),
            "reservations",
            &number(held),
            "ended_at = placed_at",
            "ended_at = NULL",
        ),
        set(
            format!("hand-over: what was handed over for {} is not in the ledger", sold[0]),
            "stock_movements",
            &format!("{} AND reason IN ('hand_over', 'sale')", moved(&sold[0])),
            "reason = 'sale'",
            "reason = 'hand_over'",
        ),
        set(
            format!("total: the lines of {held} do not sum to its total"),
            "reservations",
            &number(held),
            "total = total + 1",
            "total = total - 1",
        ),
        set(
            format!("journey: what left or came for {} is not in the ledger", sold[1]),
            "stock_movements",
            &format!("{} AND reason IN ('dispatch', 'sale')", moved(&sold[1])),
            "reason = 'sale'",
            "reason = 'dispatch'",
        ),
        set(
            format!("not found: what was missing of {lost} has not left the book"),
            "stock_movements",
            &moved(lost),
            "reason = 'count'",
            "reason = 'not_found'",
        ),
        set(
            r#"catalogue: the options ["nope"] of KETTLE-MI are none of its product's"#.to_owned(),
            "variants",
            "sku = 'KETTLE-MI'",
            r#"options = '["nope"]'"#,
            r#"options = '["milk"]'"#,
        ),
    ]
}

/// Faults of what orders cost, and of whether they are paid.
fn of_orders(scene: &Scene) -> Vec<Seed> {
    let number = |number: &str| format!("number = '{number}'");
    let sums = |order: &str, column: &str| {
        set(
            format!("sums: what order {order} costs is not what its groups cost"),
            "orders",
            &number(order),
            &format!("{column} = {column} + 1"),
            &format!("{column} = {column} - 1"),
        )
    };
    let Scene { waiting, open, counter, kept, back, .. } = scene;
    let underpaid = |order: &str| format!("money: order {order} is settled although less came than it costs");
    vec![
        set(
            format!("charge: {kept} is asked for something else than its lines, its fee and its tax"),
            "reservations",
            &number(kept),
            "asked = asked + 1",
            "asked = asked - 1",
        ),
        sums(open, "subtotal"),
        sums(open, "total"),
        sums(counter, "fees"),
        sums(waiting, "tax"),
        set(
            format!("money: order {waiting} goes on without being paid"),
            "orders",
            &number(waiting),
            "settled_at = NULL",
            "settled_at = placed_at",
        ),
        // Settled, and no money ever came.
        set(underpaid(open), "orders", &number(open), "settled_at = placed_at", "settled_at = NULL"),
        // As many dollars as it costs won.
        set(underpaid(waiting), "payments", &of(waiting), "currency = 'USD'", "currency = 'KRW'"),
        // Its money went back, and it goes on.
        set(
            format!("money: order {} gave back more than is given up of it", back.0),
            "reservations",
            &number(&back.1),
            "status = 'in_transfer', ended_at = NULL",
            "status = 'cancelled', ended_at = placed_at",
        ),
    ]
}

/// An entry of a payment that is another provider's.
fn mislaid(payment: &str, whose: &str) -> Seed {
    set(
        format!("money: payment {payment} is not what the book says"),
        "money_entries",
        &format!("{whose} AND account <> 'customer'"),
        "account = 'provider:nobody'",
        "account = 'provider:test'",
    )
}

/// Faults of the money book, of refunds, and of what is kept.
async fn of_money(test: &TestShop, scene: &Scene) -> Vec<Seed> {
    let Scene { sold, lost, back, due, made_up, elsewhere, waiting, .. } = scene;
    let sale = format!("sale:{}", sold[0]);
    let paid = reference(test, waiting).await;
    let given = ask(test, &format!("SELECT key FROM refunds WHERE {}", of(&back.0))).await;
    let owed = ask(test, &format!("SELECT key FROM refunds WHERE {}", of(&due.0))).await;
    let renamed = |from: &str, to: &str| {
        vec![
            format!("UPDATE refunds SET key = '{to}' WHERE key = '{from}'"),
            format!("UPDATE money_entries SET entry = 'refund:{to}' WHERE entry = 'refund:{from}'"),
        ]
    };
    let other = format!("group:{}:0", lost.1);
    vec![
        set(
            format!("money: the entry {sale} does not sum to zero"),
            "money_entries",
            &format!("entry = '{sale}' AND account = 'sales'"),
            "amount = amount + 1",
            "amount = amount - 1",
        ),
        set(
            format!("money: {} is not booked as the sale it is", sold[0]),
            "money_entries",
            &format!("entry IN ('{sale}', 'mislaid')"),
            "entry = 'mislaid'",
            &format!("entry = '{sale}'"),
        ),
        mislaid(&paid, &format!("entry = 'capture:{paid}'")),
        // What was given back on the provider's pages is not booked; or what came back is still booked as given.
        mislaid(
            &reference(test, elsewhere).await,
            &format!("{} AND entry LIKE 'refund:elsewhere:%'", of(elsewhere)),
        ),
        mislaid(
            &reference(test, &made_up.0).await,
            &format!("{} AND entry LIKE 'refund_failed:%'", of(&made_up.0)),
        ),
        // What was not found is said to have its money back, which was another's.
        Seed {
            told: format!("money: order {} keeps more than it is owed", lost.0),
            made: renamed(&given, &other),
            mended: renamed(&other, &given),
        },
        set(
            format!("money: the refund {owed} was not carried out: a person must look"),
            "refunds",
            &format!("key = '{owed}'"),
            "status = 'failed'",
            "status = 'requested'",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_is_found_alone_and_healthy_books_have_none() {
    on_each_engine(async |test: &TestShop| {
        let scene = scene(test).await;
        assert_eq!(faults(test).await, Vec::<String>::new(), "healthy books");
        let mut seeds = of_stock(test, &scene).await;
        seeds.extend(of_orders(&scene));
        seeds.extend(of_money(test, &scene).await);
        for seed in seeds {
            run(test, &seed.made).await;
            assert_eq!(faults(test).await, std::slice::from_ref(&seed.told));
            run(test, &seed.mended).await;
        }
        assert_eq!(faults(test).await, Vec::<String>::new(), "mended books");
    })
    .await;
}

/// What an older version has left without an end, or with one that it took back, is put in order before anything relies on
/// it: by the statements of the migration itself.
#[tokio::test(flavor = "multi_thread")]
async fn ends_are_in_order_once_the_schema_is_brought_up_to_date() {
    const MIGRATION: &str = include_str!("../../../db/migrations/0020_who_is_to_come.sql");
    on_each_engine(async |test: &TestShop| {
        let Scene { held, back, .. } = scene(test).await;
        let set = |number: &str, end: &str| {
            format!("UPDATE reservations SET ended_at = {end} WHERE number = '{number}'")
        };
        run(test, &[set(&held, "placed_at"), set(&back.1, "NULL")]).await;
        let told = [&held, &back.1]
            .map(|number| format!("end: {number} is over and has no end, or has one and goes on"));
        let found = faults(test).await;
        assert!(found.len() == 2 && told.iter().all(|fault| found.contains(fault)), "{found:?}");
        let updates = MIGRATION.split(';').filter(|sql| sql.contains("UPDATE"));
        run(test, &updates.map(str::to_owned).collect::<Vec<_>>()).await;
        assert_eq!(faults(test).await, [""; 0]);
    })
    .await;
}
