//! Short messages by an operator's gateway: SOLAPI, which Korean operators know, or Twilio. Thin: one call a message.

mod solapi;
mod twilio;

use std::time::Duration;

use self::{solapi::Solapi, twilio::Twilio};
use super::TextGateway;
use crate::{
    Failure,
    config::{Config, SmsGateway},
    outward,
};

const WHO: &str = "gateway";
const TIMEOUT: Duration = Duration::from_secs(10);

/// The gateway of the settings; none where there is none.
pub(super) fn gateway(config: &Config) -> Result<Option<Box<dyn TextGateway>>, Failure> {
    let Some((key, secret)) = config.sms_key.as_ref().and_then(|key| key.reveal().split_once(':')) else {
        return Ok(None);
    };
    let client = outward::client(TIMEOUT).build()?;
    let from = config.sms_from.clone();
    let account =
        Account { client, url: config.sms_url(), key: key.to_owned(), secret: secret.to_owned(), from };
    Ok(Some(match config.sms_gateway {
        SmsGateway::Solapi => Box::new(Solapi::new(account, config.name_ko.clone())),
        SmsGateway::Twilio => Box::new(Twilio::new(account)),
    }))
}

/// How the operator is known to a gateway.
struct Account {
    client: reqwest::Client,
    /// Without a slash at the end.
    url: String,
    key: String,
    secret: String,
    from: String,
}
