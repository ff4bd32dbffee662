//! Twilio, Messages resource of 2010-04-01: a form, the account by name and token.

use async_trait::async_trait;

use super::{Account, WHO};
use crate::notifications::{
    TextGateway, TextMessage, Undelivered,
    answers::{broke, read, refusal, retry_after},
};

pub(super) struct Twilio {
    account: Account,
}

impl Twilio {
    pub(super) fn new(account: Account) -> Twilio {
        Twilio { account }
    }
}

#[async_trait]
impl TextGateway for Twilio {
    async fn send(&self, message: &TextMessage) -> Result<(), Undelivered> {
        let Account { client, url, key, secret, from } = &self.account;
        let form = [("To", message.to.as_str()), ("From", from.as_str()), ("Body", message.text.as_str())];
        let sent = client
            .post(format!("{url}/2010-04-01/Accounts/{key}/Messages.json"))
            .basic_auth(key, Some(secret))
            .header("idempotency-key", &message.id)
            .form(&form)
            .send()
            .await;
        let answer = sent.map_err(|error| Undelivered::Passing(broke(WHO, &error)))?;
        let (status, pause) = (answer.status(), retry_after(answer.headers(), message.at));
        read(answer).await;
        if status.is_success() { Ok(()) } else { Err(refusal(WHO, status, pause)) }
    }
}
