//! `onshelf audit`: do the books agree with themselves?

use std::process::ExitCode;

use onshelf_db::ledger;

use super::{Failure, open_database};
use crate::config::Config;

/// Prints a line a fault and exits 1 if there is any.
#[expect(clippy::print_stdout, reason = "what the command is for")]
pub(super) async fn run(config: &Config) -> Result<ExitCode, Failure> {
    let db = open_database(config).await?;
    let faults = faults(&db).await?;
    for fault in &faults {
        println!("{fault}");
    }
    println!("audit: {} faults", faults.len());
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Every fault in words.
pub async fn faults(db: &onshelf_db::Db) -> Result<Vec<String>, Failure> {
    #[expect(clippy::disallowed_methods, reason = "an audit asks about this very moment")]
    let now = jiff::Timestamp::now().as_millisecond();
    let mut reader = db.reader().await?;
    let mut tx = reader.tx();
    let mut faults = Vec::new();
    for off in ledger::levels_off(&mut tx).await? {
        faults.push(format!(
            "on hand: {} at {} is booked as {} but its movements sum to {}",
            off.sku, off.store, off.booked, off.summed
        ));
    }
    for off in ledger::held_off(&mut tx).await? {
        faults.push(format!(
            "held: {} at {} is booked as {} but its live holds sum to {}",
            off.sku, off.store, off.booked, off.summed
        ));
    }
    let numbers = [
        ("holds: the live holds of {} do not cover its lines, or outlive it", ledger::holds_off(&mut tx, now).await?),
        ("hand-over: what was handed over for {} is not in the ledger", ledger::hand_overs_off(&mut tx).await?),
        ("total: the lines of {} do not sum to its total", ledger::totals_off(&mut tx).await?),
    ];
    for (words, off) in numbers {
        faults.extend(off.iter().map(|number| words.replace("{}", number)));
    }
    Ok(faults)
}
