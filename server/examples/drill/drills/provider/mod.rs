//! Whoever takes the money is down, slow, broken, cut off, or takes it and does not say so; its webhooks come twice,
//! in the wrong order, late or never; the amount is wrong. A minute after it is well again no money is in limbo, and
//! none of it was taken or given back twice.

mod bank;
mod shopper;

use std::{sync::Arc, time::Duration};

use onshelf_db::Db;
use onshelf_server::payments::stripe::{self, Stripe};
use onshelf_shop::{Settings, Shop, SystemClock};
use onshelf_vocabulary::payments::ProviderCode;
use tokio::task::JoinSet;

use super::{
    Drill, Failure, Plan, Tally,
    books::{ask, audit_here},
    clock::{SeededChance, ToldClock},
    ground::Ground,
    money::Money,
    wire::{State, Wire},
};
use bank::{Bank, Trouble};
use shopper::{Shopper, Told, tell};

const INITIAL: i64 = 1_000_000;
/// Shoppers of one round.
const SHOPPERS: u64 = 10;
/// Those of them whose page is open when the trouble begins: whatever it is, their money gets through.
const EARLY: u64 = 7;
/// How long the shop waits for the provider, so that a drill need not take hours.
const TIMEOUT: Duration = Duration::from_millis(250);
/// The shop's time, in which no money may stay in limbo. Seconds.
const MINUTE: u64 = 60;
const SECRET: &str = "whsec_drill";

pub const DRILL: Drill = Drill {
    name: "provider",
    about: "whoever takes the money down, slow, mute, doubling: none lost, none taken twice, no limbo",
    rounds: (270, 9),
    run: |plan| Box::pin(drill(plan)),
};

/// How the provider is during a round.
#[derive(Clone, Copy, Debug)]
enum Mood {
    Well,
    Down,
    Slow,
    Is(Trouble),
}

const MOODS: [Mood; 9] = [
    Mood::Well,
    Mood::Down,
    Mood::Slow,
    Mood::Is(Trouble::Broken),
    Mood::Is(Trouble::DoneAndBroken),
    Mood::Is(Trouble::Mute),
    Mood::Is(Trouble::Reset),
    Mood::Is(Trouble::Garbage),
    Mood::Is(Trouble::Busy),
];

/// Everything shoppers meet.
struct World {
    shop: Shop,
    bank: Arc<Bank>,
    wire: Wire,
    clock: Arc<ToldClock>,
    /// A till that gives money back.
    till: onshelf_shop::partners::Partner,
}

async fn drill(plan: &Plan) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    if plan.on_sqlite() {
        let ground = Ground::quick(plan, INITIAL).await?;
        tally.add_part(on(plan, ground).await);
    }
    if let Some(ground) = Ground::postgres(plan, INITIAL, &mut tally).await {
        tally.add_part(on(plan, ground).await);
    }
    Ok(tally)
}

async fn on(plan: &Plan, ground: Ground) -> Result<Tally, Failure> {
    let world = Arc::new(World::open(plan, &ground).await?);
    let mut tally = Tally::default();
    let mut told: Vec<Told> = Vec::new();
    println!("{}:", ground.engine());
    for round in 0..plan.rounds {
        let gone = world.round(plan, round, &mut told, &mut tally).await;
        if tally.blame(gone).is_none() {
            break;
        }
        tally.rounds += 1;
    }
    tally.acknowledged += told.iter().map(|told| told.acknowledged).sum::<u64>();
    let judged = world.judge(&told, &mut tally).await;
    tally.blame(judged);
    audit_here(&world.shop, &mut tally).await;
    world.shop.db().close().await;
    ground.clear().await;
    Ok(tally)
}

impl World {
    async fn open(plan: &Plan, ground: &Ground) -> Result<World, Failure> {
        let clock = Arc::new(ToldClock::new());
        let chance = Arc::new(SeededChance::new(plan.seed));
        let settings = Settings { public_url: "https://shop.example".to_owned(), ..Settings::default() };
        let shop = Shop::open(Db::open(&ground.url).await?, clock.clone(), chance, settings).await?;
        let bank = Bank::new(clock.clone());
        let wire = Wire::to("127.0.0.1", bank.open().await?).await?;
        let access = stripe::Access {
            url: format!("http://127.0.0.1:{}", wire.port),
            key: "sk_test_drill".to_owned(),
            webhook_secret: SECRET.to_owned(),
            timeout: TIMEOUT,
            // The bank is told the time of the drill, its wire tells the machine's: the two are not to be compared.
            clock: Arc::new(SystemClock),
        };
        shop.take_payments(vec![Arc::new(Stripe::new(access)?)]);
        let till = shop.partner(&ground.till).await?.ok_or("the till's token is not known")?;
        Ok(World { shop, bank, wire, clock, till })
    }

    /// Shoppers meet a provider in some mood; a minute after it is well again no money is in limbo, nor a minute after
    /// whoever left has paid too late.
    async fn round(
        self: &Arc<World>,
        plan: &Plan,
        round: u64,
        told: &mut Vec<Told>,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        let mood = MOODS[usize::try_from(round)? % MOODS.len()];
        let early = self.open_pages(plan.seed, round, tally).await;
        let away = early.iter().filter(|shopper| !shopper.has_page).count();
        tally.check(away == 0, || format!("{away} did not get to a provider that was well"));
        self.be(mood);
        let fresh = self.shop_around(early, plan.seed, round, tally).await;
        let said = told_in_short(&fresh);
        let paid = fresh.iter().map(|told| told.paid).sum::<u64>();
        told.extend(fresh);
        let limbo = self.limbo().await?;
        tally.check(paid > 0, || format!("{mood:?}: nobody paid, so that nothing was tried"));
        self.be(Mood::Well);
        self.let_pass(MINUTE, told).await?;
        let left = self.limbo().await?;
        tally.lost += left;
        tally.check(left == 0, || format!("{mood:?}: {left} in limbo after {MINUTE} s"));
        // Whoever left comes back and pays when the hold is over.
        self.clock.advance(11 * 60_000);
        for late in told.iter_mut().rev().take(usize::try_from(SHOPPERS)?) {
            late.paid += u64::from(late.left && self.bank.pay(&late.number, 0).is_some());
        }
        self.let_pass(MINUTE, told).await?;
        let left_late = self.limbo().await?;
        tally.lost += left_late;
        tally.check(left_late == 0, || {
            format!("{mood:?}: {left_late} paid too late are in limbo after {MINUTE} s")
        });
        if plan.short || round < MOODS.len() as u64 {
            println!(
                "{mood:?}: {SHOPPERS} orders, {said}; {limbo} in limbo at the worst, {left} a minute later"
            );
        }
        Ok(())
    }

    fn be(&self, mood: Mood) {
        let (trouble, state) = match mood {
            Mood::Well => (Trouble::None, State::Good),
            Mood::Down => (Trouble::None, State::Refusing),
            Mood::Slow => (Trouble::None, State::Stalled),
            Mood::Is(trouble) => (trouble, State::Good),
        };
        self.bank.be(trouble);
        self.wire.set(state);
        if matches!(mood, Mood::Down) {
            self.wire.reset_all();
        }
    }

    /// Those who are at the provider's page before anything goes wrong.
    async fn open_pages(self: &Arc<World>, seed: u64, round: u64, tally: &mut Tally) -> Vec<Shopper> {
        let mut coming = JoinSet::new();
        for number in 0..EARLY {
            coming.spawn(Shopper::come(self.clone(), seed, round * SHOPPERS + number));
        }
        self.attend(coming, tally).await
    }

    /// They go on, and others come only now.
    async fn shop_around(
        self: &Arc<World>,
        early: Vec<Shopper>,
        seed: u64,
        round: u64,
        tally: &mut Tally,
    ) -> Vec<Told> {
        let mut shopping: JoinSet<Result<Told, Failure>> = JoinSet::new();
        for shopper in early {
            let world = self.clone();
            shopping.spawn(async move { Ok(shopper.go_on(world).await) });
        }
        for number in EARLY..SHOPPERS {
            let world = self.clone();
            shopping.spawn(async move {
                let shopper = Shopper::come(world.clone(), seed, round * SHOPPERS + number).await?;
                Ok(shopper.go_on(world).await)
            });
        }
        self.attend(shopping, tally).await
    }

    /// All at once, while the workers are at it and time passes quickly. What one of them fails at is a fault, and the
    /// others go on.
    async fn attend<T: 'static>(&self, mut doing: JoinSet<Result<T, Failure>>, tally: &mut Tally) -> Vec<T> {
        let mut told = Vec::new();
        while !doing.is_empty() {
            tokio::select! {
                done = doing.join_next() => match done {
                    Some(done) => told.extend(tally.blame(done.unwrap_or_else(|error| Err(error.into())))),
                    None => break,
                },
                worked = self.work() => {
                    tally.blame(worked);
                    self.clock.advance(500);
                    tokio::time::sleep(Duration::from_millis(15)).await;
                }
            }
        }
        told
    }

    /// What the worker does in one go.
    async fn work(&self) -> Result<(), Failure> {
        self.shop.look_at_payments().await?;
        self.shop.send_refunds().await?;
        Ok(())
    }

    /// So many seconds pass, and webhooks come that are late.
    async fn let_pass(&self, seconds: u64, told: &mut [Told]) -> Result<(), Failure> {
        for second in 0..seconds {
            self.clock.advance(1_000);
            if second == 5 {
                for late in told.iter_mut() {
                    for event in late.late.drain(..) {
                        tell(self, &event).await?;
                    }
                }
            }
            self.shop.expire_reservations().await?;
            self.work().await?;
        }
        Ok(())
    }

    /// How much money came and is not entered, or is to go back and has not.
    async fn limbo(&self) -> Result<u64, Failure> {
        let captured: Vec<(String,)> =
            ask(self.shop.db(), "SELECT reference FROM payments WHERE status = 'captured'").await?;
        let waiting: Vec<(String,)> =
            ask(self.shop.db(), "SELECT key FROM refunds WHERE status <> 'done'").await?;
        let entered: std::collections::HashSet<&str> =
            captured.iter().map(|(reference,)| reference.as_str()).collect();
        let accounts = self.bank.accounts();
        let paid = accounts.iter().filter(|account| account.received > 0);
        let lost = paid.filter(|account| !entered.contains(account.reference.as_str())).count();
        Ok((lost + waiting.len()) as u64)
    }

    async fn judge(&self, told: &[Told], tally: &mut Tally) -> Result<(), Failure> {
        let accounts = self.bank.accounts();
        let rows = accounts.iter().map(|account| {
            let status = if account.received > 0 { "paid" } else { "open" };
            let (reference, order) = (account.reference.clone(), account.order.clone());
            (reference, order, status.to_owned(), account.received, account.refunded())
        });
        let money = Money::read(self.shop.db()).await?.with_theirs(rows.collect());
        println!("{}", money.told());
        money.compare_books(tally);
        for told in told {
            tally.faults.extend(told.strange.iter().cloned());
            let known =
                accounts.iter().filter(|account| account.order == told.number && account.received > 0);
            if (known.count() as u64) != told.paid {
                tally.lost += 1;
                tally.fault(format!(
                    "{}: paid {} times, the bank knows another number",
                    told.number, told.paid
                ));
            }
            if !money.has(&told.number) {
                tally.lost += 1;
                tally.fault(format!("{} is not there", told.number));
            }
        }
        let since = self.shop.now() - jiff::SignedDuration::from_hours(24 * 365);
        for difference in self.shop.reconcile(ProviderCode::Stripe, since).await? {
            tally.fault(format!("the provider's list is another: {difference}"));
        }
        Ok(())
    }
}

/// What shoppers of one round did.
fn told_in_short(told: &[Told]) -> String {
    let sum = |count: fn(&Told) -> u64| told.iter().map(count).sum::<u64>();
    format!(
        "{} paid ({} of a wrong amount, {} webhooks, {} cancelled, {} given something back)",
        sum(|told| told.paid),
        sum(|told| told.wrong),
        sum(|told| told.webhooks),
        sum(|told| told.cancelled),
        sum(|told| told.given),
    )
}
