//! What the house keeps of one person: shown to them whole, or taken out of the books. Sums, counts and the ledgers
//! stay as they are; they never knew a person.

use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders::OrderRow,
    payments, shoppers, staff,
};
use onshelf_domain::fulfilment::check_contact;
use onshelf_vocabulary::fulfilment::{Contact, FieldFault};
use serde_json::{Value, json};

use onshelf_db::shoppers::Traces;
pub use onshelf_db::shoppers::Way;

use crate::{Book, Error, Result, Shop, export::time, fulfilment::state_of, stores::Store};

/// Who carried it out, as written in the trail.
const OPERATOR: &str = "operator";

/// What became of the wish to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// Nothing is kept of such a person.
    Nobody,
    /// These are still under way, and nothing was changed.
    UnderWay(Vec<String>),
    /// The person is gone from these.
    Done(Vec<String>),
}

/// An e-mail address or a phone number as the books have it. One of both is needed.
pub fn read_way(email: Option<String>, phone: Option<String>) -> Result<Way, Vec<FieldFault>> {
    // Who they are is not asked here, only how they were reached.
    let (contact, faults) = check_contact(&Contact { name: "x".to_owned(), email, phone });
    if faults.is_empty() { Ok(Way { email: contact.email, phone: contact.phone }) } else { Err(faults) }
}

impl Shop {
    /// Everything that is kept of a person, as JSON for them; it stands in the trail that it was shown.
    pub async fn shopper_data(&self, way: &Way) -> Result<Value> {
        let (book, now) = (self.book(), self.now_ms());
        let (data, numbers) = {
            let mut reader = self.db().reader().await?;
            let mut tx = reader.tx();
            let found = shoppers::find(&mut tx, way).await?;
            let rows = shoppers::reservations(&mut tx, &found).await?;
            let ordered = shoppers::orders(&mut tx, &found).await?;
            let (mut reservations, mut orders) = (Vec::new(), Vec::new());
            for row in &rows {
                reservations.push(reservation(&mut tx, &book, row).await?);
            }
            for row in &ordered {
                orders.push(order(&mut tx, row).await?);
            }
            let (mut told, numbers) = (Vec::new(), numbers_of(&rows, &ordered));
            for number in &numbers {
                for (endpoint, at) in shoppers::pushes_of(&mut tx, number).await? {
                    told.push(json!({ "number": number, "endpoint": endpoint, "since": time(at) }));
                }
            }
            let data = json!({
                "email": way.email,
                "phone": way.phone,
                "exported_at": time(now),
                "reservations": reservations,
                "orders": orders,
                "browsers_told": told,
            });
            (data, numbers)
        };
        let noted = self.db().write(move |mut tx| {
            let numbers = numbers.clone();
            Box::pin(async move { note(&mut tx, "shopper.export", &numbers, now).await })
        });
        noted.await?;
        Ok(data)
    }

    /// Takes a person out of the books. What is still under way is refused, unless it is forced: then it can still be
    /// collected by its code, but nobody can be told about it any more. What they do meanwhile counts as done afterwards.
    pub async fn erase_shopper(&self, way: &Way, force: bool) -> Result<Erasure> {
        let now = self.now();
        let (found, numbers) = {
            let mut reader = self.db().reader().await?;
            let mut tx = reader.tx();
            let found = shoppers::find(&mut tx, way).await?;
            let rows = shoppers::reservations(&mut tx, &found).await?;
            let ordered = shoppers::orders(&mut tx, &found).await?;
            (found, numbers_of(&rows, &ordered))
        };
        if numbers.is_empty() {
            return Ok(Erasure::Nobody);
        }
        let traces = self.traces(&numbers, &found.orders).await?;
        let orders = found.orders.clone();
        let erased = self.db().write(move |mut tx| {
            let (found, traces) = (found.clone(), traces.clone());
            Box::pin(async move {
                let rows = shoppers::reservations(&mut tx, &found).await?;
                let ordered = shoppers::orders(&mut tx, &found).await?;
                let live = under_way(&mut tx, &rows, &ordered, now).await?;
                if !live.is_empty() && !force {
                    return Ok::<_, Error>(Erasure::UnderWay(live));
                }
                for row in &rows {
                    shoppers::erase_reservation(&mut tx, row.id).await?;
                }
                for row in &ordered {
                    shoppers::erase_order(&mut tx, row.id, &row.number).await?;
                }
                // Where a basket should have gone stands without a name beside it.
                let since = now.as_millisecond() - crate::jobs::BASKETS;
                fulfilment::forget_addresses(&mut tx, since).await?;
                shoppers::forget(&mut tx, &traces).await?;
                let numbers = numbers_of(&rows, &ordered);
                for number in &numbers {
                    shoppers::forget_pushes(&mut tx, number).await?;
                }
                note(&mut tx, "shopper.erase", &numbers, now.as_millisecond()).await?;
                Ok(Erasure::Done(numbers))
            })
        });
        let erased = erased.await?;
        if let Erasure::Done(numbers) = &erased {
            // What was answered, or was over, between the look and the deed. After it nothing of them is written any more.
            let rest = self.traces(numbers, &orders).await?;
            if !rest.is_empty() {
                let forgotten = self.db().write(move |mut tx| {
                    let rest = rest.clone();
                    Box::pin(async move { Ok::<_, Error>(shoppers::forget(&mut tx, &rest).await?) })
                });
                forgotten.await?;
            }
        }
        Ok(erased)
    }

    /// Looked for beside everybody's work: it reads whatever was answered and told in weeks.
    async fn traces(&self, numbers: &[String], orders: &[i64]) -> Result<Traces> {
        let mut reader = self.db().reader().await?;
        Ok(shoppers::traces(&mut reader.tx(), numbers, orders).await?)
    }
}

fn numbers_of(rows: &[ReservationRow], ordered: &[OrderRow]) -> Vec<String> {
    let orders = ordered.iter().map(|row| row.number.clone());
    orders.chain(rows.iter().map(|row| row.number.clone())).collect()
}

/// The trail names what it was about by number: it must not keep the person either.
async fn note(tx: &mut Tx<'_>, deed: &str, numbers: &[String], now: i64) -> Result<()> {
    for number in numbers {
        staff::trail(tx, OPERATOR, deed, number, now).await?;
    }
    Ok(())
}

/// Numbers of what is not over: held or on its way, or with money that is.
async fn under_way(
    tx: &mut Tx<'_>,
    rows: &[ReservationRow],
    ordered: &[OrderRow],
    now: jiff::Timestamp,
) -> Result<Vec<String>> {
    let mut live = Vec::new();
    for row in ordered {
        if shoppers::money_under_way(tx, row.id).await? > 0 {
            live.push(row.number.clone());
        }
    }
    for row in rows {
        if !state_of(row)?.status_at(now).is_over() {
            live.push(row.number.clone());
        }
    }
    Ok(live)
}

async fn reservation(tx: &mut Tx<'_>, book: &Book, row: &ReservationRow) -> Result<Value> {
    let store = |id: i64| book.stores.by_id(id).map(|store: &Store| store.code.to_string());
    let lines: Vec<Value> = shoppers::lines_of(tx, row.id)
        .await?
        .into_iter()
        .map(|(sku, quantity, price)| json!({ "sku": sku, "quantity": quantity, "price": price }))
        .collect();
    let passes: Vec<Value> = onshelf_db::passes::of_group(tx, row.id)
        .await?
        .into_iter()
        .map(|pass| json!({ "holder": pass.holder, "used_at": pass.used_at.map(time) }))
        .collect();
    Ok(json!({
        "number": row.number, "store": store(row.store_id), "from_store": row.source_id.and_then(store),
        "status": row.status, "way": row.way, "code": row.code,
        "name": row.name, "email": row.email, "phone": row.phone, "language": row.lang,
        "address": row.address.as_deref().map(serde_json::from_str::<Value>).transpose()?,
        "car": row.car, "bay": row.bay, "currency": row.currency, "total": row.total, "fee": row.fee,
        "tax": row.tax, "lines": lines, "passes": passes,
        "placed_at": time(row.placed_at), "ready_by": time(row.ready_by), "expires_at": time(row.expires_at),
        "picking_at": row.picking_at.map(time), "ready_at": row.ready_at.map(time),
        "on_way_at": row.on_way_at.map(time), "arrived_at": row.arrived_at.map(time),
        "ended_at": row.ended_at.map(time),
    }))
}

async fn order(tx: &mut Tx<'_>, row: &OrderRow) -> Result<Value> {
    let paid: Vec<Value> = payments::of_order(tx, row.id)
        .await?
        .into_iter()
        .map(|paid| {
            json!({
                "provider": paid.provider, "reference": paid.reference, "status": paid.status,
                "amount": paid.amount, "captured": paid.captured, "refunded": paid.refunded,
                "currency": paid.currency, "created_at": time(paid.created_at),
                "ended_at": paid.ended_at.map(time),
            })
        })
        .collect();
    let refunds: Vec<Value> = payments::refunds_of(tx, row.id)
        .await?
        .into_iter()
        .map(|back| {
            json!({
                "amount": back.amount, "reason": back.reason, "status": back.status,
                "created_at": time(back.created_at), "done_at": back.done_at.map(time),
            })
        })
        .collect();
    Ok(json!({
        "number": row.number, "name": row.name, "email": row.email, "phone": row.phone, "language": row.lang,
        "proxy": row.proxy, "currency": row.currency, "subtotal": row.subtotal, "fees": row.fees,
        "tax": row.tax, "total": row.total, "payments": paid, "refunds": refunds,
        "placed_at": time(row.placed_at), "settled_at": row.settled_at.map(time),
    }))
}
