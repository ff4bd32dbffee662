//! What may be asked for at a time, judged here before stores are ranked for it, ways are listed or a shelf is held: a
//! question is refused what the deed after it would be refused.

use onshelf_domain::stock::sum_lines;
use onshelf_vocabulary::{
    Currency, StoreCode,
    cart::Line,
    fulfilment::{Fault, FieldFault, ReservationRefusal},
};

use crate::{Book, Shop};

impl Shop {
    /// What is asked for, wherever it is: all of it known, each SKU once with its sum.
    pub fn lines_asked(&self, lines: &[Line]) -> Result<Vec<Line>, ReservationRefusal> {
        judged(&self.book(), None, lines).map_err(|faults| ReservationRefusal::Invalid { faults })
    }

    /// The same, all of it sold at the store that was chosen, or else in the money of pages that are bound to none.
    pub fn lines_asked_at(
        &self,
        store: Option<&StoreCode>,
        lines: &[Line],
    ) -> Result<Vec<Line>, ReservationRefusal> {
        let book = self.book();
        let currency = match store {
            None => Some(self.settings().currency),
            Some(code) => book.stores.visited(code.as_str()).map(|store| store.currency),
        };
        if currency.is_some() {
            return judged(&book, currency, lines).map_err(|faults| ReservationRefusal::Invalid { faults });
        }
        let mut faults = vec![fault("/store", Fault::UnknownStore)];
        faults.extend(line_faults(&book, None, lines));
        Err(ReservationRefusal::Invalid { faults })
    }
}

/// What is wrong with lines that are to be had for one sort of money, or anywhere where none is named.
pub(crate) fn line_faults(book: &Book, currency: Option<Currency>, lines: &[Line]) -> Vec<FieldFault> {
    judged(book, currency, lines).err().unwrap_or_default()
}

fn judged(book: &Book, currency: Option<Currency>, lines: &[Line]) -> Result<Vec<Line>, Vec<FieldFault>> {
    let summed = sum_lines(lines).map_err(|what| vec![fault("/lines", what)])?;
    let unsold = |(index, line): (usize, &Line)| {
        let pointer = || format!("/lines/{index}/sku");
        let Some(variant) = book.catalogue.variant(line.sku.as_str()) else {
            return Some(fault(pointer(), Fault::UnknownSku));
        };
        let sold = currency.is_none_or(|currency| book.catalogue.for_sale(variant, currency));
        (!sold).then(|| fault(pointer(), Fault::NotForSale))
    };
    let faults: Vec<FieldFault> = lines.iter().enumerate().filter_map(unsold).collect();
    if faults.is_empty() { Ok(summed) } else { Err(faults) }
}

fn fault(pointer: impl Into<String>, fault: Fault) -> FieldFault {
    FieldFault { pointer: pointer.into(), fault }
}
