//! How old the knowledge of a shelf is. It is told beside every number, and the loader goes on telling it while the page
//! is open.

use leptos::prelude::*;
use onshelf_vocabulary::{Lang, Moment};

/// `5분 전`.
#[component]
pub fn Age(at: Moment) -> impl IntoView {
    view! { <time data-age datetime=at.at>{at.label}</time> }
}

/// `5분 전 확인`, `checked 5 min ago`; right under its number `5분 전` is enough to be seen.
#[component]
pub fn Checked(lang: Lang, at: Moment, #[prop(optional)] short: bool) -> impl IntoView {
    let age = view! { <Age at /> };
    match lang {
        Lang::Ko => {
            view! { <span class="checked">{age}<span class:quiet=short>" 확인"</span></span> }.into_any()
        }
        Lang::En => {
            view! { <span class="checked"><span class:quiet=short>"checked "</span>{age}</span> }.into_any()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_always_there_and_not_always_seen() {
        let at = Moment { at: "2026-11-23T12:00:00+09:00".to_owned(), label: "5분 전".to_owned() };
        let long = view! { <Checked lang=Lang::Ko at=at.clone() /> }.to_html();
        let short = view! { <Checked lang=Lang::Ko at short=true /> }.to_html();
        assert!(long.contains("data-age") && long.contains(">5분 전</time>"), "{long}");
        assert!(!long.contains("quiet") && short.contains("quiet"), "{long} {short}");
        assert!(long.contains(" 확인") && short.contains(" 확인"), "{long} {short}");
    }
}
