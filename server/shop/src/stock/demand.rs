//! What a basket asks of the shelves of one store.

use onshelf_db::stock::LevelKey;
use onshelf_domain::stock::sum_demand;
use onshelf_vocabulary::{cart::Line, fulfilment::Fault};

use crate::Book;

/// Summed per level, in key order: how levels are always locked.
pub(crate) fn demand(book: &Book, store_id: i64, lines: &[Line]) -> Result<Vec<(LevelKey, i64)>, Fault> {
    let mut levels = sum_demand(lines)?
        .into_iter()
        .map(|(sku, quantity)| {
            let variant = book.catalogue.variant(sku.as_str()).ok_or(Fault::UnknownSku)?;
            Ok((LevelKey { store_id, variant_id: variant.id }, quantity))
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    levels.sort_unstable_by_key(|(key, _)| *key);
    Ok(levels)
}
