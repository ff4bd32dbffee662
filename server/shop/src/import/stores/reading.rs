//! Rows of stores: what each says of a store, or what is wrong with it.

use onshelf_db::stores::StoreRow;
use onshelf_domain::stores::Schedule;
use onshelf_vocabulary::{Currency, Point, StoreCode, Text, stores::StoreKind};

use super::{
    super::{
        options::by_script,
        postcodes,
        report::Entry,
        row::{MAX_NAME, Row},
        services,
        zones::{self, Zone},
    },
    Stores,
    hours::hours,
    position::point,
};

impl Stores {
    pub(super) fn read(&mut self, row: &Row<'_>) -> Result<StoreRow, Entry> {
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
            kind: kind(row).code().to_owned(),
            window_capacity: row.whole("window_capacity", 1, 10_000)?,
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
}

/// A text in both languages: by its own columns, or by the script of the one that says no language.
pub(in crate::import) fn text(
    row: &Row<'_>,
    [any, ko, en]: [&'static str; 3],
    max: usize,
) -> Result<Text, Entry> {
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

fn services(row: &Row<'_>) -> String {
    let services = services::services(&row.list("services"));
    serde_json::to_string(&services).unwrap_or_else(|_| "[]".to_owned())
}

/// Whatever is not called a warehouse is a store: files have many words for the kinds of those.
fn kind(row: &Row<'_>) -> StoreKind {
    let told = row.text_or_empty("kind").to_lowercase();
    let word: String = told.chars().filter(|c| c.is_alphanumeric()).collect();
    match word.as_str() {
        "warehouse" | "depot" | "dc" | "distributioncenter" | "distributioncentre" | "fulfillmentcenter"
        | "fulfilmentcentre" | "lager" | "zentrallager" | "창고" | "물류창고" | "물류센터" | "배송센터"
        | "풀필먼트센터" => StoreKind::Warehouse,
        _ => StoreKind::Store,
    }
}

fn status(row: &Row<'_>) -> String {
    match row.text_or_empty("status").to_lowercase().as_str() {
        "" | "open" | "active" | "operational" | "true" | "yes" | "y" | "1" | "영업" | "영업중" | "운영"
        | "운영중" => "open".to_owned(),
        "closed" | "permanently_closed" | "closed_permanently" | "inactive" | "false" | "no" | "n" | "0"
        | "폐점" | "폐업" => "closed".to_owned(),
        "coming soon" | "coming_soon" | "temporarily closed" | "temporarily_closed" | "오픈예정"
        | "오픈 예정" | "임시휴업" | "휴점" | "휴업" => {
            row.warn("status", "not open now: taken as closed", &row.text_or_empty("status"));
            "closed".to_owned()
        }
        other => {
            row.warn("status", "neither open nor closed: taken as open", other);
            "open".to_owned()
        }
    }
}
