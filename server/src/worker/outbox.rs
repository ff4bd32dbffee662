//! Taking jobs out of the outbox: messages go to the notifier, events to the courier.

use futures::FutureExt;
use onshelf_shop::{
    Shop,
    jobs::{Claimed, Job},
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    errands,
    webhooks::{Courier, Delivery},
};
use crate::{
    metrics::{Attempt, METER},
    notifications::{Notifier, Undelivered},
};

/// Jobs taken in one round: all at once, as one after the other they would outlast the minute a claim lasts.
const ROUND: usize = 20;

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

    /// Sends what is due until told to stop; what has begun is finished.
    pub(super) async fn run(&self, stop: &CancellationToken) {
        errands::run(
            "outbox",
            stop,
            |limit| self.shop.claim_jobs(limit),
            |job| self.attend(job).map(Ok),
            || self.shop.outbox_woken(),
        )
        .await;
    }

    /// One round, for whoever drives the outbox himself; answers how many jobs were taken.
    pub async fn round(&self) -> onshelf_shop::Result<usize> {
        let jobs = self.shop.claim_jobs(ROUND).await?;
        let taken = jobs.len();
        futures::future::join_all(jobs.into_iter().map(|job| self.attend(job))).await;
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
        let became = became(&claimed, outcome.as_ref().err());
        METER.count_attempt(claimed.job.kind(), became);
        tell(&claimed, became, outcome.as_ref().err());
        let written = match outcome {
            Ok(()) => self.shop.finish_job(claimed.id).await,
            Err(Undelivered::Final(why)) => self.shop.give_up_job(&claimed, &why).await,
            Err(Undelivered::Passing(why)) => self.shop.fail_job(&claimed, &why).await,
            Err(Undelivered::Later { why, pause }) => self.shop.delay_job(&claimed, &why, pause).await,
            Err(Undelivered::Unwanted(why)) => self.part(&claimed, &why).await,
        };
        if let Err(error) = written {
            let (job, kind) = (claimed.id, claimed.job.kind());
            tracing::warn!(
                job,
                kind,
                %error,
                "What became of job {job} ({kind}) could not be written down ({error}); it is taken again."
            );
        }
    }

    /// A partner that wants no more events gets none, until somebody adds it again.
    async fn part(&self, claimed: &Claimed, why: &str) -> onshelf_shop::Result<()> {
        if let Job::Delivery { endpoint, .. } = &claimed.job {
            let host = self.shop.disable_webhook(*endpoint).await?;
            let at = host.as_deref().unwrap_or("a host that is gone");
            tracing::warn!(
                endpoint,
                host,
                why,
                "The partner's endpoint {endpoint} at {at} was disabled ({why}); adding it again enables it."
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

/// What a try comes to: the last one that fails is given up, however it failed.
fn became(claimed: &Claimed, failure: Option<&Undelivered>) -> Attempt {
    match failure {
        None => Attempt::Done,
        Some(Undelivered::Passing(_) | Undelivered::Later { .. }) if !claimed.is_last_try() => Attempt::Later,
        Some(_) => Attempt::GivenUp,
    }
}

/// Says in the log what became of a job: by its kind and number, which lead to its row in the outbox.
fn tell(claimed: &Claimed, became: Attempt, failure: Option<&Undelivered>) {
    let (job, kind, attempt) = (claimed.id, claimed.job.kind(), claimed.attempt);
    let Some(why) = failure else {
        return tracing::debug!(job, kind, attempt, "Job {job} ({kind}) was done.");
    };
    match (became, why) {
        (Attempt::GivenUp, _) => {
            tracing::warn!(job, kind, attempt, %why, "Job {job} ({kind}) failed ({why}) and is given up.");
        }
        (_, Undelivered::Later { pause, .. }) => {
            let seconds = pause.as_secs();
            tracing::info!(
                job,
                kind,
                attempt,
                %why,
                seconds,
                "Job {job} ({kind}) failed ({why}) and is tried again later, not before {seconds} s are over."
            );
        }
        _ => {
            tracing::info!(
                job,
                kind,
                attempt,
                %why,
                "Job {job} ({kind}) failed ({why}) and is tried again later."
            );
        }
    }
}
