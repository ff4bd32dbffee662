//! Asking payment providers what became of payments, and giving money back: until each is known to have ended. Many at
//! once, and another as soon as one has ended, so that a slow provider keeps nobody waiting but those it is slow to.

use std::time::Duration;

use futures::{StreamExt, stream::FuturesUnordered};
use onshelf_shop::{Error, Shop};
use tokio_util::sync::CancellationToken;

use crate::metrics::METER;

/// A lost wake-up costs no more than this.
const POLL: Duration = Duration::from_secs(1);
/// Errands of a kind that are under way at the same time.
const AT_ONCE: usize = 20;
/// So many have to be free before more are taken: taking is a transaction, however many it takes.
const FEW: usize = 5;

/// Does what is due until told to stop; what has begun is finished.
pub(super) async fn watch(shop: &Shop, stop: &CancellationToken) {
    let looks = errands(
        stop,
        |limit| shop.due_payments(limit),
        |payment| shop.look_at(payment),
        || shop.payments_woken(),
    );
    let refunds = errands(
        stop,
        |limit| shop.due_refunds(limit),
        |refund| shop.send_refund(refund),
        || shop.refunds_woken(),
    );
    tokio::join!(looks, refunds);
}

async fn errands<T, D, C, W>(
    stop: &CancellationToken,
    due: impl Fn(usize) -> D,
    carry_out: impl Fn(T) -> C,
    woken: impl Fn() -> W,
) where
    D: Future<Output = Result<Vec<T>, Error>>,
    C: Future<Output = Result<(), Error>>,
    W: Future<Output = ()>,
{
    let mut under_way = FuturesUnordered::new();
    let mut is_more = true;
    loop {
        let (free, stopped) = (AT_ONCE - under_way.len(), stop.is_cancelled());
        if is_more && free >= FEW && !stopped {
            match due(free).await {
                Ok(taken) => {
                    is_more = taken.len() == free;
                    under_way.extend(taken.into_iter().map(&carry_out));
                }
                Err(error) => {
                    is_more = false;
                    failed(&error);
                }
            }
        }
        if stopped && under_way.is_empty() {
            return;
        }
        tokio::select! {
            Some(outcome) = under_way.next() => outcome.unwrap_or_else(|error| failed(&error)),
            () = woken(), if !stopped => is_more = true,
            () = tokio::time::sleep(POLL) => is_more = true,
            () = stop.cancelled(), if !stopped => {}
        }
    }
}

fn failed(error: &Error) {
    METER.count_failure("payments");
    tracing::warn!(%error, "An errand to a payment provider failed; it is tried again.");
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, collections::VecDeque};

    use tokio::time::Instant;

    use super::*;

    /// One in ten is not answered for ten seconds.
    #[tokio::test(start_paused = true)]
    async fn a_slow_errand_keeps_no_other_waiting() {
        let stop = CancellationToken::new();
        let (waiting, begun) = (RefCell::new((0..100).collect::<VecDeque<u32>>()), Instant::now());
        let ended = RefCell::new(Vec::new());
        let due = |limit: usize| {
            let count = limit.min(waiting.borrow().len());
            let taken: Vec<u32> = waiting.borrow_mut().drain(..count).collect();
            async move { Ok(taken) }
        };
        let carry_out = |errand: u32| {
            let (ended, stop) = (&ended, &stop);
            async move {
                let takes = if errand.is_multiple_of(10) { 10_000 } else { 50 };
                tokio::time::sleep(Duration::from_millis(takes)).await;
                ended.borrow_mut().push((errand, begun.elapsed()));
                if ended.borrow().len() == 100 {
                    stop.cancel();
                }
                Ok(())
            }
        };
        errands(&stop, due, carry_out, std::future::pending::<()>).await;
        let ended = ended.into_inner();
        let last = |slow: bool| {
            let own = ended.iter().filter(|(errand, _)| errand.is_multiple_of(10) == slow);
            own.map(|(_, at)| *at).max().unwrap()
        };
        assert_eq!(ended.len(), 100, "none is forgotten");
        assert!(last(false) < Duration::from_secs(3), "{:?}", last(false));
        assert!(last(true) < Duration::from_secs(13), "{:?}", last(true));
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_begun_is_finished() {
        let stop = CancellationToken::new();
        let (given, ended) = (RefCell::new(false), RefCell::new(0));
        let due = |_: usize| {
            let taken = if given.replace(true) { Vec::new() } else { vec![(); 3] };
            async move { Ok(taken) }
        };
        let carry_out = |()| {
            let (ended, stop) = (&ended, &stop);
            async move {
                stop.cancel();
                tokio::time::sleep(Duration::from_secs(4)).await;
                *ended.borrow_mut() += 1;
                Ok(())
            }
        };
        errands(&stop, due, carry_out, std::future::pending::<()>).await;
        assert_eq!(ended.into_inner(), 3);
    }
}
