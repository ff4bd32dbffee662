//! Housekeeping: all that has served its time goes, however much it is, and nothing else.

use onshelf_shop::{
    Error,
    jobs::Swept,
    testing::{TestShop, on_each_engine},
};

use crate::board::associate;

/// More than two slices of a table, and no whole number of them.
const MANY: u64 = 4_100;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// So many rows in each of the tables, under names that begin so: of outcomes, changes of stock, sessions, jobs that were
/// done, browsers and webhooks of this moment, and of baskets that ended an hour before `now`, which `who` put a name to.
fn rows(beginning: &str, count: u64, moment: i64, now: i64, who: &str) -> [String; 7] {
    let (ended, name) = (now - HOUR, format!("'{beginning}-' || CAST(i AS TEXT)"));
    let numbers =
        format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})");
    [
        (
            "idempotency (actor, route, key, body_hash, status, answer, at)",
            format!("'till', 'sale', {name}, '', 200, '', {moment}"),
        ),
        ("stock_changes (store_id, variant_id, at)", format!("1, 1, {moment}")),
        (
            "staff_sessions (token_hash, staff_id, created_at, expires_at)",
            format!("{name}, (SELECT MIN(id) FROM staff), 0, {moment}"),
        ),
        (
            "outbox (kind, payload, created_at, due_at, attempts, claimed_until, done_at)",
            format!("'message', {name}, {moment}, {moment}, 1, 0, {moment}"),
        ),
        (
            "push_subscriptions (number, endpoint, p256dh, auth, created_at)",
            format!("{name}, '', '', '', {moment}"),
        ),
        ("inbox (provider, event, body, received_at)", format!("'test', {name}, '', {moment}")),
        (
            "reservations (number, token_hash, code, store_id, status, name, lang, shopper, currency, total,
               placed_at, ready_by, expires_at, ended_at, address)",
            format!(
                "{name}, '', '', (SELECT MIN(id) FROM stores), 'expired', '{who}', 'ko', '', 'KRW', 0,
                   0, 0, {ended}, {ended}, 'somewhere'"
            ),
        ),
    ]
    .map(|(table, values)| format!("INSERT INTO {table} {numbers} SELECT {values} FROM n"))
}

async fn write(test: &TestShop, statements: impl IntoIterator<Item = String>) {
    for sql in statements {
        let written = test.shop.db().write(move |mut tx| {
            let sql = sql.clone();
            Box::pin(async move { Ok::<_, Error>(onshelf_db::testing::run(&mut tx, &sql).await?) })
        });
        written.await.unwrap();
    }
}

/// How many rows there are in each of the tables.
async fn counted(test: &TestShop) -> [u64; 7] {
    let mut reader = test.shop.db().reader().await.unwrap();
    let mut counted = [0; 7];
    let tables = [
        "idempotency",
        "stock_changes",
        "staff_sessions",
        "outbox",
        "push_subscriptions",
        "inbox",
        "reservations WHERE address IS NOT NULL",
    ];
    for (count, table) in counted.iter_mut().zip(tables) {
        let sql = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}");
        *count = onshelf_db::testing::text(&mut reader.tx(), &sql).await.unwrap().parse().unwrap();
    }
    counted
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_is_forgotten_at_a_time_goes_in_one_round_and_what_is_to_stay_stays() {
    on_each_engine(async |test: &TestShop| {
        associate(test, "who", &["seongsu"]).await;
        test.shop.keep_house().await.unwrap();
        let (now, before) = (test.shop.now_ms(), counted(test).await);
        // A job that nobody could do stays for people to look at, before all that were done.
        let given_up = "INSERT INTO outbox
                          (kind, payload, created_at, due_at, attempts, claimed_until, failed_at)
                        VALUES ('message', 'given up', 0, 0, 9, 0, 1)";
        write(test, [given_up.to_owned()]).await;
        write(test, rows("goes", MANY, now - 90 * DAY, now, "")).await;
        write(test, rows("stays", 3, now + HOUR, now, "김제자리")).await;
        let all = Swept {
            outcomes: MANY,
            changes: MANY,
            sessions: MANY,
            jobs: MANY,
            subscriptions: MANY,
            addresses: MANY,
            notes: MANY,
        };
        assert_eq!(test.shop.keep_house().await.unwrap(), all);
        let mut stays = before.map(|count| count + 3);
        stays[3] += 1;
        assert_eq!(counted(test).await, stays);
        assert_eq!(test.shop.keep_house().await.unwrap(), Swept::default());
    })
    .await;
}
