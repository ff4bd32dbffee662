//! Rows of one store and one SKU each: what they ask for, or what is wrong with them.

use onshelf_domain::stock::{Label, LabelFault, MOST_ON_HAND, is_yet_to_come, speaks_for_a_reservation};
use onshelf_vocabulary::Sku;

use super::{
    super::{
        clean::{SHORTENED, is_shortened},
        plan::Plan,
        report::Entry,
        row::Row,
    },
    Line, Stock,
    deed::Deed,
    shops::Found,
};

impl Stock {
    pub(super) fn read(&mut self, row: &Row<'_>, plan: &Plan) -> Result<Line, Entry> {
        let store = row.required("store")?;
        let store_id = self.store(row, &store)?;
        let sku = sku(row)?;
        let deed = self.deed(row, plan, store_id)?;
        let safety_stock = row.whole("safety_stock", 0, MOST_ON_HAND)?;
        let id = match &deed {
            Deed::Count { .. } | Deed::Present { .. } => (store_id, sku.as_str(), ""),
            Deed::Move { reference, .. } => (store_id, sku.as_str(), reference.as_str()),
        };
        if let Some(line) = self.seen.before(&id, row.line()) {
            let value = format!("{store} {sku}, first on line {line}");
            return Err(row.bad("sku", "the same level stands twice: the first row counts", &value));
        }
        if !self.price_told && row.text("price").is_some() {
            self.price_told = true;
            row.warn("price", "prices by store are not kept: prices come with the products", "");
        }
        let store = store.into_owned();
        Ok(Line { line: row.line(), store_id, store, sku, deed, safety_stock, notes: Vec::new() })
    }

    fn store(&self, row: &Row<'_>, store: &str) -> Result<i64, Entry> {
        match self.shops.find(store) {
            Found::Shop(id) => Ok(id),
            Found::WithoutZeros(id) => {
                row.warn(
                    "store",
                    "zeros before the code are missing: taken for the store that has them",
                    store,
                );
                Ok(id)
            }
            Found::Several => Err(row.bad("store", "several stores have this name: say the code", store)),
            Found::None => {
                Err(row.bad("store", "no such store: neither the code nor the name of one", store))
            }
        }
    }

    fn deed(&self, row: &Row<'_>, plan: &Plan, store_id: i64) -> Result<Deed, Entry> {
        let counted_at = self.counted_at(row, store_id)?;
        if let Some(mut on_hand) = row.whole("on_hand", 0, MOST_ON_HAND)? {
            let availability = row.text("availability");
            if on_hand > 0 && availability.is_some_and(|text| presence(&text) == Some(Presence::Sold)) {
                row.warn(
                    "on_hand",
                    "a quantity of what is out of stock: taken as none",
                    &on_hand.to_string(),
                );
                on_hand = 0;
            }
            return Ok(Deed::Count { on_hand, counted_at });
        }
        if let Some(delta) = row.whole("delta", -MOST_ON_HAND, MOST_ON_HAND)? {
            return movement(row, delta);
        }
        let Some(availability) = row.text("availability") else {
            return Err(row.bad("on_hand", "missing: neither a quantity nor an availability", ""));
        };
        match presence(&availability) {
            Some(Presence::There) => {
                row.warn("on_hand", "no quantity for what is in stock", &availability);
                let otherwise = plan.mapping.in_stock_quantity.unwrap_or(1).clamp(0, MOST_ON_HAND);
                Ok(Deed::Present { otherwise, counted_at })
            }
            Some(Presence::Sold | Presence::Later) => Ok(Deed::Count { on_hand: 0, counted_at }),
            None => Err(row.bad("availability", "neither in stock nor out of stock", &availability)),
        }
    }

    /// Unix milliseconds. A time without an offset is the store's own.
    pub(super) fn counted_at(&self, row: &Row<'_>, store_id: i64) -> Result<i64, Entry> {
        let Some(text) = row.text("counted_at") else { return Ok(self.now) };
        let at = moment(&text, || self.shops.time_zone(store_id)).ok_or_else(|| {
            row.bad("counted_at", "not a time such as 2026-11-28T09:30 or 2026-11-28T09:30+09:00", &text)
        })?;
        if is_yet_to_come(at, self.now) {
            return Err(row.bad("counted_at", "in the future", &text));
        }
        Ok(at)
    }
}

pub(super) fn sku(row: &Row<'_>) -> Result<String, Entry> {
    let text = row.required("sku")?;
    if is_shortened(&text) {
        return Err(row.bad("sku", SHORTENED, &text));
    }
    Sku::new(text.as_ref()).map(String::from).map_err(|_| row.bad("sku", "not a SKU", &text))
}

fn label(row: &Row<'_>, field: &'static str, bounds: Label) -> Result<String, Entry> {
    let text = row.text_or_empty(field);
    match bounds.check(&text) {
        Err(LabelFault::TooLong) => Err(row.bad(field, "too long", &text)),
        Err(LabelFault::NotOneLine) => Err(row.bad(field, "not one line of text", &text)),
        // What is to be done without one, the movement says.
        Ok(()) | Err(LabelFault::TooShort) => Ok(text.trim().to_owned()),
    }
}

fn movement(row: &Row<'_>, delta: i64) -> Result<Deed, Entry> {
    let reference = label(row, "reference", Label::REFERENCE)?;
    if reference.is_empty() {
        let why = "missing: without it the same file would be booked twice";
        return Err(row.bad("reference", why, ""));
    }
    if delta == 0 {
        return Err(row.bad("delta", "a movement of nothing", "0"));
    }
    let reason = label(row, "reason", Label::REASON)?;
    if speaks_for_a_reservation(&reason, &reference) {
        return Err(row.bad("reason", "not with a reservation's number", &reason));
    }
    let reason = if reason.is_empty() { "import".to_owned() } else { reason };
    Ok(Deed::Move { delta, reason, reference })
}

/// A day alone says no moment: whatever was sold on it would be in doubt.
fn moment(text: &str, zone: impl Fn() -> jiff::tz::TimeZone) -> Option<i64> {
    let text = text.trim();
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_millisecond());
    }
    // `2026/11/28 9:30` and `2026.11.28 09:30` are how spreadsheets write it.
    let (day, time) = text.split_once(['T', ' '])?;
    let time = time.trim();
    let zero = if time.find(':') == Some(1) { "0" } else { "" };
    let written = format!("{}T{zero}{time}", day.replace(['/', '.'], "-"));
    let at: jiff::civil::DateTime = written.parse().ok()?;
    Some(at.to_zoned(zone()).ok()?.timestamp().as_millisecond())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    There,
    Sold,
    /// Nothing is there, but it may be ordered.
    Later,
}

/// `In stock`, `in-stock`, `InStock` and `https://schema.org/InStock` are one word.
fn presence(availability: &str) -> Option<Presence> {
    let word = availability.trim().rsplit('/').next().unwrap_or_default().to_lowercase();
    Some(match word.replace([' ', '-', '_'], "").as_str() {
        "instock"
        | "limitedavailability"
        | "limited"
        | "limitedstock"
        | "lowstock"
        | "instoreonly"
        | "available"
        | "true"
        | "yes"
        | "y"
        | "재고있음"
        | "있음"
        | "판매중" => Presence::There,
        "outofstock" | "soldout" | "unavailable" | "discontinued" | "false" | "no" | "n" | "품절"
        | "일시품절" | "재고없음" | "없음" => Presence::Sold,
        "preorder" | "presale" | "backorder" | "ondisplaytoorder" | "예약판매" => Presence::Later,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn availability_is_one_word_in_many_spellings() {
        for (text, meant) in [
            ("In stock", Some(Presence::There)),
            ("https://schema.org/InStock", Some(Presence::There)),
            ("limited availability", Some(Presence::There)),
            ("OUT_OF_STOCK", Some(Presence::Sold)),
            ("품절", Some(Presence::Sold)),
            ("pre-order", Some(Presence::Later)),
            ("on display to order", Some(Presence::Later)),
            ("perhaps", None),
            ("", None),
        ] {
            assert_eq!(presence(text), meant, "{text}");
        }
    }

    #[test]
    fn a_time_without_an_offset_is_the_stores() {
        let seoul = || jiff::tz::TimeZone::get("Asia/Seoul").unwrap();
        // 2026-11-23 09:30 in Seoul.
        let at = 1_795_393_800_000;
        for text in
            ["2026-11-23T00:30:00Z", "2026-11-23T09:30+09:00", "2026-11-23 09:30", "2026/11/23 9:30:00"]
        {
            assert_eq!(moment(text, seoul), Some(at), "{text}");
        }
        for text in ["2026-11-23", "yesterday", "23.11.2026 09:30", ""] {
            assert_eq!(moment(text, seoul), None, "{text}");
        }
    }
}
