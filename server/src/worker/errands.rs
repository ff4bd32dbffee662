//! Errands to others, who may be slow: many at once, and another as soon as one has ended, so that nobody waits but for
//! those he is served by.

use std::{pin::pin, time::Duration};

use futures::{
    FutureExt, StreamExt,
    future::{Fuse, FusedFuture},
    stream::FuturesUnordered,
};
use onshelf_shop::Error;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::metrics::METER;

/// A lost wake-up costs no more than this.
const POLL: Duration = Duration::from_secs(1);
/// Errands of a kind that are under way at the same time.
const AT_ONCE: usize = 20;
/// So many have to be free before more are taken: taking is a transaction, however many it takes.
const FEW: usize = 5;
/// After one that took all there was, the next waits so long, for the same reason.
const GATHERING: Duration = Duration::from_millis(10);

/// Takes what is `due`, at most so many, and carries it out, until told to stop; what has begun is finished.
pub(super) async fn run<T, D, C, W>(
    worker: &'static str,
    stop: &CancellationToken,
    due: impl Fn(usize) -> D,
    carry_out: impl Fn(T) -> C,
    woken: impl Fn() -> W,
) where
    D: Future<Output = Result<Vec<T>, Error>>,
    C: Future<Output = Result<(), Error>>,
    W: Future<Output = ()>,
{
    let failed = |error: &Error| {
        METER.count_failure(worker);
        tracing::warn!(
            worker,
            %error,
            "An errand of the worker {worker} failed ({error}); it is tried again."
        );
    };
    let mut under_way = FuturesUnordered::new();
    // Kept over the turns of the loop: errands go on while more are taken, and what was taken is never dropped.
    let mut taking = pin!(Fuse::terminated());
    let (mut is_more, mut asked, mut not_before) = (true, 0, Instant::now());
    loop {
        let (free, stopped) = (AT_ONCE - under_way.len(), stop.is_cancelled());
        if taking.is_terminated() && stopped && under_way.is_empty() {
            return;
        }
        let wants = taking.is_terminated() && is_more && free >= FEW && !stopped;
        let waits = wants && Instant::now() < not_before;
        if wants && !waits {
            (is_more, asked) = (false, free);
            taking.set(due(free).fuse());
        }
        tokio::select! {
            taken = &mut taking => match taken {
                Ok(taken) => {
                    if taken.len() == asked {
                        is_more = true;
                    } else {
                        not_before = Instant::now() + GATHERING;
                    }
                    under_way.extend(taken.into_iter().map(&carry_out));
                }
                Err(error) => failed(&error),
            },
            Some(outcome) = under_way.next() => outcome.unwrap_or_else(|error| failed(&error)),
            () = woken(), if !stopped => is_more = true,
            () = tokio::time::sleep_until(not_before), if waits => {}
            () = tokio::time::sleep(POLL) => is_more = true,
            () = stop.cancelled(), if !stopped => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, collections::VecDeque};

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
        run("test", &stop, due, carry_out, std::future::pending::<()>).await;
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
        run("test", &stop, due, carry_out, std::future::pending::<()>).await;
        assert_eq!(ended.into_inner(), 3);
    }

    /// Somebody writes something every millisecond, for a second.
    #[tokio::test(start_paused = true)]
    async fn what_comes_within_a_moment_is_taken_together() {
        let stop = CancellationToken::new();
        let (takings, ended, begun) = (RefCell::new(0), RefCell::new(0), Instant::now());
        let due = |limit: usize| {
            *takings.borrow_mut() += 1;
            let written = usize::try_from(begun.elapsed().as_millis()).unwrap().min(1_000);
            let taken = vec![(); limit.min(written - *ended.borrow())];
            async move { Ok(taken) }
        };
        let carry_out = |()| {
            *ended.borrow_mut() += 1;
            if *ended.borrow() == 1_000 {
                stop.cancel();
            }
            async { Ok(()) }
        };
        run("test", &stop, due, carry_out, || tokio::time::sleep(Duration::from_millis(1))).await;
        assert_eq!(ended.into_inner(), 1_000);
        assert!(takings.into_inner() <= 110);
        assert!(begun.elapsed() < Duration::from_millis(1_100), "{:?}", begun.elapsed());
    }

    /// Taking takes a second each time; what is under way goes on meanwhile.
    #[tokio::test(start_paused = true)]
    async fn errands_go_on_while_more_are_taken() {
        let stop = CancellationToken::new();
        let (left, begun) = (RefCell::new(20), Instant::now());
        let due = |_: usize| {
            let taken = if left.replace_with(|left| *left - 1) > 0 { vec![()] } else { Vec::new() };
            async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok(taken)
            }
        };
        let ended = RefCell::new(Vec::new());
        let carry_out = |()| {
            let (ended, stop, since) = (&ended, &stop, Instant::now());
            async move {
                for _ in 0..10 {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                ended.borrow_mut().push(since.elapsed());
                if ended.borrow().len() == 20 {
                    stop.cancel();
                }
                Ok(())
            }
        };
        run("test", &stop, due, carry_out, || tokio::time::sleep(Duration::from_millis(1))).await;
        let slowest = ended.into_inner().into_iter().max().unwrap();
        assert!(slowest < Duration::from_millis(600), "{slowest:?} of 500 ms");
        assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
    }
}
