//! How the house is doing, as those see it who watch over it: what was done, what waits and since when, what is held.
//! Nothing here decides anything, names anybody, or waits for whoever writes.

use std::sync::atomic::{AtomicU64, Ordering};

use onshelf_db::{fulfilment, meta, outbox, payments, stock};

use crate::{Result, Shop, fulfilment::Kept};

/// A payment that has not ended this long after its own end is nothing a worker is still busy with. Milliseconds.
const STUCK: i64 = 10 * 60_000;

/// Something that was done or refused, counted once when it is in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    ReservationPlaced,
    OrderPlaced,
    /// Somebody wanted more than a shelf could promise.
    HoldRefused,
    ReservationExpired,
    PaymentCaptured,
    RefundDone,
    /// A step at a store's board.
    BoardStep,
    /// A provider told of a payment that nobody here knows.
    WebhookUnknown,
}

impl Deed {
    pub const ALL: [Deed; 8] = [
        Deed::ReservationPlaced,
        Deed::OrderPlaced,
        Deed::HoldRefused,
        Deed::ReservationExpired,
        Deed::PaymentCaptured,
        Deed::RefundDone,
        Deed::BoardStep,
        Deed::WebhookUnknown,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Deed::ReservationPlaced => "reservation_placed",
            Deed::OrderPlaced => "order_placed",
            Deed::HoldRefused => "hold_refused",
            Deed::ReservationExpired => "reservation_expired",
            Deed::PaymentCaptured => "payment_captured",
            Deed::RefundDone => "refund_done",
            Deed::BoardStep => "board_step",
            Deed::WebhookUnknown => "webhook_unknown",
        }
    }

    pub(crate) fn count(self) {
        DONE[self as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often, by this process.
    #[must_use]
    pub fn counted(self) -> u64 {
        DONE[self as usize].load(Ordering::Relaxed)
    }
}

static DONE: [AtomicU64; Deed::ALL.len()] = [const { AtomicU64::new(0) }; Deed::ALL.len()];

/// Things of one kind that wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub count: i64,
    /// Milliseconds since the oldest began to wait; 0 where nothing does.
    pub oldest: i64,
}

/// What the database says of the house, all processes together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// By kind of job.
    pub outbox: Vec<(String, Waiting)>,
    /// By state, those that are not over.
    pub reservations: Vec<(String, Waiting)>,
    /// Past their moment and not written down.
    pub overdue: Waiting,
    pub holds: i64,
    pub units_held: i64,
    /// Payments a provider is to be asked about now.
    pub payments_due: Waiting,
    pub refunds_due: Waiting,
    pub payments_open: i64,
    pub payments_stuck: i64,
}

/// What takes longer to find out, and changes seldom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlowPulse {
    pub levels_empty: u64,
    pub levels_low: u64,
    pub refunds_failed: i64,
    /// Webhooks that are kept and are about payments nobody here knows.
    pub webhooks_unknown: i64,
    /// Of what fell due lately: how much was promised, and how much of it kept.
    pub promises: Vec<Kept>,
    /// When the books were last audited, and the faults that were found.
    pub audited: Option<(i64, i64)>,
}

/// The states whose reservations are not over, in their order.
const UNDER_WAY: [&str; 6] = ["pending", "placed", "picking", "in_transfer", "ready", "out_for_delivery"];

impl Shop {
    /// Seven small questions, each answered from an index that holds only what waits.
    pub async fn pulse(&self) -> Result<Pulse> {
        let now = self.now_ms();
        let since = |(count, at): (i64, Option<i64>)| Waiting { count, oldest: age(now, at) };
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let jobs = outbox::backlog_by_kind(&mut tx).await?;
        let states = fulfilment::under_way(&mut tx).await?;
        let (holds, units_held) = stock::held_in_all(&mut tx).await?;
        let [looks, refunds] = payments::due(&mut tx, now).await?;
        let (payments_open, payments_stuck) = payments::unended(&mut tx, now - STUCK).await?;
        Ok(Pulse {
            outbox: by_name(&crate::jobs::KINDS, &jobs, now),
            reservations: by_name(&UNDER_WAY, &states, now),
            overdue: since(fulfilment::overdue(&mut tx, now).await?),
            holds,
            units_held,
            payments_due: since(looks),
            refunds_due: since(refunds),
            payments_open,
            payments_stuck,
        })
    }

    /// Reads four weeks of promises and every shelf in memory: to be asked once a minute.
    pub async fn slow_pulse(&self) -> Result<SlowPulse> {
        let promises = self.promises().await?;
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let refunds_failed = payments::refunds_failed(&mut tx).await?;
        let webhooks_unknown = payments::strangers(&mut tx, None).await?;
        let audited = crate::ledger::last_audit(meta::get(&mut tx, meta::LAST_AUDIT).await?.as_deref());
        drop(reader);
        let (shop, now) = (self.clone(), self.now());
        let (levels_empty, levels_low) =
            tokio::task::spawn_blocking(move || shop.shelves().empty_and_low(now))
                .await
                .map_err(crate::Error::internal)?;
        Ok(SlowPulse { levels_empty, levels_low, refunds_failed, webhooks_unknown, promises, audited })
    }
}

fn age(now: i64, at: Option<i64>) -> i64 {
    at.map_or(0, |at| (now - at).max(0))
}

/// Every name has its line, also where nothing waits: an alert needs to see the zero.
fn by_name(names: &[&str], rows: &[(String, i64, i64)], now: i64) -> Vec<(String, Waiting)> {
    let mut named: Vec<_> = names.iter().map(|name| ((*name).to_owned(), Waiting::default())).collect();
    for (name, count, at) in rows {
        let waiting = Waiting { count: *count, oldest: age(now, Some(*at)) };
        match named.iter_mut().find(|(own, _)| own == name) {
            Some((_, place)) => *place = waiting,
            // A newer process knows more than this one.
            None => named.push((name.clone(), waiting)),
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_deed_has_its_own_counter_and_name() {
        let mut names: Vec<_> = Deed::ALL.iter().map(|deed| deed.code()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Deed::ALL.len());
        for (place, deed) in Deed::ALL.iter().enumerate() {
            assert_eq!(*deed as usize, place);
        }
    }
}
