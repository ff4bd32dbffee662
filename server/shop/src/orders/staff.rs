//! What partners do with the groups of an order: a warehouse or a till carries them on.

use onshelf_db::{fulfilment, orders};
use onshelf_vocabulary::{StoreCode, fulfilment::ReservationStatus, staff::BoardDeed};

use crate::{Error, Once, Result, Shop, fulfilment::step, partners::Partner};

impl Shop {
    /// Carries a group one step on; answers where it stands.
    #[tracing::instrument(target = "otel", level = "debug", name = "carry group", skip_all)]
    pub async fn carry_group(
        &self,
        partner: &Partner,
        once: &Once,
        number: &str,
        group: &str,
        deed: BoardDeed,
    ) -> Result<String> {
        let book = self.book();
        let (own, part, once, now) = (number.to_owned(), group.to_owned(), once.clone(), self.now());
        let partner = partner.clone();
        let status = self
            .db()
            .write(move |mut tx| {
                let (book, partner, once) = (book.clone(), partner.clone(), once.clone());
                let (number, group) = (own.clone(), part.clone());
                Box::pin(async move {
                    if let Some(before) = once.before(&mut tx).await? {
                        return Ok::<String, Error>(before);
                    }
                    let order = orders::by_number(&mut tx, &number).await?.ok_or(Error::NotFound)?;
                    let row = fulfilment::for_job(&mut tx, &group).await?.ok_or(Error::NotFound)?;
                    let store = book.stores.by_id(row.store_id).ok_or(Error::NotFound)?;
                    if row.order_id != Some(order.id) {
                        return Err(Error::NotFound);
                    }
                    let code = StoreCode::new(store.code.to_string()).map_err(Error::internal)?;
                    partner.may_for(&code, "pos")?;
                    let actor = partner.actor();
                    step(&mut tx, row.store_id, &group, &actor, now, |reservation| {
                        reservation.perform(deed, now)
                    })
                    .await?;
                    let at = now.as_millisecond();
                    onshelf_db::staff::trail(&mut tx, &actor, deed.code(), &group, at).await?;
                    let after = fulfilment::for_job(&mut tx, &group).await?.ok_or(Error::NotFound)?;
                    once.keep(&mut tx, &after.status, at).await?;
                    Ok(after.status)
                })
            })
            .await?;
        self.wake_stock();
        self.wake_outbox();
        self.wake_payments();
        debug_assert!(ReservationStatus::from_code(&status).is_some());
        Ok(status)
    }
}
