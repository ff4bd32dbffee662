//! Rows, as they were when the statement came by them.

use std::sync::Arc;

use sqlx_core::{
    column::{self, ColumnIndex},
    error::Error,
    impl_column_index_for_row, row,
};

use crate::{InPlace, Kind, Value, ValueRef};

/// A row of its own: the statement has gone on.
#[derive(Clone, Debug)]
pub struct Row {
    pub(crate) columns: Arc<[Column]>,
    pub(crate) values: Box<[Value]>,
}

/// A column of an answer, by its name. What it holds each value says for itself.
#[derive(Clone, Debug)]
pub struct Column {
    pub(crate) ordinal: usize,
    pub(crate) name: Box<str>,
}

/// How many rows were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub(crate) changed: u64,
}

impl Outcome {
    /// Rows that the statement itself inserted, changed or took away.
    #[must_use]
    pub const fn rows_affected(&self) -> u64 {
        self.changed
    }
}

impl Extend<Outcome> for Outcome {
    fn extend<I: IntoIterator<Item = Outcome>>(&mut self, more: I) {
        self.changed += more.into_iter().map(|outcome| outcome.changed).sum::<u64>();
    }
}

impl column::Column for Column {
    type Database = InPlace;

    fn ordinal(&self) -> usize {
        self.ordinal
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn type_info(&self) -> &Kind {
        &Kind::Null
    }
}

impl row::Row for Row {
    type Database = InPlace;

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn try_get_raw<I: ColumnIndex<Row>>(&self, index: I) -> Result<ValueRef<'_>, Error> {
        let index = index.index(self)?;
        let out = || Error::ColumnIndexOutOfBounds { index, len: self.values.len() };
        self.values.get(index).map(Value::look).ok_or_else(out)
    }
}

impl_column_index_for_row!(Row);

impl ColumnIndex<Row> for &str {
    fn index(&self, row: &Row) -> Result<usize, Error> {
        // A couple of dozen at most, whose lengths differ mostly: quicker gone through than hashed.
        let found = row.columns.iter().position(|column| *column.name == **self);
        found.ok_or_else(|| Error::ColumnNotFound((*self).to_owned()))
    }
}
