//! What tills, ERPs and warehouses tell us of stock.

use onshelf_db::{
    Tx,
    stock::{self, Cause, LevelKey},
};
use onshelf_vocabulary::{Quantity, Sku, StoreCode};
use serde::{Deserialize, Serialize};

use crate::{Book, Error, Once, Result, Shop, StockRefusal, partners::Partner};

/// What was counted on a shelf.
#[derive(Clone, Debug)]
pub struct CountInput {
    pub store: StoreCode,
    pub sku: Sku,
    /// 0 to 1,000,000.
    pub on_hand: i64,
    /// Unix milliseconds.
    pub counted_at: i64,
}

/// A delivery, a loss, a transfer: what came or went.
#[derive(Clone, Debug)]
pub struct Movement {
    pub store: StoreCode,
    pub sku: Sku,
    pub delta: i64,
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

/// A level after a change.
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
                    let after = level_after(&mut tx, key, &input.store, &input.sku, now).await?;
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
        let mut keyed = Vec::with_capacity(lines.len());
        for (line, movement) in lines.into_iter().enumerate() {
            partner.may_for(&movement.store, "stock")?;
            keyed.push((self.level_key(&book, line, &movement.store, &movement.sku)?, line, movement));
        }
        // Levels are always locked in key order, so that two writers never wait for each other.
        keyed.sort_by_key(|(key, line, _)| (*key, *line));
        let (once, actor, now) = (once.clone(), partner.actor(), self.now_ms());
        let after = self
            .db()
            .write(move |mut tx| {
                let (once, actor, keyed) = (once.clone(), actor.clone(), keyed.clone());
                Box::pin(async move {
                    if let Some(before) = once.before(&mut tx).await? {
                        return Ok::<_, Error>(before);
                    }
                    let mut levels = Vec::with_capacity(keyed.len());
                    for (key, line, movement) in &keyed {
                        enter(&mut tx, *key, *line, movement, &actor, now).await?;
                    }
                    for (key, line, movement) in &keyed {
                        levels.push((
                            *line,
                            level_after(&mut tx, *key, &movement.store, &movement.sku, now).await?,
                        ));
                    }
                    levels.sort_by_key(|(line, _)| *line);
                    let levels: Vec<LevelAfter> = levels.into_iter().map(|(_, level)| level).collect();
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

pub(crate) async fn level_after(
    tx: &mut Tx<'_>,
    key: LevelKey,
    store: &StoreCode,
    sku: &Sku,
    now: i64,
) -> Result<LevelAfter> {
    let level =
        stock::level(tx, key).await?.ok_or_else(|| Error::internal("a changed level is not there"))?;
    let held = level.held - stock::ran_out(tx, key, now).await?;
    Ok(LevelAfter {
        store: store.to_string(),
        sku: sku.to_string(),
        on_hand: level.on_hand,
        held,
        available: onshelf_domain::stock::available(level.on_hand, held, level.safety_stock),
    })
}
