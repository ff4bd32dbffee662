//! How promises were kept: of those that fell due lately, a store and a way each.

use onshelf_domain::fulfilment::kept_percent;
use onshelf_vocabulary::{fulfilment::Way, staff::KeptView};

use crate::{Result, Shop};

/// How far back one looks, in days.
pub const PROMISE_DAYS: i64 = 28;
const DAY: i64 = 24 * 3_600_000;

/// The promises of one store in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Code of the store that hands it over, or sends it home.
    pub store: String,
    pub way: Way,
    pub promised: i64,
    pub kept: i64,
}

impl Shop {
    /// Promises that fell due within the last [`PROMISE_DAYS`] days, and how many of them were kept.
    pub async fn promises(&self) -> Result<Vec<Kept>> {
        let (book, now) = (self.book(), self.now_ms());
        let rows = {
            let mut reader = self.db().reader().await?;
            onshelf_db::fulfilment::promises(&mut reader.tx(), now - PROMISE_DAYS * DAY, now).await?
        };
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                Some(Kept {
                    store: book.stores.by_id(row.store_id)?.code.to_string(),
                    way: Way::from_code(&row.way)?,
                    promised: row.promised,
                    kept: row.kept,
                })
            })
            .collect())
    }
}

/// All of these together.
#[must_use]
pub fn together<'k>(all: impl IntoIterator<Item = &'k Kept>) -> KeptView {
    let (mut promised, mut kept) = (0, 0);
    for one in all {
        promised += one.promised;
        kept += one.kept;
    }
    KeptView { promised, kept, percent: kept_percent(kept, promised), days: PROMISE_DAYS }
}
