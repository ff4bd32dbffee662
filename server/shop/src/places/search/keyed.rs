//! Terms, and whose they are.

use onshelf_domain::search::Lexicon;

use super::number;

/// Terms and, for each, the numbers that have it.
#[derive(Default)]
pub(super) struct Keyed {
    pub(super) lexicon: Lexicon,
    starts: Vec<u32>,
    owners: Vec<u32>,
}

impl Keyed {
    /// From (term, owner) pairs; a term weighs as much as its heaviest owner.
    pub(super) fn build(mut pairs: Vec<(String, u32)>, weight: impl Fn(u32) -> u32) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut terms: Vec<(String, u32)> = Vec::new();
        let mut starts = Vec::new();
        let mut owners = Vec::with_capacity(pairs.len());
        for (term, owner) in pairs {
            let known = terms.last_mut().filter(|last| last.0 == term);
            match known {
                Some(last) => last.1 = last.1.max(weight(owner)),
                None => {
                    terms.push((term, weight(owner)));
                    starts.push(number(owners.len()));
                }
            }
            owners.push(owner);
        }
        starts.push(number(owners.len()));
        Self { lexicon: Lexicon::build(terms), starts, owners }
    }

    pub(super) fn owners(&self, term: u32) -> &[u32] {
        let at = |index: usize| self.starts.get(index).map_or(0, |start| *start as usize);
        self.owners.get(at(term as usize)..at(term as usize + 1)).unwrap_or_default()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.lexicon.heap_bytes() + (self.starts.capacity() + self.owners.capacity()) * 4
    }
}
