//! What a store does to its own: picked, made ready, handed over, sent off, not found.

use onshelf_vocabulary::staff::BoardDeed;

use super::{Ledger, Outcome, Status};

/// How long what was handed over on the board can be taken back. Milliseconds.
const TAKEN_BACK_WITHIN: i64 = 10 * 60_000;

impl Ledger {
    pub(super) fn expect_board(&mut self, booking: usize, store: usize, deed: BoardDeed) -> Outcome {
        use Status::{Collected, Picking, Placed, Ready};
        let own = &self.bookings[booking];
        if own.store != store {
            return Outcome::NotFound;
        }
        if deed == BoardDeed::StartPicking && own.status == Status::Picking && own.in_hand {
            // All are picked by the same hand, whose second press is no refusal, also where the time ran out between.
            return Outcome::Done;
        }
        let status = self.status(own);
        if self.is_brought_home(booking) {
            return self.expect_courier(booking, status, deed);
        }
        match deed {
            BoardDeed::StartPicking if status == Placed => self.take_in_hand(booking),
            BoardDeed::Unready if status == Ready => self.take_in_hand(booking),
            BoardDeed::MarkReady if matches!(status, Placed | Picking) => self.put(booking, Ready),
            BoardDeed::NotFound if matches!(status, Placed | Picking) => {
                for (sku, quantity) in self.bookings[booking].lines.clone() {
                    self.write_off(store, sku, quantity);
                }
                self.put(booking, Status::NotFound)
            }
            BoardDeed::Release if status.is_at_store() => self.end(booking, Status::Cancelled),
            BoardDeed::HandOver if status.is_at_store() => {
                for (sku, quantity) in self.bookings[booking].lines.clone() {
                    self.sell(store, sku, quantity);
                }
                self.bookings[booking].handed_at = Some(self.now);
                self.put(booking, Collected)
            }
            BoardDeed::TakeBack if status == Collected && self.can_be_taken_back(booking) => {
                for (sku, quantity) in self.bookings[booking].lines.clone() {
                    self.take_in(store, sku, quantity);
                }
                self.put(booking, Ready)
            }
            _ => Outcome::WrongState,
        }
    }

    /// What is brought home is sent off and given over at a door; no counter has a hand in it.
    fn expect_courier(&mut self, booking: usize, status: Status, deed: BoardDeed) -> Outcome {
        use Status::{Delivered, NotFound, OutForDelivery, Picking, Placed};
        let (store, lines) = (self.bookings[booking].store, self.bookings[booking].lines.clone());
        match (deed, status) {
            (BoardDeed::StartPicking, Placed) => self.take_in_hand(booking),
            (BoardDeed::Dispatch, Placed | Picking) => {
                lines.iter().for_each(|(sku, quantity)| self.sell(store, *sku, *quantity));
                self.put(booking, OutForDelivery)
            }
            (BoardDeed::Deliver, OutForDelivery) => self.put(booking, Delivered),
            (BoardDeed::Lost, OutForDelivery) => {
                self.bookings[booking].astray = true;
                self.put(booking, NotFound)
            }
            (BoardDeed::CameBack, OutForDelivery) => {
                lines.iter().for_each(|(sku, quantity)| self.take_in(store, *sku, *quantity));
                self.bookings[booking].astray = true;
                self.put(booking, NotFound)
            }
            (BoardDeed::NotFound, Placed | Picking) => {
                lines.iter().for_each(|(sku, quantity)| self.write_off(store, *sku, *quantity));
                self.put(booking, NotFound)
            }
            (BoardDeed::Release, status) if status.is_at_store() => self.end(booking, Status::Cancelled),
            _ => Outcome::WrongState,
        }
    }

    fn take_in_hand(&mut self, booking: usize) -> Outcome {
        self.bookings[booking].in_hand = true;
        self.put(booking, Status::Picking)
    }

    /// A moment ago, on the board, and no money of its order was given back by hand since.
    fn can_be_taken_back(&self, booking: usize) -> bool {
        let own = &self.bookings[booking];
        let Some(handed_at) = own.handed_at else { return false };
        let given_back = self.owner_of(booking).and_then(|order| self.orders[order].given_by_hand_at);
        self.now - handed_at < TAKEN_BACK_WITHIN && given_back.is_none_or(|at| at < handed_at)
    }
}
