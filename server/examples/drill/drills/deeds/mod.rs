//! What clients do, and what they remember of it. This is the one place that knows the deeds: a new one becomes a
//! variant of [`Deed`], a line in `choose`, a request in `carry_out`, and something a client remembers, which `books`
//! and `money` compare with the database.

mod asking;
mod orders;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    Failure,
    ground::{Ground, SKUS, STORE, sku},
};

use asking::{Answer, Request, Sent};
pub use orders::{KeptOrder, Standing};

/// Live reservations of one client: enough that shelves run empty now and then.
const MOST_LIVE: usize = 5;

/// What a client can do next. Indexes point into its memory.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Reserve {
        sku: usize,
        quantity: i64,
    },
    Cancel(usize),
    Collect(usize),
    /// A delivery to the store.
    Deliver {
        sku: usize,
        quantity: i64,
    },
    /// The request that made a reservation, sent once more.
    Repeat(usize),
    /// One of those that are about an order.
    Order(orders::Deed),
}

/// How far a reservation got, as its client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Placed,
    Cancelled,
    Collected,
}

impl State {
    /// As the books call it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            State::Placed => "placed",
            State::Cancelled => "cancelled",
            State::Collected => "collected",
        }
    }
}

/// A reservation that was acknowledged.
#[derive(Clone, Debug)]
pub struct Kept {
    pub number: String,
    token: String,
    pub sku: usize,
    pub quantity: i64,
    pub state: State,
    key: String,
    body: Value,
    /// What its client was told, and when: see [`Course::stamp`].
    pub told: Vec<(State, u64)>,
}

/// A delivery that was acknowledged.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub sku: usize,
    pub quantity: i64,
    pub key: String,
    pub at: u64,
}

/// A write that was sent and not answered. Its server may have done it, or never have read it.
#[derive(Clone, Debug)]
pub struct Cut {
    pub key: String,
    /// When that was known. Unix milliseconds.
    pub at: i64,
    pub waited: Duration,
}

/// What one client was told.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    pub kept: Vec<Kept>,
    pub deliveries: Vec<Delivery>,
    pub orders: Vec<KeptOrder>,
    pub acknowledged: u64,
    /// Refused for want of stock: an answer like any other.
    pub refused: u64,
    /// Requests sent again because the answer did not come.
    pub repeated: u64,
    /// Answers 503 that asked to come back.
    pub put_off: u64,
    /// Requests that nobody heard: nothing listened where they were to go.
    pub unheard: u64,
    /// Writes whose connection ended without an answer.
    pub cut: Vec<Cut>,
    /// The longest that an answer which settled a deed let its client wait.
    pub slowest: Duration,
    /// Deeds that took effect twice, as far as a client can see.
    pub doubled: u64,
    pub strange: Vec<String>,
}

/// What all clients share with the drill.
pub struct Course {
    /// Where the server is; several where there are several nodes.
    addresses: Vec<SocketAddr>,
    till: String,
    warehouse: String,
    over: AtomicBool,
    acknowledged: AtomicU64,
    put_off: AtomicU64,
    begun: Instant,
    notes: Option<PathBuf>,
    /// Rest between two deeds.
    rest: Duration,
    run: u64,
    /// Whether clients order and pay as well.
    pays: bool,
    /// How long a client waits for one answer before it asks again.
    patience: Duration,
}

impl Course {
    #[must_use]
    pub fn new(ground: &Ground, addresses: Vec<SocketAddr>, rest: Duration) -> Course {
        Course {
            addresses,
            till: ground.till.clone(),
            warehouse: ground.warehouse.clone(),
            over: AtomicBool::new(false),
            acknowledged: AtomicU64::new(0),
            put_off: AtomicU64::new(0),
            begun: Instant::now(),
            notes: None,
            rest,
            run: u64::from(std::process::id()),
            pays: false,
            patience: Duration::from_secs(40),
        }
    }

    #[must_use]
    pub fn patient(self, patience: Duration) -> Course {
        Course { patience, ..self }
    }

    /// Lets clients place orders and pay them with the test provider.
    #[must_use]
    pub fn paying(self) -> Course {
        Course { pays: true, ..self }
    }

    /// Stamps what clients are told with the length of these notes.
    #[must_use]
    pub fn noting(self, notes: &Path) -> Course {
        Course { notes: Some(notes.to_owned()), ..self }
    }

    /// When something was told: bytes of notes taken by then, else milliseconds since the beginning.
    #[must_use]
    pub fn stamp(&self) -> u64 {
        match &self.notes {
            Some(notes) => std::fs::metadata(notes).map_or(u64::MAX, |file| file.len()),
            None => u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// Lets every client settle the deed it is at, and end.
    pub fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
    }

    #[must_use]
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// How often somebody was asked to come back by now.
    #[must_use]
    pub fn put_off(&self) -> u64 {
        self.put_off.load(Ordering::SeqCst)
    }

    /// Waits until a deed that was begun after `since` may have been acknowledged: the second acknowledgement after it.
    pub async fn acknowledges_within(&self, since: Instant, limit: Duration) -> Option<Duration> {
        let before = self.acknowledged();
        while since.elapsed() < limit {
            if self.acknowledged() > before + 1 {
                return Some(since.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        None
    }
}

/// Starts `count` clients; each ends after [`Course::end`].
#[must_use]
pub fn start(course: &Arc<Course>, count: u64, seed: u64) -> Vec<tokio::task::JoinHandle<Memory>> {
    (0..count)
        .map(|number| {
            let client = Client::new(course.clone(), number, seed);
            tokio::spawn(async move {
                match client {
                    Ok(client) => client.run().await,
                    Err(error) => Memory { strange: vec![error.to_string()], ..Memory::default() },
                }
            })
        })
        .collect()
}

/// Waits for all clients.
pub async fn gather(clients: Vec<tokio::task::JoinHandle<Memory>>) -> Result<Vec<Memory>, Failure> {
    let mut memories = Vec::with_capacity(clients.len());
    for client in clients {
        memories.push(client.await?);
    }
    Ok(memories)
}

struct Client {
    course: Arc<Course>,
    number: u64,
    http: reqwest::Client,
    chance: StdRng,
    memory: Memory,
    deeds: u64,
    node: usize,
}

impl Client {
    fn new(course: Arc<Course>, number: u64, seed: u64) -> Result<Client, Failure> {
        let http = reqwest::Client::builder().timeout(course.patience).no_proxy();
        let http = http.redirect(reqwest::redirect::Policy::none()).build()?;
        let chance = StdRng::seed_from_u64(seed ^ (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let node = usize::try_from(number)? % course.addresses.len();
        Ok(Client { course, number, http, chance, memory: Memory::default(), deeds: 0, node })
    }

    async fn run(mut self) -> Memory {
        while !self.course.over.load(Ordering::SeqCst) && self.memory.strange.len() < 20 {
            let deed = self.choose();
            self.deeds += 1;
            self.carry_out(deed).await;
            if !self.course.rest.is_zero() {
                tokio::time::sleep(self.course.rest).await;
            }
        }
        self.memory
    }

    fn choose(&mut self) -> Deed {
        if self.course.pays && self.chance.random_bool(0.6) {
            return Deed::Order(self.choose_order());
        }
        let live: Vec<usize> = (0..self.memory.kept.len())
            .filter(|index| self.memory.kept[*index].state == State::Placed)
            .collect();
        let sku = self.chance.random_range(0..SKUS);
        let quantity = self.chance.random_range(1..=3);
        match self.chance.random_range(0..100) {
            0..7 => Deed::Deliver { sku, quantity },
            7..12 if !self.memory.kept.is_empty() => {
                Deed::Repeat(self.chance.random_range(0..self.memory.kept.len()))
            }
            roll if live.len() >= MOST_LIVE || (roll < 50 && !live.is_empty()) => {
                let index = live[self.chance.random_range(0..live.len())];
                if self.chance.random_bool(0.6) { Deed::Cancel(index) } else { Deed::Collect(index) }
            }
            _ => Deed::Reserve { sku, quantity },
        }
    }

    async fn carry_out(&mut self, deed: Deed) {
        let key = format!("drill-{}-{}-{}", self.course.run, self.number, self.deeds);
        match deed {
            Deed::Reserve { sku: index, quantity } => self.reserve(index, quantity, key).await,
            Deed::Cancel(index) => {
                let kept = self.memory.kept[index].clone();
                let path = format!("/api/v1/reservations/{}/cancel", kept.number);
                let answer = self.send(&Request::post(&path, &key, json!({})).by(&kept.token)).await;
                self.settle(index, State::Cancelled, answer);
            }
            Deed::Collect(index) => {
                let number = self.memory.kept[index].number.clone();
                let body = json!({ "store": STORE, "receipt": key, "reservation": number });
                let till = self.course.till.clone();
                let answer = self.send(&Request::post("/api/v1/pos/sales", &key, body).by(&till)).await;
                self.settle(index, State::Collected, answer);
            }
            Deed::Deliver { sku: index, quantity } => {
                let line = json!({ "store": STORE, "sku": sku(index), "delta": quantity,
                                   "reason": "received", "reference": key });
                let warehouse = self.course.warehouse.clone();
                let body = json!({ "lines": [line] });
                let request = Request::post("/api/v1/stock/movements", &key, body);
                match self.send(&request.by(&warehouse)).await {
                    Some(answer) if answer.status == StatusCode::OK => {
                        let at = self.course.stamp();
                        self.memory.deliveries.push(Delivery { sku: index, quantity, key, at });
                        self.count();
                    }
                    answer => self.wonder("a delivery", answer.as_ref()),
                }
            }
            Deed::Repeat(index) => {
                let kept = self.memory.kept[index].clone();
                let answer =
                    self.send(&Request::post("/api/v1/reservations", &kept.key, kept.body).again()).await;
                let same =
                    answer.as_ref().is_some_and(|answer| answer.body["number"] == kept.number.as_str());
                if !same {
                    self.memory.doubled += 1;
                    self.wonder("a repeated reservation", answer.as_ref());
                }
            }
            Deed::Order(deed) => self.carry_out_order(deed, key).await,
        }
    }

    async fn reserve(&mut self, index: usize, quantity: i64, key: String) {
        // A phone number of its own for each: the limit of live reservations is not what is tried here.
        let phone = self.phone();
        let body = json!({ "store": STORE, "lines": [{ "sku": sku(index), "quantity": quantity }],
                           "contact": { "name": "김훈련", "phone": phone } });
        let answer = self.send(&Request::post("/api/v1/reservations", &key, body.clone())).await;
        let Some(answer) = answer else { return self.wonder("a reservation", None) };
        let text = |name: &str| answer.body[name].as_str().unwrap_or_default().to_owned();
        match answer.status {
            StatusCode::CREATED => {
                let (number, token) = (text("number"), text("token"));
                let state = State::Placed;
                let told = vec![(state, self.course.stamp())];
                self.memory.kept.push(Kept { number, token, sku: index, quantity, state, key, body, told });
                self.count();
            }
            StatusCode::CONFLICT if text("type").ends_with("/out-of-stock") => self.memory.refused += 1,
            _ => self.wonder("a reservation", Some(&answer)),
        }
    }

    fn phone(&self) -> String {
        format!("010{:04}{:04}", self.number % 10_000, self.deeds % 10_000)
    }

    fn settle(&mut self, index: usize, to: State, answer: Option<Answer>) {
        match answer {
            Some(answer) if answer.status == StatusCode::OK => {
                let at = self.course.stamp();
                self.memory.kept[index].state = to;
                self.memory.kept[index].told.push((to, at));
                self.count();
            }
            answer => self.wonder(to.code(), answer.as_ref()),
        }
    }

    fn count(&mut self) {
        self.memory.acknowledged += 1;
        self.course.acknowledged.fetch_add(1, Ordering::SeqCst);
    }

    fn wonder(&mut self, what: &str, answer: Option<&Answer>) {
        let said = answer.map_or_else(
            || "no answer in time".to_owned(),
            |answer| format!("{} {}", answer.status, answer.body),
        );
        let client = self.number;
        self.memory.strange.push(format!("client {client}: {what} was answered with {said}"));
    }
}
