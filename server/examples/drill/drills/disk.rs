//! The disk as the kernel saw it: reads the notes that `disk.c` took and lays out the files as a power cut could have
//! left them. What was synced is there; of what was written since, any sector may be there, or half of it, or none.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
    process::Command,
};

use rand::{Rng, rngs::StdRng};

use super::{Failure, process::is_there};

const SOURCE: &str = include_str!("disk.c");
/// What a disk writes whole or not at all, where it promises anything.
const SECTOR: usize = 512;
const HEAD: usize = 18;

/// Compiles the note-taker; none where there is no C compiler.
pub fn note_taker(folder: &Path) -> Result<Option<std::path::PathBuf>, Failure> {
    if !cfg!(target_os = "linux") || !is_there("cc") {
        return Ok(None);
    }
    let (source, library) = (folder.join("disk.c"), folder.join("disk.so"));
    std::fs::write(&source, SOURCE)?;
    let made = Command::new("cc")
        .args(["-O1", "-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(&source)
        .arg("-lpthread")
        .output()?;
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into_owned().into());
    }
    Ok(Some(library))
}

/// One thing that was done to a file.
#[derive(Clone, Debug)]
enum Deed {
    Write { offset: usize, data: Vec<u8> },
    Truncate { length: usize },
    Unlink,
}

/// A file: what is safely on the disk, and what was done since.
#[derive(Clone, Debug, Default)]
struct Image {
    durable: Option<Vec<u8>>,
    pending: Vec<Deed>,
}

/// How much of what was not synced reached the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    Dropped,
    Whole,
    /// Up to some write, which is torn in the middle.
    Torn,
    /// Any of its sectors, in no order.
    Scattered,
}

impl Tail {
    pub const ALL: [Tail; 4] = [Tail::Dropped, Tail::Whole, Tail::Torn, Tail::Scattered];
}

/// The database and its log at some place in the notes.
pub struct Disk {
    notes: BufReader<File>,
    /// Bytes of the notes that were read.
    pub place: u64,
    files: [Image; 2],
    pub syncs: u64,
    pub writes: u64,
}

impl Disk {
    /// `database` and `log` as they lay there when the notes began.
    pub fn new(notes: &Path, database: Option<Vec<u8>>, log: Option<Vec<u8>>) -> Result<Disk, Failure> {
        let file = |durable| Image { durable, pending: Vec::new() };
        Ok(Disk {
            notes: BufReader::new(File::open(notes)?),
            place: 0,
            files: [file(database), file(log)],
            syncs: 0,
            writes: 0,
        })
    }

    /// Follows the notes up to `place` or their end; answers whether there was one more.
    pub fn follow(&mut self, place: u64) -> Result<(), Failure> {
        while self.place < place {
            let mut head = [0u8; HEAD];
            if self.notes.read_exact(&mut head).is_err() {
                return Ok(());
            }
            let number = |at: usize| {
                let bytes: [u8; 8] = head[at..at + 8].try_into().unwrap_or_default();
                usize::try_from(u64::from_le_bytes(bytes)).unwrap_or(usize::MAX)
            };
            let (kind, index, offset, length) = (head[0], usize::from(head[1]), number(2), number(10));
            let Some(file) = self.files.get_mut(index.wrapping_sub(1)) else {
                return Err("the notes of the disk cannot be read".into());
            };
            self.place += HEAD as u64;
            match kind {
                1 => {
                    let mut data = vec![0u8; length];
                    self.notes.read_exact(&mut data)?;
                    self.place += length as u64;
                    file.pending.push(Deed::Write { offset, data });
                    self.writes += 1;
                }
                2 => file.pending.push(Deed::Truncate { length: offset }),
                3 => {
                    file.durable = laid_out(file.durable.take(), &file.pending);
                    file.pending.clear();
                    self.syncs += 1;
                }
                _ => file.pending.push(Deed::Unlink),
            }
        }
        Ok(())
    }

    /// Whether something was written that was not synced yet.
    #[must_use]
    pub fn has_tail(&self) -> bool {
        self.files.iter().any(|file| !file.pending.is_empty())
    }

    /// Writes the files as they could lie there after a cut at this place.
    pub fn cut(&self, tail: Tail, chance: &mut StdRng, database: &Path) -> Result<(), Failure> {
        let log = database
            .with_file_name(format!("{}-wal", database.file_name().unwrap_or_default().to_string_lossy()));
        for (file, path) in self.files.iter().zip([database, &log]) {
            let survived: Vec<Deed> = match tail {
                Tail::Dropped => Vec::new(),
                Tail::Whole => file.pending.clone(),
                Tail::Torn => torn(&file.pending, chance),
                Tail::Scattered => scattered(&file.pending, chance),
            };
            match laid_out(file.durable.clone(), &survived) {
                Some(content) => std::fs::write(path, content)?,
                None => drop(std::fs::remove_file(path)),
            }
        }
        Ok(())
    }
}

fn laid_out(before: Option<Vec<u8>>, deeds: &[Deed]) -> Option<Vec<u8>> {
    let mut content = before;
    for deed in deeds {
        match deed {
            Deed::Unlink => content = None,
            Deed::Truncate { length } => content.get_or_insert_default().resize(*length, 0),
            Deed::Write { offset, data } => {
                let content = content.get_or_insert_default();
                if content.len() < offset + data.len() {
                    content.resize(offset + data.len(), 0);
                }
                content[*offset..offset + data.len()].copy_from_slice(data);
            }
        }
    }
    content
}

fn torn(pending: &[Deed], chance: &mut StdRng) -> Vec<Deed> {
    if pending.is_empty() {
        return Vec::new();
    }
    let last = chance.random_range(0..pending.len());
    let mut survived = pending[..last].to_vec();
    if let Deed::Write { offset, data } = &pending[last] {
        let kept = chance.random_range(0..=data.len());
        survived.push(Deed::Write { offset: *offset, data: data[..kept].to_vec() });
    }
    survived
}

fn scattered(pending: &[Deed], chance: &mut StdRng) -> Vec<Deed> {
    let mut survived = Vec::new();
    for deed in pending {
        match deed {
            Deed::Write { offset, data } => {
                for (index, sector) in data.chunks(SECTOR).enumerate() {
                    if chance.random_bool(0.5) {
                        let kept = if chance.random_bool(0.2) { sector.len() / 3 } else { sector.len() };
                        let offset = offset + index * SECTOR;
                        survived.push(Deed::Write { offset, data: sector[..kept].to_vec() });
                    }
                }
            }
            other if chance.random_bool(0.5) => survived.push(other.clone()),
            _ => {}
        }
    }
    survived
}
