//! A JSON body, and what is said of one that cannot be read: where the fault is, in words for people.

use serde::de::DeserializeOwned;

use crate::http::{
    problem::{Kind, Problem},
    strict::Strict,
};

/// Whatever the type does not know, lacks or has twice is refused at its place.
pub fn read_json<T: DeserializeOwned>(raw: &str) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_str(raw);
    let value: T = serde_path_to_error::deserialize(Strict(&mut reader)).map_err(|error| {
        let path = pointer(error.path());
        let error = error.inner();
        // What a type cannot take may be called a wrong text, though it is none.
        if error.is_data() || is_json_text(raw) { refused(&path, &error.to_string()) } else { not_json() }
    })?;
    reader.end().map_err(|_| not_json())?;
    Ok(value)
}

fn is_json_text(raw: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(raw).is_ok()
}

fn not_json() -> Problem {
    Problem::new(Kind::BadRequest).detail("올바른 JSON이 아닙니다.", "This is not valid JSON.")
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", escaped(key)),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// A name as a step of a JSON pointer (RFC 6901).
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// What serde says, in words for people and without the names of our types.
fn refused(path: &str, text: &str) -> Problem {
    // A field of ours that is wrong by being there or not stands inside of where the path ends.
    let ours = text.split('`').nth(1).unwrap_or_default();
    let inside = || format!("{path}/{}", escaped(ours));
    if text.starts_with("missing field") {
        return Problem::field(inside(), "필요한 값입니다.", "This is needed.");
    }
    if text.starts_with("duplicate field") {
        return Problem::field(inside(), "같은 항목이 두 번 있습니다.", "This field stands there twice.");
    }
    if text.starts_with("unknown field") {
        return Problem::field(shortened(path), "모르는 항목입니다.", "There is no such field.");
    }
    let (ko, en) = match () {
        () if text.starts_with("a quantity") || path.ends_with("/quantity") => {
            ("수량은 1에서 999까지의 정수입니다.", "A quantity is a whole number from 1 to 999.")
        }
        () if text.starts_with("a position is") || path.ends_with("/near") => (
            "위치는 위도(-90~90)와 경도(-180~180)입니다.",
            "A position is a latitude from -90 to 90 and a longitude from -180 to 180.",
        ),
        () if text.starts_with("not a valid SKU") => ("올바른 SKU가 아닙니다.", "This is not a SKU."),
        () if text.starts_with("not a valid store code") => {
            ("올바른 매장 코드가 아닙니다.", "This is not a store code.")
        }
        // A moment's own reader says what is wrong with it in words of its own.
        () if path.ends_with("/counted_at") => MOMENT,
        () => mistaken(text),
    };
    Problem::field(path, ko, en)
}

/// A path that ends with a name of the sender's own, of any length and with any sign in it.
fn shortened(path: &str) -> String {
    let (before, name) = path.rsplit_once('/').unwrap_or_default();
    let name: String = name.chars().take(80).collect();
    // Half of an escaped sign is none.
    format!("{before}/{}", name.trim_end_matches('~'))
}

const MOMENT: (&str, &str) =
    ("시차가 있는 RFC 3339 시각이어야 합니다.", "A moment as in RFC 3339 is expected, with its offset.");

/// A value that is not what was awaited. What came stands in serde's text before that, and may say anything.
fn mistaken(text: &str) -> (&'static str, &'static str) {
    const BOUNDS: (&str, &str) = ("범위 안의 정수가 아닙니다.", "This is not a whole number within bounds.");
    if text.starts_with("number out of range") {
        return BOUNDS;
    }
    if text.starts_with("expected value") {
        return awaited("a string");
    }
    let behind = text.rsplit_once(", expected ").map_or("", |(_, behind)| behind);
    let what = behind.split(" at line ").next().unwrap_or_default();
    if text.starts_with("invalid value: integer") || text.starts_with("invalid type: floating point") {
        return if is_whole(what) { BOUNDS } else { awaited(what) };
    }
    if text.starts_with("invalid type") {
        return awaited(what);
    }
    ("올바른 값이 아닙니다.", "This is not a valid value.")
}

fn is_whole(what: &str) -> bool {
    matches!(what, "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64")
}

/// What serde calls this was awaited.
fn awaited(what: &str) -> (&'static str, &'static str) {
    match what {
        "a string" => ("문자열이어야 합니다.", "A string is expected."),
        "a boolean" => ("true 또는 false여야 합니다.", "True or false is expected."),
        "a sequence" => ("배열이어야 합니다.", "An array is expected."),
        "a timestamp string" => MOMENT,
        "f32" | "f64" => ("숫자여야 합니다.", "A number is expected."),
        number if is_whole(number) => ("정수여야 합니다.", "A whole number is expected."),
        object if object == "a map" || object.starts_with("struct ") => {
            ("객체여야 합니다.", "An object is expected.")
        }
        _ => ("값의 종류가 다릅니다.", "The value is of another type."),
    }
}

#[cfg(test)]
mod tests {
    use onshelf_vocabulary::Lang;

    use super::*;

    #[test]
    fn a_fault_points_at_its_field() {
        use onshelf_vocabulary::fulfilment::ReserveInput;
        let contact = r#""contact":{"name":"a"}"#;
        for (body, pointer) in [
            (
                format!(r#"{{"store":"s","lines":[{{"sku":"A","quantity":1.5}}],{contact}}}"#),
                "/lines/0/quantity",
            ),
            (
                format!(
                    r#"{{"store":"s","lines":[{{"sku":"A","quantity":9223372036854775808}}],{contact}}}"#
                ),
                "/lines/0/quantity",
            ),
            (format!(r#"{{"store":"s","lines":[{{"sku":"A"}}],{contact}}}"#), "/lines/0/quantity"),
            (format!(r#"{{"store":"s","lines":[],"colour":1,{contact}}}"#), "/colour"),
            (format!(r#"{{"store":"s","store":"t","lines":[],{contact}}}"#), "/store"),
            (format!(r#"{{"lines":[],{contact}}}"#), "/store"),
            (format!(r#"{{"store":7,"lines":[],{contact}}}"#), "/store"),
        ] {
            let problem = read_json::<ReserveInput>(&body).unwrap_err();
            assert_eq!(problem.kind, Kind::Invalid, "{body}");
            assert_eq!(problem.errors[0].pointer, pointer, "{body}");
        }
        assert_eq!(read_json::<ReserveInput>("{").unwrap_err().kind, Kind::BadRequest);
    }

    /// Where the fault of a body is, and what is said of it.
    fn said<T: DeserializeOwned>(body: &str) -> (String, String) {
        let problem = read_json::<T>(body).err().unwrap();
        assert_eq!(problem.kind, Kind::Invalid, "{body}");
        let error = &problem.errors[0];
        (error.pointer.clone(), error.detail.get(Lang::En).to_owned())
    }

    #[test]
    fn a_field_is_told_apart_from_where_it_stands() {
        use crate::http::api::carrying::RefundRequest;
        for (amount, expected) in [
            (r#"{"currency":"KRW"}"#, "This is needed."),
            (r#"{"amount":1,"amount":2}"#, "This field stands there twice."),
        ] {
            let told = ("/amount/amount".to_owned(), expected.to_owned());
            assert_eq!(said::<RefundRequest>(&format!(r#"{{"amount":{amount}}}"#)), told, "{amount}");
        }
        // Names of the sender's own may have any sign in them and any length.
        let most = "x".repeat(79);
        let (longer, half) = (format!("{most}yz"), format!("{most}~"));
        let cut = format!("{most}y");
        for (name, step) in [("a`b", "a`b"), ("~/", "~0~1"), ("", ""), (&*longer, &*cut), (&*half, &*most)] {
            let told = (format!("/amount/{step}"), "There is no such field.".to_owned());
            assert_eq!(said::<RefundRequest>(&format!(r#"{{"amount":{{"{name}":1}}}}"#)), told, "{name}");
        }
    }

    #[test]
    fn a_value_of_another_kind_is_told_what_is_expected() {
        use crate::http::api::{carrying::RefundRequest, orders::Arrival, stock::Count};
        use onshelf_vocabulary::fulfilment::ReserveInput;
        let bounds = "This is not a whole number within bounds.";
        for (on_hand, expected) in [
            ("1.5", bounds),
            ("9223372036854775808", bounds),
            ("1e300", bounds),
            ("1e400", bounds),
            ("\"many\"", "A whole number is expected."),
            ("\"an integer, expected i64\"", "A whole number is expected."),
            ("null", "A whole number is expected."),
        ] {
            let body = format!(r#"{{"on_hand":{on_hand},"counted_at":"2026-11-23T12:00:00Z"}}"#);
            assert_eq!(said::<Count>(&body), ("/on_hand".to_owned(), expected.to_owned()), "{on_hand}");
        }
        for counted_at in ["\"yesterday\"", "3", "\"2026-11-23T12:00:00\"", "\", expected i64\""] {
            let body = format!(r#"{{"on_hand":1,"counted_at":{counted_at}}}"#);
            let (pointer, detail) = said::<Count>(&body);
            assert_eq!((&*pointer, &*detail), ("/counted_at", MOMENT.1), "{counted_at}");
        }
        for (body, pointer, expected) in [
            (r#"{"bay":-3}"#, "/bay", "A string is expected."),
            (r#"{"bay":9223372036854775807}"#, "/bay", "A string is expected."),
            (r#"{"car":["a van"]}"#, "/car", "A string is expected."),
            (r#"{"bay":2.5}"#, "/bay", "A string is expected."),
            (r#"{"arrived":"an integer, expected i64"}"#, "/arrived", "True or false is expected."),
            ("[]", "", "An object is expected."),
        ] {
            assert_eq!(said::<Arrival>(body), (pointer.to_owned(), expected.to_owned()), "{body}");
        }
        let lines = r#"{"store":"s","lines":3,"contact":{"name":"a"}}"#;
        assert_eq!(said::<ReserveInput>(lines).1, "An array is expected.");
        let currency = r#"{"reason":"a","amount":{"amount":1,"currency":5}}"#;
        assert_eq!(
            said::<RefundRequest>(currency),
            ("/amount/currency".to_owned(), "A string is expected.".to_owned())
        );
        assert_eq!(said::<RefundRequest>(r#"{"reason":"a","amount":5}"#).1, "An object is expected.");
    }

    #[test]
    fn what_is_no_json_is_told_apart_from_what_is_of_no_use() {
        use crate::http::api::carrying::RefundRequest;
        for body in
            ["{", r#"{"reason":"a","amount":{"amount":1,"currency":}}"#, r#"{"reason":"a"} 1"#, "\u{1}"]
        {
            let problem = read_json::<RefundRequest>(body).err().unwrap();
            assert_eq!(problem.kind, Kind::BadRequest, "{body}");
        }
    }
}
