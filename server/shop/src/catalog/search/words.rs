//! From a typed word to the terms it may stand for, each with what it is worth.

use onshelf_domain::hangul::{is_consonant, is_initials, is_jamo, is_syllable};
use onshelf_domain::search::{Fit, Lexicon, Match, term_of, text_of, tokens};

const MOST_TERMS: usize = 64;
const MOST_WORDS: usize = 12;
pub(super) const MOST_CHARS: usize = 200;
const MOST_NEAR: usize = 6;
/// Words that say nothing about a product: left out while another word remains.
const STOP_WORDS: [&str; 13] =
    ["a", "an", "the", "for", "of", "with", "and", "or", "to", "in", "on", "및", "또는"];
/// Particles and endings that Korean words drag along.
const PARTICLES: [&str; 15] =
    ["으로", "에서", "이랑", "하고", "은", "는", "이", "가", "을", "를", "의", "와", "과", "로", "용"];

/// A word of the query, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub text: String,
    pub term: String,
}

impl Word {
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), term: term_of(text) }
    }

    pub fn is_hangul(&self) -> bool {
        self.text.starts_with(|c| is_syllable(c) || is_jamo(c))
    }

    fn is_number(&self) -> bool {
        self.text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    }
}

/// The terms one word may stand for: (term, worth).
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub terms: Vec<(u32, f32)>,
    /// Products the terms stand for, counted with repeats.
    pub weight: u64,
    /// Which word it is, and whether its terms are mended spellings of it.
    pub word: usize,
    pub mended: bool,
}

impl Group {
    pub fn new(lexicon: &Lexicon, terms: Vec<(u32, f32)>, word: usize) -> Self {
        let weight = terms.iter().map(|(term, _)| u64::from(lexicon.weight(*term))).sum();
        Self { terms, weight, word, mended: false }
    }
}

/// The start of a text that searches look at.
pub(super) fn cut(text: &str) -> &str {
    text.char_indices().nth(MOST_CHARS).map_or(text, |(at, _)| &text[..at])
}

/// The words of a query: each once, at most twelve, stop words left out unless there is nothing else.
pub(super) fn query_words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for token in tokens(text) {
        let word = Word::new(&token.text);
        if words.len() < MOST_WORDS && !words.contains(&word) {
            words.push(word);
        }
    }
    if words.iter().any(|word| !STOP_WORDS.contains(&word.text.as_str())) {
        words.retain(|word| !STOP_WORDS.contains(&word.text.as_str()));
    }
    words
}

fn worth(lexicon: &Lexicon, each: &Match, length: usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "lengths of words")]
    let covered = length as f32 / lexicon.term(each.term).len().max(1) as f32;
    match each.fit {
        Fit::Exact => 1.0,
        Fit::Ending => 0.65 + 0.25 * covered,
        Fit::Beginning => 0.6 + 0.25 * covered,
        Fit::Inside => 0.4 + 0.25 * covered,
        Fit::Near(1) => 0.7,
        Fit::Near(_) => 0.5,
        Fit::NearInside(1) => 0.4,
        Fit::NearInside(_) => 0.3,
    }
}

fn weigh(lexicon: &Lexicon, matches: &[Match], word: &Word) -> Vec<(u32, f32)> {
    matches.iter().map(|each| (each.term, worth(lexicon, each, word.term.len()))).collect()
}

/// Keeps the best worth of each term.
fn merge(mut terms: Vec<(u32, f32)>) -> Vec<(u32, f32)> {
    terms.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    terms.dedup_by_key(|each| each.0);
    terms
}

/// What the word most likely means. Korean compounds freely, so there parts always count; a known English
/// word means itself and its plural, and its beginnings only when it looks unfinished.
pub(super) fn narrow(lexicon: &Lexicon, word: &Word) -> Vec<(u32, f32)> {
    if word.is_hangul() {
        return narrow_hangul(lexicon, word);
    }
    let mut terms: Vec<(u32, f32)> = lexicon.exact(&word.term).map(|term| (term, 1.0)).into_iter().collect();
    if !word.is_number() {
        let other_forms = forms(&word.text).into_iter().filter_map(|form| lexicon.exact(&form));
        terms.extend(other_forms.map(|term| (term, 0.92)));
    }
    let known: u64 = terms.iter().map(|(term, _)| u64::from(lexicon.weight(*term))).sum();
    let longer = lexicon.beginning(&word.term, MOST_TERMS);
    let all: u64 = longer.iter().map(|each| u64::from(lexicon.weight(each.term))).sum();
    if all > known * 10 && (known == 0 || word.text.len() > 1) {
        terms.extend(weigh(lexicon, &longer, word));
    }
    if terms.is_empty() && word.text.len() >= 3 {
        terms.extend(weigh(lexicon, &lexicon.inside(&word.term, MOST_TERMS), word));
    }
    merge(terms)
}

fn narrow_hangul(lexicon: &Lexicon, word: &Word) -> Vec<(u32, f32)> {
    let mut terms = Vec::new();
    if word.text.chars().any(is_consonant) {
        let found = lexicon.by_initials(&word.term_of_initials(), MOST_TERMS);
        terms.extend(found.iter().map(|each| (each.term, 0.9 * worth(lexicon, each, word.term.len()))));
    }
    if !is_initials(&word.text) {
        terms.extend(weigh(lexicon, &lexicon.beginning(&word.term, MOST_TERMS), word));
        terms.extend(weigh(lexicon, &lexicon.inside(&word.term, MOST_TERMS), word));
    }
    merge(terms)
}

impl Word {
    /// Clusters that a keyboard joined unasked (ㄳ) come apart; syllables stay.
    fn term_of_initials(&self) -> String {
        self.text
            .chars()
            .map(|c| if is_consonant(c) { term_of(c.encode_utf8(&mut [0; 4])) } else { c.to_string() })
            .collect()
    }
}

/// Everything the word might mean, misspellings included.
pub(super) fn wide(lexicon: &Lexicon, word: &Word) -> Vec<(u32, f32)> {
    let mut terms = narrow(lexicon, word);
    terms.extend(weigh(lexicon, &lexicon.beginning(&word.term, MOST_TERMS), word));
    if word.is_hangul() || word.text.len() >= 3 {
        terms.extend(weigh(lexicon, &lexicon.inside(&word.term, MOST_TERMS), word));
    }
    terms.extend(near(lexicon, word, 1));
    merge(terms)
}

/// Terms spelled nearly like the word, the likeliest first. Short words have too many neighbours to guess.
pub(super) fn near(lexicon: &Lexicon, word: &Word, distance: u8) -> Vec<(u32, f32)> {
    let length = word.term.chars().count();
    let shortest = if distance == 1 { 4 } else { 7 };
    if length < shortest || word.is_number() || is_initials(&word.text) {
        return Vec::new();
    }
    let first = word.term.chars().next();
    let likely = |each: &Match| {
        let same_start = lexicon.term(each.term).chars().next() == first;
        f64::from(lexicon.weight(each.term)).ln_1p() * 0.35 + if same_start { 0.8 } else { 0.0 }
    };
    let mut found = lexicon.near(&word.term, distance, 48);
    found.retain(|each| each.fit == Fit::Near(distance));
    if found.is_empty() && distance == 1 && length > shortest {
        found = lexicon.near_inside(&word.term, distance, 24);
    }
    found.sort_by(|a, b| likely(b).total_cmp(&likely(a)));
    found.truncate(MOST_NEAR);
    weigh(lexicon, &found, word)
}

/// Other forms of an English word, as they might stand in the index: plural, singular, -ing, -ed.
fn forms(word: &str) -> Vec<String> {
    if word.len() < 3 || !word.is_ascii() {
        return Vec::new();
    }
    let mut out = vec![format!("{word}s"), format!("{word}es")];
    let mut strip = |ending: &str, others: &[&str]| {
        if let Some(stem) = word.strip_suffix(ending).filter(|stem| stem.len() >= 2) {
            out.extend(others.iter().map(|other| format!("{stem}{other}")));
        }
    };
    strip("y", &["ies"]);
    strip("fe", &["ves"]);
    strip("f", &["ves"]);
    strip("ies", &["y", "ie"]);
    strip("ves", &["f", "fe", "ve"]);
    strip("es", &["", "e"]);
    strip("ing", &["", "e"]);
    strip("ed", &["", "e"]);
    if !word.ends_with("ss") {
        strip("s", &[""]);
    }
    out
}

/// The word without a particle, where what remains is known.
pub(super) fn without_particle(lexicon: &Lexicon, word: &Word) -> Option<Word> {
    let stems = PARTICLES.iter().filter_map(|particle| word.text.strip_suffix(particle));
    stems.filter(|stem| !stem.is_empty()).map(Word::new).find(|stem| {
        lexicon.exact(&stem.term).is_some()
            || (stem.text.chars().count() > 1 && !narrow(lexicon, stem).is_empty())
    })
}

/// The word as two known words written together (법랑주전자, enamelkettle, 500ml), the heaviest pair.
pub(super) fn split(lexicon: &Lexicon, word: &Word) -> Option<(Word, Word)> {
    let first_letters = is_initials(&word.text);
    let cuts = word.text.char_indices().skip(1).map(|(at, _)| word.text.split_at(at));
    let weight = |part: &str| -> Option<u32> {
        let part = Word::new(part);
        let known = |found: Vec<Match>| found.first().map(|each| lexicon.weight(each.term));
        if first_letters {
            return known(lexicon.by_initials(&part.text, 1));
        }
        if let Some(term) =
            lexicon.exact(&part.term).filter(|_| part.is_number() || part.text.chars().count() > 1)
        {
            return Some(lexicon.weight(term));
        }
        if !part.is_hangul() || part.text.chars().nth(1).is_none() {
            return None;
        }
        known(lexicon.beginning(&part.term, 1))
    };
    let shortest = if word.is_hangul() { 1 } else { 3 };
    let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let fits = |a: &str, b: &str| number(a) != number(b) || (a.len() >= shortest && b.len() >= shortest);
    let pairs =
        cuts.filter(|(a, b)| fits(a, b)).filter_map(|(a, b)| Some((weight(a)?.min(weight(b)?), a, b)));
    let (_, a, b) = pairs.max_by_key(|pair| pair.0)?;
    Some((Word::new(a), Word::new(b)))
}

/// The word a term stands for, for people to read.
pub(super) fn readable(lexicon: &Lexicon, term: u32) -> String {
    text_of(lexicon.term(term))
}
