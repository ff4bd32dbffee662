//! The basket: what is in it, and which store covers it.

use serde::{Deserialize, Serialize};

use crate::{Moment, Money, Quantity, Sku, catalog::Image, stock::ShelfView};

/// What is asked for: a SKU and how many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub sku: Sku,
    pub quantity: Quantity,
}

/// The most lines one basket or reservation may have.
pub const MAX_LINES: usize = 50;

/// The basket as its page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BasketView {
    pub lines: Vec<BasketLine>,
    pub total: Option<Money>,
    /// What the chosen store, or else the best one, has of it costs so much; none where it has everything.
    pub part_total: Option<Money>,
    /// Stores for the whole basket, the best first.
    pub stores: Vec<CoverView>,
    /// The store that is chosen, if any; it is in `stores` too.
    pub chosen: Option<CoverView>,
    /// Names of things that were taken out, as they can no longer be had.
    pub gone: Vec<String>,
}

/// One thing of the basket; `total` is `price` times `quantity`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BasketLine {
    pub sku: String,
    pub slug: String,
    pub name: String,
    /// "이끼색 · 대"
    pub options: String,
    pub quantity: i64,
    pub price: Money,
    pub total: Money,
    pub image: Option<Image>,
    /// At the chosen store, or the best one.
    pub shelf: Option<ShelfView>,
}

/// How far one store covers a basket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoverView {
    pub store: String,
    pub store_name: String,
    pub distance_m: Option<u32>,
    pub covered_lines: u32,
    pub lines: u32,
    /// What it lacks: name and how many are short.
    pub missing: Vec<MissingView>,
    /// When what it has would be ready.
    pub ready_by: Option<Moment>,
    /// When the oldest of what is known of these lines there was heard; none where it carries none of them.
    pub checked: Option<Moment>,
    pub hours: String,
    pub mine: bool,
}

/// What a store is short of: it has `available` of the `wanted`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingView {
    pub sku: String,
    pub name: String,
    pub wanted: i64,
    pub available: i64,
}
