//! Random deeds against the shop and against a model so simple that it can be seen to be right. Whatever the shop
//! answers, and whatever its shelves say, must be what the model says. The seed replays a run step by step, and each step is
//! chosen by dice of its own.
//!
//! It leaves out: passes of somebody who is sent, and hand-overs on a device that is away; windows; warehouses and discounts.
//! The rooms' own tests have them. It does not shrink: a run that goes wrong tells its last deeds and the command that
//! replays it.

mod baskets;
mod choice;
mod course;
mod dice;
mod keeping;
mod ledger;
mod orders;
mod paying;
mod shop;
mod words;

use super::{Drill, Failure, Plan, Tally};
use baskets::BasketDeed;
use course::Course;
use ledger::Pick;
use orders::OrderDeed;

/// SKUs and phones are few, so that deeds meet.
const SKUS: usize = 4;
const PHONES: usize = 6;

pub const DRILL: Drill = Drill {
    name: "model",
    about: "random deeds against a simple model; a seed replays them",
    rounds: (1_000_000, 2_500),
    run: |plan| Box::pin(drill(plan)),
};

/// Everything that can be done. `store` is 0 or 1; a booking is named by its place among those still remembered.
#[derive(Clone, Debug)]
pub enum Deed {
    Reserve {
        phone: usize,
        store: usize,
        lines: Vec<(usize, i64)>,
    },
    /// The request of an earlier booking once more, with the same body or another.
    Repeat {
        booking: usize,
        changed: bool,
    },
    Cancel {
        booking: usize,
        right_token: bool,
    },
    /// A step on the board of `store`.
    Board {
        booking: usize,
        store: usize,
        deed: onshelf_vocabulary::staff::BoardDeed,
    },
    /// What the board of `store` says of a pick that did not find everything.
    Pick {
        booking: usize,
        store: usize,
        pick: Pick,
    },
    Sell {
        store: usize,
        lines: Vec<(usize, i64)>,
    },
    /// Paid at the till of `store`.
    Collect {
        booking: usize,
        store: usize,
    },
    /// The owner's pass of an order's group is shown at the counter of `store`, and a copy of it after that.
    ByPass {
        booking: usize,
        store: usize,
    },
    Count {
        store: usize,
        sku: usize,
        on_hand: i64,
        minutes_ago: i64,
    },
    Move {
        store: usize,
        lines: Vec<(usize, i64)>,
    },
    /// A warehouse that has no business at this store.
    Trespass {
        sku: usize,
    },
    Expire,
    Wait {
        minutes: i64,
    },
    KeepHouse,
    OfOrder(OrderDeed),
    OfBasket(BasketDeed),
}

impl Deed {
    /// What it is done to.
    const fn booking(&self) -> Option<usize> {
        match self {
            Deed::Repeat { booking, .. }
            | Deed::Cancel { booking, .. }
            | Deed::Board { booking, .. }
            | Deed::Pick { booking, .. }
            | Deed::Collect { booking, .. }
            | Deed::ByPass { booking, .. }
            | Deed::OfOrder(OrderDeed::Heal { booking } | OrderDeed::Answer { booking, .. }) => {
                Some(*booking)
            }
            _ => None,
        }
    }
}

async fn drill(plan: &Plan) -> Result<Tally, Failure> {
    let mut course = Course::begin(plan).await?;
    let steps: Vec<u64> = (1..=plan.rounds).collect();
    let went = course.go(plan, &steps).await;
    let rounds = went.taken as u64;
    let mut tally = Tally { rounds, acknowledged: went.done, ..Tally::default() };
    if let Some(wrong) = &went.wrong {
        wrong.tell(&mut tally);
        println!("replay: cargo xtask drill model --seed {} --rounds {rounds}", plan.seed);
    }
    course.close(&went, &mut tally).await;
    Ok(tally)
}
