//! Parts of pages that many pages share. A part is a function of what it shows and of nothing else, so it is kept by
//! exactly that: it can be neither too old nor somebody else's, and one sold unit has one shelf written anew instead
//! of a page.

use std::{
    hash::{BuildHasher, Hash, Hasher, RandomState},
    sync::{Arc, LazyLock},
};

use leptos::{
    prelude::*,
    tachys::{
        html::attribute::any_attribute::AnyAttribute,
        hydration::Cursor,
        view::{Position, PositionState, Render, RenderHtml},
    },
};
use quick_cache::{Weighter, sync::Cache};
use siphasher::sip128::{Hasher128, SipHasher13};

/// Bytes of HTML that are kept in all.
const MOST: u64 = 32 * 1024 * 1024;
/// About how large a part is; only the table's first size follows from it.
const USUAL: u64 = 1_024;
/// Bookkeeping of one part, in bytes.
const AROUND: u64 = 64;

static PARTS: LazyLock<Parts> = LazyLock::new(Parts::new);

/// The part `name` as it shows `shown`, written by `write` unless it is at hand. Whatever `write` puts on the page has
/// to be in `shown`.
pub fn part<S: Hash, V: IntoView>(name: &'static str, shown: S, write: impl FnOnce() -> V) -> Written {
    row("", [html(name, shown, write)], "")
}

/// Parts side by side inside one element, which `open` begins and `close` ends: one piece of a page for all of them.
pub fn row(open: &'static str, parts: impl IntoIterator<Item = Arc<str>>, close: &'static str) -> Written {
    Written { open, parts: parts.into_iter().collect(), close }
}

/// What [`part`] puts on the page, for a [`row`] of them.
pub fn html<S: Hash, V: IntoView>(name: &'static str, shown: S, write: impl FnOnce() -> V) -> Arc<str> {
    text(name, shown, || write().into_view().to_html())
}

/// The same for what is no element, such as structured data.
pub fn text<S: Hash>(name: &'static str, shown: S, write: impl FnOnce() -> String) -> Arc<str> {
    let parts = &*PARTS;
    let key = parts.key(name, shown);
    if let Some(html) = parts.kept.get(&key) {
        return html;
    }
    let html: Arc<str> = write().into();
    parts.kept.insert(key, html.clone());
    html
}

/// What is written already. A page is put together from it without a copy in between.
pub struct Written {
    open: &'static str,
    parts: Vec<Arc<str>>,
    close: &'static str,
}

impl Render for Written {
    type State = ();

    fn build(self) -> Self::State {}

    fn rebuild(self, _: &mut Self::State) {}
}

leptos::tachys::no_attrs!(Written);

/// On the server alone: no browser builds or wakes what is no island.
impl RenderHtml for Written {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        page: &mut String,
        position: &mut Position,
        _: bool,
        _: bool,
        _: Vec<AnyAttribute>,
    ) {
        page.push_str(self.open);
        self.parts.iter().for_each(|part| page.push_str(part));
        page.push_str(self.close);
        *position = Position::NextChild;
    }

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> Self::State {}

    fn into_owned(self) -> Self {
        self
    }
}

struct Parts {
    kept: Cache<u128, Arc<str>, Bytewise>,
    /// 128 bits under a key that nobody knows: two contents of one hash are neither an accident nor an attack.
    hasher: SipHasher13,
}

impl Parts {
    fn new() -> Parts {
        let chance = || RandomState::new().build_hasher().finish();
        let estimated = usize::try_from(MOST / USUAL).unwrap_or(usize::MAX);
        Parts {
            kept: Cache::with_weighter(estimated, MOST, Bytewise),
            hasher: SipHasher13::new_with_keys(chance(), chance()),
        }
    }

    fn key(&self, name: &str, shown: impl Hash) -> u128 {
        let mut hasher = self.hasher;
        name.hash(&mut hasher);
        shown.hash(&mut hasher);
        hasher.finish128().as_u128()
    }
}

#[derive(Clone)]
struct Bytewise;

impl Weighter<u128, Arc<str>> for Bytewise {
    fn weight(&self, _: &u128, html: &Arc<str>) -> u64 {
        html.len() as u64 + AROUND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_once_for_what_it_shows() {
        let mut written = 0;
        let mut show = |count: u32| {
            part("test", count, || {
                written += 1;
                view! { <p>{count}</p> }
            })
            .to_html()
        };
        assert_eq!([show(3), show(4), show(3)], ["<p>3</p>", "<p>4</p>", "<p>3</p>"]);
        assert_eq!(written, 2);
    }

    #[test]
    fn parts_stand_in_a_row_as_they_come() {
        let item = |name: &'static str| html("test item", name, || view! { <li>{name}</li> });
        assert_eq!(row("<ul>", ["a", "b"].map(item), "</ul>").to_html(), "<ul><li>a</li><li>b</li></ul>");
    }

    #[test]
    fn two_parts_of_the_same_content_are_two() {
        assert_eq!(&*text("bar", "a", || "1".to_owned()), "1");
        assert_eq!(&*text("foot", "a", || "2".to_owned()), "2");
    }
}
