//! SOLAPI, messages v4 (<https://developers.solapi.dev>): a signed call, refusals a message in the answer.

use async_trait::async_trait;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use onshelf_domain::notifications::{calling_code, national};
use reqwest::header;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Account, WHO};
use crate::notifications::{
    TextGateway, TextMessage, Undelivered,
    answers::{broke, read, refusal, retry_after},
};

/// What fits into a short message, in the bytes of EUC-KR; what is longer goes as a long one (LMS).
const SHORT: usize = 90;
const KOREA: &str = "82";

pub(super) struct Solapi {
    account: Account,
    /// Stands above long messages.
    title: String,
}

impl Solapi {
    pub(super) fn new(account: Account, title: String) -> Solapi {
        Solapi { account, title }
    }

    fn body(&self, message: &TextMessage) -> Result<Value, Undelivered> {
        let (country, to) = addressed(&message.to)
            .ok_or_else(|| Undelivered::Final("the number cannot be sent to".to_owned()))?;
        let text = in_korean_letters(&message.text);
        let from: String = self.account.from.chars().filter(char::is_ascii_digit).collect();
        // Long ones go to telephones of Korea only.
        let long = country == KOREA && width(&text) > SHORT;
        let mut one = json!({
            "to": to,
            "from": from,
            "country": country,
            "text": text,
            "type": if long { "LMS" } else { "SMS" },
            "customFields": { "id": message.id },
        });
        if long {
            one["subject"] = Value::from(self.title.as_str());
        }
        Ok(json!({ "messages": [one], "allowDuplicates": false }))
    }

    /// `HMAC-SHA256 apiKey=…, date=…, salt=…, signature=…`: the signature is over date and salt.
    fn authorization(&self, at: Timestamp, salt: &str) -> String {
        let date = at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        // HMAC takes keys of any length, so this cannot fail; an empty signature is refused.
        let signature = Hmac::<Sha256>::new_from_slice(self.account.secret.as_bytes())
            .map(|mut mac| {
                mac.update(date.as_bytes());
                mac.update(salt.as_bytes());
                hex::encode(mac.finalize().into_bytes())
            })
            .unwrap_or_default();
        format!("HMAC-SHA256 apiKey={}, date={date}, salt={salt}, signature={signature}", self.account.key)
    }
}

#[async_trait]
impl TextGateway for Solapi {
    async fn send(&self, message: &TextMessage) -> Result<(), Undelivered> {
        let salt = uuid::Uuid::new_v4().simple().to_string();
        let sent = self
            .account
            .client
            .post(format!("{}/messages/v4/send-many/detail", self.account.url))
            .header(header::AUTHORIZATION, self.authorization(message.at, &salt))
            .header("idempotency-key", &message.id)
            .json(&self.body(message)?)
            .send()
            .await;
        let answer = sent.map_err(|error| Undelivered::Passing(broke(WHO, &error)))?;
        let (status, pause) = (answer.status(), retry_after(answer.headers(), message.at));
        let body = read(answer).await;
        if !status.is_success() {
            return Err(refusal(WHO, status, pause));
        }
        // Whatever was taken was taken: an answer that cannot be read is no reason to send again.
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        match body.pointer("/failedMessageList/0") {
            None => Ok(()),
            Some(failed) => Err(Undelivered::Final(format!("the gateway refused with {}", code(failed)))),
        }
    }
}

/// Its number for the reason; the words beside it may name the telephone.
fn code(failed: &Value) -> String {
    let code = failed["statusCode"].as_str().unwrap_or("no code");
    code.chars().filter(char::is_ascii_alphanumeric).take(20).collect()
}

/// Country, and the number as it is dialled there.
fn addressed(number: &str) -> Option<(String, String)> {
    if let Some(own) = national(number) {
        return Some((KOREA.to_owned(), own));
    }
    calling_code(number).map(|(country, rest)| (country.to_owned(), rest.to_owned()))
}

/// Telephones of Korea show the letters of EUC-KR: signs it lacks are written with one that it has.
fn in_korean_letters(text: &str) -> String {
    text.replace('₩', "￦").replace(['–', '—'], "-").replace('\u{00A0}', " ")
}

fn width(text: &str) -> usize {
    text.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solapi() -> Solapi {
        let account = Account {
            client: reqwest::Client::new(),
            url: String::new(),
            key: "NCSAYU7YDBXYORXC".to_owned(),
            secret: "ZDCJAE6CRJCZJVPSCQRLQAGNBTLLWQ2W".to_owned(),
            from: "02-930-2266".to_owned(),
        };
        Solapi::new(account, "제자리".to_owned())
    }

    #[test]
    fn a_call_is_signed_over_its_moment_and_its_salt() {
        let at: Timestamp = "2019-07-01T00:41:48.9Z".parse().unwrap();
        let header = solapi().authorization(at, "jqsba2jxjnrjor");
        let said =
            "HMAC-SHA256 apiKey=NCSAYU7YDBXYORXC, date=2019-07-01T00:41:48Z, salt=jqsba2jxjnrjor, signature=";
        let signature = header.strip_prefix(said).unwrap();
        assert!(signature.len() == 64 && signature.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(solapi().authorization(at, "jqsba2jxjnrjos").rsplit('=').next(), Some(signature));
    }

    #[test]
    fn numbers_kinds_and_letters_are_those_of_the_country() {
        let message = |to: &str, text: &str| TextMessage {
            id: "1".to_owned(),
            to: to.to_owned(),
            text: text.to_owned(),
            at: Timestamp::UNIX_EPOCH,
        };
        let body = |to: &str, text: &str| solapi().body(&message(to, text)).unwrap()["messages"][0].clone();
        let short = body("+821012345678", "₩9,000 – 준비");
        assert_eq!((&short["to"], &short["country"]), (&json!("01012345678"), &json!("82")));
        assert_eq!((&short["text"], &short["type"]), (&json!("￦9,000 - 준비"), &json!("SMS")));
        assert_eq!(short["from"], "029302266");
        let long = body("+821012345678", &"가".repeat(46));
        assert_eq!((&long["type"], &long["subject"]), (&json!("LMS"), &json!("제자리")));
        let abroad = body("+12015550123", &"a".repeat(100));
        assert_eq!((&abroad["to"], &abroad["country"]), (&json!("2015550123"), &json!("1")));
        assert_eq!(abroad["type"], "SMS");
        assert!(matches!(solapi().body(&message("010", "a")), Err(Undelivered::Final(_))));
    }
}
