//! What is done about orders and kept baskets next.

use onshelf_vocabulary::fulfilment::Way;

use super::{
    super::{
        PHONES,
        baskets::BasketDeed,
        dice::Dice,
        ledger::{Ledger, Status, source_of},
        orders::{Of, OrderDeed, Wish},
    },
    YOUNG, likely, lines, young,
};

/// Baskets that are named again.
const YOUNG_BASKETS: usize = 4;

pub(super) fn choose(dice: &mut Dice, ledger: &Ledger) -> OrderDeed {
    let roll = dice.below(100);
    let orders = ledger.orders();
    if orders.is_empty() || roll < 25 {
        return place(dice, ledger);
    }
    // Some deeds are about money that is waited for, the others about what was paid, or never will be.
    let of_waiting = matches!(roll, 25..52 | 74..80);
    let order = likely(dice, orders.len(), YOUNG / 4, |order| orders[order].waiting.is_some() == of_waiting);
    let is_taken = orders[order].waiting.as_ref().map(|waiting| waiting.taken.is_some());
    match (roll, is_taken) {
        (25..44, Some(false)) => OrderDeed::Pay { order, wrong: dice.percent(8) },
        (25..52, _) => OrderDeed::Settle { order },
        (52..57, _) => OrderDeed::Cancel { order },
        // Whoever has paid is not asked another price before that is known.
        (57..74, None | Some(false)) => OrderDeed::Change { order, wishes: wishes(dice) },
        (74..77, _) => OrderDeed::Extend { order },
        (77..80, None | Some(false)) => OrderDeed::Open { order },
        (80..83, _) => OrderDeed::Refund { order, amount: dice.between(1, 7_999) },
        (83..86, _) => OrderDeed::Arrive { order, arrived: dice.percent(50) },
        (98.., _) => OrderDeed::Work,
        _ => heal_or_answer(dice, ledger),
    }
}

/// Now and then what is kept becomes the order, as it was chosen or otherwise.
fn place(dice: &mut Dice, ledger: &Ledger) -> OrderDeed {
    let (phone, wishes) = (dice.below(PHONES), wishes(dice));
    let (by_basket, as_chosen) = (dice.percent(40), dice.percent(70));
    let baskets = ledger.baskets();
    if baskets.is_empty() || !by_basket {
        return OrderDeed::Place { phone, basket: None, wishes };
    }
    let basket = young(dice, baskets.len(), YOUNG_BASKETS);
    let wishes = if as_chosen { baskets[basket].groups.clone() } else { wishes };
    OrderDeed::Place { phone, basket: Some(basket), wishes }
}

/// What is done about baskets next.
pub(super) fn choose_basket(dice: &mut Dice, ledger: &Ledger) -> BasketDeed {
    let (roll, wishes) = (dice.below(100), wishes(dice));
    let baskets = ledger.baskets();
    if baskets.is_empty() || roll < 40 {
        return BasketDeed::Keep { instead: None, wishes };
    }
    let basket = young(dice, baskets.len(), YOUNG_BASKETS);
    match roll {
        40..65 => BasketDeed::Keep { instead: Some(basket), wishes },
        65..85 => BasketDeed::Extend { basket },
        _ => BasketDeed::LetGo { basket },
    }
}

/// About a group that was not found, or about what is held in its place.
fn heal_or_answer(dice: &mut Dice, ledger: &Ledger) -> OrderDeed {
    let bookings = ledger.bookings();
    if bookings.is_empty() {
        return place(dice, ledger);
    }
    let booking = likely(dice, bookings.len(), 2 * YOUNG, |place| ledger.waits_for_word(place));
    let own = &bookings[booking];
    // What was taken in another's place and does not come either is looked for anew.
    match own.status {
        Status::NotFound if own.of != Of::Itself => OrderDeed::Heal { booking },
        _ if ledger.is_offer(&own.number) => OrderDeed::Answer { booking, accept: dice.percent(60) },
        _ => place(dice, ledger),
    }
}

fn wishes(dice: &mut Dice) -> Vec<Wish> {
    let count = if dice.percent(25) { 2 } else { 1 };
    (0..count).map(|_| wish(dice)).collect()
}

fn wish(dice: &mut Dice) -> Wish {
    let way = match dice.below(10) {
        0..4 => Way::Collect,
        4..6 => Way::Curbside,
        6..8 => Way::Transfer,
        _ => Way::Delivery,
    };
    // Most lies in the first store: there it is got, or from there it is brought.
    let from = usize::from(dice.percent(25));
    let named = way != Way::Delivery || dice.percent(50);
    Wish { way, store: source_of(way, from), named, lines: lines(dice, 2) }
}
