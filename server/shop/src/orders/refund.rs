//! Giving money back: set apart in the transaction of the deed that causes it, bounded by what was captured, then
//! carried out by a worker with a key of its own, so that nothing goes back twice.

mod charged;
mod followed;
mod lines;
mod owing;

pub(super) use owing::Charges;

use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders::{self, OrderRow},
    payments::{self, Look, PaymentRow, RefundRow, RefundedLineRow},
};
use onshelf_vocabulary::{
    Money,
    cart::{Line, MAX_LINES},
    fulfilment::{Fault, FieldFault},
    orders::OrderRefusal,
};

use self::{
    charged::{Part, parts_of},
    lines::{Wanted, rest_of, wanted_of},
};
use super::pay::pause;
use crate::{
    Book, Error, Once, PaymentFault, RefundCall, RefundStanding, RefundStatement, Result, Shop,
    jobs::{OrderNews, announce_order},
    money::currency_of,
    partners::Partner,
    pulse::Deed,
};

/// How long one that sends keeps others from sending: a call, given up after ten seconds, and what is written then.
/// Milliseconds.
const CLAIM: i64 = 15_000;
/// What is not done after two days a person must look at. Milliseconds.
const GIVEN_UP: i64 = 2 * 86_400_000;
/// The same for what the provider has and has not delivered: banks take days. Milliseconds.
const OVERDUE: i64 = 14 * 86_400_000;

/// How what was set apart to go back stands in our books.
pub(super) fn standing_in_books(refund: &RefundRow) -> RefundStanding {
    match refund.status.as_str() {
        "done" => RefundStanding::Done,
        "failed" => RefundStanding::Failed,
        _ => RefundStanding::Pending,
    }
}

/// Sets `amount` of an order's money apart, from its captured payments in their order; answers how much it was.
/// `subject` makes the keys: the same subject is refunded once.
pub(crate) async fn refund_order(
    tx: &mut Tx<'_>,
    order: &OrderRow,
    subject: &str,
    amount: i64,
    reason: &str,
    now: i64,
) -> Result<i64> {
    if is_refunded(tx, order, subject).await? {
        return Ok(0);
    }
    let prefix = prefix(subject);
    let mut left = amount;
    for payment in payments::of_order(tx, order.id).await? {
        let share = left.min(payment.captured - payment.refunded);
        if share <= 0 || payment.status != "captured" {
            continue;
        }
        let key = format!("{prefix}{}", payment.id);
        if payments::request_refund(tx, payment.id, &key, share, reason, now).await? {
            left -= share;
        }
    }
    Ok(amount - left)
}

/// The same for a whole group that will not be had: what of its money did not go back for its lines before.
pub(crate) async fn refund_rest(
    tx: &mut Tx<'_>,
    order: &OrderRow,
    row: &ReservationRow,
    reason: &str,
    now: i64,
) -> Result<i64> {
    let left = left_of(tx, order).await?;
    let rest = rest_of(tx, order, &row.number, left).await?.unwrap_or(row.asked);
    refund_order(tx, order, &row.number, rest, reason, now).await
}

/// Whether money went back for this subject before.
pub(super) async fn is_refunded(tx: &mut Tx<'_>, order: &OrderRow, subject: &str) -> Result<bool> {
    let prefix = prefix(subject);
    Ok(payments::refunds_of(tx, order.id).await?.iter().any(|refund| refund.key.starts_with(&prefix)))
}

fn prefix(subject: &str) -> String {
    format!("group:{subject}:")
}

impl Shop {
    /// A partner gives back part of an order's money, with or without goods. More than is left is refused. A store's own
    /// till gives back what that store hands over, and no more; an order its store has no part in does not exist for it.
    pub async fn refund(
        &self,
        partner: &Partner,
        once: &Once,
        number: &str,
        amount: Money,
        reason: &str,
    ) -> Result<Money> {
        self.refund_lines(partner, once, number, &[], Some(amount), reason).await
    }

    /// The same for some of its lines: at most what these cost and has not gone back for them, and all they cost
    /// without an amount. Without lines an amount is needed.
    #[tracing::instrument(target = "otel", level = "debug", name = "refund", skip_all)]
    pub async fn refund_lines(
        &self,
        partner: &Partner,
        once: &Once,
        number: &str,
        lines: &[Line],
        amount: Option<Money>,
        reason: &str,
    ) -> Result<Money> {
        partner.may("pos")?;
        refuse(faults_of(amount, lines))?;
        let (once, number, reason, now) = (once.clone(), number.to_owned(), reason.to_owned(), self.now_ms());
        let (book, partner, lines) = (self.book(), partner.clone(), lines.to_vec());
        let refunded = self
            .db()
            .write(move |mut tx| {
                let (once, number, reason) = (once.clone(), number.clone(), reason.clone());
                let (book, partner, lines) = (book.clone(), partner.clone(), lines.clone());
                Box::pin(async move {
                    if let Some(before) = once.before(&mut tx).await? {
                        return Ok::<Money, Error>(before);
                    }
                    let order = orders::by_number(&mut tx, &number).await?.ok_or(Error::NotFound)?;
                    // What goes back with a group at this moment is seen, or waits until this is done.
                    orders::lock(&mut tx, order.id).await?;
                    let groups = fulfilment::of_order(&mut tx, order.id).await?;
                    if !has_part(&book, &partner, &groups) {
                        return Err(Error::NotFound);
                    }
                    let asked = Asked { order: &order, groups: &groups, lines: &lines, amount };
                    let store = partner.store_id(&book);
                    let (amount, shares) = decide(&mut tx, &book, &asked, store).await?;
                    // Of two at once the second begins again, and sees what the first has written.
                    if !orders::advance(&mut tx, order.id, order.version).await? {
                        return Err(onshelf_db::Error::Contended.into());
                    }
                    let subject = subject(&order, store.filter(|_| lines.is_empty()));
                    let done = refund_order(&mut tx, &order, &subject, amount.amount, &reason, now).await?;
                    if done != amount.amount {
                        return Err(onshelf_db::Error::Contended.into());
                    }
                    for (variant_id, value) in shares {
                        let line = RefundedLineRow { variant_id, store_id: store.unwrap_or(0), value };
                        payments::note_refunded_line(&mut tx, order.id, line).await?;
                    }
                    let told = told(&number, &lines);
                    onshelf_db::staff::trail(&mut tx, &partner.actor(), "refund", &told, now).await?;
                    once.keep(&mut tx, &amount, now).await?;
                    Ok(amount)
                })
            })
            .await?;
        self.wake_refunds();
        Ok(refunded)
    }

    /// Takes refunds that are due, at most so many: nobody else sends them for the time a call takes.
    pub async fn due_refunds(&self, limit: usize) -> Result<Vec<RefundRow>> {
        let (now, limit) = (self.now_ms(), i64::try_from(limit).unwrap_or(i64::MAX));
        self.db()
            .write(move |mut tx| {
                Box::pin(async move {
                    Ok::<_, Error>(payments::claim_refunds(&mut tx, now, now + CLAIM, limit).await?)
                })
            })
            .await
    }

    /// Asks the provider for it, and writes down what became of it.
    #[tracing::instrument(target = "otel", level = "debug", name = "send refund", skip_all)]
    pub async fn send_refund(&self, refund: RefundRow) -> Result<()> {
        let payment = {
            let mut reader = self.db().reader().await?;
            payments::by_id(&mut reader.tx(), refund.payment_id).await?
        };
        let payment = payment.ok_or_else(|| Error::internal("a refund without its payment"))?;
        let (Some(provider), Some(provider_id)) = (self.provider_of(&payment), payment.provider_id.clone())
        else {
            return self.refund_waits(&refund, "its provider is not set up", GIVEN_UP).await;
        };
        let Ok(currency) = currency_of(&payment.currency) else {
            return self.refund_waits(&refund, "its currency is not known", GIVEN_UP).await;
        };
        let call = RefundCall {
            key: call_key(&payment, &refund),
            reference: payment.reference.clone(),
            provider_id,
            amount: Money::new(refund.amount, currency),
            reason: refund.reason.clone(),
        };
        match provider.refund(&call).await {
            Ok(told) => match told.standing {
                RefundStanding::Done => {
                    self.refund_done(payment, RefundStatement { key: Some(call.key), ..told }).await
                }
                // Asked under the same key again, the provider says how it stands then.
                RefundStanding::Pending => self.refund_waits(&refund, "it is under way", OVERDUE).await,
                RefundStanding::Failed => self.refund_waits(&refund, "it did not arrive", 0).await,
            },
            Err(PaymentFault::Passing(why)) => self.refund_waits(&refund, &why, GIVEN_UP).await,
            Err(PaymentFault::Refused(why)) => self.refund_waits(&refund, &why, 0).await,
        }
    }

    async fn refund_done(&self, payment: PaymentRow, told: RefundStatement) -> Result<()> {
        let now = self.now_ms();
        let done = self
            .db()
            .write(move |mut tx| {
                let (payment, told) = (payment.clone(), told.clone());
                Box::pin(async move { followed::enter_arrived(&mut tx, &payment, &told, now).await })
            })
            .await?;
        for _ in 0..done {
            Deed::RefundDone.count();
        }
        self.wake_outbox();
        Ok(())
    }

    /// It may go better later, until it is so old. Milliseconds.
    async fn refund_waits(&self, refund: &RefundRow, why: &str, patience: i64) -> Result<()> {
        let (id, told, now) = (refund.id, why.to_owned(), self.now_ms());
        let age = now - refund.created_at;
        let due = (age < patience).then(|| now + pause(refund.tries, age));
        let look = Look { seen: refund.due_at, next: due };
        let counts = self
            .db()
            .write(move |mut tx| {
                let told = told.clone();
                Box::pin(
                    async move { Ok::<_, Error>(payments::refund_waits(&mut tx, id, &told, look).await?) },
                )
            })
            .await?;
        if counts && due.is_none() {
            tracing::error!(refund = id, why, "The refund {id} was given up ({why}): a person must look.");
        }
        Ok(())
    }
}

/// The key a refund is asked for under: the provider knows it once by that.
fn call_key(payment: &PaymentRow, refund: &RefundRow) -> String {
    format!("{}-{}", payment.reference, refund.id)
}

/// Writes down that the provider gave it back, with all that follows from it; false where that was done before.
async fn enter_done(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    refund: i64,
    amount: i64,
    name: &str,
    now: i64,
) -> Result<bool> {
    let Some(key) = payments::refund_done(tx, refund, name, now).await? else { return Ok(false) };
    enter(tx, payment, &key, amount, now).await?;
    Ok(true)
}

/// Enters money that went back in the book, and tells the shopper.
async fn enter(tx: &mut Tx<'_>, payment: &PaymentRow, key: &str, amount: i64, now: i64) -> Result<()> {
    let account = format!("provider:{}", payment.provider);
    let amounts = [(account.as_str(), -amount), ("customer", amount)];
    let entry = format!("refund:{key}");
    payments::book(tx, &entry, payment.order_id, &payment.currency, &amounts, now).await?;
    if let Some(order) = orders::by_id(tx, payment.order_id).await? {
        announce_order(tx, &order.number, None, OrderNews::Refunded, now).await?;
    }
    Ok(())
}

/// Whether the partner's store hands over or sends any of it.
fn has_part(book: &Book, partner: &Partner, groups: &[ReservationRow]) -> bool {
    let stores = groups.iter().flat_map(|row| [Some(row.store_id), row.source_id]).flatten();
    stores.filter_map(|id| book.stores.by_id(id)).any(|store| partner.is_of(&store.code))
}

/// What is wrong with what was asked, whatever the order is.
fn faults_of(amount: Option<Money>, lines: &[Line]) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    match amount {
        Some(amount) if amount.amount <= 0 => faults.push(fault("/amount/amount", Fault::NotAboveZero)),
        None if lines.is_empty() => faults.push(fault("/amount", Fault::Missing)),
        _ => {}
    }
    if lines.len() > MAX_LINES {
        faults.push(fault("/lines", Fault::TooManyLines));
    }
    faults
}

fn fault(pointer: &str, fault: Fault) -> FieldFault {
    FieldFault { pointer: pointer.to_owned(), fault }
}

fn refuse(faults: Vec<FieldFault>) -> Result<()> {
    if faults.is_empty() { Ok(()) } else { Err(invalid(faults)) }
}

fn invalid(faults: Vec<FieldFault>) -> Error {
    OrderRefusal::Invalid { faults }.into()
}

/// A refund as it was asked for.
struct Asked<'a> {
    order: &'a OrderRow,
    groups: &'a [ReservationRow],
    lines: &'a [Line],
    amount: Option<Money>,
}

/// How much goes back: the amount, or what the lines cost; and for what of each variant. Never more than is left of the
/// order, nor of the lines, nor of what the `store` hands over whose till asks.
async fn decide(
    tx: &mut Tx<'_>,
    book: &Book,
    asked: &Asked<'_>,
    store: Option<i64>,
) -> Result<(Money, Vec<(i64, i64)>)> {
    let Asked { order, groups, lines, amount } = *asked;
    if amount.is_some_and(|amount| amount.currency.code() != order.currency) {
        refuse(vec![fault("/amount/currency", Fault::OtherCurrency)])?;
    }
    let parts = parts_of(tx, order, groups).await?;
    let mut left = left_of(tx, order).await?;
    if let Some(store) = store {
        left = left.min(left_at(tx, order, &parts, store).await?);
    }
    let wanted = match lines {
        [] => None,
        lines => Some(wanted_of(book, parts, store, lines).map_err(invalid)?),
    };
    let (cost, most) = match &wanted {
        None => (left, left),
        Some(Wanted { cost, .. }) => (cost.whole, cost.kept.min(left)),
    };
    let currency = currency_of(&order.currency)?;
    let amount = amount.unwrap_or(Money::new(cost, currency));
    if amount.amount > most || amount.amount <= 0 {
        return Err(OrderRefusal::RefundTooMuch { left: Money::new(most, currency) }.into());
    }
    let shares = wanted.map_or_else(Vec::new, |wanted| wanted.shares(amount.amount));
    Ok((amount, shares))
}

/// What is left of the money of what a store hands over: less what went back for it, and what its own till gave back
/// without saying for what.
async fn left_at(tx: &mut Tx<'_>, order: &OrderRow, parts: &[Part<'_>], store: i64) -> Result<i64> {
    let (of_order, at_store) = (format!("group:{}/", order.number), format!("@{store}:"));
    let refunds = payments::refunds_of(tx, order.id).await?;
    let own =
        refunds.iter().filter(|refund| refund.key.starts_with(&of_order) && refund.key.contains(&at_store));
    let given: i64 = own.map(|refund| refund.amount).sum();
    let handed = parts.iter().filter(|part| part.row.store_id == store && part.is_kept());
    Ok((handed.map(Part::left).sum::<i64>() - given).max(0))
}

/// What a refund's keys are made of; with the store whose till gave it back, where it did not say for what.
fn subject(order: &OrderRow, store: Option<i64>) -> String {
    let at_store = store.map_or_else(String::new, |store| format!("@{store}"));
    format!("{}/{}{at_store}", order.number, order.version)
}

/// What the trail says a refund was for.
fn told(number: &str, lines: &[Line]) -> String {
    lines.iter().fold(number.to_owned(), |told, line| format!("{told} {}×{}", line.sku, line.quantity.get()))
}

/// What was captured and not refunded or set apart.
pub(super) async fn left_of(tx: &mut Tx<'_>, order: &OrderRow) -> Result<i64> {
    let paid = payments::of_order(tx, order.id).await?;
    Ok(paid.iter().map(|payment| payment.captured - payment.refunded).sum())
}
