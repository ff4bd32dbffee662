//! Numbers of telephones as gateways want them. They are kept as `+` and digits (E.164).

/// Calling codes of one and of two digits (ITU-T E.164); all others have three.
const ONE: [&str; 2] = ["1", "7"];
const TWO: [&str; 43] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
    "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81",
    "82", "84", "86", "90", "91", "92", "93", "94", "95",
];
const TWO_MORE: &str = "98";

/// The calling code and what follows: `+821012345678` is `82` and `1012345678`.
#[must_use]
pub fn calling_code(number: &str) -> Option<(&str, &str)> {
    let digits = number.strip_prefix('+')?;
    let starts = |codes: &[&str]| codes.iter().any(|code| digits.starts_with(code));
    let length = if starts(&ONE) {
        1
    } else if starts(&TWO) || digits.starts_with(TWO_MORE) {
        2
    } else {
        3
    };
    let (code, rest) = digits.split_at_checked(length)?;
    (!rest.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some((code, rest))
}

/// As it is dialled in Korea: `+821012345678` is `01012345678`. None for a number of another country.
#[must_use]
pub fn national(number: &str) -> Option<String> {
    match calling_code(number)? {
        ("82", rest) => Some(format!("0{rest}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_split_where_the_country_ends() {
        for (number, split) in [
            ("+821012345678", Some(("82", "1012345678"))),
            ("+12015550123", Some(("1", "2015550123"))),
            ("+79031234567", Some(("7", "9031234567"))),
            ("+4915112345678", Some(("49", "15112345678"))),
            ("+989121234567", Some(("98", "9121234567"))),
            ("+85251234567", Some(("852", "51234567"))),
            ("+82", None),
            ("+", None),
            ("01012345678", None),
            ("+82-10", None),
        ] {
            assert_eq!(calling_code(number), split, "{number}");
        }
        assert_eq!(national("+8221234567").as_deref(), Some("021234567"));
        assert_eq!(national("+12015550123"), None);
    }
}
