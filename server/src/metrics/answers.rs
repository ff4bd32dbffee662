//! Answers as they are counted: by route, method and status, how long they took, and apart from all those that failed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::Duration,
};

use super::{
    meter::unpoisoned,
    text::{Page, seconds},
};

/// Upper bounds in microseconds. The lowest are for kept pages.
const BOUNDS: [u64; 13] =
    [250, 500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000];

/// Failures that are shown from the first on, which is none: whoever watches does not see a series begin.
const FAILURES: [u16; 2] = [500, 503];

/// Here a 503 is no failure but what was asked for.
const READINESS: &str = "/health/ready";

/// All answers of a process.
pub(super) struct Answers {
    routes: Mutex<BTreeMap<String, Route>>,
    /// By status.
    failed: Mutex<BTreeMap<u16, u64>>,
}

#[derive(Default)]
struct Route {
    /// By method and status.
    answers: BTreeMap<(&'static str, u16), u64>,
    made: Times,
    /// Of kept pages. They are answered so quickly, and are so many, that among them nobody saw the others grow slow.
    kept: Times,
}

#[derive(Default)]
struct Times {
    /// Not cumulative; the last one is for all above the bounds.
    counts: [u64; BOUNDS.len() + 1],
    micros: u64,
}

impl Answers {
    pub(super) const fn new() -> Answers {
        Answers { routes: Mutex::new(BTreeMap::new()), failed: Mutex::new(BTreeMap::new()) }
    }

    /// One answer; `is_kept` says that it is a kept page.
    pub(super) fn count(
        &self,
        route: &str,
        method: &'static str,
        status: u16,
        took: Duration,
        is_kept: bool,
    ) {
        if status >= 500 && route != READINESS {
            *unpoisoned(&self.failed).entry(status).or_default() += 1;
        }
        let mut routes = unpoisoned(&self.routes);
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Route::default());
        }
        let Some(own) = routes.get_mut(route) else { return };
        *own.answers.entry((method, status)).or_default() += 1;
        let times = if is_kept { &mut own.kept } else { &mut own.made };
        times.add(took);
    }

    pub(super) fn write(&self, page: &mut Page) {
        let routes = unpoisoned(&self.routes);
        page.family("http_requests_total", "counter", "Answers by route, method and status.");
        for (route, own) in &*routes {
            for ((method, status), count) in &own.answers {
                let status = status.to_string();
                let labels = [("route", route.as_str()), ("method", *method), ("status", status.as_str())];
                page.sample("http_requests_total", &labels, count);
            }
        }
        page.family("http_request_seconds", "histogram", "Time until an answer began, kept pages apart.");
        for (route, own) in &*routes {
            own.made.write(page, route, "no");
            own.kept.write(page, route, "yes");
        }
        drop(routes);
        self.write_failed(page);
    }

    fn write_failed(&self, page: &mut Page) {
        let failed = unpoisoned(&self.failed);
        page.family(
            "http_failed_total",
            "counter",
            "Answers of 500 and above by status, those about being ready not counted.",
        );
        let statuses: BTreeSet<u16> = FAILURES.into_iter().chain(failed.keys().copied()).collect();
        for status in statuses {
            let count = failed.get(&status).copied().unwrap_or(0);
            page.sample("http_failed_total", &[("status", status.to_string().as_str())], count);
        }
    }
}

impl Times {
    fn add(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS.iter().position(|bound| micros <= *bound).unwrap_or(BOUNDS.len());
        self.counts[place] += 1;
        self.micros = self.micros.saturating_add(micros);
    }

    /// Most routes are never answered from memory: what was not has no series.
    fn write(&self, page: &mut Page, route: &str, kept: &str) {
        if self.counts.iter().all(|count| *count == 0) {
            return;
        }
        let mut sum = 0;
        for (place, count) in self.counts.iter().enumerate() {
            sum += count;
            let bound = BOUNDS.get(place).map_or_else(|| "+Inf".to_owned(), |micros| seconds(*micros));
            let labels = [("route", route), ("kept", kept), ("le", bound.as_str())];
            page.sample("http_request_seconds_bucket", &labels, sum);
        }
        let labels = [("route", route), ("kept", kept)];
        page.sample("http_request_seconds_sum", &labels, seconds(self.micros));
        page.sample("http_request_seconds_count", &labels, sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRODUCT: &str = "/p/{slug}";

    #[track_caller]
    fn check(answers: &Answers, expected: &[&str]) {
        let mut page = Page::new();
        answers.write(&mut page);
        let out = page.finish();
        for line in expected {
            assert!(out.lines().any(|own| own == *line), "{line} in\n{out}");
        }
    }

    #[test]
    fn times_are_cumulative_and_a_bound_is_within() {
        let answers = Answers::new();
        answers.count(PRODUCT, "GET", 200, Duration::from_micros(2_000), false);
        answers.count(PRODUCT, "GET", 404, Duration::from_secs(9), false);
        check(
            &answers,
            &[
                r#"onshelf_http_requests_total{route="/p/{slug}",method="GET",status="404"} 1"#,
                r#"onshelf_http_request_seconds_bucket{route="/p/{slug}",kept="no",le="0.001"} 0"#,
                r#"onshelf_http_request_seconds_bucket{route="/p/{slug}",kept="no",le="0.002"} 1"#,
                r#"onshelf_http_request_seconds_bucket{route="/p/{slug}",kept="no",le="+Inf"} 2"#,
                r#"onshelf_http_request_seconds_sum{route="/p/{slug}",kept="no"} 9.002"#,
            ],
        );
    }

    #[test]
    fn kept_pages_hide_no_slow_one() {
        let answers = Answers::new();
        answers.count(PRODUCT, "GET", 200, Duration::from_secs(1), false);
        for _ in 0..1_000 {
            answers.count(PRODUCT, "GET", 200, Duration::from_micros(20), true);
        }
        check(
            &answers,
            &[
                r#"onshelf_http_requests_total{route="/p/{slug}",method="GET",status="200"} 1001"#,
                r#"onshelf_http_request_seconds_bucket{route="/p/{slug}",kept="no",le="0.25"} 0"#,
                r#"onshelf_http_request_seconds_count{route="/p/{slug}",kept="no"} 1"#,
                r#"onshelf_http_request_seconds_count{route="/p/{slug}",kept="yes"} 1000"#,
            ],
        );
    }

    #[test]
    fn every_failure_is_counted_but_that_it_is_not_ready() {
        let answers = Answers::new();
        check(
            &answers,
            &[r#"onshelf_http_failed_total{status="500"} 0"#, r#"onshelf_http_failed_total{status="503"} 0"#],
        );
        answers.count(PRODUCT, "GET", 503, Duration::ZERO, false);
        answers.count("/api/v1/orders", "POST", 503, Duration::ZERO, false);
        answers.count(READINESS, "GET", 503, Duration::ZERO, false);
        answers.count(PRODUCT, "GET", 404, Duration::ZERO, false);
        check(
            &answers,
            &[
                r#"onshelf_http_failed_total{status="500"} 0"#,
                r#"onshelf_http_failed_total{status="503"} 2"#,
                r#"onshelf_http_requests_total{route="/health/ready",method="GET",status="503"} 1"#,
            ],
        );
    }
}
