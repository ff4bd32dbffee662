//! The way down the category tree, for people and as data.

use leptos::prelude::*;
use onshelf_vocabulary::catalog::Crumb;
use serde_json::json;

use crate::ssr::Visit;

/// The way down to a category or a product. `last_is_here` when the last step is the page itself.
pub(super) fn crumbs(visit: &Visit, path: &[Crumb], last_is_here: bool) -> impl IntoView + use<> {
    let above = if last_is_here { &path[..path.len().saturating_sub(1)] } else { path };
    let all = Crumb { slug: String::new(), name: visit.say("모든 상품", "All products").to_owned() };
    let steps = std::iter::once(&all)
        .chain(above)
        .map(|step| {
            let href = if step.slug.is_empty() {
                "/products".to_owned()
            } else {
                format!("/category/{}", step.slug)
            };
            view! { <li><a href=visit.href(&href)>{step.name.clone()}</a></li> }
        })
        .collect_view();
    view! { <nav class="crumb" aria-label=visit.say("위치", "Breadcrumb")><ol>{steps}</ol></nav> }
}

/// schema.org: the way down the category tree.
pub(super) fn breadcrumbs(visit: &Visit, path: &[Crumb]) -> serde_json::Value {
    let base = &visit.door.site.public_url;
    let items: Vec<_> = (1u32..)
        .zip(path)
        .map(|(position, step)| {
            json!({
                "@type": "ListItem",
                "position": position,
                "name": step.name,
                "item": format!("{base}{}", visit.href(&format!("/category/{}", step.slug))),
            })
        })
        .collect();
    json!({ "@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items })
}
