//! Toss Payments' objects in our words.

use onshelf_shop::{Hint, RefundStanding, RefundStatement, Standing, Statement};
use onshelf_vocabulary::{Currency, Money};
use serde_json::Value;

/// Characters of a reason for cancelling.
const REASON: usize = 200;

pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer).and_then(Value::as_str)
}

/// How a payment stands. An error says what is missing.
pub fn statement(payment: &Value) -> Result<Statement, &'static str> {
    let currency = currency_of(payment)?;
    let amount = |pointer| {
        payment.pointer(pointer).and_then(|number| minor(number, currency)).ok_or("shows no amount")
    };
    let standing = match text(payment, "/status").ok_or("shows no status")? {
        "DONE" | "CANCELED" | "PARTIAL_CANCELED" => Standing::Captured,
        "ABORTED" | "EXPIRED" => Standing::Void,
        // READY, IN_PROGRESS, WAITING_FOR_DEPOSIT
        _ => Standing::Open,
    };
    let (captured, refunded) = match standing {
        Standing::Captured => {
            let (total, left) = (amount("/totalAmount")?, amount("/balanceAmount")?);
            if left > total {
                return Err("shows more left than was captured");
            }
            (total, total - left)
        }
        Standing::Open | Standing::Void => (0, 0),
    };
    named(payment, standing, Money::new(captured, currency), refunded)
}

/// A capture as the list of transactions tells it, where nothing was cancelled since.
pub fn captured(transaction: &Value) -> Result<Statement, &'static str> {
    let currency = currency_of(transaction)?;
    let amount =
        transaction.get("amount").and_then(|number| minor(number, currency)).ok_or("shows no amount")?;
    named(transaction, Standing::Captured, Money::new(amount, currency), 0)
}

fn named(
    object: &Value,
    standing: Standing,
    captured: Money,
    refunded: i64,
) -> Result<Statement, &'static str> {
    let name = |pointer| text(object, pointer).map(str::to_owned).ok_or("shows a payment without a name");
    let (reference, provider_id) = (name("/orderId")?, name("/paymentKey")?);
    Ok(Statement { reference, provider_id, standing, captured, refunded })
}

pub(super) fn is_cancel(transaction: &Value) -> bool {
    matches!(text(transaction, "/status"), Some("CANCELED" | "PARTIAL_CANCELED"))
}

fn currency_of(object: &Value) -> Result<Currency, &'static str> {
    let code = text(object, "/currency").unwrap_or("KRW");
    Currency::from_code(code).ok_or("names a currency we do not have")
}

/// A number of theirs in minor units: won are whole, dollars have decimals. No floating point comes near. Below nothing
/// there is no amount.
fn minor(number: &Value, currency: Currency) -> Option<i64> {
    let written = number.as_number()?.to_string();
    let (whole, rest) = written.split_once('.').unwrap_or((&written, ""));
    let decimals = currency.decimals() as usize;
    let (kept, dropped) = (rest.get(..decimals.min(rest.len()))?, rest.get(decimals..).unwrap_or_default());
    if dropped.bytes().any(|digit| digit != b'0') {
        return None;
    }
    format!("{whole}{kept:0<decimals$}").parse::<i64>().ok().filter(|amount| *amount >= 0)
}

/// What a cancellation is made for, with its key at the end.
pub fn reason(reason: &str, key: &str) -> String {
    let mark = mark(key);
    let room = REASON.saturating_sub(mark.chars().count());
    format!("{}{mark}", reason.chars().take(room).collect::<String>())
}

fn mark(key: &str) -> String {
    format!(" [{key}]")
}

/// The key at the end of a reason; what somebody wrote on Toss's own pages may look like one, and is none of ours.
fn marked(reason: &str) -> Option<&str> {
    reason.strip_suffix(']')?.rsplit_once(" [").map(|(_, key)| key)
}

/// All cancellations of a payment.
pub fn refunds(payment: &Value) -> Result<Vec<RefundStatement>, &'static str> {
    let currency = currency_of(payment)?;
    let cancels = payment.get("cancels").and_then(Value::as_array);
    cancels.into_iter().flatten().map(|cancel| refund(cancel, currency)).collect()
}

fn refund(cancel: &Value, currency: Currency) -> Result<RefundStatement, &'static str> {
    let name = text(cancel, "/transactionKey").ok_or("shows a cancellation without a name")?;
    let amount = cancel.get("cancelAmount").and_then(|number| minor(number, currency));
    let standing = match text(cancel, "/cancelStatus") {
        None | Some("DONE") => RefundStanding::Done,
        Some("ABORTED") => RefundStanding::Failed,
        // IN_PROGRESS
        Some(_) => RefundStanding::Pending,
    };
    Ok(RefundStatement {
        name: name.to_owned(),
        key: text(cancel, "/cancelReason").and_then(marked).map(str::to_owned),
        amount: amount.ok_or("shows a cancellation without an amount")?,
        standing,
    })
}

/// What an event is about: `PAYMENT_STATUS_CHANGED` has the payment inside, `DEPOSIT_CALLBACK` its order id at the
/// top. None where it is neither, or names nothing that could be a reference of ours. All that is told of a payment goes
/// by one name: the transmission's own is a header that nobody signed, and could be another one each time.
pub(super) fn hint(body: &[u8]) -> Option<Hint> {
    let event: Value = serde_json::from_slice(body).ok()?;
    let reference = text(&event, "/data/orderId").or_else(|| text(&event, "/orderId"))?;
    let about_payment = text(&event, "/eventType").is_none_or(|kind| kind == "PAYMENT_STATUS_CHANGED");
    if !about_payment || !is_reference(reference) {
        return None;
    }
    Some(Hint { event: reference.to_owned(), reference: Some(reference.to_owned()) })
}

fn is_reference(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_are_read_without_rounding() {
        for (number, currency, amount) in [
            (json!(38_000), Currency::Krw, Some(38_000)),
            (json!(38_000.0), Currency::Krw, Some(38_000)),
            (json!(38_000.5), Currency::Krw, None),
            (json!(544.68), Currency::Usd, Some(54_468)),
            (json!(0.1), Currency::Usd, Some(10)),
            (json!(7), Currency::Usd, Some(700)),
            (json!(0.125), Currency::Usd, None),
            (json!("38000"), Currency::Krw, None),
            (json!(-38_000), Currency::Krw, None),
            (json!(-0.5), Currency::Usd, None),
            (json!(1e300), Currency::Usd, None),
        ] {
            assert_eq!(minor(&number, currency), amount, "{number} {currency:?}");
        }
    }

    #[test]
    fn no_more_is_left_than_was_captured() {
        let payment = |total: i64, left: i64| {
            json!({
                "orderId": "P-1", "paymentKey": "k", "status": "DONE", "totalAmount": total, "balanceAmount": left,
            })
        };
        let refunded = |payment: &Value| statement(payment).map(|statement| statement.refunded);
        assert_eq!(refunded(&payment(38_000, 37_000)), Ok(1_000));
        assert_eq!(refunded(&payment(38_000, 38_001)), Err("shows more left than was captured"));
        assert_eq!(refunded(&payment(i64::MAX, -1)), Err("shows no amount"));
    }

    #[test]
    fn a_reason_keeps_its_key_however_long_it_is() {
        let long = reason(&"가".repeat(500), "rf_1");
        assert_eq!(long.chars().count(), REASON);
        assert!(long.ends_with(" [rf_1]"));
        let payment = json!({ "cancels": [
            { "cancelReason": long, "transactionKey": "T1", "cancelAmount": 500, "cancelStatus": "DONE" },
        ] });
        let refund = RefundStatement {
            name: "T1".to_owned(),
            key: Some("rf_1".to_owned()),
            amount: 500,
            standing: RefundStanding::Done,
        };
        assert_eq!(refunds(&payment), Ok(vec![refund]));
        assert_eq!(refunds(&json!({ "cancels": null })), Ok(Vec::new()));
    }

    #[test]
    fn a_cancellation_stands_as_toss_says_and_has_a_key_only_where_we_made_it() {
        for (reason, status, key, standing) in [
            ("품절 [rf_1]", json!("DONE"), Some("rf_1"), RefundStanding::Done),
            ("고객 변심", json!(null), None, RefundStanding::Done),
            ("품절 [rf_1]", json!("IN_PROGRESS"), Some("rf_1"), RefundStanding::Pending),
            ("품절 [rf_1]", json!("ABORTED"), Some("rf_1"), RefundStanding::Failed),
            ("[rf_1] 품절", json!("DONE"), None, RefundStanding::Done),
        ] {
            let cancel = json!({
                "cancelReason": reason, "cancelStatus": status, "cancelAmount": 1, "transactionKey": "T1",
            });
            let read = refund(&cancel, Currency::Krw).unwrap();
            assert_eq!((read.key.as_deref(), read.standing), (key, standing), "{reason} {status}");
        }
    }
}
