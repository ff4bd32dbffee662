//! Who sells by law, for the foot of every page and for receipts.

use leptos::prelude::*;
use onshelf_vocabulary::Lang;

/// As the operator wrote it: in one language, whichever page it stands on. None where nothing is set.
pub fn seller(text: &str) -> Option<impl IntoView + use<>> {
    let text = text.to_owned();
    let korean = text.chars().any(|letter| ('가'..='힣').contains(&letter));
    let lang = if korean { Lang::Ko } else { Lang::En };
    (!text.is_empty()).then(|| view! { <p class="fine seller" lang=lang.tag()>{text}</p> })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_language_it_is_in() {
        assert!(seller("").is_none());
        let said = seller("(주)제자리 · 대표 한결").to_html();
        assert!(said.contains("lang=\"ko\"") && said.contains("대표 한결"), "{said}");
        assert!(seller("Jejari Ltd, London").to_html().contains("lang=\"en\""));
    }
}
