//! Notifications for browsers (RFC 8030): encrypted for one browser alone (RFC 8291), posted to its push service
//! under the shop's own key (RFC 8292). Knows no order.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use onshelf_shop::Shop;
use onshelf_vocabulary::notifications::PushSubscription;
use p256::{
    PublicKey,
    ecdsa::{Signature, SigningKey, signature::Signer},
};
use reqwest::{StatusCode, header};
use serde::Serialize;
use web_push_native::Auth;

use super::{
    Undelivered,
    answers::{broke, read, refusal, retry_after},
};
use crate::outward;

const WHO: &str = "push service";
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a push service keeps it for a browser that sleeps. Seconds.
const KEPT: &str = "43200";
/// How long a signature holds; push services take a day at most. Seconds.
const SIGNED_FOR: i64 = 12 * 3_600;

/// What a browser shows. Nobody's name and no contact: what happened to which order at which store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Note {
    pub(super) title: String,
    pub(super) body: String,
    /// Where a click leads: the order's own page.
    pub(super) url: String,
    /// The number: a newer note about it takes the place of the older.
    pub(super) tag: String,
    pub(super) lang: &'static str,
}

/// Posts notes.
pub(super) struct Pusher {
    client: reqwest::Client,
    key: SigningKey,
    /// Whom a push service may turn to.
    contact: String,
}

/// The key by which push services know this shop.
fn signing_key(shop: &Shop) -> Option<SigningKey> {
    (0..8).find_map(|place| SigningKey::from_slice(&shop.push_seed(place)).ok())
}

fn point(key: &SigningKey) -> String {
    URL_SAFE_NO_PAD.encode(key.verifying_key().to_encoded_point(false).as_bytes())
}

/// What a page asks its browser to subscribe with; empty where nobody is told in a browser.
#[must_use]
pub fn public_key(shop: &Shop) -> String {
    if shop.settings().push_services.is_empty() {
        return String::new();
    }
    signing_key(shop).as_ref().map(point).unwrap_or_default()
}

impl Pusher {
    pub(super) fn new(shop: &Shop, contact: String) -> Result<Pusher, crate::Failure> {
        let client = outward::client(TIMEOUT).build()?;
        let key = signing_key(shop).ok_or("the secret makes no key for push services")?;
        Ok(Pusher { client, key, contact })
    }

    /// Posts once. `Unwanted` says that this browser is gone, or was none. Errors do not name the address.
    pub(super) async fn send(
        &self,
        browser: &PushSubscription,
        note: &Note,
        now: Timestamp,
    ) -> Result<(), Undelivered> {
        let body = sealed(browser, &serde_json::to_vec(note).unwrap_or_default())?;
        let sent = self
            .client
            .post(&browser.endpoint)
            .header(header::AUTHORIZATION, self.authorization(&browser.endpoint, now))
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header(header::CONTENT_ENCODING, "aes128gcm")
            .header("ttl", KEPT)
            .header("urgency", "high")
            .header("topic", &note.tag)
            .body(body)
            .send()
            .await;
        let answer = sent.map_err(|error| Undelivered::Passing(broke(WHO, &error)))?;
        let (status, pause) = (answer.status(), retry_after(answer.headers(), now));
        read(answer).await;
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                Err(Undelivered::Unwanted("the browser is gone".to_owned()))
            }
            status => Err(refusal(WHO, status, pause)),
        }
    }

    /// `vapid t=JWT, k=KEY` for the service at this address.
    fn authorization(&self, endpoint: &str, now: Timestamp) -> String {
        let claims = serde_json::json!({
            "aud": origin(endpoint),
            "exp": now.as_second() + SIGNED_FOR,
            "sub": self.contact,
        });
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let said = format!("{}.{}", encode(r#"{"typ":"JWT","alg":"ES256"}"#), encode(&claims.to_string()));
        let signature: Signature = self.key.sign(said.as_bytes());
        format!("vapid t={said}.{}, k={}", URL_SAFE_NO_PAD.encode(signature.to_bytes()), point(&self.key))
    }
}

/// `https://host` of an address.
fn origin(address: &str) -> &str {
    let path = address.match_indices('/').nth(2).map_or(address.len(), |(place, _)| place);
    &address[..path]
}

fn sealed(browser: &PushSubscription, note: &[u8]) -> Result<Vec<u8>, Undelivered> {
    let unusable = || Undelivered::Unwanted("the browser's keys cannot be encrypted for".to_owned());
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| unusable());
    let key = PublicKey::from_sec1_bytes(&bytes(&browser.p256dh)?).map_err(|_| unusable())?;
    let auth = Auth::from_exact_iter(bytes(&browser.auth)?).ok_or_else(unusable)?;
    web_push_native::encrypt(note.to_vec(), &key, &auth)
        .map_err(|_| Undelivered::Final("the note could not be encrypted".to_owned()))
}

#[cfg(test)]
mod tests {
    use p256::SecretKey;

    use super::*;

    /// RFC 8291, appendix A: the library reads what the standard wrote.
    #[test]
    fn the_standards_own_message_is_read() {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let key = SecretKey::from_slice(&bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")).unwrap();
        let auth = Auth::from_exact_iter(bytes("BTBZMqHH6r4Tts7J_aSIgg")).unwrap();
        let message = bytes(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml\
             mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT\
             pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        );
        let read = web_push_native::decrypt(message, &key, &auth).unwrap();
        assert_eq!(read, b"When I grow up, I want to be a watermelon");
    }

    #[test]
    fn a_browser_that_is_none_is_forgotten_and_not_tried_again() {
        let browser = |p256dh: &str, auth: &str| PushSubscription {
            endpoint: String::new(),
            p256dh: p256dh.to_owned(),
            auth: auth.to_owned(),
        };
        let good = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        assert!(sealed(&browser(good, "BTBZMqHH6r4Tts7J_aSIgg"), b"{}").is_ok());
        let off_the_curve = URL_SAFE_NO_PAD.encode([vec![4], vec![7; 64]].concat());
        for (key, auth) in [
            (off_the_curve.as_str(), "BTBZMqHH6r4Tts7J_aSIgg"),
            (good, "BTBZMqHH6r4Tts7J"),
            ("?", "BTBZMqHH6r4Tts7J_aSIgg"),
        ] {
            assert!(matches!(sealed(&browser(key, auth), b"{}"), Err(Undelivered::Unwanted(_))), "{key}");
        }
    }

    #[test]
    fn an_audience_is_an_origin() {
        assert_eq!(origin("https://fcm.googleapis.com/fcm/send/a"), "https://fcm.googleapis.com");
        assert_eq!(origin("http://127.0.0.1:9000/a"), "http://127.0.0.1:9000");
    }
}
