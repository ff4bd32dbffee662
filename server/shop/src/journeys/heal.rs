//! When something of an order was not found, or did not come: whatever could take its place is held at once, and the
//! shopper is asked by one link. What they do not take in time is refunded; nobody waits for an answer that does not
//! come.

use onshelf_db::{
    fulfilment::{self, ReservationLineRow, ReservationRow},
    orders::{self, OrderRow},
};
use onshelf_vocabulary::{
    fulfilment::{Astray, ReservationStatus},
    orders::OrderRefusal,
};

use crate::{
    Error, Result, Shop,
    fulfilment::astray_of,
    jobs::{OrderNews, announce_order},
    orders::{Group, refund_group, write_groups},
};

/// How often it is looked anew for what could take its place, where somebody was quicker.
const LOOKS: usize = 3;

/// What was not found, and for whom.
#[derive(Clone)]
pub(super) struct Lost {
    pub row: ReservationRow,
    pub lines: Vec<ReservationLineRow>,
    pub order: OrderRow,
    /// Where the order is delivered to, if any of it is.
    pub address: Option<String>,
}

/// Why its money goes back, as whoever carries that out is told.
fn reason(row: &ReservationRow) -> &'static str {
    match astray_of(row) {
        None => "not found",
        Some(Astray::Lost) => "lost on its way",
        Some(Astray::CameBack) => "could not be delivered",
    }
}

impl Shop {
    /// Looks for other ways to get what was not found, holds them all and asks; refunds where there are none. Doing it
    /// twice does it once.
    #[tracing::instrument(target = "otel", level = "debug", name = "heal", skip_all)]
    pub async fn heal(&self, group: &str) -> Result<()> {
        let Some(lost) = self.lost(group).await? else { return Ok(()) };
        for _ in 0..LOOKS {
            self.catch_up().await?;
            let offers = self.alternatives(&self.book(), &lost)?;
            match self.settle_lost(&lost, offers).await {
                Err(Error::Order(OrderRefusal::OutOfStock { .. })) => {}
                outcome => return outcome,
            }
        }
        self.settle_lost(&lost, Vec::new()).await
    }

    async fn lost(&self, group: &str) -> Result<Option<Lost>> {
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let row = fulfilment::for_job(&mut tx, group).await?.ok_or(Error::NotFound)?;
        let Some(id) = row.order_id else { return Ok(None) };
        if row.status != ReservationStatus::NotFound.code() {
            return Ok(None);
        }
        let order = orders::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let lines = fulfilment::lines(&mut tx, row.id).await?;
        let groups = fulfilment::of_order(&mut tx, id).await?;
        let known = row.address.clone().or_else(|| groups.into_iter().find_map(|group| group.address));
        Ok(Some(Lost { row, lines, order, address: known }))
    }

    /// All of the offers are held, or none of them; where there are none, the money is set apart.
    async fn settle_lost(&self, lost: &Lost, offers: Vec<Group>) -> Result<()> {
        let (lost, now) = (lost.clone(), self.now_ms());
        self.db()
            .write(move |mut tx| {
                let (lost, offers) = (lost.clone(), offers.clone());
                Box::pin(async move {
                    orders::lock(&mut tx, lost.order.id).await?;
                    if !fulfilment::heal(&mut tx, lost.row.id, now).await? {
                        return Ok::<_, Error>(());
                    }
                    let about = if offers.is_empty() {
                        refund_group(&mut tx, &lost.order, &lost.row, reason(&lost.row), now).await?;
                        OrderNews::NotFound
                    } else {
                        write_groups(&mut tx, lost.order.id, &offers, now).await?;
                        OrderNews::Offered
                    };
                    announce_order(&mut tx, &lost.order.number, Some(&lost.row.number), about, now).await
                })
            })
            .await?;
        self.wake_stock();
        self.wake_outbox();
        self.wake_refunds();
        Ok(())
    }
}
