//! What was sent off and does not come: its goods leave the book as lost, or are on hand again. What follows for its
//! owner is what follows where nothing was found.

use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    stock::{self, Cause},
};
use onshelf_vocabulary::fulfilment::Astray;

use super::step::levels;
use crate::Result;

/// Ends the journey of what left the shelf of the store that sent it.
pub(super) async fn end_journey(
    tx: &mut Tx<'_>,
    row: &ReservationRow,
    astray: Astray,
    actor: &str,
    at: i64,
) -> Result<()> {
    let sent = levels(tx, row, row.source_id.unwrap_or(row.store_id)).await?;
    let cause = Cause { reason: astray.code(), reference: &row.number, actor, at };
    match astray {
        Astray::Lost => stock::lose_sent(tx, &sent, cause).await?,
        Astray::CameBack => stock::return_sent(tx, row.id, &sent, cause).await?,
    }
    fulfilment::went_astray(tx, row.id, astray.code(), astray == Astray::CameBack).await?;
    Ok(())
}
