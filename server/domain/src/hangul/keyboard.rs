//! The two-set (두벌식) keyboard: what a text becomes when typed with the other layout switched on.

use super::jamo::{compose, decompose};

const KEYS: [(char, char); 33] = [
    ('q', 'ㅂ'),
    ('w', 'ㅈ'),
    ('e', 'ㄷ'),
    ('r', 'ㄱ'),
    ('t', 'ㅅ'),
    ('y', 'ㅛ'),
    ('u', 'ㅕ'),
    ('i', 'ㅑ'),
    ('o', 'ㅐ'),
    ('p', 'ㅔ'),
    ('a', 'ㅁ'),
    ('s', 'ㄴ'),
    ('d', 'ㅇ'),
    ('f', 'ㄹ'),
    ('g', 'ㅎ'),
    ('h', 'ㅗ'),
    ('j', 'ㅓ'),
    ('k', 'ㅏ'),
    ('l', 'ㅣ'),
    ('z', 'ㅋ'),
    ('x', 'ㅌ'),
    ('c', 'ㅊ'),
    ('v', 'ㅍ'),
    ('b', 'ㅠ'),
    ('n', 'ㅜ'),
    ('m', 'ㅡ'),
    ('Q', 'ㅃ'),
    ('W', 'ㅉ'),
    ('E', 'ㄸ'),
    ('R', 'ㄲ'),
    ('T', 'ㅆ'),
    ('O', 'ㅒ'),
    ('P', 'ㅖ'),
];

/// Latin keystrokes as the Hangul they type ("wnwjswk" → 주전자). Shift matters for the seven keys that have a
/// second letter and is ignored elsewhere; other characters pass.
pub fn latin_to_hangul(text: &str) -> String {
    let key = |c: char| KEYS.iter().find(|entry| entry.0 == c).map(|entry| entry.1);
    let strokes: String =
        text.chars().map(|c| key(c).or_else(|| key(c.to_ascii_lowercase())).unwrap_or(c)).collect();
    compose(&strokes)
}

/// Hangul as the Latin letters on the same keys ("ㅏㄷㅅ싣" → "kettle"); other characters pass.
pub fn hangul_to_latin(text: &str) -> String {
    let key = |c: char| KEYS.iter().find(|entry| entry.1 == c).map_or(c, |entry| entry.0);
    decompose(text).chars().map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn layouts() {
        let table = [
            ("wnwjswk", "주전자"),
            ("qjqfkd wnwjswk", "법랑 주전자"),
            ("rhkdlf", "과일"),
            ("Rkcl", "까치"),
            ("ekfr", "닭"),
            ("ejvqkq", "덮밥"),
            ("dhQk", "오빠"),
            ("zjq 2ro", "컵 2개"),
        ];
        for (latin, hangul) in table {
            assert_eq!(latin_to_hangul(latin), hangul);
            assert_eq!(hangul_to_latin(hangul), latin);
        }
        assert_eq!(hangul_to_latin("ㅏㄷㅅ싣"), "kettle");
        assert_eq!(latin_to_hangul("AK"), "마");
    }

    proptest! {
        #[test]
        fn there_and_back(text in "[가-힣 0-9]{0,24}") {
            prop_assert_eq!(latin_to_hangul(&hangul_to_latin(&text)), text);
        }
    }
}
