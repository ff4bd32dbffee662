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
    YOUNG, lines, young,
};

/// Baskets that are named again.
const YOUNG_BASKETS: usize = 4;

pub(super) fn choose(dice: &mut Dice, ledger: &Ledger) -> OrderDeed {
    let roll = dice.below(100);
    let orders = ledger.orders();
    if orders.is_empty() || roll < 25 {
        return place(dice, ledger);
    }
    let order = young(dice, orders.len(), YOUNG / 4);
    let is_taken = orders[order].waiting.as_ref().map(|waiting| waiting.taken.is_some());
    match (roll, is_taken) {
        (25..48, Some(false)) => OrderDeed::Pay { order, wrong: dice.percent(10) },
        (25..60, _) => OrderDeed::Settle { order },
        (60..66, _) => OrderDeed::Cancel { order },
        // Whoever has paid is not asked another price before that is known.
        (66..76, None | Some(false)) => OrderDeed::Change { order, wishes: wishes(dice) },
        (76..79, _) => OrderDeed::Extend { order },
        (79..82, None | Some(false)) => OrderDeed::Open { order },
        (82..86, _) => OrderDeed::Refund { order, amount: dice.between(1, 7_999) },
        (86..90, _) => OrderDeed::Arrive { order, arrived: dice.percent(50) },
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
    let young = bookings.len().saturating_sub(2 * YOUNG)..bookings.len();
    let of_orders = young.filter(|index| matches!(bookings[*index].of, Of::Order(_)));
    let troubled: Vec<usize> = of_orders
        .filter(|index| {
            let is_offer = ledger.is_offer(&bookings[*index].number);
            is_offer || bookings[*index].status == Status::NotFound
        })
        .collect();
    if troubled.is_empty() {
        return OrderDeed::Work;
    }
    let booking = troubled[dice.below(troubled.len())];
    // What was taken in another's place and does not come either is looked for anew.
    if ledger.is_offer(&bookings[booking].number) && bookings[booking].status != Status::NotFound {
        return OrderDeed::Answer { booking, accept: dice.percent(60) };
    }
    OrderDeed::Heal { booking }
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
