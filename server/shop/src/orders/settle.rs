//! Money has come: the order goes on, or the money goes back. Decided on the provider's own statement alone.

use std::collections::BTreeSet;

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationLineRow, ReservationRow},
    orders::{self, OrderRow},
    passes::{self, ended},
    payments::{self, PaymentRow},
    stock::{self, LevelKey},
};
use onshelf_domain::fulfilment::keep_until;
use onshelf_vocabulary::{
    fulfilment::ReservationStatus,
    orders::{OrderRefusal, OrderStatus},
};

use super::{change, end::end_group, place, plan, refund::refund_rest};
use crate::{
    Book, Error, Result, Shop, Statement,
    draws::Draws,
    fulfilment::{state_of, way_of},
    jobs::{OrderNews, announce_order},
    pulse::Deed,
};

/// Why money that came is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GoesBack {
    /// Another amount or currency than was asked.
    WrongAmount,
    /// The order was paid already.
    PaidTwice,
    /// The hold had run out and the stock has gone, or the order was cancelled.
    TooLate,
}

impl Shop {
    /// Writes down a capture, once, with all that follows from it.
    #[tracing::instrument(target = "otel", level = "debug", name = "settle", skip_all)]
    pub(super) async fn settle(&self, reference: &str, statement: &Statement) -> Result<()> {
        // First as it should be. What cannot be, for whatever reason, undoes everything, and the money goes back in a
        // second go; only a database that could not be written to is asked again later.
        let mut draws = Draws::default();
        let outcome = loop {
            match self.write_capture(reference, statement, None).await {
                // A change draws numbers and codes anew.
                Err(error) if draws.again(&error) => {}
                Err(error) if !may_be_done_later(&error) => {
                    tracing::info!(%error, reference, "A payment came for what cannot be had ({error}), and goes back.");
                    break self.write_capture(reference, statement, Some(GoesBack::TooLate)).await;
                }
                outcome => break outcome,
            }
        };
        self.wake_stock();
        self.wake_outbox();
        self.wake_payments();
        self.wake_refunds();
        outcome
    }

    async fn write_capture(
        &self,
        reference: &str,
        statement: &Statement,
        back: Option<GoesBack>,
    ) -> Result<()> {
        let (shop, book, now) = (self.clone(), self.book(), self.now());
        let (reference, statement) = (reference.to_owned(), statement.clone());
        let fresh = self
            .db()
            .write(move |mut tx| {
                let (shop, book) = (shop.clone(), book.clone());
                let (reference, statement) = (reference.clone(), statement.clone());
                Box::pin(async move {
                    let payment =
                        payments::by_reference(&mut tx, &reference).await?.ok_or(Error::NotFound)?;
                    // The order comes before its payments for everybody, so that nobody waits in a circle.
                    orders::lock(&mut tx, payment.order_id).await?;
                    let order = orders::by_id(&mut tx, payment.order_id).await?.ok_or(Error::NotFound)?;
                    let at = now.as_millisecond();
                    if !enter_capture(&mut tx, &payment, &statement, at).await? {
                        return Ok::<_, Error>(false);
                    }
                    let back = back.or_else(|| judge(&order, &payment, &statement));
                    match back {
                        Some(why) => send_back(&mut tx, &order, &payment, &statement, why, now).await,
                        None => match &payment.change {
                            Some(_) => change::apply_paid(&mut tx, &shop, &order, &payment, now).await,
                            None => confirm(&mut tx, &book, &order, now).await,
                        },
                    }?;
                    Ok(true)
                })
            })
            .await?;
        if fresh {
            Deed::PaymentCaptured.count();
        }
        Ok(())
    }
}

/// Whether the same may succeed when it is tried again. What the database refuses for good would leave the money between
/// all chairs.
const fn may_be_done_later(error: &Error) -> bool {
    use onshelf_db::Error::{Contended, Driver, Unavailable};
    matches!(error, Error::Database(Unavailable(_) | Contended | Driver(_)))
}

/// Enters what came in the books; false where that was done before.
async fn enter_capture(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    statement: &Statement,
    at: i64,
) -> Result<bool> {
    let (amount, currency) = (statement.captured.amount, statement.captured.currency.code());
    if !payments::captured(tx, payment.id, amount, currency, at).await? {
        return Ok(false);
    }
    let account = format!("provider:{}", payment.provider);
    let entry = format!("capture:{}", payment.reference);
    let amounts = [(account.as_str(), amount), ("customer", -amount)];
    payments::book(tx, &entry, payment.order_id, currency, &amounts, at).await?;
    if statement.refunded > 0 {
        // Somebody gave it back before we knew that it came.
        payments::hasten(tx, &payment.provider, &payment.reference, at).await?;
    }
    Ok(true)
}

fn judge(order: &OrderRow, payment: &PaymentRow, statement: &Statement) -> Option<GoesBack> {
    let captured = statement.captured;
    if captured.amount != payment.amount || captured.currency.code() != payment.currency {
        return Some(GoesBack::WrongAmount);
    }
    match (&payment.change, order.settled_at) {
        (None, Some(_)) => Some(GoesBack::PaidTwice),
        // The basket was changed while this was being paid.
        (None, None) if payment.amount != order.total => Some(GoesBack::WrongAmount),
        _ => None,
    }
}

/// Every group goes on; one whose hold ran out is held anew if that is still possible.
async fn confirm(tx: &mut Tx<'_>, book: &Book, order: &OrderRow, now: Timestamp) -> Result<()> {
    let at = now.as_millisecond();
    if !orders::settle(tx, order.id, at).await? {
        return Err(onshelf_db::Error::Contended.into());
    }
    let groups = fulfilment::of_order(tx, order.id).await?;
    if groups.is_empty() || !orders::advance(tx, order.id, order.version).await? {
        return Err(onshelf_db::Error::Contended.into());
    }
    if groups.iter().any(|row| ran_out(row, at)) {
        // Group by group each gives back what is left of it and takes all of it anew.
        let lines = fulfilment::lines_of_order(tx, order.id).await?;
        place::lock_in_order(tx, &groups, &levels_of(&groups, &lines), BTreeSet::new()).await?;
    }
    for row in &groups {
        confirm_group(tx, book, row, now).await?;
    }
    announce_order(tx, &order.number, None, OrderNews::Paid, at).await
}

/// Whether its hold is over: its stock may be anybody's by now.
fn ran_out(row: &ReservationRow, at: i64) -> bool {
    match ReservationStatus::from_code(&row.status) {
        Some(ReservationStatus::Pending) => row.expires_at <= at,
        Some(ReservationStatus::Expired) => true,
        _ => false,
    }
}

/// The levels that the lines of these groups are taken from.
fn levels_of(groups: &[ReservationRow], lines: &[ReservationLineRow]) -> Vec<LevelKey> {
    let level = |line: &ReservationLineRow| {
        let row = groups.iter().find(|row| row.id == line.reservation_id)?;
        Some(LevelKey { store_id: row.source_id.unwrap_or(row.store_id), variant_id: line.variant_id })
    };
    lines.iter().filter_map(level).collect()
}

/// A pending group becomes the store's to pick.
pub(crate) async fn confirm_group(
    tx: &mut Tx<'_>,
    book: &Book,
    row: &ReservationRow,
    now: Timestamp,
) -> Result<()> {
    let at = now.as_millisecond();
    let until = kept_until(book, row)?.max(at + 3_600_000);
    let status = ReservationStatus::from_code(&row.status);
    if !matches!(status, Some(ReservationStatus::Pending | ReservationStatus::Expired)) {
        return Err(OrderRefusal::WrongState { status: OrderStatus::Cancelled }.into());
    }
    let revived = ran_out(row, at);
    let lines = fulfilment::lines(tx, row.id).await?;
    let units: i64 = lines.iter().map(|line| line.quantity).sum();
    if revived || stock::keep_until(tx, row.id, until, at).await? != units {
        // The hold has run out: whatever of it is left is given back, and all is taken anew or nothing.
        stock::release(tx, row.id, at).await?;
        let source = row.source_id.unwrap_or(row.store_id);
        let mut wanted: Vec<(LevelKey, i64)> = Vec::new();
        for line in &lines {
            let key = LevelKey { store_id: source, variant_id: line.variant_id };
            match wanted.iter_mut().find(|(own, _)| *own == key) {
                Some((_, quantity)) => *quantity += line.quantity,
                None => wanted.push((key, line.quantity)),
            }
        }
        wanted.sort_unstable();
        for (key, quantity) in wanted {
            if !stock::hold(tx, key, row.id, quantity, until, at).await? {
                return Err(OrderRefusal::HoldOver.into());
            }
        }
    }
    if revived && status == Some(ReservationStatus::Expired) {
        if let Some(window) = row.window_at {
            orders::take_window(tx, row.store_id, window, i64::MAX).await?;
        }
        passes::revive(tx, row.id).await?;
    }
    let placed = ReservationStatus::Placed.code();
    if !fulfilment::set_status(tx, row.id, &row.status, placed, None, at).await? {
        return Err(onshelf_db::Error::Contended.into());
    }
    fulfilment::set_expiry(tx, row.id, until).await?;
    Ok(())
}

/// Until when a group is kept for its owner once it is confirmed. Unix milliseconds.
pub(super) fn kept_until(book: &Book, row: &ReservationRow) -> Result<i64> {
    use onshelf_vocabulary::fulfilment::Way::{Delivery, Transfer};
    if matches!(way_of(row)?, Transfer | Delivery) {
        return Ok(row.ready_by.saturating_add(plan::SEND_WITHIN));
    }
    let store = book.stores.by_id(row.store_id).ok_or(Error::NotFound)?;
    let ready_by = super::moment(row.ready_by)?;
    Ok(keep_until(&store.schedule, &store.rules, ready_by).as_millisecond())
}

/// All of what came is set apart to go back, and the groups that waited for it end.
async fn send_back(
    tx: &mut Tx<'_>,
    order: &OrderRow,
    payment: &PaymentRow,
    statement: &Statement,
    why: GoesBack,
    now: Timestamp,
) -> Result<()> {
    let at = now.as_millisecond();
    let key = format!("capture:{}", payment.reference);
    let reason = match why {
        GoesBack::WrongAmount => "wrong amount",
        GoesBack::PaidTwice => "paid twice",
        GoesBack::TooLate => "paid too late",
    };
    if statement.captured.amount > 0 {
        payments::request_refund(tx, payment.id, &key, statement.captured.amount, reason, at).await?;
    }
    if order.settled_at.is_none() && why == GoesBack::TooLate {
        let groups = fulfilment::of_order(tx, order.id).await?;
        place::lock_levels(tx, &groups, &[]).await?;
        for row in groups {
            let state = state_of(&row)?;
            if let Ok(step) = state.expire(now).or_else(|_| state.cancel(now)) {
                end_group(tx, &row, step.reservation.written_status(), ended::OVER, at).await?;
            }
        }
    }
    let about = match why {
        GoesBack::TooLate => OrderNews::PaidTooLate,
        GoesBack::WrongAmount | GoesBack::PaidTwice => OrderNews::WrongAmount,
    };
    announce_order(tx, &order.number, None, about, at).await
}

/// Money of an order that is not settled is nobody's business here.
pub(crate) async fn refund_group(
    tx: &mut Tx<'_>,
    order: &OrderRow,
    row: &ReservationRow,
    reason: &str,
    at: i64,
) -> Result<i64> {
    if order.settled_at.is_none() {
        return Ok(0);
    }
    refund_rest(tx, order, row, reason, at).await
}
