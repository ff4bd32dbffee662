//! One call to a provider, told apart by what it means for the caller: done, refused, or nobody knows.

use std::{sync::Arc, time::Duration};

use onshelf_shop::{Clock, PaymentFault};
use reqwest::{
    Client, RequestBuilder, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;
use url::form_urlencoded;

use super::clock::TheirClock;
use crate::outward;

/// Bytes of an answer that are read; a page of a provider's list is far below it.
const ANSWER: usize = 8 * 1024 * 1024;

/// What a provider answered for good.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    Done(Value),
    /// 4xx that will not change by itself, with the provider's code for it.
    Refused {
        status: u16,
        code: String,
    },
}

/// The way to one provider.
pub(super) struct Wire {
    who: &'static str,
    /// Without a slash at the end.
    url: String,
    client: Client,
    pub(super) time: TheirClock,
}

impl Wire {
    /// `headers` go with every call; keys in them are marked sensitive by the caller.
    pub(super) fn new(
        who: &'static str,
        url: &str,
        headers: HeaderMap,
        timeout: Duration,
        clock: Arc<dyn Clock>,
    ) -> Result<Wire, reqwest::Error> {
        let client = outward::client(timeout).default_headers(headers).build()?;
        let time = TheirClock::new(who, clock);
        Ok(Wire { who, url: url.trim_end_matches('/').to_owned(), client, time })
    }

    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    /// A call that changes something, once for each key.
    pub(super) fn post(&self, path: &str, key: Option<&str>) -> RequestBuilder {
        let request = self.client.post(format!("{}{path}", self.url));
        match key {
            Some(key) => request.header(HeaderName::from_static("idempotency-key"), key),
            None => request,
        }
    }

    #[tracing::instrument(target = "otel", level = "debug", name = "provider call", skip_all, fields(otel.kind = "client", peer.service = self.who))]
    pub(super) async fn call(&self, request: RequestBuilder) -> Result<Answer, PaymentFault> {
        let response = request.send().await.map_err(|error| self.broke(&error))?;
        self.time.note(response.headers());
        let status = response.status();
        let body = self.read(response).await?;
        let json = serde_json::from_slice::<Value>(&body);
        match (status, json) {
            (status, Ok(json)) if status.is_success() => Ok(Answer::Done(json)),
            (status, _) if status.is_success() => Err(self.passing("answered what is no JSON")),
            (status, json) if status.is_client_error() && !is_passing(status) => {
                let code = json.ok().as_ref().and_then(code_of).unwrap_or_default();
                Ok(Answer::Refused { status: status.as_u16(), code })
            }
            (status, _) => Err(self.passing(&format!("answered {}", status.as_u16()))),
        }
    }

    /// An answer that must be the provider's yes.
    pub(super) async fn done(&self, request: RequestBuilder) -> Result<Value, PaymentFault> {
        match self.call(request).await? {
            Answer::Done(json) => Ok(json),
            Answer::Refused { status, code } => Err(self.refusal(status, &code)),
        }
    }

    /// Reads the truth: where our key is not accepted nothing was learned, so nothing is refused either.
    pub(super) async fn read_truth(&self, request: RequestBuilder) -> Result<Value, PaymentFault> {
        match self.call(request).await? {
            Answer::Done(json) => Ok(json),
            Answer::Refused { status: status @ (401 | 403), .. } => {
                Err(self.passing(&format!("does not accept our key ({status})")))
            }
            Answer::Refused { status, code } => Err(self.refusal(status, &code)),
        }
    }

    pub(super) fn passing(&self, what: &str) -> PaymentFault {
        PaymentFault::Passing(format!("{} {what}", self.who))
    }

    pub(super) fn refused(&self, what: &str) -> PaymentFault {
        PaymentFault::Refused(format!("{}: {what}", self.who))
    }

    pub(super) fn refusal(&self, status: u16, code: &str) -> PaymentFault {
        PaymentFault::Refused(format!("{} answered {status} {code}", self.who).trim_end().to_owned())
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Vec<u8>, PaymentFault> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broke(&error))? {
            if body.len() + chunk.len() > ANSWER {
                return Err(self.passing("answered without end"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// The error's own text may hold the address, and with it a payment's name.
    fn broke(&self, error: &reqwest::Error) -> PaymentFault {
        self.passing(if error.is_timeout() {
            "did not answer in time"
        } else if error.is_connect() {
            "could not be reached"
        } else {
            "broke the connection"
        })
    }
}

/// A name as one part of a path, whatever is in it: only in a query is `+` a space.
pub(super) fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// A key as a header that is shown in no log.
pub(super) fn sensitive(text: &str) -> Result<HeaderValue, reqwest::header::InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(text)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Too slow, under way already, too early, too often: the same call may be answered otherwise later.
fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 409 | 425 | 429)
}

/// The provider's word for a refusal, where it is one that can stand in a log: `error.code` or `error.type` as Stripe
/// has it, `code` as Toss does.
fn code_of(json: &Value) -> Option<String> {
    let code = ["/error/code", "/error/type", "/code"]
        .into_iter()
        .find_map(|pointer| json.pointer(pointer).and_then(Value::as_str))?;
    let is_code = code.len() <= 80 && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_code.then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_part_of_a_path() {
        for (name, part) in [
            ("cs_test_a1B2-c3.D4", "cs_test_a1B2-c3.D4"),
            ("a b+c", "a%20b%2Bc"),
            ("../refunds?x=1#y", "..%2Frefunds%3Fx%3D1%23y"),
            ("값%", "%EA%B0%92%25"),
        ] {
            assert_eq!(segment(name), part);
        }
    }
}
