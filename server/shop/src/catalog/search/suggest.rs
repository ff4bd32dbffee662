//! Completions of a text while it is typed.

use super::index::SearchIndex;
use super::words::{Group, Word, cut, narrow, near, query_words, readable};
use onshelf_domain::hangul::{is_consonant, latin_to_hangul};
use onshelf_domain::search::{Match, fold, tokens};
use std::io;

const CANDIDATES: usize = 48;

/// A completed query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub text: String,
    /// Products that have its last word, and the words before it if there are any.
    pub products: usize,
}

impl SearchIndex {
    /// Up to `most` completions of the last word that, with the words before it, find something; the most
    /// products first. An unfinished syllable, 초성 and the wrong keyboard layout are understood.
    pub fn suggest(&self, prefix: &str, most: usize) -> Vec<Suggestion> {
        self.try_suggest(cut(prefix), most).unwrap_or_else(|error| {
            tracing::error!(
                %error,
                "The search index could not be read ({error}); what it has is not found."
            );
            Vec::new()
        })
    }

    fn try_suggest(&self, prefix: &str, most: usize) -> io::Result<Vec<Suggestion>> {
        let mut words: Vec<String> = tokens(prefix).into_iter().map(|token| token.text).collect();
        let Some(last) = words.pop() else { return Ok(Vec::new()) };
        let completions = self.completions(&Word::new(&last));
        let head = words.join(" ");
        let mut out = Vec::new();
        let head_words = if head.is_empty() { Vec::new() } else { query_words(&fold(&head)) };
        let head_groups: Vec<Group> = head_words
            .iter()
            .enumerate()
            .map(|(at, word)| Group::new(&self.lexicon, narrow(&self.lexicon, word), at))
            .collect();
        for each in completions {
            let word = readable(&self.lexicon, each.term);
            if words.contains(&word) {
                continue;
            }
            let (text, products) = if head_groups.is_empty() {
                (word, self.lexicon.weight(each.term) as usize)
            } else {
                let mut groups = head_groups.clone();
                groups.push(Group::new(&self.lexicon, vec![(each.term, 1.0)], groups.len()));
                (format!("{head} {word}"), self.all_of(&groups)?.documents.len())
            };
            if products > 0 {
                out.push(Suggestion { text, products });
            }
        }
        out.sort_by(|a, b| b.products.cmp(&a.products).then_with(|| a.text.cmp(&b.text)));
        out.truncate(most);
        Ok(out)
    }

    fn completions(&self, last: &Word) -> Vec<Match> {
        let by_word = |word: &Word| {
            let mut found = if word.text.chars().any(is_consonant) {
                self.lexicon.by_initials(&word.text, CANDIDATES)
            } else {
                Vec::new()
            };
            if found.is_empty() {
                found = self.lexicon.beginning(&word.term, CANDIDATES);
            }
            found.retain(|each| !self.lexicon.term(each.term).starts_with(|c: char| c.is_ascii_digit()));
            found
        };
        let mut found = by_word(last);
        if found.is_empty() && !last.is_hangul() {
            found = by_word(&Word::new(&latin_to_hangul(&last.text)));
        }
        if found.is_empty() {
            let terms = near(&self.lexicon, last, 1);
            found = terms
                .into_iter()
                .map(|(term, _)| Match { term, fit: onshelf_domain::search::Fit::Near(1) })
                .collect();
        }
        found
    }
}
