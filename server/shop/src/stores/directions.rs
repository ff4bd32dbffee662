//! Links that open the map a person already has, with the way to a store.

use onshelf_vocabulary::{Lang, Point, stores::DirectionView};

use super::Store;

/// Naver and Kakao where they know the roads (Korea), then Google, Apple, and whatever takes `geo:` (RFC 5870).
pub(super) fn directions(lang: Lang, store: &Store) -> Vec<DirectionView> {
    let Some(point) = store.point else { return Vec::new() };
    let name = store.name.get(lang);
    let (lat, lng) = (point.lat(), point.lng());
    let quoted = encode(name);
    let link = |label: &str, href: String| DirectionView { label: label.to_owned(), href };
    let mut links = Vec::with_capacity(5);
    if store.country == "KR" {
        let naver = format!("https://map.naver.com/p/directions/-/{},{quoted}/-/walk", web_mercator(point));
        links.push(link(lang.pick("네이버 지도", "Naver Map"), naver));
        links.push(link(
            lang.pick("카카오맵", "KakaoMap"),
            format!("https://map.kakao.com/link/to/{quoted},{lat:.6},{lng:.6}"),
        ));
    }
    links.push(link(
        lang.pick("구글 지도", "Google Maps"),
        format!("https://www.google.com/maps/dir/?api=1&destination={lat:.6}%2C{lng:.6}"),
    ));
    links.push(link(
        lang.pick("애플 지도", "Apple Maps"),
        format!("https://maps.apple.com/?daddr={lat:.6},{lng:.6}&q={quoted}"),
    ));
    links.push(link(
        lang.pick("다른 지도 앱", "Another app"),
        format!("geo:{lat:.6},{lng:.6}?q={lat:.6},{lng:.6}({quoted})"),
    ));
    links
}

/// Naver's page wants spherical Web Mercator metres (EPSG:3857), east first.
fn web_mercator(point: Point) -> String {
    const RADIUS: f64 = 6_378_137.0;
    let east = point.lng().to_radians() * RADIUS;
    let north = (std::f64::consts::FRAC_PI_4 + point.lat().to_radians() / 2.0).tan().ln() * RADIUS;
    format!("{east:.0},{north:.0}")
}

/// Percent-encoding of everything but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
