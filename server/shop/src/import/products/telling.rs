//! What a record speaks of, as the columns to set where its product or variant exists.

use serde_json::Value;

use super::super::{
    canonical::Told,
    mapping::OptionsFrom,
    plan::Plan,
    read::{Fields, Record},
    value,
};

/// Fields that are one column each.
const PLAIN: [&str; 6] = ["category", "images", "tags", "related", "status", "position"];

pub(super) fn product(told: &Told<'_>, plan: &Plan, record: &Record) -> Vec<&'static str> {
    let mut columns: Vec<&'static str> =
        told.languages(["name", "name_ko", "name_en"], ["name_ko", "name_en"]).collect();
    columns.extend(told.languages(["brand", "brand_ko", "brand_en"], ["brand_ko", "brand_en"]));
    let description = ["description_ko", "description_en"];
    columns.extend(told.languages(["description", "description_ko", "description_en"], description));
    columns.extend(PLAIN.into_iter().filter(|column| told.any(&[*column])));
    let from = plan.mapping.attributes_from.as_deref();
    if told.any(&["attributes"])
        || from.is_some_and(|path| stands(record, path))
        || plan.attributes.iter().any(|(_, rule)| match &record.fields {
            Fields::Cells(_) => !rule.is_idle(),
            Fields::Tree(_) => !rule.find(record, &plan.tables).texts.is_empty(),
        })
    {
        columns.push("attributes");
    }
    columns
}

/// `is_first` where it is its product's first variant, whose pictures are the product's.
pub(super) fn variant(told: &Told<'_>, is_first: bool) -> Vec<&'static str> {
    let mut columns = vec!["product_id"];
    if told.any(&["gtin"]) {
        columns.push("gtin");
    }
    if told.any(&["variant_status"]) {
        columns.push("status");
    }
    if told.any(&["variant_images"]) || (!is_first && told.any(&["images"])) {
        columns.push("images");
    }
    columns
}

/// Whether a row, or the record of a variant, speaks of options.
pub(super) fn options(told: &Told<'_>, plan: &Plan, record: &Record) -> bool {
    told.any(&["options", "option_codes", "option1", "option2", "option3"])
        || plan.options_of(record).iter().any(|(_, rule)| match &record.fields {
            Fields::Cells(_) => !rule.is_idle(),
            Fields::Tree(_) => !rule.find(record, &plan.tables).texts.is_empty(),
        })
        || match &plan.mapping.options_from {
            Some(OptionsFrom::Object { object: path } | OptionsFrom::Lists { values: path, .. }) => {
                stands(record, path)
            }
            None => false,
        }
}

fn stands(record: &Record, path: &str) -> bool {
    matches!(&record.fields, Fields::Tree(tree) if value::at(tree, path).is_some())
}

/// The usual name of the variants inside a product's record.
pub(super) const VARIANTS: &str = "variants";

pub(super) fn holds_variants(record: &Record) -> bool {
    let Fields::Tree(tree) = &record.fields else { return false };
    let list = value::at(tree, VARIANTS).and_then(Value::as_array);
    list.is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_object))
}
