//! Changing an order before picking begins: other stores, ways, times, lines, or who collects. Stock is swapped in
//! one transaction; money follows: a difference is refunded at once, or asked for before the change is made.

mod dearer;
mod price;
mod swap;

pub(super) use dearer::apply_paid;
pub use price::{Changing, Looked};
pub(super) use swap::is_untouched;

use onshelf_db::{
    Tx,
    orders::OrderRow,
    payments::{self, PaymentRow},
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::{Fault, FieldFault},
    orders::{OrderChange, OrderRefusal},
    payments::ProviderCode,
};
use serde::{Deserialize, Serialize};

use self::{
    dearer::Asked,
    swap::{Swap, swap},
};
use super::{pay::give_up_payments, plan::Plan, sent::Sent};
use crate::{Error, Once, Result, Shop, draws::Draws};

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
        let own = self.own_of(&order).await?;
        let mut draws = Draws::default();
        loop {
            let plan = self.plan_change(&order, lang, &groups, &own);
            let plan = if is_alone { plan.map_err(of_its_fields)? } else { plan? };
            let dearer = own.dearer(&order, &plan);
            let outcome = if order.settled_at.is_some() && dearer > 0 {
                let asked = Asked { groups: &groups, plan, dearer };
                self.ask_difference(&order, sent.clone(), asked).await.map(Some)
            } else {
                self.change_now(&order, sent.clone(), Some(plan), once).await.map(|()| None)
            };
            match outcome {
                Err(error) if draws.again(&error) => {}
                Err(Error::Order(OrderRefusal::OutOfStock { .. })) => {
                    return Err(self.short_for_change(&order, lang, &groups, &own).await);
                }
                Err(error) => return Err(error),
                Ok(Some(pay)) => return self.remember(once, Changed { pay: Some(pay) }).await,
                Ok(None) => break,
            }
        }
        self.wake_stock();
        self.wake_outbox();
        self.wake_payments();
        self.wake_refunds();
        if order.provider.is_some() && order.settled_at.is_none() {
            self.open_for(number).await;
        }
        Ok(Changed::default())
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
        let is_unpaid = order.provider.is_some() && order.settled_at.is_none();
        let is_free_now = is_unpaid && total == 0;
        let payment = code
            .filter(|_| is_unpaid && total > 0 && total != order.total)
            .map(|code| self.payment_row(order, code, total, None));
        let (order, once, now) = (order.clone(), once.cloned(), self.now());
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
                        swap(&mut tx, &order, &Swap { plan, paid: 0 }, now).await?;
                    }
                    if payment.is_some() || is_free_now {
                        give_up_payments(&mut tx, order.id, "the order was changed", at).await?;
                    }
                    if let Some(payment) = payment {
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
async fn open_only(tx: &mut Tx<'_>, payment: &PaymentRow) -> Result<()> {
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
