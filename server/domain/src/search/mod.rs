//! Text as searches see it: folded, cut into words, each word a search term. Products and places share it, so
//! that a shopper's spelling counts the same in both. Knows no index and no ranking.

mod fold;
mod lexicon;
mod near;
mod tokens;

pub use fold::{fold, normalise};
pub use lexicon::{Fit, Lexicon, Match};
pub use tokens::{Token, index_terms, term_of, text_of, tokens};
