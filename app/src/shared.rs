//! Pages that are the same for everybody with the same store, place and number of things in the basket. Whoever
//! keeps rendered pages asks here which those are, and what such a page may know of its visitor: nothing else.

use axum::http::{HeaderMap, HeaderValue};

use crate::ssr::{Jar, percent_decoded, read_basket};

/// The pattern of a shared page's route, or none for pages that are somebody's own and for everything that is no page.
#[must_use]
pub fn route(path: &str) -> Option<&'static str> {
    let (english, path) = match path.strip_prefix("/en") {
        Some("") => (true, "/"),
        Some(rest) if rest.starts_with('/') => (true, rest),
        _ => (false, path),
    };
    let one = |rest: Option<&str>| rest.is_some_and(|rest| !rest.is_empty() && !rest.contains('/'));
    let (ko, en) = match path {
        "/" => ("/", "/en"),
        "/products" => ("/products", "/en/products"),
        "/search" => ("/search", "/en/search"),
        "/stores" => ("/stores", "/en/stores"),
        _ if one(path.strip_prefix("/p/")) => ("/p/{slug}", "/en/p/{slug}"),
        _ if one(path.strip_prefix("/category/")) => ("/category/{slug}", "/en/category/{slug}"),
        _ if one(path.strip_prefix("/stores/")) => ("/stores/{code}", "/en/stores/{code}"),
        _ => return None,
    };
    Some(if english { en } else { ko })
}

/// What a shared page may know of who asks for it: two cookies as they were sent, and a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Known<'a> {
    pub near: &'a str,
    pub store: &'a str,
    pub items: i64,
}

/// How many things the visitor's basket holds; in a request for a shared page it stands in for the basket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Items(pub i64);

impl<'a> Known<'a> {
    #[must_use]
    pub fn of(headers: &'a HeaderMap) -> Known<'a> {
        let jar = Jar(headers);
        let basket = jar.raw("basket").and_then(percent_decoded);
        let items = basket.map_or(0, |text| read_basket(&text).iter().map(|line| line.quantity.get()).sum());
        Known {
            near: jar.raw("near").unwrap_or_default(),
            store: jar.raw("store").unwrap_or_default(),
            items,
        }
    }

    /// The cookies alone, for a request that knows no more than this.
    #[must_use]
    pub fn cookie(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("near={}; store={}", self.near, self.store)).ok()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    #[test]
    fn what_is_personal_is_not_shared() {
        for path in
            ["/basket", "/reserve", "/staff", "/reservations/R-1", "/api/v1/products", "/p/", "/english"]
        {
            assert_eq!(route(path), None, "{path}");
            assert_eq!(route(&format!("/en{path}")), None, "/en{path}");
        }
        for path in ["/p/cup/shelves", "/stores/near/more", "/suggest", "/pkg/x.js"] {
            assert_eq!(route(path), None, "{path}");
        }
        assert_eq!(route("/en/p/cup"), Some("/en/p/{slug}"));
        assert_eq!((route("/"), route("/en"), route("/en/")), (Some("/"), Some("/en"), Some("/en")));
    }

    #[test]
    fn a_basket_is_only_a_number() {
        let mut headers = HeaderMap::new();
        let cookies = "staff=secret; basket=A:2,B:3; near=37.5%2C127.0%2C; store=seongsu";
        headers.insert(header::COOKIE, HeaderValue::from_static(cookies));
        let known = Known::of(&headers);
        assert_eq!(known, Known { near: "37.5%2C127.0%2C", store: "seongsu", items: 5 });
        assert_eq!(known.cookie().unwrap(), "near=37.5%2C127.0%2C; store=seongsu");
    }
}
