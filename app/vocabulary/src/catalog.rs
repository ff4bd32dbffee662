//! What the catalogue shows: products, variants, listings with facets.

use serde::{Deserialize, Serialize};

use crate::{Money, stock::ShelfView};

/// A picture with its size in CSS pixels, so that nothing moves while it loads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Image {
    pub src: String,
    pub alt: String,
    pub width: u32,
    pub height: u32,
}

/// One step of the way down the category tree.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Crumb {
    pub slug: String,
    pub name: String,
}

/// A category with what lies below it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CategoryView {
    pub slug: String,
    pub name: String,
    pub note: String,
    pub children: Vec<CategoryView>,
    /// Active products in it and below it.
    pub products: u32,
    /// Picture of one of its products.
    pub image: Option<Image>,
}

/// A product as it stands in a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProductCard {
    /// The SKU shown and held when nothing else is chosen.
    pub sku: String,
    pub slug: String,
    /// Whether a wish of the list chose this variant among others: its page then opens with it.
    pub asked_for: bool,
    pub name: String,
    pub price: Money,
    pub list_price: Option<Money>,
    pub image: Option<Image>,
    /// CSS colours of its option values, eight at most.
    pub swatches: Vec<String>,
    /// Where it stands: at my store, or the nearest that has it.
    pub shelf: Option<ShelfView>,
}

/// How a list is ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    #[default]
    Relevance,
    New,
    PriceUp,
    PriceDown,
    Name,
}

impl Sort {
    pub const ALL: [Sort; 5] = [Sort::Relevance, Sort::New, Sort::PriceUp, Sort::PriceDown, Sort::Name];

    /// As in addresses: `sort=price_up`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Sort::Relevance => "relevance",
            Sort::New => "new",
            Sort::PriceUp => "price_up",
            Sort::PriceDown => "price_down",
            Sort::Name => "name",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Sort> {
        Sort::ALL.into_iter().find(|sort| sort.code() == code)
    }
}

/// What to list. Empty fields do not narrow.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListingQuery {
    pub text: String,
    pub category: Option<String>,
    pub brands: Vec<String>,
    /// Option and attribute values as `name:value`, e.g. `colour:moss`.
    pub options: Vec<String>,
    /// Minor units of the listing's currency.
    pub price_from: Option<i64>,
    pub price_to: Option<i64>,
    /// Only what can be had at this store now.
    pub in_stock_at: Option<String>,
    pub sort: Sort,
    /// From 1.
    pub page: u32,
    /// How many a page, 1 to 100.
    pub per_page: u32,
}

/// A product's own page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductView {
    pub slug: String,
    pub name: String,
    pub brand: String,
    pub description: String,
    pub path: Vec<Crumb>,
    pub attributes: Vec<(String, String)>,
    pub options: Vec<OptionView>,
    pub variants: Vec<VariantView>,
    /// Index into `variants` of the one shown.
    pub chosen: u32,
    /// Whether it can be bought at all: a retired product's page stays, without a reserve form.
    pub active: bool,
}

impl ProductView {
    /// The one shown; none where the product has no variants at all.
    #[must_use]
    pub fn variant(&self) -> Option<&VariantView> {
        self.variants.get(self.chosen as usize).or_else(|| self.variants.first())
    }
}

/// What variants differ in, such as the colour.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OptionView {
    pub name: String,
    pub values: Vec<OptionValueView>,
}

/// One value of an option, with the SKU one gets by choosing it and keeping the rest.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OptionValueView {
    pub label: String,
    pub swatch: Option<String>,
    pub selected: bool,
    pub sku: Option<String>,
}

/// What is bought: one variant of a product, with its price now and what that is lowered from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VariantView {
    pub sku: String,
    pub gtin: Option<String>,
    /// Labels of its options, in the product's order.
    pub options: Vec<String>,
    pub price: Money,
    pub list_price: Option<Money>,
    pub images: Vec<Image>,
}

/// One line under the search field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    pub label: String,
    pub slug: String,
    pub image: Option<Image>,
    pub price: Money,
}
