//! What tells the variants of a product apart: option values by the mapping's columns, by three pairs of a name and a
//! value, or as the record itself holds them.

use onshelf_vocabulary::Text;
use serde_json::Value;

use super::{
    super::{
        mapping::{Label, OptionsFrom},
        options::by_script,
        plan::Plan,
        read::Fields,
        row::Row,
        value,
    },
    Products,
};

/// The columns of options: of the name, and of the value.
pub(super) const OPTIONS: [(&str, &str); 3] =
    [("option1_name", "option1"), ("option2_name", "option2"), ("option3_name", "option3")];

impl Products {
    /// Option values as `(key, name, value)`.
    /// `inherited` are the names that the product's first row gave its options, in order.
    pub(super) fn values(
        &self,
        row: &Row<'_>,
        plan: &Plan,
        outer: Option<&Row<'_>>,
        inherited: &[String],
    ) -> Vec<(String, Text, String)> {
        let named = |key: &str| plan.mapping.names.get(key).map_or_else(|| by_script(key), Label::text);
        let mut values = Vec::new();
        for (label, rule) in plan.options_of(row.record()) {
            let name = label.text();
            let key = name.get(onshelf_vocabulary::Lang::En).to_lowercase();
            if let Some(value) = rule.find(row.record(), &plan.tables).texts.into_iter().next() {
                values.push((key, name, value.into_owned()));
            }
        }
        for (place, (name, value)) in OPTIONS.into_iter().enumerate() {
            let own = row.text(name).map(String::from);
            let name = own.or_else(|| inherited.get(place).filter(|name| !name.is_empty()).cloned());
            if let (Some(name), Some(value)) = (name, row.text(value)) {
                // What a shop system writes where there is nothing to choose.
                if name != "Title" || value != "Default Title" {
                    values.push((name.to_lowercase(), named(&name), value.into_owned()));
                }
            }
        }
        let tree = |row: &Row<'_>| match &row.record().fields {
            Fields::Tree(tree) => tree.clone(),
            Fields::Cells(_) => Value::Null,
        };
        match &plan.mapping.options_from {
            Some(OptionsFrom::Object { object }) => {
                if let Some(Value::Object(members)) = value::at(&tree(row), object) {
                    for (key, value) in members {
                        values.extend(first_text(value).map(|value| (key.clone(), named(key), value)));
                    }
                }
            }
            Some(OptionsFrom::Lists { names, values: column }) => {
                let (own, above) = (tree(row), outer.map_or(Value::Null, tree));
                let names = value::at(&above, names).and_then(Value::as_array).cloned().unwrap_or_default();
                let told = value::at(&own, column).and_then(Value::as_array).cloned().unwrap_or_default();
                for (name, value) in names.iter().filter_map(Value::as_str).zip(&told) {
                    values.extend(first_text(value).map(|value| (name.to_lowercase(), named(name), value)));
                }
            }
            None => {}
        }
        values.truncate(6);
        values
    }
}

fn first_text(value: &Value) -> Option<String> {
    let mut texts = Vec::new();
    value::leaves(value, &mut texts);
    let text = texts.into_iter().next()?.trim().to_owned();
    (!text.is_empty() && text.chars().count() <= 120).then_some(text)
}
