//! What the lines of a group cost at a store, with what is taken off.

use jiff::Timestamp;
use onshelf_db::fulfilment::ReservationLineRow;
use onshelf_domain::fulfilment::{Pieces, reduced};
use onshelf_vocabulary::{Money, cart::Line};

use crate::{Basket, Book, Error, Result, Shop, stores::Store};

impl Shop {
    /// The lines as they are charged at a store, discounts taken off, and what they come to.
    pub(super) fn priced(
        &self,
        book: &Book,
        store: &Store,
        lines: &[Line],
        now: Timestamp,
    ) -> Result<(Vec<ReservationLineRow>, i64)> {
        let mut priced: Vec<(Line, i64)> = Vec::with_capacity(lines.len());
        let (mut variants, mut whole) = (Vec::with_capacity(lines.len()), 0i64);
        for line in lines {
            let variant = book.catalogue.variant(line.sku.as_str()).ok_or(Error::NotFound)?;
            let (price, _) = variant.price(store.currency).ok_or(Error::NotFound)?;
            let sum = price.checked_mul(line.quantity.get());
            let sum = sum.and_then(|sum: Money| whole.checked_add(sum.amount));
            whole = sum.ok_or_else(|| Error::internal("the total is beyond all money"))?;
            variants.push(variant.id);
            priced.push((line.clone(), price.amount));
        }
        let granted =
            self.discounts(&Basket { store: &store.code, currency: store.currency, lines: &priced, now });
        let prices: Vec<(i64, i64)> =
            priced.iter().map(|(line, price)| (line.quantity.get(), *price)).collect();
        let (mut rows, mut total) = (Vec::with_capacity(lines.len()), 0i64);
        for (position, pieces) in (0i64..).zip(reduced(&prices, &granted)) {
            let variant_id = *variants.get(pieces.line).ok_or(Error::NotFound)?;
            let Pieces { quantity, price, off, .. } = pieces;
            total += quantity * price;
            let discounts = serde_json::to_string(&off)?;
            rows.push(ReservationLineRow {
                reservation_id: 0,
                position,
                variant_id,
                quantity,
                price,
                discounts,
            });
        }
        Ok((rows, total))
    }
}
