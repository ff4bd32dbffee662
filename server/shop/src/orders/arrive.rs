//! Curbside without an app: on the way, and here, with the bay and the car.

use onshelf_db::{fulfilment, orders};
use onshelf_vocabulary::{fulfilment::Way, orders::OrderRefusal};

use crate::{
    Error, Result, Shop,
    fulfilment::{state_of, way_of},
    jobs::{Job, enqueue},
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
                        let status = state_of(&row)?.status_at(now);
                        let waits = status.is_live() && status.code() != "pending";
                        if !meant || !waits || way_of(&row)? != Way::Curbside {
                            continue;
                        }
                        fulfilment::set_arrival(&mut tx, row.id, arrived, &bay, &car, at).await?;
                        told += 1;
                    }
                    if told == 0 {
                        return Err(OrderRefusal::HoldOver.into());
                    }
                    let event = if arrived { "order.arrived" } else { "order.on_way" };
                    let data = serde_json::json!({ "number": number, "bay": bay, "car": car });
                    enqueue(&mut tx, &Job::Event { event: event.to_owned(), data, at }, at).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        self.wake_outbox();
        Ok(())
    }
}

fn tidy(text: &str, most: usize) -> String {
    let kept: String = text.chars().filter(|c| !c.is_control()).take(most).collect();
    kept.trim().to_owned()
}
