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
