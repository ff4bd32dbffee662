//! The owner decides on what is held for them in place of what was not found: one of the offers, or their money.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders::{self, OrderRow},
};
use onshelf_vocabulary::{
    fulfilment::{Fault, FieldFault, ReservationStatus, Way},
    orders::{Address, OrderRefusal},
};

use super::step::write_step;
use crate::{
    Book, Error, Once, Result, Shop,
    fulfilment::{state_of, way_of},
    jobs::{OrderNews, announce_order},
    orders::{address_faults, confirm_group, count_anew, end_rivals, lock_with_rivals, moment, refund_order},
    secrets::fingerprint,
};

/// What the owner says to an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This one; with where it is brought, where that is not known yet.
    Yes(Option<Address>),
    /// None of them: the money.
    No,
}

impl Shop {
    /// One offer is taken and the others give back what they hold, or all of them do and the money is set apart; in one
    /// transaction.
    #[tracing::instrument(target = "otel", level = "debug", name = "answer offer", skip_all)]
    pub async fn answer_offer(&self, number: &str, token: &str, group: &str, answer: Answer) -> Result<()> {
        self.decide_offer(number, token, group, answer, None).await
    }

    /// The same for a caller who may say it again and again under one key.
    pub async fn answer_offer_once(
        &self,
        number: &str,
        token: &str,
        group: &str,
        answer: Answer,
        once: &Once,
    ) -> Result<()> {
        self.decide_offer(number, token, group, answer, Some(once.clone())).await
    }

    async fn decide_offer(
        &self,
        number: &str,
        token: &str,
        group: &str,
        answer: Answer,
        once: Option<Once>,
    ) -> Result<()> {
        let (shop, book, now) = (self.clone(), self.book(), self.now());
        let (number, hash, group) = (number.to_owned(), fingerprint(token), group.to_owned());
        self.db()
            .write(move |mut tx| {
                let (shop, book, number) = (shop.clone(), book.clone(), number.clone());
                let (hash, group) = (hash.clone(), group.clone());
                let (answer, once) = (answer.clone(), once.clone());
                Box::pin(async move {
                    let order = orders::by_token(&mut tx, &number, &hash).await?.ok_or(Error::NotFound)?;
                    if Once::was_asked(&mut tx, once.as_ref(), now.as_millisecond()).await? {
                        return Ok(());
                    }
                    let groups = fulfilment::of_order(&mut tx, order.id).await?;
                    let offered =
                        groups.into_iter().find(|row| row.number == group && row.offered_for.is_some());
                    let Some(row) = offered else { return Err(gone(&mut tx, &order, &group).await) };
                    let state = state_of(&row)?;
                    if state.status_at(now) != ReservationStatus::Pending {
                        return Err(OrderRefusal::HoldOver.into());
                    }
                    // Two answers at once are one: whoever comes second decides on what the first one left.
                    if !orders::advance(&mut tx, order.id, order.version).await? {
                        return Err(onshelf_db::Error::Contended.into());
                    }
                    lock_with_rivals(&mut tx, &row).await?;
                    match &answer {
                        Answer::Yes(address) => {
                            let row = shop.promised(&book, row, address.as_ref(), now)?;
                            take(&mut tx, &book, &order, &row, now).await
                        }
                        Answer::No => {
                            write_step(&mut tx, &row, state.cancel(now)?, "shopper", now).await?;
                            Ok::<_, Error>(())
                        }
                    }
                })
            })
            .await?;
        self.wake_stock();
        self.wake_outbox();
        self.wake_refunds();
        Ok(())
    }

    /// The offer as it is promised now: while it was only offered nobody began to prepare it.
    fn promised(
        &self,
        book: &Book,
        row: ReservationRow,
        address: Option<&Address>,
        now: Timestamp,
    ) -> Result<ReservationRow> {
        let address = match row.address.as_deref() {
            Some(known) => Some(serde_json::from_str(known)?),
            None => address.cloned(),
        };
        let ready_by = self.offer_by(book, &row, address.as_ref(), now)?;
        let address = if way_of(&row)? == Way::Delivery { address } else { None };
        let address = address.as_ref().map(serde_json::to_string).transpose()?;
        Ok(ReservationRow { ready_by: ready_by.as_millisecond(), address, ..row })
    }

    /// By when an offer would be there if it was taken now.
    fn offer_by(
        &self,
        book: &Book,
        row: &ReservationRow,
        address: Option<&Address>,
        now: Timestamp,
    ) -> Result<Timestamp> {
        let home = way_of(row)? == Way::Delivery;
        let address = if home { Some(checked(address)?) } else { None };
        let anew = self.ready_anew(book, row, address, now).ok_or_else(|| match home {
            true => fault("/address/postcode", Fault::OutOfZone),
            false => OrderRefusal::StoreClosed.into(),
        })?;
        // Never sooner than it was said to be: nobody is rushed by an answer that was quick.
        Ok(anew.max(moment(row.ready_by)?))
    }
}

fn checked(address: Option<&Address>) -> Result<&Address> {
    let address = address.ok_or_else(|| fault("/address/line1", Fault::Missing))?;
    let faults: Vec<FieldFault> = address_faults(address)
        .map(|(field, fault)| FieldFault { pointer: format!("/address/{field}"), fault })
        .collect();
    if faults.is_empty() { Ok(address) } else { Err(OrderRefusal::Invalid { faults }.into()) }
}

fn fault(pointer: &str, fault: Fault) -> Error {
    OrderRefusal::Invalid { faults: vec![FieldFault { pointer: pointer.to_owned(), fault }] }.into()
}

/// An offer that is no more: it ran out, was answered, or never was.
async fn gone(tx: &mut Tx<'_>, order: &OrderRow, group: &str) -> Error {
    match fulfilment::of_order_by_number(tx, order.id, group).await {
        Ok(Some(row)) if row.offered_for.is_some() => OrderRefusal::HoldOver.into(),
        Ok(_) => Error::NotFound,
        Err(error) => error.into(),
    }
}

/// The offer is the shopper's; what it costs less than what was lost goes back.
async fn take(
    tx: &mut Tx<'_>,
    book: &Book,
    order: &OrderRow,
    row: &ReservationRow,
    now: Timestamp,
) -> Result<()> {
    let at = now.as_millisecond();
    if !fulfilment::promise(tx, row.id, row.ready_by, row.address.as_deref()).await? {
        return Err(onshelf_db::Error::Contended.into());
    }
    confirm_group(tx, book, row, now).await?;
    end_rivals(tx, row, at).await?;
    let number = row.offered_for.as_deref().unwrap_or_default();
    let lost = fulfilment::of_order_by_number(tx, order.id, number).await?;
    let lost = lost.ok_or_else(|| Error::internal("an offer for nothing"))?;
    let cheaper = lost.asked - row.asked;
    if order.settled_at.is_some() && cheaper > 0 {
        refund_order(tx, order, &lost.number, cheaper, "cheaper substitute", at).await?;
    }
    count_anew(tx, order).await?;
    announce_order(tx, &order.number, Some(&row.number), OrderNews::Changed, at).await
}
