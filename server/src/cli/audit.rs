//! `onshelf audit`: do the books agree with themselves?

use std::process::ExitCode;

use onshelf_shop::{Clock, SystemClock};

use super::{Failure, open_database};
use crate::config::Config;

/// Prints a line a fault and exits 1 if there is any.
#[expect(clippy::print_stdout, reason = "what the command is for")]
pub(super) async fn run(config: &Config) -> Result<ExitCode, Failure> {
    let db = open_database(config).await?;
    let now = SystemClock.now();
    let faults = onshelf_shop::ledger::faults(&db, now).await?;
    // The proof is the answer; that it could not be noted is no fault in the books.
    if let Err(error) = onshelf_shop::ledger::note_audit(&db, now, faults.len()).await {
        eprintln!("onshelf: the audit could not be noted for the metrics: {error}");
    }
    for fault in &faults {
        println!("{fault}");
    }
    println!("audit: {} faults", faults.len());
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
