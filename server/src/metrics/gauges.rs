//! What the shop says of itself when it is asked: queues, ages, holds, stock, money.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use onshelf_shop::{
    Shop, fulfilment,
    pulse::{Pulse, SlowPulse, Waiting},
};
use tokio::sync::Mutex;

use super::text::{Page, seconds};

/// How long what is dear to find out is told again.
const SLOW: Duration = Duration::from_secs(60);
/// How long a scrape waits for the database.
const PATIENCE: Duration = Duration::from_secs(2);

/// Cheap to clone; one a listener.
#[derive(Clone)]
pub(super) struct Gauges(Arc<Inside>);

struct Inside {
    shop: Shop,
    fresh: Duration,
    started: i64,
    /// Whoever scrapes at the same time waits for the same answer.
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    pulse: Option<(Instant, Option<Pulse>)>,
    slow: Option<(Instant, SlowPulse)>,
}

impl Gauges {
    pub(super) fn new(shop: Shop, fresh: Duration) -> Gauges {
        let started = shop.now_ms();
        Gauges(Arc::new(Inside { shop, fresh, started, kept: Mutex::default() }))
    }

    pub(super) async fn write(&self, page: &mut Page) {
        let shop = &self.0.shop;
        page.family("build_info", "gauge", "Always 1; which version runs on which engine.");
        let labels = [("version", env!("CARGO_PKG_VERSION")), ("engine", shop.db().engine())];
        page.sample("build_info", &labels, 1);
        page.gauge(
            "start_time_seconds",
            "When this process began to serve, in Unix time.",
            millis(self.0.started),
        );
        write_catalogue(page, shop);
        write_load(page, shop);
        write_clocks(page, shop);
        let (pulse, slow) = self.ask().await;
        page.gauge("database_up", "Whether the database answers.", u8::from(pulse.is_some()));
        if let Some(pulse) = pulse {
            write_pulse(page, &pulse);
        }
        if let Some(slow) = slow {
            write_slow(page, &slow, shop.now_ms());
        }
    }

    /// What was said within the last seconds, or else what is said now.
    async fn ask(&self) -> (Option<Pulse>, Option<SlowPulse>) {
        let inside = &self.0;
        let mut kept = inside.kept.lock().await;
        if kept.pulse.as_ref().is_none_or(|(at, _)| at.elapsed() >= inside.fresh) {
            kept.pulse = Some((Instant::now(), in_time(inside.shop.pulse()).await));
        }
        let pulse = kept.pulse.as_ref().and_then(|(_, pulse)| pulse.clone());
        let lasts = if inside.fresh.is_zero() { Duration::ZERO } else { SLOW };
        if pulse.is_some() && kept.slow.as_ref().is_none_or(|(at, _)| at.elapsed() >= lasts) {
            // What took too long is tried again with the next scrape; until then the old is told.
            if let Some(slow) = in_time(inside.shop.slow_pulse()).await {
                kept.slow = Some((Instant::now(), slow));
            }
        }
        let slow = kept.slow.as_ref().map(|(_, slow)| slow.clone());
        (pulse, slow)
    }
}

/// None where the database fails or does not answer soon.
async fn in_time<T>(answer: impl Future<Output = onshelf_shop::Result<T>>) -> Option<T> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(answer)) => Some(answer),
        Ok(Err(error)) => {
            tracing::warn!(
                %error,
                "The database did not answer the metrics ({error}); a scrape goes without it."
            );
            None
        }
        Err(_) => {
            let seconds = PATIENCE.as_secs();
            tracing::warn!(
                "The database did not answer the metrics in {seconds} s; a scrape goes without it."
            );
            None
        }
    }
}

fn write_catalogue(page: &mut Page, shop: &Shop) {
    let book = shop.book();
    page.gauge("products", "Products in the catalogue.", book.catalogue.products().len());
    page.gauge("variants", "Variants in the catalogue.", book.catalogue.variants().len());
    page.gauge("stores", "Stores.", book.stores.len());
    page.gauge("levels", "Stock levels known.", shop.shelves().count());
}

fn write_load(page: &mut Page, shop: &Shop) {
    let load = shop.db().load();
    page.gauge(
        "database_writes_under_way",
        "Units of work asked for and not answered, those that wait their turn included.",
        load.writes,
    );
    page.counter(
        "database_commits_total",
        "Transactions committed since the process began; what is asked for at once shares one.",
        load.commits,
    );
    page.family("database_connections", "gauge", "Open connections of the pool.");
    page.sample("database_connections", &[("state", "busy")], load.busy);
    page.sample("database_connections", &[("state", "idle")], load.idle);
}

/// One that has told no time yet has no series.
fn write_clocks(page: &mut Page, shop: &Shop) {
    let name = "provider_clock_ahead_seconds";
    page.family(name, "gauge", "How far a payment provider's clock is before ours, as its last answer told.");
    for code in shop.providers() {
        let ahead = shop.payment_provider(code).and_then(|provider| provider.clock_ahead());
        if let Some(ahead) = ahead {
            page.sample(name, &[("provider", code.code())], ahead.as_secs());
        }
    }
}

fn write_pulse(page: &mut Page, pulse: &Pulse) {
    write_waiting(page, "outbox_jobs", "outbox_oldest_seconds", "kind", "jobs in the outbox", &pulse.outbox);
    write_waiting(
        page,
        "reservations",
        "reservations_oldest_seconds",
        "status",
        "reservations that are not over",
        &pulse.reservations,
    );
    page.gauge("holds", "Live holds.", pulse.holds);
    page.gauge("units_held", "Units that live holds keep.", pulse.units_held);
    page.gauge(
        "holds_overdue",
        "Reservations past their moment that nobody has ended yet.",
        pulse.overdue.count,
    );
    page.gauge(
        "holds_overdue_seconds",
        "How long the oldest of them has been past it.",
        millis(pulse.overdue.oldest),
    );
    for (name, what, waiting) in [
        ("payments_due", "Payments a provider is to be asked about now", pulse.payments_due),
        ("refunds_due", "Refunds to be carried out now", pulse.refunds_due),
    ] {
        page.gauge(name, &format!("{what}."), waiting.count);
        let oldest = format!("{name}_oldest_seconds");
        page.gauge(&oldest, &format!("{what}: how long the oldest has been due."), millis(waiting.oldest));
    }
    page.gauge("payments_open", "Payments that have not ended.", pulse.payments_open);
    page.gauge(
        "payments_stuck",
        "Payments that should have ended ten minutes ago and have not.",
        pulse.payments_stuck,
    );
}

fn write_waiting(
    page: &mut Page,
    name: &str,
    oldest: &str,
    label: &str,
    what: &str,
    all: &[(String, Waiting)],
) {
    page.family(name, "gauge", &format!("How many {what}, by {label}."));
    for (own, waiting) in all {
        page.sample(name, &[(label, own.as_str())], waiting.count);
    }
    page.family(oldest, "gauge", &format!("How long the oldest of the {what} has waited, by {label}."));
    for (own, waiting) in all {
        page.sample(oldest, &[(label, own.as_str())], millis(waiting.oldest));
    }
}

fn write_slow(page: &mut Page, slow: &SlowPulse, now: i64) {
    page.gauge("levels_empty", "Stock levels with nothing to promise.", slow.levels_empty);
    page.gauge("levels_low", "Stock levels with one or two to promise.", slow.levels_low);
    page.gauge("refunds_failed", "Refunds a person must look at.", slow.refunds_failed);
    page.gauge(
        "webhooks_unknown",
        "Signed webhooks of the last 30 days about payments nobody here knows.",
        slow.webhooks_unknown,
    );
    write_promises(page, &slow.promises);
    if let Some((at, faults)) = slow.audited {
        page.gauge("audit_age_seconds", "How long ago the books were last audited.", millis(now - at));
        page.gauge("audit_faults", "Faults that the last audit found.", faults);
    }
}

/// A store and a way each; a store nobody was promised anything at has no series.
fn write_promises(page: &mut Page, promises: &[fulfilment::Kept]) {
    let mut family = |name: &str, help: &str, value: fn(&fulfilment::Kept) -> i64| {
        page.family(name, "gauge", help);
        for one in promises {
            page.sample(name, &[("store", &one.store), ("way", one.way.code())], value(one));
        }
    };
    family("promises_due", "Promises to shoppers that fell due within the last 28 days.", |one| one.promised);
    family("promises_kept", "Of these, those kept whole and by the moment promised first.", |one| one.kept);
}

fn millis(millis: i64) -> String {
    seconds(u64::try_from(millis).unwrap_or(0).saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use onshelf_vocabulary::fulfilment::Way;

    use super::*;

    #[test]
    fn promises_are_told_a_store_and_a_way() {
        let one =
            fulfilment::Kept { store: "seongsu".to_owned(), way: Way::Collect, promised: 212, kept: 200 };
        let mut page = Page::new();
        write_promises(&mut page, &[one]);
        let out = page.finish();
        assert!(out.contains(r#"onshelf_promises_due{store="seongsu",way="collect"} 212"#), "{out}");
        assert!(out.contains(r#"onshelf_promises_kept{store="seongsu",way="collect"} 200"#), "{out}");
    }
}
