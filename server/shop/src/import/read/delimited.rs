//! CSV and tab-separated text, read strictly: an unclosed or stray quote costs its own line and not the rest of the
//! file, which is why the rows are split here and not by a reader that joins lines until a quote closes.

use std::{collections::HashMap, sync::Arc};

use onshelf_domain::catalog::parse_price;
use onshelf_vocabulary::Currency;

use super::{
    Cells, Encoding, Entry, Fields, Format, ImportError, Item, MAX_COLUMNS, MAX_RECORD, Record, Records,
    Stop, Unreadable, lines,
};
use lines::{Lines, Taken, trimmed};

/// The names of the columns.
#[derive(Debug, Default)]
pub struct Header {
    /// As they stand in the file.
    pub names: Vec<String>,
    by_name: HashMap<String, usize>,
    /// Columns by their names without what they count, and the currency where it is one.
    by_bare_name: HashMap<String, (usize, String)>,
}

/// A row with the line it began on, or why it cannot be taken.
type NumberedRow = Result<(u64, Cells), Entry>;

impl Header {
    pub(in crate::import) fn new(names: Vec<String>) -> Header {
        let mut by_name = HashMap::with_capacity(names.len());
        let mut by_bare_name = HashMap::new();
        for (column, name) in names.iter().enumerate() {
            // Of two columns of one name the first counts.
            by_name.entry(plain(name)).or_insert(column);
            if let Some((bare, unit)) = parted(name) {
                by_bare_name.entry(plain(bare)).or_insert((column, unit.to_owned()));
            }
        }
        Header { names, by_name, by_bare_name }
    }

    /// The column of this name, whatever its capitals, spaces and hyphens.
    pub(in crate::import) fn column(&self, name: &str) -> Option<usize> {
        self.by_name.get(&plain(name)).copied()
    }

    /// The column of this name, also where brackets after it say what it counts; and the currency that they say.
    pub(in crate::import) fn column_with_unit(&self, name: &str) -> Option<(usize, &str)> {
        let bare = || self.by_bare_name.get(&plain(name)).map(|(column, unit)| (*column, unit.as_str()));
        self.column(name).map(|column| (column, "")).or_else(bare)
    }
}

/// A name and what its numbers count where its end says so: `Price (KRW)`, `Price USD`, `판매가(원)`, `재고(개)`. Other
/// words are a part of the name: `Price (wholesale)` is no price to ask for.
fn parted(name: &str) -> Option<(&str, &str)> {
    let (bare, unit) = match name.trim().strip_suffix([')', ']']) {
        Some(inside) => inside.rsplit_once(['(', '['])?,
        None => name.trim().rsplit_once([' ', '_']).filter(|(_, unit)| unit.len() == 3)?,
    };
    let (bare, unit) = (bare.trim(), unit.trim());
    let is_currency = unit.contains(|c: char| c.is_alphabetic() || "₩$€£¥".contains(c))
        && parse_price(&format!("1 {unit}"), Currency::Krw).is_ok();
    let is_count = ["개", "ea", "pcs"].iter().any(|word| unit.eq_ignore_ascii_case(word));
    (!bare.is_empty() && (is_currency || is_count)).then_some((bare, if is_currency { unit } else { "" }))
}

/// `Store Code`, `store-code` and `g:store_code` are one name.
pub(in crate::import) fn plain(name: &str) -> String {
    let name = name.trim().trim_start_matches("g:").to_lowercase();
    name.chars().map(|c| if c.is_whitespace() || c == '-' { '_' } else { c }).collect()
}

pub(super) struct Rows {
    lines: Lines,
    header: Arc<Header>,
    delimiter: u8,
    encoding: Encoding,
    /// Where a quote that does not fit is taken as a letter, as tab-separated files have them.
    lenient: bool,
    line: Vec<u8>,
}

impl Rows {
    pub fn new(
        mut lines: Lines,
        format: Format,
        delimiter: Option<u8>,
        encoding: Encoding,
    ) -> Result<Rows, ImportError> {
        let mut first = header_line(&mut lines)?;
        let mut delimiter = delimiter;
        if let Some(said) = said_delimiter(&first) {
            delimiter = Some(delimiter.unwrap_or(said));
            first = header_line(&mut lines)?;
        }
        let tabs = format != Format::Csv;
        let delimiter = delimiter.unwrap_or_else(|| if tabs { b'\t' } else { likeliest_delimiter(&first) });
        if first.iter().filter(|byte| **byte == delimiter).count() >= MAX_COLUMNS {
            return Err(ImportError::Unusable(format!("the header has more than {MAX_COLUMNS} columns")));
        }
        let mut rows =
            Rows { lines, header: Arc::default(), delimiter, encoding, lenient: tabs, line: Vec::new() };
        rows.lines.hand_back(vec![first]);
        match rows.row() {
            Ok(Some(Ok((_, cells)))) => {
                let names = (0..cells.ends.len()).filter_map(|at| cells.get(at)).map(|n| n.trim().to_owned());
                rows.header = Arc::new(Header::new(names.collect()));
                Ok(rows)
            }
            Ok(Some(Err(bad))) => {
                let hint = if bad.reason == Unreadable::NOT_UTF8.0 {
                    ": save it as UTF-8, or say --encoding euc-kr (a Korean spreadsheet) or windows-1252 (a western one)"
                } else {
                    ""
                };
                Err(ImportError::Unusable(format!("the header cannot be read: {}{hint}", bad.reason)))
            }
            Ok(None) => Err(ImportError::Empty),
            Err(stop) => Err(ImportError::Unusable(stop.reason)),
        }
    }

    pub fn header(&self) -> Arc<Header> {
        Arc::clone(&self.header)
    }

    /// The next row that is not blank, and the line it began on.
    fn row(&mut self) -> Result<Option<NumberedRow>, Stop> {
        let mut line = std::mem::take(&mut self.line);
        let outcome = loop {
            let taken =
                self.lines.read(&mut line).map_err(|error| Stop::broken(self.lines.number, &error))?;
            match taken {
                Taken::End => break None,
                Taken::TooLong => {
                    break Some(Err(Entry::unreadable(self.lines.number, Unreadable::TOO_LONG, &line)));
                }
                Taken::Line if trimmed(&line).iter().all(u8::is_ascii_whitespace) => {}
                Taken::Line => break Some(self.row_from(&line)?),
            }
        };
        self.line = line;
        Ok(outcome)
    }

    fn row_from(&mut self, first: &[u8]) -> Result<Result<(u64, Cells), Entry>, Stop> {
        let number = self.lines.number;
        let bad = |reason| Entry::unreadable(number, reason, first);
        let mut splitter = Splitter::new(self.delimiter);
        let mut state = splitter.feed(first);
        let mut more: Vec<Vec<u8>> = Vec::new();
        let mut length = first.len();
        while state == State::Quoted {
            let mut next = Vec::new();
            let taken =
                self.lines.read(&mut next).map_err(|error| Stop::broken(self.lines.number, &error))?;
            length += next.len();
            if taken != Taken::Line || length > MAX_RECORD {
                if taken != Taken::End {
                    more.push(next);
                }
                break;
            }
            state = splitter.feed(&next);
            more.push(next);
        }
        if matches!(state, State::Quoted | State::Stray) {
            // The lines that were looked at in search of the closing quote are rows of their own.
            self.lines.hand_back(more);
            if !self.lenient {
                let reason =
                    if state == State::Quoted { "a quote that is never closed" } else { "a stray quote" };
                return Ok(Err(bad(Unreadable(reason))));
            }
            splitter = Splitter::new(self.delimiter);
            splitter.split_plainly(trimmed(first));
        }
        Ok(splitter.cells(self.encoding).map(|cells| (number, cells)).map_err(bad))
    }
}

impl Records for Rows {
    fn next(&mut self) -> Result<Option<Item>, Stop> {
        let row = loop {
            match self.row()? {
                None => return Ok(None),
                // Separators alone are a blank line, too.
                Some(Ok((_, cells))) if cells.text.trim().is_empty() => {}
                Some(row) => break row,
            }
        };
        let width = self.header.names.len();
        let delimiter = char::from(self.delimiter);
        Ok(Some(row.and_then(|(line, cells)| {
            let found = cells.ends.len();
            // A trailing separator at the end of each row is common and says nothing.
            let is_wide =
                found > width && (width..found).any(|at| cells.get(at).is_some_and(|c| !c.trim().is_empty()));
            if is_wide || found < width {
                let reason =
                    if is_wide { "more columns than the header" } else { "fewer columns than the header" };
                let told = format!("{found}, not {width}: {}", joined(&cells, delimiter));
                return Err(Entry::new(line, "", reason, &told));
            }
            Ok(Record { line, fields: Fields::Cells(cells) })
        })))
    }
}

/// The cells with the sign between them, so that a reader sees where each begins.
fn joined(cells: &Cells, delimiter: char) -> String {
    let texts: Vec<&str> = (0..cells.ends.len()).filter_map(|at| cells.get(at)).collect();
    texts.join(delimiter.encode_utf8(&mut [0; 4]))
}

fn header_line(lines: &mut Lines) -> Result<Vec<u8>, ImportError> {
    let mut line = Vec::new();
    loop {
        match lines.read(&mut line).map_err(|error| ImportError::Unusable(error.to_string()))? {
            Taken::End => return Err(ImportError::Empty),
            Taken::TooLong => {
                return Err(ImportError::Unusable("the header is longer than 1 MiB".to_owned()));
            }
            Taken::Line if trimmed(&line).iter().all(u8::is_ascii_whitespace) => {}
            Taken::Line => return Ok(line),
        }
    }
}

/// `sep=;` above the header: a spreadsheet's own way to say what parts the columns.
fn said_delimiter(line: &[u8]) -> Option<u8> {
    match trimmed(line) {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', sign] => Some(*sign),
        _ => None,
    }
}

fn likeliest_delimiter(header: &[u8]) -> u8 {
    let count = |delimiter: u8| header.iter().filter(|byte| **byte == delimiter).count();
    // The comma wins a tie, so it is looked at last.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// After a quote inside a quoted cell: another makes a letter of it, a separator closes the cell.
    Closing,
    Stray,
    /// The row is complete.
    Done,
}

/// Splits one row (RFC 4180), fed line by line.
struct Splitter {
    delimiter: u8,
    state: State,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Splitter {
    fn new(delimiter: u8) -> Splitter {
        Splitter { delimiter, state: State::Start, bytes: Vec::new(), ends: Vec::new() }
    }

    fn feed(&mut self, line: &[u8]) -> State {
        if self.state == State::Start && !line.contains(&b'"') {
            self.split_plainly(trimmed(line));
            self.state = State::Done;
            return self.state;
        }
        let body = trimmed(line);
        for byte in body {
            self.step(*byte);
            if self.state == State::Stray || self.bytes.len() > MAX_RECORD {
                return self.state;
            }
        }
        if self.state == State::Quoted {
            self.bytes.push(b'\n');
        } else {
            self.ends.push(self.bytes.len());
            self.state = State::Done;
        }
        self.state
    }

    fn step(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Start | State::Plain | State::Closing, b) if b == self.delimiter => {
                self.ends.push(self.bytes.len());
                State::Start
            }
            (State::Start, b'"') => State::Quoted,
            (State::Quoted, b'"') => State::Closing,
            (State::Closing, b'"') | (State::Quoted, _) => {
                self.bytes.push(byte);
                State::Quoted
            }
            (State::Closing, b' ') => State::Closing,
            (State::Start | State::Plain, _) => {
                self.bytes.push(byte);
                State::Plain
            }
            (State::Closing | State::Stray | State::Done, _) => State::Stray,
        };
    }

    fn split_plainly(&mut self, line: &[u8]) {
        for cell in line.split(|byte| *byte == self.delimiter) {
            self.bytes.extend_from_slice(cell);
            self.ends.push(self.bytes.len());
        }
    }

    /// The cells as text; each must be whole by itself.
    fn cells(self, encoding: Encoding) -> Result<Cells, Unreadable> {
        if encoding == Encoding::Utf8 {
            let text = encoding.decode(&self.bytes)?;
            let is_whole = self.ends.iter().all(|end| text.is_char_boundary(*end));
            return if is_whole { Ok(Cells { text, ends: self.ends }) } else { Err(Unreadable::NOT_UTF8) };
        }
        let mut cells = Cells::default();
        let mut start = 0;
        for end in self.ends {
            cells.text.push_str(&encoding.decode(&self.bytes[start..end])?);
            cells.ends.push(cells.text.len());
            start = end;
        }
        Ok(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_quoted_keeps_its_cells_apart() {
        let mut splitter = Splitter::new(b',');
        splitter.feed(b"C2,Two,\"KR\",37.5,127.0\n");
        let cells = splitter.cells(Encoding::Utf8).unwrap();
        assert_eq!(joined(&cells, ','), "C2,Two,KR,37.5,127.0");
        assert_eq!(joined(&Cells::default(), ';'), "");
    }
}
