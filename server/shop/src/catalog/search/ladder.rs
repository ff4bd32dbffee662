//! The search itself: a ladder of readings of the text, from what was typed to what may have been meant. The
//! first rung that finds anything answers; each lower one costs more and promises less.

use super::Hits;
use super::gather::Found;
use super::index::SearchIndex;
use super::words::{Group, Word, cut, narrow, near, query_words, readable, split, wide, without_particle};
use onshelf_domain::hangul::{hangul_to_latin, is_initials, is_jamo, is_syllable, latin_to_hangul};
use std::io;

/// A code's score: above any text's.
const CODE_SCORE: f32 = 1_000.0;
/// Near spellings cost the most to find, so only so many words of a query get them, and only queries of so
/// many words are widened: the time stays bounded whatever is asked.
const MOST_MENDED: usize = 3;
const MOST_WIDENED: usize = 4;

struct Answer {
    found: Found,
    corrected: Option<String>,
    relaxed: bool,
}

impl SearchIndex {
    /// The best `limit` products for a text, exact codes first. Any text is safe: 200 characters of it count,
    /// and one without words finds nothing.
    pub fn search(&self, text: &str, limit: usize) -> Hits {
        self.search_where(text, limit, &|_| true)
    }

    /// The same among the ordinals that `keep` accepts (live stock, a category); `total` counts only those.
    /// Spelling is mended by what the whole index has, so that a filter never changes what was meant.
    pub fn search_where(&self, text: &str, limit: usize, keep: &dyn Fn(u32) -> bool) -> Hits {
        // Postings are in memory or mapped: an error here means a damaged file, and finding nothing is the
        // answer a shopper can use while the log tells the operator.
        self.try_search(cut(text), limit, keep).unwrap_or_else(|error| {
            tracing::error!(
                %error,
                "The search index could not be read ({error}); what it has is not found."
            );
            Hits::default()
        })
    }

    fn try_search(&self, text: &str, limit: usize, keep: &dyn Fn(u32) -> bool) -> io::Result<Hits> {
        let codes = self.codes_in(text)?;
        let mut answer = if codes.is_empty() { self.read(text)? } else { self.as_typed(text)? };
        if !codes.is_empty() {
            self.put_first(&codes, &mut answer.found);
        }
        let (ordinals, total) = self.best(&answer.found, limit, keep);
        Ok(Hits { ordinals, total, corrected: answer.corrected, relaxed: answer.relaxed })
    }

    /// Documents whose code is the whole text or one of its words that look like a code.
    fn codes_in(&self, text: &str) -> io::Result<Vec<u32>> {
        let mut found = self.by_code(text)?;
        if found.is_empty() && text.trim().contains(char::is_whitespace) {
            for word in text
                .split_whitespace()
                .take(12)
                .filter(|word| word.len() >= 4 && word.contains(|c: char| c.is_ascii_digit()))
            {
                found.extend(self.by_code(word)?);
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn put_first(&self, codes: &[u32], found: &mut Found) {
        let mut scores: Vec<(u32, f32)> =
            found.documents.iter().copied().zip(found.scores.iter().copied()).collect();
        scores.retain(|each| codes.binary_search(&each.0).is_err());
        scores.extend(codes.iter().map(|code| (*code, CODE_SCORE)));
        (found.documents, found.scores) = scores.into_iter().unzip();
    }

    fn as_typed(&self, text: &str) -> io::Result<Answer> {
        let words = query_words(text);
        Ok(Answer { found: self.all_of(&self.groups(&words))?, corrected: None, relaxed: false })
    }

    fn groups(&self, words: &[Word]) -> Vec<Group> {
        words
            .iter()
            .enumerate()
            .map(|(at, word)| Group::new(&self.lexicon, narrow(&self.lexicon, word), at))
            .collect()
    }

    fn read(&self, text: &str) -> io::Result<Answer> {
        let words = query_words(text);
        let plain = |found| Answer { found, corrected: None, relaxed: false };
        let groups = self.groups(&words);
        let typed = self.all_of(&groups)?;
        if !typed.is_empty() || words.is_empty() {
            return Ok(plain(typed));
        }
        if let Some(answer) = self.other_layout(text, false)? {
            return Ok(answer);
        }
        let (repaired_words, repaired) = self.repair(&words, groups);
        let found = self.all_of(&repaired)?;
        if !found.is_empty() {
            return self.mended(&repaired_words, &repaired, found);
        }
        if let Some(found) = self.joined(&words)? {
            return Ok(plain(found));
        }
        if let Some(answer) = self.other_layout(text, true)? {
            return Ok(answer);
        }
        if repaired_words.len() <= MOST_WIDENED {
            let widened = self.widened(&repaired_words, &repaired);
            let found = self.all_of(&widened)?;
            if !found.is_empty() {
                return self.mended(&repaired_words, &widened, found);
            }
        }
        let found = self.some_of(&repaired)?;
        Ok(Answer { relaxed: !found.is_empty(), ..self.mended(&repaired_words, &repaired, found)? })
    }

    /// The text as typed with the other keyboard layout on. Consonants alone are believed only when nothing
    /// better was found, because so many English abbreviations give some.
    fn other_layout(&self, text: &str, consonants: bool) -> io::Result<Option<Answer>> {
        let latin = text.chars().any(|c| c.is_ascii_alphabetic());
        let hangul = text.chars().any(|c| is_syllable(c) || is_jamo(c));
        let readings = match (latin, hangul) {
            (true, false) => vec![latin_to_hangul(text), latin_to_hangul(&text.to_ascii_lowercase())],
            (_, true) => vec![hangul_to_latin(text).to_ascii_lowercase()],
            (false, false) => Vec::new(),
        };
        for reading in readings {
            let words = query_words(&reading);
            let believable = hangul
                || words.iter().filter(|word| word.is_hangul()).all(|word| {
                    if consonants {
                        is_initials(&word.text) && word.text.chars().nth(1).is_some()
                    } else {
                        !word.text.chars().any(is_jamo)
                    }
                });
            if !believable || (hangul && consonants) || words.is_empty() {
                continue;
            }
            let found = self.all_of(&self.groups(&words))?;
            if !found.is_empty() {
                return Ok(Some(Answer { found, corrected: Some(text_of_words(&words)), relaxed: false }));
            }
        }
        Ok(None)
    }

    /// Unknown words replaced by what they may be: without a particle, a near spelling, two words in one, a
    /// farther spelling.
    fn repair(&self, words: &[Word], groups: Vec<Group>) -> (Vec<Word>, Vec<Group>) {
        let lexicon = &self.lexicon;
        let mut out_words = Vec::new();
        let mut out = Vec::new();
        for (word, group) in words.iter().zip(groups) {
            let at = out_words.len();
            if !group.terms.is_empty() {
                out.push(Group { word: at, ..group });
                out_words.push(word.clone());
                continue;
            }
            if let Some(stem) = without_particle(lexicon, word) {
                out.push(Group::new(lexicon, narrow(lexicon, &stem), at));
                out_words.push(stem);
                continue;
            }
            let mending = out.iter().filter(|group: &&Group| group.mended).count() < MOST_MENDED;
            let close = if mending { near(lexicon, word, 1) } else { Vec::new() };
            if close.is_empty()
                && let Some((first, second)) = split(lexicon, word)
            {
                for part in [first, second] {
                    out.push(Group::new(lexicon, narrow(lexicon, &part), out_words.len()));
                    out_words.push(part);
                }
                continue;
            }
            let terms = if close.is_empty() && mending { near(lexicon, word, 2) } else { close };
            out.push(Group { mended: true, ..Group::new(lexicon, terms, at) });
            out_words.push(word.clone());
        }
        (out_words, out)
    }

    fn widened(&self, words: &[Word], groups: &[Group]) -> Vec<Group> {
        let widen = |(at, (word, group)): (usize, (&Word, &Group))| {
            if group.mended || group.terms.is_empty() {
                group.clone()
            } else {
                Group::new(&self.lexicon, wide(&self.lexicon, word), at)
            }
        };
        words.iter().zip(groups).enumerate().map(widen).collect()
    }

    /// Neighbouring words that are one word to the index (tea pot → teapot).
    fn joined(&self, words: &[Word]) -> io::Result<Option<Found>> {
        for at in 1..words.len() {
            let joined = Word::new(&format!("{}{}", words[at - 1].text, words[at].text));
            if self.lexicon.exact(&joined.term).is_none() {
                continue;
            }
            let mut fewer = words.to_vec();
            fewer.splice(at - 1..=at, [joined]);
            let found = self.all_of(&self.groups(&fewer))?;
            if !found.is_empty() {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Names the spelling that the best document bears, where one was mended.
    fn mended(&self, words: &[Word], groups: &[Group], found: Found) -> io::Result<Answer> {
        let mut texts: Vec<String> = words.iter().map(|word| word.text.clone()).collect();
        let mut changed = false;
        let (top, _) = self.best_document(&found);
        for group in groups.iter().filter(|group| group.mended) {
            let Some(document) = top else { break };
            for (term, _) in &group.terms {
                if self.has_term(document, *term)? {
                    texts[group.word] = readable(&self.lexicon, *term);
                    changed = true;
                    break;
                }
            }
        }
        Ok(Answer { found, corrected: changed.then(|| texts.join(" ")), relaxed: false })
    }

    fn best_document(&self, found: &Found) -> (Option<u32>, f32) {
        let mut best = (None, f32::NEG_INFINITY);
        for (document, score) in found.documents.iter().zip(&found.scores) {
            let score = score * self.factors[*document as usize];
            if score > best.1 {
                best = (Some(*document), score);
            }
        }
        best
    }
}

fn text_of_words(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}
