//! Texts without what only looks like nothing: odd spaces at the ends, control characters, marks that turn the
//! reading direction of a whole line.

use std::borrow::Cow;

/// A text as it should be kept, and whether something more than plain spaces was taken out.
pub(super) fn cleaned(raw: &str) -> (Cow<'_, str>, bool) {
    let text = raw.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    let trimmed = raw.trim_matches(|c: char| c.is_ascii_whitespace());
    // A spreadsheet's way to keep a cell from being a formula.
    let text = match text.strip_prefix('\'') {
        Some(cell) if cell.starts_with(['=', '+', '-', '@']) => cell,
        _ => text,
    };
    let is_odd = |c: char| is_invisible(c) || (c.is_whitespace() && !matches!(c, ' ' | '\n'));
    if text.chars().any(is_odd) {
        let plain = text
            .chars()
            .filter(|c| !is_invisible(*c))
            .map(|c| if c.is_whitespace() && c != '\n' { ' ' } else { c })
            .collect();
        return (Cow::Owned(plain), true);
    }
    (Cow::Borrowed(text), text.len() < trimmed.len() && !trimmed.starts_with('\''))
}

/// Control characters, zero-width marks, and those that order or override a reading direction.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
        || matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A cell that no spreadsheet takes for a formula. Plain numbers stay, a minus before them included.
#[must_use]
pub fn neutralised(cell: &str) -> Cow<'_, str> {
    let is_number = !cell.starts_with('+') && cell.parse::<f64>().is_ok_and(f64::is_finite);
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) && !is_number {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// Whether a text has Hangul, and so is Korean.
pub(super) fn is_korean(text: &str) -> bool {
    text.chars()
        .any(|c| matches!(c, '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{AC00}'..='\u{D7A3}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_spaces_and_marks_go() {
        for (raw, kept, odd) in [
            (" a ", "a", false),
            ("\u{a0}12345\u{3000}", "12345", true),
            ("a\u{a0}b", "a b", true),
            ("\u{202e}evil\u{202c}", "evil", true),
            ("a\u{0}b", "ab", true),
            ("two\nlines", "two\nlines", false),
            ("'=1+1", "=1+1", false),
            ("'s-Hertogenbosch", "'s-Hertogenbosch", false),
        ] {
            assert_eq!(cleaned(raw), (Cow::Borrowed(kept), odd), "{raw:?}");
        }
    }

    #[test]
    fn formulas_become_texts_and_numbers_stay() {
        for (cell, written) in [
            ("=cmd()", "'=cmd()"),
            ("+82-2-123", "'+82-2-123"),
            ("@x", "'@x"),
            ("+821012345678", "'+821012345678"),
            ("-122.33", "-122.33"),
            ("-1+1", "'-1+1"),
            ("plain", "plain"),
        ] {
            assert_eq!(neutralised(cell), written);
        }
    }
}
