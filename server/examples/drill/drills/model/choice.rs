//! What is done next, by the seed's chance.

use onshelf_vocabulary::staff::BoardDeed;
use rand::{Rng, rngs::StdRng};

use super::{
    Deed, PHONES, SKUS,
    ledger::{Booking, Ledger, Status},
    orders::{Of, OrderDeed, Wish},
};

/// What is done to what is handed over at a counter, and to what is brought home; the last of each is the other's.
const COUNTER: [BoardDeed; 8] = [
    BoardDeed::StartPicking,
    BoardDeed::MarkReady,
    BoardDeed::Unready,
    BoardDeed::HandOver,
    BoardDeed::TakeBack,
    BoardDeed::NotFound,
    BoardDeed::Release,
    BoardDeed::Lost,
];
const COURIER: [BoardDeed; 8] = [
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

fn lines(chance: &mut StdRng, most: i64) -> Vec<(usize, i64)> {
    let count = chance.random_range(1..=3);
    (0..count).map(|_| (chance.random_range(0..SKUS), chance.random_range(1..=most))).collect()
}

/// The next deed. What cannot make sense is chosen seldom, what meets other deeds often.
pub fn choose(chance: &mut StdRng, ledger: &Ledger) -> Deed {
    if chance.random_bool(0.4) {
        return Deed::OfOrder(choose_order(chance, ledger));
    }
    let store = usize::from(chance.random_bool(0.25));
    let sku = chance.random_range(0..SKUS);
    let roll = chance.random_range(0..100);
    let bookings: &[Booking] = ledger.bookings();
    if bookings.is_empty() || roll < 30 {
        let phone = chance.random_range(0..PHONES);
        return Deed::Reserve { phone, store, lines: lines(chance, 4) };
    }
    let newest = bookings.len() - 1;
    let booking = newest - chance.random_range(0..=newest.min(YOUNG));
    let own = bookings[booking].store;
    let store_of = if chance.random_bool(0.9) { own } else { 1 - own };
    match roll {
        // Outcomes are kept under their key for two days; nobody repeats a request that old.
        // A group is cancelled with its order.
        30..46 if bookings[booking].of != Of::Itself => {
            Deed::Reserve { phone: chance.random_range(0..PHONES), store, lines: lines(chance, 4) }
        }
        30..36 if ledger.now - bookings[booking].made_at < 40 * 3_600_000 => {
            Deed::Repeat { booking, changed: chance.random_bool(0.3) }
        }
        30..46 => Deed::Cancel { booking, right_token: chance.random_bool(0.9) },
        46..66 => {
            let deeds = if ledger.is_brought_home(booking) { &COURIER } else { &COUNTER };
            Deed::Board { booking, store: store_of, deed: deeds[chance.random_range(0..deeds.len())] }
        }
        66..72 => Deed::Sell { store, lines: lines(chance, 3) },
        72..77 if ledger.owner_of(booking).is_some() && chance.random_bool(0.5) => {
            Deed::ByPass { booking, store: store_of }
        }
        72..77 => Deed::Collect { booking, store: store_of },
        77..81 => {
            let minutes_ago = if chance.random_bool(0.5) { 0 } else { chance.random_range(0..600) };
            Deed::Count { store, sku, on_hand: chance.random_range(0..20), minutes_ago }
        }
        81..89 => {
            let lines = lines(chance, 8).into_iter().map(|(sku, units)| (sku, units - 2));
            Deed::Move { store, lines: lines.filter(|(_, delta)| *delta != 0).collect() }
        }
        89 => Deed::Trespass { sku },
        90..93 => Deed::Expire,
        93..99 => Deed::Wait { minutes: [1, 20, 200, 1_500][chance.random_range(0..4)] },
        _ => Deed::KeepHouse,
    }
}

fn choose_order(chance: &mut StdRng, ledger: &Ledger) -> OrderDeed {
    let roll = chance.random_range(0..100);
    let orders = ledger.orders();
    if orders.is_empty() || roll < 25 {
        let phone = chance.random_range(0..PHONES);
        return OrderDeed::Place { phone, wishes: wishes(chance) };
    }
    let newest = orders.len() - 1;
    let order = newest - chance.random_range(0..=newest.min(YOUNG / 4));
    let is_taken = orders[order].waiting.as_ref().map(|waiting| waiting.taken.is_some());
    match (roll, is_taken) {
        (25..48, Some(false)) => OrderDeed::Pay { order, wrong: chance.random_bool(0.1) },
        (25..60, _) => OrderDeed::Settle { order },
        (60..66, _) => OrderDeed::Cancel { order },
        // Whoever has paid is not asked another price before that is known.
        (66..76, None | Some(false)) => OrderDeed::Change { order, wishes: wishes(chance) },
        (76..79, _) => OrderDeed::Extend { order },
        (79..82, None | Some(false)) => OrderDeed::Open { order },
        (82..86, _) => OrderDeed::Refund { order, amount: chance.random_range(1..8_000) },
        (86..90, _) => OrderDeed::Arrive { order, arrived: chance.random_bool(0.5) },
        (98.., _) => OrderDeed::Work,
        _ => choose_healing(chance, ledger),
    }
}

/// About a group that was not found, or about what is held in its place.
fn choose_healing(chance: &mut StdRng, ledger: &Ledger) -> OrderDeed {
    let bookings = ledger.bookings();
    let young = bookings.len().saturating_sub(2 * YOUNG)..bookings.len();
    let of_orders = young.filter(|index| matches!(bookings[*index].of, Of::Order(_)));
    let troubled: Vec<usize> = of_orders
        .filter(|index| {
            let is_offer = ledger.is_offer(&bookings[*index].number);
            is_offer || bookings[*index].status == Status::NotFound
        })
        .collect();
    let Some(booking) = (!troubled.is_empty()).then(|| troubled[chance.random_range(0..troubled.len())])
    else {
        return OrderDeed::Work;
    };
    // What was taken in another's place and does not come either is looked for anew.
    if ledger.is_offer(&bookings[booking].number) && bookings[booking].status != Status::NotFound {
        return OrderDeed::Answer { booking, accept: chance.random_bool(0.6) };
    }
    OrderDeed::Heal { booking }
}

fn wishes(chance: &mut StdRng) -> Vec<Wish> {
    let count = if chance.random_bool(0.25) { 2 } else { 1 };
    let mut wish = || Wish {
        store: usize::from(chance.random_bool(0.25)),
        lines: lines(chance, 2),
        by_car: chance.random_bool(0.3),
    };
    (0..count).map(|_| wish()).collect()
}
