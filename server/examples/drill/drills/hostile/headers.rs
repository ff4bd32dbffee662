//! What every answer wears. It is written down here once more and not asked of the server, so that whoever changes it
//! there says so here.

use std::collections::BTreeSet;

use super::{Access, Line, Tally, scene::Answer};

/// Of pages, and of all that is neither a picture of a product nor somebody's mail.
const POLICY: &[&str] = &[
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data: https:",
    "connect-src 'self'",
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self' https://checkout.stripe.com https://*.tosspayments.com",
];
/// Of imported files.
const OF_MEDIA: &[&str] =
    &["default-src 'none'", "style-src 'unsafe-inline'", "frame-ancestors 'none'", "sandbox"];
const PERMISSIONS: &str = "geolocation=(self), camera=(), microphone=(), payment=(), usb=()";
const AT_THE_COUNTER: &str = "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()";

pub fn check(answer: &Answer, line: &Line, what: &dyn Fn() -> String, tally: &mut Tally) {
    let mut wrong = constants(answer, line);
    let header = |name: &str| answer.header(name);
    if header("x-request-id").is_empty() {
        wrong.push("no request id".to_owned());
    }
    let says_when = answer.status == 503 && !header("retry-after").is_empty();
    if answer.status >= 500 && !says_when {
        wrong.push(format!("status {}", answer.status));
    }
    let keeps = header("cache-control");
    let personal = line.access != Access::Everybody;
    if personal && !(keeps.contains("private") || keeps.contains("no-store")) && answer.status == 200 {
        wrong.push(format!("what is personal may be kept by anybody: {keeps:?}"));
    }
    let loose = answer.cookies.iter().filter(|cookie| !is_bound(cookie));
    wrong.extend(loose.map(|cookie| format!("cookie {cookie:?}")));
    if line.route.starts_with("/api/") && answer.status >= 400 {
        let kind = header("content-type");
        if kind != "application/problem+json" {
            wrong.push(format!("a problem as {kind:?}"));
        }
    }
    if !wrong.is_empty() {
        tally.fault(format!("{}: {}", what(), wrong.join(", ")));
    }
}

/// Those that hang on nothing but the address and are not as they are to be.
fn constants(answer: &Answer, line: &Line) -> Vec<String> {
    let policy = if line.address.starts_with("/media/") { OF_MEDIA } else { POLICY };
    let permissions = if line.address.starts_with("/staff/") { AT_THE_COUNTER } else { PERMISSIONS };
    let mut wrong = Vec::new();
    let worn = answer.header("content-security-policy");
    let expected: BTreeSet<&str> = policy.iter().copied().collect();
    if worn.split(';').map(str::trim).collect::<BTreeSet<&str>>() != expected {
        wrong.push(format!("policy {worn:?}"));
    }
    for (name, expected) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("strict-transport-security", "max-age=31536000"),
        ("permissions-policy", permissions),
    ] {
        if answer.header(name) != expected {
            wrong.push(format!("{name} {:?}", answer.header(name)));
        }
    }
    wrong
}

/// Only for this host, encrypted, for the whole site, out of reach of scripts and of what others' pages send.
fn is_bound(cookie: &str) -> bool {
    let mut parts = cookie.split(';').map(str::trim);
    let named = parts.next().is_some_and(|pair| pair.starts_with("__Host-"));
    let attributes: BTreeSet<&str> = parts.filter(|part| !part.starts_with("Max-Age=")).collect();
    named && attributes == BTreeSet::from(["HttpOnly", "Path=/", "SameSite=Lax", "Secure"])
}
