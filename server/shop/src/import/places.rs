//! Rows of places: names in either language, postcodes, positions.

use futures::FutureExt;
use onshelf_db::{
    Db, Error,
    places::{PlaceRow, renew_places},
};
use onshelf_vocabulary::Point;
use sha2::{Digest, Sha256};

use super::{
    ImportError, Mapping, Options,
    intake::{Intake, is_about_rows},
    plan::Plan,
    read::Record,
    report::{Entry, Ledger},
    row::{MAX_NAME, Row},
    seen::Seen,
    stores::text,
};

/// Written at once: places are short.
const BATCH: usize = 2_000;

pub(super) struct Places {
    dry_run: bool,
    seen: Seen,
    kept: Vec<(u64, PlaceRow)>,
}

impl Places {
    pub fn new(options: &Options) -> Places {
        Places { dry_run: options.dry_run, seen: Seen::default(), kept: Vec::new() }
    }

    fn read(&mut self, row: &Row<'_>) -> Result<PlaceRow, Entry> {
        let name = text(row, ["name", "name_ko", "name_en"], MAX_NAME)?;
        let postcode = row.bounded("postcode", 20)?;
        if name.is_empty() && postcode.is_empty() {
            return Err(row.bad("name", "missing, and there is no postcode either", ""));
        }
        let point = point(row)?;
        let default_kind = if name.is_empty() { "postcode" } else { "place" };
        let kind = row.text("kind").map_or_else(|| default_kind.to_owned(), |kind| kind.to_lowercase());
        let region = row.bounded("region", 200)?;
        let key = match row.text("key") {
            Some(key) => key.into_owned(),
            None => {
                let told = [&kind, &region, &name.ko, &name.en, &postcode].map(String::as_str).join("\u{1f}");
                Sha256::digest(told).iter().take(12).map(|byte| format!("{byte:02x}")).collect()
            }
        };
        if let Some(line) = self.seen.before(&key, row.line()) {
            let value = format!("{} {region}, first on line {line}", name.get(onshelf_vocabulary::Lang::Ko));
            return Err(row.bad("key", "the same place stands twice: the first row counts", &value));
        }
        Ok(PlaceRow {
            id: 0,
            name_ko: name.ko,
            name_en: name.en,
            kind,
            region,
            lat: point.lat(),
            lng: point.lng(),
            postcode: Some(postcode).filter(|postcode| !postcode.is_empty()),
            weight: row.whole("weight", 0, i64::from(u32::MAX))?.unwrap_or(0),
            source_key: key,
        })
    }

    async fn save(db: &Db, rows: Vec<PlaceRow>) -> Result<u64, Error> {
        let rows = std::sync::Arc::new(rows);
        db.write(move |mut tx| {
            let rows = rows.clone();
            async move { renew_places(&mut tx, &rows).await }.boxed()
        })
        .await
    }

    async fn flush(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        let kept = std::mem::take(&mut self.kept);
        let mut written = kept.len();
        if !self.dry_run && written > 0 {
            let rows = kept.iter().map(|(_, row)| row.clone()).collect();
            match Places::save(db, rows).await {
                Err(error) if is_about_rows(&error) => {
                    for (line, row) in kept {
                        let key = row.source_key.clone();
                        match Places::save(db, vec![row]).await {
                            Err(error) if is_about_rows(&error) => {
                                written -= 1;
                                ledger.reject(Entry::new(line, "key", "the database refuses this row", &key));
                            }
                            outcome => ledger.changed(outcome?),
                        }
                    }
                }
                outcome => ledger.changed(outcome?),
            }
        }
        ledger.accept(written as u64);
        ledger.wrote("places", written);
        Ok(())
    }
}

fn point(row: &Row<'_>) -> Result<Point, Entry> {
    let (lat, lng) = (row.required("lat")?, row.required("lng")?);
    let shown = format!("{lat}, {lng}");
    let (Ok(lat), Ok(lng)) = (lat.parse::<f64>(), lng.parse::<f64>()) else {
        return Err(row.bad("lat, lng", "not numbers", &shown));
    };
    Point::new(lat, lng).map_err(|_| row.bad("lat, lng", "out of range", &shown))
}

impl Intake for Places {
    fn needs(&self, _: &Mapping) -> &'static [&'static [&'static str]] {
        &[&["name", "name_ko", "name_en", "postcode"], &["lat"], &["lng"]]
    }

    fn take(&mut self, plan: &Plan, record: &Record, ledger: &mut Ledger) {
        let row = Row::new(record, &plan.fields, &plan.tables);
        match self.read(&row) {
            Ok(place) => {
                row.tell(ledger);
                self.kept.push((record.line, place));
            }
            Err(bad) => ledger.reject(bad),
        }
    }

    async fn write(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        if self.kept.len() >= BATCH { self.flush(db, ledger).await } else { Ok(()) }
    }

    async fn finish(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        self.flush(db, ledger).await?;
        if let Some(note) = self.seen.note() {
            ledger.warn(Entry::new(0, "key", note, ""));
        }
        Ok(())
    }
}
