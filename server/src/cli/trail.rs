//! `onshelf trail`: what staff, partners and operators read and did, for head office.

use std::{
    io::{BufWriter, IsTerminal},
    process::ExitCode,
};

use clap::Args;
use jiff::{Span, Timestamp, civil, tz::TimeZone};
use onshelf_shop::{
    Clock, SystemClock,
    export::{self, Format},
};

use super::{Failure, open_database, telling::Teller};
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct Trail {
    /// From this day (2026-11-01, in UTC) or moment (2026-11-01T09:00:00+09:00) on, or so many days back (7d)
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// csv or jsonl
    #[arg(long, default_value = "csv")]
    format: Format,
}

impl Trail {
    /// Writes to standard output, oldest first.
    pub(super) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let since = match &self.since {
            Some(told) => read_since(told, SystemClock.now())
                .ok_or_else(|| format!("--since: `{told}` is neither a day, a moment, nor a number of days"))?
                .as_millisecond(),
            None => 0,
        };
        let db = open_database(config).await?;
        let stdout = std::io::stdout();
        let is_seen = stdout.is_terminal();
        let mut out = BufWriter::new(stdout);
        let writing = std::pin::pin!(export::trail(&db, since, self.format, &mut out));
        // Rows on a terminal tell by themselves how far it is, and a spinner would stand between them.
        let rows = if is_seen { writing.await? } else { Teller::wait_once("writing rows", writing).await? };
        eprintln!("{rows} rows written.");
        Ok(ExitCode::SUCCESS)
    }
}

fn read_since(told: &str, now: Timestamp) -> Option<Timestamp> {
    if let Some(days) = told.strip_suffix('d') {
        let days: u32 = days.parse().ok()?;
        return now.checked_sub(Span::new().try_hours(i64::from(days) * 24).ok()?).ok();
    }
    if let Ok(at) = told.parse() {
        return Some(at);
    }
    let day: civil::Date = told.parse().ok()?;
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_day_a_moment_or_days_back() {
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
        for (told, meant) in [
            ("2026-11-01", Some("2026-11-01T00:00:00Z")),
            ("2026-11-01T09:00:00+09:00", Some("2026-11-01T00:00:00Z")),
            ("7d", Some("2026-11-21T12:00:00Z")),
            ("0d", Some("2026-11-28T12:00:00Z")),
            ("yesterday", None),
            ("d", None),
            ("-1d", None),
            ("4294967295d", None),
        ] {
            assert_eq!(read_since(told, now), meant.map(|at| at.parse().unwrap()), "{told}");
        }
    }
}
