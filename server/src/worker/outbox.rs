//! Taking jobs out of the outbox: messages go to the notifier, events to the courier.

use futures::StreamExt;
use onshelf_shop::{
    Shop,
    jobs::{Claimed, Job},
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::webhooks::{Courier, Delivery};
use crate::{
    metrics::{Attempt, METER},
    notifications::{Notifier, Undelivered},
};

/// Jobs taken in one round. All must be done within the minute a claim lasts: 20 by 5 at a time, each within 10 s.
const ROUND: i64 = 20;
const AT_A_TIME: usize = 5;
/// A lost wake-up costs no more than this.
const POLL: Duration = Duration::from_secs(1);

/// Sends what the shop has written into its outbox.
pub struct Outbox {
    shop: Shop,
    notifier: Notifier,
    courier: Courier,
}

impl Outbox {
    #[must_use]
    pub fn new(shop: Shop, notifier: Notifier, courier: Courier) -> Outbox {
        Outbox { shop, notifier, courier }
    }

    /// Sends what is due until told to stop; a round that has begun is finished.
    pub(super) async fn run(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match self.round().await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => {
                    METER.count_failure("outbox");
                    tracing::warn!(%error, "The outbox could not be read; it is tried again.");
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.shop.outbox_woken() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// One round; answers how many jobs were taken.
    pub async fn round(&self) -> onshelf_shop::Result<usize> {
        let jobs = self.shop.claim_jobs(ROUND).await?;
        let taken = jobs.len();
        futures::stream::iter(jobs).for_each_concurrent(AT_A_TIME, |job| self.attend(job)).await;
        Ok(taken)
    }

    async fn attend(&self, claimed: Claimed) {
        let (id, kind) = (claimed.id, claimed.job.kind());
        let lines = tracing::info_span!("job", id, kind);
        let traced = lines.in_scope(
            || tracing::debug_span!(target: "otel", "job", otel.name = %format_args!("job {kind}"), job.id = id),
        );
        self.carry_out_once(claimed).instrument(traced).instrument(lines).await;
    }

    async fn carry_out_once(&self, claimed: Claimed) {
        let outcome = self.carry_out(&claimed).await;
        METER.count_attempt(
            claimed.job.kind(),
            match &outcome {
                Ok(()) => Attempt::Done,
                Err(Undelivered::Passing(_) | Undelivered::Later { .. }) if !claimed.is_last_try() => {
                    Attempt::Later
                }
                Err(_) => Attempt::GivenUp,
            },
        );
        let written = match outcome {
            Ok(()) => {
                tracing::debug!("A job was done.");
                self.shop.finish_job(claimed.id).await
            }
            Err(Undelivered::Final(why)) => {
                tracing::warn!(job = claimed.id, why, "A job was given up.");
                self.shop.give_up_job(&claimed, &why).await
            }
            Err(Undelivered::Passing(why)) => {
                tracing::info!(
                    job = claimed.id,
                    attempt = claimed.attempt,
                    why,
                    "A job is tried again later."
                );
                self.shop.fail_job(&claimed, &why).await
            }
            Err(Undelivered::Later { why, pause }) => {
                let (job, seconds) = (claimed.id, pause.as_secs());
                tracing::info!(
                    job,
                    attempt = claimed.attempt,
                    why,
                    seconds,
                    "A job is tried again when told."
                );
                self.shop.delay_job(&claimed, &why, pause).await
            }
            Err(Undelivered::Unwanted(why)) => self.part(&claimed, &why).await,
        };
        if let Err(error) = written {
            tracing::warn!(job = claimed.id, %error, "What became of a job could not be written down.");
        }
    }

    /// A partner that wants no more events gets none, until somebody adds it again.
    async fn part(&self, claimed: &Claimed, why: &str) -> onshelf_shop::Result<()> {
        if let Job::Delivery { endpoint, .. } = &claimed.job {
            let host = self.shop.disable_webhook(*endpoint).await?;
            tracing::warn!(
                endpoint,
                host,
                why,
                "A partner's endpoint was disabled; adding it again enables it."
            );
        }
        self.shop.give_up_job(claimed, why).await
    }

    async fn carry_out(&self, claimed: &Claimed) -> Result<(), Undelivered> {
        if self.shop.is_told_later(claimed).await? {
            return Ok(());
        }
        match &claimed.job {
            Job::Message { number, about } => self.notifier.tell(claimed.id, number, *about).await,
            Job::Order { number, group, about } => {
                self.notifier.tell_of_order(claimed.id, number, group.as_deref(), *about).await
            }
            Job::Push { subscription, number, group, about } => {
                self.notifier.push(*subscription, number, group.as_deref(), *about).await
            }
            Job::Heal { group } => Ok(self.shop.heal(group).await?),
            Job::Delivery { endpoint, event, data, at } => {
                let Some((url, secret)) = self.shop.endpoint(*endpoint).await? else {
                    // The partner has gone or wants no more: there is nobody left to tell.
                    return Ok(());
                };
                // The moment tells it from one under the same number in a book that was restored.
                let id = format!("msg_{}_{at}", claimed.id);
                let delivery = Delivery { id: &id, event, data, at: *at };
                self.courier.deliver(&url, &secret, &delivery, self.shop.now()).await
            }
        }
    }
}
