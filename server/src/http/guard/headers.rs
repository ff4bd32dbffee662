//! Headers every answer leaves with, errors and assets included.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, Uri, header},
    response::Response,
};

use crate::{
    http::{Options, surface::Surface, tiles::Tiles},
    worn::Worn,
};

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
/// A store's counter reads codes with its camera; nobody else's is ever asked for.
const PERMISSIONS_AT_THE_COUNTER: &str =
    "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()";

/// The policy of every page. Tiles that lie elsewhere add their host, and nothing else.
#[must_use]
pub fn policy(tiles: Option<&str>) -> HeaderValue {
    let text = match tiles {
        Some(origin) => POLICY.replace("connect-src 'self'", &format!("connect-src 'self' {origin}")),
        None => POLICY.to_owned(),
    };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(POLICY))
}

/// What an answer of this site wears, whatever it was asked.
#[must_use]
pub fn of_site(options: &Options) -> Worn {
    let tiles = options.tiles.as_deref().and_then(Tiles::origin);
    let encrypted = options.public_url.starts_with("https://");
    Worn { policy: policy(tiles.as_deref()), encrypted, ..Worn::default() }
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
    worn(surface, place, status).put_on(headers);
    if status == StatusCode::SERVICE_UNAVAILABLE && !headers.contains_key(header::RETRY_AFTER) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
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

fn worn(surface: &Surface, place: Place, status: StatusCode) -> Worn {
    let constant = |text: &'static str| HeaderValue::from_static(text);
    let own = surface.worn.clone();
    match place {
        Place::Media => Worn { policy: constant(MEDIA_POLICY), ..own },
        Place::Mail if status == StatusCode::OK => {
            Worn { policy: constant(MAIL_POLICY), frames: "SAMEORIGIN", ..own }
        }
        Place::Counter => Worn { permissions: PERMISSIONS_AT_THE_COUNTER, ..own },
        Place::Mail | Place::Elsewhere => own,
    }
}
