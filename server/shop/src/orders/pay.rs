//! Getting the money, in phases that survive a crash at every boundary: a payment is written, then opened with the
//! provider, then looked at until the provider says how it ended. Whoever looks (the shopper who comes back, a
//! webhook, a worker) does the same; only the provider's statement counts.
//!
//! Whoever writes a payment and its order in one transaction locks the order first, so that nobody waits in a circle.

mod open;
mod webhook;

use std::{collections::BTreeMap, sync::Arc};

use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders::{self, OrderRow},
    payments::{self, Look, PaymentRow},
};
use onshelf_vocabulary::{
    Lang, Money, fulfilment::ReservationStatus, orders::OrderRefusal, payments::ProviderCode,
};

use super::{change::is_untouched, keep::KEPT};
use crate::{
    Error, Once, PaymentProvider, Result, Shop, Standing, Statement, money::currency_of, secrets::fingerprint,
};

/// How long one that looks keeps others from looking: two calls at most, each given up after ten seconds. Together with
/// the longest pause it stays below the minute in which late money is answered for, also where who looked was killed.
/// Milliseconds.
const CLAIM: i64 = 25_000;
/// How long a payment that ended without money is still looked at: it may have been paid at the last moment.
const AFTERWARDS: i64 = 30 * 60_000;

impl Shop {
    /// Where the owner of an order pays: opens a payment if none is open. Two tabs get the same one; who chose another
    /// `provider` since is asked by that one, and by the other no more.
    #[tracing::instrument(target = "otel", level = "debug", name = "pay order", skip_all)]
    pub async fn pay_order(
        &self,
        _lang: Lang,
        number: &str,
        token: &str,
        provider: Option<ProviderCode>,
    ) -> Result<String> {
        let order = self.owned_order(number, token).await?;
        self.pay(&order, provider, None).await
    }

    /// The same for a program: what is said twice opens one payment, also where that one was refused since. Where it is
    /// paid stands on the order.
    pub async fn pay_order_once(
        &self,
        number: &str,
        token: &str,
        provider: Option<ProviderCode>,
        once: &Once,
    ) -> Result<()> {
        let order = self.owned_order(number, token).await?;
        let before = {
            let mut reader = self.db().reader().await?;
            let mut tx = reader.tx();
            match once.before::<String>(&mut tx).await? {
                Some(reference) => Some(payments::by_reference(&mut tx, &reference).await?),
                None => None,
            }
        };
        match before {
            None => self.pay(&order, provider, Some(once)).await.map(drop),
            // Its provider did not answer then.
            Some(Some(payment)) if is_open(&payment) && payment.redirect_url.is_none() => {
                let opened = self.open_payment(&order, &payment).await?;
                opened.map(drop).ok_or_else(|| OrderRefusal::ProviderDown.into())
            }
            Some(_) => Ok(()),
        }
    }

    async fn pay(
        &self,
        order: &OrderRow,
        provider: Option<ProviderCode>,
        once: Option<&Once>,
    ) -> Result<String> {
        let (now, once) = (self.now_ms(), once.cloned());
        waits_until(order, now)?;
        if let Some(fault) = self.not_offered(provider, "/provider") {
            return Err(OrderRefusal::Invalid { faults: vec![fault] }.into());
        }
        let code = provider
            .or_else(|| order.provider.as_deref().and_then(ProviderCode::from_code))
            .filter(|code| self.provider(*code).is_some())
            .ok_or(OrderRefusal::ProviderDown)?;
        let row = self.payment_row(order, code, order.total, None);
        let (order_id, chosen) = (order.id, provider.is_some());
        let payment = self
            .db()
            .write(move |mut tx| {
                let (row, once) = (row.clone(), once.clone());
                Box::pin(async move {
                    orders::lock(&mut tx, order_id).await?;
                    // Who said the same at the same moment has opened it.
                    if let Some(once) = &once
                        && let Some(reference) = once.before::<String>(&mut tx).await?
                    {
                        let opened = payments::by_reference(&mut tx, &reference).await?;
                        return Ok::<_, Error>(opened.filter(is_open));
                    }
                    // What was changed meanwhile is paid as it is now, and whose groups were cancelled is not asked for money.
                    let order = orders::by_id(&mut tx, order_id).await?.ok_or(Error::NotFound)?;
                    let until = waits_until(&order, now)?;
                    if !waits_for_money(&fulfilment::of_order(&mut tx, order_id).await?, now) {
                        return Err(OrderRefusal::HoldOver.into());
                    }
                    let row = PaymentRow { amount: order.total, expires_at: until, ..row };
                    let others = |payment: &PaymentRow| is_open(payment) && payment.provider != row.provider;
                    if chosen && payments::of_order(&mut tx, order_id).await?.iter().any(others) {
                        give_up_payments(&mut tx, order_id, "another way to pay was chosen", now).await?;
                        orders::set_provider(&mut tx, order_id, &row.provider).await?;
                    }
                    // Where one is open already, that one is paid.
                    payments::insert(&mut tx, &row).await?;
                    let all = payments::of_order(&mut tx, order_id).await?;
                    let open = all.into_iter().find(is_open);
                    if let (Some(once), Some(payment)) = (&once, &open) {
                        once.keep(&mut tx, &payment.reference, now).await?;
                    }
                    Ok(open)
                })
            })
            .await?;
        self.wake_payments();
        let payment = payment.ok_or(OrderRefusal::HoldOver)?;
        if let Some(url) = payment.redirect_url {
            return Ok(url);
        }
        self.open_payment(order, &payment).await?.ok_or_else(|| OrderRefusal::ProviderDown.into())
    }

    /// The shopper came back from the provider's page with these query fields. Proves nothing: the provider is asked.
    #[tracing::instrument(target = "otel", level = "debug", name = "payment returned", skip_all)]
    pub async fn payment_returned(
        &self,
        number: &str,
        token: &str,
        query: BTreeMap<String, String>,
    ) -> Result<()> {
        let order = self.owned_order(number, token).await?;
        let payment = {
            let mut reader = self.db().reader().await?;
            let all = payments::of_order(&mut reader.tx(), order.id).await?;
            all.into_iter().rev().find(|payment| payment.status != "captured")
        };
        let Some(payment) = payment else { return Ok(()) };
        let (Some(provider), Some(provider_id)) = (self.provider_of(&payment), payment.provider_id.clone())
        else {
            return Ok(());
        };
        let said = if is_open(&payment) {
            provider.returned(&payment.reference, &provider_id, money(&payment)?, &query).await
        } else {
            // It was given up. Where coming back is what takes the money, nothing is to be taken any more.
            provider.close(&payment.reference, &provider_id).await
        };
        match said {
            Ok(statement) => self.take_note(&payment, &statement).await,
            Err(fault) => self.ask_again(&payment, &fault.to_string()).await,
        }
    }

    /// Takes payments that are due, at most so many: nobody else looks at them for the time a look takes.
    pub async fn due_payments(&self, limit: usize) -> Result<Vec<PaymentRow>> {
        let (now, limit) = (self.now_ms(), i64::try_from(limit).unwrap_or(i64::MAX));
        self.db()
            .write(move |mut tx| {
                Box::pin(
                    async move { Ok::<_, Error>(payments::claim(&mut tx, now, now + CLAIM, limit).await?) },
                )
            })
            .await
    }

    /// Asks the provider what became of it, and writes that down.
    #[tracing::instrument(target = "otel", level = "debug", name = "look at payment", skip_all)]
    pub async fn look_at(&self, payment: PaymentRow) -> Result<()> {
        if payment.status == "captured" {
            return self.look_at_refunds(&payment).await;
        }
        let Some(provider) = self.provider_of(&payment) else {
            return self.ask_again(&payment, "its provider is not set up").await;
        };
        let order = {
            let mut reader = self.db().reader().await?;
            orders::by_id(&mut reader.tx(), payment.order_id).await?.ok_or(Error::NotFound)?
        };
        let wanted = self.is_wanted(&order, &payment).await?;
        let Some(provider_id) = payment.provider_id.clone() else {
            if wanted {
                self.open_payment(&order, &payment).await?;
                return Ok(());
            }
            return self.never_opened(&order, &payment, provider).await;
        };
        let said = if wanted {
            provider.statement(&payment.reference, &provider_id).await
        } else {
            provider.close(&payment.reference, &provider_id).await
        };
        match said {
            Ok(statement) => self.take_note(&payment, &statement).await,
            Err(fault) => self.ask_again(&payment, &fault.to_string()).await,
        }
    }

    /// Whether the order still waits for this payment.
    async fn is_wanted(&self, order: &OrderRow, payment: &PaymentRow) -> Result<bool> {
        let now = self.now_ms();
        if !is_open(payment) || payment.expires_at.max(order.held_until.unwrap_or(0)) <= now {
            return Ok(false);
        }
        let mut reader = self.db().reader().await?;
        let groups = fulfilment::of_order(&mut reader.tx(), order.id).await?;
        if payment.change.is_some() {
            // What was begun or cancelled since is not changed any more: nobody is to pay for that.
            return is_untouched(&groups, self.now());
        }
        Ok(order.settled_at.is_none() && payment.amount == order.total && waits_for_money(&groups, now))
    }

    async fn take_note(&self, payment: &PaymentRow, statement: &Statement) -> Result<()> {
        let name = payment.provider_id.as_ref();
        if statement.reference != payment.reference || name.is_some_and(|name| *name != statement.provider_id)
        {
            let (id, provider) = (payment.id, &payment.provider);
            tracing::error!(
                payment = id,
                provider,
                "{provider} was asked about payment {id} and answered about another; it is asked again."
            );
            return self.ask_again(payment, "the answer was about another payment").await;
        }
        match statement.standing {
            Standing::Captured => self.settle(&payment.reference, statement).await,
            Standing::Open => self.ask_again(payment, "").await,
            Standing::Void => {
                // Whoever gave it up may have crossed with somebody who was taking the money.
                let last = payment.expires_at + AFTERWARDS;
                let again = (last > self.now_ms()).then_some(last);
                self.end(payment, "refused, left or run out", again).await
            }
        }
    }

    async fn end(&self, payment: &PaymentRow, why: &str, again: Option<i64>) -> Result<()> {
        let (id, why, now, open) = (payment.id, why.to_owned(), self.now_ms(), is_open(payment));
        let look = Look { seen: payment.check_at, next: again };
        self.db()
            .write(move |mut tx| {
                let why = why.clone();
                Box::pin(async move {
                    if open {
                        payments::failed(&mut tx, id, &why, look, now).await?;
                    } else {
                        payments::ask_again(&mut tx, id, look, Some(&why)).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    async fn ask_again(&self, payment: &PaymentRow, why: &str) -> Result<()> {
        let now = self.now_ms();
        let (ends, give_up) = (payment.expires_at, payment.expires_at + 3 * 86_400_000);
        let mut at = now + pause(payment.checks, now - ends);
        if now < ends {
            // Right after the end somebody must look: the money may have come at the last second.
            at = at.min(ends + 1_000);
        }
        let due = (at < give_up).then_some(at);
        if due.is_none() {
            let (id, provider) = (payment.id, &payment.provider);
            tracing::error!(
                payment = id,
                provider,
                "{provider} never answered for payment {id}: a person must look."
            );
        }
        let (id, why) = (payment.id, (!why.is_empty()).then(|| why.to_owned()));
        let look = Look { seen: payment.check_at, next: due };
        self.db()
            .write(move |mut tx| {
                let why = why.clone();
                Box::pin(async move {
                    Ok::<_, Error>(payments::ask_again(&mut tx, id, look, why.as_deref()).await?)
                })
            })
            .await
    }

    /// For whoever shows its token. A basket that is only kept is no order: nobody has said who they are, and no limit
    /// counts it.
    pub(super) async fn owned_order(&self, number: &str, token: &str) -> Result<OrderRow> {
        let mut reader = self.db().reader().await?;
        let order = orders::by_token(&mut reader.tx(), number, &fingerprint(token)).await?;
        order.filter(|order| !order.shopper.starts_with(KEPT)).ok_or(Error::NotFound)
    }

    pub(super) fn provider_of(&self, payment: &PaymentRow) -> Option<Arc<dyn PaymentProvider>> {
        ProviderCode::from_code(&payment.provider).and_then(|code| self.provider(code))
    }
}

/// How long a provider is left alone after so many questions about a matter of this age. The pauses grow with the
/// questions: a shopper who pays takes a minute, a provider that is down longer. But in the first hour no longer than
/// twenty seconds, so that within a minute of its coming back no money is in limbo. Milliseconds.
pub(super) fn pause(questions: i64, age: i64) -> i64 {
    const HOUR: i64 = 3_600_000;
    let longest = match age / HOUR {
        ..=0 => 20_000,
        1..24 => 5 * 60_000,
        _ => HOUR,
    };
    (2_000i64 << questions.clamp(0, 12)).min(longest)
}

pub(crate) fn is_open(payment: &PaymentRow) -> bool {
    matches!(payment.status.as_str(), "created" | "open")
}

/// What was being paid is another amount now: nobody may pay it any more, and who takes the money is told at once.
pub(super) async fn give_up_payments(tx: &mut Tx<'_>, order_id: i64, why: &str, at: i64) -> Result<()> {
    for old in payments::of_order(tx, order_id).await?.iter().filter(|payment| is_open(payment)) {
        let look = Look { seen: old.check_at, next: Some(at) };
        payments::failed(tx, old.id, why, look, at).await?;
        payments::hasten(tx, &old.provider, &old.reference, at).await?;
    }
    Ok(())
}

/// Until when an order is held while it is paid.
fn waits_until(order: &OrderRow, now: i64) -> Result<i64> {
    let until = order.held_until.filter(|until| order.settled_at.is_none() && *until > now);
    until.ok_or_else(|| OrderRefusal::HoldOver.into())
}

/// Whether any of these groups is held while it is paid.
fn waits_for_money(groups: &[ReservationRow], now: i64) -> bool {
    let pending = ReservationStatus::Pending.code();
    groups.iter().any(|group| group.status == pending && group.expires_at > now)
}

fn money(payment: &PaymentRow) -> Result<Money> {
    Ok(Money::new(payment.amount, currency_of(&payment.currency)?))
}

#[cfg(test)]
mod tests {
    use super::pause;

    #[test]
    fn a_provider_is_asked_often_at_first_and_ever_less() {
        const HOUR: i64 = 3_600_000;
        for (questions, age, expected) in [
            (0, 0, 2_000),
            (1, -HOUR, 4_000),
            (3, 0, 16_000),
            (4, 0, 20_000),
            (40, HOUR - 1, 20_000),
            (40, HOUR, 300_000),
            (40, 24 * HOUR, HOUR),
        ] {
            assert_eq!(pause(questions, age), expected, "{questions} questions, {age} ms old");
        }
    }
}
