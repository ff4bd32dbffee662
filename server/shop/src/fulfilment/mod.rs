//! Reservations: made, and shown to their owner. Whoever asks shows a token, or works at the store. How one is carried
//! on or ended is a journey: stock, messages and the order it belongs to go with it.

mod gather;
mod promises;
mod reserve;
mod shortage;
mod show;

use jiff::Timestamp;
use onshelf_db::fulfilment::{ReservationLineRow, ReservationRow};
use onshelf_domain::fulfilment::{Record, Reservation};
use onshelf_vocabulary::fulfilment::{Astray, ReservationStatus, Way};

pub(crate) use gather::Gathering;
pub use promises::{Kept, PROMISE_DAYS, together};
pub(crate) use reserve::shopper_key;
pub use reserve::{Reserve, Reserved};
pub(crate) use shortage::{Shortage, Wish};
pub use show::{Offer, Owned};
pub(crate) use show::{line_views, reservation_lines};

use crate::{Error, Result};

/// What a reservation's token is for; a token of another purpose never opens one.
const PURPOSE: &str = "reservation";
/// What a line says nothing was taken off of.
pub(crate) const NO_DISCOUNTS: &str = "[]";

/// A row as the rules see it.
pub(crate) fn state_of(row: &ReservationRow) -> Result<Reservation> {
    let moment = |at: i64| Timestamp::from_millisecond(at).map_err(Error::internal);
    let maybe = |at: Option<i64>| at.map(moment).transpose();
    Ok(Reservation::from_record(&Record {
        way: way_of(row)?,
        status: status_of(row)?,
        placed_at: moment(row.placed_at)?,
        expires_at: moment(row.expires_at)?,
        picking_at: maybe(row.picking_at)?,
        ready_at: maybe(row.ready_at)?,
        ended_at: maybe(row.ended_at)?,
    }))
}

/// The lines of a plan, as those of the reservation it became.
pub(crate) fn lines_of(planned: &[ReservationLineRow], reservation_id: i64) -> Vec<ReservationLineRow> {
    planned.iter().map(|line| ReservationLineRow { reservation_id, ..line.clone() }).collect()
}

/// Where each stands now.
pub(crate) fn standing_of(rows: &[ReservationRow], now: Timestamp) -> Result<Vec<ReservationStatus>> {
    rows.iter().map(|row| Ok(state_of(row)?.status_at(now))).collect()
}

pub(crate) fn way_of(row: &ReservationRow) -> Result<Way> {
    Way::from_code(&row.way)
        .ok_or_else(|| Error::internal(format!("{}: no such way {:?}", row.number, row.way)))
}

/// What became of it where it was sent off and did not come.
pub(crate) fn astray_of(row: &ReservationRow) -> Option<Astray> {
    row.astray.as_deref().and_then(Astray::from_code)
}

fn status_of(row: &ReservationRow) -> Result<ReservationStatus> {
    ReservationStatus::from_code(&row.status)
        .ok_or_else(|| Error::internal(format!("{}: no such status {:?}", row.number, row.status)))
}
