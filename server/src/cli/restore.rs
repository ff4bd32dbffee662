//! `onshelf restore FILE`. The database that is there stays as it is until the copy beside it has proved whole.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::Args;
use onshelf_db::copies::{self, Standing};
use onshelf_shop::{Clock, SystemClock};

use super::{
    Failure,
    backup::{beside, folder_of, is_postgres, remove, remove_leftovers, run_tool},
    open_database,
    telling::{Teller, megabytes},
};
use crate::config::Config;

/// How often, and how long in between, it is looked whether a server that stops has let its database go.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);
/// Bytes copied between two words about it.
const PIECE: u64 = 16 * 1024 * 1024;

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// A file that `onshelf backup` wrote
    file: PathBuf,
    /// Replaces a database that is already there
    #[arg(long)]
    force: bool,
}

impl Restore {
    pub(super) async fn run(&self, config: &Config) -> Result<ExitCode, Failure> {
        if !self.file.is_file() {
            return Err(format!("there is no file {}", self.file.display()).into());
        }
        let mut teller = Teller::spinner();
        let outcome = self.restore(config, &mut teller).await;
        teller.finish();
        let faults = outcome?;
        for fault in &faults {
            eprintln!("{fault}");
        }
        eprintln!("Restored from {}; {} faults.", self.file.display(), faults.len());
        Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    /// Answers what is wrong with the books of what was restored.
    async fn restore(&self, config: &Config, teller: &mut Teller) -> Result<Vec<String>, Failure> {
        if is_postgres(config) {
            let told = || "restoring".to_owned();
            teller.wait_for(told, self.restore_postgres(config)).await?;
        } else {
            let path = config.database_url.trim_start_matches("sqlite:").trim_start_matches("//");
            restore_sqlite(&self.file, Path::new(path), self.force, teller).await?;
        }
        // Opening brings an older backup's schema up to date; the audit then proves what was restored.
        let db = open_database(config).await?;
        let faults = onshelf_shop::ledger::faults(&db, SystemClock.now());
        Ok(teller.wait_for(|| "restored, proving the books".to_owned(), faults).await?)
    }

    async fn restore_postgres(&self, config: &Config) -> Result<(), Failure> {
        // In one transaction: a file that breaks off leaves the database as it was.
        let mut arguments: Vec<&std::ffi::OsStr> =
            vec!["--no-owner".as_ref(), "--single-transaction".as_ref(), "--dbname".as_ref()];
        arguments.push(config.database_url.as_ref());
        if self.force {
            arguments.extend(["--clean".as_ref(), "--if-exists".as_ref()] as [&std::ffi::OsStr; 2]);
        }
        arguments.push(self.file.as_os_str());
        run_tool("pg_restore", &arguments).await
    }
}

/// Puts a copy of a backup at `target`. On an error what was there is there still, and opens.
async fn restore_sqlite(from: &Path, target: &Path, force: bool, teller: &mut Teller) -> Result<(), Failure> {
    if target.exists() && !force {
        return Err(format!("{} exists; --force replaces it", target.display()).into());
    }
    let folder = folder_of(target);
    std::fs::create_dir_all(folder)?;
    let part = beside(target, ".part");
    let outcome = replace(from, &part, target, folder, teller).await;
    if outcome.is_err() {
        let _ = remove(&part);
        let _ = remove_leftovers(&part);
    }
    outcome
}

async fn replace(
    from: &Path,
    part: &Path,
    target: &Path,
    folder: &Path,
    teller: &mut Teller,
) -> Result<(), Failure> {
    // Of a restore that was cut off.
    remove_leftovers(part)?;
    copy(from, part, teller)?;
    teller
        .wait_for(|| "copied, checking the copy".to_owned(), copies::make_fit(part))
        .await
        .map_err(|error| format!("{} cannot be restored: {error}", from.display()))?;
    if target.exists() {
        belong_as(part, target)?;
    }
    File::open(part)?.sync_all()?;
    if target.exists() {
        make_way(target).await?;
    }
    // A log left by a database that was there would be replayed into the restored one.
    remove_leftovers(target)?;
    std::fs::rename(part, target)?;
    // A name is on disk when its folder is.
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// The bytes alone: a backup that may only be read becomes a database that can be written.
fn copy(from: &Path, to: &Path, teller: &mut Teller) -> Result<(), Failure> {
    let told = |error: io::Error| format!("{} could not be copied: {error}", from.display());
    let mut source = File::open(from).map_err(told)?;
    let total = source.metadata().map_err(told)?.len();
    let mut written = File::create(to)?;
    let mut done = 0;
    loop {
        let piece = io::copy(&mut source.by_ref().take(PIECE), &mut written).map_err(told)?;
        if piece == 0 {
            break;
        }
        done += piece;
        teller.tell(Some((done, total)), &format!("{} copied", megabytes(done)));
    }
    Ok(written.sync_all().map_err(told)?)
}

/// Whoever restores is often not who serves: what takes the database's place can be read and written by whoever could do
/// so with that one.
fn belong_as(part: &Path, target: &Path) -> Result<(), Failure> {
    let (own, old) = (std::fs::metadata(part)?, std::fs::metadata(target)?);
    if (own.uid(), own.gid()) != (old.uid(), old.gid()) {
        let told = |error: io::Error| format!("{} belongs to somebody else: {error}", target.display());
        chown(part, Some(old.uid()), Some(old.gid())).map_err(told)?;
    }
    Ok(std::fs::set_permissions(part, old.permissions())?)
}

/// Refuses while somebody uses the database; else all of it is in its one file afterwards, so that a crash at any later
/// moment leaves either the old one whole or the new one.
async fn make_way(target: &Path) -> Result<(), Failure> {
    for _ in 0..LOOKS {
        match copies::settle(target).await? {
            Standing::Alone | Standing::Unreadable => return Ok(()),
            Standing::InUse => tokio::time::sleep(PAUSE).await,
        }
    }
    Err(format!("{} is in use: stop the server first", target.display()).into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use futures::FutureExt;
    use onshelf_db::{Db, meta};

    use super::*;

    /// A database in which something was written, closed or still open.
    async fn database(file: &Path, told: &str) -> Db {
        let db = Db::open(&url(file)).await.unwrap();
        let told = told.to_owned();
        db.write::<(), onshelf_db::Error, _>(move |mut tx| {
            let told = told.clone();
            async move { meta::set(&mut tx, "test", &told).await }.boxed()
        })
        .await
        .unwrap();
        db
    }

    fn url(file: &Path) -> String {
        format!("sqlite://{}", file.display())
    }

    async fn told(file: &Path) -> Option<String> {
        let db = Db::open(&url(file)).await.unwrap();
        let mut reader = db.reader().await.unwrap();
        let told = meta::get(&mut reader.tx(), "test").await.unwrap();
        drop(reader);
        db.close().await;
        told
    }

    async fn restore(from: &Path, target: &Path, force: bool) -> Result<(), Failure> {
        restore_sqlite(from, target, force, &mut Teller::spinner()).await
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn what_cannot_be_restored_leaves_the_old_database() {
        let folder = tempfile::tempdir().unwrap();
        let (target, backup) = (folder.path().join("shop.db"), folder.path().join("backup"));
        let old = database(&target, "old").await;
        old.backup(&backup).await.unwrap();
        old.close().await;
        drop(old);

        let whole = std::fs::read(&backup).unwrap();
        let torn = &whole[..whole.len() / 2];
        let mut damaged = whole.clone();
        damaged[4096..].fill(0xa5);
        for bytes in [&b"order,total\nA-1,3\n"[..], &[], torn, &damaged[..]] {
            std::fs::write(&backup, bytes).unwrap();
            let refused = restore(&backup, &target, true).await.unwrap_err().to_string();
            assert!(refused.contains("cannot be restored"), "{refused}");
            assert_eq!(told(&target).await.as_deref(), Some("old"));
            assert!(names(folder.path()).iter().all(|name| !name.contains(".part")), "{refused}");
        }
        // A folder can be opened and not be read.
        assert!(restore(folder.path(), &target, true).await.is_err());
        assert_eq!(told(&target).await.as_deref(), Some("old"));
        // Without --force it is not even tried.
        std::fs::write(&backup, whole).unwrap();
        assert!(restore(&backup, &target, false).await.is_err());
    }

    #[tokio::test]
    async fn a_backup_takes_the_place_of_what_was_written_since() {
        let folder = tempfile::tempdir().unwrap();
        let (target, backup) = (folder.path().join("shop.db"), folder.path().join("backup"));
        let old = database(&target, "then").await;
        old.backup(&backup).await.unwrap();
        old.close().await;
        drop(old);
        let old = database(&target, "since").await;
        // The log of it lies beside the database, and is not replayed into the restored one.
        assert!(names(folder.path()).contains(&"shop.db-wal".to_owned()));
        let refused = restore(&backup, &target, true).await.unwrap_err().to_string();
        assert!(refused.contains("is in use"), "{refused}");
        old.close().await;
        drop(old);
        restore(&backup, &target, true).await.unwrap();
        assert_eq!(names(folder.path()), ["backup", "shop.db"]);
        assert_eq!(told(&target).await.as_deref(), Some("then"));
    }

    #[tokio::test]
    async fn what_is_restored_belongs_to_whom_the_old_database_did() {
        let folder = tempfile::tempdir().unwrap();
        let (target, backup) = (folder.path().join("shop.db"), folder.path().join("backup"));
        let old = database(&target, "kept").await;
        old.backup(&backup).await.unwrap();
        old.close().await;
        drop(old);
        std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o600)).unwrap();
        // Only an administrator can give a file away; run by anybody else it stays their own.
        let _ = chown(&target, Some(4_711), Some(4_711));
        let whose = |file: &Path| {
            let about = std::fs::metadata(file).unwrap();
            (about.uid(), about.gid(), about.mode() & 0o777)
        };
        let before = whose(&target);
        restore(&backup, &target, true).await.unwrap();
        assert_eq!(whose(&target), before);
        assert_eq!(told(&target).await.as_deref(), Some("kept"));
    }

    #[tokio::test]
    async fn a_backup_takes_the_place_of_a_broken_database_and_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let (target, backup) = (folder.path().join("shop.db"), folder.path().join("backup"));
        let old = database(&folder.path().join("other.db"), "kept").await;
        old.backup(&backup).await.unwrap();
        old.close().await;
        std::fs::write(
            &target,
            "no database any more, and longer than a header of a hundred bytes ".repeat(9),
        )
        .unwrap();
        std::fs::write(beside(&target, "-wal"), "left").unwrap();
        restore(&backup, &target, true).await.unwrap();
        assert_eq!(told(&target).await.as_deref(), Some("kept"));
    }
}
