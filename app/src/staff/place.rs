//! Where something stands at the counter: said when it is ready, large on its card, and to be changed when it moves.

use leptos::prelude::*;
use onshelf_vocabulary::{Lang, staff::BoardCard};

use super::card::{Around, Place, deeds};

/// What the form calls it.
pub(super) const PLACE: &str = "place";

/// Where it stands; nothing where nobody said.
pub(super) fn stands(lang: Lang, card: &BoardCard) -> Option<AnyView> {
    (!card.place.is_empty()).then(|| {
        view! {
            <p class="staff-place">
                <span>{lang.pick("자리", "Place")}</span>
                " "
                <b>{card.place.clone()}</b>
            </p>
        }
        .into_any()
    })
}

/// Asks for the place beside the button that says it is ready. It may stay empty.
pub(super) fn stage(lang: Lang, card: &BoardCard) -> AnyView {
    view! {
        <label class="staff-stage">
            <span>{lang.pick("둔 자리", "Place")}</span>
            <input
                name="place"
                value=card.place.clone()
                maxlength="12"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                enterkeyhint="done"
                data-key="place"
            />
        </label>
    }
    .into_any()
}

/// Says it of what is ready already.
pub(super) fn moved(around: Around<'_>, card: &BoardCard, place: Place) -> AnyView {
    let lang = around.lang;
    view! {
        <details data-key="open-place">
            <summary>{lang.pick("둔 자리를 적을게요", "Say where it stands")}</summary>
            <form method="post" action=deeds(around) class="staff-moved">
                <input type="hidden" name="number" value=card.number.clone() />
                <input type="hidden" name="tab" value=place.code() />
                {stage(lang, card)}
                <button class="staff-alt" name="deed" value=PLACE data-key="move">{lang.pick("적기", "Save")}</button>
            </form>
        </details>
    }
    .into_any()
}
