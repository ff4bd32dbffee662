//! How the house calls others: partners, providers, gateways, push services, a collector. Under its own name, with an
//! end to its patience, and never on to where an answer sends it. Knows none of those who call.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, redirect};

/// A client that waits no longer than this for a connection, and for an answer with all of its body. What else one needs
/// is added by whoever calls.
pub(crate) fn client(patience: Duration) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("Onshelf/", env!("CARGO_PKG_VERSION")))
        .timeout(patience)
        .connect_timeout(patience)
        .redirect(redirect::Policy::none())
}
