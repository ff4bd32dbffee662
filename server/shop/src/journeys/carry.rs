//! What associates and partners do with a reservation or a group of an order: they carry it on, or say what they did
//! not find of it.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders,
    staff::trail,
};
use onshelf_domain::fulfilment::{Reservation, keep_until};
use onshelf_vocabulary::{fulfilment::ReservationStatus, staff::BoardDeed};

use super::{
    pick::{Pick, PickReport, report_pick},
    step::step,
};
use crate::{Book, Error, Once, Result, Shop, StockRefusal, partners::Partner};

/// A deed on the board, with what was told about it.
#[derive(Clone)]
pub(crate) enum Carrying {
    Deed(BoardDeed),
    Pick(Box<Pick>),
}

impl Carrying {
    const fn deed(&self) -> BoardDeed {
        match self {
            Carrying::Deed(deed) => *deed,
            Carrying::Pick(_) => BoardDeed::NotFound,
        }
    }
}

/// Does it to what was read in this transaction, and leaves it in the trail.
pub(crate) async fn carry(
    tx: &mut Tx<'_>,
    shop: &Shop,
    store_id: i64,
    row: &ReservationRow,
    what: &Carrying,
    actor: &str,
    now: Timestamp,
) -> Result<()> {
    match what {
        Carrying::Deed(deed) => {
            let until = shop.kept_from(row, now)?;
            let decide =
                |reservation: Reservation| reservation.perform(*deed, now).map(|step| step.kept_until(until));
            step(tx, store_id, row, actor, now, decide).await?;
        }
        Carrying::Pick(pick) => report_pick(tx, shop, store_id, row, pick, actor, now).await?,
    }
    trail(tx, actor, what.deed().code(), &row.number, now.as_millisecond()).await?;
    Ok(())
}

/// For which of a group's stores a partner acts: where it has both parts, for the one whose turn it is.
fn acting(book: &Book, partner: &Partner, row: &ReservationRow) -> Result<i64> {
    let (counter, source) = (Some(row.store_id), row.source_id);
    let unsent = [ReservationStatus::Placed.code(), ReservationStatus::Picking.code()];
    let turns = if unsent.contains(&&*row.status) { [source, counter] } else { [counter, source] };
    let mut stores = turns.into_iter().flatten().filter_map(|id| book.stores.by_id(id));
    let own = stores.find(|store| partner.is_of(&store.code));
    own.map(|store| store.id).ok_or_else(|| StockRefusal::NotYours.into())
}

impl Shop {
    /// Until when something is kept that is ready at its store's counter now.
    pub(super) fn kept_from(&self, row: &ReservationRow, now: Timestamp) -> Result<Timestamp> {
        let book = self.book();
        let store = book.stores.by_id(row.store_id).ok_or(Error::NotFound)?;
        Ok(keep_until(&store.schedule, &store.rules, now))
    }

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
        self.carry_as_partner(partner, once, number, group, Carrying::Deed(deed)).await
    }

    /// Says what was not found of a group; answers where the rest of it stands.
    pub async fn report_group(
        &self,
        partner: &Partner,
        once: &Once,
        number: &str,
        group: &str,
        report: &PickReport,
    ) -> Result<String> {
        let pick = self.read_report(&self.book(), report)?;
        self.carry_as_partner(partner, once, number, group, Carrying::Pick(Box::new(pick))).await
    }

    async fn carry_as_partner(
        &self,
        partner: &Partner,
        once: &Once,
        number: &str,
        group: &str,
        what: Carrying,
    ) -> Result<String> {
        // Before anything is looked up: whoever may not is not told what there is.
        partner.may("pos")?;
        let (shop, book) = (self.clone(), self.book());
        let (own, part, once, now) = (number.to_owned(), group.to_owned(), once.clone(), self.now());
        let partner = partner.clone();
        let status = self
            .db()
            .write(move |mut tx| {
                let (shop, book, partner, once) = (shop.clone(), book.clone(), partner.clone(), once.clone());
                let (number, group, what) = (own.clone(), part.clone(), what.clone());
                Box::pin(async move {
                    if let Some(before) = once.before(&mut tx).await? {
                        return Ok::<String, Error>(before);
                    }
                    let order = orders::by_number(&mut tx, &number).await?.ok_or(Error::NotFound)?;
                    let row = fulfilment::of_order_by_number(&mut tx, order.id, &group).await?;
                    let row = row.ok_or(Error::NotFound)?;
                    let store_id = acting(&book, &partner, &row)?;
                    carry(&mut tx, &shop, store_id, &row, &what, &partner.actor(), now).await?;
                    let after = fulfilment::of_order_by_number(&mut tx, order.id, &group).await?;
                    let after = after.ok_or(Error::NotFound)?;
                    once.keep(&mut tx, &after.status, now.as_millisecond()).await?;
                    Ok(after.status)
                })
            })
            .await?;
        self.wake_stock();
        self.wake_outbox();
        self.wake_refunds();
        debug_assert!(ReservationStatus::from_code(&status).is_some());
        Ok(status)
    }
}
