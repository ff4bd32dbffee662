//! Cross-site requests: a page elsewhere cannot make a visitor's browser do anything here.

use axum::{
    extract::Request,
    http::{HeaderMap, Method, Uri, header},
};

use crate::http::{
    ask::bearer,
    problem::{Kind, Problem},
    surface::Surface,
};

pub fn refuse_cross_site(surface: &Surface, request: &Request) -> Result<(), Problem> {
    let unsafe_method =
        !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    // A provider is no visitor's browser, and what it sends is proven by its signature.
    let proven = request.uri().path().starts_with("/webhooks/");
    if unsafe_method
        && !proven
        && is_cross_site(request.headers(), request.uri(), &surface.options.public_url)
    {
        return Err(Problem::new(Kind::CrossSite));
    }
    Ok(())
}

/// `Sec-Fetch-Site` cannot be forged by a page; browsers without it send `Origin`. What sends neither is no browser.
fn is_cross_site(headers: &HeaderMap, uri: &Uri, public_url: &str) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    // A token is not sent by a browser on its own, so nobody can borrow it.
    if bearer(headers).is_some() && !headers.contains_key(header::COOKIE) {
        return false;
    }
    if let Some(site) = headers.get("sec-fetch-site") {
        return !matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let Ok(origin) = origin.to_str() else { return true };
    if origin == public_url {
        return false;
    }
    // HTTP/2 has the host in the address.
    let host = text(header::HOST).or_else(|| uri.authority().map(http::uri::Authority::as_str));
    let named = origin.split_once("://").map(|(_, host)| host);
    named.is_none() || named != host
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn only_our_own_pages_may_do_something() {
        const CASES: [(&[(&str, &str)], bool); 9] = [
            (&[], false),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("origin", "https://shop.example")], false),
            (&[("origin", "http://inside:3000"), ("host", "inside:3000")], false),
            (&[("origin", "https://evil.example"), ("host", "shop.example")], true),
            (&[("origin", "null"), ("host", "shop.example")], true),
        ];
        for (given, cross_site) in CASES {
            let headers: HeaderMap = given
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect();
            let found = is_cross_site(&headers, &Uri::from_static("/reserve"), "https://shop.example");
            assert_eq!(found, cross_site, "{given:?}");
        }
    }

    #[test]
    fn a_token_without_cookies_comes_from_no_visitor() {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer osk_x"));
        headers.insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
        assert!(!is_cross_site(&headers, &Uri::from_static("/"), ""));
        headers.insert(header::COOKIE, HeaderValue::from_static("staff=x"));
        assert!(is_cross_site(&headers, &Uri::from_static("/"), ""));
    }
}
