//! `stock.changed` for partners: what `stock_changes` says becomes events, at most one a level and round. The place
//! up to which it was read lies in the database and moves in the events' own transaction, so that several
//! processes, and crashes, tell each change once.

use std::collections::{BTreeMap, BTreeSet};

use onshelf_db::{
    Tx, meta,
    stock::{self, ChangeRow, LevelKey},
};
use serde::{Deserialize, Serialize};

use super::{Event, tell_partners};
use crate::{Error, Result, Shop};

pub const STOCK_CHANGED: &str = "stock.changed";
const PLACE: &str = "stock_events";
/// Changes read in one round.
const BATCH: i64 = 1_000;
/// How long a gap in the ids is waited for: a transaction that took an id and has not committed yet. Milliseconds.
const GAP: i64 = 30_000;

/// What was told: every change up to `low`, and those above it that came before their elders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    low: i64,
    above: BTreeSet<i64>,
}

impl Place {
    /// The changes among `rows` that were not told yet.
    fn take(&mut self, rows: &[ChangeRow], now: i64) -> Vec<ChangeRow> {
        self.pass_forgotten(rows.first().map_or(i64::MAX, |row| row.id));
        let fresh = rows.iter().filter(|row| self.above.insert(row.id)).copied().collect();
        for row in rows {
            // Behind an old change nothing is still being written: its transaction was rolled back.
            let dead_gap = row.at < now - GAP && self.above.first() == Some(&row.id);
            if dead_gap {
                self.low = row.id - 1;
            }
            if self.above.first() == Some(&(self.low + 1)) {
                self.low += 1;
                self.above.remove(&self.low);
            }
        }
        fresh
    }

    /// What was told and is no longer there has been forgotten by housekeeping, and so has all before it.
    fn pass_forgotten(&mut self, oldest: i64) {
        while let Some(id) = self.above.first().copied().filter(|id| *id < oldest) {
            self.low = id;
            self.above.remove(&id);
        }
    }
}

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
                        let low = stock::last_change(&mut tx).await?;
                        let start = serde_json::to_string(&Place { low, ..Place::default() })?;
                        meta::set(&mut tx, PLACE, &start).await?;
                        return Ok::<_, Error>(0);
                    };
                    let mut place: Place = serde_json::from_str(&before)?;
                    let rows = stock::changes_after(&mut tx, place.low, BATCH).await?;
                    let fresh = place.take(&rows, now);
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
                        let key = LevelKey { store_id: change.store_id, variant_id: change.variant_id };
                        levels.insert(key, change.at);
                    }
                    let mut events = Vec::with_capacity(levels.len());
                    for (key, at) in levels {
                        let store = book.stores.by_id(key.store_id).map(|store| store.code.to_string());
                        let sku = book
                            .catalogue
                            .variant_by_id(key.variant_id)
                            .map(|variant| variant.sku.to_string());
                        if let (Some(store), Some(sku)) = (store, sku) {
                            let data = level_data(&mut tx, key, &store, &sku, now).await?;
                            events.push(Event { name: STOCK_CHANGED.to_owned(), data, at });
                        }
                    }
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

async fn level_data(
    tx: &mut Tx<'_>,
    key: LevelKey,
    store: &str,
    sku: &str,
    now: i64,
) -> Result<serde_json::Value> {
    let level = stock::level(tx, key).await?;
    let holds = stock::live_holds(tx, key).await?;
    let held: i64 = holds.iter().filter(|hold| hold.expires_at > now).map(|hold| hold.quantity).sum();
    let (on_hand, safety) = level.map_or((0, 0), |level| (level.on_hand, level.safety_stock));
    let available = onshelf_domain::stock::available(on_hand, held, safety);
    Ok(serde_json::json!({
        "store": store, "sku": sku, "on_hand": on_hand, "held": held, "available": available,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(ids: &[i64], at: i64) -> Vec<ChangeRow> {
        ids.iter().map(|id| ChangeRow { id: *id, store_id: 1, variant_id: 1, at }).collect()
    }

    fn ids(rows: &[ChangeRow]) -> Vec<i64> {
        rows.iter().map(|row| row.id).collect()
    }

    #[test]
    fn each_change_is_taken_once_also_one_that_comes_late() {
        let mut place = Place::default();
        assert_eq!(ids(&place.take(&rows(&[1, 2, 4], 0), 1_000)), [1, 2, 4]);
        assert_eq!(place.low, 2, "the gap at 3 holds the mark");
        assert_eq!(ids(&place.take(&rows(&[4], 0), 1_000)), [0i64; 0]);
        assert_eq!(ids(&place.take(&rows(&[3, 4, 5], 0), 1_000)), [3, 5]);
        assert_eq!((place.low, place.above.len()), (5, 0));
    }

    #[test]
    fn a_gap_that_never_fills_is_given_up() {
        let mut place = Place::default();
        place.take(&rows(&[5, 6], 0), 1_000);
        assert_eq!(place.low, 0);
        assert!(place.take(&rows(&[5, 6], 0), GAP + 1).is_empty());
        assert_eq!((place.low, place.above.len()), (6, 0));
    }

    #[test]
    fn forgotten_changes_do_not_hold_the_mark() {
        let mut place = Place::default();
        place.take(&rows(&[5, 6], 0), 1_000);
        assert_eq!(ids(&place.take(&rows(&[8], 1_000), 1_000)), [8]);
        assert_eq!(place.low, 6);
    }
}
