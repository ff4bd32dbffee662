//! Random deeds against the shop and against a model so simple that it can be seen to be right. Whatever the shop
//! answers, and whatever its shelves say, must be what the model says. The seed replays a run step by step.
//!
//! It leaves out: what is brought from another store, and what is to be brought home from the beginning (what is offered
//! for something that was not found may be, and is in it); passes of somebody who is sent, and hand-overs on a device
//! that is away; a pick that finds a part; windows; the basket that is kept while its way is chosen; warehouses and
//! discounts. The rooms' own tests have them. It does not shrink: what is done next hangs on what came before, so that a
//! run cannot lose a step in the middle. A run that goes wrong tells its last deeds and the command that replays it.

mod choice;
mod ledger;
mod orders;
mod paying;
mod shop;

use std::collections::VecDeque;

use rand::{SeedableRng, rngs::StdRng};

use super::{Drill, Failure, Plan, Tally, books::audit_here, ground::Ground};
use choice::choose;
use ledger::{Ledger, Outcome};
use orders::OrderDeed;
use shop::Subject;

const INITIAL: i64 = 12;
/// SKUs and phones are few, so that deeds meet.
pub const SKUS: usize = 4;
const PHONES: usize = 6;
/// Deeds told where a run goes wrong.
const TOLD: usize = 12;

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
}

impl Deed {
    /// What it is done to.
    const fn booking(&self) -> Option<usize> {
        match self {
            Deed::Repeat { booking, .. }
            | Deed::Cancel { booking, .. }
            | Deed::Board { booking, .. }
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
    // Nothing here is about the disk: in memory a million steps take minutes.
    let ground = Ground::quick(plan, INITIAL).await?;
    let mut subject = Subject::open(&ground.url, plan.seed).await?;
    let mut ledger = Ledger::new(INITIAL, subject.now());
    let mut chance = StdRng::seed_from_u64(plan.seed);
    let mut tally = Tally::default();
    let mut told: VecDeque<String> = VecDeque::new();
    for step in 1..=plan.rounds {
        let deed = choose(&mut chance, &ledger);
        let expected = ledger.expect(&deed);
        let outcome = subject.carry_out(&deed, &mut ledger).await;
        // An error is an answer as well, and nobody's but a wrong one.
        let said = outcome.as_ref().map_or_else(|error| format!("{error}"), |outcome| format!("{outcome:?}"));
        told.push_back(format!("{step}: {deed:?} -> {said}"));
        if told.len() > TOLD {
            told.pop_front();
        }
        tally.rounds = step;
        tally.acknowledged += u64::from(matches!(outcome, Ok(Outcome::Done)));
        let mut wrong = Vec::new();
        if !outcome.is_ok_and(|outcome| outcome == expected) {
            wrong.push(format!("the shop answered {said}, the model {expected:?}"));
        }
        look_over(plan, step, &subject, &ledger, &mut wrong).await;
        if !wrong.is_empty() {
            wrong.iter().for_each(|text| tally.fault(format!("step {step}: {text}")));
            told.iter().for_each(|line| println!("  {line}"));
            if let Some(booking) = deed.booking() {
                println!("  the model has {:?}", ledger.bookings()[booking]);
            }
            println!("replay: cargo xtask drill model --seed {} --rounds {step}", plan.seed);
            break;
        }
    }
    println!(
        "{}: {} steps, {} bookings, {} orders, {} answers that were refusals",
        ground.engine(),
        tally.rounds,
        ledger.made,
        ledger.orders().len(),
        tally.rounds - tally.acknowledged
    );
    audit_here(&subject.shop, &mut tally).await;
    subject.close().await;
    ground.clear().await;
    Ok(tally)
}

/// Now and then everything is compared, and now and then the books are asked themselves. That they cannot be read is as
/// wrong as what they say.
async fn look_over(plan: &Plan, step: u64, subject: &Subject, ledger: &Ledger, wrong: &mut Vec<String>) {
    let audit_every = if plan.short { 500 } else { 25_000 };
    let found = |looked: Result<Vec<String>, Failure>| looked.unwrap_or_else(|error| vec![error.to_string()]);
    if wrong.is_empty() && step.is_multiple_of(20) {
        wrong.extend(found(subject.differences(ledger).await));
    }
    if step.is_multiple_of(audit_every) {
        wrong.extend(found(subject.audit().await));
        if !plan.short {
            println!("{step} steps");
        }
    }
}
