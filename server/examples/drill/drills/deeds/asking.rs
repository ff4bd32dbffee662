//! How a client asks: under one key until an answer settles it, so that however often it arrives it is done once.

use std::time::{Duration, Instant};

use onshelf_shop::{Clock, SystemClock};
use rand::Rng;
use reqwest::{Method, StatusCode, header};
use serde_json::Value;

use super::{Client, Cut};

/// A deed that finds no answer for this long is reported.
const PATIENCE: Duration = Duration::from_secs(90);

/// What goes with a request.
#[derive(Clone, Debug)]
pub(super) enum Sent {
    Nothing,
    Json(Value),
    /// As a page's form sends it.
    Form(String),
}

pub(super) struct Request<'a> {
    pub method: Method,
    pub path: &'a str,
    pub token: Option<&'a str>,
    pub key: &'a str,
    pub sent: Sent,
    /// Was settled before, and is asked once more.
    pub again: bool,
}

/// An answer that settles a deed.
pub(super) struct Answer {
    pub status: StatusCode,
    pub body: Value,
    pub location: String,
}

impl Answer {
    pub fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn number(&self, pointer: &str) -> i64 {
        self.body.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
    }

    /// Whether it is the problem of this name.
    pub fn is_problem(&self, name: &str) -> bool {
        self.text("/type").ends_with(&format!("/{name}"))
    }
}

impl<'a> Request<'a> {
    pub fn post(path: &'a str, key: &'a str, body: Value) -> Request<'a> {
        Request { method: Method::POST, path, token: None, key, sent: Sent::Json(body), again: false }
    }

    pub fn get(path: &'a str) -> Request<'a> {
        Request { method: Method::GET, path, token: None, key: "none", sent: Sent::Nothing, again: false }
    }

    pub fn by(self, token: &'a str) -> Request<'a> {
        Request { token: Some(token), ..self }
    }

    pub fn again(self) -> Request<'a> {
        Request { again: true, ..self }
    }
}

impl Client {
    /// Sends until an answer settles it, or nobody is left to answer.
    pub(super) async fn send(&mut self, request: &Request<'_>) -> Option<Answer> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE && !self.course.is_given_up() {
            let asked = Instant::now();
            match self.attempt(request).await {
                Ok(answer) if self.is_settled(&answer) => {
                    self.memory.slowest = self.memory.slowest.max(asked.elapsed());
                    return Some(answer);
                }
                Ok(_) => {}
                Err(error) => {
                    self.note_silence(request, &error, asked.elapsed());
                    self.node = (self.node + 1) % self.course.addresses.len();
                }
            }
            self.memory.repeated += 1;
            let pause = self.chance.random_range(10..120);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        None
    }

    /// A connection that could not be made carried nothing. Any other may have been read before it ended.
    fn note_silence(&mut self, request: &Request<'_>, error: &reqwest::Error, waited: Duration) {
        if error.is_connect() {
            self.memory.unheard += 1;
        } else if request.method != Method::GET && !request.again {
            let at = SystemClock.now().as_millisecond();
            self.memory.cut.push(Cut { key: request.key.to_owned(), at, waited });
        }
    }

    fn is_settled(&mut self, answer: &Answer) -> bool {
        match answer.status.as_u16() {
            503 => {
                self.memory.put_off += 1;
                self.course.count_put_off();
                false
            }
            409 if answer.is_problem("in-flight") => false,
            // Who asks for the same ten times a second while nothing answers is told to wait, which is no answer either.
            429 if answer.is_problem("rate-limited") => false,
            500..=599 => {
                let text = format!("a fault instead of 503: {} {}", answer.status, answer.body);
                self.memory.strange.push(text);
                false
            }
            _ => true,
        }
    }

    async fn attempt(&mut self, asked: &Request<'_>) -> Result<Answer, reqwest::Error> {
        let url = format!("http://{}{}", self.course.addresses[self.node], asked.path);
        let [a, b, c]: [u8; 3] = self.chance.random();
        let mut request = self
            .http
            .request(asked.method.clone(), url)
            .header("idempotency-key", asked.key)
            .header("x-forwarded-for", format!("10.{a}.{b}.{c}"));
        request = match &asked.sent {
            Sent::Nothing => request,
            Sent::Json(body) => request.json(body),
            Sent::Form(body) => {
                request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body.clone())
            }
        };
        if let Some(token) = asked.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await?;
        let status = response.status();
        if status == StatusCode::SERVICE_UNAVAILABLE && !response.headers().contains_key(header::RETRY_AFTER)
        {
            self.memory.strange.push("a 503 without Retry-After".to_owned());
        }
        let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let location = location.unwrap_or_default().to_owned();
        // An answer that breaks off is no answer.
        let text = response.text().await?;
        // Of a page nobody here reads more than its status.
        let body =
            serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.chars().take(200).collect()));
        Ok(Answer { status, body, location })
    }
}
