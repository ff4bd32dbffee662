//! Rows into levels: a store without any is loaded in bulk, elsewhere each row is booked by itself.

use std::collections::{HashMap, HashSet};

use futures::FutureExt;
use onshelf_db::{
    Db, Error, catalog, exchange,
    stock::{self, Cause, LevelKey, LevelRow},
};
use onshelf_domain::catalog::read_gtin;

use super::{
    super::{
        ImportError,
        report::{Entry, Ledger},
    },
    Line, Stock,
    deed::{Booked, Booking, Deed, Known},
};

const ACTOR: &str = "import";

impl Stock {
    /// Finds the SKUs of what is kept, rejects what has none, and parts bulk loads from bookings.
    pub(super) async fn resolve(
        &mut self,
        db: &Db,
        ledger: &mut Ledger,
    ) -> Result<Vec<(Line, Booking)>, ImportError> {
        let kept = std::mem::take(&mut self.kept);
        let names: HashSet<&str> = kept.iter().map(|line| line.sku.as_str()).collect();
        let ids = variants(db, &names.into_iter().collect::<Vec<_>>()).await?;
        let mut bookings = Vec::new();
        for mut line in kept {
            let Some(variant_id) = ids.get(&line.sku).copied() else {
                ledger.reject(Entry::new(line.line, "sku", "no such SKU", &line.sku));
                continue;
            };
            std::mem::take(&mut line.notes).into_iter().for_each(|note| ledger.warn(note));
            let key = LevelKey { store_id: line.store_id, variant_id };
            match line.deed {
                Deed::Count { on_hand, counted_at } | Deed::Present { otherwise: on_hand, counted_at }
                    if self.empty.contains(&line.store_id) =>
                {
                    self.bulk.push(LevelRow {
                        store_id: key.store_id,
                        variant_id,
                        on_hand,
                        held: 0,
                        safety_stock: line.safety_stock.unwrap_or(0),
                        checked_at: counted_at,
                    });
                }
                _ => {
                    let booking = Booking { key, deed: line.deed.clone(), safety_stock: line.safety_stock };
                    bookings.push((line, booking));
                }
            }
        }
        Ok(bookings)
    }

    pub(super) async fn load(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        let levels = std::sync::Arc::new(std::mem::take(&mut self.bulk));
        let (count, now) = (levels.len(), self.now);
        if self.dry_run {
            for level in levels.iter() {
                // A level that is there already is left alone.
                let known = Known { on_hand: level.on_hand, checked_at: level.checked_at };
                self.foreseen.entry(level.key()).or_insert(known);
            }
        } else if count > 0 {
            db.write::<(), Error, _>(move |mut tx| {
                let levels = levels.clone();
                async move {
                    let cause = Cause { reason: "count", reference: "", actor: ACTOR, at: now };
                    stock::stock_up(&mut tx, &levels, cause).await?;
                    exchange::announce_all(&mut tx, &levels, now).await
                }
                .boxed()
            })
            .await?;
        }
        ledger.accept(count as u64);
        ledger.wrote("levels", count);
        Ok(())
    }

    /// What booking would answer: the levels as they are, and what this file did to them before.
    async fn foresee(&mut self, db: &Db, bookings: &[(Line, Booking)]) -> Result<Vec<Booked>, ImportError> {
        let mut reader = db.reader().await?;
        let mut outcomes = Vec::with_capacity(bookings.len());
        for (_, Booking { key, deed, .. }) in bookings {
            if let Deed::Move { reason, reference, .. } = deed
                && exchange::is_entered(&mut reader.tx(), *key, reason, reference).await?
            {
                outcomes.push(Booked::Skipped);
                continue;
            }
            let known = match self.foreseen.get(key) {
                Some(known) => Some(*known),
                None => stock::level(&mut reader.tx(), *key)
                    .await?
                    .map(|level| Known { on_hand: level.on_hand, checked_at: level.checked_at }),
            };
            let (outcome, after) = deed.foresee(known, self.now);
            self.foreseen.insert(*key, after);
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    pub(super) async fn book(
        &mut self,
        db: &Db,
        mut bookings: Vec<(Line, Booking)>,
        ledger: &mut Ledger,
    ) -> Result<(), ImportError> {
        // Levels are always locked in key order, so that two writers never wait for each other.
        bookings.sort_by_key(|(_, booking)| booking.key);
        let outcomes = if self.dry_run {
            self.foresee(db, &bookings).await?
        } else {
            let work: std::sync::Arc<Vec<Booking>> =
                std::sync::Arc::new(bookings.iter().map(|(_, booking)| booking.clone()).collect());
            let now = self.now;
            db.write::<Vec<Booked>, Error, _>(move |mut tx| {
                let work = work.clone();
                async move {
                    let mut outcomes = Vec::with_capacity(work.len());
                    for booking in work.iter() {
                        outcomes.push(booked(&mut tx, booking, now).await?);
                    }
                    Ok(outcomes)
                }
                .boxed()
            })
            .await?
        };
        for ((line, _), outcome) in bookings.into_iter().zip(outcomes) {
            match outcome {
                Booked::Done => {
                    ledger.accept(1);
                    ledger.wrote("levels", 1);
                }
                Booked::Kept => ledger.accept(1),
                Booked::Skipped => ledger.skip(),
                Booked::NotEnough => {
                    let value = format!("{} {}", line.store, line.sku);
                    ledger.reject(Entry::new(line.line, "delta", "more than is on hand", &value));
                }
            }
        }
        Ok(())
    }
}

/// Ids by what a file calls its variants: the SKU, else the GTIN where no other variant has the same.
async fn variants(db: &Db, names: &[&str]) -> Result<HashMap<String, i64>, ImportError> {
    let mut reader = db.reader().await?;
    let mut ids: HashMap<String, i64> =
        catalog::variant_ids(&mut reader.tx(), names).await?.into_iter().collect();
    let unknown = names.iter().copied().filter(|name| !ids.contains_key(*name));
    let gtins: Vec<(&str, String)> =
        unknown.filter_map(|name| Some((name, read_gtin(name)?.display()))).collect();
    if gtins.is_empty() {
        return Ok(ids);
    }
    let asked: Vec<&str> = gtins.iter().map(|(_, gtin)| gtin.as_str()).collect();
    let mut known: HashMap<String, Vec<i64>> = HashMap::new();
    for (gtin, id) in catalog::variants_by_gtin(&mut reader.tx(), &asked).await? {
        known.entry(gtin).or_default().push(id);
    }
    for (name, gtin) in gtins {
        if let Some([id]) = known.get(&gtin).map(Vec::as_slice) {
            ids.insert(name.to_owned(), *id);
        }
    }
    Ok(ids)
}

async fn booked(tx: &mut onshelf_db::Tx<'_>, booking: &Booking, now: i64) -> Result<Booked, Error> {
    let key = booking.key;
    let known = match &booking.deed {
        Deed::Present { .. } => stock::level(tx, key).await?,
        Deed::Count { .. } | Deed::Move { .. } => None,
    };
    let outcome = match &booking.deed {
        Deed::Present { counted_at, .. }
            if known.is_some_and(|level| level.on_hand > 0 && level.checked_at <= *counted_at) =>
        {
            Booked::Kept
        }
        Deed::Count { on_hand, counted_at } | Deed::Present { otherwise: on_hand, counted_at } => {
            let cause = Cause { reason: "count", reference: "", actor: ACTOR, at: now };
            match stock::count(tx, key, *on_hand, *counted_at, cause).await? {
                Some(_) => Booked::Done,
                None => Booked::Skipped,
            }
        }
        Deed::Move { reason, reference, .. } if exchange::is_entered(tx, key, reason, reference).await? => {
            Booked::Skipped
        }
        Deed::Move { delta, reason, reference } => {
            stock::open_level(tx, key, 0, now).await?;
            let cause = Cause { reason, reference, actor: ACTOR, at: now };
            if stock::shift(tx, key, *delta, cause).await? { Booked::Done } else { Booked::NotEnough }
        }
    };
    if let Some(safety_stock) =
        booking.safety_stock.filter(|_| matches!(outcome, Booked::Done | Booked::Kept))
    {
        stock::set_safety(tx, key, safety_stock).await?;
    }
    Ok(outcome)
}
