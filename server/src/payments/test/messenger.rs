//! Sends the test provider's webhooks to the shop's public address, signed, over and over until they are taken.

use std::time::Duration;

use jiff::Timestamp;
use onshelf_db::test_provider::{self as rows, WebhookRow};
use onshelf_shop::Shop;
use reqwest::header::CONTENT_TYPE;
use tokio_util::sync::CancellationToken;

use super::{SIGNATURE, secret};
use crate::{outward, payments::signed};

const TIMEOUT: Duration = Duration::from_secs(10);
/// Between two looks whether something is due.
const PAUSE: Duration = Duration::from_millis(200);
/// How long one that was taken to be sent is left to this process, in milliseconds.
const CLAIM: i64 = 60_000;
const AT_ONCE: i64 = 50;
/// Tries, a second apart at first and twice as long each time, before one is given up.
const TRIES: i64 = 10;

/// Cheap to clone.
#[derive(Clone)]
pub struct Messenger {
    shop: Shop,
    client: reqwest::Client,
    address: String,
}

impl Messenger {
    pub fn new(shop: Shop, public_url: &str) -> Result<Messenger, reqwest::Error> {
        // The shop takes it for somebody else's, as it would a provider's.
        let name = concat!("Onshelf-Test-Payments/", env!("CARGO_PKG_VERSION"));
        let client = outward::client(TIMEOUT).user_agent(name).no_proxy().build()?;
        Ok(Messenger { shop, client, address: format!("{public_url}/webhooks/test") })
    }

    /// Sends what is due, until the stop.
    pub async fn run(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.send_due().await {
                tracing::warn!(%error, "Test webhooks could not be sent ({error}); they are tried again.");
            }
            stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
        }
    }

    /// Sends what is due now, one after the other; answers how many were tried.
    pub async fn send_due(&self) -> Result<usize, onshelf_shop::Error> {
        let now = self.shop.now_ms();
        let due = {
            let mut reader = self.shop.db().reader().await?;
            rows::webhook_is_due(&mut reader.tx(), now).await?
        };
        if !due {
            return Ok(0);
        }
        let secret = secret(&self.shop).await?;
        let taken: Vec<WebhookRow> = self
            .shop
            .db()
            .write(move |mut tx| {
                Box::pin(async move { rows::take_webhooks(&mut tx, now, now + CLAIM, AT_ONCE).await })
            })
            .await?;
        for webhook in &taken {
            let again = match self.send(&secret, webhook).await {
                Ok(()) => None,
                Err(why) => {
                    let id = webhook.id;
                    tracing::debug!(webhook = id, why, "The test webhook {id} was not taken ({why}).");
                    let pause = 1_000 << webhook.tries.clamp(1, TRIES);
                    (webhook.tries < TRIES).then(|| self.shop.now_ms() + pause)
                }
            };
            let id = webhook.id;
            self.shop
                .db()
                .write(move |mut tx| {
                    Box::pin(async move { rows::put_back_webhook(&mut tx, id, again).await })
                })
                .await?;
        }
        Ok(taken.len())
    }

    async fn send(&self, secret: &str, webhook: &WebhookRow) -> Result<(), &'static str> {
        let now =
            Timestamp::from_millisecond(self.shop.now_ms()).map_err(|_| "the clock is out of bounds")?;
        let body = webhook.body.clone();
        let answer = self
            .client
            .post(&self.address)
            .header(CONTENT_TYPE, "application/json")
            .header(SIGNATURE, signed::sign(secret, body.as_bytes(), now))
            .body(body)
            .send()
            .await
            .map_err(|error| if error.is_timeout() { "no answer in time" } else { "no connection" })?;
        if answer.status().is_success() { Ok(()) } else { Err("refused") }
    }
}
