//! A hand-over that was said by mistake is taken back, as long as nothing came of it that cannot be: it waits at the
//! counter again as before, and whoever comes for it shows the same pass.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    payments, staff,
    stock::{self, Cause},
};
use onshelf_domain::fulfilment::Step;
use onshelf_vocabulary::fulfilment::ReservationRefusal;

use crate::{Result, fulfilment::state_of};

/// Whether a hand-over can be taken back at `now`.
pub(crate) async fn can_be_taken_back(tx: &mut Tx<'_>, row: &ReservationRow, now: Timestamp) -> Result<bool> {
    Ok(state_of(row)?.take_back(now).is_ok() && nothing_came_of_it(tx, row).await?)
}

/// The goods are on hand again and held; refused where the hand-over cannot be taken back any more.
pub(super) async fn take_back(
    tx: &mut Tx<'_>,
    row: &ReservationRow,
    step: Step,
    actor: &str,
    at: i64,
) -> Result<()> {
    if !nothing_came_of_it(tx, row).await? {
        let status = state_of(row)?.written_status();
        return Err(ReservationRefusal::WrongState { status }.into());
    }
    let expires_at = step.reservation.expires_at().as_millisecond();
    let cause = Cause { reason: "taken_back", reference: &row.number, actor, at };
    stock::hold_again(tx, row.id, row.store_id, expires_at, cause).await?;
    fulfilment::set_expiry(tx, row.id, expires_at).await?;
    Ok(())
}

/// A till that sold it has given a receipt, and a device that was away keeps it as handed over: only what was said on
/// the board, or over the contract, is the store's to take back. What a till gave back of the order since was given back
/// of what its shopper had.
async fn nothing_came_of_it(tx: &mut Tx<'_>, row: &ReservationRow) -> Result<bool> {
    let Some(handed_at) = row.ended_at else { return Ok(false) };
    if !staff::was_done(tx, "hand_over", &row.number, handed_at).await? {
        return Ok(false);
    }
    let Some(order_id) = row.order_id else { return Ok(true) };
    Ok(!payments::refunded_since(tx, order_id, handed_at).await?)
}
