//! Mapping files: which of a file's columns, or what made of them, fills which of our fields.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

use super::{Encoding, Format, ImportError, Kind, read::Header};

/// A mapping file as written (TOML). `server/mappings/README.md` tells it by example.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    pub kind: Option<Kind>,
    pub format: Option<Format>,
    pub encoding: Option<Encoding>,
    /// Between the columns of a CSV file.
    pub delimiter: Option<char>,
    /// The key of the array that holds the records of a JSON file.
    pub records: Option<String>,
    /// Only rows whose column has one of these values.
    pub only: BTreeMap<String, Vec<String>>,
    pub fields: BTreeMap<String, Rule>,
    /// Attributes by their names.
    pub attributes: BTreeMap<String, Rule>,
    /// A JSON object whose every member is an attribute.
    pub attributes_from: Option<String>,
    /// Names for attributes and options that come with a name of their own.
    pub names: BTreeMap<String, Label>,
    pub options: Vec<OptionRule>,
    pub options_from: Option<OptionsFrom>,
    /// CSS colours of option values.
    pub swatches: BTreeMap<String, String>,
    /// The array of variants inside a product's record, and what fills their fields.
    pub variants: Option<String>,
    pub variant: BTreeMap<String, Rule>,
    /// Whether a variant without a SKU has one made of its product's code and its options.
    pub make_skus: bool,
    /// How many `in stock` is where a stock file gives no number.
    pub in_stock_quantity: Option<i64>,
}

/// What fills one field: a column's name, or more than that.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Rule {
    Column(String),
    Made(Box<Made>),
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Made {
    /// A column, or a dotted path into JSON.
    pub column: Option<String>,
    /// Several: the first that has something, or all of them where the field is a list.
    pub columns: Vec<String>,
    pub constant: Option<String>,
    /// `{city} {address}`: pieces left empty go, with the comma before them.
    pub template: Option<String>,
    /// Where one text is a list.
    pub split: Option<String>,
    /// Of a list in the file.
    pub take: Option<Take>,
    /// Of what `split` made: the first or the last.
    pub part: Option<Take>,
    /// Only list items that begin so; the beginning is taken off.
    pub prefix: Option<String>,
    /// Of a text of several words: the last, or all but the last.
    pub word: Option<Word>,
    /// A code made from the text (ten hexadecimal digits), for files whose rows have none.
    pub digest: bool,
    /// A value in the file, and what it means here. An empty text means nothing.
    pub values: BTreeMap<String, String>,
    /// What becomes of values that `values` does not name.
    pub otherwise: Otherwise,
    /// A table beside the file.
    pub lookup: Option<Lookup>,
    /// Columns of a week's hours by day: `mon` … `sun`.
    pub days: BTreeMap<String, String>,
    pub default: Option<String>,
    /// The file need not have the column.
    pub optional: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    Last,
    AllButLast,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Take {
    First,
    Last,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Otherwise {
    #[default]
    Keep,
    Drop,
}

/// A CSV file that says what a code means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// Beside the imported file; compressed or not.
    pub file: String,
    pub key: String,
    pub value: String,
    /// Where what it says is a list.
    #[serde(default)]
    pub split: Option<String>,
}

/// A name in one language or in both.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Label {
    One(String),
    Both { ko: String, en: String },
}

/// A column that tells variants apart.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionRule {
    pub name: Label,
    pub column: String,
}

/// Options that a JSON record names itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum OptionsFrom {
    /// In the variant: an object of names and values.
    Object { object: String },
    /// In the product a list of names, in the variant the list of values.
    Lists { names: String, values: String },
}

/// Mappings that come with the program, by name.
pub const BUILT_IN: [(&str, &str); 20] = [
    ("bestbuy-stores", include_str!("../../../mappings/bestbuy-stores.toml")),
    ("bestbuy-products", include_str!("../../../mappings/bestbuy-products.toml")),
    ("starbucks-kr", include_str!("../../../mappings/starbucks-kr.toml")),
    ("starbucks-world", include_str!("../../../mappings/starbucks-world.toml")),
    ("oliveyoung-seoul", include_str!("../../../mappings/oliveyoung-seoul.toml")),
    ("oliveyoung-kr-products", include_str!("../../../mappings/oliveyoung-kr-products.toml")),
    ("magento-luma", include_str!("../../../mappings/magento-luma.toml")),
    ("eshop", include_str!("../../../mappings/eshop.toml")),
    ("vendure", include_str!("../../../mappings/vendure.toml")),
    ("uhtt", include_str!("../../../mappings/uhtt.toml")),
    ("google-products", include_str!("../../../mappings/google-products.toml")),
    ("shopify-products", include_str!("../../../mappings/shopify-products.toml")),
    ("woocommerce-products", include_str!("../../../mappings/woocommerce-products.toml")),
    ("google-local-inventory", include_str!("../../../mappings/google-local-inventory.toml")),
    ("kr-roads", include_str!("../../../mappings/kr-roads.toml")),
    ("kr-region", include_str!("../../../mappings/kr-region.toml")),
    ("kr-dong", include_str!("../../../mappings/kr-dong.toml")),
    ("kr-postcodes", include_str!("../../../mappings/kr-postcodes.toml")),
    ("us-zips", include_str!("../../../mappings/us-zips.toml")),
    ("world-cities", include_str!("../../../mappings/world-cities.toml")),
];

impl Mapping {
    pub fn parse(text: &str) -> Result<Mapping, ImportError> {
        toml::from_str(text).map_err(|error| ImportError::Mapping(error.to_string().trim_end().to_owned()))
    }

    pub fn read(path: &Path) -> Result<Mapping, ImportError> {
        let about = |error: std::io::Error| ImportError::Mapping(format!("{}: {error}", path.display()));
        if std::fs::metadata(path).map_err(about)?.len() > 1024 * 1024 {
            return Err(ImportError::Mapping(format!("{} is longer than 1 MiB", path.display())));
        }
        Mapping::parse(&std::fs::read_to_string(path).map_err(about)?)
    }

    /// One of [`BUILT_IN`].
    pub fn built_in(name: &str) -> Result<Mapping, ImportError> {
        match BUILT_IN.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => Mapping::parse(text),
            None => {
                let known: Vec<&str> = BUILT_IN.iter().map(|(known, _)| *known).collect();
                Err(ImportError::Mapping(format!("there is none called `{name}`, but {}", known.join(", "))))
            }
        }
    }

    /// Whether it says nothing about fields.
    pub(super) fn is_blank(&self) -> bool {
        self.fields.is_empty() && self.options.is_empty() && self.attributes.is_empty()
    }

    /// The mapping of a shop system's own export, known by its columns.
    pub(super) fn for_columns(kind: Kind, header: &Header) -> Result<Option<Mapping>, ImportError> {
        let has = |names: &[&str]| names.iter().all(|name| header.column(name).is_some());
        if kind != Kind::Products {
            return Ok(None);
        }
        if has(&["Handle", "Title", "Variant SKU"]) {
            return Mapping::built_in("shopify-products").map(Some);
        }
        if has(&["ID", "Type", "SKU", "Name", "Regular price"]) {
            return Mapping::built_in("woocommerce-products").map(Some);
        }
        Ok(None)
    }

    /// The mapping of Google's feeds, for formats that name their fields as Google does.
    pub(super) fn for_google(kind: Kind) -> Result<Mapping, ImportError> {
        match kind {
            Kind::Products => Mapping::built_in("google-products"),
            Kind::Stock => Mapping::built_in("google-local-inventory"),
            _ => Err(ImportError::Unusable(format!("Google's feeds hold no {}", kind.name()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mapping_that_comes_along_can_be_read() {
        for (name, text) in BUILT_IN {
            let mapping = Mapping::parse(text);
            assert!(mapping.is_ok(), "{name}: {mapping:?}");
        }
    }

    #[test]
    fn a_wrong_mapping_says_where() {
        let said = Mapping::parse("[fields]\ncode = { colum = \"id\" }").unwrap_err().to_string();
        assert!(said.contains("code"), "{said}");
    }
}
