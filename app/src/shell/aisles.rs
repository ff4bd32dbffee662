//! The ways through the shop: at a desk a quiet row below the bar, which scrolls away with the page; on a phone the menu
//! that the bar's button opens. Both are plain links, and the browser opens the menu without a script.

use std::cell::LazyCell;

use leptos::prelude::*;
use onshelf_shop::Book;
use onshelf_vocabulary::Lang;

use super::other_language;
use crate::{
    ssr::{Page, Visit},
    ui::{
        icon::{Glyph, Icon},
        part::{Written, part},
    },
};

/// The menu as the buttons that open it name it.
pub(super) const MENU: &str = "menu";
/// Categories that the row names at most; the menu names more.
const ROW: usize = 10;
/// Categories that the menu names at most: it stands in every page, and a shop may have thousands.
const LISTED: usize = 60;
/// Pages with one thing to do, which nothing else is offered on.
const UNDISTURBED: [&str; 2] = ["/checkout", "/reserve"];

const CATEGORY: &str = "/category/";
const STORES: &str = "/stores";
const ORDERS: &str = "/reservations";

/// The way that a page is the end of, or lies within: all that the ways show of the page.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Here {
    path: String,
    /// `page` where one is there, `true` where one is somewhere within.
    current: &'static str,
}

impl Here {
    fn of(page: &Page) -> Option<Here> {
        let path = match &page.category {
            Some(slug) => category_path(slug),
            None if page.path.starts_with(STORES) => STORES.to_owned(),
            None if page.path == ORDERS => ORDERS.to_owned(),
            None => return None,
        };
        let current = if page.path == path { "page" } else { "true" };
        Some(Here { path, current })
    }

    /// Whether that is this category.
    fn is_in(&self, slug: &str) -> bool {
        self.path.strip_prefix(CATEGORY) == Some(slug)
    }
}

fn category_path(slug: &str) -> String {
    format!("{CATEGORY}{slug}")
}

/// A place to go to, by its path in no language yet.
#[derive(Debug)]
struct Way {
    path: String,
    name: String,
    /// As [`Here::current`]; none where one is not there.
    here: Option<&'static str>,
}

impl Way {
    fn new(here: Option<&Here>, path: String, name: &str) -> Way {
        let here = here.filter(|here| here.path == path).map(|here| here.current);
        Way { path, name: name.to_owned(), here }
    }
}

/// Those that are named, and how many there are.
#[derive(Debug)]
struct Categories {
    named: Vec<Way>,
    all: usize,
}

/// The row, unless the page is not to be disturbed, and the menu.
pub(super) fn ways(visit: &Visit, page: &Page) -> (Option<Written>, impl IntoView + use<>) {
    let (lang, book, here) = (visit.lang, visit.shop().book(), Here::of(page));
    // They stand on every page and a shop may have thousands, so they are gathered only to be written: the book's
    // edition and where the page stands say all of what they show.
    let shown = (lang, book.edition, &here);
    let gathered = LazyCell::new(|| (categories(lang, &book, here.as_ref()), services(lang, here.as_ref())));
    let seen = !UNDISTURBED.contains(&page.path.split('?').next().unwrap_or_default());
    let row = seen.then(|| {
        part("aisles", shown, || {
            let (categories, services) = &*gathered;
            row(lang, categories, services)
        })
    });
    let inside = part("menu", shown, || {
        let (categories, services) = &*gathered;
        inside(lang, categories, services)
    });
    // The language leads to this very page, so it stands outside of what many pages share.
    let menu = view! {
        <nav id=MENU class="menu" popover="auto" aria-label=visit.say("메뉴", "Menu")>
            <div class="menu-head">
                <b>{visit.say("메뉴", "Menu")}</b>
                {other_language(visit, &page.path)}
                <button type="button" class="ico" popovertarget=MENU popovertargetaction="hide" aria-label=visit.say("닫기", "Close")>
                    <Icon glyph=Glyph::Close />
                </button>
            </div>
            {inside}
        </nav>
    };
    (row, menu)
}

fn categories(lang: Lang, book: &Book, here: Option<&Here>) -> Categories {
    let (mut named, mut all) = (Vec::new(), 0);
    for category in book.catalogue.top_categories() {
        // Of too many, the one where one is stands among those that are named; the others are only counted.
        if all < LISTED || here.is_some_and(|here| here.is_in(&category.slug)) {
            named.push(Way::new(here, category_path(&category.slug), category.name.get(lang)));
        }
        all += 1;
    }
    Categories { named, all }
}

fn services(lang: Lang, here: Option<&Here>) -> [Way; 2] {
    [
        Way::new(here, STORES.to_owned(), lang.pick("매장 찾기", "Find a store")),
        Way::new(here, ORDERS.to_owned(), lang.pick("주문·예약 찾기", "Find an order")),
    ]
}

fn row(lang: Lang, categories: &Categories, services: &[Way]) -> impl IntoView + use<> {
    let Categories { named, all } = categories;
    let first = named.get(..ROW).unwrap_or(named);
    // Of many, one line is enough, and the one where one is; the menu has more.
    let beyond = named.iter().skip(ROW).find(|way| way.here.is_some());
    let beyond = beyond.map(|way| links(lang, std::slice::from_ref(way)));
    let many = *all > ROW;
    let all = many.then(|| {
        let label = match lang {
            _ if *all > LISTED => lang.pick("분류 더 보기", "More categories").to_owned(),
            Lang::Ko => format!("분류 {all}개 모두"),
            Lang::En => format!("All {all} categories"),
        };
        view! { <li><button type="button" popovertarget=MENU>{label}</button></li> }
    });
    view! {
        <nav class="aisles" aria-label=lang.pick("둘러보기", "Browse")>
            <ul class:cut=many>{beyond}{links(lang, first)}</ul>
            <ul>{all}{links(lang, services)}</ul>
        </nav>
    }
}

fn inside(lang: Lang, categories: &Categories, services: &[Way]) -> impl IntoView + use<> {
    view! {
        <ul class="menu-services">{links(lang, services)}</ul>
        <ul class="menu-categories">
            {links(lang, &categories.named)}
            <li><a href=lang.href("/products")>{lang.pick("모든 상품", "All products")}</a></li>
        </ul>
    }
}

fn links(lang: Lang, ways: &[Way]) -> impl IntoView + use<> {
    let link = |way: &Way| {
        view! { <li><a href=lang.href(&way.path) aria-current=way.here>{way.name.clone()}</a></li> }
    };
    ways.iter().map(link).collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_says_whether_one_is_there_or_within() {
        let here = |path: &str, category: Option<&str>, way: &str| {
            let page = Page { category: category.map(str::to_owned), ..Page::new("", path, ()) };
            Way::new(Here::of(&page).as_ref(), way.to_owned(), "").here
        };
        let kitchen = |path: &str, category| here(path, category, "/category/kitchen");
        assert_eq!(kitchen("/category/kitchen", Some("kitchen")), Some("page"));
        assert_eq!(kitchen("/category/kitchen?page=2", Some("kitchen")), Some("true"));
        assert_eq!(kitchen("/p/kettle", Some("kitchen")), Some("true"));
        assert_eq!(kitchen("/p/pencil", Some("desk")), None);
        assert_eq!(kitchen("/", None), None);
        assert_eq!(here("/stores", None, STORES), Some("page"));
        assert_eq!(here("/stores/seongsu", None, STORES), Some("true"));
        assert_eq!(here("/reservations", None, ORDERS), Some("page"));
        assert_eq!(here("/reservations/R-1", None, ORDERS), None);
    }

    #[test]
    fn of_too_many_the_one_where_one_is_is_found_by_its_name() {
        let of = |category: &str| {
            Here::of(&Page { category: Some(category.to_owned()), ..Page::new("", "/p/kettle", ()) }).unwrap()
        };
        assert!(of("kitchen").is_in("kitchen"));
        assert!(!of("kitchen").is_in("kitchen-2") && !of("kitchen-2").is_in("kitchen"));
    }

    #[test]
    fn a_long_row_is_cut_and_leads_to_all() {
        let ways = |many: usize| {
            let way = |place: usize| Way {
                path: format!("/category/c{place}"),
                name: format!("분류 {place}"),
                here: None,
            };
            Categories { named: (0..many.min(LISTED)).map(way).collect(), all: many }
        };
        let short = row(Lang::En, &ways(ROW), &[]).to_html();
        assert_eq!(short.matches("href=\"/en/category/").count(), ROW);
        assert!(!short.contains("<button"), "{short}");
        let long = row(Lang::Ko, &ways(60), &[]).to_html();
        assert_eq!(long.matches("href=\"/category/").count(), ROW);
        assert!(long.contains("popovertarget=\"menu\"") && long.contains("분류 60개 모두"), "{long}");
        let mut far = ways(60);
        far.named[42].here = Some("page");
        let there = row(Lang::Ko, &far, &[]).to_html();
        assert!(there.contains("<a href=\"/category/c42\" aria-current=\"page\">분류 42</a>"), "{there}");
        let menu = inside(Lang::Ko, &ways(60), &[]).to_html();
        assert_eq!(menu.matches("href=\"/category/").count(), 60);
        let thousands = row(Lang::En, &ways(4_000), &[]).to_html();
        assert!(thousands.contains("More categories") && !thousands.contains("4000"), "{thousands}");
    }
}
