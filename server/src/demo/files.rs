//! What the files of the demo chain (`server/demo`) say, as they say it.

use std::collections::BTreeMap;

use onshelf_vocabulary::{Text, stores::StoreKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
pub(super) struct Store {
    pub(super) code: String,
    pub(super) name: Text,
    pub(super) address: Text,
    pub(super) postcode: String,
    pub(super) region: Text,
    pub(super) lat: f64,
    pub(super) lng: f64,
    pub(super) phone: String,
    pub(super) time_zone: String,
    pub(super) services: Vec<String>,
    pub(super) hours: Value,
    pub(super) exceptions: Vec<Closure>,
    pub(super) lead_minutes: i64,
    pub(super) cutoff_minutes: i64,
    #[serde(default)]
    pub(super) safety_stock: i64,
    pub(super) note: Text,
    #[serde(default)]
    pub(super) kind: StoreKind,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Closure {
    pub(super) date: String,
    pub(super) hours: Vec<String>,
    pub(super) note: Text,
}

#[derive(Deserialize)]
pub(super) struct Holiday {
    pub(super) date: String,
    pub(super) name: Text,
    pub(super) closed: bool,
}

#[derive(Deserialize)]
pub(super) struct Category {
    pub(super) slug: String,
    pub(super) name: Text,
    pub(super) parent: Option<String>,
    pub(super) note: Text,
}

#[derive(Deserialize)]
pub(super) struct Product {
    pub(super) slug: String,
    pub(super) name: Text,
    pub(super) brand: Text,
    pub(super) category: String,
    pub(super) description: Text,
    pub(super) attributes: Value,
    pub(super) options: Vec<OptionDef>,
    pub(super) drawing: String,
    pub(super) tone: Option<String>,
    pub(super) variants: Vec<Variant>,
    pub(super) tags: Vec<String>,
    pub(super) related: Vec<String>,
    pub(super) status: String,
}

#[derive(Deserialize)]
pub(super) struct OptionDef {
    pub(super) name: Text,
    pub(super) values: Vec<OptionValue>,
}

#[derive(Deserialize)]
pub(super) struct OptionValue {
    pub(super) code: String,
    pub(super) ko: String,
    pub(super) en: String,
    pub(super) tone: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Variant {
    pub(super) sku: String,
    pub(super) gtin: String,
    pub(super) options: Vec<String>,
    pub(super) price: i64,
    pub(super) list_price: Option<i64>,
    pub(super) price_usd: i64,
    pub(super) list_price_usd: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct Place {
    pub(super) name: Text,
    pub(super) aliases: Vec<String>,
    pub(super) kind: String,
    pub(super) lat: f64,
    pub(super) lng: f64,
    pub(super) postcode: Option<String>,
    pub(super) region: Text,
}

#[derive(Deserialize)]
pub(super) struct StockRules {
    pub(super) stores: BTreeMap<String, f64>,
    pub(super) never: Vec<String>,
    pub(super) scarce: Vec<String>,
    pub(super) plenty: Vec<String>,
    /// In no store: sent from the warehouse.
    pub(super) warehouse: Vec<String>,
    /// What the first page a visitor opens should show: SKU, store, on hand.
    pub(super) fixed: BTreeMap<String, BTreeMap<String, i64>>,
}
