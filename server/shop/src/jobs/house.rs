//! Housekeeping: what has served its time is forgotten, so that no table grows for ever.

use onshelf_db::{fulfilment, idempotency, notifications, outbox, payments, staff, stock};

use crate::{Error, Result, Shop};

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
        self.db()
            .write(move |mut tx| {
                Box::pin(async move {
                    Ok::<_, Error>(Swept {
                        outcomes: idempotency::forget(&mut tx, now - OUTCOMES).await?,
                        changes: stock::forget_changes(&mut tx, now - CHANGES).await?,
                        sessions: staff::forget_sessions(&mut tx, now).await?,
                        jobs: outbox::forget(&mut tx, now - SENT).await?,
                        subscriptions: notifications::forget(&mut tx, now - SUBSCRIPTIONS).await?,
                        addresses: fulfilment::forget_addresses(&mut tx, now - BASKETS).await?,
                        notes: payments::forget_notes(&mut tx, now - NOTES).await?,
                    })
                })
            })
            .await
    }
}
