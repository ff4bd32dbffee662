//! Rows of stores: names, addresses and positions checked, hours read, the time zone found where none is given.

use std::collections::BTreeMap;

use futures::FutureExt;
use onshelf_db::{
    Db, Error, Tx, exchange,
    stores::{StoreRow, renew_stores_in},
};
use onshelf_domain::stores::{Schedule, Week, parse_hours};
use onshelf_vocabulary::{Currency, Point, StoreCode, Text};

use super::{
    ImportError, Kind, Mapping, Options,
    canonical::Told,
    geography::{self, Neighbours, Position},
    intake::{Intake, is_about_rows},
    options::by_script,
    plan::Plan,
    postcodes,
    read::{Fields, Record},
    report::{Entry, Ledger},
    row::{MAX_NAME, Row},
    seen::Seen,
    services, week,
    zones::{self, Zone},
};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// The same days where each has a column for its opening and one for its closing.
const OPENINGS: [[&str; 2]; 7] = [
    ["mon_open", "mon_close"],
    ["tue_open", "tue_close"],
    ["wed_open", "wed_close"],
    ["thu_open", "thu_close"],
    ["fri_open", "fri_close"],
    ["sat_open", "sat_close"],
    ["sun_open", "sun_close"],
];

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
        let time_zone = time_zone(row, &country, &state, &postcode.text, point)?;
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
const PLAIN: [&str; 10] = [
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

/// Where hours by day stand in JSON.
const HOURS: [&str; 5] =
    ["hours", "opening_hours", "openingHours", "business_hours", "openingHoursSpecification"];

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

fn time_zone(
    row: &Row<'_>,
    country: &str,
    state: &str,
    postcode: &str,
    point: Option<Point>,
) -> Result<String, Entry> {
    if let Some(given) = row.text("time_zone") {
        // Some files say the offset first: `GMT-07:00 America/Denver`.
        let name = given.split_whitespace().last().unwrap_or_default();
        if jiff::tz::TimeZone::get(name).is_ok() {
            return Ok(name.to_owned());
        }
        row.warn("time_zone", "not a known time zone: found by the store's place", &given);
    }
    match zones::zone(country, state, postcode, point) {
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
    // A list is read as one text: its first line alone would be a silent half of the week.
    let told = row.list("hours").join("; ");
    let text = Some(told)
        .filter(|text| !text.is_empty())
        .or_else(|| hours_by_day(row))
        .unwrap_or_else(|| hours_by_column(row));
    if text.is_empty() {
        warn_of_no_hours(row);
        return Week::default().to_json();
    }
    match parse_hours(&text) {
        Ok((week, warnings)) => {
            if week.is_empty() {
                row.warn("hours", "no hours on any day", &text);
            }
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
    let hours = HOURS.into_iter().find_map(|name| tree.get(name))?;
    for part in week::left_out(hours) {
        row.warn("hours", "a part not understood", &part);
    }
    if week::numbers_days(hours) {
        row.warn("hours", "days by number: 1 is taken for Monday, 0 and 7 for Sunday", "");
    }
    week::text(hours)
}

/// Hours by a column a day, or by two: its opening and its closing.
fn hours_by_column(row: &Row<'_>) -> String {
    let by_day = DAYS.into_iter().zip(OPENINGS).filter_map(|(day, [open, close])| {
        // A cell is one day's: what would begin a new rule goes on with this one.
        let cell = row.list(day).join(", ").replace([';', '\n', '\r', '|'], ", ");
        let hours = Some(cell)
            .filter(|cell| !cell.is_empty())
            .or_else(|| week::between(&row.text_or_empty(open), &row.text_or_empty(close)))?;
        // OpenStreetMap's word for a day is the first two letters of its name.
        Some(format!("{}{}: {hours}", day[..1].to_uppercase(), &day[1..]))
    });
    by_day.collect::<Vec<_>>().join("; ")
}

/// Says which part of a record looks like hours that have no shape that is known, or that it has none.
fn warn_of_no_hours(row: &Row<'_>) {
    let like_hours = |name: &str| {
        let name = name.to_lowercase();
        ["hour", "영업시간", "운영시간"].iter().any(|word| name.contains(word))
    };
    let unread = match &row.record().fields {
        Fields::Tree(serde_json::Value::Object(members)) => {
            members.iter().find(|(name, value)| like_hours(name) && !value.is_null())
        }
        _ => None,
    };
    match unread {
        Some((name, _)) => row.warn("hours", "not understood: no hours are kept", name),
        None => row.warn("hours", "no hours: nobody knows when it is open", ""),
    }
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
    let services = services::services(&row.list("services"));
    serde_json::to_string(&services).unwrap_or_else(|_| "[]".to_owned())
}

fn status(row: &Row<'_>) -> String {
    match row.text_or_empty("status").to_lowercase().as_str() {
        "" | "open" | "active" => "open".to_owned(),
        "closed" | "permanently_closed" | "closed_permanently" | "폐점" => "closed".to_owned(),
        "coming soon" | "coming_soon" | "temporarily closed" | "temporarily_closed" | "오픈예정"
        | "오픈 예정" | "임시휴업" | "휴점" => {
            row.warn("status", "not open now: taken as closed", &row.text_or_empty("status"));
            "closed".to_owned()
        }
        other => {
            row.warn("status", "neither open nor closed: taken as open", other);
            "open".to_owned()
        }
    }
}
