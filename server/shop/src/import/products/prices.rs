//! What a variant costs: its price, the one of a sale that is on, and the one it is lowered from.

use onshelf_domain::catalog::{BadPrice, parse_price};
use onshelf_vocabulary::{Currency, Money};

use super::{
    super::{read::Fields, report::Entry, row::Row, value},
    Products, sales,
};

impl Products {
    /// The price to pay, and the price it is lowered from.
    pub(super) fn prices(
        &mut self,
        row: &Row<'_>,
        outer: &Row<'_>,
    ) -> Result<(Option<Money>, Option<i64>), Entry> {
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

fn said(bad: BadPrice) -> &'static str {
    match bad {
        BadPrice::Missing => "missing",
        BadPrice::NotAPrice => "not a price",
        BadPrice::UnknownCurrency => "not a currency the shop can price in",
        BadPrice::TooFine => "more decimals than the currency has: if it is in another, say --currency",
        BadPrice::Negative => "below zero",
        BadPrice::TooGreat => "greater than any price can be",
    }
}
