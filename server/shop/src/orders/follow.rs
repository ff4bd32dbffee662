//! What follows for an order when one of its groups takes a step: messages, money, passes, windows. Written in the
//! transaction of the step.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::ReservationRow,
    orders::{self, OrderRow},
    passes::{self, ended},
    payments,
};
use onshelf_vocabulary::fulfilment::ReservationStatus::{
    self, Cancelled, Collected, Delivered, Expired, NotFound, OutForDelivery, Ready,
};

use super::refund::refund_order;
use crate::{
    Error, Result,
    jobs::{Job, OrderNews, announce_order, enqueue},
};

/// A group of this order is now `to`.
pub(crate) async fn follow(
    tx: &mut Tx<'_>,
    order_id: i64,
    row: &ReservationRow,
    to: ReservationStatus,
    now: Timestamp,
) -> Result<()> {
    let at = now.as_millisecond();
    let order =
        orders::by_id(tx, order_id).await?.ok_or_else(|| Error::internal("a group without its order"))?;
    if matches!(to, Cancelled | Expired | NotFound) {
        let by = if to == Expired { ended::EXPIRED } else { ended::OVER };
        passes::revoke(tx, row.id, by, at).await?;
        if let Some(window) = row.window_at {
            orders::leave_window(tx, row.store_id, window).await?;
        }
    }
    match to {
        Collected => {
            passes::collected(tx, row.id, at).await?;
            recognise(tx, &order, row, at).await?;
        }
        Delivered => recognise(tx, &order, row, at).await?,
        Cancelled | Expired => give_back(tx, &order, row, to, at).await?,
        NotFound => enqueue(tx, &Job::Heal { group: row.number.clone() }, at).await?,
        _ => {}
    }
    let Some(about) = news(row, to) else { return Ok(()) };
    announce_order(tx, &order.number, Some(&row.number), about, at).await
}

/// What its owner is told; what was never paid ends in silence, as does what they were only offered.
fn news(row: &ReservationRow, to: ReservationStatus) -> Option<OrderNews> {
    let was_pending = row.status == ReservationStatus::Pending.code();
    match to {
        Ready => Some(OrderNews::Ready),
        OutForDelivery => Some(OrderNews::OutForDelivery),
        Delivered => Some(OrderNews::Delivered),
        Collected => Some(OrderNews::Collected),
        Cancelled if !was_pending => Some(OrderNews::Cancelled),
        Expired if !was_pending => Some(OrderNews::Expired),
        _ => None,
    }
}

/// The money of a group that will not be had goes back. For an offer that was not taken that is the money of the
/// group it stood in for.
async fn give_back(
    tx: &mut Tx<'_>,
    order: &OrderRow,
    row: &ReservationRow,
    to: ReservationStatus,
    at: i64,
) -> Result<()> {
    if order.settled_at.is_none() {
        return Ok(());
    }
    if to == Expired && row.status == ReservationStatus::Pending.code() && row.offered_for.is_none() {
        return Ok(());
    }
    let number = row.offered_for.as_deref().filter(|_| row.status == ReservationStatus::Pending.code());
    refund_order(tx, order, number.unwrap_or(&row.number), row.asked, to.code(), at).await?;
    Ok(())
}

/// What was paid for is handed over: from now on it is a sale.
async fn recognise(tx: &mut Tx<'_>, order: &OrderRow, row: &ReservationRow, at: i64) -> Result<()> {
    if order.settled_at.is_none() || row.asked == 0 {
        return Ok(());
    }
    let entry = format!("sale:{}", row.number);
    let amounts = [("customer", row.asked), ("sales", row.tax - row.asked), ("tax", -row.tax)];
    payments::book(tx, &entry, order.id, &order.currency, &amounts, at).await?;
    Ok(())
}
