//! Single fields of a product or a variant: SKU, GTIN, description, category, pictures, words and whether it is sold.

use onshelf_domain::catalog::read_gtin;
use onshelf_vocabulary::{Sku, Text};

use super::super::{
    clean::{SHORTENED, is_shortened, without_markup},
    options::by_script,
    report::Entry,
    row::Row,
};

/// Characters of a description; more is cut off.
const MAX_DESCRIPTION: usize = 20_000;

pub(super) fn sku(row: &Row<'_>) -> Result<String, Entry> {
    let text = row.required("sku")?;
    if is_shortened(&text) {
        return Err(row.bad("sku", SHORTENED, &text));
    }
    // An apostrophe keeps a spreadsheet from making a number of it.
    Sku::new(text.trim_start_matches('\'')).map(String::from).map_err(|_| {
        row.bad("sku", "not a SKU: 1 to 64 printable ASCII characters without space, comma or quotes", &text)
    })
}

/// A wrong GTIN is left out: a scanner would never find it.
pub(super) fn gtin(row: &Row<'_>) -> Option<String> {
    let text = row.text("gtin")?;
    let Some(gtin) = read_gtin(text.trim_start_matches('\'')) else {
        let why =
            if is_shortened(&text) { SHORTENED } else { "not a GTIN, or its check digit is wrong: left out" };
        row.warn("gtin", why, &text);
        return None;
    };
    Some(gtin.display())
}

pub(super) fn description(row: &Row<'_>) -> Text {
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
pub(super) fn category(row: &Row<'_>) -> Vec<String> {
    let steps = row.list("category");
    // A feed may name several; the first counts.
    let path: Vec<String> = match steps.iter().find(|step| step.contains('>')) {
        Some(one) => one.split('>').map(|step| step.trim().to_owned()).collect(),
        None => steps.iter().map(|step| step.trim().to_owned()).collect(),
    };
    path.into_iter().filter(|step| !step.is_empty() && step.chars().count() <= 120).collect()
}

pub(super) fn words(row: &Row<'_>, field: &'static str) -> Vec<String> {
    let split = |text: std::borrow::Cow<'_, str>| -> Vec<String> {
        text.split(['|', ',']).map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
    };
    row.list(field).into_iter().flat_map(split).take(50).collect()
}

/// Pictures, of which one cell may name several.
pub(super) fn pictures(row: &Row<'_>, field: &'static str) -> Vec<String> {
    row.list(field).iter().flat_map(|cell| addresses(cell)).collect()
}

/// Addresses are parted where the next one begins, as a comma may stand in one; paths only by a bar.
fn addresses(cell: &str) -> Vec<String> {
    let parts = |sign: char| sign.is_whitespace() || matches!(sign, ',' | ';' | '|');
    let begins = |at: &usize| {
        let is_address = cell[*at..].starts_with("http://") || cell[*at..].starts_with("https://");
        is_address && cell[..*at].chars().next_back().is_none_or(parts)
    };
    let starts: Vec<usize> = cell.match_indices("http").map(|(at, _)| at).filter(begins).collect();
    if starts.first() == Some(&0) {
        let ends = starts.iter().copied().skip(1).chain([cell.len()]);
        let all = starts.iter().zip(ends).map(|(start, end)| cell[*start..end].trim_end_matches(parts));
        return all.map(str::to_owned).collect();
    }
    if cell.starts_with('[') {
        return vec![cell.to_owned()];
    }
    cell.split('|').map(|path| path.trim().to_owned()).filter(|path| !path.is_empty()).collect()
}

/// Some systems say it in two columns, such as "Status" and "Published": what keeps a product back counts.
pub(super) fn status(row: &Row<'_>) -> &'static str {
    let mut all: &'static str = "active";
    for text in row.list("status") {
        let one = match text.to_lowercase().as_str() {
            "active" | "published" | "enabled" | "visible" | "true" | "yes" | "y" | "1" | "판매"
            | "판매중" | "판매함" | "진열" | "진열중" | "진열함" | "전시" | "전시중" | "노출" => {
                "active"
            }
            // Whether there is any left is told by its stock.
            "품절" | "일시품절" | "sold out" | "out of stock" => "active",
            "draft" | "hidden" | "disabled" | "unpublished" | "inactive" | "false" | "no" | "n" | "0"
            | "-1" | "판매중지" | "판매안함" | "판매대기" | "미진열" | "진열안함" | "전시중지" | "숨김" => {
                "draft"
            }
            "retired" | "archived" | "discontinued" | "판매종료" | "단종" => "retired",
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
pub(super) fn variant_status(row: &Row<'_>) -> &'static str {
    match row.text_or_empty("variant_status").to_lowercase().as_str() {
        "retired" | "archived" | "discontinued" | "draft" | "hidden" | "disabled" | "unpublished"
        | "inactive" | "false" | "no" | "0" | "-1" => "retired",
        _ => "active",
    }
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn a_cell_may_name_several_pictures() {
        for (cell, named) in [
            ("https://x.example/a.jpg", vec!["https://x.example/a.jpg"]),
            (
                "https://x.example/a,b.jpg, https://x.example/c.jpg",
                vec!["https://x.example/a,b.jpg", "https://x.example/c.jpg"],
            ),
            (
                "http://x.example/a.jpg|https://x.example/?u=http://y",
                vec!["http://x.example/a.jpg", "https://x.example/?u=http://y"],
            ),
            ("front.jpg|back.jpg", vec!["front.jpg", "back.jpg"]),
            ("one, two.jpg", vec!["one, two.jpg"]),
            ("[{\"src\":\"/a|b\"}]", vec!["[{\"src\":\"/a|b\"}]"]),
        ] {
            assert_eq!(addresses(cell), named, "{cell}");
        }
    }
}
