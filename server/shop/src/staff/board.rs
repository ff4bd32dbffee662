//! The board: what a store has to prepare, what waits at the counter, what is done.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::ReservationRow,
    passes::{self, PassRow},
};
use onshelf_domain::{
    fulfilment::{CounterInput, read_counter},
    words,
};
use onshelf_vocabulary::{
    Lang, Money,
    fulfilment::ReservationStatus,
    staff::{BoardCard, BoardDeed, BoardView, OpenedPass},
};

use super::Associate;
use crate::{
    Book, Error, Result, Shop,
    fulfilment::{currency_of, reservation_lines, state_of, way_of},
    journeys::{Carrying, PickReport, carry},
    orders::{arrival_view, opens, pass_reference, window_view},
    pulse::Deed,
    stores::Store,
};

/// How many that ended are shown.
const DONE: i64 = 20;

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
        let mut view = BoardView {
            store: store.code.to_string(),
            store_name: store.name.get(lang).to_owned(),
            to_prepare: Vec::new(),
            ready: Vec::new(),
            coming: Vec::new(),
            arrivals: Vec::new(),
            done: Vec::new(),
            version: version(&rows),
        };
        let mut arrivals = Vec::new();
        for row in rows {
            let card = self.board_card(&mut tx, &book, store, lang, &row).await?;
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

    /// By what was scanned or typed: the code, the number, a pass, or the address in the QR. A pass that opens nothing
    /// is refused with the reason.
    #[tracing::instrument(target = "otel", level = "debug", name = "look up", skip_all)]
    pub async fn look_up(&self, who: &Associate, lang: Lang, store: &str, typed: &str) -> Result<BoardCard> {
        let book = self.book();
        let store = who.store(&book, store)?;
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        if let Some(pass) = self.pass_shown(&mut tx, store, typed.trim()).await? {
            let opened = opens(&mut tx, store, pass, self.now_ms()).await?;
            let mut card = self.board_card(&mut tx, &book, store, lang, &opened.row).await?;
            card.opened = Some(OpenedPass { serial: opened.pass.serial, holder: opened.pass.holder });
            drop(reader);
            self.note_read(who, "look_up", &card.number).await?;
            return Ok(card);
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
            Some(CounterInput::Pass(_)) | None => None,
        };
        let row = row.ok_or(Error::NotFound)?;
        let card = self.board_card(&mut tx, &book, store, lang, &row).await?;
        drop(reader);
        self.note_read(who, "look_up", &card.number).await?;
        Ok(card)
    }

    /// The pass in what was scanned or typed: signed, by its code, or by its own name, which only the two before lead
    /// to. None where it is no pass, or none anybody knows.
    async fn pass_shown(&self, tx: &mut Tx<'_>, store: &Store, typed: &str) -> Result<Option<PassRow>> {
        if typed.starts_with(crate::orders::PASS_PREFIX) && typed.contains('.') {
            return self.signed_pass(tx, store, typed).await.map(Some);
        }
        if let Some(CounterInput::Pass(code)) = read_counter(typed) {
            return Ok(passes::by_code(tx, &code, store.id).await?);
        }
        if typed.contains('_') && !typed.contains(['/', '?']) {
            return Ok(passes::by_serial(tx, typed).await?);
        }
        Ok(None)
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
        Deed::BoardStep.count();
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
            lines: reservation_lines(tx, book, lang, row).await?,
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
            pass: row.order_id.map(|_| pass_reference(row)).unwrap_or_default(),
            opened: None,
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
