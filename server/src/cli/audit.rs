//! `onshelf audit`: do the books agree with themselves, and with those who take the money?

use std::process::ExitCode;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use onshelf_db::Db;
use onshelf_shop::{Clock, Shop, SystemClock, ledger};

use super::{Failure, open_database, open_shop_telling, reconcile::reconciled, telling::Teller};
use crate::{config::Config, payments};

#[derive(Debug, Args)]
pub(super) struct Audit {
    /// Asks no payment provider: whether the books agree with themselves
    #[arg(long)]
    offline: bool,
    /// How many days back the payment providers are asked
    #[arg(long, default_value_t = 7)]
    days: u16,
}

/// What was found, and who was asked for it.
#[derive(Default)]
struct Found {
    faults: Vec<String>,
    asked: Vec<&'static str>,
    /// Who did not answer, and why; what they have is not proven.
    silent: Vec<String>,
}

impl Audit {
    /// Prints a line a fault and exits 1 if there is any; 2 where there is none and a provider could not be asked.
    #[expect(clippy::print_stdout, reason = "what the command is for")]
    pub(super) async fn run(&self, config: &Config) -> Result<ExitCode, Failure> {
        let mut teller = Teller::spinner();
        let looked = self.look(config, &mut teller).await;
        teller.finish();
        let (db, found) = looked?;
        note(&db, found.faults.len()).await;
        for silence in &found.silent {
            eprintln!("onshelf: {silence}");
        }
        for fault in &found.faults {
            println!("{fault}");
        }
        // Not among the faults: whoever reads those counts lines.
        eprintln!("audit: {} faults, providers asked: {}", found.faults.len(), told(&found.asked));
        Ok(match (found.faults.is_empty(), found.silent.is_empty()) {
            (true, true) => ExitCode::SUCCESS,
            (true, false) => ExitCode::from(2),
            (false, _) => ExitCode::from(1),
        })
    }

    async fn look(&self, config: &Config, teller: &mut Teller) -> Result<(Db, Found), Failure> {
        if self.offline {
            let db = open_database(config).await?;
            let faults = prove(&db, SystemClock.now(), teller).await?;
            return Ok((db, Found { faults, ..Found::default() }));
        }
        let shop = open_shop_telling(config, teller).await?;
        shop.take_payments(payments::providers(config, &shop).await?);
        // First the providers: a refund that somebody carried out by hand is written down, and no fault any more.
        let found = self.ask_providers(&shop, teller).await;
        let mut faults = prove(shop.db(), shop.now(), teller).await?;
        faults.extend(found.faults);
        Ok((shop.db().clone(), Found { faults, ..found }))
    }

    /// Every difference to what the providers of the settings have.
    async fn ask_providers(&self, shop: &Shop, teller: &mut Teller) -> Found {
        let mut found = Found::default();
        let since = shop.now() - SignedDuration::from_hours(24 * i64::from(self.days));
        for code in shop.providers() {
            let name = code.code();
            match reconciled(shop, code, since, teller).await {
                Ok(differences) => {
                    found.asked.push(name);
                    found.faults.extend(differences.iter().map(|one| format!("{name}: {one}")));
                }
                Err(error) => found.silent.push(format!("{name} could not be asked: {error}")),
            }
        }
        found
    }
}

/// Whether the books agree with themselves.
async fn prove(db: &Db, now: Timestamp, teller: &mut Teller) -> Result<Vec<String>, Failure> {
    Ok(teller.wait_for(|| "proving the books".to_owned(), ledger::faults(db, now)).await?)
}

/// The proof is the answer; that it could not be noted is no fault in the books.
async fn note(db: &Db, faults: usize) {
    if let Err(error) = ledger::note_audit(db, SystemClock.now(), faults).await {
        eprintln!("onshelf: the audit could not be noted for the metrics: {error}");
    }
}

fn told(asked: &[&str]) -> String {
    if asked.is_empty() { "none".to_owned() } else { asked.join(", ") }
}
