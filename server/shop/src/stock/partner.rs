//! What tills, ERPs and warehouses tell us of stock, and what they are told of it.

use std::collections::{BTreeSet, HashMap};

use onshelf_db::{
    Tx,
    stock::{self, Cause, LevelKey, LevelRow},
};
use onshelf_domain::stock::{MOST_LINES, check_count, movement_faults};
use onshelf_vocabulary::{Quantity, Sku, StoreCode};
use serde::{Deserialize, Serialize};

use crate::{Book, Error, Once, Result, Shop, StockRefusal, partners::Partner};

/// What was counted on a shelf.
#[derive(Clone, Debug)]
pub struct CountInput {
    pub store: StoreCode,
    pub sku: Sku,
    /// 0 to [`onshelf_domain::stock::MOST_ON_HAND`].
    pub on_hand: i64,
    /// Unix milliseconds.
    pub counted_at: i64,
}

/// A delivery, a loss, a transfer: what came or went.
#[derive(Clone, Debug)]
pub struct Movement {
    pub store: StoreCode,
    pub sku: Sku,
    /// Not 0, and by no more than a shelf holds.
    pub delta: i64,
    /// Blanks around both are not kept.
    pub reason: String,
    pub reference: String,
}

/// A sale at a till.
#[derive(Clone, Debug)]
pub struct SaleInput {
    pub store: StoreCode,
    /// The till's own number of the receipt.
    pub receipt: String,
    pub lines: Vec<SaleLine>,
    /// A reservation that was paid and handed over with it.
    pub reservation: Option<String>,
}

/// How many of one thing were sold.
#[derive(Clone, Debug)]
pub struct SaleLine {
    pub sku: Sku,
    pub quantity: Quantity,
}

/// A level after a change, as partners are told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelAfter {
    pub store: String,
    pub sku: String,
    pub on_hand: i64,
    pub held: i64,
    /// Available to promise.
    pub available: i64,
}

impl Shop {
    /// Sets a level to what was counted. A count older than the last word changes nothing.
    #[tracing::instrument(target = "otel", level = "debug", name = "count stock", skip_all)]
    pub async fn count_stock(&self, partner: &Partner, once: &Once, input: CountInput) -> Result<LevelAfter> {
        check_count(input.on_hand, input.counted_at, self.now_ms()).map_err(StockRefusal::BadCount)?;
        partner.may_for(&input.store, "stock")?;
        let key = self.level_key(&self.book(), 0, &input.store, &input.sku)?;
        let (once, actor, now) = (once.clone(), partner.actor(), self.now_ms());
        let after = self
            .db()
            .write(move |mut tx| {
                let (once, actor, input) = (once.clone(), actor.clone(), input.clone());
                Box::pin(async move {
                    if let Some(before) = once.before(&mut tx).await? {
                        return Ok::<_, Error>(before);
                    }
                    let cause = Cause { reason: "count", reference: "", actor: &actor, at: now };
                    stock::count(&mut tx, key, input.on_hand, input.counted_at, cause).await?;
                    let counted = [(key, input.store.as_str(), input.sku.as_str())];
                    let after = levels_after(&mut tx, &counted, now).await?.pop();
                    let after = after.ok_or_else(|| Error::internal("a counted level is not told"))?;
                    once.keep(&mut tx, &after, now).await?;
                    Ok(after)
                })
            })
            .await?;
        self.wake_stock();
        Ok(after)
    }

    /// Enters movements, all or none.
    #[tracing::instrument(target = "otel", level = "debug", name = "move stock", skip_all)]
    pub async fn move_stock(
        &self,
        partner: &Partner,
        once: &Once,
        lines: Vec<Movement>,
    ) -> Result<Vec<LevelAfter>> {
        let book = self.book();
        check_movements(&lines)?;
        let mut keyed = Vec::with_capacity(lines.len());
        for (line, movement) in lines.into_iter().map(trimmed).enumerate() {
            partner.may_for(&movement.store, "stock")?;
            keyed.push((self.level_key(&book, line, &movement.store, &movement.sku)?, line, movement));
        }
        // Levels are always locked in key order, so that two writers never wait for each other.
        keyed.sort_by_key(|(key, line, _)| (*key, *line));
        let (once, actor, now) = (once.clone(), partner.actor(), self.now_ms());
        let after = self
            .db()
            .write(move |mut tx| {
                let (once, actor, mut keyed) = (once.clone(), actor.clone(), keyed.clone());
                Box::pin(async move {
                    if let Some(before) = once.before(&mut tx).await? {
                        return Ok::<_, Error>(before);
                    }
                    for (key, line, movement) in &keyed {
                        enter(&mut tx, *key, *line, movement, &actor, now).await?;
                    }
                    keyed.sort_by_key(|(_, line, _)| *line);
                    let moved: Vec<(LevelKey, &str, &str)> = keyed
                        .iter()
                        .map(|(key, _, movement)| (*key, movement.store.as_str(), movement.sku.as_str()))
                        .collect();
                    let levels = levels_after(&mut tx, &moved, now).await?;
                    once.keep(&mut tx, &levels, now).await?;
                    Ok(levels)
                })
            })
            .await?;
        self.wake_stock();
        Ok(after)
    }

    pub(crate) fn level_key(
        &self,
        book: &Book,
        line: usize,
        store: &StoreCode,
        sku: &Sku,
    ) -> Result<LevelKey> {
        let store = book.stores.by_code(store.as_str()).ok_or(StockRefusal::UnknownStore { line })?;
        let variant = book.catalogue.variant(sku.as_str()).ok_or(StockRefusal::UnknownSku { line })?;
        Ok(LevelKey { store_id: store.id, variant_id: variant.id })
    }
}

/// Every fault of every line at once, so that a file is mended in one go.
fn check_movements(lines: &[Movement]) -> Result<(), StockRefusal> {
    if lines.is_empty() || lines.len() > MOST_LINES {
        return Err(StockRefusal::BadLines);
    }
    let of_line = |(line, movement): (usize, &Movement)| {
        let faults = movement_faults(movement.delta, &movement.reason, &movement.reference);
        faults.into_iter().map(move |fault| (line, fault))
    };
    let faults: Vec<_> = lines.iter().enumerate().flat_map(of_line).collect();
    if faults.is_empty() { Ok(()) } else { Err(StockRefusal::BadMovements { faults }) }
}

fn trimmed(movement: Movement) -> Movement {
    Movement {
        reason: movement.reason.trim().to_owned(),
        reference: movement.reference.trim().to_owned(),
        ..movement
    }
}

async fn enter(
    tx: &mut Tx<'_>,
    key: LevelKey,
    line: usize,
    movement: &Movement,
    actor: &str,
    now: i64,
) -> Result<()> {
    if movement.delta > 0 {
        stock::open_level(tx, key, 0, now).await?;
    }
    let cause = Cause { reason: &movement.reason, reference: &movement.reference, actor, at: now };
    if stock::shift(tx, key, movement.delta, cause).await? {
        return Ok(());
    }
    let on_hand = stock::level(tx, key).await?.map_or(0, |level| level.on_hand);
    Err(StockRefusal::NotEnough { line, on_hand }.into())
}

/// How these levels stand, in their order, each with its store's code and its SKU. What has run out is held by nobody,
/// and a level that was never opened is empty.
pub(crate) async fn levels_after(
    tx: &mut Tx<'_>,
    named: &[(LevelKey, &str, &str)],
    now: i64,
) -> Result<Vec<LevelAfter>> {
    // Each once: what has run out would count as often as its level is asked for.
    let keys: BTreeSet<LevelKey> = named.iter().map(|(key, ..)| *key).collect();
    let keys: Vec<LevelKey> = keys.into_iter().collect();
    let rows = stock::levels(tx, &keys).await?;
    let levels: HashMap<LevelKey, LevelRow> = rows.into_iter().map(|row| (row.key(), row)).collect();
    let ran_out: HashMap<LevelKey, i64> = stock::ran_out(tx, &keys, now).await?.into_iter().collect();
    let after = |(key, store, sku): &(LevelKey, &str, &str)| {
        let level = levels.get(key);
        let (on_hand, safety) = level.map_or((0, 0), |level| (level.on_hand, level.safety_stock));
        let held = level.map_or(0, |level| level.held) - ran_out.get(key).copied().unwrap_or(0);
        let available = onshelf_domain::stock::available(on_hand, held, safety);
        LevelAfter { store: (*store).to_owned(), sku: (*sku).to_owned(), on_hand, held, available }
    };
    Ok(named.iter().map(after).collect())
}
