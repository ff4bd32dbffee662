//! What runs beside the requests: shelves and books kept fresh, reservations ended, the outbox sent, the house kept.
//! Each is supervised: one that fails is logged and started again. Nothing here decides what a deed means.

mod errands;
mod guard;
mod money;
mod outbox;
mod webhooks;

use std::{future::Future, sync::Arc, time::Duration};

use onshelf_app::ssr::Door;
use onshelf_shop::Shop;
use tokio::task::JoinSet;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use tracing::Instrument;

use crate::{Failure, config::Config, metrics::METER, notifications::Notifier, payments};

pub use outbox::Outbox;
pub use webhooks::{Courier, Delivery};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
/// How long one that failed rests before it is started again.
const REST: Duration = Duration::from_secs(2);
/// How long stopping waits for what is under way.
const GRACE: Duration = Duration::from_secs(2);

/// Everything that was started.
pub struct Workers {
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

/// Starts all; an error names the setting that cannot be used.
pub fn start(door: &Door, config: &Config, stop: &CancellationToken) -> Result<Workers, Failure> {
    let shop = door.shop.clone();
    let notifier = Notifier::new(shop.clone(), config, door.site.name.clone())?;
    let post = Arc::new(Outbox::new(shop.clone(), notifier, Courier::new()?));
    let mut workers = Workers { tasks: JoinSet::new(), stop: stop.clone() };
    let of = shop.clone();
    workers.supervise("shelves", move |stop| {
        let shop = of.clone();
        async move {
            stop.run_until_cancelled(shop.keep_shelves_fresh()).await;
        }
    });
    workers.repeat("book", SECOND, &shop, |shop| async move { shop.refresh_book().await.map(drop) });
    workers.repeat("expiry", SECOND, &shop, |shop| async move { shop.expire_reservations().await.map(drop) });
    workers.repeat(
        "stock events",
        SECOND,
        &shop,
        |shop| async move { shop.tell_stock_changes().await.map(drop) },
    );
    workers.repeat("reminders", MINUTE, &shop, |shop| async move { shop.remind().await.map(drop) });
    workers.repeat("house", HOUR, &shop, |shop| async move {
        let swept = shop.keep_house().await?;
        tracing::debug!(?swept, "The house was kept: what has served its time was forgotten.");
        Ok(())
    });
    if let Some(messenger) = payments::messenger(config, &door.shop)? {
        workers.supervise("test payments", move |stop| {
            let messenger = messenger.clone();
            async move { messenger.run(&stop).await }
        });
    }
    let of = shop.clone();
    workers.supervise("payments", move |stop| {
        let shop = of.clone();
        async move { money::watch(&shop, &stop).await }
    });
    workers.supervise("outbox", move |stop| {
        let post = post.clone();
        async move { post.run(&stop).await }
    });
    Ok(workers)
}

impl Workers {
    /// Stops all and waits a little for what is under way; a job that is cut off is taken again later.
    pub async fn finish(mut self) {
        self.stop.cancel();
        let all_ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, all_ended).await.is_err() {
            let seconds = GRACE.as_secs();
            tracing::warn!(
                "Workers did not end within {seconds} s and were cut off; what they began is taken again."
            );
            self.tasks.shutdown().await;
        }
    }

    /// Runs `work` until the stop, again whenever it ends or panics before.
    fn supervise<F, W>(&mut self, name: &'static str, work: W)
    where
        W: Fn(CancellationToken) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stop.clone();
        METER.know_worker(name);
        self.tasks.spawn(async move {
            while !stop.is_cancelled() {
                // A task of its own, so that a panic ends only this attempt; its lines in the log say whose they are.
                let work = work(stop.clone()).instrument(tracing::info_span!("worker", name));
                let ended = AbortOnDropHandle::new(tokio::spawn(work)).await;
                if stop.is_cancelled() {
                    return;
                }
                let panicked = ended.is_err();
                METER.count_failure(name);
                let how = if panicked { "panicked" } else { "ended" };
                tracing::error!(worker = name, panicked, "The worker {name} {how} and is started again.");
                stop.run_until_cancelled(tokio::time::sleep(REST)).await;
            }
        });
    }

    /// Does `deed` over and over with a pause between; a failure is logged and tried again after the next pause.
    fn repeat<F, D>(&mut self, name: &'static str, pause: Duration, shop: &Shop, deed: D)
    where
        D: Fn(Shop) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = onshelf_shop::Result<()>> + Send + 'static,
    {
        let shop = shop.clone();
        self.supervise(name, move |stop| {
            let (shop, deed) = (shop.clone(), deed.clone());
            async move {
                while !stop.is_cancelled() {
                    if let Err(error) = deed(shop.clone()).await {
                        METER.count_failure(name);
                        let seconds = pause.as_secs();
                        tracing::warn!(
                            worker = name,
                            %error,
                            "A round of the worker {name} failed ({error}); the next begins in {seconds} s."
                        );
                    }
                    stop.run_until_cancelled(tokio::time::sleep(pause)).await;
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_worker_that_panics_is_started_again_and_stops_when_told() {
        let (started, stop) = (Arc::new(AtomicUsize::new(0)), CancellationToken::new());
        let mut workers = Workers { tasks: JoinSet::new(), stop: stop.clone() };
        let count = started.clone();
        workers.supervise("test", move |stop| {
            let count = count.clone();
            async move {
                assert!(count.fetch_add(1, Ordering::SeqCst) > 0, "the first attempt fails");
                stop.cancelled().await;
            }
        });
        tokio::time::sleep(REST * 2).await;
        assert_eq!(started.load(Ordering::SeqCst), 2);
        workers.finish().await;
        assert!(stop.is_cancelled());
    }
}
