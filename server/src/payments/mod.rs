//! Those who take money, each behind the shop's one port: thin clients of Stripe and Toss Payments, and the built-in
//! test provider. They know addresses, formats and signatures, and decide nothing about orders. No card data comes
//! near: the shopper pays on the provider's own page.

mod clock;
mod signed;
mod wire;

pub mod stripe;
pub mod test;
pub mod toss;

use std::{sync::Arc, time::Duration};

use onshelf_shop::{PaymentProvider, Shop, SystemClock};

use crate::{Failure, config::Config};

pub use signed::{sign, verify};
use stripe::Stripe;
use test::{Messenger, TestProvider};
use toss::Toss;

/// How long a provider may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Those the settings name. An error names the setting that cannot be used.
pub async fn providers(config: &Config, shop: &Shop) -> Result<Vec<Arc<dyn PaymentProvider>>, Failure> {
    let mut providers: Vec<Arc<dyn PaymentProvider>> = Vec::new();
    if config.takes_test_payments() {
        if !config.is_local() {
            tracing::warn!("Test payments are on at a public address: orders can be had without money.");
        }
        providers.push(Arc::new(TestProvider::new(shop.clone(), &config.public_url()).await?));
    }
    if let (Some(key), Some(webhook_secret)) = (&config.stripe_secret_key, &config.stripe_webhook_secret) {
        let access = stripe::Access {
            url: config.stripe_url.clone(),
            key: key.reveal().to_owned(),
            webhook_secret: webhook_secret.reveal().to_owned(),
            timeout: TIMEOUT,
            clock: Arc::new(SystemClock),
        };
        providers.push(Arc::new(Stripe::new(access).map_err(|error| format!("stripe_secret_key: {error}"))?));
    }
    if let Some(key) = &config.toss_secret_key {
        let access = toss::Access {
            url: config.toss_url.clone(),
            key: key.reveal().to_owned(),
            timeout: TIMEOUT,
            clock: Arc::new(SystemClock),
        };
        providers.push(Arc::new(Toss::new(access).map_err(|error| format!("toss_secret_key: {error}"))?));
    }
    Ok(providers)
}

/// What sends the test provider's webhooks, where that one is offered.
pub fn messenger(config: &Config, shop: &Shop) -> Result<Option<Messenger>, Failure> {
    if !config.takes_test_payments() {
        return Ok(None);
    }
    Ok(Some(Messenger::new(shop.clone(), &config.public_url())?))
}
