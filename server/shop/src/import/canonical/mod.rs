//! Our own names of the fields, those that files commonly have for them, and which of them a record speaks of.

/// What a SKU's column is usually called, in products and in stock, and what it may be called besides.
macro_rules! sku_columns {
    ($($besides:literal),* $(,)?) => {
        &[
            "sku",
            "variant_sku",
            "item_sku",
            "product_sku",
            "sku_code",
            "sku_id",
            "seller_sku",
            "sku코드",
            "단품코드",
            "판매자_상품코드",
            "업체상품코드",
            "품번",
            "품목코드",
            "상품코드",
            "제품코드",
            "자체_상품코드",
            "상품번호",
            "item_number",
            "item_no",
            "item_#",
            "item_code",
            "article_number",
            "id",
            "item_id",
            "variant_id",
            "product_id",
            "product_code",
            "artikelnummer",
            "artikelnr",
            $($besides,)*
        ]
    };
}

mod places;
mod products;
mod spelling;
mod stock;
mod stores;

use std::collections::BTreeMap;

use onshelf_domain::hangul::is_korean;

use self::{places::PLACES, products::PRODUCTS, stock::STOCK, stores::STORES};
pub(super) use self::{
    products::OPTIONS,
    spelling::{Spelling, snake},
};
use super::{
    Kind,
    lookup::Tables,
    mapping::Rule,
    plan::{Plan, Rules},
    read::{Fields, Record},
    value,
};

/// A field, and the column names that fill it where no mapping says otherwise.
pub(super) type Field = (&'static str, &'static [&'static str]);

pub(super) const fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Stores => STORES,
        Kind::Products => PRODUCTS,
        Kind::Stock => STOCK,
        Kind::Places => PLACES,
    }
}

/// Which fields a record speaks of, be it to say that there is nothing. A column speaks in every row, a member of
/// JSON where it stands. What a record does not speak of stays as it is.
pub(super) struct Told<'p> {
    known: &'static [Field],
    rules: &'p Rules,
    mapped: &'p BTreeMap<String, Rule>,
    tables: &'p Tables,
    record: &'p Record,
}

impl<'p> Told<'p> {
    pub fn new(kind: Kind, plan: &'p Plan, record: &'p Record) -> Told<'p> {
        let (rules, mapped) = (&plan.fields, &plan.mapping.fields);
        Told { known: fields(kind), rules, mapped, tables: &plan.tables, record }
    }

    /// Of the record of a variant inside a product's.
    pub fn of_variant(plan: &'p Plan, record: &'p Record) -> Told<'p> {
        let (rules, mapped) = (&plan.variant, &plan.mapping.variant);
        Told { known: PRODUCTS, rules, mapped, tables: &plan.tables, record }
    }

    pub fn any(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.one(field))
    }

    fn one(&self, field: &str) -> bool {
        let Some(rule) = self.rules.get(field) else { return false };
        let Fields::Tree(tree) = &self.record.fields else { return true };
        if !rule.find(self.record, self.tables).texts.is_empty() {
            return true;
        }
        // An object says nothing by itself; its members may.
        let stands = |path: &str| value::at(tree, path).is_some_and(|value| !value.is_object());
        match self.mapped.get(field) {
            Some(Rule::Column(column)) => stands(column),
            Some(Rule::Made(made)) => {
                made.constant.is_some() || made.column.iter().chain(&made.columns).any(|path| stands(path))
            }
            None => self
                .known
                .iter()
                .find(|(name, _)| *name == field)
                .is_some_and(|(_, usual)| usual.iter().any(|path| stands(path))),
        }
    }

    /// The columns of a text in Korean and in English. Where no language is said, the one that it is written
    /// in: the other may have a text of its own.
    pub fn languages(
        &self,
        [any, ko, en]: [&str; 3],
        columns: [&'static str; 2],
    ) -> impl Iterator<Item = &'static str> + use<> {
        let (mut is_ko, mut is_en) = (self.one(ko), self.one(en));
        if self.one(any) {
            let found = self.rules.get(any).map(|rule| rule.find(self.record, self.tables).texts);
            let korean = found.and_then(|texts| texts.first().map(|text| is_korean(text)));
            is_ko |= korean != Some(false);
            is_en |= korean != Some(true);
        }
        columns.into_iter().zip([is_ko, is_en]).filter_map(|(column, is_told)| is_told.then_some(column))
    }
}
