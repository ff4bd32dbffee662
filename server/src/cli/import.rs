//! `onshelf import KIND FILE`: how far it is on a terminal, plain lines elsewhere, then what went in and what not.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Args;
use onshelf_shop::{
    Clock, SystemClock,
    import::{self, Encoding, Entry, Format, Kind, Mapping, Options, Progress, Report, Source},
};
use onshelf_vocabulary::Currency;

use super::{Failure, open_database, telling::Teller};
use crate::config::Config;

/// Rejections and warnings of one reason that are shown one by one; all are counted, and `--rejects` writes every
/// rejected row.
const SHOWN: usize = 5;

#[derive(Debug, Args)]
pub(super) struct Import {
    /// What the file holds: stores, products, stock or places
    kind: Kind,
    /// The file, also as .gz or .zst; `-` reads standard input
    file: PathBuf,
    /// csv, tsv, jsonl, json, google-tsv or google-xml [default: as the file looks]
    #[arg(long)]
    format: Option<Format>,
    /// utf-8, euc-kr or windows-1252; UTF-16 is seen by itself
    #[arg(long)]
    encoding: Option<Encoding>,
    /// A mapping file: which columns fill which fields
    #[arg(long, value_name = "FILE.toml", conflicts_with = "map_name")]
    map: Option<PathBuf>,
    /// A mapping that comes along, such as bestbuy-stores
    #[arg(long, value_name = "NAME")]
    map_name: Option<String>,
    /// Checks everything and writes nothing
    #[arg(long)]
    dry_run: bool,
    /// The folder that relative paths of pictures start from
    #[arg(long, value_name = "DIR")]
    media: Option<PathBuf>,
    /// Writes every rejected row to a CSV file
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Reads only so many rows
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Of prices that name no currency, such as KRW
    #[arg(long, value_parser = currency)]
    currency: Option<Currency>,
    /// Of stores that name no country, such as KR
    #[arg(long)]
    country: Option<String>,
    /// The price of products that have none; without it they become drafts
    #[arg(long, value_name = "PRICE")]
    price_default: Option<String>,
}

fn currency(code: &str) -> Result<Currency, String> {
    Currency::from_code(code).ok_or_else(|| format!("`{code}` is not a currency the shop can price in"))
}

impl Import {
    pub(super) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let options = self.options(config)?;
        let source = if self.file.as_os_str() == "-" {
            Source::Stream { name: "standard input".to_owned(), reader: Box::new(std::io::stdin()) }
        } else {
            Source::File(self.file.clone())
        };
        let is_dry = options.dry_run;
        let db = open_database(config).await?;
        let began = Instant::now();
        let (mut teller, mut accepted) = (Teller::bar(), 0);
        let outcome = import::run(&db, self.kind, source, options, &mut |progress| {
            accepted = progress.accepted;
            tell_progress(&mut teller, progress);
        })
        .await;
        teller.finish();
        if outcome.is_err() && accepted > 0 && !is_dry {
            eprintln!("{accepted} rows went in before it stopped; the same file can be imported again.");
        }
        let report = outcome?;
        tell(&report, began.elapsed(), self.rejects.as_deref());
        let is_clean = report.rejected == 0 && report.stopped.is_none();
        Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    fn options(&self, config: &Config) -> Result<Options, Failure> {
        let mapping = match (&self.map, &self.map_name) {
            (Some(path), _) => Mapping::read(path)?,
            (None, Some(name)) => Mapping::built_in(name)?,
            (None, None) => Mapping::default(),
        };
        // A store's currency follows its country; a product's is the shop's where nothing else is said.
        let currency = self.currency.or((self.kind == Kind::Products).then_some(config.currency));
        Ok(Options {
            format: self.format,
            encoding: self.encoding,
            mapping,
            dry_run: self.dry_run,
            now_ms: SystemClock.now().as_millisecond(),
            currency,
            country: self.country.clone(),
            price_default: self.price_default.clone(),
            media: self.media.clone(),
            media_store: Some(config.data_dir.join("media")),
            rejects: self.rejects.clone(),
            limit: self.limit,
        })
    }
}

fn tell_progress(teller: &mut Teller, progress: Progress) {
    let Progress { bytes, total_bytes, rows, rejected, .. } = progress;
    teller.tell(total_bytes.map(|total| (bytes, total)), &format!("{rows} rows, {rejected} rejected"));
}

fn tell(report: &Report, took: Duration, rejects: Option<&Path>) {
    for (title, entries) in [("warning", &report.warned), ("rejected", &report.rejections)] {
        let mut shown: HashMap<(&str, &str), usize> = HashMap::new();
        for entry in entries {
            let alike = shown.entry((&entry.field, &entry.reason)).or_default();
            *alike += 1;
            if *alike <= SHOWN {
                eprintln!("{title}: {}", line_of(entry));
            }
        }
    }
    for (title, counts) in [("warnings", &report.warned_by), ("rejected", &report.rejected_by)] {
        for ((field, reason), count) in counts {
            eprintln!("{title}: {count} × {}{reason}", prefix(field));
        }
    }
    if report.rejected_by.keys().any(|(_, reason)| reason == import::NOT_UTF8) {
        eprintln!("onshelf: rows in another encoding can be read with --encoding euc-kr or windows-1252");
    }
    if let Some(told) = unread(report) {
        eprintln!("{told}");
    }
    let written: Vec<String> = report.written.iter().map(|(what, count)| format!("{count} {what}")).collect();
    let verb = if report.dry_run { "would be written (dry run)" } else { "written" };
    eprintln!(
        "{}, {}{}: {} rows, {} accepted, {} rejected, {} skipped, {} warnings; {} {verb}{}; {:.1} s",
        report.kind.name(),
        report.format,
        if report.encoding == Encoding::Utf8 {
            String::new()
        } else {
            format!(" in {}", report.encoding.name())
        },
        report.rows,
        report.accepted,
        report.rejected,
        report.skipped,
        report.warnings,
        if written.is_empty() { "nothing".to_owned() } else { written.join(", ") },
        told_apart(report),
        took.as_secs_f64()
    );
    if let Some(told) = about_rejects(report.rejected, rejects) {
        eprintln!("{told}");
    }
    if let Some(stopped) = &report.stopped {
        eprintln!("onshelf: the file could not be read to its end: {stopped}");
    } else if report.rows == 0 {
        eprintln!("onshelf: the file holds no rows");
    }
}

/// Where every rejected row can be looked at, of which only some were shown.
fn about_rejects(rejected: u64, file: Option<&Path>) -> Option<String> {
    (rejected > 0).then(|| match file {
        Some(file) => format!("every rejected row is written to {} (--rejects)", file.display()),
        None => "--rejects FILE writes every rejected row to a CSV file".to_owned(),
    })
}

/// What the file has that nothing was taken from, and how to change that.
fn unread(report: &Report) -> Option<String> {
    let names: Vec<String> = report.unread.iter().map(|name| format!("`{}`", neutral(name))).collect();
    (!names.is_empty()).then(|| {
        format!(
            "not read: {}; say in a mapping file what they fill, if anything is missing",
            names.join(", ")
        )
    })
}

/// A name from the file, of which nothing can move a terminal.
fn neutral(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(60).collect()
}

/// Whether the database is another than before. What stock changed is told by its own movements.
fn told_apart(report: &Report) -> String {
    match (report.changed, report.kind) {
        (_, Kind::Stock) => String::new(),
        _ if report.dry_run => String::new(),
        (0, _) => ", nothing of it new".to_owned(),
        (changed, _) => format!(", {changed} rows new or changed"),
    }
}

fn line_of(entry: &Entry) -> String {
    let at = if entry.line > 0 { format!("line {}: ", entry.line) } else { String::new() };
    let value = if entry.value.is_empty() { String::new() } else { format!(": {}", entry.value) };
    format!("{at}{}{}{value}", prefix(&entry.field), entry.reason)
}

fn prefix(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!("{field}: ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_where_all_rejected_rows_are() {
        assert_eq!(about_rejects(0, Some(Path::new("bad.csv"))), None);
        assert!(
            about_rejects(7, Some(Path::new("bad.csv"))).unwrap().contains("written to bad.csv (--rejects)")
        );
        assert!(about_rejects(7, None).unwrap().starts_with("--rejects FILE"));
    }
}
