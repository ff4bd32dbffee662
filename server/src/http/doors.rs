//! Who may come in: as many connections as there are places, and so many of one client. Who finds none comes in by the
//! side door, to ask how the process is and nothing else; where that is full, too, they are told so at once.

use std::{
    io::{Read, Write},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use axum::http::HeaderMap;
use onshelf_vocabulary::Lang;
use tokio::net::TcpStream;

use super::{
    guard::{client::Client, headers::of_site},
    options::{Options, Proxy},
    places::{Place, Places},
    problem::Kind,
};
use crate::metrics::{METER, Shed};

/// Places at the side door, and those of one client there.
const SIDE: usize = 64;
const SIDE_PER_CLIENT: usize = 16;
/// How long somebody may stay there: longer than it takes to say whether the process is ready.
pub(super) const SIDE_TIME: Duration = Duration::from_secs(5);
/// Open files beside the connections: of the database, the index and the site.
const OTHER_FILES: usize = 4_096;
/// Open files that a process may have where nobody said otherwise.
const USUAL_FILES: u64 = 1_024;
/// Seconds after which coming again may help somebody who found no place.
pub(super) const RETRY_AFTER: u64 = 10;
const TEXT: &str = "text/plain; charset=utf-8";

pub(super) struct Doors {
    main: Arc<Places>,
    side: Arc<Places>,
    proxies: Vec<Proxy>,
    /// What whoever finds no place hears, as it stands on the wire.
    refusal: String,
}

/// Told to every request of somebody who came in by the side door.
#[derive(Clone, Copy, Debug)]
pub(super) struct BySideDoor;

/// By which door somebody came in.
pub(super) enum Entry {
    Main(Place),
    Side(Place),
}

impl Doors {
    #[must_use]
    pub(super) fn new(options: &Options) -> Doors {
        let limits = &options.limits;
        let all = affordable(limits.connections);
        Doors {
            main: Places::new(all, limits.connections_per_client.min((all / 4).max(1))),
            side: Places::new(SIDE, SIDE_PER_CLIENT),
            proxies: options.trusted_proxies.clone(),
            refusal: refusal(options),
        }
    }

    /// None where both doors are full.
    pub(super) fn admit(&self, peer: IpAddr) -> Option<Entry> {
        let client = self.counted(peer);
        let main = self.main.take(client).map(Entry::Main);
        main.or_else(|_| self.side.take(client).map(Entry::Side)).ok()
    }

    /// By whom a connection is counted. A proxy speaks for many, and so does this machine.
    fn counted(&self, peer: IpAddr) -> Option<IpAddr> {
        let peer = peer.to_canonical();
        let for_many = peer.is_loopback() || self.proxies.iter().any(|proxy| proxy.contains(peer));
        (!for_many).then(|| Client(peer).network())
    }

    /// Waits for nothing: so little fits into any socket that has just been opened.
    pub(super) fn turn_away(&self, stream: TcpStream) {
        METER.count_shed(Shed::Connection);
        // Tokio would first wait to hear that something can be written.
        let Ok(mut stream) = stream.into_std() else { return };
        let _ = stream.write_all(self.refusal.as_bytes());
        // What is closed unread is reset, and that may overtake the answer.
        let _ = stream.read(&mut [0; 4_096]);
    }
}

/// As many as the system lets us have open files for. A live stream is one, and the usual 1,024 are not enough.
fn affordable(connections: usize) -> usize {
    match rlimit::increase_nofile_limit((connections + SIDE + OTHER_FILES) as u64) {
        Ok(files) => connections.min(beside_others(usize::try_from(files).unwrap_or(usize::MAX))),
        Err(error) => {
            tracing::warn!(
                %error,
                "The limit of open files could not be raised ({error}): fewer clients may find room."
            );
            let allowed = rlimit::Resource::NOFILE.get().map_or(USUAL_FILES, |(soft, _)| soft);
            connections.min(beside_others(usize::try_from(allowed).unwrap_or(usize::MAX)))
        }
    }
}

/// Of so many open files, those that connections may take.
fn beside_others(files: usize) -> usize {
    (files - OTHER_FILES.min(files / 4)).saturating_sub(SIDE)
}

/// It leaves by no router, and wears what it would have been given there.
fn refusal(options: &Options) -> String {
    let (mut headers, sorry) = (HeaderMap::new(), sorry());
    of_site(options).put_on(&mut headers);
    let written = headers.iter().filter_map(|(name, value)| Some((name, value.to_str().ok()?)));
    let lines: Vec<String> = written.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let worn = lines.concat();
    format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: {TEXT}\r\nretry-after: {RETRY_AFTER}\r\n\
         content-length: {}\r\nconnection: close\r\n{worn}\r\n{sorry}",
        sorry.len()
    )
}

fn sorry() -> String {
    format!("{}\n{}\n", Kind::Busy.title(Lang::Ko), Kind::Busy.title(Lang::En))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Limits;

    #[test]
    fn no_client_takes_the_places_of_others() {
        let limits = Limits { connections: 8, connections_per_client: 2, ..Limits::default() };
        let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        let doors = Doors::new(&Options { limits, trusted_proxies, ..Options::default() });
        let come = |peer: &str| doors.admit(peer.parse().unwrap());
        // One customer has a whole network of such addresses.
        let greedy: Vec<Option<Entry>> =
            (0..SIDE).map(|end| come(&format!("2001:db8:1:2::{end:x}"))).collect();
        let by = |entry: fn(&Entry) -> bool| greedy.iter().flatten().filter(|own| entry(own)).count();
        assert_eq!(by(|own| matches!(own, Entry::Main(_))), 2);
        assert_eq!(by(|own| matches!(own, Entry::Side(_))), SIDE_PER_CLIENT);
        // Others come in, and whoever speaks for many does so for as many as there is room for.
        let others =
            ["192.0.2.1", "10.0.0.7", "10.0.0.7", "10.0.0.7", "127.0.0.1", "::ffff:127.0.0.1"].map(come);
        assert!(others.iter().all(|entry| matches!(entry, Some(Entry::Main(_)))));
        assert!(matches!(come("192.0.2.1"), Some(Entry::Side(_))), "it is full");
        drop(others);
        assert!(matches!(come("192.0.2.1"), Some(Entry::Main(_))));
    }

    #[test]
    fn who_is_turned_away_is_sent_to_https_where_the_site_has_it() {
        let refusal =
            |public_url: &str| refusal(&Options { public_url: public_url.to_owned(), ..Options::default() });
        let (plain, encrypted) = (refusal("http://127.0.0.1:3000"), refusal("https://shop.example"));
        let only = "\r\nstrict-transport-security: max-age=31536000\r\n";
        assert!(encrypted.contains(only) && !plain.contains("strict-transport"), "{encrypted}{plain}");
        for said in [plain, encrypted] {
            assert!(said.contains("\r\nx-content-type-options: nosniff\r\n"), "{said}");
            let (head, body) = said.split_once("\r\n\r\n").unwrap();
            assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())), "{said}");
        }
    }

    #[test]
    fn connections_leave_files_for_others() {
        assert_eq!(beside_others(16_384 + SIDE + OTHER_FILES), 16_384);
        assert_eq!(beside_others(1_024), 768 - SIDE);
        assert_eq!(beside_others(0), 0);
    }
}
