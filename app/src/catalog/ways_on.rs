//! Where else to look, when what was asked for is not there: other words, other shelves, what is new.

use leptos::prelude::*;
use onshelf_vocabulary::Lang;

use super::{card::cards, pill::pill};
use crate::ssr::Visit;

const NEW: usize = 4;
/// Categories that are shown at most: a shop may have thousands.
const SHELVES: usize = 24;

/// A large field to search in, with the words that were asked for before.
pub fn search(visit: &Visit, text: String, label: &'static str) -> impl IntoView + use<> {
    view! {
        <form class="find" action=visit.href("/search") method="get" role="search" aria-label=label>
            <input
                type="search"
                name="q"
                maxlength="200"
                value=text
                placeholder=visit.say("상품, 브랜드, 바코드", "Product, brand, barcode")
                aria-label=visit.say("찾을 말", "Words to look for")
            />
            <button>{visit.say("찾기", "Search")}</button>
        </form>
    }
}

/// The categories, without the one where one is already: that is no way on.
pub fn shelves(visit: &Visit, here: Option<&str>) -> Option<impl IntoView + use<>> {
    let categories = visit.shop().categories(visit.lang);
    let pills: Vec<_> = categories
        .into_iter()
        .filter(|category| here != Some(category.slug.as_str()))
        .take(SHELVES)
        .map(|category| pill(visit, &category, false))
        .collect();
    (!pills.is_empty()).then(|| {
        view! {
            <h2>{visit.say("이런 선반도 있어요", "Other shelves to look at")}</h2>
            <ul class="pills">{pills}</ul>
        }
    })
}

/// What the newest products are called together.
pub const fn newest_title(lang: Lang) -> &'static str {
    lang.pick("새로 선반에 오른 것", "New on the shelves")
}

/// What is new on the shelves, where anything is.
pub fn newest(visit: &Visit) -> Option<impl IntoView + use<>> {
    let book = visit.shop().book();
    let newest = visit.shop().newest(&visit.viewer, &book, NEW);
    (!newest.is_empty()).then(|| {
        view! {
            <section class="band">
                <h2>{newest_title(visit.lang)}</h2>
                {cards(visit.lang, &newest, 0)}
            </section>
        }
    })
}
