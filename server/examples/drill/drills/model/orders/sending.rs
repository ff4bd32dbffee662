//! From where things are sent that are brought somewhere, and what bringing them home costs.

use onshelf_vocabulary::fulfilment::Way;

use super::super::ledger::{STORES, summed};
use super::{Ledger, Piece, Wish, pieces_of, price_of};

/// What bringing something home costs, and from which price on it is free.
const FEE: i64 = 3_000;
const FREE_FROM: i64 = 50_000;

impl Wish {
    /// What its way costs.
    pub fn fee(&self) -> i64 {
        if self.way == Way::Delivery && price_of(&self.lines) < FREE_FROM { FEE } else { 0 }
    }

    fn has_all_of(&self, other: &Wish) -> bool {
        let own = summed(&self.lines);
        let has = |line: &(usize, i64)| own.iter().any(|own| own.0 == line.0 && own.1 >= line.1);
        summed(&other.lines).iter().all(has)
    }
}

impl Ledger {
    /// Whether what is brought from another store is on its shelf, each group by itself, with what is `own` there already.
    /// Nobody plans a way from where there is too little, whatever else there is to say.
    pub fn can_be_sent(&self, wishes: &[Wish], own: &[Piece]) -> bool {
        let mut brought = wishes.iter().filter(|wish| wish.way == Way::Transfer);
        brought.all(|wish| self.shows(&pieces_of(std::slice::from_ref(wish)), own))
    }

    /// These wishes with the store the shop chooses where none is named, for whom these groups are theirs already.
    pub fn with_stores(&self, wishes: &[Wish], own: &[Wish]) -> Vec<Wish> {
        let store = |wish: &Wish| if wish.named { wish.store } else { self.sender(wish, own) };
        wishes.iter().map(|wish| Wish { store: store(wish), ..wish.clone() }).collect()
    }

    /// From where something is brought home: from where the same is held for it already, or more, else the first store that
    /// has all of it, else the first.
    fn sender(&self, wish: &Wish, own: &[Wish]) -> usize {
        let held = || own.iter().filter(|own| own.way == Way::Delivery);
        let same = held().find(|own| summed(&own.lines) == summed(&wish.lines));
        if let Some(own) = same.or_else(|| held().find(|own| own.has_all_of(wish))) {
            return own.store;
        }
        let has_all = |store: &usize| {
            let from = Wish { store: *store, ..wish.clone() };
            self.shows(&pieces_of(&[from]), &pieces_of(own))
        };
        (0..STORES).find(has_all).unwrap_or(0)
    }

    /// An order's groups as they would be asked for again, also those that are over.
    pub(super) fn wishes_of(&self, order: usize) -> Vec<Wish> {
        self.groups(order).into_iter().map(|index| self.bookings[index].wish()).collect()
    }
}
