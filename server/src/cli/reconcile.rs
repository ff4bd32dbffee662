//! `onshelf reconcile`: the provider's list against our book.

use std::process::ExitCode;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use onshelf_shop::{Error, Shop, orders::Difference};
use onshelf_vocabulary::payments::ProviderCode;

use super::{Failure, open_shop, telling::Teller};
use crate::{config::Config, payments};

#[derive(Debug, Args)]
pub(super) struct Reconcile {
    /// test, stripe or toss
    #[arg(value_parser = provider)]
    provider: ProviderCode,
    /// How many days back
    #[arg(long, default_value_t = 7)]
    days: u16,
}

fn provider(text: &str) -> Result<ProviderCode, String> {
    ProviderCode::from_code(text).ok_or_else(|| "must be test, stripe or toss".to_owned())
}

impl Reconcile {
    /// Prints a line a difference and exits 1 if there is any.
    #[expect(clippy::print_stdout, reason = "the differences are the answer")]
    pub(super) async fn run(&self, config: &Config) -> Result<ExitCode, Failure> {
        let shop = open_shop(config).await?;
        shop.take_payments(payments::providers(config, &shop).await?);
        let since = shop.now() - SignedDuration::from_hours(24 * i64::from(self.days));
        let mut teller = Teller::spinner();
        let differences = reconciled(&shop, self.provider, since, &mut teller).await;
        teller.finish();
        let differences = differences?;
        for difference in &differences {
            println!("{difference}");
        }
        eprintln!("reconcile: {} differences in {} days", differences.len(), self.days);
        Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// What a provider has otherwise; it may take its time to say.
pub(super) async fn reconciled(
    shop: &Shop,
    provider: ProviderCode,
    since: Timestamp,
    teller: &mut Teller,
) -> Result<Vec<Difference>, Error> {
    let asking = std::pin::pin!(shop.reconcile(provider, since));
    teller.wait_for(|| format!("asking {}", provider.code()), asking).await
}
