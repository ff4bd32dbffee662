//! Deeds about orders: placed, paid on the test provider's page with every trouble it knows, looked at, changed,
//! cancelled, handed over, given back in part.

use onshelf_app::payments::scenario::Scenario;
use rand::Rng;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Client, Kind, Request, SKUS, STORE, Sent, sku};

/// Live orders of one client.
const MOST_LIVE: usize = 4;
/// What the money was given back for.
pub const REASON: &str = "drill";

/// Indexes point into the client's memory.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    Place {
        sku: usize,
        quantity: i64,
    },
    /// The request that placed it, once more.
    Repeat(usize),
    Pay(usize),
    Look(usize),
    Cancel(usize),
    HandOver(usize),
    Refund(usize),
    Change {
        order: usize,
        sku: usize,
        quantity: i64,
    },
}

/// How far an order got, as its client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Placed,
    Paid,
    Cancelled,
    Collected,
    /// Its hold ran out.
    Expired,
}

impl Standing {
    const fn is_live(self) -> bool {
        matches!(self, Standing::Placed | Standing::Paid)
    }
}

/// An order that was acknowledged.
#[derive(Clone, Debug)]
pub struct KeptOrder {
    pub number: String,
    token: String,
    key: String,
    body: Value,
    group: String,
    pub standing: Standing,
    /// What its client was told of that, and when first: see [`super::Course::stamp`].
    pub told: Vec<(Standing, u64)>,
    /// Where it is paid, if it can be.
    pay: Option<String>,
    /// When the provider's page acknowledged a payment, each of them.
    pub charged: Vec<u64>,
    /// Given back in part, in won, and when that was acknowledged.
    pub given: Vec<(i64, u64)>,
    /// As it was told last; none while a change waits for its money.
    pub total: Option<i64>,
}

impl KeptOrder {
    /// Given back in part in all, in won.
    #[must_use]
    pub fn refunded(&self) -> i64 {
        self.given.iter().map(|(amount, _)| amount).sum()
    }

    fn tell(&mut self, standing: Standing, at: u64) {
        if self.standing != standing {
            self.standing = standing;
            self.told.push((standing, at));
        }
    }
}

impl Client {
    pub(super) fn choose_order(&mut self) -> Deed {
        let of = &self.memory.orders;
        let live: Vec<usize> = (0..of.len()).filter(|index| of[*index].standing.is_live()).collect();
        let roll = self.chance.random_range(0..100);
        let place =
            Deed::Place { sku: self.chance.random_range(0..SKUS), quantity: self.chance.random_range(1..=3) };
        if live.is_empty() || (live.len() < MOST_LIVE && roll < 30) {
            return place;
        }
        if roll < 34 {
            return Deed::Repeat(self.chance.random_range(0..self.memory.orders.len()));
        }
        let order = live[self.chance.random_range(0..live.len())];
        let change = Deed::Change {
            order,
            sku: self.chance.random_range(0..SKUS),
            quantity: self.chance.random_range(1..=3),
        };
        let kept = &self.memory.orders[order];
        match (kept.standing, self.chance.random_range(0..100)) {
            (Standing::Placed, 0..60) if kept.charged.is_empty() => Deed::Pay(order),
            (Standing::Placed, 60..70) => Deed::Cancel(order),
            (Standing::Placed, 70..80) | (Standing::Paid, 60..80) => change,
            (Standing::Paid, 0..25) => Deed::HandOver(order),
            (Standing::Paid, 25..50) => Deed::Cancel(order),
            (Standing::Paid, 50..60) => Deed::Refund(order),
            _ => Deed::Look(order),
        }
    }

    pub(super) async fn carry_out_order(&mut self, deed: Deed, key: String) {
        match deed {
            Deed::Place { sku, quantity } => self.place(sku, quantity, key).await,
            Deed::Repeat(index) => self.place_again(index).await,
            Deed::Pay(index) => match self.memory.orders[index].pay.clone() {
                Some(page) => self.pay(index, &page, &key).await,
                None => self.look(index).await,
            },
            Deed::Look(index) => self.look(index).await,
            Deed::Cancel(index) => self.cancel_order(index, &key).await,
            Deed::HandOver(index) => self.hand_over(index, &key).await,
            Deed::Refund(index) => self.refund(index, &key).await,
            Deed::Change { order, sku, quantity } => self.change(order, sku, quantity, &key).await,
        }
    }

    async fn place(&mut self, index: usize, quantity: i64, key: String) {
        let body = json!({ "groups": groups(index, quantity), "payment": { "provider": "test" },
                           "contact": { "name": "김훈련", "phone": self.phone() } });
        let answer = self.send(&Request::post("/api/v1/orders", &key, body.clone())).await;
        let Some(answer) = answer else { return self.wonder("an order", None) };
        match answer.status {
            StatusCode::CREATED => {
                let at = self.course.stamp();
                self.memory.orders.push(KeptOrder {
                    number: answer.text("/number").to_owned(),
                    token: answer.text("/token").to_owned(),
                    key,
                    body,
                    group: answer.text("/groups/0/id").to_owned(),
                    standing: Standing::Placed,
                    told: vec![(Standing::Placed, at)],
                    pay: page_of(&answer),
                    charged: Vec::new(),
                    given: Vec::new(),
                    total: Some(answer.number("/total/amount")),
                });
                self.count(Kind::Order);
            }
            StatusCode::CONFLICT if answer.is_problem("out-of-stock") => self.memory.refused += 1,
            _ => self.wonder("an order", Some(&answer)),
        }
    }

    async fn place_again(&mut self, index: usize) {
        let kept = self.memory.orders[index].clone();
        let answer = self.send(&Request::post("/api/v1/orders", &kept.key, kept.body).again()).await;
        let same =
            |answer: &Answer| answer.body["number"] == *kept.number && answer.body["token"] == *kept.token;
        self.compare_again("a repeated order", answer.as_ref(), same);
    }

    /// Pays on the provider's page with whatever trouble comes, and mostly comes back from it.
    async fn pay(&mut self, index: usize, page: &str, key: &str) {
        // What goes back by itself, or never arrives, would be lost money to those who count it here.
        let all: Vec<Scenario> = Scenario::ALL.into_iter().filter(|each| !each.is_about_refunds()).collect();
        let scenario = all[self.chance.random_range(0..all.len())];
        let form = format!("action=pay&scenario={}", scenario.code());
        let (method, sent) = (Method::POST, Sent::Form(form));
        let request = Request { method, path: page, token: None, key, sent, again: false };
        let (standing, repeated) = (self.memory.orders[index].standing, self.memory.repeated);
        match self.send(&request).await {
            Some(answer) if answer.status == StatusCode::SEE_OTHER => {
                let at = self.course.stamp();
                self.memory.orders[index].charged.push(at);
                self.count(Kind::Payment);
                if self.chance.random_bool(0.7) {
                    let back = path_of(&answer.location);
                    let seen = self.send(&Request::get(&back)).await;
                    if seen.as_ref().is_none_or(|seen| seen.status.as_u16() >= 400) {
                        self.wonder("coming back from paying", seen.as_ref());
                    }
                }
            }
            Some(answer) if answer.status == StatusCode::CONFLICT => {
                self.memory.refused += 1;
                let heard_once = self.memory.repeated == repeated;
                self.look(index).await;
                // It was paid by a request whose answer got lost, or can be paid no more; or nobody can say why.
                let order = &self.memory.orders[index];
                let is_open = order.standing == standing && order.pay.as_deref() == Some(page);
                self.memory.unexplained += u64::from(heard_once && is_open);
                return;
            }
            answer => return self.wonder("a payment", answer.as_ref()),
        }
        self.look(index).await;
    }

    /// Asks how it stands. What was told once stays true.
    async fn look(&mut self, index: usize) {
        let kept = self.memory.orders[index].clone();
        let path = format!("/api/v1/orders/{}", kept.number);
        let answer = match self.send(&Request::get(&path).by(&kept.token)).await {
            Some(answer) if answer.status == StatusCode::OK => answer,
            answer => return self.wonder("looking at an order", answer.as_ref()),
        };
        let standing = match answer.text("/groups/0/status") {
            "pending" => Standing::Placed,
            "placed" | "picking" | "ready" => Standing::Paid,
            "collected" => Standing::Collected,
            "cancelled" => Standing::Cancelled,
            "expired" => Standing::Expired,
            _ => return self.wonder("looking at an order", Some(&answer)),
        };
        let follows = match kept.standing {
            // A hold that ran out, and money that came too late for it, end an order that was never paid for.
            Standing::Placed => standing != Standing::Collected,
            other => standing == other,
        };
        if !follows {
            let text = format!("{} was told to be {:?} and is {standing:?}", kept.number, kept.standing);
            self.memory.strange.push(text);
        }
        let at = self.course.stamp();
        let order = &mut self.memory.orders[index];
        order.tell(standing, at);
        order.pay = page_of(&answer);
        order.group = answer.text("/groups/0/id").to_owned();
    }

    async fn cancel_order(&mut self, index: usize, key: &str) {
        let kept = self.memory.orders[index].clone();
        let path = format!("/api/v1/orders/{}/cancel", kept.number);
        let answer = self.send(&Request::post(&path, key, json!({})).by(&kept.token)).await;
        self.end_order(index, Standing::Cancelled, answer).await;
    }

    async fn hand_over(&mut self, index: usize, key: &str) {
        let kept = self.memory.orders[index].clone();
        let path = format!("/api/v1/orders/{}/groups/{}/collected", kept.number, kept.group);
        let till = self.course.till.clone();
        let answer = self.send(&Request::post(&path, key, json!({})).by(&till)).await;
        self.end_order(index, Standing::Collected, answer).await;
    }

    async fn end_order(&mut self, index: usize, to: Standing, answer: Option<Answer>) {
        match answer {
            Some(answer) if answer.status == StatusCode::OK => {
                let at = self.course.stamp();
                self.memory.orders[index].tell(to, at);
                self.count(if to == Standing::Cancelled { Kind::Cancellation } else { Kind::HandOver });
            }
            // Something else happened to it in the meantime; looking tells what.
            Some(answer) if matches!(answer.status.as_u16(), 404 | 409) => {
                let before = self.memory.orders[index].clone();
                self.look(index).await;
                let after = &self.memory.orders[index];
                if (after.standing, &after.group) == (before.standing, &before.group) {
                    self.wonder("the end of an order", Some(&answer));
                }
            }
            answer => self.wonder("the end of an order", answer.as_ref()),
        }
    }

    async fn refund(&mut self, index: usize, key: &str) {
        let kept = self.memory.orders[index].clone();
        let amount = self.chance.random_range(1..=5) * 100;
        let path = format!("/api/v1/orders/{}/refunds", kept.number);
        let body = json!({ "amount": { "amount": amount, "currency": "KRW" }, "reason": REASON });
        let till = self.course.till.clone();
        match self.send(&Request::post(&path, key, body).by(&till)).await {
            Some(answer) if answer.status == StatusCode::OK => {
                let at = self.course.stamp();
                self.memory.orders[index].given.push((amount, at));
                self.count(Kind::Refund);
            }
            Some(answer) if answer.is_problem("refund-too-much") => self.memory.refused += 1,
            answer => self.wonder("a refund", answer.as_ref()),
        }
    }

    /// Other goods or another number of them. What costs more is paid first.
    async fn change(&mut self, index: usize, sku: usize, quantity: i64, key: &str) {
        let kept = self.memory.orders[index].clone();
        let path = format!("/api/v1/orders/{}", kept.number);
        let body = json!({ "groups": groups(sku, quantity) });
        let request = Request { method: Method::PATCH, ..Request::post(&path, key, body) };
        let answer = self.send(&request.by(&kept.token)).await;
        let Some(answer) = answer else { return self.wonder("a change", None) };
        if answer.status == StatusCode::CONFLICT {
            // No stock, no time left, or somebody was quicker.
            self.memory.refused += 1;
            return self.look(index).await;
        }
        if answer.status != StatusCode::OK {
            return self.wonder("a change", Some(&answer));
        }
        self.count(Kind::Change);
        let page = page_of(&answer);
        let order = &mut self.memory.orders[index];
        order.group = answer.text("/groups/0/id").to_owned();
        match (kept.standing, page) {
            (Standing::Paid, Some(page)) => {
                order.total = None;
                // A key of its own: the change was acknowledged under the other.
                self.pay(index, &page, &format!("{key}-pay")).await;
            }
            (_, page) => {
                order.total = order.total.map(|_| answer.number("/total/amount"));
                order.pay = page;
            }
        }
    }
}

fn groups(index: usize, quantity: i64) -> Value {
    json!([{ "way": "collect", "store": STORE, "lines": [{ "sku": sku(index), "quantity": quantity }] }])
}

fn page_of(answer: &Answer) -> Option<String> {
    let url = answer.text("/payment/redirect_url");
    (!url.is_empty()).then(|| path_of(url))
}

/// The part of an address behind the host: any node answers it.
fn path_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or_else(|| url.to_owned(), |at| rest[at..].to_owned())
}
