//! Mails to the operator's relay.

use std::time::Duration;

use async_trait::async_trait;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::{Undelivered, mail::Carrier};
use crate::Failure;

/// For the whole of one mail.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Relay {
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Relay {
    pub(super) fn new(url: &str) -> Result<Relay, Failure> {
        // What the library says of a wrong address may repeat its password.
        let wrong = || "smtp_url: must be like smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST";
        let url = secured(url::Url::parse(url).map_err(|_| wrong())?);
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str()).map_err(|_| wrong())?;
        Ok(Relay { transport: builder.timeout(Some(TIMEOUT)).build() })
    }
}

/// A relay elsewhere is spoken to encrypted: always where there is a password, else where it can. An address that
/// says how (`?tls=…`) is taken at its word.
fn secured(mut url: url::Url) -> url::Url {
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "::1" | "[::1]"));
    if url.scheme() == "smtp" && !local && !url.query_pairs().any(|(key, _)| key == "tls") {
        let tls = if url.password().is_some() { "required" } else { "opportunistic" };
        url.query_pairs_mut().append_pair("tls", tls);
    }
    url
}

#[async_trait]
impl Carrier for Relay {
    async fn carry(&self, _id: &str, mail: Message) -> Result<(), Undelivered> {
        match tokio::time::timeout(TIMEOUT, self.transport.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(explain(&error)),
            Err(_) => Err(Undelivered::Passing("the relay did not answer in time".to_owned())),
        }
    }
}

/// Relays repeat addresses in what they answer: only the code is kept.
fn explain(error: &lettre::transport::smtp::Error) -> Undelivered {
    let code = error.status().map_or_else(|| "nothing".to_owned(), |code| code.to_string());
    if error.is_permanent() {
        Undelivered::Final(format!("the relay refused with {code}"))
    } else if error.is_transient() {
        Undelivered::Passing(format!("the relay put it off with {code}"))
    } else if error.is_timeout() {
        Undelivered::Passing("the relay did not answer in time".to_owned())
    } else {
        Undelivered::Passing("the relay could not be reached or understood".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_travels_in_the_clear() {
        for (given, used) in [
            ("smtp://a:b@mail.example:587", "smtp://a:b@mail.example:587?tls=required"),
            ("smtp://mail.example", "smtp://mail.example?tls=opportunistic"),
            ("smtp://localhost:1025", "smtp://localhost:1025"),
            ("smtps://a:b@mail.example", "smtps://a:b@mail.example"),
            ("smtp://a:b@mail.example?tls=opportunistic", "smtp://a:b@mail.example?tls=opportunistic"),
        ] {
            assert_eq!(secured(given.parse().unwrap()).as_str(), used);
        }
    }

    #[tokio::test]
    async fn a_wrong_address_is_named_without_its_password() {
        for url in ["mail.example", "http://a:geheim@mail.example"] {
            let error = Relay::new(url).err().unwrap().to_string();
            assert!(error.starts_with("smtp_url") && !error.contains("geheim"), "{error}");
        }
        assert!(Relay::new("smtps://a:b@mail.example").is_ok());
    }
}
