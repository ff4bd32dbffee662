//! What the HTTP surface is told when it is built: where it stands, and its bounds.

use std::{net::IpAddr, path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use ipnet::IpNet;

use super::tiles::Tiles;

/// Everything [`super::router`] needs besides the shop.
#[derive(Clone, Debug)]
pub struct Options {
    /// As the shop is known outside, such as `https://shop.example`, without a slash at the end.
    pub public_url: String,
    /// Its folder `media` is served under `/media/`.
    pub data_dir: PathBuf,
    /// The built client and styles, and the files of `public`.
    pub site_dir: PathBuf,
    /// Whether what was written to the folder in place of being sent is shown at `/dev/messages`.
    pub shows_messages: bool,
    /// Only these are believed about whom they speak for (`X-Forwarded-For`).
    pub trusted_proxies: Vec<Proxy>,
    /// Of the live map, where the operator set some.
    pub tiles: Option<Arc<Tiles>>,
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            public_url: "http://127.0.0.1:3000".to_owned(),
            data_dir: PathBuf::from("data"),
            site_dir: PathBuf::from("target/site"),
            shows_messages: false,
            trusted_proxies: Vec::new(),
            tiles: None,
            limits: Limits::default(),
        }
    }
}

/// Past any of these the server refuses instead of growing.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections in all, and of one client address. Those of trusted proxies and of this machine, who speak for many,
    /// are counted in all alone.
    pub connections: usize,
    pub connections_per_client: usize,
    /// How long a client may take for a request's head; idle connections are closed after it, too.
    pub head_time: Duration,
    /// Bytes of a request's body.
    pub body: usize,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// How long an answer may take to begin.
    pub request_time: Duration,
    /// Requests answered at the same time, open streams not counted.
    pub concurrent: usize,
    /// Bodies on their way at the same time; whoever sends slowly keeps nobody else from being answered.
    pub bodies: usize,
    /// Live streams in all, and of one client address.
    pub streams: usize,
    pub streams_per_client: usize,
    /// Shelves one live stream may begin with.
    pub snapshot: usize,
    /// Bytes of rendered pages that are kept; 0 renders each anew.
    pub kept_pages: usize,
    pub rates: Rates,
}

/// How many a minute; as many may come at once. 0 is no limit.
#[derive(Clone, Debug)]
pub struct Rates {
    /// Reservations of one address.
    pub reserve_by_address: u32,
    /// Reservations of one e-mail address or phone number.
    pub reserve_by_contact: u32,
    /// Sign-ins of one address.
    pub sign_in_by_address: u32,
    /// Sign-ins under one name.
    pub sign_in_by_name: u32,
    /// Reservations, and pages of people who were sent, looked up from one address; codes at the counters behind it.
    pub look_up_by_address: u32,
    /// Tries to find one order or reservation again by its number and a proof.
    pub find_by_number: u32,
    /// Codes looked up by one associate.
    pub counter_by_session: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 16 * 1024,
            connections_per_client: 4 * 1024,
            head_time: Duration::from_secs(15),
            body: 64 * 1024,
            body_time: Duration::from_secs(15),
            request_time: Duration::from_secs(30),
            concurrent: 1024,
            bodies: 4 * 1024,
            streams: 10_000,
            streams_per_client: 2_000,
            snapshot: 20_000,
            kept_pages: 64 * 1024 * 1024,
            rates: Rates::default(),
        }
    }
}

impl Default for Rates {
    fn default() -> Rates {
        Rates {
            reserve_by_address: 300,
            reserve_by_contact: 100,
            sign_in_by_address: 60,
            sign_in_by_name: 20,
            look_up_by_address: 600,
            // Whoever knows a number must not try all phones there are, from however many addresses.
            find_by_number: 20,
            // More than a hand can scan, and of no use to whoever tries codes.
            counter_by_session: 60,
        }
    }
}

/// A proxy's address, or a network of them: `10.0.0.7`, `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proxy(IpNet);

impl Proxy {
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

/// A text that is neither an address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no IP address and no network such as 10.0.0.0/8")]
pub struct NotAProxy;

impl FromStr for Proxy {
    type Err = NotAProxy;

    fn from_str(text: &str) -> Result<Proxy, NotAProxy> {
        let address = text.parse::<IpAddr>().map(IpNet::from);
        address.or_else(|_| text.parse::<IpNet>()).map(Proxy).map_err(|_| NotAProxy)
    }
}
