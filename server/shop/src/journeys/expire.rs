//! Writing down that reservations have run out. Their stock was free from that second on anyway.

use onshelf_db::{fulfilment, orders};

use super::step::write_step;
use crate::{Error, Result, Shop, fulfilment::state_of, orders::lock_with_rivals, pulse::Deed};

const BATCH: i64 = 200;

impl Shop {
    /// Ends every reservation whose time is over; answers how many. One that cannot be ended keeps up none beside it.
    pub async fn expire_reservations(&self) -> Result<usize> {
        let mut ended = 0;
        loop {
            let due = {
                let mut reader = self.db().reader().await?;
                fulfilment::due(&mut reader.tx(), self.now_ms(), BATCH).await?
            };
            if due.is_empty() {
                return Ok(ended);
            }
            let mut failed = None;
            for row in due {
                match self.expire(&row.number).await {
                    Ok(done) => ended += usize::from(done),
                    // Without a database there is no use in trying the next.
                    Err(error @ Error::Database(_)) => return Err(error),
                    Err(error) => failed = Some(error),
                }
            }
            if let Some(error) = failed {
                return Err(error);
            }
        }
    }

    #[tracing::instrument(target = "otel", level = "debug", name = "expire", skip_all)]
    async fn expire(&self, number: &str) -> Result<bool> {
        let (number, now) = (number.to_owned(), self.now());
        let done = self
            .db()
            .write(move |mut tx| {
                let number = number.clone();
                Box::pin(async move {
                    let row = fulfilment::for_job(&mut tx, &number).await?.ok_or(Error::NotFound)?;
                    // Collected or cancelled in the meantime: nothing is left to end.
                    let Ok(step) = state_of(&row)?.expire(now) else { return Ok::<_, Error>(false) };
                    if let (Some(order_id), Some(_)) = (row.order_id, &row.offered_for) {
                        orders::lock(&mut tx, order_id).await?;
                        lock_with_rivals(&mut tx, &row).await?;
                    }
                    write_step(&mut tx, &row, step, "clock", now).await?;
                    Ok(true)
                })
            })
            .await?;
        if done {
            Deed::ReservationExpired.count();
            self.wake_stock();
            self.wake_outbox();
        }
        Ok(done)
    }
}
