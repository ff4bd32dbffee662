//! Changing an order before picking begins: other stores, ways, times, lines, or who collects. Stock is swapped in
//! one transaction; money follows: a difference is refunded at once, or asked for before the change is made.

use std::collections::HashMap;

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders::{self, OrderRow},
    passes,
    payments::{self, PaymentRow},
    stock,
};
use onshelf_domain::orders::overall;
use onshelf_vocabulary::{
    Lang, Money,
    fulfilment::{Contact, Fault, FieldFault, ReservationStatus, Way},
    orders::{GroupChange, GroupInput, OrderChange, OrderRefusal},
    payment::ProviderCode,
};
use serde::{Deserialize, Serialize};

use super::{
    currency_of,
    dearer::Asked,
    end::end_group,
    keep::Held,
    moment,
    pay::give_up_payments,
    place::write_groups,
    plan::{For, Plan},
    refund::refund_order,
    sent::Sent,
};
use crate::{
    Error, Once, Result, Shop,
    draws::Draws,
    fulfilment::{standing_of, state_of, way_of},
    jobs::{OrderNews, announce_order},
};

/// What became of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Where the difference is paid; the change is made when it is.
    pub pay: Option<String>,
}

/// How often a change begins again because another came first. Of those that meet, one is made each time.
const AGAIN: u8 = 8;

impl Shop {
    /// Changes an order as it is now: what another change or somebody at the store did meanwhile is read anew.
    #[tracing::instrument(target = "otel", level = "debug", name = "change order", skip_all)]
    pub async fn change_order(
        &self,
        lang: Lang,
        number: &str,
        token: &str,
        change: OrderChange,
        once: Option<&Once>,
    ) -> Result<Changed> {
        let mut left = AGAIN;
        loop {
            let changed = self.change_as_read(lang, number, token, change.clone(), once).await;
            match changed {
                Err(Error::Database(onshelf_db::Error::Contended)) if left > 0 => left -= 1,
                changed => return changed,
            }
        }
    }

    /// The same of the order as it is read once; contended where it is another when it is written.
    async fn change_as_read(
        &self,
        lang: Lang,
        number: &str,
        token: &str,
        change: OrderChange,
        once: Option<&Once>,
    ) -> Result<Changed> {
        let order = self.owned_order(number, token).await?;
        if let Some(once) = once {
            let mut reader = self.db().reader().await?;
            if let Some(before) = once.before(&mut reader.tx()).await? {
                return Ok(before);
            }
        }
        let sent = change.proxy.as_deref().map(|name| self.sent(&order, name)).transpose()?;
        let is_alone = change.group.is_some();
        let groups = match (change.groups, change.group) {
            (Some(groups), None) => Some(groups),
            (None, Some(group)) => Some(vec![self.whole_group(&order, group).await?]),
            (None, None) => None,
            (Some(_), Some(_)) => return Err(ambiguous()),
        };
        let Some(groups) = groups else {
            self.change_now(&order, sent, None, once).await?;
            return Ok(Changed::default());
        };
        let held = self.held_of(&order).await?;
        let mut draws = Draws::default();
        loop {
            let plan = self.plan_change(&order, lang, &groups, &held);
            let plan = if is_alone { plan.map_err(of_its_fields)? } else { plan? };
            let dearer = plan.sums.total - order.total;
            let outcome = if order.settled_at.is_some() && dearer > 0 {
                let asked = Asked { groups: &groups, plan, dearer };
                self.ask_difference(&order, sent.clone(), asked).await.map(Some)
            } else {
                self.change_now(&order, sent.clone(), Some(plan), once).await.map(|()| None)
            };
            match outcome {
                Err(error) if draws.again(&error) => {}
                Err(Error::Order(OrderRefusal::OutOfStock { .. })) => {
                    return Err(self.short_for_change(&order, lang, &groups).await?);
                }
                Err(error) => return Err(error),
                Ok(Some(pay)) => return self.remember(once, Changed { pay: Some(pay) }).await,
                Ok(None) => break,
            }
        }
        self.wake_stock();
        self.wake_outbox();
        self.wake_payments();
        if order.provider.is_some() && order.settled_at.is_none() {
            self.open_for(number).await;
        }
        Ok(Changed::default())
    }

    /// What each of these would cost more than the order does, below nought where it costs less: priced as a change is,
    /// at this moment, with nothing written. None where it would be refused.
    pub async fn change_costs(
        &self,
        lang: Lang,
        number: &str,
        token: &str,
        wishes: &[Vec<GroupInput>],
    ) -> Result<Vec<Option<Money>>> {
        let order = self.owned_order(number, token).await?;
        let (currency, held) = (currency_of(&order), self.held_of(&order).await?);
        let cost = |groups: &Vec<GroupInput>| match self.plan_change(&order, lang, groups, &held) {
            Ok(plan) => Ok(Some(Money::new(plan.sums.total - order.total, currency))),
            Err(Error::Order(_) | Error::Reservation(_) | Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        };
        wishes.iter().map(cost).collect()
    }

    /// The order's only group, with what is changed of it.
    async fn whole_group(&self, order: &OrderRow, change: GroupChange) -> Result<GroupInput> {
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let rows = fulfilment::of_order(&mut tx, order.id).await?;
        let [row] = rows.as_slice() else { return Err(ambiguous()) };
        let book = self.book();
        let (was, store) = (way_of(row)?, book.stores.by_id(row.store_id));
        let way = change.way.unwrap_or(was);
        let travels = |way: Way| way == Way::Delivery;
        // A delivery is sent from wherever the shop chose or chooses, and a time is one of its store.
        let stays = change.store.is_none() && travels(way) == travels(was);
        let kept = store.filter(|_| stays && !travels(way)).map(|store| store.code.clone());
        let window =
            row.window_at.filter(|_| stays && way == was).map(|at| moment(at).map(|at| at.to_string()));
        let address = row.address.as_deref().map(serde_json::from_str).transpose()?;
        Ok(GroupInput {
            way,
            store: change.store.or(kept),
            address: change.address.or(address).filter(|_| travels(way)),
            window: change.window.map_or_else(|| window.transpose(), |window| Ok(Some(window)))?,
            lines: match change.lines {
                Some(lines) => lines,
                None => self.lines_in(&mut tx, &book, row).await?,
            },
        })
    }

    /// What there is too little of, counting what this order itself would give back.
    async fn short_for_change(&self, order: &OrderRow, lang: Lang, groups: &[GroupInput]) -> Result<Error> {
        let contact = contact_of(order);
        let whom = self.whom_of(order, &contact, lang, &[]);
        let mut own = HashMap::new();
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        for row in fulfilment::of_order(&mut tx, order.id).await? {
            for (key, quantity) in stock::held_by(&mut tx, row.id).await? {
                *own.entry(key).or_insert(0) += quantity;
            }
        }
        drop(reader);
        Ok(self.short_of_any(&self.book(), groups, &whom, &own).await)
    }

    fn whom_of<'a>(&self, order: &OrderRow, contact: &'a Contact, lang: Lang, held: &'a [Held]) -> For<'a> {
        For { contact, lang, near: None, online: order.provider.is_some(), now: self.now(), held }
    }

    /// From where what travels of it is sent: what it holds there itself, the shelf does not show.
    async fn held_of(&self, order: &OrderRow) -> Result<Vec<Held>> {
        let book = self.book();
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let rows = fulfilment::of_order(&mut tx, order.id).await?;
        self.held_for(&mut tx, &book, rows).await
    }

    pub(super) fn plan_change(
        &self,
        order: &OrderRow,
        lang: Lang,
        groups: &[GroupInput],
        held: &[Held],
    ) -> Result<Plan> {
        let contact = contact_of(order);
        // To another address it is sent from wherever is best for that one.
        let stays =
            |held: &&Held| held.address.is_none() || groups.iter().any(|group| group.address == held.address);
        let held: Vec<Held> = held.iter().filter(stays).cloned().collect();
        let plan = self.plan_groups(&self.book(), groups, &self.whom_of(order, &contact, lang, &held))?;
        if plan.currency.code() != order.currency {
            return Err(OrderRefusal::StoreClosed.into());
        }
        Ok(plan)
    }

    /// Who is sent and what is swapped, with the outcome that is remembered: all in one transaction, or nothing.
    async fn change_now(
        &self,
        order: &OrderRow,
        sent: Option<Sent>,
        plan: Option<Plan>,
        once: Option<&Once>,
    ) -> Result<()> {
        let code = order.provider.as_deref().and_then(ProviderCode::from_code);
        let total = plan.as_ref().map_or(order.total, |plan| plan.sums.total);
        let payment = code
            .filter(|_| order.settled_at.is_none() && total > 0 && total != order.total)
            .map(|code| self.payment_row(order, code, total, None));
        let (order, once, now) = (order.clone(), once.cloned(), self.now());
        let capacity = self.settings().window_capacity;
        self.db()
            .write(move |mut tx| {
                let (mut order, once, sent) = (order.clone(), once.clone(), sent.clone());
                let (plan, payment) = (plan.clone(), payment.clone());
                Box::pin(async move {
                    let at = now.as_millisecond();
                    if let Some(sent) = &sent {
                        sent.write(&mut tx, &mut order, now).await?;
                    }
                    if let Some(plan) = &plan {
                        swap(&mut tx, &order, plan, capacity, now).await?;
                    }
                    if let Some(payment) = payment {
                        give_up_payments(&mut tx, order.id, "the order was changed", at).await?;
                        open_only(&mut tx, &payment).await?;
                    }
                    if let Some(once) = &once {
                        once.keep(&mut tx, &Changed::default(), at).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    async fn remember(&self, once: Option<&Once>, changed: Changed) -> Result<Changed> {
        let Some(once) = once.cloned() else { return Ok(changed) };
        let (kept, now) = (changed.clone(), self.now_ms());
        self.db()
            .write(move |mut tx| {
                let (once, kept) = (once.clone(), kept.clone());
                Box::pin(async move {
                    once.keep(&mut tx, &kept, now).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        Ok(changed)
    }
}

/// Writes the one payment that is open now. Where another tab opened one since, this begins again and gives that one up:
/// nobody is sent to pay for what another asked.
pub(super) async fn open_only(tx: &mut Tx<'_>, payment: &PaymentRow) -> Result<()> {
    if payments::insert(tx, payment).await? { Ok(()) } else { Err(onshelf_db::Error::Contended.into()) }
}

/// Which group is meant cannot be told.
fn ambiguous() -> Error {
    let faults = vec![FieldFault { pointer: "/groups".to_owned(), fault: Fault::NameTheGroups }];
    OrderRefusal::Invalid { faults }.into()
}

/// Where only fields of the one group were sent, there is no list of groups to point into.
fn of_its_fields(error: Error) -> Error {
    let Error::Order(OrderRefusal::Invalid { mut faults }) = error else { return error };
    for fault in &mut faults {
        if let Some(field) = fault.pointer.strip_prefix("/groups/0") {
            fault.pointer = field.to_owned();
        }
    }
    OrderRefusal::Invalid { faults }.into()
}

fn contact_of(order: &OrderRow) -> Contact {
    Contact { name: order.name.clone(), email: order.email.clone(), phone: order.phone.clone() }
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
pub(super) fn is_untouched(groups: &[ReservationRow], now: Timestamp) -> Result<bool> {
    for row in groups {
        if !matches!(state_of(row)?.status_at(now), ReservationStatus::Pending | ReservationStatus::Placed) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Old groups give their stock back and new ones hold theirs, or nothing changes.
pub(super) async fn swap(
    tx: &mut Tx<'_>,
    order: &OrderRow,
    plan: &Plan,
    capacity: i64,
    now: Timestamp,
) -> Result<()> {
    let at = now.as_millisecond();
    if !orders::advance(tx, order.id, order.version).await? {
        return Err(onshelf_db::Error::Contended.into());
    }
    let pending = order.provider.is_some() && order.settled_at.is_none();
    if pending && order.held_until.is_none_or(|until| until <= at) {
        return Err(OrderRefusal::HoldOver.into());
    }
    let groups = fulfilment::of_order(tx, order.id).await?;
    if !is_untouched(&groups, now)? {
        return Err(touched(&groups, order.settled_at.is_some(), now)?.into());
    }
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
    write_groups(tx, order.id, &groups, capacity, at).await?;
    orders::set_sums(tx, order.id, plan.sums).await?;
    let cheaper = order.total - plan.sums.total;
    if order.settled_at.is_some() && cheaper > 0 {
        let subject = format!("{}/{}", order.number, order.version);
        refund_order(tx, order, &subject, cheaper, "changed", at).await?;
    }
    if pending { Ok(()) } else { announce_order(tx, &order.number, None, OrderNews::Changed, at).await }
}
