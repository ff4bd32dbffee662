//! Stripe's objects in our words.

use onshelf_shop::{Hint, RefundStanding, RefundStatement, Standing, Statement};
use onshelf_vocabulary::{Currency, Money};
use serde_json::Value;

pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer).and_then(Value::as_str)
}

/// In minor units. Below nothing there is no amount.
fn amount(object: &Value, pointer: &str) -> Option<i64> {
    object.pointer(pointer).and_then(Value::as_i64).filter(|amount| *amount >= 0)
}

/// How a Checkout Session stands, its payment intent and the latest charge expanded. An error says what is missing.
pub fn statement(session: &Value) -> Result<Statement, &'static str> {
    let provider_id = text(session, "/id").ok_or("answered a session without a name")?;
    let reference = text(session, "/client_reference_id").unwrap_or_default();
    let paid = text(session, "/payment_intent/status") == Some("succeeded");
    let received = amount(session, "/payment_intent/amount_received").unwrap_or(0);
    let over = text(session, "/status") == Some("expired")
        || text(session, "/payment_intent/status") == Some("canceled");
    let standing = match (paid && received > 0, over) {
        (true, _) => Standing::Captured,
        (false, true) => Standing::Void,
        (false, false) => Standing::Open,
    };
    if standing == Standing::Open && text(session, "/payment_status") == Some("paid") {
        return Err("says a session is paid and does not show the money");
    }
    let (captured, named) = match standing {
        Standing::Captured => (received, text(session, "/payment_intent/currency")),
        Standing::Open | Standing::Void => (0, text(session, "/currency")),
    };
    let currency = named.and_then(Currency::from_code).ok_or("names a currency we do not have")?;
    let refunded = amount(session, "/payment_intent/latest_charge/amount_refunded");
    if standing == Standing::Captured && refunded.is_none() {
        return Err("does not show what was refunded");
    }
    Ok(Statement {
        reference: reference.to_owned(),
        provider_id: provider_id.to_owned(),
        standing,
        captured: Money::new(captured, currency),
        refunded: refunded.filter(|_| standing == Standing::Captured).unwrap_or(0),
    })
}

/// How a refund stands. Its key is the one we wrote into it; what was made on Stripe's own pages has none.
pub fn refund(refund: &Value) -> Result<RefundStatement, &'static str> {
    let name = text(refund, "/id").ok_or("answered a refund without a name")?;
    let amount = amount(refund, "/amount").ok_or("shows a refund without an amount")?;
    let standing = match text(refund, "/status") {
        Some("succeeded") => RefundStanding::Done,
        Some("failed" | "canceled") => RefundStanding::Failed,
        // pending, requires_action
        _ => RefundStanding::Pending,
    };
    let key = text(refund, "/metadata/key").map(str::to_owned);
    Ok(RefundStatement { name: name.to_owned(), key, amount, standing })
}

/// When a session's money was taken, in Unix seconds.
pub(super) fn captured_at(session: &Value) -> Option<i64> {
    let paid = text(session, "/payment_intent/status") == Some("succeeded");
    session.pointer("/payment_intent/latest_charge/created").and_then(Value::as_i64).filter(|_| paid)
}

/// What an event is about. Our reference stands in a session itself, and in the metadata of all else we made. What is of
/// another account than ours, as platforms are told, is about nothing of ours.
pub(super) fn hint(body: &[u8]) -> Option<Hint> {
    let event: Value = serde_json::from_slice(body).ok()?;
    let name = text(&event, "/id").filter(|id| !id.is_empty() && id.len() <= 255)?;
    text(&event, "/type")?;
    let reference = text(&event, "/data/object/client_reference_id")
        .or_else(|| text(&event, "/data/object/metadata/reference"));
    let reference = reference.filter(|_| text(&event, "/account").is_none());
    Some(Hint { event: name.to_owned(), reference: reference.map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn below_nothing_there_is_no_amount() {
        let session = |received: i64, refunded: i64| {
            json!({ "id": "cs_1", "currency": "krw", "payment_intent": {
                "status": "succeeded", "amount_received": received, "currency": "krw",
                "latest_charge": { "amount_refunded": refunded },
            } })
        };
        let money = |session: &Value| {
            statement(session).map(|statement| (statement.captured.amount, statement.refunded))
        };
        assert_eq!(money(&session(9_000, 500)), Ok((9_000, 500)));
        assert_eq!(money(&session(9_000, -500)), Err("does not show what was refunded"));
        assert_eq!(money(&session(-9_000, 0)), Ok((0, 0)), "nothing was captured");
        let made = |amount: i64| json!({ "id": "re_1", "amount": amount, "status": "succeeded" });
        assert_eq!(refund(&made(500)).map(|refund| refund.amount), Ok(500));
        for amount in [-1, i64::MIN] {
            assert_eq!(refund(&made(amount)), Err("shows a refund without an amount"), "{amount}");
        }
    }
}
