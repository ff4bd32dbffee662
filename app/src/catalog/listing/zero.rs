//! A list with nothing in it, and the ways on.

use leptos::prelude::*;
use onshelf_domain::hangul::with_josa;
use onshelf_vocabulary::Lang;

use super::{Base, Room, chips};
use crate::{catalog::card::Cards, ui::picture::Picture};

const NEW: usize = 4;

pub(super) fn nothing(room: &Room<'_>) -> impl IntoView + use<> {
    let visit = room.visit;
    let newest = visit.shop().newest(&visit.viewer, NEW);
    // Where one is already, is no way on.
    let here = match &room.asked.base {
        Base::Category(slug) => Some(slug.as_str()),
        Base::All | Base::Search => room.asked.within.as_deref(),
    };
    let categories = visit
        .shop()
        .categories(visit.lang)
        .into_iter()
        .filter(|category| here != Some(category.slug.as_str()))
        .map(|category| {
            view! {
                <li>
                    <a class="pill" href=visit.href(&format!("/category/{}", category.slug))>
                        <span class="pill-board"><Picture image=category.image silent=true /></span>
                        <span>{category.name}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="nothing">
            {sentence(room).map(|text| view! { <p class="nothing-say" role="status">{text}</p> })}
            {chips(room)}
            {again(room)}
            <h2>{visit.say("이런 선반도 있어요", "Other shelves to look at")}</h2>
            <ul class="pills">{categories}</ul>
        </section>
        {(!newest.products.is_empty()).then(|| view! {
            <section class="band">
                <h2>{newest.title}</h2>
                <Cards lang=visit.lang cards=newest.products />
            </section>
        })}
    }
}

/// None on the search page before anything was asked.
fn sentence(room: &Room<'_>) -> Option<String> {
    let text = room.asked.text.as_str();
    let lang = room.visit.lang;
    Some(match (text.is_empty(), room.asked.narrowed() > 0, lang) {
        (true, false, _) if room.asked.base == Base::Search => return None,
        (_, true, Lang::Ko) => "고른 조건에 모두 맞는 것이 없어요. 하나를 빼면 보일 수 있습니다.".to_owned(),
        (_, true, Lang::En) => "Nothing meets all of these at once. Letting go of one may help.".to_owned(),
        (false, false, Lang::Ko) => format!(
            "{} 찾지 못했어요. 더 짧은 말이나 다른 이름으로 찾아보세요.",
            with_josa(&format!("‘{text}’"), "을/를")
        ),
        (false, false, Lang::En) => {
            format!("We found nothing for “{text}”. Try a shorter word, or another name.")
        }
        (true, false, Lang::Ko) => "아직 이 선반에 놓인 것이 없어요.".to_owned(),
        (true, false, Lang::En) => "Nothing stands on this shelf yet.".to_owned(),
    })
}

/// A larger field where one came to search.
fn again(room: &Room<'_>) -> Option<impl IntoView + use<>> {
    let visit = room.visit;
    (room.asked.base == Base::Search).then(|| view! {
        <form class="find" action=visit.href("/search") method="get" role="search" aria-label=visit.say("다시 찾기", "Search again")>
            <input type="search" name="q" maxlength="200" value=room.asked.text.clone() aria-label=visit.say("찾을 말", "Words to look for") />
            <button>{visit.say("찾기", "Search")}</button>
        </form>
    })
}
