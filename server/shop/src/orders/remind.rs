//! Telling people in time: that it will be later than promised, and that it is given up soon. Once each.

use onshelf_db::{Tx, fulfilment, fulfilment::ReservationRow, orders};

use crate::{
    Error, Result, Shop,
    jobs::{OrderNews, announce_order},
};

/// How long before it is given up its owner is reminded. Milliseconds.
const AHEAD: i64 = 3 * 3_600_000;
const ROUND: i64 = 100;

impl Shop {
    /// Writes the messages that are due; answers how many.
    pub async fn remind(&self) -> Result<usize> {
        let now = self.now_ms();
        let due = {
            let mut reader = self.db().reader().await?;
            let mut tx = reader.tx();
            let late = fulfilment::late(&mut tx, now, ROUND).await?;
            let leaving = fulfilment::leaving(&mut tx, now, now + AHEAD, ROUND).await?;
            let late = late.into_iter().map(|row| (row, OrderNews::Delayed));
            late.chain(leaving.into_iter().map(|row| (row, OrderNews::Reminder))).collect::<Vec<_>>()
        };
        if due.is_empty() {
            return Ok(0);
        }
        let told = self
            .db()
            .write(move |mut tx| {
                let due = due.clone();
                Box::pin(async move {
                    let mut told = 0;
                    for (row, about) in &due {
                        told += usize::from(tell(&mut tx, row, *about, now).await?);
                    }
                    Ok::<_, Error>(told)
                })
            })
            .await?;
        self.wake_outbox();
        Ok(told)
    }
}

async fn tell(tx: &mut Tx<'_>, row: &ReservationRow, about: OrderNews, now: i64) -> Result<bool> {
    let first = match about {
        OrderNews::Delayed => fulfilment::told_late(tx, row.id, now).await?,
        _ => fulfilment::told_leaving(tx, row.id, now).await?,
    };
    let order = match row.order_id {
        Some(id) if first => orders::by_id(tx, id).await?,
        _ => None,
    };
    let Some(order) = order else { return Ok(false) };
    announce_order(tx, &order.number, Some(&row.number), about, now).await?;
    Ok(true)
}
