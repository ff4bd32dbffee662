//! Curbside without an app: on the way, and here, with the bay and the car.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders, passes,
};
use onshelf_domain::{fulfilment::is_unprintable, orders::overall};
use onshelf_vocabulary::{
    fulfilment::{Fault, FieldFault, ReservationStatus, Way},
    orders::OrderRefusal,
};

use crate::{
    Error, Once, Result, Shop,
    fulfilment::{standing_of, state_of, way_of},
    jobs::{ARRIVED, Event, ON_WAY, tell_partners},
    secrets::fingerprint,
};

const BAY_MAX: usize = 12;
const CAR_MAX: usize = 60;

/// Where the car stands, and what it looks like.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByCar<'a> {
    pub bay: &'a str,
    pub car: &'a str,
}

impl ByCar<'_> {
    fn checked(self) -> Result<(String, String)> {
        let (bay, car) = (self.bay.trim(), self.car.trim());
        let fault = |text: &str, most: usize| match text {
            long if long.chars().nth(most).is_some() => Some(Fault::TooLong),
            odd if odd.chars().any(is_unprintable) => Some(Fault::BadCharacters),
            _ => None,
        };
        let faults: Vec<FieldFault> = [("/bay", bay, BAY_MAX), ("/car", car, CAR_MAX)]
            .into_iter()
            .filter_map(|(pointer, text, most)| {
                let fault = fault(text, most)?;
                Some(FieldFault { pointer: pointer.to_owned(), fault })
            })
            .collect();
        if faults.is_empty() {
            Ok((bay.to_owned(), car.to_owned()))
        } else {
            Err(OrderRefusal::Invalid { faults }.into())
        }
    }
}

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
        words: ByCar<'_>,
        once: Option<&Once>,
    ) -> Result<()> {
        let (number, hash, group) = (number.to_owned(), fingerprint(token), group.map(ToOwned::to_owned));
        let ((bay, car), once, now) = (words.checked()?, once.cloned(), self.now());
        self.db()
            .write(move |mut tx| {
                let (number, hash, group) = (number.clone(), hash.clone(), group.clone());
                let (bay, car, once) = (bay.clone(), car.clone(), once.clone());
                Box::pin(async move {
                    let order = orders::by_token(&mut tx, &number, &hash).await?.ok_or(Error::NotFound)?;
                    let at = now.as_millisecond();
                    if Once::was_asked(&mut tx, once.as_ref(), at).await? {
                        return Ok::<_, Error>(());
                    }
                    let mut told = 0;
                    let rows = fulfilment::of_order(&mut tx, order.id).await?;
                    let standing = standing_of(&rows, now)?;
                    for row in rows {
                        let meant = group.as_ref().is_none_or(|group| *group == row.number);
                        if meant && is_waited_for(&row, now)? {
                            fulfilment::set_arrival(&mut tx, row.id, arrived, &bay, &car, at).await?;
                            told += 1;
                        }
                    }
                    if told == 0 {
                        let status = overall(order.settled_at.is_some(), &standing);
                        return Err(OrderRefusal::WrongState { status }.into());
                    }
                    tell(&mut tx, &number, arrived, &bay, &car, at).await
                })
            })
            .await?;
        self.wake_outbox();
        Ok(())
    }

    /// The same by whoever was sent, for what their link opens.
    pub async fn announce_by_pass(
        &self,
        secret: &str,
        arrived: bool,
        words: ByCar<'_>,
        once: Option<&Once>,
    ) -> Result<()> {
        let (hash, once, now) = (fingerprint(secret), once.cloned(), self.now());
        let (bay, car) = words.checked()?;
        self.db()
            .write(move |mut tx| {
                let (hash, bay, car, once) = (hash.clone(), bay.clone(), car.clone(), once.clone());
                Box::pin(async move {
                    let at = now.as_millisecond();
                    let found = passes::by_link(&mut tx, &hash).await?;
                    if found.is_empty() {
                        return Err(Error::NotFound);
                    }
                    if Once::was_asked(&mut tx, once.as_ref(), at).await? {
                        return Ok::<_, Error>(());
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
    let event = if arrived { ARRIVED } else { ON_WAY };
    let data = serde_json::json!({ "number": number, "bay": bay, "car": car });
    tell_partners(tx, &[Event { name: event.to_owned(), data, at }], at).await
}
