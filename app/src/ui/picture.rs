//! A product's picture on its board: a drawing stands on the shelf line, a photograph fills the board.

use leptos::prelude::*;
use onshelf_vocabulary::catalog::Image;

/// A picture, or the empty board where there is none. `eager` is for what is seen first.
#[component]
pub fn Picture(
    #[prop(optional_no_strip)] image: Option<Image>,
    #[prop(optional)] eager: bool,
    /// Whether the words beside it say the same already.
    #[prop(optional)]
    silent: bool,
) -> impl IntoView {
    let Some(image) = image else {
        return view! {
            <svg class="bare" viewBox="0 0 400 400" aria-hidden="true">
                <path d="M96 400V196h208v204M96 236h208M172 236v44h56v-44" />
            </svg>
        }
        .into_any();
    };
    view! {
        <img
            class=if is_drawing(&image.src) { "drawn" } else { "photo" }
            alt=if silent { String::new() } else { image.alt }
            width=image.width.to_string()
            height=image.height.to_string()
            loading=(!eager).then_some("lazy")
            fetchpriority=eager.then_some("high")
            decoding="async"
            src=image.src
        />
    }
    .into_any()
}

/// Drawings come without a ground of their own.
#[must_use]
pub fn is_drawing(src: &str) -> bool {
    src.split(['?', '#']).next().is_some_and(|path| path.ends_with(".svg"))
}
