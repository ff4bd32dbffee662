//! The head of a page: what is fetched with it, and what search engines and those who link to it are told.

use leptos::{html, prelude::*};
use onshelf_vocabulary::Lang;

use crate::{
    ssr::{Assets, Page, Styles, Visit},
    ui::part::part,
};

/// All that a head shows. It is kept by this and written of nothing else, so that whatever it comes to show is in both.
#[derive(Hash)]
struct Head<'a> {
    lang: Lang,
    /// What the chain is called.
    chain: &'a str,
    public_url: &'a str,
    assets: &'a Assets,
    styles: Styles,
    title: &'a str,
    description: &'a str,
    path: &'a str,
    image: Option<&'a str>,
    json_ld: Option<&'a str>,
    indexed: bool,
}

pub(super) fn head(visit: &Visit, page: &Page) -> impl IntoView + use<> {
    let site = &visit.door.site;
    let shown = Head {
        lang: visit.lang,
        chain: site.name.get(visit.lang),
        public_url: &site.public_url,
        assets: &site.assets,
        styles: page.styles,
        title: &page.title,
        description: &page.description,
        path: &page.path,
        image: page.image.as_deref(),
        json_ld: page.json_ld.as_deref(),
        indexed: page.indexed,
    };
    part("head", &shown, || written(&shown))
}

/// A property for those who link to the page; `property` is no attribute of HTML's own, so it is named by hand.
fn open_graph(name: &'static str, content: String) -> impl IntoView {
    leptos::html::meta().attr("property", name).content(content)
}

/// The slice of the typeface that every page needs, asked for before the style sheet names it.
fn typeface() -> impl IntoView {
    let link = leptos::html::link().rel("preload").href("/fonts/sans-first.woff2").r#type("font/woff2");
    link.attr("as", "font").attr("crossorigin", "anonymous")
}

/// The sheets beside that of the window. Whoever looks around has that of orders brought once nothing else is waited for,
/// so that the page after the button is not painted later for it.
fn beside(assets: &Assets, styles: Styles) -> impl IntoView + use<> {
    let link = |rel: &'static str, sheet: &String| {
        let link = leptos::html::link().rel(rel).href(sheet.clone());
        (!sheet.is_empty()).then(|| link.attr("as", (rel == "prefetch").then_some("style")))
    };
    match styles {
        Styles::Window => (link("prefetch", &assets.orders_css), None),
        Styles::Orders => (link("stylesheet", &assets.orders_css), None),
        Styles::Staff => (link("stylesheet", &assets.orders_css), link("stylesheet", &assets.staff_css)),
    }
}

fn written(shown: &Head<'_>) -> impl IntoView + use<> {
    let Head { lang, chain, public_url, assets, title, path, .. } = *shown;
    let title = if path == "/" { title.to_owned() } else { format!("{title} · {chain}") };
    let address = |lang: Lang| format!("{public_url}{}", lang.href(path));
    view! {
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                // Not as a tag of the macro: where cargo-leptos erases types that would write a mark into the words.
                {html::title().child(title.clone())}
                {(!shown.description.is_empty())
                    .then(|| view! { <meta name="description" content=shown.description.to_owned() /> })}
                {(!shown.indexed).then(|| view! { <meta name="robots" content="noindex" /> })}
                {typeface()}
                <link rel="stylesheet" href=assets.css.clone() />
                {beside(assets, shown.styles)}
                <link rel="icon" href="/icon.svg" type="image/svg+xml" />
                <link rel="manifest" href=lang.href("/site.webmanifest") />
                <meta name="theme-color" content="#faf8f4" media="(prefers-color-scheme: light)" />
                <meta name="theme-color" content="#161513" media="(prefers-color-scheme: dark)" />
                {shown.indexed.then(|| view! {
                    <link rel="canonical" href=address(lang) />
                    <link rel="alternate" hreflang="ko" href=address(Lang::Ko) />
                    <link rel="alternate" hreflang="en" href=address(Lang::En) />
                    {open_graph("og:title", title.clone())}
                    {open_graph("og:site_name", chain.to_owned())}
                    {open_graph("og:url", address(lang))}
                })}
                {shown.image.filter(|_| shown.indexed).map(|image| {
                    let image = if image.starts_with('/') { format!("{public_url}{image}") } else { image.to_owned() };
                    open_graph("og:image", image)
                })}
                {shown.json_ld.map(|data| view! {
                    <script type="application/ld+json" inner_html=data.to_owned()></script>
                })}
                <script
                    type="module"
                    src=assets.loader.clone()
                    data-js=assets.client_js.clone()
                    data-wasm=assets.client_wasm.clone()
                ></script>
            </head>
    }
}
