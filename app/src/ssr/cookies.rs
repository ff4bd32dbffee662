//! What a browser remembers for the shop: how its cookies are named, bound to their host, written and read.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use onshelf_shop::orders::Placed;
use onshelf_vocabulary::{
    Point, Quantity, Sku,
    cart::{Line, MAX_LINES},
};

use super::Site;

/// Browsers take such a cookie only from this very host, encrypted and for the whole site.
const HOST_BOUND: &str = "__Host-";

/// Cookies of a request.
pub(crate) struct Jar<'a>(pub(crate) &'a HeaderMap);

impl<'a> Jar<'a> {
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.raw(name).and_then(percent_decoded)
    }

    /// A cookie as it was sent. One that is bound to this host counts before one that a neighbour could have set.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        self.pairs()
            .find(|(own, _)| own.strip_prefix(HOST_BOUND) == Some(name))
            .or_else(|| self.pairs().find(|(own, _)| *own == name))
            .map(|(_, value)| value)
    }

    fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let lines = self.0.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
    }
}

/// A cookie as the pages read it. For whoever feeds its reader with anything.
#[must_use]
pub fn read_cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    Jar(headers).get(name)
}

/// Sets a cookie for the whole site, bound to its host where it is encrypted; an empty value removes it.
#[must_use]
pub fn set_cookie(site: &Site, name: &str, value: &str, max_age_s: i64) -> HeaderValue {
    let (bound, secure) = if site.secure { (HOST_BOUND, "; Secure") } else { ("", "") };
    let age = if value.is_empty() { 0 } else { max_age_s };
    let text = format!(
        "{bound}{name}={}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}",
        percent_encoded(value)
    );
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The cookie of what is kept while its shopper checks out.
pub const KEPT: &str = "kept";

pub(super) fn read_kept(text: &str) -> Option<Placed> {
    let (number, token) = text.split_once('.')?;
    Some(Placed { number: number.to_owned(), token: token.to_owned() })
}

/// What a session's cookie is read by: where the site is encrypted, no other than the bound one counts.
pub(super) const fn staff_cookie(secure: bool) -> &'static str {
    if secure { "__Host-staff" } else { "staff" }
}

/// Half a year: how long the shopper's store, place and basket are remembered.
pub const REMEMBERED: i64 = 180 * 86_400;

/// `response` with one more cookie.
#[must_use]
pub fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// Where the shopper said they are: `LAT,LNG,NAME`, rounded so that it tells the neighbourhood and not the door.
#[derive(Clone, Debug, PartialEq)]
pub struct Near {
    pub point: Point,
    pub name: String,
}

impl Near {
    /// The name without control characters, 60 others of it at most.
    #[must_use]
    pub fn read(text: &str) -> Option<Near> {
        let mut parts = text.splitn(3, ',');
        let point = format!("{},{}", parts.next()?, parts.next()?).parse().ok()?;
        let name: String =
            parts.next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(60).collect();
        Some(Near { point, name })
    }

    #[must_use]
    pub fn write(&self) -> String {
        format!("{:.3},{:.3},{}", self.point.lat(), self.point.lng(), self.name)
    }
}

/// `SKU:2,OTHER:1`; what cannot be read is left out.
#[must_use]
pub fn read_basket(text: &str) -> Vec<Line> {
    text.split(',')
        .filter_map(|line| {
            let (sku, quantity) = line.rsplit_once(':')?;
            Some(Line { sku: Sku::new(sku).ok()?, quantity: quantity.parse::<Quantity>().ok()? })
        })
        .take(MAX_LINES)
        .collect()
}

/// As [`read_basket`] reads it.
#[must_use]
pub fn write_basket(lines: &[Line]) -> String {
    let lines: Vec<String> =
        lines.iter().map(|line| format!("{}:{}", line.sku, line.quantity.get())).collect();
    lines.join(",")
}

/// A text inside a cookie, commas and colons as they are.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.:,~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            bytes.push(16 * worth(rest.next()?)? + worth(rest.next()?)?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// What a hexadecimal digit is worth. Two of them read as a number might begin with a sign.
fn worth(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|worth| u8::try_from(worth).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_cannot_change_what_is_bound_to_the_host() {
        let mut headers = HeaderMap::new();
        let cookies = "basket=EVIL:9; __Host-basket=CUP:1; near=a; staff=fixed";
        headers.insert(header::COOKIE, HeaderValue::from_static(cookies));
        let jar = Jar(&headers);
        assert_eq!((jar.raw("basket"), jar.raw("near")), (Some("CUP:1"), Some("a")));
        assert_eq!((jar.raw(staff_cookie(true)), jar.raw(staff_cookie(false))), (None, Some("fixed")));
        let site = Site { secure: true, ..Site::default() };
        let set = set_cookie(&site, "basket", "CUP:1", 9);
        assert_eq!(set, "__Host-basket=CUP:1; Path=/; Max-Age=9; HttpOnly; SameSite=Lax; Secure");
    }

    #[test]
    fn a_basket_survives_its_cookie_and_forgets_what_is_wrong() {
        let lines = read_basket("JJ-1:2,JJ-2:0,JJ-3:x,:1,JJ:4:5");
        assert_eq!(write_basket(&lines), "JJ-1:2,JJ:4:5");
        assert_eq!(read_basket(&write_basket(&lines)), lines);
    }

    #[test]
    fn cookies_carry_any_text() {
        let text = "37.544,127.056,성수동; x=\"1\"";
        assert_eq!(percent_decoded(&percent_encoded(text)).as_deref(), Some(text));
        assert_eq!(percent_decoded("%41%e2%82%AC").as_deref(), Some("A€"));
        for bad in ["%E0%A4", "%", "%4", "%+A", "%-0", "% 1", "%4G"] {
            assert_eq!(percent_decoded(bad), None, "{bad}");
        }
        assert_eq!(
            Near::read("37.5,127.0,성수동").map(|near| near.write()).as_deref(),
            Some("37.500,127.000,성수동")
        );
        assert_eq!(Near::read("NaN,127.0,성수동"), None);
    }
}
