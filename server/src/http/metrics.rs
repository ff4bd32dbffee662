//! Counts of what the server does, in Prometheus' text form, on a listener of their own.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};
use onshelf_shop::{Shop, fulfilment::Kept};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Of this process.
pub static METER: Meter = Meter::new();

/// Upper bounds in milliseconds.
const BOUNDS: [u64; 11] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000];

/// Counters that only grow, and how many streams are open.
pub struct Meter {
    routes: Mutex<BTreeMap<String, Route>>,
    streams: AtomicI64,
    events: AtomicU64,
    fallen_behind: AtomicU64,
    shed: AtomicU64,
    rate_limited: AtomicU64,
}

#[derive(Default)]
struct Route {
    /// By method and status.
    answers: BTreeMap<(&'static str, u16), u64>,
    /// Not cumulative; the last one is for all above the bounds.
    times: [u64; BOUNDS.len() + 1],
    micros: u64,
}

impl Meter {
    const fn new() -> Meter {
        Meter {
            routes: Mutex::new(BTreeMap::new()),
            streams: AtomicI64::new(0),
            events: AtomicU64::new(0),
            fallen_behind: AtomicU64::new(0),
            shed: AtomicU64::new(0),
            rate_limited: AtomicU64::new(0),
        }
    }

    /// One answer. `route` is the pattern and never the address, so that the number of series stays small.
    pub fn count_answer(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Route::default());
        }
        let Some(own) = routes.get_mut(route) else { return };
        *own.answers.entry((method, status)).or_default() += 1;
        let millis = took.as_millis();
        let place = BOUNDS.iter().position(|bound| millis < u128::from(*bound)).unwrap_or(BOUNDS.len());
        own.times[place] += 1;
        own.micros = own.micros.saturating_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
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

    fn write(&self, out: &mut String) {
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        head(out, "http_requests_total", "counter", "Answers by route, method and status.");
        for (route, own) in &*routes {
            for ((method, status), count) in &own.answers {
                line(
                    out,
                    &format!(
                        "http_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}}"
                    ),
                    count,
                );
            }
        }
        head(out, "http_request_seconds", "histogram", "Time until an answer began.");
        for (route, own) in &*routes {
            write_times(out, route, own);
        }
        let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        head(out, "live_streams", "gauge", "Open live streams.");
        line(out, "live_streams", self.streams.load(Ordering::Relaxed));
        for (name, help, count) in [
            ("live_events_total", "Events written to live streams.", number(&self.events)),
            (
                "live_fallen_behind_total",
                "Live streams ended because they fell behind.",
                number(&self.fallen_behind),
            ),
            ("http_shed_total", "Requests refused because the server was full.", number(&self.shed)),
            (
                "http_rate_limited_total",
                "Requests refused because they came too often.",
                number(&self.rate_limited),
            ),
        ] {
            head(out, name, "counter", help);
            line(out, name, count);
        }
    }
}

fn write_times(out: &mut String, route: &str, own: &Route) {
    let mut sum = 0;
    for (place, count) in own.times.iter().enumerate() {
        sum += count;
        let bound = BOUNDS.get(place).map_or_else(|| "+Inf".to_owned(), |millis| seconds(millis * 1_000));
        line(out, &format!("http_request_seconds_bucket{{route=\"{route}\",le=\"{bound}\"}}"), sum);
    }
    line(out, &format!("http_request_seconds_sum{{route=\"{route}\"}}"), seconds(own.micros));
    line(out, &format!("http_request_seconds_count{{route=\"{route}\"}}"), sum);
}

fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

// Writing to a String cannot fail.
fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP onshelf_{name} {help}\n# TYPE onshelf_{name} {kind}");
}

fn line(out: &mut String, name: &str, value: impl std::fmt::Display) {
    let _ = writeln!(out, "onshelf_{name} {value}");
}

/// `/metrics`, for a listener that the public does not reach.
pub fn router(shop: Shop) -> Router {
    Router::new().route("/metrics", get(show)).with_state(shop)
}

/// Serves `/metrics` until `stop`.
pub async fn serve(listener: TcpListener, shop: Shop, stop: CancellationToken) {
    let served = axum::serve(listener, router(shop)).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, "The metrics are no longer served.");
    }
}

async fn show(State(shop): State<Shop>) -> impl IntoResponse {
    let mut out = String::with_capacity(16 * 1024);
    METER.write(&mut out);
    write_shop(&mut out, &shop).await;
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], out)
}

async fn write_shop(out: &mut String, shop: &Shop) {
    let book = shop.book();
    for (name, help, count) in [
        ("products", "Products in the catalogue.", book.catalogue.products().len()),
        ("variants", "Variants in the catalogue.", book.catalogue.variants().len()),
        ("stores", "Stores.", book.stores.len()),
        ("shelves", "Stock levels known.", shop.shelves().count()),
    ] {
        head(out, name, "gauge", help);
        line(out, name, count);
    }
    let backlog = shop.backlog().await;
    head(out, "database_up", "gauge", "Whether the database answers.");
    line(out, "database_up", u8::from(backlog.is_ok()));
    if let Ok(promises) = shop.promises().await {
        write_promises(out, &promises);
    }
    if let Ok((waiting, oldest)) = backlog {
        head(out, "outbox_jobs", "gauge", "Jobs waiting in the outbox.");
        line(out, "outbox_jobs", waiting);
        head(out, "outbox_oldest_seconds", "gauge", "Age of the oldest waiting job.");
        line(out, "outbox_oldest_seconds", oldest.max(0) / 1_000);
    }
}

/// A store and a way each; a store nobody was promised anything at has no series.
fn write_promises(out: &mut String, promises: &[Kept]) {
    let labels = |one: &Kept| format!("{{store=\"{}\",way=\"{}\"}}", one.store, one.way.code());
    head(out, "promises_due", "gauge", "Promises to shoppers that fell due within the last 28 days.");
    for one in promises {
        line(out, &format!("promises_due{}", labels(one)), one.promised);
    }
    head(out, "promises_kept", "gauge", "Of these, those kept whole and by the moment promised first.");
    for one in promises {
        line(out, &format!("promises_kept{}", labels(one)), one.kept);
    }
}

#[cfg(test)]
mod tests {
    use onshelf_vocabulary::fulfilment::Way;

    use super::*;

    #[test]
    fn promises_are_told_a_store_and_a_way() {
        let one = Kept { store: "seongsu".to_owned(), way: Way::Collect, promised: 212, kept: 200 };
        let mut out = String::new();
        write_promises(&mut out, &[one]);
        assert!(out.contains(r#"onshelf_promises_due{store="seongsu",way="collect"} 212"#), "{out}");
        assert!(out.contains(r#"onshelf_promises_kept{store="seongsu",way="collect"} 200"#), "{out}");
    }

    #[test]
    fn times_are_cumulative() {
        let meter = Meter::new();
        meter.count_answer("/p/{slug}", "GET", 200, Duration::from_micros(1_500));
        meter.count_answer("/p/{slug}", "GET", 404, Duration::from_secs(9));
        let mut out = String::new();
        meter.write(&mut out);
        for expected in [
            r#"onshelf_http_requests_total{route="/p/{slug}",method="GET",status="404"} 1"#,
            r#"onshelf_http_request_seconds_bucket{route="/p/{slug}",le="0.001"} 0"#,
            r#"onshelf_http_request_seconds_bucket{route="/p/{slug}",le="0.002"} 1"#,
            r#"onshelf_http_request_seconds_bucket{route="/p/{slug}",le="+Inf"} 2"#,
            r#"onshelf_http_request_seconds_sum{route="/p/{slug}"} 9.0015"#,
        ] {
            assert!(out.contains(expected), "{expected} in\n{out}");
        }
    }
}
