//! Events for partners: written as one delivery for each that wants it, in the transaction of what happened.

use onshelf_db::{
    Tx,
    partners::{self, EndpointRow},
};
use onshelf_vocabulary::fulfilment::ReservationStatus;
use serde_json::Value;

use super::{Job, OrderNews, STOCK_CHANGED, enqueue_all};
use crate::{Error, Result, Shop};

/// Whoever collects an order is on the way, or waits outside.
pub(crate) const ON_WAY: &str = "order.on_way";
pub(crate) const ARRIVED: &str = "order.arrived";

/// Something partners may want to know.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// `reservation.placed`
    pub name: String,
    pub data: Value,
    /// When it happened.
    pub at: i64,
}

impl Event {
    pub(super) fn of_reservation(number: &str, status: ReservationStatus, at: i64) -> Event {
        let data = serde_json::json!({ "number": number, "status": status.code() });
        Event { name: format!("reservation.{}", status.code()), data, at }
    }
}

/// Writes a delivery of each event for each partner that wants it.
pub(crate) async fn tell_partners(tx: &mut Tx<'_>, events: &[Event], now: i64) -> Result<()> {
    let mut deliveries = Vec::new();
    for endpoint in partners::endpoints(tx).await? {
        let wanted = wanted(&endpoint)?;
        let events = events.iter().filter(|event| wanted.iter().any(|pattern| matches(pattern, &event.name)));
        deliveries.extend(events.cloned().map(|Event { name, data, at }| Job::Delivery {
            endpoint: endpoint.id,
            event: name,
            data,
            at,
        }));
    }
    enqueue_all(tx, deliveries.into_iter(), now).await
}

impl Shop {
    /// Whether a partner wants events of this name.
    pub(super) async fn somebody_wants(&self, event: &str) -> Result<bool> {
        let mut reader = self.db().reader().await?;
        let endpoints = partners::endpoints(&mut reader.tx()).await?;
        endpoints.iter().try_fold(false, |found, endpoint| {
            Ok(found || wanted(endpoint)?.iter().any(|pattern| matches(pattern, event)))
        })
    }

    /// Where and with which secret a delivery goes; none when the partner has gone or was disabled.
    pub async fn endpoint(&self, id: i64) -> Result<Option<(String, String)>> {
        let mut reader = self.db().reader().await?;
        let all = partners::endpoints(&mut reader.tx()).await?;
        Ok(all.into_iter().find(|endpoint| endpoint.id == id).map(|endpoint| (endpoint.url, endpoint.secret)))
    }

    /// Sends a partner nothing more until it is added again, and leaves that in the trail; answers its host, to be
    /// told by.
    pub async fn disable_webhook(&self, id: i64) -> Result<Option<String>> {
        let now = self.now_ms();
        self.db()
            .write(move |mut tx| {
                Box::pin(async move {
                    let Some(url) = partners::disable_endpoint(&mut tx, id).await? else {
                        return Ok::<_, Error>(None);
                    };
                    let host = url.split('/').nth(2).unwrap_or_default().to_owned();
                    onshelf_db::staff::trail(&mut tx, "outbox", "webhook.disabled", &host, now).await?;
                    Ok(Some(host))
                })
            })
            .await
    }
}

/// Whether there are events that this pattern asks for. Whoever asks for others would wait for ever.
#[must_use]
pub fn is_told(pattern: &str) -> bool {
    let reservations = ReservationStatus::ALL.map(|status| format!("reservation.{}", status.code()));
    let orders = OrderNews::ALL.map(|news| format!("order.{}", news.code()));
    let others = [ON_WAY, ARRIVED, STOCK_CHANGED].map(str::to_owned);
    reservations.iter().chain(&orders).chain(&others).any(|event| matches(pattern, event))
}

fn wanted(endpoint: &EndpointRow) -> Result<Vec<String>> {
    Ok(serde_json::from_str(&endpoint.events)?)
}

/// `reservation.*` matches all below, `*` everything.
fn matches(pattern: &str, event: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => event.starts_with(prefix),
        None => pattern == event,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_is_ever_told_cannot_be_asked_for() {
        for pattern in ["*", "reservation.*", "order.paid", "order.on_way", "stock.changed", "stock.*"] {
            assert!(is_told(pattern), "{pattern}");
        }
        for pattern in ["", "order", "order.", "reservation.plased", "orders.*", "stock.sold", "*.paid"] {
            assert!(!is_told(pattern), "{pattern}");
        }
    }
}
