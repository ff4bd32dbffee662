//! Housekeeping: what has served its time is forgotten, so that no table grows for ever.

use onshelf_db::{Tx, fulfilment, idempotency, notifications, outbox, payments, staff, stock};

use crate::{Result, Shop};

/// How many rows one unit of work forgets; the next unit goes on. So SQLite's one writer is kept from others for some 40 ms
/// (outcomes, which lie scattered; 10,000 of them took 150 ms), no statement comes near the time at which PostgreSQL ends
/// it, and what was forgotten stays so where something later fails.
const SLICE: i64 = 2_000;
const HOUR: i64 = 3_600_000;
/// How long a caller may repeat a request and get the same answer.
const OUTCOMES: i64 = 48 * HOUR;
/// Every process has read a change of stock within seconds; this leaves room for one that slept.
pub(crate) const CHANGES: i64 = HOUR;
/// Sent jobs stay for somebody who asks whether a message went out.
const SENT: i64 = 7 * 24 * HOUR;
/// Providers tell the same thing again for some days; after that their word, which may name a person, is of no use.
const NOTES: i64 = 30 * 24 * HOUR;
/// Whatever a browser was to be told about is over long before.
const SUBSCRIPTIONS: i64 = 60 * 24 * HOUR;

/// A basket that nobody put a name to ran out within minutes; this leaves room for a house that was closed.
pub(crate) const BASKETS: i64 = 48 * HOUR;

/// What was forgotten, in rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub outcomes: u64,
    pub changes: u64,
    pub sessions: u64,
    pub jobs: u64,
    pub subscriptions: u64,
    pub addresses: u64,
    pub notes: u64,
}

impl Shop {
    /// Forgets outcomes kept under idempotency keys, changes of stock, sessions that have ended, jobs long done,
    /// browsers that were to be told of what is over, the addresses of baskets that came to nothing, and what providers
    /// told long ago.
    pub async fn keep_house(&self) -> Result<Swept> {
        let now = self.now_ms();
        let jobs = self.jobs_done(now - SENT).await?;
        Ok(Swept {
            outcomes: self.sweep(Stale::Outcomes(now - OUTCOMES)).await?,
            changes: self.sweep(Stale::Changes(now - CHANGES)).await?,
            sessions: self.sweep(Stale::Sessions(now)).await?,
            jobs: self.sweep(jobs).await?,
            subscriptions: self.sweep(Stale::Subscriptions(now - SUBSCRIPTIONS)).await?,
            addresses: self.sweep(Stale::Addresses(now - BASKETS)).await?,
            notes: self.sweep(Stale::Notes(now - NOTES)).await?,
        })
    }

    /// Where those end that are forgotten is looked up once, beside everybody who writes: it takes a look at all of them.
    async fn jobs_done(&self, before: i64) -> Result<Stale> {
        let mut reader = self.db().reader().await?;
        let since = outbox::first_since(&mut reader.tx(), before).await?;
        Ok(Stale::Jobs { before, since })
    }

    /// Slice after slice, each in a unit of its own, so that others write in between; answers how many rows.
    async fn sweep(&self, stale: Stale) -> Result<u64> {
        let mut swept = 0;
        loop {
            let slice = self
                .db()
                .write(move |mut tx| Box::pin(async move { stale.forget_slice(&mut tx).await }))
                .await?;
            swept += slice;
            if slice < SLICE.unsigned_abs() {
                return Ok(swept);
            }
        }
    }
}

/// What has served its time, each with the moment before which it has (an address: since which its basket ended).
#[derive(Clone, Copy, Debug)]
enum Stale {
    Outcomes(i64),
    Changes(i64),
    Sessions(i64),
    /// `since` is the first job that was written later than that.
    Jobs {
        before: i64,
        since: Option<i64>,
    },
    Subscriptions(i64),
    Addresses(i64),
    Notes(i64),
}

impl Stale {
    async fn forget_slice(self, tx: &mut Tx<'_>) -> Result<u64> {
        let rows = match self {
            Stale::Outcomes(before) => idempotency::forget(tx, before, SLICE).await?,
            Stale::Changes(before) => stock::forget_changes(tx, before, SLICE).await?,
            Stale::Sessions(now) => staff::forget_sessions(tx, now, SLICE).await?,
            Stale::Jobs { before, since } => outbox::forget(tx, before, since, SLICE).await?,
            Stale::Subscriptions(before) => notifications::forget(tx, before, SLICE).await?,
            Stale::Addresses(since) => fulfilment::forget_some_addresses(tx, since, SLICE).await?,
            Stale::Notes(before) => payments::forget_notes(tx, before, SLICE).await?,
        };
        Ok(rows)
    }
}
