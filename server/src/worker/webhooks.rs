//! Events for partners: signed as Standard Webhooks says, posted once a try. Knows no shop.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use reqwest::{StatusCode, header};
use sha2::Sha256;

use super::guard::{GuardedResolver, is_allowed_url};
use crate::{
    notifications::{
        Undelivered,
        answers::{broke, read, retry_after},
    },
    outward,
};

const TIMEOUT: Duration = Duration::from_secs(10);

/// How long a partner that could not be reached is left alone: waiting for it again and again would hold up the
/// messages of all others.
const REST: Duration = Duration::from_secs(30);

/// One event for one partner.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The same in all tries, so that the partner can tell a repetition.
    pub id: &'a str,
    pub event: &'a str,
    pub data: &'a serde_json::Value,
    /// When it happened, in Unix milliseconds.
    pub at: i64,
}

/// Posts deliveries.
pub struct Courier {
    client: reqwest::Client,
    /// Until when which address is left alone.
    resting: Mutex<HashMap<String, Timestamp>>,
}

impl Courier {
    pub fn new() -> Result<Courier, reqwest::Error> {
        let client = outward::client(TIMEOUT)
            .dns_resolver(GuardedResolver::shared())
            // A proxy would resolve names itself, past the guard.
            .no_proxy()
            .build()?;
        Ok(Courier { client, resting: Mutex::default() })
    }

    /// Posts once. Errors name neither the address nor what was sent.
    pub async fn deliver(
        &self,
        url: &str,
        secret: &str,
        delivery: &Delivery<'_>,
        now: Timestamp,
    ) -> Result<(), Undelivered> {
        let address = url::Url::parse(url)
            .ok()
            .filter(is_allowed_url)
            .ok_or_else(|| Undelivered::Final("the address may not be called".to_owned()))?;
        if let Some(pause) = self.rests(url, now) {
            return Err(Undelivered::Later {
                why: "the partner is left alone for a while".to_owned(),
                pause,
            });
        }
        let body = body_of(delivery)?;
        let timestamp = now.as_second().to_string();
        let signature = sign(secret, delivery.id, &timestamp, &body)?;
        let sent = self
            .client
            .post(address)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", delivery.id)
            .header("webhook-timestamp", &timestamp)
            .header("webhook-signature", signature)
            .body(body)
            .send()
            .await;
        let answer = sent.map_err(|error| {
            self.leave_alone(url, now, REST);
            Undelivered::Passing(broke("partner", &error))
        })?;
        let (status, pause) = (answer.status(), retry_after(answer.headers(), now));
        // What it says does not matter.
        read(answer).await;
        let judged = judge(status, pause);
        if let Err(Undelivered::Later { pause, .. }) = &judged {
            self.leave_alone(url, now, *pause);
        }
        judged
    }

    fn leave_alone(&self, url: &str, now: Timestamp, pause: Duration) {
        self.resting().insert(url.to_owned(), now + pause);
    }

    /// How much longer an address is left alone.
    fn rests(&self, url: &str, now: Timestamp) -> Option<Duration> {
        let mut resting = self.resting();
        resting.retain(|_, until| *until > now);
        resting.get(url).and_then(|until| Duration::try_from(until.duration_since(now)).ok())
    }

    fn resting(&self) -> MutexGuard<'_, HashMap<String, Timestamp>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn body_of(delivery: &Delivery<'_>) -> Result<String, Undelivered> {
    let broken = |error: &dyn std::fmt::Display| Undelivered::Final(error.to_string());
    let at = Timestamp::from_millisecond(delivery.at).map_err(|error| broken(&error))?;
    let body =
        serde_json::json!({ "type": delivery.event, "timestamp": at.to_string(), "data": delivery.data });
    serde_json::to_string(&body).map_err(|error| broken(&error))
}

/// `v1,BASE64(HMAC-SHA256(key, "id.timestamp.body"))`; the key is what follows `whsec_`, in base64.
fn sign(secret: &str, id: &str, timestamp: &str, body: &str) -> Result<String, Undelivered> {
    let unusable = || Undelivered::Final("the partner's secret is not a Standard Webhooks secret".to_owned());
    let key = STANDARD.decode(secret.trim_start_matches("whsec_")).map_err(|_| unusable())?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| unusable())?;
    for part in [id, ".", timestamp, ".", body] {
        mac.update(part.as_bytes());
    }
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

fn judge(status: StatusCode, pause: Option<Duration>) -> Result<(), Undelivered> {
    let why = || format!("the partner answered {}", status.as_u16());
    match (status, pause) {
        (status, _) if status.is_success() => Ok(()),
        (StatusCode::GONE, _) => {
            Err(Undelivered::Unwanted("the partner wants no more events (410)".to_owned()))
        }
        (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, Some(pause)) => {
            Err(Undelivered::Later { why: why(), pause })
        }
        _ => Err(Undelivered::Passing(why())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_specification() {
        let signature = sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signature.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert!(sign("whsec_?", "a", "1", "{}").is_err());
    }

    #[tokio::test]
    async fn a_partner_that_cannot_be_reached_is_left_alone_for_a_while() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        drop(listener);
        let courier = Courier::new().unwrap();
        let delivery =
            Delivery { id: "msg_1", event: "stock.changed", data: &serde_json::Value::Null, at: 0 };
        let mut reasons = Vec::new();
        for _ in 0..2 {
            let outcome = courier.deliver(&url, "whsec_AAAA", &delivery, Timestamp::UNIX_EPOCH).await;
            reasons.push(outcome.unwrap_err().to_string());
        }
        assert_eq!(reasons, ["the partner could not be reached", "the partner is left alone for a while"]);
    }

    #[test]
    fn only_success_is_success() {
        let minute = Some(Duration::from_secs(60));
        assert!(judge(StatusCode::NO_CONTENT, minute).is_ok());
        assert!(matches!(judge(StatusCode::GONE, minute), Err(Undelivered::Unwanted(_))));
        for status in [StatusCode::FOUND, StatusCode::BAD_REQUEST, StatusCode::BAD_GATEWAY] {
            assert!(matches!(judge(status, minute), Err(Undelivered::Passing(_))), "{status}");
        }
        for status in [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE] {
            assert!(matches!(judge(status, None), Err(Undelivered::Passing(_))), "{status}");
            assert!(matches!(judge(status, minute), Err(Undelivered::Later { .. })), "{status}");
        }
    }
}
