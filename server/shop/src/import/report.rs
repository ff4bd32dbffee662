//! What an import answers: how many rows went in, and each that did not, by line, field and reason.

use std::{borrow::Cow, collections::BTreeMap, fs::File, path::Path};

use super::{
    ImportError, Kind, clean,
    read::{Encoding, Unreadable},
};

/// Entries kept to be shown; beyond that they are counted.
pub const KEPT: usize = 1_000;
/// Warnings of one reason kept, so that a common one does not hide the rare.
const KEPT_ALIKE: u64 = 50;
/// Characters of a value that are shown.
const SHOWN: usize = 120;

/// One row that was rejected, or something about a row that deserves a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// From 1.
    pub line: u64,
    /// Ours, or empty where the row as a whole is meant.
    pub field: Cow<'static, str>,
    pub reason: Cow<'static, str>,
    /// As in the file, shortened.
    pub value: String,
}

impl Entry {
    pub(super) fn new(
        line: u64,
        field: impl Into<Cow<'static, str>>,
        reason: impl Into<Cow<'static, str>>,
        value: &str,
    ) -> Entry {
        Entry { line, field: field.into(), reason: reason.into(), value: shortened(value) }
    }

    pub(super) fn unreadable(line: u64, reason: Unreadable, bytes: &[u8]) -> Entry {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * SHOWN)]);
        Entry::new(line, "", reason.0, &start)
    }
}

fn shortened(value: &str) -> String {
    let mut out: String = value.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if value.chars().nth(SHOWN).is_some() {
        out.push('…');
    }
    out
}

/// What an import did.
#[derive(Clone, Debug)]
pub struct Report {
    pub kind: Kind,
    /// The format it was read as.
    pub format: &'static str,
    /// How its letters were read.
    pub encoding: Encoding,
    /// Columns, or members of its records, that nothing was taken from: the first sixty.
    pub unread: Vec<String>,
    pub dry_run: bool,
    /// Records in the file.
    pub rows: u64,
    pub accepted: u64,
    pub rejected: u64,
    /// Left out on purpose: by the mapping's `only`, or because it had been booked before.
    pub skipped: u64,
    pub warnings: u64,
    /// Rejected rows by field and reason.
    pub rejected_by: BTreeMap<(String, String), u64>,
    pub warned_by: BTreeMap<(String, String), u64>,
    /// The first thousand.
    pub rejections: Vec<Entry>,
    /// The first fifty of each reason, a thousand at most.
    pub warned: Vec<Entry>,
    /// Rows of the database that were not so before.
    pub changed: u64,
    /// `products`, `variants`, `categories` …: how many went in, or would have.
    pub written: BTreeMap<&'static str, u64>,
    /// Where the file broke off, and why.
    pub stopped: Option<String>,
}

/// A report in the making, and the file of rejected rows.
pub(super) struct Ledger {
    pub report: Report,
    rejects: Option<csv::Writer<File>>,
    fault: Option<String>,
}

impl Ledger {
    pub fn new(kind: Kind, dry_run: bool, rejects: Option<&Path>) -> Result<Ledger, ImportError> {
        let failed = |error: csv::Error| ImportError::Rejects(error.to_string());
        let mut writer = rejects.map(csv::Writer::from_path).transpose().map_err(failed)?;
        if let Some(writer) = &mut writer {
            writer.write_record(["line", "field", "reason", "value"]).map_err(failed)?;
        }
        let report = Report {
            kind,
            format: "",
            encoding: Encoding::default(),
            unread: Vec::new(),
            dry_run,
            rows: 0,
            accepted: 0,
            rejected: 0,
            skipped: 0,
            warnings: 0,
            rejected_by: BTreeMap::new(),
            warned_by: BTreeMap::new(),
            rejections: Vec::new(),
            warned: Vec::new(),
            changed: 0,
            written: BTreeMap::new(),
            stopped: None,
        };
        Ok(Ledger { report, rejects: writer, fault: None })
    }

    pub fn accept(&mut self, rows: u64) {
        self.report.accepted += rows;
    }

    pub fn skip(&mut self) {
        self.report.skipped += 1;
    }

    pub fn wrote(&mut self, what: &'static str, count: usize) {
        *self.report.written.entry(what).or_default() += count as u64;
    }

    pub fn changed(&mut self, rows: u64) {
        self.report.changed += rows;
    }

    pub fn reject(&mut self, entry: Entry) {
        let report = &mut self.report;
        report.rejected += 1;
        *report.rejected_by.entry((entry.field.to_string(), entry.reason.to_string())).or_default() += 1;
        if let Some(writer) = &mut self.rejects {
            let line = entry.line.to_string();
            let value = clean::neutralised(&entry.value);
            if let Err(error) = writer.write_record([line.as_str(), &entry.field, &entry.reason, &value]) {
                self.fault.get_or_insert(error.to_string());
            }
        }
        if report.rejections.len() < KEPT {
            report.rejections.push(entry);
        }
    }

    pub fn warn(&mut self, entry: Entry) {
        let report = &mut self.report;
        report.warnings += 1;
        let alike = report.warned_by.entry((entry.field.to_string(), entry.reason.to_string())).or_default();
        *alike += 1;
        if report.warned.len() < KEPT && *alike <= KEPT_ALIKE {
            report.warned.push(entry);
        }
    }

    pub fn finish(mut self) -> Result<Report, ImportError> {
        if let Some(writer) = &mut self.rejects
            && let Err(error) = writer.flush()
        {
            self.fault.get_or_insert(error.to_string());
        }
        match self.fault {
            Some(fault) => Err(ImportError::Rejects(fault)),
            None => Ok(self.report),
        }
    }
}
