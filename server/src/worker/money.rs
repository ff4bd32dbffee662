//! Asking payment providers what became of payments, and giving money back: until each is known to have ended.

use std::time::Duration;

use onshelf_shop::Shop;
use tokio_util::sync::CancellationToken;

use crate::metrics::METER;

/// A lost wake-up costs no more than this.
const POLL: Duration = Duration::from_secs(1);

/// Does what is due until told to stop; a round that has begun is finished.
pub(super) async fn watch(shop: &Shop, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let looked = shop.look_at_payments().await;
        let sent = shop.send_refunds().await;
        for failed in [&looked, &sent].into_iter().filter_map(|round| round.as_ref().err()) {
            METER.count_failure("payments");
            tracing::warn!(error = %failed, "A round of payments failed; it is tried again.");
        }
        if looked.unwrap_or(0) + sent.unwrap_or(0) > 0 {
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = shop.payments_woken() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}
