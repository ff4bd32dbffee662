//! Formats: each reader turns bytes into records, one at a time, with the line each began on. A record that cannot be
//! read is one rejected row; only what makes the rest of the file unreadable stops it.

mod delimited;
mod guess;
mod json;
mod jsonl;
mod lines;
mod xml;

#[cfg(test)]
mod tests;

use std::{io::BufRead, sync::Arc};

use super::{ImportError, report::Entry, source::Opened};

pub(super) use delimited::Header;
use lines::Lines;

/// Bytes of one record, or of a header.
pub(super) const MAX_RECORD: usize = 1024 * 1024;
/// Columns of one row.
pub(super) const MAX_COLUMNS: usize = 2_000;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    Csv,
    Tsv,
    /// One JSON object a line.
    #[serde(alias = "json-lines")]
    Jsonl,
    /// An array of objects, alone or inside an object.
    Json,
    /// Google's product or local-inventory feed as tab-separated text.
    GoogleTsv,
    /// Google's feed as RSS or Atom.
    GoogleXml,
}

impl Format {
    pub const ALL: [Format; 6] =
        [Format::Csv, Format::Tsv, Format::Jsonl, Format::Json, Format::GoogleTsv, Format::GoogleXml];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::Jsonl => "jsonl",
            Format::Json => "json",
            Format::GoogleTsv => "google-tsv",
            Format::GoogleXml => "google-xml",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        Format::ALL
            .into_iter()
            .find(|format| format.name() == text)
            .ok_or_else(|| format!("`{text}` is none of csv, tsv, jsonl, json, google-tsv, google-xml"))
    }
}

/// How letters are written in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    #[default]
    Utf8,
    /// EUC-KR with its Windows extension (CP949), as Korean spreadsheets save CSV.
    EucKr,
    /// As western spreadsheets save CSV; every byte is a letter of it, so it is never guessed.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

impl std::str::FromStr for Encoding {
    type Err = String;

    fn from_str(text: &str) -> Result<Encoding, String> {
        match text.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Ok(Encoding::Utf8),
            "euc-kr" | "cp949" | "ms949" => Ok(Encoding::EucKr),
            "windows-1252" | "cp1252" | "latin1" | "latin-1" | "iso-8859-1" => Ok(Encoding::Windows1252),
            _ => Err(format!("`{text}` is none of utf-8, euc-kr, windows-1252")),
        }
    }
}

impl Encoding {
    /// As `--encoding` takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::EucKr => "euc-kr",
            Encoding::Windows1252 => "windows-1252",
        }
    }

    /// The text, or why these bytes are none.
    fn decode(self, bytes: &[u8]) -> Result<String, Unreadable> {
        let text = match self {
            Encoding::Utf8 => std::str::from_utf8(bytes).map_err(|_| Unreadable::NOT_UTF8)?.to_owned(),
            Encoding::EucKr => encoding_rs::EUC_KR
                .decode_without_bom_handling_and_without_replacement(bytes)
                .ok_or(Unreadable("not EUC-KR text"))?
                .into_owned(),
            Encoding::Windows1252 => {
                encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
            }
        };
        if text.contains('\0') { Err(Unreadable("contains a NUL character")) } else { Ok(text) }
    }
}

/// Why a row in another encoding is rejected.
pub const NOT_UTF8: &str = "not UTF-8 text";

/// Why a record cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable(pub &'static str);

impl Unreadable {
    const NOT_UTF8: Unreadable = Unreadable(NOT_UTF8);
    const TOO_LONG: Unreadable = Unreadable("longer than 1 MiB");
}

/// One record and where it began.
#[derive(Debug)]
pub(super) struct Record {
    /// From 1.
    pub line: u64,
    pub fields: Fields,
}

impl Record {
    /// Bytes of memory it takes, roughly.
    pub fn weight(&self) -> usize {
        let inside = match &self.fields {
            Fields::Cells(cells) => cells.text.len() + cells.ends.len() * size_of::<usize>(),
            Fields::Tree(tree) => weight_of(tree),
        };
        size_of::<Record>() + inside
    }
}

/// Each value takes room of its own: a list of digits is many times its text.
fn weight_of(tree: &serde_json::Value) -> usize {
    use serde_json::Value;
    let inside: usize = match tree {
        Value::String(text) => text.len(),
        Value::Array(all) => all.iter().map(weight_of).sum(),
        Value::Object(all) => {
            all.iter().map(|(key, value)| size_of::<String>() + key.len() + weight_of(value)).sum()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    size_of::<Value>() + inside
}

/// A record's values, by column or by key.
#[derive(Debug)]
pub(super) enum Fields {
    Cells(Cells),
    Tree(serde_json::Value),
}

/// The cells of a row in one text.
#[derive(Debug, Default)]
pub(super) struct Cells {
    pub text: String,
    pub ends: Vec<usize>,
}

impl Cells {
    pub fn get(&self, column: usize) -> Option<&str> {
        let end = *self.ends.get(column)?;
        let start = column.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start..end)
    }
}

/// A record, or the row that could not become one.
pub(super) type Item = Result<Record, Entry>;

/// Why nothing more can be read.
#[derive(Debug)]
pub(super) struct Stop {
    pub line: u64,
    pub reason: String,
}

impl Stop {
    fn broken(line: u64, error: &std::io::Error) -> Stop {
        Stop { line, reason: format!("the file breaks off or cannot be read on: {error}") }
    }
}

/// A stream of records.
pub(super) trait Records: Send {
    fn next(&mut self) -> Result<Option<Item>, Stop>;
}

/// A reader of the file, and its header if it has columns.
pub(super) struct Reading {
    pub format: Format,
    pub encoding: Encoding,
    pub header: Option<Arc<Header>>,
    pub records: Box<dyn Records>,
}

/// How to read, where somebody has said it.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    pub format: Option<Format>,
    pub encoding: Option<Encoding>,
    pub delimiter: Option<char>,
    /// The key of the array that holds the records, or the keys that lead to it with full stops between them.
    pub records: Option<String>,
}

pub(super) fn start(opened: Opened, wish: Wish) -> Result<Reading, ImportError> {
    let format = match wish.format {
        Some(format) => format,
        None => guess::format(&opened.name, &opened.head)?,
    };
    let lines = Lines::new(opened.reader, &opened.head);
    let mut encoding = wish.encoding.unwrap_or_default();
    let mut header = None;
    let records: Box<dyn Records> = match format {
        Format::Csv | Format::Tsv | Format::GoogleTsv => {
            encoding = wish.encoding.unwrap_or_else(|| guess::encoding(&opened.head));
            let delimiter = wish.delimiter.and_then(|c| u8::try_from(c).ok());
            let rows = delimited::Rows::new(lines, format, delimiter, encoding)?;
            header = Some(rows.header());
            Box::new(rows)
        }
        Format::Jsonl => Box::new(jsonl::JsonLines::new(lines, encoding)),
        Format::Json => Box::new(json::Elements::new(lines.into_inner(), wish.records)),
        Format::GoogleXml => Box::new(xml::Items::new(lines.into_inner())),
    };
    Ok(Reading { format, encoding, header, records })
}

type Input = Box<dyn BufRead + Send>;
