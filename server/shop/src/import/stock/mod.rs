//! Rows of stock: counts, movements, or a bare "in stock". A store without any levels is loaded in bulk; elsewhere
//! each row is the count or the movement that a partner's call would be.

mod booking;
mod deed;
mod matrix;
mod reading;
mod shops;

use std::collections::{HashMap, HashSet};

use onshelf_db::{
    Db, exchange,
    stock::{LevelKey, LevelRow},
};

use self::{
    deed::{Deed, Known},
    matrix::StoreColumn,
    shops::Shops,
};
use super::{
    ImportError, Mapping, Options,
    intake::Intake,
    plan::Plan,
    read::{Header, Record},
    report::{Entry, Ledger},
    row::Row,
    seen::Seen,
};

/// Rows of a bulk load that are written together.
const BULK: usize = 5_000;

pub(super) struct Stock {
    dry_run: bool,
    now: i64,
    shops: Shops,
    /// Stores that had no levels when the import began.
    empty: HashSet<i64>,
    /// Of a sheet that has a column a store.
    columns: Vec<StoreColumn>,
    seen: Seen,
    kept: Vec<Line>,
    bulk: Vec<LevelRow>,
    /// What a dry run would have made of the levels it has met.
    foreseen: HashMap<LevelKey, Known>,
    /// Whether it was said that prices are not kept here.
    price_told: bool,
}

/// A row that has been checked, all but its SKU.
struct Line {
    line: u64,
    store_id: i64,
    store: String,
    sku: String,
    deed: Deed,
    safety_stock: Option<i64>,
    notes: Vec<Entry>,
}

impl Stock {
    pub async fn new(db: &Db, options: &Options) -> Result<Stock, ImportError> {
        let mut reader = db.reader().await?;
        let stores = exchange::store_codes(&mut reader.tx()).await?;
        Ok(Stock {
            dry_run: options.dry_run,
            now: options.now_ms,
            empty: stores.iter().filter(|row| row.stocked == 0).map(|row| row.id).collect(),
            shops: Shops::new(stores),
            columns: Vec::new(),
            seen: Seen::default(),
            kept: Vec::new(),
            bulk: Vec::new(),
            foreseen: HashMap::new(),
            price_told: false,
        })
    }
}

impl Intake for Stock {
    fn needs(&self, _: &Mapping) -> &'static [&'static [&'static str]] {
        if self.columns.is_empty() {
            &[&["store"], &["sku"], &["on_hand", "delta", "availability"]]
        } else {
            &[&["sku"]]
        }
    }

    fn meet(&mut self, plan: &Plan, header: &Header) -> Vec<usize> {
        self.find_store_columns(plan, header)
    }

    fn take(&mut self, plan: &Plan, record: &Record, ledger: &mut Ledger) {
        if !self.columns.is_empty() {
            return self.take_wide(plan, record, ledger);
        }
        let row = Row::new(record, &plan.fields, &plan.tables);
        match self.read(&row, plan) {
            Ok(mut line) => {
                line.notes = row.into_notes();
                self.kept.push(line);
            }
            Err(bad) => ledger.reject(bad),
        }
    }

    async fn write(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        if self.kept.is_empty() {
            return Ok(());
        }
        let bookings = self.resolve(db, ledger).await?;
        if !bookings.is_empty() {
            self.book(db, bookings, ledger).await?;
        }
        if self.bulk.len() >= BULK { self.load(db, ledger).await } else { Ok(()) }
    }

    async fn finish(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        self.load(db, ledger).await?;
        if let Some(note) = self.seen.note() {
            ledger.warn(Entry::new(0, "sku", note, ""));
        }
        Ok(())
    }
}
