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

/// Why a number that lost its digits is no code.
pub(super) const SHORTENED: &str =
    "shortened by a spreadsheet: make a text of the column there and save it again";

/// `8.80123E+12`: what a spreadsheet leaves of a long number.
pub(super) fn is_shortened(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.trim_start_matches('\'').split_once(['E', 'e']).is_some_and(|(digits, power)| {
        let (whole, rest) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
        is_number(whole) && is_number(rest) && power.strip_prefix('+').is_some_and(is_number)
    })
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
/// begin a line, and so does what a program wrote as a backslash and an n.
pub(super) fn without_markup(text: &str) -> Cow<'_, str> {
    match (without_tags(text), text.contains("\\n")) {
        (Cow::Borrowed(plain), false) => with_letters(plain),
        (plain, false) => Cow::Owned(with_letters(&plain).into_owned()),
        (plain, true) => {
            let lines = plain.replace("\\r\\n", "\n").replace("\\n", "\n");
            Cow::Owned(with_letters(&lines).into_owned())
        }
    }
}

/// A name, which has one line, without markup.
pub(super) fn plain_name(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains(['<', '&']) {
        return text;
    }
    let plain = with_letters(&without_tags(&text)).split_whitespace().collect::<Vec<_>>().join(" ");
    Cow::Owned(plain)
}

fn without_tags(text: &str) -> Cow<'_, str> {
    let is_tag = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
    // Behind the last end of a tag there is none: a text is walked through once, whatever is in it.
    let Some(last) = text.rfind('>') else { return Cow::Borrowed(text) };
    if !text[..last].match_indices('<').any(|(at, _)| is_tag(&text[at + 1..])) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let is_begun = is_tag(after) && text.len() - after.len() <= last;
        let Some((tag, next)) = is_begun.then(|| after.split_once('>')).flatten() else {
            out.push('<');
            rest = after;
            continue;
        };
        let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next();
        let name = name.unwrap_or_default().to_ascii_lowercase();
        rest = match name.as_str() {
            // What stands inside is said to no reader.
            "script" | "style" if !tag.starts_with('/') => {
                let ends = |at: usize| {
                    let own = next.get(at + 2..at + 2 + name.len());
                    own.is_some_and(|own| own.eq_ignore_ascii_case(&name))
                };
                next.match_indices("</").find(|(at, _)| ends(*at)).map_or("", |(at, _)| &next[at..])
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
    Cow::Owned(lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"))
}

/// Bytes of an entity's name; none that is known here is longer.
const LONGEST_ENTITY: usize = 10;

/// Entities as the letters they stand for, each read once: `&amp;lt;` is `&lt;`. What is none stays.
fn with_letters(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let end = after.bytes().take(LONGEST_ENTITY + 1).position(|byte| byte == b';');
        let found = end.and_then(|end| Some((letter(&after[..end])?, &after[end + 1..])));
        let Some((letter, next)) = found else {
            out.push('&');
            rest = after;
            continue;
        };
        if letter.is_whitespace() && !letter.is_ascii_whitespace() {
            out.push(' ');
        } else if !is_invisible(letter) {
            out.push(letter);
        }
        rest = next;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn letter(entity: &str) -> Option<char> {
    let Some(number) = entity.strip_prefix('#') else { return named(entity) };
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    // Parsing alone would take a plus sign.
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    char::from_u32(u32::from_str_radix(digits, radix).ok()?)
}

fn named(name: &str) -> Option<char> {
    let entity = format!("&{name};");
    let read = html_escape::decode_html_entities(&entity);
    let mut letters = read.chars();
    // What is none comes back as it is, which is longer.
    letters.next().filter(|_| letters.next().is_none())
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
            ("salt &amp; pepper", "salt & pepper"),
            ("<p>&amp;lt;</p>", "&lt;"),
            ("&amp;lt;", "&lt;"),
            ("&lt;b&gt; is bold", "<b> is bold"),
            ("10&#8211;20 &#x2013; &quot;caf&eacute;&quot;", "10–20 – \"café\""),
            ("a&nbsp;b&#160;c&shy;&#0;&#x202e;", "a b c"),
            ("&yuml;&iexcl;&szlig;&Ntilde;", "ÿ¡ßÑ"),
            ("R&D; AT&T & &bogus; &#xfffffff; &#+5; &#; &", "R&D; AT&T & &bogus; &#xfffffff; &#+5; &#; &"),
            ("one\\ntwo\\r\\nthree", "one\ntwo\nthree"),
            ("  kept   as it is\n\n", "  kept   as it is\n\n"),
        ] {
            assert_eq!(without_markup(text), plain, "{text}");
        }
    }

    /// From each of their signs all of the rest could be looked through: these would take minutes.
    #[test]
    fn what_has_no_end_is_read_in_one_go() {
        for sign in ["<", "<a", "</", "&", "&#x"] {
            let text = sign.repeat(300_000);
            assert!(without_markup(&text) == text, "{sign}");
            assert!(without_markup(&format!("<b>{text}")) == text, "{sign} behind a tag");
        }
        assert_eq!(without_markup(&"<script></SCRIPT>".repeat(60_000)), "");
        assert_eq!(without_markup(&format!("a<style>{}", "</".repeat(300_000))), "a");
    }

    #[test]
    fn names_are_plain_and_have_one_line() {
        for (name, plain) in [
            ("Salt &amp; Pepper", "Salt & Pepper"),
            ("<b>Caf&eacute;</b><br>Mug", "Café Mug"),
            ("Salt & Pepper", "Salt & Pepper"),
            ("I <3 mugs", "I <3 mugs"),
            ("13\\new", "13\\new"),
        ] {
            assert_eq!(plain_name(Cow::Borrowed(name)), plain);
        }
    }

    #[test]
    fn numbers_that_lost_their_digits_are_known() {
        for text in ["8.80123E+12", "8,80123E+12", "9E+11", "'8.8e+12"] {
            assert!(is_shortened(text), "{text}");
        }
        for text in ["8801234567893", "A-12E+5", "12E5", "E+5", "1.2.3E+5", ""] {
            assert!(!is_shortened(text), "{text}");
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
