//! JSON Lines: an object a line.

use super::{Encoding, Entry, Fields, Item, Record, Records, Stop, Unreadable, lines};
use lines::{Lines, Taken, trimmed};

pub(super) struct JsonLines {
    lines: Lines,
    encoding: Encoding,
    line: Vec<u8>,
}

impl JsonLines {
    pub fn new(lines: Lines, encoding: Encoding) -> JsonLines {
        JsonLines { lines, encoding, line: Vec::new() }
    }
}

impl Records for JsonLines {
    fn next(&mut self) -> Result<Option<Item>, Stop> {
        loop {
            let taken =
                self.lines.read(&mut self.line).map_err(|error| Stop::broken(self.lines.number, &error))?;
            let number = self.lines.number;
            match taken {
                Taken::End => return Ok(None),
                Taken::TooLong => {
                    return Ok(Some(Err(Entry::unreadable(number, Unreadable::TOO_LONG, &self.line))));
                }
                Taken::Line if trimmed(&self.line).iter().all(u8::is_ascii_whitespace) => {}
                Taken::Line => return Ok(Some(record(trimmed(&self.line), number, self.encoding))),
            }
        }
    }
}

/// One object as a record.
pub(super) fn record(bytes: &[u8], line: u64, encoding: Encoding) -> Item {
    let bad = |reason| Entry::unreadable(line, Unreadable(reason), bytes);
    let text = encoding.decode(bytes).map_err(|reason| Entry::unreadable(line, reason, bytes))?;
    // PostgreSQL's text cannot hold it, and no name has it.
    if text.contains("\\u0000") {
        return Err(bad("contains a NUL character"));
    }
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(tree) if tree.is_object() => Ok(Record { line, fields: Fields::Tree(tree) }),
        Ok(_) => Err(bad("not a JSON object")),
        Err(error) if error.to_string().contains("recursion limit") => Err(bad("JSON nested too deeply")),
        Err(_) => Err(bad("not valid JSON")),
    }
}
