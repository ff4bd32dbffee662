//! The shelves: what is on hand, what is held of it, what is left.

use std::collections::BTreeMap;

use super::{super::orders::Wish, Booking, Ledger, Outcome};
use crate::drills::ground;

/// So many of a SKU on a store's shelf: store, SKU, units.
pub type Piece = (usize, usize, i64);

#[derive(Clone, Copy, Debug, Default)]
pub struct Level {
    on_hand: i64,
    checked_at: i64,
}

/// The first store's shelves begin with `initial` each, the second has none.
pub(super) fn filled(initial: i64) -> BTreeMap<(usize, usize), Level> {
    (0..ground::SKUS).map(|sku| ((0, sku), Level { on_hand: initial, checked_at: 0 })).collect()
}

/// What of a shelf is among these.
fn units(pieces: impl Iterator<Item = Piece>, store: usize, sku: usize) -> i64 {
    pieces.filter(|piece| (piece.0, piece.1) == (store, sku)).map(|piece| piece.2).sum()
}

impl Ledger {
    pub fn levels(&self) -> impl Iterator<Item = (usize, usize, i64)> {
        self.levels.keys().map(|(store, sku)| (*store, *sku, self.available(*store, *sku)))
    }

    pub fn on_hand(&self, store: usize, sku: usize) -> i64 {
        self.levels.get(&(store, sku)).map_or(0, |level| level.on_hand)
    }

    pub fn live(&self) -> impl Iterator<Item = &Booking> {
        self.bookings.iter().filter(|booking| self.status(booking).is_live())
    }

    /// What is held, also in kept baskets and for groups that the shop has made and whose numbers are not known yet.
    fn held(&self) -> impl Iterator<Item = Piece> {
        let awaited = self.awaited.iter().filter(|awaited| awaited.status.is_live());
        let awaited = awaited.flat_map(|awaited| awaited.wish.pieces());
        self.live().flat_map(Booking::pieces).chain(awaited).chain(self.held_by_baskets())
    }

    pub fn available(&self, store: usize, sku: usize) -> i64 {
        (self.on_hand(store, sku) - units(self.held(), store, sku)).max(0)
    }

    /// Whether all of it is there, where what is `freed` is given back first.
    pub fn has(&self, wanted: &[Piece], freed: &[Piece]) -> bool {
        wanted.iter().all(|(store, sku, _)| {
            let of = |pieces: &[Piece]| units(pieces.iter().copied(), *store, *sku);
            self.on_hand(*store, *sku) - units(self.held(), *store, *sku) + of(freed) >= of(wanted)
        })
    }

    /// Whether the shelves show all of it to whom so much of them is `own` already.
    pub fn shows(&self, wanted: &[Piece], own: &[Piece]) -> bool {
        wanted.iter().all(|(store, sku, _)| {
            let of = |pieces: &[Piece]| units(pieces.iter().copied(), *store, *sku);
            self.available(*store, *sku) + of(own) >= of(wanted)
        })
    }

    pub(super) fn count(&mut self, store: usize, sku: usize, on_hand: i64, at: i64) -> Outcome {
        let level = self.levels.entry((store, sku)).or_insert(Level { on_hand: 0, checked_at: at });
        // A count that is older than the last word about the shelf changes nothing.
        if level.checked_at <= at {
            *level = Level { on_hand, checked_at: at };
        }
        Outcome::Done
    }

    pub(super) fn expect_move(&mut self, store: usize, lines: &[(usize, i64)]) -> Outcome {
        if lines.is_empty() {
            return Outcome::NoLines;
        }
        let mut sorted: Vec<(usize, i64)> = lines.to_vec();
        sorted.sort_by_key(|(sku, _)| *sku);
        let before = self.levels.clone();
        for (sku, delta) in sorted {
            let enough = self.on_hand(store, sku) + delta >= 0;
            let known = delta > 0 || self.levels.contains_key(&(store, sku));
            if !enough || !known {
                self.levels = before;
                return Outcome::NotEnough;
            }
            let now = self.now;
            let level = self.levels.entry((store, sku)).or_default();
            *level = Level { on_hand: level.on_hand + delta, checked_at: level.checked_at.max(now) };
        }
        Outcome::Done
    }

    /// What is carried out of the door is gone, whatever the book says.
    pub(super) fn sell(&mut self, store: usize, sku: usize, quantity: i64) {
        let now = self.now;
        let level = self.levels.entry((store, sku)).or_default();
        *level = Level { on_hand: (level.on_hand - quantity).max(0), checked_at: level.checked_at.max(now) };
    }

    /// It is in its place again.
    pub(super) fn take_in(&mut self, store: usize, sku: usize, quantity: i64) {
        let now = self.now;
        let level = self.levels.entry((store, sku)).or_default();
        *level = Level { on_hand: level.on_hand + quantity, checked_at: level.checked_at.max(now) };
    }

    /// What nobody finds is on the book no more, until it is counted; how old the number is stays as it was.
    pub(super) fn write_off(&mut self, store: usize, sku: usize, quantity: i64) {
        let level = self.levels.entry((store, sku)).or_default();
        *level = Level { on_hand: (level.on_hand - quantity).max(0), ..*level };
    }
}

/// What these wishes take of the shelves.
pub fn pieces_of(wishes: &[Wish]) -> Vec<Piece> {
    wishes.iter().flat_map(Wish::pieces).collect()
}
