//! A lexicon: every term of an index once, sorted, findable by beginning, by part, by 초성 and by near
//! spelling. Holds terms and their weights only, about 60 bytes a term; what a term stands for is the caller's.

use super::near::{Search, Sorted, walk};
use super::tokens::text_of;
use crate::hangul::{decompose, initial_of, initials, is_consonant, is_jamo};
use std::ops::Range;

/// Entries looked at for one question, whatever its answer would be.
const SCAN: usize = 40_000;
const WALK: usize = 30_000;
/// Parts of Latin words count from this many characters.
const LATIN_PART: usize = 3;

/// How a term answers a question, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    Exact,
    /// Ends with it (주전자 for 전자): in Korean compounds the thing itself comes last.
    Ending,
    Beginning,
    Inside,
    /// Near spelling at this distance.
    Near(u8),
    /// Near spelling of a part, at this distance.
    NearInside(u8),
}

/// A term that was found, and how well it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Index of the term in the sorted list the lexicon was built from.
    pub term: u32,
    pub fit: Fit,
}

/// Strings laid end to end.
#[derive(Default)]
struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    fn start(&self, index: usize) -> usize {
        index.checked_sub(1).map_or(0, |before| self.ends[before] as usize)
    }

    fn get(&self, index: usize) -> &str {
        &self.text[self.start(index)..self.ends[index] as usize]
    }
}

impl Sorted for Strings {
    fn count(&self) -> usize {
        self.ends.len()
    }
    fn at(&self, index: usize) -> &str {
        self.get(index)
    }
}

/// Ends of strings, sorted: (owner, byte where the end starts within the owner).
#[derive(Default)]
struct Suffixes {
    entries: Vec<(u32, u8)>,
}

struct SuffixList<'a> {
    strings: &'a Strings,
    entries: &'a [(u32, u8)],
}

impl Sorted for SuffixList<'_> {
    fn count(&self) -> usize {
        self.entries.len()
    }
    fn at(&self, index: usize) -> &str {
        let (owner, at) = self.entries[index];
        &self.strings.get(owner as usize)[usize::from(at)..]
    }
}

impl Suffixes {
    fn list<'a>(&'a self, strings: &'a Strings) -> SuffixList<'a> {
        SuffixList { strings, entries: &self.entries }
    }

    fn sort(&mut self, strings: &Strings) {
        let suffix = |entry: &(u32, u8)| &strings.get(entry.0 as usize)[usize::from(entry.1)..];
        self.entries.sort_unstable_by(|a, b| suffix(a).cmp(suffix(b)).then(a.cmp(b)));
        self.entries.shrink_to_fit();
    }
}

/// The strings that begin so, as a range of the list.
fn range(list: &impl Sorted, beginning: &str) -> Range<usize> {
    let first = partition(list, |text| text < beginning);
    first..first + partition_from(list, first, |text| text.starts_with(beginning))
}

fn partition(list: &impl Sorted, below: impl Fn(&str) -> bool) -> usize {
    partition_from(list, 0, below)
}

fn partition_from(list: &impl Sorted, from: usize, below: impl Fn(&str) -> bool) -> usize {
    let (mut low, mut high) = (from, list.count());
    while low < high {
        let middle = usize::midpoint(low, high);
        if below(list.at(middle)) { low = middle + 1 } else { high = middle }
    }
    low - from
}

/// The words of a catalogue, to be found as they are typed: by beginning, part, 초성 and near spelling.
#[derive(Default)]
pub struct Lexicon {
    terms: Strings,
    weights: Vec<u32>,
    parts: Suffixes,
    /// The 초성 of Hangul terms, and which term each belongs to.
    initials: Strings,
    initials_term: Vec<u32>,
    initials_parts: Suffixes,
}

impl Lexicon {
    /// From terms (see `term_of`) in ascending byte order without repeats, each with a weight (how many things
    /// it stands for): the heavier win where an answer is cut short.
    pub fn build<T: AsRef<str>>(sorted: impl IntoIterator<Item = (T, u32)>) -> Self {
        let mut lexicon = Self::default();
        for (term, weight) in sorted {
            lexicon.push(term.as_ref(), weight);
        }
        lexicon.parts.sort(&lexicon.terms);
        lexicon.initials_parts.sort(&lexicon.initials);
        lexicon
    }

    fn push(&mut self, term: &str, weight: u32) {
        let index = u32::try_from(self.weights.len()).unwrap_or(u32::MAX);
        self.terms.push(term);
        self.weights.push(weight);
        if term.starts_with(is_jamo) {
            self.push_hangul(index, term);
        } else if term.chars().all(char::is_alphabetic) {
            let starts = term.char_indices().map(|(at, _)| at).skip(1);
            let long = starts.filter(|at| term.len() - at >= LATIN_PART);
            self.parts.entries.extend(long.filter_map(|at| Some((index, u8::try_from(at).ok()?))));
        }
    }

    fn push_hangul(&mut self, index: u32, term: &str) {
        let text = text_of(term);
        let mut at = 0;
        for c in text.chars() {
            if at > 0
                && let Ok(at) = u8::try_from(at)
            {
                self.parts.entries.push((index, at));
            }
            at += decompose(c.encode_utf8(&mut [0; 4])).len();
        }
        let first_letters = initials(&text);
        let owner = u32::try_from(self.initials_term.len()).unwrap_or(u32::MAX);
        let starts = first_letters.char_indices().map(|(at, _)| at);
        self.initials_parts.entries.extend(starts.filter_map(|at| Some((owner, u8::try_from(at).ok()?))));
        self.initials.push(&first_letters);
        self.initials_term.push(index);
    }

    pub fn len(&self) -> usize {
        self.weights.len()
    }

    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// The term itself; empty past the end.
    pub fn term(&self, index: u32) -> &str {
        if (index as usize) < self.len() { self.terms.get(index as usize) } else { "" }
    }

    /// How many things a term stands for; 0 past the end.
    pub fn weight(&self, index: u32) -> u32 {
        self.weights.get(index as usize).copied().unwrap_or(0)
    }

    /// Bytes held on the heap, near enough.
    pub fn heap_bytes(&self) -> usize {
        let strings = |s: &Strings| s.text.capacity() + s.ends.capacity() * 4;
        strings(&self.terms)
            + strings(&self.initials)
            + (self.weights.capacity() + self.initials_term.capacity()) * 4
            + (self.parts.entries.capacity() + self.initials_parts.entries.capacity()) * 8
    }

    /// The index of this very term.
    pub fn exact(&self, term: &str) -> Option<u32> {
        let at = partition(&self.terms, |text| text < term);
        (at < self.len() && self.terms.get(at) == term).then(|| u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// Terms that begin so, the term itself among them; the `most` heaviest.
    pub fn beginning(&self, term: &str, most: usize) -> Vec<Match> {
        let found = range(&self.terms, term).take(SCAN).map(|at| {
            let fit = if self.terms.get(at).len() == term.len() { Fit::Exact } else { Fit::Beginning };
            Match { term: u32::try_from(at).unwrap_or(u32::MAX), fit }
        });
        self.heaviest(found.collect(), most)
    }

    /// Terms with this part anywhere but at their beginning; the `most` heaviest.
    pub fn inside(&self, term: &str, most: usize) -> Vec<Match> {
        let list = self.parts.list(&self.terms);
        let found = range(&list, term).take(SCAN).map(|at| {
            let fit = if list.at(at).len() == term.len() { Fit::Ending } else { Fit::Inside };
            Match { term: list.entries[at].0, fit }
        });
        self.heaviest(found.collect(), most)
    }

    /// Hangul terms by 초성, alone (ㅈㅈㅈ) or mixed with syllables (주ㅈㅈ); the `most` heaviest.
    pub fn by_initials(&self, word: &str, most: usize) -> Vec<Match> {
        let wanted = initials(word);
        let pattern: Vec<char> = word.chars().collect();
        let mixed = !pattern.iter().all(|c| is_consonant(*c));
        let list = self.initials_parts.list(&self.initials);
        let mut found = Vec::new();
        for at in range(&list, &wanted).take(SCAN) {
            let (owner, start) = list.entries[at];
            let term = self.initials_term[owner as usize];
            if mixed && !agrees(&pattern, self.term(term), usize::from(start) / 'ㄱ'.len_utf8()) {
                continue;
            }
            let whole = list.at(at).len() == wanted.len();
            let fit = match (start, whole) {
                (0, true) => Fit::Exact,
                (0, false) => Fit::Beginning,
                (_, true) => Fit::Ending,
                (_, false) => Fit::Inside,
            };
            found.push(Match { term, fit });
        }
        self.heaviest(found, most)
    }

    /// Terms spelled nearly so, within `distance` (1 or 2); the nearest, then the heaviest.
    pub fn near(&self, term: &str, distance: u8, most: usize) -> Vec<Match> {
        self.near_in(&self.terms, term, distance, false, most, |at| u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// Terms with a part (or beginning) spelled nearly so; the nearest, then the heaviest.
    pub fn near_inside(&self, term: &str, distance: u8, most: usize) -> Vec<Match> {
        let list = self.parts.list(&self.terms);
        let mut found = self.near_in(&list, term, distance, true, most, |at| list.entries[at].0);
        found.extend(
            self.near_in(&self.terms, term, distance, true, most, |at| u32::try_from(at).unwrap_or(u32::MAX)),
        );
        self.heaviest(found, most)
    }

    fn near_in(
        &self,
        list: &impl Sorted,
        term: &str,
        most_far: u8,
        beginnings: bool,
        most: usize,
        owner: impl Fn(usize) -> u32,
    ) -> Vec<Match> {
        let query: Vec<char> = term.chars().collect();
        let mut found = Vec::new();
        walk(list, &Search { query: &query, most: most_far, beginnings, budget: WALK }, |at, distance| {
            let fit = if beginnings { Fit::NearInside(distance) } else { Fit::Near(distance) };
            found.push(Match { term: owner(at), fit });
        });
        self.heaviest(found, most)
    }

    /// One match a term (its best fit), then at most so many: exact ones and near ones by distance first, the
    /// rest by weight, then in term order.
    fn heaviest(&self, mut found: Vec<Match>, most: usize) -> Vec<Match> {
        let rank = |each: &Match| {
            let class = match each.fit {
                Fit::Exact => 0,
                Fit::Near(distance) | Fit::NearInside(distance) => distance,
                _ => 1,
            };
            (class, std::cmp::Reverse(self.weight(each.term)), each.term)
        };
        found.sort_unstable_by_key(|each| (each.term, each.fit));
        found.dedup_by_key(|each| each.term);
        if found.len() > most && most > 0 {
            found.select_nth_unstable_by_key(most - 1, rank);
            found.truncate(most);
        }
        found.sort_unstable_by_key(rank);
        found.truncate(most);
        found
    }
}

/// Whether the syllables of the term from `start` on agree with the pattern, consonants standing for any
/// syllable they begin; the last syllable of the pattern may be unfinished.
fn agrees(pattern: &[char], term: &str, start: usize) -> bool {
    let text: Vec<char> = text_of(term).chars().skip(start).collect();
    pattern.iter().enumerate().all(|(at, wanted)| {
        let Some(&c) = text.get(at) else { return false };
        if is_consonant(*wanted) {
            initial_of(c) == Some(*wanted)
        } else if at + 1 == pattern.len() {
            decompose(&c.to_string()).starts_with(&decompose(&wanted.to_string()))
        } else {
            c == *wanted
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::tokens::term_of;
    use super::*;

    fn lexicon(words: &[&str]) -> Lexicon {
        let mut terms: Vec<String> = words.iter().map(|word| term_of(word)).collect();
        terms.sort();
        Lexicon::build(terms.into_iter().map(|term| (term, 1)))
    }

    fn texts(lexicon: &Lexicon, found: &[Match]) -> Vec<(String, Fit)> {
        found.iter().map(|each| (text_of(lexicon.term(each.term)), each.fit)).collect()
    }

    #[test]
    fn questions() {
        let words = [
            "주전자",
            "전자",
            "전자레인지",
            "주전자받침",
            "자전거",
            "줄자",
            "kettle",
            "kettles",
            "teakettle",
            "항아리",
        ];
        let lexicon = lexicon(&words);
        let sorted = |mut found: Vec<(String, Fit)>| {
            found.sort();
            found
        };
        let pair = |word: &str, fit| (word.to_owned(), fit);
        assert_eq!(
            sorted(texts(&lexicon, &lexicon.beginning(&term_of("주저"), 9))),
            [pair("주전자", Fit::Beginning), pair("주전자받침", Fit::Beginning)]
        );
        assert_eq!(
            sorted(texts(&lexicon, &lexicon.inside(&term_of("전자"), 9))),
            [pair("주전자", Fit::Ending), pair("주전자받침", Fit::Inside)]
        );
        assert_eq!(texts(&lexicon, &lexicon.inside(&term_of("아리"), 9)), [pair("항아리", Fit::Ending)]);
        assert_eq!(texts(&lexicon, &lexicon.inside("kettle", 9)), [pair("teakettle", Fit::Ending)]);
        assert_eq!(texts(&lexicon, &lexicon.by_initials("ㅈㅈㅈ", 9))[0], pair("주전자", Fit::Exact));
        assert_eq!(
            sorted(texts(&lexicon, &lexicon.by_initials("주ㅈㅈ", 9))),
            [pair("주전자", Fit::Exact), pair("주전자받침", Fit::Beginning)]
        );
        assert_eq!(texts(&lexicon, &lexicon.near(&term_of("주전저"), 1, 9)), [pair("주전자", Fit::Near(1))]);
        assert_eq!(texts(&lexicon, &lexicon.near("ketlte", 1, 9)), [pair("kettle", Fit::Near(1))]);
        assert_eq!(
            texts(&lexicon, &lexicon.near_inside("teaketl", 1, 9)),
            [pair("teakettle", Fit::NearInside(1))]
        );
        assert_eq!(lexicon.exact("kettle").map(|at| lexicon.term(at)), Some("kettle"));
        assert_eq!(lexicon.exact("kettl"), None);
        assert!(lexicon.beginning("", 3).len() == 3 && lexicon.beginning("zz", 3).is_empty());
        assert!(lexicon.beginning("kettle", 0).is_empty());
    }

    #[test]
    fn emptiness() {
        let empty = lexicon(&[]);
        assert!(empty.is_empty() && empty.exact("a").is_none() && empty.near("a", 2, 9).is_empty());
        assert!(empty.by_initials("ㅈ", 9).is_empty() && empty.term(7).is_empty());
    }
}
