//! `onshelf backup FILE`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;

use super::{
    Failure, open_database,
    telling::{Teller, megabytes},
};
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file to write; it must not exist
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(&self, config: &Config) -> Result<ExitCode, Failure> {
        if self.file.exists() {
            return Err(format!("{} exists already", self.file.display()).into());
        }
        let mut teller = Teller::spinner();
        let outcome = teller.wait_for(|| told(&self.file), self.write(config)).await;
        teller.finish();
        outcome?;
        eprintln!("Written to {}.", self.file.display());
        Ok(ExitCode::SUCCESS)
    }

    async fn write(&self, config: &Config) -> Result<(), Failure> {
        if is_postgres(config) {
            let file = self.file.as_os_str();
            let arguments: [&std::ffi::OsStr; 4] =
                ["--format=custom".as_ref(), "--file".as_ref(), file, config.database_url.as_ref()];
            return run_tool("pg_dump", &arguments).await;
        }
        Ok(open_database(config).await?.backup(&self.file).await?)
    }
}

/// How much of it is there.
fn told(file: &Path) -> String {
    let length = std::fs::metadata(file).map_or(0, |about| about.len());
    format!("{} written", megabytes(length))
}

pub(super) fn is_postgres(config: &Config) -> bool {
    config.database_url.starts_with("postgres")
}

pub(super) async fn run_tool(tool: &str, arguments: &[&std::ffi::OsStr]) -> Result<(), Failure> {
    let status = tokio::process::Command::new(tool)
        .args(arguments)
        .status()
        .await
        .map_err(|error| format!("{tool} (of PostgreSQL's client programs) could not be run: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{tool} failed: {status}").into()) }
}
