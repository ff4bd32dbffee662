//! Which format a file is in, by its name and its first bytes.

use super::{Format, ImportError};

pub(super) fn format(name: &str, head: &[u8]) -> Result<Format, ImportError> {
    let text = String::from_utf8_lossy(head);
    let start = text.trim_start();
    // What stands in the file is surer than how it is called.
    match start.chars().next() {
        Some('<') => return Ok(Format::GoogleXml),
        Some('[') => return Ok(Format::Json),
        Some('{') => return Ok(json_or_lines(start)),
        _ => {}
    }
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
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

/// One object a line where the first line is a whole object.
fn json_or_lines(start: &str) -> Format {
    let Some((line, rest)) = start.split_once('\n') else {
        // One long line: an object that holds a list begins with a key and a bracket.
        let wraps = start.find('[').is_some_and(|bracket| !start[..bracket].contains(','));
        return if wraps { Format::Json } else { Format::Jsonl };
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

/// Whether a header has the names of Google's feed attributes.
fn is_google(header: &str) -> bool {
    let names: Vec<String> = header
        .split('\t')
        .map(|name| name.trim().trim_start_matches("g:").to_lowercase().replace(' ', "_"))
        .collect();
    let has = |name: &str| names.iter().any(|other| other == name);
    has("id") && (has("title") && (has("image_link") || has("availability")) || has("store_code"))
}
