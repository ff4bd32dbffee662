//! The test provider's books: payments opened, paid, refused, closed and refunded, each exactly once, and what is to
//! be told about them.

use jiff::Timestamp;
use onshelf_app::payments::scenario::Scenario;
use onshelf_db::{
    Tx,
    test_provider::{self as rows, Capture, PaymentRow, RefundRow},
};
use onshelf_shop::{
    Chance, Intent, PaymentFault, RefundCall, RefundStanding, RefundStatement, Shop, Standing, Statement,
    SystemChance,
};
use onshelf_vocabulary::{Currency, Money};
use serde_json::json;

/// How late money is that comes late, either way, and how soon what fails does. Milliseconds.
const LATE: i64 = 5_000;
/// How the key of a refund begins that nobody asked for.
const ELSEWHERE: &str = "elsewhere-";
/// How long after the first a webhook comes that should have been the first, in milliseconds.
const BEHIND: i64 = 1_000;
/// What is missing where the wrong amount is taken, in minor units.
const MISSING: i64 = 1_000;

/// Cheap to clone.
#[derive(Clone)]
pub(super) struct Books {
    shop: Shop,
}

/// Who ends a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// The shopper, on the provider's page.
    Refuse,
    /// The shop.
    Close,
}

/// Why the books did not do it.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Database(#[from] onshelf_db::Error),
    #[error("{0}")]
    Refused(&'static str),
}

impl onshelf_db::Failure for Fault {
    fn database(&self) -> Option<&onshelf_db::Error> {
        match self {
            Fault::Database(error) => Some(error),
            Fault::Refused(_) => None,
        }
    }
}

impl From<Fault> for PaymentFault {
    fn from(fault: Fault) -> PaymentFault {
        match fault {
            Fault::Database(error) => PaymentFault::Passing(format!("the test provider: {error}")),
            Fault::Refused(why) => PaymentFault::Refused(format!("the test provider: {why}")),
        }
    }
}

impl Books {
    pub(super) fn new(shop: Shop) -> Books {
        Books { shop }
    }

    pub(super) fn now(&self) -> i64 {
        self.shop.now_ms()
    }

    /// Opens a payment, or finds the one of this reference; answers its name.
    pub(super) async fn open(&self, intent: &Intent) -> Result<String, PaymentFault> {
        let mut id = [0u8; 16];
        SystemChance.fill(&mut id);
        let fresh = PaymentRow {
            provider_id: format!("tp_{}", hex::encode(id)),
            reference: intent.reference.clone(),
            order_number: intent.order.clone(),
            title: intent.title.clone(),
            amount: intent.amount.amount,
            currency: intent.amount.currency.code().to_owned(),
            return_url: intent.return_url.clone(),
            cancel_url: intent.cancel_url.clone(),
            status: "open".to_owned(),
            captured: 0,
            captured_currency: intent.amount.currency.code().to_owned(),
            captured_at: None,
            refunded: 0,
            refunds: "done".to_owned(),
            unanswered: 0,
            opened_at: self.now(),
            expires_at: intent.expires_at.as_millisecond(),
        };
        if fresh.amount <= 0 {
            return Err(Fault::Refused("there is nothing to pay").into());
        }
        let row = self
            .write(move |mut tx| {
                let fresh = fresh.clone();
                Box::pin(async move {
                    if rows::open(&mut tx, &fresh).await? {
                        return Ok(fresh);
                    }
                    let row = rows::payment_of(&mut tx, &fresh.reference).await?;
                    let row = row.ok_or(Fault::Refused("the payment is not there"))?;
                    if (row.amount, &row.currency) != (fresh.amount, &fresh.currency) {
                        return Err(Fault::Refused("the reference was used for another amount"));
                    }
                    Ok(row)
                })
            })
            .await?;
        Ok(row.provider_id)
    }

    pub(super) async fn payment(&self, provider_id: &str) -> Result<Option<PaymentRow>, PaymentFault> {
        let read = async {
            let mut reader = self.shop.db().reader().await?;
            rows::payment(&mut reader.tx(), provider_id).await
        };
        read.await.map_err(|error| Fault::Database(error).into())
    }

    pub(super) async fn statement(&self, provider_id: &str) -> Result<Statement, PaymentFault> {
        let (provider_id, now) = (provider_id.to_owned(), self.now());
        let read = async {
            let mut reader = self.shop.db().reader().await?;
            let mut tx = reader.tx();
            let row = rows::payment(&mut tx, &provider_id).await?;
            let row = row.ok_or(Fault::Refused("the payment is not there"))?;
            let failed = rows::failed_refunds(&mut tx, &provider_id, now).await?;
            statement(&row, failed, now)
        };
        Ok(read.await?)
    }

    /// Takes the money as the scenario has it; false where the payment is open no more.
    pub(super) async fn pay(&self, row: &PaymentRow, scenario: Scenario) -> Result<bool, PaymentFault> {
        let (row, now) = (row.clone(), self.now());
        let paid = self.write(move |mut tx| {
            let row = row.clone();
            Box::pin(async move {
                let (amount, currency) = taken(&row, scenario);
                let capture = Capture {
                    amount,
                    currency: &currency,
                    at: if scenario == Scenario::Late { now + LATE } else { now },
                    unanswered: i64::from(scenario == Scenario::TimeoutAfterCharge),
                    refunds: match scenario {
                        Scenario::RefundLate => "late",
                        Scenario::RefundFails => "fail",
                        _ => "done",
                    },
                };
                if !rows::pay(&mut tx, &row.provider_id, &capture, now).await? {
                    return Ok(false);
                }
                tell_paid(&mut tx, &row, scenario, now).await?;
                if scenario == Scenario::RefundedElsewhere {
                    refund_elsewhere(&mut tx, &row, now).await?;
                }
                Ok(true)
            })
        });
        Ok(paid.await?)
    }

    /// Ends an open payment; false where it was open no more.
    pub(super) async fn end(&self, provider_id: &str, call: Call) -> Result<bool, PaymentFault> {
        let (provider_id, now) = (provider_id.to_owned(), self.now());
        let ended = self.write(move |mut tx| {
            let provider_id = provider_id.clone();
            Box::pin(async move {
                let status = match call {
                    Call::Refuse => "refused",
                    Call::Close => "closed",
                };
                let ended = rows::end(&mut tx, &provider_id, status).await?;
                if ended && call == Call::Refuse {
                    let row = rows::payment(&mut tx, &provider_id).await?;
                    let row = row.ok_or(Fault::Refused("the payment is not there"))?;
                    tell(&mut tx, &row, "refused", now, now).await?;
                }
                Ok(ended)
            })
        });
        Ok(ended.await?)
    }

    /// Gives money back once for each key.
    pub(super) async fn refund(&self, call: &RefundCall) -> Result<RefundStatement, PaymentFault> {
        let (call, now) = (call.clone(), self.now());
        let made = self.write(move |mut tx| {
            let call = call.clone();
            Box::pin(async move {
                if let Some(made) = rows::refund(&mut tx, &call.key).await? {
                    let same = made.provider_id == call.provider_id && made.amount == call.amount.amount;
                    return if same {
                        Ok(made)
                    } else {
                        Err(Fault::Refused("the key was used for another refund"))
                    };
                }
                let row = rows::payment(&mut tx, &call.provider_id).await?;
                let row = row.ok_or(Fault::Refused("the payment is not there"))?;
                if row.captured_currency != call.amount.currency.code() || call.amount.amount <= 0 {
                    return Err(Fault::Refused("that cannot be refunded"));
                }
                let mut refund = RefundRow {
                    id: 0,
                    provider_id: call.provider_id.clone(),
                    key: call.key.clone(),
                    amount: call.amount.amount,
                    arrives_at: if row.refunds == "late" { now + LATE } else { now },
                    fails_at: (row.refunds == "fail").then_some(now + LATE),
                };
                let made = rows::add_refund(&mut tx, &refund, now).await?;
                refund.id = made.ok_or(Fault::Refused("more than is left of what was captured"))?;
                tell_refunded(&mut tx, &row, &refund, now).await?;
                Ok(refund)
            })
        });
        Ok(given_back(made.await?, now))
    }

    pub(super) async fn refunds(&self, provider_id: &str) -> Result<Vec<RefundStatement>, PaymentFault> {
        let read = async {
            let mut reader = self.shop.db().reader().await?;
            rows::refunds_of(&mut reader.tx(), provider_id).await
        };
        let (made, now) = (read.await.map_err(Fault::Database)?, self.now());
        Ok(made.into_iter().map(|refund| given_back(refund, now)).collect())
    }

    pub(super) async fn leaves_unanswered(&self, provider_id: &str) -> Result<bool, PaymentFault> {
        // Nearly never: one look tells without a write.
        if self.payment(provider_id).await?.is_none_or(|row| row.unanswered == 0) {
            return Ok(false);
        }
        let provider_id = provider_id.to_owned();
        let silent = self.write(move |mut tx| {
            let provider_id = provider_id.clone();
            Box::pin(async move { Ok(rows::leave_unanswered(&mut tx, &provider_id).await?) })
        });
        Ok(silent.await?)
    }

    pub(super) async fn captured_since(&self, since: Timestamp) -> Result<Vec<Statement>, PaymentFault> {
        let now = self.now();
        let read = async {
            let mut reader = self.shop.db().reader().await?;
            let mut tx = reader.tx();
            let mut found = Vec::new();
            for row in rows::captured_between(&mut tx, since.as_millisecond(), now).await? {
                let failed = rows::failed_refunds(&mut tx, &row.provider_id, now).await?;
                found.push(statement(&row, failed, now)?);
            }
            Ok::<_, Fault>(found)
        };
        Ok(read.await?)
    }

    async fn write<T, F>(&self, unit: F) -> Result<T, Fault>
    where
        F: for<'c> Fn(Tx<'c>) -> onshelf_db::Work<'c, T, Fault> + Send + Sync + 'static,
        T: Send + 'static,
    {
        self.shop.db().write(unit).await
    }
}

/// How a refund stands at a moment.
fn given_back(refund: RefundRow, now: i64) -> RefundStatement {
    let standing = if refund.fails_at.is_some_and(|at| at <= now) {
        RefundStanding::Failed
    } else if refund.arrives_at > now {
        RefundStanding::Pending
    } else {
        RefundStanding::Done
    };
    let name = format!("tr_{}", refund.id);
    let key = Some(refund.key).filter(|key| !key.starts_with(ELSEWHERE));
    RefundStatement { name, key, amount: refund.amount, standing }
}

/// How a payment stands at a moment, where so much of what went back has come back: money that is under way is not there
/// yet, and can be closed no more.
fn statement(row: &PaymentRow, failed: i64, now: i64) -> Result<Statement, Fault> {
    let is_there = row.captured_at.is_some_and(|at| at <= now);
    let standing = match row.status.as_str() {
        "paid" if is_there => Standing::Captured,
        "paid" => Standing::Open,
        "open" if row.expires_at > now => Standing::Open,
        _ => Standing::Void,
    };
    let code = if is_there { &row.captured_currency } else { &row.currency };
    let currency = Currency::from_code(code).ok_or(Fault::Refused("the currency is not known"))?;
    Ok(Statement {
        reference: row.reference.clone(),
        provider_id: row.provider_id.clone(),
        standing,
        captured: Money::new(if is_there { row.captured } else { 0 }, currency),
        refunded: row.refunded - failed,
    })
}

/// What is taken of the shopper, which is not always what was asked.
fn taken(row: &PaymentRow, scenario: Scenario) -> (i64, String) {
    match scenario {
        Scenario::WrongAmount if row.amount > MISSING => (row.amount - MISSING, row.currency.clone()),
        Scenario::WrongAmount => (row.amount + MISSING, row.currency.clone()),
        Scenario::WrongCurrency => {
            let other = if row.currency == Currency::Krw.code() { Currency::Usd } else { Currency::Krw };
            (row.amount, other.code().to_owned())
        }
        _ => (row.amount, row.currency.clone()),
    }
}

async fn tell_paid(
    tx: &mut Tx<'_>,
    row: &PaymentRow,
    scenario: Scenario,
    now: i64,
) -> Result<(), onshelf_db::Error> {
    match scenario {
        Scenario::NoWebhook => return Ok(()),
        Scenario::Reordered => {
            tell(tx, row, "captured", now, now).await?;
            tell(tx, row, "opened", now + BEHIND, now).await?;
        }
        Scenario::Late => {
            tell(tx, row, "opened", now, now).await?;
            tell(tx, row, "captured", now + LATE, now + LATE).await?;
        }
        Scenario::Duplicate => {
            for event in ["opened", "opened", "captured", "captured"] {
                tell(tx, row, event, now, now).await?;
            }
        }
        _ => {
            tell(tx, row, "opened", now, now).await?;
            tell(tx, row, "captured", now, now).await?;
        }
    }
    Ok(())
}

/// Some of the money goes back, and nobody of the shop has asked for it; it is told a while later.
async fn refund_elsewhere(tx: &mut Tx<'_>, row: &PaymentRow, now: i64) -> Result<(), onshelf_db::Error> {
    let refund = RefundRow {
        id: 0,
        provider_id: row.provider_id.clone(),
        key: format!("{ELSEWHERE}{}", row.provider_id),
        amount: row.amount.min(MISSING),
        arrives_at: now,
        fails_at: None,
    };
    if let Some(id) = rows::add_refund(tx, &refund, now).await? {
        tell(tx, row, &format!("refunded_{id}"), now + LATE, now + LATE).await?;
    }
    Ok(())
}

async fn tell_refunded(
    tx: &mut Tx<'_>,
    row: &PaymentRow,
    refund: &RefundRow,
    now: i64,
) -> Result<(), onshelf_db::Error> {
    let at = refund.arrives_at.max(now);
    tell(tx, row, &format!("refunded_{}", refund.id), at, at).await?;
    if let Some(at) = refund.fails_at {
        tell(tx, row, &format!("failed_{}", refund.id), at, at).await?;
    }
    Ok(())
}

/// Writes down a webhook that is to be sent at `due_at`. One thing that happened to a payment is one event.
async fn tell(
    tx: &mut Tx<'_>,
    row: &PaymentRow,
    what: &str,
    due_at: i64,
    at: i64,
) -> Result<(), onshelf_db::Error> {
    let event = format!("evt_{what}_{}", row.provider_id);
    let kind = what.split('_').next().unwrap_or(what);
    let body = json!({
        "id": event,
        "type": format!("payment.{kind}"),
        "created": at / 1_000,
        "data": { "id": row.provider_id, "reference": row.reference },
    });
    rows::queue_webhook(tx, &event, &body.to_string(), due_at).await
}
