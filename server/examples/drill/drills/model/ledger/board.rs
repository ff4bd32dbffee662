//! What a store does to its own: picked, made ready, sent off, taken in, handed over, not found.

use onshelf_vocabulary::{fulfilment::Way, staff::BoardDeed};

use super::{Ledger, Outcome, Status};

/// How long what was handed over on the board can be taken back. Milliseconds.
const TAKEN_BACK_WITHIN: i64 = 10 * 60_000;

/// Where a deed leads what is got in this way; none where it makes no sense.
fn leads_to(way: Way, from: Status, deed: BoardDeed) -> Option<Status> {
    use Status::{
        Cancelled, Collected, Delivered, InTransfer, NotFound, OutForDelivery, Picking, Placed, Ready,
    };
    let stays_here = matches!(way, Way::Collect | Way::Curbside);
    match (deed, from) {
        (BoardDeed::StartPicking, Placed) => Some(Picking),
        (BoardDeed::MarkReady, Placed | Picking) if stays_here => Some(Ready),
        (BoardDeed::Unready, Ready) if stays_here => Some(Picking),
        (BoardDeed::Dispatch, Placed | Picking) if way == Way::Transfer => Some(InTransfer),
        (BoardDeed::Dispatch, Placed | Picking) if way == Way::Delivery => Some(OutForDelivery),
        (BoardDeed::Arrive, InTransfer) => Some(Ready),
        (BoardDeed::Deliver, OutForDelivery) => Some(Delivered),
        (BoardDeed::Lost, InTransfer | OutForDelivery) => Some(NotFound),
        (BoardDeed::CameBack, OutForDelivery) => Some(NotFound),
        // Who stands there before it is ready gets it from the shelf.
        (BoardDeed::HandOver, Placed | Picking) if stays_here => Some(Collected),
        (BoardDeed::HandOver, Ready) => Some(Collected),
        (BoardDeed::TakeBack, Collected) => Some(Ready),
        (BoardDeed::NotFound, Placed | Picking) => Some(NotFound),
        (BoardDeed::Release, Placed | Picking | Ready) => Some(Cancelled),
        _ => None,
    }
}

impl Ledger {
    pub(super) fn expect_board(&mut self, booking: usize, store: usize, deed: BoardDeed) -> Outcome {
        let own = &self.bookings[booking];
        if store != own.store && store != own.source() {
            return Outcome::NotFound;
        }
        if deed == BoardDeed::StartPicking && own.status == Status::Picking && own.in_hand {
            // All are picked by the same hand, whose second press is no refusal, also where the time ran out between.
            return Outcome::Done;
        }
        let status = self.status(own);
        let Some(next) = leads_to(own.way, status, deed) else { return Outcome::WrongState };
        let taken_back = deed == BoardDeed::TakeBack;
        if taken_back && own.handed_at.is_none_or(|at| self.now - at >= TAKEN_BACK_WITHIN) {
            return Outcome::WrongState;
        }
        // Before it is sent off either store may give it up.
        let given_up = deed == BoardDeed::Release && status.is_unsent();
        if store != own.turn(status) && !given_up {
            return Outcome::NotYours;
        }
        if taken_back && !self.nothing_came_of_it(booking) {
            return Outcome::WrongState;
        }
        self.move_goods(booking, deed);
        self.note(booking, deed);
        if deed == BoardDeed::Release { self.end(booking, next) } else { self.put(booking, next) }
    }

    /// What leaves a shelf by a deed, or comes to one.
    fn move_goods(&mut self, booking: usize, deed: BoardDeed) {
        let own = self.bookings[booking].clone();
        let (store, source) = (own.store, own.source());
        for (sku, quantity) in own.lines {
            match deed {
                BoardDeed::HandOver => self.sell(store, sku, quantity),
                BoardDeed::Dispatch => self.sell(source, sku, quantity),
                BoardDeed::Arrive | BoardDeed::TakeBack => self.take_in(store, sku, quantity),
                BoardDeed::CameBack => self.take_in(source, sku, quantity),
                BoardDeed::NotFound => self.write_off(source, sku, quantity),
                _ => {}
            }
        }
    }

    fn note(&mut self, booking: usize, deed: BoardDeed) {
        let now = self.now;
        let own = &mut self.bookings[booking];
        match deed {
            BoardDeed::StartPicking | BoardDeed::Unready => own.in_hand = true,
            BoardDeed::HandOver => (own.handed_at, own.by_till) = (Some(now), false),
            BoardDeed::Lost | BoardDeed::CameBack => own.astray = true,
            _ => {}
        }
    }

    /// It was said on the board, and no money of its order was given back since for the order as a whole.
    fn nothing_came_of_it(&self, booking: usize) -> bool {
        let own = &self.bookings[booking];
        let given_back = self.owner_of(booking).and_then(|order| self.orders[order].given_at);
        !own.by_till && given_back.is_none_or(|given| own.handed_at.is_some_and(|handed| given < handed))
    }
}
