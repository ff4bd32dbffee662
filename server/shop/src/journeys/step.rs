//! A step of a reservation with all that follows from it, in one transaction: the state, the stock, the messages, and
//! the order it belongs to.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::ReservationRow,
    stock::{self, Cause, LevelKey},
};
use onshelf_domain::fulfilment::{Step, StockEffect};
use onshelf_vocabulary::fulfilment::ReservationRefusal;

use super::follow::follow;
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
    if !onshelf_db::fulfilment::set_status(tx, row.id, &row.status, to.code(), at).await? {
        // Somebody was quicker: run again, and decide on what they left.
        return Err(onshelf_db::Error::Contended.into());
    }
    if row.order_id.is_some() && !onshelf_db::fulfilment::is_charged(tx, row).await? {
        return Err(onshelf_db::Error::Contended.into());
    }
    let mut handed = Vec::new();
    match step.effect {
        StockEffect::Keep => {}
        StockEffect::Release => {
            stock::release(tx, row.id, at).await?;
        }
        StockEffect::Consume => {
            let cause = Cause { reason: "hand_over", reference: &row.number, actor, at };
            handed = stock::consume(tx, row.id, cause).await?;
        }
        StockEffect::Dispatch => {
            let cause = Cause { reason: "dispatch", reference: &row.number, actor, at };
            handed = stock::consume(tx, row.id, cause).await?;
        }
        StockEffect::WriteOff => {
            let cause = Cause { reason: "not_found", reference: &row.number, actor, at };
            stock::lose(tx, row.id, cause).await?;
        }
        StockEffect::Receive => receive(tx, row, step, actor, at).await?,
    }
    match row.order_id {
        None => jobs::announce_reservation(tx, &row.number, to, at).await?,
        Some(order_id) => follow(tx, order_id, row, to, now).await?,
    }
    Ok(handed)
}

/// What has come from another store is on hand at the one that hands it over, and kept for its owner.
async fn receive(tx: &mut Tx<'_>, row: &ReservationRow, step: Step, actor: &str, at: i64) -> Result<()> {
    let expires_at = step.reservation.expires_at().as_millisecond();
    let mut lines: Vec<(LevelKey, i64)> = onshelf_db::fulfilment::lines(tx, row.id)
        .await?
        .into_iter()
        .map(|line| (LevelKey { store_id: row.store_id, variant_id: line.variant_id }, line.quantity))
        .collect();
    lines.sort_unstable();
    let cause = Cause { reason: "arrive", reference: &row.number, actor, at };
    stock::receive(tx, row.id, &lines, expires_at, cause).await?;
    onshelf_db::fulfilment::set_expiry(tx, row.id, expires_at).await?;
    Ok(())
}

/// Decides and carries out one step of a store's reservation; answers what left the shelves' books.
pub(crate) async fn step(
    tx: &mut Tx<'_>,
    store_id: i64,
    number: &str,
    actor: &str,
    now: Timestamp,
    decide: impl FnOnce(onshelf_domain::fulfilment::Reservation) -> Result<Step, ReservationRefusal>,
) -> Result<Vec<(LevelKey, i64)>> {
    let row = onshelf_db::fulfilment::at_store(tx, number, store_id).await?.ok_or(Error::NotFound)?;
    let step = decide(state_of(&row)?)?;
    write_step(tx, &row, step, actor, now).await
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
    step(tx, store_id, number, actor, now, |reservation| reservation.hand_over(now)).await
}
