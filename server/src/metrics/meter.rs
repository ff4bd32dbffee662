//! What this process has counted since it began.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use onshelf_shop::{jobs::KINDS, pulse::Deed};

use super::{answers::Answers, text::Page};

/// Of this process.
pub static METER: Meter = Meter::new();

/// What became of one try to do a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attempt {
    Done,
    /// It is tried again.
    Later,
    GivenUp,
}

impl Attempt {
    const ALL: [Attempt; 3] = [Attempt::Done, Attempt::Later, Attempt::GivenUp];

    const fn code(self) -> &'static str {
        match self {
            Attempt::Done => "done",
            Attempt::Later => "later",
            Attempt::GivenUp => "given_up",
        }
    }
}

/// What there was no room or no time for when somebody was sent away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shed {
    /// Another connection.
    Connection,
    /// Another request beside those that are being answered.
    Request,
    /// Another body beside those that are on their way.
    Body,
    /// Another live stream.
    Stream,
    /// Another live stream of the same client.
    OwnStream,
    /// An answer that was not there in time.
    Time,
}

impl Shed {
    const ALL: [Shed; 6] =
        [Shed::Connection, Shed::Request, Shed::Body, Shed::Stream, Shed::OwnStream, Shed::Time];

    const fn code(self) -> &'static str {
        match self {
            Shed::Connection => "connection",
            Shed::Request => "request",
            Shed::Body => "body",
            Shed::Stream => "stream",
            Shed::OwnStream => "own_stream",
            Shed::Time => "time",
        }
    }
}

/// Counters that only grow, how many streams are open, and how many requests are being answered.
pub struct Meter {
    answers: Answers,
    attempts: Mutex<BTreeMap<(&'static str, Attempt), u64>>,
    workers: Mutex<BTreeMap<&'static str, u64>>,
    in_flight: AtomicI64,
    streams: AtomicI64,
    events: AtomicU64,
    fallen_behind: AtomicU64,
    shed: [AtomicU64; Shed::ALL.len()],
    rate_limited: AtomicU64,
    exported: AtomicU64,
    not_exported: AtomicU64,
}

/// A request that is being answered, for as long as it lives.
pub struct InFlight(&'static Meter);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Meter {
    const fn new() -> Meter {
        Meter {
            answers: Answers::new(),
            attempts: Mutex::new(BTreeMap::new()),
            workers: Mutex::new(BTreeMap::new()),
            in_flight: AtomicI64::new(0),
            streams: AtomicI64::new(0),
            events: AtomicU64::new(0),
            fallen_behind: AtomicU64::new(0),
            shed: [const { AtomicU64::new(0) }; Shed::ALL.len()],
            rate_limited: AtomicU64::new(0),
            exported: AtomicU64::new(0),
            not_exported: AtomicU64::new(0),
        }
    }

    pub fn begin_request(&'static self) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(self)
    }

    /// One answer. `route` is the pattern and never the address, so that the number of series stays small.
    pub fn count_answer(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        self.answers.count(route, method, status, took, false);
    }

    /// The same of a page that was kept.
    pub fn count_kept(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        self.answers.count(route, method, status, took, true);
    }

    /// One try of a job of the outbox.
    pub fn count_attempt(&self, kind: &'static str, attempt: Attempt) {
        *unpoisoned(&self.attempts).entry((kind, attempt)).or_default() += 1;
    }

    /// A worker that runs from now on: its failures are shown from the first, which is none.
    pub fn know_worker(&self, worker: &'static str) {
        unpoisoned(&self.workers).entry(worker).or_default();
    }

    /// A worker's round failed, or the worker ended.
    pub fn count_failure(&self, worker: &'static str) {
        *unpoisoned(&self.workers).entry(worker).or_default() += 1;
    }

    /// A batch of traces that the collector took, or did not take.
    pub fn count_export(&self, taken: bool) {
        let counter = if taken { &self.exported } else { &self.not_exported };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub fn open_stream(&self) {
        self.streams.fetch_add(1, Ordering::Relaxed);
    }

    pub fn close_stream(&self) {
        self.streams.fetch_sub(1, Ordering::Relaxed);
    }

    pub fn count_event(&self) {
        self.events.fetch_add(1, Ordering::Relaxed);
    }

    pub fn count_fallen_behind(&self) {
        self.fallen_behind.fetch_add(1, Ordering::Relaxed);
    }

    /// Somebody was sent away, to come back later.
    pub fn count_shed(&self, what: Shed) {
        self.shed[what as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub fn count_rate_limited(&self) {
        self.rate_limited.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn write(&self, page: &mut Page) {
        self.write_http(page);
        let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        page.gauge("live_streams", "Open live streams.", self.streams.load(Ordering::Relaxed));
        page.counter("live_events_total", "Events written to live streams.", number(&self.events));
        page.counter(
            "live_fallen_behind_total",
            "Live streams ended because they fell behind.",
            number(&self.fallen_behind),
        );
        page.family("deeds_total", "counter", "What was done or refused, once it was in the books.");
        for deed in Deed::ALL {
            page.sample("deeds_total", &[("deed", deed.code())], deed.counted());
        }
        self.write_workers(page);
        page.family(
            "trace_exports_total",
            "counter",
            "Batches of traces the collector took or did not take.",
        );
        page.sample("trace_exports_total", &[("outcome", "taken")], number(&self.exported));
        page.sample("trace_exports_total", &[("outcome", "failed")], number(&self.not_exported));
    }

    fn write_http(&self, page: &mut Page) {
        let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        self.answers.write(page);
        page.gauge(
            "http_requests_in_flight",
            "Requests being answered, open streams and kept pages not counted.",
            self.in_flight.load(Ordering::Relaxed),
        );
        page.family(
            "http_shed_total",
            "counter",
            "Requests and connections sent away, by what there was no room or time for.",
        );
        for what in Shed::ALL {
            page.sample("http_shed_total", &[("what", what.code())], number(&self.shed[what as usize]));
        }
        page.counter(
            "http_rate_limited_total",
            "Requests refused because they came too often.",
            number(&self.rate_limited),
        );
    }

    fn write_workers(&self, page: &mut Page) {
        let attempts = unpoisoned(&self.attempts);
        page.family(
            "outbox_attempts_total",
            "counter",
            "Tries to do a job of the outbox, by what became of it.",
        );
        let kinds: BTreeSet<&str> = KINDS.into_iter().chain(attempts.keys().map(|(kind, _)| *kind)).collect();
        for kind in kinds {
            for attempt in Attempt::ALL {
                let count = attempts.get(&(kind, attempt)).copied().unwrap_or(0);
                page.sample("outbox_attempts_total", &[("kind", kind), ("outcome", attempt.code())], count);
            }
        }
        page.family(
            "worker_failures_total",
            "counter",
            "Rounds of workers that failed, and workers that ended.",
        );
        for (worker, count) in &*unpoisoned(&self.workers) {
            page.sample("worker_failures_total", &[("worker", *worker)], count);
        }
    }
}

/// A panic while a count was written leaves a count; it is no reason to stop counting.
pub(super) fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_happened_is_shown_as_none() {
        let meter = Meter::new();
        meter.know_worker("expiry");
        let mut page = Page::new();
        meter.write(&mut page);
        let out = page.finish();
        assert!(out.contains(r#"onshelf_outbox_attempts_total{kind="heal",outcome="given_up"} 0"#), "{out}");
        assert!(out.contains(r#"onshelf_worker_failures_total{worker="expiry"} 0"#), "{out}");
        assert!(out.contains(r#"onshelf_http_shed_total{what="own_stream"} 0"#), "{out}");
    }
}
