//! `onshelf backup FILE`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::{Failure, open_database};
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
        if is_postgres(config) {
            let file = self.file.as_os_str();
            run_tool(
                "pg_dump",
                &["--format=custom".as_ref(), "--file".as_ref(), file, config.database_url.as_ref()],
            )?;
        } else {
            open_database(config).await?.backup(&self.file).await?;
        }
        eprintln!("Written to {}.", self.file.display());
        Ok(ExitCode::SUCCESS)
    }
}

pub(super) fn is_postgres(config: &Config) -> bool {
    config.database_url.starts_with("postgres")
}

pub(super) fn run_tool(tool: &str, arguments: &[&std::ffi::OsStr]) -> Result<(), Failure> {
    let status = std::process::Command::new(tool)
        .args(arguments)
        .status()
        .map_err(|error| format!("{tool} (of PostgreSQL's client programs) could not be run: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{tool} failed: {status}").into()) }
}
