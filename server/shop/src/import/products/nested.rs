//! Records that hold their variants: one record, one product. What is wrong with a variant leaves that variant out.

use onshelf_vocabulary::Sku;
use serde_json::Value;

use super::{
    super::{
        Kind,
        canonical::Told,
        plan::Plan,
        read::{Fields, Record},
        report::{Entry, Ledger},
        row::Row,
        value,
    },
    Products,
    cells::{pictures, sku},
    draft::Draft,
    reading::{MAX_CODE, TWICE},
    telling,
};

/// Of one product.
const MAX_VARIANTS: usize = 2_000;

impl Products {
    /// One record, one product; its variants stand inside it, or it is its own.
    pub(super) fn take_nested(&mut self, plan: &Plan, record: &Record, ledger: &mut Ledger) {
        let row = Row::new(record, &plan.fields, &plan.tables);
        let path = plan.mapping.variants.as_deref().unwrap_or_default();
        let inner = match &record.fields {
            Fields::Tree(tree) => value::at(tree, path).and_then(Value::as_array),
            Fields::Cells(_) => None,
        };
        let draft = self.begin_nested(&row, plan);
        let mut draft = match draft {
            Ok(draft) => draft,
            Err(bad) => return ledger.reject(bad),
        };
        match inner {
            Some(variants) if !variants.is_empty() => {
                for variant in variants.iter().take(MAX_VARIANTS) {
                    let record = Record { line: record.line, fields: Fields::Tree(variant.clone()) };
                    self.add_nested(&mut draft, &row, &record, plan, ledger);
                }
            }
            _ => {
                if let Err(bad) = self.add_itself(&mut draft, &row, plan) {
                    return ledger.reject(bad);
                }
            }
        }
        if draft.variants.is_empty() {
            return ledger.reject(row.bad("sku", "no variant of the product can be taken", &draft.code));
        }
        self.variants += draft.variants.len();
        self.drafts.push(draft);
        row.tell(ledger);
    }

    fn begin_nested(&mut self, row: &Row<'_>, plan: &Plan) -> Result<Draft, Entry> {
        let code = match row.text("code") {
            Some(_) => row.bounded("code", MAX_CODE)?,
            None => row.required("sku")?.into_owned(),
        };
        if let Some(line) = self.codes.before(&code, row.line()) {
            let value = format!("{code}, first on line {line}");
            return Err(row.bad("code", "the same product stands twice: the first row counts", &value));
        }
        let mut draft = self.product(row, plan, code)?;
        draft.rows = 1;
        draft.is_named = row.text("code").is_some();
        Ok(draft)
    }

    /// A variant inside a product's record; a bad one is told and left out.
    fn add_nested(
        &mut self,
        draft: &mut Draft,
        outer: &Row<'_>,
        record: &Record,
        plan: &Plan,
        ledger: &mut Ledger,
    ) {
        let row = Row::new(record, &plan.variant, &plan.tables);
        let read = sku(&row).and_then(|sku| self.variant(&row, sku, outer));
        let bad = match read {
            Ok(mut variant) => match self.skus.before(&variant.sku, row.line()) {
                None => {
                    let told = Told::of_variant(plan, record);
                    variant.columns = telling::variant(&told, false);
                    draft.tells_options |= telling::options(&told, plan, record);
                    variant.images = pictures(&row, "images");
                    let values = self.values(&row, plan, Some(outer), &draft.option_names);
                    variant.options = draft.options.add(&values, &plan.mapping);
                    draft.variants.push(variant);
                    return row.tell(ledger);
                }
                Some(line) => row.bad("sku", TWICE, &format!("{}, first on line {line}", variant.sku)),
            },
            Err(bad) => bad,
        };
        // The product goes in without it, so it is no rejected row, but nothing may go missing in silence.
        ledger.warn(Entry { reason: format!("variant left out: {}", bad.reason).into(), ..bad });
    }

    fn add_itself(&mut self, draft: &mut Draft, row: &Row<'_>, plan: &Plan) -> Result<(), Entry> {
        let sku = match row.text("sku") {
            Some(_) => sku(row)?,
            None => Sku::new(draft.code.as_str())
                .map(String::from)
                .map_err(|_| row.bad("sku", "not a SKU", &draft.code))?,
        };
        if let Some(line) = self.skus.before(&sku, row.line()) {
            return Err(row.bad("sku", TWICE, &format!("{sku}, first on line {line}")));
        }
        let mut variant = self.variant(row, sku, row)?;
        let told = Told::new(Kind::Products, plan, row.record());
        variant.columns = telling::variant(&told, true);
        draft.tells_options |= telling::options(&told, plan, row.record());
        variant.options = draft.options.add(&self.values(row, plan, None, &[]), &plan.mapping);
        draft.variants.push(variant);
        Ok(())
    }
}
