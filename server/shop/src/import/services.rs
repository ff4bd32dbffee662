//! What a store offers, from a list in one cell or in many, in the codes that the shop knows.

use std::collections::HashSet;

/// Of one store.
const MOST: usize = 100;
/// Characters of a name of the operator's own.
const LONGEST: usize = 80;

/// Each service once, in the order of the file. What has no code here keeps the name that the operator gave it.
pub(super) fn services(cells: &[impl AsRef<str>]) -> Vec<String> {
    let mut known = HashSet::new();
    cells
        .iter()
        .flat_map(|cell| parts(cell.as_ref(), cells.len() == 1))
        .map(str::trim)
        .filter(|name| !name.is_empty() && name.chars().count() <= LONGEST)
        .map(|name| code(name).map_or_else(|| name.to_owned(), str::to_owned))
        .filter(|service| known.insert(service.to_lowercase()))
        .take(MOST)
        .collect()
}

/// A bar or a semicolon parts; a comma only where nothing else does, as names may have one.
fn parts(cell: &str, alone: bool) -> std::str::Split<'_, &'static [char]> {
    let marks: &'static [char] = match cell.contains(['|', ';', '\n']) {
        true => &['|', ';', '\n'],
        false if alone => &[','],
        false => &['|'],
    };
    cell.split(marks)
}

/// The code of a service by what people call it.
fn code(name: &str) -> Option<&'static str> {
    let plain: String = name.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect();
    Some(match plain.as_str() {
        "collect" | "pickup" | "instorepickup" | "storepickup" | "bopis" | "clickandcollect"
        | "clickcollect" | "픽업" | "매장픽업" => "collect",
        "curbside" | "kerbside" | "curbsidepickup" | "kerbsidepickup" | "driveup" | "차에서받기"
        | "드라이브픽업" => "curbside",
        "returns" | "return" | "반품" => "returns",
        "parking" | "carpark" | "주차" | "주차장" => "parking",
        "engraving" | "각인" => "engraving",
        "ship" | "shipfromstore" | "shipsfromstore" | "택배" | "택배보내기" => "ship",
        "lockers" | "locker" | "무인보관함" => "lockers",
        "assembly" | "조립" => "assembly",
        "taxrefund" | "taxfree" | "세금환급" => "tax_refund",
        "giftwrap" | "giftwrapping" | "wrapping" | "선물포장" => "gift_wrap",
        "cafe" | "café" | "카페" => "cafe",
        "repair" | "repairs" | "수선" => "repair",
        "wheelchair" | "wheelchairaccess" | "wheelchairaccessible" | "stepfree" | "휠체어접근" => {
            "wheelchair"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_parted_as_people_part_it() {
        for cell in ["pickup,curbside, Parking", "pickup|curbside|parking", "Pick-up; Drive Up; Car park"] {
            assert_eq!(services(&[cell]), ["collect", "curbside", "parking"], "{cell}");
        }
        assert_eq!(services(&["매장 픽업, 주차장"]), ["collect", "parking"]);
        assert_eq!(services(&["Repairs, phones | Café"]), ["Repairs, phones", "cafe"]);
        assert_eq!(services(&["Geek help, at home", "Returns"]), ["Geek help, at home", "returns"]);
        assert!(services(&[" , "]).is_empty() && services(&["x".repeat(LONGEST + 1)]).is_empty());
        assert!(services(&[] as &[&str]).is_empty());
    }
}
