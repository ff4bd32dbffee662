//! Postcodes as files have them: zeros lost in spreadsheets, digits run together, old numbers beside new ones.

use std::borrow::Cow;

use super::zones::state_code;

/// What became of a postcode, with the words for a warning where it is not as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Postcode<'t> {
    pub text: Cow<'t, str>,
    pub warning: Option<&'static str>,
}

/// States whose ZIP codes begin with a zero, as postcodes of the Virgin Islands and of forces in Europe do.
const ZERO_STATES: [&str; 11] = ["CT", "MA", "ME", "NH", "NJ", "PR", "RI", "VI", "VT", "AE", "NY"];

/// `state` is a short code or a full name.
pub(super) fn read<'t>(country: &str, state: &str, text: &'t str) -> Postcode<'t> {
    match country {
        "US" => zip(&state_code(country, state), text),
        "PR" => zip("PR", text),
        "KR" => korean(text),
        _ => Postcode { text: Cow::Borrowed(text), warning: None },
    }
}

fn zip<'t>(state: &str, text: &'t str) -> Postcode<'t> {
    const LOST: &str = "a ZIP code that lost its leading zero: put back";
    const JOINED: &str = "a ZIP+4 code without its hyphen: put in";
    const BAD: &str = "not a ZIP code";
    let as_is = |warning| Postcode { text: Cow::Borrowed(text), warning };
    let made = |text: String, warning| Postcode { text: Cow::Owned(text), warning: Some(warning) };
    let (whole, tail) = match text.split_once('-') {
        Some((whole, tail)) => (whole.trim(), Some(tail.trim())),
        None => (text.trim(), None),
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !tail.is_none_or(digits) {
        return as_is(Some(BAD));
    }
    // Only a state whose codes begin so can have lost one.
    let can_lose = state.is_empty() || ZERO_STATES.contains(&state);
    match (whole.len(), tail.map(str::len)) {
        (5, None) => as_is(None),
        (5, Some(4)) if text.len() == 10 => as_is(None),
        (5, Some(4)) => made(format!("{whole}-{}", tail.unwrap_or_default()), "stray spaces in a ZIP code"),
        (5, Some(_)) => made(whole.to_owned(), "half a ZIP+4 code: its five digits kept"),
        (3 | 4, None) if can_lose => made(format!("{whole:0>5}"), LOST),
        (4, Some(4)) if can_lose => made(format!("{whole:0>5}-{}", tail.unwrap_or_default()), LOST),
        (9, None) => made(format!("{}-{}", &whole[..5], &whole[5..]), JOINED),
        (8, None) if can_lose => made(format!("0{}-{}", &whole[..4], &whole[4..]), LOST),
        _ => as_is(Some(BAD)),
    }
}

fn korean(text: &str) -> Postcode<'_> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let as_is = |warning| Postcode { text: Cow::Borrowed(text), warning };
    let is_plain = text.chars().all(|c| c.is_ascii_digit() || c == '-' || c == ' ');
    match digits.len() {
        5 if is_plain => Postcode { text: Cow::Owned(digits), warning: None },
        4 if is_plain => Postcode {
            text: Cow::Owned(format!("0{digits}")),
            warning: Some("a postcode that lost its leading zero: put back"),
        },
        6 if is_plain => Postcode {
            text: Cow::Owned(format!("{}-{}", &digits[..3], &digits[3..])),
            warning: Some("a six-digit postcode, not in use since 2015"),
        },
        _ => as_is(Some("not a Korean postcode")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_and_hyphens_come_back() {
        for (country, state, given, read_as, warns) in [
            ("US", "MN", "55425", "55425", false),
            ("US", "MA", "2128", "02128", true),
            ("US", "Massachusetts", "2108", "02108", true),
            ("US", "MASSACHUSETTS", "2108", "02108", true),
            ("US", "ma", "2108", "02108", true),
            ("US", "new jersey", "7001-1234", "07001-1234", true),
            ("US", "", "2108", "02108", true),
            ("US", "Texas", "2108", "2108", true),
            ("US", "CA", "2128", "2128", true),
            ("US", "PR", "917", "00917", true),
            ("US", "WY", "828016213", "82801-6213", true),
            ("US", "NJ", "70081234", "07008-1234", true),
            ("US", "CA", "95776-5406", "95776-5406", false),
            ("US", "CA", "99999 - 9", "99999", true),
            ("US", "CA", "K1A 0B1", "K1A 0B1", true),
            ("KR", "", "04766", "04766", false),
            ("KR", "", "1195", "01195", true),
            ("KR", "", "137-829", "137-829", true),
            ("KR", "", "137829", "137-829", true),
            ("JP", "", "100-0001", "100-0001", false),
        ] {
            let postcode = read(country, state, given);
            assert_eq!(
                (postcode.text.as_ref(), postcode.warning.is_some()),
                (read_as, warns),
                "{state} {given}"
            );
        }
    }
}
