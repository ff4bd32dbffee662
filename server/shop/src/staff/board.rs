//! The board: what a store has to prepare, what waits at the counter, what has to go back, what is done.

use std::collections::HashMap;

use onshelf_db::{
    Tx,
    fulfilment::{
        ReservationRow,
        counter::{self, NoteRow},
    },
    staff::trail,
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::ReservationStatus,
    staff::{BoardCard, BoardDeed, BoardView},
};

use super::{Associate, card::Eye};
use crate::{
    Error, Once, Result, Shop,
    journeys::{Carrying, PickReport, carry},
    pulse::Deed,
};

/// How many that ended are shown.
pub(super) const DONE: i64 = 20;
/// Of what has to go back no more than these are shown at a time.
const BACK: i64 = 100;
/// Letters of a place at the counter.
const PLACE_MAX: usize = 12;

impl Shop {
    /// A store's board, for those who work there.
    #[tracing::instrument(target = "otel", level = "debug", name = "board", skip_all)]
    pub async fn board(&self, who: &Associate, lang: Lang, store: &str) -> Result<BoardView> {
        let book = self.book();
        let store = who.store(&book, store)?;
        self.note_board(who, store).await?;
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let rows = onshelf_db::fulfilment::board(&mut tx, store.id, DONE).await?;
        let notes = counter::notes(&mut tx, store.id).await?;
        let notes: HashMap<i64, NoteRow> =
            notes.into_iter().map(|note| (note.reservation_id, note)).collect();
        let eye = Eye { book: &book, store, lang, who };
        let mut view = BoardView {
            store: store.code.to_string(),
            store_name: store.name.get(lang).to_owned(),
            to_prepare: Vec::new(),
            ready: Vec::new(),
            coming: Vec::new(),
            arrivals: Vec::new(),
            put_back: Vec::new(),
            done: Vec::new(),
            version: version(&rows),
        };
        let mut arrivals = Vec::new();
        for row in counter::to_put_back(&mut tx, store.id, BACK).await? {
            view.put_back.push(self.board_card(&mut tx, &eye, &row, notes.get(&row.id)).await?);
        }
        for row in rows {
            let note = notes.get(&row.id);
            if note.is_some_and(|note| note.back_to == Some(store.id)) {
                continue;
            }
            let card = self.board_card(&mut tx, &eye, &row, note).await?;
            if !card.status.is_over() && (row.arrived_at.is_some() || row.on_way_at.is_some()) {
                // Who stands outside comes before who is still on the way.
                let since = row.arrived_at.or(row.on_way_at);
                arrivals.push((row.arrived_at.is_none(), since, row.id, card.clone()));
            }
            match card.status {
                ReservationStatus::Placed | ReservationStatus::Picking if card.sends_here => {
                    view.to_prepare.push(card);
                }
                ReservationStatus::Ready => view.ready.push(card),
                status if !status.is_over() => view.coming.push(card),
                _ => view.done.push(card),
            }
        }
        arrivals.sort_by_key(|(coming, since, id, _)| (*coming, *since, *id));
        view.arrivals = arrivals.into_iter().map(|(.., card)| card).collect();
        // Who stands outside waits longest of all.
        let outside: Vec<String> = view
            .arrivals
            .iter()
            .filter(|card| card.arrival.as_ref().is_some_and(|arrival| arrival.arrived_at.is_some()))
            .map(|card| card.number.clone())
            .collect();
        let place = |card: &BoardCard| outside.iter().position(|own| *own == card.number);
        view.ready.sort_by_key(|card| place(card).unwrap_or(usize::MAX));
        view.to_prepare.sort_by_key(|card| place(card).unwrap_or(usize::MAX));
        Ok(view)
    }

    /// Carries a reservation one step on.
    #[tracing::instrument(target = "otel", level = "debug", name = "do on board", skip_all)]
    pub async fn do_on_board(
        &self,
        who: &Associate,
        store: &str,
        number: &str,
        deed: BoardDeed,
    ) -> Result<()> {
        self.carry_on_board(who, store, number, Carrying::Deed(deed), "", None).await
    }

    /// Carries it on, and says where it stands from now on; an empty place says nothing.
    #[tracing::instrument(target = "otel", level = "debug", name = "do on board", skip_all)]
    pub async fn stage_on_board(
        &self,
        who: &Associate,
        store: &str,
        number: &str,
        deed: BoardDeed,
        place: &str,
        once: Option<&Once>,
    ) -> Result<()> {
        self.carry_on_board(who, store, number, Carrying::Deed(deed), place, once).await
    }

    /// Says what was found of a reservation, or not: what is there goes on.
    pub async fn report_on_board(
        &self,
        who: &Associate,
        store: &str,
        number: &str,
        report: &PickReport,
        once: Option<&Once>,
    ) -> Result<()> {
        let pick = self.read_report(&self.book(), report)?;
        self.carry_on_board(who, store, number, Carrying::Pick(Box::new(pick)), "", once).await
    }

    async fn carry_on_board(
        &self,
        who: &Associate,
        store: &str,
        number: &str,
        what: Carrying,
        place: &str,
        once: Option<&Once>,
    ) -> Result<()> {
        let store_id = who.store(&self.book(), store)?.id;
        let (shop, actor, picker, now) = (self.clone(), who.actor(), who.id, self.now());
        let (number, place, once) = (number.to_owned(), place_of(place), once.cloned());
        self.db()
            .write(move |mut tx| {
                let (shop, actor, number) = (shop.clone(), actor.clone(), number.clone());
                let (what, place, once) = (what.clone(), place.clone(), once.clone());
                Box::pin(async move {
                    let row = at_store(&mut tx, &number, store_id).await?;
                    if Once::was_asked(&mut tx, once.as_ref(), now.as_millisecond()).await? {
                        return Ok::<(), Error>(());
                    }
                    // The second press of a hasty finger is no other's hand.
                    let begins = matches!(what, Carrying::Deed(BoardDeed::StartPicking));
                    if begins && picks_it(&mut tx, &row, picker).await? {
                        return Ok::<(), Error>(());
                    }
                    carry(&mut tx, &shop, store_id, &row, &what, &actor, now).await?;
                    // Whoever takes "ready" back has it in hand, too.
                    if begins || matches!(what, Carrying::Deed(BoardDeed::Unready)) {
                        counter::picks(&mut tx, row.id, picker).await?;
                    }
                    if !place.is_empty() {
                        counter::stands(&mut tx, row.id, &place).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        Deed::BoardStep.count();
        self.wake_stock();
        self.wake_outbox();
        self.wake_refunds();
        Ok(())
    }

    /// Says where something stands; an empty place takes back what was said.
    pub async fn place_on_board(
        &self,
        who: &Associate,
        store: &str,
        number: &str,
        place: &str,
    ) -> Result<()> {
        let store_id = who.store(&self.book(), store)?.id;
        let (actor, now) = (who.actor(), self.now_ms());
        let (number, place) = (number.to_owned(), place_of(place));
        self.db()
            .write(move |mut tx| {
                let (actor, number, place) = (actor.clone(), number.clone(), place.clone());
                Box::pin(async move {
                    let row = at_store(&mut tx, &number, store_id).await?;
                    counter::stands(&mut tx, row.id, &place).await?;
                    trail(&mut tx, &actor, "place", &number, now).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// Says that what had to go back is on the shelf again. Said twice it is as said once.
    pub async fn put_back(&self, who: &Associate, store: &str, number: &str) -> Result<()> {
        let store_id = who.store(&self.book(), store)?.id;
        let (actor, number, now) = (who.actor(), number.to_owned(), self.now_ms());
        self.db()
            .write(move |mut tx| {
                let (actor, number) = (actor.clone(), number.clone());
                Box::pin(async move {
                    let row = at_store(&mut tx, &number, store_id).await?;
                    if counter::put_back(&mut tx, row.id, store_id).await? {
                        trail(&mut tx, &actor, "put_back", &number, now).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await
    }
}

async fn at_store(tx: &mut Tx<'_>, number: &str, store_id: i64) -> Result<ReservationRow> {
    onshelf_db::fulfilment::at_store(tx, number, store_id).await?.ok_or(Error::NotFound)
}

/// Whether somebody is picking it already.
async fn picks_it(tx: &mut Tx<'_>, row: &ReservationRow, picker: i64) -> Result<bool> {
    if row.status != ReservationStatus::Picking.code() {
        return Ok(false);
    }
    let note = counter::note(tx, row.id).await?;
    Ok(note.is_some_and(|note| note.picker == Some(picker)))
}

/// A place as it is kept: one line of few letters.
fn place_of(typed: &str) -> String {
    let letters = typed.chars().filter(|letter| !letter.is_control()).collect::<String>();
    letters.trim().chars().take(PLACE_MAX).collect::<String>().trim_end().to_owned()
}

/// The newest moment anything on the board changed.
fn version(rows: &[ReservationRow]) -> i64 {
    rows.iter()
        .map(|row| {
            let moments = [
                Some(row.placed_at),
                row.picking_at,
                row.ready_at,
                row.ended_at,
                row.on_way_at,
                row.arrived_at,
            ];
            moments.into_iter().flatten().max().unwrap_or(0)
        })
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_one_short_line() {
        for (typed, kept) in
            [(" A-3 ", "A-3"), ("", ""), ("선반 2\n", "선반 2"), ("12345678901 2345", "12345678901")]
        {
            assert_eq!(place_of(typed), kept, "{typed:?}");
        }
    }
}
