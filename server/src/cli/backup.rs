//! `onshelf backup FILE`. The file has its name only once it is whole and on disk.

use std::{
    fs::File,
    io,
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
        // Of this process alone: another that writes the same backup at this moment has one of its own.
        let part = beside(&self.file, &format!(".{}.part", std::process::id()));
        let mut teller = Teller::spinner();
        let writing = whole(&part, &self.file, write(config, &part));
        let outcome = teller.wait_for(|| told(&part), writing).await;
        teller.finish();
        outcome?;
        eprintln!("Written to {}.", self.file.display());
        Ok(ExitCode::SUCCESS)
    }
}

async fn write(config: &Config, file: &Path) -> Result<(), Failure> {
    if is_postgres(config) {
        let file = file.as_os_str();
        let arguments: [&std::ffi::OsStr; 4] =
            ["--format=custom".as_ref(), "--file".as_ref(), file, config.database_url.as_ref()];
        return run_tool("pg_dump", &arguments).await;
    }
    Ok(open_database(config).await?.backup(file).await?)
}

/// Gives `part` the name `file` once it is written. On an error neither is there.
async fn whole(
    part: &Path,
    file: &Path,
    writing: impl Future<Output = Result<(), Failure>>,
) -> Result<(), Failure> {
    // Of a process of this number that was cut off.
    remove_database(part)?;
    let outcome = match writing.await {
        Ok(()) => put(part, file),
        refused => refused,
    };
    if outcome.is_err() {
        let _ = remove_database(part);
    }
    outcome
}

fn put(part: &Path, file: &Path) -> Result<(), Failure> {
    File::open(part)?.sync_all()?;
    if file.exists() {
        return Err(format!("{} exists already", file.display()).into());
    }
    std::fs::rename(part, file)?;
    // A name is on disk when its folder is.
    Ok(File::open(folder_of(file))?.sync_all()?)
}

pub(super) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A database file that may be there, with what SQLite keeps beside it.
fn remove_database(file: &Path) -> io::Result<()> {
    remove(file)?;
    remove_leftovers(file)
}

pub(super) fn remove_leftovers(database: &Path) -> io::Result<()> {
    ["-wal", "-shm", "-journal"].iter().try_for_each(|end| remove(&beside(database, end)))
}

pub(super) fn remove(file: &Path) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(super) fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<std::ffi::OsString> {
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    #[tokio::test]
    async fn what_breaks_off_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (part, file) = (folder.path().join("b.part"), folder.path().join("b"));
        let full = async {
            std::fs::write(&part, "half of it")?;
            std::fs::write(beside(&part, "-journal"), "")?;
            Err::<(), Failure>("the disk is full".into())
        };
        let refused = whole(&part, &file, full).await.unwrap_err().to_string();
        assert_eq!((refused.as_str(), names(folder.path()).len()), ("the disk is full", 0));
        // A folder where nobody can write.
        let nowhere = folder.path().join("missing/b");
        let db =
            onshelf_db::Db::open(&format!("sqlite://{}/shop.db", folder.path().display())).await.unwrap();
        let part = beside(&nowhere, ".part");
        assert!(whole(&part, &nowhere, async { Ok::<(), Failure>(db.backup(&part).await?) }).await.is_err());
        assert!(!nowhere.exists() && !part.exists());
        db.close().await;
    }

    #[tokio::test]
    async fn what_is_whole_has_its_name_and_takes_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let (part, file) = (folder.path().join("b.part"), folder.path().join("b"));
        std::fs::write(&part, "of one that was cut off").unwrap();
        let written = async {
            assert!(!file.exists(), "not before it is whole");
            Ok::<(), Failure>(std::fs::write(&part, "all of it")?)
        };
        whole(&part, &file, written).await.unwrap();
        assert_eq!(names(folder.path()), ["b"]);
        let again = async { Ok::<(), Failure>(std::fs::write(&part, "another")?) };
        assert!(whole(&part, &file, again).await.is_err(), "somebody was quicker");
        assert_eq!(names(folder.path()), ["b"]);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "all of it");
    }
}
