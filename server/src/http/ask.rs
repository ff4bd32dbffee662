//! What a call asks, read strictly: its language, token, idempotency key, parameters and JSON body. Whatever is
//! unknown, doubled or malformed is refused with the place where it stands.

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
};
use onshelf_app::ssr::Door;
use onshelf_shop::partners::Partner;
use onshelf_vocabulary::{Lang, Point, Text};
use serde::de::DeserializeOwned;

use super::{
    problem::{FieldError, Kind, Problem},
    strict::Strict,
};

/// The language that was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked(pub Lang);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked, Self::Rejection> {
        Ok(Asked(language(&parts.headers)))
    }
}

/// The dearer of Korean and English in `Accept-Language`; Korean where neither is named.
#[must_use]
pub fn language(headers: &HeaderMap) -> Lang {
    let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (mut best, mut weight) = (Lang::Ko, 0.0_f32);
    for part in text.split(',').take(20) {
        let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
        let quality = rest.trim().strip_prefix("q=").map_or(1.0, |q| q.parse().unwrap_or(0.0));
        let lang = match tag.trim().split('-').next().unwrap_or_default() {
            first if first.eq_ignore_ascii_case("ko") => Lang::Ko,
            first if first.eq_ignore_ascii_case("en") => Lang::En,
            _ => continue,
        };
        if quality > weight {
            (best, weight) = (lang, quality);
        }
    }
    best
}

/// The token of `Authorization: Bearer …`, not yet verified.
#[derive(Clone, Debug)]
pub struct Bearer(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for Bearer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Bearer, Self::Rejection> {
        Ok(Bearer(bearer(&parts.headers)))
    }
}

#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && token.len() <= 512).then(|| token.trim().to_owned())
}

/// A till, an ERP or a warehouse that showed a valid token.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Partner);

impl FromRequestParts<Door> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<SignedIn, Problem> {
        let token = bearer(&parts.headers).ok_or_else(|| Problem::new(Kind::Unauthorized))?;
        let partner = door.shop.partner(&token).await?;
        partner.map(SignedIn).ok_or_else(|| Problem::new(Kind::Unauthorized))
    }
}

/// The caller's `Idempotency-Key`: 1 to 255 visible ASCII characters.
#[derive(Clone, Debug)]
pub struct Key(pub String);

impl<S: Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Key, Problem> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let missing = || {
            Problem::new(Kind::KeyMissing).detail(
                "보이는 ASCII 문자 1~255자의 키를 하나 보내 주세요. 같은 키로 다시 보내면 같은 답을 받습니다.",
                "Send one key of 1 to 255 visible ASCII characters; sent again, it gets the same answer again.",
            )
        };
        let (Some(value), None) = (values.next(), values.next()) else { return Err(missing()) };
        let key = value.to_str().map_err(|_| missing())?;
        let visible = (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if visible { Ok(Key(key.to_owned())) } else { Err(missing()) }
    }
}

/// A JSON body: as it came, and read. Who sends one says all in it: parameters are refused.
#[derive(Clone, Debug)]
pub struct Body<T> {
    pub value: T,
    pub raw: String,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Problem> {
        if !is_json(request.headers()) {
            return Err(not_typed());
        }
        let raw = raw_body(request, state).await?;
        let value = read_json(&raw)?;
        Ok(Body { value, raw })
    }
}

/// The body of a deed that needs none: nothing, or an empty object. Parameters are refused as well.
#[derive(Clone, Copy, Debug)]
pub struct NoBody;

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<NoBody, Problem> {
        let raw = raw_body(request, state).await?;
        match raw.trim() {
            "" | "{}" => Ok(NoBody),
            _ => Err(no_body()),
        }
    }
}

/// What a deed is told that needs no body.
#[must_use]
pub fn no_body() -> Problem {
    Problem::field("", "여기에는 본문이 없어야 합니다.", "There is no body here.")
}

/// The body of a deed that may do without: none where there is nothing, or an empty object.
#[derive(Clone, Debug)]
pub struct MaybeBody<T> {
    pub value: Option<T>,
    pub raw: String,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for MaybeBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<MaybeBody<T>, Problem> {
        let json = is_json(request.headers());
        let raw = raw_body(request, state).await?;
        match raw.trim() {
            "" | "{}" => Ok(MaybeBody { value: None, raw }),
            _ if !json => Err(not_typed()),
            _ => Ok(MaybeBody { value: Some(read_json(&raw)?), raw }),
        }
    }
}

fn not_typed() -> Problem {
    Problem::new(Kind::UnsupportedMediaType)
        .detail("Content-Type은 application/json이어야 합니다.", "The Content-Type is application/json.")
}

/// The body as text, of a call that has no parameters.
async fn raw_body<S: Send + Sync>(request: Request, state: &S) -> Result<String, Problem> {
    Parameters::read(request.uri().query(), &[]).finish()?;
    String::from_request(request, state).await.map_err(|rejection| match rejection.status().as_u16() {
        413 => Problem::new(Kind::TooLarge),
        _ => Problem::new(Kind::BadRequest).detail("본문은 UTF-8이어야 합니다.", "The body must be UTF-8."),
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    // JSON is UTF-8; whoever says otherwise would be misread.
    json && parts.filter_map(|part| part.split_once('=')).all(|(name, value)| {
        !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    })
}

fn read_json<T: DeserializeOwned>(raw: &str) -> Result<T, Problem> {
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

/// RFC 6901.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// What serde says, in words for people and without the names of our types.
fn refused(path: &str, text: &str) -> Problem {
    let quoted = text.split('`').nth(1).unwrap_or_default();
    let inside = |name: &str| {
        let end = format!("/{}", escaped(name));
        if path.ends_with(&end) { path.to_owned() } else { format!("{path}{end}") }
    };
    if text.starts_with("missing field") {
        return Problem::field(inside(quoted), "필요한 값입니다.", "This is needed.");
    }
    if text.starts_with("unknown field") {
        let name: String = quoted.chars().take(80).collect();
        return Problem::field(inside(&name), "모르는 항목입니다.", "There is no such field.");
    }
    if text.starts_with("duplicate field") {
        return Problem::field(
            inside(quoted),
            "같은 항목이 두 번 있습니다.",
            "This field stands there twice.",
        );
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

/// The query's parameters. Each is taken by its name; what nobody takes was never known.
pub struct Parameters {
    pairs: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl Parameters {
    /// Refuses names besides `known`.
    #[must_use]
    pub fn read(query: Option<&str>, known: &[&str]) -> Parameters {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .into_owned()
            .take(200)
            .collect();
        let mut parameters = Parameters { pairs: Vec::new(), errors: Vec::new() };
        for (name, value) in pairs {
            if known.contains(&name.as_str()) {
                parameters.pairs.push((name, value));
            } else {
                let name: String = name.chars().take(80).collect();
                parameters.fault(&name, "모르는 매개변수입니다.", "There is no such parameter.");
            }
        }
        parameters
    }

    pub fn fault(&mut self, name: &str, ko: impl Into<String>, en: impl Into<String>) {
        self.errors.push(FieldError { pointer: format!("/{}", escaped(name)), detail: Text::new(ko, en) });
    }

    /// Every value of a parameter that may stand there several times.
    pub fn all(&mut self, name: &str) -> Vec<String> {
        self.pairs.iter().filter(|(own, _)| own == name).map(|(_, value)| value.clone()).collect()
    }

    /// The value of a parameter that may stand there once, of at most `longest` characters.
    pub fn one(&mut self, name: &str, longest: usize) -> Option<String> {
        let mut values = self.all(name);
        if values.len() > 1 {
            self.fault(name, "한 번만 쓸 수 있습니다.", "This may be given only once.");
            return None;
        }
        let value = values.pop()?;
        if value.chars().nth(longest).is_some() {
            self.fault(name, "너무 깁니다.", "This is too long.");
            return None;
        }
        Some(value)
    }

    /// A whole number within bounds, both included.
    pub fn number(&mut self, name: &str, from: i64, to: i64, otherwise: i64) -> i64 {
        let Some(text) = self.one(name, 20) else { return otherwise };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits && (from..=to).contains(&number) => number,
            _ => {
                let (ko, en) = (
                    format!("{from}에서 {to}까지의 정수입니다."),
                    format!("A whole number from {from} to {to}."),
                );
                self.fault(name, ko, en);
                otherwise
            }
        }
    }

    /// `true` or `false`; absent is false.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.one(name, 20).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                self.fault(name, "true 또는 false입니다.", "This is true or false.");
                false
            }
        }
    }

    /// `LAT,LNG` in degrees.
    pub fn point(&mut self, name: &str) -> Option<Point> {
        let text = self.one(name, 80)?;
        let point = text.parse().ok();
        if point.is_none() {
            self.fault(
                name,
                "위치는 `위도,경도`입니다. 위도는 -90~90, 경도는 -180~180입니다.",
                "A position is LAT,LNG: a latitude from -90 to 90 and a longitude from -180 to 180.",
            );
        }
        point
    }

    /// A text that its type accepts.
    pub fn parsed<T: std::str::FromStr>(&mut self, name: &str, longest: usize) -> Option<T> {
        let text = self.one(name, longest)?;
        let value = text.parse().ok();
        if value.is_none() {
            self.fault(name, "올바른 값이 아닙니다.", "This is not a valid value.");
        }
        value
    }

    /// Ends reading: all faults together.
    pub fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::invalid(self.errors)) }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_dearer_language_is_spoken() {
        for (text, lang) in [
            ("", Lang::Ko),
            ("en-GB,en;q=0.9", Lang::En),
            ("fr, en;q=0.4, ko;q=0.6", Lang::Ko),
            ("ko;q=0.1,en;q=0.2", Lang::En),
            ("en;q=x", Lang::Ko),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(text));
            assert_eq!(language(&headers), lang, "{text}");
        }
    }

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

    #[tokio::test]
    async fn a_call_with_a_body_has_no_parameters() {
        let asked =
            |address: &str| axum::http::Request::post(address).body(axum::body::Body::empty()).unwrap();
        assert!(NoBody::from_request(asked("/cancel"), &()).await.is_ok());
        let problem = NoBody::from_request(asked("/cancel?colour=red"), &()).await.unwrap_err();
        assert_eq!((problem.kind, problem.errors[0].pointer.as_str()), (Kind::Invalid, "/colour"));
    }

    /// Where the fault of a body is, and what is said of it.
    fn said<T: DeserializeOwned>(body: &str) -> (String, String) {
        let problem = read_json::<T>(body).err().unwrap();
        assert_eq!(problem.kind, Kind::Invalid, "{body}");
        let error = &problem.errors[0];
        (error.pointer.clone(), error.detail.get(Lang::En).to_owned())
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
            (r#"{"bay":3}"#, "/bay", "A string is expected."),
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

    #[test]
    fn parameters_are_read_strictly() {
        let faults = |query: &str| {
            let mut parameters = Parameters::read(Some(query), &["limit", "near", "open_now"]);
            parameters.number("limit", 1, 100, 20);
            parameters.point("near");
            parameters.flag("open_now");
            parameters.finish().err().map(|problem| problem.errors[0].pointer.clone())
        };
        assert_eq!(faults("limit=5&near=37.5,127&open_now=true"), None);
        for (query, pointer) in [
            ("limit=0", "/limit"),
            ("limit=%2B5", "/limit"),
            ("limit=1&limit=2", "/limit"),
            ("near=NaN,127", "/near"),
            ("near=91,0", "/near"),
            ("open_now=yes", "/open_now"),
            ("colour=red", "/colour"),
        ] {
            assert_eq!(faults(query).as_deref(), Some(pointer), "{query}");
        }
    }
}
