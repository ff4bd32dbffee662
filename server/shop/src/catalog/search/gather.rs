//! Gathering: the documents that match groups of terms, with their scores. Each group contributes the best of
//! its terms, so that a word found twice does not outweigh a second word.

use super::index::{ROLE_WORTH, SearchIndex};
use super::words::Group;
use std::io;
use tantivy::postings::Postings as _;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED};

/// Following a posting list in leaps pays when it is this much longer than the candidates.
const LEAP: usize = 16;
/// A relaxed search takes in no new documents past this many.
const MOST_RELAXED: usize = 200_000;

/// Working space for one search at a time, as long as the index.
pub(super) struct Scratch {
    /// For each document its place among the candidates plus one; zero between searches.
    slots: Vec<u32>,
}

impl Scratch {
    pub fn new(documents: usize) -> Self {
        Self { slots: vec![0; documents] }
    }
}

/// Documents found, with scores; `sorted` when they ascend.
#[derive(Default)]
pub(super) struct Found {
    pub documents: Vec<u32>,
    pub scores: Vec<f32>,
    /// How many groups each matched.
    matched: Vec<u8>,
    sorted: bool,
}

impl Found {
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    fn push(&mut self, document: u32, score: f32) {
        self.documents.push(document);
        self.scores.push(score);
        self.matched.push(0);
    }
}

impl SearchIndex {
    /// Documents that match every group.
    pub(super) fn all_of(&self, groups: &[Group]) -> io::Result<Found> {
        if groups.is_empty() || groups.iter().any(|group| group.terms.is_empty()) {
            return Ok(Found::default());
        }
        self.with_scratch(|scratch| {
            let mut found = Found { sorted: true, ..Found::default() };
            let result = self.narrow_down(groups, scratch, &mut found);
            found.documents.iter().for_each(|document| scratch.slots[*document as usize] = 0);
            result.map(|()| found)
        })
    }

    fn narrow_down(&self, groups: &[Group], scratch: &mut Scratch, found: &mut Found) -> io::Result<()> {
        let mut order: Vec<&Group> = groups.iter().collect();
        order.sort_by_key(|group| group.weight);
        for (at, group) in order.iter().enumerate() {
            let rarity = self.rarity(group);
            if at == 0 {
                self.take_in(group, rarity, usize::MAX, scratch, found)?;
            } else {
                self.keep_matching(group, rarity, scratch, found)?;
            }
            if found.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// Documents that match most of the groups they could: all words but one, or at least one of two.
    pub(super) fn some_of(&self, groups: &[Group]) -> io::Result<Found> {
        self.with_scratch(|scratch| {
            let mut found = Found::default();
            let mut order: Vec<&Group> = groups.iter().filter(|group| !group.terms.is_empty()).collect();
            order.sort_by_key(|group| group.weight);
            let mut result = Ok(());
            for group in order {
                let rarity = self.rarity(group);
                result = result.and_then(|()| self.take_in(group, rarity, MOST_RELAXED, scratch, &mut found));
            }
            found.documents.iter().for_each(|document| scratch.slots[*document as usize] = 0);
            result?;
            let most = found.matched.iter().copied().max().unwrap_or(0);
            let enough = most.saturating_sub(1).max(1);
            let mut kept = Found::default();
            for at in 0..found.documents.len() {
                if found.matched[at] >= enough {
                    kept.push(found.documents[at], found.scores[at] * f32::from(found.matched[at]));
                }
            }
            Ok(kept)
        })
    }

    /// Rare words tell more; inverse document frequency with the terms of a group taken as one.
    fn rarity(&self, group: &Group) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "a logarithm of counts")]
        let ratio = self.len() as f32 / (1.0 + group.weight as f32);
        ratio.ln_1p()
    }

    /// Adds the group's documents, or their scores where they are candidates already.
    fn take_in(
        &self,
        group: &Group,
        rarity: f32,
        most: usize,
        scratch: &mut Scratch,
        found: &mut Found,
    ) -> io::Result<()> {
        let known = found.documents.len();
        let mut best: Vec<f32> = vec![0.0; known];
        for (term, worth) in &group.terms {
            self.each_posting(*term, |document, role| {
                let score = worth * role;
                let slot = &mut scratch.slots[document as usize];
                if *slot > 0 {
                    let kept = &mut best[*slot as usize - 1];
                    *kept = kept.max(score);
                } else if best.len() < most {
                    found.push(document, 0.0);
                    best.push(score);
                    *slot = u32::try_from(best.len()).unwrap_or(u32::MAX);
                }
            })?;
        }
        for (at, score) in best.iter().enumerate().filter(|(_, score)| **score > 0.0) {
            found.scores[at] += rarity * score;
            found.matched[at] += 1;
        }
        found.sorted = known == 0 && group.terms.len() == 1;
        Ok(())
    }

    /// Drops candidates the group does not match.
    fn keep_matching(
        &self,
        group: &Group,
        rarity: f32,
        scratch: &mut Scratch,
        found: &mut Found,
    ) -> io::Result<()> {
        let leaping = |term: u32| self.lexicon.weight(term) as usize > found.documents.len() * LEAP;
        if !found.sorted && group.terms.iter().any(|(term, _)| leaping(*term)) {
            sort(found, scratch);
        }
        let mut best: Vec<f32> = vec![0.0; found.documents.len()];
        for (term, worth) in &group.terms {
            if self.lexicon.weight(*term) as usize > found.documents.len() * LEAP {
                self.leap_through(*term, *worth, found, &mut best)?;
            } else {
                self.each_posting(*term, |document, role| {
                    let slot = scratch.slots[document as usize];
                    if slot > 0 {
                        let kept = &mut best[slot as usize - 1];
                        *kept = kept.max(worth * role);
                    }
                })?;
            }
        }
        let mut kept = Found { sorted: found.sorted, ..Found::default() };
        for (at, document) in found.documents.iter().enumerate() {
            if best[at] > 0.0 {
                kept.push(*document, found.scores[at] + rarity * best[at]);
                scratch.slots[*document as usize] = u32::try_from(kept.documents.len()).unwrap_or(u32::MAX);
            } else {
                scratch.slots[*document as usize] = 0;
            }
        }
        *found = kept;
        Ok(())
    }

    fn leap_through(&self, term: u32, worth: f32, found: &Found, best: &mut [f32]) -> io::Result<()> {
        let Some(postings) = &self.postings else { return Ok(()) };
        let info = postings.info(term, self.lexicon.weight(term));
        let mut list = postings.words.read_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?;
        for (at, document) in found.documents.iter().enumerate() {
            let reached = if list.doc() < *document { list.seek(*document) } else { list.doc() };
            if reached == TERMINATED {
                break;
            }
            if reached == *document {
                best[at] = best[at].max(worth * role_worth(list.term_freq()));
            }
        }
        Ok(())
    }

    fn each_posting(&self, term: u32, mut visit: impl FnMut(u32, f32)) -> io::Result<()> {
        let Some(postings) = &self.postings else { return Ok(()) };
        let info = postings.info(term, self.lexicon.weight(term));
        let mut block =
            postings.words.read_block_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?;
        while !block.docs().is_empty() {
            for (document, frequency) in block.docs().iter().zip(block.freqs()) {
                visit(*document, role_worth(*frequency));
            }
            block.advance();
        }
        Ok(())
    }

    /// Whether the document has the term.
    pub(super) fn has_term(&self, document: u32, term: u32) -> io::Result<bool> {
        let Some(postings) = &self.postings else { return Ok(false) };
        let info = postings.info(term, self.lexicon.weight(term));
        let mut list = postings.words.read_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
        Ok(if list.doc() < document { list.seek(document) } else { list.doc() } == document)
    }

    /// The best `limit` of what was found and `keep` accepts (by ordinal), and how many it accepts.
    pub(super) fn best(
        &self,
        found: &Found,
        limit: usize,
        keep: &dyn Fn(u32) -> bool,
    ) -> (Vec<(u32, f32)>, usize) {
        let mut top: Vec<Rank> = Vec::new();
        let mut worst = Rank::WORST;
        let mut total = 0;
        for (document, score) in found.documents.iter().zip(&found.scores) {
            let ordinal = self.ordinals[*document as usize];
            if !keep(ordinal) {
                continue;
            }
            total += 1;
            let rank = Rank::of(ordinal, score * self.factors[*document as usize]);
            if rank > worst || limit == 0 {
                continue;
            }
            top.push(rank);
            if top.len() >= limit.saturating_mul(2).max(64) && top.len() > limit {
                top.select_nth_unstable(limit - 1);
                top.truncate(limit);
                worst = top[limit - 1];
            }
        }
        top.sort_unstable();
        top.truncate(limit);
        (top.into_iter().map(Rank::told).collect(), total)
    }
}

fn role_worth(frequency: u32) -> f32 {
    ROLE_WORTH.get(frequency as usize).copied().unwrap_or(0.5)
}

fn sort(found: &mut Found, scratch: &mut Scratch) {
    let mut pairs: Vec<(u32, f32)> =
        found.documents.iter().copied().zip(found.scores.iter().copied()).collect();
    pairs.sort_unstable_by_key(|pair| pair.0);
    for (at, (document, score)) in pairs.into_iter().enumerate() {
        found.documents[at] = document;
        found.scores[at] = score;
        scratch.slots[document as usize] = u32::try_from(at + 1).unwrap_or(u32::MAX);
    }
    found.sorted = true;
}

/// A score and an ordinal in one number that orders as they do, best first: thousands are sorted at every search.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank(u64);

impl Rank {
    const WORST: Rank = Rank(u64::MAX);
    const SIGN: u32 = 1 << 31;

    fn of(ordinal: u32, score: f32) -> Rank {
        let bits = score.to_bits();
        // Of floats without a sign the bits order as they do; below nought the other way round (IEEE 754, 5.10).
        let rising = if bits & Self::SIGN == 0 { bits | Self::SIGN } else { !bits };
        Rank(u64::from(!rising) << 32 | u64::from(ordinal))
    }

    fn told(self) -> (u32, f32) {
        let [_, _, _, _, ordinal @ ..] = self.0.to_be_bytes();
        let [rising @ .., _, _, _, _] = (!self.0).to_be_bytes();
        let rising = u32::from_be_bytes(rising);
        let bits = if rising & Self::SIGN == 0 { !rising } else { rising & !Self::SIGN };
        (u32::from_be_bytes(ordinal), f32::from_bits(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_score_comes_first_and_then_the_lowest_ordinal() {
        let told = [(7, 2.5), (1, 1.0), (9, 1.0), (3, 0.0), (2, -0.5), (4, -8.0)];
        let mut ranks: Vec<Rank> =
            told.iter().rev().map(|(ordinal, score)| Rank::of(*ordinal, *score)).collect();
        ranks.sort_unstable();
        assert_eq!(ranks.into_iter().map(Rank::told).collect::<Vec<_>>(), told);
        assert!(told.iter().all(|(ordinal, score)| Rank::of(*ordinal, *score) < Rank::WORST));
    }
}
