//! A pick that did not find everything. What was found goes on under the code its owner has; what is missing is split
//! off with its share of the money, leaves the shelf's book, and is healed as if it had been asked for by itself.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationLineRow, ReservationRow},
    orders,
    stock::{self, Cause},
};
use onshelf_domain::{
    fulfilment::{PickFault, missing_of, split_pick},
    orders::{Charge, Tax},
};
use onshelf_vocabulary::{
    Sku,
    cart::Line,
    fulfilment::{Fault, FieldFault, ReservationRefusal, ReservationStatus},
};

use super::step::{refuse_other_store, write_step};
use crate::{
    Book, Error, Result, Shop,
    fulfilment::state_of,
    jobs::{Job, enqueue},
    orders::count_anew,
};

/// What a store says of a pick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PickReport {
    /// So many of each were there; what is not named was found whole.
    Found(Vec<(Sku, i64)>),
    /// So many of each were not there. None named: nothing was.
    Missing(Vec<Line>),
}

/// Everything about a report that is known before the transaction.
#[derive(Clone)]
pub(crate) struct Pick {
    /// As variants, in the order they were told.
    told: Vec<(i64, i64)>,
    found: bool,
    /// What the missing part is called, should there be one.
    part: ReservationRow,
}

impl Shop {
    /// Reads a report; a name nobody sells is refused here.
    pub(crate) fn read_report(&self, book: &Book, report: &PickReport) -> Result<Pick> {
        let (told, found): (Vec<(&Sku, i64)>, bool) = match report {
            PickReport::Found(lines) => (lines.iter().map(|(sku, count)| (sku, *count)).collect(), true),
            PickReport::Missing(lines) => {
                (lines.iter().map(|line| (&line.sku, line.quantity.get())).collect(), false)
            }
        };
        let told = told.into_iter().enumerate().map(|(index, (sku, count))| {
            let variant = book.catalogue.variant(sku.as_str());
            variant.map(|variant| (variant.id, count)).ok_or_else(|| refused(PickFault::NotAsked(index)))
        });
        Ok(Pick { told: told.collect::<Result<_>>()?, found, part: self.new_group()? })
    }

    /// The tax of where a reservation is sold, as it is today.
    pub(super) fn tax_of(&self, book: &Book, row: &ReservationRow) -> Tax {
        let store = book.stores.by_id(row.store_id);
        store.map_or(Tax { rate: 0, included: true }, |store| self.tax_at(store))
    }
}

fn refused(fault: PickFault) -> Error {
    let (pointer, fault) = match fault {
        PickFault::NotAsked(index) => (format!("/lines/{index}/sku"), Fault::NotInIt),
        PickFault::NotThatMany(index) => (format!("/lines/{index}/quantity"), Fault::NotThatMany),
        PickFault::NothingMissing => ("/lines".to_owned(), Fault::NothingMissing),
    };
    ReservationRefusal::Invalid { faults: vec![FieldFault { pointer, fault }] }.into()
}

/// Writes down what a pick did not find of a store's reservation.
pub(crate) async fn report_pick(
    tx: &mut Tx<'_>,
    shop: &Shop,
    store_id: i64,
    row: &ReservationRow,
    pick: &Pick,
    actor: &str,
    now: Timestamp,
) -> Result<()> {
    let state = state_of(row)?;
    let part = state.partly_found(now)?.kept_until(shop.kept_from(row, now)?);
    refuse_other_store(row, store_id, state.status_at(now), part)?;
    let lines = fulfilment::lines(tx, row.id).await?;
    let asked: Vec<(i64, i64)> = lines.iter().map(|line| (line.variant_id, line.quantity)).collect();
    let missing = match (pick.found, pick.told.is_empty()) {
        (true, _) => missing_of(&asked, &pick.told).map_err(refused)?,
        (false, true) => asked.clone(),
        (false, false) => pick.told.clone(),
    };
    let gone = split_pick(&asked, &missing).map_err(refused)?;
    if gone.iter().zip(&lines).all(|(gone, line)| *gone == line.quantity) {
        write_step(tx, row, state.not_found(now)?, actor, now).await?;
        return Ok(());
    }
    // The state first: from here on nobody else changes this reservation. Another report may have come before this one
    // and left the state as it was.
    write_step(tx, row, part, actor, now).await?;
    if fulfilment::lines(tx, row.id).await? != lines {
        return Err(onshelf_db::Error::Contended.into());
    }
    split(tx, shop, row, &lines, &gone, &pick.part, actor, now).await
}

#[expect(clippy::too_many_arguments, reason = "what a split is made of")]
async fn split(
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &ReservationRow,
    lines: &[ReservationLineRow],
    gone: &[i64],
    names: &ReservationRow,
    actor: &str,
    now: Timestamp,
) -> Result<()> {
    let at = now.as_millisecond();
    let kept: i64 = lines.iter().zip(gone).map(|(line, gone)| (line.quantity - gone) * line.price).sum();
    let whole = Charge { total: row.total, fee: row.fee, tax: row.tax, asked: row.asked };
    let (stays, goes) = whole.part(kept, shop.tax_of(&shop.book(), row));
    fulfilment::set_charge(tx, row.id, stays.total, stays.tax, stays.asked).await?;
    let part = missing_part(row, names, goes, at);
    let id = fulfilment::insert(tx, &part).await?;
    let (mut not_found, mut lost) = (Vec::new(), Vec::<(i64, i64)>::new());
    for (line, gone) in lines.iter().zip(gone).filter(|(_, gone)| **gone > 0) {
        fulfilment::set_line(tx, row.id, line.position, line.quantity - gone).await?;
        not_found.push(ReservationLineRow { reservation_id: id, quantity: *gone, ..line.clone() });
        match lost.iter_mut().find(|(variant, _)| *variant == line.variant_id) {
            Some((_, sum)) => *sum += gone,
            None => lost.push((line.variant_id, *gone)),
        }
    }
    fulfilment::insert_lines(tx, &not_found).await?;
    // Levels are always locked in key order, so that two writers never wait for each other.
    lost.sort_unstable();
    let cause = Cause { reason: "not_found", reference: &part.number, actor, at };
    stock::lose_part(tx, row.id, id, &lost, cause).await?;
    let Some(order_id) = row.order_id else { return Ok(()) };
    let order =
        orders::by_id(tx, order_id).await?.ok_or_else(|| Error::internal("a group without its order"))?;
    count_anew(tx, &order).await?;
    enqueue(tx, &Job::Heal { group: part.number.clone() }, at).await
}

/// What was not found, as a reservation of its own that has ended.
fn missing_part(row: &ReservationRow, names: &ReservationRow, goes: Charge, at: i64) -> ReservationRow {
    ReservationRow {
        number: names.number.clone(),
        token_hash: names.token_hash.clone(),
        code: names.code.clone(),
        status: ReservationStatus::NotFound.code().to_owned(),
        total: goes.total,
        fee: goes.fee,
        tax: goes.tax,
        asked: goes.asked,
        window_at: None,
        picking_at: Some(row.picking_at.unwrap_or(at)),
        ended_at: Some(at),
        offered_for: None,
        split_from: Some(row.number.clone()),
        ..row.clone()
    }
}
