//! A change that costs more: the difference is asked for first, and the change is made when it is paid.

use jiff::Timestamp;
use onshelf_db::{
    Tx, fulfilment,
    orders::{self, OrderRow},
    payments::{self, PaymentRow},
};
use onshelf_vocabulary::{
    Lang,
    orders::{GroupInput, OrderRefusal},
    payments::ProviderCode,
};

use super::{
    open_only,
    swap::{Swap, is_untouched, swap, touched},
};
use crate::{
    Error, Result, Shop,
    orders::{
        HOLD,
        pay::{give_up_payments, is_open},
        plan::Plan,
        sent::Sent,
    },
    undone::Undone,
};

/// How long the same wish again is a second press of one button, and no change of mind. Milliseconds.
const PRESSED_TWICE: i64 = 10_000;

/// A dearer change, to be paid for first.
pub(super) struct Asked<'a> {
    pub(super) groups: &'a [GroupInput],
    pub(super) plan: Plan,
    pub(super) dearer: i64,
}

impl Shop {
    /// Opens a payment of what it costs more; the change is kept with it, and made when it is paid. Nobody is asked to
    /// pay for what could not be had now.
    pub(super) async fn ask_difference(
        &self,
        order: &OrderRow,
        sent: Option<Sent>,
        asked: Asked<'_>,
    ) -> Result<String> {
        let code = order.provider.as_deref().and_then(ProviderCode::from_code);
        let code = code.filter(|code| self.provider(*code).is_some()).ok_or(OrderRefusal::ProviderDown)?;
        self.try_swap(order, asked.plan, asked.dearer).await?;
        let kept = serde_json::to_string(asked.groups)?;
        let row = PaymentRow {
            expires_at: self.now_ms() + HOLD,
            ..self.payment_row(order, code, asked.dearer, Some(kept))
        };
        let (changed, wished, now) = (order.clone(), row.clone(), self.now());
        self.db()
            .write(move |mut tx| {
                let (mut order, row, sent) = (changed.clone(), row.clone(), sent.clone());
                Box::pin(async move {
                    let at = now.as_millisecond();
                    // The order comes before its payments for everybody: see `pay`.
                    orders::lock(&mut tx, order.id).await?;
                    let groups = fulfilment::of_order(&mut tx, order.id).await?;
                    if !is_untouched(&groups, now)? {
                        return Err(touched(&groups, order.settled_at.is_some(), now)?.into());
                    }
                    if let Some(sent) = &sent {
                        sent.write(&mut tx, &mut order, now).await?;
                    }
                    let open = payments::of_order(&mut tx, order.id).await?.into_iter().find(is_open);
                    if open.is_some_and(|own| is_same(&own, &row) && at - own.created_at < PRESSED_TWICE) {
                        return Ok(());
                    }
                    give_up_payments(&mut tx, order.id, "the order was changed again", at).await?;
                    open_only(&mut tx, &row).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        self.open_for(&order.number).await;
        let mut reader = self.db().reader().await?;
        let open = payments::of_order(&mut reader.tx(), order.id).await?.into_iter().find(is_open);
        match open {
            Some(own) if is_same(&own, &wished) => {
                own.redirect_url.ok_or_else(|| OrderRefusal::ProviderDown.into())
            }
            // Another change gave this one up before it could be paid: begun again, this is the later one.
            Some(_) => Err(onshelf_db::Error::Contended.into()),
            None => {
                let groups = fulfilment::of_order(&mut reader.tx(), order.id).await?;
                let now = self.now();
                if is_untouched(&groups, now)? {
                    return Err(OrderRefusal::ProviderDown.into());
                }
                Err(touched(&groups, order.settled_at.is_some(), now)?.into())
            }
        }
    }

    /// Whether a swap could be made now: it is made and undone.
    async fn try_swap(&self, order: &OrderRow, plan: Plan, paid: i64) -> Result<()> {
        let (order, now) = (order.clone(), self.now());
        let tried = self.db().write(move |mut tx| {
            let (order, plan) = (order.clone(), plan.clone());
            Box::pin(async move {
                swap(&mut tx, &order, &Swap { plan: &plan, paid }, now).await?;
                Err::<(), _>(Undone::Meant)
            })
        });
        match tried.await {
            Err(Undone::Failed(error)) => Err(error),
            Ok(()) | Err(Undone::Meant) => Ok(()),
        }
    }
}

/// Whether both ask the same for the same change: whoever asked at once is sent to the same page.
fn is_same(one: &PaymentRow, other: &PaymentRow) -> bool {
    let wish = |row: &PaymentRow| (row.provider.clone(), row.amount, row.change.clone());
    wish(one) == wish(other)
}

/// The difference was paid: the change that was kept with it is made, as it is priced now. Where no time was chosen it
/// is the soonest there is now; a time that was chosen and is past makes no change.
pub(in crate::orders) async fn apply_paid(
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
    payment: &PaymentRow,
    now: Timestamp,
) -> Result<()> {
    let groups: Vec<GroupInput> = serde_json::from_str(payment.change.as_deref().unwrap_or("[]"))?;
    let rows = fulfilment::of_order(tx, order.id).await?;
    let own = shop.own_in(tx, order, rows).await?;
    let plan = shop.plan_change(order, Lang::from_tag(&order.lang), &groups, &own)?;
    if own.dearer(order, &plan) != payment.amount {
        return Err(OrderRefusal::HoldOver.into());
    }
    swap(tx, order, &Swap { plan: &plan, paid: payment.amount }, now).await
}
