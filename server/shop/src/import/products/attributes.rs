//! What is told about a product beyond its name: attributes by rule, or as the record itself names them; and options
//! and attributes in the form an export gives them.

use onshelf_vocabulary::Text;
use serde_json::Value;

use super::super::{
    mapping::Label,
    options::by_script,
    plan::Plan,
    read::Fields,
    row::{MAX_NAME, Row},
    value,
};

/// Of one product.
const MAX_ATTRIBUTES: usize = 60;

/// Whether a text is the options of a product as they are kept.
pub(super) fn is_options(text: &str) -> bool {
    text.starts_with('[') && serde_json::from_str::<Vec<crate::catalog::OptionDef>>(text).is_ok()
}

/// `[{"name":{ko,en},"value":{ko,en}}]`: by the mapping's rules, then those of the record's own object.
pub(super) fn attributes(row: &Row<'_>, plan: &Plan) -> String {
    #[derive(serde::Serialize)]
    struct Attribute {
        name: Text,
        value: Text,
    }
    // An export writes them as they are kept.
    if let Some(json) = row.text("attributes").filter(|text| text.starts_with('['))
        && serde_json::from_str::<Vec<crate::catalog::Attribute>>(&json).is_ok()
    {
        return json.into_owned();
    }
    let mut all = Vec::new();
    for (label, rule) in &plan.attributes {
        let texts = rule.find(row.record(), &plan.tables).texts;
        if !texts.is_empty() {
            all.push(Attribute { name: label.text(), value: by_script(&texts.join(", ")) });
        }
    }
    if let (Some(path), Fields::Tree(tree)) = (&plan.mapping.attributes_from, &row.record().fields)
        && let Some(Value::Object(members)) = value::at(tree, path)
    {
        for (key, value) in members {
            let mut texts = Vec::new();
            value::leaves(value, &mut texts);
            let told = texts.join(", ").replace('|', ", ");
            if !told.is_empty() && told.chars().count() <= MAX_NAME {
                let name = plan
                    .mapping
                    .names
                    .get(key)
                    .map_or_else(|| by_script(&key.replace('_', " ")), Label::text);
                all.push(Attribute { name, value: by_script(&told) });
            }
        }
    }
    all.truncate(MAX_ATTRIBUTES);
    serde_json::to_string(&all).unwrap_or_else(|_| "[]".to_owned())
}
