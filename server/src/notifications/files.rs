//! Messages as files, for development and for shops that have no relay yet: a folder of the newest, readable by
//! their owner alone.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use lettre::Message;

use super::{TextGateway, TextMessage, Undelivered, mail::Carrier};

/// How many are kept: the oldest go. Looked at once in a while, so that a tenth more may lie there meanwhile.
const MOST: usize = 1_000;

#[derive(Clone, Debug)]
pub(super) struct Folder {
    path: PathBuf,
    most: usize,
    /// How many were put here by this process.
    put: Arc<AtomicUsize>,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Folder {
        Folder::of(path, MOST)
    }

    pub(super) fn of(path: PathBuf, most: usize) -> Folder {
        Folder { path, most, put: Arc::default() }
    }

    async fn put(&self, name: String, content: Vec<u8>) -> Result<(), Undelivered> {
        let folder = self.clone();
        // Reading a thousand names for each message was a quarter of what a whole order cost.
        let looks = self.put.fetch_add(1, Ordering::Relaxed).is_multiple_of((self.most / 10).max(1));
        let written = tokio::task::spawn_blocking(move || {
            write(&folder.path, &name, &content)?;
            if looks { forget_oldest(&folder.path, folder.most) } else { Ok(()) }
        });
        match written.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                Err(Undelivered::Passing(format!("the file could not be written: {}", error.kind())))
            }
            Err(_) => Err(Undelivered::Passing("the file could not be written".to_owned())),
        }
    }
}

/// Written beside and moved into place, so that nobody reads half a mail.
fn write(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let (beside, place) = (folder.join(format!(".{name}.part")), folder.join(name));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&beside)?.write_all(content)?;
    std::fs::rename(beside, place)
}

/// Names begin with the job's number, so their order is that of time.
fn forget_oldest(folder: &Path, most: usize) -> io::Result<()> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "eml" || end == "txt"))
        .collect();
    let surplus = names.len().saturating_sub(most);
    if surplus > 0 {
        names.sort_unstable();
        for path in names.into_iter().take(surplus) {
            // Another worker may have been here already.
            let _ = std::fs::remove_file(path);
        }
    }
    Ok(())
}

/// Removes messages about any of these numbers; answers how many.
pub(super) fn forget(folder: &Path, numbers: &[String]) -> io::Result<usize> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // No message was ever kept here.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut removed = 0;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if numbers.iter().any(|number| name.contains(&format!("-{number}-"))) {
            std::fs::remove_file(&path)?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Ids are ours, but a name that becomes a path is checked where it does.
fn file_name(id: &str, end: &str) -> String {
    let safe: String =
        id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect();
    format!("{safe}.{end}")
}

#[async_trait]
impl Carrier for Folder {
    async fn carry(&self, id: &str, mail: Message) -> Result<(), Undelivered> {
        self.put(file_name(id, "eml"), mail.formatted()).await
    }
}

#[async_trait]
impl TextGateway for Folder {
    async fn send(&self, message: &TextMessage) -> Result<(), Undelivered> {
        let content = format!("To: {}\n\n{}\n", message.to, message.text);
        self.put(file_name(&message.id, "txt"), content.into_bytes()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str) -> TextMessage {
        TextMessage {
            id: id.to_owned(),
            to: "01012345678".to_owned(),
            text: "안녕하세요".to_owned(),
            at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[tokio::test]
    async fn a_tenth_more_lie_there_at_most() {
        let folder = tempfile::tempdir().unwrap();
        let files = Folder::of(folder.path().to_owned(), 20);
        for number in 1..=75 {
            files.send(&message(&format!("{number:010}-R"))).await.unwrap();
            let lie = std::fs::read_dir(folder.path()).unwrap().count();
            assert!(lie <= 22 && lie >= number.min(20), "{lie} of {number}");
        }
    }

    #[tokio::test]
    async fn the_folder_keeps_the_newest_under_safe_names() {
        let folder = tempfile::tempdir().unwrap();
        let files = Folder::of(folder.path().join("mail"), 2);
        for id in ["0000000001-R-1", "0000000002-../../x", "0000000003-R-3"] {
            files.send(&message(id)).await.unwrap();
        }
        let mut names: Vec<String> = std::fs::read_dir(folder.path().join("mail"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["0000000002-------x.txt", "0000000003-R-3.txt"]);
        let text = std::fs::read_to_string(folder.path().join("mail/0000000003-R-3.txt")).unwrap();
        assert_eq!(text, "To: 01012345678\n\n안녕하세요\n");
    }
}
