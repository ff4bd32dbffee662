//! Product search: text in, product ordinals out, best first. The postings are tantivy's; the words are found
//! in a lexicon, so that part words, 초성, unfinished syllables and misspellings cost a lookup and not a larger
//! index. Knows neither the catalogue nor stock: a document is words and a number, a filter is a closure.

mod gather;
mod index;
mod ladder;
mod suggest;
mod words;

#[cfg(test)]
mod judged;
#[cfg(test)]
mod tests;

pub use index::SearchIndex;
pub use suggest::Suggestion;

/// What the index keeps of one product. Borrowed, because nothing of it is stored: only its words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Document<'a> {
    /// The caller's number for the product, given back by searches; breaks ties, the lower first.
    pub ordinal: u32,
    /// The name in every language.
    pub names: &'a [&'a str],
    pub brands: &'a [&'a str],
    pub categories: &'a [&'a str],
    /// Of all variants; found whole, in any case, with or without dashes.
    pub skus: &'a [&'a str],
    /// Of all variants; 8 to 14 digits, zeros in front do not matter.
    pub gtins: &'a [&'a str],
    /// Other words it should be found by, such as synonyms, materials and option names.
    pub keywords: &'a [&'a str],
    /// Sales or views in any unit; scaled by the largest in the index.
    pub popularity: u32,
}

/// The answer to a search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// Ordinals and scores, best first, ties by ordinal; at most the limit.
    pub ordinals: Vec<(u32, f32)>,
    /// Products found in all, also beyond the limit.
    pub total: usize,
    /// What was searched instead, where the spelling or the keyboard layout was mended.
    pub corrected: Option<String>,
    /// Not every word was found together: these have some of them.
    pub relaxed: bool,
}

/// Why the index could not be built or read; for the log.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("search index: {0}")]
    Index(#[from] tantivy::TantivyError),
    #[error("search index files: {0}")]
    Files(#[from] std::io::Error),
}
