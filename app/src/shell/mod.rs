//! What stands around every page: head, bar, the ways through the shop, foot. It shows the basket and the search that
//! every page has, and what is said where there is no page.

mod aisles;
pub mod failure;
pub mod foot;
mod respond;

use leptos::{html, prelude::*};
use onshelf_vocabulary::Lang;

use self::foot::foot;
use crate::{
    cart::strip,
    catalog::islands::suggest::SearchField,
    ssr::{Assets, Chrome, Page, Styles, Visit},
    ui::{
        icon::{Glyph, Icon},
        part::part,
    },
};

/// JSON that can stand in a script element: `<` never closes it.
#[must_use]
pub fn script_json(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
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

/// The whole document.
pub fn shell(visit: &Visit, page: Page) -> impl IntoView + use<> {
    let site = &visit.door.site;
    let chain = (site.name.get(visit.lang), &site.public_url);
    let assets = &site.assets;
    let built = (page.styles, &assets.css, &assets.orders_css, &assets.staff_css);
    let built = (built, &assets.loader, &assets.client_js, &assets.client_wasm);
    let about = (&page.title, &page.description, &page.path, &page.image, &page.json_ld, page.indexed);
    let head = part("head", (visit.lang, chain, built, about), || head(visit, &page));
    let class = match page.chrome {
        Chrome::Shopper => "shopper",
        Chrome::Staff => "staff",
        Chrome::Bare => "bare",
    };
    let body = match page.chrome {
        Chrome::Shopper => {
            let (row, menu) = aisles::ways(visit, &page);
            view! {
                <a class="skip" href="#main">{visit.say("본문으로", "Skip to content")}</a>
                {bar(visit)}
                {menu}
                {row}
                <main id="main">{page.view}</main>
                {(page.indexed && visit.items > 0).then(|| strip::place(visit, page.sku.as_deref()))}
                {foot(visit, &page.path)}
            }
            .into_any()
        }
        Chrome::Staff | Chrome::Bare => view! { <main id="main">{page.view}</main> }.into_any(),
    };
    view! {
        <html lang=visit.lang.tag() class=class>
            {head}
            <body>{body}</body>
        </html>
    }
}

fn head(visit: &Visit, page: &Page) -> impl IntoView + use<> {
    let site = visit.door.site.clone();
    let chain = site.name.get(visit.lang).to_owned();
    let title = if page.path == "/" { page.title.clone() } else { format!("{} · {chain}", page.title) };
    let address = |lang: Lang| format!("{}{}", site.public_url, lang.href(&page.path));
    view! {
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                // Not as a tag of the macro: where cargo-leptos erases types that would write a mark into the words.
                {html::title().child(title.clone())}
                {(!page.description.is_empty())
                    .then(|| view! { <meta name="description" content=page.description.clone() /> })}
                {(!page.indexed).then(|| view! { <meta name="robots" content="noindex" /> })}
                {typeface()}
                <link rel="stylesheet" href=site.assets.css.clone() />
                {beside(&site.assets, page.styles)}
                <link rel="icon" href="/icon.svg" type="image/svg+xml" />
                <link rel="manifest" href=visit.href("/site.webmanifest") />
                <meta name="theme-color" content="#faf8f4" media="(prefers-color-scheme: light)" />
                <meta name="theme-color" content="#161513" media="(prefers-color-scheme: dark)" />
                {page.indexed.then(|| view! {
                    <link rel="canonical" href=address(visit.lang) />
                    <link rel="alternate" hreflang="ko" href=address(Lang::Ko) />
                    <link rel="alternate" hreflang="en" href=address(Lang::En) />
                    {open_graph("og:title", title.clone())}
                    {open_graph("og:site_name", chain.clone())}
                    {open_graph("og:url", address(visit.lang))}
                })}
                {page.image.as_ref().filter(|_| page.indexed).map(|image| {
                    let image = if image.starts_with('/') { format!("{}{image}", site.public_url) } else { image.clone() };
                    open_graph("og:image", image)
                })}
                {page.json_ld.clone().map(|data| view! {
                    <script type="application/ld+json" inner_html=data.to_string()></script>
                })}
                <script
                    type="module"
                    src=site.assets.loader.clone()
                    data-js=site.assets.client_js.clone()
                    data-wasm=site.assets.client_wasm.clone()
                ></script>
            </head>
    }
}

/// The bar at the top: the menu on a phone, the mark, my store, search, the basket.
fn bar(visit: &Visit) -> impl IntoView + use<> {
    let book = visit.shop().book();
    let mine = visit.viewer.store.as_ref().and_then(|code| book.stores.by_code(code.as_str()));
    let count = visit.items;
    let basket_label = match visit.lang {
        Lang::Ko => format!("장바구니, {count}개"),
        Lang::En => format!("Basket, {count} item{}", if count == 1 { "" } else { "s" }),
    };
    let (open, store_label) = match mine {
        Some(store) => {
            let (open, hours) = store.hours_now(visit.lang, visit.shop().now());
            (open, Some((store.name.get(visit.lang).to_owned(), hours)))
        }
        None => (false, None),
    };
    let (name, searched) = (visit.door.site.name.get(visit.lang), searched(visit));
    let shown = (visit.lang, name, count, &store_label, open, &searched);
    part("bar", shown, || {
        view! {
            <header class="bar">
                <button type="button" class="ico bar-menu" popovertarget=aisles::MENU aria-label=visit.say("메뉴", "Menu")>
                    <Icon glyph=Glyph::Menu />
                </button>
                // A browser that cannot open the menu goes to the same links at the foot.
                <a class="ico bar-foot" href="#foot" aria-label=visit.say("메뉴", "Menu")><Icon glyph=Glyph::Menu /></a>
                <a class="mark" href=visit.href("/")>
                    <span>{name.to_owned()}</span><i aria-hidden="true"></i>
                </a>
                <form class="seek" action=visit.href("/search") method="get" role="search">
                    <SearchField lang=visit.lang text=searched.clone() from=visit.href("/suggest") />
                    <button aria-label=visit.say("검색", "Search")><Icon glyph=Glyph::Search /></button>
                </form>
                <a class="mystore" href=visit.href("/stores")>
                    {match store_label.clone() {
                        Some((name, hours)) => view! {
                            <span class="dot" class:shut=!open></span>
                            <span><b>{name}</b><span class="hours">{format!(" · {hours}")}</span></span>
                        }.into_any(),
                        None => view! { <Icon glyph=Glyph::Pin /><span>{visit.say("매장 고르기", "Choose a store")}</span> }
                            .into_any(),
                    }}
                </a>
                <a class="ico" href=visit.href("/basket") aria-label=basket_label>
                    <Icon glyph=Glyph::Basket />
                    {(count > 0).then(|| view! { <b>{count}</b> })}
                </a>
            </header>
        }
    })
}

/// What this page was searched for, if it was.
fn searched(visit: &Visit) -> String {
    let query = visit.path.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let found = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "q");
    found.map(|(_, text)| text.chars().take(200).collect()).unwrap_or_default()
}

/// The way to the same page in the other language.
fn other_language(visit: &Visit, path: &str) -> impl IntoView + use<> {
    let (other, name) = match visit.lang {
        Lang::Ko => (Lang::En, "English"),
        Lang::En => (Lang::Ko, "한국어"),
    };
    view! { <a href=other.href(path) lang=other.tag() hreflang=other.tag()>{name}</a> }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::script_json;

    /// What a browser does with a script of data: it ends at the first `</script`, and what is before is read as JSON.
    #[test]
    fn data_in_a_script_ends_where_the_script_does() {
        for text in [
            "</script><script>alert(7)</script>",
            "</SCRIPT >",
            "<!-- <script>",
            "<![CDATA[",
            "\u{2028}\u{2029}",
            "\"'\\",
            "\\u003c",
            "성수 & <b>",
            "\0\u{8}\r\n",
        ] {
            let value = json!({ "name": text, text: [text] });
            let written = script_json(&value);
            assert!(!written.contains(['<', '\u{2028}', '\u{2029}']), "{written}");
            assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), value, "{written}");
        }
    }
}
