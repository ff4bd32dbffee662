//! What every answer wears, whoever gives it: the router of the shop, the doors that turn somebody away before it, and
//! the page of the metrics. It knows none of them.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Of what is no page: nothing is loaded, nothing runs, nobody shows it in a frame.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";
const PERMISSIONS: &str = "geolocation=(self), camera=(), microphone=(), payment=(), usb=()";
const ENCRYPTED: &str = "max-age=31536000";

/// What is not the same for all of them. By itself it is of plain text that comes without HTTPS.
#[derive(Clone, Debug)]
pub struct Worn {
    /// What may be loaded and reached from it.
    pub policy: HeaderValue,
    /// Whose pages may show it in a frame.
    pub frames: &'static str,
    /// What it may ask the browser for.
    pub permissions: &'static str,
    /// Whether it is to be reached by HTTPS alone from now on.
    pub encrypted: bool,
}

impl Default for Worn {
    fn default() -> Worn {
        Worn {
            policy: HeaderValue::from_static(NOTHING),
            frames: "DENY",
            permissions: PERMISSIONS,
            encrypted: false,
        }
    }
}

impl Worn {
    /// In place of what an answer had under these names.
    pub fn put_on(self, headers: &mut HeaderMap) {
        let constant = |text: &'static str| HeaderValue::from_static(text);
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, constant("nosniff"));
        headers.insert(header::X_FRAME_OPTIONS, constant(self.frames));
        headers.insert(header::REFERRER_POLICY, constant("same-origin"));
        headers.insert(HeaderName::from_static("permissions-policy"), constant(self.permissions));
        headers.insert(HeaderName::from_static("cross-origin-opener-policy"), constant("same-origin"));
        if self.encrypted {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, constant(ENCRYPTED));
        }
    }
}
