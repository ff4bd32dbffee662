//! Page numbers: real links, so that every page of a list can be reached and kept.

use leptos::prelude::*;
use onshelf_vocabulary::Lang;

use super::Room;
use crate::ui::icon::{Glyph, Icon};

/// Nothing where one page is all.
pub(super) fn pager(room: &Room<'_>) -> Option<impl IntoView + use<>> {
    let (visit, here, last) = (room.visit, room.listing.page, room.listing.pages);
    if last < 2 {
        return None;
    }
    let href = |page: u32| visit.href(&room.asked.but(|a| a.page = page).address());
    let numbers = numbers(here, last)
        .into_iter()
        .map(|number| match number {
            Some(page) => {
                let said = match visit.lang {
                    Lang::Ko => format!("{page}쪽"),
                    Lang::En => format!("Page {page}"),
                };
                let current = (page == here).then_some("page");
                view! { <li><a href=href(page) aria-current=current aria-label=said>{page}</a></li> }
                    .into_any()
            }
            None => view! { <li class="gap" aria-hidden="true">"…"</li> }.into_any(),
        })
        .collect_view();
    let before = (here > 1).then(|| view! {
        <a class="step" rel="prev" href=href(here - 1)><Icon glyph=Glyph::Back />{visit.say("이전", "Previous")}</a>
    });
    let after = (here < last).then(|| view! {
        <a class="step" rel="next" href=href(here + 1)>{visit.say("다음", "Next")}<Icon glyph=Glyph::Next /></a>
    });
    Some(view! {
        <nav class="pager" aria-label=visit.say("쪽", "Pages")>{before}<ol>{numbers}</ol>{after}</nav>
    })
}

/// The first, the last, and those around here; none stands for what is left out.
fn numbers(here: u32, last: u32) -> Vec<Option<u32>> {
    let mut numbers = Vec::new();
    let mut before = 0;
    for page in [1].into_iter().chain(here.saturating_sub(1)..=here + 1).chain([last]) {
        if page <= before || page > last {
            continue;
        }
        match page - before {
            1 => {}
            // One number left out is no shorter than its ellipsis.
            2 => numbers.push(Some(page - 1)),
            _ => numbers.push(None),
        }
        numbers.push(Some(page));
        before = page;
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_show_their_ends_and_what_is_near() {
        let written = |here, last| {
            let shown = numbers(here, last).into_iter();
            shown.map(|n| n.map_or("…".to_owned(), |n| n.to_string())).collect::<Vec<_>>().join(" ")
        };
        for (here, last, expected) in [
            (1, 2, "1 2"),
            (1, 9, "1 2 … 9"),
            (3, 9, "1 2 3 4 … 9"),
            (5, 9, "1 … 4 5 6 … 9"),
            (9, 9, "1 … 8 9"),
            (3, 5, "1 2 3 4 5"),
        ] {
            assert_eq!(written(here, last), expected, "{here} of {last}");
        }
    }
}
