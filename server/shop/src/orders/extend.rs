//! Holding a basket longer while it is paid: once.

use onshelf_db::{fulfilment, orders, stock};
use onshelf_vocabulary::{fulfilment::ReservationStatus, orders::OrderRefusal};

use super::HOLD;
use crate::{Error, Result, Shop, secrets::fingerprint};

impl Shop {
    /// Ten minutes more from now, once, while the hold still lasts.
    #[tracing::instrument(target = "otel", level = "debug", name = "extend order", skip_all)]
    pub async fn extend_order(&self, number: &str, token: &str) -> Result<()> {
        let (number, hash, now) = (number.to_owned(), fingerprint(token), self.now_ms());
        self.db()
            .write(move |mut tx| {
                let (number, hash) = (number.clone(), hash.clone());
                Box::pin(async move {
                    let order = orders::by_token(&mut tx, &number, &hash).await?.ok_or(Error::NotFound)?;
                    if order.held_until.is_none_or(|until| until <= now) {
                        return Err(OrderRefusal::HoldOver.into());
                    }
                    if !orders::extend(&mut tx, order.id, now + HOLD).await? {
                        return Err(OrderRefusal::ExtendedBefore.into());
                    }
                    for row in fulfilment::of_order(&mut tx, order.id).await? {
                        if row.status == ReservationStatus::Pending.code() {
                            stock::keep_until(&mut tx, row.id, now + HOLD, now).await?;
                            fulfilment::set_expiry(&mut tx, row.id, now + HOLD).await?;
                        }
                    }
                    Ok::<_, Error>(())
                })
            })
            .await?;
        self.wake_stock();
        Ok(())
    }
}
