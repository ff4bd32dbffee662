//! Taking over fetched columns into those on the page: what has not changed stays the same element, so that
//! focus, ticks and open details stay too.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, HtmlInputElement};

/// What one may have to announce.
#[derive(Default)]
pub(super) struct News {
    /// What each card that is new says of itself.
    pub said: Vec<String>,
    /// What is called out as it is: somebody stands outside.
    pub called: Vec<String>,
}

/// Makes the page's columns like those in `html`, a page or a part of one. None where it holds no columns.
pub(super) fn take_over(document: &Document, html: &str) -> Option<News> {
    let own = document.get_element_by_id("columns")?;
    let holder = document.create_element("div").ok()?;
    holder.set_inner_html(html);
    let fresh = holder.query_selector("#columns").ok()??;
    let mut news = News::default();
    let lists = each(&own, "[data-list]").into_iter().zip(each(&fresh, "[data-list]"));
    for (own, fresh) in lists {
        merge(document, &own, &fresh, &mut news);
    }
    copy_texts(document, &fresh, "data-count");
    copy_texts(document, &fresh, "data-late");
    retitle(document, &fresh);
    if let Some(address) = fresh.get_attribute("data-address") {
        let _ = own.set_attribute("data-address", &address);
    }
    if let (Some(own), Some(fresh)) =
        (document.get_element_by_id("notice"), holder.query_selector("#notice").ok().flatten())
    {
        own.set_inner_html(&fresh.inner_html());
    }
    Some(news)
}

/// Makes one list like another, card by card.
fn merge(document: &Document, own: &Element, fresh: &Element, news: &mut News) {
    let cards = children(fresh);
    for old in children(own) {
        if !cards.iter().any(|card| card.id() == old.id()) {
            old.remove();
        }
    }
    for (index, card) in cards.into_iter().enumerate() {
        let old = children(own).into_iter().find(|old| old.id() == card.id());
        let kept = match old {
            Some(old) if old.get_attribute("data-mark") == card.get_attribute("data-mark") => {
                copy_due(&old, &card);
                old
            }
            Some(old) => {
                // Who was on the way has come.
                if !old.has_attribute("data-call") {
                    news.called.extend(card.get_attribute("data-call"));
                }
                replace(document, &old, &card);
                card
            }
            None => {
                greet(&card, news);
                card
            }
        };
        let there = own.children().item(u32::try_from(index).unwrap_or(u32::MAX));
        if there.as_ref() != Some(&kept) {
            let _ = own.insert_before(&kept, there.as_deref());
        }
    }
}

/// A card that was not there a moment ago is shown to be new, and said if it is one to prepare.
fn greet(card: &Element, news: &mut News) {
    let _ = card.class_list().add_1("new");
    news.said.extend(card.get_attribute("data-say"));
    news.called.extend(card.get_attribute("data-call"));
}

/// The minutes that pass are no reason for a new card.
fn copy_due(old: &Element, card: &Element) {
    if let (Ok(Some(old)), Ok(Some(due))) =
        (old.query_selector("[data-due]"), card.query_selector("[data-due]"))
    {
        old.set_text_content(due.text_content().as_deref());
    }
}

fn replace(document: &Document, old: &Element, card: &Element) {
    let focused = document.active_element().filter(|focused| old.contains(Some(focused)));
    let focused = focused.and_then(|focused| focused.get_attribute("data-key"));
    for kept in each(old, "[data-key]") {
        let Some(twin) = kept.get_attribute("data-key").and_then(|key| keyed(card, &key)) else { continue };
        if kept.has_attribute("open") {
            let _ = twin.set_attribute("open", "");
        }
        if let (Some(kept), Some(twin)) =
            (kept.dyn_ref::<HtmlInputElement>(), twin.dyn_ref::<HtmlInputElement>())
        {
            twin.set_checked(kept.checked());
            if matches!(kept.type_().as_str(), "text" | "number") && kept.value() != kept.default_value() {
                twin.set_value(&kept.value());
            }
        }
    }
    let _ = old.replace_with_with_node_1(card);
    if let Some(twin) = focused.and_then(|key| keyed(card, &key))
        && let Some(twin) = twin.dyn_ref::<HtmlElement>()
    {
        let _ = twin.focus();
    }
}

fn keyed(card: &Element, key: &str) -> Option<Element> {
    card.query_selector(&format!("[data-key=\"{key}\"]")).ok().flatten()
}

/// Counts stand in the tabs and above the columns: all of one name say the same.
fn copy_texts(document: &Document, fresh: &Element, attribute: &str) {
    for source in each(fresh, &format!("[{attribute}]")) {
        let name = source.get_attribute(attribute).unwrap_or_default();
        let Some(root) = document.document_element() else { return };
        for target in each(&root, &format!("[{attribute}=\"{name}\"]")) {
            target.set_text_content(source.text_content().as_deref());
        }
    }
}

/// How many wait also stands in the title, for a board behind another window.
fn retitle(document: &Document, fresh: &Element) {
    let count =
        fresh.query_selector("[data-count=prepare]").ok().flatten().and_then(|count| count.text_content());
    let title = document.title();
    let name = title
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(") "))
        .map_or(title.as_str(), |(_, name)| name);
    document.set_title(&match count.as_deref() {
        None | Some("0") => name.to_owned(),
        Some(count) => format!("({count}) {name}"),
    });
}

fn children(element: &Element) -> Vec<Element> {
    let children = element.children();
    (0..children.length()).filter_map(|index| children.item(index)).collect()
}

fn each(root: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = root.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}
