//! Whose request it is: the peer's address, or what a trusted proxy says of it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request},
    http::{Extensions, HeaderMap},
};
use onshelf_app::ssr::Network;

use crate::http::{Proxy, surface::Surface};

/// Address of the client, as far as it can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client(pub IpAddr);

impl Client {
    /// Of a request that passed [`know_client`]; of no address before that.
    #[must_use]
    pub fn of(extensions: &Extensions) -> Client {
        extensions.get().copied().unwrap_or(Client(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }

    /// What limits count by: an IPv6 customer has a whole /64.
    #[must_use]
    pub fn network(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(_) => self.0,
            IpAddr::V6(address) => match address.to_ipv4_mapped() {
                Some(address) => IpAddr::V4(address),
                None => IpAddr::V6((address.to_bits() & (u128::MAX << 64)).into()),
            },
        }
    }
}

/// Came from a trusted proxy: what it says beside the request is believed, too.
#[derive(Clone, Copy, Debug)]
pub struct FromProxy;

/// Notes the client's address in the request.
pub fn know_client(surface: &Surface, request: &mut Request) {
    // Where both families come in by one door, a proxy's IPv4 address is written as one of IPv6.
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    if let Some(peer) = peer {
        let client = believed(peer, request.headers(), &surface.options.trusted_proxies);
        request.extensions_mut().insert(Client(client));
        // This machine itself is no network of shoppers: whoever comes from there comes by a proxy nobody named.
        if !client.is_loopback() {
            request.extensions_mut().insert(Network(Client(client).network()));
        }
        if surface.options.trusted_proxies.iter().any(|proxy| proxy.contains(peer)) {
            request.extensions_mut().insert(FromProxy);
        }
    }
}

/// From the right, the first address that is no trusted proxy: what stands left of it anybody can write.
fn believed(peer: IpAddr, headers: &HeaderMap, trusted: &[Proxy]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|proxy| proxy.contains(address));
    if !is_trusted(peer) {
        return peer;
    }
    let told: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .collect();
    let mut client = peer;
    for text in told.into_iter().rev() {
        let Ok(address) = text.trim().parse::<IpAddr>() else { break };
        client = address.to_canonical();
        if !is_trusted(client) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted: Vec<Proxy> = vec!["10.0.0.0/8".parse().unwrap()];
        for (peer, told, client) in [
            ("203.0.113.9", "1.2.3.4", "203.0.113.9"),
            ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
            ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
            ("10.0.0.1", "6.6.6.6, 1.2.3.4, ::ffff:10.0.0.2", "1.2.3.4"),
            ("10.0.0.1", "nonsense", "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", HeaderValue::from_static(told));
            assert_eq!(believed(peer.parse().unwrap(), &headers, &trusted).to_string(), client, "{told}");
        }
    }

    #[test]
    fn an_ipv6_customer_is_one_network() {
        let network = |text: &str| Client(text.parse().unwrap()).network().to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
