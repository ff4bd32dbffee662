//! Ending a group that nobody has any money in, or whose money is another deed's business: it gives back what it
//! holds, and opens nothing any more.

use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders::{self, OrderRow, Sums},
    passes::{self, ended},
    stock,
};
use onshelf_vocabulary::fulfilment::ReservationStatus::{self, Cancelled, Expired, NotFound, Pending};

use super::place::lock_levels;
use crate::{Error, Result};

/// From the state it was read in; whoever was quicker makes this run again.
pub(crate) async fn end_group(
    tx: &mut Tx<'_>,
    row: &ReservationRow,
    to: ReservationStatus,
    by: &str,
    at: i64,
) -> Result<()> {
    if !fulfilment::set_status(tx, row.id, &row.status, to.code(), None, at).await? {
        return Err(onshelf_db::Error::Contended.into());
    }
    stock::release(tx, row.id, at).await?;
    close_group(tx, row, by, at).await
}

/// Its passes open nothing any more, ended `by` one of [`ended`], and its place in a window is somebody else's.
pub(crate) async fn close_group(tx: &mut Tx<'_>, row: &ReservationRow, by: &str, at: i64) -> Result<()> {
    passes::revoke(tx, row.id, by, at).await?;
    if let Some(window) = row.window_at {
        orders::leave_window(tx, row.store_id, window).await?;
    }
    Ok(())
}

/// Whoever ends an offer, or takes it, ends its rivals after it: before that the levels of all of them are locked in one
/// order. The order they belong to is locked by then.
pub(crate) async fn lock_with_rivals(tx: &mut Tx<'_>, row: &ReservationRow) -> Result<()> {
    let mut offers = rivals(tx, row).await?;
    if !offers.is_empty() {
        offers.push(row.clone());
    }
    lock_levels(tx, &offers, &[]).await
}

/// Ends what else was offered in the place of what `row` was offered for. Nothing of it is its owner's business any
/// more. The levels are locked by then.
pub(crate) async fn end_rivals(tx: &mut Tx<'_>, row: &ReservationRow, at: i64) -> Result<()> {
    for rival in rivals(tx, row).await? {
        end_group(tx, &rival, Cancelled, ended::OVER, at).await?;
        fulfilment::replace(tx, rival.id).await?;
    }
    Ok(())
}

async fn rivals(tx: &mut Tx<'_>, row: &ReservationRow) -> Result<Vec<ReservationRow>> {
    let (Some(order_id), Some(lost)) = (row.order_id, &row.offered_for) else { return Ok(Vec::new()) };
    let mut rivals = fulfilment::of_order(tx, order_id).await?;
    rivals.retain(|rival| {
        rival.id != row.id && rival.status == Pending.code() && rival.offered_for.as_ref() == Some(lost)
    });
    Ok(rivals)
}

/// What is paid at a counter is what can be had: the sums of such an order follow its groups. What was paid online
/// stays as it was, and refunds are told beside it.
pub(crate) async fn count_anew(tx: &mut Tx<'_>, order: &OrderRow) -> Result<()> {
    if order.provider.is_some() {
        return Ok(());
    }
    // Of two groups that are lost at once the second is counted with the first.
    orders::lock(tx, order.id).await?;
    // Of what was given up as a whole it is told what it would have been.
    let (mut left, mut given_up) = (Sums::default(), Sums::default());
    let mut goes_on = false;
    for row in fulfilment::of_order(tx, order.id).await? {
        let status =
            ReservationStatus::from_code(&row.status).ok_or_else(|| Error::internal("no such status"))?;
        match status {
            Pending | NotFound => {}
            Cancelled | Expired => add(&mut given_up, &row),
            _ => {
                goes_on = true;
                add(&mut left, &row);
            }
        }
    }
    orders::set_sums(tx, order.id, if goes_on { left } else { given_up }).await?;
    Ok(())
}

fn add(sums: &mut Sums, row: &ReservationRow) {
    sums.subtotal += row.total;
    sums.fees += row.fee;
    sums.tax += row.tax;
    sums.total += row.asked;
}
