//! Which format a file is in, and how its letters are written, by its name and its first bytes.

use super::{Encoding, Format, ImportError};

pub(super) fn format(name: &str, head: &[u8]) -> Result<Format, ImportError> {
    let text = String::from_utf8_lossy(head);
    let start = text.trim_start();
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    // What stands in the file is surer than how it is called.
    match start.chars().next() {
        Some('<') => return Ok(Format::GoogleXml),
        Some('[') => return Ok(Format::Json),
        Some('{') => return Ok(json_or_lines(start, &ending)),
        _ => {}
    }
    let first = start.lines().next().unwrap_or_default();
    let tabs = first.matches('\t').count();
    match ending.as_str() {
        "csv" => Ok(Format::Csv),
        _ if tabs > 0 && is_google(first) => Ok(Format::GoogleTsv),
        "tsv" | "tab" => Ok(Format::Tsv),
        _ if tabs > 0 => Ok(Format::Tsv),
        _ if first.contains([',', ';', '|']) => Ok(Format::Csv),
        _ => Err(ImportError::Unusable(format!(
            "the format of {name} cannot be told: say it with --format (csv, tsv, jsonl, json, google-tsv, google-xml)"
        ))),
    }
}

/// Korean where the names of the columns are no UTF-8, and Hangul read as a Korean spreadsheet writes it.
pub(super) fn encoding(head: &[u8]) -> Encoding {
    let first = head.split(|byte| matches!(byte, b'\n' | b'\r')).find(|line| !line.trim_ascii().is_empty());
    let Some(first) = first.filter(|line| std::str::from_utf8(line).is_err()) else { return Encoding::Utf8 };
    let is_hangul = |letter: char| letter.is_ascii() || ('가'..='힣').contains(&letter);
    match Encoding::EucKr.decode(first) {
        Ok(text) if text.chars().all(is_hangul) && is_in_pairs(first) => Encoding::EucKr,
        _ => Encoding::Utf8,
    }
}

/// Whether high bytes come two by two, as common syllables are written: an Ä before a plain letter is none of them.
fn is_in_pairs(line: &[u8]) -> bool {
    let mut bytes = line.iter().copied();
    while let Some(byte) = bytes.next() {
        let is_pair = |second: u8| byte >= 0xA1 && second >= 0xA1;
        if !byte.is_ascii() && !bytes.next().is_some_and(is_pair) {
            return false;
        }
    }
    true
}

/// Ends of the names that tell records apart. The object around a list of records has no such member before it.
const OF_RECORDS: [&str; 6] = ["id\":", "code\":", "sku\":", "number\":", "name\":", "title\":"];

/// One object a line where the first line is a whole object.
fn json_or_lines(start: &str, ending: &str) -> Format {
    let Some((line, rest)) = start.trim_end().split_once('\n') else {
        let is_lines = matches!(ending, "jsonl" | "ndjson");
        return if !is_lines && wraps_a_list(start) { Format::Json } else { Format::Jsonl };
    };
    let whole = serde_json::from_str::<serde::de::IgnoredAny>(line).is_ok();
    if whole && (rest.trim_start().is_empty() || rest.trim_start().starts_with('{')) {
        Format::Jsonl
    } else if whole || line.trim().len() > 1 && !line.trim().ends_with(['{', '[', ',']) {
        // A broken first line is one bad row, not another format.
        Format::Jsonl
    } else {
        Format::Json
    }
}

/// Whether one long line is an object around a list, and no record that holds one.
fn wraps_a_list(line: &str) -> bool {
    let Some(list) = line.find("[{").or_else(|| line.find("[ {")) else { return false };
    let before = line[..list].to_lowercase();
    before.contains("featurecollection") || OF_RECORDS.iter().all(|end| !before.contains(end))
}

/// Whether a header has the names of Google's feed attributes.
fn is_google(header: &str) -> bool {
    let names: Vec<String> = header
        .split('\t')
        .map(|name| name.trim().trim_start_matches("g:").to_lowercase().replace(' ', "_"))
        .collect();
    let has = |name: &str| names.iter().any(|other| other == name);
    has("id") && (has("title") && (has("image_link") || has("availability")) || has("store_code"))
}
