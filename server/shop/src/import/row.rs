//! One record seen through the plan: its fields as texts, numbers and lists, with what is wrong in words.

use std::{borrow::Cow, cell::RefCell};

use super::{
    clean::plain_name,
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
/// Fields that shop systems write as HTML although they are names.
const NAMES: [&str; 4] = ["name", "name_ko", "name_en", "brand"];

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
        if NAMES.contains(&field) {
            let plain = found.texts.into_iter().map(plain_name);
            return plain.filter(|name| !name.is_empty()).collect();
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
        self.whole_of(field, &text, min, max).map(Some)
    }

    /// The whole number that a text says, from `min` to `max`.
    pub fn whole_of(&self, field: &'static str, text: &str, min: i64, max: i64) -> Result<i64, Entry> {
        let digits = whole_digits(text).ok_or_else(|| self.bad(field, "not a whole number", text))?;
        let too_small = if min == 0 { "below zero" } else { "out of range" };
        match digits.parse::<i64>() {
            Ok(number) if (min..=max).contains(&number) => Ok(number),
            Ok(number) if number < min => Err(self.bad(field, too_small, text)),
            // Digits alone are left, so that an error means too many of them.
            Err(_) if digits.starts_with('-') => Err(self.bad(field, too_small, text)),
            Ok(_) | Err(_) => Err(self.bad(field, "too large", text)),
        }
    }
}

/// Sign and digits of a whole number: `1,200` is how people write one, `12.0` how some programs do.
fn whole_digits(text: &str) -> Option<String> {
    let (sign, body) = match text.strip_prefix('-') {
        Some(body) => ("-", body),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let mut groups = without_zeros(body).split(',');
    let first = groups.next().filter(|first| is_digits(first))?;
    let mut digits = format!("{sign}{first}");
    for group in groups {
        if first.len() > 3 || first.starts_with('0') || group.len() != 3 || !is_digits(group) {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

/// Without decimals that are all zeros. `1,000` is a group; `1.000` may be one, stays, and is no number.
fn without_zeros(text: &str) -> &str {
    let Some(at) = text.rfind(['.', ',']) else { return text };
    let (whole, zeros) = (&text[..at], &text[at + 1..]);
    let is_group = zeros.len() == 3 && whole.len() <= 3 && whole != "0";
    let is_second_comma = text[at..].starts_with(',') && whole.contains(',');
    let is_zero = !zeros.is_empty() && zeros.bytes().all(|digit| digit == b'0');
    if is_zero && !is_group && !is_second_comma { whole } else { text }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::whole_digits;

    #[test]
    fn whole_numbers_are_read_as_people_and_programs_write_them() {
        for (text, digits) in [
            ("7", "7"),
            ("-12", "-12"),
            ("+5", "5"),
            ("007", "007"),
            ("1,234", "1234"),
            ("-1,234", "-1234"),
            ("12,345,678", "12345678"),
            ("1,000", "1000"),
            ("7.0", "7"),
            ("12.00", "12"),
            ("100.0000", "100"),
            ("10,0", "10"),
            ("0,000", "0"),
            ("1,234.0", "1234"),
            ("1,234.000", "1234"),
            ("9223372036854775808", "9223372036854775808"),
        ] {
            assert_eq!(whole_digits(text).as_deref(), Some(digits), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_whole_number() {
        for text in [
            "",
            "-",
            "1,5",
            "1,2,3",
            "1.5",
            "10,5",
            "1,23",
            "12,34,567",
            "1234,567",
            "0,123",
            "012,345",
            "1.000",
            "1.234",
            "1,234,0",
            "1,234,00",
            ".0",
            "7.",
            "1,",
            "1 234",
            "1e3",
            "--1",
            "-+1",
            "seven",
        ] {
            assert_eq!(whole_digits(text), None, "{text}");
        }
    }
}
