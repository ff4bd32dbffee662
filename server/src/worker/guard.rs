//! Where deliveries may go. Addresses are registered by the operator alone; still none may reach a network's own
//! machinery, such as the metadata services of clouds, neither by number nor by a name that points there.

use std::{
    io,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The IPv6 address of Amazon's metadata service, outside the link-local range.
const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Not link-local, not multicast, not "this network"; this machine itself is allowed.
pub(super) fn is_allowed(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            !(v4.is_link_local() || v4.is_multicast() || v4.is_broadcast() || v4.octets().first() == Some(&0))
        }
        IpAddr::V6(v6) => {
            !(v6.is_unicast_link_local() || v6.is_multicast() || v6.is_unspecified() || v6 == METADATA)
        }
    }
}

/// Whether the address itself, where it is a number, may be called. Names are judged when they are resolved.
pub(super) fn is_allowed_url(url: &url::Url) -> bool {
    let numbered = match url.host() {
        Some(url::Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(url::Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(url::Host::Domain(_)) => None,
        None => return false,
    };
    matches!(url.scheme(), "http" | "https") && numbered.is_none_or(is_allowed)
}

/// Resolves names and leaves out the addresses that may not be called.
pub(super) struct GuardedResolver;

impl GuardedResolver {
    pub(super) fn shared() -> Arc<GuardedResolver> {
        Arc::new(GuardedResolver)
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| is_allowed(address.ip())).collect();
            if allowed.is_empty() {
                return Err(io::Error::other("the name leads to no address that may be called").into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machinery_of_networks_is_out_of_reach() {
        for (url, allowed) in [
            ("https://erp.example/hooks", true),
            ("http://127.0.0.1:9000/", true),
            ("http://[::1]:9000/", true),
            ("https://10.0.0.7/", true),
            ("http://169.254.169.254/latest/meta-data/", false),
            ("http://2852039166/", false),
            ("http://[::ffff:169.254.169.254]/", false),
            ("http://[fe80::1]/", false),
            ("http://[fd00:ec2::254]/", false),
            ("http://0.0.0.0/", false),
            ("ftp://erp.example/", false),
        ] {
            assert_eq!(is_allowed_url(&url.parse().unwrap()), allowed, "{url}");
        }
    }
}
