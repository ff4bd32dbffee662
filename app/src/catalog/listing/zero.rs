//! A list with nothing in it, and the ways on.

use leptos::prelude::*;
use onshelf_domain::hangul::with_josa;
use onshelf_vocabulary::Lang;

use super::{Base, Room, chips};
use crate::catalog::ways_on;

pub(super) fn nothing(room: &Room<'_>) -> impl IntoView + use<> {
    let visit = room.visit;
    let here = match &room.asked.base {
        Base::Category(slug) => Some(slug.as_str()),
        Base::All | Base::Search => room.asked.within.as_deref(),
    };
    // A larger field where one came to search.
    let again = (room.asked.base == Base::Search)
        .then(|| ways_on::search(visit, room.asked.text.clone(), visit.say("다시 찾기", "Search again")));
    view! {
        <section class="nothing">
            {sentence(room).map(|text| view! { <p class="nothing-say" role="status">{text}</p> })}
            {chips(room)}
            {again}
            {ways_on::shelves(visit, here)}
        </section>
        {ways_on::newest(visit)}
    }
}

/// None on the search page before anything was asked.
fn sentence(room: &Room<'_>) -> Option<String> {
    let text = room.asked.text.as_str();
    let lang = room.visit.lang;
    Some(match (text.is_empty(), room.asked.narrowed() > 0, lang) {
        (true, false, _) if room.asked.base == Base::Search => return None,
        (_, true, Lang::Ko) => "고른 조건에 모두 맞는 것이 없어요. 하나를 빼면 보일 수 있어요.".to_owned(),
        (_, true, Lang::En) => "Nothing matches all of these. Removing one may help.".to_owned(),
        (false, false, Lang::Ko) => format!(
            "{} 찾지 못했어요. 더 짧은 말이나 다른 이름으로 찾아보세요.",
            with_josa(&format!("‘{text}’"), "을/를")
        ),
        (false, false, Lang::En) => {
            format!("We found nothing for “{text}”. Try a shorter word, or another name.")
        }
        (true, false, Lang::Ko) => "아직 이 선반에 놓인 것이 없어요.".to_owned(),
        (true, false, Lang::En) => "There is nothing on this shelf yet.".to_owned(),
    })
}
