//! What lists are narrowed by: brands, and the values of options. Each is numbered once when the catalogue is built, so
//! that ten thousand products are counted without comparing a word.

use std::collections::HashMap;

use onshelf_vocabulary::{Lang, Text};

use super::{Catalogue, OptionDef, OptionValue};

/// Stands for a variant's value that its product does not tell of.
pub(super) const UNTOLD: u32 = u32::MAX;

/// Everything of the catalogue that a list can be narrowed by.
#[derive(Default)]
pub(super) struct Choices {
    pub options: Vec<Choice>,
    pub values: Vec<ChoiceValue>,
    pub brands: Vec<Text>,
    option_by_key: HashMap<String, u32>,
    /// By `option:code`, as addresses have it.
    value_by_name: HashMap<String, u32>,
    brand_by_name: HashMap<String, u32>,
}

/// An option, the same for all products that call it the same.
pub(super) struct Choice {
    pub key: String,
    pub name: Text,
}

pub(super) struct ChoiceValue {
    pub option: u32,
    /// `option:code`
    pub name: String,
    pub told: OptionValue,
}

impl Catalogue {
    /// What a brand is called, by the name that addresses have; also where no list has anything of it.
    #[must_use]
    pub fn brand_label(&self, lang: Lang, name: &str) -> Option<&str> {
        let number = self.choices.brand(name)?;
        Some(self.choices.brands.get(number as usize)?.get(lang))
    }

    /// The same of an option's value, by `option:code`.
    #[must_use]
    pub fn value_label(&self, lang: Lang, name: &str) -> Option<&str> {
        let number = self.choices.value(name)?;
        Some(self.choices.values.get(number as usize)?.told.label(lang))
    }
}

impl Choices {
    /// Number of an option's value, by `option:code`; none where it is unknown.
    pub fn value(&self, name: &str) -> Option<u32> {
        self.value_by_name.get(name).copied()
    }

    /// Number of an option, by what it is called in addresses.
    pub fn option(&self, key: &str) -> Option<u32> {
        self.option_by_key.get(key).copied()
    }

    /// Number of a brand, by its English name.
    pub fn brand(&self, name: &str) -> Option<u32> {
        self.brand_by_name.get(name).copied()
    }

    /// The number of a brand, new or not; none where there is none.
    pub fn number_brand(&mut self, brand: &Text) -> Option<u32> {
        let name = brand.get(Lang::En);
        if name.is_empty() {
            return None;
        }
        if let Some(known) = self.brand(name) {
            return Some(known);
        }
        let number = next(&self.brands)?;
        self.brands.push(brand.clone());
        self.brand_by_name.insert(name.to_owned(), number);
        Some(number)
    }

    /// The numbers of a product's values, by option and code.
    pub fn number_values(&mut self, options: &[OptionDef]) -> Vec<HashMap<String, u32>> {
        options.iter().map(|option| self.number_option(option)).collect()
    }

    fn number_option(&mut self, option: &OptionDef) -> HashMap<String, u32> {
        let key = option.key();
        let number = match self.option(&key) {
            Some(known) => Some(known),
            None => next(&self.options).inspect(|number| {
                self.options.push(Choice { key: key.clone(), name: option.name.clone() });
                self.option_by_key.insert(key.clone(), *number);
            }),
        };
        let Some(number) = number else { return HashMap::new() };
        let mut numbers = HashMap::with_capacity(option.values.len());
        for told in &option.values {
            let name = format!("{key}:{}", told.code);
            let value = match self.value(&name) {
                Some(known) => known,
                None => {
                    let Some(value) = next(&self.values) else { continue };
                    self.value_by_name.insert(name.clone(), value);
                    self.values.push(ChoiceValue { option: number, name, told: told.clone() });
                    value
                }
            };
            numbers.insert(told.code.clone(), value);
        }
        numbers
    }
}

/// The number of what is pushed next; none where there are too many to number.
fn next<T>(known: &[T]) -> Option<u32> {
    u32::try_from(known.len()).ok().filter(|number| *number != UNTOLD)
}
