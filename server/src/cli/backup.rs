//! `onshelf backup FILE` and `onshelf restore FILE`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use onshelf_shop::{Clock, SystemClock};

use super::{Failure, open_database};
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file to write; it must not exist
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// A file that `onshelf backup` wrote
    file: PathBuf,
    /// Replaces a database that is already there
    #[arg(long)]
    force: bool,
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

impl Restore {
    pub(super) async fn run(&self, config: &Config) -> Result<ExitCode, Failure> {
        if !self.file.is_file() {
            return Err(format!("there is no file {}", self.file.display()).into());
        }
        if is_postgres(config) {
            self.restore_postgres(config)?;
        } else {
            self.restore_sqlite(config)?;
        }
        // Opening brings an older backup's schema up to date; the audit then proves what was restored.
        let db = open_database(config).await?;
        let faults = onshelf_shop::ledger::faults(&db, SystemClock.now()).await?;
        for fault in &faults {
            eprintln!("{fault}");
        }
        eprintln!("Restored from {}; {} faults.", self.file.display(), faults.len());
        Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    fn restore_postgres(&self, config: &Config) -> Result<(), Failure> {
        let mut arguments: Vec<&std::ffi::OsStr> = vec!["--no-owner".as_ref(), "--dbname".as_ref()];
        arguments.push(config.database_url.as_ref());
        if self.force {
            arguments.extend(["--clean".as_ref(), "--if-exists".as_ref()] as [&std::ffi::OsStr; 2]);
        }
        arguments.push(self.file.as_os_str());
        run_tool("pg_restore", &arguments)
    }

    fn restore_sqlite(&self, config: &Config) -> Result<(), Failure> {
        let path = config.database_url.trim_start_matches("sqlite:").trim_start_matches("//");
        let target = PathBuf::from(path);
        if target.exists() && !self.force {
            return Err(format!("{} exists; --force replaces it", target.display()).into());
        }
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // A log left by the database that was there would be replayed into the restored one.
        for rest in ["-wal", "-shm"] {
            let rest = PathBuf::from(format!("{path}{rest}"));
            if rest.exists() {
                std::fs::remove_file(rest)?;
            }
        }
        std::fs::copy(&self.file, &target)?;
        std::fs::File::open(&target)?.sync_all()?;
        Ok(())
    }
}

fn is_postgres(config: &Config) -> bool {
    config.database_url.starts_with("postgres")
}

fn run_tool(tool: &str, arguments: &[&std::ffi::OsStr]) -> Result<(), Failure> {
    let status = std::process::Command::new(tool)
        .args(arguments)
        .status()
        .map_err(|error| format!("{tool} (of PostgreSQL's client programs) could not be run: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{tool} failed: {status}").into()) }
}
