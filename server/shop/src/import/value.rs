//! Reading a record's values: by column, or by a dotted path into JSON.

use std::borrow::Cow;

use serde_json::Value;

use super::read::{Fields, Header, Record};

/// Where a value stands, known once for the whole file where it has columns.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub path: String,
    column: Option<usize>,
    /// The currency that the column's name says its numbers are in.
    unit: String,
}

impl Place {
    pub fn new(path: &str) -> Place {
        Place { path: path.to_owned(), column: None, unit: String::new() }
    }

    /// Finds the column; false where the file has none of this name.
    pub fn bind(&mut self, header: &Header) -> bool {
        let found = header.column_with_unit(&self.path);
        self.column = found.map(|(column, _)| column);
        self.unit = found.map(|(_, unit)| unit.to_owned()).unwrap_or_default();
        self.column.is_some()
    }

    /// The column it reads, once it is bound.
    pub fn column(&self) -> Option<usize> {
        self.column
    }

    /// The texts that stand there: one, those of a list, or none.
    pub fn texts<'r>(&self, record: &'r Record, out: &mut Vec<Cow<'r, str>>) {
        match &record.fields {
            Fields::Cells(cells) => {
                let cell = self.column.and_then(|column| cells.get(column)).unwrap_or_default();
                if !self.unit.is_empty() && is_bare_number(cell) {
                    out.push(Cow::Owned(format!("{} {}", cell.trim(), self.unit)));
                } else if !cell.is_empty() {
                    out.push(Cow::Borrowed(cell));
                }
            }
            Fields::Tree(tree) => gather(tree, &self.path, out),
        }
    }
}

/// Digits and the signs between them.
fn is_bare_number(cell: &str) -> bool {
    let mut letters = cell.chars().filter(|letter| !letter.is_whitespace()).peekable();
    letters.peek().is_some() && letters.all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | ','))
}

/// What a path leads to, not looking into lists.
pub(super) fn at<'r>(tree: &'r Value, path: &str) -> Option<&'r Value> {
    // A key with a dot in it is a key first.
    if let Some(whole) = tree.get(path) {
        return Some(whole);
    }
    path.split('.').try_fold(tree, |value, step| match value {
        Value::Array(list) => list.get(step.parse::<usize>().ok()?),
        other => other.get(step),
    })
}

fn gather<'r>(value: &'r Value, path: &str, out: &mut Vec<Cow<'r, str>>) {
    if path.is_empty() {
        leaves(value, out);
        return;
    }
    match value {
        Value::Array(list) => {
            let (step, rest) = path.split_once('.').unwrap_or((path, ""));
            match step.parse::<usize>() {
                Ok(index) => list.get(index).into_iter().for_each(|item| gather(item, rest, out)),
                Err(_) => list.iter().for_each(|item| gather(item, path, out)),
            }
        }
        Value::Object(members) => {
            if let Some(whole) = members.get(path) {
                leaves(whole, out);
            } else if let Some((step, rest)) = path.split_once('.')
                && let Some(inner) = members.get(step)
            {
                gather(inner, rest, out);
            }
        }
        _ => {}
    }
}

/// A value as texts; objects say nothing by themselves.
pub(super) fn leaves<'r>(value: &'r Value, out: &mut Vec<Cow<'r, str>>) {
    match value {
        Value::String(text) if !text.is_empty() => out.push(Cow::Borrowed(text)),
        Value::Number(number) => out.push(Cow::Owned(number.to_string())),
        Value::Bool(flag) => out.push(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Value::Array(list) => list.iter().for_each(|item| leaves(item, out)),
        _ => {}
    }
}
