//! Folding: one spelling for width, case, accents and invisible characters.

use crate::hangul::{is_jamo, is_syllable, to_compatibility};
use std::iter::once;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Folded text: composed, half and full width made one, lower case, accents gone, invisible characters
/// dropped, control characters as spaces. Punctuation stays. Jamo stay compatibility jamo, because NFKC would
/// glue ㅈㅜ into a syllable and tear 초성 from its table.
pub fn fold(text: &str) -> String {
    // Most of what is typed is as it should be, and need not be composed, looked up and looked through again.
    if text.chars().all(|c| c.is_ascii() || is_syllable(c)) {
        return text
            .chars()
            .map(|c| if c.is_ascii_control() { ' ' } else { c.to_ascii_lowercase() })
            .collect();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.nfc().filter(|c| !is_invisible(*c)) {
        fold_char(c, &mut out);
    }
    // What was dropped may have stood between marks that belong in another order, or belong to the letter before it.
    if is_nfc_quick(out.chars()) == IsNormalized::Yes { out } else { out.nfc().collect() }
}

fn fold_char(c: char, out: &mut String) {
    if c.is_control() {
        out.push(' ');
    } else if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
    } else if is_syllable(c) || is_jamo(c) {
        out.push(c);
    } else {
        for wide in once(c).nfkc().flat_map(char::to_lowercase) {
            if is_syllable(wide) {
                out.push(wide);
                continue;
            }
            for part in once(wide).nfd().filter(|part| !is_accent(*part)) {
                push_base(to_compatibility(part), out);
            }
        }
    }
}

/// Letters that carry their mark within, so that decomposition does not find it.
fn push_base(c: char, out: &mut String) {
    match c {
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'þ' => out.push_str("th"),
        'ø' => out.push('o'),
        'ł' => out.push('l'),
        'đ' | 'ð' => out.push('d'),
        'ı' => out.push('i'),
        '’' | '‘' | 'ʼ' | '`' | '´' => out.push('\''),
        '‐' | '‑' | '‒' | '–' | '−' => out.push('-'),
        c if c.is_control() => out.push(' '),
        c => out.push(c),
    }
}

fn is_accent(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x180B..=0x180E | 0x200B..=0x200F | 0x202A..=0x202E
        | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF9..=0xFFFB | 0xE0000..=0xE0FFF)
}

/// Folded text without punctuation, words one space apart: what two spellings of one query have in common.
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in fold(text).chars().filter(|c| *c != '\'') {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn marks_whose_neighbour_was_dropped_come_in_their_own_order() {
        assert_eq!(fold("\u{5a4}\u{1af7}\u{5b4}"), "\u{5b4}\u{5a4}");
    }

    #[test]
    fn folding() {
        let table = [
            ("Café  CRÈME", "cafe creme"),
            ("ＡＢＣ１２３", "abc123"),
            ("법랑\u{200b}주전자!", "법랑주전자"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("ㅈㅈㅈ", "ㅈㅈㅈ"),
            ("ﾡﾢ", "ㄱㄲ"),
            ("㈜제자리", "주 제자리"),
            ("Straße – Åre", "strasse are"),
            ("men's", "mens"),
            ("men’s", "mens"),
            ("a\0b", "a b"),
            ("\u{202e}abc", "abc"),
            ("İzmir", "izmir"),
            ("½", "1 2"),
            ("—!?", ""),
        ];
        for (text, expected) in table {
            assert_eq!(normalise(text), expected, "{text}");
        }
        assert_eq!(normalise("ｶﾞﾗｽ"), normalise("ガラス"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "[ -~가-힣ㄱ-ㅣÀ-ÿＡ-Ｚ]{0,40}") {
            let folded = normalise(&text);
            prop_assert_eq!(normalise(&folded), folded.clone());
        }

        /// Marks of many scripts among letters: what is dropped between others changes their order.
        #[test]
        fn marks_are_folded_once(text in "[aㅂカか\u{300}-\u{36f}\u{591}-\u{5c7}\u{1ab0}-\u{1aff}\u{3099}\u{309a}\u{94d}\u{e38}]{0,12}") {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded.clone());
        }

        #[test]
        fn any_text_is_safe(text in any::<String>()) {
            let folded = normalise(&text);
            prop_assert!(!folded.contains("  ") && folded.trim() == folded);
        }
    }
}
