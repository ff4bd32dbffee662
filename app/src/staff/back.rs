//! What has ended and is still off the shelf. Its stock is on sale again from the moment it ended, so somebody has to put
//! it back before the next one is sent to look for it.

use leptos::prelude::*;
use onshelf_vocabulary::{Lang, staff::BoardCard};

use super::{
    card::{Around, Place, deeds, mark},
    lines::count,
    words,
};

/// What the form calls it.
pub(super) const PUT_BACK: &str = "put_back";

/// A list even while there is nothing: an open page matches lists by their order.
pub(super) fn put_back(around: Around<'_>, cards: &[BoardCard]) -> AnyView {
    let all = (!cards.is_empty()).then(|| {
        let rows = cards.iter().map(|card| row(around, card)).collect_view();
        view! {
            <li
                id="back"
                data-mark=mark(&cards)
                data-call=around.lang.pick("선반에 되돌려 놓을 것이 있어요", "There is something to put back on the shelf")
            >
                <details data-key="back">
                    <summary>
                        {around.lang.pick("선반에 되돌려 놓을 것", "To put back on the shelf")}
                        " "
                        <b>{cards.len()}</b>
                    </summary>
                    <ul>{rows}</ul>
                </details>
            </li>
        }
    });
    view! { <ul class="staff-backs" data-list>{all}</ul> }.into_any()
}

fn row(around: Around<'_>, card: &BoardCard) -> AnyView {
    let lang = around.lang;
    let (first, second) = words::halves(&card.code);
    let things: Vec<String> = card
        .lines
        .iter()
        .map(|own| format!("{} {}", own.line.name, count(lang, own.line.quantity)))
        .collect();
    let place = (!card.place.is_empty()).then(|| match lang {
        Lang::Ko => format!("자리 {} · ", card.place),
        Lang::En => format!("at {} · ", card.place),
    });
    view! {
        <li>
            <p>
                <b>{things.join(", ")}</b>
                <small>{place}<span translate="no">{format!("{first} {second}")}</span>" · "{words::status_of(lang, card)}</small>
            </p>
            <form method="post" action=deeds(around)>
                <input type="hidden" name="number" value=card.number.clone() />
                <input type="hidden" name="tab" value=Place::Prepare.code() />
                <button class="staff-alt" name="deed" value=PUT_BACK data-key=format!("back-{}", card.number)>
                    {lang.pick("되돌려 놓았어요", "It is back")}
                </button>
            </form>
        </li>
    }
    .into_any()
}
