//! A category in a row of categories: what stands on it, and what it is called.

use leptos::prelude::*;
use onshelf_vocabulary::catalog::CategoryView;

use crate::{ssr::Visit, ui::picture::Picture};

/// An entry of a list with the class `pills`; `counted` says how many products it has.
pub fn pill(visit: &Visit, category: &CategoryView, counted: bool) -> impl IntoView + use<> {
    let count = counted.then_some(category.products);
    view! {
        <li>
            <a class="pill" href=visit.href(&format!("/category/{}", category.slug))>
                <span class="pill-board"><Picture image=category.image.clone() silent=true /></span>
                <span>{category.name.clone()}</span>
                {count.map(|count| view! { <small>{count}</small> })}
            </a>
        </li>
    }
}
