//! `onshelf token`, `onshelf staff`, `onshelf webhook`: who may do what, and who is told. All work while the
//! server runs.

use std::{io::Read, process::ExitCode};

use clap::{Subcommand, ValueEnum};
use onshelf_shop::{Shop, jobs::is_told, staff::NewStaff};
use onshelf_vocabulary::{StoreCode, staff::Role};

use super::{Failure, open_shop};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Makes a token and prints it alone; it cannot be shown again
    Create {
        #[arg(long)]
        scope: Scope,
        /// For this store only
        #[arg(long, value_name = "CODE")]
        store: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Scope {
    /// Counts stock and moves it
    Stock,
    /// Sells, carries groups of orders on, gives money back
    Pos,
    /// Opens nothing: everybody reads the catalogue, and only imports write it. It can still be asked for, because the
    /// command was promised with it and tokens that have it are out.
    #[value(hide = true)]
    Catalogue,
}

#[derive(Debug, Subcommand)]
pub(super) enum Staff {
    /// Adds somebody, or gives them a new password, role and stores; the password comes on standard input
    Add {
        #[arg(long)]
        login: String,
        #[arg(long)]
        name: String,
        #[arg(long)]
        role: RoleName,
        /// Stores they work for; head office works for all
        #[arg(long, value_name = "CODE", value_delimiter = ',')]
        store: Vec<String>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum RoleName {
    Associate,
    Manager,
    HeadOffice,
}

#[derive(Debug, Subcommand)]
pub(super) enum Webhook {
    /// Registers an address and prints the secret that signs what is sent there
    Add {
        url: String,
        /// Such as reservation.* or stock.changed
        #[arg(long, value_delimiter = ',', default_value = "*")]
        events: Vec<String>,
    },
}

/// A token or somebody for a store that is not there would open nothing.
fn all_there<'c>(shop: &Shop, codes: impl IntoIterator<Item = &'c String>) -> Result<(), Failure> {
    let book = shop.book();
    match codes.into_iter().find(|code| book.stores.by_code(code).is_none()) {
        Some(unknown) => Err(format!("there is no store {unknown}").into()),
        None => Ok(()),
    }
}

impl Token {
    #[expect(clippy::print_stdout, reason = "what the command is for")]
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let Token::Create { scope, store } = self;
        let shop = open_shop(&config).await?;
        all_there(&shop, &store)?;
        let scope = match scope {
            Scope::Stock => "stock",
            Scope::Pos => "pos",
            Scope::Catalogue => "catalogue",
        };
        let store = store.map(StoreCode::new).transpose()?;
        println!("{}", shop.create_token(scope, store.as_ref()).await?);
        if let Some(told) = about(scope) {
            eprintln!("onshelf: {told}");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What whoever makes a token of this scope should know.
fn about(scope: &str) -> Option<&'static str> {
    (scope == "catalogue").then_some(
        "a token for `catalogue` opens nothing: everybody reads the catalogue, and only `onshelf import` writes it",
    )
}

impl Staff {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let Staff::Add { login, name, role, store } = self;
        let mut password = String::new();
        std::io::stdin().take(4096).read_to_string(&mut password)?;
        let password = password.trim_end_matches(['\r', '\n']).to_owned();
        if password.chars().count() < 10 {
            return Err("a password has at least 10 characters (it is read from standard input)".into());
        }
        let shop = open_shop(&config).await?;
        all_there(&shop, &store)?;
        let role = match role {
            RoleName::Associate => Role::Associate,
            RoleName::Manager => Role::Manager,
            RoleName::HeadOffice => Role::HeadOffice,
        };
        shop.add_staff(NewStaff { login, name, password, role, stores: store }).await?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Webhook {
    #[expect(clippy::print_stdout, reason = "what the command is for")]
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let Webhook::Add { url, events } = self;
        let parsed = url::Url::parse(&url)?;
        let local = matches!(parsed.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if parsed.scheme() != "https" && !local {
            return Err("events are sent to https:// addresses only (or to this machine)".into());
        }
        if let Some(unknown) = events.iter().find(|event| !is_told(event)) {
            let known = "reservation.*, order.*, stock.changed, or * for all";
            return Err(format!("there are no events `{unknown}`; there are {known}").into());
        }
        let shop = open_shop(&config).await?;
        println!("{}", shop.add_webhook(parsed.as_str(), &events).await?);
        Ok(ExitCode::SUCCESS)
    }
}

#[cfg(test)]
mod tests {
    use super::about;

    #[test]
    fn who_gets_a_token_that_opens_nothing_is_told() {
        assert!(about("catalogue").unwrap().contains("opens nothing"));
        assert_eq!((about("stock"), about("pos")), (None, None));
    }
}
