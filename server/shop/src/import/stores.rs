//! Rows of stores: names, addresses and positions checked, hours read, the time zone found where none is given.

use std::collections::HashSet;

use futures::FutureExt;
use onshelf_db::{
    Db, Error, exchange,
    stores::{StoreRow, renew_stores},
};
use onshelf_domain::stores::{Schedule, Week, parse_hours};
use onshelf_vocabulary::{Currency, Point, StoreCode, Text};

use super::{
    ImportError, Mapping, Options,
    geography::{self, Neighbours, Position},
    intake::{Intake, is_about_rows},
    options::by_script,
    plan::Plan,
    postcodes,
    read::{Fields, Record},
    report::{Entry, Ledger},
    row::{MAX_NAME, Row},
    seen::Seen,
    week,
    zones::{self, Zone},
};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub(super) struct Stores {
    dry_run: bool,
    currency: Option<Currency>,
    country: Option<String>,
    seen: Seen,
    neighbours: Neighbours,
    kept: Vec<(u64, StoreRow)>,
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

    fn read(&mut self, row: &Row<'_>) -> Result<StoreRow, Entry> {
        let code = row.required("code")?;
        let code = StoreCode::new(code.as_ref()).map_err(|_| {
            row.bad("code", "not a store code: letters, digits, hyphen, underscore and full stop", &code)
        })?;
        let name = text(row, ["name", "name_ko", "name_en"], MAX_NAME)?;
        if name.is_empty() {
            return Err(row.bad("name", "missing", ""));
        }
        if let Some(line) = self.seen.before(code.as_str(), row.line()) {
            let value = format!("{code}, first on line {line}");
            return Err(row.bad("code", "the same code stands twice: the first row counts", &value));
        }
        let country = country(row, self.country.as_deref())?;
        let state = row.bounded("state", 100)?;
        let point = point(row, &country);
        let postcode = row.bounded("postcode", 20)?;
        let postcode = postcodes::read(&country, &state, &postcode);
        if let Some(warning) = postcode.warning.filter(|_| !postcode.text.is_empty()) {
            row.warn("postcode", warning, &row.text_or_empty("postcode"));
        }
        let region = region(row, &state)?;
        let time_zone = time_zone(row, &country, &state, point)?;
        let hours = hours(row);
        let exceptions = row.text("exceptions").map_or_else(|| "[]".to_owned(), std::borrow::Cow::into_owned);
        Schedule::from_parts(&time_zone, &hours, &exceptions)
            .map_err(|error| row.bad("exceptions", "not dated exceptions in JSON", &error.to_string()))?;
        let area = if state.is_empty() { region.get(onshelf_vocabulary::Lang::Ko) } else { &state };
        if let Some(point) = point {
            self.neighbours.add(row.line(), &country, area, &postcode.text, point);
        }
        let address = text(row, ["address", "address_ko", "address_en"], MAX_NAME)?;
        let note = text(row, ["note", "note_ko", "note_en"], 2_000)?;
        Ok(StoreRow {
            id: 0,
            code: code.into(),
            currency: self.currency_of(row, &country)?.code().to_owned(),
            name_ko: name.ko,
            name_en: name.en,
            address_ko: address.ko,
            address_en: address.en,
            postcode: postcode.text.into_owned(),
            region_ko: region.ko,
            region_en: region.en,
            country,
            lat: point.map(Point::lat),
            lng: point.map(Point::lng),
            phone: row.bounded("phone", 60)?,
            time_zone,
            services: services(row),
            hours,
            exceptions,
            lead_minutes: row.whole("lead_minutes", 0, 100_000)?.unwrap_or(30),
            cutoff_minutes: row.whole("cutoff_minutes", 0, 1_440)?.unwrap_or(30),
            keep_days: row.whole("keep_days", 1, 365)?.unwrap_or(2),
            note_ko: note.ko,
            note_en: note.en,
            status: status(row),
        })
    }

    fn currency_of(&self, row: &Row<'_>, country: &str) -> Result<Currency, Entry> {
        if let Some(code) = row.text("currency") {
            return Currency::from_code(&code)
                .ok_or_else(|| row.bad("currency", "not a currency the shop can price in", &code));
        }
        Ok(self.currency.unwrap_or(match country {
            "US" | "PR" | "GU" => Currency::Usd,
            "CA" => Currency::Cad,
            "GB" => Currency::Gbp,
            "JP" => Currency::Jpy,
            "AT" | "BE" | "CY" | "DE" | "ES" | "FI" | "FR" | "GR" | "HR" | "IE" | "IT" | "LU" | "NL"
            | "PT" | "SK" => Currency::Eur,
            _ => Currency::Krw,
        }))
    }

    async fn save(db: &Db, rows: Vec<StoreRow>) -> Result<u64, Error> {
        let rows = std::sync::Arc::new(rows);
        db.write(move |mut tx| {
            let rows = rows.clone();
            async move { renew_stores(&mut tx, &rows).await }.boxed()
        })
        .await
    }
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
                self.kept.push((record.line, store));
            }
            Err(bad) => ledger.reject(bad),
        }
    }

    async fn write(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        let kept = std::mem::take(&mut self.kept);
        let mut written = kept.len();
        if !self.dry_run && written > 0 {
            let rows: Vec<StoreRow> = kept.iter().map(|(_, row)| row.clone()).collect();
            match Stores::save(db, rows).await {
                Err(error) if is_about_rows(&error) => {
                    // One of them is at fault: each for itself, so that the others go in.
                    for (line, row) in kept {
                        let code = row.code.clone();
                        match Stores::save(db, vec![row]).await {
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

/// A text in both languages: by its own columns, or by the script of the one that says no language.
pub(super) fn text(row: &Row<'_>, [any, ko, en]: [&'static str; 3], max: usize) -> Result<Text, Entry> {
    let mut text = Text::new(row.bounded(ko, max)?, row.bounded(en, max)?);
    let either = row.bounded(any, max)?;
    if !either.is_empty() {
        let told = by_script(&either);
        if text.ko.is_empty() {
            text.ko = told.ko;
        }
        if text.en.is_empty() {
            text.en = told.en;
        }
    }
    Ok(text)
}

fn country(row: &Row<'_>, default: Option<&str>) -> Result<String, Entry> {
    let given = row.text_or_empty("country");
    let code = match given.to_lowercase().as_str() {
        "" => default.unwrap_or_default().to_uppercase(),
        "korea" | "south korea" | "republic of korea" | "kor" | "대한민국" | "한국" => "KR".to_owned(),
        "united states" | "united states of america" | "usa" | "u.s.a." | "미국" => "US".to_owned(),
        "canada" | "can" => "CA".to_owned(),
        "japan" | "jpn" | "일본" => "JP".to_owned(),
        "germany" | "deutschland" | "deu" => "DE".to_owned(),
        "austria" | "österreich" | "aut" => "AT".to_owned(),
        "france" | "fra" => "FR".to_owned(),
        "united kingdom" | "uk" | "gbr" | "great britain" => "GB".to_owned(),
        other => other.to_uppercase(),
    };
    if code.is_empty() {
        return Err(row.bad("country", "missing: give it with --country or in the mapping", ""));
    }
    if code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()) {
        Ok(code)
    } else {
        Err(row.bad("country", "not a country code of two letters", &given))
    }
}

/// The store's position; what cannot be one is a warning and no position.
fn point(row: &Row<'_>, country: &str) -> Option<Point> {
    let (lat, lng) = match row.text("coordinates") {
        Some(both) => {
            let (lat, lng) = both.split_once([',', ' ']).unwrap_or((&both, ""));
            (lat.trim().to_owned(), lng.trim().to_owned())
        }
        None => (row.text_or_empty("lat"), row.text_or_empty("lng")),
    };
    if lat.is_empty() && lng.is_empty() {
        row.warn("lat, lng", "no position: no search by distance will find it", "");
        return None;
    }
    let shown = format!("{lat}, {lng}");
    let (Ok(lat), Ok(lng)) = (decimal(&lat), decimal(&lng)) else {
        row.warn("lat, lng", "not numbers: taken as no position", &shown);
        return None;
    };
    match geography::position(country, lat, lng) {
        Position::Good(point) => Some(point),
        Position::Swapped(point) => {
            row.warn("lat, lng", "latitude and longitude in each other's place: put right", &shown);
            Some(point)
        }
        Position::Abroad(point) => {
            row.warn("lat, lng", "outside the store's country", &format!("{shown} is not in {country}"));
            Some(point)
        }
        Position::Impossible => {
            row.warn("lat, lng", "no place on land: taken as no position", &shown);
            None
        }
    }
}

/// `48,1374` is how a German spreadsheet writes 48.1374.
fn decimal(text: &str) -> Result<f64, std::num::ParseFloatError> {
    text.parse().or_else(|error| match text.split_once(',') {
        Some((whole, rest)) if !rest.contains([',', '.']) => format!("{whole}.{rest}").parse(),
        _ => Err(error),
    })
}

fn region(row: &Row<'_>, state: &str) -> Result<Text, Entry> {
    let told = text(row, ["region", "region_ko", "region_en"], 200)?;
    if !told.is_empty() {
        return Ok(told);
    }
    let city = row.bounded("city", 200)?;
    let parts: Vec<&str> = [city.as_str(), state].into_iter().filter(|part| !part.is_empty()).collect();
    Ok(by_script(&parts.join(", ")))
}

fn time_zone(row: &Row<'_>, country: &str, state: &str, point: Option<Point>) -> Result<String, Entry> {
    if let Some(given) = row.text("time_zone") {
        // Some files say the offset first: `GMT-07:00 America/Denver`.
        let name = given.split_whitespace().last().unwrap_or_default();
        if jiff::tz::TimeZone::get(name).is_ok() {
            return Ok(name.to_owned());
        }
        row.warn("time_zone", "not a known time zone: found by the store's place", &given);
    }
    match zones::zone(country, &state.to_uppercase(), point) {
        Some(Zone::Known(zone)) => Ok(zone.to_owned()),
        Some(Zone::Guessed(zone)) => {
            row.warn("time_zone", "guessed by longitude alone", zone);
            Ok(zone.to_owned())
        }
        None => Err(row.bad("time_zone", "missing, and the store's place does not tell it", country)),
    }
}

/// The week as JSON. What is not understood is said, and the store is then one whose hours nobody knows.
fn hours(row: &Row<'_>) -> String {
    let by_day = DAYS.iter().filter_map(|day| {
        let hours = row.text(day)?;
        // OpenStreetMap's word for a day is the first two letters of its name.
        Some(format!("{}{}: {hours}", day[..1].to_uppercase(), &day[1..]))
    });
    // A list is read as one text: its first line alone would be a silent half of the week.
    let told = row.list("hours").join("; ");
    let text = Some(told)
        .filter(|text| !text.is_empty())
        .or_else(|| hours_by_day(row))
        .unwrap_or_else(|| by_day.collect::<Vec<_>>().join("; "));
    if text.is_empty() {
        return Week::default().to_json();
    }
    match parse_hours(&text) {
        Ok((week, warnings)) => {
            for warning in warnings {
                row.warn("hours", kind_of(&warning), &warning.to_string());
            }
            week.to_json()
        }
        Err(error) => {
            row.warn("hours", "not understood: no hours are kept", &error.to_string());
            Week::default().to_json()
        }
    }
}

/// Hours as an object or a list of objects: the API's own shape, or another's.
fn hours_by_day(row: &Row<'_>) -> Option<String> {
    let Fields::Tree(tree) = &row.record().fields else { return None };
    let names = ["hours", "opening_hours", "openingHours", "business_hours", "openingHoursSpecification"];
    week::text(names.into_iter().find_map(|name| tree.get(name))?)
}

/// A warning's kind, to count by; its own words go into the value.
fn kind_of(warning: &onshelf_domain::stores::Warning) -> &'static str {
    use onshelf_domain::stores::Warning as W;
    match warning {
        W::Guessed { .. } => "neither AM nor PM: read as a shop would mean it",
        W::Odd { .. } => "possible, but hardly meant",
        W::Impossible { .. } => "hours that cannot be",
        W::Skipped { .. } => "a part not understood",
        W::Holidays { .. } => "holidays belong into dated exceptions",
        W::SaidTwice { .. } => "hours said twice for a day",
        W::DaysMissing { .. } => "days not named: taken as closed",
    }
}

fn services(row: &Row<'_>) -> String {
    let mut known = HashSet::new();
    let services: Vec<String> = row
        .list("services")
        .into_iter()
        .flat_map(|text| text.split('|').map(|part| part.trim().to_owned()).collect::<Vec<_>>())
        .filter(|service| !service.is_empty() && service.chars().count() <= 80)
        .filter(|service| known.insert(service.to_lowercase()))
        .take(100)
        .collect();
    serde_json::to_string(&services).unwrap_or_else(|_| "[]".to_owned())
}

fn status(row: &Row<'_>) -> String {
    match row.text_or_empty("status").to_lowercase().as_str() {
        "" | "open" | "active" => "open".to_owned(),
        "closed" | "permanently_closed" | "closed_permanently" | "폐점" => "closed".to_owned(),
        other => {
            row.warn("status", "neither open nor closed: taken as open", other);
            "open".to_owned()
        }
    }
}
