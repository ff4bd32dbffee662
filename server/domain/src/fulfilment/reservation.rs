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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn in_status(status: ReservationStatus) -> Reservation {
        Reservation::from_record(&Record {
            way: Way::Collect,
            status,
            placed_at: at(0),
            expires_at: at(100),
            picking_at: Some(at(10)),
            ready_at: Some(at(20)),
            ended_at: Some(at(30)),
        })
    }

    #[test]
    fn each_deed_is_allowed_where_it_makes_sense_and_nowhere_else() {
        use ReservationStatus::{Cancelled, Collected, NotFound, Picking, Placed, Ready};
        use StockEffect::{Consume, Keep, Release, TakeBack, WriteOff};
        for (deed, from, to, effect) in [
            (BoardDeed::StartPicking, vec![Placed], Picking, Keep),
            (BoardDeed::MarkReady, vec![Placed, Picking], Ready, Keep),
            (BoardDeed::Unready, vec![Ready], Picking, Keep),
            (BoardDeed::HandOver, vec![Placed, Picking, Ready], Collected, Consume),
            (BoardDeed::TakeBack, vec![Collected], Ready, TakeBack),
            (BoardDeed::NotFound, vec![Placed, Picking], NotFound, WriteOff),
            (BoardDeed::Release, vec![Placed, Picking, Ready], Cancelled, Release),
        ] {
            for status in ReservationStatus::ALL {
                let done = in_status(status).perform(deed, at(50));
                if from.contains(&status) {
                    let step = done.unwrap();
                    assert_eq!(
                        (step.reservation.written_status(), step.effect),
                        (to, effect),
                        "{deed:?} {status:?}"
                    );
                } else {
                    assert_eq!(done, Err(ReservationRefusal::WrongState { status }), "{deed:?}");
                }
            }
        }
    }

    #[test]
    fn what_travels_leaves_one_shelf_and_comes_to_another() {
        let transfer = Reservation::pending(Way::Transfer, at(0), at(100)).confirm(at(1), at(90)).unwrap();
        assert!(transfer.reservation.mark_ready(at(2)).is_err());
        assert!(transfer.reservation.hand_over(at(2)).is_err());
        let sent = transfer.reservation.dispatch(at(3)).unwrap();
        assert_eq!(sent.effect, StockEffect::Dispatch);
        assert!(sent.reservation.cancel(at(4)).is_err());
        // Time does not end what is on a lorry.
        assert_eq!(sent.reservation.status_at(at(500)), ReservationStatus::InTransfer);
        let come = sent.reservation.arrive(at(80)).unwrap();
        assert_eq!(come.effect, StockEffect::Receive);
        assert!(come.reservation.unready(at(81)).is_err(), "it was picked elsewhere");
        assert_eq!(come.reservation.hand_over(at(85)).unwrap().effect, StockEffect::Consume);

        let delivery = Reservation::pending(Way::Delivery, at(0), at(100)).confirm(at(1), at(90)).unwrap();
        let sent = delivery.reservation.dispatch(at(3)).unwrap();
        assert_eq!(sent.reservation.written_status(), ReservationStatus::OutForDelivery);
        assert!(sent.reservation.arrive(at(4)).is_err());
        let done = sent.reservation.deliver(at(4)).unwrap();
        assert_eq!(done.reservation.written_status(), ReservationStatus::Delivered);
    }

    #[test]
    fn a_hand_over_is_taken_back_within_ten_minutes() {
        let ready = Reservation::place(at(0), at(100)).mark_ready(at(10)).unwrap().reservation;
        let handed = ready.hand_over(at(90)).unwrap().reservation;
        for (second, taken_back) in [(90, true), (689, true), (690, false), (5_000, false)] {
            let done = handed.take_back(at(second));
            assert_eq!(done.is_ok(), taken_back, "{second}");
            if let Ok(step) = done {
                assert_eq!(step.reservation.state(), State::Ready { at: at(10) }, "it had been ready before");
                // Its time may have run out meanwhile: it is kept like what is ready now.
                assert_eq!(step.kept_until(at(800)).reservation.status_at(at(799)), ReservationStatus::Ready);
            }
        }
        let at_once = Reservation::place(at(0), at(100)).hand_over(at(5)).unwrap().reservation;
        let back = at_once.take_back(at(6)).unwrap().reservation;
        assert_eq!(back.state(), State::Ready { at: at(5) });
    }

    #[test]
    fn what_does_not_come_ends_once_and_only_on_its_way() {
        use ReservationStatus::{InTransfer, NotFound, OutForDelivery};
        for (way, from, deed, effect) in [
            (Way::Transfer, InTransfer, BoardDeed::Lost, StockEffect::Lose),
            (Way::Delivery, OutForDelivery, BoardDeed::Lost, StockEffect::Lose),
            (Way::Delivery, OutForDelivery, BoardDeed::CameBack, StockEffect::Return),
        ] {
            for status in ReservationStatus::ALL {
                let done = Reservation { way, ..in_status(status) }.perform(deed, at(500));
                if status == from {
                    let step = done.unwrap();
                    assert_eq!((step.reservation.written_status(), step.effect), (NotFound, effect));
                    assert!(step.reservation.perform(deed, at(501)).is_err(), "{deed:?}");
                } else if !status.is_travelling() {
                    assert!(done.is_err(), "{deed:?} {status:?}");
                }
            }
        }
        let sent = Reservation { way: Way::Transfer, ..in_status(InTransfer) };
        assert!(sent.came_back(at(50)).is_err(), "a lorry between stores brings it to one of them");
    }

    #[test]
    fn what_was_found_goes_on_and_stays_held() {
        use ReservationStatus::{Picking, Placed, Ready};
        for status in ReservationStatus::ALL {
            let done = in_status(status).partly_found(at(50));
            if matches!(status, Placed | Picking) {
                let step = done.unwrap();
                assert_eq!((step.reservation.written_status(), step.effect), (Ready, StockEffect::Keep));
            } else {
                assert_eq!(done, Err(ReservationRefusal::WrongState { status }));
            }
        }
        // What travels is not ready before it has come.
        let transfer = Reservation::pending(Way::Transfer, at(0), at(100)).confirm(at(1), at(90)).unwrap();
        let step = transfer.reservation.partly_found(at(2)).unwrap();
        assert_eq!(step.reservation.written_status(), Picking);
        assert_eq!(step.reservation.dispatch(at(3)).unwrap().effect, StockEffect::Dispatch);
    }

    #[test]
    fn what_is_not_paid_is_nothing_to_a_store() {
        let pending = Reservation::pending(Way::Collect, at(0), at(100));
        for deed in BoardDeed::ALL {
            let refused = ReservationRefusal::WrongState { status: ReservationStatus::Pending };
            assert_eq!(pending.perform(deed, at(5)), Err(refused), "{deed:?}");
        }
        assert_eq!(pending.expire(at(100)).unwrap().effect, StockEffect::Release);
        assert!(pending.confirm(at(100), at(200)).is_err());
    }

    #[test]
    fn it_is_over_at_the_second_and_not_before() {
        let ready = in_status(ReservationStatus::Ready);
        assert!(ready.hand_over(at(99)).is_ok());
        assert_eq!(ready.status_at(at(99)), ReservationStatus::Ready);
        assert_eq!(ready.status_at(at(100)), ReservationStatus::Expired);
        let refused = Err(ReservationRefusal::WrongState { status: ReservationStatus::Expired });
        assert_eq!(ready.hand_over(at(100)), refused);
        assert_eq!(ready.cancel(at(100)), refused);
        assert!(ready.expire(at(99)).is_err());
        let step = ready.expire(at(5_000)).unwrap();
        assert_eq!(
            (step.reservation.state(), step.effect),
            (State::Expired { at: at(100) }, StockEffect::Release)
        );
        assert!(step.reservation.expire(at(6_000)).is_err());
    }

    #[test]
    fn what_is_ready_late_is_kept_longer_and_never_shorter() {
        let placed = in_status(ReservationStatus::Placed);
        let kept = |step: Step, until: i64| step.kept_until(at(until)).reservation.expires_at();
        assert_eq!(kept(placed.mark_ready(at(40)).unwrap(), 200), at(200));
        assert_eq!(kept(placed.mark_ready(at(40)).unwrap(), 50), at(100));
        assert_eq!(kept(placed.partly_found(at(40)).unwrap(), 200), at(200));
        // What does not wait at the counter is kept as it was.
        assert_eq!(kept(placed.start_picking(at(40)).unwrap(), 200), at(100));
        assert_eq!(kept(placed.not_found(at(40)).unwrap(), 200), at(100));
    }

    proptest! {
        /// Whatever is tried in whatever order, stock is given back or taken at most once, and nothing follows.
        #[test]
        fn stock_moves_at_most_once(deeds in prop::collection::vec((0usize..8, 0i64..150), 0..20)) {
            let mut reservation = Reservation::place(at(0), at(100));
            let mut moved = 0;
            let mut now = 0;
            for (deed, wait) in deeds {
                now += wait / 5;
                let done = match deed {
                    0 => reservation.start_picking(at(now)),
                    1 => reservation.mark_ready(at(now)),
                    2 => reservation.hand_over(at(now)),
                    3 => reservation.cancel(at(now)),
                    4 => reservation.expire(at(now)),
                    5 => reservation.not_found(at(now)),
                    6 => reservation.unready(at(now)),
                    _ => reservation.release(at(now)),
                };
                if let Ok(step) = done {
                    prop_assert!(reservation.written_status().is_live());
                    moved += i32::from(step.effect != StockEffect::Keep);
                    prop_assert_eq!(step.effect == StockEffect::Keep, step.reservation.written_status().is_live());
                    reservation = step.reservation;
                }
            }
            prop_assert!(moved <= 1);
        }
    }
}
