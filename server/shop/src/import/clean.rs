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

/// A text without the tags and entities of HTML, as shop systems keep descriptions: paragraphs, breaks and list items
/// begin a line. A text without tags stays as it is.
pub(super) fn without_markup(text: &str) -> Cow<'_, str> {
    let is_tag = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
    let first = text.match_indices('<').find(|(at, _)| is_tag(&text[at + 1..]) && text[*at..].contains('>'));
    if first.is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let Some((tag, next)) = after.split_once('>').filter(|_| is_tag(after)) else {
            out.push('<');
            rest = after;
            continue;
        };
        let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next();
        let name = name.unwrap_or_default().to_ascii_lowercase();
        rest = match name.as_str() {
            // What stands inside is said to no reader.
            "script" | "style" if !tag.starts_with('/') => {
                let end = format!("</{name}");
                next.to_ascii_lowercase().find(&end).map_or("", |at| &next[at..])
            }
            "p" | "br" | "li" | "div" | "ul" | "ol" | "tr" | "table" | "h1" | "h2" | "h3" | "h4" | "h5" => {
                out.push('\n');
                next
            }
            _ => next,
        };
    }
    out.push_str(rest);
    let lines = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let plain = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    Cow::Owned(ENTITIES.iter().fold(plain, |text, (entity, letter)| text.replace(entity, letter)))
}

/// Those that editors write; the ampersand comes last, so that nothing is undone twice.
const ENTITIES: [(&str, &str); 9] = [
    ("&nbsp;", " "),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&rsquo;", "’"),
    ("&ndash;", "–"),
    ("&mdash;", "—"),
    ("&amp;", "&"),
];

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
    fn markup_goes_and_what_it_says_stays() {
        for (text, plain) in [
            (
                "<p>A <b>mug</b> &amp; a&nbsp;lid</p><ul><li>one</li><li>two</li></ul>",
                "A mug & a lid\none\ntwo",
            ),
            ("<style>p { color: red }</style><p class=\"x\">Hi</p>", "Hi"),
            ("<script>alert(1)</script>safe<br/>line", "safe\nline"),
            ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
            ("a <b", "a <b"),
            ("&amp; as written", "&amp; as written"),
            ("<p>&amp;lt;</p>", "&lt;"),
        ] {
            assert_eq!(without_markup(text), plain, "{text}");
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
