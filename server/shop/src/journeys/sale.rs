//! A sale at a till that also answers a reservation: the hand-over and what was taken beside it, in one transaction.

use onshelf_db::{
    Tx,
    fulfilment::{self, counter},
    orders,
    stock::{self, Cause, LevelKey},
};

use super::step::{self, answer_at_till};
use crate::{
    Book, Error, Once, Result, Shop,
    partners::Partner,
    stock::{LevelAfter, SaleInput, levels_after},
};

impl Shop {
    /// Takes what a till sold. Sales are facts: they are never refused for want of stock. Lines that answer the
    /// reservation leave the shelf with it, once. Answers the levels of the lines in their order, then those that
    /// only the reservation touched.
    #[tracing::instrument(target = "otel", level = "debug", name = "record sale", skip_all)]
    pub async fn record_sale(
        &self,
        partner: &Partner,
        once: &Once,
        input: SaleInput,
    ) -> Result<Vec<LevelAfter>> {
        partner.may_for(&input.store, "pos")?;
        let book = self.book();
        let mut sold = Vec::with_capacity(input.lines.len());
        for (line, one) in input.lines.iter().enumerate() {
            sold.push((self.level_key(&book, line, &input.store, &one.sku)?, one.quantity.get()));
        }
        let store_id = book.stores.by_code(input.store.as_str()).map_or(0, |store| store.id);
        let (once, actor, now) = (once.clone(), partner.actor(), self.now_ms());
        let after = self
            .db()
            .write(move |mut tx| {
                let (once, actor, sold) = (once.clone(), actor.clone(), sold.clone());
                let (book, input) = (book.clone(), input.clone());
                Box::pin(async move {
                    if let Some(before) = once.before(&mut tx).await? {
                        return Ok::<_, Error>(before);
                    }
                    let handed = match &input.reservation {
                        Some(number) => {
                            lock_all(&mut tx, store_id, number, &sold).await?;
                            answer_at_till(&mut tx, store_id, number, &actor, now).await?
                        }
                        None => Vec::new(),
                    };
                    let cause = Cause { reason: "sale", reference: &input.receipt, actor: &actor, at: now };
                    take_beside(&mut tx, &sold, &handed, cause).await?;
                    // What an import has taken out of the catalogue meanwhile has no name left to tell it by.
                    let named: Vec<(LevelKey, &str, &str)> = touched(&sold, &handed)
                        .into_iter()
                        .filter_map(|key| Some((key, input.store.as_str(), sku_of(&book, key)?)))
                        .collect();
                    let levels = levels_after(&mut tx, &named, now).await?;
                    once.keep(&mut tx, &levels, now).await?;
                    Ok(levels)
                })
            })
            .await?;
        self.wake_stock();
        self.wake_outbox();
        Ok(after)
    }
}

/// Locks all that leaves the shelves in key order, since what was reserved is taken first and what was sold beside it
/// after that. The order comes before its levels, as for everybody, and so does a reservation that is no part of one.
async fn lock_all(tx: &mut Tx<'_>, store_id: i64, number: &str, sold: &[(LevelKey, i64)]) -> Result<()> {
    let Some(row) = fulfilment::at_store(tx, number, store_id).await? else { return Ok(()) };
    match row.order_id {
        Some(order_id) => orders::lock(tx, order_id).await?,
        None => counter::lock(tx, row.id).await?,
    }
    let reserved = step::levels(tx, &row, row.store_id).await?;
    let levels: Vec<LevelKey> = reserved.iter().chain(sold).map(|(key, _)| *key).collect();
    Ok(stock::lock_in_order(tx, &[row.id], &levels).await?)
}

/// Takes what was sold beside what was handed over.
async fn take_beside(
    tx: &mut Tx<'_>,
    sold: &[(LevelKey, i64)],
    handed: &[(LevelKey, i64)],
    cause: Cause<'_>,
) -> Result<()> {
    let rest = onshelf_domain::stock::beside(sold, handed);
    let mut rest: Vec<(LevelKey, i64)> = sold.iter().map(|(key, _)| *key).zip(rest).collect();
    // Levels are always locked in key order, so that two writers never wait for each other.
    rest.sort_unstable_by_key(|(key, _)| *key);
    for (key, quantity) in rest.into_iter().filter(|(_, quantity)| *quantity > 0) {
        stock::sell(tx, key, quantity, cause).await?;
    }
    Ok(())
}

/// The levels of the lines, one a line, then the others that were handed over.
fn touched(sold: &[(LevelKey, i64)], handed: &[(LevelKey, i64)]) -> Vec<LevelKey> {
    let lines = sold.iter().map(|(key, _)| *key);
    let others = handed.iter().map(|(key, _)| *key).filter(|key| sold.iter().all(|(own, _)| own != key));
    lines.chain(others).collect()
}

fn sku_of(book: &Book, key: LevelKey) -> Option<&str> {
    book.catalogue.variant_by_id(key.variant_id).map(|variant| &*variant.sku)
}
