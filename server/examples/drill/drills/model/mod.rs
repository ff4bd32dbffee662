//! Random deeds against the shop and against a model so simple that it can be seen to be right. Whatever the shop
//! answers, and whatever its shelves say, must be what the model says. The seed replays a run step by step, and each step is
//! chosen by dice of its own, so that steps can be left out: where a run goes wrong, a shorter one that does is looked for.
//!
//! It leaves out: passes of somebody who is sent, and hand-overs on a device that is away; windows; warehouses and discounts;
//! what partners say over the contract of an order's groups. The rooms' own tests have them.

mod baskets;
mod choice;
mod course;
mod dice;
mod keeping;
mod ledger;
mod orders;
mod paying;
mod shop;
pub mod shrink;
mod words;

use super::{Drill, Failure, Plan, Tally, plan::written};
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
    let steps: Vec<u64> = if plan.only.is_empty() { (1..=plan.rounds).collect() } else { plan.only.clone() };
    let went = Box::pin(course.go(plan, &steps, None)).await;
    let mut tally = Tally { rounds: went.taken as u64, acknowledged: went.done, ..Tally::default() };
    if let Some(wrong) = &went.wrong {
        wrong.tell(&mut tally);
        println!("replay: {}", replay(plan, &steps[..went.taken]));
    }
    course.close(&went, &mut tally).await;
    if went.wrong.is_some() {
        Box::pin(shrink::tell_shorter(plan, &steps[..went.taken])).await;
    }
    Ok(tally)
}

/// The command that takes these steps.
fn replay(plan: &Plan, steps: &[u64]) -> String {
    let count = steps.len() as u64;
    let are_all = steps.last() == Some(&count);
    let which = if are_all { format!("--rounds {count}") } else { format!("--only {}", written(steps)) };
    format!("cargo xtask drill model --seed {} {which}", plan.seed)
}
