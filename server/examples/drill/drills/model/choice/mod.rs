//! What is done next, by a step's own dice. What is there is chosen by its place, counted from the newest: that means
//! something also where steps before it were left out.

mod orders;

use onshelf_vocabulary::{fulfilment::Way, staff::BoardDeed};

use super::{
    Deed, PHONES, SKUS,
    dice::Dice,
    ledger::{Ledger, Pick},
    orders::Of,
};

/// What is done to what is handed over where it lies, to what is brought to a counter, and to what is brought home; the last
/// of each is another's.
const COUNTER: &[BoardDeed] = &[
    BoardDeed::StartPicking,
    BoardDeed::MarkReady,
    BoardDeed::Unready,
    BoardDeed::HandOver,
    BoardDeed::TakeBack,
    BoardDeed::NotFound,
    BoardDeed::Release,
    BoardDeed::Lost,
];
const BROUGHT: &[BoardDeed] = &[
    BoardDeed::StartPicking,
    BoardDeed::Dispatch,
    BoardDeed::Dispatch,
    BoardDeed::Arrive,
    BoardDeed::Arrive,
    BoardDeed::HandOver,
    BoardDeed::TakeBack,
    BoardDeed::Lost,
    BoardDeed::NotFound,
    BoardDeed::Release,
    BoardDeed::MarkReady,
];
const COURIER: &[BoardDeed] = &[
    BoardDeed::StartPicking,
    BoardDeed::Dispatch,
    BoardDeed::Deliver,
    BoardDeed::Lost,
    BoardDeed::CameBack,
    BoardDeed::NotFound,
    BoardDeed::Release,
    BoardDeed::HandOver,
];

/// The youngest are the most likely to be alive.
const YOUNG: usize = 40;

/// One of the youngest of so many; there must be some.
fn young(dice: &mut Dice, count: usize, most: usize) -> usize {
    count - 1 - dice.below(count.min(most))
}

fn lines(dice: &mut Dice, most: i64) -> Vec<(usize, i64)> {
    let count = dice.between(1, 3);
    (0..count).map(|_| (dice.below(SKUS), dice.between(1, most))).collect()
}

fn reserve(dice: &mut Dice, store: usize) -> Deed {
    Deed::Reserve { phone: dice.below(PHONES), store, lines: lines(dice, 4) }
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

/// The next deed. What cannot make sense is chosen seldom, what meets other deeds often.
pub fn choose(dice: &mut Dice, ledger: &Ledger) -> Deed {
    match dice.below(100) {
        0..40 => return Deed::OfOrder(orders::choose(dice, ledger)),
        40..50 => return Deed::OfBasket(orders::choose_basket(dice, ledger)),
        _ => {}
    }
    let store = usize::from(dice.percent(25));
    let (sku, roll) = (dice.below(SKUS), dice.below(100));
    let bookings = ledger.bookings();
    if bookings.is_empty() || roll < 30 {
        return reserve(dice, store);
    }
    let booking = young(dice, bookings.len(), YOUNG);
    let own = &bookings[booking];
    let turn = own.turn(own.status);
    let store_of = if dice.percent(90) { turn } else { 1 - turn };
    match roll {
        // A group is cancelled with its order.
        30..46 if own.of != Of::Itself => reserve(dice, store),
        // Outcomes are kept under their key for two days; nobody repeats a request that old.
        30..36 if ledger.now - own.made_at < 40 * 3_600_000 => {
            Deed::Repeat { booking, changed: dice.percent(30) }
        }
        30..46 => Deed::Cancel { booking, right_token: dice.percent(90) },
        46..50 => Deed::Pick { booking, store: store_of, pick: pick(dice, &own.lines) },
        50..66 => {
            let deeds = match own.way {
                Way::Collect | Way::Curbside => COUNTER,
                Way::Transfer => BROUGHT,
                Way::Delivery => COURIER,
            };
            Deed::Board { booking, store: store_of, deed: deeds[dice.below(deeds.len())] }
        }
        66..72 => Deed::Sell { store, lines: lines(dice, 3) },
        72..77 if ledger.owner_of(booking).is_some() && dice.percent(50) => {
            Deed::ByPass { booking, store: store_of }
        }
        72..77 => Deed::Collect { booking, store: store_of },
        77..81 => {
            let minutes_ago = if dice.percent(50) { 0 } else { dice.between(0, 599) };
            Deed::Count { store, sku, on_hand: dice.between(0, 19), minutes_ago }
        }
        81..89 => {
            let lines = lines(dice, 8).into_iter().map(|(sku, units)| (sku, units - 2));
            Deed::Move { store, lines: lines.filter(|(_, delta)| *delta != 0).collect() }
        }
        89 => Deed::Trespass { sku },
        90..93 => Deed::Expire,
        93..99 => Deed::Wait { minutes: [1, 4, 20, 200, 1_500][dice.below(5)] },
        _ => Deed::KeepHouse,
    }
}
