//! A JSON array, alone or inside an object, element by element: the array as a whole is never in memory.

use std::io::{self, BufRead};

use super::{Encoding, Entry, Input, Item, MAX_RECORD, Records, Stop, Unreadable, jsonl};

pub(super) struct Elements {
    input: Input,
    /// The key of the array; without one, the first array of objects.
    key: Option<String>,
    line: u64,
    state: State,
}

/// Objects that answers of web services put around their records.
const AROUND: [&str; 7] = ["data", "result", "results", "response", "body", "payload", "_embedded"];
/// Such objects inside each other.
const DEEPEST: usize = 4;

#[derive(Clone, Copy, PartialEq)]
enum State {
    Before,
    Inside,
    Over,
}

impl Elements {
    pub fn new(input: Input, key: Option<String>) -> Elements {
        Elements { input, key, line: 1, state: State::Before }
    }

    /// The next byte without taking it.
    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.input.fill_buf() {
                Ok(piece) => return Ok(piece.first().copied()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn take(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.input.consume(1);
        }
        self.line += u64::from(byte == Some(b'\n'));
        Ok(byte)
    }

    /// The next byte that says something, not taken.
    fn next_sign(&mut self) -> io::Result<Option<u8>> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.take()?;
        }
        Ok(None)
    }

    /// Takes one value whole, keeping at most a record's worth. False: it was longer, or the file ended inside it.
    fn take_value(&mut self, kept: &mut Vec<u8>) -> io::Result<Value> {
        kept.clear();
        let (mut depth, mut in_text, mut escaped, mut length) = (0u64, false, false, 0usize);
        loop {
            let Some(byte) = self.peek()? else {
                return Ok(if depth > 0 || in_text { Value::CutOff } else { Value::of(length) });
            };
            if depth == 0 && !in_text && length > 0 && matches!(byte, b',' | b']' | b'}' | b':') {
                return Ok(Value::of(length));
            }
            self.take()?;
            length += 1;
            if kept.len() < MAX_RECORD {
                kept.push(byte);
            }
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_text => escaped = true,
                b'"' => in_text = !in_text,
                b'{' | b'[' if !in_text => depth += 1,
                b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && !in_text && matches!(byte, b'}' | b']' | b'"') {
                return Ok(Value::of(length));
            }
        }
    }

    /// Goes to the first element.
    fn enter(&mut self) -> Result<bool, Stop> {
        let broken = |line, error| Stop::broken(line, &error);
        match self.next_sign().map_err(|error| broken(self.line, error))? {
            Some(b'[') => {
                self.take().map_err(|error| broken(self.line, error))?;
                Ok(true)
            }
            Some(b'{') => self.enter_member().map_err(|error| broken(self.line, error)),
            _ => Ok(false),
        }
    }

    /// Inside an object, or one of those around the records: goes to the array that is wanted.
    fn enter_member(&mut self) -> io::Result<bool> {
        self.take()?;
        let mut kept = Vec::new();
        let mut around: Vec<String> = Vec::new();
        loop {
            match self.next_sign()? {
                Some(b',') => {
                    self.take()?;
                }
                Some(b'}') if !around.is_empty() => {
                    self.take()?;
                    around.pop();
                }
                Some(b'"') => {
                    self.take_value(&mut kept)?;
                    let name: String = serde_json::from_slice(&kept).unwrap_or_default();
                    if self.next_sign()? == Some(b':') {
                        self.take()?;
                    }
                    let sign = self.next_sign()?;
                    if sign == Some(b'{') && self.is_around(&around, &name) {
                        self.take()?;
                        around.push(name);
                        continue;
                    }
                    if sign == Some(b'[') && self.is_wanted(&around, &name) {
                        self.take()?;
                        if self.key.is_some() || self.next_sign()? == Some(b'{') {
                            return Ok(true);
                        }
                        // An array of something else: pass over the rest of it.
                        self.leave_array(&mut kept)?;
                    } else {
                        self.take_value(&mut kept)?;
                    }
                }
                _ => return Ok(false),
            }
        }
    }

    /// Whether the list of this name is the wanted one.
    fn is_wanted(&self, around: &[String], name: &str) -> bool {
        let Some(key) = self.key.as_deref() else { return true };
        let path = around.iter().map(String::as_str).chain([name]);
        key == name || key.split('.').eq(path)
    }

    /// Whether the list may lie inside the object of this name.
    fn is_around(&self, around: &[String], name: &str) -> bool {
        if around.len() >= DEEPEST {
            return false;
        }
        match &self.key {
            None => AROUND.contains(&name),
            Some(key) => {
                let path: Vec<&str> = around.iter().map(String::as_str).chain([name]).collect();
                key.split('.').zip(&path).all(|(step, member)| step == *member)
                    && key.split('.').count() > path.len()
            }
        }
    }

    fn leave_array(&mut self, kept: &mut Vec<u8>) -> io::Result<()> {
        loop {
            match self.next_sign()? {
                None => return Ok(()),
                Some(b']') => return self.take().map(drop),
                Some(b',') => {
                    self.take()?;
                }
                Some(_) => {
                    self.take_value(kept)?;
                }
            }
        }
    }
}

enum Value {
    Whole,
    TooLong,
    CutOff,
}

impl Value {
    fn of(length: usize) -> Value {
        if length > MAX_RECORD { Value::TooLong } else { Value::Whole }
    }
}

impl Records for Elements {
    fn next(&mut self) -> Result<Option<Item>, Stop> {
        if self.state == State::Before {
            if !self.enter()? {
                let reason = match &self.key {
                    Some(key) => format!("no JSON array `{key}` was found"),
                    None => "no JSON array of records was found: say where it is in a mapping file, such as \
                             records = \"data.stores\""
                        .to_owned(),
                };
                return Err(Stop { line: self.line, reason });
            }
            self.state = State::Inside;
        }
        while self.state == State::Inside {
            match self.next_sign().map_err(|error| Stop::broken(self.line, &error))? {
                Some(b',') => drop(self.take().map_err(|error| Stop::broken(self.line, &error))?),
                Some(b']') => self.state = State::Over,
                None => {
                    self.state = State::Over;
                    return Err(Stop { line: self.line, reason: "the JSON array is not closed".to_owned() });
                }
                // A stray brace or colon would never be passed.
                Some(stray @ (b'}' | b':')) => {
                    self.state = State::Over;
                    let reason = format!("not valid JSON: a stray `{}`", char::from(stray));
                    return Err(Stop { line: self.line, reason });
                }
                Some(_) => return self.element().map(Some),
            }
        }
        Ok(None)
    }
}

impl Elements {
    fn element(&mut self) -> Result<Item, Stop> {
        let (began, mut kept) = (self.line, Vec::new());
        match self.take_value(&mut kept).map_err(|error| Stop::broken(began, &error))? {
            Value::Whole => Ok(jsonl::record(&kept, began, Encoding::Utf8)),
            Value::TooLong => Ok(Err(Entry::unreadable(began, Unreadable::TOO_LONG, &kept))),
            Value::CutOff => {
                self.state = State::Over;
                Err(Stop {
                    line: began,
                    reason: "the file ends inside the record that begins here".to_owned(),
                })
            }
        }
    }
}
