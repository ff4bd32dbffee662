//! Finding a reservation at the counter: by what was scanned or typed, and where that leads nowhere by whom it is for.

use onshelf_db::{
    Tx,
    fulfilment::{ReservationRow, counter},
    passes::{self, PassRow},
};
use onshelf_domain::{
    fulfilment::{CounterInput, read_counter, read_order_number},
    hangul::{hangul_to_latin, initials, is_initials, is_korean},
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::ReservationStatus,
    staff::{BoardCard, OpenedPass, OtherCard},
};

use super::{Associate, board::DONE, card::Eye};
use crate::{Error, Result, Shop, fulfilment::state_of, orders::opens, stores::Store};

/// Fewer digits of a phone number, or letters of a name, say nothing.
const DIGITS: usize = 4;
const LETTERS: usize = 2;
/// What is before the last of these is how the number is dialled from where.
const DIALLED: usize = 8;
/// More people of one name than these are told apart by their number.
const PEOPLE: usize = 12;

impl Shop {
    /// By what was scanned or typed: the code, the number, a pass, or the address in the QR. A pass that opens nothing
    /// is refused with the reason.
    #[tracing::instrument(target = "otel", level = "debug", name = "look up", skip_all)]
    pub async fn look_up(&self, who: &Associate, lang: Lang, store: &str, typed: &str) -> Result<BoardCard> {
        let book = self.book();
        let store = who.store(&book, store)?;
        let eye = Eye { book: &book, store, lang, who };
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let typed = keys_of(typed.trim());
        let (row, opened) = match self.pass_shown(&mut tx, store, &typed).await? {
            Some(pass) => {
                let opened = opens(&mut tx, store, pass, self.now_ms()).await?;
                let pass = OpenedPass { serial: opened.pass.serial, holder: opened.pass.holder };
                (Some(opened.row), Some(pass))
            }
            None => (named(&mut tx, store, last_part(&typed)).await?, None),
        };
        let row = row.ok_or(Error::NotFound)?;
        let note = counter::note(&mut tx, row.id).await?;
        let mut card = self.board_card(&mut tx, &eye, &row, note.as_ref()).await?;
        card.opened = opened;
        card.others = self.others(&mut tx, store, &row).await?;
        drop(reader);
        self.note_read(who, "look_up", &card.number).await?;
        Ok(card)
    }

    /// By an order's number, by a name or its beginning letters, or by the last digits of a phone number: everything
    /// of it that can still be handed over, else what ended lately. Empty where nobody is meant.
    pub async fn look_up_people(
        &self,
        who: &Associate,
        lang: Lang,
        store: &str,
        typed: &str,
    ) -> Result<Vec<BoardCard>> {
        let book = self.book();
        let store = who.store(&book, store)?;
        let eye = Eye { book: &book, store, lang, who };
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let mut rows = groups(&mut tx, store, typed).await?;
        if rows.is_empty() {
            let Some(sought) = Sought::read(typed) else { return Ok(Vec::new()) };
            let board = onshelf_db::fulfilment::board(&mut tx, store.id, DONE).await?;
            rows = board.into_iter().filter(|row| sought.fits(row)).collect();
        }
        let mut cards = Vec::new();
        for row in rows {
            let note = counter::note(&mut tx, row.id).await?;
            cards.push(self.board_card(&mut tx, &eye, &row, note.as_ref()).await?);
        }
        drop(reader);
        if cards.iter().any(|card| !card.status.is_over()) {
            cards.retain(|card| !card.status.is_over());
        }
        cards.truncate(PEOPLE);
        self.note_read(who, "look_up_people", store.code.as_str()).await?;
        Ok(cards)
    }

    /// What else waits at this store's counter for the same customer: the other groups of the order, and what was reserved
    /// by the same reach.
    async fn others(&self, tx: &mut Tx<'_>, store: &Store, row: &ReservationRow) -> Result<Vec<OtherCard>> {
        let now = self.now();
        let mut others = Vec::new();
        for other in onshelf_db::fulfilment::of_customer(tx, row.order_id, &row.shopper).await? {
            let status = state_of(&other)?.status_at(now);
            if other.id == row.id || other.store_id != store.id || !status.is_live() {
                continue;
            }
            let note = counter::note(tx, other.id).await?;
            let place = note.map(|note| note.place).unwrap_or_default();
            others.push(OtherCard { number: other.number, code: other.code, status, place });
        }
        Ok(others)
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
}

/// By its code or its number.
async fn named(tx: &mut Tx<'_>, store: &Store, text: &str) -> Result<Option<ReservationRow>> {
    Ok(match read_counter(text) {
        Some(CounterInput::Code(code)) => onshelf_db::fulfilment::by_code(tx, &code, store.id).await?,
        Some(CounterInput::Number(number)) => {
            onshelf_db::fulfilment::at_store(tx, number.as_str(), store.id).await?
        }
        Some(CounterInput::Pass(_)) | None => None,
    })
}

/// The groups of an order that are this store's to hand over or to send; its number stands in every message.
async fn groups(tx: &mut Tx<'_>, store: &Store, typed: &str) -> Result<Vec<ReservationRow>> {
    let Some(number) = read_order_number(last_part(&keys_of(typed.trim()))) else { return Ok(Vec::new()) };
    let Some(order) = onshelf_db::orders::by_number(tx, &number).await? else { return Ok(Vec::new()) };
    let rows = onshelf_db::fulfilment::of_order(tx, order.id).await?;
    Ok(rows
        .into_iter()
        .filter(|row| row.status != ReservationStatus::Pending.code())
        .filter(|row| row.store_id == store.id || row.source_id == Some(store.id))
        .collect())
}

/// The QR holds the address of a reservation or an order; what counts is its last part.
fn last_part(typed: &str) -> &str {
    let path = typed.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or(path)
}

/// What a scanner typed while the keyboard was set to Korean, by the keys it pressed.
fn keys_of(typed: &str) -> String {
    if is_korean(typed) { hangul_to_latin(typed) } else { typed.to_owned() }
}

/// Whom somebody at the counter says it is for.
#[derive(Debug, PartialEq, Eq)]
enum Sought {
    /// The last digits of a phone number.
    Phone(String),
    /// Part of a name, in small letters without what stands between.
    Name(String),
}

impl Sought {
    fn read(typed: &str) -> Option<Sought> {
        if typed.chars().all(|letter| letter.is_ascii_digit() || " -+().".contains(letter)) {
            let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
            let tail = digits.get(digits.len().saturating_sub(DIALLED)..)?;
            return (digits.len() >= DIGITS).then(|| Sought::Phone(tail.to_owned()));
        }
        let name = plain(typed);
        (name.chars().count() >= LETTERS).then_some(Sought::Name(name))
    }

    fn fits(&self, row: &ReservationRow) -> bool {
        match self {
            Sought::Phone(tail) => row.phone.as_ref().is_some_and(|phone| phone.ends_with(tail.as_str())),
            Sought::Name(part) => {
                let name = plain(&row.name);
                name.contains(part.as_str()) || (is_initials(part) && initials(&name).contains(part.as_str()))
            }
        }
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(name: &str, phone: &str) -> ReservationRow {
        ReservationRow {
            name: name.to_owned(),
            phone: (!phone.is_empty()).then(|| phone.to_owned()),
            ..ReservationRow::default()
        }
    }

    #[test]
    fn people_are_found_by_what_they_say_of_themselves() {
        let minji = somebody("김 민지", "+821022223333");
        for typed in ["김민지", "민지", "ㄱㅁㅈ", "3333", "2222-3333", "010-2222-3333", "+82 10 2222 3333"]
        {
            assert!(Sought::read(typed).unwrap().fits(&minji), "{typed}");
        }
        for typed in ["김민주", "ㅁㄱ", "2222", "010-2222-3334", "kim"] {
            assert!(!Sought::read(typed).unwrap().fits(&minji), "{typed}");
        }
        assert!(Sought::read("lee ann").unwrap().fits(&somebody("Lee Ann", "")));
        for typed in ["", "김", "333", " - ", "-", "+()"] {
            assert_eq!(Sought::read(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_scanner_on_a_korean_keyboard_types_the_same_keys() {
        assert_eq!(keys_of("ㅈㅎ조7ㅏ"), "wgwh7k");
        assert_eq!(keys_of("WGW H7K"), "WGW H7K");
        assert_eq!(last_part("https://shop.example/orders/O-7K3M-90X1?t=a/b"), "O-7K3M-90X1");
        assert_eq!(last_part("7K3M90"), "7K3M90");
    }
}
