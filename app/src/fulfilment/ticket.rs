//! The code that is said or scanned where something is handed over: one block on every page that shows it.

use leptos::prelude::*;
use onshelf_vocabulary::Lang;

/// `label` says to whom it is shown; `number` is that of what it opens, where its reader may know it.
pub(crate) fn ticket(
    lang: Lang,
    label: &str,
    code: &str,
    number: Option<&str>,
    picture: Option<AnyView>,
) -> AnyView {
    let number = number.map(|number| view! { <p class="ticket-number">{number.to_owned()}</p> });
    view! {
        <div class="ticket">
            <div class="ticket-words">
                <p class="ticket-label">{label.to_owned()}</p>
                <p class="ticket-code"><span class="quiet">{lang.pick("코드 ", "Code ")}</span>{spaced(code)}</p>
                {number}
            </div>
            {picture}
        </div>
    }
    .into_any()
}

/// `7K3 M9Q`: read aloud in two breaths.
fn spaced(code: &str) -> String {
    code.split_at_checked(3).map_or_else(|| code.to_owned(), |(first, second)| format!("{first} {second}"))
}

#[cfg(test)]
mod tests {
    use super::spaced;

    #[test]
    fn a_code_is_read_in_two_breaths() {
        assert_eq!((spaced("7K3M9Q").as_str(), spaced("7K").as_str()), ("7K3 M9Q", "7K"));
    }
}
