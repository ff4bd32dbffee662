//! What is reserved and until when it is kept: said before and after it is asked for.

use leptos::prelude::*;
use onshelf_vocabulary::{Lang, Money, cart::BasketLine, catalog::Image, fulfilment::ReservationLineView};

use crate::{
    ssr::Visit,
    ui::picture::{Picture, is_drawing},
};

/// One thing, as both the form and the reservation show it.
pub(crate) struct Item {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) options: String,
    pub(crate) quantity: i64,
    pub(crate) price: Money,
    pub(crate) image: Option<Image>,
}

/// A line of either kind says the same of its thing in the same words.
macro_rules! item_of {
    ($($line:ty),+) => {$(
        impl From<&$line> for Item {
            fn from(line: &$line) -> Item {
                Item {
                    slug: line.slug.clone(),
                    name: line.name.clone(),
                    options: line.options.clone(),
                    quantity: line.quantity,
                    price: line.price,
                    image: line.image.clone(),
                }
            }
        }
    )+};
}

item_of!(BasketLine, ReservationLineView);

/// The things on their shelf lines, and what they cost together under its label.
pub(crate) fn items(visit: &Visit, items: Vec<Item>, total: Option<(&'static str, Money)>) -> AnyView {
    let lang = visit.lang;
    let row = |item: Item| {
        let photo = item.image.as_ref().is_some_and(|image| !is_drawing(&image.src));
        let options = (!item.options.is_empty()).then(|| view! { <small>{item.options.clone()}</small> });
        let count = match lang {
            Lang::Ko => format!("{}개", item.quantity),
            Lang::En => format!("× {}", item.quantity),
        };
        let sum = item.price.checked_mul(item.quantity).map(Money::display);
        let name = if item.slug.is_empty() {
            view! { <b>{item.name}</b> }.into_any()
        } else {
            view! { <a href=visit.href(&format!("/p/{}", item.slug))>{item.name}</a> }.into_any()
        };
        view! {
            <li class="held">
                <span class="held-picture board" class:board-photo=photo><Picture image=item.image silent=true /></span>
                <span class="held-what">{name}{options}</span>
                <span class="held-count">{count}</span>
                <span class="held-sum">{sum}</span>
            </li>
        }
    };
    let total = total.map(|(label, total)| {
        view! {
            <p class="held-total">
                <span>{label}</span>
                <b>{total.display()}</b>
            </p>
        }
    });
    view! {
        <ul class="helds">{items.into_iter().map(row).collect_view()}</ul>
        {total}
    }
    .into_any()
}

/// `내일 21:00까지`, `until tomorrow 21:00`: the deadline inside a sentence.
pub(super) fn until(lang: Lang, label: &str) -> String {
    match lang {
        Lang::Ko => format!("{label}까지"),
        Lang::En => format!("until {label}"),
    }
}
