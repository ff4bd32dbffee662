//! The catalogue: a snapshot in memory that pages read from, built anew when an import changes it.

mod build;
mod choices;
mod columns;
mod facets;
mod listed;
mod listing;
mod narrow;
pub mod search;
mod show;
mod suggest;

use std::collections::HashMap;

use onshelf_vocabulary::{Currency, Lang, Money, Text};
use serde::{Deserialize, Serialize};

pub(crate) use build::Rows;
pub use facets::{Facet, FacetValue};
pub use listed::Listed;
pub use listing::{Listing, Shown};
pub(crate) use show::images_of;

/// Products, variants and categories of one version, with the index to search them.
pub struct Catalogue {
    products: Vec<Product>,
    variants: Vec<Variant>,
    categories: Vec<Category>,
    by_slug: HashMap<Box<str>, u32>,
    by_sku: HashMap<Box<str>, u32>,
    by_variant_id: HashMap<i64, u32>,
    category_by_slug: HashMap<Box<str>, u32>,
    /// Active products: those with a picture first, of them those marked new, then the youngest.
    newest: Vec<u32>,
    choices: choices::Choices,
    columns: columns::Columns,
    index: search::SearchIndex,
}

/// A product. Its variants stand side by side in the catalogue.
pub struct Product {
    pub slug: Box<str>,
    pub name: Text,
    pub brand: Text,
    /// Its number among the choices.
    brand_number: Option<u32>,
    pub category: Option<u32>,
    pub description: Text,
    pub attributes: Vec<Attribute>,
    pub options: Vec<OptionDef>,
    pub images: Vec<ImageDef>,
    pub tags: Vec<String>,
    pub related: Vec<String>,
    pub active: bool,
    pub created_at: i64,
    /// Where it stands in the catalogue's order: its position and its id.
    place: (i64, i64),
    first_variant: u32,
    variant_count: u32,
}

impl Product {
    /// Its variants, of all that the catalogue has.
    fn own<'a>(&self, variants: &'a [Variant]) -> &'a [Variant] {
        let first = self.first_variant as usize;
        variants.get(first..first + self.variant_count as usize).unwrap_or_default()
    }
}

/// What is priced, stocked and held.
pub struct Variant {
    pub id: i64,
    pub product: u32,
    pub sku: Box<str>,
    pub gtin: Option<Box<str>>,
    /// Codes of its option values, in the product's order.
    pub options: Vec<Box<str>>,
    /// The same by their numbers among the choices.
    values: Box<[u32]>,
    pub images: Vec<ImageDef>,
    pub active: bool,
    prices: Vec<Price>,
}

#[derive(Clone, Copy)]
struct Price {
    currency: Currency,
    amount: i64,
    list_amount: Option<i64>,
}

/// A category; `parent` is its place among the categories.
pub struct Category {
    pub slug: Box<str>,
    pub name: Text,
    pub note: Text,
    pub parent: Option<u32>,
    /// Active products in it and below it, in the operator's order.
    products: Vec<u32>,
}

/// A fact about a product: "소재: 법랑".
#[derive(Clone, Debug, Deserialize)]
pub struct Attribute {
    pub name: Text,
    pub value: Text,
}

/// What one chooses of a product: a colour, a size. Kept as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct OptionDef {
    pub name: Text,
    pub values: Vec<OptionValue>,
}

/// One of the choices. `code` stands in variants and addresses.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct OptionValue {
    pub code: String,
    #[serde(default)]
    pub ko: String,
    #[serde(default)]
    pub en: String,
    /// CSS colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swatch: Option<String>,
}

/// A picture: a path of this site or a whole address, with its size in pixels.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ImageDef {
    pub src: String,
    pub width: u32,
    pub height: u32,
}

impl OptionValue {
    fn label(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ko if self.ko.is_empty() => &self.en,
            Lang::En if self.en.is_empty() => &self.ko,
            Lang::Ko => &self.ko,
            Lang::En => &self.en,
        }
    }
}

/// What a variant has instead of a code where an option does not concern it.
pub(crate) const NO_VALUE: &str = "-";

/// Whether these are a variant's codes of values of these options, in their order.
pub(crate) fn are_codes_of(codes: &[String], options: &[OptionDef]) -> bool {
    let stands = |(code, option): (&String, &OptionDef)| code == NO_VALUE || option.value(code).is_some();
    codes.len() <= options.len() && codes.iter().zip(options).all(stands)
}

impl OptionDef {
    /// What the option is called in addresses: its English name in lower case, or else its Korean one.
    fn key(&self) -> String {
        self.name.get(Lang::En).to_lowercase()
    }

    fn value(&self, code: &str) -> Option<&OptionValue> {
        self.values.iter().find(|value| value.code == code)
    }
}

impl Variant {
    /// Price and list price, if it is sold in this currency.
    #[must_use]
    pub fn price(&self, currency: Currency) -> Option<(Money, Option<Money>)> {
        let price = self.prices.iter().find(|price| price.currency == currency)?;
        let list = price.list_amount.filter(|list| *list > price.amount);
        Some((Money::new(price.amount, currency), list.map(|amount| Money::new(amount, currency))))
    }

    /// In the currency asked for, else in the first it has: a page never stands without a price.
    fn shown_price(&self, currency: Currency) -> Option<(Money, Option<Money>)> {
        self.price(currency).or_else(|| self.prices.first().and_then(|price| self.price(price.currency)))
    }
}

impl Catalogue {
    /// By its SKU, also of products that are not sold now.
    #[must_use]
    pub fn variant(&self, sku: &str) -> Option<&Variant> {
        self.by_sku.get(sku).and_then(|index| self.variants.get(*index as usize))
    }

    #[must_use]
    pub fn variant_by_id(&self, id: i64) -> Option<&Variant> {
        self.by_variant_id.get(&id).and_then(|index| self.variants.get(*index as usize))
    }

    #[must_use]
    pub fn product_of(&self, variant: &Variant) -> Option<&Product> {
        self.products.get(variant.product as usize)
    }

    /// By its slug, also where it is not sold now.
    #[must_use]
    pub fn product(&self, slug: &str) -> Option<&Product> {
        self.by_slug.get(slug).and_then(|index| self.products.get(*index as usize))
    }

    /// By its slug, also where it holds nothing.
    #[must_use]
    pub fn category(&self, slug: &str) -> Option<&Category> {
        self.category_by_slug.get(slug).and_then(|index| self.categories.get(*index as usize))
    }

    /// All of them, in the operator's order, also those that are not sold now.
    #[must_use]
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// All of them; those of a product stand side by side.
    #[must_use]
    pub fn variants(&self) -> &[Variant] {
        &self.variants
    }

    /// All of them, in the operator's order, also those that hold nothing.
    #[must_use]
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// Categories that stand below no other and hold something, in the operator's order.
    pub fn top_categories(&self) -> impl Iterator<Item = &Category> {
        self.categories.iter().filter(|category| category.parent.is_none() && !category.products.is_empty())
    }

    /// How many products are active; counted when it was built.
    #[must_use]
    pub fn active_products(&self) -> usize {
        self.newest.len()
    }

    /// Active products, the newest first.
    fn newest(&self) -> impl Iterator<Item = &Product> {
        self.newest.iter().filter_map(|index| self.products.get(*index as usize))
    }

    pub(crate) fn variants_of(&self, product: &Product) -> &[Variant] {
        product.own(&self.variants)
    }

    /// Whether this can be held or bought now, apart from stock.
    #[must_use]
    pub fn for_sale(&self, variant: &Variant, currency: Currency) -> bool {
        variant.active
            && variant.price(currency).is_some()
            && self.product_of(variant).is_some_and(|product| product.active)
    }

    /// "이끼색 · 대": the labels of a variant's options.
    #[must_use]
    pub fn options_label(&self, lang: Lang, variant: &Variant) -> String {
        let Some(product) = self.product_of(variant) else { return String::new() };
        let labels: Vec<&str> = product
            .options
            .iter()
            .zip(&variant.options)
            .filter_map(|(option, code)| option.value(code).map(|value| value.label(lang)))
            .collect();
        labels.join(" · ")
    }

    /// From the top down to a category.
    fn path(&self, category: Option<u32>) -> Vec<&Category> {
        let mut path = Vec::new();
        let mut next = category;
        // Bounded, so that a tree an import bent into a ring cannot hold us.
        while let Some(category) = next.and_then(|index| self.categories.get(index as usize)) {
            path.push(category);
            next = if path.len() < 12 { category.parent } else { None };
        }
        path.reverse();
        path
    }
}
