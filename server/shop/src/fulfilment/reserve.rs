//! Making a reservation: the hold is taken at the chosen store, all lines or none, in one transaction.

use std::{collections::HashMap, sync::Arc};

use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationLineRow, ReservationRow},
    stock::{self, LevelKey},
};
use onshelf_domain::fulfilment::{check_contact, keep_until};
use onshelf_vocabulary::{
    Lang, Point,
    fulfilment::{
        Contact, Fault, FieldFault, ReservationRefusal, ReservationStatus, ReservationView, ReserveInput, Way,
    },
};
use tokio::sync::Notify;

use super::{
    NO_DISCOUNTS, PURPOSE,
    gather::Asked,
    lines_of,
    shortage::{Shortage, Wish},
};
use crate::{
    Book, Error, Once, Result, Shop,
    cart::line_faults,
    draws::{Draws, Names},
    jobs,
    once::Numbered,
    pulse::Deed,
    secrets::fingerprint,
    stock::demand,
};

/// A request for a reservation, with who asks in which language.
#[derive(Clone, Debug)]
pub struct Reserve {
    pub input: ReserveInput,
    pub lang: Lang,
    /// Where the shopper is, if they told: other stores are measured from there.
    pub near: Option<Point>,
    pub once: Once,
}

/// A reservation that was made: what its owner needs to come back to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    pub number: String,
    pub token: String,
}

/// Everything decided before the transaction.
pub(super) struct Plan {
    pub row: ReservationRow,
    pub lines: Vec<ReservationLineRow>,
    /// Summed per level, in key order: how levels are always locked.
    pub demand: Vec<(LevelKey, i64)>,
    pub live_limit: i64,
    pub token: String,
}

impl Plan {
    /// What it will have come to.
    pub(super) fn reserved(&self) -> Reserved {
        Reserved { number: self.row.number.clone(), token: self.token.clone() }
    }

    /// What is kept of it under its key.
    pub(super) fn numbered(&self) -> Numbered {
        Numbered { number: self.row.number.clone() }
    }
}

/// What the transaction came to when it was not a reservation.
enum Stop {
    Short,
    TooMany,
}

impl Shop {
    /// Holds the lines at the store. The stock is decided by the database, in one conditional write a level.
    pub async fn reserve(&self, request: Reserve) -> Result<Reserved> {
        Ok(self.hold(&request).await?.0)
    }

    /// The same, with what its owner sees. One that was told again is read; it may have gone on since.
    pub async fn reserve_and_show(&self, request: Reserve) -> Result<(Reserved, ReservationView)> {
        let (reserved, plan) = self.hold(&request).await?;
        let view = match plan {
            Some(plan) => self.reservation_view(request.lang, &plan.row, &plan.lines, &[])?,
            None => self.reservation(request.lang, &reserved.number, &reserved.token).await?,
        };
        Ok((reserved, view))
    }

    #[tracing::instrument(target = "otel", level = "debug", name = "reserve", skip_all)]
    async fn hold(&self, request: &Reserve) -> Result<(Reserved, Option<Arc<Plan>>)> {
        let mut draws = Draws::default();
        let (held, plan) = loop {
            let plan = match self.plan(&self.book(), request) {
                Ok(plan) => Arc::new(plan),
                // What was answered once is answered again, whatever has changed in the shop since.
                Err(error) => {
                    let before = self.reserved_before(&request.once).await?;
                    return before.map(|reserved| (reserved, None)).ok_or(error);
                }
            };
            let asked = Asked { once: request.once.clone(), plan: plan.clone() };
            match self.hold_with_others(asked).await {
                Err(error) if draws.again(&error) => {}
                held => break (held, plan),
            }
        };
        match held {
            Err(Error::Reservation(ReservationRefusal::OutOfStock { .. })) => {
                Deed::HoldRefused.count();
                Err(self.short_of(&self.book(), request).await?.into())
            }
            outcome => {
                self.wake_stock();
                self.wake_outbox();
                let reserved = outcome?;
                // One that was told again was counted when it was made.
                let is_new = reserved.number == plan.row.number;
                if is_new {
                    Deed::ReservationPlaced.count();
                }
                Ok((reserved, is_new.then_some(plan)))
            }
        }
    }

    /// What an earlier call under this key was answered, if there was one.
    async fn reserved_before(&self, once: &Once) -> Result<Option<Reserved>> {
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        match once.before(&mut tx).await? {
            Some(before) => self.reserved_again(&mut tx, before).await.map(Some),
            None => Ok(None),
        }
    }

    async fn reserved_again(&self, tx: &mut Tx<'_>, before: Numbered) -> Result<Reserved> {
        let row = fulfilment::for_job(tx, &before.number).await?.ok_or(Error::NotFound)?;
        self.reservation_again(&row)
    }

    /// In a transaction of its own. Whoever waits for the next is told when only the disk is waited for.
    pub(super) async fn hold_alone(&self, asked: Asked, written: Option<Arc<Notify>>) -> Result<Reserved> {
        let (shop, now) = (self.clone(), self.now_ms());
        self.db()
            .write(move |mut tx| {
                let (shop, written) = (shop.clone(), written.clone());
                let Asked { once, plan } = asked.clone();
                Box::pin(async move {
                    if let Some(before) = once.claim(&mut tx, &plan.numbered(), now).await? {
                        return shop.reserved_again(&mut tx, before).await;
                    }
                    if let Err(stop) = hold_all(&mut tx, &plan, now).await? {
                        // An error undoes the lines that were held before the one that was short.
                        return Err(Error::Reservation(match stop {
                            Stop::Short => {
                                ReservationRefusal::OutOfStock { short: vec![], elsewhere: vec![] }
                            }
                            Stop::TooMany => ReservationRefusal::TooMany {
                                limit: u32::try_from(plan.live_limit).unwrap_or(u32::MAX),
                            },
                        }));
                    }
                    if let Some(written) = written {
                        written.notify_one();
                    }
                    Ok(plan.reserved())
                })
            })
            .await
    }

    fn plan(&self, book: &Book, request: &Reserve) -> Result<Plan> {
        let now = self.now();
        let (contact, mut faults) = check_contact(&request.input.contact);
        let store = book.stores.visited(request.input.store.as_str());
        if store.is_none() {
            faults.push(FieldFault { pointer: "/store".to_owned(), fault: Fault::UnknownStore });
        }
        faults.extend(line_faults(book, store.map(|store| store.currency), &request.input.lines));
        let (Some(store), true) = (store, faults.is_empty()) else {
            return Err(ReservationRefusal::Invalid { faults }.into());
        };
        let ready_by = self.promise(store, now).ok_or(ReservationRefusal::StoreClosed)?;
        let expires_at = keep_until(&store.schedule, &store.rules, ready_by);
        let mut lines = Vec::with_capacity(request.input.lines.len());
        let mut total = 0i64;
        for (position, line) in (0i64..).zip(&request.input.lines) {
            let variant = book.catalogue.variant(line.sku.as_str()).ok_or(Error::NotFound)?;
            let (price, _) = variant.price(store.currency).ok_or(Error::NotFound)?;
            let sum = price.checked_mul(line.quantity.get()).and_then(|sum| total.checked_add(sum.amount));
            total = sum.ok_or_else(|| Error::internal("the total is beyond all money"))?;
            let (quantity, price) = (line.quantity.get(), price.amount);
            lines.push(ReservationLineRow {
                reservation_id: 0,
                position,
                variant_id: variant.id,
                quantity,
                price,
                discounts: NO_DISCOUNTS.to_owned(),
            });
        }
        let Names { number, code, token } = self.draw_names(PURPOSE)?;
        Ok(Plan {
            demand: demand(book, store.id, &request.input.lines).map_err(invalid)?,
            live_limit: i64::from(self.settings().live_reservations),
            row: ReservationRow {
                id: 0,
                token_hash: fingerprint(&token),
                code,
                store_id: store.id,
                status: ReservationStatus::Placed.code().to_owned(),
                shopper: shopper_key(&contact),
                name: contact.name,
                email: contact.email,
                phone: contact.phone,
                lang: request.lang.tag().to_owned(),
                currency: store.currency.code().to_owned(),
                total,
                placed_at: now.as_millisecond(),
                ready_by: ready_by.as_millisecond(),
                expires_at: expires_at.as_millisecond(),
                picking_at: None,
                ready_at: None,
                ended_at: None,
                way: Way::Collect.code().to_owned(),
                asked: total,
                number,
                ..ReservationRow::default()
            },
            lines,
            token,
        })
    }

    /// What is left where it was short, and the nearest stores that have it all. Read after the refusal, from the
    /// database: what pages believe may be a moment old.
    async fn short_of(&self, book: &Book, request: &Reserve) -> Result<ReservationRefusal> {
        self.catch_up_to_explain().await;
        let store = book.stores.by_code(request.input.store.as_str()).ok_or(Error::NotFound)?;
        let (lines, nothing) = (&request.input.lines, HashMap::new());
        let wish = Wish { store, lines, lang: request.lang, near: request.near, own: &nothing };
        let Shortage { short, elsewhere } = self.shortage(book, &wish).map_err(invalid)?;
        Ok(ReservationRefusal::OutOfStock { short, elsewhere })
    }
}

/// Who the limit of live reservations counts for: whichever way they gave to be reached, not readable at rest.
pub(crate) fn shopper_key(contact: &Contact) -> String {
    let way = contact.phone.as_deref().or(contact.email.as_deref()).unwrap_or_default();
    fingerprint(&way.to_lowercase())
}

fn invalid(fault: Fault) -> ReservationRefusal {
    ReservationRefusal::Invalid { faults: vec![FieldFault { pointer: "/lines".to_owned(), fault }] }
}

async fn hold_all(tx: &mut Tx<'_>, plan: &Plan, now: i64) -> Result<Result<(), Stop>> {
    let written = fulfilment::insert_all(tx, &[&plan.row]).await?;
    let id = written.first().map(|(_, id)| *id).ok_or_else(|| Error::internal("a row is missing"))?;
    // Its own row is among them.
    if fulfilment::any_has(tx, &[&plan.row.shopper], plan.live_limit + 1, now).await? {
        return Ok(Err(Stop::TooMany));
    }
    for (key, quantity) in &plan.demand {
        if !stock::hold(tx, *key, id, *quantity, plan.row.expires_at, now).await? {
            return Ok(Err(Stop::Short));
        }
    }
    fulfilment::insert_lines(tx, &lines_of(&plan.lines, id)).await?;
    jobs::announce_reservation(tx, &plan.row.number, ReservationStatus::Placed, now).await?;
    Ok(Ok(()))
}
