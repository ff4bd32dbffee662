//! Who collects, cleaned and checked. A name and one way to reach them are needed.

use onshelf_vocabulary::fulfilment::{Contact, Fault, FieldFault};

const NAME_CHARS: usize = 80;
const EMAIL_BYTES: usize = 254;
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// Longer than any phone number with its spaces; what is longer is not looked at.
const PHONE_TEXT: usize = 40;

/// The contact as it is kept, and what must be mended first. Only without faults is it good to keep;
/// a field at fault comes back as it was typed, so that a form can show it again.
#[must_use]
pub fn check_contact(contact: &Contact) -> (Contact, Vec<FieldFault>) {
    let mut faults = Vec::new();
    let mut note = |pointer: &str, fault| faults.push(FieldFault { pointer: pointer.to_owned(), fault });
    let name = contact.name.trim();
    if let Some(fault) = name_fault(name) {
        note("/contact/name", fault);
    }
    let email = given(contact.email.as_deref()).map(|typed| match read_email(typed) {
        Ok(email) => email,
        Err(fault) => {
            note("/contact/email", fault);
            typed.to_owned()
        }
    });
    let phone = given(contact.phone.as_deref()).map(|typed| {
        read_phone(typed).unwrap_or_else(|| {
            note("/contact/phone", Fault::NotAPhone);
            typed.to_owned()
        })
    });
    if email.is_none() && phone.is_none() {
        note("/contact", Fault::NoWayToReach);
    }
    (Contact { name: name.to_owned(), email, phone }, faults)
}

/// An e-mail address or a phone number as it would be kept; none where it is neither.
#[must_use]
pub fn read_reach(typed: &str) -> Option<String> {
    let typed = given(Some(typed))?;
    read_email(typed).ok().or_else(|| read_phone(typed))
}

fn given(field: Option<&str>) -> Option<&str> {
    field.map(str::trim).filter(|text| !text.is_empty())
}

/// What must be mended in the name of somebody who comes to a counter.
#[must_use]
pub fn name_fault(name: &str) -> Option<Fault> {
    if name.is_empty() {
        return Some(Fault::Missing);
    }
    if name.chars().nth(NAME_CHARS).is_some() {
        return Some(Fault::TooLong);
    }
    if name.chars().any(is_unprintable) {
        return Some(Fault::BadCharacters);
    }
    // Only joiners and the like: nothing anybody could call out.
    (!name.chars().any(char::is_alphanumeric)).then_some(Fault::Missing)
}

/// Controls, and marks that turn the direction of what stands after them on a label or a screen.
#[must_use]
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// One `@`, a dot in the domain, nothing that could end or fold a mail header. The domain is put in lower case.
fn read_email(typed: &str) -> Result<String, Fault> {
    if typed.len() > EMAIL_BYTES {
        return Err(Fault::TooLong);
    }
    if typed.chars().any(is_unprintable) {
        return Err(Fault::BadCharacters);
    }
    let (local, domain) = typed.split_once('@').ok_or(Fault::NotAnEmail)?;
    let forbidden = |c: char| c.is_whitespace() || "@<>()[],;:\\\"".contains(c);
    let plausible = !local.is_empty()
        && local.len() <= 64
        && !typed.replacen('@', "", 1).contains(forbidden)
        && dotted(local)
        && domain.contains('.')
        && domain.split('.').all(is_label);
    if plausible { Ok(format!("{local}@{}", domain.to_lowercase())) } else { Err(Fault::NotAnEmail) }
}

fn dotted(local: &str) -> bool {
    local.split('.').all(|part| !part.is_empty())
}

fn is_label(label: &str) -> bool {
    let inner = !label.starts_with('-') && !label.ends_with('-');
    !label.is_empty() && label.len() <= 63 && inner && label.chars().all(|c| c.is_alphanumeric() || c == '-')
}

/// A phone number as `+` and 7 to 15 digits (E.164). Without a country code it is a Korean one.
#[must_use]
pub fn read_phone(typed: &str) -> Option<String> {
    if typed.len() > PHONE_TEXT {
        return None;
    }
    let plain: String = typed.trim().chars().filter(|c| !is_phone_space(*c)).collect();
    let (digits, foreign) = match plain.strip_prefix('+').or_else(|| plain.strip_prefix("00")) {
        Some(rest) => (rest, true),
        None => (plain.as_str(), false),
    };
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !PHONE_DIGITS.contains(&digits.len()) {
        return None;
    }
    let national = match (foreign, digits.strip_prefix("82")) {
        (true, None) => return (!digits.starts_with('0')).then(|| format!("+{digits}")),
        // `82-10-1234-5678` lost its plus; `8212345` is a number of its own.
        (false, Some(rest)) if digits.len() >= 11 => rest,
        (true, Some(rest)) => rest,
        (false, _) => digits,
    };
    // `+82 (0)10` and `010` both drop the zero that is only dialled at home.
    let national = national.strip_prefix('0').unwrap_or(national);
    let number = format!("+82{national}");
    (!national.starts_with('0') && PHONE_DIGITS.contains(&(number.len() - 1))).then_some(number)
}

fn is_phone_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contact(name: &str, email: Option<&str>, phone: Option<&str>) -> Contact {
        Contact { name: name.to_owned(), email: email.map(str::to_owned), phone: phone.map(str::to_owned) }
    }

    #[test]
    fn phones_become_one_form() {
        for (typed, kept) in [
            ("010-1234-5678", Some("+821012345678")),
            ("010 1234 5678", Some("+821012345678")),
            ("+82 (0)10-1234-5678", Some("+821012345678")),
            ("82-10-1234-5678", Some("+821012345678")),
            ("02)123-4567", Some("+8221234567")),
            ("1522-3232", Some("+8215223232")),
            ("+1 (415) 555-0100", Some("+14155550100")),
            ("0044 20 7946 0958", Some("+442079460958")),
            ("12345", None),
            ("+1234567890123456", None),
            ("+0123456789", None),
            ("010-1234-567a", None),
            ("전화", None),
            ("000000000", None),
        ] {
            assert_eq!(read_phone(typed).as_deref(), kept, "{typed}");
        }
    }

    #[test]
    fn emails_are_plausible_or_refused() {
        for good in ["kim@example.kr", "a.b+c@mail.example.co.kr", "김@예시.한국"] {
            assert!(read_email(good).is_ok(), "{good}");
        }
        assert_eq!(read_email("Kim@EXAMPLE.Com").as_deref(), Ok("Kim@example.com"));
        for bad in [
            "a", "a@b", "@b.c", "a@.c", "a@b.", "a@@b.c", "a@b@c.d", "a b@c.d", "a@b c.d", "a@-b.c",
            ".a@b.c", "a..b@c.d", "a@b.c>", "a,b@c.d", "a@b..c",
        ] {
            assert_eq!(read_email(bad), Err(Fault::NotAnEmail), "{bad}");
        }
        assert_eq!(read_email("a@b.c\r\nBcc:x@y.z"), Err(Fault::BadCharacters));
        assert_eq!(read_email(&format!("{}@b.c", "a".repeat(300))), Err(Fault::TooLong));
    }

    #[test]
    fn where_somebody_is_reached_is_read_as_it_is_kept() {
        for (typed, kept) in [
            (" Kim@EXAMPLE.Com ", Some("Kim@example.com")),
            ("010-1234-5678", Some("+821012345678")),
            ("kim@", None),
            ("12345", None),
            ("  ", None),
        ] {
            assert_eq!(read_reach(typed).as_deref(), kept, "{typed}");
        }
    }

    #[test]
    fn faults_point_at_the_field() {
        let long = "가".repeat(81);
        for (given, faults) in [
            (contact(" 김하나 ", None, Some("01012345678")), vec![]),
            (contact(&"가".repeat(80), None, Some("01012345678")), vec![]),
            (
                contact("", None, None),
                vec![("/contact/name", Fault::Missing), ("/contact", Fault::NoWayToReach)],
            ),
            (
                contact("  ", Some(" "), Some("")),
                vec![("/contact/name", Fault::Missing), ("/contact", Fault::NoWayToReach)],
            ),
            (contact(&long, Some("a@b.c"), None), vec![("/contact/name", Fault::TooLong)]),
            (contact("a\0b", Some("a@b.c"), None), vec![("/contact/name", Fault::BadCharacters)]),
            (contact("a\u{202E}b", Some("a@b.c"), None), vec![("/contact/name", Fault::BadCharacters)]),
            (contact("\u{200D}", Some("a@b.c"), None), vec![("/contact/name", Fault::Missing)]),
            (contact("Kim", Some("a@b"), None), vec![("/contact/email", Fault::NotAnEmail)]),
            (contact("Kim", Some("a@b.c"), Some("12")), vec![("/contact/phone", Fault::NotAPhone)]),
        ] {
            let expected: Vec<FieldFault> = faults
                .into_iter()
                .map(|(pointer, fault)| FieldFault { pointer: pointer.to_owned(), fault })
                .collect();
            assert_eq!(check_contact(&given).1, expected, "{given:?}");
        }
        assert_eq!(
            check_contact(&contact("  김하나\t", None, Some("010-1234-5678"))).0,
            contact("김하나", None, Some("+821012345678"))
        );
    }

    proptest! {
        #[test]
        fn what_is_kept_is_kept_again(name in ".{0,100}", email in proptest::option::of(".{0,60}"), phone in proptest::option::of("[+0-9() -]{0,24}")) {
            let (kept, faults) = check_contact(&Contact { name, email, phone });
            if faults.is_empty() {
                prop_assert_eq!(check_contact(&kept), (kept.clone(), vec![]));
            }
        }
    }
}
