//! The board: what a store has to prepare, what waits at the counter, what is done.

use jiff::Timestamp;
use onshelf_db::{Tx, fulfilment::ReservationRow};
use onshelf_domain::{
    fulfilment::{CounterInput, read_counter},
    words,
};
use onshelf_vocabulary::{
    Lang, Money,
    fulfilment::ReservationStatus,
    staff::{BoardCard, BoardDeed, BoardView},
};

use super::Associate;
use crate::{
    Book, Error, Result, Shop,
    fulfilment::{currency_of, state_of, way_of},
    journeys::{Carrying, PickReport, carry},
    orders::{arrival_view, window_view},
    stores::Store,
};

/// How many that ended are shown.
const DONE: i64 = 20;

impl Shop {
    /// A store's board, for those who work there.
    pub async fn board(&self, who: &Associate, lang: Lang, store: &str) -> Result<BoardView> {
        let book = self.book();
        let store = who.store(&book, store)?;
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let rows = onshelf_db::fulfilment::board(&mut tx, store.id, DONE).await?;
        let mut view = BoardView {
            store: store.code.to_string(),
            store_name: store.name.get(lang).to_owned(),
            to_prepare: Vec::new(),
            ready: Vec::new(),
            coming: Vec::new(),
            done: Vec::new(),
            version: version(&rows),
        };
        for row in rows {
            let card = self.board_card(&mut tx, &book, store, lang, &row).await?;
            match card.status {
                ReservationStatus::Placed | ReservationStatus::Picking if card.sends_here => {
                    view.to_prepare.push(card);
                }
                ReservationStatus::Ready => view.ready.push(card),
                status if !status.is_over() => view.coming.push(card),
                _ => view.done.push(card),
            }
        }
        // Who stands outside waits longest of all.
        let arrived = |card: &BoardCard| {
            card.arrival
                .as_ref()
                .and_then(|arrival| arrival.arrived_at.as_ref())
                .map(|moment| moment.at.clone())
        };
        view.ready.sort_by_key(|card| (arrived(card).is_none(), arrived(card)));
        view.to_prepare.sort_by_key(|card| (arrived(card).is_none(), arrived(card)));
        Ok(view)
    }

    /// By what was scanned or typed: the code, the number, or the address in the QR.
    pub async fn look_up(&self, who: &Associate, lang: Lang, store: &str, typed: &str) -> Result<BoardCard> {
        let book = self.book();
        let store = who.store(&book, store)?;
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        if typed.trim().starts_with(crate::orders::PASS_PREFIX) {
            let row = self.open_pass(&mut tx, store, typed).await?;
            return self.board_card(&mut tx, &book, store, lang, &row).await;
        }
        // The QR holds the reservation's address; what counts is its last part.
        let typed = typed.trim().split(['?', '#']).next().unwrap_or_default();
        let last = typed.rsplit('/').next().unwrap_or(typed);
        let row = match read_counter(last) {
            Some(CounterInput::Code(code)) => {
                onshelf_db::fulfilment::by_code(&mut tx, &code, store.id).await?
            }
            Some(CounterInput::Number(number)) => {
                onshelf_db::fulfilment::at_store(&mut tx, number.as_str(), store.id).await?
            }
            None => None,
        };
        let row = row.ok_or(Error::NotFound)?;
        self.board_card(&mut tx, &book, store, lang, &row).await
    }

    /// Carries a reservation one step on.
    pub async fn do_on_board(
        &self,
        who: &Associate,
        store: &str,
        number: &str,
        deed: BoardDeed,
    ) -> Result<()> {
        self.carry_on_board(who, store, number, Carrying::Deed(deed)).await
    }

    /// Says what was found of a reservation, or not: what is there goes on.
    pub async fn report_on_board(
        &self,
        who: &Associate,
        store: &str,
        number: &str,
        report: &PickReport,
    ) -> Result<()> {
        let pick = self.read_report(&self.book(), report)?;
        self.carry_on_board(who, store, number, Carrying::Pick(Box::new(pick))).await
    }

    async fn carry_on_board(&self, who: &Associate, store: &str, number: &str, what: Carrying) -> Result<()> {
        let store_id = who.store(&self.book(), store)?.id;
        let (shop, actor, number, now) = (self.clone(), who.actor(), number.to_owned(), self.now());
        self.db()
            .write(move |mut tx| {
                let (shop, actor, number, what) = (shop.clone(), actor.clone(), number.clone(), what.clone());
                Box::pin(async move {
                    carry(&mut tx, &shop, store_id, &number, &what, &actor, now).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        self.wake_stock();
        self.wake_outbox();
        self.wake_payments();
        Ok(())
    }

    async fn board_card(
        &self,
        tx: &mut Tx<'_>,
        book: &Book,
        store: &Store,
        lang: Lang,
        row: &ReservationRow,
    ) -> Result<BoardCard> {
        let now = self.now();
        let zone = store.schedule.time_zone();
        let time = |at: i64| Timestamp::from_millisecond(at).map_err(Error::internal);
        let moment = |at: i64| time(at).map(|at| words::moment(lang, at, now, zone));
        let status = state_of(row)?.status_at(now);
        let waiting = matches!(status, ReservationStatus::Placed | ReservationStatus::Picking);
        let way = way_of(row)?;
        let settled = match row.order_id {
            Some(id) => onshelf_db::orders::by_id(tx, id).await?.and_then(|order| order.settled_at).is_some(),
            None => false,
        };
        let handed_at = book.stores.by_id(row.store_id).filter(|_| row.source_id == Some(store.id));
        let digits: Vec<char> = row.phone.iter().flat_map(|phone| phone.chars()).collect();
        Ok(BoardCard {
            number: row.number.clone(),
            code: row.code.clone(),
            status,
            name: row.name.clone(),
            phone_tail: digits[digits.len().saturating_sub(4)..].iter().collect(),
            lines: self.reservation_lines(tx, book, lang, row).await?,
            total: Money::new(row.total, currency_of(row)),
            placed_at: moment(row.placed_at)?,
            ready_by: moment(row.ready_by)?,
            expires_at: moment(row.expires_at)?,
            ended_at: row.ended_at.map(moment).transpose()?,
            late: waiting && now > time(row.ready_by)?,
            way,
            paid: settled,
            sends_here: row.source_id.unwrap_or(row.store_id) == store.id,
            destination: handed_at.map(|other| other.name.get(lang).to_owned()),
            address: row.address.as_deref().map(serde_json::from_str).transpose()?,
            window: row.window_at.map(|at| window_view(lang, store, at, now, 0)).transpose()?,
            arrival: arrival_view(row, moment)?,
        })
    }
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
