//! What is held already and from where it would be sent: for whoever holds it a shelf has more than it says. So it is
//! where a kept basket becomes an order, and where an order is changed.

use std::collections::HashMap;

use onshelf_db::{Tx, fulfilment::ReservationRow, stock::LevelKey};
use onshelf_vocabulary::{cart::Line, orders::Address};

use crate::{Book, Result, Shop, orders::Placed};

/// Where something that travels is held: it is sent from there, though the shelves say it is gone.
#[derive(Clone, Debug)]
pub(in crate::orders) struct Held {
    /// Of the group.
    pub number: String,
    pub way: String,
    pub store_id: i64,
    pub source_id: i64,
    pub address: Option<Address>,
    /// Each SKU once, in order.
    pub lines: Vec<(String, i64)>,
}

impl Shop {
    /// From where what is kept would be sent.
    pub(in crate::orders) async fn held_by(&self, book: &Book, of: Option<&Placed>) -> Result<Vec<Held>> {
        let Some(of) = of else { return Ok(Vec::new()) };
        let Some((_, rows)) = self.live_basket(of).await? else { return Ok(Vec::new()) };
        let mut reader = self.db().reader().await?;
        let held = self.held_for(&mut reader.tx(), book, rows).await?;
        Ok(held)
    }

    /// From where each of these groups would be sent.
    pub(in crate::orders) async fn held_for(
        &self,
        tx: &mut Tx<'_>,
        book: &Book,
        rows: Vec<ReservationRow>,
    ) -> Result<Vec<Held>> {
        let mut held = Vec::with_capacity(rows.len());
        for row in rows {
            let lines = in_order(&self.lines_in(tx, book, &row).await?);
            let source_id = row.source_id.unwrap_or(row.store_id);
            let address: Option<Address> = row.address.as_deref().map(serde_json::from_str).transpose()?;
            held.push(Held {
                number: row.number,
                way: row.way,
                store_id: row.store_id,
                source_id,
                address,
                lines,
            });
        }
        Ok(held)
    }
}

/// How much of each level is held.
pub(in crate::orders) fn levels_of(book: &Book, held: &[Held]) -> HashMap<LevelKey, i64> {
    let mut levels = HashMap::new();
    for one in held {
        for (sku, quantity) in &one.lines {
            let Some(variant) = book.catalogue.variant(sku) else { continue };
            let key = LevelKey { store_id: one.source_id, variant_id: variant.id };
            *levels.entry(key).or_insert(0) += quantity;
        }
    }
    levels
}

/// Each SKU once with its quantity, in order: to be compared.
pub(in crate::orders) fn in_order(lines: &[Line]) -> Vec<(String, i64)> {
    let mut sums = std::collections::BTreeMap::new();
    for line in lines {
        *sums.entry(line.sku.to_string()).or_insert(0) += line.quantity.get();
    }
    sums.into_iter().collect()
}
