//! The life of a reservation. Its end by time is counted when it is read, so that a hold is over at the
//! second it runs out, whether or not a job has written it down.

use jiff::{SignedDuration, Timestamp};
use onshelf_vocabulary::{
    fulfilment::{ReservationRefusal, ReservationStatus, Way},
    staff::BoardDeed,
};

/// How long a hand-over that was said by mistake can be taken back.
const TAKEN_BACK_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// What has become of it, with the moment of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Pending,
    Placed,
    Picking { since: Timestamp },
    InTransfer { since: Timestamp },
    Ready { at: Timestamp },
    OutForDelivery { since: Timestamp },
    Collected { at: Timestamp, ready_at: Option<Timestamp> },
    Delivered { at: Timestamp },
    Cancelled { at: Timestamp },
    Expired { at: Timestamp },
    NotFound { at: Timestamp },
}

/// A reservation as the rules see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reservation {
    way: Way,
    placed_at: Timestamp,
    expires_at: Timestamp,
    state: State,
}

/// What a change does to the stock that is held for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockEffect {
    /// Nothing: it stays held.
    Keep,
    /// It is no longer held and can be had by others.
    Release,
    /// It is no longer held and has left on hand, into somebody's hands.
    Consume,
    /// It is no longer held and has left on hand, on its way.
    Dispatch,
    /// It is on hand at the store that hands it over, and held there.
    Receive,
    /// It is no longer held, nor on hand: it was not where the book says, and is sold to nobody until it is counted.
    WriteOff,
    /// It had left on hand as sent, and has left as lost instead: it was sold to nobody.
    Lose,
    /// It had left on hand as sent, and is there again, held for nobody.
    Return,
    /// It had left on hand into somebody's hands, and is there again, held as before.
    TakeBack,
}

/// A reservation after a deed, with what to do to the stock in the same transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Step {
    pub reservation: Reservation,
    pub effect: StockEffect,
}

/// The columns a reservation is kept in; what has not happened is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    pub way: Way,
    pub status: ReservationStatus,
    pub placed_at: Timestamp,
    pub expires_at: Timestamp,
    pub picking_at: Option<Timestamp>,
    pub ready_at: Option<Timestamp>,
    /// When it was collected, delivered, cancelled, expired, not found or lost.
    pub ended_at: Option<Timestamp>,
}

impl Reservation {
    /// A plain one, paid at the till: the store sees it at once.
    #[must_use]
    pub const fn place(placed_at: Timestamp, expires_at: Timestamp) -> Reservation {
        Reservation { way: Way::Collect, placed_at, expires_at, state: State::Placed }
    }

    /// Held until `expires_at` while it is being paid or decided on.
    #[must_use]
    pub const fn pending(way: Way, placed_at: Timestamp, expires_at: Timestamp) -> Reservation {
        Reservation { way, placed_at, expires_at, state: State::Pending }
    }

    /// From its columns. A missing moment stands at the moment before it in its life.
    #[must_use]
    pub fn from_record(record: &Record) -> Reservation {
        let since = record.picking_at.unwrap_or(record.placed_at);
        let at = record.ended_at.or(record.ready_at).unwrap_or(since);
        let state = match record.status {
            ReservationStatus::Pending => State::Pending,
            ReservationStatus::Placed => State::Placed,
            ReservationStatus::Picking => State::Picking { since },
            ReservationStatus::InTransfer => State::InTransfer { since },
            ReservationStatus::OutForDelivery => State::OutForDelivery { since },
            ReservationStatus::Delivered => State::Delivered { at },
            ReservationStatus::Ready => State::Ready { at: record.ready_at.unwrap_or(since) },
            ReservationStatus::Collected => State::Collected { at, ready_at: record.ready_at },
            ReservationStatus::Cancelled => State::Cancelled { at },
            ReservationStatus::Expired => State::Expired { at },
            ReservationStatus::NotFound => State::NotFound { at },
        };
        let (way, placed_at, expires_at) = (record.way, record.placed_at, record.expires_at);
        Reservation { way, placed_at, expires_at, state }
    }

    #[must_use]
    pub const fn placed_at(&self) -> Timestamp {
        self.placed_at
    }

    /// From this second on it is over, unless it was collected before.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// As it was last written down; `status_at` is what counts.
    #[must_use]
    pub const fn written_status(&self) -> ReservationStatus {
        match self.state {
            State::Pending => ReservationStatus::Pending,
            State::Placed => ReservationStatus::Placed,
            State::Picking { .. } => ReservationStatus::Picking,
            State::InTransfer { .. } => ReservationStatus::InTransfer,
            State::Ready { .. } => ReservationStatus::Ready,
            State::OutForDelivery { .. } => ReservationStatus::OutForDelivery,
            State::Collected { .. } => ReservationStatus::Collected,
            State::Delivered { .. } => ReservationStatus::Delivered,
            State::Cancelled { .. } => ReservationStatus::Cancelled,
            State::Expired { .. } => ReservationStatus::Expired,
            State::NotFound { .. } => ReservationStatus::NotFound,
        }
    }

    /// Where it stands at `now`: a live one whose time has run out is expired.
    #[must_use]
    pub fn status_at(&self, now: Timestamp) -> ReservationStatus {
        match self.written_status() {
            status if status.is_live() && now >= self.expires_at => ReservationStatus::Expired,
            status => status,
        }
    }

    /// Whether its owner may still cancel it.
    #[must_use]
    pub fn can_cancel(&self, now: Timestamp) -> bool {
        self.status_at(now).is_live()
    }

    /// Paid, or said yes to: from now on the store sees it, and keeps it until `until`.
    pub fn confirm(self, at: Timestamp, until: Timestamp) -> Result<Step, ReservationRefusal> {
        match self.status_at(at) {
            ReservationStatus::Pending => {
                let kept = Reservation { expires_at: until, ..self };
                Ok(kept.step(State::Placed, StockEffect::Keep))
            }
            status => Err(ReservationRefusal::WrongState { status }),
        }
    }

    /// An associate has begun; refused unless it is placed.
    pub fn start_picking(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        match self.status_at(at) {
            ReservationStatus::Placed => Ok(self.step(State::Picking { since: at }, StockEffect::Keep)),
            status => Err(ReservationRefusal::WrongState { status }),
        }
    }

    /// Also straight from placed: not every associate says that they begin.
    pub fn mark_ready(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        match (self.way, self.status_at(at)) {
            (Way::Collect | Way::Curbside, ReservationStatus::Placed | ReservationStatus::Picking) => {
                Ok(self.step(State::Ready { at }, StockEffect::Keep))
            }
            (_, status) => Err(ReservationRefusal::WrongState { status }),
        }
    }

    /// It was said to be ready by mistake: it is picked again. What came from another store did not become ready here.
    pub fn unready(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        match (self.way, self.status_at(at)) {
            (Way::Collect | Way::Curbside, ReservationStatus::Ready) => {
                Ok(self.step(State::Picking { since: at }, StockEffect::Keep))
            }
            (_, status) => Err(ReservationRefusal::WrongState { status }),
        }
    }

    /// Leaves the shelf for another store or an address.
    pub fn dispatch(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        let since = at;
        match (self.way, self.status_at(at)) {
            (Way::Transfer, ReservationStatus::Placed | ReservationStatus::Picking) => {
                Ok(self.step(State::InTransfer { since }, StockEffect::Dispatch))
            }
            (Way::Delivery, ReservationStatus::Placed | ReservationStatus::Picking) => {
                Ok(self.step(State::OutForDelivery { since }, StockEffect::Dispatch))
            }
            (_, status) => Err(ReservationRefusal::WrongState { status }),
        }
    }

    /// Has come to the store that hands it over.
    pub fn arrive(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        match self.status_at(at) {
            ReservationStatus::InTransfer => Ok(self.step(State::Ready { at }, StockEffect::Receive)),
            status => Err(ReservationRefusal::WrongState { status }),
        }
    }

    /// Given over at the address; refused unless it is on its way there.
    pub fn deliver(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        match self.status_at(at) {
            ReservationStatus::OutForDelivery => Ok(self.step(State::Delivered { at }, StockEffect::Keep)),
            status => Err(ReservationRefusal::WrongState { status }),
        }
    }

    /// Was sent off and does not come; refused unless it is on its way.
    pub fn lost(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        match self.status_at(at) {
            status if status.is_travelling() => Ok(self.step(State::NotFound { at }, StockEffect::Lose)),
            status => Err(ReservationRefusal::WrongState { status }),
        }
    }

    /// Could not be given over at the address; refused unless it is on its way there.
    pub fn came_back(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        match self.status_at(at) {
            ReservationStatus::OutForDelivery => Ok(self.step(State::NotFound { at }, StockEffect::Return)),
            status => Err(ReservationRefusal::WrongState { status }),
        }
    }

    /// From any state the store knows: a shopper who is there at once gets it from the shelf.
    pub fn hand_over(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        use ReservationStatus::{Picking, Placed, Ready};
        let ready_at = match self.state {
            State::Ready { at } => Some(at),
            _ => None,
        };
        let collected = State::Collected { at, ready_at };
        match (self.way, self.status_at(at)) {
            (Way::Collect | Way::Curbside, Placed | Picking | Ready) | (Way::Transfer, Ready) => {
                Ok(self.step(collected, StockEffect::Consume))
            }
            (_, status) => Err(ReservationRefusal::WrongState { status }),
        }
    }

    /// It was said to be handed over by mistake: it waits at the counter as before. Refused when that is no more a moment
    /// ago.
    pub fn take_back(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        match self.state {
            State::Collected { at: handed_at, ready_at }
                if at.duration_since(handed_at) < TAKEN_BACK_WITHIN =>
            {
                let ready = State::Ready { at: ready_at.unwrap_or(handed_at) };
                Ok(self.step(ready, StockEffect::TakeBack))
            }
            _ => Err(ReservationRefusal::WrongState { status: self.status_at(at) }),
        }
    }

    /// By its owner.
    pub fn cancel(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        self.end_live(at, State::Cancelled { at }, StockEffect::Release)
    }

    /// By the store, back to the shelf; for its owner it is cancelled.
    pub fn release(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        match self.status_at(at) {
            // What is not paid yet is not the store's to give back.
            status @ ReservationStatus::Pending => Err(ReservationRefusal::WrongState { status }),
            _ => self.cancel(at),
        }
    }

    /// The store could not find it. What was staged already has been found.
    pub fn not_found(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        match self.status_at(at) {
            ReservationStatus::Placed | ReservationStatus::Picking => {
                Ok(self.step(State::NotFound { at }, StockEffect::WriteOff))
            }
            status => Err(ReservationRefusal::WrongState { status }),
        }
    }

    /// The store found part of it. That part waits at the counter, or goes on to be sent off; what is missing is
    /// split off, and is not this reservation's any more.
    pub fn partly_found(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        let found = match self.way {
            Way::Collect | Way::Curbside => State::Ready { at },
            Way::Transfer | Way::Delivery => State::Picking { since: at },
        };
        match self.status_at(at) {
            ReservationStatus::Placed | ReservationStatus::Picking => Ok(self.step(found, StockEffect::Keep)),
            status => Err(ReservationRefusal::WrongState { status }),
        }
    }

    /// Writes down that its time has run out; refused while it has not, or where it ended otherwise.
    /// The moment kept is the one it ran out at, however late this is done.
    pub fn expire(self, at: Timestamp) -> Result<Step, ReservationRefusal> {
        let status = self.written_status();
        if status.is_live() && at >= self.expires_at {
            Ok(self.step(State::Expired { at: self.expires_at }, StockEffect::Release))
        } else {
            Err(ReservationRefusal::WrongState { status })
        }
    }

    /// The deed of that name.
    pub fn perform(self, deed: BoardDeed, at: Timestamp) -> Result<Step, ReservationRefusal> {
        match deed {
            BoardDeed::StartPicking => self.start_picking(at),
            BoardDeed::MarkReady => self.mark_ready(at),
            BoardDeed::Unready => self.unready(at),
            BoardDeed::Dispatch => self.dispatch(at),
            BoardDeed::Arrive => self.arrive(at),
            BoardDeed::HandOver => self.hand_over(at),
            BoardDeed::TakeBack => self.take_back(at),
            BoardDeed::Deliver => self.deliver(at),
            BoardDeed::Lost => self.lost(at),
            BoardDeed::CameBack => self.came_back(at),
            BoardDeed::NotFound => self.not_found(at),
            BoardDeed::Release => self.release(at),
        }
    }

    fn end_live(self, at: Timestamp, state: State, effect: StockEffect) -> Result<Step, ReservationRefusal> {
        match self.status_at(at) {
            status if status.is_live() => Ok(self.step(state, effect)),
            status => Err(ReservationRefusal::WrongState { status }),
        }
    }

    const fn step(self, state: State, effect: StockEffect) -> Step {
        Step { reservation: Reservation { state, ..self }, effect }
    }
}

impl Step {
    /// What waits at the counter after it is kept until then, as where it became ready later than promised; never
    /// shorter than it was to be.
    pub fn kept_until(self, until: Timestamp) -> Step {
        let Reservation { state, expires_at, .. } = self.reservation;
        let waits = matches!(state, State::Ready { .. });
        let expires_at = if waits { expires_at.max(until) } else { expires_at };
        Step { reservation: Reservation { expires_at, ..self.reservation }, ..self }
    }
}

#[cfg(test)]
#[path = "reservation_tests.rs"]
mod tests;
