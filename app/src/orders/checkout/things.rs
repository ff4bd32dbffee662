//! The things of an order on one shelf line, small: what a choice is about, before and after it is made.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang, Money, StoreCode,
    cart::{BasketLine, Line},
    catalog::Image,
    fulfilment::ReservationLineView,
};

use super::draft::Draft;
use crate::{
    ssr::Visit,
    ui::picture::{Picture, is_drawing},
};

/// One thing on the line.
#[derive(Clone, Debug)]
pub(in crate::orders) struct Thing {
    pub(super) name: String,
    pub(super) quantity: i64,
    pub(super) price: Money,
    pub(super) image: Option<Image>,
}

impl From<&BasketLine> for Thing {
    fn from(line: &BasketLine) -> Thing {
        Thing {
            name: line.name.clone(),
            quantity: line.quantity,
            price: line.price,
            image: line.image.clone(),
        }
    }
}

impl From<&ReservationLineView> for Thing {
    fn from(line: &ReservationLineView) -> Thing {
        Thing {
            name: line.name.clone(),
            quantity: line.quantity,
            price: line.price,
            image: line.image.clone(),
        }
    }
}

impl Thing {
    /// Named with what tells it from its like: "물뿌리개 1.5L · 이끼색".
    pub(in crate::orders) fn with_options(line: &ReservationLineView) -> Thing {
        let names = [line.name.as_str(), line.options.as_str()];
        let name = names.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        Thing { name, ..Thing::from(line) }
    }
}

/// The lines with their names, pictures and prices at a store, else at the draft's.
pub(super) fn things(visit: &Visit, draft: &Draft, store: Option<&StoreCode>, lines: &[Line]) -> Vec<Thing> {
    let mut viewer = draft.viewer(visit);
    if let Some(store) = store {
        viewer.store = Some(store.clone());
    }
    visit.shop().basket(&viewer, lines).lines.iter().map(Thing::from).collect()
}

/// What they cost; none for nothing, and for what no money can say.
pub(super) fn sum(things: &[Thing]) -> Option<Money> {
    let mut sums = things.iter().map(|thing| thing.price.checked_mul(thing.quantity));
    let first = sums.next()??;
    sums.try_fold(first, |sum, next| sum.checked_add(next?))
}

/// Pictures standing side by side, with how many where it is more than one. The names are read aloud.
pub(in crate::orders) fn row(lang: Lang, things: &[Thing]) -> AnyView {
    let one = |thing: &Thing| {
        let photo = thing.image.as_ref().is_some_and(|image| !is_drawing(&image.src));
        let count = (thing.quantity > 1).then(|| {
            let said = match lang {
                Lang::Ko => format!(" {}개", thing.quantity),
                Lang::En => format!(", {} of them", thing.quantity),
            };
            view! {
                <b aria-hidden="true">{format!("×{}", thing.quantity)}</b>
                <span class="quiet">{said}</span>
            }
        });
        view! {
            <li class:photo-thing=photo title=thing.name.clone()>
                <Picture image=thing.image.clone() silent=true />
                <span class="quiet">{thing.name.clone()}</span>
                {count}
            </li>
        }
    };
    view! { <ul class="on-line">{things.iter().map(one).collect_view()}</ul> }.into_any()
}

/// `법랑 주전자, 연필 3개`; with more than `most` of them the rest is only counted.
pub(in crate::orders) fn named(lang: Lang, things: &[Thing], most: usize) -> String {
    let one = |thing: &Thing| if thing.quantity == 1 { thing.name.clone() } else { counted(lang, thing) };
    listed(lang, things, most, one)
}

/// The same with how many of each, also of one: for what is in two places.
pub(super) fn named_with_counts(lang: Lang, things: &[Thing], most: usize) -> String {
    listed(lang, things, most, |thing| counted(lang, thing))
}

/// `연필 3개` / `3 × Pencil`.
pub(super) fn counted(lang: Lang, thing: &Thing) -> String {
    match lang {
        Lang::Ko => format!("{} {}개", thing.name, thing.quantity),
        Lang::En => format!("{} × {}", thing.quantity, thing.name),
    }
}

/// Whether some of a kind is in the one and some in the other.
pub(super) fn is_split(some: &[Line], rest: &[Line]) -> bool {
    some.iter().any(|line| rest.iter().any(|other| other.sku == line.sku))
}

/// What becomes of the things that are not got now: they stay in the basket, or are left out. Where others of
/// their kind are got (`split`), it says how many are not.
pub(super) fn left_behind(lang: Lang, left: &[Thing], most: usize, from_basket: bool, split: bool) -> String {
    let names = if split { named_with_counts(lang, left, most) } else { named(lang, left, most) };
    // With its count it ends in `개` or `가지`.
    let about = if split { "는" } else { ":" };
    let stay = if left.iter().map(|thing| thing.quantity).sum::<i64>() == 1 { "stays" } else { "stay" };
    match (lang, from_basket) {
        (Lang::Ko, true) => format!("{names}{about} 장바구니에 남겨요"),
        (Lang::Ko, false) => format!("{names}{about} 빼고 주문해요"),
        (Lang::En, true) => format!("{names} {stay} in your basket"),
        (Lang::En, false) => format!("Without {names}"),
    }
}

fn listed(lang: Lang, things: &[Thing], most: usize, one: impl Fn(&Thing) -> String) -> String {
    let named = things.iter().take(most).map(one).collect::<Vec<_>>().join(", ");
    match (lang, things.len().saturating_sub(most)) {
        (_, 0) => named,
        (Lang::Ko, more) => format!("{named} 외 {more}가지"),
        (Lang::En, more) => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thing(name: &str, quantity: i64) -> Thing {
        Thing { name: name.to_owned(), quantity, price: Money::won(1_000), image: None }
    }

    #[test]
    fn things_are_named_and_summed() {
        let all = [thing("주전자", 1), thing("연필", 3), thing("컵", 2)];
        assert_eq!(named(Lang::Ko, &all, 5), "주전자, 연필 3개, 컵 2개");
        assert_eq!(named(Lang::Ko, &all, 1), "주전자 외 2가지");
        assert_eq!(named(Lang::En, &all, 2), "주전자, 3 × 연필 and 1 more");
        assert_eq!(sum(&all), Some(Money::won(6_000)));
        assert_eq!(sum(&[]), None);
    }

    #[test]
    fn what_is_left_of_a_kind_says_how_many() {
        let one = [thing("양모 담요", 1)];
        assert_eq!(left_behind(Lang::Ko, &one, 2, true, true), "양모 담요 1개는 장바구니에 남겨요");
        assert_eq!(left_behind(Lang::Ko, &one, 2, true, false), "양모 담요: 장바구니에 남겨요");
        assert_eq!(left_behind(Lang::En, &one, 2, true, true), "1 × 양모 담요 stays in your basket");
        assert_eq!(left_behind(Lang::En, &one, 2, false, true), "Without 1 × 양모 담요");
    }
}
