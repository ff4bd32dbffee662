//! What a board says of one reservation, as somebody of one store sees it.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{ReservationRow, counter::NoteRow},
};
use onshelf_domain::words;
use onshelf_vocabulary::{
    Lang, Money,
    fulfilment::{ReservationLineView, ReservationStatus},
    staff::{BoardCard, BoardLine, Picker},
};

use super::Associate;
use crate::{
    Book, Error, Result, Shop,
    fulfilment::{astray_of, reservation_lines, state_of, way_of},
    journeys::can_be_taken_back,
    money::currency_of,
    orders::{arrival_view, pass_reference, window_view},
    stores::Store,
};

/// Who looks, from which store, in which language.
pub(super) struct Eye<'a> {
    pub book: &'a Book,
    pub store: &'a Store,
    pub lang: Lang,
    pub who: &'a Associate,
}

impl Shop {
    pub(super) async fn board_card(
        &self,
        tx: &mut Tx<'_>,
        eye: &Eye<'_>,
        row: &ReservationRow,
        note: Option<&NoteRow>,
    ) -> Result<BoardCard> {
        let Eye { book, store, lang, who } = *eye;
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
            lines: by_aisle(book, lang, reservation_lines(tx, book, lang, row).await?),
            total: Money::new(row.total, currency_of(&row.currency)?),
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
            picker: note.and_then(|note| picker(note, who)),
            place: note.map(|note| note.place.clone()).unwrap_or_default(),
            others: Vec::new(),
            astray: astray_of(row),
            can_take_back: row.store_id == store.id && can_be_taken_back(tx, row, now).await?,
        })
    }
}

fn picker(note: &NoteRow, who: &Associate) -> Option<Picker> {
    let name = note.picker_name.clone()?;
    Some(Picker { name, own: note.picker == Some(who.id) })
}

/// As one walks: what stands in one aisle comes together, in the order of the catalogue's own aisles.
fn by_aisle(book: &Book, lang: Lang, lines: Vec<ReservationLineView>) -> Vec<BoardLine> {
    let category = |line: &ReservationLineView| {
        let variant = book.catalogue.variant(&line.sku)?;
        book.catalogue.product_of(variant)?.category
    };
    let mut walk: Vec<(u32, BoardLine)> = lines
        .into_iter()
        .map(|line| {
            let category = category(&line);
            let way: Vec<String> =
                book.catalogue.crumbs(lang, category).into_iter().map(|crumb| crumb.name).collect();
            (category.unwrap_or(u32::MAX), BoardLine { line, aisle: way.join(" › ") })
        })
        .collect();
    walk.sort_by_key(|(category, _)| *category);
    walk.into_iter().map(|(_, line)| line).collect()
}
