//! Which store a file means: by its code, else by its name, and by a code that a spreadsheet took the zeros from.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use onshelf_db::exchange::StoreCodeRow;

pub(super) struct Shops {
    by_code: HashMap<String, i64>,
    /// None where several stores share a name.
    by_name: HashMap<String, Option<i64>>,
    by_digits: HashMap<String, Option<i64>>,
    zones: HashMap<i64, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Shop(i64),
    WithoutZeros(i64),
    /// Stores that share the name.
    Several,
    None,
}

impl Shops {
    pub fn new(rows: Vec<StoreCodeRow>) -> Shops {
        let mut shops = Shops {
            by_code: HashMap::new(),
            by_name: HashMap::new(),
            by_digits: HashMap::new(),
            zones: HashMap::new(),
        };
        for row in rows {
            for name in [&row.code, &row.name_ko, &row.name_en] {
                note(&mut shops.by_name, plain(name), row.id);
            }
            if row.code.starts_with('0') && row.code.bytes().all(|byte| byte.is_ascii_digit()) {
                note(&mut shops.by_digits, row.code.trim_start_matches('0').to_owned(), row.id);
            }
            shops.zones.insert(row.id, row.time_zone);
            shops.by_code.insert(row.code, row.id);
        }
        shops
    }

    pub fn find(&self, store: &str) -> Found {
        if let Some(id) = self.by_code.get(store) {
            return Found::Shop(*id);
        }
        match self.by_name.get(&plain(store)) {
            Some(Some(id)) => return Found::Shop(*id),
            Some(None) => return Found::Several,
            None => {}
        }
        match self.by_digits.get(store) {
            Some(Some(id)) => Found::WithoutZeros(*id),
            _ => Found::None,
        }
    }

    pub fn time_zone(&self, store_id: i64) -> TimeZone {
        let name = self.zones.get(&store_id).map_or("UTC", String::as_str);
        TimeZone::get(name).unwrap_or(TimeZone::UTC)
    }
}

fn note(known: &mut HashMap<String, Option<i64>>, name: String, id: i64) {
    if name.is_empty() {
        return;
    }
    let one = known.entry(name).or_insert(Some(id));
    if *one != Some(id) {
        *one = None;
    }
}

/// Without capitals and spaces.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shops(rows: &[(i64, &str, &str, &str)]) -> Shops {
        let row = |(id, code, ko, en): &(i64, &str, &str, &str)| StoreCodeRow {
            id: *id,
            code: (*code).to_owned(),
            name_ko: (*ko).to_owned(),
            name_en: (*en).to_owned(),
            time_zone: "Asia/Seoul".to_owned(),
            stocked: 0,
        };
        Shops::new(rows.iter().map(row).collect())
    }

    #[test]
    fn a_store_is_found_by_its_code_before_its_name() {
        let shops = shops(&[
            (1, "seongsu", "성수점", "Seongsu"),
            (2, "0012", "강남 점", ""),
            (3, "b1", "Seoul", "Mall"),
            (4, "b2", "", "mall"),
            (5, "mall-5", "성수", "0012"),
        ]);
        for (text, found) in [
            ("seongsu", Found::Shop(1)),
            ("SEONGSU", Found::Shop(1)),
            ("성수점", Found::Shop(1)),
            ("강남점", Found::Shop(2)),
            ("0012", Found::Shop(2)),
            ("12", Found::WithoutZeros(2)),
            ("Mall", Found::Several),
            ("nowhere", Found::None),
            ("", Found::None),
        ] {
            assert_eq!(shops.find(text), found, "{text}");
        }
    }
}
