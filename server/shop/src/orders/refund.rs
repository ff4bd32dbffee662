//! Giving money back: set apart in the transaction of the deed that causes it, bounded by what was captured, then
//! carried out by a worker with a key of its own, so that nothing goes back twice.

use onshelf_db::{
    Tx,
    orders::{self, OrderRow},
    payments::{self, RefundRow},
};
use onshelf_vocabulary::{Currency, Money, orders::OrderRefusal, payment::ProviderCode};

use crate::{
    Error, Once, PaymentFault, RefundCall, Result, Shop,
    jobs::{OrderNews, announce_order},
    partners::Partner,
};

/// How long a refund belongs to whoever took it. Milliseconds.
const CLAIM: i64 = 60_000;
/// After this many tries, some two days, a person must look.
const TRIES: i64 = 14;
const ROUND: i64 = 10;

/// Sets `amount` of an order's money apart, from its captured payments in their order; answers how much it was.
/// `subject` makes the keys: the same subject is refunded once.
pub(crate) async fn refund_order(
    tx: &mut Tx<'_>,
    order: &OrderRow,
    subject: &str,
    amount: i64,
    reason: &str,
    now: i64,
) -> Result<i64> {
    let done = payments::refunds_of(tx, order.id).await?;
    let prefix = format!("group:{subject}:");
    if done.iter().any(|refund| refund.key.starts_with(&prefix)) {
        return Ok(0);
    }
    let mut left = amount;
    for payment in payments::of_order(tx, order.id).await? {
        let share = left.min(payment.captured - payment.refunded);
        if share <= 0 || payment.status != "captured" {
            continue;
        }
        let key = format!("{prefix}{}", payment.id);
        if payments::request_refund(tx, payment.id, &key, share, reason, now).await? {
            left -= share;
        }
    }
    Ok(amount - left)
}

impl Shop {
    /// A partner gives back part of an order's money, with or without goods. More than is left is refused.
    pub async fn refund(
        &self,
        partner: &Partner,
        once: &Once,
        number: &str,
        amount: Money,
        reason: &str,
    ) -> Result<Money> {
        partner.may("pos")?;
        let (once, number, reason, now) = (once.clone(), number.to_owned(), reason.to_owned(), self.now_ms());
        let actor = partner.actor();
        let refunded = self
            .db()
            .write(move |mut tx| {
                let (once, number, reason) = (once.clone(), number.clone(), reason.clone());
                let actor = actor.clone();
                Box::pin(async move {
                    if let Some(before) = once.before(&mut tx).await? {
                        return Ok::<Money, Error>(before);
                    }
                    let order = orders::by_number(&mut tx, &number).await?.ok_or(Error::NotFound)?;
                    let left = left_of(&mut tx, &order).await?;
                    if amount.currency.code() != order.currency || amount.amount > left || amount.amount <= 0
                    {
                        let left = Money::new(left, super::currency_of(&order));
                        return Err(OrderRefusal::RefundTooMuch { left }.into());
                    }
                    if !orders::advance(&mut tx, order.id, order.version).await? {
                        return Err(onshelf_db::Error::Contended.into());
                    }
                    let subject = format!("{number}/{}", order.version);
                    let done = refund_order(&mut tx, &order, &subject, amount.amount, &reason, now).await?;
                    if done != amount.amount {
                        return Err(onshelf_db::Error::Contended.into());
                    }
                    onshelf_db::staff::trail(&mut tx, &actor, "refund", &number, now).await?;
                    once.keep(&mut tx, &amount, now).await?;
                    Ok(amount)
                })
            })
            .await?;
        self.wake_payments();
        Ok(refunded)
    }

    /// Carries out refunds that are due; answers how many were taken.
    pub async fn send_refunds(&self) -> Result<usize> {
        let now = self.now_ms();
        let due = self
            .db()
            .write(move |mut tx| {
                Box::pin(async move {
                    Ok::<_, Error>(payments::claim_refunds(&mut tx, now, now + CLAIM, ROUND).await?)
                })
            })
            .await?;
        let taken = due.len();
        for refund in due {
            self.send_refund(refund).await?;
        }
        Ok(taken)
    }

    async fn send_refund(&self, refund: RefundRow) -> Result<()> {
        let payment = {
            let mut reader = self.db().reader().await?;
            payments::by_id(&mut reader.tx(), refund.payment_id).await?
        };
        let payment = payment.ok_or_else(|| Error::internal("a refund without its payment"))?;
        let provider = ProviderCode::from_code(&payment.provider).and_then(|code| self.provider(code));
        let (Some(provider), Some(provider_id)) = (provider, payment.provider_id.clone()) else {
            return self.refund_waits(&refund, "its provider is not set up").await;
        };
        let currency = Currency::from_code(&payment.currency).unwrap_or_default();
        let call = RefundCall {
            key: format!("{}-{}", payment.reference, refund.id),
            reference: payment.reference.clone(),
            provider_id,
            amount: Money::new(refund.amount, currency),
            reason: refund.reason.clone(),
        };
        match provider.refund(&call).await {
            Ok(name) => self.refund_done(refund, payment.provider, payment.currency, name).await,
            Err(PaymentFault::Passing(why)) => self.refund_waits(&refund, &why).await,
            Err(PaymentFault::Refused(why)) => {
                tracing::error!(refund = refund.id, why, "A provider refuses a refund: a person must look.");
                self.refund_waits(&RefundRow { tries: TRIES, ..refund }, &why).await
            }
        }
    }

    async fn refund_done(
        &self,
        refund: RefundRow,
        provider: String,
        currency: String,
        name: String,
    ) -> Result<()> {
        let now = self.now_ms();
        self.db()
            .write(move |mut tx| {
                let (refund, provider) = (refund.clone(), provider.clone());
                let (currency, name) = (currency.clone(), name.clone());
                Box::pin(async move {
                    if !payments::refund_done(&mut tx, refund.id, &name, now).await? {
                        return Ok::<_, Error>(());
                    }
                    let account = format!("provider:{provider}");
                    let amounts = [(account.as_str(), -refund.amount), ("customer", refund.amount)];
                    let entry = format!("refund:{}", refund.key);
                    payments::book(&mut tx, &entry, refund.order_id, &currency, &amounts, now).await?;
                    if let Some(order) = orders::by_id(&mut tx, refund.order_id).await? {
                        announce_order(&mut tx, &order.number, None, OrderNews::Refunded, now).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        self.wake_outbox();
        Ok(())
    }

    async fn refund_waits(&self, refund: &RefundRow, why: &str) -> Result<()> {
        let (id, why) = (refund.id, why.to_owned());
        let pause = (2_000i64 << refund.tries.clamp(0, 13)).min(6 * 3_600_000);
        let due = (refund.tries < TRIES).then(|| self.now_ms() + pause);
        if due.is_none() {
            tracing::error!(refund = id, "A refund was given up: a person must look.");
        }
        self.db()
            .write(move |mut tx| {
                let why = why.clone();
                Box::pin(async move { Ok::<_, Error>(payments::refund_waits(&mut tx, id, &why, due).await?) })
            })
            .await
    }
}

/// What was captured and not refunded or set apart.
pub(super) async fn left_of(tx: &mut Tx<'_>, order: &OrderRow) -> Result<i64> {
    let paid = payments::of_order(tx, order.id).await?;
    Ok(paid.iter().map(|payment| payment.captured - payment.refunded).sum())
}
