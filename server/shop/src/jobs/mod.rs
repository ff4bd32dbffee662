//! What leaves the house after a deed: messages to shoppers, events to partners. Written in the deed's
//! transaction; taken, sent and retried by whoever runs the outbox.

mod events;
mod house;
mod stock;

pub use events::is_told;
pub(crate) use events::{ARRIVED, Event, ON_WAY, tell_partners};
pub use house::Swept;
pub(crate) use house::{BASKETS, CHANGES};
pub use stock::STOCK_CHANGED;

use std::time::Duration;

use onshelf_db::{Tx, outbox};
use onshelf_vocabulary::fulfilment::ReservationStatus;
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result, Shop,
    notifications::{PushNews, enqueue_pushes},
};

/// One thing to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Job {
    /// A message to the shopper about their reservation.
    Message { number: String, about: ReservationStatus },
    /// A message to the shopper about their order; `group` is the part it is about, where it is about one.
    Order { number: String, group: Option<String>, about: OrderNews },
    /// The same for one browser that asked to be told; `number` is the order's or the reservation's.
    Push { subscription: i64, number: String, group: Option<String>, about: PushNews },
    /// A group was not found: look for another way to get it, and ask the shopper.
    Heal { group: String },
    /// An event for one partner.
    Delivery { endpoint: i64, event: String, data: serde_json::Value, at: i64 },
}

/// What jobs are called in the outbox.
pub const KINDS: [&str; 5] = ["message", "order", "push", "heal", "delivery"];

impl Job {
    /// One of [`KINDS`].
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Job::Message { .. } => "message",
            Job::Order { .. } => "order",
            Job::Push { .. } => "push",
            Job::Heal { .. } => "heal",
            Job::Delivery { .. } => "delivery",
        }
    }
}

/// What a shopper is told about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderNews {
    /// Placed, to be paid at the counter.
    Placed,
    Paid,
    /// The money came when nothing was left: it goes back.
    PaidTooLate,
    /// Another amount came than was asked: it goes back.
    WrongAmount,
    /// It will be later than promised.
    Delayed,
    Ready,
    /// It is given up soon.
    Reminder,
    OutForDelivery,
    Delivered,
    Collected,
    /// Not found; something else is held for them until they say yes or no.
    Offered,
    /// Not found, and nothing else to offer.
    NotFound,
    Changed,
    Refunded,
    Cancelled,
    Expired,
}

impl OrderNews {
    pub const ALL: [OrderNews; 16] = [
        OrderNews::Placed,
        OrderNews::Paid,
        OrderNews::PaidTooLate,
        OrderNews::WrongAmount,
        OrderNews::Delayed,
        OrderNews::Ready,
        OrderNews::Reminder,
        OrderNews::OutForDelivery,
        OrderNews::Delivered,
        OrderNews::Collected,
        OrderNews::Offered,
        OrderNews::NotFound,
        OrderNews::Changed,
        OrderNews::Refunded,
        OrderNews::Cancelled,
        OrderNews::Expired,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            OrderNews::Placed => "placed",
            OrderNews::Paid => "paid",
            OrderNews::PaidTooLate => "paid_too_late",
            OrderNews::WrongAmount => "wrong_amount",
            OrderNews::Delayed => "delayed",
            OrderNews::Ready => "ready",
            OrderNews::Reminder => "reminder",
            OrderNews::OutForDelivery => "out_for_delivery",
            OrderNews::Delivered => "delivered",
            OrderNews::Collected => "collected",
            OrderNews::Offered => "offered",
            OrderNews::NotFound => "not_found",
            OrderNews::Changed => "changed",
            OrderNews::Refunded => "refunded",
            OrderNews::Cancelled => "cancelled",
            OrderNews::Expired => "expired",
        }
    }

    /// Whether what happens to several groups at a time is told in one message about the order.
    const fn is_of_all(self) -> bool {
        matches!(self, OrderNews::Cancelled | OrderNews::Expired | OrderNews::Refunded)
    }
}

/// A job that was taken to be done.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub id: i64,
    pub job: Job,
    /// From 1.
    pub attempt: i64,
}

impl Claimed {
    /// Whether it is given up if this try fails.
    #[must_use]
    pub fn is_last_try(&self) -> bool {
        self.attempt >= i64::from(TRIES)
    }
}

/// How long a job belongs to whoever took it. Milliseconds.
const CLAIM: i64 = 60_000;
/// After this many tries, some two days, a job is given up.
const TRIES: u32 = 20;

/// Writes a job that is due at once.
pub(crate) async fn enqueue(tx: &mut Tx<'_>, job: &Job, now: i64) -> Result<()> {
    let payload = serde_json::to_string(job)?;
    outbox::enqueue(tx, job.kind(), &payload, now, now).await?;
    Ok(())
}

/// Writes jobs that are due at once.
async fn enqueue_all(tx: &mut Tx<'_>, jobs: impl Iterator<Item = Job>, now: i64) -> Result<()> {
    let written =
        jobs.map(|job| Ok((job.kind(), serde_json::to_string(&job)?))).collect::<Result<Vec<_>>>()?;
    outbox::enqueue_all(tx, &written, now).await?;
    Ok(())
}

/// How long news gather that several groups of an order have one after the other. Milliseconds.
const GATHER: i64 = 2_000;

/// Writes news about an order; what is told of all its groups at once gathers for a moment.
pub(crate) async fn enqueue_news(tx: &mut Tx<'_>, job: &Job, about: OrderNews, now: i64) -> Result<()> {
    let payload = serde_json::to_string(job)?;
    let due = if about.is_of_all() { now + GATHER } else { now };
    outbox::enqueue(tx, job.kind(), &payload, due, now).await?;
    Ok(())
}

/// Tells the shopper and the partners that a reservation is now `status`.
pub(crate) async fn announce_reservation(
    tx: &mut Tx<'_>,
    number: &str,
    status: ReservationStatus,
    now: i64,
) -> Result<()> {
    // That somebody has begun to pick is nothing to write home about.
    if status != ReservationStatus::Picking {
        enqueue(tx, &Job::Message { number: number.to_owned(), about: status }, now).await?;
        enqueue_pushes(tx, number, None, PushNews::Reservation(status), now).await?;
    }
    tell_partners(tx, &[Event::of_reservation(number, status, now)], now).await
}

/// The same of many that have just been placed: no browser can have asked about them yet.
pub(crate) async fn announce_placed(tx: &mut Tx<'_>, numbers: &[&str], now: i64) -> Result<()> {
    let about = ReservationStatus::Placed;
    let messages = numbers.iter().map(|number| Job::Message { number: (*number).to_owned(), about });
    enqueue_all(tx, messages, now).await?;
    let events: Vec<Event> = numbers.iter().map(|number| Event::of_reservation(number, about, now)).collect();
    tell_partners(tx, &events, now).await
}

/// Tells the shopper and the partners something about an order.
pub(crate) async fn announce_order(
    tx: &mut Tx<'_>,
    number: &str,
    group: Option<&str>,
    about: OrderNews,
    now: i64,
) -> Result<()> {
    let part = group.filter(|_| !about.is_of_all());
    let message = Job::Order { number: number.to_owned(), group: part.map(ToOwned::to_owned), about };
    enqueue_news(tx, &message, about, now).await?;
    enqueue_pushes(tx, number, part, PushNews::Order(about), now).await?;
    let data = serde_json::json!({ "number": number, "group": group });
    tell_partners(tx, &[Event { name: format!("order.{}", about.code()), data, at: now }], now).await
}

impl Shop {
    /// Takes due jobs; nobody else gets them for a minute.
    pub async fn claim_jobs(&self, most: usize) -> Result<Vec<Claimed>> {
        let (now, most) = (self.now_ms(), i64::try_from(most).unwrap_or(i64::MAX));
        let rows = self
            .db()
            .write(move |mut tx| {
                Box::pin(async move { Ok::<_, Error>(outbox::claim(&mut tx, now, now + CLAIM, most).await?) })
            })
            .await?;
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            match serde_json::from_str(&row.payload) {
                Ok(job) => claimed.push(Claimed { id: row.id, job, attempt: row.attempts }),
                // A newer process may have written it: it must hold up neither the others nor be lost.
                Err(_) => {
                    let due = self.due_after(row.attempts);
                    self.put_off(row.id, row.attempts, "this version cannot read it", due).await?;
                }
            }
        }
        Ok(claimed)
    }

    /// Whether this job need not be done, as the same one was written after it and tells how things stand then.
    pub async fn is_told_later(&self, claimed: &Claimed) -> Result<bool> {
        let gathers = match &claimed.job {
            Job::Order { about, .. } | Job::Push { about: PushNews::Order(about), .. } => about.is_of_all(),
            _ => false,
        };
        if !gathers {
            return Ok(false);
        }
        let mut reader = self.db().reader().await?;
        Ok(outbox::is_written_again(&mut reader.tx(), claimed.id).await?)
    }

    /// When to try again; none after the last try.
    fn due_after(&self, attempt: i64) -> Option<i64> {
        let tries = u32::try_from(attempt).unwrap_or(TRIES);
        (tries < TRIES).then(|| self.now_ms() + (5_000i64 << tries.min(13)).min(6 * 3_600_000))
    }

    /// It was done, and is not handed out again.
    pub async fn finish_job(&self, id: i64) -> Result<()> {
        let now = self.now_ms();
        self.db()
            .write(move |mut tx| {
                Box::pin(async move { Ok::<_, Error>(outbox::finish(&mut tx, id, now).await?) })
            })
            .await
    }

    /// Puts a job back to be tried later, with growing pauses from five seconds on, or gives it up at last.
    pub async fn fail_job(&self, claimed: &Claimed, why: &str) -> Result<()> {
        self.put_off(claimed.id, claimed.attempt, why, self.due_after(claimed.attempt)).await
    }

    /// Puts a job back until whoever is to take it wants it, or for our own pause where that is longer.
    pub async fn delay_job(&self, claimed: &Claimed, why: &str, pause: Duration) -> Result<()> {
        let pause = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
        let wanted = self.now_ms().saturating_add(pause);
        let due = self.due_after(claimed.attempt).map(|due| due.max(wanted));
        self.put_off(claimed.id, claimed.attempt, why, due).await
    }

    /// Gives a job up: trying again would not help.
    pub async fn give_up_job(&self, claimed: &Claimed, why: &str) -> Result<()> {
        self.put_off(claimed.id, claimed.attempt, why, None).await
    }

    async fn put_off(&self, id: i64, attempt: i64, why: &str, due: Option<i64>) -> Result<()> {
        let (why, now) = (why.to_owned(), self.now_ms());
        self.db()
            .write(move |mut tx| {
                let why = why.clone();
                Box::pin(
                    async move { Ok::<_, Error>(outbox::fail(&mut tx, id, attempt, &why, due, now).await?) },
                )
            })
            .await
    }

    /// Jobs waiting, and how old the oldest is in milliseconds.
    pub async fn backlog(&self) -> Result<(i64, i64)> {
        let mut reader = self.db().reader().await?;
        let (waiting, oldest) = outbox::backlog(&mut reader.tx()).await?;
        Ok((waiting, oldest.map_or(0, |at| self.now_ms() - at)))
    }
}
