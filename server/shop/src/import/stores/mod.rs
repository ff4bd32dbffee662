//! Rows of stores: names, addresses and positions checked, hours read, the time zone found where none is given. What
//! the file does not speak of stays as it is.

mod hours;
mod position;
mod reading;

use std::collections::BTreeMap;

use futures::FutureExt;
use onshelf_db::{
    Db, Error, Tx, exchange,
    stores::{StoreRow, renew_stores_in},
};
use onshelf_vocabulary::{Currency, Point};

use self::hours::{DAYS, OPENINGS};
pub(super) use self::{hours::HOURS, reading::text};
use super::{
    ImportError, Kind, Mapping, Options,
    canonical::Told,
    geography::Neighbours,
    intake::{Intake, is_about_rows},
    plan::Plan,
    read::{Fields, Record},
    report::{Entry, Ledger},
    row::Row,
    seen::Seen,
};

pub(super) struct Stores {
    dry_run: bool,
    currency: Option<Currency>,
    country: Option<String>,
    seen: Seen,
    neighbours: Neighbours,
    kept: Vec<Kept>,
}

/// A store to be written, with the columns to set where it exists.
#[derive(Clone)]
struct Kept {
    line: u64,
    row: StoreRow,
    columns: Vec<&'static str>,
}

impl Stores {
    pub async fn new(db: &Db, options: &Options) -> Result<Stores, ImportError> {
        let mut reader = db.reader().await?;
        let known = exchange::postcodes(&mut reader.tx()).await?;
        let points =
            known.into_iter().filter_map(|row| Some((row.postcode, Point::new(row.lat, row.lng).ok()?)));
        Ok(Stores {
            dry_run: options.dry_run,
            currency: options.currency,
            country: options.country.clone(),
            seen: Seen::default(),
            neighbours: Neighbours::new(points),
            kept: Vec::new(),
        })
    }

    async fn save(db: &Db, kept: Vec<Kept>) -> Result<u64, Error> {
        let mut rows: BTreeMap<Vec<&'static str>, Vec<StoreRow>> = BTreeMap::new();
        for one in kept {
            rows.entry(one.columns).or_default().push(one.row);
        }
        let rows = std::sync::Arc::new(rows);
        db.write(move |mut tx| {
            let rows = rows.clone();
            async move { renewed(&mut tx, &rows).await }.boxed()
        })
        .await
    }
}

/// Sets, store by store, the columns that its record speaks of; answers how many were not so before.
async fn renewed(tx: &mut Tx<'_>, rows: &BTreeMap<Vec<&'static str>, Vec<StoreRow>>) -> Result<u64, Error> {
    let mut changed = 0;
    for (columns, rows) in rows {
        changed += renew_stores_in(tx, rows, columns).await?;
    }
    Ok(changed)
}

impl Intake for Stores {
    fn needs(&self, _: &Mapping) -> &'static [&'static [&'static str]] {
        &[&["code"], &["name", "name_ko", "name_en"]]
    }

    fn take(&mut self, plan: &Plan, record: &Record, ledger: &mut Ledger) {
        let row = Row::new(record, &plan.fields, &plan.tables);
        match self.read(&row) {
            Ok(store) => {
                row.tell(ledger);
                let columns = columns(&Told::new(Kind::Stores, plan, record), record, &store);
                self.kept.push(Kept { line: record.line, row: store, columns });
            }
            Err(bad) => ledger.reject(bad),
        }
    }

    async fn write(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        let kept = std::mem::take(&mut self.kept);
        let mut written = kept.len();
        if !self.dry_run && written > 0 {
            match Stores::save(db, kept.clone()).await {
                Err(error) if is_about_rows(&error) => {
                    // One of them is at fault: each for itself, so that the others go in.
                    for one in kept {
                        let (line, code) = (one.line, one.row.code.clone());
                        match Stores::save(db, vec![one]).await {
                            Err(error) if is_about_rows(&error) => {
                                written -= 1;
                                ledger.reject(Entry::new(
                                    line,
                                    "code",
                                    "the database refuses this row",
                                    &code,
                                ));
                            }
                            outcome => ledger.changed(outcome?),
                        }
                    }
                }
                outcome => ledger.changed(outcome?),
            }
        }
        ledger.accept(written as u64);
        ledger.wrote("stores", written);
        Ok(())
    }

    async fn finish(&mut self, _: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        for stranger in std::mem::take(&mut self.neighbours).strangers() {
            ledger.warn(stranger);
        }
        if let Some(note) = self.seen.note() {
            ledger.warn(Entry::new(0, "code", note, ""));
        }
        Ok(())
    }
}

/// Fields that are one column each.
const PLAIN: [&str; 12] = [
    "postcode",
    "country",
    "phone",
    "services",
    "exceptions",
    "lead_minutes",
    "cutoff_minutes",
    "keep_days",
    "currency",
    "status",
    "kind",
    "window_capacity",
];

/// What a record sets of a store that exists; the rest of it stays.
fn columns(told: &Told<'_>, record: &Record, store: &StoreRow) -> Vec<&'static str> {
    let mut columns: Vec<&'static str> =
        told.languages(["name", "name_ko", "name_en"], ["name_ko", "name_en"]).collect();
    columns.extend(told.languages(["address", "address_ko", "address_en"], ["address_ko", "address_en"]));
    columns.extend(told.languages(["note", "note_ko", "note_en"], ["note_ko", "note_en"]));
    columns.extend(PLAIN.into_iter().filter(|column| told.any(&[*column])));
    if told.any(&["region", "region_ko", "region_en", "city", "state"]) {
        columns.extend(["region_ko", "region_en"]);
    }
    let is_placed = told.any(&["lat", "lng", "coordinates"]);
    if is_placed {
        columns.extend(["lat", "lng"]);
    }
    // A place tells its time zone, too.
    if told.any(&["time_zone"]) || (is_placed && store.lat.is_some()) {
        columns.push("time_zone");
    }
    let in_tree = matches!(&record.fields, Fields::Tree(tree)
        if HOURS.iter().any(|name| tree.get(name).is_some()));
    let is_opening_told = OPENINGS.iter().any(|ends| told.any(ends));
    if in_tree || is_opening_told || told.any(&["hours"]) || told.any(&DAYS) {
        columns.push("hours");
    }
    columns
}
