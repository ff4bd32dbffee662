//! The driver: a thread reads records while the database writes those before them; each kind of file says how its
//! rows become ours.

use std::sync::atomic::Ordering;

use futures::FutureExt;
use onshelf_db::{Db, Error, meta};

use super::{
    ImportError, Kind, Mapping, Options, Progress, Report,
    canonical::Spelling,
    chunks,
    lookup::Tables,
    plan::Plan,
    read::{self, Format, Header, Record, Wish},
    report::Ledger,
    source::Opened,
    unread::Unread,
};

/// What one kind of file becomes.
pub(super) trait Intake {
    /// Fields a file cannot do without, each by any of its names.
    fn needs(&self, mapping: &Mapping) -> &'static [&'static [&'static str]];

    /// Looks at the columns of a file that has some; answers those that it reads by itself.
    fn meet(&mut self, _: &Plan, _: &Header) -> Vec<usize> {
        Vec::new()
    }

    /// Checks a record and keeps what is to be written, or rejects it.
    fn take(&mut self, plan: &Plan, record: &Record, ledger: &mut Ledger);

    /// Writes what has been kept, if it is time to.
    async fn write(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError>;

    /// Writes the rest, and looks at the file as a whole.
    async fn finish(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError>;
}

pub(super) async fn drive<I: Intake>(
    db: &Db,
    kind: Kind,
    opened: Opened,
    options: Options,
    mut intake: I,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report, ImportError> {
    let (bytes, total_bytes, folder) = (opened.bytes.clone(), opened.total_bytes, opened.folder.clone());
    let mapping = options.mapping;
    let wish = Wish {
        format: options.format.or(mapping.format),
        encoding: options.encoding.or(mapping.encoding),
        delimiter: mapping.delimiter,
        records: mapping.records.clone(),
    };
    let reading = read::start(opened, wish)?;
    let is_google = matches!(reading.format, Format::GoogleTsv | Format::GoogleXml);
    let known = match &reading.header {
        _ if !mapping.is_blank() => None,
        _ if is_google => Some(Mapping::for_google(kind)?),
        Some(header) => Mapping::for_columns(kind, header)?,
        None => None,
    };
    let mapping = known.unwrap_or(mapping);
    let mut plan = Plan::new(kind, mapping, Tables::beside(folder))?;
    let mut unread = Unread::of_members(kind, &plan);
    if let Some(header) = &reading.header {
        plan.bind(header)?;
        let own = intake.meet(&plan, header);
        unread = Unread::of_columns(&plan, header, &own);
        for names in intake.needs(&plan.mapping) {
            plan.require(names, header)?;
        }
    }
    let mut ledger = Ledger::new(kind, options.dry_run, options.rejects.as_deref())?;
    ledger.report.format = reading.format.name();
    ledger.report.encoding = reading.encoding;
    let spelling = Spelling::new(kind);

    let (send, mut waiting) = chunks::channel();
    let limit = options.limit.unwrap_or(u64::MAX);
    let reader = tokio::task::spawn_blocking(move || chunks::pump(reading.records, limit, &send));
    while let Some(chunk) = waiting.recv().await {
        for item in chunk {
            ledger.report.rows += 1;
            match item {
                Ok(mut record) => {
                    unread.look(&record);
                    spelling.mend(&mut record.fields);
                    if plan.wants(&record) {
                        intake.take(&plan, &record, &mut ledger);
                    } else {
                        ledger.skip();
                    }
                }
                Err(bad) => ledger.reject(bad),
            }
        }
        intake.write(db, &mut ledger).await?;
        progress(Progress {
            bytes: bytes.load(Ordering::Relaxed),
            total_bytes,
            rows: ledger.report.rows,
            accepted: ledger.report.accepted,
            rejected: ledger.report.rejected,
        });
    }
    if let Ok(Err(stop)) = reader.await {
        if ledger.report.rows == 0 {
            return Err(ImportError::Unusable(format!("line {}: {}", stop.line, stop.reason)));
        }
        ledger.report.stopped = Some(format!("line {}: {}", stop.line, stop.reason));
    }
    intake.finish(db, &mut ledger).await?;
    ledger.report.unread = unread.names;
    let report = ledger.finish()?;
    // The same file again wakes nobody: processes read the whole catalogue anew when it is touched.
    if report.changed > 0 {
        let now = options.now_ms;
        db.write::<(), Error, _>(move |mut tx| {
            async move { meta::touch_catalogue(&mut tx, now).await }.boxed()
        })
        .await?;
    }
    Ok(report)
}

/// Whether an error is about the rows that were written and not about the database as a whole.
pub(super) fn is_about_rows(error: &Error) -> bool {
    matches!(error, Error::Constraint(_) | Error::Inconsistent(_) | Error::Driver(_))
}
