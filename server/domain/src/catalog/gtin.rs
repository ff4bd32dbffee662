//! GTINs as files have them: with spaces, without the zeros a spreadsheet dropped, or as short UPC-E.

use onshelf_vocabulary::Gtin;

/// Spaces and hyphens are ignored, lost leading zeros put back, and 8 digits that are no EAN-8 but a
/// UPC-E are written out. None where the check digit is wrong.
#[must_use]
pub fn read_gtin(text: &str) -> Option<Gtin> {
    if text.len() > 40 {
        return None;
    }
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let padded = match digits.len() {
        // A spreadsheet takes away at most a few zeros of a UPC.
        9..=11 => format!("{digits:0>12}"),
        _ => digits,
    };
    Gtin::parse(&padded).ok().or_else(|| Gtin::parse(&from_upc_e(&padded)?).ok())
}

/// The 12 digits that 8 of a UPC-E stand for.
fn from_upc_e(short: &str) -> Option<String> {
    if short.len() != 8 || !short.bytes().all(|b| b.is_ascii_digit()) || !short.starts_with(['0', '1']) {
        return None;
    }
    let (system, body, last, check) = (&short[..1], &short[1..6], &short[6..7], &short[7..]);
    let middle = match last {
        "0" | "1" | "2" => format!("{}{last}0000{}", &body[..2], &body[2..]),
        "3" => format!("{}00000{}", &body[..3], &body[3..]),
        "4" => format!("{}00000{}", &body[..4], &body[4..]),
        _ => format!("{body}0000{last}"),
    };
    Some(format!("{system}{middle}{check}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_one_number_are_one() {
        for (text, full) in [
            ("4006381333931", Some("4006381333931")),
            ("400-6381 333931", Some("4006381333931")),
            ("36000291452", Some("0036000291452")),
            ("04252614", Some("0042100005264")),
            ("01234505", Some("0012000003455")),
            ("96385074", Some("96385074")),
            ("4006381333932", None),
            ("", None),
            ("abc", None),
            ("0000000000000", None),
        ] {
            assert_eq!(read_gtin(text).map(Gtin::display).as_deref(), full, "{text}");
        }
    }
}
