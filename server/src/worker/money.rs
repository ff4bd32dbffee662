//! Asking payment providers what became of payments, and giving money back: until each is known to have ended.

use onshelf_shop::Shop;
use tokio_util::sync::CancellationToken;

use super::errands::run;

/// Does what is due until told to stop.
pub(super) async fn watch(shop: &Shop, stop: &CancellationToken) {
    let looks = run(
        "payments",
        stop,
        |limit| shop.due_payments(limit),
        |payment| shop.look_at(payment),
        || shop.payments_woken(),
    );
    let refunds = run(
        "payments",
        stop,
        |limit| shop.due_refunds(limit),
        |refund| shop.send_refund(refund),
        || shop.refunds_woken(),
    );
    tokio::join!(looks, refunds);
}
