//! Handing over by a pass: once, whoever has a copy of it. A device that was away hands over what it could check by
//! itself, and it is written down when the device is back.

use jiff::Timestamp;
use onshelf_db::{
    Tx, orders,
    passes::{self, PassRow, ended},
};
use onshelf_vocabulary::orders::PassRefusal;
use serde::{Deserialize, Serialize};

use super::Associate;
use crate::{
    Error, Once, Result, Shop,
    fulfilment::state_of,
    journeys::write_step,
    orders::{Opened, opens, refuse_pass},
    stores::Store,
};

/// What came of a hand-over that a device made while it was away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// Number of what was handed over.
    pub number: String,
    /// Its owner took the pass back after that.
    pub revoked_since: bool,
}

impl Shop {
    /// Hands over what a pass opens, which is thereby used. `serial` is the pass's own name, as look-up answered it.
    /// Said again under the same key it is one hand-over; a copy of the pass has no such key.
    pub async fn hand_over_by_pass(
        &self,
        who: &Associate,
        store: &str,
        serial: &str,
        once: Option<&Once>,
    ) -> Result<()> {
        let book = self.book();
        let code = who.store(&book, store)?.code.clone();
        let (actor, serial, now) = (who.actor(), serial.to_owned(), self.now());
        let once = once.cloned();
        self.db()
            .write(move |mut tx| {
                let (book, code, once) = (book.clone(), code.clone(), once.clone());
                let (actor, serial) = (actor.clone(), serial.clone());
                Box::pin(async move {
                    let store = book.stores.by_code(code.as_str()).ok_or(Error::NotFound)?;
                    let at = now.as_millisecond();
                    if Once::was_asked(&mut tx, once.as_ref(), at).await? {
                        return Ok::<_, Error>(());
                    }
                    let pass = passes::by_serial(&mut tx, &serial).await?.ok_or(Error::NotFound)?;
                    let opened = opened(&mut tx, store, pass, at).await?;
                    if !passes::use_once(&mut tx, opened.pass.id, &actor, at).await? {
                        return Err(refuse_pass(PassRefusal::Used));
                    }
                    let step = state_of(&opened.row)?.hand_over(now)?;
                    write_step(&mut tx, &opened.row, step, &actor, now).await?;
                    onshelf_db::staff::trail(&mut tx, &actor, "hand_over", &opened.row.number, at).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        self.wake_stock();
        self.wake_outbox();
        Ok(())
    }

    /// Writes down what a device handed over at `at` while it was away, as it was right to do then. Refused, with
    /// nothing written, where it was not: used or taken back before, or given up since.
    pub async fn hand_over_away(
        &self,
        who: &Associate,
        store: &str,
        pass: &str,
        at: Timestamp,
        once: &Once,
    ) -> Result<Away> {
        let book = self.book();
        let code = who.store(&book, store)?.code.clone();
        let (shop, actor, pass, now) = (self.clone(), who.actor(), pass.to_owned(), self.now());
        let (once, at) = (once.clone(), at.min(now));
        let away = self
            .db()
            .write(move |mut tx| {
                let (book, code, shop, once) = (book.clone(), code.clone(), shop.clone(), once.clone());
                let (actor, pass) = (actor.clone(), pass.clone());
                Box::pin(async move {
                    if let Some(before) = once.before(&mut tx).await? {
                        return Ok::<Away, Error>(before);
                    }
                    let store = book.stores.by_code(code.as_str()).ok_or(Error::NotFound)?;
                    let pass = shop.signed_pass(&mut tx, store, &pass).await?;
                    let away = written(&mut tx, store, pass, &actor, at, now).await?;
                    once.keep(&mut tx, &away, now.as_millisecond()).await?;
                    Ok(away)
                })
            })
            .await?;
        self.wake_stock();
        self.wake_outbox();
        Ok(away)
    }
}

/// What a pass opens. Its order is waited for before the pass is used: whoever cancels comes the same way.
async fn opened(tx: &mut Tx<'_>, store: &Store, pass: PassRow, at: i64) -> Result<Opened> {
    let opened = opens(tx, store, pass, at).await?;
    if let Some(order_id) = opened.row.order_id {
        orders::lock(tx, order_id).await?;
    }
    Ok(opened)
}

async fn written(
    tx: &mut Tx<'_>,
    store: &Store,
    pass: PassRow,
    actor: &str,
    at: Timestamp,
    now: Timestamp,
) -> Result<Away> {
    let then = at.as_millisecond();
    let by_owner = matches!(pass.revoked_by.as_str(), ended::OWNER | ended::RENEWED);
    let revoked_since = by_owner && pass.revoked_at.is_some_and(|revoked| revoked > then);
    // What its owner took back after it was used was right when it was used.
    let as_it_was =
        if revoked_since { PassRow { revoked_at: None, revoked_by: String::new(), ..pass } } else { pass };
    let opened = opened(tx, store, as_it_was, then).await?;
    if !passes::used_before(tx, opened.pass.id, actor, then).await? {
        return Err(refuse_pass(PassRefusal::Used));
    }
    let step = state_of(&opened.row)?.hand_over(at)?;
    write_step(tx, &opened.row, step, actor, now).await?;
    onshelf_db::staff::trail(tx, actor, "hand_over_away", &opened.row.number, now.as_millisecond()).await?;
    Ok(Away { number: opened.row.number, revoked_since })
}
