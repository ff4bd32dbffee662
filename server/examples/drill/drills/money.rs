//! The money's books: what the test provider says it took and gave back, against ours, against what clients were told.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use onshelf_db::Db;

use super::{
    Failure, Tally,
    books::{ask, tell},
    deeds::{KeptOrder, Standing},
};

/// Money that came and is not entered, and money that is to go back and has not.
const LIMBO: &str = "
    SELECT CAST((SELECT COUNT(*) FROM test_payments t LEFT JOIN payments p ON p.reference = t.reference
                 WHERE t.status = 'paid' AND (p.id IS NULL OR p.status <> 'captured'))
              + (SELECT COUNT(*) FROM refunds WHERE status <> 'done') AS BIGINT)";

/// The same one by one, for whoever has to find out why.
const CASES: &str = "
    SELECT t.order_number, t.status || ' at the provider, ' || COALESCE(p.status, 'unknown') || ' here',
      COALESCE(p.checks, 0), COALESCE(p.check_at, 0), COALESCE(p.last_error, '')
    FROM test_payments t LEFT JOIN payments p ON p.reference = t.reference
    WHERE t.status = 'paid' AND (p.id IS NULL OR p.status <> 'captured')
    UNION ALL
    SELECT o.number, 'refund ' || r.status, r.tries, COALESCE(r.due_at, 0), COALESCE(r.last_error, '')
    FROM refunds r JOIN orders o ON o.id = r.order_id WHERE r.status <> 'done'";

/// A killed process leaves what it had claimed to whoever comes after twenty-five seconds; short drills do not wait so long.
const HASTE: [&str; 2] = [
    "UPDATE payments SET check_at = 0 WHERE check_at IS NOT NULL AND status <> 'captured'",
    "UPDATE refunds SET due_at = 0 WHERE status = 'requested'",
];

/// No money may be under way for longer than this.
const PATIENCE: Duration = Duration::from_secs(60);

/// Order, how it stands on both sides, looks, the next one, and what the last one came to.
type Case = (String, String, i64, i64, String);

/// Waits until no money is under way; answers how many cases are left, and how long it took.
async fn settled(url: &str, hurry: bool, limit: Duration) -> Result<(i64, Duration), Failure> {
    let db = Db::open(url).await?;
    if hurry {
        for sql in HASTE {
            tell(&db, sql).await?;
        }
    }
    let begun = Instant::now();
    let left = loop {
        let found: Vec<(i64,)> = ask(&db, LIMBO).await?;
        let left = found.first().map_or(0, |(left,)| *left);
        if left == 0 || begun.elapsed() > limit {
            break left;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let elapsed = begun.elapsed();
    if left > 0 {
        for (order, standing, looks, next, why) in ask::<Case>(&db, CASES).await? {
            println!("{order}: {standing}, looked at {looks} times, next at {next}: {why}");
        }
    }
    db.close().await;
    Ok((left, elapsed))
}

/// The same as part of a drill: whatever is under way after a minute is a fault.
pub async fn settle_all(url: &str, hurry: bool, tally: &mut Tally) {
    if let Some((left, took)) = tally.blame(settled(url, hurry, PATIENCE).await) {
        println!("{left} payments or refunds are under way {:.1} s after the last deed", took.as_secs_f64());
        tally.check(left == 0, || format!("{left} payments or refunds are in limbo after {PATIENCE:?}"));
    }
}

/// A payment, in our books or the provider's. Minor units.
#[derive(Clone, Debug, Default)]
struct Payment {
    order: String,
    is_captured: bool,
    captured: i64,
    refunded: i64,
}

/// Everything about orders and their money.
#[derive(Debug, Default)]
pub struct Money {
    /// Total by number.
    orders: HashMap<String, i64>,
    /// Status and what is asked for it, by the order's number.
    groups: HashMap<String, Vec<(String, i64)>>,
    /// By reference.
    ours: HashMap<String, Payment>,
    theirs: HashMap<String, Payment>,
    /// Given back by a partner, by the order's number.
    given: HashMap<String, i64>,
    /// Units by SKU: held for orders, and handed over for them.
    pub held: HashMap<String, i64>,
    pub handed_over: HashMap<String, i64>,
}

/// Reference, order, status, captured, refunded.
pub type Row = (String, String, String, i64, i64);

impl Money {
    pub async fn read(db: &Db) -> Result<Money, Failure> {
        let orders = ask(db, "SELECT number, total FROM orders").await?;
        let groups: Vec<(String, String, i64)> = ask(
            db,
            "SELECT o.number, r.status, r.asked FROM reservations r JOIN orders o ON o.id = r.order_id
             WHERE r.replaced = 0",
        )
        .await?;
        let ours: Vec<Row> = ask(
            db,
            "SELECT p.reference, o.number, p.status, p.captured, p.refunded FROM payments p
             JOIN orders o ON o.id = p.order_id",
        )
        .await?;
        let theirs: Vec<Row> =
            ask(db, "SELECT reference, order_number, status, captured, refunded FROM test_payments").await?;
        let given = ask(
            db,
            "SELECT o.number, CAST(SUM(f.amount) AS BIGINT) FROM refunds f JOIN orders o ON o.id = f.order_id
             WHERE f.reason = 'drill' GROUP BY o.number",
        )
        .await?;
        let held = ask(
            db,
            "SELECT v.sku, CAST(SUM(h.quantity) AS BIGINT) FROM holds h
             JOIN reservations r ON r.id = h.reservation_id JOIN variants v ON v.id = h.variant_id
             WHERE r.order_id IS NOT NULL AND h.state = 'live' GROUP BY v.sku",
        )
        .await?;
        let handed_over = ask(
            db,
            "SELECT v.sku, CAST(SUM(l.quantity) AS BIGINT) FROM reservation_lines l
             JOIN reservations r ON r.id = l.reservation_id JOIN variants v ON v.id = l.variant_id
             WHERE r.order_id IS NOT NULL AND r.status = 'collected' GROUP BY v.sku",
        )
        .await?;
        let mut money = Money {
            orders: orders.into_iter().collect::<HashMap<String, i64>>(),
            ours: payments(ours, "captured"),
            theirs: payments(theirs, "paid"),
            given: given.into_iter().collect::<HashMap<String, i64>>(),
            held: held.into_iter().collect::<HashMap<String, i64>>(),
            handed_over: handed_over.into_iter().collect::<HashMap<String, i64>>(),
            ..Money::default()
        };
        for (number, status, asked) in groups {
            money.groups.entry(number).or_default().push((status, asked));
        }
        Ok(money)
    }

    /// The same with another provider's books: reference, order, `paid` or not, captured, refunded.
    #[must_use]
    pub fn with_theirs(self, theirs: Vec<Row>) -> Money {
        Money { theirs: payments(theirs, "paid"), ..self }
    }

    #[must_use]
    pub fn has(&self, number: &str) -> bool {
        self.orders.contains_key(number)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }

    /// In one line.
    #[must_use]
    pub fn told(&self) -> String {
        let paid = self.theirs.values().filter(|payment| payment.is_captured);
        let (mut count, mut captured, mut refunded) = (0, 0, 0);
        for payment in paid {
            count += 1;
            captured += payment.captured;
            refunded += payment.refunded;
        }
        format!(
            "{} orders; the provider was paid {count} times, {captured} in all, and gave back {refunded}",
            self.orders.len()
        )
    }

    /// Every acknowledged order must be here, and nobody's money where it does not belong.
    #[must_use]
    pub fn compare(&self, kept: &[&KeptOrder]) -> Tally {
        let mut tally = Tally::default();
        let purses = self.purses();
        for order in kept {
            self.compare_one(order, purses.get(order.number.as_str()).map_or(0, |purse| purse.0), &mut tally);
        }
        let unknown = self.orders.len().saturating_sub(kept.len());
        if unknown > 0 {
            tally.leaked += unknown as u64;
            tally.fault(format!("{unknown} orders that no client was told of"));
        }
        self.compare_books(&mut tally);
        tally
    }

    /// How many orders clients had been told of by `place`, and what is missing of what they were told: of how it stood then
    /// or at any time since, of what was paid, of what was given back.
    #[must_use]
    pub fn missing(&self, kept: &[&KeptOrder], place: u64) -> (u64, Vec<String>) {
        let (purses, mut told, mut missing) = (self.purses(), 0, Vec::new());
        for order in kept {
            let paid = purses.get(order.number.as_str()).map_or(0, |purse| purse.0);
            let Some(lacks) = self.lacks(order, place, paid) else { continue };
            told += 1;
            missing.extend(lacks.into_iter().map(|what| format!("{}: {what}", order.number)));
        }
        (told, missing)
    }

    /// What is missing of what the client of an order was told by `place`; nothing where that was nothing. `paid` is how
    /// often the provider was paid for it.
    fn lacks(&self, order: &KeptOrder, place: u64, paid: u64) -> Option<Vec<String>> {
        let from = order.told.iter().rposition(|(_, at)| *at <= place)?;
        let mut lacks = Vec::new();
        let groups = self.groups.get(&order.number).map_or(&[][..], Vec::as_slice);
        let stood = |status: &str| order.told[from..].iter().any(|(standing, _)| fits(*standing, status));
        if groups.is_empty() || !groups.iter().all(|(status, _)| stood(status)) {
            lacks.push(format!("it was {:?}, the books have {groups:?}", order.told[from].0));
        }
        let charged = order.charged.iter().filter(|at| **at <= place).count() as u64;
        if paid < charged {
            lacks.push(format!("it was paid {charged} times, the provider knows {paid}"));
        }
        let given: i64 = order.given.iter().filter(|(_, at)| *at <= place).map(|(amount, _)| amount).sum();
        let booked = self.given.get(&order.number).copied().unwrap_or(0);
        if booked < given {
            lacks.push(format!("{given} was given back, the books have {booked}"));
        }
        Some(lacks)
    }

    /// The provider's books against ours, payment by payment and order by order.
    pub fn compare_books(&self, tally: &mut Tally) {
        let purses = self.purses();
        self.compare_payments(tally);
        for number in self.orders.keys() {
            let kept = purses.get(number.as_str()).map_or(0, |purse| purse.1);
            self.compare_purse(number, kept, tally);
        }
    }

    /// How often each order was paid, and what the provider keeps of it.
    fn purses(&self) -> HashMap<&str, (u64, i64)> {
        let mut purses: HashMap<&str, (u64, i64)> = HashMap::new();
        for payment in self.theirs.values().filter(|payment| payment.is_captured) {
            let purse = purses.entry(payment.order.as_str()).or_default();
            *purse = (purse.0 + 1, purse.1 + payment.captured - payment.refunded);
        }
        purses
    }

    fn compare_one(&self, kept: &KeptOrder, paid: u64, tally: &mut Tally) {
        let number = &kept.number;
        let mut lose = |what: String| {
            tally.lost += 1;
            tally.fault(format!("{number}, told to be {:?}: {what}", kept.standing));
        };
        let Some(total) = self.orders.get(number) else { return lose("it is not there".to_owned()) };
        self.lacks(kept, u64::MAX, paid).into_iter().flatten().for_each(&mut lose);
        if kept.total.is_some_and(|told| told != *total) {
            lose(format!("its total was {:?}, the books have {total}", kept.total));
        }
        let (given, told) = (self.given.get(number).copied().unwrap_or(0), kept.refunded());
        if given > told {
            tally.double_charged += 1;
            tally.fault(format!("{number}: {given} was given back instead of {told}"));
        }
    }

    /// The provider's list against ours, payment by payment.
    fn compare_payments(&self, tally: &mut Tally) {
        for (reference, theirs) in self.theirs.iter().filter(|(_, payment)| payment.is_captured) {
            let Some(ours) = self.ours.get(reference) else {
                tally.lost += 1;
                tally.fault(format!("{reference}: the provider has money we know nothing of"));
                continue;
            };
            if !ours.is_captured || ours.captured != theirs.captured {
                tally.lost += 1;
                tally.fault(format!("{reference}: money in limbo: {theirs:?}, ours {ours:?}"));
            }
            if theirs.refunded > ours.refunded {
                tally.double_charged += 1;
                tally.fault(format!("{reference}: more went back than was set apart: {theirs:?}, {ours:?}"));
            }
            if theirs.refunded < ours.refunded {
                tally.lost += 1;
                tally.fault(format!("{reference}: money did not go back: {theirs:?}, {ours:?}"));
            }
        }
    }

    /// What the provider keeps of an order's money is what its groups cost, less what a partner gave back.
    fn compare_purse(&self, number: &str, kept: i64, tally: &mut Tally) {
        let is_owed = |status: &str| matches!(status, "placed" | "picking" | "ready" | "collected");
        let groups = self.groups.get(number).map_or(&[][..], Vec::as_slice);
        let asked: i64 = groups.iter().filter(|(status, _)| is_owed(status)).map(|(_, asked)| asked).sum();
        let owed = if asked > 0 { asked - self.given.get(number).copied().unwrap_or(0) } else { 0 };
        if kept != owed {
            let more = if kept > owed { &mut tally.double_charged } else { &mut tally.lost };
            *more += 1;
            tally.fault(format!("{number}: the provider keeps {kept} and {owed} is owed"));
        }
    }
}

/// Whether a group may stand so in the books where its client was told that of its order.
fn fits(told: Standing, status: &str) -> bool {
    match told {
        // What was not paid in time may have run out since, and late money may have brought it back.
        Standing::Placed | Standing::Expired => status != "collected",
        Standing::Paid => matches!(status, "placed" | "picking" | "ready"),
        Standing::Cancelled => matches!(status, "cancelled" | "expired"),
        Standing::Collected => status == "collected",
    }
}

fn payments(rows: Vec<Row>, captured: &str) -> HashMap<String, Payment> {
    rows.into_iter()
        .map(|(reference, order, status, amount, refunded)| {
            let is_captured = status == captured;
            (reference, Payment { order, is_captured, captured: amount, refunded })
        })
        .collect()
}
