//! The line above the board that answers what was just done, asked or refused.

use leptos::prelude::*;
use onshelf_vocabulary::staff::{BoardDeed, BoardView};

use super::{counted::PARTLY, words};
use crate::{
    ssr::Visit,
    ui::icon::{Glyph, Icon},
};

/// What the page has to say before anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    Nothing,
    Done(String),
    Refused(String),
}

impl Notice {
    /// After a deed: only if the board agrees that there is such a reservation.
    pub(super) fn of_deed(visit: &Visit, board: &BoardView, did: &str, number: &str) -> Notice {
        let said = match BoardDeed::from_code(did) {
            Some(deed) => words::done(visit.lang, deed),
            None if did == PARTLY => words::partly(visit.lang),
            None => return Notice::Nothing,
        };
        let mut cards = board.to_prepare.iter().chain(&board.ready).chain(&board.done);
        match cards.find(|card| card.number == number) {
            Some(card) => {
                let (first, second) = words::halves(&card.code);
                Notice::Done(format!("{first} {second} · {} {said}", card.name))
            }
            None => Notice::Nothing,
        }
    }

    pub(super) fn view(self) -> AnyView {
        match self {
            Notice::Nothing => ().into_any(),
            Notice::Done(text) => view! {
                <p class="staff-notice" data-kind="done">
                    <Icon glyph=Glyph::Check />
                    <span>{text}</span>
                </p>
            }
            .into_any(),
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
