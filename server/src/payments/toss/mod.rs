//! Toss Payments: the payment window by redirect. Nothing is captured until we confirm it, for exactly the amount we
//! asked: a shopper who authenticated and never came back has paid nothing.

pub mod reading;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use onshelf_shop::{
    BadWebhook, Clock, Hint, Intent, Opened, PaymentFault, PaymentProvider, RefundCall, RefundStatement,
    Standing, Statement,
};
use onshelf_vocabulary::{Currency, Lang, Money, payments::ProviderCode};
use reqwest::header::{ACCEPT_LANGUAGE, AUTHORIZATION, HeaderMap};
use serde_json::{Value, json};

use super::wire::{Answer, Wire, segment, sensitive};
use reading::text;

/// Their dates are those of Seoul, without a zone.
const SEOUL: jiff::tz::Offset = jiff::tz::offset(9);
/// Clocks may be apart by so much without a capture being missed.
const APART: SignedDuration = SignedDuration::from_hours(1);
const PAGE: usize = 1_000;
const PAGES: usize = 1_000;
/// Order ids of theirs have at least so many characters.
const SHORTEST: usize = 6;

/// How to reach an account.
#[derive(Clone)]
pub struct Access {
    /// Such as `https://api.tosspayments.com`.
    pub url: String,
    pub key: String,
    pub timeout: Duration,
    pub clock: Arc<dyn Clock>,
}

pub struct Toss {
    wire: Wire,
    clock: Arc<dyn Clock>,
}

impl Toss {
    pub fn new(access: Access) -> Result<Toss, Box<dyn std::error::Error + Send + Sync>> {
        // The key is the user's name; there is no password.
        let basic = format!("Basic {}", STANDARD.encode(format!("{}:", access.key)));
        let headers = HeaderMap::from_iter([(AUTHORIZATION, sensitive(&basic)?)]);
        let wire = Wire::new("Toss Payments", &access.url, headers, access.timeout, access.clock.clone())?;
        Ok(Toss { wire, clock: access.clock })
    }

    fn read(&self, payment: &Value) -> Result<Statement, PaymentFault> {
        reading::statement(payment).map_err(|what| self.wire.passing(what))
    }

    fn read_refunds(&self, payment: &Value) -> Result<Vec<RefundStatement>, PaymentFault> {
        reading::refunds(payment).map_err(|what| self.wire.passing(what))
    }

    /// The cancellation made under a key, if it was.
    fn cancelled_by(&self, payment: &Value, key: &str) -> Result<Option<RefundStatement>, PaymentFault> {
        let made = self.read_refunds(payment)?;
        Ok(made.into_iter().find(|made| made.key.as_deref() == Some(key)))
    }

    async fn payment(&self, key: &str) -> Result<Value, PaymentFault> {
        self.wire.read_truth(self.wire.get(&format!("/v1/payments/{}", segment(key)))).await
    }

    /// Takes the money the shopper has agreed to. What refuses it is found in how the payment stands afterwards.
    async fn confirm(&self, reference: &str, key: &str, amount: Money) -> Result<Statement, PaymentFault> {
        let body = json!({ "paymentKey": key, "orderId": reference, "amount": amount.amount });
        let once = format!("confirm-{reference}");
        let answer = self.wire.call(self.wire.post("/v1/payments/confirm", Some(&once)).json(&body)).await?;
        let (status, code) = match answer {
            Answer::Done(payment) => return self.read(&payment),
            Answer::Refused { status, code } => (status, code),
        };
        if is_about_our_key(status, &code) || code == "PROVIDER_ERROR" {
            return Err(self.wire.passing(&format!("did not confirm: {status} {code}")));
        }
        let found = self.statement(reference, key).await?;
        match found.standing {
            Standing::Captured | Standing::Void => Ok(found),
            Standing::Open => Err(self.wire.refusal(status, &code)),
        }
    }

    async fn transactions(&self, since: Timestamp) -> Result<Vec<Value>, PaymentFault> {
        let there = |ours: Timestamp| self.wire.time.there(ours);
        let until = there(self.clock.now()).saturating_add(APART).unwrap_or(Timestamp::MAX);
        let mut query = vec![("startDate", in_seoul(there(since))), ("endDate", in_seoul(until))];
        query.push(("limit", PAGE.to_string()));
        let mut found: Vec<Value> = Vec::new();
        for _ in 0..PAGES {
            let last = found.last().and_then(|entry| text(entry, "/transactionKey")).map(str::to_owned);
            let after: Vec<_> = last.into_iter().map(|key| ("startingAfter", key)).collect();
            let request = self.wire.get("/v1/transactions").query(&query).query(&after);
            let page = self.wire.read_truth(request).await?;
            let Some(entries) = page.as_array() else {
                return Err(self.wire.passing("answered transactions that are no list"));
            };
            found.extend(entries.iter().cloned());
            if entries.len() < PAGE {
                return Ok(found);
            }
        }
        Err(self.wire.passing("has a list without end"))
    }
}

#[async_trait]
impl PaymentProvider for Toss {
    fn code(&self) -> ProviderCode {
        ProviderCode::Toss
    }

    async fn open(&self, intent: &Intent) -> Result<Opened, PaymentFault> {
        if intent.amount.currency != Currency::Krw {
            return Err(self.wire.refused("only won are taken"));
        }
        if intent.reference.len() < SHORTEST {
            return Err(self.wire.refused("the reference is too short"));
        }
        let mut body = json!({
            "method": "CARD",
            "amount": intent.amount.amount,
            "currency": "KRW",
            "orderId": intent.reference,
            "orderName": intent.title.chars().take(100).collect::<String>(),
            "successUrl": intent.return_url,
            "failUrl": intent.cancel_url,
            "metadata": { "order": intent.order },
        });
        if let (Some(email), Some(body)) = (&intent.email, body.as_object_mut()) {
            body.insert("customerEmail".to_owned(), email.as_str().into());
        }
        let key = format!("open-{}", intent.reference);
        let request = self.wire.post("/v1/payments", Some(&key)).json(&body);
        let language = match intent.lang {
            Lang::Ko => "ko-KR",
            Lang::En => "en-US",
        };
        let payment = self.wire.done(request.header(ACCEPT_LANGUAGE, language)).await?;
        match (text(&payment, "/paymentKey"), text(&payment, "/checkout/url")) {
            (Some(key), Some(url)) => {
                Ok(Opened { provider_id: key.to_owned(), redirect_url: url.to_owned() })
            }
            _ => Err(self.wire.passing("answered a payment without an address")),
        }
    }

    async fn returned(
        &self,
        reference: &str,
        provider_id: &str,
        amount: Money,
        query: &BTreeMap<String, String>,
    ) -> Result<Statement, PaymentFault> {
        let said = |name: &str| query.get(name).map(String::as_str);
        let is_ours = said("paymentKey") == Some(provider_id) && said("orderId") == Some(reference);
        let is_right = said("amount").and_then(|text| text.parse().ok()) == Some(amount.amount);
        // Anybody can open this address. What does not say what we asked for confirms nothing.
        if is_ours && is_right && amount.currency == Currency::Krw {
            self.confirm(reference, provider_id, amount).await
        } else {
            self.statement(reference, provider_id).await
        }
    }

    async fn statement(&self, _reference: &str, provider_id: &str) -> Result<Statement, PaymentFault> {
        self.read(&self.payment(provider_id).await?)
    }

    /// There is nothing to close: without our confirmation nothing is ever captured.
    async fn close(&self, reference: &str, provider_id: &str) -> Result<Statement, PaymentFault> {
        let mut found = self.statement(reference, provider_id).await?;
        if found.standing == Standing::Open {
            found.standing = Standing::Void;
        }
        Ok(found)
    }

    async fn refund(&self, call: &RefundCall) -> Result<RefundStatement, PaymentFault> {
        if call.amount.currency != Currency::Krw {
            return Err(self.wire.refused("the refund is in another currency than the payment"));
        }
        let path = format!("/v1/payments/{}", segment(&call.provider_id));
        // Their keys are forgotten after fifteen days; the reason carries ours for good.
        let before = self.payment(&call.provider_id).await?;
        if let Some(made) = self.cancelled_by(&before, &call.key)? {
            return Ok(made);
        }
        let reason = reading::reason(&call.reason, &call.key);
        let body = json!({ "cancelReason": reason, "cancelAmount": call.amount.amount });
        let once = format!("refund-{}", call.key);
        let request = self.wire.post(&format!("{path}/cancel"), Some(&once)).json(&body);
        match self.wire.call(request).await? {
            Answer::Done(payment) => self
                .cancelled_by(&payment, &call.key)?
                .ok_or_else(|| self.wire.passing("answered a cancellation it does not show")),
            Answer::Refused { status, code }
                if is_about_our_key(status, &code) || code == "PROVIDER_ERROR" =>
            {
                Err(self.wire.passing(&format!("did not cancel: {status} {code}")))
            }
            Answer::Refused { status, code } => Err(self.wire.refusal(status, &code)),
        }
    }

    async fn refunds(
        &self,
        _reference: &str,
        provider_id: &str,
    ) -> Result<Vec<RefundStatement>, PaymentFault> {
        self.read_refunds(&self.payment(provider_id).await?)
    }

    /// Events about payments carry no signature, so that anybody can send one: it is taken as what it is, a reason to
    /// look, and only where it names something that could be ours.
    fn hint(
        &self,
        _header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
        _now: Timestamp,
    ) -> Result<Hint, BadWebhook> {
        reading::hint(body).ok_or(BadWebhook::Unreadable)
    }

    fn signs(&self) -> bool {
        false
    }

    async fn captured_since(&self, since: Timestamp) -> Result<Vec<Statement>, PaymentFault> {
        let transactions = self.transactions(since).await?;
        let of = |cancelled: bool| {
            let transactions =
                transactions.iter().filter(move |entry| reading::is_cancel(entry) == cancelled);
            transactions.filter_map(|entry| text(entry, "/paymentKey")).collect::<BTreeSet<_>>()
        };
        let cancelled = of(true);
        let mut statements = Vec::new();
        for entry in transactions.iter().filter(|entry| text(entry, "/status") == Some("DONE")) {
            // What is left after cancellations stands in the payment only.
            let key = text(entry, "/paymentKey").unwrap_or_default();
            statements.push(if cancelled.contains(key) {
                self.read(&self.payment(key).await?)?
            } else {
                reading::captured(entry).map_err(|what| self.wire.passing(what))?
            });
        }
        Ok(statements)
    }

    fn clock_ahead(&self) -> Option<SignedDuration> {
        self.wire.time.ahead()
    }
}

/// Refusals that say nothing about the payment: our key was wrong, or is not allowed here.
fn is_about_our_key(status: u16, code: &str) -> bool {
    status == 401 || matches!(code, "UNAUTHORIZED_KEY" | "INVALID_API_KEY" | "INCORRECT_BASIC_AUTH_FORMAT")
}

fn in_seoul(at: Timestamp) -> String {
    at.to_zoned(TimeZone::fixed(SEOUL)).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}
