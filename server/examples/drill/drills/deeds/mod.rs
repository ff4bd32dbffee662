//! What clients do, and what they remember of it. This is the one place that knows the deeds: a new one becomes a
//! variant of [`Deed`], a line in `choose`, a request in `carry_out`, a [`Kind`] it is counted by, and something a client
//! remembers, which `books` and `money` compare with the database.

mod asking;
mod course;
mod orders;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    Failure,
    ground::{SKUS, STORE, sku},
};

use asking::{Answer, Request, Sent};
pub use course::{Course, Load};
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

/// What was acknowledged, by its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Reservation,
    Delivery,
    Order,
    Payment,
    Change,
    Refund,
    Cancellation,
    HandOver,
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
    /// The same by kind.
    pub kinds: BTreeMap<Kind, u64>,
    /// Refused for want of stock, or too late: an answer like any other.
    pub refused: u64,
    /// Of these, payments of what could be paid before and after.
    pub unexplained: u64,
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
        while !self.course.is_over() && self.memory.strange.len() < 20 {
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
        if self.chance.random_bool(0.6) {
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
                        self.count(Kind::Delivery);
                    }
                    answer => self.wonder("a delivery", answer.as_ref()),
                }
            }
            Deed::Repeat(index) => {
                let kept = self.memory.kept[index].clone();
                let answer =
                    self.send(&Request::post("/api/v1/reservations", &kept.key, kept.body).again()).await;
                let same = |answer: &Answer| answer.body["number"] == kept.number.as_str();
                self.compare_again("a repeated reservation", answer.as_ref(), same);
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
                self.count(Kind::Reservation);
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
                self.count(if to == State::Cancelled { Kind::Cancellation } else { Kind::HandOver });
            }
            answer => self.wonder(to.code(), answer.as_ref()),
        }
    }

    fn count(&mut self, kind: Kind) {
        self.memory.acknowledged += 1;
        *self.memory.kinds.entry(kind).or_default() += 1;
        self.course.count();
    }

    /// What is asked once more gets the answer of the first time, or none while nobody answers.
    fn compare_again(&mut self, what: &str, answer: Option<&Answer>, same: impl FnOnce(&Answer) -> bool) {
        if !answer.is_some_and(same) {
            self.memory.doubled += u64::from(answer.is_some());
            self.wonder(what, answer);
        }
    }

    fn wonder(&mut self, what: &str, answer: Option<&Answer>) {
        // Nobody answers any more: the drill itself has told why.
        if answer.is_none() && self.course.is_given_up() {
            return;
        }
        let said = answer.map_or_else(
            || "no answer in time".to_owned(),
            |answer| format!("{} {}", answer.status, answer.body),
        );
        let client = self.number;
        self.memory.strange.push(format!("client {client}: {what} was answered with {said}"));
    }
}
