//! From records to drafts: what is wrong with a row rejects that row, what is wrong with a variant that variant.

use std::hash::BuildHasher;

use onshelf_domain::catalog::{BadPrice, parse_price, read_gtin};
use onshelf_vocabulary::{Currency, Money, Sku, Text, ids::Slug};
use serde_json::Value;

use super::{
    super::{
        Kind,
        canonical::Told,
        clean::without_markup,
        mapping::{Label, OptionsFrom},
        options::by_script,
        plan::Plan,
        read::{Fields, Record},
        report::{Entry, Ledger},
        row::{MAX_NAME, Row},
        stores::text,
        value,
    },
    Products,
    attributes::{attributes, is_options},
    draft::{Draft, VariantDraft},
    sales, telling,
};

/// Characters of a description; more is cut off.
const MAX_DESCRIPTION: usize = 20_000;
const MAX_CODE: usize = 128;
/// Of one product.
const MAX_IMAGES: usize = 24;
const MAX_VARIANTS: usize = 2_000;

/// The columns of options: of the name, and of the value.
const OPTIONS: [(&str, &str); 3] =
    [("option1_name", "option1"), ("option2_name", "option2"), ("option3_name", "option3")];

const TWICE: &str = "the same SKU stands twice: the first row counts";

impl Products {
    /// One row, one variant; rows of the same code are one product.
    pub(super) fn take_flat(&mut self, plan: &Plan, record: &Record, ledger: &mut Ledger) {
        let row = Row::new(record, &plan.fields, &plan.tables);
        match self.read_flat(&row, plan) {
            Ok(()) => row.tell(ledger),
            Err(bad) => ledger.reject(bad),
        }
    }

    fn read_flat(&mut self, row: &Row<'_>, plan: &Plan) -> Result<(), Entry> {
        let code = match row.text("code") {
            Some(_) => row.bounded("code", MAX_CODE)?,
            None => sku(row)?,
        };
        if self.grouped && self.closed.contains(&hash(&code)) {
            let why = "rows of one product stand too far apart: sort the file by product";
            return Err(row.bad("code", why, &code));
        }
        let kind = row.text_or_empty("row_kind").to_lowercase();
        if kind.split([',', ' ']).any(|word| word == "variable") {
            return self.read_head(row, plan, code);
        }
        if row.text("sku").is_none() && self.add_picture(row, &code) {
            return Ok(());
        }
        if self.grouped {
            // What is wrong with its first variant takes no product from the others.
            self.opened(row, plan, &code)?;
        }
        let mut variant = self.variant(row, sku(row)?, row)?;
        if let Some(line) = self.skus.before(&variant.sku, row.line()) {
            return Err(row.bad("sku", TWICE, &format!("{}, first on line {line}", variant.sku)));
        }
        let at = self.opened(row, plan, &code)?;
        self.drafts[at].is_named |= row.text("code").is_some();
        let inherited = self.drafts[at].option_names.clone();
        // Where rows say what they are, a single product's attributes tell no variants apart.
        let is_single = !kind.is_empty() && !kind.contains("variation");
        let values = if is_single { Vec::new() } else { self.values(row, plan, None, &inherited) };
        if is_single {
            // What such a row says of its status is the product's.
            variant.status = "active";
        }
        let told = Told::new(Kind::Products, plan, row.record());
        let draft = &mut self.drafts[at];
        variant.columns = telling::variant(&told, draft.variants.is_empty());
        draft.tells_options |= telling::options(&told, plan, row.record());
        if told.any(&["images"]) {
            draft.renew("images");
        }
        // A further row of a product tells its own pictures; the first row's are the product's. Where variants have a
        // column of their own, all the others are the product's too.
        let images = |field| row.list(field).into_iter().map(String::from).collect::<Vec<String>>();
        variant.images = images("variant_images");
        if plan.fields.contains_key("variant_images") {
            draft.add_images(images("images"), MAX_IMAGES);
        } else if variant.images.is_empty() && !draft.variants.is_empty() {
            variant.images =
                Some(images("images")).filter(|images| *images != draft.images).unwrap_or_default();
        }
        variant.options = match draft.exported_options {
            Some(_) => row
                .list("option_codes")
                .iter()
                .flat_map(|codes| codes.split('|'))
                .map(str::to_owned)
                .collect(),
            None => draft.options.add(&values, &plan.mapping),
        };
        draft.variants.push(variant);
        draft.rows += 1;
        self.variants += 1;
        Ok(())
    }

    /// Where the product of this row stands, begun with it if it is the first.
    fn opened(&mut self, row: &Row<'_>, plan: &Plan, code: &str) -> Result<usize, Entry> {
        if let Some(at) = self.open.get(code) {
            return Ok(*at);
        }
        let draft = self.product(row, plan, code.to_owned())?;
        self.drafts.push(draft);
        let at = self.drafts.len() - 1;
        self.open.insert(code.to_owned(), at);
        Ok(at)
    }

    /// A row that tells a product and is none of its variants: they come in rows of their own.
    fn read_head(&mut self, row: &Row<'_>, plan: &Plan, code: String) -> Result<(), Entry> {
        if self.open.contains_key(&code) {
            return Err(row.bad("code", "the same product stands twice: the first row counts", &code));
        }
        let mut draft = self.product(row, plan, code.clone())?;
        draft.rows = 1;
        draft.is_named = true;
        self.drafts.push(draft);
        let at = self.drafts.len() - 1;
        self.open.insert(code, at);
        if let Some(record) = row.text("record") {
            self.open.insert(format!("id:{record}"), at);
        }
        Ok(())
    }

    /// A row without a SKU or a price that only tells a further picture of a product.
    fn add_picture(&mut self, row: &Row<'_>, code: &str) -> bool {
        let images: Vec<String> = row.list("images").into_iter().map(String::from).collect();
        let Some(at) = self.open.get(code).copied().filter(|_| self.grouped) else { return false };
        if images.is_empty() || row.text("price").is_some() {
            return false;
        }
        let draft = &mut self.drafts[at];
        draft.add_images(images, MAX_IMAGES);
        draft.renew("images");
        draft.rows += 1;
        true
    }

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
        if draft.variants.len() > 1 && draft.options.len() == 0 {
            row.warn("options", "several variants, and nothing tells them apart", &draft.code);
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
                    variant.images = row.list("images").into_iter().map(String::from).collect();
                    let values = self.values(&row, plan, Some(outer), &[]);
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

    fn product(&mut self, row: &Row<'_>, plan: &Plan, code: String) -> Result<Draft, Entry> {
        let name = text(row, ["name", "name_ko", "name_en"], MAX_NAME)?;
        if name.is_empty() {
            return Err(row.bad("name", "missing", ""));
        }
        let slug = row.text("slug").and_then(|slug| match Slug::new(slug.as_ref()) {
            Ok(slug) => Some(slug.to_string()),
            Err(_) => {
                row.warn("slug", "not fit for an address: made from the name", &slug);
                None
            }
        });
        let description = description(row);
        let columns = telling::product(&Told::new(Kind::Products, plan, row.record()), plan, row.record());
        self.position += 1;
        Ok(Draft {
            line: row.line(),
            slug,
            brand: text(row, ["brand", "brand_ko", "brand_en"], MAX_NAME)?,
            name,
            description,
            category: category(row),
            attributes: attributes(row, plan),
            images: row.list("images").into_iter().take(MAX_IMAGES).map(String::from).collect(),
            tags: words(row, "tags"),
            related: words(row, "related"),
            status: status(row),
            position: row.whole("position", 0, i64::from(i32::MAX))?.unwrap_or(self.position),
            code,
            option_names: OPTIONS.iter().map(|(name, _)| row.text_or_empty(name)).collect(),
            exported_options: row.text("options").filter(|text| is_options(text)).map(String::from),
            columns,
            ..Draft::default()
        })
    }

    /// What a row says of a variant; what it does not say, the product's row may.
    fn variant(&mut self, row: &Row<'_>, sku: String, outer: &Row<'_>) -> Result<VariantDraft, Entry> {
        let (price, list_amount) = self.prices(row, outer)?;
        Ok(VariantDraft {
            line: row.line(),
            sku,
            gtin: gtin(row),
            options: Vec::new(),
            images: Vec::new(),
            status: variant_status(row),
            price,
            list_amount,
            columns: Vec::new(),
        })
    }

    /// The price to pay, and the price it is lowered from.
    fn prices(&mut self, row: &Row<'_>, outer: &Row<'_>) -> Result<(Option<Money>, Option<i64>), Entry> {
        let currency = match row.text("currency").or_else(|| outer.text("currency")) {
            Some(code) => Currency::from_code(&code)
                .ok_or_else(|| row.bad("currency", "not a currency the shop can price in", &code))?,
            None => {
                self.note_odd_price(row, outer);
                self.currency
            }
        };
        let read = |row: &Row<'_>, field: &'static str| -> Result<Option<Money>, Entry> {
            let Some(text) = row.text(field) else { return Ok(None) };
            match parse_price(&text, currency) {
                Ok(money) => Ok(Some(money)),
                Err(BadPrice::Missing) => Ok(None),
                Err(bad) => Err(row.bad(field, said(bad), &text)),
            }
        };
        let either = |field| match read(row, field)? {
            Some(money) => Ok(Some(money)),
            None => read(outer, field),
        };
        let (price, sale, list) = (either("price")?, either("sale_price")?, either("list_price")?);
        if price.is_some_and(|price| price.amount == 0) {
            row.warn("price", "zero: it costs nothing", "");
        }
        // A zero is how some systems write that there is no sale.
        let sale = sale.filter(|sale| sale.amount > 0 && sales::is_on(row, outer, self.now, &self.zone));
        if price.is_none() && sale.is_none() && has_nested_price(row) {
            // Whether 1299 is cents or dollars is known to whoever made the file.
            row.warn("price", "an object with an amount: say in a mapping file what it counts", "");
        }
        let fallback = || self.price_default.as_deref().and_then(|text| parse_price(text, currency).ok());
        let (price, list) = match (price, sale) {
            (Some(full), Some(sale)) if sale.currency == full.currency && sale.amount < full.amount => {
                (Some(sale), list.or(Some(full)))
            }
            (price, sale) => (price.or(sale).or_else(fallback), list),
        };
        let list = list.zip(price).and_then(|(list, price)| {
            (list.currency == price.currency && list.amount > price.amount).then_some(list.amount)
        });
        Ok((price, list))
    }

    /// Keeps the first price that looks as if it were in another currency than the one assumed.
    fn note_odd_price(&mut self, row: &Row<'_>, outer: &Row<'_>) {
        if !self.is_assumed || self.odd_price.is_some() || self.currency.decimals() > 0 {
            return;
        }
        let texts =
            ["price", "sale_price"].into_iter().flat_map(|field| [row.text(field), outer.text(field)]);
        if let Some(text) = texts.flatten().find(|text| has_bare_decimals(text)) {
            self.odd_price = Some((row.line(), text.into_owned()));
        }
    }

    /// Option values as `(key, name, value)`.
    /// `inherited` are the names that the product's first row gave its options, in order.
    fn values(
        &self,
        row: &Row<'_>,
        plan: &Plan,
        outer: Option<&Row<'_>>,
        inherited: &[String],
    ) -> Vec<(String, Text, String)> {
        let named = |key: &str| plan.mapping.names.get(key).map_or_else(|| by_script(key), Label::text);
        let mut values = Vec::new();
        for (label, rule) in &plan.options {
            let name = label.text();
            let key = name.get(onshelf_vocabulary::Lang::En).to_lowercase();
            if let Some(value) = rule.find(row.record(), &plan.tables).texts.into_iter().next() {
                values.push((key, name, value.into_owned()));
            }
        }
        for (place, (name, value)) in OPTIONS.into_iter().enumerate() {
            let own = row.text(name).map(String::from);
            let name = own.or_else(|| inherited.get(place).filter(|name| !name.is_empty()).cloned());
            if let (Some(name), Some(value)) = (name, row.text(value)) {
                // What a shop system writes where there is nothing to choose.
                if name != "Title" || value != "Default Title" {
                    values.push((name.to_lowercase(), named(&name), value.into_owned()));
                }
            }
        }
        let tree = |row: &Row<'_>| match &row.record().fields {
            Fields::Tree(tree) => tree.clone(),
            Fields::Cells(_) => Value::Null,
        };
        match &plan.mapping.options_from {
            Some(OptionsFrom::Object { object }) => {
                if let Some(Value::Object(members)) = value::at(&tree(row), object) {
                    for (key, value) in members {
                        values.extend(first_text(value).map(|value| (key.clone(), named(key), value)));
                    }
                }
            }
            Some(OptionsFrom::Lists { names, values: column }) => {
                let (own, above) = (tree(row), outer.map_or(Value::Null, tree));
                let names = value::at(&above, names).and_then(Value::as_array).cloned().unwrap_or_default();
                let told = value::at(&own, column).and_then(Value::as_array).cloned().unwrap_or_default();
                for (name, value) in names.iter().filter_map(Value::as_str).zip(&told) {
                    values.extend(first_text(value).map(|value| (name.to_lowercase(), named(name), value)));
                }
            }
            None => {}
        }
        values.truncate(6);
        values
    }
}

pub(super) fn hash(code: &str) -> u64 {
    std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default().hash_one(code)
}

/// A number that names no currency and has one or two decimals.
fn has_bare_decimals(text: &str) -> bool {
    let text = text.trim();
    let decimals = text.rsplit_once(['.', ',']).map_or(0, |(_, decimals)| decimals.len());
    (1..=2).contains(&decimals) && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b' '))
}

fn has_nested_price(row: &Row<'_>) -> bool {
    matches!(&row.record().fields, Fields::Tree(tree) if value::at(tree, "price.amount").is_some())
}

fn first_text(value: &Value) -> Option<String> {
    let mut texts = Vec::new();
    value::leaves(value, &mut texts);
    let text = texts.into_iter().next()?.trim().to_owned();
    (!text.is_empty() && text.chars().count() <= 120).then_some(text)
}

fn sku(row: &Row<'_>) -> Result<String, Entry> {
    let text = row.required("sku")?;
    // An apostrophe keeps a spreadsheet from making a number of it.
    Sku::new(text.trim_start_matches('\'')).map(String::from).map_err(|_| {
        row.bad("sku", "not a SKU: 1 to 64 printable ASCII characters without space, comma or quotes", &text)
    })
}

/// A wrong GTIN is left out: a scanner would never find it.
fn gtin(row: &Row<'_>) -> Option<String> {
    let text = row.text("gtin")?;
    let Some(gtin) = read_gtin(text.trim_start_matches('\'')) else {
        row.warn("gtin", "not a GTIN, or its check digit is wrong: left out", &text);
        return None;
    };
    Some(gtin.display())
}

fn said(bad: BadPrice) -> &'static str {
    match bad {
        BadPrice::Missing => "missing",
        BadPrice::NotAPrice => "not a price",
        BadPrice::UnknownCurrency => "not a currency the shop can price in",
        BadPrice::TooFine => "more decimals than the currency has",
        BadPrice::Negative => "below zero",
        BadPrice::TooGreat => "greater than any price can be",
    }
}

fn description(row: &Row<'_>) -> Text {
    let mut text =
        Text::new(row.cut("description_ko", MAX_DESCRIPTION), row.cut("description_en", MAX_DESCRIPTION));
    let either = by_script(&without_markup(&row.cut("description", MAX_DESCRIPTION)));
    if text.ko.is_empty() {
        text.ko = either.ko;
    }
    if text.en.is_empty() {
        text.en = either.en;
    }
    text
}

/// A path: a list from the top down, or one text with ` > ` between its steps.
fn category(row: &Row<'_>) -> Vec<String> {
    let steps = row.list("category");
    // A feed may name several; the first counts.
    let path: Vec<String> = match steps.iter().find(|step| step.contains('>')) {
        Some(one) => one.split('>').map(|step| step.trim().to_owned()).collect(),
        None => steps.iter().map(|step| step.trim().to_owned()).collect(),
    };
    path.into_iter().filter(|step| !step.is_empty() && step.chars().count() <= 120).collect()
}

fn words(row: &Row<'_>, field: &'static str) -> Vec<String> {
    let split = |text: std::borrow::Cow<'_, str>| -> Vec<String> {
        text.split(['|', ',']).map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
    };
    row.list(field).into_iter().flat_map(split).take(50).collect()
}

/// Some systems say it in two columns, such as "Status" and "Published": what keeps a product back counts.
fn status(row: &Row<'_>) -> &'static str {
    let mut all: &'static str = "active";
    for text in row.list("status") {
        let one = match text.to_lowercase().as_str() {
            "active" | "published" | "enabled" | "true" | "yes" | "1" => "active",
            "draft" | "hidden" | "disabled" | "unpublished" | "inactive" | "false" | "no" | "0" | "-1" => {
                "draft"
            }
            "retired" | "archived" | "discontinued" => "retired",
            other => {
                row.warn("status", "not active, draft or retired: taken as draft", other);
                "draft"
            }
        };
        if all == "active" || one == "retired" {
            all = one;
        }
    }
    all
}

/// A variant is sold or it is not.
fn variant_status(row: &Row<'_>) -> &'static str {
    match row.text_or_empty("variant_status").to_lowercase().as_str() {
        "retired" | "archived" | "discontinued" | "draft" | "hidden" | "disabled" | "unpublished"
        | "inactive" | "false" | "no" | "0" | "-1" => "retired",
        _ => "active",
    }
}
