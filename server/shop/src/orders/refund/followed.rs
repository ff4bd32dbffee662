//! What became of money that went back, as the provider tells it: refunds that arrived or failed after they were asked
//! for, and those that nobody here asked for. Each is written once, under the provider's own name for it.

use onshelf_db::{
    Tx, orders,
    payments::{self, Look, PaymentRow, RefundRow},
};

use super::{call_key, enter, enter_done, standing_in_books};
use crate::{
    Error, PaymentFault, RefundStanding, RefundStatement, Result, Shop, orders::pay::pause, pulse::Deed,
};

/// What a look at the refunds of a payment came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Followed {
    /// How many were written down as done.
    done: usize,
    /// Something may still become of one of them: it is looked at again.
    open: bool,
}

impl Shop {
    /// Looks at what went back of money that was captured, where there may be news of it: somebody told, or books differ.
    #[tracing::instrument(target = "otel", level = "debug", name = "look at refunds", skip_all)]
    pub(in crate::orders) async fn look_at_refunds(&self, payment: &PaymentRow) -> Result<()> {
        let (Some(provider), Some(provider_id)) = (self.provider_of(payment), payment.provider_id.as_deref())
        else {
            return self.looked_after(payment, false).await;
        };
        match provider.refunds(&payment.reference, provider_id).await {
            Ok(told) => {
                let open = self.follow_refunds(payment, told).await?;
                self.looked_after(payment, open).await
            }
            Err(PaymentFault::Passing(why)) => {
                let (id, provider) = (payment.id, &payment.provider);
                tracing::warn!(
                    payment = id,
                    provider,
                    why,
                    "{provider} did not tell of refunds of payment {id} ({why}); it is asked again."
                );
                self.looked_after(payment, true).await
            }
            Err(PaymentFault::Refused(why)) => {
                let (id, provider) = (payment.id, &payment.provider);
                tracing::error!(
                    payment = id,
                    provider,
                    why,
                    "{provider} refuses to tell of refunds of payment {id} ({why}): a person must look."
                );
                self.looked_after(payment, false).await
            }
        }
    }

    /// Writes down what is new; answers whether more may become of it.
    async fn follow_refunds(&self, payment: &PaymentRow, told: Vec<RefundStatement>) -> Result<bool> {
        let (payment, now) = (payment.clone(), self.now_ms());
        let followed = self
            .db()
            .write(move |mut tx| {
                let (payment, told) = (payment.clone(), told.clone());
                Box::pin(async move { follow(&mut tx, &payment, &told, now).await })
            })
            .await?;
        for _ in 0..followed.done {
            Deed::RefundDone.count();
        }
        self.wake_outbox();
        self.wake_payments();
        self.wake_refunds();
        Ok(followed.open)
    }

    async fn looked_after(&self, payment: &PaymentRow, again: bool) -> Result<()> {
        let (id, now) = (payment.id, self.now_ms());
        let age = now - payment.ended_at.unwrap_or(payment.created_at);
        let next = again.then(|| now + pause(payment.checks, age));
        let look = Look { seen: payment.check_at, next };
        self.db()
            .write(move |mut tx| {
                Box::pin(async move { Ok::<_, Error>(payments::looked_after(&mut tx, id, look).await?) })
            })
            .await
    }
}

async fn follow(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    told: &[RefundStatement],
    now: i64,
) -> Result<Followed> {
    // The order comes before its payments for everybody, so that nobody waits in a circle.
    orders::lock(tx, payment.order_id).await?;
    let mut followed = Followed::default();
    // What failed is owed again before anything is settled with what arrived: providers tell the newest first.
    let (failed, others): (Vec<_>, Vec<_>) =
        told.iter().partition(|refund| refund.standing == RefundStanding::Failed);
    for refund in failed.into_iter().chain(others) {
        // Read anew for each: what one of them settles is settled for the next.
        let rows = rows_of(tx, payment).await?;
        match refund.standing {
            RefundStanding::Done => arrived(tx, payment, &rows, refund, &mut followed, now).await?,
            RefundStanding::Failed => came_back(tx, payment, &rows, refund, now).await?,
            // Who asked for it asks how it is; of others there is nobody else to ask.
            RefundStanding::Pending => followed.open |= asked(payment, &rows, refund).is_none(),
        }
    }
    Ok(followed)
}

async fn rows_of(tx: &mut Tx<'_>, payment: &PaymentRow) -> Result<Vec<RefundRow>> {
    let mut rows = payments::refunds_of(tx, payment.order_id).await?;
    rows.retain(|row| row.payment_id == payment.id);
    Ok(rows)
}

/// Ours, which the provider was asked for under this key.
fn asked<'r>(payment: &PaymentRow, rows: &'r [RefundRow], refund: &RefundStatement) -> Option<&'r RefundRow> {
    let key = refund.key.as_deref()?;
    rows.iter().find(|row| call_key(payment, row) == key)
}

/// Those that were settled under this name before.
fn known<'r>(rows: &'r [RefundRow], refund: &'r RefundStatement) -> impl Iterator<Item = &'r RefundRow> {
    rows.iter().filter(move |row| row.provider_id.as_deref() == Some(refund.name.as_str()))
}

/// Writes down that one arrived, as whoever asked for it is told; answers how many that is news of. In its order's turn:
/// who looks at all refunds of a payment comes the same way, and so does who lessens what is owed.
pub(super) async fn enter_arrived(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    refund: &RefundStatement,
    now: i64,
) -> Result<usize> {
    orders::lock(tx, payment.order_id).await?;
    let rows = rows_of(tx, payment).await?;
    let mut followed = Followed::default();
    arrived(tx, payment, &rows, refund, &mut followed, now).await?;
    Ok(followed.done)
}

async fn arrived(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    rows: &[RefundRow],
    refund: &RefundStatement,
    followed: &mut Followed,
    now: i64,
) -> Result<()> {
    let mut own: Vec<&RefundRow> = known(rows, refund).collect();
    if own.is_empty() {
        own.extend(asked(payment, rows, refund).filter(|row| row.status != "done"));
    }
    let mut rest = refund.amount;
    for row in own {
        rest -= row.amount;
        followed.done += usize::from(enter_done(tx, payment, row.id, row.amount, &refund.name, now).await?);
    }
    // Nobody here asked for it, or less was owed since, as part of it had gone back by another way.
    if rest > 0 {
        made_elsewhere(tx, payment, rest, &refund.name, followed, now).await?;
    }
    Ok(())
}

/// What went back by another way settles what is owed since a refund was given up; the rest of it is one more refund,
/// bounded by what was captured.
async fn made_elsewhere(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    amount: i64,
    name: &str,
    followed: &mut Followed,
    now: i64,
) -> Result<()> {
    let fresh = payments::by_id(tx, payment.id).await?.ok_or(Error::NotFound)?;
    let rows = rows_of(tx, payment).await?;
    let mut owed: Vec<&RefundRow> =
        rows.iter().filter(|row| standing_in_books(row) == RefundStanding::Failed).collect();
    let room = fresh.captured - fresh.refunded + owed.iter().map(|row| row.amount).sum::<i64>();
    if amount > room {
        // What of ours is under way will be refused, and is then settled by this one.
        if rows.iter().any(|row| standing_in_books(row) == RefundStanding::Pending) {
            followed.open = true;
        } else {
            let id = payment.id;
            tracing::error!(payment = id, "More of payment {id} went back than is left: a person must look.");
        }
        return Ok(());
    }
    owed.sort_by_key(|row| row.amount != amount);
    let mut rest = amount;
    let mut key = format!("elsewhere:{}:{name}", payment.reference);
    for row in owed {
        if row.amount > rest {
            payments::owe_less(tx, row, rest).await?;
            // It went back for the same.
            key = format!("{}/{name}", row.key);
            break;
        }
        enter_done(tx, payment, row.id, row.amount, name, now).await?;
        rest -= row.amount;
    }
    if rest > 0 {
        if !payments::refunded_elsewhere(tx, payment, &key, name, rest, now).await? {
            return Err(onshelf_db::Error::Contended.into());
        }
        enter(tx, payment, &key, rest, now).await?;
    }
    let id = payment.id;
    tracing::warn!(
        payment = id,
        amount,
        "{amount} of payment {id} went back elsewhere; it is booked as a refund."
    );
    followed.done += 1;
    Ok(())
}

/// The provider could not deliver it: what was booked is taken back, and the money is owed again.
async fn came_back(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    rows: &[RefundRow],
    refund: &RefundStatement,
    now: i64,
) -> Result<()> {
    for row in known(rows, refund) {
        if !payments::refund_came_back(tx, row.id, &refund.name, "it did not arrive").await? {
            continue;
        }
        let id = row.id;
        tracing::error!(refund = id, "The refund {id} did not arrive: a person must look.");
        let account = format!("provider:{}", payment.provider);
        let amounts = [(account.as_str(), row.amount), ("customer", -row.amount)];
        let entry = format!("refund_failed:{}", row.key);
        payments::book(tx, &entry, payment.order_id, &payment.currency, &amounts, now).await?;
    }
    // One that was asked for and waits is given up by who asked for it.
    if let Some(row) = asked(payment, rows, refund) {
        payments::hasten_refund(tx, row.id, now).await?;
    }
    Ok(())
}
