//! A product while its rows are read.

use onshelf_vocabulary::{Money, Text};

use super::super::options::OptionSet;

#[derive(Debug, Default)]
pub(super) struct Draft {
    pub line: u64,
    /// Rows of the file it came from.
    pub rows: u64,
    pub code: String,
    pub slug: Option<String>,
    pub name: Text,
    pub brand: Text,
    pub description: Text,
    /// From the top of the tree down, or the slug of one that exists.
    pub category: Vec<String>,
    /// `[{"name":{ko,en},"value":{ko,en}}]`
    pub attributes: String,
    pub images: Vec<String>,
    pub tags: Vec<String>,
    pub related: Vec<String>,
    pub status: &'static str,
    pub position: i64,
    pub options: OptionSet,
    /// What its first row calls its options; its other rows need not say it again.
    pub option_names: Vec<String>,
    /// The options as an export writes them, instead of those gathered from the variants.
    pub exported_options: Option<String>,
    pub variants: Vec<VariantDraft>,
    /// What is set where the product exists; the rest of it stays.
    pub columns: Vec<&'static str>,
    /// Whether any of its rows speaks of options.
    pub tells_options: bool,
    /// Whether any of its rows names the product; else it is called after its only SKU.
    pub is_named: bool,
    /// Variants of the product that the file does not speak of, where it speaks of options: the others come after them.
    pub beside: i64,
}

impl Draft {
    /// A further column that one of its rows speaks of.
    pub fn renew(&mut self, column: &'static str) {
        if !self.columns.contains(&column) {
            self.columns.push(column);
        }
    }

    /// Further pictures, each once.
    pub fn add_images(&mut self, images: Vec<String>, most: usize) {
        for image in images {
            if self.images.len() < most && !self.images.contains(&image) {
                self.images.push(image);
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct VariantDraft {
    pub line: u64,
    pub sku: String,
    /// As shown; none where the file has none or a wrong one.
    pub gtin: Option<String>,
    /// Codes of its option values; may be shorter than the product's options where a later variant has more.
    pub options: Vec<String>,
    pub images: Vec<String>,
    pub status: &'static str,
    pub price: Option<Money>,
    pub list_amount: Option<i64>,
    /// What is set where the variant exists, besides its options.
    pub columns: Vec<&'static str>,
}
