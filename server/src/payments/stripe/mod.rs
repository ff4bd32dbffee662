//! Stripe: a Checkout Session a payment, paid on Stripe's own page. The session is what we keep the name of; the
//! money is read from its payment intent.

pub mod reading;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use onshelf_shop::{
    BadWebhook, Clock, Hint, Intent, Opened, PaymentFault, PaymentProvider, RefundCall, RefundStatement,
    Statement,
};
use onshelf_vocabulary::payments::ProviderCode;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::{
    signed,
    wire::{Answer, Wire, segment, sensitive},
};

/// The version of Stripe's interface this client was written for.
pub const VERSION: &str = "2024-06-20";

/// A session must stay payable for half an hour, counted from when it is made, by Stripe's clock. Ours may end sooner,
/// so that [`PaymentProvider::close`] is what ends it. It hangs on the intent and on how far the clocks are apart, and
/// on nothing else: a repeated call has to be the same call.
const LONGER: SignedDuration = SignedDuration::from_mins(31);
/// A session lives a day at most, so what was captured since a moment was opened no earlier than this before.
const SESSION: SignedDuration = SignedDuration::from_hours(25);
const PAGE: &str = "100";
/// Pages of a list that are followed; a hundred thousand entries are more than a reconciliation asks for.
const PAGES: usize = 1_000;

/// How to reach an account.
#[derive(Clone)]
pub struct Access {
    /// Such as `https://api.stripe.com`.
    pub url: String,
    pub key: String,
    /// `whsec_…` of the endpoint `/webhooks/stripe`.
    pub webhook_secret: String,
    pub timeout: Duration,
    pub clock: Arc<dyn Clock>,
}

pub struct Stripe {
    wire: Wire,
    webhook_secret: String,
}

impl Stripe {
    pub fn new(access: Access) -> Result<Stripe, Box<dyn std::error::Error + Send + Sync>> {
        let headers = HeaderMap::from_iter([
            (AUTHORIZATION, sensitive(&format!("Bearer {}", access.key))?),
            (HeaderName::from_static("stripe-version"), HeaderValue::from_static(VERSION)),
        ]);
        let wire = Wire::new("Stripe", &access.url, headers, access.timeout, access.clock)?;
        Ok(Stripe { wire, webhook_secret: access.webhook_secret })
    }

    async fn session(&self, id: &str) -> Result<Value, PaymentFault> {
        let path = format!("/v1/checkout/sessions/{}", segment(id));
        let request = self.wire.get(&path).query(&[("expand[]", "payment_intent.latest_charge")]);
        self.wire.read_truth(request).await
    }

    fn read(&self, session: &Value) -> Result<Statement, PaymentFault> {
        reading::statement(session).map_err(|what| self.wire.passing(what))
    }

    /// The session that was made under this reference with other words, as when a title has changed since.
    async fn opened_before(&self, intent: &Intent) -> Result<Option<Value>, PaymentFault> {
        let ends = self.wire.time.there(intent.expires_at);
        let since = ends.saturating_sub(SESSION).map_or(0, Timestamp::as_second);
        let query = vec![("created[gte]".to_owned(), since.to_string())];
        let sessions = self.list("/v1/checkout/sessions", query).await?;
        let is_it = |session: &Value| {
            reading::text(session, "/client_reference_id") == Some(&*intent.reference)
                && session.get("amount_total").and_then(Value::as_i64) == Some(intent.amount.amount)
        };
        Ok(sessions.into_iter().find(is_it))
    }

    /// All that was given back of an intent, however long ago: Stripe itself forgets keys after a day.
    async fn refunds_of(&self, intent: &str) -> Result<Vec<RefundStatement>, PaymentFault> {
        let query = vec![("payment_intent".to_owned(), intent.to_owned())];
        let list = self.list("/v1/refunds", query).await?;
        list.iter().map(|refund| self.read_refund(refund)).collect()
    }

    fn read_refund(&self, refund: &Value) -> Result<RefundStatement, PaymentFault> {
        reading::refund(refund).map_err(|what| self.wire.passing(what))
    }

    /// All pages of a list.
    async fn list(&self, path: &str, query: Vec<(String, String)>) -> Result<Vec<Value>, PaymentFault> {
        let mut found: Vec<Value> = Vec::new();
        for _ in 0..PAGES {
            let last = found.last().and_then(|entry| reading::text(entry, "/id")).map(str::to_owned);
            let after: Vec<_> = last.into_iter().map(|id| ("starting_after", id)).collect();
            let request = self.wire.get(path).query(&query).query(&[("limit", PAGE)]).query(&after);
            let page = self.wire.read_truth(request).await?;
            let Some(entries) = page.get("data").and_then(Value::as_array) else {
                return Err(self.wire.passing("answered a list without entries"));
            };
            found.extend(entries.iter().cloned());
            if entries.is_empty() || page.get("has_more") != Some(&Value::Bool(true)) {
                return Ok(found);
            }
        }
        Err(self.wire.passing("has a list without end"))
    }
}

#[async_trait]
impl PaymentProvider for Stripe {
    fn code(&self) -> ProviderCode {
        ProviderCode::Stripe
    }

    async fn open(&self, intent: &Intent) -> Result<Opened, PaymentFault> {
        if self.wire.time.ahead().is_none() {
            // The first call of this process: what Stripe's clock says is not known yet.
            let any = self.wire.get("/v1/checkout/sessions").query(&[("limit", "1")]);
            self.wire.read_truth(any).await?;
        }
        let form = session_form(intent, self.wire.time.there(intent.expires_at));
        let key = format!("open-{}", intent.reference);
        let request = self.wire.post("/v1/checkout/sessions", Some(&key)).form(&form);
        let session = match self.wire.call(request).await? {
            Answer::Done(session) => session,
            Answer::Refused { status, code } if code == "idempotency_error" => {
                let made = self.opened_before(intent).await?;
                made.ok_or_else(|| self.wire.refusal(status, &code))?
            }
            Answer::Refused { status, code } => return Err(self.wire.refusal(status, &code)),
        };
        match (reading::text(&session, "/id"), reading::text(&session, "/url")) {
            (Some(id), Some(url)) => Ok(Opened { provider_id: id.to_owned(), redirect_url: url.to_owned() }),
            _ => Err(self.wire.passing("answered a session without an address")),
        }
    }

    async fn statement(&self, _reference: &str, provider_id: &str) -> Result<Statement, PaymentFault> {
        self.read(&self.session(provider_id).await?)
    }

    async fn close(&self, reference: &str, provider_id: &str) -> Result<Statement, PaymentFault> {
        let path = format!("/v1/checkout/sessions/{}/expire", segment(provider_id));
        // Refused where it is over already; how it ended, the statement says.
        match self.wire.call(self.wire.post(&path, None)).await? {
            Answer::Refused { status: status @ (401 | 403 | 404), code } => {
                return Err(self.wire.passing(&format!("did not close a session: {status} {code}")));
            }
            Answer::Done(_) | Answer::Refused { .. } => {}
        }
        self.statement(reference, provider_id).await
    }

    async fn refund(&self, call: &RefundCall) -> Result<RefundStatement, PaymentFault> {
        let session = self.session(&call.provider_id).await?;
        let captured = self.read(&session)?.captured;
        let Some(intent) = reading::text(&session, "/payment_intent/id") else {
            return Err(self.wire.refused("nothing was captured"));
        };
        if captured.currency != call.amount.currency {
            return Err(self.wire.refused("the refund is in another currency than the payment"));
        }
        let before = self.refunds_of(intent).await?;
        if let Some(made) = before.into_iter().find(|made| made.key.as_deref() == Some(call.key.as_str())) {
            return Ok(made);
        }
        let form = refund_form(call, intent);
        let request = self.wire.post("/v1/refunds", Some(&format!("refund-{}", call.key)));
        match self.wire.call(request.form(&form)).await? {
            Answer::Done(made) => self.read_refund(&made),
            Answer::Refused { status: status @ (401 | 403), .. } => {
                Err(self.wire.passing(&format!("does not accept our key ({status})")))
            }
            Answer::Refused { status, code } => Err(self.wire.refusal(status, &code)),
        }
    }

    async fn refunds(
        &self,
        _reference: &str,
        provider_id: &str,
    ) -> Result<Vec<RefundStatement>, PaymentFault> {
        let session = self.session(provider_id).await?;
        match reading::text(&session, "/payment_intent/id") {
            Some(intent) => self.refunds_of(intent).await,
            None => Ok(Vec::new()),
        }
    }

    fn hint(
        &self,
        header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Hint, BadWebhook> {
        let now = self.wire.time.there(now);
        signed::verify(&self.webhook_secret, header("stripe-signature").as_deref(), body, now)?;
        reading::hint(body).ok_or(BadWebhook::Unreadable)
    }

    fn signs(&self) -> bool {
        true
    }

    async fn captured_since(&self, since: Timestamp) -> Result<Vec<Statement>, PaymentFault> {
        let since = self.wire.time.there(since);
        let opened = since.saturating_sub(SESSION).map_or(0, Timestamp::as_second);
        let query = [
            ("created[gte]", opened.to_string()),
            ("expand[]", "data.payment_intent.latest_charge".to_owned()),
        ];
        let query = query.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let sessions = self.list("/v1/checkout/sessions", query).await?;
        let captured = sessions
            .iter()
            // What others sell through the same account has no reference of ours.
            .filter(|session| reading::text(session, "/client_reference_id").is_some())
            .filter(|session| reading::captured_at(session).is_some_and(|at| at >= since.as_second()));
        captured.map(|session| self.read(session)).collect()
    }

    fn clock_ahead(&self) -> Option<SignedDuration> {
        self.wire.time.ahead()
    }
}

/// `ends` is when the intent ends, by Stripe's clock.
fn session_form(intent: &Intent, ends: Timestamp) -> Vec<(&'static str, String)> {
    let ends = ends.saturating_add(LONGER).unwrap_or(ends);
    let mut form = vec![
        ("mode", "payment".to_owned()),
        ("submit_type", "pay".to_owned()),
        // Methods that are paid days later would outlive every hold.
        ("payment_method_types[0]", "card".to_owned()),
        ("client_reference_id", intent.reference.clone()),
        ("success_url", intent.return_url.clone()),
        ("cancel_url", intent.cancel_url.clone()),
        ("expires_at", ends.as_second().to_string()),
        ("locale", intent.lang.tag().to_owned()),
        ("line_items[0][quantity]", "1".to_owned()),
        ("line_items[0][price_data][currency]", intent.amount.currency.code().to_lowercase()),
        // Stripe's smallest unit is our minor unit in every currency we have: KRW and JPY have no decimals.
        ("line_items[0][price_data][unit_amount]", intent.amount.amount.to_string()),
        ("line_items[0][price_data][product_data][name]", intent.title.chars().take(250).collect()),
        ("metadata[reference]", intent.reference.clone()),
        ("metadata[order]", intent.order.clone()),
        ("payment_intent_data[metadata][reference]", intent.reference.clone()),
        ("payment_intent_data[metadata][order]", intent.order.clone()),
        ("payment_intent_data[description]", intent.order.clone()),
    ];
    form.extend(intent.email.clone().map(|email| ("customer_email", email)));
    form
}

fn refund_form(call: &RefundCall, intent: &str) -> Vec<(&'static str, String)> {
    vec![
        ("payment_intent", intent.to_owned()),
        ("amount", call.amount.amount.to_string()),
        ("metadata[key]", call.key.clone()),
        ("metadata[reference]", call.reference.clone()),
        ("metadata[reason]", call.reason.chars().take(500).collect()),
    ]
}
