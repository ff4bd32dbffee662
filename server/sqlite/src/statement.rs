//! Statements and what they are given.

use std::sync::Arc;

use sqlx_core::{
    Either, arguments,
    column::ColumnIndex,
    encode::{Encode, IsNull},
    error::{BoxDynError, Error},
    impl_column_index_for_statement, impl_into_arguments_for_arguments, impl_statement_query,
    sql_str::SqlStr,
    statement,
    types::Type,
};

use crate::{Column, InPlace, Kind, Value};

/// The values of `$1`, `$2`, …
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    pub(crate) values: Vec<Value>,
}

impl arguments::Arguments for Arguments {
    type Database = InPlace;

    fn reserve(&mut self, additional: usize, _: usize) {
        self.values.reserve(additional);
    }

    fn add<'t, T>(&mut self, value: T) -> Result<(), BoxDynError>
    where
        T: Encode<'t, InPlace> + Type<InPlace>,
    {
        if let IsNull::Yes = value.encode(&mut self.values)? {
            self.values.push(Value::Null);
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.values.len()
    }
}

impl_into_arguments_for_arguments!(Arguments);

/// A statement that SQLite has understood. It is kept by its text, so that this is no more than that.
#[derive(Clone, Debug)]
pub struct Statement {
    pub(crate) sql: SqlStr,
    pub(crate) parameters: usize,
    pub(crate) columns: Arc<[Column]>,
}

impl statement::Statement for Statement {
    type Database = InPlace;

    fn into_sql(self) -> SqlStr {
        self.sql
    }

    fn sql(&self) -> &SqlStr {
        &self.sql
    }

    fn parameters(&self) -> Option<Either<&[Kind], usize>> {
        Some(Either::Right(self.parameters))
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    impl_statement_query!(Arguments);
}

impl_column_index_for_statement!(Statement);

impl ColumnIndex<Statement> for &str {
    fn index(&self, statement: &Statement) -> Result<usize, Error> {
        let found = statement.columns.iter().position(|column| *column.name == **self);
        found.ok_or_else(|| Error::ColumnNotFound((*self).to_owned()))
    }
}
