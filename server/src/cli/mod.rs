//! The command line. Exit codes: 0 done, 1 done with rejected rows or faults found, 2 could not run.

mod audit;
mod backup;
mod export;
mod import;
mod people;
mod reconcile;
mod restore;
mod serve;
mod shopper;
mod telling;
mod trail;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Parser, Subcommand};
use onshelf_db::Db;
use onshelf_shop::{Shop, SystemChance, SystemClock};

use crate::{Failure, config::Config};
use telling::Teller;

/// Onshelf: an online-to-offline storefront.
#[derive(Debug, Parser)]
#[command(name = "onshelf", version)]
struct Arguments {
    /// Settings file [default: onshelf.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// sqlite://PATH or postgres://…; overrides the settings
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// What to do; without one the shop is served, as cargo-leptos starts it
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the shop
    Serve(serve::Serve),
    /// Takes in stores, products, stock or places from a file
    Import(import::Import),
    /// Writes stores, products, stock or reservations to a file
    Export(export::Export),
    /// Proves that the books agree, also with what the payment providers have; a line a fault
    Audit(audit::Audit),
    /// Compares what a payment provider says with our book; a line a difference
    Reconcile(reconcile::Reconcile),
    /// Writes the whole database to a file, also while the server runs
    Backup(backup::Backup),
    /// Puts a backup in the place of the database; the server must be stopped
    Restore(restore::Restore),
    /// Tokens for tills, ERPs and warehouses
    #[command(subcommand)]
    Token(people::Token),
    /// Staff who may sign in
    #[command(subcommand)]
    Staff(people::Staff),
    /// What is kept of one person: shown, or taken out
    #[command(subcommand)]
    Shopper(shopper::Shopper),
    /// Prints what staff, partners and operators read and did, as CSV
    Trail(trail::Trail),
    /// Where events are sent
    #[command(subcommand)]
    Webhook(people::Webhook),
    /// Prints the OpenAPI description
    Openapi,
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let config = match Config::load(arguments.config.as_deref(), std::env::vars_os()) {
        Ok(config) => config,
        Err(error) => return could_not(&error),
    };
    let config = Config { database_url: arguments.database_url.unwrap_or(config.database_url), ..config };
    // The pages need four workers to make progress while some of them render.
    let workers = std::thread::available_parallelism().map_or(4, |cores| cores.get().max(4));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return could_not(&error),
    };
    let outcome = runtime.block_on(async move {
        match arguments.command.unwrap_or(Command::Serve(serve::Serve { demo: false })) {
            Command::Serve(serve) => serve.run(config).await,
            Command::Import(import) => import.run(&config).await,
            Command::Export(export) => export.run(&config).await,
            Command::Audit(audit) => audit.run(&config).await,
            Command::Reconcile(reconcile) => reconcile.run(&config).await,
            Command::Backup(backup) => backup.run(&config).await,
            Command::Restore(restore) => restore.run(&config).await,
            Command::Token(token) => token.run(config).await,
            Command::Staff(staff) => staff.run(config).await,
            Command::Shopper(shopper) => shopper.run(config).await,
            Command::Trail(trail) => trail.run(&config).await,
            Command::Webhook(webhook) => webhook.run(config).await,
            Command::Openapi => print_openapi(&config),
        }
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    outcome.unwrap_or_else(|error| could_not(error.as_ref()))
}

fn could_not(error: &(dyn std::error::Error + 'static)) -> ExitCode {
    eprintln!("onshelf: {error}");
    ExitCode::from(2)
}

/// The database of the settings, brought up to date.
pub(crate) async fn open_database(config: &Config) -> Result<Db, Failure> {
    Db::open(&config.database_url)
        .await
        .map_err(|error| format!("database_url: the database cannot be used: {error}").into())
}

/// The shop on the database of the settings, for commands that do a deed.
async fn open_shop(config: &Config) -> Result<Shop, Failure> {
    let mut teller = Teller::spinner();
    let opened = open_shop_telling(config, &mut teller).await;
    teller.finish();
    opened
}

/// The same for commands that go on telling. A shop reads its whole catalogue, which takes a while where it is large.
async fn open_shop_telling(config: &Config, teller: &mut Teller) -> Result<Shop, Failure> {
    let db = open_database(config).await?;
    let settings = onshelf_shop::Settings { index_dir: None, ..config.shop_settings() };
    let opening = std::pin::pin!(Shop::open(db, Arc::new(SystemClock), Arc::new(SystemChance), settings));
    Ok(teller.wait_for(|| "reading the catalogue".to_owned(), opening).await?)
}

#[expect(clippy::print_stdout, reason = "what the command is for")]
fn print_openapi(config: &Config) -> Result<ExitCode, Failure> {
    println!("{}", crate::http::openapi::document(&config.public_url()));
    Ok(ExitCode::SUCCESS)
}
