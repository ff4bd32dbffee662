//! The mail relay is down, slow, resets, puts off, or takes a mail and says nothing. Every mail leaves at least once,
//! under one identity; none leaves twice but where the relay had taken it and broke off, which nobody can tell from
//! outside. Orders never wait for it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

use onshelf_db::Db;
use onshelf_server::{
    config::Config,
    notifications::Notifier,
    worker::{Courier, Outbox},
};
use onshelf_shop::{Settings, Shop, testing::request};
use onshelf_vocabulary::Text;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::{
    Drill, Failure, Plan, Tally, books,
    clock::{SeededChance, ToldClock},
    ground::{Ground, STORE},
};

const INITIAL: i64 = 1_000_000;
/// Orders of one round.
const ORDERS: u64 = 6;
/// An order that takes longer has waited for something.
const PROMPT: Duration = Duration::from_secs(2);

pub const DRILL: Drill = Drill {
    name: "mail",
    about: "the relay down, slow, resetting, doubling: each mail leaves, orders never wait",
    rounds: (63, 6),
    run: |plan| Box::pin(drill(plan)),
};

/// What the relay does at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Good,
    Down,
    /// Says nothing for longer than anybody waits.
    Slow,
    /// Breaks off in the middle of a mail.
    Reset,
    /// Takes the mail and breaks off before it says so.
    Doubled,
    /// Asks to come back.
    Busy,
    /// Takes it and says so late.
    Late,
}

/// The slow one last: waiting for nobody takes its time, so the short run leaves it out.
const MOODS: [Mood; 7] =
    [Mood::Good, Mood::Down, Mood::Reset, Mood::Doubled, Mood::Busy, Mood::Late, Mood::Slow];

/// A relay of our own. Counts what it took by the mail's identity.
struct Relay {
    mood: AtomicU8,
    taken: Mutex<BTreeMap<String, u64>>,
}

impl Relay {
    fn mood(&self) -> Mood {
        MOODS[usize::from(self.mood.load(Ordering::SeqCst)) % MOODS.len()]
    }

    fn set(&self, mood: Mood) {
        let index = MOODS.iter().position(|own| *own == mood).unwrap_or(0);
        self.mood.store(u8::try_from(index).unwrap_or(0), Ordering::SeqCst);
    }

    fn take(&self, mail: &str) {
        let id = mail
            .lines()
            .find_map(|line| line.strip_prefix("Message-ID:").or_else(|| line.strip_prefix("Message-Id:")))
            .unwrap_or_default()
            .trim()
            .to_owned();
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default() += 1;
    }

    fn taken(&self) -> BTreeMap<String, u64> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn drill(plan: &Plan) -> Result<Tally, Failure> {
    let ground = Ground::quick(plan, INITIAL).await?;
    let clock = Arc::new(ToldClock::new());
    let chance = Arc::new(SeededChance::new(plan.seed));
    let shop = Shop::open(Db::open(&ground.url).await?, clock.clone(), chance, Settings::default()).await?;
    let relay = Arc::new(Relay { mood: AtomicU8::new(0), taken: Mutex::default() });
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let config = Config {
        data_dir: ground.path().to_owned(),
        public_url: Some("https://shop.example".to_owned()),
        smtp_url: Some(format!("smtp://127.0.0.1:{}", listener.local_addr()?.port())),
        ..Config::default()
    };
    let serving = tokio::spawn(serve(listener, relay.clone()));
    let notifier = Notifier::new(shop.clone(), &config, Text::new("훈련", "Drill"))?;
    let outbox = Outbox::new(shop.clone(), notifier, Courier::new()?);
    let mut post = Post { shop, clock, relay, outbox, slowest: Duration::ZERO, doubled: 0 };
    let mut tally = Tally::default();
    for round in 0..plan.rounds {
        let sent = post.round(round, &mut tally).await;
        if tally.blame(sent).is_none() {
            break;
        }
        tally.rounds += 1;
    }
    post.judge(&mut tally).await;
    serving.abort();
    post.shop.db().close().await;
    ground.clear().await;
    Ok(tally)
}

/// The shop, its outbox, and the relay it sends by.
struct Post {
    shop: Shop,
    clock: Arc<ToldClock>,
    relay: Arc<Relay>,
    outbox: Outbox,
    /// The order that took longest.
    slowest: Duration,
    /// Mails that came again because the relay broke off after it had taken them.
    doubled: u64,
}

impl Post {
    /// Orders come while the relay is in a mood; then it is good again, and every mail leaves.
    async fn round(&mut self, round: u64, tally: &mut Tally) -> Result<(), Failure> {
        let mood = MOODS[usize::try_from(round)? % MOODS.len()];
        self.relay.set(mood);
        let before: u64 = self.relay.taken().values().sum();
        // Orders come while the outbox is at it.
        let orders = order(&self.shop, round, tally);
        let (took, sent) = tokio::join!(orders, rounds_of(&self.outbox, 2));
        let (took, ()) = (took?, sent?);
        self.slowest = self.slowest.max(took);
        self.outbox.round().await?;
        let waiting = self.shop.backlog().await?.0;
        self.relay.set(Mood::Good);
        let mut tries = 0;
        while self.shop.backlog().await?.0 > 0 && tries < 12 {
            self.clock.advance(3_600_000);
            rounds_of(&self.outbox, 4).await?;
            tries += 1;
        }
        let left = self.shop.backlog().await?.0;
        tally.check(left == 0, || format!("{mood:?}: {left} jobs are still waiting"));
        let after: u64 = self.relay.taken().values().sum();
        let twice = (after - before).saturating_sub(ORDERS);
        self.doubled += twice;
        tally.check(twice == 0 || mood == Mood::Doubled, || format!("{mood:?}: {twice} mails left twice"));
        println!(
            "{mood:?}: {ORDERS} orders, the slowest in {:.0} ms; {waiting} jobs waited for the relay; \
             {} mails arrived, {twice} of them again",
            took.as_secs_f64() * 1e3,
            after - before
        );
        Ok(())
    }

    /// Every order that was acknowledged has its mail.
    async fn judge(&self, tally: &mut Tally) {
        let arrived = self.relay.taken().len() as u64;
        let expected = tally.acknowledged;
        tally.lost += expected.saturating_sub(arrived);
        tally.leaked += arrived.saturating_sub(expected);
        println!(
            "{expected} mails written, {arrived} arrived under as many identities; {} came again because the relay \
             broke off after it had taken them (the receiver can tell them by their Message-ID)",
            self.doubled
        );
        tally.check(self.slowest < PROMPT, || format!("an order took {:.1} s", self.slowest.as_secs_f64()));
        books::audit_here(&self.shop, tally).await;
    }
}

async fn rounds_of(outbox: &Outbox, count: usize) -> Result<(), Failure> {
    for _ in 0..count {
        outbox.round().await?;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// Orders one after the other; answers how long the slowest took.
async fn order(shop: &Shop, round: u64, tally: &mut Tally) -> Result<Duration, Failure> {
    let mut slowest = Duration::ZERO;
    for number in 0..ORDERS {
        let name = format!("{round}-{number}");
        let mut asked = request("", STORE, &[("DRILL-0", 1)], &name);
        asked.input.contact.phone = None;
        asked.input.contact.email = Some(format!("drill-{name}@shopper.example"));
        let begun = Instant::now();
        shop.reserve(asked).await?;
        slowest = slowest.max(begun.elapsed());
        tally.acknowledged += 1;
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    Ok(slowest)
}

async fn serve(listener: TcpListener, relay: Arc<Relay>) {
    while let Ok((client, _)) = listener.accept().await {
        if relay.mood() == Mood::Down {
            let _ = client.set_zero_linger();
            continue;
        }
        let relay = relay.clone();
        // A client that breaks off is its own affair.
        tokio::spawn(async move { talk(client, &relay).await.ok() });
    }
}

async fn talk(client: TcpStream, relay: &Relay) -> std::io::Result<()> {
    let mood = relay.mood();
    if mood == Mood::Slow {
        tokio::time::sleep(Duration::from_secs(12)).await;
    }
    let mut client = BufReader::new(client);
    client.get_mut().write_all(b"220 drill\r\n").await?;
    let mut line = String::new();
    loop {
        line.clear();
        if client.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let word = line.trim().split(' ').next().unwrap_or_default().to_uppercase();
        let said: &[u8] = match word.as_str() {
            "EHLO" | "HELO" => b"250 drill\r\n",
            "MAIL" if relay.mood() == Mood::Busy => b"451 come back\r\n",
            "DATA" => {
                client.get_mut().write_all(b"354 go on\r\n").await?;
                let mail = mail_of(&mut client, relay.mood() == Mood::Reset).await?;
                let Some(mail) = mail else { return client.get_ref().set_zero_linger() };
                relay.take(&mail);
                match relay.mood() {
                    Mood::Doubled => return client.get_ref().set_zero_linger(),
                    Mood::Late => tokio::time::sleep(Duration::from_millis(1_500)).await,
                    _ => {}
                }
                b"250 taken\r\n"
            }
            "QUIT" => {
                client.get_mut().write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => b"250 ok\r\n",
        };
        client.get_mut().write_all(said).await?;
    }
}

/// A mail up to its lone dot; none where the relay breaks off in it.
async fn mail_of(client: &mut BufReader<TcpStream>, breaks_off: bool) -> std::io::Result<Option<String>> {
    let (mut mail, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        if client.read_line(&mut line).await? == 0 || breaks_off {
            return Ok(None);
        }
        if line == ".\r\n" {
            return Ok(Some(mail));
        }
        mail.push_str(&line);
    }
}
