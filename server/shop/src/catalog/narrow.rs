//! What narrows a list: each wish tested apart, so that a facet can count without itself. The wishes about a
//! variant must be met by one and the same: that one is then shown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use onshelf_vocabulary::{Currency, Lang, catalog::ListingQuery};

use super::{Catalogue, Product, Variant};
use crate::{Book, stock::Shelves};

/// The wishes of one list.
pub(super) struct Narrowing<'a> {
    query: &'a ListingQuery,
    currency: Currency,
    shelves: &'a Shelves,
    /// The store that must have it; one that does not exist has nothing.
    store: Option<Option<i64>>,
    now: Timestamp,
    /// Values of one option are alternatives; every option named must be met.
    options: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Narrowing<'a> {
    pub(super) fn new(
        query: &'a ListingQuery,
        book: &Book,
        currency: Currency,
        shelves: &'a Shelves,
        now: Timestamp,
    ) -> Narrowing<'a> {
        let mut options: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, code) in query.options.iter().filter_map(|option| option.split_once(':')) {
            options.entry(name).or_default().push(code);
        }
        let store = query.in_stock_at.as_deref().map(|code| book.stores.by_code(code).map(|store| store.id));
        Narrowing { query, currency, shelves, store, now, options }
    }

    /// Whether it matters which of a product's variants is shown.
    pub(super) fn picks_variants(&self) -> bool {
        !self.options.is_empty() || self.has_price() || self.store.is_some()
    }

    fn has_price(&self) -> bool {
        self.query.price_from.is_some() || self.query.price_to.is_some()
    }

    /// Whether a product belongs in the list.
    pub(super) fn accepts(&self, catalogue: &Catalogue, product: &Product) -> bool {
        self.has_brand(product) && self.has_variant(catalogue, product)
    }

    pub(super) fn has_brand(&self, product: &Product) -> bool {
        let brands = &self.query.brands;
        brands.is_empty() || brands.iter().any(|brand| brand == product.brand.get(Lang::En))
    }

    pub(super) fn has_variant(&self, catalogue: &Catalogue, product: &Product) -> bool {
        !self.picks_variants()
            || catalogue.variants_of(product).iter().any(|variant| self.fits(product, variant, None))
    }

    /// Whether a variant meets every wish, apart from those about the option `except`.
    pub(super) fn fits(&self, product: &Product, variant: &Variant, except: Option<&str>) -> bool {
        variant.active
            && self.has_options(product, variant, except)
            && self.has_price_within(variant)
            && self.is_on_shelf(variant)
    }

    fn has_options(&self, product: &Product, variant: &Variant, except: Option<&str>) -> bool {
        self.options.iter().filter(|(name, _)| except != Some(**name)).all(|(name, codes)| {
            let place = product.options.iter().position(|option| option.key() == *name);
            place
                .and_then(|place| variant.options.get(place))
                .is_some_and(|own| codes.iter().any(|code| **own == **code))
        })
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
