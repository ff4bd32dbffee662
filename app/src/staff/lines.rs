//! What to take from the shelf, in the order one walks: what it is, in which aisle it stands, how many.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    staff::{BoardCard, BoardLine},
};

use crate::ui::picture::Picture;

/// What to pick: a box to tick for each line, kept by the page alone.
pub(super) fn lines(lang: Lang, card: &BoardCard, ticking: bool) -> AnyView {
    let lines =
        card.lines.iter().enumerate().map(|(index, own)| line(lang, own, index, ticking)).collect_view();
    view! { <ul class="staff-lines">{lines}</ul> }.into_any()
}

/// `3개`, as it stands beside a thing.
pub(super) fn count(lang: Lang, quantity: i64) -> String {
    match lang {
        Lang::Ko => format!("{quantity}개"),
        Lang::En => format!("× {quantity}"),
    }
}

fn line(lang: Lang, line: &BoardLine, index: usize, ticking: bool) -> AnyView {
    let BoardLine { line, aisle } = line;
    let many = line.quantity > 1;
    let options = (!line.options.is_empty()).then(|| format!("{} · ", line.options));
    let aisle = (!aisle.is_empty()).then(|| view! { <small class="staff-aisle">{aisle.clone()}</small> });
    let inside = view! {
        <span class="staff-board"><Picture image=line.image.clone() silent=true /></span>
        <span class="staff-what">
            <b>{line.name.clone()}</b>
            <small>{options}<span translate="no">{line.sku.clone()}</span></small>
            {aisle}
        </span>
        <span class="staff-count" class:many=many>{count(lang, line.quantity)}</span>
    };
    if ticking {
        view! {
            <li>
                <label>
                    {inside}
                    <input type="checkbox" autocomplete="off" data-key=format!("tick-{index}") />
                </label>
            </li>
        }
        .into_any()
    } else {
        view! { <li><div>{inside}</div></li> }.into_any()
    }
}
