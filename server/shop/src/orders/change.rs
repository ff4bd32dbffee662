//! Changing an order before picking begins: other stores, ways, times, lines, or who collects. Stock is swapped in
//! one transaction; money follows: a difference is refunded at once, or asked for before the change is made.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders::{self, OrderRow},
    passes,
    payments::{self, PaymentRow},
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::{Contact, ReservationStatus},
    orders::{GroupInput, OrderChange, OrderRefusal},
    payment::ProviderCode,
};
use serde::{Deserialize, Serialize};

use super::{
    end::end_group,
    pay::is_open,
    place::write_groups,
    plan::{For, Plan},
    refund::refund_order,
};
use crate::{
    Error, Once, Result, Shop,
    draws::Draws,
    fulfilment::state_of,
    jobs::{OrderNews, announce_order},
};

/// What became of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Where the difference is paid; the change is made when it is.
    pub pay: Option<String>,
}

impl Shop {
    #[tracing::instrument(target = "otel", level = "debug", name = "change order", skip_all)]
    pub async fn change_order(
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
        if let Some(proxy) = &change.proxy {
            self.send_somebody(&order, proxy).await?;
        }
        let Some(groups) = change.groups else {
            return self.remember(once, Changed::default()).await;
        };
        let order = self.owned_order(number, token).await?;
        let mut draws = Draws::default();
        loop {
            let plan = self.plan_change(&order, lang, &groups)?;
            let dearer = plan.sums.total - order.total;
            if order.settled_at.is_some() && dearer > 0 {
                let pay = self.ask_difference(&order, &groups, dearer).await?;
                return self.remember(once, Changed { pay: Some(pay) }).await;
            }
            match self.swap_now(&order, plan, once).await {
                Err(error) if draws.again(&error) => {}
                outcome => break outcome?,
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

    fn plan_change(&self, order: &OrderRow, lang: Lang, groups: &[GroupInput]) -> Result<Plan> {
        let contact =
            Contact { name: order.name.clone(), email: order.email.clone(), phone: order.phone.clone() };
        let whom = For {
            contact: &contact,
            lang,
            near: None,
            online: order.provider.is_some(),
            now: self.now(),
            held: &[],
        };
        let plan = self.plan_groups(&self.book(), groups, &whom)?;
        if plan.currency.code() != order.currency {
            return Err(OrderRefusal::StoreClosed.into());
        }
        Ok(plan)
    }

    async fn swap_now(&self, order: &OrderRow, plan: Plan, once: Option<&Once>) -> Result<()> {
        let code = order.provider.as_deref().and_then(ProviderCode::from_code);
        let total = plan.sums.total;
        let payment = code
            .filter(|_| order.settled_at.is_none() && total > 0)
            .map(|code| self.payment_row(order, code, total, None));
        let (order, once, now) = (order.clone(), once.cloned(), self.now());
        let capacity = self.settings().window_capacity;
        self.db()
            .write(move |mut tx| {
                let (order, once) = (order.clone(), once.clone());
                let (plan, payment) = (plan.clone(), payment.clone());
                Box::pin(async move {
                    swap(&mut tx, &order, &plan, capacity, now).await?;
                    let at = now.as_millisecond();
                    if let Some(payment) = payment
                        && payment.amount != order.total
                    {
                        // What was being paid is another amount now: nobody may pay it any more.
                        for old in payments::of_order(&mut tx, order.id).await?.iter().filter(|p| is_open(p))
                        {
                            payments::failed(&mut tx, old.id, "the order was changed", Some(at), at).await?;
                        }
                        payments::insert(&mut tx, &payment).await?;
                    }
                    if let Some(once) = &once {
                        once.keep(&mut tx, &Changed::default(), at).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// Opens a payment of what it costs more; the change is kept with it.
    async fn ask_difference(&self, order: &OrderRow, groups: &[GroupInput], dearer: i64) -> Result<String> {
        let code = order.provider.as_deref().and_then(ProviderCode::from_code);
        let code = code.filter(|code| self.provider(*code).is_some()).ok_or(OrderRefusal::ProviderDown)?;
        let kept = serde_json::to_string(groups)?;
        let row = PaymentRow {
            expires_at: self.now_ms() + super::HOLD,
            ..self.payment_row(order, code, dearer, Some(kept))
        };
        let (id, now) = (order.id, self.now());
        self.db()
            .write(move |mut tx| {
                let row = row.clone();
                Box::pin(async move {
                    let at = now.as_millisecond();
                    // Nobody pays for a change that cannot be made any more.
                    if !is_untouched(&fulfilment::of_order(&mut tx, id).await?, now)? {
                        return Err(OrderRefusal::PickingBegun.into());
                    }
                    for old in payments::of_order(&mut tx, id).await?.iter().filter(|p| is_open(p)) {
                        payments::failed(&mut tx, old.id, "the order was changed again", Some(at), at)
                            .await?;
                    }
                    payments::insert(&mut tx, &row).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        self.open_for(&order.number).await;
        let mut reader = self.db().reader().await?;
        let all = payments::of_order(&mut reader.tx(), id).await?;
        let url = all.into_iter().rev().find(is_open).and_then(|payment| payment.redirect_url);
        url.ok_or_else(|| OrderRefusal::ProviderDown.into())
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

/// Whether no group has been begun or has ended.
fn is_untouched(groups: &[ReservationRow], now: Timestamp) -> Result<bool> {
    for row in groups {
        if !matches!(state_of(row)?.status_at(now), ReservationStatus::Pending | ReservationStatus::Placed) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The difference was paid: the change that was kept with it is made, as it is priced now.
pub(super) async fn apply_paid(
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
    payment: &PaymentRow,
    now: Timestamp,
) -> Result<()> {
    let groups: Vec<GroupInput> = serde_json::from_str(payment.change.as_deref().unwrap_or("[]"))?;
    let plan = shop.plan_change(order, Lang::from_tag(&order.lang), &groups)?;
    if plan.sums.total != order.total + payment.amount {
        return Err(OrderRefusal::HoldOver.into());
    }
    swap(tx, order, &plan, shop.settings().window_capacity, now).await
}

/// Old groups give their stock back and new ones hold theirs, or nothing changes.
async fn swap(tx: &mut Tx<'_>, order: &OrderRow, plan: &Plan, capacity: i64, now: Timestamp) -> Result<()> {
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
        return Err(OrderRefusal::PickingBegun.into());
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
