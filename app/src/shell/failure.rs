//! The page that tells what went wrong, and where to go from there.

use axum::http::StatusCode;
use leptos::prelude::*;
use onshelf_vocabulary::Lang;

use crate::{
    catalog::ways_on,
    error::AppError,
    ssr::{Page, Visit},
};

/// Stores that are named where one was not found.
const STORES: usize = 6;

/// Says what is the matter and leads on.
pub fn failure_page(visit: &Visit, error: &AppError, status: StatusCode) -> Page {
    if *error == AppError::NotFound {
        return nowhere(visit, status);
    }
    let (title, text) = error.words(visit.lang);
    let reference = match error {
        AppError::Broken { reference } => Some(reference.clone()),
        _ => None,
    };
    let view = view! {
        <section class="failure">
            <h1>{title}</h1>
            <p>{text}</p>
            {reference.map(|reference| view! { <p><code>{reference}</code></p> })}
            <p class="ways">
                <a class="go" href=visit.href("/")>{visit.say("처음으로", "Home")}</a>
                <a class="alt" href=visit.href("/stores")>{visit.say("매장 찾기", "Find a store")}</a>
            </p>
        </section>
    };
    Page { status, indexed: false, ..Page::new(title, "/", view) }
}

/// What somebody looked for at an address where nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sought {
    Product,
    Category,
    Store,
    Order,
    Page,
}

impl Sought {
    /// By a path as it was asked, with its language and its query.
    fn at(path: &str) -> Sought {
        let path = path.split('?').next().unwrap_or_default();
        let path = path.strip_prefix("/en").filter(|rest| rest.starts_with('/')).unwrap_or(path);
        match path.split('/').nth(1) {
            Some("p") => Sought::Product,
            Some("category") => Sought::Category,
            Some("stores") => Sought::Store,
            Some("orders" | "reservations" | "pass") => Sought::Order,
            _ => Sought::Page,
        }
    }

    /// Title and the sentence below it.
    fn words(self, lang: Lang) -> (&'static str, String) {
        let (anywhere, text) = AppError::NotFound.words(lang);
        let (title, text) = match (self, lang) {
            (Sought::Product, Lang::Ko) => (
                "이 상품은 선반에 없어요",
                "더는 팔지 않거나 주소가 바뀌었어요. 이름으로 찾거나 다른 선반을 둘러보세요.",
            ),
            (Sought::Product, Lang::En) => (
                "This product is not on our shelves",
                "We no longer sell it, or its address has changed. Search by its name, or look at another shelf.",
            ),
            (Sought::Category, Lang::Ko) => (
                "이 분류는 이제 없어요",
                "이름이 바뀌었을 수 있어요. 지금 있는 분류는 아래에서 모두 볼 수 있어요.",
            ),
            (Sought::Category, Lang::En) => (
                "This category is gone",
                "It may have another name by now. All our categories are listed below.",
            ),
            (Sought::Store, Lang::Ko) => {
                ("이 매장을 찾지 못했어요", "문을 닫았거나 주소가 바뀌었어요. 다른 매장을 찾아보세요.")
            }
            (Sought::Store, Lang::En) => (
                "We have no store here",
                "It has closed for good, or its address has changed. Have a look at our other stores.",
            ),
            (Sought::Order, Lang::Ko) => (
                anywhere,
                "링크가 끝까지 복사되지 않았을 수 있어요. 주문이나 예약은 번호와, 픽업 코드나 주문할 때 적은 연락처로 다시 열 수 있어요.",
            ),
            (Sought::Order, Lang::En) => (
                anywhere,
                "The link may have been cut off when it was copied. An order can be opened again with its number and its pickup code, or the e-mail or phone you gave.",
            ),
            (Sought::Page, _) => return (anywhere, text),
        };
        (title, text.to_owned())
    }
}

/// Nothing is at this address: words to search with, and every shelf there is.
fn nowhere(visit: &Visit, status: StatusCode) -> Page {
    let sought = Sought::at(&visit.path);
    let (title, text) = sought.words(visit.lang);
    let order = (sought == Sought::Order).then(|| {
        view! {
            <a class="go" href=visit.href("/reservations")>{visit.say("주문·예약 찾기", "Find an order")}</a>
        }
    });
    // Whoever looks for an order does not shop just now.
    let shops = sought != Sought::Order;
    let label = visit.say("여기서 찾기", "Search from here");
    let view = view! {
        <div class="list">
            <header class="list-head"><h1>{title}</h1></header>
            <section class="nothing">
                <p class="nothing-say">{text}</p>
                {shops.then(|| ways_on::search(visit, String::new(), label))}
                <p class="ways">
                    {order}
                    <a class="alt" href=visit.href("/")>{visit.say("처음으로", "Home")}</a>
                    <a class="alt" href=visit.href("/stores")>{visit.say("매장 찾기", "Find a store")}</a>
                </p>
                {(sought == Sought::Store).then(|| stores(visit))}
                {shops.then(|| ways_on::shelves(visit, None))}
            </section>
            {matches!(sought, Sought::Product | Sought::Page).then(|| ways_on::newest(visit))}
        </div>
    };
    Page { status, indexed: false, ..Page::new(title, "/", view) }
}

/// The nearest stores, as far as it is known where one is.
fn stores(visit: &Visit) -> Option<impl IntoView + use<>> {
    let book = visit.shop().book();
    let mine = visit.viewer.store.as_ref().and_then(|code| book.stores.by_code(code.as_str()));
    let origin = visit.viewer.near.or_else(|| mine.and_then(|store| store.point));
    let chips: Vec<_> = book
        .stores
        .from(origin)
        .take(STORES)
        .map(|(store, _)| {
            let href = visit.href(&format!("/stores/{}", store.code));
            view! { <li><a class="chip" href=href>{store.name.get(visit.lang).to_owned()}</a></li> }
        })
        .collect();
    (!chips.is_empty()).then(|| {
        let title = match origin {
            Some(_) => visit.say("가까운 매장", "Stores near you"),
            None => visit.say("다른 매장", "Other stores"),
        };
        view! {
            <h2>{title}</h2>
            <ul class="chips">{chips}</ul>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_what_was_looked_for() {
        for (path, sought) in [
            ("/p/kettle?sku=A", Sought::Product),
            ("/en/p/kettle/shelves", Sought::Product),
            ("/category/kitchen", Sought::Category),
            ("/en/stores/seongsu", Sought::Store),
            ("/orders/O-1?t=x", Sought::Order),
            ("/reservations/R-1", Sought::Order),
            ("/english", Sought::Page),
            ("/en", Sought::Page),
            ("/parts?p/x", Sought::Page),
            ("", Sought::Page),
        ] {
            assert_eq!(Sought::at(path), sought, "{path}");
        }
    }

    #[test]
    fn each_has_words_of_its_own_in_both_languages() {
        let all = [Sought::Product, Sought::Category, Sought::Store, Sought::Order, Sought::Page];
        for lang in [Lang::Ko, Lang::En] {
            let mut texts: Vec<String> = all.iter().map(|sought| sought.words(lang).1).collect();
            texts.sort();
            texts.dedup();
            assert_eq!(texts.len(), all.len(), "{lang:?}");
        }
    }
}
