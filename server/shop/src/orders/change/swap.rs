//! Making a change: old groups give their stock back and new ones hold theirs, and money follows, in one transaction.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders::{self, OrderRow},
    passes,
};
use onshelf_domain::orders::overall;
use onshelf_vocabulary::{fulfilment::ReservationStatus, orders::OrderRefusal};

use crate::{
    Result,
    fulfilment::{standing_of, state_of},
    jobs::{OrderNews, announce_order},
    orders::{
        end::end_group,
        place::{lock_levels, write_groups},
        plan::Plan,
        refund::{Charges, left_of, refund_order},
    },
};

/// A change as it is made.
pub(super) struct Swap<'a> {
    pub plan: &'a Plan,
    /// What was paid for it.
    pub paid: i64,
}

/// Why what was begun or is over cannot be changed any more.
pub(super) fn touched(groups: &[ReservationRow], settled: bool, now: Timestamp) -> Result<OrderRefusal> {
    let standing = standing_of(groups, now)?;
    let goes_on = standing.iter().any(|status| !status.is_over());
    Ok(match goes_on {
        true => OrderRefusal::PickingBegun,
        false => OrderRefusal::WrongState { status: overall(settled, &standing) },
    })
}

/// Whether no group has been begun or has ended.
pub(in crate::orders) fn is_untouched(groups: &[ReservationRow], now: Timestamp) -> Result<bool> {
    for row in groups {
        if !matches!(state_of(row)?.status_at(now), ReservationStatus::Pending | ReservationStatus::Placed) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Old groups give their stock back and new ones hold theirs, or nothing changes.
pub(super) async fn swap(tx: &mut Tx<'_>, order: &OrderRow, swap: &Swap<'_>, now: Timestamp) -> Result<()> {
    let plan = swap.plan;
    let at = now.as_millisecond();
    if !orders::advance(tx, order.id, order.version).await? {
        return Err(onshelf_db::Error::Contended.into());
    }
    let unpaid = order.provider.is_some() && order.settled_at.is_none();
    if unpaid && order.held_until.is_none_or(|until| until <= at) {
        return Err(OrderRefusal::HoldOver.into());
    }
    // Nothing to pay needs no provider.
    let pending = unpaid && plan.sums.total > 0;
    if unpaid && !pending {
        orders::needs_no_money(tx, order.id).await?;
    }
    let groups = fulfilment::of_order(tx, order.id).await?;
    if !is_untouched(&groups, now)? {
        return Err(touched(&groups, order.settled_at.is_some(), now)?.into());
    }
    let charges = Charges::of(tx, order, &groups).await?;
    lock_levels(tx, &groups, &plan.groups).await?;
    for row in groups {
        end_group(tx, &row, ReservationStatus::Cancelled, passes::ended::CHANGED, at).await?;
        fulfilment::replace(tx, row.id).await?;
    }
    let mut groups = plan.groups.clone();
    for group in &mut groups {
        let status = if pending { ReservationStatus::Pending } else { ReservationStatus::Placed };
        group.row.status = status.code().to_owned();
        if let Some(until) = order.held_until.filter(|_| pending) {
            group.row.expires_at = until;
        }
    }
    write_groups(tx, order.id, &groups, at).await?;
    orders::set_sums(tx, order.id, plan.sums).await?;
    if order.settled_at.is_some() {
        pay_back(tx, order, swap, &charges, at).await?;
    }
    if pending {
        return Ok(());
    }
    let news = if unpaid { OrderNews::Placed } else { OrderNews::Changed };
    announce_order(tx, &order.number, None, news, at).await
}

/// Gives back what it costs less. Nothing is kept that it does not cost: what went back for part of a line was rounded.
async fn pay_back(
    tx: &mut Tx<'_>,
    order: &OrderRow,
    swap: &Swap<'_>,
    charges: &Charges,
    at: i64,
) -> Result<()> {
    let Swap { plan, paid } = *swap;
    charges.keep(tx, order, &plan.groups).await?;
    let cheaper = order.total + paid - charges.given_up(&plan.groups) - plan.sums.total;
    if cheaper < 0 {
        // Of it went something back since it was priced.
        return Err(onshelf_db::Error::Contended.into());
    }
    let cheaper = cheaper.max(left_of(tx, order).await? - plan.sums.total);
    if cheaper > 0 {
        let subject = format!("{}/{}", order.number, order.version);
        refund_order(tx, order, &subject, cheaper, "changed", at).await?;
    }
    Ok(())
}
