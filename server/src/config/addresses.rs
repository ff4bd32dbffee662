//! How far an address reaches.

/// Whether it is one of the web at all.
pub(super) fn is_web(url: &str) -> bool {
    (url.starts_with("http://") || url.starts_with("https://")) && url::Url::parse(url).is_ok()
}

/// A key travels with every call: in the clear only as far as this machine.
pub(super) fn is_safe(url: &str) -> bool {
    url::Url::parse(url)
        .is_ok_and(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)))
}

pub(super) fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
