//! Running one statement to its end, or as far as one is patient.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::{ErrorCode, StatementStatus, types::ValueRef as Raw};
use sqlx_core::sql_str::SqlStr;

use crate::{Column, Outcome, Row, Value};

/// SQLite's steps between two looks at the clock: some ten microseconds.
const STEPS: i32 = 1000;

/// What is asked: a statement, what it is given, whether it will be asked again.
#[derive(Debug)]
pub(crate) struct Asked {
    pub sql: SqlStr,
    pub values: Vec<Value>,
    pub kept: bool,
}

/// How a statement ended.
pub(crate) enum Ended {
    Done(Outcome),
    /// Whoever took its rows wanted no more, or the clock had run out.
    BrokenOff,
}

/// When a statement on a connection is to be broken off.
#[derive(Debug)]
pub(crate) struct Clock {
    since: Instant,
    /// Nanoseconds after `since`.
    until: AtomicU64,
}

impl Clock {
    /// One that a connection looks at while it runs.
    pub fn of(raw: &rusqlite::Connection) -> Result<Arc<Clock>, rusqlite::Error> {
        let clock = Arc::new(Clock { since: Instant::now(), until: AtomicU64::new(u64::MAX) });
        let looked_at = clock.clone();
        raw.progress_handler(STEPS, Some(move || looked_at.is_over()))?;
        Ok(clock)
    }

    pub fn set(&self, patience: Duration) {
        self.until.store(self.now().saturating_add(nanoseconds(patience)), Ordering::Relaxed);
    }

    pub fn stop(&self) {
        self.until.store(u64::MAX, Ordering::Relaxed);
    }

    /// What runs now is broken off.
    pub fn end(&self) {
        self.until.store(0, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        nanoseconds(self.since.elapsed())
    }

    fn is_over(&self) -> bool {
        let until = self.until.load(Ordering::Relaxed);
        until != u64::MAX && self.now() > until
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Runs a statement and hands each row to `take` until that says false.
pub(crate) fn run(
    raw: &rusqlite::Connection,
    asked: &Asked,
    mut take: impl FnMut(Row) -> bool,
) -> Result<Ended, rusqlite::Error> {
    let sql = asked.sql.as_str();
    let outcome = if asked.kept {
        raw.prepare_cached(sql).and_then(|mut statement| go(raw, &mut statement, asked, &mut take))
    } else {
        raw.prepare(sql).and_then(|mut statement| go(raw, &mut statement, asked, &mut take))
    };
    match outcome {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
            Ok(Ended::BrokenOff)
        }
        // Several at once come without values and answer nothing.
        Err(rusqlite::Error::MultipleStatement) if asked.values.is_empty() => {
            raw.execute_batch(sql)?;
            Ok(Ended::Done(Outcome::default()))
        }
        outcome => outcome,
    }
}

fn go(
    raw: &rusqlite::Connection,
    statement: &mut rusqlite::Statement<'_>,
    asked: &Asked,
    take: &mut impl FnMut(Row) -> bool,
) -> Result<Ended, rusqlite::Error> {
    give(statement, &asked.values)?;
    // A table may have changed since the statement was understood: how wide it is, its first row tells.
    let mut columns = None;
    let mut is_wanted = true;
    let mut rows = statement.raw_query();
    while is_wanted && let Some(row) = rows.next()? {
        let columns = columns.get_or_insert_with(|| columns_of(row.as_ref()));
        let values = (0..columns.len()).map(|column| Ok(owned(row.get_ref(column)?)?));
        let values = values.collect::<Result<_, rusqlite::Error>>()?;
        is_wanted = take(Row { columns: Arc::clone(columns), values });
    }
    drop(rows);
    if tracing::enabled!(tracing::Level::TRACE) {
        let steps = statement.reset_status(StatementStatus::VmStep);
        let statement = asked.sql.as_str();
        tracing::trace!(statement, steps, "A statement took {steps} steps; `statement` says which.");
    }
    if !is_wanted {
        return Ok(Ended::BrokenOff);
    }
    // SQLite goes on telling what the last statement wrote.
    let changed = if statement.readonly() { 0 } else { raw.changes() };
    Ok(Ended::Done(Outcome { changed }))
}

/// SQLite numbers names (`$3` is one) as they first appear in the text; what they are called says which value is meant.
fn give(statement: &mut rusqlite::Statement<'_>, values: &[Value]) -> Result<(), rusqlite::Error> {
    let places = statement.parameter_count();
    for place in 1..=places {
        let named = statement.parameter_name(place).and_then(|name| name.get(1..)?.parse().ok());
        let number: usize = named.unwrap_or(place);
        let missing = rusqlite::Error::InvalidParameterCount(values.len(), places);
        match number.checked_sub(1).and_then(|index| values.get(index)).ok_or(missing)? {
            Value::Null => statement.raw_bind_parameter(place, rusqlite::types::Null)?,
            Value::Integer(value) => statement.raw_bind_parameter(place, value)?,
            Value::Real(value) => statement.raw_bind_parameter(place, value)?,
            Value::Text(value) => statement.raw_bind_parameter(place, value)?,
            Value::Blob(value) => statement.raw_bind_parameter(place, value)?,
        }
    }
    Ok(())
}

pub(crate) fn columns_of(statement: &rusqlite::Statement<'_>) -> Arc<[Column]> {
    let names = statement.column_names().into_iter();
    names.enumerate().map(|(ordinal, name)| Column { ordinal, name: name.into() }).collect()
}

fn owned(value: Raw<'_>) -> Result<Value, std::str::Utf8Error> {
    Ok(match value {
        Raw::Null => Value::Null,
        Raw::Integer(value) => Value::Integer(value),
        Raw::Real(value) => Value::Real(value),
        Raw::Text(value) => Value::Text(std::str::from_utf8(value)?.to_owned()),
        Raw::Blob(value) => Value::Blob(value.to_vec()),
    })
}
