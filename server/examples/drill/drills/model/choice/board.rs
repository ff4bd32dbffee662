//! What a store does next.

use onshelf_vocabulary::{fulfilment::Way, staff::BoardDeed};

use super::{
    super::{
        Deed,
        dice::Dice,
        ledger::{Ledger, Pick, Status},
    },
    YOUNG, likely,
};

/// What makes sense with what stands so.
fn sensible(way: Way, status: Status) -> &'static [BoardDeed] {
    use BoardDeed::{
        Arrive, CameBack, Deliver, Dispatch, HandOver, Lost, MarkReady, NotFound, Release, StartPicking,
        TakeBack, Unready,
    };
    let is_sent = matches!(way, Way::Transfer | Way::Delivery);
    match status {
        Status::Placed | Status::Picking if is_sent => {
            &[StartPicking, Dispatch, Dispatch, Dispatch, NotFound, Release]
        }
        Status::Placed | Status::Picking => {
            &[StartPicking, MarkReady, MarkReady, HandOver, NotFound, Release]
        }
        Status::InTransfer => &[Arrive, Arrive, Arrive, Lost],
        Status::OutForDelivery => &[Deliver, Deliver, CameBack, Lost],
        Status::Ready => &[HandOver, HandOver, Unready, Release],
        Status::Collected => &[TakeBack],
        _ => &BoardDeed::ALL,
    }
}

/// Something is done with one of the youngest bookings; there must be some.
pub(super) fn choose(dice: &mut Dice, ledger: &Ledger) -> Deed {
    let bookings = ledger.bookings();
    let is_under_way = |place: usize| {
        let status = bookings[place].status;
        status.goes_on() && status != Status::Pending
    };
    let booking = likely(dice, bookings.len(), 2 * YOUNG, is_under_way);
    let own = &bookings[booking];
    let turn = own.turn(own.status);
    let store = if dice.percent(88) { turn } else { 1 - turn };
    let deeds = if dice.percent(80) { sensible(own.way, own.status) } else { &BoardDeed::ALL[..] };
    let deed = deeds[dice.below(deeds.len())];
    match dice.below(100) {
        0..8 => Deed::Collect { booking, store },
        8..16 => Deed::ByPass { booking, store },
        16..30 => Deed::Pick { booking, store, pick: pick(dice, &own.lines) },
        _ => Deed::Board { booking, store, deed },
    }
}

/// What was found of these lines, or not; now and then more than was asked for.
fn pick(dice: &mut Dice, lines: &[(usize, i64)]) -> Pick {
    let found = dice.percent(50);
    let mut count = |line: &(usize, i64)| {
        let most = if dice.percent(4) { line.1 + 1 } else { line.1 };
        (line.0, dice.between(0, most))
    };
    let counts: Vec<(usize, i64)> = lines.iter().map(&mut count).collect();
    // Nobody says that none is missing.
    let counts = counts.into_iter().filter(|(_, count)| found || *count > 0).collect();
    Pick { counts, found }
}
