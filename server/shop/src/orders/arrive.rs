//! Curbside without an app: on the way, and here, with the bay and the car.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders, passes,
};
use onshelf_vocabulary::{
    fulfilment::{ReservationStatus, Way},
    orders::OrderRefusal,
};

use crate::{
    Error, Result, Shop,
    fulfilment::{state_of, way_of},
    jobs::{Event, tell_partners},
    secrets::fingerprint,
};

const BAY_MAX: usize = 12;
const CAR_MAX: usize = 60;

impl Shop {
    /// Tells the store that the owner is on the way (`arrived` false) or there. For one group, or all that are
    /// brought to the car.
    #[tracing::instrument(target = "otel", level = "debug", name = "announce arrival", skip_all)]
    pub async fn announce_arrival(
        &self,
        number: &str,
        token: &str,
        group: Option<&str>,
        arrived: bool,
        bay: &str,
        car: &str,
    ) -> Result<()> {
        let (number, hash, group) = (number.to_owned(), fingerprint(token), group.map(ToOwned::to_owned));
        let (bay, car, now) = (tidy(bay, BAY_MAX), tidy(car, CAR_MAX), self.now());
        self.db()
            .write(move |mut tx| {
                let (number, hash, group) = (number.clone(), hash.clone(), group.clone());
                let (bay, car) = (bay.clone(), car.clone());
                Box::pin(async move {
                    let order = orders::by_token(&mut tx, &number, &hash).await?.ok_or(Error::NotFound)?;
                    let at = now.as_millisecond();
                    let mut told = 0;
                    for row in fulfilment::of_order(&mut tx, order.id).await? {
                        let meant = group.as_ref().is_none_or(|group| *group == row.number);
                        if meant && is_waited_for(&row, now)? {
                            fulfilment::set_arrival(&mut tx, row.id, arrived, &bay, &car, at).await?;
                            told += 1;
                        }
                    }
                    if told == 0 {
                        return Err(OrderRefusal::HoldOver.into());
                    }
                    tell(&mut tx, &number, arrived, &bay, &car, at).await
                })
            })
            .await?;
        self.wake_outbox();
        Ok(())
    }

    /// The same by whoever was sent, for what their link opens.
    pub async fn announce_by_pass(&self, secret: &str, arrived: bool, bay: &str, car: &str) -> Result<()> {
        let (hash, now) = (fingerprint(secret), self.now());
        let (bay, car) = (tidy(bay, BAY_MAX), tidy(car, CAR_MAX));
        self.db()
            .write(move |mut tx| {
                let (hash, bay, car) = (hash.clone(), bay.clone(), car.clone());
                Box::pin(async move {
                    let at = now.as_millisecond();
                    let found = passes::by_link(&mut tx, &hash).await?;
                    if found.is_empty() {
                        return Err(Error::NotFound);
                    }
                    let mut order = None;
                    for pass in found {
                        let row = fulfilment::of_pass(&mut tx, pass.reservation_id).await?;
                        let row = row.ok_or(Error::NotFound)?;
                        let open = pass.used_at.is_none() && pass.revoked_at.is_none();
                        if open && is_waited_for(&row, now)? {
                            fulfilment::set_arrival(&mut tx, row.id, arrived, &bay, &car, at).await?;
                            order = row.order_id;
                        }
                    }
                    let order = order.ok_or(OrderRefusal::HoldOver)?;
                    let order = orders::by_id(&mut tx, order).await?.ok_or(Error::NotFound)?;
                    tell(&mut tx, &order.number, arrived, &bay, &car, at).await
                })
            })
            .await?;
        self.wake_outbox();
        Ok(())
    }
}

/// Whether a store brings it to a car, and still has it.
fn is_waited_for(row: &ReservationRow, now: Timestamp) -> Result<bool> {
    let status = state_of(row)?.status_at(now);
    let waits = status.is_live() && status != ReservationStatus::Pending;
    Ok(waits && way_of(row)? == Way::Curbside)
}

async fn tell(tx: &mut Tx<'_>, number: &str, arrived: bool, bay: &str, car: &str, at: i64) -> Result<()> {
    let event = if arrived { "order.arrived" } else { "order.on_way" };
    let data = serde_json::json!({ "number": number, "bay": bay, "car": car });
    tell_partners(tx, &[Event { name: event.to_owned(), data, at }], at).await
}

fn tidy(text: &str, most: usize) -> String {
    let kept: String = text.chars().filter(|c| !c.is_control()).take(most).collect();
    kept.trim().to_owned()
}
