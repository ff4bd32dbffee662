//! Words of a text, and the terms an index keeps for them.

use super::fold::fold;
use crate::hangul::{compose, decompose, is_jamo, is_syllable};

const LONGEST: usize = 40;
const MOST: usize = 128;
const UNITS: [&str; 22] = [
    "ml", "l", "cl", "g", "kg", "mg", "cm", "mm", "m", "km", "w", "v", "kw", "gb", "tb", "mb", "oz", "lb",
    "in", "inch", "mah", "pcs",
];

/// One word of a text: Hangul, or letters and digits together, or one ideograph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    /// Stands against the word before it with nothing but a hyphen between (the "shirt" of "t-shirt").
    pub glued: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Hangul,
    Word,
    Ideograph,
    Other,
}

fn class(c: char) -> Class {
    if is_syllable(c) || is_jamo(c) {
        Class::Hangul
    } else if matches!(u32::from(c), 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
    {
        Class::Ideograph
    } else if c.is_alphanumeric() {
        Class::Word
    } else {
        Class::Other
    }
}

/// The words of a text, folded, in order: at most 128, each cut at 40 characters. A point between digits
/// stays (1.2), a comma there goes (12,900), an apostrophe goes (levis).
pub fn tokens(text: &str) -> Vec<Token> {
    let folded = fold(text);
    let mut out: Vec<Token> = Vec::new();
    let mut current = Class::Other;
    let mut hyphen = false;
    let mut chars = folded.chars().peekable();
    while let Some(c) = chars.next() {
        let digit_around = || out.last().is_some_and(|t| t.text.ends_with(|d: char| d.is_ascii_digit()));
        if c == '\'' && current == Class::Word {
            continue;
        }
        if matches!(c, '.' | ',')
            && current == Class::Word
            && chars.peek().is_some_and(char::is_ascii_digit)
            && digit_around()
        {
            if c == '.'
                && let Some(token) = out.last_mut()
            {
                token.text.push('.');
            }
            continue;
        }
        let next = class(c);
        if next == Class::Other {
            hyphen = c == '-' && current != Class::Other;
        } else if next == current && next != Class::Ideograph {
            if let Some(token) = out.last_mut().filter(|token| token.text.len() < LONGEST * 3) {
                token.text.push(c);
            }
        } else {
            if out.len() == MOST {
                break;
            }
            out.push(Token { text: c.into(), glued: hyphen || current != Class::Other });
            hyphen = false;
        }
        current = next;
    }
    for token in &mut out {
        if let Some((at, _)) = token.text.char_indices().nth(LONGEST) {
            token.text.truncate(at);
        }
    }
    out
}

/// The term an index keeps for a folded word: keystrokes for Hangul, the word itself otherwise.
pub fn term_of(word: &str) -> String {
    if word.starts_with(|c: char| class(c) == Class::Hangul) { decompose(word) } else { word.to_owned() }
}

/// The word of a term: `text_of(term_of(word)) == word`.
pub fn text_of(term: &str) -> String {
    if term.starts_with(is_jamo) { compose(term) } else { term.to_owned() }
}

/// Calls `keep` with each term of the text: its words; hyphenated words also as one (tshirt); numbers with
/// letters also apart (500ml → 500, ml), numbers before a unit also together. The flag tells whether the term
/// is the last plain word before a bracket, a comma or the end: in Korean and English alike, usually the
/// thing itself.
pub fn index_terms(text: &str, mut keep: impl FnMut(&str, bool)) {
    let head_end = text
        .char_indices()
        .skip(1)
        .find(|(_, c)| matches!(c, '(' | '[' | ',' | '/' | '|'))
        .map_or(text.len(), |(at, _)| at);
    let words = tokens(text);
    let in_head = if head_end == text.len() { words.len() } else { tokens(&text[..head_end]).len() };
    let plain =
        |token: &Token| token.text.chars().all(char::is_alphabetic) && token.text.chars().nth(1).is_some();
    let head = words[..in_head.min(words.len())].iter().rposition(plain);
    for (at, token) in words.iter().enumerate() {
        keep(&term_of(&token.text), Some(at) == head);
        split_number(&token.text, &mut keep);
        let Some(before) = at.checked_sub(1).and_then(|i| words.get(i)) else { continue };
        let number = before.text.ends_with(|c: char| c.is_ascii_digit());
        let both_plain = class_of(&before.text) == Class::Word && class_of(&token.text) == Class::Word;
        if both_plain && (token.glued || (number && UNITS.contains(&token.text.as_str()))) {
            keep(&format!("{}{}", before.text, token.text), false);
        }
    }
}

fn class_of(word: &str) -> Class {
    word.chars().next().map_or(Class::Other, class)
}

fn split_number(word: &str, keep: &mut impl FnMut(&str, bool)) {
    let digits = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(0);
    let (number, rest) = word.split_at(digits);
    if !number.is_empty() && rest.chars().all(|c| c.is_ascii_alphabetic()) {
        keep(number, false);
        keep(rest, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    fn kept(text: &str) -> Vec<(String, bool)> {
        let mut out = Vec::new();
        index_terms(text, |term, head| out.push((text_of(term), head)));
        out
    }

    #[test]
    fn cutting() {
        let table: [(&str, &[&str]); 8] = [
            ("법랑 주전자 1.2L", &["법랑", "주전자", "1.2l"]),
            ("갤럭시S24케이스", &["갤럭시", "s24", "케이스"]),
            ("T-Shirt, men's", &["t", "shirt", "mens"]),
            ("12,900원", &["12900", "원"]),
            ("ㅈㅈㅈ 주ㅈ", &["ㅈㅈㅈ", "주ㅈ"]),
            ("湯呑み", &["湯", "呑", "み"]),
            ("…!? ", &[]),
            ("'a' .5", &["a", "5"]),
        ];
        for (text, expected) in table {
            assert_eq!(words(text), expected, "{text}");
        }
        assert!(tokens(&"a ".repeat(100_000)).len() <= MOST);
        assert!(tokens(&"가".repeat(100_000)).iter().all(|token| token.text.chars().count() <= LONGEST));
    }

    #[test]
    fn terms() {
        let texts = |text: &str| kept(text).into_iter().map(|each| each.0).collect::<Vec<_>>();
        assert_eq!(texts("t-shirt 500ml"), ["t", "shirt", "tshirt", "500ml", "500", "ml"]);
        assert_eq!(texts("물병 500 ml"), ["물병", "500", "ml", "500ml"]);
        let head = |text: &str| kept(text).into_iter().find(|each| each.1).map(|each| each.0);
        assert_eq!(head("Enamel Kettle 1.2 L (white)").as_deref(), Some("kettle"));
        assert_eq!(head("법랑 주전자, 흰색").as_deref(), Some("주전자"));
        assert_eq!(head("(new)").as_deref(), Some("new"));
    }

    proptest! {
        #[test]
        fn terms_keep_their_text(word in "[가-힣]{1,12}|[a-z0-9]{1,12}") {
            prop_assert_eq!(text_of(&term_of(&word)), word);
        }

        #[test]
        fn any_text_is_safe(text in any::<String>()) {
            index_terms(&text, |term, _| assert!(!term.is_empty() && !term.contains(' ')));
        }
    }
}
