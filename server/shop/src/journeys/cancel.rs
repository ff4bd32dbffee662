//! Cancelling a reservation, or an order: what has not left a shelf gives its stock back, and what was paid goes back.

use onshelf_db::{fulfilment, orders, payments};
use onshelf_domain::orders::overall;
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationStatus, ReservationView},
    orders::{OrderRefusal, OrderView},
};

use super::step::write_step;
use crate::{
    Error, Once, Result, Shop,
    fulfilment::{standing_of, state_of},
    orders::{is_open, lock_levels, refund_group},
    secrets::fingerprint,
};

impl Shop {
    /// Cancels for whoever shows the token, and gives the stock back. Cancelling twice is no error.
    #[tracing::instrument(target = "otel", level = "debug", name = "cancel reservation", skip_all)]
    pub async fn cancel_reservation(
        &self,
        lang: Lang,
        number: &str,
        token: &str,
        once: Option<&Once>,
    ) -> Result<ReservationView> {
        let (hash, once, now) = (fingerprint(token), once.cloned(), self.now());
        let owned = number.to_owned();
        self.db()
            .write(move |mut tx| {
                let (number, hash, once) = (owned.clone(), hash.clone(), once.clone());
                Box::pin(async move {
                    let row = fulfilment::by_token(&mut tx, &number, &hash).await?;
                    let row = row.ok_or(Error::NotFound)?;
                    if Once::was_asked(&mut tx, once.as_ref(), now.as_millisecond()).await? {
                        return Ok::<_, Error>(());
                    }
                    let state = state_of(&row)?;
                    if state.status_at(now) != ReservationStatus::Cancelled {
                        write_step(&mut tx, &row, state.cancel(now)?, "shopper", now).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        self.wake_stock();
        self.wake_outbox();
        self.reservation(lang, number, token).await
    }

    /// Cancels for whoever shows the token. Cancelling twice is no error; what has left the shelf cannot be cancelled.
    #[tracing::instrument(target = "otel", level = "debug", name = "cancel order", skip_all)]
    pub async fn cancel_order(
        &self,
        lang: Lang,
        number: &str,
        token: &str,
        once: Option<&Once>,
    ) -> Result<OrderView> {
        let (own, hash, once, now) = (number.to_owned(), fingerprint(token), once.cloned(), self.now());
        self.db()
            .write(move |mut tx| {
                let (number, hash, once) = (own.clone(), hash.clone(), once.clone());
                Box::pin(async move {
                    let order = orders::by_token(&mut tx, &number, &hash).await?.ok_or(Error::NotFound)?;
                    let at = now.as_millisecond();
                    if Once::was_asked(&mut tx, once.as_ref(), at).await? {
                        return Ok::<_, Error>(());
                    }
                    if !orders::advance(&mut tx, order.id, order.version).await? {
                        return Err(onshelf_db::Error::Contended.into());
                    }
                    let groups = fulfilment::of_order(&mut tx, order.id).await?;
                    let standing = standing_of(&groups, now)?;
                    let cancelled = standing.iter().all(|status| *status == ReservationStatus::Cancelled);
                    if !cancelled && !standing.iter().any(|status| status.is_live()) {
                        let status = overall(order.settled_at.is_some(), &standing);
                        return Err(OrderRefusal::WrongState { status }.into());
                    }
                    lock_levels(&mut tx, &groups, &[]).await?;
                    for row in &groups {
                        // Read anew: one offer that is given up ends the others beside it.
                        let row = fulfilment::of_order_by_number(&mut tx, order.id, &row.number).await?;
                        let row = row.ok_or(Error::NotFound)?;
                        if let Ok(step) = state_of(&row)?.cancel(now) {
                            write_step(&mut tx, &row, step, "shopper", now).await?;
                        } else if fulfilment::heal(&mut tx, row.id, at).await? {
                            // Nobody looks for something else any more.
                            refund_group(&mut tx, &order, &row, "cancelled", at).await?;
                        }
                    }
                    // A payment under way is closed with its provider; if it was paid meanwhile, that goes back.
                    for payment in payments::of_order(&mut tx, order.id).await?.iter().filter(|p| is_open(p))
                    {
                        payments::hasten(&mut tx, &payment.provider, &payment.reference, at).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        self.wake_stock();
        self.wake_outbox();
        self.wake_payments();
        self.wake_refunds();
        self.order(lang, number, token).await
    }
}
