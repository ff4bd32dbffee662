//! Which ids a file has already had. The first row of an id counts; later ones are rejected and told.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
};

/// So many ids are watched (about 100 MB): memory stays bounded for a file of any length.
const WATCHED: usize = 4_000_000;

#[derive(Default)]
pub(super) struct Seen {
    lines: HashMap<u64, u64, BuildHasherDefault<DefaultHasher>>,
    full: bool,
}

impl Seen {
    /// Notes an id; answers the line it stood on before, if it did.
    pub fn before(&mut self, id: &(impl std::hash::Hash + ?Sized), line: u64) -> Option<u64> {
        let hash = self.lines.hasher().hash_one(id);
        if self.lines.len() >= WATCHED {
            self.full = true;
            return self.lines.get(&hash).copied();
        }
        match self.lines.entry(hash) {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(new) => {
                new.insert(line);
                None
            }
        }
    }

    /// What to tell where not all ids could be watched.
    pub fn note(&self) -> Option<&'static str> {
        self.full.then_some("doubled ids were looked for among the first 4,000,000 only")
    }
}
