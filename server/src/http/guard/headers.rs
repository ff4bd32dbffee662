//! Headers every answer leaves with, errors and assets included.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, Uri, header},
    response::Response,
};

use crate::http::surface::Surface;

/// Nothing inline, nothing foreign; pictures of products may lie with the operator's supplier, and browsers hold the
/// redirect after a form to the same list, so that the providers' pages stand in it.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: https:; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
    form-action 'self' https://checkout.stripe.com https://*.tosspayments.com";
/// Imported files are shown, never run.
const MEDIA_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";
/// A mail that is looked at runs nothing and asks for nothing; its links lead out of its frame when they are pressed.
const MAIL_POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; \
    frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";
const PERMISSIONS: &str = "geolocation=(self), camera=(), microphone=(), payment=(), usb=()";
/// A store's counter reads codes with its camera; nobody else's is ever asked for.
const PERMISSIONS_AT_THE_COUNTER: &str =
    "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()";
const ENCRYPTED: &str = "max-age=31536000";

/// The policy of every page. Tiles that lie elsewhere add their host, and nothing else.
#[must_use]
pub fn policy(tiles: Option<&str>) -> HeaderValue {
    let text = match tiles {
        Some(origin) => POLICY.replace("connect-src 'self'", &format!("connect-src 'self' {origin}")),
        None => POLICY.to_owned(),
    };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(POLICY))
}

/// What an address asks for, as far as the headers of its answer go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Media,
    Counter,
    Mail,
    Elsewhere,
}

impl Place {
    pub fn of(uri: &Uri) -> Place {
        let path = uri.path();
        if path.starts_with("/media/") {
            Place::Media
        } else if path.strip_prefix("/en").unwrap_or(path).starts_with("/staff/") {
            Place::Counter
        } else if path.starts_with("/dev/messages/") && path.ends_with("/html") {
            Place::Mail
        } else {
            Place::Elsewhere
        }
    }
}

pub fn add_headers(surface: &Surface, place: Place, response: &mut Response) {
    let status = response.status();
    let headers = response.headers_mut();
    let constant = |text: &'static str| HeaderValue::from_static(text);
    let (policy, frames) = match place {
        Place::Media => (constant(MEDIA_POLICY), "DENY"),
        Place::Mail if status == StatusCode::OK => (constant(MAIL_POLICY), "SAMEORIGIN"),
        _ => (surface.policy.clone(), "DENY"),
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, constant("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, constant(frames));
    headers.insert(header::REFERRER_POLICY, constant("same-origin"));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        constant(if place == Place::Counter { PERMISSIONS_AT_THE_COUNTER } else { PERMISSIONS }),
    );
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), constant("same-origin"));
    if surface.encrypted {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, constant(ENCRYPTED));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE && !headers.contains_key(header::RETRY_AFTER) {
        headers.insert(header::RETRY_AFTER, constant("5"));
    }
    let page =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if page && status.is_success() {
        headers.insert(
            HeaderName::from_static("speculation-rules"),
            HeaderValue::from_static("\"/speculation.json\""),
        );
    }
}
