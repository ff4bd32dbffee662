//! Rows of products: one row a product, one row a variant grouped by the product's code, or a record that holds its
//! variants. Products are written whole, with their variants and prices.

mod attributes;
mod categories;
mod cells;
mod choices;
mod draft;
mod lookalikes;
mod nested;
mod prices;
mod reading;
mod sales;
mod standing;
mod telling;
mod writing;

use std::collections::{HashMap, HashSet};

use onshelf_db::Db;
use onshelf_vocabulary::Currency;

use self::{categories::Categories, draft::Draft};
use super::{
    ImportError, Kind, Mapping, Options,
    intake::Intake,
    lookup::Tables,
    mapping::{Label, OptionRule, OptionsFrom},
    media::Media,
    plan::Plan,
    read::Record,
    report::{Entry, Ledger},
    seen::Seen,
};

/// Products written in one transaction, with their variants.
const BATCH: usize = 500;
/// Products that wait for further variants when rows are grouped: rows of one product may stand so far apart.
const OPEN: usize = 20_000;
/// Variants that wait, whatever they belong to.
const OPEN_VARIANTS: usize = 100_000;
/// Bytes of the records that those which wait were read from.
const OPEN_BYTES: usize = 128 * 1024 * 1024;

pub(super) struct Products {
    dry_run: bool,
    now: i64,
    currency: Currency,
    /// Whether nobody said so.
    is_assumed: bool,
    /// The first price with decimals that the assumed currency has none of, and its line.
    odd_price: Option<(u64, String)>,
    /// Of the ends of sales that name none.
    zone: jiff::tz::TimeZone,
    /// For records that hold their variants although no mapping says so.
    nested: Option<Plan>,
    price_default: Option<String>,
    media: Media,
    categories: Categories,
    skus: Seen,
    codes: Seen,
    /// Products that are still open, in the order of the file.
    drafts: Vec<Draft>,
    open: HashMap<String, usize>,
    variants: usize,
    weight: usize,
    /// Codes of products that are closed, where rows are grouped.
    closed: HashSet<u64>,
    grouped: bool,
    position: i64,
}

impl Products {
    pub async fn new(db: &Db, options: &Options) -> Result<Products, ImportError> {
        Ok(Products {
            dry_run: options.dry_run,
            now: options.now_ms,
            currency: options.currency.unwrap_or_default(),
            is_assumed: options.currency.is_none(),
            odd_price: None,
            zone: sales::zone(options.country.as_deref(), options.currency.unwrap_or_default()),
            nested: None,
            price_default: options.price_default.clone(),
            media: Media::new(options.media.clone(), options.media_store.clone(), options.dry_run),
            categories: Categories::read(db).await?,
            skus: Seen::default(),
            codes: Seen::default(),
            drafts: Vec::new(),
            open: HashMap::new(),
            variants: 0,
            weight: 0,
            closed: HashSet::new(),
            grouped: false,
            position: 0,
        })
    }
}

impl Intake for Products {
    fn needs(&self, mapping: &Mapping) -> &'static [&'static [&'static str]] {
        if mapping.variants.is_some() {
            &[&["code", "sku"], &["name", "name_ko", "name_en"]]
        } else {
            &[&["sku"], &["name", "name_ko", "name_en"]]
        }
    }

    fn take(&mut self, plan: &Plan, record: &Record, ledger: &mut Ledger) {
        self.weight += record.weight();
        if plan.mapping.variants.is_some() {
            return self.take_nested(plan, record, ledger);
        }
        if telling::holds_variants(record) {
            if plan.mapping.is_blank()
                && let Some(nested) = self.nested.take().or_else(usual_nesting)
            {
                self.take_nested(&nested, record, ledger);
                self.nested = Some(nested);
                return;
            }
            let why = "the record's own variants are not read: say `variants` in the mapping file";
            ledger.warn(Entry::new(record.line, "variants", why, ""));
        }
        self.grouped = plan.fields.contains_key("code");
        self.take_flat(plan, record, ledger);
    }

    async fn write(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        let full = self.drafts.len() >= OPEN || self.variants >= OPEN_VARIANTS || self.weight >= OPEN_BYTES;
        let whole = !self.grouped && self.drafts.len() >= BATCH;
        match (full, self.grouped) {
            (true, true) => self.flush_read(db, ledger).await,
            _ if full || whole => self.flush(db, ledger).await,
            _ => Ok(()),
        }
    }

    async fn finish(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        self.flush(db, ledger).await?;
        if let Some(note) = self.skus.note() {
            ledger.warn(Entry::new(0, "sku", note, ""));
        }
        if let Some((line, price)) = self.odd_price.take() {
            let why = format!("no price names a currency; {} was assumed", self.currency.code());
            ledger.warn(Entry::new(line, "currency", why, &price));
        }
        Ok(())
    }
}

/// How records with variants inside are read without a mapping: by the usual names, here and there.
fn usual_nesting() -> Option<Plan> {
    let mut options = Mapping::for_google(Kind::Products).ok()?.options;
    let name = Label::Both { ko: "색상".to_owned(), en: "Colour".to_owned() };
    options.push(OptionRule { name, column: "colour".to_owned() });
    let mapping = Mapping {
        variants: Some(telling::VARIANTS.to_owned()),
        options,
        options_from: Some(OptionsFrom::Object { object: "options".to_owned() }),
        ..Mapping::default()
    };
    Plan::new(Kind::Products, mapping, Tables::default()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        import::read::Fields,
        testing::{Engine, TestShop},
    };

    /// An import that is tried and writes nothing.
    async fn tried(db: &Db) -> (Products, Plan, Ledger) {
        let options = Options { dry_run: true, ..Options::default() };
        let products = Products::new(db, &options).await.unwrap();
        let plan = Plan::new(Kind::Products, Mapping::default(), Tables::default()).unwrap();
        (products, plan, Ledger::new(Kind::Products, true, None).unwrap())
    }

    #[tokio::test]
    async fn products_that_wait_are_bounded_by_what_they_weigh() {
        let test = TestShop::on(Engine::Sqlite).await.unwrap();
        let db = test.shop.db();
        let (mut products, plan, mut ledger) = tried(db).await;
        let long = "x".repeat(1024 * 1024);
        let mut most = 0;
        for number in 0..200 {
            let code = format!("P{number}");
            let row = json!({"code": code, "sku": code, "name": "Cup", "price": "9000", "more": long});
            products.take(&plan, &Record { line: 1 + number, fields: Fields::Tree(row) }, &mut ledger);
            assert!(products.grouped, "rows of one product are waited for");
            most = most.max(products.drafts.len());
            products.write(db, &mut ledger).await.unwrap();
        }
        // The one that was read last waits on.
        assert_eq!((most, products.drafts.len()), (128, 1 + 200 - 128));
        products.finish(db, &mut ledger).await.unwrap();
        assert_eq!((ledger.report.accepted, ledger.report.rejected), (200, 0), "{:?}", ledger.report);
        test.close().await;
    }

    #[tokio::test]
    async fn the_product_that_is_being_read_is_not_cut_in_two() {
        let test = TestShop::on(Engine::Sqlite).await.unwrap();
        let db = test.shop.db();
        let (mut products, plan, mut ledger) = tried(db).await;
        let long = "x".repeat(1024 * 1024);
        // Two rows a product, and a first one alone: what fills the room is the first row of a pair.
        for number in 0..130u64 {
            let (code, sku) = (format!("P{}", number.div_ceil(2)), format!("S{number}"));
            let row = json!({"code": code, "sku": sku, "name": "Cup", "price": "9000", "more": long});
            products.take(&plan, &Record { line: 1 + number, fields: Fields::Tree(row) }, &mut ledger);
            products.write(db, &mut ledger).await.unwrap();
        }
        assert_eq!(products.drafts.len(), 2, "they were written on the way");
        products.finish(db, &mut ledger).await.unwrap();
        assert_eq!((ledger.report.accepted, ledger.report.rejected), (130, 0), "{:?}", ledger.report);
        test.close().await;
    }
}
