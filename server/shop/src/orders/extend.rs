//! Holding a basket longer while it is paid: once.

use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders, stock,
};
use onshelf_vocabulary::{fulfilment::ReservationStatus, orders::OrderRefusal};

use super::HOLD;
use crate::{Error, Once, Result, Shop, secrets::fingerprint};

impl Shop {
    /// Ten minutes more from now, once, while the hold still lasts.
    #[tracing::instrument(target = "otel", level = "debug", name = "extend order", skip_all)]
    pub async fn extend_order(&self, number: &str, token: &str) -> Result<()> {
        self.extend(number, token, None).await
    }

    /// The same for a program, which may say it twice. A basket that is only kept is no order.
    pub async fn extend_order_once(&self, number: &str, token: &str, once: &Once) -> Result<()> {
        self.owned_order(number, token).await?;
        self.extend(number, token, Some(once)).await
    }

    async fn extend(&self, number: &str, token: &str, once: Option<&Once>) -> Result<()> {
        let (number, hash, now) = (number.to_owned(), fingerprint(token), self.now_ms());
        let once = once.cloned();
        self.db()
            .write(move |mut tx| {
                let (number, hash, once) = (number.clone(), hash.clone(), once.clone());
                Box::pin(async move {
                    let order = orders::by_token(&mut tx, &number, &hash).await?.ok_or(Error::NotFound)?;
                    // Who says it again at the same moment waits here: else they are told that it was done before.
                    if Once::was_asked(&mut tx, once.as_ref(), now).await? {
                        return Ok::<_, Error>(());
                    }
                    if order.held_until.is_none_or(|until| until <= now) {
                        return Err(OrderRefusal::HoldOver.into());
                    }
                    if !orders::extend(&mut tx, order.id, now + HOLD).await? {
                        return Err(OrderRefusal::ExtendedBefore.into());
                    }
                    for row in fulfilment::of_order(&mut tx, order.id).await? {
                        match ReservationStatus::from_code(&row.status) {
                            Some(ReservationStatus::Pending) => keep_longer(&mut tx, &row, now).await?,
                            // While this waited for its turn it ended.
                            Some(ReservationStatus::Expired) => return Err(OrderRefusal::HoldOver.into()),
                            _ => {}
                        }
                    }
                    Ok(())
                })
            })
            .await?;
        self.wake_stock();
        Ok(())
    }
}

/// All that it holds, or nothing: what ran out while this waited for its turn may be somebody else's by now.
async fn keep_longer(tx: &mut Tx<'_>, row: &ReservationRow, now: i64) -> Result<()> {
    let lines = fulfilment::lines(tx, row.id).await?;
    let wanted: i64 = lines.iter().map(|line| line.quantity).sum();
    if stock::keep_until(tx, row.id, now + HOLD, now).await? != wanted {
        return Err(OrderRefusal::HoldOver.into());
    }
    Ok(fulfilment::set_expiry(tx, row.id, now + HOLD).await?)
}
