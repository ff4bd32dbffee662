//! Sends the test provider's webhooks to the shop's public address, signed, over and over until they are taken.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use onshelf_db::test_provider::{self as rows, WebhookRow};
use onshelf_shop::Shop;
use reqwest::header::CONTENT_TYPE;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::{SIGNATURE, secret};
use crate::{outward, payments::signed};

const TIMEOUT: Duration = Duration::from_secs(10);
/// Between two looks whether something is due.
const PAUSE: Duration = Duration::from_millis(200);
/// How long one that was taken to be sent is left to this process, in milliseconds.
const CLAIM: i64 = 60_000;
const AT_ONCE: i64 = 50;
/// Payments whose webhooks are under way at a time; those of one payment go one after the other.
const SIDE_BY_SIDE: usize = 16;
/// Tries, a second apart at first and twice as long each time, before one is given up.
const TRIES: i64 = 10;

/// Cheap to clone.
#[derive(Clone)]
pub struct Messenger {
    shop: Shop,
    client: reqwest::Client,
    address: String,
    secret: Arc<OnceCell<String>>,
}

/// When a webhook is sent again; none: it was taken, or is given up.
type Again = Option<i64>;

impl Messenger {
    pub fn new(shop: Shop, public_url: &str) -> Result<Messenger, reqwest::Error> {
        // The shop takes it for somebody else's, as it would a provider's.
        let name = concat!("Onshelf-Test-Payments/", env!("CARGO_PKG_VERSION"));
        let client = outward::client(TIMEOUT).user_agent(name).no_proxy().build()?;
        Ok(Messenger { shop, client, address: format!("{public_url}/webhooks/test"), secret: Arc::default() })
    }

    /// Sends what is due, until the stop.
    pub async fn run(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match self.send_due().await {
                // There may be more.
                Ok(sent) if i64::try_from(sent).is_ok_and(|sent| sent >= AT_ONCE) => continue,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "Test webhooks could not be sent ({error}); they are tried again.");
                }
            }
            stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
        }
    }

    /// Sends what is due now; answers how many were tried.
    pub async fn send_due(&self) -> Result<usize, onshelf_shop::Error> {
        let now = self.shop.now_ms();
        let due = {
            let mut reader = self.shop.db().reader().await?;
            rows::webhook_is_due(&mut reader.tx(), now).await?
        };
        if !due {
            return Ok(0);
        }
        let secret = self.secret.get_or_try_init(|| secret(&self.shop)).await?;
        let taken: Vec<WebhookRow> = self
            .shop
            .db()
            .write(move |mut tx| {
                Box::pin(async move { rows::take_webhooks(&mut tx, now, now + CLAIM, AT_ONCE).await })
            })
            .await?;
        let count = taken.len();
        let mut of_payments: BTreeMap<String, Vec<WebhookRow>> = BTreeMap::new();
        for webhook in taken {
            of_payments.entry(payment_of(&webhook)).or_default().push(webhook);
        }
        let sent = of_payments.into_values().map(|webhooks| self.send_in_turn(secret, webhooks));
        stream::iter(sent).buffer_unordered(SIDE_BY_SIDE).try_collect::<()>().await?;
        Ok(count)
    }

    /// Those of one payment, in the order they were written.
    async fn send_in_turn(&self, secret: &str, webhooks: Vec<WebhookRow>) -> Result<(), onshelf_shop::Error> {
        let mut done: Vec<(i64, Again)> = Vec::with_capacity(webhooks.len());
        for webhook in webhooks {
            let id = webhook.id;
            let again = match self.send(secret, &webhook).await {
                Ok(()) => None,
                Err(why) => {
                    tracing::debug!(webhook = id, why, "The test webhook {id} was not taken ({why}).");
                    let pause = 1_000 << webhook.tries.clamp(1, TRIES);
                    (webhook.tries < TRIES).then(|| self.shop.now_ms() + pause)
                }
            };
            done.push((id, again));
        }
        let done: Arc<[(i64, Again)]> = done.into();
        self.shop
            .db()
            .write(move |mut tx| {
                let done = done.clone();
                Box::pin(async move {
                    for (id, again) in done.iter() {
                        rows::put_back_webhook(&mut tx, *id, *again).await?;
                    }
                    Ok::<_, onshelf_shop::Error>(())
                })
            })
            .await
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

/// The reference of the payment it is about.
fn payment_of(webhook: &WebhookRow) -> String {
    let event: serde_json::Value = serde_json::from_str(&webhook.body).unwrap_or_default();
    event.pointer("/data/reference").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}
