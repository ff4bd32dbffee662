//! Korean writing: letters inside syllables, the two-set keyboard, and particles that agree with a word.
//! Pure text in, text out: nothing here knows products, places or pages.

mod jamo;
mod josa;
mod keyboard;

pub use jamo::{
    compose, decompose, initial_of, initials, is_consonant, is_initials, is_jamo, is_korean, is_syllable,
    to_compatibility,
};
pub use josa::{Ending, ending, josa, with_josa};
pub use keyboard::{hangul_to_latin, latin_to_hangul};
