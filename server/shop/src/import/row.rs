//! One record seen through the plan: its fields as texts, numbers and lists, with what is wrong in words.

use std::{borrow::Cow, cell::RefCell};

use super::{
    lookup::Tables,
    plan::Rules,
    read::Record,
    report::{Entry, Ledger},
};

/// A record and the rules that read it.
pub(super) struct Row<'r> {
    record: &'r Record,
    rules: &'r Rules,
    tables: &'r Tables,
    notes: RefCell<Vec<Entry>>,
}

/// Characters of a name, a code's neighbour; longer is no name.
pub(super) const MAX_NAME: usize = 500;

impl<'r> Row<'r> {
    pub fn new(record: &'r Record, rules: &'r Rules, tables: &'r Tables) -> Row<'r> {
        Row { record, rules, tables, notes: RefCell::default() }
    }

    pub fn line(&self) -> u64 {
        self.record.line
    }

    pub fn record(&self) -> &'r Record {
        self.record
    }

    /// A rejection of this row for one of its fields.
    pub fn bad(&self, field: &'static str, reason: &'static str, value: &str) -> Entry {
        Entry::new(self.line(), field, reason, value)
    }

    pub fn warn(&self, field: &'static str, reason: &'static str, value: &str) {
        self.notes.borrow_mut().push(self.bad(field, reason, value));
    }

    /// Hands the warnings over: only a row that went in warns.
    pub fn tell(self, ledger: &mut Ledger) {
        self.notes.into_inner().into_iter().for_each(|note| ledger.warn(note));
    }

    pub fn into_notes(self) -> Vec<Entry> {
        self.notes.into_inner()
    }

    pub fn list(&self, field: &'static str) -> Vec<Cow<'r, str>> {
        let Some(rule) = self.rules.get(field) else { return Vec::new() };
        let found = rule.find(self.record, self.tables);
        if found.mended {
            let text = found.texts.first().map_or("", AsRef::as_ref);
            self.warn(field, "odd spaces or invisible marks were taken out", text);
        }
        found.texts
    }

    /// The field's text, if it has one.
    pub fn text(&self, field: &'static str) -> Option<Cow<'r, str>> {
        self.list(field).into_iter().next()
    }

    pub fn text_or_empty(&self, field: &'static str) -> String {
        self.text(field).map(Cow::into_owned).unwrap_or_default()
    }

    pub fn required(&self, field: &'static str) -> Result<Cow<'r, str>, Entry> {
        self.text(field).ok_or_else(|| self.bad(field, "missing", ""))
    }

    /// A text of at most so many characters.
    pub fn bounded(&self, field: &'static str, max: usize) -> Result<String, Entry> {
        let text = self.text_or_empty(field);
        if text.chars().nth(max).is_some() {
            return Err(self.bad(field, "too long", &text));
        }
        Ok(text)
    }

    /// A text, cut with a warning where it is longer.
    pub fn cut(&self, field: &'static str, max: usize) -> String {
        let text = self.text_or_empty(field);
        match text.char_indices().nth(max) {
            None => text,
            Some((at, _)) => {
                self.warn(field, "too long: the end was cut off", &text);
                text[..at].to_owned()
            }
        }
    }

    /// A whole number from `min` to `max`.
    pub fn whole(&self, field: &'static str, min: i64, max: i64) -> Result<Option<i64>, Entry> {
        let Some(text) = self.text(field) else { return Ok(None) };
        // `12.0` is how some programs write a whole number, `1,200` how people do.
        let digits = text.strip_suffix(".0").unwrap_or(&text).replace(',', "");
        match digits.parse::<i64>() {
            Ok(number) if (min..=max).contains(&number) => Ok(Some(number)),
            Ok(_) => Err(self.bad(field, "out of range", &text)),
            Err(_) => Err(self.bad(field, "not a whole number", &text)),
        }
    }
}
