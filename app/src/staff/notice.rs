//! The line above the board that answers what was just done, asked or refused.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationStatus, Way},
    staff::{BoardCard, BoardDeed, BoardView},
};

use super::{
    back::PUT_BACK,
    card::Place,
    counted::PARTLY,
    courier::{self, COURIER},
    people::{Meant, several},
    place::PLACE,
    words,
};
use crate::{
    once::key_field,
    ssr::Visit,
    ui::icon::{Glyph, Icon},
};

/// What the page has to say before anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    Nothing,
    Done {
        text: String,
        undo: Option<Undo>,
    },
    Refused(String),
    /// Which of these is meant has to be said.
    Several(Vec<Meant>),
}

/// What takes back what was just done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Undo {
    deeds: String,
    number: String,
    deed: BoardDeed,
}

impl Notice {
    /// After a deed: only if the board agrees that there is such a reservation.
    pub(super) fn of_deed(visit: &Visit, board: &BoardView, did: &str, number: &str) -> Notice {
        if did == COURIER {
            let text = courier::sent(visit, board, number);
            return text.map_or(Notice::Nothing, |text| Notice::Done { text, undo: None });
        }
        let said = match BoardDeed::from_code(did) {
            Some(deed) => words::done(visit.lang, deed),
            None if did == PARTLY => words::partly(visit.lang),
            None if did == PUT_BACK => visit.say("선반에 되돌려 놓았어요", "is back on the shelf"),
            None if did == PLACE => visit.say("자리를 적었어요", "has its place noted"),
            None => return Notice::Nothing,
        };
        let columns = [&board.to_prepare, &board.ready, &board.coming, &board.put_back, &board.done];
        match columns.into_iter().flatten().find(|card| card.number == number) {
            Some(card) => {
                let (first, second) = words::halves(&card.code);
                let undone = undone_by(did, card);
                let deeds = visit.href(&format!("/staff/{}/deeds", board.store));
                Notice::Done {
                    text: format!("{first} {second} · {} {said}", card.name),
                    undo: undone.map(|deed| Undo { deeds, number: card.number.clone(), deed }),
                }
            }
            None => Notice::Nothing,
        }
    }

    pub(super) fn view(self, lang: Lang) -> AnyView {
        match self {
            Notice::Nothing => ().into_any(),
            Notice::Done { text, undo } => view! {
                <div class="staff-notice" data-kind="done">
                    <Icon glyph=Glyph::Check />
                    <span>{text}</span>
                    {undo.map(|undo| take_back(lang, undo))}
                </div>
            }
            .into_any(),
            Notice::Several(all) => several(lang, all),
            Notice::Refused(text) => view! {
                <p class="staff-notice" data-kind="refused" role="alert">
                    <Icon glyph=Glyph::Close />
                    <span>{text}</span>
                </p>
            }
            .into_any(),
        }
    }
}

/// The deed that takes back what was just done by mistake.
fn undone_by(did: &str, card: &BoardCard) -> Option<BoardDeed> {
    match BoardDeed::from_code(did)? {
        BoardDeed::MarkReady if card.status == ReservationStatus::Ready && card.way != Way::Transfer => {
            Some(BoardDeed::Unready)
        }
        BoardDeed::HandOver if card.can_take_back => Some(BoardDeed::TakeBack),
        _ => None,
    }
}

/// One touch, where the eye is anyway.
fn take_back(lang: Lang, undo: Undo) -> AnyView {
    let column = if undo.deed == BoardDeed::TakeBack { Place::Ready } else { Place::Prepare };
    view! {
        <form method="post" action=undo.deeds>
            {key_field()}
            <input type="hidden" name="number" value=undo.number />
            <input type="hidden" name="tab" value=column.code() />
            <button class="staff-undo" name="deed" value=undo.deed.code()>{lang.pick("되돌리기", "Undo")}</button>
        </form>
    }
    .into_any()
}
