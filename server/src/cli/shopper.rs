//! `onshelf shopper`: what is kept of one person, shown to them or taken out. Works while the server runs.

use std::{path::Path, process::ExitCode};

use clap::{Args, Subcommand};
use onshelf_shop::shoppers::{Erasure, Way, read_way};

use super::{Failure, open_shop, telling::Teller};
use crate::{config::Config, notifications};

#[derive(Debug, Subcommand)]
pub(super) enum Shopper {
    /// Prints everything that is kept of a person as JSON
    Export(Person),
    /// Takes a person out of reservations, orders, passes and kept mails; sums and counts stay
    Erase {
        #[command(flatten)]
        person: Person,
        /// Also while something is under way: nobody can be told about it any more
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Person {
    /// The e-mail address they gave
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// The phone number they gave, as they write it
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
}

impl Person {
    fn way(self) -> Result<Way, Failure> {
        read_way(self.email, self.phone)
            .map_err(|_| "that is neither an e-mail address nor a phone number".into())
    }
}

impl Shopper {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        match self {
            Shopper::Export(person) => export(&config, &person.way()?).await,
            Shopper::Erase { person, force } => erase(&config, &person.way()?, force).await,
        }
    }
}

#[expect(clippy::print_stdout, reason = "what the command is for")]
async fn export(config: &Config, way: &Way) -> Result<ExitCode, Failure> {
    let shop = open_shop(config).await?;
    let gathering = std::pin::pin!(shop.shopper_data(way));
    let data = Teller::wait_once("gathering what is kept", gathering).await?;
    println!("{}", serde_json::to_string_pretty(&data)?);
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "what the command is for")]
async fn erase(config: &Config, way: &Way, force: bool) -> Result<ExitCode, Failure> {
    let shop = open_shop(config).await?;
    // All that was answered and told in weeks is looked through for it.
    let erasing = std::pin::pin!(shop.erase_shopper(way, force));
    match Teller::wait_once("looking for every trace", erasing).await? {
        Erasure::Nobody => {
            println!("Nothing is kept of such a person.");
            Ok(ExitCode::SUCCESS)
        }
        Erasure::UnderWay(numbers) => {
            println!("Nothing was changed: {} under way (--force erases all the same).", numbers.join(", "));
            Ok(ExitCode::from(1))
        }
        Erasure::Done(numbers) => {
            let mails = forget_mails(&config.data_dir, &numbers)?;
            println!("Erased from {}; {mails} kept mails removed.", numbers.join(", "));
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn forget_mails(data_dir: &Path, numbers: &[String]) -> Result<usize, Failure> {
    notifications::forget_kept(data_dir, numbers)
        .map_err(|error| format!("the books are done, but a kept mail could not be removed: {error}").into())
}
