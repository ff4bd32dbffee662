//! Google's feed as RSS 2.0 or Atom: each `item` or `entry` becomes a record of its attributes, `g:` taken off.
//! Entities of a document type are never expanded, and one piece of markup or text is bounded.

use std::io::{self, BufRead, Read};

use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};
use serde_json::{Map, Value};

use super::{Entry, Fields, Input, Item, MAX_RECORD, Record, Records, Stop, Unreadable};

pub(super) struct Items {
    reader: Reader<Metered>,
    buffer: Vec<u8>,
    over: bool,
    seen: u64,
}

impl Items {
    pub fn new(input: Input) -> Items {
        let mut reader = Reader::from_reader(Metered { input, line: 1, allowed: MAX_RECORD });
        reader.config_mut().expand_empty_elements = true;
        // `Salt & Pepper`, as careless programs write it, is worth no whole file.
        reader.config_mut().allow_dangling_amp = true;
        Items { reader, buffer: Vec::new(), over: false, seen: 0 }
    }

    fn event(&mut self) -> Result<Event<'static>, Stop> {
        self.buffer.clear();
        self.reader.get_mut().allowed = MAX_RECORD;
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => Ok(event.into_owned()),
            Err(error) => Err(self.stop(format!("not valid XML: {error}"))),
        }
    }

    fn stop(&mut self, reason: String) -> Stop {
        self.over = true;
        Stop { line: self.reader.get_ref().line, reason }
    }

    /// Reads to the end of the item that has just begun.
    fn item(&mut self, end: &[u8]) -> Result<Item, Stop> {
        let line = self.reader.get_ref().line;
        let mut building = Building::default();
        loop {
            match self.event()? {
                Event::Start(start) => building.begin(&start),
                Event::End(close) if building.path.is_empty() && close.local_name().as_ref() == end => break,
                Event::End(_) => building.end(),
                Event::Text(text) => building.add(text.decode().ok().as_deref()),
                Event::CData(text) => building.add(text.decode().ok().as_deref()),
                Event::GeneralRef(entity) => building.add(resolved(&entity).as_deref()),
                Event::Eof => return Err(self.stop("the file ends inside an item".to_owned())),
                _ => {}
            }
        }
        Ok(match building.bad {
            None => Ok(Record { line, fields: Fields::Tree(Value::Object(building.fields)) }),
            Some(reason) => Err(Entry::unreadable(line, reason, building.text.as_bytes())),
        })
    }
}

impl Records for Items {
    fn next(&mut self) -> Result<Option<Item>, Stop> {
        while !self.over {
            match self.event()? {
                Event::Start(start) if matches!(start.local_name().as_ref(), b"item" | b"entry") => {
                    self.seen += 1;
                    let end = start.local_name().as_ref().to_vec();
                    return self.item(&end).map(Some);
                }
                Event::Eof if self.seen == 0 => {
                    return Err(self.stop("no item and no entry was found: this is no feed".to_owned()));
                }
                Event::Eof => self.over = true,
                _ => {}
            }
        }
        Ok(None)
    }
}

fn resolved(entity: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(letter)) = entity.resolve_char_ref() {
        return Some(letter.to_string());
    }
    let name = entity.decode().ok()?;
    quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned)
}

/// An item while it is read.
#[derive(Default)]
struct Building {
    fields: Map<String, Value>,
    /// Open elements below the item.
    path: Vec<String>,
    text: String,
    size: usize,
    bad: Option<Unreadable>,
}

impl Building {
    fn begin(&mut self, start: &BytesStart<'_>) {
        self.text.clear();
        let name = String::from_utf8_lossy(start.local_name().as_ref()).to_lowercase();
        // Atom has a link's address in an attribute.
        if let Ok(Some(href)) = start.try_get_attribute("href")
            && let Ok(address) = href.unescape_value()
        {
            self.text = address.into_owned();
        }
        if self.path.len() < 16 {
            self.path.push(name);
        } else {
            self.bad = Some(Unreadable("XML nested too deeply"));
        }
    }

    fn add(&mut self, text: Option<&str>) {
        let Some(text) = text else {
            self.bad = Some(Unreadable("not UTF-8 text, or an entity that is not known"));
            return;
        };
        self.size += text.len();
        if self.size > MAX_RECORD {
            self.bad = Some(Unreadable::TOO_LONG);
        } else if text.contains('\0') {
            self.bad = Some(Unreadable("contains a NUL character"));
        } else {
            self.text.push_str(text);
        }
    }

    fn end(&mut self) {
        let depth = self.path.len();
        let name = self.path.pop().unwrap_or_default();
        let text = std::mem::take(&mut self.text);
        if depth != 1 || text.trim().is_empty() {
            return;
        }
        let value = Value::String(text.trim().to_owned());
        match self.fields.get_mut(&name) {
            None => drop(self.fields.insert(name, value)),
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
}

/// Lets through a bounded number of bytes an event, and counts lines.
struct Metered {
    input: Input,
    line: u64,
    allowed: usize,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = self.fill_buf()?;
        let count = piece.len().min(buffer.len());
        buffer[..count].copy_from_slice(&piece[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Metered {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.allowed == 0 {
            return Err(io::Error::other("a piece of it is longer than 1 MiB"));
        }
        let piece = self.input.fill_buf()?;
        Ok(&piece[..piece.len().min(self.allowed)])
    }

    fn consume(&mut self, count: usize) {
        if let Ok(piece) = self.input.fill_buf() {
            self.line += piece.iter().take(count).filter(|byte| **byte == b'\n').count() as u64;
        }
        self.allowed = self.allowed.saturating_sub(count);
        self.input.consume(count);
    }
}
