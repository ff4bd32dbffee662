//! `stock.changed` for partners: what `stock_changes` says becomes events, at most one a level and round. The place
//! up to which it was read lies in the database and moves in the events' own transaction, so that several
//! processes, and crashes, tell each change once.

use std::collections::BTreeMap;

use onshelf_db::{
    meta,
    stock::{self, LevelKey},
};

use super::{Event, tell_partners};
use crate::{
    Error, Result, Shop,
    stock::{Place, levels_after},
};

pub const STOCK_CHANGED: &str = "stock.changed";
const PLACE: &str = "stock_events";
/// Changes read in one round, which become an event a level: more than a busy second of a large chain brings.
const BATCH: i64 = 10_000;

impl Shop {
    /// One round; answers how many events it wrote. Costs one small read where no partner wants to know.
    pub async fn tell_stock_changes(&self) -> Result<usize> {
        if !self.somebody_wants(STOCK_CHANGED).await? {
            return Ok(0);
        }
        let (book, now) = (self.book(), self.now_ms());
        let told = self
            .db()
            .write(move |mut tx| {
                let book = book.clone();
                Box::pin(async move {
                    let Some(before) = meta::get(&mut tx, PLACE).await? else {
                        // Nobody wanted to know before: what was is not news.
                        let last = stock::last_change(&mut tx).await?;
                        let start = serde_json::to_string(&Place::after(last))?;
                        meta::set(&mut tx, PLACE, &start).await?;
                        return Ok::<_, Error>(0);
                    };
                    let mut place: Place = serde_json::from_str(&before)?;
                    let fresh = place.read(&mut tx, now, BATCH).await?;
                    let after = serde_json::to_string(&place)?;
                    if after == before {
                        return Ok(0);
                    }
                    if !meta::replace(&mut tx, PLACE, &before, &after).await? {
                        // Another process was quicker: begin again after it.
                        return Err(onshelf_db::Error::Contended.into());
                    }
                    let mut levels: BTreeMap<LevelKey, i64> = BTreeMap::new();
                    for change in fresh {
                        levels.insert(change.key(), change.at);
                    }
                    let known = levels.iter().filter_map(|(key, at)| {
                        let store = book.stores.by_id(key.store_id)?;
                        let variant = book.catalogue.variant_by_id(key.variant_id)?;
                        Some(((*key, store.code.as_str(), &*variant.sku), *at))
                    });
                    let (named, moments): (Vec<(LevelKey, &str, &str)>, Vec<i64>) = known.unzip();
                    let after = levels_after(&mut tx, &named, now).await?;
                    let events = after.into_iter().zip(moments).map(|(level, at)| {
                        Ok(Event { name: STOCK_CHANGED.to_owned(), data: serde_json::to_value(level)?, at })
                    });
                    let events = events.collect::<Result<Vec<_>>>()?;
                    tell_partners(&mut tx, &events, now).await?;
                    Ok(events.len())
                })
            })
            .await?;
        if told > 0 {
            self.wake_outbox();
        }
        Ok(told)
    }
}
