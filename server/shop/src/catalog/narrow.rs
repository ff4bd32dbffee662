//! What narrows a list: each wish tested apart, so that a facet can count without itself. The wishes about a
//! variant must be met by one and the same: that one is then shown.

use jiff::Timestamp;
use onshelf_vocabulary::{Currency, catalog::ListingQuery};

use super::{Catalogue, Variant};
use crate::{Book, stock::Shelves};

/// The wishes of one list.
pub(super) struct Narrowing<'a> {
    query: &'a ListingQuery,
    currency: Currency,
    shelves: &'a Shelves,
    /// The store that must have it; one that does not exist has nothing.
    store: Option<Option<i64>>,
    pub(super) now: Timestamp,
    brands: Vec<u32>,
    /// Values of one option are alternatives; every option named must be met.
    options: Vec<Wish<'a>>,
}

/// What is wished of one option. One that no product has, or of which none has such a value, is met by nothing.
struct Wish<'a> {
    name: &'a str,
    option: Option<u32>,
    values: Vec<u32>,
}

/// Of which options a variant has not what is wished.
#[derive(Clone, Copy)]
pub(super) enum Unmet {
    None,
    One(Option<u32>),
    Several,
}

impl Unmet {
    /// Whether every wish is met, apart from those about this option.
    pub(super) fn allows(self, option: u32) -> bool {
        match self {
            Unmet::None => true,
            Unmet::One(unmet) => unmet == Some(option),
            Unmet::Several => false,
        }
    }
}

impl<'a> Narrowing<'a> {
    pub(super) fn new(
        query: &'a ListingQuery,
        book: &Book,
        currency: Currency,
        shelves: &'a Shelves,
        now: Timestamp,
    ) -> Narrowing<'a> {
        let choices = &book.catalogue.choices;
        let mut options: Vec<Wish<'_>> = Vec::new();
        for wished in &query.options {
            let Some((name, _)) = wished.split_once(':') else { continue };
            let value = choices.value(wished);
            match options.iter_mut().find(|wish| wish.name == name) {
                Some(wish) => wish.values.extend(value),
                None => {
                    let (option, values) = (choices.option(name), value.into_iter().collect());
                    options.push(Wish { name, option, values });
                }
            }
        }
        let mut brands: Vec<u32> = query.brands.iter().filter_map(|name| choices.brand(name)).collect();
        // Whoever asks for one twice chose it once.
        once_each(&mut brands);
        options.iter_mut().for_each(|wish| once_each(&mut wish.values));
        let store = query.in_stock_at.as_deref().map(|code| book.stores.visited(code).map(|store| store.id));
        Narrowing { query, currency, shelves, store, now, brands, options }
    }

    /// Whether it matters which of a product's variants is shown.
    pub(super) fn picks_variants(&self) -> bool {
        !self.options.is_empty() || self.has_price() || self.store.is_some()
    }

    fn has_price(&self) -> bool {
        self.query.price_from.is_some() || self.query.price_to.is_some()
    }

    /// Whether a product belongs in the list.
    pub(super) fn accepts(&self, catalogue: &Catalogue, product: u32) -> bool {
        self.has_brand(catalogue, product) && self.has_variant(catalogue, product)
    }

    pub(super) fn has_brand(&self, catalogue: &Catalogue, product: u32) -> bool {
        self.query.brands.is_empty()
            || catalogue.columns.brand(product).is_some_and(|brand| self.wants_brand(brand))
    }

    pub(super) fn brands(&self) -> impl Iterator<Item = u32> {
        self.brands.iter().copied()
    }

    /// Values of whichever options.
    pub(super) fn values(&self) -> impl Iterator<Item = u32> {
        self.options.iter().flat_map(|wish| &wish.values).copied()
    }

    pub(super) fn wants_brand(&self, brand: u32) -> bool {
        self.brands.contains(&brand)
    }

    pub(super) fn wants_value(&self, value: u32) -> bool {
        self.options.iter().any(|wish| wish.values.contains(&value))
    }

    pub(super) fn has_variant(&self, catalogue: &Catalogue, product: u32) -> bool {
        if !self.picks_variants() {
            return true;
        }
        let product = catalogue.products.get(product as usize);
        product.is_some_and(|own| catalogue.variants_of(own).iter().any(|variant| self.fits(variant)))
    }

    /// Whether a variant meets every wish.
    pub(super) fn fits(&self, variant: &Variant) -> bool {
        self.fits_but_options(variant) && self.options.iter().all(|wish| wish.is_met_by(variant))
    }

    /// Whether a variant meets every wish but those about options.
    pub(super) fn fits_but_options(&self, variant: &Variant) -> bool {
        variant.active && self.has_price_within(variant) && self.is_on_shelf(variant)
    }

    pub(super) fn unmet(&self, variant: &Variant) -> Unmet {
        let mut unmet = self.options.iter().filter(|wish| !wish.is_met_by(variant));
        match (unmet.next(), unmet.next()) {
            (None, _) => Unmet::None,
            (Some(one), None) => Unmet::One(one.option),
            (Some(_), Some(_)) => Unmet::Several,
        }
    }

    fn has_price_within(&self, variant: &Variant) -> bool {
        let (from, to) = (self.query.price_from, self.query.price_to);
        !self.has_price()
            || variant.price(self.currency).is_some_and(|(money, _)| {
                from.is_none_or(|from| money.amount >= from) && to.is_none_or(|to| money.amount <= to)
            })
    }

    fn is_on_shelf(&self, variant: &Variant) -> bool {
        self.store.is_none_or(|store| {
            store.is_some_and(|store| self.shelves.available(store, variant.id, self.now) > 0)
        })
    }
}

impl Wish<'_> {
    fn is_met_by(&self, variant: &Variant) -> bool {
        self.values.iter().any(|value| variant.values.contains(value))
    }
}

fn once_each(numbers: &mut Vec<u32>) {
    numbers.sort_unstable();
    numbers.dedup();
}
