//! The database as files: stores, products, stock and reservations, page by page, under the column names that an
//! import of the same kind understands. It must not know terminals or HTTP.

use std::{
    collections::{BTreeMap, HashMap},
    io::Write,
};

use onshelf_db::{
    Db, exchange,
    stock::LevelKey,
    stores::{STORE_COLUMNS, StoreRow},
};
use onshelf_vocabulary::Currency;
use serde_json::{Map, Value, json};

use crate::import::neutralised;

/// Rows in memory at once.
const PAGE: i64 = 1_000;

/// What to export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Stores,
    /// One row a variant; `code` says which product it is of.
    Products,
    Stock,
    /// One row a line.
    Reservations,
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Kind, String> {
        match text {
            "stores" => Ok(Kind::Stores),
            "products" => Ok(Kind::Products),
            "stock" => Ok(Kind::Stock),
            "reservations" => Ok(Kind::Reservations),
            _ => Err(format!("`{text}` is none of stores, products, stock, reservations")),
        }
    }
}

/// How the table is written, in UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Cells that a spreadsheet would take for a formula begin with an apostrophe, which an import takes off again.
    Csv,
    Jsonl,
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        match text {
            "csv" => Ok(Format::Csv),
            "jsonl" => Ok(Format::Jsonl),
            _ => Err(format!("`{text}` is none of csv, jsonl")),
        }
    }
}

/// Why not all of it was written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Database(#[from] onshelf_db::Error),
    #[error("the file cannot be written: {0}")]
    Unwritable(#[from] std::io::Error),
}

/// Writes a table; answers how many rows. `progress` is told after each page.
pub async fn run(
    db: &Db,
    kind: Kind,
    format: Format,
    out: &mut (dyn Write + Send),
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<u64, ExportError> {
    let mut sheet = Sheet { out, format, columns: columns(kind), rows: 0 };
    sheet.begin()?;
    let mut reader = db.reader().await?;
    let mut tx = reader.tx();
    match kind {
        Kind::Stores => {
            let mut last = 0;
            loop {
                let page = exchange::stores_after(&mut tx, last, PAGE).await?;
                let Some(end) = page.last() else { break };
                last = end.id;
                page.into_iter().try_for_each(|row| sheet.row(store(row)))?;
                progress(sheet.rows);
            }
        }
        Kind::Products => {
            let mut last = 0;
            while let Some((end, rows)) = products(&mut tx, last).await? {
                last = end;
                rows.into_iter().try_for_each(|row| sheet.row(row))?;
                progress(sheet.rows);
            }
        }
        Kind::Stock => {
            let mut last = LevelKey { store_id: 0, variant_id: 0 };
            loop {
                let page = exchange::stock_after(&mut tx, last, PAGE).await?;
                let Some(end) = page.last() else { break };
                last = LevelKey { store_id: end.store_id, variant_id: end.variant_id };
                for row in page {
                    sheet.row(json!({
                        "store": row.store, "sku": row.sku, "on_hand": row.on_hand, "held": row.held,
                        "safety_stock": row.safety_stock, "counted_at": time(row.checked_at),
                    }))?;
                }
                progress(sheet.rows);
            }
        }
        Kind::Reservations => {
            let mut last = (0, -1);
            loop {
                let page = exchange::reserved_after(&mut tx, last.0, last.1, PAGE).await?;
                let Some(end) = page.last() else { break };
                last = (end.id, end.position);
                page.into_iter().try_for_each(|row| sheet.row(reserved(&row)))?;
                progress(sheet.rows);
            }
        }
    }
    sheet.out.flush()?;
    Ok(sheet.rows)
}

fn columns(kind: Kind) -> Vec<&'static str> {
    match kind {
        // What an import of stores sets, each under its own name.
        Kind::Stores => [&["code"][..], STORE_COLUMNS].concat(),
        Kind::Products => vec![
            "code",
            "sku",
            "gtin",
            "slug",
            "name_ko",
            "name_en",
            "brand_ko",
            "brand_en",
            "category",
            "description_ko",
            "description_en",
            "price",
            "list_price",
            "currency",
            "option1_name",
            "option1_value",
            "option2_name",
            "option2_value",
            "option3_name",
            "option3_value",
            "options",
            "option_codes",
            "images",
            "variant_images",
            "variant_status",
            "attributes",
            "tags",
            "related",
            "status",
            "position",
        ],
        Kind::Stock => vec!["store", "sku", "on_hand", "held", "safety_stock", "counted_at"],
        Kind::Reservations => vec![
            "number",
            "store",
            "status",
            "name",
            "email",
            "phone",
            "sku",
            "quantity",
            "price",
            "currency",
            "placed_at",
            "ready_by",
            "expires_at",
            "ended_at",
        ],
    }
}

/// Writes what staff, partners and operators did since a moment (Unix milliseconds); answers how many lines.
pub async fn trail(
    db: &Db,
    since: i64,
    format: Format,
    out: &mut (dyn Write + Send),
) -> Result<u64, ExportError> {
    let columns = vec!["at", "actor", "login", "deed", "subject"];
    let mut sheet = Sheet { out, format, columns, rows: 0 };
    sheet.begin()?;
    let mut reader = db.reader().await?;
    let mut tx = reader.tx();
    let mut last = 0;
    loop {
        let page = onshelf_db::staff::trail_after(&mut tx, last, since, PAGE).await?;
        let Some(end) = page.last() else { break };
        last = end.id;
        for row in page {
            sheet.row(json!({
                "at": time(row.at), "actor": row.actor, "login": row.login, "deed": row.deed,
                "subject": row.subject,
            }))?;
        }
    }
    sheet.out.flush()?;
    Ok(sheet.rows)
}

/// A file in the making.
struct Sheet<'w> {
    out: &'w mut (dyn Write + Send),
    format: Format,
    columns: Vec<&'static str>,
    rows: u64,
}

impl Sheet<'_> {
    fn begin(&mut self) -> Result<(), ExportError> {
        if self.format == Format::Csv {
            let names: Vec<String> = self.columns.iter().map(|name| (*name).to_owned()).collect();
            self.record(&names)?;
        }
        Ok(())
    }

    fn row(&mut self, row: Value) -> Result<(), ExportError> {
        let Value::Object(mut members) = row else { return Ok(()) };
        self.rows += 1;
        match self.format {
            Format::Jsonl => {
                let told: Map<String, Value> = self
                    .columns
                    .iter()
                    .filter_map(|name| Some(((*name).to_owned(), members.remove(*name)?)))
                    .filter(|(_, value)| !value.is_null() && value.as_str() != Some(""))
                    .collect();
                writeln!(self.out, "{}", Value::Object(told))?;
                Ok(())
            }
            Format::Csv => {
                let cells: Vec<String> = self
                    .columns
                    .iter()
                    .map(|name| members.remove(*name).map_or_else(String::new, cell))
                    .collect();
                self.record(&cells)
            }
        }
    }

    fn record(&mut self, cells: &[String]) -> Result<(), ExportError> {
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        let cells = cells.iter().map(|cell| neutralised(cell).into_owned());
        writer.write_record(cells).map_err(std::io::Error::other)?;
        let bytes = writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
        self.out.write_all(&bytes)?;
        Ok(())
    }
}

fn cell(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Array(list) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("|")
        }
        other => other.to_string(),
    }
}

/// JSON that is kept as text; a text that is none stays a text.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// Milliseconds since 1970 as what leaves the house says them: RFC 3339 in UTC.
pub(crate) fn time(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| String::new(), |at| at.to_string())
}

/// In whole units, as an import reads it.
fn price(amount: i64, currency: &str) -> String {
    let decimals = Currency::from_code(currency).map_or(0, Currency::decimals);
    let unit = 10i64.pow(decimals);
    match decimals {
        0 => amount.to_string(),
        _ => format!("{}.{:02}", amount / unit, amount % unit),
    }
}

fn store(row: StoreRow) -> Value {
    json!({
        "code": row.code, "name_ko": row.name_ko, "name_en": row.name_en, "address_ko": row.address_ko,
        "address_en": row.address_en, "postcode": row.postcode, "region_ko": row.region_ko,
        "region_en": row.region_en, "country": row.country, "lat": row.lat, "lng": row.lng, "phone": row.phone,
        "time_zone": row.time_zone, "services": parsed(&row.services),
        // Hours and exceptions are texts of JSON, as the import of stores takes them.
        "hours": row.hours, "exceptions": row.exceptions, "lead_minutes": row.lead_minutes,
        "cutoff_minutes": row.cutoff_minutes, "keep_days": row.keep_days, "currency": row.currency,
        "note_ko": row.note_ko, "note_en": row.note_en, "status": row.status,
        "kind": row.kind, "window_capacity": row.window_capacity,
    })
}

fn reserved(row: &exchange::ReservedRow) -> Value {
    json!({
        "number": row.number, "store": row.store, "status": row.status, "name": row.name, "email": row.email,
        "phone": row.phone, "sku": row.sku, "quantity": row.quantity, "price": price(row.price, &row.currency),
        "currency": row.currency, "placed_at": time(row.placed_at), "ready_by": time(row.ready_by),
        "expires_at": time(row.expires_at), "ended_at": row.ended_at.map(time),
    })
}

/// A page of products as rows of variants, and the id of its last product.
async fn products(tx: &mut onshelf_db::Tx<'_>, after: i64) -> Result<Option<(i64, Vec<Value>)>, ExportError> {
    let page = exchange::products_after(tx, after, PAGE).await?;
    let (Some(first), Some(last)) = (page.first().map(|row| row.id), page.last().map(|row| row.id)) else {
        return Ok(None);
    };
    let mut variants: BTreeMap<i64, Vec<_>> = BTreeMap::new();
    for variant in exchange::variants_between(tx, first, last).await? {
        variants.entry(variant.product_id).or_default().push(variant);
    }
    let prices: HashMap<i64, _> = exchange::prices_between(tx, first, last)
        .await?
        .into_iter()
        .rev()
        .map(|price| (price.variant_id, price))
        .collect();
    let mut rows = Vec::new();
    for product in page {
        let (options, tags, related) =
            (parsed(&product.options), parsed(&product.tags), parsed(&product.related));
        for variant in variants.remove(&product.id).unwrap_or_default() {
            let paid = prices.get(&variant.id);
            let mut row = json!({
                "code": product.code, "sku": variant.sku, "gtin": variant.gtin, "slug": product.slug,
                "name_ko": product.name_ko, "name_en": product.name_en, "brand_ko": product.brand_ko,
                "brand_en": product.brand_en, "category": product.category,
                "description_ko": product.description_ko, "description_en": product.description_en,
                "price": paid.map(|paid| price(paid.amount, &paid.currency)),
                "list_price": paid.and_then(|paid| Some(price(paid.list_amount?, &paid.currency))),
                "currency": paid.map(|paid| paid.currency.clone()),
                "options": product.options, "option_codes": parsed(&variant.options), "images": product.images,
                "variant_images": variant.images, "variant_status": variant.status,
                "attributes": product.attributes, "tags": tags, "related": related, "status": product.status,
                "position": product.position,
            });
            add_options(&mut row, &options, &parsed(&variant.options));
            rows.push(row);
        }
    }
    Ok(Some((last, rows)))
}

/// `option1_name`, `option1_value` and so on, by the words a shopper reads.
fn add_options(row: &mut Value, options: &Value, chosen: &Value) {
    let said = |text: &Value| {
        let one = |lang: &str| text.get(lang).and_then(Value::as_str).filter(|text| !text.is_empty());
        one("en").or_else(|| one("ko")).unwrap_or_default().to_owned()
    };
    let (Some(options), Some(chosen)) = (options.as_array(), chosen.as_array()) else { return };
    for (at, (option, code)) in options.iter().zip(chosen).take(3).enumerate() {
        let values = option.get("values").and_then(Value::as_array);
        let value = values.and_then(|values| values.iter().find(|value| value.get("code") == Some(code)));
        row[format!("option{}_name", at + 1)] =
            Value::String(option.get("name").map(said).unwrap_or_default());
        row[format!("option{}_value", at + 1)] = Value::String(value.map(said).unwrap_or_default());
    }
}
