//! A step of a reservation with all that follows from it, in one transaction: the state, the stock, the messages, and
//! the order it belongs to.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::ReservationRow,
    orders,
    stock::{self, Cause, LevelKey},
};
use onshelf_domain::fulfilment::{Step, StockEffect};
use onshelf_vocabulary::{
    fulfilment::{Astray, ReservationRefusal, ReservationStatus},
    staff::StaffRefusal,
};

use super::{astray::end_journey, follow::follow, taken_back::take_back};
use crate::{Error, Result, fulfilment::state_of, jobs};

/// Carries out a step: the state, only from where it was decided; the stock; the messages. One transaction. Answers
/// what left the shelves' books.
pub(crate) async fn write_step(
    tx: &mut Tx<'_>,
    row: &ReservationRow,
    step: Step,
    actor: &str,
    now: Timestamp,
) -> Result<Vec<(LevelKey, i64)>> {
    let at = now.as_millisecond();
    let to = step.reservation.written_status();
    if let Some(order_id) = row.order_id {
        // What follows for the order is decided by one at a time: whoever gives money back sees what went back before.
        orders::lock(tx, order_id).await?;
    }
    let charged = row.order_id.map(|_| (row.total, row.asked));
    if !onshelf_db::fulfilment::set_status(tx, row.id, &row.status, to.code(), charged, at).await? {
        // Somebody was quicker: run again, and decide on what they left.
        return Err(onshelf_db::Error::Contended.into());
    }
    let mut handed = Vec::new();
    match step.effect {
        StockEffect::Keep => keep(tx, row, step, at).await?,
        StockEffect::Release => {
            stock::release(tx, row.id, at).await?;
        }
        StockEffect::Consume => {
            let cause = Cause { reason: "hand_over", reference: &row.number, actor, at };
            handed = leave(tx, row, row.store_id, cause).await?;
        }
        StockEffect::Dispatch => {
            let cause = Cause { reason: "dispatch", reference: &row.number, actor, at };
            handed = leave(tx, row, row.source_id.unwrap_or(row.store_id), cause).await?;
        }
        StockEffect::WriteOff => {
            let cause = Cause { reason: "not_found", reference: &row.number, actor, at };
            stock::lose(tx, row.id, cause).await?;
        }
        StockEffect::Receive => receive(tx, row, step, actor, at).await?,
        StockEffect::TakeBack => take_back(tx, row, step, actor, at).await?,
        StockEffect::Lose => end_journey(tx, row, Astray::Lost, actor, at).await?,
        StockEffect::Return => end_journey(tx, row, Astray::CameBack, actor, at).await?,
    }
    match row.order_id {
        None => jobs::announce_reservation(tx, &row.number, to, at).await?,
        Some(order_id) => follow(tx, order_id, row, to, now).await?,
    }
    Ok(handed)
}

/// What it holds leaves the shelf's book. What was handed over while its hold still lasted, and is only told when that is
/// over and somebody else may have it, has left as well.
async fn leave(
    tx: &mut Tx<'_>,
    row: &ReservationRow,
    store_id: i64,
    cause: Cause<'_>,
) -> Result<Vec<(LevelKey, i64)>> {
    let mut handed = stock::consume(tx, row.id, cause).await?;
    for (key, wanted) in levels(tx, row, store_id).await? {
        let held: i64 = handed.iter().filter(|(own, _)| *own == key).map(|(_, quantity)| quantity).sum();
        if held < wanted {
            stock::sell(tx, key, wanted - held, cause).await?;
            handed.push((key, wanted - held));
        }
    }
    Ok(handed)
}

/// Its lines as levels of a store, each once, in key order: how levels are always locked.
pub(super) async fn levels(
    tx: &mut Tx<'_>,
    row: &ReservationRow,
    store_id: i64,
) -> Result<Vec<(LevelKey, i64)>> {
    let mut levels = std::collections::BTreeMap::new();
    for line in onshelf_db::fulfilment::lines(tx, row.id).await? {
        *levels.entry(LevelKey { store_id, variant_id: line.variant_id }).or_insert(0) += line.quantity;
    }
    Ok(levels.into_iter().collect())
}

/// It stays held; what became ready later than it was to be is kept longer.
async fn keep(tx: &mut Tx<'_>, row: &ReservationRow, step: Step, at: i64) -> Result<()> {
    let expires_at = step.reservation.expires_at().as_millisecond();
    if expires_at > row.expires_at {
        stock::keep_until(tx, row.id, expires_at, at).await?;
        onshelf_db::fulfilment::set_expiry(tx, row.id, expires_at).await?;
    }
    Ok(())
}

/// What has come from another store is on hand at the one that hands it over, and kept for its owner.
async fn receive(tx: &mut Tx<'_>, row: &ReservationRow, step: Step, actor: &str, at: i64) -> Result<()> {
    let expires_at = step.reservation.expires_at().as_millisecond();
    let lines = levels(tx, row, row.store_id).await?;
    let cause = Cause { reason: "arrive", reference: &row.number, actor, at };
    stock::receive(tx, row.id, &lines, expires_at, cause).await?;
    onshelf_db::fulfilment::set_expiry(tx, row.id, expires_at).await?;
    Ok(())
}

/// Decides and carries out one step of a store's reservation; answers what left the shelves' books.
pub(super) async fn step(
    tx: &mut Tx<'_>,
    store_id: i64,
    row: &ReservationRow,
    actor: &str,
    now: Timestamp,
    decide: impl FnOnce(onshelf_domain::fulfilment::Reservation) -> Result<Step, ReservationRefusal>,
) -> Result<Vec<(LevelKey, i64)>> {
    let state = state_of(row)?;
    let step = decide(state)?;
    refuse_other_store(row, store_id, state.status_at(now), step)?;
    write_step(tx, row, step, actor, now).await
}

/// What comes from another store is picked and sent there; where it waits it is taken in and handed over. Before it is
/// sent either may give it up.
pub(super) fn refuse_other_store(
    row: &ReservationRow,
    store_id: i64,
    status: ReservationStatus,
    step: Step,
) -> Result<()> {
    let is_at_source = matches!(status, ReservationStatus::Placed | ReservationStatus::Picking);
    let whose = if is_at_source { row.source_id.unwrap_or(row.store_id) } else { row.store_id };
    if store_id == whose || is_at_source && step.effect == StockEffect::Release {
        Ok(())
    } else {
        Err(StaffRefusal::NotYours.into())
    }
}

/// A till that was paid for a reservation hands it over whole; answers what left the shelves' books.
pub(super) async fn answer_at_till(
    tx: &mut Tx<'_>,
    store_id: i64,
    number: &str,
    actor: &str,
    now: i64,
) -> Result<Vec<(LevelKey, i64)>> {
    let now = Timestamp::from_millisecond(now).map_err(Error::internal)?;
    let row = onshelf_db::fulfilment::at_store(tx, number, store_id).await?.ok_or(Error::NotFound)?;
    step(tx, store_id, &row, actor, now, |reservation| reservation.hand_over(now)).await
}
