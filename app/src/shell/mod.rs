//! What stands around every page: head, bar, the ways through the shop, foot. It shows the basket and the search that
//! every page has, and what is said where there is no page.

mod aisles;
pub mod failure;
pub mod foot;
mod head;
mod respond;

use leptos::prelude::*;
use onshelf_vocabulary::Lang;

use self::{foot::foot, head::head};
use crate::{
    cart::strip,
    catalog::islands::suggest::SearchField,
    ssr::{Chrome, Page, Visit},
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

/// The whole document.
pub fn shell(visit: &Visit, page: Page) -> impl IntoView + use<> {
    let head = head(visit, &page);
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
