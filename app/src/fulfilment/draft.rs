//! What the reserve form holds: read from an address or from the form, never lost by a refusal.

use std::collections::HashMap;

use onshelf_shop::Viewer;
use onshelf_vocabulary::{
    Quantity, Sku, StoreCode,
    cart::{BasketView, Line},
    fulfilment::Contact,
};

use crate::{
    ssr::{Visit, read_basket, write_basket},
    stores::with_query,
};

/// Longer than anything a person types into these fields.
const TYPED_CHARS: usize = 400;

/// A reservation being asked for.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) store: StoreCode,
    pub(super) what: What,
    pub(super) contact: Contact,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// One SKU from its page, with the quantity as it was typed.
    One { sku: Sku, typed: String },
    /// Lines of the basket.
    Basket(Vec<Line>),
}

impl What {
    /// The lines; none of them where the quantity is none.
    pub(super) fn lines(&self) -> Vec<Line> {
        match self {
            What::Basket(lines) => lines.clone(),
            What::One { sku, typed } => typed
                .trim()
                .parse::<Quantity>()
                .map(|quantity| vec![Line { sku: sku.clone(), quantity }])
                .unwrap_or_default(),
        }
    }

    /// To be shown although the quantity is none.
    pub(super) fn shown(&self) -> Vec<Line> {
        match self {
            What::One { sku, .. } if self.lines().is_empty() => {
                vec![Line { sku: sku.clone(), quantity: Quantity::ONE }]
            }
            _ => self.lines(),
        }
    }

    /// As the form carries it.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            What::One { sku, .. } => vec![("sku", sku.to_string())],
            What::Basket(lines) => vec![("lines", write_basket(lines))],
        }
    }

    /// As many as there are of each, without those there are none of.
    fn no_more_than(self, basket: &BasketView) -> What {
        let Some(cover) = &basket.chosen else { return self };
        let lines: Vec<Line> = self
            .lines()
            .into_iter()
            .filter_map(|line| {
                let short = cover.missing.iter().find(|missing| missing.sku == line.sku.as_str());
                let quantity = short.map_or(Ok(line.quantity), |short| Quantity::try_from(short.available));
                quantity.ok().map(|quantity| Line { quantity, ..line })
            })
            .filter(|line| basket.lines.iter().any(|view| view.sku == line.sku.as_str()))
            .collect();
        match self {
            What::One { sku, typed } => {
                let left = lines.first().map(|line| line.quantity.get().to_string());
                What::One { sku, typed: left.unwrap_or(typed) }
            }
            What::Basket(_) => What::Basket(lines),
        }
    }
}

impl Draft {
    /// From the form. None where it names no store or nothing to hold, as no form of ours does.
    pub(super) fn read(visit: &Visit, typed: &HashMap<String, String>) -> Option<Draft> {
        let text = |name: &str| typed.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        let field = |name: &str| text(name).map(|text| text.chars().take(TYPED_CHARS).collect::<String>());
        // A store that was offered instead counts more than the one the form began with.
        let store = StoreCode::new(text("at").or_else(|| text("store"))?).ok()?;
        let what = match text("sku") {
            Some(sku) => What::One { sku: Sku::new(sku).ok()?, typed: field("quantity").unwrap_or_default() },
            None => What::Basket(read_basket(text("lines")?)),
        };
        let contact =
            Contact { name: field("name").unwrap_or_default(), email: field("email"), phone: field("phone") };
        let draft = Draft { store, what, contact };
        let part = text("part").is_some_and(|part| part == "1");
        Some(if part { draft.only_what_is_there(visit) } else { draft })
    }

    /// Where the same is asked for, without what is typed about people.
    pub(super) fn path(&self) -> String {
        self.path_at(self.store.as_str())
    }

    /// The same asked of another store.
    pub(super) fn path_at(&self, store: &str) -> String {
        let mut pairs = vec![("store".to_owned(), store.to_owned())];
        if let What::One { sku, typed } = &self.what {
            pairs.extend([("sku".to_owned(), sku.to_string()), ("quantity".to_owned(), typed.clone())]);
        }
        with_query("/reserve", &pairs)
    }

    /// The same draft with no more than its store has.
    pub(super) fn only_what_is_there(self, visit: &Visit) -> Draft {
        let basket = self.basket(visit);
        Draft { what: self.what.no_more_than(&basket), ..self }
    }

    /// Prices, pictures and shelves at the draft's store.
    pub(super) fn basket(&self, visit: &Visit) -> BasketView {
        let viewer = Viewer { store: Some(self.store.clone()), ..visit.viewer.clone() };
        visit.shop().basket(&viewer, &self.what.shown())
    }
}

/// What stays in the basket when these lines have been reserved.
pub(crate) fn left_over(basket: &[Line], reserved: &[Line]) -> Vec<Line> {
    let held = |sku: &Sku| {
        reserved.iter().filter(|line| line.sku == *sku).map(|line| line.quantity.get()).sum::<i64>()
    };
    basket
        .iter()
        .filter_map(|line| {
            let quantity = Quantity::try_from(line.quantity.get() - held(&line.sku)).ok()?;
            Some(Line { sku: line.sku.clone(), quantity })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_reserved_leaves_the_basket() {
        let basket = read_basket("A:2,B:1,C:5");
        assert_eq!(write_basket(&left_over(&basket, &read_basket("A:2,C:3"))), "B:1,C:2");
        assert!(left_over(&basket, &basket).is_empty());
    }

    #[test]
    fn a_quantity_that_is_none_holds_nothing_but_is_shown() {
        let one = |typed: &str| What::One { sku: Sku::new("A").unwrap(), typed: typed.to_owned() };
        for bad in ["0", "-1", "1.5", "9223372036854775808", "둘", ""] {
            assert!(one(bad).lines().is_empty(), "{bad}");
            assert_eq!(one(bad).shown().len(), 1, "{bad}");
        }
        assert_eq!(one(" 3 ").lines()[0].quantity.get(), 3);
    }
}
