//! Rows of stock: counts, movements, or a bare "in stock". A store without any levels is loaded in bulk; elsewhere
//! each row is the count or the movement that a partner's call would be.

use std::collections::{HashMap, HashSet};

use futures::FutureExt;
use onshelf_db::{
    Db, Error, catalog, exchange,
    stock::{self, Cause, LevelKey, LevelRow},
};
use onshelf_vocabulary::{Sku, StoreCode};

use super::{
    ImportError, Mapping, Options,
    intake::Intake,
    plan::Plan,
    read::Record,
    report::{Entry, Ledger},
    row::Row,
    seen::Seen,
};

/// On one shelf; the same bound as the schema's.
const MOST: i64 = 1_000_000_000;
/// Rows of a bulk load that are written together.
const BULK: usize = 5_000;
/// A count from further ahead than a clock may be wrong by, in milliseconds.
const AHEAD: i64 = 10 * 60 * 1000;
const ACTOR: &str = "import";

pub(super) struct Stock {
    dry_run: bool,
    now: i64,
    stores: HashMap<String, i64>,
    /// Stores that had no levels when the import began.
    empty: HashSet<i64>,
    seen: Seen,
    kept: Vec<Line>,
    bulk: Vec<LevelRow>,
    /// What a dry run would have made of the levels it has met.
    foreseen: HashMap<LevelKey, Known>,
    /// Whether movements were asked of the ledger before they were booked.
    price_told: bool,
}

/// A row that has been checked, all but its SKU.
struct Line {
    line: u64,
    store_id: i64,
    store: String,
    sku: String,
    deed: Deed,
    safety_stock: Option<i64>,
    notes: Vec<Entry>,
}

#[derive(Clone)]
enum Deed {
    Count {
        on_hand: i64,
        counted_at: i64,
    },
    /// In stock, but nobody says how many: where some are known to be there, they stay.
    Present {
        otherwise: i64,
        counted_at: i64,
    },
    Move {
        delta: i64,
        reason: String,
        reference: String,
    },
}

/// A row whose SKU is known.
#[derive(Clone)]
struct Booking {
    key: LevelKey,
    deed: Deed,
    safety_stock: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Booked {
    Done,
    /// There was nothing to change.
    Kept,
    /// A newer count is known, or this movement has been booked already.
    Skipped,
    NotEnough,
}

/// A level as far as it decides what may be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known {
    on_hand: i64,
    checked_at: i64,
}

impl Deed {
    /// What booking would answer, and the level after it.
    fn foresee(&self, level: Option<Known>, now: i64) -> (Booked, Known) {
        let known = level.unwrap_or(Known { on_hand: 0, checked_at: i64::MIN });
        match *self {
            Deed::Count { counted_at, .. } | Deed::Present { counted_at, .. }
                if known.checked_at > counted_at =>
            {
                (Booked::Skipped, known)
            }
            Deed::Present { .. } if known.on_hand > 0 => (Booked::Kept, known),
            Deed::Count { on_hand, counted_at } | Deed::Present { otherwise: on_hand, counted_at } => {
                (Booked::Done, Known { on_hand, checked_at: counted_at })
            }
            Deed::Move { delta, .. } => {
                let on_hand = known.on_hand + delta;
                if (0..=MOST).contains(&on_hand) {
                    return (Booked::Done, Known { on_hand, checked_at: known.checked_at.max(now) });
                }
                // Even a movement that fails opens the level.
                (Booked::NotEnough, level.unwrap_or(Known { on_hand: 0, checked_at: now }))
            }
        }
    }
}

impl Stock {
    pub async fn new(db: &Db, options: &Options) -> Result<Stock, ImportError> {
        let mut reader = db.reader().await?;
        let codes = exchange::store_codes(&mut reader.tx()).await?;
        Ok(Stock {
            dry_run: options.dry_run,
            now: options.now_ms,
            empty: codes.iter().filter(|row| row.stocked == 0).map(|row| row.id).collect(),
            stores: codes.into_iter().map(|row| (row.code, row.id)).collect(),
            seen: Seen::default(),
            kept: Vec::new(),
            bulk: Vec::new(),
            foreseen: HashMap::new(),
            price_told: false,
        })
    }

    fn read(&mut self, row: &Row<'_>, plan: &Plan) -> Result<Line, Entry> {
        let store = row.required("store")?;
        StoreCode::new(store.as_ref()).map_err(|_| row.bad("store", "not a store code", &store))?;
        let store_id =
            *self.stores.get(store.as_ref()).ok_or_else(|| row.bad("store", "no such store", &store))?;
        let sku = row.required("sku")?;
        Sku::new(sku.as_ref()).map_err(|_| row.bad("sku", "not a SKU", &sku))?;
        let deed = self.deed(row, plan)?;
        let safety_stock = row.whole("safety_stock", 0, MOST)?;
        let id = match &deed {
            Deed::Count { .. } | Deed::Present { .. } => (store_id, sku.as_ref(), ""),
            Deed::Move { reference, .. } => (store_id, sku.as_ref(), reference.as_str()),
        };
        if let Some(line) = self.seen.before(&id, row.line()) {
            let value = format!("{store} {sku}, first on line {line}");
            return Err(row.bad("sku", "the same level stands twice: the first row counts", &value));
        }
        if !self.price_told && row.text("price").is_some() {
            self.price_told = true;
            row.warn("price", "prices by store are not kept: prices come with the products", "");
        }
        Ok(Line {
            line: row.line(),
            store_id,
            store: store.into_owned(),
            sku: sku.into_owned(),
            deed,
            safety_stock,
            notes: Vec::new(),
        })
    }

    fn deed(&self, row: &Row<'_>, plan: &Plan) -> Result<Deed, Entry> {
        let counted_at = self.counted_at(row)?;
        if let Some(mut on_hand) = row.whole("on_hand", 0, MOST)? {
            let availability = row.text("availability").map(|text| plain(&text));
            if on_hand > 0 && availability.as_deref() == Some("out_of_stock") {
                row.warn(
                    "on_hand",
                    "a quantity of what is out of stock: taken as none",
                    &on_hand.to_string(),
                );
                on_hand = 0;
            }
            return Ok(Deed::Count { on_hand, counted_at });
        }
        if let Some(delta) = row.whole("delta", -MOST, MOST)? {
            let reference = row.bounded("reference", 200)?;
            if reference.is_empty() {
                let why = "missing: without it the same file would be booked twice";
                return Err(row.bad("reference", why, ""));
            }
            if delta == 0 {
                return Err(row.bad("delta", "a movement of nothing", "0"));
            }
            let reason = row.bounded("reason", 40)?;
            let reason = if reason.is_empty() { "import".to_owned() } else { reason };
            return Ok(Deed::Move { delta, reason, reference });
        }
        let Some(availability) = row.text("availability") else {
            return Err(row.bad("on_hand", "missing: neither a quantity nor an availability", ""));
        };
        match plain(&availability).as_str() {
            "in_stock" | "limited_availability" | "limited" => {
                row.warn("on_hand", "no quantity for what is in stock", &availability);
                let otherwise = plan.mapping.in_stock_quantity.unwrap_or(1).clamp(0, MOST);
                Ok(Deed::Present { otherwise, counted_at })
            }
            "out_of_stock" | "preorder" | "backorder" | "on_display_to_order" => {
                Ok(Deed::Count { on_hand: 0, counted_at })
            }
            _ => Err(row.bad("availability", "neither in stock nor out of stock", &availability)),
        }
    }

    fn counted_at(&self, row: &Row<'_>) -> Result<i64, Entry> {
        let Some(text) = row.text("counted_at") else { return Ok(self.now) };
        let at: jiff::Timestamp =
            text.parse().map_err(|_| row.bad("counted_at", "not a time with an offset (RFC 3339)", &text))?;
        let at = at.as_millisecond();
        if at > self.now + AHEAD {
            return Err(row.bad("counted_at", "in the future", &text));
        }
        Ok(at)
    }

    /// Finds the SKUs of what is kept, rejects what has none, and parts bulk loads from bookings.
    async fn resolve(&mut self, db: &Db, ledger: &mut Ledger) -> Result<Vec<(Line, Booking)>, ImportError> {
        let kept = std::mem::take(&mut self.kept);
        let skus: HashSet<&str> = kept.iter().map(|line| line.sku.as_str()).collect();
        let skus: Vec<&str> = skus.into_iter().collect();
        let mut reader = db.reader().await?;
        let ids: HashMap<String, i64> =
            catalog::variant_ids(&mut reader.tx(), &skus).await?.into_iter().collect();
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

    async fn load(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        let levels = std::sync::Arc::new(std::mem::take(&mut self.bulk));
        let (count, now) = (levels.len(), self.now);
        if self.dry_run {
            for level in levels.iter() {
                let key = LevelKey { store_id: level.store_id, variant_id: level.variant_id };
                // A level that is there already is left alone.
                let known = Known { on_hand: level.on_hand, checked_at: level.checked_at };
                self.foreseen.entry(key).or_insert(known);
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

    async fn book(
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

/// `In stock` and `in-stock` are one word.
fn plain(availability: &str) -> String {
    availability.trim().to_lowercase().replace([' ', '-'], "_")
}

impl Intake for Stock {
    fn needs(&self, _: &Mapping) -> &'static [&'static [&'static str]] {
        &[&["store"], &["sku"], &["on_hand", "delta", "availability"]]
    }

    fn take(&mut self, plan: &Plan, record: &Record, ledger: &mut Ledger) {
        let row = Row::new(record, &plan.fields, &plan.tables);
        match self.read(&row, plan) {
            Ok(mut line) => {
                line.notes = row.into_notes();
                self.kept.push(line);
            }
            Err(bad) => ledger.reject(bad),
        }
    }

    async fn write(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        if self.kept.is_empty() {
            return Ok(());
        }
        let bookings = self.resolve(db, ledger).await?;
        if !bookings.is_empty() {
            self.book(db, bookings, ledger).await?;
        }
        if self.bulk.len() >= BULK { self.load(db, ledger).await } else { Ok(()) }
    }

    async fn finish(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        self.load(db, ledger).await?;
        if let Some(note) = self.seen.note() {
            ledger.warn(Entry::new(0, "sku", note, ""));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000;

    fn known(on_hand: i64, checked_at: i64) -> Known {
        Known { on_hand, checked_at }
    }

    fn moved(delta: i64) -> Deed {
        Deed::Move { delta, reason: "sale".to_owned(), reference: "R".to_owned() }
    }

    #[test]
    fn a_dry_run_answers_as_booking_would() {
        let count = Deed::Count { on_hand: 4, counted_at: 500 };
        let present = Deed::Present { otherwise: 1, counted_at: 500 };
        for (deed, level, outcome, after) in [
            (&count, None, Booked::Done, known(4, 500)),
            (&count, Some(known(9, 500)), Booked::Done, known(4, 500)),
            (&count, Some(known(9, 501)), Booked::Skipped, known(9, 501)),
            (&present, None, Booked::Done, known(1, 500)),
            (&present, Some(known(0, 100)), Booked::Done, known(1, 500)),
            (&present, Some(known(9, 100)), Booked::Kept, known(9, 100)),
            (&present, Some(known(9, 501)), Booked::Skipped, known(9, 501)),
            (&moved(-2), Some(known(3, 100)), Booked::Done, known(1, NOW)),
            (&moved(-4), Some(known(3, 100)), Booked::NotEnough, known(3, 100)),
            (&moved(-1), None, Booked::NotEnough, known(0, NOW)),
            (&moved(MOST), Some(known(1, 100)), Booked::NotEnough, known(1, 100)),
        ] {
            assert_eq!(deed.foresee(level, NOW), (outcome, after), "{level:?}");
        }
    }
}
