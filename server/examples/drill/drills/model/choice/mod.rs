//! What is done next, by a step's own dice. What is there is chosen by its place, counted from the newest: that means
//! something also where steps before it were left out.

mod board;
mod orders;

use super::{Deed, PHONES, SKUS, dice::Dice, ledger::Ledger, orders::Of};

/// The youngest are the most likely to be alive.
const YOUNG: usize = 40;

/// One of the youngest of so many; there must be some.
fn young(dice: &mut Dice, count: usize, most: usize) -> usize {
    count - 1 - dice.below(count.min(most))
}

/// The same, most often of those something can be done with.
fn likely(dice: &mut Dice, count: usize, most: usize, can_be: impl Fn(usize) -> bool) -> usize {
    let (any, often) = (young(dice, count, most), dice.percent(80));
    let first = count - count.min(most);
    let those: Vec<usize> = (first..count).rev().filter(|place| can_be(*place)).collect();
    let one = dice.below(those.len());
    if often { those.get(one).copied().unwrap_or(any) } else { any }
}

fn lines(dice: &mut Dice, most: i64) -> Vec<(usize, i64)> {
    let count = dice.between(1, 3);
    (0..count).map(|_| (dice.below(SKUS), dice.between(1, most))).collect()
}

fn reserve(dice: &mut Dice, store: usize) -> Deed {
    Deed::Reserve { phone: dice.below(PHONES), store, lines: lines(dice, 4) }
}

/// The next deed. What cannot make sense is chosen seldom, what meets other deeds often.
pub fn choose(dice: &mut Dice, ledger: &Ledger) -> Deed {
    let roll = dice.below(100);
    let bookings = ledger.bookings();
    match roll {
        0..37 => return Deed::OfOrder(orders::choose(dice, ledger)),
        37..44 => return Deed::OfBasket(orders::choose_basket(dice, ledger)),
        44..69 if !bookings.is_empty() => return board::choose(dice, ledger),
        _ => {}
    }
    let store = usize::from(dice.percent(25));
    if bookings.is_empty() || roll < 77 {
        return reserve(dice, store);
    }
    match roll {
        77..82 => of_reservation(dice, ledger),
        82..85 => Deed::Sell { store, lines: lines(dice, 3) },
        85..88 => {
            let minutes_ago = if dice.percent(50) { 0 } else { dice.between(0, 599) };
            Deed::Count { store, sku: dice.below(SKUS), on_hand: dice.between(0, 19), minutes_ago }
        }
        88..94 => {
            let lines = lines(dice, 14).into_iter().map(|(sku, units)| (sku, units - 3));
            Deed::Move { store, lines: lines.filter(|(_, delta)| *delta != 0).collect() }
        }
        94 => Deed::Trespass { sku: dice.below(SKUS) },
        95 => Deed::Expire,
        96..99 => Deed::Wait { minutes: [1, 4, 20, 200, 1_500][dice.below(5)] },
        _ => Deed::KeepHouse,
    }
}

/// What its owner does about a reservation: a group is cancelled with its order.
fn of_reservation(dice: &mut Dice, ledger: &Ledger) -> Deed {
    let bookings = ledger.bookings();
    let is_alone = |place: usize| bookings[place].of == Of::Itself;
    let booking = likely(dice, bookings.len(), YOUNG, is_alone);
    let (again, changed, right_token) = (dice.percent(35), dice.percent(30), dice.percent(90));
    if !is_alone(booking) {
        return reserve(dice, 0);
    }
    // Outcomes are kept under their key for two days; nobody repeats a request that old.
    if again && ledger.now - bookings[booking].made_at < 40 * 3_600_000 {
        return Deed::Repeat { booking, changed };
    }
    Deed::Cancel { booking, right_token }
}
