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

use super::text::{Page, seconds};

/// Of this process.
pub static METER: Meter = Meter::new();

/// Upper bounds in microseconds. The lowest are for kept pages.
const BOUNDS: [u64; 13] =
    [250, 500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000];

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

/// Counters that only grow, how many streams are open, and how many requests are being answered.
pub struct Meter {
    routes: Mutex<BTreeMap<String, Route>>,
    attempts: Mutex<BTreeMap<(&'static str, Attempt), u64>>,
    workers: Mutex<BTreeMap<&'static str, u64>>,
    in_flight: AtomicI64,
    streams: AtomicI64,
    events: AtomicU64,
    fallen_behind: AtomicU64,
    shed: AtomicU64,
    rate_limited: AtomicU64,
    exported: AtomicU64,
    not_exported: AtomicU64,
}

#[derive(Default)]
struct Route {
    /// By method and status.
    answers: BTreeMap<(&'static str, u16), u64>,
    /// Not cumulative; the last one is for all above the bounds.
    times: [u64; BOUNDS.len() + 1],
    micros: u64,
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
            routes: Mutex::new(BTreeMap::new()),
            attempts: Mutex::new(BTreeMap::new()),
            workers: Mutex::new(BTreeMap::new()),
            in_flight: AtomicI64::new(0),
            streams: AtomicI64::new(0),
            events: AtomicU64::new(0),
            fallen_behind: AtomicU64::new(0),
            shed: AtomicU64::new(0),
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
        let mut routes = unpoisoned(&self.routes);
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Route::default());
        }
        let Some(own) = routes.get_mut(route) else { return };
        *own.answers.entry((method, status)).or_default() += 1;
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS.iter().position(|bound| micros <= *bound).unwrap_or(BOUNDS.len());
        own.times[place] += 1;
        own.micros = own.micros.saturating_add(micros);
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

    pub fn count_shed(&self) {
        self.shed.fetch_add(1, Ordering::Relaxed);
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
        let routes = unpoisoned(&self.routes);
        page.family("http_requests_total", "counter", "Answers by route, method and status.");
        for (route, own) in &*routes {
            for ((method, status), count) in &own.answers {
                let status = status.to_string();
                let labels = [("route", route.as_str()), ("method", *method), ("status", status.as_str())];
                page.sample("http_requests_total", &labels, count);
            }
        }
        page.family("http_request_seconds", "histogram", "Time until an answer began.");
        for (route, own) in &*routes {
            write_times(page, route, own);
        }
        drop(routes);
        page.gauge(
            "http_requests_in_flight",
            "Requests being answered, open streams and kept pages not counted.",
            self.in_flight.load(Ordering::Relaxed),
        );
        page.counter("http_shed_total", "Requests refused because the server was full.", number(&self.shed));
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
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write_times(page: &mut Page, route: &str, own: &Route) {
    let mut sum = 0;
    for (place, count) in own.times.iter().enumerate() {
        sum += count;
        let bound = BOUNDS.get(place).map_or_else(|| "+Inf".to_owned(), |micros| seconds(*micros));
        page.sample("http_request_seconds_bucket", &[("route", route), ("le", bound.as_str())], sum);
    }
    page.sample("http_request_seconds_sum", &[("route", route)], seconds(own.micros));
    page.sample("http_request_seconds_count", &[("route", route)], sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_cumulative_and_a_bound_is_within() {
        let meter = Meter::new();
        meter.count_answer("/p/{slug}", "GET", 200, Duration::from_micros(2_000));
        meter.count_answer("/p/{slug}", "GET", 404, Duration::from_secs(9));
        let mut page = Page::new();
        meter.write(&mut page);
        let out = page.finish();
        for expected in [
            r#"onshelf_http_requests_total{route="/p/{slug}",method="GET",status="404"} 1"#,
            r#"onshelf_http_request_seconds_bucket{route="/p/{slug}",le="0.001"} 0"#,
            r#"onshelf_http_request_seconds_bucket{route="/p/{slug}",le="0.002"} 1"#,
            r#"onshelf_http_request_seconds_bucket{route="/p/{slug}",le="+Inf"} 2"#,
            r#"onshelf_http_request_seconds_sum{route="/p/{slug}"} 9.002"#,
        ] {
            assert!(out.contains(expected), "{expected} in\n{out}");
        }
    }

    #[test]
    fn what_never_happened_is_shown_as_none() {
        let meter = Meter::new();
        meter.know_worker("expiry");
        let mut page = Page::new();
        meter.write(&mut page);
        let out = page.finish();
        assert!(out.contains(r#"onshelf_outbox_attempts_total{kind="heal",outcome="given_up"} 0"#), "{out}");
        assert!(out.contains(r#"onshelf_worker_failures_total{worker="expiry"} 0"#), "{out}");
    }
}
