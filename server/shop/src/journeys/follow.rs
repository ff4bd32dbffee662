//! What follows for an order when one of its groups takes a step: messages, money, passes, windows. Written in the
//! transaction of the step.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders::{self, OrderRow},
    passes::{self, ended},
    payments,
};
use onshelf_vocabulary::fulfilment::ReservationStatus::{
    self, Cancelled, Collected, Delivered, Expired, NotFound, OutForDelivery, Ready,
};

use crate::{
    Error, Result,
    jobs::{Job, OrderNews, announce_order, enqueue},
    orders::{close_group, count_anew, end_rivals, refund_rest},
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
        close_group(tx, row, by, at).await?;
    }
    match to {
        Collected => {
            passes::collected(tx, row.id, at).await?;
            recognise(tx, &order, row, at).await?;
        }
        Delivered => recognise(tx, &order, row, at).await?,
        Ready if row.status == Collected.code() => {
            passes::open_again(tx, row.id, row.ended_at.unwrap_or(at)).await?;
            take_back_sale(tx, &order, row, at).await?;
        }
        Cancelled | Expired => {
            give_back(tx, &order, row, to, at).await?;
            count_anew(tx, &order).await?;
        }
        NotFound => {
            count_anew(tx, &order).await?;
            enqueue(tx, &Job::Heal { group: row.number.clone() }, at).await?;
        }
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

/// The money of a group that will not be had goes back. Where one of several offers is not taken none of them is, and
/// it is the money of the group they stood in for.
async fn give_back(
    tx: &mut Tx<'_>,
    order: &OrderRow,
    row: &ReservationRow,
    to: ReservationStatus,
    at: i64,
) -> Result<()> {
    let was_pending = row.status == ReservationStatus::Pending.code();
    let lost = row.offered_for.as_deref().filter(|_| was_pending);
    if lost.is_some() {
        end_rivals(tx, row, at).await?;
        fulfilment::replace(tx, row.id).await?;
    }
    if order.settled_at.is_none() || to == Expired && was_pending && lost.is_none() {
        return Ok(());
    }
    let lost = match lost {
        Some(number) => {
            let lost = fulfilment::of_order_by_number(tx, order.id, number).await?;
            Some(lost.ok_or_else(|| Error::internal("an offer for nothing"))?)
        }
        None => None,
    };
    refund_rest(tx, order, lost.as_ref().unwrap_or(row), to.code(), at).await?;
    Ok(())
}

/// What was paid for is handed over: from now on it is a sale.
async fn recognise(tx: &mut Tx<'_>, order: &OrderRow, row: &ReservationRow, at: i64) -> Result<()> {
    if order.settled_at.is_none() || row.asked == 0 {
        return Ok(());
    }
    // What was taken back and is handed over again is another sale.
    let entry = match taken_back(tx, order, row).await? {
        0 => format!("sale:{}", row.number),
        again => format!("sale:{}:{again}", row.number),
    };
    let amounts = [("customer", row.asked), ("sales", row.tax - row.asked), ("tax", -row.tax)];
    payments::book(tx, &entry, order.id, &order.currency, &amounts, at).await?;
    Ok(())
}

/// It was not handed over after all: what was booked stays, and is made up for.
async fn take_back_sale(tx: &mut Tx<'_>, order: &OrderRow, row: &ReservationRow, at: i64) -> Result<()> {
    if order.settled_at.is_none() || row.asked == 0 {
        return Ok(());
    }
    let entry = format!("unsold:{}:{}", row.number, taken_back(tx, order, row).await?);
    let amounts = [("customer", -row.asked), ("sales", row.asked - row.tax), ("tax", row.tax)];
    payments::book(tx, &entry, order.id, &order.currency, &amounts, at).await?;
    Ok(())
}

/// How often a sale of it was taken back.
async fn taken_back(tx: &mut Tx<'_>, order: &OrderRow, row: &ReservationRow) -> Result<i64> {
    Ok(payments::booked(tx, order.id, &format!("unsold:{}:", row.number)).await?)
}
