//! What a call asks, read strictly: its language, token, idempotency key, parameters and JSON body. Whatever is
//! unknown, doubled or malformed is refused with the place where it stands.

mod json;
mod parameters;

pub use json::read_json;
pub use parameters::Parameters;

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
};
use onshelf_app::ssr::Door;
use onshelf_shop::partners::Partner;
use onshelf_vocabulary::Lang;
use serde::de::DeserializeOwned;

use super::problem::{Kind, Problem};

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

/// What stands behind `Authorization: Bearer`; none where another scheme is used, or where no token is that long.
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

/// The body of a deed that needs none: one that says nothing. Parameters are refused as well.
#[derive(Clone, Copy, Debug)]
pub struct NoBody;

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<NoBody, Problem> {
        let raw = raw_body(request, state).await?;
        if says_nothing(&raw) { Ok(NoBody) } else { Err(no_body()) }
    }
}

/// Whether there is no body, or one of nothing: `null`, or an object without anything in it, however it is spaced.
#[must_use]
pub fn says_nothing(raw: &str) -> bool {
    let text = raw.trim();
    let inside = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    matches!(text, "" | "null") || inside.is_some_and(|inside| inside.trim().is_empty())
}

/// What a deed is told that needs no body.
#[must_use]
pub fn no_body() -> Problem {
    Problem::field("", "여기에는 본문이 없어야 합니다.", "There is no body here.")
}

/// The body of a deed that may do without: none where it says nothing.
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
        match () {
            () if says_nothing(&raw) => Ok(MaybeBody { value: None, raw }),
            () if !json => Err(not_typed()),
            () => Ok(MaybeBody { value: Some(read_json(&raw)?), raw }),
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

    #[tokio::test]
    async fn nothing_is_said_in_several_ways() {
        let asked = |body: &'static str| axum::http::Request::post("/cancel").body(body.into()).unwrap();
        for nothing in ["", " ", "{}", "{ }", "{\n}\n", "null"] {
            assert!(NoBody::from_request(asked(nothing), &()).await.is_ok(), "{nothing:?}");
        }
        for something in ["[]", "{\"a\": 1}", "{", "}", "false", "nul"] {
            assert!(NoBody::from_request(asked(something), &()).await.is_err(), "{something:?}");
        }
    }

    #[tokio::test]
    async fn a_call_with_a_body_has_no_parameters() {
        let asked =
            |address: &str| axum::http::Request::post(address).body(axum::body::Body::empty()).unwrap();
        assert!(NoBody::from_request(asked("/cancel"), &()).await.is_ok());
        let problem = NoBody::from_request(asked("/cancel?colour=red"), &()).await.unwrap_err();
        assert_eq!((problem.kind, problem.errors[0].pointer.as_str()), (Kind::Invalid, "/colour"));
    }
}
