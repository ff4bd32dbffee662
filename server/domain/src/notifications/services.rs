//! The push services that may be called. A browser names the address it is told at, so somebody who is no browser
//! could name any: only hosts of this list are ever asked for anything.

/// Longer than any push service's addresses.
const ADDRESS: usize = 2_048;
const KNOWN: &str =
    "fcm.googleapis.com, updates.push.services.mozilla.com, *.push.apple.com, *.notify.windows.com";

/// An allow-list of hosts; `*.` stands for one or more names before the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushServices(Vec<String>);

/// An entry that is no host's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be names of hosts, such as fcm.googleapis.com or *.push.apple.com")]
pub struct BadService;

impl Default for PushServices {
    fn default() -> PushServices {
        PushServices(KNOWN.split(", ").map(str::to_owned).collect())
    }
}

impl PushServices {
    /// From names separated by commas; from none, nobody is told in a browser.
    pub fn parse(text: &str) -> Result<PushServices, BadService> {
        let named = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let is_name = |name: &str| {
            let own = name.strip_prefix("*.").unwrap_or(name);
            let letters = own
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte));
            letters && own.split('.').all(|part| !part.is_empty())
        };
        let numbered = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        named
            .map(|name| {
                let fits = is_name(name) && (!numbered(name) || is_loopback(name));
                fits.then(|| name.to_owned()).ok_or(BadService)
            })
            .collect::<Result<_, _>>()
            .map(PushServices)
    }

    /// Whether nobody is told in a browser.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a stand-in on this machine is among them.
    #[must_use]
    pub fn has_loopback(&self) -> bool {
        self.0.iter().any(|name| is_loopback(name))
    }

    /// Whether this address may be called: `https`, a host of the list, its usual port; a stand-in on this machine in
    /// the clear and at any port.
    #[must_use]
    pub fn allow(&self, address: &str) -> bool {
        // Whatever a reader of addresses might see otherwise than we do is none.
        if address.len() > ADDRESS || address.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'\\') {
            return false;
        }
        let (encrypted, rest) = match address.strip_prefix("https://") {
            Some(rest) => (true, rest),
            None => match address.strip_prefix("http://") {
                Some(rest) => (false, rest),
                None => return false,
            },
        };
        let Some((authority, _)) = rest.split_once('/') else { return false };
        let (host, port) =
            authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        let named = self.0.iter().any(|name| is_named(name, host));
        let here = is_loopback(host) && port.is_none_or(|port| port.parse::<u16>().is_ok());
        named && (here || (encrypted && port.is_none()))
    }
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "localhost")
}

fn is_named(name: &str, host: &str) -> bool {
    match name.strip_prefix('*') {
        None => name == host,
        Some(rest) => host.strip_suffix(rest).is_some_and(|own| {
            let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
            !own.is_empty() && own.bytes().all(fits) && own.split('.').all(|part| !part.is_empty())
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_services_are_called() {
        let services = PushServices::default();
        for (address, allowed) in [
            ("https://fcm.googleapis.com/fcm/send/abc:def", true),
            ("https://updates.push.services.mozilla.com/wpush/v2/gAAA", true),
            ("https://web.push.apple.com/QGuQ", true),
            ("https://wns2-par02p.notify.windows.com/w/?token=a%2fb", true),
            ("http://fcm.googleapis.com/fcm/send/abc", false),
            ("https://fcm.googleapis.com:8443/a", false),
            ("https://fcm.googleapis.com", false),
            ("https://fcm.googleapis.com.evil.example/a", false),
            ("https://evilfcm.googleapis.com/a", false),
            ("https://user@fcm.googleapis.com/a", false),
            ("https://fcm.googleapis.com@evil.example/a", false),
            ("https://evil.example\\@fcm.googleapis.com/a", false),
            ("https://evil.example/fcm.googleapis.com/", false),
            ("https://.push.apple.com/a", false),
            ("https://push.apple.com/a", false),
            ("https://a..push.apple.com/a", false),
            ("https://evil.example#.push.apple.com/a", false),
            ("https://127.0.0.1/a", false),
            ("https://169.254.169.254/latest", false),
            ("https://[::1]/a", false),
            ("https://FCM.googleapis.com/a", false),
            ("https://fcm.googleapis.com/a b", false),
            ("file:///etc/passwd", false),
            ("", false),
        ] {
            assert_eq!(services.allow(address), allowed, "{address}");
        }
        assert!(!services.allow(&format!("https://fcm.googleapis.com/{}", "a".repeat(3_000))));
    }

    #[test]
    fn a_stand_in_on_this_machine_is_one_that_was_named() {
        let services = PushServices::parse("127.0.0.1").unwrap();
        assert!(services.has_loopback() && services.allow("http://127.0.0.1:9000/a"));
        assert!(!services.allow("http://127.0.0.1:x/a") && !services.allow("http://localhost:9000/a"));
        assert!(!PushServices::default().has_loopback());
        assert!(PushServices::parse(" ").unwrap().is_empty());
        for wrong in ["https://fcm.googleapis.com", "10.0.0.7", "*", "*.", "a..b", "Fcm.example"] {
            assert_eq!(PushServices::parse(wrong), Err(BadService), "{wrong}");
        }
    }
}
