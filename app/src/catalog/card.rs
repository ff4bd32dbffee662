//! A product as it stands in a list: on its shelf line, with its price and the nearest shelf that has it.

use leptos::prelude::*;
use onshelf_shop::catalog::Listed;
use onshelf_vocabulary::{Lang, catalog::ProductCard};

use super::shelf::ShelfLine;
use crate::{
    ssr::encoded,
    ui::{money::Price, part, picture::Picture},
};

/// Swatches shown before the rest is a number.
const SWATCHES: usize = 5;

/// One product. `eager` is for the first rows, which are seen before anything is scrolled.
#[component]
pub fn Card(lang: Lang, card: ProductCard, #[prop(optional)] eager: bool) -> impl IntoView {
    let drawn = card.image.as_ref().is_none_or(|image| crate::ui::picture::is_drawing(&image.src));
    let marked_down = card.list_price.is_some_and(|before| before.amount > card.price.amount);
    let page = lang.href(&page_of(&card));
    view! {
        <li class="card">
            <a class="card-link" href=page>
                <span class="board" class:board-photo=!drawn>
                    <Picture image=card.image eager silent=true />
                </span>
                <h3>{card.name}</h3>
            </a>
            <div class="card-price" class:down=marked_down>
                <Price lang price=card.price before=card.list_price />
            </div>
            {swatches(lang, &card.swatches)}
            <ShelfLine lang shelf=card.shelf />
        </li>
    }
}

/// The product's page, with the variant that the list was narrowed to.
fn page_of(card: &ProductCard) -> String {
    if !card.asked_for {
        return format!("/p/{}", card.slug);
    }
    format!("/p/{}?sku={}", card.slug, encoded(&card.sku))
}

/// A grid of cards; the pictures of the first `eager` are loaded at once.
pub fn cards(lang: Lang, products: &[Listed<'_>], eager: usize) -> impl IntoView + use<> {
    let written = products.iter().enumerate().map(|(place, product)| {
        let eager = place < eager;
        part::html("card", (product, eager), || view! { <Card lang card=product.in_words() eager /> })
    });
    part::row(r#"<ul class="cards">"#, written, "</ul>")
}

fn swatches(lang: Lang, colours: &[String]) -> Option<impl IntoView + use<>> {
    if colours.len() < 2 {
        return None;
    }
    let said = match lang {
        Lang::Ko => format!("{}가지 색", colours.len()),
        Lang::En => format!("{} colours", colours.len()),
    };
    let dots = colours.iter().take(SWATCHES).cloned().map(|colour| view! { <Dot colour /> }).collect_view();
    Some(view! { <span class="dots" role="img" aria-label=said>{dots}</span> })
}

/// A colour as a dot; an attribute of the drawing, since the page's policy lets no style be written inline.
#[component]
pub fn Dot(colour: String) -> impl IntoView {
    view! { <svg class="dot-colour" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="7.5" fill=colour /></svg> }
}
