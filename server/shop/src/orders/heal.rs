//! When a pick fails: another store that has it holds it at once, and the shopper is asked. What they do not take in
//! time is refunded; nobody waits for an answer that does not come.

use onshelf_db::{
    fulfilment::{self, ReservationLineRow, ReservationRow},
    orders::{self, OrderRow},
};
use onshelf_domain::fulfilment::{pickup_code, reservation_number};
use onshelf_vocabulary::{
    Quantity, Sku,
    cart::Line,
    fulfilment::{ReservationStatus, Way},
    orders::OrderRefusal,
};

use super::{
    place::write_groups,
    plan::{Group, demand},
    refund::is_refunded,
    settle::{confirm_group, refund_group},
};
use crate::{
    Book, Error, Result, Shop,
    fulfilment::{state_of, way_of, write_step},
    jobs::{OrderNews, announce_order},
    secrets::fingerprint,
};

/// How long something else is held for the shopper to say yes. Milliseconds.
const ASKED_FOR: i64 = 4 * 3_600_000;

impl Shop {
    /// Looks for another way to get a group that was not found, holds it and asks; refunds where there is none.
    /// Doing it twice does it once.
    #[tracing::instrument(target = "otel", level = "debug", name = "heal", skip_all)]
    pub async fn heal(&self, group: &str) -> Result<()> {
        let book = self.book();
        let (row, order, lines) = {
            let mut reader = self.db().reader().await?;
            let mut tx = reader.tx();
            let row = fulfilment::for_job(&mut tx, group).await?.ok_or(Error::NotFound)?;
            let order = match row.order_id {
                Some(id) => orders::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?,
                None => return Ok(()),
            };
            let lines = fulfilment::lines(&mut tx, row.id).await?;
            (row, order, lines)
        };
        if row.status != ReservationStatus::NotFound.code() {
            return Ok(());
        }
        self.catch_up().await?;
        let offer = self.offer_for(&book, &row, &lines)?;
        let healed = match offer {
            Some(offer) => self.hold_offer(&row, &order, offer).await,
            None => Err(OrderRefusal::OutOfStock { short: Vec::new(), elsewhere: Vec::new() }.into()),
        };
        match healed {
            Err(Error::Order(OrderRefusal::OutOfStock { .. })) => self.give_up(&row, &order).await?,
            outcome => outcome?,
        }
        self.wake_stock();
        self.wake_outbox();
        self.wake_payments();
        Ok(())
    }

    /// The same lines at the same prices, from the nearest store that has them.
    fn offer_for(
        &self,
        book: &Book,
        row: &ReservationRow,
        lines: &[ReservationLineRow],
    ) -> Result<Option<Group>> {
        let now = self.now();
        let wanted: Option<Vec<Line>> = lines
            .iter()
            .map(|line| {
                let variant = book.catalogue.variant_by_id(line.variant_id)?;
                Some(Line {
                    sku: Sku::new(&*variant.sku).ok()?,
                    quantity: Quantity::try_from(line.quantity).ok()?,
                })
            })
            .collect();
        let (Some(wanted), Some(store)) = (wanted, book.stores.by_id(row.store_id)) else { return Ok(None) };
        let failed = book.stores.by_id(row.source_id.unwrap_or(row.store_id)).unwrap_or(store);
        let Some(other) = self.source_for(book, &wanted, store.point, Some(failed), now) else {
            return Ok(None);
        };
        let way = way_of(row)?;
        let (at, source, ready_by) = match way {
            Way::Transfer if other.id != store.id => {
                (store, Some(other.id), self.transfer_by(other, store, now))
            }
            Way::Delivery => (
                other,
                None,
                Some(super::moment(row.ready_by)?.max(now + jiff::SignedDuration::from_hours(24))),
            ),
            _ => (other, None, self.promise(other, now)),
        };
        let Some(ready_by) = ready_by else { return Ok(None) };
        let mut random = [0u8; 9];
        self.chance().fill(&mut random);
        let [a, b, c, d, e, f, g, h, i] = random;
        let number = reservation_number([a, b, c, d, e]).ok_or_else(|| Error::internal("no number"))?;
        let way = if way == Way::Curbside { Way::Collect } else { way };
        let offered = ReservationRow {
            token_hash: fingerprint(&self.secrets().token("group", number.as_str())),
            number: number.to_string(),
            code: pickup_code([f, g, h, i]),
            store_id: at.id,
            source_id: source,
            status: ReservationStatus::Pending.code().to_owned(),
            way: way.code().to_owned(),
            placed_at: now.as_millisecond(),
            ready_by: ready_by.as_millisecond(),
            expires_at: now.as_millisecond() + ASKED_FOR,
            offered_for: Some(row.number.clone()),
            window_at: None,
            picking_at: None,
            ready_at: None,
            ended_at: None,
            on_way_at: None,
            arrived_at: None,
            ..row.clone()
        };
        let lines = lines.to_vec();
        Ok(Some(Group { row: offered, lines, demand: demand(book, other.id, &wanted)? }))
    }

    async fn hold_offer(&self, row: &ReservationRow, order: &OrderRow, offer: Group) -> Result<()> {
        let (row, order, now) = (row.clone(), order.clone(), self.now_ms());
        self.db()
            .write(move |mut tx| {
                let (row, order, offer) = (row.clone(), order.clone(), offer.clone());
                Box::pin(async move {
                    let groups = fulfilment::of_order(&mut tx, order.id).await?;
                    let asked = groups.iter().any(|group| group.offered_for.as_ref() == Some(&row.number));
                    // Whose money went back when there was nothing else gets nothing for it a moment later.
                    if asked || is_refunded(&mut tx, &order, &row.number).await? {
                        return Ok::<_, Error>(());
                    }
                    let group = offer.row.number.clone();
                    write_groups(&mut tx, order.id, &[offer], i64::MAX, now).await?;
                    announce_order(&mut tx, &order.number, Some(&group), OrderNews::Offered, now).await
                })
            })
            .await
    }

    async fn give_up(&self, row: &ReservationRow, order: &OrderRow) -> Result<()> {
        let (row, order, now) = (row.clone(), order.clone(), self.now_ms());
        self.db()
            .write(move |mut tx| {
                let (row, order) = (row.clone(), order.clone());
                Box::pin(async move {
                    refund_group(&mut tx, &order, &row, "not found", now).await?;
                    announce_order(&mut tx, &order.number, Some(&row.number), OrderNews::NotFound, now).await
                })
            })
            .await
    }

    /// The owner says yes or no to what is held for them in place of what was not found.
    #[tracing::instrument(target = "otel", level = "debug", name = "answer offer", skip_all)]
    pub async fn answer_offer(&self, number: &str, token: &str, group: &str, accept: bool) -> Result<()> {
        let book = self.book();
        let (number, hash, group, now) =
            (number.to_owned(), fingerprint(token), group.to_owned(), self.now());
        self.db()
            .write(move |mut tx| {
                let (book, number) = (book.clone(), number.clone());
                let (hash, group) = (hash.clone(), group.clone());
                Box::pin(async move {
                    let order = orders::by_token(&mut tx, &number, &hash).await?.ok_or(Error::NotFound)?;
                    let groups = fulfilment::of_order(&mut tx, order.id).await?;
                    let offered =
                        groups.into_iter().find(|row| row.number == group && row.offered_for.is_some());
                    let row = offered.ok_or(Error::NotFound)?;
                    let state = state_of(&row)?;
                    if state.status_at(now) != ReservationStatus::Pending {
                        return Err(OrderRefusal::HoldOver.into());
                    }
                    if accept {
                        return confirm_group(&mut tx, &book, &row, now).await;
                    }
                    write_step(&mut tx, &row, state.cancel(now)?, "shopper", now).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        self.wake_stock();
        self.wake_outbox();
        self.wake_payments();
        Ok(())
    }
}
