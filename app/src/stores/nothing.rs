//! The locator when no store fits: what is missing, the way on, and the nearest stores the filters hide.

use leptos::prelude::*;
use onshelf_vocabulary::Lang;

use super::{asked::Asked, card::store_row};
use crate::ssr::Visit;

/// Hidden stores that are shown.
const FEW: u32 = 4;

/// What a question narrowed itself to, by what a shopper would have to give up first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Narrowed {
    /// To stores that have the product now.
    Stock,
    /// To stores that are open now.
    Open,
    /// To a service, or to nothing at all: there is no store.
    Other,
}

impl Narrowed {
    fn by(asked: &Asked) -> Narrowed {
        match (asked.in_stock, asked.open_now) {
            (true, _) => Narrowed::Stock,
            (false, true) => Narrowed::Open,
            (false, false) => Narrowed::Other,
        }
    }

    fn words(self, lang: Lang) -> (&'static str, &'static str) {
        match (self, lang) {
            (Narrowed::Stock, Lang::Ko) => (
                "지금은 어느 선반에도 없어요",
                "매장에 다시 들어오면 바로 여기에 보여요. 상품 화면에서 다른 옵션과 받는 방법도 볼 수 있어요.",
            ),
            (Narrowed::Stock, Lang::En) => (
                "No shelf has it right now",
                "It will show here the moment a store restocks. The product's page has other options and other ways to get it.",
            ),
            (Narrowed::Open, Lang::Ko) => (
                "지금 문을 연 매장이 없어요",
                "다시 여는 시각을 아래에 적어 두었어요. 지금 맡아두고, 문을 열면 받아 가셔도 돼요.",
            ),
            (Narrowed::Open, Lang::En) => (
                "No store is open right now",
                "Their next opening times are below. You can reserve now and collect once the doors open.",
            ),
            (Narrowed::Other, Lang::Ko) => {
                ("조건에 맞는 매장이 없어요", "조건을 하나 빼거나 모두 빼 보세요.")
            }
            (Narrowed::Other, Lang::En) => ("No store matches", "Try leaving a filter out, or all of them."),
        }
    }

    fn hidden(self, lang: Lang) -> &'static str {
        match self {
            Narrowed::Open => lang.pick("가까운 매장과 여는 시각", "Nearby stores and when they open"),
            Narrowed::Stock | Narrowed::Other => {
                lang.pick("조건을 빼면 보이는 매장", "Stores without the filters")
            }
        }
    }
}

/// Said in place of the list.
pub(super) fn nothing(visit: &Visit, asked: &Asked) -> AnyView {
    let narrowed = Narrowed::by(asked);
    let (title, text) = narrowed.words(visit.lang);
    let widen = asked.is_narrow().then(|| {
        let href = visit.href(&asked.widened().path());
        view! { <a class="go-quiet" href=href>{visit.say("조건 모두 빼기", "Clear the filters")}</a> }
    });
    view! {
        <div class="store-nothing">
            <img src="/drawings/empty-shelf.svg" alt="" width="400" height="400" loading="lazy" />
            <h2>{title}</h2>
            <p>{text}</p>
            <div class="store-nothing-ways">{product(visit, asked)}{widen}</div>
        </div>
        {hidden(visit, asked, narrowed)}
    }
    .into_any()
}

/// Back to the product that no shelf has.
fn product(visit: &Visit, asked: &Asked) -> Option<impl IntoView + use<>> {
    let book = visit.shop().book();
    let variant = book.catalogue.variant(asked.sku.as_deref()?)?;
    let product = book.catalogue.product_of(variant)?;
    let sku = ("sku".to_owned(), variant.sku.to_string());
    let href = visit.href(&super::with_query(&format!("/p/{}", product.slug), &[sku]));
    Some(view! { <a class="go-quiet" href=href>{visit.say("상품 보기", "See the product")}</a> })
}

/// The nearest of the stores that the filters hide.
fn hidden(visit: &Visit, asked: &Asked, narrowed: Narrowed) -> Option<impl IntoView + use<>> {
    let wide = asked.widened();
    let stores = visit.shop().find_stores(&visit.viewer, &wide.query(FEW)).stores;
    if !asked.is_narrow() || stores.is_empty() {
        return None;
    }
    let next = visit.href(&asked.path());
    let rows = stores.iter().map(|store| store_row(visit, store, wide.sku.is_some(), &next)).collect_view();
    Some(view! {
        <section class="store-hidden" aria-labelledby="hidden">
            <h2 id="hidden">{narrowed.hidden(visit.lang)}</h2>
            <ul class="stores">{rows}</ul>
        </section>
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_what_narrowed_it() {
        let asked = |in_stock: bool, open_now: bool| Asked { in_stock, open_now, ..Asked::default() };
        for (in_stock, open_now, ko) in [
            (true, true, "지금은 어느 선반에도 없어요"),
            (true, false, "지금은 어느 선반에도 없어요"),
            (false, true, "지금 문을 연 매장이 없어요"),
            (false, false, "조건에 맞는 매장이 없어요"),
        ] {
            assert_eq!(Narrowed::by(&asked(in_stock, open_now)).words(Lang::Ko).0, ko);
        }
    }
}
